//! Which records a certificate needs, or why none.

use certificates::{CertificateFacts, CertificateType, DomainValidation, Validation};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::records::Record;

/// ACM finds a record within minutes of its creation. Whoever waits longer waits for something else
/// than time.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// A renewal is asked for so long before the end at the earliest
/// ([managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html): 60 days).
const RENEWAL_WINDOW_DAYS: i64 = 60;

/// Why a certificate needs nothing from this function: a documented word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idle {
    /// ACM validates nothing for an imported certificate.
    Imported,
    /// Nor for one that a private CA issues.
    PrivateCa,
    /// A person answers an e-mail.
    EmailValidation,
    /// CloudFront proves it over HTTP.
    HttpValidation,
    /// It has expired: ACM does not renew it any more.
    Expired,
    /// It was revoked.
    Revoked,
    /// The request failed.
    Failed,
    /// ACM gave up after 72 hours. It has to be requested anew.
    ValidationTimedOut,
    /// ACM keeps it only for the record.
    Inactive,
    /// A status that is not known here.
    UnknownStatus,
    /// Another method than DNS.
    OtherValidation,
}

impl Idle {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::PrivateCa => "private-ca",
            Self::EmailValidation => "email-validation",
            Self::HttpValidation => "http-validation",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Failed => "failed",
            Self::ValidationTimedOut => "validation-timed-out",
            Self::Inactive => "inactive",
            Self::UnknownStatus => "unknown-status",
            Self::OtherValidation => "other-validation",
        }
    }
}

/// What ACM is doing about the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// It is issued, and nothing is under way.
    No,
    /// The first issuance waits for the records, since this moment.
    Issuance(Option<Timestamp>),
    /// ACM says that its renewal waits for them.
    Renewal,
    /// Nothing waits any more: the request has failed, and has to be made again.
    RequestFailed,
}

impl Waiting {
    /// Whether the wait is longer than ACM needs once the records are there.
    #[must_use]
    pub fn is_long(self, now: Timestamp) -> bool {
        match self {
            Self::No | Self::RequestFailed => false,
            Self::Issuance(since) => since.is_some_and(|since| now.duration_since(since) >= PATIENCE),
            Self::Renewal => true,
        }
    }
}

/// A record and the domain that it proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedRecord {
    /// The record.
    pub record: Record,
    /// The first of the domains that share it.
    pub domain: String,
    /// Whether ACM has validated every domain that shares it, and waits for others.
    pub validated: bool,
}

/// What a certificate needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The records, each once: a wildcard shares that of its base name.
    pub records: Vec<WantedRecord>,
    /// Domains whose record ACM has not named yet.
    pub not_named: Vec<String>,
    /// Domains with a record that is none that this function writes.
    pub unusable: Vec<String>,
    /// What ACM waits for.
    pub waiting: Waiting,
    /// Whether ACM says that a CAA record is in its way.
    pub caa_error: bool,
}

/// What is to be done about a certificate, from its own state alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing(Idle),
    /// Its request failed because of a CAA record, which a person has to be told.
    ForbiddenByCaa,
    /// Records.
    Records(Wanted),
}

/// What a described certificate needs.
#[must_use]
pub fn of(facts: &CertificateFacts) -> Need {
    let idle = match (&facts.certificate_type, facts.status.as_str()) {
        (CertificateType::Imported, _) => Some(Idle::Imported),
        (CertificateType::Private, _) => Some(Idle::PrivateCa),
        (_, "PENDING_VALIDATION" | "ISSUED") => None,
        (_, "FAILED") if facts.failure_reason.as_deref() == Some("CAA_ERROR") => return Need::ForbiddenByCaa,
        (_, "FAILED") => Some(Idle::Failed),
        (_, "EXPIRED") => Some(Idle::Expired),
        (_, "REVOKED") => Some(Idle::Revoked),
        (_, "VALIDATION_TIMED_OUT") => Some(Idle::ValidationTimedOut),
        (_, "INACTIVE") => Some(Idle::Inactive),
        _ => Some(Idle::UnknownStatus),
    };
    match idle.or_else(|| without_dns(facts)) {
        Some(idle) => Need::Nothing(idle),
        None => Need::Records(records(facts)),
    }
}

/// Why DNS proves none of its domains. An answer of ACM's without any domain comes in the seconds
/// after the request, and says nothing.
fn without_dns(facts: &CertificateFacts) -> Option<Idle> {
    let all = |test: fn(&Validation) -> bool| domains(facts).all(|domain| test(&domain.validation));
    domains(facts).next()?;
    if all(|validation| matches!(validation, Validation::Email(_))) {
        return Some(Idle::EmailValidation);
    }
    if all(|validation| matches!(validation, Validation::Other(Some(method)) if method == "HTTP")) {
        return Some(Idle::HttpValidation);
    }
    let none = all(|validation| matches!(validation, Validation::Email(_) | Validation::Other(Some(_))));
    none.then_some(Idle::OtherValidation)
}

