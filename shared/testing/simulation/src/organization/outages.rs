//! Accounts that refuse their roles, throttle, have a Region off, or leave, for some days.

use jiff::Timestamp;
use serde_json::json;
use simulated_aws::{AccountState, Aws, Fault, RoleRule};

use super::grants::rows;
use super::{EXTERNAL_ID, Organization, SPOKES, Subject, role};
use crate::invariants;
use crate::place::Place;
use crate::report::Check;
use crate::world::{DNS_VALIDATION, EXPIRY_EVENTS, IMPORTED_RENEWAL, World};

/// The roles of an account, by the ends of their names.
pub(super) const ROLES: [&str; 3] = ["read", "renew", "dns"];

/// The role of a function.
pub(super) fn role_of(function: &str) -> Option<&'static str> {
    match function {
        EXPIRY_EVENTS => Some("read"),
        IMPORTED_RENEWAL => Some("renew"),
        DNS_VALIDATION => Some("dns"),
        _ => None,
    }
}

/// What is wrong with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// These roles let nobody in.
    Refuses(Vec<&'static str>),
    /// One of its Regions is off.
    RegionIsOff(Place),
    /// Calls about certificates are throttled.
    Throttles,
    /// It is excluded or, where AWS Organizations is asked, suspended.
    Left,
    /// The settings let the functions only plan in it.
    IsReadOnly,
    /// The settings grant it nothing.
    HasNoGrants,
}

impl Wrong {
    fn name(&self) -> &'static str {
        match self {
            Self::Refuses(_) => "its account refuses the hub's roles",
            Self::RegionIsOff(_) => "a Region of its account is off",
            Self::Throttles => "its account throttles",
            Self::Left => "its account is not watched",
            Self::IsReadOnly => "its account is read-only",
            Self::HasNoGrants => "its account has no grants",
        }
    }

    /// Whether the settings say it, which have one account in each of these lists.
    fn is_of_settings(&self) -> bool {
        matches!(self, Self::Left | Self::IsReadOnly | Self::HasNoGrants)
    }
}

/// Something that is wrong until a day.
#[derive(Debug, Clone)]
pub(super) struct Outage {
    pub(super) wrong: Wrong,
    pub(super) since: Timestamp,
    until: i64,
}

impl Organization {
    /// Why an account and Region cannot be read now, and since when.
    pub(super) fn unreadable(&self, place: &Place) -> Option<Timestamp> {
        let outage = self.outages.get(place.account.as_str())?;
        let is_unreadable = match &outage.wrong {
            Wrong::Refuses(roles) => roles.contains(&"read"),
            Wrong::RegionIsOff(off) => off == place,
            Wrong::Throttles | Wrong::Left | Wrong::IsReadOnly | Wrong::HasNoGrants => false,
        };
        is_unreadable.then_some(outage.since)
    }

    /// Whether an account has not been watched since this time.
    pub(super) fn left_before(&self, account: &str, at: Timestamp) -> bool {
        self.outages.get(account).is_some_and(|outage| outage.wrong == Wrong::Left && outage.since <= at)
    }

    fn has_any(&self, wrong: &Wrong) -> bool {
        self.outages.values().any(|outage| outage.wrong == *wrong)
    }

    pub(super) fn has_left(&self, account: &str) -> bool {
        self.outages.get(account).is_some_and(|outage| outage.wrong == Wrong::Left)
    }

    /// Starts (`true`) or ends it.
    fn apply(&mut self, aws: &Aws, account: &'static str, wrong: &Wrong, starts: bool) {
        match wrong {
            Wrong::Refuses(roles) => {
                let rule = if starts { RoleRule::Refused } else { RoleRule::ExternalId(EXTERNAL_ID.to_owned()) };
                roles.iter().for_each(|name| aws.set_role(&role(account, name), rule.clone()));
            }
            Wrong::RegionIsOff(place) => {
                let scoped = aws.scoped(&place.account, &place.region);
                if starts { scoped.disable_region() } else { scoped.enable_region() }
            }
            Wrong::Throttles => {}
            Wrong::IsReadOnly => {
                let accounts: &[&str] = if starts { &[account] } else { &[] };
                self.settings["readOnly"] = json!({ "accounts": accounts });
            }
            Wrong::HasNoGrants => self.settings["grants"] = rows(&self.ca, starts.then_some(account)),
            Wrong::Left => match &self.directory {
                Some(directory) => {
                    let state = if starts { AccountState::Suspended } else { AccountState::Active };
                    directory.set_account_state(account, state);
                }
                None => {
                    self.settings["excludedAccounts"] = if starts { json!([account]) } else { json!([]) };
                }
            },
        }
    }
}

