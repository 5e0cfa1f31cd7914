//! The events that this function takes.

use events::{BadField, Envelope, SOURCE};
use serde_json::Value;

use crate::Error;

/// Detail types of our own events, as schedules and operators send them.
const COLLECTION: &str = "Inventory Collection Requested";
const REPORT: &str = "Inventory Report Requested";
const METRICS: &str = "Inventory Metrics Requested";

/// What an event asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Read all accounts and Regions. Where there is only one, its report follows.
    Collect,
    /// Make a report of what was read.
    Report,
    /// Write the numbers of the last report again, which an alarm needs every hour.
    Measure,
}

impl Trigger {
    /// # Errors
    /// It is not an event that this function takes; the error names the field.
    pub fn read(event: &Value) -> Result<Self, Error> {
        let event = Envelope::read(event)?;
        match (event.source, event.detail_type) {
            (SOURCE, COLLECTION) => Ok(Self::Collect),
            (SOURCE, REPORT) => Ok(Self::Report),
            (SOURCE, METRICS) => Ok(Self::Measure),
            _ => Err(event.not_taken().into()),
        }
    }
}

impl From<BadField> for Error {
    fn from(bad: BadField) -> Self {
        Self::BadEvent { field: bad.field, problem: bad.problem }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn our_own_events_and_no_others() {
        for (source, detail_type, expected) in [
            ("acm-autopilot", "Inventory Collection Requested", Ok(Trigger::Collect)),
            ("acm-autopilot", "Inventory Report Requested", Ok(Trigger::Report)),
            ("acm-autopilot", "Inventory Metrics Requested", Ok(Trigger::Measure)),
            ("acm-autopilot", "Certificate Sweep Requested", Err("detail-type")),
            ("aws.events", "Scheduled Event", Err("detail-type")),
            ("aws.acm", "ACM Certificate Expired", Err("detail-type")),
            ("aws.ec2", "Inventory Report Requested", Err("source")),
        ] {
            let event = json!({"source": source, "detail-type": detail_type});
            let read = Trigger::read(&event).map_err(|error| match error {
                Error::BadEvent { field, .. } => field,
                other => panic!("{other}"),
            });
            assert_eq!(read, expected.map_err(str::to_owned), "{event}");
        }
    }
}
