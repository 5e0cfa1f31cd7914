//! What is asked of a served model beside AWS's own calls: paths under `/_simulated/`.
//!
//! A certificate's ARN says in which account and Region it is. What has no ARN takes `account` and `region`, and is
//! about the model's own without them.

mod accounts;

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::calls::ApiError;
use crate::organizations::{self, OrganizationControl};
use crate::places::Place;
use crate::wire::{Incoming, Response};
use crate::{Aws, Call, CallResult, Fault};

/// The status, and what to say.
type Refusal = (u16, String);
type Controlled = Result<Value, Refusal>;

/// Answers a control; `path` is what follows `/_simulated/`.
pub(crate) fn control(aws: &Aws, incoming: &Incoming<'_>, path: &str) -> Response {
    if (incoming.method, path) == ("GET", "record") {
        return response(200, "text/plain", aws.record());
    }
    match answer(aws, incoming, path) {
        Ok(body) => response(200, "application/json", body.to_string()),
        Err((status, message)) => response(status, "application/json", json!({ "message": message }).to_string()),
    }
}

fn response(status: u16, content_type: &'static str, body: String) -> Response {
    Response { status, content_type, headers: Vec::new(), body: body.into_bytes(), error: None }
}

fn answer(aws: &Aws, incoming: &Incoming<'_>, path: &str) -> Controlled {
    let body = incoming.body;
    match (incoming.method, path) {
        ("GET", "clock") => Ok(clock(aws)),
        ("PUT", "clock") => move_clock(aws, read(body)?),
        ("GET", "calls") => Ok(json!(counts(aws, |_| true))),
        ("POST", "calls") => Ok(json!(counts_about(aws, &read(body)?))),
        ("GET", "batches") => Ok(json!(batches(aws))),
        ("PUT", "fail-next") => Ok(fail_next(aws, read(body)?)),
        ("PUT", "record-delay") => Ok(record_delay(aws, &read(body)?)),
        ("PUT", "tagging-delay") => Ok(tagging_delay(aws, &read(body)?)),
        ("PUT", "name-quota") => Ok(name_quota(aws, &read(body)?)),
        ("PUT", "result-token") => Ok(result_token(aws, &read(body)?)),
        ("POST", "import") => import(aws, read(body)?),
        ("PUT", "in-use") => in_use(aws, &read(body)?),
        ("PUT", "age") => age(aws, &read(body)?),
        ("PUT", "days-left") => days_left(aws, &read(body)?),
        ("PUT", "mail-answer") => on_certificate(aws, &read(body)?, Aws::answer_validation_mail),
        ("PUT", "renewal") => on_certificate(aws, &read(body)?, Aws::start_managed_renewal),
        ("PUT", "acme") => acme(aws, read(body)?),
        ("PUT", "organization") => organization(aws, read(body)?),
        ("PUT", "alternate-contact") => accounts::alternate_contact(aws, read(body)?),
        ("PUT", "role") => accounts::role(aws, &read(body)?),
        ("PUT", "region") => accounts::region(aws, &read(body)?),
        (method, path) => Err((404, format!("there is no {method} /_simulated/{path}"))),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| (400, error.to_string()))
}

/// An account in a Region, the model's own by default.
#[derive(Deserialize)]
struct Where {
    account: Option<String>,
    region: Option<String>,
}

impl Where {
    fn scope(&self, aws: &Aws) -> Aws {
        let own = |given: &Option<String>, own: fn(&Aws) -> String| given.clone().unwrap_or_else(|| own(aws));
        aws.scoped(&own(&self.account, Aws::account), &own(&self.region, Aws::region))
    }
}

/// The handle for the account and Region of a certificate.
fn of_certificate(aws: &Aws, arn: &str) -> Result<Aws, Refusal> {
    let place = Place::of_arn(arn).ok_or_else(|| (400, format!("{arn} is not an ARN")))?;
    Ok(aws.scoped(&place.account, &place.region))
}

