//! Which certificates of ACME clients have a successor: a client renews by a certificate under a new ARN, and leaves
//! the old one to expire.

use std::collections::{BTreeSet, HashMap};

use certificates::{CertificateArn, CertificateDetail, CertificateSummary, days_left};
use jiff::Timestamp;

/// The certificates of ACME clients, by their names.
#[derive(Debug, Default)]
pub struct Successions<'a>(HashMap<BTreeSet<String>, Vec<&'a CertificateSummary>>);

/// Whose certificates may have the same names: those of other clients, too.
const MOST_CANDIDATES: usize = 3;
/// For this many days before and after its expiry a certificate without a successor is critical.
const NEAR_DAYS: i64 = 7;

impl<'a> Successions<'a> {
    /// `listed` is a complete listing.
    pub fn new(listed: &'a [CertificateSummary]) -> Self {
        let mut by_names: HashMap<_, Vec<_>> = HashMap::new();
        let valid = |one: &&CertificateSummary| one.is_acme() && one.status == "ISSUED" && !one.is_revoked();
        for certificate in listed.iter().filter(valid) {
            by_names.entry(names(certificate)).or_default().push(certificate);
        }
        Self(by_names)
    }

    /// The certificates that may have replaced this one: those for the same names that expire later, whichever client
    /// requested them, since listings do not show that. Of many, those that expire last.
    pub fn candidates(&self, certificate: &CertificateSummary) -> Vec<CertificateArn> {
        let others = self.0.get(&names(certificate)).filter(|_| certificate.is_acme()).into_iter().flatten();
        let mut candidates: Vec<_> = others.filter(|other| other.not_after > certificate.not_after).collect();
        candidates.sort_by_key(|other| std::cmp::Reverse(other.not_after));
        candidates.into_iter().take(MOST_CANDIDATES).map(|other| other.arn.clone()).collect()
    }
}

/// Whether a certificate expires so soon, or has expired so lately, that what is only likely does not silence it.
pub fn needs_certainty(certificate: &CertificateSummary, now: Timestamp) -> bool {
    certificate.not_after.is_some_and(|end| days_left(end, now).abs() <= NEAR_DAYS)
}

/// The ACME client that has requested a certificate. Listings do not show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeClient {
    account: Option<String>,
    endpoint: Option<String>,
}

impl AcmeClient {
    pub fn from_certificate(described: &CertificateDetail) -> Self {
        Self { account: described.acme_account.clone(), endpoint: described.acme_endpoint.clone() }
    }
}

/// All names. An ACME certificate has at most 100, and a listing shows that many.
fn names(certificate: &CertificateSummary) -> BTreeSet<String> {
    certificate
        .domain_name
        .iter()
        .chain(&certificate.subject_alternative_names)
        .map(|name| name.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateType, KeyPairOrigin};

    use super::*;

    fn acme(names: &[&str], not_after: &str) -> CertificateSummary {
        CertificateSummary {
            subject_alternative_names: names.iter().map(|name| (*name).to_owned()).collect(),
            status: "ISSUED".into(),
            not_after: Some(not_after.parse().unwrap()),
            key_pair_origin: Some(KeyPairOrigin::Acme),
            ..CertificateSummary::new(
                "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap(),
                CertificateType::AmazonIssued,
            )
        }
    }

    const OLD: &str = "2026-12-01T00:00:00Z";
    const NEW: &str = "2027-02-01T00:00:00Z";

    #[test]
    fn a_newer_certificate_for_the_same_names_is_a_successor() {
        let old = acme(&["a.example.com", "b.example.com"], OLD);
        let same = acme(&["B.example.com", "a.example.com"], NEW);
        for (name, other, expected) in [
            ("other order and case", same.clone(), true),
            ("as old", acme(&["a.example.com", "b.example.com"], OLD), false),
            ("more names", acme(&["a.example.com", "b.example.com", "c.example.com"], NEW), false),
            ("revoked", CertificateSummary { status: "REVOKED".into(), ..same.clone() }, false),
            ("not issued", CertificateSummary { status: "PENDING_VALIDATION".into(), ..same.clone() }, false),
            (
                "not of a client",
                CertificateSummary { key_pair_origin: Some(KeyPairOrigin::AwsManaged), ..same.clone() },
                false,
            ),
        ] {
            let listed = [other, old.clone()];
            assert_eq!(!Successions::new(&listed).candidates(&old).is_empty(), expected, "{name}");
        }
    }

    #[test]
    fn only_certificates_of_acme_clients_are_superseded() {
        let listed = [acme(&["a.example.com"], NEW)];
        let managed =
            CertificateSummary { key_pair_origin: Some(KeyPairOrigin::AwsManaged), ..acme(&["a.example.com"], OLD) };
        assert_eq!(Successions::new(&listed).candidates(&managed), []);
        assert_eq!(Successions::new(&listed).candidates(&listed[0]), [], "itself");
    }

    #[test]
    fn of_many_candidates_those_that_expire_last_are_described() {
        let of = |n: usize, not_after: &str| CertificateSummary {
            arn: format!("arn:aws:acm:us-east-1:123456789012:certificate/{n}").parse().unwrap(),
            ..acme(&["a.example.com"], not_after)
        };
        let listed: Vec<_> = (1..=5).map(|n| of(n, &format!("2027-0{n}-01T00:00:00Z"))).collect();
        let found = Successions::new(&listed).candidates(&acme(&["a.example.com"], OLD));
        assert_eq!(found.iter().map(|arn| arn.id()).collect::<Vec<_>>(), ["5", "4", "3"]);
    }

    #[test]
    fn near_the_expiry_the_successor_needs_certainty() {
        let old = acme(&["a.example.com"], OLD);
        for (now, expected) in [
            ("2026-11-23T12:00:00Z", false),
            ("2026-11-24T12:00:00Z", true),
            ("2026-12-08T12:00:00Z", true),
            ("2026-12-09T12:00:00Z", false),
        ] {
            assert_eq!(needs_certainty(&old, now.parse().unwrap()), expected, "{now}");
        }
    }
}
