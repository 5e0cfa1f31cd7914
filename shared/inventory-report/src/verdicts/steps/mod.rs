//! What to do next about a row, with exact commands. What is in order has none.

mod command;
mod expiring;
mod permission;

use inventory::Kind;
use jiff::Timestamp;

use crate::life::{Life, life};
use crate::model::{FindingKind, Ready, Row, Step, Use};
use crate::verdicts::use_verdict::is_exported;
use command::Command;

/// Days before the expiry of what a person renews, from which on it is to be done now.
const SOON: i64 = 45;

/// What to do next about a row, the most urgent first.
pub(crate) fn steps(row: &Row, now: Timestamp) -> Vec<Step> {
    let mut steps = expiring::steps(row, now);
    steps.extend(unused(row, now));
    steps.extend(exported(row, now));
    steps.extend(no_grant(row));
    steps.extend(permission::steps(row));
    steps
}

fn step(text: &str, command: Command<'_>) -> Step {
    Step { text: text.to_owned(), command: command.text() }
}

/// ACM's command about a row.
fn acm<'a>(row: &'a Row, operation: &'static str) -> Command<'a> {
    Command::new(&["acm", operation]).option("--region", &row.region).option("--certificate-arn", &row.entry.arn)
}

fn unused(row: &Row, now: Timestamp) -> Vec<Step> {
    let is_acms = matches!(row.entry.kind, Kind::Imported | Kind::AmazonIssued | Kind::Private);
    if row.use_verdict.verdict != Use::Unused || !is_acms || life(&row.entry, now) == Life::NotIssued {
        return Vec::new();
    }
    let check = acm(row, "describe-certificate").option("--query", "Certificate.InUseBy");
    vec![
        step("Nothing uses it. Check that this is still so: the answer has to be empty.", check),
        step("Then delete it. ACM refuses to delete what is in use.", acm(row, "delete-certificate")),
    ]
}

fn exported(row: &Row, now: Timestamp) -> Option<Step> {
    let is_due = row.entry.kind == Kind::AmazonIssued
        && is_exported(&row.entry)
        && row.readiness.verdict == Ready::NotReady
        && life(&row.entry, now) == Life::Valid;
    let command = acm(row, "export-certificate").option("--passphrase", "fileb://passphrase.txt");
    is_due.then(|| step("After each renewal, export it again and install it where its copies are.", command))
}

fn no_grant(row: &Row) -> Option<Step> {
    let is_found = row.findings.iter().any(|finding| finding.kind == FindingKind::NoGrant);
    let command = Command::new(&["kms", "list-grants"])
        .option("--region", &row.region)
        .option("--key-id", "alias/aws/acm")
        .option("--query", "Grants[].[GranteePrincipal,Constraints]");
    is_found.then(|| {
        step("Look for a grant of the resource, and set the certificate there again if there is none.", command)
    })
}
