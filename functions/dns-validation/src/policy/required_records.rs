//! Which records a certificate needs, or why none.

use certificates::{
    CertificateDetail, CertificateSummary, CertificateType, DomainValidation, ResourceRecord, Validation,
};
use grants::Grants;
use jiff::{SignedDuration, Timestamp};

use super::cause::Cause;
use super::grant;
use super::records::Record;
use super::skip_reason::SkipReason;
use super::validation_methods::{domains, is_changing, is_validated_by_dns};
use crate::state::PendingUpdate;
use route53::DnsName;

/// ACM finds a record within minutes of its creation. Whoever waits longer waits for something else
/// than time.
pub const DISCOVERY_TIME: SignedDuration = SignedDuration::from_mins(10);
/// After so long ACM gives a request, or a change of the validation method, up (user guide, "DNS validation").
pub const VALIDATION_TIMEOUT: SignedDuration = SignedDuration::from_hours(72);
/// A renewal is asked for so long before the end at the earliest
/// ([managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html): 60 days).
pub const RENEWAL_WINDOW_DAYS: i64 = 60;

/// What ACM is doing about the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingValidation {
    /// It is issued, and nothing is under way.
    None,
    /// The first issuance waits for the records, since this moment.
    Issuance(Option<Timestamp>),
    /// ACM says that its renewal waits for them.
    Renewal,
    /// The change to DNS validation waits for them, since this moment.
    ValidationMethodUpdate(Option<Timestamp>),
    /// Nothing waits any more: the request has failed, and has to be made again.
    RequestFailed,
}

impl PendingValidation {
    /// Whether the wait is longer than ACM needs once the records are there.
    #[must_use]
    pub fn is_long(self, now: Timestamp) -> bool {
        match self {
            Self::None | Self::RequestFailed => false,
            Self::Issuance(since) | Self::ValidationMethodUpdate(since) => {
                since.is_some_and(|since| now.duration_since(since) >= DISCOVERY_TIME)
            }
            Self::Renewal => true,
        }
    }
}

/// A record and the domain that it proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredRecord {
    pub record: Record,
    /// The first of the domains that share it.
    pub domain: String,
    /// Whether ACM has validated every domain that shares it, and waits for others.
    pub validated: bool,
    /// Why it may not be created, if so: it is not granted.
    pub refused: Option<Cause>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredRecords {
    /// The records, each once: a wildcard shares that of its base name.
    pub records: Vec<RequiredRecord>,
    /// Domains whose record ACM has not named yet.
    pub not_named: Vec<String>,
    /// Domains and their records that are none that this function writes.
    pub unusable: Vec<(String, ResourceRecord)>,
    pub pending: PendingValidation,
    /// Whether ACM says that a CAA record is in its way.
    pub caa_error: bool,
}

/// What is to be done about a certificate, from its own state alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValidationNeed {
    Skip(SkipReason),
    /// Its request failed because of a CAA record, of which a person has to be notified.
    ForbiddenByCaa,
    /// ACM gave its request up, of which a person has to be notified.
    TimedOut,
    Records(RequiredRecords),
}

/// What a described certificate needs, with what ACM requested of it besides.
pub fn validation_need(
    certificate: &CertificateDetail,
    pending_update: &PendingUpdate,
    grants: &Grants,
) -> ValidationNeed {
    let is_public = certificate.certificate_type == CertificateType::AmazonIssued;
    match (certificate.status.as_str(), certificate.failure_reason.as_deref()) {
        ("FAILED", Some("CAA_ERROR")) if is_public => return ValidationNeed::ForbiddenByCaa,
        ("VALIDATION_TIMED_OUT", _) if is_public && is_validated_by_dns(certificate) => {
            return ValidationNeed::TimedOut;
        }
        _ => {}
    }
    match SkipReason::from_certificate(certificate) {
        Some(idle) => ValidationNeed::Skip(idle),
        None => ValidationNeed::Records(records(certificate, pending_update, grants)),
    }
}

