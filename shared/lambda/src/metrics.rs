//! CloudWatch metrics, written as log lines in the Embedded Metric Format, so that a metric costs
//! no call ([specification](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html)).

use std::borrow::Cow;
use std::io::Write;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of all our metrics.
pub const METRICS_NAMESPACE: &str = "AcmAutopilot";

/// What one invocation counted.
#[derive(Debug, Clone)]
pub struct Metrics {
    function: Option<&'static str>,
    dimensions: Vec<(&'static str, Cow<'static, str>)>,
    counts: Vec<(&'static str, u64)>,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new(function: &'static str) -> Self {
        Self { function: Some(function), ..Self::of_all_functions() }
    }

    /// Nothing counted yet, of what one alarm watches for all functions together.
    pub fn of_all_functions() -> Self {
        Self { function: None, dimensions: Vec::new(), counts: Vec::new() }
    }

    /// Counts apart from those with another value of this dimension.
    pub fn dimension(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        self.dimensions.push((name, value.into()));
    }

    /// Adds to a count.
    pub fn count(&mut self, name: &'static str, by: u64) {
        match self.counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += by,
            None => self.counts.push((name, by)),
        }
    }

    /// Adds what was counted apart, for instance at the same time.
    pub fn add(&mut self, other: &Self) {
        other.counts.iter().for_each(|(name, by)| self.count(name, *by));
    }

    /// The line for the log; `None` when nothing was counted.
    pub fn line(&self, now: Timestamp) -> Option<String> {
        if self.counts.is_empty() {
            return None;
        }
        let definitions: Vec<Value> =
            self.counts.iter().map(|(name, _)| json!({ "Name": name, "Unit": "Count" })).collect();
        let function = self.function.map(|function| ("Function", Cow::Borrowed(function)));
        let dimensions: Vec<_> = function.into_iter().chain(self.dimensions.iter().cloned()).collect();
        let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
        let mut line = Map::new();
        line.insert(
            "_aws".into(),
            json!({
                "Timestamp": now.as_millisecond(),
                "CloudWatchMetrics": [{ "Namespace": METRICS_NAMESPACE, "Dimensions": [names], "Metrics": definitions }],
            }),
        );
        for (name, value) in dimensions {
            line.insert(name.into(), value.into());
        }
        for (name, count) in &self.counts {
            line.insert((*name).into(), (*count).into());
        }
        Some(Value::Object(line).to_string())
    }

    /// Writes the line to standard output, which Lambda hands to CloudWatch Logs.
    pub fn emit(&self, now: Timestamp) {
        if let Some(line) = self.line(now) {
            // A log that cannot be written must not fail the work that it reports.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_as_cloudwatch_wants_it() {
        let mut metrics = Metrics::new("expiry-events");
        let now = "2026-11-21T06:00:00Z".parse().unwrap();
        assert_eq!(metrics.line(now), None);
        metrics.count("NoticesSent", 1);
        metrics.count("NoticesSent", 2);
        let line: Value = serde_json::from_str(&metrics.line(now).unwrap()).unwrap();
        assert_eq!(line["NoticesSent"], 3);
        assert_eq!(line["Function"], "expiry-events");
        assert_eq!(line["_aws"]["Timestamp"], 1_795_240_800_000_i64);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "AcmAutopilot");
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Metrics"], json!([{"Name": "NoticesSent", "Unit": "Count"}]));
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function"]]));
        metrics.dimension("Rule", "certificate-expiry");
        let line: Value = serde_json::from_str(&metrics.line(now).unwrap()).unwrap();
        assert_eq!(line["Rule"], "certificate-expiry");
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function", "Rule"]]));
    }

    #[test]
    fn what_was_counted_apart_is_added() {
        let [mut all, mut part] = [Metrics::new("expiry-events"), Metrics::new("expiry-events")];
        all.count("NoticesSent", 1);
        part.count("NoticesSent", 2);
        part.count("SweepsCompleted", 1);
        all.add(&part);
        let line: Value = serde_json::from_str(&all.line("2026-11-21T06:00:00Z".parse().unwrap()).unwrap()).unwrap();
        assert_eq!((&line["NoticesSent"], &line["SweepsCompleted"]), (&json!(3), &json!(1)));
    }

    #[test]
    fn what_is_counted_for_all_functions_names_none() {
        let mut metrics = Metrics::of_all_functions();
        metrics.dimension("Destination", "chat");
        metrics.count("NoticesNotSent", 1);
        let line: Value =
            serde_json::from_str(&metrics.line("2026-11-21T06:00:00Z".parse().unwrap()).unwrap()).unwrap();
        assert_eq!(
            (&line["NoticesNotSent"], &line["Destination"], &line["Function"]),
            (&json!(1), &json!("chat"), &Value::Null)
        );
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Destination"]]));
    }
}
