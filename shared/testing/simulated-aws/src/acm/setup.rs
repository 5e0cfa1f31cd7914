//! What tests put into ACM, and what they see of it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::validation::validation;
use super::{CertificateSpec, Entry, Store, epoch, settle, without_nulls};
use crate::aws::State;
use crate::keys::default_hash;
use crate::reading::{Facts, read};
use crate::x509::{self, AltName, Template};
use crate::{Aws, Key, PrivateKey};

/// What the model knows of a certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The ARN.
    pub arn: String,
    /// `AMAZON_ISSUED`, `IMPORTED` or `PRIVATE`.
    pub kind: String,
    /// The status at the clock's now.
    pub status: String,
    /// ACM's DomainName.
    pub domain_name: Option<String>,
    /// DNS names and IP addresses among the SANs.
    pub names: Vec<String>,
    /// Lower-case hex pairs separated by colons; empty until issued.
    pub serial: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// Expiry.
    pub not_after: Timestamp,
    /// Type and size of the key.
    pub key: Key,
    /// The subject as text.
    pub subject: String,
    /// The issuer's distinguished name.
    pub issuer: String,
    /// ACM's names of the key usages.
    pub key_usages: Vec<String>,
    /// ACM's names of the extended key usages.
    pub extended_key_usages: Vec<String>,
    /// The tags; a tag without value has the empty one.
    pub tags: BTreeMap<String, String>,
    /// ARNs of the resources that use it.
    pub in_use_by: Vec<String>,
    /// Why a request failed, such as `CAA_ERROR`.
    pub failure_reason: Option<String>,
    /// RenewalStatus of the last managed renewal, such as `PENDING_VALIDATION`.
    pub renewal_status: Option<String>,
    /// Time of the last import.
    pub imported_at: Option<Timestamp>,
    /// The certificate's PEM text.
    pub pem: Option<String>,
    /// The chain's PEM text.
    pub chain: Option<String>,
    /// The key that was imported with it.
    pub private_key: Option<PrivateKey>,
}

impl Aws {
    /// Puts a certificate into ACM and gives its ARN.
    ///
    /// # Panics
    /// When the CA of [`CertificateSpec::issued_by`] does not exist.
    pub fn insert_certificate(&self, spec: CertificateSpec) -> String {
        let mut state = self.state();
        let entry = build(&mut state, &spec);
        let arn = entry.arn.clone();
        state.acm.certificates.insert(arn.clone(), entry);
        arn
    }

    /// The certificate's state now.
    pub fn certificate(&self, arn: &str) -> Option<Certificate> {
        let mut state = self.state();
        settle(&mut state);
        state.acm.certificates.get(arn).map(|entry| view(entry, state.now))
    }

    /// A certificate's tags, without the rest of it.
    pub fn tags(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        self.state().acm.certificates.get(arn).map(tags)
    }

    /// Every certificate's state now, in the order of creation.
    pub fn certificates(&self) -> Vec<Certificate> {
        let mut state = self.state();
        settle(&mut state);
        state.acm.certificates.values().map(|entry| view(entry, state.now)).collect()
    }

    /// An operator sets (`Some`) and removes (`None`) tags. Nothing is checked or recorded.
    ///
    /// # Panics
    /// When there is no such certificate.
    pub fn set_tags(&self, arn: &str, tags: &[(&str, Option<&str>)]) {
        let mut state = self.state();
        let entry = entry(&mut state.acm, arn);
        for (key, value) in tags {
            match value {
                Some(value) => {
                    entry.tags.insert((*key).to_owned(), Some((*value).to_owned()));
                }
                None => entry.previously_tagged |= entry.tags.remove(*key).is_some(),
            }
        }
    }

    /// Which resources use the certificate.
    ///
    /// # Panics
    /// When there is no such certificate.
    pub fn set_in_use_by(&self, arn: &str, resources: &[&str]) {
        let mut state = self.state();
        entry(&mut state.acm, arn).in_use_by = resources.iter().map(|one| (*one).to_owned()).collect();
    }