fn records(certificate: &CertificateDetail, pending_update: &PendingUpdate, grants: &Grants) -> RequiredRecords {
    let scope = grant::GrantScope::for_certificate(certificate, grants);
    let is_requested = certificate.status == "PENDING_VALIDATION";
    let change = certificate.method_update.as_ref().filter(|_| is_changing(certificate));
    let renewal = certificate.renewal.as_ref().filter(|renewal| renewal.is_stuck());
    let pending = match (change, renewal) {
        _ if is_requested => PendingValidation::Issuance(certificate.created_at),
        // That a renewal which waits for an answer by e-mail continues when the change is complete is unverified.
        (Some(change), _) => PendingValidation::ValidationMethodUpdate(change.requested_at),
        (None, Some(_)) => PendingValidation::Renewal,
        (None, None) => PendingValidation::None,
    };
    let caa_error = renewal.is_some_and(|renewal| renewal.reason.as_deref() == Some("CAA_ERROR"));
    let mut required =
        RequiredRecords { records: Vec::new(), not_named: Vec::new(), unusable: Vec::new(), pending, caa_error };
    let all = || domains(certificate).chain(pending_update.domains());
    for domain in all() {
        let name = &domain.domain_name;
        match &domain.validation {
            Validation::Dns(Some(record)) => match Record::of(record) {
                Some(record) if required.records.iter().any(|known| known.record == record) => {}
                Some(record) => {
                    let refused = scope.refusal(name, &record.name);
                    required.records.push(RequiredRecord { record, domain: name.clone(), validated: false, refused });
                }
                None if required.unusable.iter().any(|(_, known)| known == record) => {}
                None => required.unusable.push((name.clone(), record.clone())),
            },
            // Before ACM has named a record it may not show the method either.
            Validation::Dns(None) | Validation::Other(None) => add(&mut required.not_named, name),
            Validation::Email(_) | Validation::Other(Some(_)) => {}
        }
    }
    if certificate.domain_validations.is_empty() && is_requested {
        for name in certificate.domain_name.iter().chain(&certificate.subject_alternative_names) {
            add(&mut required.not_named, name);
        }
    }
    if let PendingUpdate::Records(_) = pending_update {
        // A change is one of every domain.
        certificate.domain_validations.iter().for_each(|domain| add(&mut required.not_named, &domain.domain_name));
    }
    mark_validated(certificate, pending_update, &mut required);
    // All these lists are read at one moment, so a domain of which one of them names the record is not
    // waited for.
    let named: Vec<DnsName> = all()
        .filter(|domain| matches!(domain.validation, Validation::Dns(Some(_))))
        .map(|domain| DnsName::new(&domain.domain_name))
        .collect();
    required.not_named.retain(|name| !named.contains(&DnsName::new(name)));
    required
}

/// What ACM waits for has a list of its own: that of a certificate is about its first issue, that of a
/// renewal of the renewal, that of a change of the change. Where all are validated and ACM waits for them
/// all the same, the lists say nothing.
fn mark_validated(certificate: &CertificateDetail, pending_update: &PendingUpdate, required: &mut RequiredRecords) {
    let current: &[DomainValidation] = match (required.pending, &certificate.renewal) {
        (PendingValidation::Renewal, Some(renewal)) => &renewal.domains,
        (PendingValidation::Issuance(_), _) => &certificate.domain_validations,
        (PendingValidation::ValidationMethodUpdate(_), _) => pending_update.domains(),
        _ => &[],
    };
    let record = |domain: &DomainValidation| match &domain.validation {
        Validation::Dns(Some(record)) => Record::of(record),
        _ => None,
    };
    let (succeeded, pending): (Vec<_>, Vec<_>) = current.iter().partition(|domain| domain.succeeded == Some(true));
    if pending.is_empty() && !required.caa_error {
        return;
    }
    let succeeded: Vec<Record> = succeeded.into_iter().filter_map(record).collect();
    let pending: Vec<Record> = pending.into_iter().filter_map(record).collect();
    for required in &mut required.records {
        required.validated = succeeded.contains(&required.record) && !pending.contains(&required.record);
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| DnsName::new(known) == DnsName::new(name)) {
        names.push(name.to_owned());
    }
}

