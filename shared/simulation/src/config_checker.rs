//! What has to hold of the results that AWS Config shows.

use certificates::tags::{STATUS, STATUS_SINCE};
use certificates::utc_date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::{Aws, Evaluation};

use crate::config_recorder::{Recorder, Resource};
use crate::report::{Broken, Check};
use crate::wiring::ConfigRule;

pub(crate) const RESULTS: &str =
    "what AWS Config shows of a resource is what the rule says of it, within a day of a change and each day";
pub(crate) const CLEARED: &str = "no result stays of a resource that is gone";

/// An evaluation of everything each 24 hours, the minutes until an item is made, and what Lambda's retries take.
const SLACK: SignedDuration = SignedDuration::from_hours(25);
/// A notification may come so late.
const LATE: SignedDuration = SignedDuration::from_hours(24);
/// A run judges by its begin and reports at its end, at most so much later; retries of a notification count.
const RUN: SignedDuration = SignedDuration::from_mins(20);

/// What holds at each day's begin.
pub(crate) fn results_tell_the_truth(
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
                Some(result) => is_true(rule, arn, &seen.resource, result)?,
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
        // The result of a certificate that is gone is shown until its item comes, or all are evaluated.
        let slack = if notifications_are_late { SLACK + LATE } else { SLACK };
        for (arn, gone) in recorder.gone.iter().filter(|(_, gone)| long_ago(**gone, slack)) {
            let Some(result) = result_of(arn).filter(|result| result.compliance != "NOT_APPLICABLE") else { continue };
            // README of compliance-rules: "After a scheduled evaluation, non-compliant results of resources that are
            // gone become NOT_APPLICABLE". Of others only the notification tells.
            let untold = recorder.untold.contains(&(rule.name.clone(), arn.clone()));
            if result.compliance == "NON_COMPLIANT" || !untold {
                let what = format!("{}: it is gone since {gone}, and AWS Config shows {result:?}", rule.name);
                return Err(Broken::new(CLEARED, arn, what));
            }
        }
    }
    Ok(())
}

/// A run takes time, in which a verdict may change by itself.
fn is_true(rule: &ConfigRule, arn: &str, resource: &Resource, result: &Evaluation) -> Check {
    let wanted = [result.at, result.at - RUN].map(|at| verdict(&rule.parameters, resource, at));
    if wanted.contains(&result.compliance.as_str()) {
        return Ok(());
    }
    let what = format!("{}: {wanted:?} of {resource:?}, and AWS Config shows {result:?}", rule.name);
    Err(Broken::new(RESULTS, arn, what))
}

/// What a rule says of a resource, told again in few words.
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
        ("certificate-expiry", Resource::Certificate { end, .. }) => {
            let days = (utc_date(*end) - utc_date(at)).get_days();
            compliant_unless(at > *end || i64::from(days) <= number("days"))
        }
        ("certificate-expired-in-use", Resource::Certificate { end, in_use, .. }) => {
            compliant_unless(at > *end && *in_use)
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
        _ => panic!("nobody said what {rule} says of {resource:?}"),
    }
}
