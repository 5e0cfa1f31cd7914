//! What a person is asked to do when ACM cannot continue its own renewal.

use certificates::{CertificateDetail, DomainValidation, ResourceRecord, Validation};

use super::commands::{cli, describe_renewal};
use super::phrases::{listed, name};
use super::steps::Steps;
use crate::policy::Settings;

/// A certificate has up to 100 domains and a message 256 KiB; beyond this many records the notice says
/// where the rest is.
const LISTED_RECORDS: usize = 30;
/// The names in a CAA record that allow ACM to issue
/// ([CAA records](https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html)).
const CAA_NAMES: &str = "amazon.com, amazontrust.com, awstrust.com or amazonaws.com";

/// ACM says that it cannot continue without a person.
pub(super) fn resolve(steps: &mut Steps, settings: &Settings, certificate: &CertificateDetail) {
    let reason = certificate.renewal.as_ref().and_then(|renewal| renewal.reason.as_deref());
    let waiting: Vec<&DomainValidation> = certificate.domains_waiting().collect();
    match reason {
        Some("CAA_ERROR") => {
            let domains =
                if waiting.is_empty() { certificate.subject_alternative_names.clone() } else { names(&waiting) };
            steps.add(format!("Allow {CAA_NAMES} in the CAA records of: {}.", listed(&domains)));
        }
        Some(reason) if reason.starts_with("PCA_") => {
            steps.add("Bring the private CA to the state ACTIVE, and permit ACM (acm.amazonaws.com) to issue from it.");
        }
        _ => {
            keep_records(steps, settings, waiting.iter().copied());
            approve_by_email(steps, certificate, waiting.iter().copied());
        }
    }
    steps.add(format!("See what ACM says: {}", describe_renewal(certificate)));
}

/// The CNAME records of these domains have to exist.
pub(super) fn keep_records<'a>(
    steps: &mut Steps,
    settings: &Settings,
    domains: impl Iterator<Item = &'a DomainValidation>,
) {
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
    steps.add(if settings.records_are_kept {
        "dns-validation creates the CNAME records below in the hosted zones that it can reach, and sends a notice of \
         its own where it cannot. Only then create them by hand. Keep the records: every later renewal needs them."
    } else {
        "Make sure that the CNAME records below exist in the public DNS. Keep the records: every later renewal needs them."
    });
    let more = records.len().saturating_sub(LISTED_RECORDS);
    if more > 0 {
        steps.add(format!("{more} more records are in the answer of aws acm describe-certificate."));
    }
    records.truncate(LISTED_RECORDS);
    steps.records = records;
}

/// Somebody has to follow the link in an e-mail for each of these domains.
pub(super) fn approve_by_email<'a>(
    steps: &mut Steps,
    certificate: &CertificateDetail,
    domains: impl Iterator<Item = &'a DomainValidation>,
) {
    let by_email = |domain: &'a DomainValidation| match &domain.validation {
        Validation::Email(addresses) => Some((domain, addresses)),
        _ => None,
    };
    let waiting: Vec<(&DomainValidation, &Vec<String>)> = domains.filter_map(by_email).collect();
    let Some((first, addresses)) = waiting.first() else { return };
    let sent_to = match addresses.as_slice() {
        [] => String::new(),
        addresses => format!(" (for {}: {})", name(&first.domain_name), listed(addresses)),
    };
    let domains: Vec<&DomainValidation> = waiting.iter().map(|(domain, _)| *domain).collect();
    steps.add(format!("Follow the link in ACM's e-mails{sent_to}. Domains: {}.", listed(&names(&domains))));
    let options = format!(" --domain {0} --validation-domain {0}", name(first.domain_name.trim_start_matches("*.")));
    steps.add(format!("To have an e-mail sent again: {}", cli(certificate, "resend-validation-email", &options)));
    steps.add("To have renewals without approval, request a new certificate that is validated by DNS.");
}

fn names(domains: &[&DomainValidation]) -> Vec<String> {
    domains.iter().map(|domain| domain.domain_name.clone()).collect()
}
