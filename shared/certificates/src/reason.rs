//! Why a renewal failed, in words that fit a tag, and who can resolve it.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// Who can resolve a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Time: the same attempt may succeed later, so the sweep starts it again after a pause.
    Automatic,
    /// A person: the same attempt would fail again until something is changed.
    Manual,
}

macro_rules! failure_reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $recovery:ident, $advice:literal;)+) => {
        /// Why a renewal failed: the value of the tag [`tags::STATUS_REASON`](crate::tags::STATUS_REASON).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[serde(into = "&'static str")]
        pub enum FailureReason { $($(#[doc = $doc])+ $variant,)+ }

        impl FailureReason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The value of the tag: kebab-case.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Who can resolve it.
            #[must_use]
            pub fn recovery(self) -> Recovery {
                match self { $(Self::$variant => Recovery::$recovery,)+ }
            }

            /// What a person should do about it: one sentence.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice,)+ }
            }
        }
    };
}

failure_reasons! {
    /// AWS refused calls because there were too many.
    Throttled = "throttled", Automatic, "Nothing yet: acm-autopilot retries. If it fails twice, spread the renewals over time or raise the API quota.";
    /// An AWS service answered with an error of its own, or not at all.
    ServiceError = "service-error", Automatic, "Nothing yet: acm-autopilot retries. If it fails twice, check the AWS Health Dashboard.";
    /// The source did not deliver the certificate in time.
    IssuerTimeout = "issuer-timeout", Automatic, "Nothing yet: acm-autopilot retries. If it fails twice, check why the CA does not issue (CloudWatch metrics of a private CA show failures).";
    /// AWS or the source took so long to answer that no time was left in this run.
    OutOfTime = "out-of-time", Automatic, "Nothing yet: acm-autopilot retries. If it fails twice, raise the Timeout of the function imported-renewal.";
    /// The function was terminated during an attempt that was not the first.
    Interrupted = "interrupted", Automatic, "Find in the log of imported-renewal what terminated it (memory, timeout). To retry before the certificate is due, set the tag acm-autopilot:status to pending-renewal.";
    /// ACM accepted the new certificate but does not show it.
    VerificationFailed = "verification-failed", Automatic, "Compare the certificate's serial number in ACM with the one in the log of imported-renewal.";
    /// The tag `renew-from` has a value that is not a source.
    UnknownSource = "unknown-source", Manual, "Set the tag acm-autopilot:renew-from to exactly private-ca, secret or acme, in lower case and without spaces.";
    /// No private CA is named, neither in the tag nor in the configuration.
    CaNotConfigured = "ca-not-configured", Manual, "Name the private CA that issued this certificate: in the tag acm-autopilot:private-ca, or for all certificates as the first ARN of the stack parameter PrivateCaArns.";
    /// The named private CA is not among those that the stack grants.
    CaNotGranted = "ca-not-granted", Manual, "Name a granted private CA in the tag acm-autopilot:private-ca, or grant this one: add its ARN to the stack parameter PrivateCaArns.";
    /// The named private CA does not exist, or the tag does not hold the ARN of a private CA.
    CaNotFound = "ca-not-found", Manual, "Set the tag acm-autopilot:private-ca to the ARN of a private CA, or share the CA with this account.";
    /// No secret is named in the tag.
    SecretNotConfigured = "secret-not-configured", Manual, "Name the secret that holds the certificate and its key in the tag acm-autopilot:secret.";
    /// The named secret is not among those that the stack grants.
    SecretNotGranted = "secret-not-granted", Manual, "Name a granted secret in the tag acm-autopilot:secret, or grant this one: add its ARN to the stack parameter SecretArns.";
    /// The named secret does not exist in the certificate's account and Region, or the tag names none.
    SecretNotFound = "secret-not-found", Manual, "Set the tag acm-autopilot:secret to the name or ARN of a secret in the certificate's account and Region.";
    /// The secret does not consent: it lacks the tag that names the certificate or its account.
    SecretConsentMissing = "secret-consent-missing", Manual, "Let the secret's owner set its tag acm-autopilot:certificate to the ARN of the certificate, or to the account's number for all certificates.";
    /// The secret is there for something else than a certificate.
    SecretNotACertificate = "secret-not-a-certificate", Manual, "Name the secret that holds the certificate in the tag acm-autopilot:secret: this one is there for something else.";
    /// The secret's value cannot be read or decrypted, or is in a form that cannot be used.
    SecretUnreadable = "secret-unreadable", Manual, "Correct what the failure names: how the certificate and its key are stored in the secret, or the secret itself.";
    /// The secret has several certificates, none of which has all names of the present one.
    SecretNamesDiffer = "secret-names-differ", Manual, "Store the certificate for the present names with its key in the secret, or name another secret in the tag acm-autopilot:secret.";
    /// The secret does not have a whole certificate with its key yet.
    SecretNotReady = "secret-not-ready", Manual, "The tool that writes this secret did not deliver: check why it has not written a certificate with its key.";
    /// The secret has no newer certificate than the present one.
    SecretNotRenewed = "secret-not-renewed", Manual, "The tool that writes this secret did not deliver: check why it has not written a new certificate.";
    /// The tag names no ACME directory that is configured.
    AcmeNotConfigured = "acme-not-configured", Manual, "Name a directory of the stack parameter AcmeSettings in the tag acm-autopilot:acme, or add the directory there.";
    /// The directory may not issue for a name of the present certificate.
    AcmeNameNotGranted = "acme-name-not-granted", Manual, "Add the domain to `domains` of the directory in the stack parameter AcmeSettings, if certificates for it may be renewed from this directory.";
    /// The directory's CA does not issue for names of this kind, or for so many.
    AcmeNamesNotIssuable = "acme-names-not-issuable", Manual, "Name a profile in the tag acm-autopilot:acme-profile that issues for these names, or another directory in the tag acm-autopilot:acme.";
    /// The CA does not offer the profile.
    AcmeProfileNotOffered = "acme-profile-not-offered", Manual, "Name a profile that the CA offers in the tag acm-autopilot:acme-profile, or remove the tag.";
    /// There is no account at the CA, or its secret cannot be read.
    AcmeAccountMissing = "acme-account-missing", Manual, "Register an account at the CA with the command acme-account, which stores it in the secret acm-autopilot/acme/ with the name of the directory.";
    /// The CA does not accept the account.
    AcmeAccountRefused = "acme-account-refused", Manual, "Do what the CA asks for, often on its website, or register another account with the command acme-account.";
    /// A limit of the CA is reached.
    AcmeRateLimited = "acme-rate-limited", Automatic, "Nothing yet: acm-autopilot retries. If it fails twice, find out what else orders certificates for these names, or ask the CA for a higher limit.";
    /// The CA does not answer, or answers with an error of its own.
    AcmeUnavailable = "acme-unavailable", Automatic, "Nothing yet: acm-autopilot retries. If it fails twice, check the CA's status page, and whether the function reaches the CA.";
    /// The CA did not find the validation record.
    AcmeValidationFailed = "acme-validation-failed", Automatic, "Nothing yet: acm-autopilot retries. If it fails twice, check that the public DNS is served from the hosted zone in which the record was written.";
    /// A CAA record does not allow the CA.
    AcmeCaaForbids = "acme-caa-forbids", Manual, "Allow the CA in the CAA record of the domain, with the account and the method dns-01 if the record limits them.";
    /// No hosted zone that may be written holds a name.
    AcmeZoneMissing = "acme-zone-missing", Manual, "Grant the role acm-autopilot-acme in the zone's account (zoneRoles in the stack parameter AcmeSettings), or delegate _acme-challenge with a CNAME to a delegation zone.";
    /// The DNS does not show which of several hosted zones it uses.
    AcmeZoneAmbiguous = "acme-zone-ambiguous", Manual, "Compare the domain's public name servers (dig NS) with those of the zones in the failure; delete the zone that is not used, or correct the delegation.";
    /// Resolvers get no valid answer for the name's zone.
    AcmeDelegationBroken = "acme-delegation-broken", Manual, "Correct the name servers, or the DS record, that the registrar or the zone above has for the name (dig +trace NS): mostly they are those of a deleted hosted zone.";
    /// The validation record is a CNAME to a zone that is not listed.
    AcmeDelegationNotListed = "acme-delegation-not-listed", Manual, "Remove the CNAME at _acme-challenge, or add its target's zone to delegationZones in the stack parameter AcmeSettings.";
    /// Something else is where the validation record belongs.
    AcmeRecordConflict = "acme-record-conflict", Manual, "Remove what the failure names: at _acme-challenge only a simple TXT record, or a CNAME to a delegation zone, can be used.";
    /// The private CA is disabled.
    CaDisabled = "ca-disabled", Manual, "Enable the private CA again, or name another in the tag acm-autopilot:private-ca.";
    /// The private CA's own certificate has expired.
    CaExpired = "ca-expired", Manual, "Renew the private CA's own certificate, or name another CA in the tag acm-autopilot:private-ca.";
    /// The private CA is in another state in which it does not issue.
    CaNotActive = "ca-not-active", Manual, "Bring the private CA to the state ACTIVE, or name another in the tag acm-autopilot:private-ca.";
    /// The function's role may not do something that a renewal needs.
    PermissionMissing = "permission-missing", Manual, "Allow the named action to imported-renewal; list private CAs in the stack parameter PrivateCaArns. A CA that is shared through AWS RAM needs a RAM permission for the named template.";
    /// AWS refused the tags in which a renewal is tracked, for instance because of a tag policy.
    TaggingRefused = "tagging-refused", Manual, "Allow the tags acm-autopilot:status, status-since, status-reason, attempts and renewal-of on certificates (tag policies of the organization).";
    /// ACM would refuse a certificate with another type of key, and the source cannot make this one.
    KeyTypeNotIssuable = "key-type-not-issuable", Manual, "Import a certificate with an RSA key of 2048 to 4096 bits or a P-256, P-384 or P-521 key under a new ARN.";
    /// The present certificate cannot be read, so nothing can be carried over.
    PresentCertificateUnreadable = "present-certificate-unreadable", Manual, "Replace this certificate by hand once.";
    /// The source refused the request.
    IssuerRefused = "issuer-refused", Manual, "Correct what the refusal names: the certificate's tags, or the settings of the CA.";
    /// The source's limit on certificates is reached.
    IssuanceLimit = "issuance-limit", Manual, "Raise the private CA's limit on issued certificates, or use another CA.";
    /// Pre-flight: the new certificate is not for the key that was made for it.
    KeyMismatch = "key-mismatch", Automatic, "Nothing yet: another attempt at the same time may have crashed, and acm-autopilot retries. If it fails twice, check what the CA issues.";
    /// Pre-flight: ACM refuses a re-import with another type or size of key.
    KeyTypeChanged = "key-type-changed", Manual, "Check the CA's template, or the tool that writes the secret: the new certificate must have a key of the same type and size.";
    /// Pre-flight: a name of the present certificate is missing from the new one.
    NameLost = "name-lost", Manual, "Check the CA's template, or the tool that writes the secret; every name of the present certificate has to be in the new one.";
    /// Pre-flight: the new certificate has a name that the present one does not have.
    NameGained = "name-gained", Manual, "Check the CA's template, or the tool that writes the secret: a name was added that was not requested.";
    /// Pre-flight: the new certificate is a CA's, and not an end entity's.
    NotEndEntity = "not-end-entity", Manual, "Check the CA's template; the certificate that it issued is a CA certificate. Revoke it.";
    /// Pre-flight: the new certificate has the present one's serial number.
    SerialReused = "serial-reused", Manual, "Check the CA; it has to give each certificate a serial number of its own.";
    /// Pre-flight: the new certificate is not valid at this moment.
    NotValidNow = "not-valid-now", Manual, "Check the CA's clock and template; the new certificate is not valid yet or no longer.";
    /// Pre-flight: the new certificate expires no later than the present one.
    NotLonger = "not-longer", Manual, "Have it issued for longer: raise acm-autopilot:validity-days or renew the private CA's certificate; or name another acme-profile; or have the tool that writes the secret deliver a newer one.";
    /// Pre-flight: a key usage or extended key usage would be lost, which ACM refuses.
    KeyUsageLost = "key-usage-lost", Manual, "Use a CA template, or a profile of the CA, that keeps the key usages of the present certificate.";
    /// Pre-flight: leaf and chain do not fit together.
    ChainBroken = "chain-broken", Manual, "Check the CA's chain; a certificate in it is missing, out of order or wrongly signed.";
    /// Pre-flight: clients would refuse the new certificate with its chain, for instance because of name constraints.
    ChainRefused = "chain-refused", Manual, "Issue the CA's own certificate again without what clients refuse, or name another CA in the tag acm-autopilot:private-ca.";
    /// Pre-flight: the new certificate is from another CA than the present one, which is not granted.
    IssuerChanged = "issuer-changed", Manual, "Renew it from the CA that issued it (tag acm-autopilot:private-ca, acme or secret). A change needs the stack parameter AllowIssuerChange, and a tag that names the new CA, directory or secret.";
    /// Pre-flight: larger than ACM takes.
    TooLarge = "too-large", Manual, "Shorten the certificate: fewer names, or a shorter chain.";
    /// ACM refused the import.
    ImportRefused = "import-refused", Manual, "Correct what ACM's refusal names; the old certificate is still in place.";
    /// ACM's limit on imports in 365 days is reached.
    ImportQuotaReached = "import-quota-reached", Manual, "Raise the ACM quota `Imported certificates in last 365 days` in Service Quotas. Find out what imports so often (CloudTrail, ImportCertificate).";
    /// The certificate has 50 tags already, so that its renewal could not be tracked.
    NoRoomForTags = "no-room-for-tags", Manual, "Remove tags: the renewal needs room for five of the 50 that a certificate may have.";
}

