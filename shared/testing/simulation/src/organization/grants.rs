//! What the hub's settings let each account have, and what must not happen without it.

use serde_json::{Value, json};
use simulated_aws::Call;

use super::SPOKES;
use super::outages::Wrong;
use crate::acme_ca::{DIRECTORY, DOMAIN};
use crate::place::Place;
use crate::report::{Broken, Check};
use crate::run_effects::{Run, RunEffects, took_effect};
use crate::secrets::GRANTED;
use crate::source::SourceKind;
use crate::world::World;
use crate::zones::granted_domains;

pub(crate) const ONLY_GRANTED: &str = "an account obtains nothing that the settings do not grant it";
pub(crate) const READ_ONLY: &str = "in a read-only account nothing is written, and nothing is sent about it";

/// The account that may use secrets and ACME, and whose certificates are renewed earlier.
const GRANTED_MORE: &str = SPOKES[0];
const RING_DAYS: i64 = 10;

/// The settings' grants, but for this account.
pub(super) fn rows(ca: &str, without: Option<&str>) -> Value {
    let accounts = |all: &[&str]| -> Vec<String> {
        all.iter().filter(|one| Some(**one) != without).map(|one| (*one).to_owned()).collect()
    };
    let domains: Vec<String> = granted_domains().split(',').map(str::to_owned).chain([DOMAIN.to_owned()]).collect();
    json!([
        { "accounts": accounts(&SPOKES), "privateCas": [ca], "issuerChange": true, "domains": domains },
        { "accounts": accounts(&[GRANTED_MORE]), "secrets": [format!("{GRANTED}*")], "acmeDirectories": [DIRECTORY] },
    ])
}

/// The ring of an organizational unit.
pub(super) fn rings(unit: &str) -> Value {
    json!([{ "units": [unit], "renewDaysEarlier": RING_DAYS }])
}

/// How many days earlier a certificate is renewed.
pub(crate) fn renew_days_earlier(arn: &str) -> i64 {
    let is_in_ring = Place::of_arn(arn).is_some_and(|place| place.account == GRANTED_MORE);
    if is_in_ring { RING_DAYS } else { 0 }
}

/// Whether a certificate's account may use a source, while it is granted anything.
pub(crate) fn may_use(arn: &str, source: SourceKind) -> bool {
    let is_limited = Place::of_arn(arn).is_some_and(|place| !place.is_of_hub() && place.account != GRANTED_MORE);
    source == SourceKind::PrivateCa || !is_limited
}

impl World {
    /// Checks what runs did about an account that may have only some of it, or nothing.
    pub(crate) fn check_granted(&self, runs: &[Run], effects: &RunEffects) -> Check {
        let Some(organization) = &self.organization else { return Ok(()) };
        let Some(place) = runs.first().and_then(|run| run.about.place()).filter(|place| !place.is_of_hub()) else {
            return Ok(());
        };
        let wrong = organization.outages.get(place.account.as_str()).map(|outage| &outage.wrong);
        if wrong == Some(&Wrong::IsReadOnly) {
            check_read_only(place, effects)?;
        }
        let has_no_grants = wrong == Some(&Wrong::HasNoGrants);
        let is_forbidden =
            |call: &&Call| has_no_grants && obtains(call) || place.account != GRANTED_MORE && uses_more(call);
        broken_by(ONLY_GRANTED, place, effects.calls.iter().filter(|call| took_effect(call)).find(is_forbidden))
    }

    /// Whether the hub's functions only plan what to do there.
    pub(crate) fn is_read_only(&self, arn: &str) -> bool {
        let place = Place::of_arn(arn);
        let outage =
            place.zip(self.organization.as_ref()).and_then(|(place, one)| one.outages.get(place.account.as_str()));
        outage.is_some_and(|outage| outage.wrong == Wrong::IsReadOnly)
    }
}

fn broken_by(invariant: &'static str, place: &Place, call: Option<&Call>) -> Check {
    let Some(Call { service, operation, input, .. }) = call else { return Ok(()) };
    Err(Broken::new(invariant, "", format!("{service}:{operation} in a run about {place:?}: {input}")))
}

/// Removing the validation records of an attempt is always right.
fn obtains(call: &Call) -> bool {
    let removes = || {
        let mut changes = call.input["ChangeBatch"]["Changes"].as_array().into_iter().flatten();
        changes.all(|change| change["Action"] == "DELETE")
    };
    match call.operation.as_str() {
        "ChangeResourceRecordSets" => !removes(),
        operation => ["IssueCertificate", "ImportCertificate", "finalize"].contains(&operation) || uses_more(call),
    }
}

/// What only one of the accounts may have: a secret of its own, and orders of an ACME directory.
fn uses_more(call: &Call) -> bool {
    let is_of_spoke = SPOKES.contains(&call.account.as_str());
    call.operation == "newOrder" || call.operation == "GetSecretValue" && is_of_spoke
}

/// That an account cannot be read, or can be again, is reported all the same.
fn check_read_only(place: &Place, effects: &RunEffects) -> Check {
    let is_report = |call: &Call| call.service == "sns" || call.service == "ssm";
    let writes = |call: &&Call| {
        let reads = ["List", "Describe", "Get", "AssumeRole", "renewalInfo", "directory"];
        !is_report(call) && !reads.iter().any(|prefix| call.operation.starts_with(prefix))
    };
    let sent = |kind: Option<&str>| !kind.is_some_and(|kind| kind.starts_with("target-"));
    if let Some(notice) = effects.notices.iter().find(|notice| sent(notice.attribute("kind"))) {
        return Err(Broken::new(READ_ONLY, "", format!("a notice in a run about {place:?}: {notice:?}")));
    }
    broken_by(READ_ONLY, place, effects.calls.iter().find(writes))
}

#[cfg(test)]
mod tests;
