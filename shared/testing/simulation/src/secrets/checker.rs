//! What must hold for certificates that are renewed from secrets.

use std::collections::BTreeMap;

use certificates::tags::{STATUS, STATUS_REASON, STATUS_SINCE};
use certificates::utc_date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::{Call, Certificate, Notice};

use super::{Content, GRANTED, Secrets, TrackedSecret, is_from_secret};
use crate::invariants::{midnight_of, milestone_midnight, milestone_reached, renewal_chance, renewal_window, slack};
use crate::model_state::{ModelState, TrackedCertificate};
use crate::parameters::FaultProfile;
use crate::report::{Broken, Check};
use crate::run_effects::{certificate_of, took_effect};
use crate::source::SourceKind;

pub(crate) const WITH_CONSENT: &str =
    "a certificate is replaced by what a secret has only within the grants, with consent, and for its names";
pub(crate) const DELIVERED: &str =
    "what is newer in a secret is imported at its event, or when the sweep asks for the renewal";
pub(crate) const REPORTED: &str =
    "an undelivered secret is reported when the renewal is due and at each threshold, and no more often";
pub(crate) const NOT_ISSUED: &str = "nothing is issued for a certificate that is not renewed from a CA";
pub(crate) const IMPORTED_ONCE: &str = "no certificate is imported a second time";

/// A renewal less than an hour ago, or a claim, returns the message to the queue: three times, half an hour apart.
const PROMPT: SignedDuration = SignedDuration::from_mins(135);

/// Each read of a value. A certificate that an operator deleted during the run was there when it was described.
pub(crate) fn check_reads(calls: &[Call], state: &ModelState, started: Timestamp) -> Check {
    let described = calls.iter().filter(|call| call.operation == "DescribeCertificate" && took_effect(call));
    let described: Vec<&str> = described.filter_map(certificate_of).collect();
    for call in calls.iter().filter(|call| call.operation == "GetSecretValue" && took_effect(call)) {
        let id = call.input["SecretId"].as_str().unwrap_or_default();
        let consents = |secret: &TrackedSecret| {
            let tracked = state.certificates.keys().map(String::as_str);
            tracked.chain(described.iter().copied()).any(|arn| secret.consents_to(arn))
        };
        // An account of an ACME CA.
        if id.contains("acm-autopilot/acme/") {
            continue;
        }
        let found = state.secrets.find(id);
        if !found.is_some_and(|(name, secret)| name.starts_with(GRANTED) && secret.held_since(started, consents)) {
            return Err(Broken::new(WITH_CONSENT, "", format!("{id} was read")));
        }
    }
    Ok(())
}

/// An import: from where is the new certificate?
pub(crate) fn check_import(state: &ModelState, after: &Certificate, started: Timestamp) -> Check {
    let Some(tracked) = state.certificates.get(&after.arn) else { return Ok(()) };
    let Some(owner) = state.secrets.issued_for.get(&after.serial) else {
        let changed = tracked.hindered >= started;
        let from_ca = tracked.source() == Some(SourceKind::PrivateCa);
        let what = "it was replaced by a certificate that is in no secret";
        return if from_ca || changed { Ok(()) } else { Err(Broken::new(NOT_ISSUED, &after.arn, what)) };
    };
    let has_it = |secret: &TrackedSecret| match &secret.content {
        Content::Certificate(issued) => issued.serial == after.serial && secret.offers(&after.arn).is_some(),
        Content::NotYet | Content::SomethingElse => false,
    };
    let granted = state.secrets.all.iter().filter(|(name, _)| name.starts_with(GRANTED));
    if *owner == after.arn && granted.into_iter().any(|(_, secret)| secret.held_since(started, has_it)) {
        return Ok(());
    }
    Err(Broken::new(WITH_CONSENT, &after.arn, format!("it was replaced by one that was issued for {owner}")))
}

/// Calls of one run without a failure. The SDK repeats an import whose answer was lost.
pub(crate) fn check_imported_once(calls: &[Call]) -> Check {
    let mut imports: BTreeMap<&str, usize> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.operation == "ImportCertificate" && took_effect(call)) {
        let arn = certificate_of(call).unwrap_or_default();
        let count = imports.entry(arn).or_default();
        *count += 1;
        if *count > 1 {
            return Err(Broken::new(IMPORTED_ONCE, arn, "a run without a failure imported twice"));
        }
    }
    Ok(())
}

/// A certificate that was in place already.
pub(crate) fn check_not_before(tracked: &TrackedCertificate, after: &Certificate) -> Check {
    if tracked.past_serials.contains(&after.serial) {
        let what = format!("{} was in place before", after.serial);
        return Err(Broken::new(IMPORTED_ONCE, &after.arn, what));
    }
    Ok(())
}

/// Of all that a run touched, what was issued must be for a certificate that is renewed from a CA.
pub(crate) fn check_issued_for(tracked: &TrackedCertificate, started: Timestamp) -> Check {
    if tracked.source().is_some_and(|kind| kind != SourceKind::PrivateCa) && tracked.hindered < started {
        return Err(Broken::new(NOT_ISSUED, &tracked.seen.arn, "a CA issued a certificate for it"));
    }
    Ok(())
}

