//! What is reported of an act: by a notice, by a digest, in the audit.

use aws_client::CallError;
use certificates::Target;
use jiff::Timestamp;
use notices::{ActivityEntry, Severity};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::event::Occurrence;
use crate::policy::ActKind;
use crate::state::Known;

/// An act with all that people get to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reported {
    /// What was done.
    pub(crate) kind: ActKind,
    /// How urgent it is.
    pub(crate) severity: Severity,
    /// In which account.
    pub(crate) account: String,
    /// In which Region.
    pub(crate) region: String,
    /// By whom, as CloudTrail says; `None` where AWS does not say it.
    pub(crate) principal: Option<String>,
    /// ARN or id of what it was done to.
    pub(crate) resource: String,
    /// What else the record says: a reason, a role, keys of tags.
    pub(crate) detail: Option<String>,
    /// When.
    pub(crate) at: Timestamp,
    /// CloudTrail's id; `None` where only what the act left behind was found.
    pub(crate) event_id: Option<String>,
    /// From which address.
    pub(crate) source_ip: Option<String>,
    /// What people call it.
    pub(crate) name: Option<String>,
    /// Names that matter: of certificates outside the grants only those.
    pub(crate) names: Vec<String>,
    /// Who answers for it.
    pub(crate) owner: Option<String>,
    /// What it is for.
    pub(crate) purpose: Option<String>,
    /// What used it.
    pub(crate) uses: Vec<String>,
    /// Whether a role of acm-autopilot did it.
    pub(crate) by_own_role: bool,
}

impl Reported {
    /// An act of which there is an event.
    pub(crate) fn of_event(
        occurrence: &Occurrence,
        severity: Severity,
        target: &Target,
        known: Option<&Known>,
    ) -> Self {
        let act = &occurrence.act;
        Self {
            principal: occurrence.principal.as_ref().map(|principal| principal.name().to_owned()),
            resource: known.map_or(&act.subject, |known| &known.arn).clone(),
            detail: act.detail.clone(),
            event_id: Some(occurrence.id.clone()),
            source_ip: occurrence.source_ip.clone(),
            names: known
                .map_or(&act.names, |known| if act.names.is_empty() { &known.names } else { &act.names })
                .clone(),
            ..Self::of_state(act.kind, severity, target, known, occurrence.at)
        }
    }

    /// What a call left behind, without its event, seen at this time.
    pub(crate) fn of_state(
        kind: ActKind,
        severity: Severity,
        target: &Target,
        known: Option<&Known>,
        at: Timestamp,
    ) -> Self {
        Self {
            kind,
            severity,
            account: target.account.clone(),
            region: target.region.clone(),
            principal: None,
            resource: known.map(|known| known.arn.clone()).unwrap_or_default(),
            detail: None,
            at,
            event_id: None,
            source_ip: None,
            name: known.map(|known| known.name.clone()),
            names: known.map(|known| known.names.clone()).unwrap_or_default(),
            owner: known.and_then(|known| known.owner.clone()),
            purpose: known.and_then(|known| known.purpose.clone()),
            uses: known.map(|known| known.uses.clone()).unwrap_or_default(),
            by_own_role: false,
        }
    }

    /// Its part of a notice.
    pub(crate) fn entry(&self) -> ActivityEntry {
        ActivityEntry {
            at: self.at,
            resource: self.resource.clone(),
            name: self.name.clone(),
            names: self.names.clone(),
            owner: self.owner.clone(),
            purpose: self.purpose.clone(),
            uses: self.uses.clone(),
            event_id: self.event_id.clone(),
            source_ip: self.source_ip.clone(),
        }
    }
}

/// A notice of these acts could not be sent.
pub(crate) fn not_sent(acts: &[Reported], cause: CallError) -> Error {
    let (kind, resource) = acts.first().map_or(("nothing", ""), |act| (act.kind.as_str(), act.resource.as_str()));
    Error::Notice { kind, resource: resource.to_owned(), cause }
}
