//! A hub with spokes: two accounts, of which one has certificates in a second Region too.

mod checker;
mod forgery;
mod grants;
mod outages;
mod permissions;
mod queues;
mod reports;
mod spokes;
mod subject;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use simulated_aws::{Aws, Notice, RoleRule, Trail};

pub(crate) use self::checker::check_isolation;
pub(crate) use self::grants::{may_use, renew_days_earlier};
use self::outages::Outage;
use self::queues::SweepQueue;
use self::reports::Reports;
pub(crate) use self::subject::{Subject, message_in};
use crate::place::Place;
use crate::report::Check;
use crate::run_effects::Run;
use crate::secrets::GRANTED;
use crate::template::Template;
use crate::wiring::{Wiring, spoke_template_path};
use crate::world::{ACCOUNT, EXPIRY_EVENTS, World};

/// The two accounts. The first has certificates in two Regions.
pub(crate) const SPOKES: [&str; 2] = ["222233334444", "333344445555"];
const ID: &str = "o-a1b2c3d4e5";
const EXTERNAL_ID: &str = "autopilot-1";
/// The logical id of the hub's bus for events of spokes.
const SPOKE_BUS: &str = "SpokeEventBus";

/// What a world with an organization has besides.
pub(crate) struct Organization {
    pub(crate) home: Place,
    /// The accounts and Regions of the spokes, each with the rules that forward its events.
    spokes: BTreeMap<Place, Wiring>,
    settings: Value,
    /// The CA that spokes may use.
    ca: String,
    /// Where AWS Organizations is asked for the accounts; otherwise the settings list them.
    directory: Option<simulated_aws::Organization>,
    outages: BTreeMap<&'static str, Outage>,
    /// With which roles of spokes what was called.
    called: BTreeSet<(&'static str, String)>,
    queues: Vec<SweepQueue>,
    pub(crate) reports: Reports,
}

/// Where some of the spokes' certificates are, in a world whose hub is in `region`.
pub(crate) fn second_region(region: &str) -> String {
    region.replace("us-east", "eu-west")
}

fn role(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/acm-autopilot/acm-autopilot-{name}")
}

impl Organization {
    /// `ca`: the one that spokes may use.
    pub(crate) fn create(aws: &Aws, region: &str, ca: &str, asks_directory: bool) -> Self {
        let second = second_region(region);
        let places = [(SPOKES[0], region), (SPOKES[0], &second), (SPOKES[1], region)];
        let home = Place::new(ACCOUNT, region);
        let spokes = places.map(|(account, region)| (Place::new(account, region), forwarding(account, region, &home)));
        for account in SPOKES {
            aws.scoped(account, region).set_trail(Trail::new("calls"));
            for name in outages::ROLES {
                aws.set_role(&role(account, name), RoleRule::ExternalId(EXTERNAL_ID.to_owned()));
            }
        }
        let (directory, unit) = found(aws);
        Self {
            home,
            settings: settings(region, &second, ca, &unit, asks_directory),
            ca: ca.to_owned(),
            directory: asks_directory.then_some(directory),
            reports: Reports::default(),
            spokes: spokes.into(),
            outages: BTreeMap::new(),
            called: BTreeSet::new(),
            queues: Vec::new(),
        }
    }

    /// The template's parameter.
    pub(crate) fn settings(&self) -> String {
        self.settings.to_string()
    }

    /// The accounts and Regions of the spokes.
    fn places(&self) -> Vec<Place> {
        self.spokes.keys().cloned().collect()
    }

