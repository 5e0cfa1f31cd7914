//! The certificates that tests put into ACM.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::signing::{amazon_ca, outside_ca, serial_number};
use super::validation::validation;
use super::{CertificateSpec, Entry, epoch, without_nulls};
use crate::PrivateKey;
use crate::aws::State;
use crate::keys::default_hash;
use crate::reading::{Facts, read};
use crate::x509::{self, AltName, Template};

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
    entry.managed_by.clone_from(&spec.managed_by);
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
