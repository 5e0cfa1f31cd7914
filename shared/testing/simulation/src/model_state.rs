//! The expected state: what certificates, tags, zones and notices should be, whatever the functions do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use simulated_aws::{Aws, Certificate};

use crate::dns_checker;
use crate::dns_workload::Requested;
use crate::place::at;
use crate::population::Blueprint;
use crate::secrets::{SecretEvents, Secrets};
use crate::source::SourceKind;
use crate::zones::Zones;

/// Whether a tag is one that the functions write.
pub(crate) fn is_ours(key: &str) -> bool {
    use certificates::tags::{NOTIFIED, RENEWAL, VALIDATION_NOTIFIED};
    RENEWAL.contains(&key) || [NOTIFIED, VALIDATION_NOTIFIED].contains(&key)
}

/// A certificate, with what is expected of it.
#[derive(Debug, Clone)]
pub(crate) struct TrackedCertificate {
    /// How to issue it again by hand.
    pub(crate) blueprint: Blueprint,
    /// Operators' tags, as they should be.
    pub(crate) tags: BTreeMap<String, String>,
    /// The certificate when it was last read.
    pub(crate) seen: Certificate,
    /// When the current certificate was imported or issued.
    pub(crate) in_place: Timestamp,
    /// When something last prevented a renewal.
    pub(crate) hindered: Timestamp,
    /// What prevented it.
    pub(crate) hindrance: String,
    /// Whether its expiry has been checked.
    pub(crate) judged: bool,
    /// A request of ours about it was lost, or ended in a dead-letter queue. Sweeps skip certificates that are not due
    /// and were not imported within two days, so nothing requests a renewal again before it is due.
    pub(crate) abandoned: bool,
    /// Its ACME client has requested the next one.
    pub(crate) superseded: bool,
    pub(crate) stuck: bool,
    /// When the first certificate was issued to replace this one, and how many were.
    pub(crate) issued: Option<(Timestamp, usize)>,
    /// How many more renewals operators' actions allow.
    pub(crate) occasions: usize,
    /// The serial numbers that were in place before.
    pub(crate) past_serials: BTreeSet<String>,
    /// The last report that its secret has nothing newer: the expiry, and the last threshold.
    pub(crate) reported: Option<(Date, Option<i64>)>,
    /// Whether something happened for which that may be reported again.
    pub(crate) may_report_again: bool,
}

impl TrackedCertificate {
    /// The source that its tags select.
    pub(crate) fn source(&self) -> Option<SourceKind> {
        SourceKind::selected(&self.tags)
    }

    pub(crate) fn hinder(&mut self, now: Timestamp, why: &str) {
        self.hindered = self.hindered.max(now);
        why.clone_into(&mut self.hindrance);
        self.may_report_again = true;
    }

    /// A write of nothing new is quiet: it is not a reason to report that again.
    pub(crate) fn secret_changed(&mut self, now: Timestamp, why: &str, is_quiet: bool) {
        let may_report_again = self.may_report_again || !is_quiet;
        self.hinder(now, why);
        self.may_report_again = may_report_again;
    }

    pub(crate) fn update(&mut self, now: Timestamp, current: Certificate) {
        if current.serial != self.seen.serial {
            self.past_serials.insert(self.seen.serial.clone());
            self.in_place = now;
            self.issued = None;
            self.occasions = 0;
            self.judged = false;
            self.abandoned = false;
        }
        self.seen = current;
    }
}

/// An expiry notice: certificate, expiry date, kind, and milestone (days left, -1 for expired).
pub(crate) type ExpiryNotice = (String, Date, String, i64);

/// Everything that is expected.
#[derive(Debug, Default)]
pub(crate) struct ModelState {
    pub(crate) certificates: BTreeMap<String, TrackedCertificate>,
    pub(crate) expiry_notices: BTreeSet<ExpiryNotice>,
    /// How often each notice was published, and how many repetitions faults in between allow. Critical notices may be
    /// repeated daily, so the day is part of the key.
    pub(crate) notice_counts: BTreeMap<(ExpiryNotice, Option<Date>), (usize, usize)>,
    /// Milestones that passed while the certificate was muted.
    pub(crate) muted: BTreeSet<(String, Date, i64)>,
    /// Events that operators' actions caused, not yet published.
    pub(crate) operator_events: VecDeque<Value>,
    /// Empty in worlds without dns-validation.
    pub(crate) zones: Zones,
    /// Requested and not issued yet.
    pub(crate) requested: BTreeMap<String, Requested>,
    /// Certificates that ACM is renewing, and since when.
    pub(crate) renewing: BTreeMap<String, Timestamp>,
    /// The last notice of missing records for each certificate.
    pub(crate) last_record_notices: dns_checker::LastNotices,
    pub(crate) secrets: Secrets,
    pub(crate) secret_events: SecretEvents,
    /// Whether a CA that speaks ACME is configured.
    pub(crate) has_acme: bool,
    /// Whether the grants let a renewal change the issuer.
    pub(crate) issuer_may_change: bool,
}

impl ModelState {
    /// An event or message about certificates was lost for good.
    pub(crate) fn abandon(&mut self, now: Timestamp, event: &Value) {
        for secret in self.secrets.mentioned_mut(event) {
            secret.is_prompt = false;
            if let Some(tracked) = self.certificates.get_mut(&secret.certificate) {
                tracked.abandoned = true;
                tracked.hinder(now, "an event about its secret was lost");
            }
        }
        let resources = event["resources"].as_array().into_iter().flatten();
        for arn in resources.chain([&event["detail"]["requestParameters"]["certificateArn"]]) {
            if let Some(tracked) = self.certificates.get_mut(arn.as_str().unwrap_or_default()) {
                tracked.abandoned = true;
                tracked.hinder(now, "an event about it was lost");
            }
        }
    }

    pub(crate) fn hinder_all(&mut self, now: Timestamp, why: &str) {
        self.certificates.values_mut().for_each(|tracked| tracked.hinder(now, why));
    }
}

/// The state, shared with operators who act during a call.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedState(Arc<Mutex<ModelState>>);

impl SharedState {
    pub(crate) fn lock(&self) -> MutexGuard<'_, ModelState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tracks a certificate that was just added to ACM.
    pub(crate) fn enter(&self, aws: &Aws, arn: &str, blueprint: Blueprint) {
        let seen = at(aws, arn).certificate(arn).expect("it was just added");
        let tags = seen.tags.iter().filter(|(key, _)| !is_ours(key));
        let tracked = TrackedCertificate {
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
            past_serials: BTreeSet::new(),
            reported: None,
            may_report_again: true,
        };
        self.lock().certificates.insert(arn.to_owned(), tracked);
    }
}
