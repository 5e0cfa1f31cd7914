//! How long a certificate of a private CA can be valid.

use aws_sdk_acmpca::types::{self as api, ValidityPeriodType};
use jiff::{Timestamp, ToSpan};
use private_ca::CertificateAuthority;

/// [Certificate validity of short-lived CAs](https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html).
const SHORT_LIVED_DAYS: u16 = 7;

/// How long a certificate is to be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validity {
    Days {
        days: u16,
        not_after: Timestamp,
    },
    /// A certificate must expire before its CA does.
    Until(Timestamp),
}

impl Validity {
    /// The required lifetime, as far as the CA can give it.
    pub(super) fn new(ca: &CertificateAuthority, required_days: u16, now: Timestamp) -> Self {
        let is_short_lived = ca.usage_mode.as_deref() == Some("SHORT_LIVED_CERTIFICATE");
        let days = if is_short_lived { required_days.min(SHORT_LIVED_DAYS) } else { required_days };
        let not_after = now.checked_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX);
        match ca.not_after.and_then(|expiry| expiry.checked_sub(1.minute()).ok()) {
            Some(limit) if limit < not_after => Self::Until(limit),
            _ => Self::Days { days, not_after },
        }
    }

    /// When the certificate will expire.
    pub(super) fn not_after(self) -> Timestamp {
        match self {
            Self::Days { not_after, .. } | Self::Until(not_after) => not_after,
        }
    }

    /// As IssueCertificate takes it; `None` never, since both members are set.
    pub(super) fn for_api(self) -> Option<api::Validity> {
        let (kind, value) = match self {
            Self::Days { days, .. } => (ValidityPeriodType::Days, i64::from(days)),
            Self::Until(limit) => (ValidityPeriodType::Absolute, limit.as_second()),
        };
        api::Validity::builder().r#type(kind).value(value).build().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_expires_before_its_ca() {
        let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (mode, ca_not_after, required_days, expected) in [
            ("GENERAL_PURPOSE", None, 90, Validity::Days { days: 90, not_after: at("2027-02-18T08:00:00Z") }),
            ("SHORT_LIVED_CERTIFICATE", None, 90, Validity::Days { days: 7, not_after: at("2026-11-27T08:00:00Z") }),
            ("SHORT_LIVED_CERTIFICATE", None, 3, Validity::Days { days: 3, not_after: at("2026-11-23T08:00:00Z") }),
            (
                "GENERAL_PURPOSE",
                Some("2026-11-23T08:01:00Z"),
                3,
                Validity::Days { days: 3, not_after: at("2026-11-23T08:00:00Z") },
            ),
            ("GENERAL_PURPOSE", Some("2026-11-23T08:00:59Z"), 3, Validity::Until(at("2026-11-23T07:59:59Z"))),
        ] {
            let ca = ca(mode, ca_not_after.map(at));
            assert_eq!(Validity::new(&ca, required_days, now), expected, "{mode} {ca_not_after:?} {required_days}");
            assert!(expected.for_api().is_some());
        }
    }

    fn ca(mode: &str, not_after: Option<Timestamp>) -> CertificateAuthority {
        CertificateAuthority {
            arn: "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/a".parse().unwrap(),
            ca_type: None,
            status: None,
            usage_mode: Some(mode.into()),
            key_algorithm: None,
            signing_algorithm: None,
            common_name: None,
            key_storage_standard: None,
            not_before: None,
            not_after,
            created_at: None,
            last_state_change_at: None,
            failure_reason: None,
            restorable_until: None,
            owner_account: None,
            crl: None,
            ocsp: None,
        }
    }
}
