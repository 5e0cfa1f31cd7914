//! Why a record is not in place, or has no effect.

use route53::{Refusal, ZoneProblem};
use serde::Serialize;

use super::records::Record;

/// The cause: a documented word, shown in notices, tags and logs. The order is that of how much a
/// person has to know first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// ACM gave the request up after 72 hours.
    ValidationTimedOut,
    /// The private key can be exported, and that is not granted.
    ExportNotGranted,
    DomainNotGranted,
    /// ACM asks for a record of another shape than that of its validation records.
    UnusableRecord,
    /// Another record is at the name.
    ExistingRecord,
    /// The role for the names may not be assumed, or does not exist.
    RoleRefused,
    /// Reading or changing the zone is not allowed.
    ZoneAccessDenied,
    /// ACM does not show this function the records of a change to DNS validation.
    RecordsUnreadable,
    ChangeRefused,
    /// Several public zones have the name, and the delegation does not show which one counts.
    AmbiguousZone,
    /// Only a private zone holds the name.
    PrivateZoneOnly,
    NoZone,
    /// The name servers to which the domain is delegated do not answer for it, or DNSSEC is broken.
    DelegationBroken,
    /// The record is in place, in a zone that the public DNS does not use, or not for every question.
    NotDelegated,
    /// A CAA record does not allow Amazon to issue.
    CaaForbidsAmazon,
}

impl From<Refusal> for Cause {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Role => Self::RoleRefused,
            Refusal::Access => Self::ZoneAccessDenied,
            Refusal::Change => Self::ChangeRefused,
        }
    }
}

impl From<ZoneProblem> for Cause {
    fn from(problem: ZoneProblem) -> Self {
        match problem {
            ZoneProblem::NoZone => Self::NoZone,
            ZoneProblem::PrivateZoneOnly => Self::PrivateZoneOnly,
            ZoneProblem::Ambiguous => Self::AmbiguousZone,
            ZoneProblem::DelegationBroken => Self::DelegationBroken,
            ZoneProblem::Refused(refusal) => refusal.into(),
        }
    }
}

impl Cause {
    pub const ALL: [Self; 15] = [
        Self::ValidationTimedOut,
        Self::ExportNotGranted,
        Self::DomainNotGranted,
        Self::UnusableRecord,
        Self::ExistingRecord,
        Self::RoleRefused,
        Self::ZoneAccessDenied,
        Self::RecordsUnreadable,
        Self::ChangeRefused,
        Self::AmbiguousZone,
        Self::PrivateZoneOnly,
        Self::NoZone,
        Self::DelegationBroken,
        Self::NotDelegated,
        Self::CaaForbidsAmazon,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ValidationTimedOut => "validation-timed-out",
            Self::ExportNotGranted => "export-not-granted",
            Self::DomainNotGranted => "domain-not-granted",
            Self::UnusableRecord => "unusable-record",
            Self::ExistingRecord => "existing-record",
            Self::RoleRefused => "role-refused",
            Self::ZoneAccessDenied => "zone-access-denied",
            Self::RecordsUnreadable => "records-unreadable",
            Self::ChangeRefused => "change-refused",
            Self::AmbiguousZone => "ambiguous-zone",
            Self::PrivateZoneOnly => "private-zone-only",
            Self::NoZone => "no-zone",
            Self::DelegationBroken => "delegation-broken",
            Self::NotDelegated => "not-delegated",
            Self::CaaForbidsAmazon => "caa-forbids-amazon",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }

    /// Whether the operator of acm-autopilot decided it: nothing is broken.
    #[must_use]
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::DomainNotGranted | Self::ExportNotGranted)
    }

    /// What a person does about it. What to paste where follows.
    #[must_use]
    pub fn steps(self) -> &'static [&'static str] {
        match self {
            Self::ValidationTimedOut => &[
                "If an earlier notice named what was in the way, fix that first. If there was none, see that each domain is registered and that its DNS shows the validation record.",
                "Request the certificate again if it is still needed. If it is not, delete it.",
            ],
            Self::ExportNotGranted => &[
                "If nobody needs to export the private key, request the certificate again with the option Export=DISABLED and delete this one.",
                "If somebody does, ask whoever operates acm-autopilot to add all domains of the certificate to the parameter ExportableDomains of its stack: acm-autopilot then creates the records at its next sweep. Or create the records below yourself.",
                "If nobody knows the request, create nothing: CloudTrail shows who called RequestCertificate.",
            ],
            Self::DomainNotGranted => &[
                "If the certificate is wanted, ask whoever operates acm-autopilot to add the domain to the parameter ValidationDomains of its stack: acm-autopilot then creates the records at its next sweep. Or create the records below yourself where the domain's DNS is served.",
                "If nobody knows the request, create nothing: CloudTrail shows who called RequestCertificate.",
            ],
            Self::UnusableRecord => &[
                "Compare the record with what ACM's user guide says of DNS validation. If it is right, create it yourself, and report to the maintainers of acm-autopilot that ACM's records have changed.",
            ],
            Self::ExistingRecord => &[
                "Find out who needs the record that is there. If nobody does, replace it with the one below.",
                "A CNAME to acm-validations.aws with another value was made for another request: before you replace it, see that no certificate in any AWS account needs it for its renewal.",
            ],
            Self::RoleRefused => &[
                "Let the role's trust policy allow the execution role of dns-validation, with the external id that the list of zone roles has (zone-role.yaml of acm-autopilot makes such a role), and allow that execution role sts:AssumeRole on it.",
            ],
            Self::ZoneAccessDenied => &[
                "Allow route53:ListResourceRecordSets and route53:ChangeResourceRecordSets on the zone: in the role of the account that owns it (the stack of zone-role.yaml; its parameter DomainNames has to cover the domain), or in the execution role of dns-validation.",
            ],
            Self::RecordsUnreadable => &[
                "If a permission is missing, allow acm:ListCertificateDomainValidations on the certificates of the account and Region in the execution role of dns-validation: acm-autopilot then creates the records at its next sweep.",
            ],
            Self::ChangeRefused => &[
                "Read Route 53's answer above. A protected record set, or one that somebody else is changing, has to be released; in a hosted zone that has reached its quota of records, delete some or raise the quota.",
            ],
            Self::AmbiguousZone => &[
                "See which of the zones the domain is delegated to (compare its name servers with those of the zones), and create the records below there. Delete the other zone if nothing uses it.",
            ],
            Self::PrivateZoneOnly => &[
                "ACM sees the public DNS only: create the records below in a public zone for the domain, beside the private one.",
            ],
            Self::NoZone => &[
                "Create the records below where the domain's DNS is served.",
                "If that is Route 53 in another AWS account, deploy zone-role.yaml of acm-autopilot there and add the role to the list of zone roles (the stack parameter ZoneRoles, or the SSM parameter that it names): acm-autopilot then creates such records itself.",
            ],
            Self::DelegationBroken => &[
                "See which name servers the registrar, or the zone above, names for the domain (dig +trace NS), and replace those that do not answer for it. Servers of a hosted zone that was deleted are the usual reason.",
                "If the domain is signed with DNSSEC, see that the DS record at the registrar matches the zone's key, or remove it.",
            ],
            Self::NotDelegated => &[
                "Let the domain's registrar, or the zone above, name the name servers of the hosted zone, and no others. Or create the records below where the domain's DNS is served now.",
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
