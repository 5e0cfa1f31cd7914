//! Our own imports, counted: ACM has a quota of imports in 365 days, and shows nobody how much of it is used.

use certificates::Target;
use certificates::tags::format_time;
use jiff::{SignedDuration, Timestamp};
use lambda::Metrics;

/// The dimension `Function` of the function's metrics.
pub(crate) const FUNCTION: &str = "imported-renewal";
/// The metric that counts the imports that ACM accepted.
const METRIC: &str = "CertificatesImported";
/// What the quota counts.
const WINDOW: SignedDuration = SignedDuration::from_hours(24 * 365);
/// A day, in seconds. [GetMetricStatistics](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html)
/// answers 1,440 data points at most, and after 63 days it has those of whole hours only, for 455 days.
const PERIOD: u32 = 86_400;

/// Imports into each account and Region of a spoke are counted apart: each has a quota of its own.
const DIMENSION: &str = "Target";

/// Counts the imports into one account and Region.
#[derive(Debug, Clone)]
pub(crate) struct ImportCount {
    spoke: Option<String>,
}

impl ImportCount {
    /// Into a spoke, or into the function's own account and Region.
    pub(crate) fn new(spoke: Option<&Target>) -> Self {
        Self { spoke: spoke.map(dimension) }
    }

    /// One more. All are counted together, and those into a spoke apart too.
    pub(crate) fn count(&self, metrics: &mut Metrics, now: Timestamp) {
        metrics.count(METRIC, 1);
        if let Some(apart) = self.apart() {
            apart.emit(now);
        }
    }

    fn apart(&self) -> Option<Metrics> {
        let mut apart = Metrics::new(FUNCTION);
        apart.dimension(DIMENSION, self.spoke.clone()?);
        apart.count(METRIC, 1);
        Some(apart)
    }
}

fn dimension(target: &Target) -> String {
    format!("{}/{}", target.account, target.region)
}

/// Sums the metric over the 365 days before now, when it is pasted into a shell.
pub(crate) fn count_command(region: &str, spoke: Option<&Target>, now: Timestamp) -> String {
    let start = now.checked_sub(WINDOW).unwrap_or(now);
    format!(
        "aws cloudwatch get-metric-statistics --region {region} {} --start-time {} --end-time {} --output text \
         --query 'sum(Datapoints[].Sum)'",
        metric(spoke),
        format_time(start),
        format_time(now)
    )
}

/// The options that name the metric.
fn metric(spoke: Option<&Target>) -> String {
    let target = spoke.map(|target| format!(" Name={DIMENSION},Value={}", dimension(target))).unwrap_or_default();
    format!(
        "--namespace {} --metric-name {METRIC} --dimensions Name=Function,Value={FUNCTION}{target} --statistics Sum \
         --period {PERIOD}",
        lambda::METRICS_NAMESPACE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_summed_by_days() {
        let command = count_command("eu-central-1", None, "2026-11-20T08:00:00Z".parse().unwrap());
        assert_eq!(
            command,
            "aws cloudwatch get-metric-statistics --region eu-central-1 --namespace AcmAutopilot --metric-name \
             CertificatesImported --dimensions Name=Function,Value=imported-renewal --statistics Sum --period 86400 \
             --start-time 2025-11-20T08:00:00Z --end-time 2026-11-20T08:00:00Z --output text \
             --query 'sum(Datapoints[].Sum)'"
        );
    }

    #[test]
    fn imports_into_a_spoke_are_counted_apart() {
        let spoke = Target { partition: "aws".into(), account: "111122223333".into(), region: "us-west-2".into() };
        let now = "2026-11-20T08:00:00Z".parse().unwrap();
        let line = ImportCount::new(Some(&spoke)).apart().unwrap().line(now).unwrap();
        assert!(line.contains(r#""Dimensions":[["Function","Target"]]"#), "{line}");
        assert!(line.contains(r#""Target":"111122223333/us-west-2""#), "{line}");
        let command = count_command("eu-central-1", Some(&spoke), now);
        let dimensions = "--dimensions Name=Function,Value=imported-renewal Name=Target,Value=111122223333/us-west-2 ";
        assert!(command.contains("--region eu-central-1 ") && command.contains(dimensions), "{command}");
        assert!(ImportCount::new(None).apart().is_none());
    }

    /// The alarm's description and the document of the alarms have the same command.
    #[test]
    fn the_same_command_is_in_infra() {
        for text in [include_str!("../../../infra/template.yaml"), include_str!("../../../infra/README.md")] {
            let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "\\").collect();
            assert!(words.join(" ").contains(&format!("{} --start-time", metric(None))));
        }
    }
}
