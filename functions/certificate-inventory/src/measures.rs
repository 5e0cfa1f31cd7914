//! The numbers that alarms and the dashboard watch.

use inventory_report::{MetricValue, Report, metric_name, metric_values};
use jiff::Timestamp;
use lambda::Metrics;
use object_store::Store;
use serde::{Deserialize, Serialize};

use crate::Error;

const KEY: &str = "measures.json";
const FUNCTION: &str = "certificate-inventory";
/// An alarm says that there is no new report.
const AGE: &str = "ReportAgeHours";
const SECONDS_AN_HOUR: i64 = 3600;

/// Of one report. A metric that came once a day would leave its alarms without data, so the same is written every hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measures {
    made_at: Timestamp,
    values: Vec<Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Value {
    metric: String,
    owner: Option<String>,
    value: u64,
}

impl From<MetricValue> for Value {
    /// None of the metrics is ever below 0: the nearest expiry is among those that have not expired.
    fn from(MetricValue { metric, owner, value }: MetricValue) -> Self {
        Self { metric: metric.into(), owner, value: u64::try_from(value).unwrap_or_default() }
    }
}

impl Measures {
    pub(crate) fn of(report: &Report) -> Self {
        Self { made_at: report.made_at, values: metric_values(report).into_iter().map(Value::from).collect() }
    }

    /// Those of the last report; `None` before the first one.
    pub(crate) async fn last(store: &Store) -> Result<Option<Self>, Error> {
        let Some(bytes) = store.read(KEY).await? else { return Ok(None) };
        let damaged = |error: serde_json::Error| Error::Damaged { key: KEY.into(), problem: error.to_string() };
        serde_json::from_slice(&bytes).map(Some).map_err(damaged)
    }

    pub(crate) async fn keep(&self, store: &Store) -> Result<(), Error> {
        let bytes = serde_json::to_vec(self).map_err(|error| Error::Report(error.to_string()))?;
        Ok(store.write(KEY, "application/json", bytes).await?)
    }

    /// Writes them to the log: one line for all, and one for each owner.
    pub(crate) fn emit(&self, now: Timestamp) {
        self.metrics(now).iter().for_each(|metrics| metrics.emit(now));
    }

    fn metrics(&self, now: Timestamp) -> Vec<Metrics> {
        let mut all = Metrics::new(FUNCTION);
        let age = now.duration_since(self.made_at).as_secs().max(0) / SECONDS_AN_HOUR;
        all.count(AGE, u64::try_from(age).unwrap_or_default());
        let mut owners: Vec<(&str, Metrics)> = Vec::new();
        for Value { metric, owner, value } in &self.values {
            let metrics = match owner {
                None => &mut all,
                Some(owner) => of_owner(&mut owners, owner),
            };
            // A file that an older version wrote may have a name that is no metric any more.
            if let Some(metric) = metric_name(metric) {
                metrics.count(metric, *value);
            }
        }
        std::iter::once(all).chain(owners.into_iter().map(|(_, metrics)| metrics)).collect()
    }
}

fn of_owner<'a, 'b>(owners: &'a mut Vec<(&'b str, Metrics)>, owner: &'b str) -> &'a mut Metrics {
    let at = owners.iter().position(|(known, _)| *known == owner).unwrap_or_else(|| {
        let mut metrics = Metrics::new(FUNCTION);
        metrics.dimension("Owner", owner.to_owned());
        owners.push((owner, metrics));
        owners.len() - 1
    });
    &mut owners[at].1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_line_for_all_and_one_for_each_owner() {
        let value = |metric: &str, owner: Option<&str>, value| Value {
            metric: metric.into(),
            owner: owner.map(str::to_owned),
            value,
        };
        let measures = Measures {
            made_at: "2026-11-21T06:00:00Z".parse().unwrap(),
            values: vec![
                value("ExpiringUnhandled", None, 3),
                value("ExpiringUnhandled", Some("web"), 1),
                value("NearestExpiryDays", Some("web"), 12),
                value("Gone", None, 9),
            ],
        };
        let now = "2026-11-21T08:30:00Z".parse().unwrap();
        let lines: Vec<serde_json::Value> =
            measures.metrics(now).iter().map(|one| serde_json::from_str(&one.line(now).unwrap()).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!((&lines[0]["ReportAgeHours"], &lines[0]["ExpiringUnhandled"]), (&json!(2), &json!(3)));
        assert_eq!(lines[0]["Gone"], json!(null));
        assert_eq!((&lines[1]["Owner"], &lines[1]["NearestExpiryDays"]), (&json!("web"), &json!(12)));
    }
}
