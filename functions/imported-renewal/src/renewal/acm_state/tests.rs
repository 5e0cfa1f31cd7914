//! Every row of the table, with every kind of answer.

use certificates::{CertificateSummary, CertificateType};

use super::*;

fn before() -> CertificateDetail {
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/a".parse().unwrap();
    CertificateDetail {
        serial: Some("0a:1b".into()),
        ..CertificateDetail::from(CertificateSummary {
            not_after: Some("2026-12-10T12:00:00Z".parse().unwrap()),
            imported_at: Some("2025-12-10T12:00:00Z".parse().unwrap()),
            ..CertificateSummary::new(arn, CertificateType::Imported)
        })
    }
}

/// Described after an import a moment ago.
fn after(serial: &str) -> CertificateDetail {
    let imported_at = Some("2026-11-20T08:00:00Z".parse().unwrap());
    CertificateDetail {
        serial: Some(serial.into()),
        summary: CertificateSummary { imported_at, ..before().summary },
        ..before()
    }
}

fn error(kind: CallErrorKind, code: &str) -> CallError {
    CallError { operation: "acm:ImportCertificate", code: Some(code.into()), message: "no".into(), kind }
}

fn serial() -> SerialNumber {
    SerialNumber::parse("77").unwrap()
}

fn classify(described: Result<Option<CertificateDetail>, CallError>) -> AcmState {
    AcmState::classify(described, &before(), &serial())
}

/// The name of a state, or of what an import came to.
fn name(result: &Result<Box<CertificateDetail>, AttemptOutcome>) -> String {
    match result {
        Ok(after) => format!("installed {}", after.serial.as_deref().unwrap_or_default()),
        Err(AttemptOutcome::ReplacedByAnother(_)) => "replaced by another".into(),
        Err(AttemptOutcome::Deleted) => "deleted".into(),
        Err(AttemptOutcome::Failed(failure)) => failure.reason.as_str().to_owned(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn what_acm_shows_decides_and_not_what_it_answered() {
    use CallErrorKind::{Denied, Refused, Throttled, Unavailable};
    let answers = || {
        [
            Ok(()),
            Err(error(Throttled, "ThrottlingException")),
            Err(error(Unavailable, "InternalFailure")),
            Err(error(Denied, "AccessDeniedException")),
            Err(error(Refused, "LimitExceededException")),
            Err(error(Refused, "ValidationException")),
        ]
    };
    let by_answer = |accepted: &'static str| {
        let refused = ["throttled", "service-error", "permission-missing", "import-quota-reached", "import-refused"];
        std::iter::once(accepted).chain(refused).collect::<Vec<_>>()
    };
    for (shown, expected) in [
        (Ok(Some(after("00:77"))), vec!["installed 00:77"; 6]),
        (Ok(Some(before())), by_answer("verification-failed")),
        (Ok(Some(after("88"))), vec!["replaced by another"; 6]),
        (Ok(None), vec!["deleted"; 6]),
        (Err(error(Unavailable, "InternalFailure")), by_answer("verification-failed")),
    ] {
        for (answer, expected) in answers().into_iter().zip(expected) {
            let result = conclude(classify(shown.clone()), answer.clone(), &serial());
            assert_eq!(name(&result), expected, "{shown:?} {answer:?}");
        }
    }
}

#[test]
fn a_failure_says_what_is_known() {
    let detail = |shown| match conclude(shown, Ok(()), &serial()) {
        Err(AttemptOutcome::Failed(failure)) => failure.detail,
        other => panic!("{other:?}"),
    };
    assert_eq!(detail(AcmState::Old), "ACM accepted the certificate with serial 77 but does not show it");
    let unknown = detail(AcmState::Unknown(error(CallErrorKind::Throttled, "ThrottlingException")));
    assert!(unknown.starts_with("the import could not be verified: ") && unknown.contains("ThrottlingException"));
}

/// A CA that uses a serial number twice must not make a refused import count as done.
#[test]
fn an_import_is_shown_by_more_than_its_serial() {
    let same = SerialNumber::parse("a1b").unwrap();
    let later = Some("2027-11-20T08:00:00Z".parse().unwrap());
    let reissued =
        CertificateDetail { summary: CertificateSummary { not_after: later, ..before().summary }, ..before() };
    assert!(!is_new(&before(), &before(), &same));
    assert!(is_new(&reissued, &before(), &same));
    assert!(is_new(&after("0a:1b"), &before(), &same));
    assert!(!is_new(&reissued, &before(), &serial()));
}

#[test]
fn only_the_new_certificate_or_none_ends_the_polling() {
    for (described, is_final) in [
        (Ok(Some(after("77"))), true),
        (Ok(None), true),
        (Ok(Some(before())), false),
        (Ok(Some(after("88"))), false),
        (Err(error(CallErrorKind::Throttled, "ThrottlingException")), false),
    ] {
        assert_eq!(classify(described.clone()).is_final(), is_final, "{described:?}");
    }
}

#[test]
fn whoever_got_no_answer_asks_a_few_times() {
    for (answer, polls) in [
        (Ok(()), 20),
        (Err(error(CallErrorKind::Unavailable, "InternalFailure")), 3),
        (Err(error(CallErrorKind::Throttled, "ThrottlingException")), 3),
        (Err(error(CallErrorKind::Refused, "ValidationException")), 1),
    ] {
        assert_eq!(polls_after(&answer), polls, "{answer:?}");
    }
}