/// A renewal has domains of its own; they name the same records.
fn domains(facts: &CertificateFacts) -> impl Iterator<Item = &DomainValidation> {
    let renewing = facts.renewal.iter().flat_map(|renewal| &renewal.domains);
    facts.domain_validations.iter().chain(renewing)
}

fn records(facts: &CertificateFacts) -> Wanted {
    let pending = facts.status == "PENDING_VALIDATION";
    let renewal = facts.renewal.as_ref().filter(|renewal| renewal.is_stuck());
    let waiting = match renewal {
        _ if pending => Waiting::Issuance(facts.created_at),
        Some(_) => Waiting::Renewal,
        None => Waiting::No,
    };
    let caa_error = renewal.is_some_and(|renewal| renewal.reason.as_deref() == Some("CAA_ERROR"));
    let mut wanted = Wanted { records: Vec::new(), not_named: Vec::new(), unusable: Vec::new(), waiting, caa_error };
    for domain in domains(facts) {
        let name = &domain.domain_name;
        match &domain.validation {
            Validation::Dns(Some(record)) => match Record::of(record) {
                Some(record) if wanted.records.iter().any(|known| known.record == record) => {}
                Some(record) => {
                    wanted.records.push(WantedRecord { record, domain: name.clone(), validated: false });
                }
                None => add(&mut wanted.unusable, name),
            },
            // Before ACM has named a record it may not have told the method either.
            Validation::Dns(None) | Validation::Other(None) => add(&mut wanted.not_named, name),
            Validation::Email(_) | Validation::Other(Some(_)) => {}
        }
    }
    if facts.domain_validations.is_empty() && pending {
        for name in facts.domain_name.iter().chain(&facts.subject_alternative_names) {
            add(&mut wanted.not_named, name);
        }
    }
    mark_validated(facts, &mut wanted);
    // The certificate's own list and its renewal's are read at one moment, so a domain of which either
    // names the record is no domain to wait for.
    let named: Vec<String> = domains(facts)
        .filter(|domain| matches!(domain.validation, Validation::Dns(Some(_))))
        .map(|domain| domain.domain_name.clone())
        .collect();
    wanted.not_named.retain(|name| !named.contains(name));
    wanted
}