impl FailureReason {
    /// Whether an attempt that failed so may have been charged: the source may have issued a certificate.
    pub fn may_have_cost(self) -> bool {
        // What is known to cost nothing is listed, so that a new reason counts as one that may.
        !matches!(
            self,
            Self::UnknownSource
                | Self::CaNotConfigured
                | Self::CaNotGranted
                | Self::CaNotFound
                | Self::SecretNotConfigured
                | Self::SecretNotGranted
                | Self::SecretNotFound
                | Self::SecretConsentMissing
                | Self::SecretNotACertificate
                | Self::SecretUnreadable
                | Self::SecretNamesDiffer
                | Self::SecretNotReady
                | Self::SecretNotRenewed
                | Self::AcmeNotConfigured
                | Self::AcmeNameNotGranted
                | Self::AcmeNamesNotIssuable
                | Self::AcmeProfileNotOffered
                | Self::AcmeAccountMissing
                | Self::AcmeZoneMissing
                | Self::AcmeZoneAmbiguous
                | Self::AcmeDelegationBroken
                | Self::AcmeDelegationNotListed
                | Self::AcmeRecordConflict
                | Self::CaDisabled
                | Self::CaExpired
                | Self::CaNotActive
                | Self::KeyTypeNotIssuable
                | Self::PresentCertificateUnreadable
                | Self::IssuerRefused
                | Self::IssuanceLimit
                | Self::IssuerChanged
                | Self::NoRoomForTags
        )
    }

