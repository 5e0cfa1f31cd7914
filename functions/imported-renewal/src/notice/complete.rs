//! The certificate was replaced in place.

use certificates::{CertificateDetail, RenewalStatus};
use events::IssuerChange;
use jiff::Timestamp;
use notices::{Kind, Notice, Severity, foreign, foreign_up_to};

use super::headline::headline;
use super::{SENTENCE, day, domain_names, endpoints};
use crate::completion::Completion;
use crate::state::CertificateState;

pub(crate) fn complete(state: &CertificateState, completion: &Completion, now: Timestamp) -> Notice {
    let Completion { after, remarks, pending_domain_names, issuer_change, .. } = completion;
    let expiry = day(after.not_after);
    let needs_a_check = !remarks.is_empty()
        || !pending_domain_names.is_empty()
        || issuer_change.is_some()
        || endpoints::need_a_check(&completion.endpoints);
    let severity = if needs_a_check { Severity::Warning } else { Severity::Info };
    let headline = headline(after.display_name(), |name| match issuer_change {
        Some(_) => format!("{name} renewed with another issuer, now valid until {expiry}"),
        None => format!("{name} renewed, now valid until {expiry}"),
    });
    Notice {
        owner: state.owner.as_deref().map(foreign),
        purpose: state.purpose.as_deref().map(foreign),
        status: Some(RenewalStatus::RenewalComplete),
        what_happened: what_happened(state, completion),
        why_it_matters: why_it_matters(issuer_change.as_ref()),
        what_happens_next: "Nothing until the next renewal.".into(),
        what_to_do: what_to_do(state, completion),
        ..Notice::new(Kind::RenewalComplete, severity, &headline, after, now)
    }
}

fn what_happened(state: &CertificateState, completion: &Completion) -> String {
    let mut sentences = Vec::from(replacement(state, &completion.after));
    if let Some(change) = &completion.issuer_change {
        let (before, after) = (foreign(&change.issuer_before), foreign(&change.issuer_after));
        sentences.push(format!("Its issuer changed from `{before}` to `{after}`, as GRANTS and its tag allow."));
    }
    if let Some(required_days) = completion.cut_from_days {
        sentences.push(format!(
            "The required lifetime of {required_days} days was cut to maxValidityDays in the stack parameter Settings."
        ));
    }
    sentences.extend(endpoints::what_happened(&completion.endpoints));
    sentences.extend(domain_names::what_happened(&completion.pending_domain_names));
    if completion.attempt > 1 {
        sentences.push(format!("It took {} attempts.", completion.attempt));
    }
    sentences.join(" ")
}

fn replacement(state: &CertificateState, after: &CertificateDetail) -> [String; 2] {
    let before = &state.certificate;
    let name = foreign(after.display_name());
    let serial = |certificate: &CertificateDetail| certificate.serial.clone().unwrap_or_else(|| "unknown".into());
    if before.serial == after.serial {
        // It was found replaced: the old serial is only known from the tag, and perhaps it was a person.
        let old = state.tag_state.recorded.renewal_of.as_deref().map_or_else(|| "unknown".into(), foreign);
        let when = day(after.imported_at);
        return [
            format!("The imported certificate {name} was replaced under the same ARN on {when}."),
            format!("Serial {old} became {}.", serial(after)),
        ];
    }
    let identity = |one: &CertificateDetail| (one.subject_alternative_names.clone(), one.key_algorithm.clone());
    let kept = if identity(before) == identity(after) { ", with the same names and type of key" } else { "" };
    [
        format!("The imported certificate {name} was replaced in place, under the same ARN{kept}."),
        format!("Serial {} became {}.", serial(before), serial(after)),
    ]
}

fn why_it_matters(change: Option<&IssuerChange>) -> String {
    match change {
        Some(change) => format!(
            "Everything that uses this ARN serves the new certificate within minutes. Clients that do not trust `{}` \
             refuse to connect.",
            foreign(&change.issuer_after)
        ),
        None => "Everything that uses this ARN serves the new certificate within minutes. Clients that pin the old \
                 certificate or its key must be updated."
            .into(),
    }
}

fn what_to_do(state: &CertificateState, completion: &Completion) -> Vec<String> {
    let mut steps = Vec::new();
    if completion.issuer_change.is_some() {
        steps.push("Check now that every client of this certificate trusts the new issuer.".into());
        steps.push(format!(
            "If that was not intended, import the previous certificate (serial {}) again under the same ARN, with its \
             private key, which ACM does not return. Then remove the tag acm-autopilot:private-ca.",
            state.certificate.serial.as_deref().unwrap_or("unknown")
        ));
    }
    steps.extend(domain_names::steps(&completion.pending_domain_names, &completion.after.arn));
    steps.extend(endpoints::steps(&completion.endpoints, &completion.after));
    steps.extend(completion.remarks.iter().map(|remark| foreign_up_to(remark, SENTENCE)));
    steps
}
