//! What this process paid for. Whoever may tag can write every tag in which a renewal is tracked, so tags alone do
//! not keep the next attempt from being charged. A process that starts knows nothing, and relies on them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use certificates::{CertificateArn, CertificateDetail};
use jiff::Timestamp;
use x509::SerialNumber;

use crate::policy::{AT_MOST_EVERY, Charge, QuotaReached};

/// More than a process can have requested within [`AT_MOST_EVERY`].
const MOST: usize = 2_000;

#[derive(Debug, Default)]
struct Spent {
    charges: BTreeMap<String, Charge>,
    quota_reached: Option<QuotaReached>,
}

/// The memory of this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Budget(Arc<Mutex<Spent>>);

impl Budget {
    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on, a certificate to replace this one may be charged.
    pub(crate) fn charge(&self, certificate: &CertificateDetail, now: Timestamp) {
        let charges = &mut self.spent().charges;
        charges.retain(|_, charge| now.duration_since(charge.at).abs() < AT_MOST_EVERY);
        if charges.len() >= MOST {
            charges.pop_first();
        }
        let replaces = certificate.serial.as_deref().and_then(SerialNumber::parse);
        charges.insert(certificate.arn.to_string(), Charge { at: now, replaces, imports: None });
    }

    /// It was refused, which costs nothing.
    pub(crate) fn withdraw(&self, certificate: &CertificateArn) {
        self.spent().charges.remove(certificate.as_str());
    }

    /// It is about to be imported under this serial number.
    pub(crate) fn import(&self, certificate: &CertificateArn, serial: &SerialNumber) {
        if let Some(charge) = self.spent().charges.get_mut(certificate.as_str()) {
            charge.imports = Some(serial.clone());
        }
    }

    /// ACM accepted an import, so the account's quota has room.
    pub(crate) fn import_was_accepted(&self) {
        self.spent().quota_reached = None;
    }

    /// ACM refused an import because of the account's quota.
    pub(crate) fn quota_was_reached(&self, now: Timestamp) {
        let reached = &mut self.spent().quota_reached;
        *reached = Some(QuotaReached { at: now, again: reached.is_some() });
    }

    /// The last that was charged for this certificate, as far as this process knows.
    pub(crate) fn last_charge(&self, certificate: &CertificateArn) -> Option<Charge> {
        self.spent().charges.get(certificate.as_str()).cloned()
    }

    /// Whether the account's quota of imports was reached, as far as this process knows.
    pub(crate) fn quota_reached(&self) -> Option<QuotaReached> {
        self.spent().quota_reached
    }
}

#[cfg(test)]
mod tests {
    use certificates::CertificateType;

    use super::*;

    fn certificate(number: usize) -> CertificateDetail {
        let arn = format!("arn:aws:acm:us-east-1:123456789012:certificate/{number}").parse().unwrap();
        CertificateDetail {
            serial: Some("0A:1b".into()),
            ..CertificateDetail::from(certificates::CertificateSummary::new(arn, CertificateType::Imported))
        }
    }

    #[test]
    fn it_forgets_what_is_an_hour_old_and_never_grows_without_bound() {
        let budget = Budget::default();
        let start: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        budget.charge(&certificate(0), start);
        assert_eq!(budget.last_charge(&certificate(0).arn).unwrap().replaces, SerialNumber::parse("a1b"));
        budget.charge(&certificate(1), start + AT_MOST_EVERY);
        assert_eq!(budget.last_charge(&certificate(0).arn), None);
        (2..2 * MOST).for_each(|number| budget.charge(&certificate(number), start + AT_MOST_EVERY));
        assert_eq!(budget.spent().charges.len(), MOST);
        assert!(budget.last_charge(&certificate(2 * MOST - 1).arn).is_some());
    }
}
