//! Whether a certificate is ready for lifetimes of 47 days.
//!
//! | certificate | verdict |
//! |---|---|
//! | private, of `N2_AMAZON_MANAGED`, a CA, an endpoint: the limits of browsers do not apply | exempt |
//! | client certificate of API Gateway | exempt |
//! | not issued, or ended | exempt |
//! | nobody renews it, or a person has to | not ready |
//! | tagged `acm-autopilot:pinned` | not ready |
//! | public and exported | not ready: each renewal has to be exported again |
//! | who renews it, its tags, or whether it was exported is not known | unknown |
//! | otherwise | ready |
//!
//! Public certificates live at most 200 days since 2026-03-15, 100 from 2027-03-15, and 47 from 2029-03-15
//! ([Baseline Requirements, 6.3.2](https://cabforum.org/working-groups/server/baseline-requirements/requirements/#632-certificate-operational-periods-and-key-pair-usage-periods)).

use inventory::{Entry, Kind};
use jiff::Timestamp;

use crate::life::{Life, life};
use crate::model::{Readiness, Ready, RenewedBy, Renewer, is_certificate};
use crate::verdicts::lack;
use crate::verdicts::use_verdict::{is_exported, may_be_exported};

/// A certificate with this tag is never renewed without its owner: its clients compare it with a copy.
pub(crate) const PINNED: &str = "acm-autopilot:pinned";

/// Whether an entry is ready.
pub(crate) fn readiness(entry: &Entry, renewal: &RenewedBy, now: Timestamp) -> Readiness {
    let verdict = |verdict, why: &str| Readiness { verdict, why: why.to_owned() };
    if let Some(why) = exempt(entry, now) {
        return verdict(Ready::Exempt, why);
    }
    if let Some(why) = not_ready(entry, renewal) {
        return verdict(Ready::NotReady, &why);
    }
    if renewal.who == Renewer::Unknown {
        return verdict(Ready::Unknown, &renewal.why);
    }
    if entry.kind != Kind::Acme
        && let Some(lack) = lack(&entry.tags, "Its tags")
    {
        return verdict(Ready::Unknown, &(lack + ": they may say that it is pinned."));
    }
    if entry.kind == Kind::AmazonIssued && may_be_exported(entry) {
        return verdict(Ready::Unknown, "Its key may be exported, and ACM does not say whether it was.");
    }
    verdict(Ready::Ready, "It renews without a person.")
}

fn exempt(entry: &Entry, now: Timestamp) -> Option<&'static str> {
    if !is_certificate(entry.kind) {
        return Some("It is not a certificate of a server.");
    }
    match life(entry, now) {
        Life::NotIssued => return Some("It is not issued."),
        Life::Ended | Life::Expired if entry.kind != Kind::Imported => return Some("It has ended."),
        Life::Ended => return Some("It has ended."),
        _ => {}
    }
    if entry.root_hierarchy.as_deref() == Some("N2_AMAZON_MANAGED") {
        return Some("Browsers do not have its root, so their limits do not apply.");
    }
    match entry.kind {
        Kind::Private => Some("It is private: the limits of browsers do not apply."),
        Kind::ApiClient => Some("It is for API Gateway as a client: the limits of browsers do not apply."),
        _ => None,
    }
}

/// Why it is not, with the one thing to do.
fn not_ready(entry: &Entry, renewal: &RenewedBy) -> Option<String> {
    if entry.tags.known().is_some_and(|tags| tags.contains_key(PINNED)) {
        return Some(format!("It is pinned ({PINNED}): let its clients trust the CA instead, and remove the tag."));
    }
    match (renewal.who, entry.kind) {
        (Renewer::Nobody, Kind::Imported) => {
            Some("Nothing renews it: name a working source in its tag acm-autopilot:renew-from.".into())
        }
        (Renewer::Nobody, _) => Some(format!("{} Resolve that, or replace it.", renewal.why)),
        (Renewer::Person, Kind::IamServer) => Some("IAM renews nothing: replace it by a certificate of ACM.".into()),
        (Renewer::Person, _) => Some("A person has to act each time: validate its domains by DNS instead.".into()),
        _ if entry.kind == Kind::AmazonIssued && is_exported(entry) => {
            Some("Its key was exported: automate that each renewal is exported and installed again.".into())
        }
        _ => None,
    }
}
