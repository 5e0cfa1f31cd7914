//! Managed renewal of public certificates (user guide, "Managed certificate renewal" and "Renewal for domains
//! validated by DNS"): ACM checks the CNAME of every name again, and renews when it finds them all.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::validation::{issued, looked_up, may_issue};
use super::{Entry, epoch, without_nulls};
use crate::Aws;
use crate::aws::State;

/// How often the model checks which renewals are due. ACM's own pace is not documented.
const PACE: SignedDuration = SignedDuration::from_hours(1);

impl Aws {
    /// ACM starts to renew a public certificate, whatever is left of its validity, and says whether it does: the
    /// certificate must be issued, not expired, and in use or exported.
    ///
    /// When every name's CNAME is in the public DNS with the right value, the certificate has a new key, a new
    /// serial number and 198 days at once, and its RenewalSummary says `SUCCESS`. Otherwise the summary says
    /// `PENDING_VALIDATION`, with the names that wait among its DomainValidationOptions, and ACM checks again
    /// whenever it is asked something, until it can renew or the certificate expires (`FAILED`). CAA records that
    /// forbid Amazon give `FAILED` with `CAA_ERROR` until they are fixed (that ACM tries again is unverified).
    /// Names that are validated by e-mail wait for a person: see [`Aws::answer_validation_mail`].
    pub fn start_managed_renewal(&self, arn: &str) -> bool {
        let mut state = self.state();
        let starts = start(&mut state, arn);
        settle(&mut state);
        starts
    }

    /// From now on ACM starts to renew each public certificate that is eligible when this many days are left, as
    /// [`Aws::start_managed_renewal`] does. It checks once an hour of the clock, when it is asked something.
    /// User guide, "Managed certificate renewal": up to 60 days before expiry for 13 months; for 198 days the
    /// number is unverified.
    pub fn set_managed_renewal_days(&self, days: i64) {
        let mut state = self.state();
        state.acm.renews_before = Some(SignedDuration::from_hours(24 * days));
        state.acm.next_look = state.now;
    }
}

/// "A certificate is eligible for automatic renewal": in use or exported, not expired.
fn start(state: &mut State, arn: &str) -> bool {
    let Some(entry) = state.acm.certificates.get(arn) else { return false };
    let starts = entry.kind == "AMAZON_ISSUED"
        && entry.renewal_eligibility() == "ELIGIBLE"
        && entry.status(state.now) == "ISSUED";
    if starts {
        state.acm.renewals.insert(arn.to_owned());
    }
    starts
}

/// Brings renewals up to the clock's now.
pub(super) fn settle(state: &mut State) {
    begin_due(state);
    for arn in state.acm.renewals.clone() {
        let Some(mut entry) = state.acm.certificates.get(&arn).cloned() else {
            state.acm.renewals.remove(&arn);
            continue;
        };
        if attempt(state, &mut entry) {
            state.acm.renewals.remove(&arn);
        }
        state.acm.certificates.insert(arn, entry);
    }
}

fn begin_due(state: &mut State) {
    let Some(before) = state.acm.renews_before else { return };
    if state.now < state.acm.next_look {
        return;
    }
    state.acm.next_look = state.now + PACE;
    let ends_soon = |entry: &&Entry| {
        let end = entry.facts.as_ref().map_or(Timestamp::MAX, |facts| facts.not_after);
        end.duration_since(state.now) <= before
    };
    let due: Vec<_> = state.acm.certificates.values().filter(ends_soon).map(|entry| entry.arn.clone()).collect();
    for arn in due {
        start(state, &arn);
    }
}

/// Tries to renew, and says whether the renewal is over.
fn attempt(state: &mut State, entry: &mut Entry) -> bool {
    let now = state.now;
    if entry.status(now) != "ISSUED" {
        // User guide, "Check a certificate's renewal status", Failed: "not validated before the certificate expired".
        let options = options(entry, "FAILED");
        summarize(entry, "FAILED", None, options, now);
        return true;
    }
    if entry.renewal_eligibility() != "ELIGIBLE" {
        return false;
    }
    let mut checked = entry.validation.clone();
    for option in &mut checked {
        let answered = is_answered(entry, option);
        option["ValidationStatus"] = json!(if answered { "SUCCESS" } else { "PENDING_VALIDATION" });
        looked_up(state, option);
    }
    if checked.iter().any(|option| option["ValidationStatus"] != "SUCCESS") {
        summarize(entry, "PENDING_VALIDATION", None, checked, now);
        return false;
    }
    if !may_issue(state, entry) {
        summarize(entry, "FAILED", Some("CAA_ERROR"), checked, now);
        return false;
    }
    *entry = issued(state, entry);
    entry.validation.clone_from(&checked);
    summarize(entry, "SUCCESS", None, checked, now);
    true
}

/// User guide, "Renewal for domains validated by email": the owner of each name has to approve the renewal again. Whether
/// somebody has approved this one.
fn is_answered(entry: &Entry, option: &Value) -> bool {
    let waiting = entry.renewal.as_ref().filter(|summary| summary["RenewalStatus"] == "PENDING_VALIDATION");
    let known = waiting.and_then(|summary| summary["DomainValidationOptions"].as_array()).into_iter().flatten();
    let same =
        known.filter(|known| known["DomainName"] == option["DomainName"] && known["ValidationMethod"] == "EMAIL");
    option["ValidationMethod"] == "EMAIL" && same.into_iter().any(|known| known["ValidationStatus"] == "SUCCESS")
}

/// What the renewal knew last, with what has not succeeded in another state.
fn options(entry: &Entry, status: &str) -> Vec<Value> {
    let last = entry.renewal.as_ref().and_then(|summary| summary["DomainValidationOptions"].as_array());
    let mut options = last.unwrap_or(&entry.validation).clone();
    for option in options.iter_mut().filter(|option| option["ValidationStatus"] != "SUCCESS") {
        option["ValidationStatus"] = json!(status);
    }
    options
}

/// API reference, RenewalSummary. No reason of its list fits a missing CNAME: it is left out, where the
/// event "ACM Certificate Renewal Action Required" says PENDING_DOMAIN_VALIDATION.
pub(super) fn summarize(entry: &mut Entry, status: &str, reason: Option<&str>, options: Vec<Value>, now: Timestamp) {
    let mut summary = without_nulls(json!({
        "RenewalStatus": status,
        "RenewalStatusReason": reason,
        "DomainValidationOptions": options,
    }));
    let unchanged = entry.renewal.as_ref().is_some_and(|before| {
        let same = |member: &str| before[member] == summary[member];
        ["RenewalStatus", "RenewalStatusReason", "DomainValidationOptions"].into_iter().all(same)
    });
    if !unchanged || status == "SUCCESS" {
        summary["UpdatedAt"] = epoch(now);
        entry.renewal = Some(summary);
    }
}
