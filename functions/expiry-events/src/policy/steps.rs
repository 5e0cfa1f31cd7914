//! What a person is asked to do: exact commands, tags and records.

use certificates::{CertificateFacts, DomainValidation, ResourceRecord, Validation, tags};

use super::news::{News, has_room_to_remember};
use super::outlook::Outlook;
use super::{Look, Settings};

/// A certificate has up to 100 domains and a message 256 KiB; beyond so many records the notice says
/// where the rest is.
const LISTED_RECORDS: usize = 30;
/// Domains beyond so many are counted, not listed.
const LISTED_DOMAINS: usize = 10;
/// With so few days left, the way by hand is told too.
const BY_HAND_DAYS: i64 = 7;
/// The names in a CAA record that allow ACM to issue
/// ([CAA records](https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html)).
const CAA_NAMES: &str = "amazon.com, amazontrust.com, awstrust.com or amazonaws.com";

/// What to do.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) steps: Vec<String>,
    pub(super) records: Vec<ResourceRecord>,
}

impl Steps {
    fn then(&mut self, step: impl Into<String>) {
        self.steps.push(step.into());
    }
}

/// The steps for this notice; none when there is nothing to do.
pub(super) fn of(news: News, look: &Look, settings: &Settings, outlook: &Outlook) -> Steps {
    let facts = &look.facts;
    let mut steps = Steps::default();
    match news {
        News::Renewed | News::Rotated if facts.in_use == Some(false) => {
            steps.then("If copies are in use outside AWS, export it again and replace them.");
        }
        News::Renewed | News::Rotated => {}
        News::Revoked => revoked(&mut steps, facts),
        News::Expiring | News::Expired | News::ActionRequired => end(&mut steps, look, settings, outlook),
    }
    for unreadable in &look.instructions.unreadable {
        steps.then(format!("Correct or remove a tag: {unreadable}."));
    }
    if !has_room_to_remember(look) {
        steps.then(format!(
            "Remove at least {}: a certificate has at most {} tags, and the tag {} keeps notices from being missed or \
             repeated.",
            count_of_tags(look, &[tags::NOTICED]),
            tags::LIMIT,
            tags::NOTICED
        ));
    }
    steps
}

fn revoked(steps: &mut Steps, facts: &CertificateFacts) {
    if facts.in_use != Some(false) {
        steps.then("Request or import another certificate and put it in place of this one in every resource.");
    }
    steps.then("Find out who revoked it and why: CloudTrail has the call.");
    steps.then(format!("When nothing uses it any more, delete it: {}", cli(facts, "delete-certificate", "")));
}

fn end(steps: &mut Steps, look: &Look, settings: &Settings, outlook: &Outlook) {
    let facts = &look.facts;
    let tag =
        |key: &str, value: &str| cli(facts, "add-tags-to-certificate", &format!(" --tags Key={key},Value={value}"));
    let retry = tag(tags::STATUS, "pending-renewal");
    match outlook {
        // In the last days, what should happen by itself is worth a look.
        Outlook::JustRequested | Outlook::UnderWay(..) if !outlook.renews_itself(look) => {
            steps.then(
                "Watch for the notice of its end. If none comes within an hour, look at the log of imported-renewal.",
            );
            steps.then(format!("If it fails, import a new certificate under the same ARN: {}", import(facts)));
        }
        Outlook::AcmInTime(_) | Outlook::Scheduled(_) | Outlook::JustRequested | Outlook::UnderWay(..) => {}
        Outlook::AcmLate => {
            steps.then(format!("See what ACM says: {}", describe_renewal(facts)));
            keep_records(steps, settings, facts.domain_validations.iter());
        }
        Outlook::AcmByEmail => by_email(steps, facts, facts.domain_validations.iter()),
        Outlook::AcmStuck => stuck(steps, settings, facts),
        Outlook::AcmWillNot if facts.in_use == Some(false) => {
            steps.then(format!("If it is not needed, delete it: {}", cli(facts, "delete-certificate", "")));
            steps.then("If it is needed, request a new one and use it.");
            steps.then(format!("To keep it and hear no more of it: {}", tag(tags::NOTICES, "off")));
        }
        Outlook::AcmWillNot => {
            steps.then(format!("See what ACM says: {}", describe_renewal(facts)));
            steps.then("Request a new certificate and put it in place of this one in every resource.");
        }
        Outlook::FailedForNow(reason) => steps.then(reason.advice()),
        Outlook::Failed(reason) => {
            steps.then(reason.map_or("Look at the log of imported-renewal.", |reason| reason.advice()));
            steps.then(format!("Then start it again: {retry}"));
        }
        Outlook::NoRoom => steps.then(format!(
            "Remove at least {}: a certificate has at most {} tags, and a renewal needs {} of them.",
            count_of_tags(look, &tags::RENEWAL),
            tags::LIMIT,
            tags::RENEWAL.len()
        )),
        Outlook::UnknownSource(_) => {
            steps.then(format!("Name a known source: {}", tag(tags::RENEW_FROM, "private-ca")))
        }
        Outlook::NotDeployed => {
            steps.then("Deploy imported-renewal (the template's parameter DeployImportedRenewal).");
            steps.then(format!("Or import a new certificate under the same ARN: {}", import(facts)));
        }
        Outlook::Nobody | Outlook::Revoked => {
            if facts.in_use == Some(false) {
                steps.then(format!("If it is not needed, delete it: {}", cli(facts, "delete-certificate", "")));
                steps.then(format!("To keep it and hear no more of it: {}", tag(tags::NOTICES, "off")));
            }
            steps.then(format!("Import a new certificate under the same ARN: {}", import(facts)));
            steps.then(format!(
                "Or, if its clients trust a private CA of yours in AWS, have it renewed from there by itself: {}",
                tag(tags::RENEW_FROM, "private-ca")
            ));
        }
    }
    let ours =
        matches!(outlook, Outlook::FailedForNow(_) | Outlook::Failed(_) | Outlook::NoRoom | Outlook::UnknownSource(_));
    if ours && look.days_left().is_some_and(|left| left <= BY_HAND_DAYS) {
        steps.then(format!("If that takes too long, import a new certificate under the same ARN: {}", import(facts)));
    }
}

