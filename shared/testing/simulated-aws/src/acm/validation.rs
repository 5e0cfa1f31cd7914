//! How requested certificates get issued: records appear, ACM finds them in the DNS, or gives up.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::building::build;
use super::{CertificateSpec, Entry, without_nulls};
use crate::aws::State;
use crate::{Aws, DnsRecord};

/// "It can take several seconds" until the record is there (troubleshooting in the user guide, and
/// aws-sdk-js#2133, terraform-provider-aws#9596); five, and one more for each further name, so that some
/// names have theirs before others.
const RECORD_DELAY: SignedDuration = SignedDuration::from_secs(5);
/// User guide, "DNS validation": "If ACM is not able to validate the domain name within 72 hours ...".
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// User guide, "ACM certificate characteristics": 198 days for public certificates since February 2026,
/// 13 months (395 days) for private ones.
const PUBLIC: SignedDuration = SignedDuration::from_hours(24 * 198);
const PRIVATE: SignedDuration = SignedDuration::from_hours(24 * 395);
const N2: SignedDuration = SignedDuration::from_hours(24 * 395);
const N2_CROSS_SIGNED: SignedDuration = SignedDuration::from_hours(24 * 98);

impl Aws {
    /// How long after RequestCertificate, or a change to DNS validation, the first name's ResourceRecord appears (default: five seconds);
    /// further names follow a second later each. Zero shows all at once.
    pub fn set_record_delay(&self, delay: SignedDuration) {
        self.state().record_delay = Some(delay);
    }

    /// The CNAME that validates a domain name for this account's certificates, whichever they are. A wildcard has
    /// the one of its base name.
    pub fn validation_record(&self, domain_name: &str) -> DnsRecord {
        let option = validation(&self.account(), domain_name, "DNS", "PENDING_VALIDATION", true);
        let text = |member: &str| option["ResourceRecord"][member].as_str().unwrap_or_default().to_owned();
        DnsRecord { name: text("Name"), kind: text("Type"), values: vec![text("Value")] }
    }
}

