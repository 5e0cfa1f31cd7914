//! IssueCertificate.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::{Value, json};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::prelude::FromDer;

use super::templates::{self, Profile};
use super::{Authority, Issued, authority, chain_of};
use crate::acm::serial_number;
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};
use crate::keys::Hash;
use crate::reading::{key_kind, signature_is_valid};
use crate::x509::{self, Extension, Template};

/// API reference, IssueCertificate, IdempotencyToken: "Idempotency tokens time out after five minutes".
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// User guide, "Certificate authority modes": short-lived certificates are valid for at most seven days.
const SHORT_LIVED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// API reference, ValidityNotBefore: by default the certificate is valid from 60 minutes before issuance.
const BACKDATED: SignedDuration = SignedDuration::from_hours(1);
/// API reference, Csr: 1 to 32,768 bytes.
const LARGEST_CSR: usize = 32_768;

/// What a certificate takes from its CSR.
struct Request {
    subject: Vec<u8>,
    subject_is_empty: bool,
    /// The SAN extension's value, byte for byte.
    alt_names: Option<Vec<u8>>,
    public_key_info: Vec<u8>,
    public_key: Vec<u8>,
}

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
    let request = read_csr(input)?;
    let not_before = start_of_validity(state.now, input)?;
    let not_after = end_of_validity(state.now, input)?;
    check_validity(state.now, &ca, not_after, profile)?;
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

/// API reference, Csr, MalformedCSRException: "The certificate signing request is invalid", which its own
/// signature shows.
fn read_csr(input: &Value) -> Result<Request, ApiError> {
    let malformed = |why: String| ApiError::new("MalformedCSRException", why);
    let pem = input["Csr"].as_str().and_then(decode_blob).unwrap_or_default();
    if pem.is_empty() || pem.len() > LARGEST_CSR {
        return Err(ApiError::constraint("csr", "have length between 1 and 32768"));
    }
    let (label, der) = pem_rfc7468::decode_vec(&pem).map_err(|error| malformed(format!("not PEM: {error}")))?;
    if !matches!(label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") {
        return Err(malformed(format!("a {label}")));
    }
    let (_, csr) =
        X509CertificationRequest::from_der(&der).map_err(|error| malformed(format!("not PKCS #10: {error}")))?;
    let info = &csr.certification_request_info;
    key_kind(&info.subject_pki).map_err(malformed)?;
    let algorithm = csr.signature_algorithm.algorithm.to_id_string();
    if !signature_is_valid(&info.subject_pki, &algorithm, info.raw, &csr.signature_value.data) {
        return Err(malformed("the signature of the CSR is not valid".to_owned()));
    }
    let requested = info.attributes().iter().find_map(|attribute| match attribute.parsed_attribute() {
        ParsedCriAttribute::ExtensionRequest(request) => Some(&request.extensions),
        _ => None,
    });
    let alt_names = requested
        .into_iter()
        .flatten()
        .find(|extension| extension.oid.to_id_string() == x509::SUBJECT_ALT_NAME)
        .map(|extension| (extension.value.to_vec(), extension.critical));
    let subject = info.subject.as_raw().to_vec();
    let subject_is_empty = info.subject.iter().next().is_none();
    if subject_is_empty && alt_names.is_none() {
        return Err(malformed("neither a subject nor subject alternative names".to_owned()));
    }
    // RFC 5280, 4.2.1.6; AWS Private CA refuses it: github.com/cert-manager/csi-driver-spiffe, issue 477.
    if subject_is_empty && alt_names.as_ref().is_some_and(|(_, is_critical)| !is_critical) {
        return Err(malformed("no subject, and subject alternative names that are not critical".to_owned()));
    }
    Ok(Request {
        subject,
        subject_is_empty,
        alt_names: alt_names.map(|(value, _)| value),
        public_key_info: info.subject_pki.raw.to_vec(),
        public_key: info.subject_pki.subject_public_key.data.to_vec(),
    })
}

/// API reference, IssueCertificate, ValidityNotBefore: "expressed as an explicit date and time, using the Validity type
/// value ABSOLUTE"; by default "the issuance time minus 60 minutes". Which error another type gets is unverified.
fn start_of_validity(now: Timestamp, input: &Value) -> Result<Timestamp, ApiError> {
    let given = &input["ValidityNotBefore"];
    let start = match given["Type"].as_str() {
        None => Some(now - BACKDATED),
        Some("ABSOLUTE") => given["Value"].as_i64().and_then(|value| Timestamp::from_second(value).ok()),
        Some(_) => None,
    };
    start.ok_or_else(|| ApiError::new("InvalidArgsException", "ValidityNotBefore: the type is ABSOLUTE"))
}

/// API reference, Validity: value at least 1; ABSOLUTE is seconds since 1970, END_DATE is YYMMDDHHMMSS or
/// YYYYMMDDHHMMSS, the others count from issuance.
fn end_of_validity(now: Timestamp, input: &Value) -> Result<Timestamp, ApiError> {
    let wrong = |why: &str| ApiError::new("InvalidArgsException", format!("Validity: {why}"));
    let value = input["Validity"]["Value"].as_i64().unwrap_or_default();
    if value < 1 {
        return Err(ApiError::constraint("validity.value", "have value greater than or equal to 1"));
    }
    let small = i32::try_from(value).unwrap_or(i32::MAX).min(10_000);
    let later = |span: Span| {
        let end = now.to_zoned(TimeZone::UTC).checked_add(span);
        end.map(|end| end.timestamp()).map_err(|_| wrong("too far away"))
    };
    match input["Validity"]["Type"].as_str().unwrap_or_default() {
        "ABSOLUTE" => Timestamp::from_second(value).map_err(|_| wrong("no time")),
        "DAYS" => later(Span::new().days(value.min(4_000_000))),
        "MONTHS" => later(Span::new().months(small)),
        "YEARS" => later(Span::new().years(small.min(9_000))),
        "END_DATE" => end_date(value).ok_or_else(|| wrong("END_DATE is YYYYMMDDHHMMSS")),
        _ => Err(ApiError::constraint("validity.type", "satisfy enum value set")),
    }
}

/// RFC 5280, 4.1.2.5.1: two-digit years from 50 are of the last century.
fn end_date(value: i64) -> Option<Timestamp> {
    let mut digits = format!("{value:012}");
    if digits.len() == 12 {
        let century = if digits.as_str() >= "50" { "19" } else { "20" };
        digits.insert_str(0, century);
    }
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", &digits).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// User guide, "Issue private end-entity certificates": the certificate expires before its CA does. The error
/// code is that which users of Terraform's aws_acmpca_certificate report.
fn check_validity(now: Timestamp, ca: &Authority, not_after: Timestamp, profile: Profile) -> Result<(), ApiError> {
    if not_after <= now {
        return Err(ApiError::new("InvalidArgsException", "The certificate would expire in the past"));
    }
    if profile != Profile::Root && not_after > ca.facts.not_after {
        return Err(ApiError::validation(
            "The certificate validity specified exceeds the certificate authority validity",
        ));
    }
    if ca.short_lived && matches!(profile, Profile::Leaf(_)) && not_after.duration_since(now) > SHORT_LIVED {
        return Err(ApiError::new(
            "InvalidArgsException",
            "Certificates of a short-lived certificate CA are valid for at most seven days",
        ));
    }
    Ok(())
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
