//! The record of calls as text that is the same in every run of a program.
//!
//! Keys are random, so a CSR, a certificate and a signature have other bytes in every run. The text has
//! what they say instead: subject, names, serial, validity, kind of key.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::reading::{key_kind, read};
use crate::{Aws, Call, CallResult};

impl Aws {
    /// Every call so far, one per line: time, service, operation, another account's id, input, result. Two runs of the same
    /// program give the same text, byte for byte, although keys are random.
    pub fn record(&self) -> String {
        let mut text = String::new();
        let state = self.state();
        for call in &state.calls {
            text.push_str(&line(call, &state.account));
            text.push('\n');
        }
        text
    }
}

fn line(call: &Call, home: &str) -> String {
    let elsewhere = if call.account == home { String::new() } else { format!("@{} ", call.account) };
    let result = match &call.result {
        CallResult::Ok => "ok".to_owned(),
        CallResult::Error(code) => code.clone(),
        CallResult::NoAnswer { effect: true } => "no answer, after the effect".to_owned(),
        CallResult::NoAnswer { effect: false } => "no answer".to_owned(),
    };
    let input = canonical(&call.input);
    format!("{} {}:{} {elsewhere}{input} -> {result}", call.at, call.service, call.operation)
}

/// JSON with sorted members, and PEM texts replaced.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            let members: Vec<_> = sorted
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::String(text) if text.contains("-----BEGIN ") => Value::from(described(text)).to_string(),
        other => other.to_string(),
    }
}

/// What the PEM blocks of a text say.
fn described(text: &str) -> String {
    let blocks = Pem::iter_from_buffer(text.as_bytes()).map(|block| match block {
        Ok(block) => describe(&block).unwrap_or_else(|| format!("unreadable {}", block.label)),
        Err(_) => "unreadable PEM".to_owned(),
    });
    blocks.collect::<Vec<_>>().join("; ")
}

fn describe(block: &Pem) -> Option<String> {
    match block.label.as_str() {
        "CERTIFICATE" => certificate(&block.contents),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => request(&block.contents),
        // A key, which has no place in a record.
        _ => None,
    }
}

fn certificate(der: &[u8]) -> Option<String> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let facts = read(der).ok()?;
    let names = parsed.subject_alternative_name().ok().flatten();
    let names = names.map(|names| joined(&names.value.general_names)).unwrap_or_default();
    let mut text = format!("certificate [{}] names [{names}]", facts.subject);
    let _ = write!(
        text,
        " issuer [{}] serial {} {} to {} {} {}",
        facts.issuer,
        facts.serial.replace(':', ""),
        facts.not_before,
        facts.not_after,
        facts.key.acm_name(),
        facts.signature_algorithm,
    );
    let _ = write!(text, " usages [{}]", facts.key_usages.join(" "));
    let extended: Vec<_> = facts.extended_key_usages.iter().map(|(_, oid)| oid.as_str()).collect();
    let _ = write!(text, " [{}]", extended.join(" "));
    Some(text)
}

fn request(der: &[u8]) -> Option<String> {
    let (_, parsed) = X509CertificationRequest::from_der(der).ok()?;
    let info = &parsed.certification_request_info;
    let requested = info.attributes().iter().find_map(|attribute| match attribute.parsed_attribute() {
        ParsedCriAttribute::ExtensionRequest(request) => Some(&request.extensions),
        _ => None,
    });
    let names = requested.into_iter().flatten().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(joined(&names.general_names)),
        _ => None,
    });
    let key = key_kind(&info.subject_pki).ok()?;
    Some(format!("request [{}] names [{}] {}", info.subject, names.unwrap_or_default(), key.acm_name()))
}

fn joined(names: &[GeneralName<'_>]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
