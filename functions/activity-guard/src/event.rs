//! The events that this function takes.

use events::{BadField, Envelope, SOURCE, text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::Error;
use crate::policy::{Act, ActKind, recognize};
use crate::principal::Principal;
use crate::record::{API_CALL, Record};

/// Detail types of our own events, as schedules and operators send them.
const SWEEP: &str = "Activity Sweep Requested";
const DIGEST: &str = "Activity Digest Requested";
const AUDIT: &str = "Activity Audit Requested";
/// ACM issued, imported or renewed a certificate
/// ([supported events](https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html)).
const AVAILABLE: &str = "ACM Certificate Available";

/// What an event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// Somebody did something: does anybody have to know?
    Check(Box<Occurrence>),
    /// A call that is not an act.
    Nothing,
    /// Look for what calls left behind, in all shards.
    Sweep,
    /// Send what was held back in the last hours.
    Digest,
    /// Write down who did what in a month.
    Audit {
        /// Such as `2026-11`; `None`: the month before this one.
        month: Option<String>,
    },
}

/// An act with who, when and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// What.
    pub act: Act,
    /// Who; `None` where AWS does not say it.
    pub principal: Option<Principal>,
    /// The event's id, the same whenever it is delivered again.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub source_ip: Option<String>,
}

impl Trigger {
    /// # Errors
    /// It is not an event that this function takes; the error names the field.
    pub fn read(event: &Value) -> Result<Self, Error> {
        let envelope = Envelope::read(event)?;
        match (envelope.source, envelope.detail_type) {
            (SOURCE, SWEEP) => Ok(Self::Sweep),
            (SOURCE, DIGEST) => Ok(Self::Digest),
            (SOURCE, AUDIT) => Ok(Self::Audit { month: month(&envelope.detail["month"])? }),
            ("aws.acm", AVAILABLE) => available(event, &envelope),
            (source, API_CALL) if source.starts_with("aws.") => {
                let record = Record::read(event)?;
                Ok(recognize(&record).map_or(Self::Nothing, |act| Self::Check(Box::new(of_record(act, record)))))
            }
            _ => Err(envelope.not_taken().into()),
        }
    }
}

/// Renewals keep their names.
fn available(event: &Value, envelope: &Envelope<'_>) -> Result<Trigger, Error> {
    let detail = envelope.detail;
    if detail["Action"] == "RENEWAL" {
        return Ok(Trigger::Nothing);
    }
    let at = text(&event["time"], "time")?;
    let names = ["CommonName", "FirstSubjectAlternativeName"].into_iter().filter_map(|name| detail[name].as_str());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.dedup();
    Ok(Trigger::Check(Box::new(Occurrence {
        act: Act::new(ActKind::CertificateIssued, text(&envelope.resources[0], "resources[0]")?).names(names),
        principal: None,
        id: text(&event["id"], "id")?.to_owned(),
        at: at.parse().map_err(|_| BadField::new("time", "is not a time of RFC 3339"))?,
        source_ip: None,
    })))
}

fn of_record(act: Act, record: Record<'_>) -> Occurrence {
    Occurrence {
        act,
        id: record.id.to_owned(),
        at: record.at,
        // An address, or the name of a service.
        source_ip: Some(record.source_ip.to_owned()).filter(|from| (1..=256).contains(&from.len())),
        principal: Some(record.principal),
    }
}

fn month(value: &Value) -> Result<Option<String>, BadField> {
    let Some(given) = value.as_str() else {
        return if value.is_null() { Ok(None) } else { Err(BadField::new("detail.month", "is not a text")) };
    };
    let is_month = given.len() == 7 && format!("{given}-01").parse::<Date>().is_ok();
    if is_month {
        Ok(Some(given.to_owned()))
    } else {
        Err(BadField::new("detail.month", "is not a month such as 2026-11"))
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
    use crate::record::tests::record;

    fn read(event: &Value) -> Result<Trigger, String> {
        Trigger::read(event).map_err(|error| match error {
            Error::BadEvent { field, .. } => field,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn our_own_events_and_no_others() {
        for (source, detail_type, expected) in [
            ("acm-autopilot", SWEEP, Ok(Trigger::Sweep)),
            ("acm-autopilot", DIGEST, Ok(Trigger::Digest)),
            ("acm-autopilot", AUDIT, Ok(Trigger::Audit { month: None })),
            ("acm-autopilot", "Certificate Sweep Requested", Err("detail-type")),
            ("aws.acm", SWEEP, Err("detail-type")),
            ("aws.acm", "ACM Certificate Expired", Err("detail-type")),
            ("evil", API_CALL, Err("source")),
        ] {
            let event = json!({"source": source, "detail-type": detail_type});
            assert_eq!(read(&event), expected.map_err(str::to_owned), "{event}");
        }
    }

    #[test]
    fn a_month_is_a_month() {
        let audit =
            |month: Value| read(&json!({"source": "acm-autopilot", "detail-type": AUDIT, "detail": {"month": month}}));
        assert_eq!(audit(json!("2026-11")), Ok(Trigger::Audit { month: Some("2026-11".into()) }));
        for bad in [json!("2026-13"), json!("../x"), json!("2026"), json!(7), json!("2026-11-01")] {
            assert_eq!(audit(bad.clone()), Err("detail.month".to_owned()), "{bad}");
        }
    }

    #[test]
    fn an_act_has_who_when_and_from_where() {
        let event =
            record("acm.amazonaws.com", "DeleteCertificate", &json!({"certificateArn": "a"}), &json!(null), None);
        let Ok(Trigger::Check(found)) = read(&event) else { panic!("no act") };
        assert_eq!((found.act.kind, found.source_ip.as_deref()), (ActKind::CertificateDeleted, Some("192.0.2.7")));
        assert_eq!(found.principal.unwrap().name(), "arn:aws:iam::123456789012:user/eve");
        let other = record("acm.amazonaws.com", "ListCertificates", &json!({}), &json!(null), None);
        assert_eq!(read(&other), Ok(Trigger::Nothing));
    }

    #[test]
    fn acms_own_event_is_the_only_one_of_acme_clients() {
        let event = |action: &str| {
            json!({"source": "aws.acm", "detail-type": AVAILABLE, "id": "1", "time": "2026-11-28T06:00:00Z",
                "resources": ["arn:aws:acm:us-east-1:123456789012:certificate/a"],
                "detail": {"Action": action, "CommonName": "a.example", "FirstSubjectAlternativeName": "a.example"}})
        };
        let Ok(Trigger::Check(found)) = read(&event("ISSUANCE")) else { panic!("no act") };
        assert_eq!((found.act.kind, found.act.names), (ActKind::CertificateIssued, vec!["a.example".to_owned()]));
        assert_eq!(found.principal, None);
        assert_eq!(read(&event("RENEWAL")), Ok(Trigger::Nothing));
        let mut broken = event("IMPORT");
        broken["resources"] = json!([]);
        assert_eq!(read(&broken), Err("resources[0]".to_owned()));
    }
}