/// The notices of runs: of each milestone once, unless something happened in between. A failure, and two runs at the same
/// time, may repeat them.
pub(crate) fn check_notices(state: &mut ModelState, notices: &[&Notice], is_undisturbed: bool) -> Check {
    for notice in notices {
        let text: Value = serde_json::from_str(notice.for_protocol("sqs")).expect("notices are JSON");
        if text["kind"] != "renewal-failed" {
            continue;
        }
        let Some(tracked) = state.certificates.get_mut(text["certificateArn"].as_str().unwrap_or_default()) else {
            continue;
        };
        if !is_nothing_new(text["reason"].as_str()) {
            tracked.may_report_again = true;
            continue;
        }
        let report = (utc_date(tracked.seen.not_after), milestone_reached(&tracked.seen, notice.at));
        if is_undisturbed && tracked.reported == Some(report) && !tracked.may_report_again {
            let what = format!("reported again at {} days left", report.1.unwrap_or_default());
            return Err(Broken::new(REPORTED, &tracked.seen.arn, what));
        }
        (tracked.reported, tracked.may_report_again) = (Some(report), !is_undisturbed);
    }
    Ok(())
}

fn is_nothing_new(reason: Option<&str>) -> bool {
    matches!(reason, Some("secret-not-ready" | "secret-not-renewed"))
}

/// What every day must be true.
pub(crate) fn check_daily(now: Timestamp, state: &ModelState, faults: FaultProfile) -> Check {
    for tracked in state.certificates.values().filter(|tracked| is_from_secret(tracked)) {
        check_delivery(now, tracked, &state.secrets, faults)?;
        check_report(now, tracked, &state.secrets, faults)?;
    }
    Ok(())
}

fn check_delivery(now: Timestamp, tracked: &TrackedCertificate, secrets: &Secrets, faults: FaultProfile) -> Check {
    let Some(secret) = secrets.selected_by(tracked) else { return Ok(()) };
    let late = |what: String| Err(Broken::new(DELIVERED, &tracked.seen.arn, what));
    // Nothing reports that a secret's tags changed.
    let was_undisturbed = tracked.hindered <= secret.written && secret.is_prompt;
    if let Some(issued) = secrets.newer_for(tracked, now) {
        let serial = &issued.serial;
        if was_undisturbed && now.duration_since(secret.written) > PROMPT {
            return late(format!("the secret has had {serial} since {}, and its event arrived", secret.written));
        }
        if let Some(midnight) = renewal_chance(tracked, faults, now).filter(|_| now <= tracked.seen.not_after) {
            let since = tracked.hindered;
            return late(format!("the secret has had {serial} since {since}, and a sweep asked after {midnight}"));
        }
        if let Some(from) = checked_daily_from(tracked).filter(|from| now.duration_since(*from) > slack(faults)) {
            return late(format!("the secret has had {serial}, and was checked daily from {from} on"));
        }
    }
    let imported = matches!(&secret.content, Content::Certificate(issued) if issued.serial == tracked.seen.serial);
    if imported && was_undisturbed && tracked.in_place.duration_since(secret.written) > PROMPT {
        return late(format!("the secret was written at {}, and imported at {}", secret.written, tracked.in_place));
    }
    Ok(())
}

/// README of expiry-events: "once a day (UTC), from the day after the failure, while the certificate is in its renewal
/// window".
fn checked_daily_from(tracked: &TrackedCertificate) -> Option<Timestamp> {
    let is_undelivered = is_nothing_new(tracked.seen.tags.get(STATUS_REASON).map(String::as_str));
    let window = midnight_of(&tracked.seen, renewal_window(&tracked.seen)).filter(|_| is_undelivered)?;
    Some(tracked.hindered.max(window) + SignedDuration::from_hours(24))
}

/// The failure is recorded again at each threshold, and is announced before it is recorded.
fn check_report(now: Timestamp, tracked: &TrackedCertificate, secrets: &Secrets, faults: FaultProfile) -> Check {
    let current = &tracked.seen;
    let tag = |key: &str| current.tags.get(key).map(String::as_str);
    let is_settled = now.duration_since(tracked.hindered.max(tracked.in_place)) > slack(faults);
    let is_undelivered = tag(STATUS) == Some("renewal-failed") && is_nothing_new(tag(STATUS_REASON));
    let consents = secrets.selected_by(tracked).is_some_and(|secret| secret.consents_to(&current.arn));
    if !is_settled || !is_undelivered || !consents || tracked.abandoned || now > current.not_after {
        return Ok(());
    }
    let Some(midnight) = milestone_midnight(current, now - slack(faults)) else { return Ok(()) };
    let since: Timestamp = tag(STATUS_SINCE).and_then(|since| since.parse().ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    let missing = |what: String| Err(Broken::new(REPORTED, &current.arn, what));
    if since < midnight {
        return missing(format!("its last report is of {since}, and a threshold was crossed at {midnight}"));
    }
    if tracked.reported.is_none_or(|(date, _)| date != utc_date(current.not_after)) {
        return missing(format!("the failure of {since} was not reported"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
