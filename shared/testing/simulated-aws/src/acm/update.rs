//! UpdateCertificateOptions, and what comes of it: the change from e-mail to DNS validation
//! (user guide, "Migrate from email to DNS validation"; what is quoted of that page could not be confirmed, and is
//! unverified).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::validation::{PATIENCE, look_up, validation};
use super::{Entry, certificate_arn, epoch, find, find_mut, object};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, ListCertificateDomainValidations, MaxItems: valid range 1 to 1000, default 1000.
const LARGEST_PAGE: u64 = 1000;

/// A change of the validation method.
#[derive(Debug, Clone)]
pub(super) struct Update {
    status: &'static str,
    from: String,
    requested_at: Timestamp,
    updated_at: Timestamp,
    /// The names as DNS is to validate them, in the form of `DomainValidationOptions`.
    requested: Vec<Value>,
}

impl Update {
    /// API reference, UpdateSummary.
    pub(super) fn summary(&self) -> Value {
        json!({
            "Status": self.status,
            "Type": "DOMAIN_VALIDATION_METHOD",
            "DomainValidationMethodUpdateSummary": { "From": self.from, "To": "DNS" },
            "RequestedAt": epoch(self.requested_at),
            "UpdatedAt": epoch(self.updated_at),
        })
    }

    /// API reference, UpdateSummary, Status: "waiting for domain ownership validation to complete".
    fn is_pending(&self) -> bool {
        self.status == "PENDING_DOMAIN_VALIDATION"
    }

    /// It was asked for earlier.
    pub(super) fn age(&mut self, by: SignedDuration) {
        self.requested_at -= by;
        self.updated_at -= by;
    }

    fn end(&mut self, status: &'static str, now: Timestamp) {
        self.status = status;
        self.updated_at = now;
    }
}

/// API reference, UpdateCertificateOptions and CertificateOptions: ValidationMethod may go from e-mail to DNS;
/// "You cannot update the value of Export after the certificate is created"; the logging preference is
/// deprecated and without effect. Which error an imported certificate gets is unverified.
pub(super) fn update_options(state: &mut State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let options = &input["Options"];
    if !options.is_object() {
        return Err(ApiError::constraint("options", "not be null"));
    }
    let entry = find(state, &arn)?;
    if entry.kind == "IMPORTED" {
        return Err(ApiError::new("InvalidStateException", format!("Certificate {arn} is imported.")));
    }
    let present = if entry.exportable { "ENABLED" } else { "DISABLED" };
    if options["Export"].as_str().is_some_and(|export| export != present) {
        return Err(ApiError::validation("Export cannot be changed after the certificate is created."));
    }
    match options["ValidationMethod"].as_str() {
        None => {}
        Some("DNS") => change_to_dns(state, &arn)?,
        Some("EMAIL" | "HTTP") => {
            return Err(ApiError::validation("The validation method can only be changed from EMAIL to DNS."));
        }
        Some(_) => return Err(ApiError::constraint("options.validationMethod", "satisfy enum value set")),
    }
    Ok(json!({}))
}

/// User guide, "Migration eligibility" (unverified): a public certificate, validated by e-mail, issued, without another
/// migration in progress. "ConflictException: You are trying to update a resource or configuration that is already
/// being created or updated"; "InvalidStateException: Processing has reached an invalid state". Which error the
/// other conditions have is unverified.
fn change_to_dns(state: &mut State, arn: &str) -> Result<(), ApiError> {
    let (account, now) = (state.account.clone(), state.now);
    let entry = find_mut(state, arn)?;
    let by_email = entry.validation.iter().any(|option| option["ValidationMethod"] == "EMAIL");
    if entry.kind != "AMAZON_ISSUED" || !by_email {
        return Err(ApiError::validation("The validation method can only be changed from EMAIL to DNS."));
    }
    if entry.status(now) != "ISSUED" {
        return Err(ApiError::new("InvalidStateException", format!("Certificate {arn} is not issued.")));
    }
    if entry.update.as_ref().is_some_and(Update::is_pending) {
        return Err(ApiError::new("ConflictException", format!("Certificate {arn} is being updated.")));
    }
    let requested = entry.names.iter().map(|name| validation(&account, name, "DNS", "PENDING_VALIDATION", false));
    entry.update = Some(Update {
        status: "PENDING_DOMAIN_VALIDATION",
        from: "EMAIL".to_owned(),
        requested_at: now,
        updated_at: now,
        requested: requested.collect(),
    });
    state.acm.updates.insert(arn.to_owned());
    Ok(())
}

