//! The words of a notice, and what it holds to paste.

mod overflow;
mod paste;

use std::collections::BTreeSet;
use std::fmt::Write;

use certificates::{Renewal, days_left, utc_date};
use jiff::Timestamp;
use notices::{Kind, Notice, Paste, foreign};

use crate::policy::required_records::{RENEWAL_WINDOW_DAYS, VALIDATION_TIMEOUT};
use crate::policy::severity::severity;
use crate::policy::text::listed as listed_names;
use crate::policy::{Blocked, Cause, DnsName, PendingValidation, Record, Settings};
use crate::state::CertificateState;
use paste::{change_batches, zone_file};

pub(crate) use overflow::overflow_notice;

/// Records beyond this many characters of names and values are counted, not listed: a message holds 256 KiB,
/// in six forms, most of them with each record in three places.
const LISTED_CHARACTERS: usize = 4_000;
/// Findings beyond this many are counted, not listed: a person reads this.
const LISTED_FINDINGS: usize = 10;
/// What a subject leaves for the name of a certificate.
const NAME_IN_SUBJECT: usize = 34;

/// The notice of what keeps the records from being in place.
pub(crate) fn records_missing(
    state: &CertificateState,
    pending: PendingValidation,
    blocked: &[Blocked],
    settings: &Settings,
) -> Notice {
    let certificate = &state.certificate;
    // Where nobody answers for the domain, its records are in place and of no use.
    let missing = blocked.iter().filter(|blocked| blocked.cause != Cause::DelegationBroken);
    let records: Vec<&Record> = missing.filter_map(|blocked| blocked.record.as_ref()).collect();
    let cause = blocked.iter().map(|blocked| blocked.cause).min().unwrap_or(Cause::NoZone);
    let headline = headline(&foreign(certificate.display_name()), cause, records.len());
    let mut notice = Notice::new(
        Kind::ValidationRecordsMissing,
        severity(certificate, state.now),
        &headline,
        certificate,
        state.now,
    );
    notice.set_tags(&state.tags, &settings.tag_keys);
    notice.cause = Some(cause.as_str().to_owned());
    notice.what_happened = what_happened(state, pending, blocked);
    notice.why_it_matters = why_it_matters(state, pending);
    notice.what_happens_next = what_happens_next(pending);
    let creatable = listed(&records);
    notice.what_to_do = steps(state, pending, blocked, &records, records.len() - creatable.len());
    if pending == PendingValidation::RequestFailed && cause != Cause::ValidationTimedOut {
        notice.what_to_do.push("Then request the certificate again.".into());
    }
    notice.records = creatable.iter().map(|record| record.resource_record()).collect();
    if !creatable.is_empty() {
        let ttl = settings.record_ttl;
        notice.to_paste = vec![Paste { title: "For a zone file".into(), text: zone_file(&creatable, ttl) }];
        notice.to_paste.extend(change_batches(blocked, &creatable, ttl));
    }
    notice
}

/// The first records, as many as there is room for.
fn listed<'a>(records: &[&'a Record]) -> Vec<&'a Record> {
    let mut left = LISTED_CHARACTERS;
    let fits = |record: &&&Record| {
        let length = record.name.as_str().len() + record.value.as_str().len();
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    };
    records.iter().take_while(fits).copied().collect()
}

fn headline(name: &str, cause: Cause, records: usize) -> String {
    let name = shortened(name);
    match (cause, records) {
        (Cause::CaaForbidsAmazon, _) => {
            format!("{name}: CAA forbids Amazon to issue ({cause})", cause = cause.as_str())
        }
        (Cause::ValidationTimedOut, _) => format!("{name}: ACM gave up the request (validation-timed-out)"),
        (Cause::DomainNotGranted, _) => format!("{name}: domain not granted (domain-not-granted)"),
        (Cause::ExportNotGranted, _) => format!("{name}: exportable key not granted (export-not-granted)"),
        (Cause::NotDelegated | Cause::DelegationBroken, _) => {
            format!("{name}: validation has no effect ({})", cause.as_str())
        }
        (Cause::RecordsUnreadable, 0) => format!("{name}: ACM shows no records (records-unreadable)"),
        (_, 0 | 1) => format!("{name}: 1 validation record is missing ({})", cause.as_str()),
        (_, records) => format!("{name}: {records} validation records missing ({})", cause.as_str()),
    }
}

