//! A row: a certificate that the CA issued.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;
use x509::SerialNumber;

use crate::Problem;

/// The service that requests certificates for ACM, which renews them.
pub const ACM: &str = "acm.amazonaws.com";

/// A certificate that the CA issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The account that requested it.
    pub account: String,
    /// The service that requested it; `None` where a user or role of the account did.
    pub service: Option<String>,
    /// Its ARN, below that of the CA.
    pub certificate_arn: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// Its subject, similar to RFC 2253: `CN=www.example.com,O=Example`, `2.5.4.5=#hex`. May be empty.
    pub subject: String,
    /// Start of its validity.
    pub not_before: Timestamp,
    /// Its expiry.
    pub not_after: Timestamp,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Whether it was revoked.
    pub revocation: Option<Revocation>,
    /// The template that it was issued by; `None` where the report does not say.
    pub template_arn: Option<String>,
}

/// When and why a certificate was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When it was revoked.
    pub at: Timestamp,
    /// Why, as the API names it: `KEY_COMPROMISE`.
    pub reason: Option<String>,
}

impl Row {
    /// Whether ACM requested it, and so renews it.
    pub fn is_of_acm(&self) -> bool {
        self.service.as_deref() == Some(ACM)
    }

    /// Whether it is neither revoked nor expired. It may start in the future.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revocation.is_none() && self.not_after >= now
    }
}

/// A row as it is written. Absent fields are empty in CSV and omitted in JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Written {
    pub(crate) aws_account_id: Option<String>,
    pub(crate) requested_by_service_principal: Option<String>,
    pub(crate) certificate_arn: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) not_before: Option<String>,
    pub(crate) not_after: Option<String>,
    pub(crate) issued_at: Option<String>,
    pub(crate) revoked_at: Option<String>,
    pub(crate) revocation_reason: Option<String>,
    pub(crate) template_arn: Option<String>,
}

impl TryFrom<Written> for Row {
    type Error = Problem;

    fn try_from(written: Written) -> Result<Self, Problem> {
        let serial = given(written.serial, "serial")?;
        // AWS's own example has a reason without a time; only the time says that it is revoked.
        let revoked_at = written.revoked_at.filter(|text| !text.is_empty());
        let revoked_at = revoked_at.map(|text| time(&text, "revokedAt")).transpose()?;
        let reason = written.revocation_reason.filter(|text| !text.is_empty());
        Ok(Self {
            account: given(written.aws_account_id, "awsAccountId")?,
            service: written.requested_by_service_principal.filter(|text| !text.is_empty()),
            certificate_arn: given(written.certificate_arn, "certificateArn")?,
            serial: SerialNumber::parse(&serial).ok_or_else(|| Problem::Serial(beginning(&serial)))?,
            subject: written.subject.unwrap_or_default(),
            not_before: time(&given(written.not_before, "notBefore")?, "notBefore")?,
            not_after: time(&given(written.not_after, "notAfter")?, "notAfter")?,
            issued_at: time(&given(written.issued_at, "issuedAt")?, "issuedAt")?,
            revocation: revoked_at.map(|at| Revocation { at, reason }),
            template_arn: written.template_arn.filter(|text| !text.is_empty()),
        })
    }
}

fn given(field: Option<String>, name: &'static str) -> Result<String, Problem> {
    field.filter(|text| !text.is_empty()).ok_or(Problem::Missing(name))
}

fn time(text: &str, field: &'static str) -> Result<Timestamp, Problem> {
    parse_time(text).ok_or_else(|| Problem::Time { field, text: beginning(text) })
}

/// A time such as `2020-02-26T18:39:57+0000`, whose offset has no colon. By hand: three times in each row are most of the
/// time that a report takes.
fn parse_time(text: &str) -> Option<Timestamp> {
    const SHAPE: &[u8; 24] = b"0000-00-00T00:00:00+0000";
    let text: &[u8; 24] = text.as_bytes().try_into().ok()?;
    let has_shape = text.iter().zip(SHAPE).all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'+' => b"+-".contains(byte),
        _ => byte == shape,
    });
    let digits = |text: &[u8]| text.iter().fold(0, |number: i16, digit| number * 10 + i16::from(digit - b'0'));
    let two = |at: usize| i8::try_from(digits(&text[at..at + 2])).ok();
    let local = has_shape
        .then(|| DateTime::new(digits(&text[..4]), two(5)?, two(8)?, two(11)?, two(14)?, two(17)?, 0).ok())??;
    let offset = i64::from(two(20)?) * 3_600 + i64::from(two(22).filter(|minutes| *minutes < 60)?) * 60;
    let second = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs();
    x509::rfc5280_time(if text[19] == b'-' { second + offset } else { second - offset }, 0)
}

/// As much of a text as an error needs.
fn beginning(text: &str) -> String {
    text.chars().take(64).collect()
}
