//! Which certificates of ACME clients have a successor: a client renews by a certificate under a new ARN, and leaves
//! the old one to expire.

use std::collections::{BTreeSet, HashMap};

use certificates::CertificateFacts;

/// The certificates of ACME clients, by their names.
#[derive(Debug, Default)]
pub struct Successions<'a>(HashMap<BTreeSet<String>, Vec<&'a CertificateFacts>>);

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

    /// Whether there is one for the same names that expires later, as far as is known of the same account.
    #[must_use]
    pub fn supersede(&self, facts: &CertificateFacts) -> bool {
        let is_successor =
            |other: &&CertificateFacts| other.not_after > facts.not_after && may_be_of_one_account(other, facts);
        facts.is_acme() && self.0.get(&names(facts)).is_some_and(|others| others.iter().any(is_successor))
    }
}

/// Listings do not show the account.
fn may_be_of_one_account(a: &CertificateFacts, b: &CertificateFacts) -> bool {
    a.acme_account.is_none() || b.acme_account.is_none() || a.acme_account == b.acme_account
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
        ] {
            let listed = [other, old.clone()];
            let known = CertificateFacts { acme_account: Some("a".into()), ..old.clone() };
            assert_eq!(Successions::among(&listed).supersede(&known), expected, "{name}");
        }
    }

    #[test]
    fn only_certificates_of_acme_clients_are_superseded() {
        let listed = [acme(&["a.example.com"], NEW)];
        let managed =
            CertificateFacts { key_pair_origin: Some(KeyPairOrigin::AwsManaged), ..acme(&["a.example.com"], OLD) };
        assert!(!Successions::among(&listed).supersede(&managed));
        assert!(!Successions::among(&listed).supersede(&listed[0]), "itself");
        let unknown_account = CertificateFacts { acme_account: Some("a".into()), ..acme(&["a.example.com"], OLD) };
        assert!(Successions::among(&listed).supersede(&unknown_account), "listings do not show it");
    }
}
