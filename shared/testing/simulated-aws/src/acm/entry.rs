//! What ACM has of a certificate.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::Value;

use super::tag_history::Past;
use super::update;
use crate::aws::State;
use crate::reading::Facts;
use crate::{Key, PrivateKey};

/// One certificate.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(super) arn: String,
    /// AMAZON_ISSUED, IMPORTED or PRIVATE.
    pub(super) kind: String,
    /// The status apart from expiry, which the clock decides.
    pub(super) status: String,
    pub(super) domain_name: Option<String>,
    pub(super) names: Vec<String>,
    pub(super) key: Key,
    pub(super) key_pair_origin: String,
    /// The account and the endpoint of the ACME client.
    pub(super) acme: Option<(String, String)>,
    /// RootHierarchyType of an Amazon N2 certificate.
    pub(super) root_hierarchy: Option<String>,
    /// Whether an Amazon N2 certificate is for TLS clients only.
    pub(super) client_auth_only: bool,
    /// Missing until the certificate is issued.
    pub(super) facts: Option<Facts>,
    pub(super) pem: Option<String>,
    pub(super) chain: Option<String>,
    pub(super) private_key: Option<PrivateKey>,
    pub(super) tags: BTreeMap<String, Option<String>>,
    /// A tag was removed.
    pub(super) previously_tagged: bool,
    /// What the Resource Groups Tagging API may still show, in the order of time.
    pub(super) past_tags: Vec<Past>,
    pub(super) in_use_by: Vec<String>,
    pub(super) created_at: Timestamp,
    pub(super) issued_at: Option<Timestamp>,
    pub(super) imported_at: Option<Timestamp>,
    pub(super) revoked_at: Option<Timestamp>,
    pub(super) eligible: Option<bool>,
    pub(super) exportable: bool,
    /// The service that manages it.
    pub(super) managed_by: Option<String>,
    pub(super) ca_arn: Option<String>,
    pub(super) failure_reason: Option<String>,
    /// `DomainValidationOptions` and `RenewalSummary`, as DescribeCertificate answers them.
    pub(super) validation: Vec<Value>,
    pub(super) renewal: Option<Value>,
    /// The last change of the validation method.
    pub(super) update: Option<update::Update>,
}

impl Entry {
    pub(super) fn new(arn: &str, kind: &str, key: Key, now: Timestamp) -> Self {
        let origin = if kind == "IMPORTED" { "CUSTOMER_PROVIDED" } else { "AWS_MANAGED" };
        Self {
            arn: arn.to_owned(),
            kind: kind.to_owned(),
            status: "ISSUED".to_owned(),
            domain_name: None,
            names: Vec::new(),
            key,
            key_pair_origin: origin.to_owned(),
            acme: None,
            root_hierarchy: None,
            client_auth_only: false,
            facts: None,
            pem: None,
            chain: None,
            private_key: None,
            tags: BTreeMap::new(),
            previously_tagged: false,
            past_tags: Vec::new(),
            in_use_by: Vec::new(),
            created_at: now,
            issued_at: None,
            imported_at: None,
            revoked_at: None,
            eligible: None,
            exportable: false,
            managed_by: None,
            ca_arn: None,
            failure_reason: None,
            validation: Vec::new(),
            renewal: None,
            update: None,
        }
    }

    /// DomainName is the common name, or else the first SAN (that is unverified for imported certificates). An address
    /// is not a domain name: terraform-provider-aws's acceptance test TestAccACMCertificate_Imported_ipAddress, which runs
    /// on AWS, imports a certificate with the CN 1.2.3.4 and no SAN and finds neither DomainName nor SANs.
    pub(super) fn apply(&mut self, facts: Facts) {
        let is_domain = |name: &&String| name.parse::<IpAddr>().is_err();
        self.key = facts.key;
        self.domain_name = facts.common_name.iter().chain(&facts.names).find(is_domain).cloned();
        self.names.clone_from(&facts.names);
        self.facts = Some(facts);
    }

    /// "CertificateDetail: Status": an issued certificate past NotAfter is EXPIRED.
    pub(super) fn status(&self, now: Timestamp) -> &str {
        match &self.facts {
            Some(facts) if self.status == "ISSUED" && facts.not_after < now => "EXPIRED",
            _ => &self.status,
        }
    }

    /// "CertificateDetail: RenewalEligibility"; user guide, "Managed renewal": imported certificates are
    /// not eligible, others when they are in use or were exported.
    pub(super) fn renewal_eligibility(&self) -> &'static str {
        let eligible = self.eligible.unwrap_or(self.kind != "IMPORTED" && !self.in_use_by.is_empty());
        if eligible { "ELIGIBLE" } else { "INELIGIBLE" }
    }

    /// "CertificateDetail: CertificateUsage": "exists only for Amazon N2 certificates"; by default both.
    pub(super) fn usage(&self) -> Option<&'static str> {
        let usage = if self.client_auth_only { "CLIENT_AUTH_ONLY" } else { "CLIENT_AND_SERVER_AUTH" };
        self.root_hierarchy.is_some().then_some(usage)
    }
}

impl State {
    pub(super) fn new_certificate_arn(&mut self) -> String {
        let id = self.next_uuid();
        self.arn("acm", &format!("certificate/{id}"))
    }
}