impl World {
    /// Starts and ends outages, and notes whom they hinder.
    pub(crate) fn organization_daily(&mut self) -> Check {
        if self.organization.is_none() {
            return Ok(());
        }
        let today = self.aws.now().duration_since(self.start).as_hours() / 24;
        for account in SPOKES {
            let outage = self.organization.as_ref().and_then(|one| one.outages.get(account)).cloned();
            match outage {
                Some(outage) if outage.until <= today => self.end_outage(account),
                Some(outage) => self.hinder_account(account, outage.wrong.name()),
                None if !self.quiet && self.chance(self.faults.account_outage) => self.start_outage(account, today),
                None => {}
            }
        }
        self.forge_daily();
        self.check_reports()
    }

    /// All accounts work again.
    pub(crate) fn end_outages(&mut self) {
        SPOKES.into_iter().for_each(|account| self.end_outage(account));
    }

    fn start_outage(&mut self, account: &'static str, today: i64) {
        let second = self
            .organization
            .as_ref()
            .and_then(|one| one.places().into_iter().find(|place| place.region != one.home.region));
        let wrong = match (self.rng.u8(..9), second) {
            (0 | 1, _) => Wrong::Refuses(ROLES.into()),
            (2, _) => Wrong::Refuses(vec![ROLES[self.rng.usize(..ROLES.len())]]),
            (3, Some(place)) if place.account == account => Wrong::RegionIsOff(place),
            (4, _) => Wrong::Left,
            (5, _) => Wrong::IsReadOnly,
            (6 | 7, _) => Wrong::HasNoGrants,
            _ => Wrong::Throttles,
        };
        let is_wrong_elsewhere = self.organization.as_ref().is_some_and(|one| one.has_any(&wrong));
        if !(wrong.is_of_settings() && is_wrong_elsewhere) {
            let until = today + self.rng.i64(1..8);
            self.begin_outage(account, wrong, until);
        }
    }

    /// `until`: the day.
    pub(super) fn begin_outage(&mut self, account: &'static str, wrong: Wrong, until: i64) {
        self.note_outage(account, &format!("{} from now on", wrong.name()));
        let since = self.aws.now();
        self.switch(account, &wrong, true);
        if let Some(organization) = &mut self.organization {
            organization.outages.insert(account, Outage { wrong, since, until });
        }
    }

    fn end_outage(&mut self, account: &'static str) {
        let Some(outage) = self.organization.as_mut().and_then(|one| one.outages.remove(account)) else { return };
        self.note_outage(account, &format!("{} no more", outage.wrong.name()));
        self.switch(account, &outage.wrong, false);
    }

    pub(super) fn switch(&mut self, account: &'static str, wrong: &Wrong, starts: bool) {
        let now = self.aws.now();
        if let Some(organization) = &mut self.organization {
            organization.apply(&self.aws, account, wrong, starts);
            organization.configure(&mut self.wiring);
            organization.reports.hinder(now, |place| place.account == account);
        }
        if wrong.is_of_settings() {
            self.restart();
        }
    }

    fn note_outage(&mut self, account: &str, what: &str) {
        self.log.note(format!("{} account {account} {}", self.aws.now(), what));
        self.hinder_account(account, what);
    }

    pub(super) fn hinder_account(&mut self, account: &str, why: &str) {
        let now = self.aws.now();
        let mut state = self.state.lock();
        let of_account = |arn: &str| Place::of_arn(arn).is_some_and(|place| place.account == account);
        for (_, tracked) in state.certificates.iter_mut().filter(|(arn, _)| of_account(arn)) {
            tracked.hinder(now, why);
            // A request about it may have been refused, which nobody repeats before it is due.
            tracked.abandoned = true;
        }
        state.secrets.delay(of_account);
    }

    /// An event about a secret may be refused while something is wrong with its account, also when it is not watched and
    /// no run is about it.
    pub(crate) fn delay_secrets(&self) {
        let Some(organization) = &self.organization else { return };
        let is_wrong = |place: &Place| organization.outages.contains_key(place.account.as_str());
        self.state.lock().secrets.delay(|arn| Place::of_arn(arn).is_some_and(|place| is_wrong(&place)));
    }

    /// Whether calls about certificates are throttled in a run, because those of its account are.
    pub(crate) fn throttle(&self, about: &Subject) -> bool {
        let throttles = |place: &Place| {
            let outage = self.organization.as_ref()?.outages.get(place.account.as_str())?;
            (outage.wrong == Wrong::Throttles).then_some(())
        };
        let is_throttled = about.place().and_then(throttles).is_some();
        if is_throttled {
            for operation in ["ListCertificates", "DescribeCertificate", "ListTagsForCertificate", "GetResources"] {
                self.aws.fail_always(operation, Fault::Throttled);
            }
        }
        is_throttled
    }

    fn check_reports(&self) -> Check {
        let Some(organization) = &self.organization else { return Ok(()) };
        let slack = invariants::slack(self.faults) + jiff::SignedDuration::from_hours(2);
        for place in organization.places().iter().filter(|place| !organization.has_left(&place.account)) {
            let unreadable = organization.unreadable(place);
            organization.reports.check_state(place, unreadable, self.aws.now() - slack)?;
        }
        Ok(())
    }
}
