//! Whether something uses a certificate.
//!
//! | certificate | verdict |
//! |---|---|
//! | a resource uses it, by InUseBy, a grant or a look-up | in use |
//! | of an ACME client, for clients only, or its key was exported | outside AWS |
//! | IAM server certificate, client certificate of API Gateway | unknown: no source shows all that may use them |
//! | its description is not known, or older than a week | unknown |
//! | a source of uses was asked in vain | unknown |
//! | ACM's list says that something uses it, or that it can be renewed, which needs a use | unknown |
//! | it may have been exported | unknown |
//! | seen unused for less than a day | unknown |
//! | otherwise | unused |
//!
//! ACM removes a use from InUseBy, and adds one, with a delay of up to half an hour: hence two checks a day apart.

use inventory::{Entry, Kind, Reading};
use jiff::{SignedDuration, Timestamp};

use crate::model::{Use, UseVerdict, is_certificate};
use crate::sources::Sources;
use crate::verdicts::{because, lack, resource};

/// The deep pass describes each certificate at least once a week.
const OLDEST_DESCRIPTION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Between the first check that saw no use and the last.
const SEEN_UNUSED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Resources that are named; the rest is counted.
const NAMED: usize = 2;

/// Whether something uses an entry.
pub(crate) fn use_of(entry: &Entry, sources: Sources<'_>, now: Timestamp) -> UseVerdict {
    let verdict = |verdict, why: String| UseVerdict { verdict, why };
    if !is_certificate(entry.kind) {
        return verdict(Use::NotApplicable, "It is not a certificate.".into());
    }
    if let Some(verdict) = in_use(entry) {
        return verdict;
    }
    if let Some(why) = outside(entry) {
        return verdict(Use::OutsideAws, why.into());
    }
    if let Some(why) = doubt(entry, sources, now) {
        return verdict(Use::Unknown, why);
    }
    let since = entry.unused_since.map_or(String::new(), |since| format!(" since {}", certificates::utc_date(since)));
    verdict(Use::Unused, format!("Nothing uses it{since}: InUseBy is empty, and no grant or look-up shows a use."))
}

/// That something uses it, where that is known.
pub(crate) fn in_use(entry: &Entry) -> Option<UseVerdict> {
    users(entry).map(|why| UseVerdict { verdict: Use::InUse, why })
}

/// The resources that use it, for people.
fn users(entry: &Entry) -> Option<String> {
    let labels: Vec<&str> = match (entry.uses.as_slice(), entry.described.known()) {
        ([], Some(described)) => described.in_use_by.iter().map(String::as_str).collect(),
        (uses, _) => uses
            .iter()
            .map(|usage| if usage.label.is_empty() { &usage.resource } else { &usage.label })
            .map(String::as_str)
            .collect(),
    };
    let named: Vec<String> = labels.iter().take(NAMED).map(|label| resource(label)).collect();
    match labels.len() {
        0 if entry.in_use == Some(true) && entry.described.known().is_none() => {
            Some("By ACM's list, something uses it.".into())
        }
        0 => None,
        count if count > NAMED => Some(format!("{} and {} more use it.", named.join(", "), count - NAMED)),
        1 => Some(format!("{} uses it.", named.join(""))),
        _ => Some(format!("{} use it.", named.join(", "))),
    }
}

/// Why its use is outside AWS, if that is known.
fn outside(entry: &Entry) -> Option<&'static str> {
    if entry.kind == Kind::Acme {
        return Some("Its ACME client has its key.");
    }
    if entry.usage.as_deref() == Some("CLIENT_AUTH_ONLY") {
        return Some("It is for clients only, which use it outside AWS.");
    }
    is_exported(entry).then_some("Its key was exported.")
}

/// Whether its key is known to have been exported. ACM is able to renew what nothing in AWS uses only when it was
/// exported ([managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html)).
pub(crate) fn is_exported(entry: &Entry) -> bool {
    let is_exportable = entry.kind == Kind::Private || entry.export_option.as_deref() == Some("ENABLED");
    let is_unused = entry.uses.is_empty()
        && entry.in_use == Some(false)
        && entry.described.known().is_some_and(|described| described.in_use_by.is_empty());
    let is_eligible = entry.renewal_eligibility.as_deref() == Some("ELIGIBLE");
    entry.exported == Some(true) || (is_exportable && is_unused && is_eligible)
}

/// Whether its key may have been exported, and ACM does not say.
pub(crate) fn may_be_exported(entry: &Entry) -> bool {
    let is_exportable = match entry.kind {
        Kind::Private => true,
        Kind::AmazonIssued => !matches!(entry.export_option.as_deref(), None | Some("DISABLED")),
        _ => false,
    };
    is_exportable && entry.exported.is_none()
}

/// What keeps it from being called unused.
fn doubt(entry: &Entry, sources: Sources<'_>, now: Timestamp) -> Option<String> {
    match entry.kind {
        Kind::IamServer => {
            return Some("Load balancers of every Region may use it, and IAM does not say which.".into());
        }
        Kind::ApiClient => return Some("API Gateway does not say which stages use it.".into()),
        _ => {}
    }
    if let Some(lack) = lack(&entry.described, "Its InUseBy") {
        return Some(lack + ".");
    }
    if let Some(why) = sources.unread_consumers() {
        return Some(format!("What may use it could not be read ({}).", because(why)));
    }
    if let Reading::Known { as_of, .. } = &entry.described
        && now.duration_since(*as_of) > OLDEST_DESCRIPTION
    {
        return Some(format!("Its InUseBy was last read on {}, too long ago.", certificates::utc_date(*as_of)));
    }
    if entry.in_use != Some(false) {
        return Some("ACM's list does not say that nothing uses it.".into());
    }
    if entry.kind != Kind::Imported && entry.renewal_eligibility.as_deref() != Some("INELIGIBLE") {
        return Some("ACM does not say that it cannot renew it, as it would if nothing used it.".into());
    }
    if may_be_exported(entry) {
        return Some("ACM does not say whether its key was exported.".into());
    }
    seen_once(entry)
}

fn seen_once(entry: &Entry) -> Option<String> {
    let is_long = |since: Timestamp| newest(entry).is_some_and(|at| at.duration_since(since) >= SEEN_UNUSED_FOR);
    match entry.unused_since {
        Some(since) if is_long(since) => None,
        Some(since) => Some(format!(
            "No use was seen on {}; a check at least a day later has to see the same.",
            certificates::utc_date(since)
        )),
        None => Some("No use was seen, but it was not yet checked twice, a day apart.".into()),
    }
}

/// When anything was last read of the entry.
fn newest(entry: &Entry) -> Option<Timestamp> {
    fn at<T>(reading: &Reading<T>) -> Option<Timestamp> {
        match reading {
            Reading::Known { as_of, .. } => Some(*as_of),
            _ => None,
        }
    }
    [at(&entry.identity), at(&entry.tags), at(&entry.described), at(&entry.chain)].into_iter().flatten().max()
}