/// API reference, DomainValidation. That a wildcard's ValidationDomain is the wildcard is recorded from AWS: LocalStack's
/// `tests/aws/services/acm/test_acm.snapshot.json`, test_certificate_for_subdomain_wildcard, 2023-04-18. User guide, "DNS validation": the token belongs to account and name,
/// and a wildcard shares the record of its base name.
pub(super) fn validation(account: &str, name: &str, method: &str, status: &str, record: bool) -> Value {
    let base = name.trim_start_matches("*.");
    let token = |salt: &str| {
        let text = format!("{salt} {account} {base}");
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        digest.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    without_nulls(json!({
        "DomainName": name,
        "ValidationDomain": name,
        "ValidationStatus": status,
        "ValidationMethod": method,
        // Empty at first (recorded from AWS: LocalStack's snapshot file, test_domain_validation, 2024-04-12).
        "ValidationEmails": (method == "EMAIL").then(|| if record { emails(base) } else { Vec::new() }),
        "ResourceRecord": (method == "DNS" && record).then(|| json!({
            "Name": format!("_{}.{base}.", token("name")),
            "Type": "CNAME",
            "Value": format!("_{}.{}.acm-validations.aws.", token("value"), &token("zone")[..10]),
        })),
        // API reference, HttpRedirect. How AWS spells the second location is unverified.
        "HttpRedirect": (method == "HTTP").then(|| json!({
            "RedirectFrom": format!("http://{base}/.well-known/pki-validation/{}.txt", token("http")),
            "RedirectTo": format!("https://validation.acm-validations.aws/{account}/{}.txt", token("http")),
        })),
    }))
}

/// User guide, "Email validation": the addresses of a domain to which ACM sends mail; a wildcard's are its base name's.
pub(super) fn emails(name: &str) -> Vec<String> {
    let domain = name.trim_start_matches("*.");
    let boxes = ["administrator", "hostmaster", "postmaster", "webmaster", "admin"];
    boxes.map(|mailbox| format!("{mailbox}@{domain}")).into()
}

/// Brings requested certificates up to the clock's now. ACM checks all the time; the model when somebody
/// asks it.
pub(super) fn settle(state: &mut State) {
    let pending: Vec<_> = state.acm.pending.iter().map(|(arn, at)| (arn.clone(), *at)).collect();
    for (arn, requested_at) in pending {
        let Some(mut entry) = state.acm.certificates.get(&arn).cloned() else {
            state.acm.pending.remove(&arn);
            continue;
        };
        let done = match (entry.status.as_str(), entry.ca_arn.clone()) {
            ("PENDING_VALIDATION", Some(ca)) => {
                if state.pca.is_active(&ca, state.now) {
                    entry = issued(state, &entry);
                } else {
                    "FAILED".clone_into(&mut entry.status);
                    // API reference, FailureReason.
                    entry.failure_reason = Some("PCA_INVALID_STATE".to_owned());
                }
                true
            }
            ("PENDING_VALIDATION", None) => look_for_records(state, &mut entry, requested_at),
            _ => true,
        };
        if done {
            state.acm.pending.remove(&arn);
        }
        state.acm.certificates.insert(arn, entry);
    }
}

/// Whether ACM has stopped looking: every name is validated, or 72 hours are over.
fn look_for_records(state: &mut State, entry: &mut Entry, requested_at: Timestamp) -> bool {
    look_up(state, &mut entry.validation, requested_at);
    if entry.validation.iter().all(|option| option["ValidationStatus"] == "SUCCESS") {
        if may_issue(state, entry) {
            *entry = issued(state, entry);
        } else {
            "FAILED".clone_into(&mut entry.status);
            entry.failure_reason = Some("CAA_ERROR".to_owned());
        }
        return true;
    }
    if state.now.duration_since(requested_at) < PATIENCE {
        return false;
    }
    "VALIDATION_TIMED_OUT".clone_into(&mut entry.status);
    set_status(entry, "FAILED");
    true
}

fn set_status(entry: &mut Entry, status: &str) {
    for option in entry.validation.iter_mut().filter(|option| option["ValidationStatus"] != "SUCCESS") {
        option["ValidationStatus"] = json!(status);
    }
}

/// Shows the records and the e-mail addresses that are due, and marks the names whose record the public DNS has.
pub(super) fn look_up(state: &State, options: &mut [Value], requested_at: Timestamp) {
    let delay = state.record_delay.unwrap_or(RECORD_DELAY);
    for (n, option) in options.iter_mut().enumerate() {
        if option["ValidationStatus"] == "SUCCESS" {
            continue;
        }
        let later = if delay.is_zero() { 0 } else { i64::try_from(n).unwrap_or(i64::MAX) };
        if state.now.duration_since(requested_at) < delay + SignedDuration::from_secs(later) {
            continue;
        }
        if option["ValidationMethod"] == "EMAIL" {
            let name = option["DomainName"].as_str().unwrap_or_default();
            option["ValidationEmails"] = json!(emails(name));
        }
        looked_up(state, option);
    }
}

/// Shows a name's record, and marks the name when the public DNS has the record with its value.
pub(super) fn looked_up(state: &State, option: &mut Value) {
    if option["ValidationMethod"] != "DNS" {
        return;
    }
    let name = option["DomainName"].as_str().unwrap_or_default();
    let mut shown = validation(&state.account, name, "DNS", "PENDING_VALIDATION", true);
    let record = &shown["ResourceRecord"];
    let found = state.route53.public_cname(record["Name"].as_str().unwrap_or_default());
    let dotted = |value: &str| format!("{}.", value.trim_end_matches('.'));
    if found.is_some_and(|value| record["Value"] == dotted(&value)) {
        shown["ValidationStatus"] = json!("SUCCESS");
    }
    *option = shown;
}

/// User guide, "Certification Authority Authorization (CAA) problems": CAA records that name other CAs only fail
/// the request or the renewal with CAA_ERROR. ACM checks each name before it issues.
pub(super) fn may_issue(state: &State, entry: &Entry) -> bool {
    entry.names.iter().all(|name| state.route53.caa_allows_amazon(name))
}

/// Of a public certificate. API reference, RequestCertificate, RootHierarchyType: 395 days of `N2_AMAZON_MANAGED`, 98 of
/// `N2_SFG2_AMAZON_MANAGED`.
fn lifetime(entry: &Entry) -> SignedDuration {
    match entry.root_hierarchy.as_deref() {
        None => PUBLIC,
        Some("N2_AMAZON_MANAGED") => N2,
        Some(_) => N2_CROSS_SIGNED,
    }
}

/// The certificate that ACM or the private CA makes for this entry now, with a new key.
pub(super) fn issued(state: &mut State, entry: &Entry) -> Entry {
    let now = state.now;
    let end = match &entry.ca_arn {
        Some(ca) => state.pca.end_of(ca).map_or(now + PRIVATE, |last| last.min(now + PRIVATE)),
        None => now + lifetime(entry),
    };
    let mut done = signed(state, entry, now, end);
    done.issued_at = Some(now);
    done
}

/// A certificate for this entry with another validity, and a new key.
pub(super) fn signed(state: &mut State, entry: &Entry, start: Timestamp, end: Timestamp) -> Entry {
    let domain = entry.domain_name.clone().unwrap_or_default();
    let spec = match &entry.ca_arn {
        Some(ca) => CertificateSpec::private(&domain, ca),
        None if entry.client_auth_only => CertificateSpec::amazon_issued(&domain).client_auth_only(),
        None => CertificateSpec::amazon_issued(&domain),
    };
    let others = entry.names.iter().filter(|name| **name != domain);
    let spec = others.fold(spec, |spec, name| spec.dns(name)).key(entry.key).not_before(start).not_after(end);
    let thin = entry.facts.is_some() && entry.pem.is_none();
    let new = build(state, &if thin { spec.thin() } else { spec });
    let mut done = entry.clone();
    done.facts = new.facts;
    done.pem = new.pem;
    done.chain = new.chain;
    done.private_key = new.private_key;
    "ISSUED".clone_into(&mut done.status);
    done
}