/// What ACM waits for has a list of its own: that of a certificate tells of its first issue, that of a
/// renewal of the renewal. Where all are validated and ACM waits for them all the same, the lists say
/// nothing.
fn mark_validated(facts: &CertificateFacts, wanted: &mut Wanted) {
    let current: &[DomainValidation] = match (wanted.waiting, &facts.renewal) {
        (Waiting::Renewal, Some(renewal)) => &renewal.domains,
        (Waiting::Issuance(_), _) => &facts.domain_validations,
        _ => &[],
    };
    let record = |domain: &DomainValidation| match &domain.validation {
        Validation::Dns(Some(record)) => Record::of(record),
        _ => None,
    };
    let (succeeded, waiting): (Vec<_>, Vec<_>) = current.iter().partition(|domain| domain.succeeded == Some(true));
    if waiting.is_empty() && !wanted.caa_error {
        return;
    }
    let succeeded: Vec<Record> = succeeded.into_iter().filter_map(record).collect();
    let waiting: Vec<Record> = waiting.into_iter().filter_map(record).collect();
    for wanted in &mut wanted.records {
        wanted.validated = succeeded.contains(&wanted.record) && !waiting.contains(&wanted.record);
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// Whether a listed certificate is so near its end that its renewal may be under way, which only its
/// description tells: 60 days, or a third of its lifetime where that is shorter.
#[must_use]
pub fn may_be_renewing(facts: &CertificateFacts, now: Timestamp) -> bool {
    let Some(not_after) = facts.not_after else { return false };
    let third = facts.validity_days().map_or(RENEWAL_WINDOW_DAYS, |days| days / 3);
    certificates::days_left(not_after, now) <= RENEWAL_WINDOW_DAYS.min(third)
}

#[cfg(test)]
mod tests {
    use certificates::{Renewal, ResourceRecord};

    use super::*;

    fn dns(domain: &str, record: bool) -> DomainValidation {
        let base = domain.trim_start_matches("*.");
        let record = record.then(|| ResourceRecord {
            name: format!("_t.{base}."),
            kind: "CNAME".into(),
            value: format!("_v-{base}.acm-validations.aws."),
        });
        DomainValidation { domain_name: domain.into(), succeeded: None, validation: Validation::Dns(record) }
    }

    fn by(domain: &str, validation: Validation) -> DomainValidation {
        DomainValidation { domain_name: domain.into(), succeeded: None, validation }
    }

    fn certificate(status: &str, domains: Vec<DomainValidation>) -> CertificateFacts {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        CertificateFacts {
            domain_name: Some("example.com".into()),
            status: status.into(),
            domain_validations: domains,
            described: true,
            ..CertificateFacts::new(arn, CertificateType::AmazonIssued)
        }
    }

    fn wanted(facts: &CertificateFacts) -> Wanted {
        match of(facts) {
            Need::Records(wanted) => wanted,
            other => panic!("{other:?}"),
        }
    }

    fn names(wanted: &Wanted) -> Vec<&str> {
        wanted.records.iter().map(|wanted| wanted.record.name.as_str()).collect()
    }

    #[test]
    fn apex_and_wildcard_share_one_record() {
        let facts = certificate(
            "PENDING_VALIDATION",
            vec![dns("example.com", true), dns("*.example.com", true), dns("*.api.example.com", true)],
        );
        let wanted = wanted(&facts);
        assert_eq!(names(&wanted), ["_t.example.com", "_t.api.example.com"]);
        assert_eq!((wanted.not_named.len(), wanted.waiting), (0, Waiting::Issuance(None)));
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
    fn the_table_of_certificates_that_need_nothing() {
        let mail = || by("example.com", Validation::Email(vec!["admin@example.com".into()]));
        let other = |method: &str| by("example.com", Validation::Other(Some(method.into())));
        for (status, domains, idle) in [
            ("ISSUED", vec![mail()], Idle::EmailValidation),
            ("PENDING_VALIDATION", vec![mail(), mail()], Idle::EmailValidation),
            ("PENDING_VALIDATION", vec![other("HTTP")], Idle::HttpValidation),
            ("ISSUED", vec![other("CARRIER_PIGEON"), mail()], Idle::OtherValidation),
            ("EXPIRED", vec![dns("example.com", true)], Idle::Expired),
            ("REVOKED", vec![dns("example.com", true)], Idle::Revoked),
            ("FAILED", vec![dns("example.com", true)], Idle::Failed),
            ("VALIDATION_TIMED_OUT", vec![dns("example.com", true)], Idle::ValidationTimedOut),
            ("INACTIVE", vec![dns("example.com", true)], Idle::Inactive),
            ("TELEPORTED", vec![dns("example.com", true)], Idle::UnknownStatus),
        ] {
            assert_eq!(of(&certificate(status, domains)), Need::Nothing(idle));
        }
        for (kind, idle) in [(CertificateType::Imported, Idle::Imported), (CertificateType::Private, Idle::PrivateCa)] {
            let facts = CertificateFacts { certificate_type: kind, ..certificate("ISSUED", Vec::new()) };
            assert_eq!(of(&facts), Need::Nothing(idle));
        }
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
            wanted(&CertificateFacts { renewal: Some(renewal), ..certificate("ISSUED", own) })
        };
        let waits = renewing("PENDING_VALIDATION", None);
        assert_eq!(names(&waits), ["_t.example.com", "_t.www.example.com"]);
        assert_eq!((waits.waiting, waits.not_named.len(), waits.caa_error), (Waiting::Renewal, 0, false));
        assert!(renewing("FAILED", Some("CAA_ERROR")).caa_error);
        assert_eq!(renewing("PENDING_AUTO_RENEWAL", None).waiting, Waiting::No);
    }

    #[test]
    fn what_acm_has_validated_is_known_by_the_list_of_what_it_waits_for() {
        let says = |domain: &str, succeeded: Option<bool>| DomainValidation { succeeded, ..dns(domain, true) };
        let validated = |status: &str, renewal: Option<Renewal>, own: [Option<bool>; 2]| {
            let own = vec![says("example.com", own[0]), says("example.org", own[1])];
            let facts = CertificateFacts { renewal, ..certificate(status, own) };
            wanted(&facts).records.iter().map(|wanted| wanted.validated).collect::<Vec<_>>()
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
    fn a_request_that_caa_forbade_is_told() {
        let facts = CertificateFacts { failure_reason: Some("CAA_ERROR".into()), ..certificate("FAILED", Vec::new()) };
        assert_eq!(of(&facts), Need::ForbiddenByCaa);
    }

    #[test]
    fn a_wait_is_long_after_minutes() {
        let since: Timestamp = "2026-11-21T06:00:00Z".parse().unwrap();
        for (waiting, minutes, long) in [
            (Waiting::Issuance(Some(since)), 9, false),
            (Waiting::Issuance(Some(since)), 10, true),
            (Waiting::Issuance(None), 10_000, false),
            (Waiting::Renewal, 0, true),
            (Waiting::No, 10_000, false),
        ] {
            assert_eq!(waiting.is_long(since + SignedDuration::from_mins(minutes)), long, "{waiting:?} {minutes}");
        }
    }

    #[test]
    fn near_the_end_is_sixty_days_or_a_third() {
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let hours = |days: i64| SignedDuration::from_hours(24 * days);
        for (lifetime, left, near) in
            [(198, 60, true), (198, 61, false), (47, 15, true), (47, 16, false), (395, 60, true), (198, -1, true)]
        {
            let facts = CertificateFacts {
                not_before: Some(now + hours(left - lifetime)),
                not_after: Some(now + hours(left)),
                ..certificate("ISSUED", Vec::new())
            };
            assert_eq!(may_be_renewing(&facts, now), near, "{left} of {lifetime}");
        }
        assert!(!may_be_renewing(&certificate("PENDING_VALIDATION", Vec::new()), now));
    }
}
