//! Who renews a certificate.
//!
//! | entry | who |
//! |---|---|
//! | without expiry, not issued yet, revoked, deleted; expired, unless imported | not needed |
//! | imported, its tags could not be read | unknown |
//! | imported, without a source in its tags, or with one that cannot work, or its last renewal failed | nobody |
//! | imported, with a source | imported-renewal |
//! | of an ACME client | the client |
//! | of ACM, `INELIGIBLE` | nobody |
//! | of ACM, a domain is validated by e-mail | a person |
//! | of ACM, its renewal failed or waits for validation | nobody |
//! | of ACM, `ELIGIBLE`, and private or validated by DNS or HTTP | ACM |
//! | of ACM, and one of these facts could not be read | unknown |
//! | IAM, API Gateway, private CA, binding of an ACME endpoint | a person |
//!
//! Source: [managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html).

use certificates::tags::{PREFIX, RenewFrom, TagState, Tags};
use certificates::{RenewalStatus, Validation, utc_date};
use inventory::{Entry, Kind, Reading};
use jiff::Timestamp;
use notices::foreign;

use crate::life::{Life, life};
use crate::model::{RenewedBy, Renewer};
use crate::verdicts::lack;

/// Who renews an entry.
pub(crate) fn renewed_by(entry: &Entry, now: Timestamp) -> RenewedBy {
    let because = |who, why: &str| RenewedBy { who, why: why.to_owned() };
    match (life(entry, now), entry.kind) {
        (Life::Endless, _) => because(Renewer::NotNeeded, "It has no expiry."),
        (Life::NotIssued, _) => because(Renewer::NotNeeded, "It is not issued."),
        (Life::Ended, _) => because(Renewer::NotNeeded, "It is revoked or deleted."),
        (_, Kind::Imported) => imported(entry),
        (Life::Expired, _) => because(Renewer::NotNeeded, "It has expired: it can only be replaced."),
        (_, Kind::Acme) => because(Renewer::AcmeClient, "Its ACME client does, with a new certificate and a new ARN."),
        (_, Kind::AmazonIssued | Kind::Private) => by_acm(entry),
        (_, Kind::IamServer) => because(Renewer::Person, "A person uploads another one: IAM renews nothing."),
        (_, Kind::ApiClient) => because(Renewer::Person, "A person generates another one in API Gateway."),
        (_, Kind::PrivateCa) => because(Renewer::Person, "A person has another CA certificate issued and installs it."),
        (_, Kind::AcmeEndpoint | Kind::AcmeBinding | Kind::AcmeAccount) => {
            because(Renewer::Person, "A person creates another one.")
        }
    }
}

fn nobody(why: impl Into<String>) -> RenewedBy {
    RenewedBy { who: Renewer::Nobody, why: why.into() }
}

fn unknown(why: impl Into<String>) -> RenewedBy {
    RenewedBy { who: Renewer::Unknown, why: why.into() }
}

/// What this project's tags say. `None` where the tags are not known.
pub(crate) fn tag_state(entry: &Entry) -> Option<TagState> {
    let own = |tags: &inventory::Tags| -> Tags { tags.iter().filter(|(key, _)| key.starts_with(PREFIX)).collect() };
    entry.tags.known().map(|tags| TagState::read(&own(tags)))
}

fn imported(entry: &Entry) -> RenewedBy {
    let Some(state) = tag_state(entry) else {
        return unknown(lack(&entry.tags, "Its tags").unwrap_or_default() + ": they name the source of its renewal.");
    };
    let Some(source) = &state.settings.renew_from else {
        return nobody(
            "ACM never renews imported certificates, and its tags name no source (acm-autopilot:renew-from).",
        );
    };
    if let Some(problem) = problem(source, &state) {
        return nobody(problem);
    }
    let recorded = &state.recorded;
    let is_older = |imported: Timestamp| recorded.since.is_none_or(|since| imported <= since);
    if recorded.status == Some(RenewalStatus::RenewalFailed) && entry.imported_at.is_none_or(is_older) {
        let on = recorded.since.map_or(String::new(), |since| format!(" on {}", utc_date(since)));
        let reason = recorded.reason.map_or("no reason given", |reason| reason.as_str());
        return nobody(format!("Its last renewal from {} failed{on}: {reason}.", source.as_str()));
    }
    RenewedBy { who: Renewer::Autopilot, why: format!("imported-renewal does, from {}.", source.as_str()) }
}

