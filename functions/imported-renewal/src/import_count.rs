//! Our own imports, counted: ACM has a quota of imports in 365 days, and shows nobody how much of it is used.

use certificates::tags::format_time;
use jiff::{SignedDuration, Timestamp};

/// The dimension `Function` of the function's metrics.
pub(crate) const FUNCTION: &str = "imported-renewal";
/// The metric that counts the imports that ACM accepted.
pub(crate) const METRIC: &str = "CertificatesImported";
/// What the quota counts.
const WINDOW: SignedDuration = SignedDuration::from_hours(24 * 365);
/// A day, in seconds. [GetMetricStatistics](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html)
/// answers 1,440 data points at most, and after 63 days it has those of whole hours only, for 455 days.
const PERIOD: u32 = 86_400;

/// Sums the metric over the 365 days before now, when it is pasted into a shell.
pub(crate) fn count_command(region: &str, now: Timestamp) -> String {
    let start = now.checked_sub(WINDOW).unwrap_or(now);
    format!(
        "aws cloudwatch get-metric-statistics --region {region} {} --start-time {} --end-time {} --output text \
         --query 'sum(Datapoints[].Sum)'",
        metric(),
        format_time(start),
        format_time(now)
    )
}

/// The options that name the metric.
fn metric() -> String {
    format!(
        "--namespace {} --metric-name {METRIC} --dimensions Name=Function,Value={FUNCTION} --statistics Sum --period \
         {PERIOD}",
        lambda::METRICS_NAMESPACE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_summed_by_days() {
        let command = count_command("eu-central-1", "2026-11-20T08:00:00Z".parse().unwrap());
        assert_eq!(
            command,
            "aws cloudwatch get-metric-statistics --region eu-central-1 --namespace AcmAutopilot --metric-name \
             CertificatesImported --dimensions Name=Function,Value=imported-renewal --statistics Sum --period 86400 \
             --start-time 2025-11-20T08:00:00Z --end-time 2026-11-20T08:00:00Z --output text \
             --query 'sum(Datapoints[].Sum)'"
        );
    }

    /// The alarm's description and the document of the alarms have the same command.
    #[test]
    fn the_same_command_is_in_infra() {
        for text in [include_str!("../../../infra/template.yaml"), include_str!("../../../infra/README.md")] {
            let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
            assert!(words.join(" ").contains(&format!("{} --start-time", metric())));
        }
    }
}