fn done(is_done: bool, arn: &str) -> Controlled {
    if is_done {
        Ok(json!({}))
    } else {
        Err((404, format!("there is no such certificate, or not in that state: {arn}")))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MoveClock {
    now: Option<Timestamp>,
    advance_seconds: Option<i64>,
}

fn clock(aws: &Aws) -> Value {
    json!({ "now": aws.now().to_string(), "region": aws.region() })
}

fn move_clock(aws: &Aws, wanted: MoveClock) -> Controlled {
    let later = match (wanted.now, wanted.advance_seconds) {
        (Some(now), None) => now,
        (None, Some(seconds)) => {
            let later = aws.now().checked_add(SignedDuration::from_secs(seconds));
            later.map_err(|error| (400, error.to_string()))?
        }
        _ => return Err((400, "either now or advanceSeconds is needed".to_owned())),
    };
    aws.set_time(later);
    Ok(clock(aws))
}

/// How often each operation was called, such as `acm:ListCertificates`, in all accounts and Regions.
fn counts(aws: &Aws, is_counted: impl Fn(&Call) -> bool) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in aws.state().calls.iter().filter(|call| is_counted(call)) {
        *counts.entry(format!("{}:{}", call.service, call.operation)).or_default() += 1;
    }
    counts
}

/// The same for the calls that name a certificate.
fn counts_about(aws: &Aws, wanted: &OfCertificate) -> BTreeMap<String, usize> {
    counts(aws, |call| call.input["CertificateArn"] == wanted.certificate_arn.as_str())
}

/// How many batches of changes were made in each hosted zone.
fn batches(aws: &Aws) -> BTreeMap<String, usize> {
    let mut batches = BTreeMap::new();
    for call in &aws.state().calls {
        if call.operation == "ChangeResourceRecordSets" && call.result == CallResult::Ok {
            *batches.entry(call.input["Id"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    batches
}

#[derive(Deserialize)]
struct FailNext {
    operation: String,
    code: String,
    times: u64,
}

fn fail_next(aws: &Aws, wanted: FailNext) -> Value {
    let message = format!("{} refused by the test", wanted.operation);
    aws.fail_next(&wanted.operation, wanted.times, Fault::Error { code: wanted.code, message, status: 400 });
    json!({})
}

#[derive(Deserialize)]
struct Delay {
    seconds: f64,
}

impl Delay {
    fn duration(&self) -> SignedDuration {
        SignedDuration::try_from_secs_f64(self.seconds).unwrap_or(SignedDuration::MAX)
    }
}

fn record_delay(aws: &Aws, wanted: &Delay) -> Value {
    aws.set_record_delay(wanted.duration());
    json!({})
}

fn tagging_delay(aws: &Aws, wanted: &Delay) -> Value {
    aws.set_tagging_delay(wanted.duration());
    json!({})
}

#[derive(Deserialize)]
struct NameQuota {
    names: usize,
    #[serde(flatten)]
    place: Where,
}

fn name_quota(aws: &Aws, wanted: &NameQuota) -> Value {
    wanted.place.scope(aws).set_name_quota(wanted.names);
    json!({})
}

#[derive(Deserialize)]
struct ResultToken {
    rule: String,
    #[serde(flatten)]
    place: Where,
}

fn result_token(aws: &Aws, wanted: &ResultToken) -> Value {
    json!({ "resultToken": wanted.place.scope(aws).new_result_token(&wanted.rule) })
}

/// ImportCertificate's own members, and when it was called.
#[derive(Deserialize)]
struct Import {
    at: Timestamp,
    input: Value,
    #[serde(flatten)]
    place: Where,
}

fn import(aws: &Aws, wanted: Import) -> Controlled {
    let refused = |error: ApiError| (400, format!("{}: {}", error.code, error.message));
    wanted.place.scope(aws).import_at(wanted.at, &wanted.input).map_err(refused)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfCertificate {
    certificate_arn: String,
}

fn on_certificate(aws: &Aws, wanted: &OfCertificate, action: fn(&Aws, &str) -> bool) -> Controlled {
    let arn = &wanted.certificate_arn;
    done(action(&of_certificate(aws, arn)?, arn), arn)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InUse {
    certificate_arn: String,
    resources: Vec<String>,
}

fn in_use(aws: &Aws, wanted: &InUse) -> Controlled {
    let (arn, scoped) = (&wanted.certificate_arn, of_certificate(aws, &wanted.certificate_arn)?);
    let is_there = scoped.tags(arn).is_some();
    if is_there {
        scoped.set_in_use_by(arn, &wanted.resources.iter().map(String::as_str).collect::<Vec<_>>());
    }
    done(is_there, arn)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Age {
    certificate_arn: String,
    hours: i64,
}

fn age(aws: &Aws, wanted: &Age) -> Controlled {
    let arn = &wanted.certificate_arn;
    done(of_certificate(aws, arn)?.age_request(arn, SignedDuration::from_hours(wanted.hours)), arn)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DaysLeft {
    certificate_arn: String,
    days: i64,
}

fn days_left(aws: &Aws, wanted: &DaysLeft) -> Controlled {
    let arn = &wanted.certificate_arn;
    done(of_certificate(aws, arn)?.set_days_left(arn, wanted.days), arn)
}

fn organization(aws: &Aws, wanted: OrganizationControl) -> Controlled {
    let account = wanted.account.clone().unwrap_or_else(|| aws.account());
    organizations::apply(&aws.scoped(&account, &aws.region()), wanted).map_err(|why| (400, why))
}

/// A CA, and what happens there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Acme {
    server: String,
    /// Members of `AcmeSettings`; what is not named stays.
    #[serde(default)]
    settings: serde_json::Map<String, Value>,
    #[serde(default)]
    external_account: Option<ExternalAccount>,
    #[serde(default)]
    rotate_intermediate: bool,
    /// Names, or an empty list for all certificates.
    announce_revocation: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExternalAccount {
    key_id: String,
    /// In base64url, as CAs give it to their customers.
    mac_key: String,
}

/// Changes a CA, and shows how it behaves, its root and how many certificates, orders and refusals there were.
fn acme(aws: &Aws, wanted: Acme) -> Controlled {
    let server = aws.acme_server(&wanted.server);
    let mut settings = json!(server.settings());
    if let Some(members) = settings.as_object_mut() {
        members.extend(wanted.settings);
    }
    let settings = serde_json::from_value(settings).map_err(|error| (400, error.to_string()))?;
    server.configure(|present| *present = settings);
    if let Some(account) = wanted.external_account {
        let key = Base64UrlUnpadded::decode_vec(account.mac_key.trim_end_matches('='));
        server.add_external_account(&account.key_id, &key.map_err(|_| (400, "macKey is not base64url".to_owned()))?);
    }
    if wanted.rotate_intermediate {
        server.rotate_intermediate();
    }
    if let Some(names) = wanted.announce_revocation {
        server.announce_revocation(&names.iter().map(String::as_str).collect::<Vec<_>>());
    }
    Ok(json!({
        "settings": server.settings(),
        "root": server.root_pem(),
        "certificates": server.certificates().len(),
        "orders": server.orders().len(),
        "rateLimited": server.rate_limited(),
    }))
}
