//! What should be, kept beside AWS by those who know: the world and its operators.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use simulated_aws::{Aws, Certificate};

use crate::dns_checker;
use crate::dns_workload::Requested;
use crate::population::Blueprint;
use crate::zones::Zones;

/// Whether a tag is one that the functions write.
pub(crate) fn is_ours(key: &str) -> bool {
    use certificates::tags::{NOTIFIED, RENEWAL, VALIDATION_NOTIFIED};
    RENEWAL.contains(&key) || [NOTIFIED, VALIDATION_NOTIFIED].contains(&key)
}

/// A certificate as it should be.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// How it is made anew by hand.
    pub(crate) blueprint: Blueprint,
    /// The tags that only operators write.
    pub(crate) tags: BTreeMap<String, String>,
    /// The certificate as it was last seen.
    pub(crate) seen: Certificate,
    /// Since when this very certificate is in place.
    pub(crate) in_place: Timestamp,
    /// The last time that something kept it from being renewed.
    pub(crate) hindered: Timestamp,
    /// What that was.
    pub(crate) hindrance: String,
    /// Its end was looked at already.
    pub(crate) judged: bool,
    /// A request of ours about it was lost, or ended in a dead-letter queue. What is not due and was not
    /// imported within two days is not looked at by sweeps, so nobody asks again before it is due.
    pub(crate) abandoned: bool,
    /// Its ACME client has the next one.
    pub(crate) superseded: bool,
    /// ACM's renewal of it is stuck.
    pub(crate) stuck: bool,
    /// Certificates issued to replace this one, and when the first.
    pub(crate) issued: Option<(Timestamp, usize)>,
    /// Occasions to issue anew that operators gave.
    pub(crate) occasions: usize,
}

impl Known {
    pub(crate) fn hinder(&mut self, now: Timestamp, why: &str) {
        self.hindered = self.hindered.max(now);
        why.clone_into(&mut self.hindrance);
    }

    /// Takes over what is in place now.
    pub(crate) fn see(&mut self, now: Timestamp, present: Certificate) {
        if present.serial != self.seen.serial {
            self.in_place = now;
            self.issued = None;
            self.occasions = 0;
            self.judged = false;
            self.abandoned = false;
        }
        self.seen = present;
    }
}

/// A notice about an end: the certificate, its end, kind, and the milestone (days left, -1 for expired).
pub(crate) type Told = (String, Date, String, i64);

/// All that should be.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) known: BTreeMap<String, Known>,
    /// What was told.
    pub(crate) told: BTreeSet<Told>,
    /// How often it was told, and how often it may have been, because a fault hit in between. What is critical may be
    /// told again each day, so the day belongs to it.
    pub(crate) times: BTreeMap<(Told, Option<Date>), (usize, usize)>,
    /// Milestones that passed while the certificate was muted.
    pub(crate) muted: BTreeSet<(String, Date, i64)>,
    /// Events that operators' doings caused, not yet sent.
    pub(crate) caused: VecDeque<Value>,
    /// The hosted zones; none in worlds without dns-validation.
    pub(crate) zones: Zones,
    /// Certificates that were requested and are not issued yet.
    pub(crate) requested: BTreeMap<String, Requested>,
    /// Certificates whose renewal ACM has begun, and when.
    pub(crate) renewing: BTreeMap<String, Timestamp>,
    /// What was told of missing records.
    pub(crate) validation_told: dns_checker::Told,
}

impl Ledger {
    /// An event or message about certificates is lost for good.
    pub(crate) fn abandon(&mut self, now: Timestamp, event: &Value) {
        let resources = event["resources"].as_array().into_iter().flatten();
        for arn in resources.chain([&event["detail"]["requestParameters"]["certificateArn"]]) {
            if let Some(known) = self.known.get_mut(arn.as_str().unwrap_or_default()) {
                known.abandoned = true;
                known.hinder(now, "an event about it was lost");
            }
        }
    }

    pub(crate) fn hinder_all(&mut self, now: Timestamp, why: &str) {
        self.known.values_mut().for_each(|known| known.hinder(now, why));
    }
}

/// The ledger, for the world and for operators that act in the middle of a call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Ledger>>);

impl Shared {
    pub(crate) fn open(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a certificate that was just put into ACM.
    pub(crate) fn enter(&self, aws: &Aws, arn: &str, blueprint: Blueprint) {
        let seen = aws.certificate(arn).expect("it was put there");
        let tags = seen.tags.iter().filter(|(key, _)| !is_ours(key));
        let known = Known {
            blueprint,
            tags: tags.map(|(key, value)| (key.clone(), value.clone())).collect(),
            seen,
            in_place: aws.now(),
            hindered: aws.now(),
            hindrance: "it is new".to_owned(),
            judged: false,
            abandoned: false,
            superseded: false,
            stuck: false,
            issued: None,
            occasions: 0,
        };
        self.open().known.insert(arn.to_owned(), known);
    }
}