    /// On which bus of the hub an event of AWS arrives that somebody's account sends to its own; none if no rule forwards it.
    pub(crate) fn forward(&self, bus: &str, mut event: Value) -> Option<(String, Value)> {
        if !event["source"].as_str().is_some_and(|source| source.starts_with("aws.")) {
            return Some((bus.to_owned(), event));
        }
        let place = Place::of_event(&event).unwrap_or_else(|| self.home.clone());
        (event["account"], event["region"]) = (json!(place.account), json!(place.region));
        if place == self.home {
            return Some((bus.to_owned(), event));
        }
        let is_forwarded = self.spokes.get(&place)?.targets("default", &event).next().is_some();
        is_forwarded.then(|| (SPOKE_BUS.to_owned(), event))
    }
}

impl World {
    /// The role with which a run wrote a certificate's tags.
    pub(crate) fn role_of(&self, run: &Run, arn: &str) -> String {
        let spoke = Place::of_arn(arn).filter(|place| !place.is_of_hub());
        match spoke.zip(outages::role_of(&run.function)) {
            Some((place, name)) => role(&place.account, name),
            None => self.wiring.functions[&run.function].role.clone(),
        }
    }

    /// Lambda gave up on the sweep of an account and Region.
    pub(crate) fn give_up_sweep(&mut self, message: &Value) {
        let now = self.aws.now();
        let Subject::Sweep(place) = self.subject(message) else { return };
        let mut state = self.state.lock();
        let all = state.certificates.iter_mut().filter(|(arn, _)| Place::of_arn(arn).as_ref() == Some(&place));
        all.for_each(|(_, tracked)| tracked.hinder(now, "its sweep ended in a dead-letter queue"));
    }

    /// Checks notices about accounts and Regions that cannot be read.
    pub(crate) fn check_target_reports(&mut self, runs: &[Run], notices: &[Notice], failures: usize) -> Check {
        let now = self.aws.now();
        let (Some(organization), Some(run)) = (&mut self.organization, runs.first()) else { return Ok(()) };
        if run.function != EXPIRY_EVENTS {
            return Ok(());
        }
        if failures > 0 || runs.len() > 1 || run.answer.is_none() {
            let spokes = organization.places();
            let concerned = spokes.iter().filter(|place| run.about.place().is_none_or(|about| about == *place));
            concerned.for_each(|place| organization.reports.forgive(now, place));
        }
        notices.iter().try_for_each(|notice| organization.reports.check_notice(notice))
    }
}

fn settings(region: &str, second: &str, ca: &str, unit: &str, asks_directory: bool) -> Value {
    let mut settings = json!({
        "id": ID,
        "externalId": EXTERNAL_ID,
        "regions": [region],
        "regionsByAccount": { SPOKES[0]: [region, second] },
        "grants": grants::rows(ca, None),
        "rings": grants::rings(unit),
    });
    if !asks_directory {
        settings["accounts"] = SPOKES
            .map(|id| json!({ "id": id, "name": format!("spoke-{id}"), "units": units_of(id, unit) }))
            .into_iter()
            .collect();
    }
    settings
}

fn units_of(account: &str, unit: &str) -> Vec<String> {
    if account == SPOKES[0] { vec![unit.to_owned()] } else { Vec::new() }
}

/// The organization, whose management account is the hub, and the unit of its first account.
fn found(aws: &Aws) -> (simulated_aws::Organization, String) {
    let organization = aws.create_organization(ID);
    let unit = organization.create_unit(organization.root(), "workloads");
    organization.create_account(SPOKES[0], "shop", &unit);
    organization.create_account(SPOKES[1], "bank", organization.root());
    (organization, unit)
}

/// The rules of spoke.yaml, with everything switched on.
fn forwarding(account: &str, region: &str, hub: &Place) -> Wiring {
    let bus = format!("arn:aws:events:{}:{}:event-bus/acm-autopilot", hub.region, hub.account);
    let secrets = format!("arn:aws:secretsmanager:*:{account}:secret:{GRANTED}*");
    let given = [
        ("HubEventBusArn", bus.as_str()),
        ("OrganizationId", ID),
        ("ExternalId", EXTERNAL_ID),
        ("AllowNotices", "true"),
        ("AllowRenewals", "true"),
        ("SecretArns", &secrets),
        ("AllowValidationRecords", "true"),
        ("HomeRegion", &hub.region),
    ];
    Wiring::read(&Template::read(&spoke_template_path(), account, region, &given))
}

#[cfg(test)]
mod tests;