/// Each thing that was found, once. Names without a zone, or without a grant, share a sentence.
fn what_happened(state: &CertificateState, pending: PendingValidation, blocked: &[Blocked]) -> String {
    let mut text = lead(state, pending, blocked);
    let shares = |blocked: &&Blocked| matches!(blocked.cause, Cause::NoZone | Cause::DomainNotGranted);
    let mut seen = BTreeSet::new();
    let own = blocked.iter().filter(|blocked| !shares(blocked)).map(|blocked| blocked.detail.as_str());
    let details: Vec<&str> = own.filter(|detail| seen.insert(*detail)).collect();
    for detail in details.iter().take(LISTED_FINDINGS) {
        let _ = write!(text, " {detail}");
    }
    let more = details.len().saturating_sub(LISTED_FINDINGS);
    if more > 0 {
        let _ = write!(text, " The same kind of thing was found for {more} more.");
    }
    let domains = |cause| -> Vec<&str> {
        let of_cause = blocked.iter().filter(|blocked| blocked.cause == cause);
        of_cause.map(|blocked| blocked.domain.trim_start_matches("*.")).collect()
    };
    let (refused, homeless) = (domains(Cause::DomainNotGranted), domains(Cause::NoZone));
    if !refused.is_empty() {
        let refused = listed_names(&refused);
        let _ =
            write!(text, " acm-autopilot created no records for {refused}, which its operator has not granted to it.");
    }
    if !homeless.is_empty() {
        let homeless = listed_names(&homeless);
        let _ = write!(text, " No public hosted zone that acm-autopilot can see holds {homeless}.");
    }
    text
}

/// What it comes to, in one sentence.
fn lead(state: &CertificateState, pending: PendingValidation, blocked: &[Blocked]) -> String {
    let name = foreign(state.certificate.display_name());
    let is_of_domains = |blocked: &Blocked| blocked.record.is_some() || blocked.cause == Cause::UnusableRecord;
    let certificate = &state.certificate;
    let names = certificate.domain_name.iter().chain(&certificate.subject_alternative_names);
    let all: BTreeSet<DnsName> = names.map(|name| DnsName::new(name).base()).collect();
    let some: BTreeSet<DnsName> = blocked
        .iter()
        .filter(|blocked| is_of_domains(blocked))
        .map(|blocked| DnsName::new(&blocked.domain).base())
        .collect();
    let (some, all) = (some.len(), all.len());
    match pending {
        PendingValidation::RequestFailed => format!("ACM did not issue the certificate for {name}."),
        // The finding is about the certificate as a whole.
        _ if some == 0 || some > all => format!("ACM cannot validate the certificate for {name}."),
        _ if all == 1 => format!("ACM cannot validate the domain of the certificate for {name}."),
        _ => format!("ACM cannot validate {some} of {all} domains of the certificate for {name}."),
    }
}

fn why_it_matters(state: &CertificateState, pending: PendingValidation) -> String {
    let expiry = state.certificate.not_after.map(|expiry| utc_date(expiry).to_string());
    let consequence = |expiry: &str| {
        format!("If it is not renewed by {expiry}, clients will refuse to connect to the resources that use it.")
    };
    match (pending, expiry) {
        (PendingValidation::RequestFailed, _) => {
            "The certificate does not exist, and anything waiting for it will not proceed.".into()
        }
        (PendingValidation::ValidationMethodUpdate(_), expiry) => {
            let near = expiry.filter(|_| is_near_expiry(state)).map(|expiry| format!(" {}", consequence(&expiry)));
            format!(
                "Without its records the change to DNS validation fails: the certificate stays validated by e-mail, and \
                 each renewal waits for a person's answer.{}",
                near.unwrap_or_default()
            )
        }
        (PendingValidation::Issuance(_), _) | (_, None) => {
            "ACM will not issue the certificate until all its domains are validated, and anything waiting for it is \
             blocked (a CloudFormation stack stays in CREATE_IN_PROGRESS)."
                .into()
        }
        (PendingValidation::Renewal, Some(expiry)) => {
            format!("The renewal of the certificate is blocked. {}", consequence(&expiry))
        }
        (PendingValidation::None, Some(expiry)) => {
            format!("ACM cannot renew the certificate without the record. {}", consequence(&expiry))
        }
    }
}

/// Whether its renewal waits, or may be asked for.
fn is_near_expiry(state: &CertificateState) -> bool {
    let near = |end| days_left(end, state.now) <= RENEWAL_WINDOW_DAYS;
    state.certificate.renewal.as_ref().is_some_and(Renewal::is_stuck) || state.certificate.not_after.is_some_and(near)
}

