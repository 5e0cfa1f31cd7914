//! What must hold for certificates that are renewed from a CA that speaks ACME.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use simulated_aws::{Call, DnsRecord};

use super::{DIRECTORY, DOMAIN, NOT_OURS, is_granted};
use crate::invariants::slack;
use crate::model_state::TrackedCertificate;
use crate::report::{Broken, Check};
use crate::run_effects::took_effect;
use crate::source::SourceKind;
use crate::world::World;

pub(super) const RECORDS_REMOVED: &str = "no validation record of ours is left a day after a renewal";
pub(super) const ONLY_OURS: &str = "only TXT values of ours are created and deleted, below _acme-challenge";
pub(super) const REPLACED_IN_TIME: &str = "what a CA announces to revoke is replaced";
pub(super) const WITHIN_LIMITS: &str = "no order exceeds a limit of the CA";
pub(super) const WITHIN_GRANTS: &str = "nothing is ordered for a name that is not granted";

/// A value may be this old when the daily check first sees it.
const SEEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// An order is pending for seven days. Later orders have other values.
const RESUMED_WITHIN: SignedDuration = SignedDuration::from_hours(6 * 24);

impl World {
    /// Renewal windows in the past are a request, whenever the certificate expires.
    pub(super) fn check_revocation(&self, now: Timestamp) -> Check {
        let Some((at, serials)) = &self.acme.revocation else { return Ok(()) };
        // A sweep asks the CA, at the latest a day later, since an answer holds for some hours.
        let long_ago = now.duration_since(*at) > slack(self.faults) + SignedDuration::from_hours(24);
        let state = self.state.lock();
        let is_left = |tracked: &&TrackedCertificate| {
            let undisturbed = tracked.hindered <= *at && !tracked.abandoned;
            tracked.source() == Some(SourceKind::Acme) && undisturbed && serials.contains(&tracked.seen.serial)
        };
        match state.certificates.values().find(is_left).filter(|_| long_ago) {
            Some(tracked) => {
                let what = format!("its CA announced at {at} that it is revoked");
                Err(Broken::new(REPLACED_IN_TIME, &tracked.seen.arn, what))
            }
            None => Ok(()),
        }
    }

    pub(super) fn check_acme(&mut self, now: Timestamp) -> Check {
        let server = self.aws.acme_server(DIRECTORY);
        let orders = server.orders();
        check_orders(server.rate_limited(), orders.iter().map(|order| order.names.as_slice()))?;
        self.check_records(now)
    }

    fn check_records(&mut self, now: Timestamp) -> Check {
        let ours = self
            .acme
            .text_records(&self.aws)
            .into_iter()
            .flat_map(|record| record.values.clone().into_iter().map(move |value| (record.name.clone(), value)));
        let ours: BTreeSet<_> = ours.filter(|(name, value)| (name.as_str(), value.as_str()) != NOT_OURS).collect();
        self.acme.seen.retain(|value, _| ours.contains(value));
        for value in ours {
            let since = *self.acme.seen.entry(value.clone()).or_insert(now);
            // What a crash left is removed by the next attempt, which waits for as long as a failure.
            let Some((arn, hindered)) = self.renewed_with(&value.0, since) else { continue };
            let removed_by = since.max(hindered) + slack(self.faults);
            if now > removed_by && removed_by <= since + RESUMED_WITHIN {
                return Err(Broken::new(RECORDS_REMOVED, &arn, format!("{value:?} has been there since {since}")));
            }
        }
        Ok(())
    }

    /// The certificate whose next renewal removes what a crash left of this record, and when something last prevented it.
    /// None is left where it was deleted or imported by hand meanwhile, or is renewed from another source.
    fn renewed_with(&self, record: &str, since: Timestamp) -> Option<(String, Timestamp)> {
        let host = record.strip_prefix("_acme-challenge.")?.trim_end_matches('.');
        let state = self.state.lock();
        let has_name = |one: &TrackedCertificate| one.blueprint.names.iter().any(|name| name == host);
        let written = since - SEEN_AFTER;
        let is_by_hand =
            |one: &TrackedCertificate| one.in_place >= written && !self.acme.serials.contains(&one.seen.serial);
        let is_one =
            |one: &&TrackedCertificate| one.source() == Some(SourceKind::Acme) && has_name(one) && !is_by_hand(one);
        let all = state.certificates.values().filter(is_one).map(|one| (one.seen.arn.clone(), one.hindered));
        all.min_by_key(|(_, hindered)| *hindered)
    }

    /// The changes of a run of imported-renewal.
    pub(crate) fn check_acme_calls(&self, calls: &[Call]) -> Check {
        let mut has_changed = false;
        for call in calls.iter().filter(|call| call.operation == "ChangeResourceRecordSets") {
            has_changed |= took_effect(call);
            for change in call.input["ChangeBatch"]["Changes"].as_array().into_iter().flatten() {
                let (action, set) = (&change["Action"], &change["ResourceRecordSet"]);
                let name = set["Name"].as_str().unwrap_or_default();
                let is_challenge = name.starts_with("_acme-challenge.") && name.trim_end_matches('.').ends_with(DOMAIN);
                if !(is_challenge && set["Type"] == "TXT" && (action == "CREATE" || action == "DELETE")) {
                    return Err(Broken::new(ONLY_OURS, "", change.to_string()));
                }
            }
        }
        let is_theirs =
            |record: &DnsRecord| record.name == NOT_OURS.0 && record.values.iter().any(|one| one == NOT_OURS.1);
        if has_changed && !self.acme.text_records(&self.aws).iter().any(is_theirs) {
            return Err(Broken::new(ONLY_OURS, "", "the value of somebody else is gone"));
        }
        Ok(())
    }
}

/// All orders that the CA has, each by its names, and how many it refused because there were too many.
pub(super) fn check_orders<'a>(refused: u64, mut orders: impl Iterator<Item = &'a [String]>) -> Check {
    if refused > 0 {
        return Err(Broken::new(WITHIN_LIMITS, "", format!("{refused} requests")));
    }
    match orders.find(|names| !names.iter().all(is_granted)) {
        Some(names) => Err(Broken::new(WITHIN_GRANTS, "", format!("{names:?}"))),
        None => Ok(()),
    }
}
