//! The message with which a hub sweeps one target.

use certificates::Target;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::account::Account;
use crate::members::Member;

const DETAIL_TYPE: &str = "Target Sweep Requested";

/// Only the hub itself can put it into its queue, so what it says of the account is as good as in the hub's memory: whoever
/// takes it does not have to ask AWS Organizations again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetSweep {
    /// The account; of the hub's own only the id.
    pub account: Account,
    /// The Region.
    pub region: String,
    /// The fields of the event that asked for the sweep.
    #[serde(default)]
    pub request: Value,
    /// Why the target could not be read when it was swept last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

impl TargetSweep {
    /// For a target, as an event asked for.
    pub fn new(member: &Member, request: &Value) -> Self {
        let own = || Account::new(&member.target.account);
        Self {
            account: member.spoke.as_ref().map_or_else(own, |spoke| spoke.account.clone()),
            region: member.target.region.clone(),
            request: request.clone(),
            unreadable: None,
        }
    }

    /// The body of the message: the form of an event.
    pub fn to_event(&self) -> Value {
        json!({ "source": events::SOURCE, "detail-type": DETAIL_TYPE, "detail": self })
    }

    /// Reads the body of a message; `None` if it is another event.
    pub fn read(event: &Value) -> Option<Self> {
        let is_one = event["source"] == events::SOURCE && event["detail-type"] == DETAIL_TYPE;
        is_one.then(|| serde_json::from_value(event["detail"].clone()).ok()).flatten()
    }

    /// The account and Region.
    pub fn target(&self, home: &Target) -> Target {
        let (partition, account) = (home.partition.clone(), self.account.id.clone());
        Target { partition, account, region: self.region.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_read() {
        let account =
            Account { name: "shop".into(), units: vec!["ou-ab12-11111111".into()], ..Account::new("111122223333") };
        let sweep = TargetSweep {
            account,
            region: "eu-central-1".into(),
            request: json!({ "renewFrom": "acme" }),
            unreadable: None,
        };
        assert_eq!(TargetSweep::read(&sweep.to_event()), Some(sweep.clone()));
        let mut other = sweep.to_event();
        other["detail-type"] = "Sweep Requested".into();
        assert_eq!(TargetSweep::read(&other), None);
    }
}