/// Why the source that the tags name cannot work.
fn problem(source: &RenewFrom, state: &TagState) -> Option<String> {
    let settings = &state.settings;
    match source {
        RenewFrom::Unknown(source) => {
            Some(format!("Its tag acm-autopilot:renew-from is `{}`, which is not a source.", foreign(source)))
        }
        RenewFrom::PrivateCa if matches!(settings.private_ca, Some(Err(_))) => {
            Some("Its tag acm-autopilot:private-ca is not the ARN of a private CA.".into())
        }
        RenewFrom::Secret if !matches!(settings.secret, Some(Ok(_))) => {
            Some("Its tag acm-autopilot:renew-from is `secret`, and no tag names a secret.".into())
        }
        RenewFrom::Acme if settings.acme.is_none() => {
            Some("Its tag acm-autopilot:renew-from is `acme`, and no tag names the ACME directory.".into())
        }
        RenewFrom::PrivateCa | RenewFrom::Secret | RenewFrom::Acme => None,
    }
}

fn by_acm(entry: &Entry) -> RenewedBy {
    match entry.renewal_eligibility.as_deref() {
        Some("ELIGIBLE") => {}
        Some("INELIGIBLE") => return nobody("ACM cannot renew it (INELIGIBLE): it has to be in use, or exported."),
        _ => return unknown("ACM did not report whether it is able to renew it."),
    }
    let (Some(status), Some(method)) = (renewal_status(entry), method(entry)) else {
        let why = lack(&entry.described, "Its description").or_else(|| lack(&entry.identity, "Its identity"));
        return unknown(why.unwrap_or_else(|| "ACM did not show".into()) + ": how it is validated and renewed.");
    };
    if method == Method::Email {
        return RenewedBy {
            who: Renewer::Person,
            why: "ACM does, but each time a person has to follow the link in an e-mail.".into(),
        };
    }
    match status.as_deref() {
        Some("FAILED") => nobody(format!("ACM's renewal failed{}.", reason(entry))),
        Some("PENDING_VALIDATION") => nobody(format!("ACM's renewal waits for validation{}.", reason(entry))),
        _ => RenewedBy { who: Renewer::Acm, why: format!("ACM does, {}.", method.words()) },
    }
}

/// How ACM validates a certificate's domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// A private certificate has no validation.
    NotNeeded,
    Dns,
    Http,
    /// At least one of the domains, by a person.
    Email,
}

impl Method {
    fn words(self) -> &'static str {
        match self {
            Self::NotNeeded => "from its private CA",
            Self::Dns => "by DNS",
            Self::Http => "by HTTP through CloudFront",
            Self::Email => "by e-mail",
        }
    }
}

/// How a certificate is validated, where that is known.
pub(crate) fn method(entry: &Entry) -> Option<Method> {
    if entry.kind == Kind::Private {
        return Some(Method::NotNeeded);
    }
    let validations = entry.described.known().map(|known| known.domain_validations.as_slice()).unwrap_or_default();
    if validations.iter().any(|domain| matches!(domain.validation, Validation::Email(_))) {
        return Some(Method::Email);
    }
    let by_name = match entry.identity.known().and_then(|identity| identity.validation_method.as_deref()) {
        Some("EMAIL") => Some(Method::Email),
        Some("DNS") => Some(Method::Dns),
        Some("HTTP") => Some(Method::Http),
        _ => None,
    };
    let is_dns = |one: &certificates::DomainValidation| matches!(one.validation, Validation::Dns(_));
    let is_http =
        |one: &certificates::DomainValidation| matches!(&one.validation, Validation::Other(Some(m)) if m == "HTTP");
    by_name
        .or_else(|| (!validations.is_empty() && validations.iter().all(is_dns)).then_some(Method::Dns))
        .or_else(|| (!validations.is_empty() && validations.iter().all(is_http)).then_some(Method::Http))
        .or_else(|| (entry.managed_by.as_deref() == Some("CLOUDFRONT")).then_some(Method::Http))
}

/// The state of ACM's renewal by the newer of its two sources; the outer `None`: neither is known.
fn renewal_status(entry: &Entry) -> Option<Option<String>> {
    let described = match &entry.described {
        Reading::Known { value, as_of } => Some((*as_of, value.renewal.as_ref().map(|renewal| renewal.status.clone()))),
        _ => None,
    };
    let identity = match &entry.identity {
        Reading::Known { value, as_of } => Some((*as_of, value.renewal_status.clone())),
        _ => None,
    };
    described.into_iter().chain(identity).max_by_key(|(as_of, _)| *as_of).map(|(_, status)| status)
}

/// ACM's reason, where it gives one.
fn reason(entry: &Entry) -> String {
    let renewal = entry.described.known().and_then(|known| known.renewal.as_ref());
    renewal.and_then(|renewal| renewal.reason.as_deref()).map_or(String::new(), |why| format!(" ({})", foreign(why)))
}