/// Whether a listed certificate is so near its end that its renewal may be under way, which only its
/// description shows: 60 days, or a third of its lifetime where that is shorter.
pub fn may_be_renewing(certificate: &CertificateSummary, now: Timestamp) -> bool {
    let Some(not_after) = certificate.not_after else { return false };
    let third = certificate.validity_days().map_or(RENEWAL_WINDOW_DAYS, |days| days / 3);
    certificates::days_left(not_after, now) <= RENEWAL_WINDOW_DAYS.min(third)
}

#[cfg(test)]
mod tests {
    use aws_client::{CallError, CallErrorKind};
    use certificates::{Renewal, ValidationMethodUpdate};

    use super::*;

    const TOKEN: &str = "_a79865eb4cd1a6ab990a45779b4e0b96";

    fn dns(domain: &str, record: bool) -> DomainValidation {
        let base = domain.trim_start_matches("*.");
        let record = record.then(|| ResourceRecord {
            name: format!("{TOKEN}.{base}."),
            kind: "CNAME".into(),
            value: format!("_v-{base}.acm-validations.aws."),
        });
        DomainValidation { domain_name: domain.into(), succeeded: None, validation: Validation::Dns(record) }
    }

    fn by(domain: &str, validation: Validation) -> DomainValidation {
        DomainValidation { domain_name: domain.into(), succeeded: None, validation }
    }

    fn certificate(status: &str, domains: Vec<DomainValidation>) -> CertificateDetail {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        CertificateDetail {
            domain_validations: domains,
            ..CertificateDetail::from(CertificateSummary {
                domain_name: Some("example.com".into()),
                status: status.into(),
                ..CertificateSummary::new(arn, CertificateType::AmazonIssued)
            })
        }
    }

    fn everything() -> Grants {
        r#"{"domains": ["*"]}"#.parse().unwrap()
    }

    fn wanted(certificate: &CertificateDetail) -> RequiredRecords {
        match validation_need(certificate, &PendingUpdate::None, &everything()) {
            ValidationNeed::Records(wanted) => wanted,
            other => panic!("{other:?}"),
        }
    }

    /// The names of the records, with `_t` in the place of the token.
    fn names(wanted: &RequiredRecords) -> Vec<String> {
        wanted.records.iter().map(|wanted| wanted.record.name.as_str().replace(TOKEN, "_t")).collect()
    }

    #[test]
    fn apex_and_wildcard_share_one_record() {
        let certificate = certificate(
            "PENDING_VALIDATION",
            vec![dns("example.com", true), dns("*.example.com", true), dns("*.api.example.com", true)],
        );
        let wanted = wanted(&certificate);
        assert_eq!(names(&wanted), ["_t.example.com", "_t.api.example.com"]);
        assert_eq!((wanted.not_named.len(), wanted.pending), (0, PendingValidation::Issuance(None)));
    }

    #[test]
    fn some_or_all_records_may_not_be_named_yet() {
        let some = certificate("PENDING_VALIDATION", vec![dns("example.com", true), dns("www.example.com", false)]);
        assert_eq!(names(&wanted(&some)), ["_t.example.com"]);
        assert_eq!(wanted(&some).not_named, ["www.example.com"]);

        let bare = certificate("PENDING_VALIDATION", vec![by("example.com", Validation::Other(None))]);
        assert_eq!(wanted(&bare).not_named, ["example.com"]);
        let nothing = certificate("PENDING_VALIDATION", Vec::new());
        assert_eq!(wanted(&nothing).not_named, ["example.com"]);
        assert_eq!(wanted(&certificate("ISSUED", Vec::new())).not_named, Vec::<String>::new());
    }

