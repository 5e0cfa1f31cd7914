//! Why a record is not in place, or has no effect.

use serde::Serialize;

use super::records::Record;

/// The cause: a documented word, told in notices, tags and logs. The order is that of how much a
/// person has to know first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Another record stands at the name.
    ExistingRecord,
    /// The role for the names may not be assumed, or does not exist.
    RoleRefused,
    /// Reading or changing the zone is not allowed.
    ZoneAccessDenied,
    /// ACM does not tell this function the records of a change to DNS validation.
    RecordsUnreadable,
    /// Route 53 refused the change.
    ChangeRefused,
    /// Several public zones have the name, and the delegation does not tell which one counts.
    AmbiguousZone,
    /// Only a private zone holds the name.
    PrivateZoneOnly,
    /// No zone holds the name.
    NoZone,
    /// The record is in place, in a zone that the public DNS does not use.
    NotDelegated,
    /// A CAA record does not allow Amazon to issue.
    CaaForbidsAmazon,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 10] = [
        Self::ExistingRecord,
        Self::RoleRefused,
        Self::ZoneAccessDenied,
        Self::RecordsUnreadable,
        Self::ChangeRefused,
        Self::AmbiguousZone,
        Self::PrivateZoneOnly,
        Self::NoZone,
        Self::NotDelegated,
        Self::CaaForbidsAmazon,
    ];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExistingRecord => "existing-record",
            Self::RoleRefused => "role-refused",
            Self::ZoneAccessDenied => "zone-access-denied",
            Self::RecordsUnreadable => "records-unreadable",
            Self::ChangeRefused => "change-refused",
            Self::AmbiguousZone => "ambiguous-zone",
            Self::PrivateZoneOnly => "private-zone-only",
            Self::NoZone => "no-zone",
            Self::NotDelegated => "not-delegated",
            Self::CaaForbidsAmazon => "caa-forbids-amazon",
        }
    }

    /// What a person does about it. What to paste where follows.
    #[must_use]
    pub fn steps(self) -> &'static [&'static str] {
        match self {
            Self::ExistingRecord => &[
                "Find out who needs the record that is there. If nobody does, replace it by the one below.",
                "A CNAME to acm-validations.aws with another value was made for another request: see that no certificate, in whichever AWS account, needs it for its renewal before you replace it.",
            ],
            Self::RoleRefused => &[
                "Let the role's trust policy allow the execution role of dns-validation, with the external id of ZONE_ROLES (infra/zone-role.yaml makes such a role), and allow that execution role sts:AssumeRole on it.",
            ],
            Self::ZoneAccessDenied => &[
                "Allow route53:ListResourceRecordSets and route53:ChangeResourceRecordSets on the zone: in the role of the account that owns it (infra/zone-role.yaml), or in the execution role of dns-validation.",
            ],
            Self::RecordsUnreadable => &[
                "If a permission is missing, allow acm:ListCertificateDomainValidations on the certificates of the account and Region in the execution role of dns-validation: then this function does it at its next look.",
            ],
            Self::ChangeRefused => &[
                "Read Route 53's refusal above. A protected record set, or one that somebody is changing, has to be released first.",
            ],
            Self::AmbiguousZone => &[
                "See which of the zones the domain is delegated to (compare its name servers with those of the zones), and create the records below there. Delete the other zone if nothing uses it.",
            ],
            Self::PrivateZoneOnly => &[
                "ACM sees the public DNS only: create the records below in a public zone for the domain, beside the private one.",
            ],
            Self::NoZone => &[
                "Create the records below where the domain's DNS is served.",
                "If that is Route 53 in another AWS account, make a role there with infra/zone-role.yaml and add it to ZONE_ROLES: then this function does it from now on.",
            ],
            Self::NotDelegated => &[
                "Let the domain's registrar, or the zone above, name the name servers of the hosted zone. Or create the records below where the domain's DNS is served now.",
            ],
            Self::CaaForbidsAmazon => &[
                "Add a CAA record that allows Amazon, for instance 0 issue \"amazon.com\" (for wildcard names 0 issuewild \"amazon.com\" where there are issuewild records).",
            ],
        }
    }
}

/// A record, or a domain, that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// Why.
    pub cause: Cause,
    /// The domain that it is about.
    pub domain: String,
    /// The record, where one is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Record>,
    /// What exactly was found, in a sentence for people.
    pub detail: String,
    /// Whether it is known that the record is not there. Without that, a certificate that nothing waits
    /// for may be well.
    #[serde(skip)]
    pub known_missing: bool,
}

#[cfg(test)]
mod tests {
    use certificates::tags;

    use super::*;

    #[test]
    fn every_cause_has_a_word_for_tags_and_steps_for_people() {
        for cause in Cause::ALL {
            assert!(tags::is_allowed_value(cause.as_str()));
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
            assert!(!cause.steps().is_empty() && cause.steps().iter().all(|step| step.ends_with('.')));
        }
        assert!(Cause::ALL.is_sorted());
    }

    #[test]
    fn the_readme_documents_every_cause_and_reason() {
        let readme = include_str!("../../README.md");
        for word in Cause::ALL.map(Cause::as_str) {
            assert!(readme.contains(&format!("`{word}`")), "{word}");
        }
        for idle in ["imported", "private-ca", "email-validation", "http-validation", "validation-timed-out"] {
            assert!(readme.contains(&format!("`{idle}`")), "{idle}");
        }
    }
}
