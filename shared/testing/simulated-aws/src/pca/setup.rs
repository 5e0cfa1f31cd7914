//! What tests put into AWS Private CA, and what they see of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::creation::{key_of_its_own, revocation};
use super::{Authority, Misissue, PrivateCaSpec, Store, chain_of};
use crate::acm::serial_number;
use crate::aws::State;
use crate::keys::{Hash, default_hash};
use crate::reading::{Facts, read};
use crate::x509::{self, Rdn, Template};
use crate::{Aws, Key, PrivateKey};

/// What the model knows of a certificate authority.
#[derive(Debug, Clone)]
pub struct PrivateCa {
    /// The ARN.
    pub arn: String,
    /// The status at the clock's now.
    pub status: String,
    /// End of the CA's own validity.
    pub not_after: Timestamp,
    /// The CA certificate's PEM text.
    pub pem: String,
    /// The certificates above it, PEM; missing for a root CA.
    pub chain: Option<String>,
    /// How many certificates it issued.
    pub issued: usize,
}

impl Aws {
    /// A CA's status now; none when there is no such CA.
    pub fn ca_status(&self, arn: &str) -> Option<String> {
        let state = self.state();
        state.pca.authorities.get(arn).map(|ca| ca.status(state.now).to_owned())
    }

    /// Creates an active root CA with a key of this kind, and gives its ARN.
    pub fn create_private_ca(&self, key: Key) -> String {
        self.insert_private_ca(PrivateCaSpec::new(key))
    }

    /// Creates a CA and gives its ARN.
    ///
    /// # Panics
    /// When the parent does not exist.
    pub fn insert_private_ca(&self, spec: PrivateCaSpec) -> String {
        let mut state = self.state();
        let now = state.now;
        let id = state.next_uuid();
        let arn = state.arn("acm-pca", &format!("certificate-authority/{id}"));
        let key = key_of_its_own(&state, spec.key);
        let subject = x509::rdns(&[("O", "Example"), ("CN", &format!("{} {}", spec.common_name, &id[id.len() - 4..]))]);
        let name = x509::name(&subject);
        let (issuer, issuer_key, chain) = match &spec.parent {
            None => (name.clone(), key.clone(), None),
            Some(parent) => {
                let (name, key, chain) = state.pca.issuer(parent).unwrap_or_else(|| panic!("there is no CA {parent}"));
                (name, key, Some(chain))
            }
        };
        let template = Template {
            serial: serial_number(&mut state),
            subject: name.clone(),
            issuer,
            public_key_info: key.public_key_info(),
            not_before: now - SignedDuration::from_hours(1),
            not_after: spec.not_after.unwrap_or(now + SignedDuration::from_hours(24 * 3650)),
            extensions: vec![
                x509::ca_constraints(spec.path_length),
                x509::subject_key_identifier(key.public_key()),
                x509::authority_key_identifier(issuer_key.public_key()),
                x509::key_usage(&["DIGITAL_SIGNATURE", "CERTIFICATE_SIGNING", "CRL_SIGNING"]),
            ],
        };
        let pem = template
            .sign(&issuer_key, default_hash(issuer_key.kind()))
            .expect("every key signs with its natural digest");
        let (_, der) = pem_rfc7468::decode_vec(pem.as_bytes()).expect("written just now");
        let authority = Authority {
            arn: arn.clone(),
            status: "ACTIVE".to_owned(),
            has_certificate: true,
            subordinate: spec.parent.is_some(),
            short_lived: spec.short_lived,
            signing_algorithm: spec.signing_algorithm.unwrap_or_else(|| default_algorithm(spec.key)),
            subject,
            name,
            key,
            facts: read(&der).expect("written just now"),
            pem,
            chain,
            created_at: now,
            changed_at: now,
            restorable_until: None,
            key_storage: spec.key_storage,
            revocation: revocation(&spec.revocation),
            tags: spec.tags,
            issued: 0,
        };
        state.pca.authorities.insert(arn.clone(), authority);
        arn
    }

    /// Sets the CA's status: `DISABLED`, `ACTIVE`, `DELETED`, `PENDING_CERTIFICATE`.
    /// `EXPIRED` follows automatically when the CA's certificate expires.
    ///
    /// # Panics
    /// When there is no such CA.
    pub fn set_ca_status(&self, arn: &str, status: &str) {
        let mut state = self.state();
        let now = state.now;
        let ca = state.pca.authorities.get_mut(arn).unwrap_or_else(|| panic!("there is no CA {arn}"));
        status.clone_into(&mut ca.status);
        ca.changed_at = now;
        ca.restorable_until = (status == "DELETED").then(|| now + SignedDuration::from_hours(24 * 30));
    }

