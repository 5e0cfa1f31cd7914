//! From when and until when a certificate that IssueCertificate makes is valid.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::Value;

use super::Authority;
use super::templates::Profile;
use crate::calls::ApiError;

/// User guide, "Certificate authority modes": short-lived certificates are valid for at most seven days.
const SHORT_LIVED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// API reference, ValidityNotBefore: by default the certificate is valid from 60 minutes before issuance.
const BACKDATED: SignedDuration = SignedDuration::from_hours(1);

/// API reference, IssueCertificate, ValidityNotBefore: "expressed as an explicit date and time, using the Validity type
/// value ABSOLUTE"; by default "the issuance time minus 60 minutes". Which error another type gets is unverified.
pub(super) fn start(now: Timestamp, input: &Value) -> Result<Timestamp, ApiError> {
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
pub(super) fn end(now: Timestamp, input: &Value) -> Result<Timestamp, ApiError> {
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
pub(super) fn check(now: Timestamp, ca: &Authority, not_after: Timestamp, profile: Profile) -> Result<(), ApiError> {
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
