//! Every row of the decision table.

mod paid;
mod postponed;
mod replaced;
mod secret;
mod source;
mod waiting;

use certificates::tags::{ATTEMPTS, RENEW_FROM, STATUS, STATUS_REASON, STATUS_SINCE, Tags};
use certificates::{CertificateDetail, CertificateSummary, CertificateType};
use x509::SerialNumber;

use super::*;

const CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/a";
const OTHER_CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/other";
const DEFAULT_CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/default";
const NOW: &str = "2026-11-20T08:00:00Z";

/// A managed certificate of 365 days, due: it expires in 20 days.
struct Case {
    certificate: CertificateDetail,
    tags: Tags,
    occasion: Occasion,
    default_ca: Option<PrivateCaArn>,
    grants: Grants,
    acme: AcmeSettings,
    waited: SignedDuration,
    last_charge: Option<Charge>,
    quota_reached: Option<QuotaReached>,
    maintenance: Maintenance,
    now: Timestamp,
}

fn due() -> Case {
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
    let certificate = CertificateDetail {
        serial: Some("0a:1b".into()),
        ..CertificateDetail::from(CertificateSummary {
            not_before: Some("2025-12-10T12:00:00Z".parse().unwrap()),
            not_after: Some("2026-12-10T12:00:00Z".parse().unwrap()),
            ..CertificateSummary::new(arn, CertificateType::Imported)
        })
    };
    Case {
        certificate,
        tags: Tags::default().with(RENEW_FROM, "private-ca"),
        occasion: Occasion::Requested,
        default_ca: Some(DEFAULT_CA.parse().unwrap()),
        grants: Grants { private_cas: vec![CA.parse().unwrap()], ..Grants::default() },
        acme: r#"{"directories": [{"name": "letsencrypt", "domains": ["example.com"]}]}"#.parse().unwrap(),
        waited: SignedDuration::ZERO,
        last_charge: None,
        quota_reached: None,
        maintenance: Maintenance::default(),
        now: NOW.parse().unwrap(),
    }
}

impl Case {
    fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags = self.tags.with(key, value);
        self
    }

    fn valid(mut self, from: &str, to: &str) -> Self {
        (self.certificate.not_before, self.certificate.not_after) =
            (Some(from.parse().unwrap()), Some(to.parse().unwrap()));
        self
    }

    fn on(self, occasion: Occasion) -> Self {
        Self { occasion, ..self }
    }

    /// Failed at this time, for this reason, in this attempt.
    fn failed(self, since: &str, reason: &str, attempts: &str) -> Self {
        self.tag(STATUS, "renewal-failed").tag(STATUS_SINCE, since).tag(STATUS_REASON, reason).tag(ATTEMPTS, attempts)
    }

    fn claimed(self, since: &str) -> Self {
        self.tag(STATUS, "renewal-in-progress").tag(STATUS_SINCE, since)
    }

    fn decision(&self) -> Decision {
        decide(&RenewalInput {
            state: &CertificateState::new(self.certificate.clone(), self.tags.clone(), &notices::TagKeys::default()),
            occasion: self.occasion,
            grants: &self.grants,
            acme: &self.acme,
            default_private_ca: self.default_ca.as_ref(),
            waited: self.waited,
            last_charge: self.last_charge.as_ref(),
            quota_reached: self.quota_reached,
            renew_before_days: 30,
            thresholds: &Thresholds::default(),
            maintenance: &self.maintenance,
            now: self.now,
        })
    }

    fn plan(&self) -> Plan {
        match self.decision() {
            Decision::Renew(plan) => plan,
            other => panic!("{other:?}"),
        }
    }

    fn skip(&self) -> Option<SkipReason> {
        match self.decision() {
            Decision::Skip(reason) => Some(reason),
            _ => None,
        }
    }

    fn failure(&self) -> (FailureReason, u32) {
        match self.decision() {
            Decision::RecordFailure { failure, attempt } => (failure.reason, attempt),
            other => panic!("{other:?}"),
        }
    }
}

fn imported(mut case: Case, at: &str) -> Case {
    case.certificate.imported_at = Some(at.parse().unwrap());
    case
}

#[test]
fn the_readme_has_a_row_for_each_reason_to_skip() {
    let possible_after = NOW.parse().unwrap();
    let rows: Vec<&str> = include_str!("../../../README.md").lines().filter(|line| line.starts_with("| ")).collect();
    for reason in [
        SkipReason::NotImported,
        SkipReason::NotManaged,
        SkipReason::RenewalInProgress,
        SkipReason::WaitingForRetry,
        SkipReason::WaitingForAPerson,
        SkipReason::JustRenewed { possible_after },
        SkipReason::JustFailed { possible_after },
        SkipReason::Postponed { possible_after },
        SkipReason::NotDue,
        SkipReason::AnotherSource,
        SkipReason::SecretNotReady,
        SkipReason::SecretNotRenewed,
    ] {
        let answer = format!("`{}`", reason.as_str());
        let is_answer =
            |row: &&str| row.trim_end_matches(" |").rsplit(" | ").next().is_some_and(|cell| cell.contains(&answer));
        assert!(rows.iter().any(is_answer), "{answer}");
    }
}