/// Brings changes of the validation method up to the clock's now.
///
/// "Migration is complete when ACM completes DNS validation for every domain in the certificate"; until then the
/// active method is e-mail. "If ACM doesn't verify the CNAME records within 72 hours, the migration request expires
/// and the certificate remains email-validated." (Both are of that page, and unverified.) The certificate itself stays
/// what it is. That a renewal which waits continues with the new method is unverified.
pub(super) fn settle(state: &mut State) {
    for arn in state.acm.updates.clone() {
        let Some(mut entry) = state.acm.certificates.get(&arn).cloned() else {
            state.acm.updates.remove(&arn);
            continue;
        };
        if advance(state, &mut entry) {
            state.acm.updates.remove(&arn);
        }
        state.acm.certificates.insert(arn, entry);
    }
}

/// Whether the change is over. That it fails when the certificate does not stay issued is unverified.
fn advance(state: &State, entry: &mut Entry) -> bool {
    let now = state.now;
    let is_issued = entry.status(now) == "ISSUED";
    let Some(update) = entry.update.as_mut().filter(|update| update.is_pending()) else { return true };
    look_up(state, &mut update.requested, update.requested_at);
    if is_issued && update.requested.iter().all(|option| option["ValidationStatus"] == "SUCCESS") {
        update.end("SUCCESS", now);
        entry.validation.clone_from(&update.requested);
        return true;
    }
    let is_over = !is_issued || now.duration_since(update.requested_at) >= PATIENCE;
    if is_over {
        update.end("FAILED", now);
    }
    is_over
}

/// API reference, ListCertificateDomainValidations: a summary "for each domain on the certificate", with the requested
/// configuration "only when a migration is in progress". Its errors are InvalidArgsException,
/// ResourceNotFoundException and AccessDeniedException. That certificates without validation have no summaries is
/// unverified.
pub(super) fn list(state: &State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input).map_err(invalid_args)?;
    let page = match &input["MaxItems"] {
        Value::Null => LARGEST_PAGE,
        value => value
            .as_u64()
            .filter(|items| (1..=LARGEST_PAGE).contains(items))
            .ok_or_else(|| invalid_args(ApiError::constraint("maxItems", "be between 1 and 1000")))?,
    };
    let page = usize::try_from(page).unwrap_or(usize::MAX);
    let entry = find(state, &arn)?;
    let start = match input["NextToken"].as_str() {
        None => 0,
        Some(given) => (1..entry.validation.len())
            .find(|&place| token(&arn, place) == given)
            .ok_or_else(|| invalid_args(ApiError::validation("The NextToken is not valid")))?,
    };
    let requested = entry.update.as_ref().filter(|update| update.is_pending()).map(|update| &update.requested);
    let summaries = entry.validation.iter().enumerate().skip(start).take(page).map(|(place, active)| {
        object([
            ("DomainName", active["DomainName"].clone()),
            ("ActiveValidationConfiguration", configuration(active)),
            (
                "RequestedValidationConfiguration",
                requested.and_then(|requested| requested.get(place)).map_or(Value::Null, configuration),
            ),
        ])
    });
    let end = start + page;
    Ok(object([
        ("DomainValidationSummaryList", summaries.collect()),
        ("NextToken", if end < entry.validation.len() { token(&arn, end).into() } else { Value::Null }),
    ]))
}

fn invalid_args(error: ApiError) -> ApiError {
    match error.code.as_str() {
        "ValidationException" | "InvalidArnException" => ApiError::new("InvalidArgsException", error.message),
        _ => error,
    }
}

fn token(arn: &str, place: usize) -> String {
    aws_smithy_types::base64::encode(format!("{place} {arn}"))
}

/// API reference, ValidationConfiguration and ValidationChallenge: the challenge of DNS or of e-mail; there is none for
/// HTTP. That the challenge is missing until ACM has made the record is unverified.
fn configuration(option: &Value) -> Value {
    let challenge = match option["ValidationMethod"].as_str() {
        Some("DNS") if option["ResourceRecord"].is_object() => {
            json!({ "DnsValidationChallenge": { "ResourceRecord": option["ResourceRecord"] } })
        }
        Some("EMAIL") => json!({ "EmailValidationChallenge": {
            "ValidationDomain": option["ValidationDomain"],
            "ValidationEmails": option["ValidationEmails"],
        } }),
        _ => Value::Null,
    };
    object([
        ("ValidationMethod", option["ValidationMethod"].clone()),
        ("ValidationStatus", option["ValidationStatus"].clone()),
        ("ValidationChallenge", challenge),
    ])
}
