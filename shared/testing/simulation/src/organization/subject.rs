//! Which account and Region a run is about, by its event alone.

use jiff::SignedDuration;
use serde_json::Value;

use super::forgery::is_forged;
use super::{Organization, SPOKES};
use crate::place::Place;
use crate::world::World;

/// For so long functions may work in an account that left: the answers of AWS Organizations are kept for an hour, and a message
/// of a sweep says itself whose account it is about, until its last delivery.
const LAG: SignedDuration = SignedDuration::from_hours(4);

/// What a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// There is no organization: everything is in one account.
    Everything,
    /// All accounts: sweeps are requested for each.
    Organization,
    /// The sweep of one account and Region.
    Sweep(Place),
    /// Certificates of one account and Region.
    Place(Place),
    /// Nothing that may be worked on: the event is forged, or its account is not watched.
    Nothing,
}

impl Subject {
    /// The account and Region, if it is one.
    pub(crate) fn place(&self) -> Option<&Place> {
        match self {
            Self::Sweep(place) | Self::Place(place) => Some(place),
            _ => None,
        }
    }

    /// Whether something may happen to a certificate in the run.
    pub(crate) fn concerns(&self, arn: &str) -> bool {
        match self {
            Self::Everything | Self::Organization => true,
            Self::Sweep(place) | Self::Place(place) => Place::of_arn(arn).as_ref() == Some(place),
            Self::Nothing => false,
        }
    }
}

impl World {
    /// What a run with this event, or this batch of one message, is about.
    pub(crate) fn subject(&self, event: &Value) -> Subject {
        let Some(organization) = &self.organization else { return Subject::Everything };
        let subject = organization.subject(&message_in(event));
        match subject.place() {
            Some(place) if organization.left_before(&place.account, self.aws.now() - LAG) => Subject::Nothing,
            _ => subject,
        }
    }
}

impl Organization {
    fn subject(&self, event: &Value) -> Subject {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let detail = &event["detail"];
        match event["detail-type"].as_str() {
            _ if is_forged(event) => Subject::Nothing,
            Some("Certificate Sweep Requested") => Subject::Organization,
            Some("Target Sweep Requested") => {
                Subject::Sweep(Place::new(&text(&detail["account"]["id"]), &text(&detail["region"])))
            }
            _ if event["source"] == "acm-autopilot" => {
                let named = detail["certificateArn"].as_str().and_then(Place::of_arn);
                Subject::Place(named.unwrap_or_else(|| self.home.clone()))
            }
            _ => match event["account"].as_str() {
                Some(account) => Subject::Place(Place::new(account, &text(&event["region"]))),
                None => Subject::Place(self.home.clone()),
            },
        }
    }
}

/// The accounts that a run about this one must not touch.
pub(super) fn others(account: &str) -> impl Iterator<Item = &'static str> {
    SPOKES.into_iter().filter(move |other| *other != account)
}

/// The message of a batch, or the event itself.
pub(crate) fn message_in(event: &Value) -> Value {
    let body = event["Records"][0]["body"].as_str();
    body.and_then(|body| serde_json::from_str(body).ok()).unwrap_or_else(|| event.clone())
}
