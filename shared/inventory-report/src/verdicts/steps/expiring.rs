//! What to do before, or after, something expires that nothing renews.

use certificates::RenewalStatus;
use inventory::Kind;
use jiff::Timestamp;

use super::command::Command;
use super::{SOON, acm, step};
use crate::life::{Life, life};
use crate::model::{Renewer, Row, Step, Use};
use crate::verdicts::renewer::{Method, method, tag_state};

pub(super) fn steps(row: &Row, now: Timestamp) -> Vec<Step> {
    let entry = &row.entry;
    let is_soon = row.days_left.is_some_and(|days| days <= SOON);
    match (life(entry, now), entry.kind, row.renewal.who) {
        (Life::NotIssued, Kind::AmazonIssued, _) => not_issued(row),
        (Life::NotIssued | Life::Ended | Life::Endless, ..) => Vec::new(),
        (_, Kind::Imported, Renewer::Nobody) if row.use_verdict.verdict != Use::Unused => imported(row),
        (Life::Expired, Kind::AmazonIssued, _) if row.use_verdict.verdict == Use::InUse => replace(row),
        (Life::Expired, Kind::Private, _) if row.use_verdict.verdict == Use::InUse => replace(row),
        (Life::Expired, Kind::AmazonIssued | Kind::Private | Kind::Acme, _) => Vec::new(),
        (_, Kind::AmazonIssued | Kind::Private, Renewer::Nobody) if row.use_verdict.verdict != Use::Unused => {
            stuck(row)
        }
        (_, Kind::AmazonIssued, Renewer::Person) => by_email(row, is_soon),
        (_, Kind::IamServer, _) => iam(row),
        (_, Kind::ApiClient, _) if is_soon => api_client(row),
        (_, Kind::PrivateCa, _) if is_soon => private_ca(row),
        _ => Vec::new(),
    }
}

fn not_issued(row: &Row) -> Vec<Step> {
    match (row.entry.status.as_str(), method(&row.entry)) {
        ("PENDING_VALIDATION", Some(Method::Email)) => vec![email(row)],
        ("PENDING_VALIDATION", _) => vec![records(row)],
        _ => vec![step("It was never issued: delete the request.", acm(row, "delete-certificate"))],
    }
}

fn imported(row: &Row) -> Vec<Step> {
    let state = tag_state(&row.entry);
    let failed = state.as_ref().filter(|state| state.recorded.status == Some(RenewalStatus::RenewalFailed));
    if let Some(failed) = failed.filter(|state| state.settings.renew_from.is_some()) {
        let advice = failed.recorded.reason.map_or("Check the log of imported-renewal.", |reason| reason.advice());
        let tags =
            acm(row, "add-tags-to-certificate").option("--tags", "Key=acm-autopilot:status,Value=pending-renewal");
        return vec![Step { text: advice.to_owned(), command: None }, step("Then request the renewal again.", tags)];
    }
    let source = acm(row, "add-tags-to-certificate")
        .option("--tags", "Key=acm-autopilot:renew-from,Value=private-ca")
        .word("Key=acm-autopilot:private-ca,Value=CA_ARN");
    let import = acm(row, "import-certificate")
        .option("--certificate", "fileb://certificate.pem")
        .option("--private-key", "fileb://private-key.pem")
        .option("--certificate-chain", "fileb://chain.pem");
    vec![
        step("Name the source from which imported-renewal renews it: private-ca, acme or secret.", source),
        step("Or import a new certificate under the same ARN.", import),
    ]
}

fn stuck(row: &Row) -> Vec<Step> {
    let status =
        acm(row, "describe-certificate").option("--query", "Certificate.[RenewalSummary,InUseBy,RenewalEligibility]");
    let mut steps = vec![step("See why ACM does not renew it.", status)];
    if matches!(method(&row.entry), Some(Method::Dns)) && row.entry.renewal_eligibility.as_deref() == Some("ELIGIBLE") {
        steps.push(records(row));
    }
    steps
}

fn records(row: &Row) -> Step {
    let query = "Certificate.DomainValidationOptions[].[DomainName,ValidationStatus,ResourceRecord]";
    step("Create these CNAME records in public DNS.", acm(row, "describe-certificate").option("--query", query))
}

fn email(row: &Row) -> Step {
    let command = acm(row, "resend-validation-email")
        .option("--domain", &row.entry.name)
        .option("--validation-domain", &row.entry.name);
    step("Have the e-mail sent again, and follow its link.", command)
}

/// ACM changes the method of a certificate in place
/// ([UpdateCertificateOptions](https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html)).
fn by_email(row: &Row, is_soon: bool) -> Vec<Step> {
    let mut steps = if is_soon { vec![email(row)] } else { Vec::new() };
    let update = acm(row, "update-certificate-options").option("--options", "ValidationMethod=DNS");
    steps.push(step("Have its domains validated by DNS: then no person has to act again.", update));
    steps.push(records(row));
    steps
}

fn replace(row: &Row) -> Vec<Step> {
    let command = acm(row, "describe-certificate").option("--query", "Certificate.[InUseBy,SubjectAlternativeNames]");
    vec![step("It has expired. Request another one with the same names, and switch what uses this one to it.", command)]
}

fn iam(row: &Row) -> Vec<Step> {
    let request = Command::new(&["acm", "request-certificate"])
        .option("--validation-method", "DNS")
        .option("--domain-name", "DOMAIN_NAME");
    let delete =
        Command::new(&["iam", "delete-server-certificate"]).option("--server-certificate-name", &row.entry.name);
    vec![
        step("Request a certificate of ACM instead, in the Region of what uses it, and switch to it.", request),
        step("Then, when nothing uses it any more, delete this one.", delete),
    ]
}

fn api_client(row: &Row) -> Vec<Step> {
    let generate = Command::new(&["apigateway", "generate-client-certificate"]).option("--region", &row.region);
    vec![step("Generate another one, let the backends trust it, and set it in the stages.", generate)]
}

fn private_ca(row: &Row) -> Vec<Step> {
    let request = Command::new(&["acm-pca", "get-certificate-authority-csr"])
        .option("--region", &row.region)
        .option("--certificate-authority-arn", &row.entry.arn)
        .option("--output", "text");
    vec![step("Have its parent CA issue a new certificate for this request, and install it.", request)]
}
