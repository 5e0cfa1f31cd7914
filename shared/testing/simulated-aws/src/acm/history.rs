//! What happened to certificates before a test's own minutes, and what people do: time that passed, mail that was
//! answered, an import of long ago.

use jiff::SignedDuration;
#[cfg(feature = "server")]
use jiff::Timestamp;
use serde_json::{Value, json};

#[cfg(feature = "server")]
use super::import::import;
use super::validation::{emails, signed};
use super::{Entry, settle};
use crate::Aws;
use crate::aws::State;
#[cfg(feature = "server")]
use crate::{calls::Answer, parameters};

/// User guide, "ACM certificate characteristics": 198 days for public certificates since February 2026.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 198);

impl Aws {
    /// A request, or a change to DNS validation, was made this much earlier. ACM gives up after 72 hours. Says whether
    /// there is such a certificate.
    pub fn age_request(&self, arn: &str, by: SignedDuration) -> bool {
        let mut state = self.state();
        if let Some(at) = state.acm.pending.get_mut(arn) {
            *at -= by;
        }
        change(&mut state, arn, |entry| {
            entry.created_at -= by;
            if let Some(update) = &mut entry.update {
                update.age(by);
            }
        })
    }

    /// A person answers the e-mails about a certificate's names: those of its request, and of a renewal that waits.
    /// Says whether there is such a certificate.
    pub fn answer_validation_mail(&self, arn: &str) -> bool {
        change(&mut self.state(), arn, |entry| {
            entry.validation.iter_mut().for_each(approve);
            let pending = entry.renewal.as_mut().filter(|summary| summary["RenewalStatus"] == "PENDING_VALIDATION");
            let options = pending.and_then(|summary| summary["DomainValidationOptions"].as_array_mut());
            options.into_iter().flatten().for_each(approve);
        })
    }

    /// The certificate of this ARN was issued earlier, so that this many days are left; with a negative number it has
    /// expired. Says whether there is such a certificate and ACM has issued it.
    pub fn set_days_left(&self, arn: &str, days: i64) -> bool {
        let mut state = self.state();
        settle(&mut state);
        let issued = |entry: &&Entry| entry.kind != "IMPORTED" && entry.facts.is_some();
        let Some(entry) = state.acm.certificates.get(arn).filter(issued).cloned() else { return false };
        let end = state.now + SignedDuration::from_hours(24 * days);
        let replaced = signed(&mut state, &entry, end - LIFETIME, end);
        state.acm.certificates.insert(arn.to_owned(), replaced);
        true
    }

    /// What ImportCertificate answered to this input at another time: so an expired certificate gets into ACM.
    #[cfg(feature = "server")]
    pub(crate) fn import_at(&self, at: Timestamp, input: &Value) -> Answer {
        parameters::check_named("acm", "ImportCertificate", input)?;
        let mut state = self.state();
        let now = std::mem::replace(&mut state.now, at);
        let answer = import(&mut state, input);
        state.now = now;
        answer
    }
}

fn change(state: &mut State, arn: &str, change: impl FnOnce(&mut Entry)) -> bool {
    state.acm.certificates.get_mut(arn).map(change).is_some()
}

fn approve(option: &mut Value) {
    if option["ValidationMethod"] == "EMAIL" {
        option["ValidationEmails"] = json!(emails(option["DomainName"].as_str().unwrap_or_default()));
        option["ValidationStatus"] = json!("SUCCESS");
    }
}
