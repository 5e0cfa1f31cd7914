//! Events that an account sends about what is not its own, or that nobody watches.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{SPOKE_BUS, SPOKES};
use crate::aws_events::{OPERATOR, cloudtrail, envelope, tag_parameters};
use crate::event_queue::ScheduledEvent;
use crate::place::Place;
use crate::world::World;

/// An account that is in nobody's organization.
const STRANGER: &str = "999988887777";
/// A Region in which no account is watched.
const UNWATCHED: &str = "ap-south-1";
/// By which the world recognizes the event. No function reads it.
const FORGED: &str = "f04ced00-0000-4000-8000-000000000000";

pub(super) fn is_forged(event: &Value) -> bool {
    event["id"] == FORGED
}

/// An event of this place about a certificate, or a secret, of another.
fn forged(kind: u8, sender: &Place, arn: &str, now: Timestamp) -> Value {
    let mut event = match kind {
        0 => envelope("aws.acm", "ACM Certificate Approaching Expiration", &[arn], now, json!({ "DaysToExpiry": 7 })),
        1 => {
            let tags = [("acm-autopilot:status".to_owned(), Some("pending-renewal".to_owned()))];
            cloudtrail(OPERATOR, "AddTagsToCertificate", tag_parameters(arn, &tags), now)
        }
        2 => {
            let detail = json!({
                "resourceType": "AWS::ACM::Certificate",
                "resourceId": arn,
                "configRuleName": "acm-certificate-expiration-check",
                "newEvaluationResult": { "complianceType": "NON_COMPLIANT" },
            });
            envelope("aws.config", "Config Rules Compliance Change", &[], now, detail)
        }
        3 => {
            let mut event =
                cloudtrail(OPERATOR, "RequestCertificate", json!({ "domainName": "www.alpha.example" }), now);
            event["detail"]["responseElements"] = json!({ "certificateArn": arn });
            event
        }
        _ => {
            let secret = arn.replace(":acm:", ":secretsmanager:").replace(":certificate/", ":secret:web/");
            let detail = json!({ "labelUpdated": "AWSCURRENT", "secretARN": secret });
            envelope("aws.secretsmanager", "Secret Label Updated", &[&secret], now, detail)
        }
    };
    (event["account"], event["region"]) = (json!(sender.account), json!(sender.region));
    event["id"] = json!(FORGED);
    event
}

impl World {
    /// Somebody who controls an account, or a stranger, tries to have work done.
    pub(crate) fn forge_daily(&mut self) {
        if self.organization.is_none() || self.quiet || !self.chance(self.faults.attack) {
            return;
        }
        let all: Vec<String> = self.state.lock().certificates.keys().cloned().collect();
        let arn = all[self.rng.usize(..all.len())].clone();
        let Some(victim) = Place::of_arn(&arn) else { return };
        let sender = self.sender(&victim);
        // A stranger names what is its own.
        let arn = arn.replace(&victim.account, if sender.account == STRANGER { STRANGER } else { &victim.account });
        let event = forged(self.rng.u8(..5), &sender, &arn, self.aws.now());
        self.log.note(format!("{} {} forges {}", self.aws.now(), sender.account, event["detail-type"]));
        self.events.schedule(self.aws.now(), ScheduledEvent::Arrive { bus: SPOKE_BUS.to_owned(), event });
    }

    /// Another account or Region than the victim's.
    fn sender(&mut self, victim: &Place) -> Place {
        match self.rng.u8(..4) {
            0 => Place::new(STRANGER, &victim.region),
            1 => Place::new(&victim.account, UNWATCHED),
            _ => {
                let account = if victim.account == SPOKES[0] { SPOKES[1] } else { SPOKES[0] };
                Place::new(account, &victim.region)
            }
        }
    }
}
