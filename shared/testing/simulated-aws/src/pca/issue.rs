//! IssueCertificate.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::csr::Request;
use super::templates::{self, Profile};
use super::{Authority, Issued, authority, chain_of, validity};
use crate::acm::serial_number;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::keys::Hash;
use crate::x509::{self, Extension, Template};

/// API reference, IssueCertificate, IdempotencyToken: "Idempotency tokens time out after five minutes".
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn issue(state: &mut State, input: &Value) -> Answer {
    check_token(input)?;
    let ca = authority(state, input)?.clone();
    if let Some(arn) = earlier_request(state, &ca, input) {
        return Ok(json!({ "CertificateArn": arn }));
    }
    let profile = templates::profile(state, input)?;
    check_active(state, &ca, profile)?;
    let hash = signing_hash(&ca, input)?;
    check_no_passthrough(input)?;
    let request = Request::read(input)?;
    let not_before = validity::start(state.now, input)?;
    let not_after = validity::end(state.now, input)?;
    validity::check(state.now, &ca, not_after, profile)?;
    if not_after <= not_before {
        return Err(ApiError::new("InvalidArgsException", "The certificate would expire before it starts"));
    }

    let serial = serial_number(state);
    let misissue = state.pca.misissue.clone();
    let mut template = Template {
        serial: serial.clone(),
        subject: request.subject.clone(),
        issuer: ca.name.clone(),
        public_key_info: request.public_key_info.clone(),
        not_before,
        not_after,
        extensions: extensions(&ca, &request, profile),
    };
    if let Some(misissue) = &misissue {
        misissue.spoil(&mut template);
    }
    let signing_key = misissue.as_ref().and_then(|misissue| misissue.signing_key(&ca));
    let pem = template.sign(signing_key.as_ref().unwrap_or(&ca.key), hash).ok_or_else(|| {
        ApiError::new("NotModelled", "simulated-aws cannot sign with this digest and curve").status(501)
    })?;
    if misissue.is_none() {
        state.pca.known.note(&pem, &ca.pem);
    }
    let id: String = serial.iter().map(|byte| format!("{byte:02x}")).collect();
    let arn = format!("{}/certificate/{id}", ca.arn);
    let (pem, chain) = match &misissue {
        Some(misissue) => misissue.answer(&ca, &pem),
        None => (pem, (profile != Profile::Root).then(|| chain_of(&ca))),
    };
    let issued = Issued {
        ca_arn: ca.arn,
        pem,
        chain,
        ready_at: state.now + state.issuance_delay,
        polls_left: state.pca.polls,
        revoked: None,
        request: input.clone(),
        at: state.now,
    };
    if let Some(ca) = state.pca.authorities.get_mut(&issued.ca_arn) {
        ca.issued += 1;
    }
    state.pca.issued.insert(arn.clone(), issued);
    Ok(json!({ "CertificateArn": arn }))
}

/// API reference, IdempotencyToken: 1 to 36 characters, printable.
fn check_token(input: &Value) -> Result<(), ApiError> {
    match input["IdempotencyToken"].as_str() {
        Some(token) if token.is_empty() || token.len() > 36 => {
            Err(ApiError::constraint("idempotencyToken", "have length between 1 and 36"))
        }
        Some(token) if !token.bytes().all(|b| (0x20..=0xff).contains(&b)) => {
            Err(ApiError::constraint("idempotencyToken", "satisfy regular expression pattern"))
        }
        _ => Ok(()),
    }
}

/// API reference, IdempotencyToken: within five minutes, "AWS Private CA recognizes that you are requesting
/// only one certificate". That the token alone decides, and not the whole request, is unverified; this
/// is the stricter reading, since the answer can then be a certificate for another key.
fn earlier_request(state: &State, ca: &Authority, input: &Value) -> Option<String> {
    let token = input["IdempotencyToken"].as_str()?;
    state
        .pca
        .issued
        .iter()
        .find(|(_, issued)| {
            state.now.duration_since(issued.at) < TOKEN_LIFETIME
                && issued.ca_arn == ca.arn
                && issued.request["IdempotencyToken"].as_str() == Some(token)
        })
        .map(|(arn, _)| arn.clone())
}

/// API reference, IssueCertificate, InvalidStateException: only an active CA issues; a root CA that waits for
/// its own certificate issues that one.
fn check_active(state: &State, ca: &Authority, profile: Profile) -> Result<(), ApiError> {
    match ca.status(state.now) {
        "ACTIVE" => Ok(()),
        "PENDING_CERTIFICATE" if profile == Profile::Root && !ca.subordinate => Ok(()),
        _ => Err(ApiError::new(
            "InvalidStateException",
            "The certificate authority is not in a valid state for issuing certificates",
        )),
    }
}

/// API reference, SigningAlgorithm: "The specified signing algorithm family (RSA or ECDSA) must match the
/// algorithm family of the CA's secret key."
fn signing_hash(ca: &Authority, input: &Value) -> Result<Hash, ApiError> {
    let name = input["SigningAlgorithm"].as_str().unwrap_or_default();
    let family = if ca.key.kind().is_rsa() { "RSA" } else { "ECDSA" };
    let (digest, asked) = name.split_once("WITH").unwrap_or((name, ""));
    let hash = match digest {
        "SHA256" => Hash::Sha256,
        "SHA384" => Hash::Sha384,
        "SHA512" => Hash::Sha512,
        _ => return Err(ApiError::constraint("signingAlgorithm", "satisfy enum value set")),
    };
    if !matches!(asked, "RSA" | "ECDSA") {
        return Err(ApiError::constraint("signingAlgorithm", "satisfy enum value set"));
    }
    if asked != family {
        return Err(ApiError::new(
            "InvalidArgsException",
            format!("The signing algorithm {name} does not match the {family} key of the CA"),
        ));
    }
    Ok(hash)
}