    /// ACM or an operator replaces the certificate under this ARN; its tags and uses stay.
    /// Nothing is checked or recorded.
    ///
    /// # Panics
    /// When there is no such certificate.
    pub fn set_certificate(&self, arn: &str, spec: CertificateSpec) {
        let mut state = self.state();
        let now = state.now;
        let mut new = build(&mut state, &spec);
        state.acm.pending.remove(arn);
        let old = entry(&mut state.acm, arn);
        arn.clone_into(&mut new.arn);
        new.created_at = old.created_at;
        // API reference, CertificateDetail, ImportedAt: of the last import.
        new.imported_at = new.imported_at.map(|_| now);
        new.tags = std::mem::take(&mut old.tags);
        new.previously_tagged = old.previously_tagged;
        new.in_use_by = std::mem::take(&mut old.in_use_by);
        *old = new;
    }

    /// How ACM spells the certificate's serial number until its next import. How it spells a negative one is unverified.
    ///
    /// # Panics
    /// When there is no such certificate, or it is not issued.
    pub fn set_shown_serial(&self, arn: &str, text: &str) {
        let mut state = self.state();
        let facts = entry(&mut state.acm, arn).facts.as_mut();
        facts.expect("it is issued").serial = text.to_owned();
    }

    /// Somebody deletes the certificate.
    pub fn remove_certificate(&self, arn: &str) {
        self.state().acm.certificates.remove(arn);
    }
}

fn entry<'a>(store: &'a mut Store, arn: &str) -> &'a mut Entry {
    store.certificates.get_mut(arn).unwrap_or_else(|| panic!("there is no certificate {arn}"))
}

impl State {
    pub(super) fn new_certificate_arn(&mut self) -> String {
        let id = self.next_uuid();
        self.arn("acm", &format!("certificate/{id}"))
    }
}

impl Entry {
    pub(super) fn new(arn: &str, kind: &str, key: Key, now: Timestamp) -> Self {
        let origin = if kind == "IMPORTED" { "CUSTOMER_PROVIDED" } else { "AWS_MANAGED" };
        Self {
            arn: arn.to_owned(),
            kind: kind.to_owned(),
            status: "ISSUED".to_owned(),
            domain_name: None,
            names: Vec::new(),
            key,
            key_pair_origin: origin.to_owned(),
            acme: None,
            root_hierarchy: None,
            client_auth_only: false,
            facts: None,
            pem: None,
            chain: None,
            private_key: None,
            tags: BTreeMap::new(),
            previously_tagged: false,
            in_use_by: Vec::new(),
            created_at: now,
            issued_at: None,
            imported_at: None,
            revoked_at: None,
            eligible: None,
            exportable: false,
            ca_arn: None,
            failure_reason: None,
            validation: Vec::new(),
            renewal: None,
            update: None,
        }
    }

    /// DomainName is the common name, or else the first SAN (that is unverified for imported certificates). An address
    /// is not a domain name: terraform-provider-aws's acceptance test TestAccACMCertificate_Imported_ipAddress, which runs
    /// on AWS, imports a certificate with the CN 1.2.3.4 and no SAN and finds neither DomainName nor SANs.
    pub(super) fn apply(&mut self, facts: Facts) {
        let is_domain = |name: &&String| name.parse::<IpAddr>().is_err();
        self.key = facts.key;
        self.domain_name = facts.common_name.iter().chain(&facts.names).find(is_domain).cloned();
        self.names.clone_from(&facts.names);
        self.facts = Some(facts);
    }
}

pub(super) fn build(state: &mut State, spec: &CertificateSpec) -> Entry {
    let now = state.now;
    let arn = state.new_certificate_arn();
    let mut entry = Entry::new(&arn, spec.kind, spec.key, now);
    entry.tags = spec.tags.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
    entry.in_use_by.clone_from(&spec.in_use_by);
    entry.status.clone_from(&spec.status);
    entry.eligible = spec.eligible;
    entry.exportable = spec.exportable;
    entry.acme.clone_from(&spec.acme);
    entry.root_hierarchy.clone_from(&spec.root_hierarchy);
    entry.client_auth_only = spec.client_auth_only;
    entry.failure_reason.clone_from(&spec.failure_reason);
    if let Some(origin) = &spec.key_pair_origin {
        entry.key_pair_origin.clone_from(origin);
    }
    if spec.kind == "PRIVATE" {
        entry.ca_arn.clone_from(&spec.ca);
    }

    let facts = issue(state, spec, &mut entry);
    let issued_at = facts.not_before;
    entry.apply(facts);
    entry.created_at = issued_at.min(now);
    if matches!(spec.status.as_str(), "PENDING_VALIDATION" | "VALIDATION_TIMED_OUT" | "FAILED") {
        (entry.facts, entry.pem, entry.chain) = (None, None, None);
        entry.created_at = now;
    } else if spec.kind == "IMPORTED" {
        entry.imported_at = Some(entry.created_at);
    } else {
        entry.issued_at = Some(entry.created_at);
    }
    entry.revoked_at = (spec.status == "REVOKED").then_some(now);
    if spec.kind == "AMAZON_ISSUED" {
        let option = |name: &String| {
            validation(&state.account, name, spec.validation_method, &spec.validation_status, spec.with_records)
        };
        entry.validation = entry.names.iter().map(option).collect();
    }
    entry.renewal = spec.renewal.as_ref().map(|(status, reason)| {
        without_nulls(json!({
            "RenewalStatus": status,
            "RenewalStatusReason": reason,
            "DomainValidationOptions": entry.validation,
            "UpdatedAt": epoch(now),
        }))
    });
    entry
}

