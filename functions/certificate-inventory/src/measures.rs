//! The numbers that alarms and the dashboard watch.

use inventory_report::{MetricValue, Report, metric_values};
use jiff::Timestamp;
use lambda::Metrics;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::store::Store;

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
    values: Vec<MetricValue>,
}

impl Measures {
    pub(crate) fn of(report: &Report) -> Self {
        Self { made_at: report.made_at, values: metric_values(report) }
    }

    /// Those of the last report; `None` before the first one.
    pub(crate) async fn last(store: &Store) -> Result<Option<Self>, Error> {
        let Some(bytes) = store.read(KEY).await? else { return Ok(None) };
        let damaged = |error: serde_json::Error| Error::Damaged { key: KEY.into(), problem: error.to_string() };
        serde_json::from_slice(&bytes).map(Some).map_err(damaged)
    }

    pub(crate) async fn keep(&self, store: &Store) -> Result<(), Error> {
        let bytes = serde_json::to_vec(self).map_err(|error| Error::Report(error.to_string()))?;
        store.write(KEY, "application/json", bytes).await
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
        for MetricValue { name, owner, value } in &self.values {
            let metrics = match owner {
                None => &mut all,
                Some(owner) => of_owner(&mut owners, owner),
            };
            if let Some(name) = known_name(name) {
                metrics.count(name, *value);
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

/// A file that an older version wrote may have a name that is no metric any more.
fn known_name(name: &str) -> Option<&'static str> {
    inventory_report::METRICS.into_iter().find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn one_line_for_all_and_one_for_each_owner() {
        let value = |name: &str, owner: Option<&str>, value| MetricValue { name: name.into(), owner: owner.map(str::to_owned), value };
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
        let lines: Vec<Value> =
            measures.metrics(now).iter().map(|one| serde_json::from_str(&one.line(now).unwrap()).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!((&lines[0]["ReportAgeHours"], &lines[0]["ExpiringUnhandled"]), (&json!(2), &json!(3)));
        assert_eq!(lines[0]["Gone"], Value::Null);
        assert_eq!((&lines[1]["Owner"], &lines[1]["NearestExpiryDays"]), (&json!("web"), &json!(12)));
    }
}
