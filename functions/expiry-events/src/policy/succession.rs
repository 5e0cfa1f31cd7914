//! Which certificates of ACME clients have a successor: a client renews by a certificate under a new ARN, and leaves
//! the old one to expire.

use std::collections::{BTreeSet, HashMap};

use certificates::{CertificateArn, CertificateFacts, days_left};
use jiff::Timestamp;

/// The certificates of ACME clients, by their names.
#[derive(Debug, Default)]
pub struct Successions<'a>(HashMap<BTreeSet<String>, Vec<&'a CertificateFacts>>);

/// Whose certificates may have the same names: those of other clients, too.
const MOST_CANDIDATES: usize = 3;
/// So many days before and after its expiry a certificate without a successor is critical.
const NEAR_DAYS: i64 = 7;

impl<'a> Successions<'a> {
    /// Those among a complete listing.
    #[must_use]
    pub fn among(listed: &'a [CertificateFacts]) -> Self {
        let mut by_names: HashMap<_, Vec<_>> = HashMap::new();
        let valid = |facts: &&CertificateFacts| facts.is_acme() && facts.status == "ISSUED" && !facts.is_revoked();
        for facts in listed.iter().filter(valid) {
            by_names.entry(names(facts)).or_default().push(facts);
        }
        Self(by_names)
    }

    /// The certificates that may have replaced this one: those for the same names that expire later, as far as is known
    /// of the same client. Of many, those that expire last.
    #[must_use]
    pub fn candidates(&self, facts: &CertificateFacts) -> Vec<CertificateArn> {
        let others = self.0.get(&names(facts)).filter(|_| facts.is_acme()).into_iter().flatten();
        let is_candidate =
            |other: &&&CertificateFacts| other.not_after > facts.not_after && may_be_of_one_client(other, facts);
        let mut candidates: Vec<_> = others.filter(is_candidate).collect();
        candidates.sort_by_key(|other| std::cmp::Reverse(other.not_after));
        candidates.into_iter().take(MOST_CANDIDATES).map(|other| other.arn.clone()).collect()
    }
}

/// Whether a certificate expires so soon, or has expired so lately, that what is only likely does not silence it.
#[must_use]
pub fn has_to_be_certain(facts: &CertificateFacts, now: Timestamp) -> bool {
    facts.not_after.is_some_and(|end| days_left(end, now).abs() <= NEAR_DAYS)
}

/// The ACME client that has requested a certificate. Listings do not show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    account: Option<String>,
    endpoint: Option<String>,
}

impl Client {
    /// The client of a certificate that was described.
    #[must_use]
    pub fn of(described: &CertificateFacts) -> Self {
        Self { account: described.acme_account.clone(), endpoint: described.acme_endpoint.clone() }
    }
}

fn may_be_of_one_client(a: &CertificateFacts, b: &CertificateFacts) -> bool {
    let may_be_same = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    may_be_same(&a.acme_account, &b.acme_account) && may_be_same(&a.acme_endpoint, &b.acme_endpoint)
}

/// All names. An ACME certificate has at most 100, and a listing shows that many.
fn names(facts: &CertificateFacts) -> BTreeSet<String> {
    facts.domain_name.iter().chain(&facts.subject_alternative_names).map(|name| name.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateType, KeyPairOrigin};

    use super::*;

    fn acme(names: &[&str], not_after: &str) -> CertificateFacts {
        CertificateFacts {
            subject_alternative_names: names.iter().map(|name| (*name).to_owned()).collect(),
            status: "ISSUED".into(),
            not_after: Some(not_after.parse().unwrap()),
            key_pair_origin: Some(KeyPairOrigin::Acme),
            ..CertificateFacts::new(
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
        let of_account = |account: &str| CertificateFacts { acme_account: Some(account.into()), ..same.clone() };
        for (name, other, expected) in [
            ("other order and case", same.clone(), true),
            ("as old", acme(&["a.example.com", "b.example.com"], OLD), false),
            ("more names", acme(&["a.example.com", "b.example.com", "c.example.com"], NEW), false),
            ("revoked", CertificateFacts { status: "REVOKED".into(), ..same.clone() }, false),
            ("not issued", CertificateFacts { status: "PENDING_VALIDATION".into(), ..same.clone() }, false),
            (
                "not of a client",
                CertificateFacts { key_pair_origin: Some(KeyPairOrigin::AwsManaged), ..same.clone() },
                false,
            ),
            ("same account", of_account("a"), true),
            ("another account", of_account("b"), false),
            ("another endpoint", CertificateFacts { acme_endpoint: Some("f".into()), ..same.clone() }, false),
        ] {
            let listed = [other, old.clone()];
            let (account, endpoint) = (Some("a".into()), Some("e".into()));
            let known = CertificateFacts { acme_account: account, acme_endpoint: endpoint, ..old.clone() };
            assert_eq!(!Successions::among(&listed).candidates(&known).is_empty(), expected, "{name}");
        }
    }

    #[test]
    fn only_certificates_of_acme_clients_are_superseded() {
        let listed = [acme(&["a.example.com"], NEW)];
        let managed =
            CertificateFacts { key_pair_origin: Some(KeyPairOrigin::AwsManaged), ..acme(&["a.example.com"], OLD) };
        assert_eq!(Successions::among(&listed).candidates(&managed), []);
        assert_eq!(Successions::among(&listed).candidates(&listed[0]), [], "itself");
        let unknown_account = CertificateFacts { acme_account: Some("a".into()), ..acme(&["a.example.com"], OLD) };
        assert_eq!(Successions::among(&listed).candidates(&unknown_account).len(), 1, "listings do not show it");
    }

    #[test]
    fn of_many_candidates_those_that_expire_last_are_described() {
        let of = |n: usize, not_after: &str| CertificateFacts {
            arn: format!("arn:aws:acm:us-east-1:123456789012:certificate/{n}").parse().unwrap(),
            ..acme(&["a.example.com"], not_after)
        };
        let listed: Vec<_> = (1..=5).map(|n| of(n, &format!("2027-0{n}-01T00:00:00Z"))).collect();
        let found = Successions::among(&listed).candidates(&acme(&["a.example.com"], OLD));
        assert_eq!(found.iter().map(|arn| arn.id()).collect::<Vec<_>>(), ["5", "4", "3"]);
    }

    #[test]
    fn near_the_expiry_the_successor_has_to_be_certain() {
        let old = acme(&["a.example.com"], OLD);
        for (now, expected) in [
            ("2026-11-23T12:00:00Z", false),
            ("2026-11-24T12:00:00Z", true),
            ("2026-12-08T12:00:00Z", true),
            ("2026-12-09T12:00:00Z", false),
        ] {
            assert_eq!(has_to_be_certain(&old, now.parse().unwrap()), expected, "{now}");
        }
    }
}