    #[test]
    fn a_renewal_that_waits_is_a_wait_of_its_own() {
        let renewing = |status: &str, reason: Option<&str>| {
            let renewal = Renewal {
                status: status.into(),
                reason: reason.map(str::to_owned),
                domains: vec![dns("example.com", true), dns("www.example.com", true)],
            };
            let own = vec![dns("example.com", true), dns("www.example.com", false)];
            wanted(&CertificateDetail { renewal: Some(renewal), ..certificate("ISSUED", own) })
        };
        let waits = renewing("PENDING_VALIDATION", None);
        assert_eq!(names(&waits), ["_t.example.com", "_t.www.example.com"]);
        assert_eq!((waits.pending, waits.not_named.len(), waits.caa_error), (PendingValidation::Renewal, 0, false));
        assert!(renewing("FAILED", Some("CAA_ERROR")).caa_error);
        assert_eq!(renewing("PENDING_AUTO_RENEWAL", None).pending, PendingValidation::None);
    }

    #[test]
    fn what_acm_has_validated_is_known_by_the_list_of_what_it_waits_for() {
        let says = |domain: &str, succeeded: Option<bool>| DomainValidation { succeeded, ..dns(domain, true) };
        let validated = |status: &str, renewal: Option<Renewal>, own: [Option<bool>; 2]| {
            let own = vec![says("example.com", own[0]), says("example.org", own[1])];
            let certificate = CertificateDetail { renewal, ..certificate(status, own) };
            wanted(&certificate).records.iter().map(|wanted| wanted.validated).collect::<Vec<_>>()
        };
        let renewal = |reason: Option<&str>, of: [Option<bool>; 2]| {
            let domains = vec![says("example.com", of[0]), says("example.org", of[1])];
            Some(Renewal { status: "PENDING_VALIDATION".into(), reason: reason.map(str::to_owned), domains })
        };
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(validated("PENDING_VALIDATION", None, [yes, no]), [true, false]);
        assert_eq!(validated("PENDING_VALIDATION", None, [None, None]), [false, false]);
        assert_eq!(validated("ISSUED", None, [yes, yes]), [false, false]);
        assert_eq!(validated("ISSUED", renewal(None, [no, yes]), [yes, yes]), [false, true]);
        assert_eq!(validated("ISSUED", renewal(None, [yes, yes]), [yes, yes]), [false, false]);
        assert_eq!(validated("ISSUED", renewal(Some("CAA_ERROR"), [yes, yes]), [yes, yes]), [true, true]);
    }

    #[test]
    fn a_change_wants_what_acm_requested_and_waits_for_the_rest() {
        let since: Timestamp = "2026-11-21T06:00:00Z".parse().unwrap();
        let mail = |domain: &str| by(domain, Validation::Email(vec!["admin@example.com".into()]));
        let change = ValidationMethodUpdate {
            status: "PENDING_DOMAIN_VALIDATION".into(),
            to: Some("DNS".into()),
            requested_at: Some(since),
        };
        let stuck = Renewal { status: "PENDING_VALIDATION".into(), reason: None, domains: vec![mail("example.com")] };
        let certificate = CertificateDetail {
            method_update: Some(change),
            renewal: Some(stuck),
            ..certificate("ISSUED", vec![mail("example.com"), mail("www.example.com"), mail("example.org")])
        };
        let done = DomainValidation { succeeded: Some(true), ..dns("example.com", true) };
        let listed = PendingUpdate::Records(vec![done, dns("www.example.com", false)]);
        let ValidationNeed::Records(wanted) = validation_need(&certificate, &listed, &everything()) else { panic!() };
        assert_eq!(names(&wanted), ["_t.example.com"]);
        assert_eq!(wanted.not_named, ["www.example.com", "example.org"]);
        assert_eq!(
            (wanted.pending, wanted.records[0].validated),
            (PendingValidation::ValidationMethodUpdate(Some(since)), true)
        );

        // Names are compared as the DNS does.
        let spelled = [dns("EXAMPLE.com.", true), dns("www.example.com.", true), dns("Example.org", false)];
        let ValidationNeed::Records(wanted) =
            validation_need(&certificate, &PendingUpdate::Records(spelled.into()), &everything())
        else {
            panic!()
        };
        assert_eq!(wanted.not_named, ["Example.org"]);

        let error = CallError {
            operation: "acm:ListCertificateDomainValidations",
            code: None,
            message: "x".into(),
            kind: CallErrorKind::Denied,
        };
        let ValidationNeed::Records(wanted) =
            validation_need(&certificate, &PendingUpdate::Error(error), &everything())
        else {
            panic!()
        };
        assert!(wanted.records.is_empty() && wanted.not_named.is_empty());
        assert_eq!(wanted.pending, PendingValidation::ValidationMethodUpdate(Some(since)));
    }

