//! What must hold for the results in AWS Config.

use certificates::tags::{STATUS, STATUS_SINCE};
use certificates::utc_date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::{Aws, Evaluation};

use crate::config_recorder::{Recorder, Resource};
use crate::report::{Broken, Check};
use crate::wiring::ConfigRule;

pub(crate) const RESULTS: &str =
    "AWS Config shows for a resource what the rule says about it, within a day of a change and each day";
pub(crate) const CLEARED: &str = "no result remains for a deleted resource";

/// An evaluation every 24 hours, the minutes until an item is recorded, and Lambda's retries.
const SLACK: SignedDuration = SignedDuration::from_hours(25);
/// How late a notification may be.
const LATE: SignedDuration = SignedDuration::from_hours(24);
/// A run judges as of its start and reports when it finishes, at most this much later, including retries.
const RUN: SignedDuration = SignedDuration::from_mins(20);

/// What must hold at the start of each day.
pub(crate) fn check_results(
    aws: &Aws,
    recorder: &Recorder,
    rules: &[ConfigRule],
    notifications_are_late: bool,
) -> Check {
    let now = aws.now();
    for rule in rules {
        let failed = recorder.failed.get(&rule.name).copied().unwrap_or(Timestamp::MIN);
        let long_ago = |since: Timestamp, slack| now.duration_since(since.max(failed)) > slack;
        let results = aws.results(&rule.name);
        let result_of = |arn: &str| {
            let found = results.binary_search_by(|result| result.resource_id.as_str().cmp(arn));
            found.ok().map(|place| &results[place])
        };
        let in_scope = |resource: &Resource| rule.resource_types.iter().any(|kind| kind == resource.kind());
        for (arn, seen) in recorder.seen.iter().filter(|(_, seen)| in_scope(&seen.resource)) {
            let result = result_of(arn);
            let is_of_this_state = |result: &&Evaluation| result.ordering >= seen.changed;
            match result.filter(is_of_this_state) {
                Some(result) => check_verdict(rule, arn, &seen.resource, result)?,
                None if long_ago(seen.changed, SLACK) => {
                    let what = format!("{}: since its change at {} there is only {result:?}", rule.name, seen.changed);
                    return Err(Broken::new(RESULTS, arn, what));
                }
                None => {}
            }
            if long_ago(seen.changed, SLACK) && result.is_some_and(|result| long_ago(result.at, SLACK)) {
                return Err(Broken::new(RESULTS, arn, format!("{}: the latest result is {result:?}", rule.name)));
            }
        }
        // The result of a deleted certificate remains until its item is recorded or everything is evaluated.
        let slack = if notifications_are_late { SLACK + LATE } else { SLACK };
        for (arn, gone) in recorder.gone.iter().filter(|(_, gone)| long_ago(**gone, slack)) {
            let Some(result) = result_of(arn).filter(|result| result.compliance != "NOT_APPLICABLE") else { continue };
            // README of compliance-rules: "After a scheduled evaluation, non-compliant results of resources that are
            // gone become NOT_APPLICABLE". Other results are cleared by the notification only.
            let was_missed = recorder.missed_deletions.contains(&(rule.name.clone(), arn.clone()));
            if result.compliance == "NON_COMPLIANT" || !was_missed {
                let what = format!("{}: it was deleted at {gone}, and AWS Config shows {result:?}", rule.name);
                return Err(Broken::new(CLEARED, arn, what));
            }
        }
    }
    Ok(())
}

/// The verdict may change during a run.
fn check_verdict(rule: &ConfigRule, arn: &str, resource: &Resource, result: &Evaluation) -> Check {
    let expected = [result.at, result.at - RUN].map(|at| verdict(&rule.parameters, resource, at));
    if expected.contains(&result.compliance.as_str()) {
        return Ok(());
    }
    let what = format!("{}: {expected:?} for {resource:?}, and AWS Config shows {result:?}", rule.name);
    Err(Broken::new(RESULTS, arn, what))
}

/// An independent statement of each rule.
fn verdict(parameters: &Value, resource: &Resource, at: Timestamp) -> &'static str {
    let rule = parameters["rule"].as_str().unwrap_or_default();
    let number = |name: &str| parameters[name].as_str().and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    let compliant_unless = |bad: bool| if bad { "NON_COMPLIANT" } else { "COMPLIANT" };
    match (rule, resource) {
        ("certificate-expiry" | "certificate-expired-in-use", Resource::Certificate { status, .. })
            if status != "ISSUED" =>
        {
            "NOT_APPLICABLE"
        }
        ("certificate-expiry", Resource::Certificate { expiry, .. }) => {
            let days = (utc_date(*expiry) - utc_date(at)).get_days();
            compliant_unless(at > *expiry || i64::from(days) <= number("days"))
        }
        ("certificate-expired-in-use", Resource::Certificate { expiry, in_use, .. }) => {
            compliant_unless(at > *expiry && *in_use)
        }
        ("renewal-status", Resource::Certificate { imported: true, imported_at, tags, .. }) => {
            let Some(status) = tags.get(STATUS) else { return "NOT_APPLICABLE" };
            let since: Option<Timestamp> = tags.get(STATUS_SINCE).and_then(|since| since.parse().ok());
            let is_older_than =
                |minutes: i64| since.is_none_or(|since| at.duration_since(since) > SignedDuration::from_mins(minutes));
            compliant_unless(match status.as_str() {
                "renewal-complete" => false,
                "renewal-in-progress" => is_older_than(number("inProgressMinutes")),
                "pending-renewal" => is_older_than(number("pendingMinutes")),
                "renewal-failed" => since.is_none_or(|since| imported_at.is_none_or(|at| at <= since)),
                _ => true,
            })
        }
        ("renewal-status", _) => "NOT_APPLICABLE",
        ("ca-status", Resource::Authority { status, is_root }) => {
            compliant_unless(status != "ACTIVE" && !(status == "DISABLED" && *is_root))
        }
        _ => panic!("there is no statement of {rule} for {resource:?}"),
    }
}