/// ACM says that it cannot go on.
fn stuck(steps: &mut Steps, settings: &Settings, facts: &CertificateFacts) {
    let reason = facts.renewal.as_ref().and_then(|renewal| renewal.reason.as_deref());
    let waiting: Vec<&DomainValidation> = facts.domains_waiting().collect();
    match reason {
        Some("CAA_ERROR") => {
            let domains = if waiting.is_empty() { facts.subject_alternative_names.clone() } else { names(&waiting) };
            steps.then(format!("Allow {CAA_NAMES} in the CAA records of: {}.", listed(&domains)));
        }
        Some(reason) if reason.starts_with("PCA_") => {
            steps.then("Bring the private CA to the state ACTIVE, and let ACM (acm.amazonaws.com) issue from it.");
        }
        _ => {
            keep_records(steps, settings, waiting.iter().copied());
            by_email(steps, facts, waiting.iter().copied());
        }
    }
    steps.then(format!("See what ACM says: {}", describe_renewal(facts)));
}

/// The CNAME records of these domains have to exist.
fn keep_records<'a>(steps: &mut Steps, settings: &Settings, domains: impl Iterator<Item = &'a DomainValidation>) {
    let mut records: Vec<ResourceRecord> = Vec::new();
    for domain in domains {
        // A domain and its wildcard share one record.
        if let Validation::Dns(Some(record)) = &domain.validation
            && !records.contains(record)
        {
            records.push(record.clone());
        }
    }
    if records.is_empty() {
        return;
    }
    steps.then(if settings.records_are_kept {
        "dns-validation puts the CNAME records below into the hosted zones that it reaches, and sends a notice of its \
         own where it cannot. Create them by hand only then, and keep them: every later renewal needs them."
    } else {
        "Make sure that the CNAME records below exist in the public DNS, and keep them: every later renewal needs them."
    });
    if records.len() > LISTED_RECORDS {
        let more = records.len() - LISTED_RECORDS;
        steps.then(format!("{more} more records are in the answer of aws acm describe-certificate."));
        records.truncate(LISTED_RECORDS);
    }
    steps.records = records;
}

/// Somebody has to follow the link in an e-mail for each of these domains.
fn by_email<'a>(steps: &mut Steps, facts: &CertificateFacts, domains: impl Iterator<Item = &'a DomainValidation>) {
    let domains: Vec<&DomainValidation> =
        domains.filter(|domain| matches!(domain.validation, Validation::Email(_))).collect();
    let Some(first) = domains.first() else { return };
    let addresses = match &first.validation {
        Validation::Email(addresses) if !addresses.is_empty() => {
            format!(" (for {}: {})", first.domain_name, listed(addresses))
        }
        _ => String::new(),
    };
    steps.then(format!("Follow the link in ACM's e-mails{addresses}. Domains: {}.", listed(&names(&domains))));
    let options = format!(" --domain {0} --validation-domain {0}", first.domain_name.trim_start_matches("*."));
    steps.then(format!("To have an e-mail sent again: {}", cli(facts, "resend-validation-email", &options)));
    steps.then("For renewals without a person, request a new certificate that is validated by DNS.");
}

fn import(facts: &CertificateFacts) -> String {
    let files =
        " --certificate fileb://certificate.pem --private-key fileb://key.pem --certificate-chain fileb://chain.pem";
    cli(facts, "import-certificate", files)
}

fn describe_renewal(facts: &CertificateFacts) -> String {
    cli(facts, "describe-certificate", " --query Certificate.RenewalSummary")
}

/// A command of the AWS CLI for this certificate. It ends its step without a full stop, which would
/// be copied with it.
fn cli(facts: &CertificateFacts, command: &str, options: &str) -> String {
    format!("aws acm {command} --region {} --certificate-arn {}{options}", facts.arn.region(), facts.arn)
}

fn names(domains: &[&DomainValidation]) -> Vec<String> {
    domains.iter().map(|domain| domain.domain_name.clone()).collect()
}

fn listed(items: &[String]) -> String {
    let shown = items.iter().take(LISTED_DOMAINS).cloned().collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(LISTED_DOMAINS) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// How many tags have to go, so that these can be written.
fn count_of_tags(look: &Look, keys: &[&str]) -> String {
    let present = look.tags.iter().filter(|(key, _)| !key.starts_with("aws:")).count();
    let new = keys.iter().filter(|key| !look.tags.contains(key)).count();
    match (present + new).saturating_sub(tags::LIMIT).max(1) {
        1 => "1 tag".into(),
        more => format!("{more} tags"),
    }
}