fn what_happens_next(pending: PendingValidation) -> String {
    let patience = match pending {
        PendingValidation::RequestFailed => return "Nothing: ACM has ended this request.".into(),
        PendingValidation::Issuance(since) => waits_until("request", since),
        PendingValidation::ValidationMethodUpdate(since) => waits_until("request for the change", since),
        PendingValidation::Renewal | PendingValidation::None => String::new(),
    };
    format!(
        "ACM continues automatically as soon as the cause is fixed.{patience} acm-autopilot checks again at each sweep, and \
         sends another notice when it finds something new."
    )
}

/// ACM's patience, with its end where that is known.
fn waits_until(what: &str, since: Option<Timestamp>) -> String {
    match since.and_then(|since| since.checked_add(VALIDATION_TIMEOUT).ok()) {
        Some(end) => format!(
            " It waits until {} (72 hours after the {what}); after that the {what} has to be made again.",
            end.strftime("%Y-%m-%d %H:%M UTC")
        ),
        None => format!(" It waits for 72 hours after the {what}; after that the {what} has to be made again."),
    }
}

fn steps(
    state: &CertificateState,
    pending: PendingValidation,
    blocked: &[Blocked],
    records: &[&Record],
    unlisted: usize,
) -> Vec<String> {
    let causes: BTreeSet<Cause> = blocked.iter().map(|blocked| blocked.cause).collect();
    let mut steps: Vec<String> = causes.iter().flat_map(|cause| cause.steps()).map(|step| (*step).to_owned()).collect();
    let all_records = all_records(state, pending);
    if causes.contains(&Cause::RecordsUnreadable) {
        steps.push(format!("Or create the records yourself; they are in the answer of {all_records}"));
    }
    if !records.is_empty() {
        steps.push("Keep the records: every later renewal needs them.".into());
    }
    if unlisted > 0 {
        steps.push(format!("{unlisted} more records are in the answer of {all_records}"));
    }
    steps
}

/// The command that shows the records which ACM asks for.
fn all_records(state: &CertificateState, pending: PendingValidation) -> String {
    let (command, query) = match pending {
        PendingValidation::ValidationMethodUpdate(_) => ("list-certificate-domain-validations", ""),
        _ => ("describe-certificate", " --query Certificate.DomainValidationOptions"),
    };
    let arn = &state.certificate.arn;
    format!("aws acm {command} --region {} --certificate-arn {arn}{query}", arn.region())
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_IN_SUBJECT {
        return name.to_owned();
    }
    name.chars().take(NAME_IN_SUBJECT - 3).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use certificates::tags::Tags;
    use certificates::{CertificateArn, CertificateDetail, CertificateSummary, CertificateType};
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::Occasion;
    use crate::state::PendingUpdate;

    #[test]
    fn the_notice_of_a_change_has_the_expiry_where_it_is_near() {
        let now: Timestamp = "2026-11-21T06:51:08Z".parse().unwrap();
        let arn: CertificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        let stuck = || Some(Renewal { status: "PENDING_VALIDATION".into(), reason: None, domains: Vec::new() });
        for (days, renewal, end) in
            [(61, None, None), (60, None, Some("2027-01-20")), (61, stuck(), Some("2027-01-21"))]
        {
            let certificate = CertificateDetail {
                renewal,
                ..CertificateDetail::from(CertificateSummary {
                    not_after: Some(now + SignedDuration::from_hours(24 * days)),
                    ..CertificateSummary::new(arn.clone(), CertificateType::AmazonIssued)
                })
            };
            let state = CertificateState {
                occasion: Occasion::Sweep,
                update_requested_at: None,
                certificate,
                pending_update: PendingUpdate::None,
                tags: Tags::default(),
                now,
            };
            let text = why_it_matters(&state, PendingValidation::ValidationMethodUpdate(None));
            assert!(text.contains("stays validated by e-mail"), "{text}");
            assert_eq!(text.contains("refuse to connect"), end.is_some(), "{days} {text}");
            assert!(end.is_none_or(|end| text.contains(end)), "{days} {text}");
        }
    }

    #[test]
    fn every_headline_fits_into_a_subject() {
        for cause in Cause::ALL {
            for records in [0, 1, 100] {
                let headline = format!("[CRITICAL] {}", headline(&"n".repeat(300), cause, records));
                assert!(headline.len() < 100, "{} {headline}", headline.len());
            }
        }
    }
}