/// Signs the certificate, or for a thin one makes up what it would say.
fn issue(state: &mut State, spec: &CertificateSpec, entry: &mut Entry) -> Facts {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let not_after = spec.not_after.unwrap_or(state.now + days(spec.days_left.unwrap_or(30)));
    let not_before = spec.not_before.unwrap_or(not_after - days(365));
    let serial = serial_number(state);
    if spec.thin {
        return thin_facts(spec, &serial, not_before, not_after);
    }

    let key = PrivateKey::cached(spec.key, 0);
    let (issuer_name, issuer_key, chain) = match &spec.ca {
        Some(arn) => state.pca.issuer(arn).unwrap_or_else(|| panic!("there is no CA {arn}")),
        None if spec.kind == "AMAZON_ISSUED" => amazon_ca(spec.key),
        None => outside_ca(),
    };
    let subject = x509::name(&spec.subject);
    let mut extensions = vec![
        x509::basic_constraints(false),
        x509::authority_key_identifier(issuer_key.public_key()),
        x509::subject_key_identifier(key.public_key()),
    ];
    if !spec.key_usages.is_empty() {
        extensions.push(x509::key_usage(&strs(&spec.key_usages)));
    }
    if !spec.extended_key_usages.is_empty() {
        extensions.push(x509::extended_key_usage(&strs(&spec.extended_key_usages)));
    }
    if !spec.names.is_empty() {
        extensions.push(x509::alt_names(&spec.names, spec.subject.is_empty()));
    }
    let template = Template {
        serial,
        subject,
        issuer: issuer_name,
        public_key_info: key.public_key_info(),
        not_before,
        not_after,
        extensions,
    };
    let pem =
        template.sign(&issuer_key, default_hash(issuer_key.kind())).expect("every key signs with its natural digest");
    let (_, der) = pem_rfc7468::decode_vec(pem.as_bytes()).expect("written just now");
    entry.pem = Some(pem);
    entry.chain = Some(chain);
    entry.private_key = Some(key);
    read(&der).expect("written just now")
}

/// RFC 5280, 4.1.2.2: positive, at most 20 bytes. The first byte makes it so without a zero in front; the rest differs as
/// much between two certificates as that of a real CA, since people compare the first bytes only.
pub(crate) fn serial_number(state: &mut State) -> Vec<u8> {
    let hash = digest(&SHA256, &state.next_number().to_be_bytes());
    let mut serial = hash.as_ref()[..16].to_vec();
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}

/// A CA outside AWS, the same in every test.
fn outside_ca() -> (Vec<u8>, PrivateKey, String) {
    self_signed_ca(PrivateKey::cached(Key::P256, 1), &[("O", "Outside"), ("CN", "Outside CA")])
}

/// Amazon's CA. It signs RSA certificates with RSA: "SignatureAlgorithm": "SHA256WITHRSA" (recorded from AWS:
/// LocalStack's `tests/aws/services/acm/test_acm.snapshot.json`, 2023-04-18); others with ECDSA.
fn amazon_ca(key: Key) -> (Vec<u8>, PrivateKey, String) {
    let (own, name) =
        if key.is_rsa() { (Key::Rsa2048, "Amazon RSA 2048 M01") } else { (Key::P256, "Amazon ECDSA 256 M01") };
    self_signed_ca(PrivateKey::cached(own, 2), &[("C", "US"), ("O", "Amazon"), ("CN", name)])
}