    /// Gives ACM the permission to issue for this account, as CreatePermission does; `actions` such as
    /// `IssueCertificate`.
    ///
    /// # Panics
    /// When AWS would refuse it.
    pub fn permit_acm(&self, arn: &str, actions: &[&str]) {
        let input = json!({
            "CertificateAuthorityArn": arn, "Principal": "acm.amazonaws.com", "Actions": actions,
        });
        super::sharing::permit(&mut self.state(), &input).unwrap_or_else(|error| panic!("{error:?}"));
    }

    /// Sets the CA's resource policy, whatever it is: also one that AWS would refuse.
    pub fn set_ca_policy(&self, arn: &str, policy: &str) {
        self.state().pca.sharing.set_policy(arn, policy);
    }

    /// How long AWS Private CA takes to issue (default: no time). GetCertificate answers
    /// RequestInProgressException until then.
    pub fn set_issuance_delay(&self, delay: SignedDuration) {
        self.state().issuance_delay = delay;
    }

    /// How many GetCertificate calls per certificate answer RequestInProgressException (default: none),
    /// for code that waits on another clock than this one.
    pub fn set_issuance_polls(&self, polls: u32) {
        self.state().pca.polls = polls;
    }

    /// From now on private CAs issue certificates with this fault; `None` stops it.
    pub fn misissue(&self, what: Option<Misissue>) {
        self.state().pca.misissue = what;
    }

    /// The CA's state now.
    pub fn private_ca(&self, arn: &str) -> Option<PrivateCa> {
        let state = self.state();
        let ca = state.pca.authorities.get(arn)?;
        Some(PrivateCa {
            arn: ca.arn.clone(),
            status: ca.status(state.now).to_owned(),
            not_after: ca.facts.not_after,
            pem: ca.pem.clone(),
            chain: ca.chain.clone(),
            issued: ca.issued,
        })
    }
}

impl Store {
    /// A CA's encoded name, its key, and the chain of what it issues.
    pub(crate) fn issuer(&self, arn: &str) -> Option<(Vec<u8>, PrivateKey, String)> {
        let ca = self.authorities.get(arn)?;
        Some((ca.name.clone(), ca.key.clone(), chain_of(ca)))
    }

    pub(crate) fn is_active(&self, arn: &str, now: Timestamp) -> bool {
        self.authorities.get(arn).is_some_and(|ca| ca.status(now) == "ACTIVE")
    }

    /// End of the CA's own validity.
    pub(crate) fn end_of(&self, arn: &str) -> Option<Timestamp> {
        Some(self.authorities.get(arn)?.facts.not_after)
    }
}

/// A certificate that this key signs for itself.
pub(super) fn self_signed(state: &mut State, subject: &[Rdn], key: &PrivateKey, end: Timestamp) -> (Facts, String) {
    let name = x509::name(subject);
    let template = Template {
        serial: serial_number(state),
        subject: name.clone(),
        issuer: name,
        public_key_info: key.public_key_info(),
        not_before: state.now,
        not_after: end,
        extensions: vec![x509::basic_constraints(true)],
    };
    let pem = template.sign(key, default_hash(key.kind())).expect("every key signs with its natural digest");
    let (_, der) = pem_rfc7468::decode_vec(pem.as_bytes()).expect("written just now");
    (read(&der).expect("written just now"), pem)
}

fn default_algorithm(key: Key) -> String {
    let digest = match default_hash(key) {
        Hash::Sha256 => "SHA256",
        Hash::Sha384 => "SHA384",
        Hash::Sha512 => "SHA512",
    };
    format!("{digest}WITH{}", if key.is_rsa() { "RSA" } else { "ECDSA" })
}

/// API reference, ASN1Subject.
pub(super) fn asn1_subject(rdns: &[Rdn]) -> Value {
    let mut subject = json!({});
    for (kind, value) in rdns.iter().flatten() {
        match kind.as_str() {
            "C" => subject["Country"] = json!(value),
            "ST" => subject["State"] = json!(value),
            "L" => subject["Locality"] = json!(value),
            "O" => subject["Organization"] = json!(value),
            "OU" => subject["OrganizationalUnit"] = json!(value),
            _ => subject["CommonName"] = json!(value),
        }
    }
    subject
}