/// User guide, "Template varieties": the modelled templates take nothing from ApiPassthrough.
fn check_no_passthrough(input: &Value) -> Result<(), ApiError> {
    if input["ApiPassthrough"].is_null() {
        return Ok(());
    }
    Err(ApiError::new("NotModelled", "simulated-aws does not model ApiPassthrough").status(501))
}

/// User guide, "EndEntityCertificate/V1 definition" and its server and client forms: subject and SAN from
/// the CSR, CA:FALSE, key identifiers, key usage "critical, digital signature, key encipherment"; the CA
/// templates: CA:TRUE, "critical, digital signature, keyCertSign, CRL sign". Path lengths are not modelled.
fn extensions(ca: &Authority, request: &Request, profile: Profile) -> Vec<Extension> {
    let mut extensions = vec![
        match profile {
            Profile::Leaf(_) => x509::basic_constraints(false),
            Profile::Root => x509::ca_constraints(None),
            Profile::Subordinate(below) => x509::ca_constraints(Some(below)),
        },
        x509::authority_key_identifier(ca.key.public_key()),
        x509::subject_key_identifier(&request.public_key),
    ];
    let Profile::Leaf(usages) = profile else {
        extensions.push(x509::key_usage(&["DIGITAL_SIGNATURE", "CERTIFICATE_SIGNING", "CRL_SIGNING"]));
        return extensions;
    };
    extensions.push(x509::key_usage(&["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]));
    extensions.push(x509::extended_key_usage(usages));
    if let Some(names) = &request.alt_names {
        extensions.push((x509::SUBJECT_ALT_NAME, request.subject_is_empty, names.clone()));
    }
    extensions
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use x509_parser::prelude::FromDer;

    use super::*;
    use crate::keys::{PrivateKey, pem_block};
    use crate::{Aws, Key, der};

    /// A CSR (RFC 2986) with exactly this subject and this SAN extension.
    fn csr(subject: &[u8], alt_names: &[u8], is_critical: bool) -> String {
        let key = PrivateKey::cached(Key::P256, 0);
        let critical = if is_critical { der::boolean(true) } else { Vec::new() };
        let extension = der::sequence(&[der::oid(x509::SUBJECT_ALT_NAME), critical, der::octets(alt_names)]);
        let request = der::sequence(&[der::oid("1.2.840.113549.1.9.14"), der::set(&[der::sequence(&[extension])])]);
        let info =
            der::sequence(&[der::unsigned(&[0]), subject.to_vec(), key.public_key_info(), der::explicit(0, &request)]);
        let algorithm = der::sequence(&[der::oid("1.2.840.10045.4.3.2")]);
        let signature = der::bits(&key.sign(Hash::Sha256, &info).unwrap());
        pem_block("CERTIFICATE REQUEST", &der::sequence(&[info, algorithm, signature]))
    }

    #[test]
    fn subject_and_names_are_taken_byte_for_byte() {
        let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
        let ca = aws.create_private_ca(Key::P256);
        let pair = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
        let subject = x509::name(&[
            vec![pair("OU", "second"), pair("OU", "first"), pair("CN", "a.example.com")],
            vec![pair("OU", "third")],
        ]);
        // An otherName, which nothing here understands.
        let other = der::explicit(0, &[der::oid("1.3.6.1.4.1.311.20.2.3"), der::explicit(0, &der::null())].concat());
        let names = der::sequence(&[other, der::implicit(2, b"a.example.com")]);
        let answer = issue(
            &mut aws.state(),
            &json!({
                "CertificateAuthorityArn": ca,
                "Csr": aws_smithy_types::base64::encode(csr(&subject, &names, false)),
                "SigningAlgorithm": "SHA256WITHECDSA",
                "Validity": { "Type": "DAYS", "Value": 1 },
            }),
        );
        let arn = answer.unwrap()["CertificateArn"].as_str().unwrap().to_owned();
        let pem = aws.state().pca.issued[&arn].pem.clone();
        let (_, der) = pem_rfc7468::decode_vec(pem.as_bytes()).unwrap();
        let (_, certificate) = x509_parser::certificate::X509Certificate::from_der(&der).unwrap();
        assert_eq!(certificate.subject().as_raw(), subject);
        let extension = certificate.extensions().iter().find(|one| one.oid.to_id_string() == x509::SUBJECT_ALT_NAME);
        assert_eq!(extension.unwrap().value, names);
    }

    #[test]
    fn names_have_to_be_critical_where_there_is_no_subject() {
        let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
        let ca = aws.create_private_ca(Key::P256);
        let names = der::sequence(&[der::implicit(2, b"a.example.com")]);
        let issued = |is_critical| {
            let csr = csr(&der::sequence(&[]), &names, is_critical);
            let input = json!({
                "CertificateAuthorityArn": ca,
                "Csr": aws_smithy_types::base64::encode(csr),
                "SigningAlgorithm": "SHA256WITHECDSA",
                "Validity": { "Type": "DAYS", "Value": 1 },
            });
            issue(&mut aws.state(), &input).map(drop).map_err(|error| error.code)
        };
        assert_eq!(issued(true), Ok(()));
        assert_eq!(issued(false), Err("MalformedCSRException".into()));
    }
}