fn self_signed_ca(key: PrivateKey, name: &[(&str, &str)]) -> (Vec<u8>, PrivateKey, String) {
    let name = x509::name(&x509::rdns(name));
    let template = Template {
        serial: vec![1],
        subject: name.clone(),
        issuer: name.clone(),
        public_key_info: key.public_key_info(),
        not_before: Timestamp::from_second(946_684_800).expect("the year 2000"),
        not_after: Timestamp::from_second(4_102_444_800).expect("the year 2100"),
        extensions: vec![x509::basic_constraints(true), x509::key_usage(&["CERTIFICATE_SIGNING"])],
    };
    let pem = template.sign(&key, default_hash(key.kind())).expect("every key signs with its natural digest");
    (name, key, pem)
}

fn thin_facts(spec: &CertificateSpec, serial: &[u8], not_before: Timestamp, not_after: Timestamp) -> Facts {
    let text = |name: &AltName| match name {
        AltName::Dns(name) => Some(name.clone()),
        AltName::Ip(ip) => Some(ip.to_string()),
        AltName::Email(_) | AltName::Uri(_) => None,
    };
    let extended = spec.extended_key_usages.iter().map(|name| {
        let known = x509::EXTENDED_KEY_USAGES.iter().find(|(known, _)| known == name);
        let (name, oid) = known.copied().unwrap_or(("CUSTOM", name));
        (name.to_owned(), oid.to_owned())
    });
    let attributes = || spec.subject.iter().flatten();
    let by_ecdsa = spec.kind == "AMAZON_ISSUED" && !spec.key.is_rsa();
    let subject: Vec<_> = attributes().map(|(kind, value)| format!("{kind}={value}")).collect();
    Facts {
        common_name: attributes().find(|(kind, _)| kind == "CN").map(|(_, cn)| cn.clone()),
        subject: subject.join(","),
        issuer: "O=Outside,CN=Outside CA".to_owned(),
        issuer_name: "Outside".to_owned(),
        serial: serial.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"),
        not_before,
        not_after,
        key: spec.key,
        signature_algorithm: if by_ecdsa { "SHA256WITHECDSA" } else { "SHA256WITHRSA" }.to_owned(),
        names: spec.names.iter().filter_map(text).collect(),
        key_usages: spec.key_usages.clone(),
        extended_key_usages: extended.collect(),
        is_ca: false,
        public_key: Vec::new(),
    }
}

fn strs(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

fn tags(entry: &Entry) -> BTreeMap<String, String> {
    entry.tags.iter().map(|(key, value)| (key.clone(), value.clone().unwrap_or_default())).collect()
}

fn view(entry: &Entry, now: Timestamp) -> Certificate {
    let facts = entry.facts.as_ref();
    Certificate {
        arn: entry.arn.clone(),
        kind: entry.kind.clone(),
        status: entry.status(now).to_owned(),
        domain_name: entry.domain_name.clone(),
        names: entry.names.clone(),
        serial: facts.map(|facts| facts.serial.clone()).unwrap_or_default(),
        not_before: facts.map_or(Timestamp::UNIX_EPOCH, |facts| facts.not_before),
        not_after: facts.map_or(Timestamp::UNIX_EPOCH, |facts| facts.not_after),
        key: entry.key,
        subject: facts.map(|facts| facts.subject.clone()).unwrap_or_default(),
        key_usages: facts.map(|facts| facts.key_usages.clone()).unwrap_or_default(),
        extended_key_usages: facts
            .map(|facts| facts.extended_key_usages.iter().map(|(name, _)| name.clone()).collect())
            .unwrap_or_default(),
        tags: tags(entry),
        in_use_by: entry.in_use_by.clone(),
        failure_reason: entry.failure_reason.clone(),
        renewal_status: entry.renewal.as_ref().and_then(|summary| summary["RenewalStatus"].as_str()).map(str::to_owned),
        issuer: facts.map(|facts| facts.issuer.clone()).unwrap_or_default(),
        imported_at: entry.imported_at,
        pem: entry.pem.clone(),
        chain: entry.chain.clone(),
        private_key: entry.private_key.clone(),
    }
}
