//! Which certificates of an account do the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use certificates::CertificateArn;
use rules::facts::{Certificate, Fact};

/// The certificates of a list by ARN, so that a lookup does not search the whole list. They are the list's own.
#[derive(Debug, Default)]
pub(crate) struct CertificateGroups {
    /// Each certificate's group, and its index there.
    by_arn: HashMap<CertificateArn, (usize, usize)>,
    groups: Vec<Arc<[Arc<Certificate>]>>,
}

impl CertificateGroups {
    pub(crate) fn new(all: &[Arc<Certificate>]) -> Self {
        let mut by_purpose: HashMap<_, Vec<&Arc<Certificate>>> = HashMap::new();
        let mut alone = Vec::new();
        for certificate in all {
            match purpose(certificate) {
                Some(purpose) => by_purpose.entry(purpose).or_default().push(certificate),
                None => alone.push(vec![certificate]),
            }
        }
        let mut found = Self::default();
        for group in by_purpose.into_values().chain(alone) {
            let number = found.groups.len();
            let indices = group.iter().enumerate().map(|(index, one)| (one.arn.clone(), (number, index)));
            found.by_arn.extend(indices);
            found.groups.push(group.into_iter().cloned().collect());
        }
        found
    }

    /// A certificate of the list, and its group, which includes it.
    pub(crate) fn get(&self, arn: &CertificateArn) -> Option<(&Certificate, &Arc<[Arc<Certificate>]>)> {
        let (number, index) = self.by_arn.get(arn)?;
        let group = self.groups.get(*number)?;
        Some((group.get(*index)?, group))
    }
}

/// Type, key and names, without order and case; `None` where one is not known.
fn purpose(certificate: &Certificate) -> Option<(String, String, Vec<String>)> {
    let (Fact::Known(kind), Fact::Known(key), Fact::Known(names)) =
        (&certificate.certificate_type, &certificate.key_algorithm, &certificate.names)
    else {
        return None;
    };
    let names: BTreeSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    Some((kind.as_str().to_owned(), key.as_str().to_owned(), names.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateType, KeyAlgorithm};

    use super::*;

    #[test]
    fn a_certificate_gets_its_own_group_only_and_no_copies_of_it() {
        let certificate = |number: usize, kind: CertificateType, names: &[&str]| Certificate {
            certificate_type: Fact::Known(kind),
            key_algorithm: Fact::Known(KeyAlgorithm::new("RSA_2048")),
            names: Fact::Known(names.iter().map(|name| (*name).to_owned()).collect()),
            ..Certificate::unknown(format!("arn:aws:acm:us-east-1:123456789012:certificate/{number}").parse().unwrap())
        };
        let all = [
            certificate(0, CertificateType::AmazonIssued, &["example.com", "www.example.com"]),
            certificate(1, CertificateType::AmazonIssued, &["WWW.example.com", "example.com"]),
            certificate(2, CertificateType::AmazonIssued, &["www.example.com"]),
            certificate(3, CertificateType::Imported, &["example.com", "www.example.com"]),
            Certificate { names: Fact::Unknown, ..certificate(4, CertificateType::Imported, &[]) },
            Certificate { names: Fact::Unknown, ..certificate(5, CertificateType::Imported, &[]) },
        ]
        .map(Arc::new);
        let groups = CertificateGroups::new(&all);
        let size = |certificate: &Arc<Certificate>| {
            let (own, group) = groups.get(&certificate.arn).unwrap();
            assert!(std::ptr::eq(own, &raw const **certificate));
            assert!(group.iter().all(|one| all.iter().any(|other| Arc::ptr_eq(one, other))));
            group.len()
        };
        assert_eq!(all.each_ref().map(size), [2, 2, 1, 1, 1, 1]);
        assert!(groups.get(&certificate(9, CertificateType::Imported, &[]).arn).is_none());
    }
}