    #[test]
    fn a_request_that_caa_forbade_is_reported() {
        let certificate =
            CertificateDetail { failure_reason: Some("CAA_ERROR".into()), ..certificate("FAILED", Vec::new()) };
        assert_eq!(validation_need(&certificate, &PendingUpdate::None, &everything()), ValidationNeed::ForbiddenByCaa);
    }

    #[test]
    fn a_request_that_acm_gave_up_is_reported_where_the_dns_was_to_prove_it() {
        let timed_out = |domain| {
            validation_need(&certificate("VALIDATION_TIMED_OUT", vec![domain]), &PendingUpdate::None, &everything())
        };
        assert_eq!(timed_out(dns("example.com", true)), ValidationNeed::TimedOut);
        let by_email = by("example.com", Validation::Email(Vec::new()));
        assert_eq!(timed_out(by_email), ValidationNeed::Skip(SkipReason::ValidationTimedOut));
    }

    #[test]
    fn what_is_not_granted_is_wanted_and_refused() {
        let grants: Grants = r#"{"domains": ["example.com"]}"#.parse().unwrap();
        let certificate =
            certificate("PENDING_VALIDATION", vec![dns("www.example.com", true), dns("example.org", true)]);
        let ValidationNeed::Records(wanted) = validation_need(&certificate, &PendingUpdate::None, &grants) else {
            panic!()
        };
        let refused: Vec<_> = wanted.records.iter().map(|wanted| wanted.refused).collect();
        assert_eq!(refused, [None, Some(Cause::DomainNotGranted)]);
    }

    #[test]
    fn a_record_of_another_shape_is_kept_with_its_domain() {
        let strange = ResourceRecord {
            name: "_acme-challenge.example.com.".into(),
            kind: "CNAME".into(),
            value: "_v.acm-validations.aws.".into(),
        };
        let domain = || by("example.com", Validation::Dns(Some(strange.clone())));
        let wanted = wanted(&certificate("PENDING_VALIDATION", vec![domain(), domain()]));
        assert_eq!((wanted.records.len(), wanted.unusable), (0, vec![("example.com".to_owned(), strange)]));
    }

    #[test]
    fn a_wait_is_long_after_minutes() {
        let since: Timestamp = "2026-11-21T06:00:00Z".parse().unwrap();
        for (pending, minutes, long) in [
            (PendingValidation::Issuance(Some(since)), 9, false),
            (PendingValidation::Issuance(Some(since)), 10, true),
            (PendingValidation::Issuance(None), 10_000, false),
            (PendingValidation::ValidationMethodUpdate(Some(since)), 9, false),
            (PendingValidation::ValidationMethodUpdate(Some(since)), 10, true),
            (PendingValidation::Renewal, 0, true),
            (PendingValidation::None, 10_000, false),
        ] {
            assert_eq!(pending.is_long(since + SignedDuration::from_mins(minutes)), long, "{pending:?} {minutes}");
        }
    }

    #[test]
    fn a_renewal_may_start_sixty_days_or_a_third_before_expiry() {
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let hours = |days: i64| SignedDuration::from_hours(24 * days);
        for (lifetime, left, near) in
            [(198, 60, true), (198, 61, false), (47, 15, true), (47, 16, false), (395, 60, true), (198, -1, true)]
        {
            let certificate = CertificateDetail {
                summary: CertificateSummary {
                    not_before: Some(now + hours(left - lifetime)),
                    not_after: Some(now + hours(left)),
                    ..certificate("ISSUED", Vec::new()).summary
                },
                ..certificate("ISSUED", Vec::new())
            };
            assert_eq!(may_be_renewing(&certificate, now), near, "{left} of {lifetime}");
        }
        assert!(!may_be_renewing(&certificate("PENDING_VALIDATION", Vec::new()), now));
    }
}