    /// Whether the secret has nothing newer, which is not a failure as long as there is time.
    pub fn is_nothing_new(self) -> bool {
        matches!(self, Self::SecretNotReady | Self::SecretNotRenewed)
    }

    /// Whether a person has to request the next attempt: even at a threshold of days left it would be charged for nothing.
    pub fn waits_for_a_request(self) -> bool {
        self == Self::ImportQuotaReached
    }
}

impl From<FailureReason> for &'static str {
    fn from(reason: FailureReason) -> Self {
        reason.as_str()
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A renewal that failed: why, for the tag, and the particulars, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Failure {
    /// For the tag.
    pub reason: FailureReason,
    /// A sentence for people.
    pub detail: String,
}

impl Failure {
    /// A failure for this reason, with these particulars.
    pub fn new(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

/// The text is not a known reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a known failure reason")]
pub struct UnknownReason;

impl FromStr for FailureReason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == text).ok_or(UnknownReason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_survives_the_way_through_a_tag() {
        for reason in FailureReason::ALL {
            assert_eq!(reason.as_str().parse::<FailureReason>().unwrap(), *reason);
            assert!(reason.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{reason}");
            // With the reason and a date it is an annotation of AWS Config, which holds 256 characters.
            assert!(reason.advice().ends_with('.') && reason.advice().len() <= 195, "{reason}");
        }
        assert!("gremlins".parse::<FailureReason>().is_err());
    }

    fn those(has: fn(FailureReason) -> bool) -> Vec<String> {
        FailureReason::ALL.iter().filter(|reason| has(**reason)).map(ToString::to_string).collect()
    }

    /// What may have been charged is not repeated within an hour.
    #[test]
    fn an_attempt_may_have_cost_unless_nothing_was_issued() {
        let expected = [
            "throttled",
            "service-error",
            "issuer-timeout",
            "out-of-time",
            "interrupted",
            "verification-failed",
            "acme-account-refused",
            "acme-rate-limited",
            "acme-unavailable",
            "acme-validation-failed",
            "acme-caa-forbids",
            "permission-missing",
            "tagging-refused",
            "key-mismatch",
            "key-type-changed",
            "name-lost",
            "name-gained",
            "not-end-entity",
            "serial-reused",
            "not-valid-now",
            "not-longer",
            "key-usage-lost",
            "chain-broken",
            "chain-refused",
            "too-large",
            "import-refused",
            "import-quota-reached",
        ];
        assert_eq!(those(FailureReason::may_have_cost), expected);
    }

    #[test]
    fn few_reasons_are_no_failure_yet_or_wait_for_a_request() {
        assert_eq!(those(FailureReason::is_nothing_new), ["secret-not-ready", "secret-not-renewed"]);
        assert_eq!(those(FailureReason::waits_for_a_request), ["import-quota-reached"]);
    }

    #[test]
    fn json_has_the_value_of_the_tag() {
        assert_eq!(serde_json::to_string(&FailureReason::CaDisabled).unwrap(), "\"ca-disabled\"");
    }
}
