//! ListCertificates.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Entry, epoch, shown_algorithm};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::{Aws, Key};

/// API reference, ListCertificates, MaxItems: valid range 1 to 1000.
const LARGEST_PAGE: u64 = 1000;
/// The page when MaxItems is missing is unverified; a small one finds code that does not page.
const DEFAULT_PAGE: u64 = 100;

impl Aws {
    /// From now on ACM answers as an endpoint does that is older than Amazon N2 certificates: it has none, and ignores
    /// RootHierarchyTypes, as AWS's JSON protocol does with members that are not in the service's model.
    pub fn forget_root_hierarchies(&self) {
        self.state().acm.before_n2 = true;
    }
}

/// Answers text: as a tree of values, the certificates of an account cost more time than anything else.
pub(super) fn list(state: &State, input: &Value) -> Answer {
    let mut input = input.clone();
    if let Some(members) = input.as_object_mut().filter(|_| state.acm.before_n2) {
        members.remove("RootHierarchyTypes");
    }
    let input = &input;
    let page = usize::try_from(page_size(input)?).unwrap_or(usize::MAX);
    check_sorting(input)?;
    check_enums(input)?;
    let start_after = start_after(state, input)?;
    let now = state.now;

    let wanted = Wanted::of(input);
    let mut matching = state
        .acm
        .certificates
        .values()
        .filter(|entry| start_after.as_deref().is_none_or(|last| entry.arn.as_str() > last))
        .filter(|entry| wanted.matches(entry, now));
    let mut summaries = Vec::new();
    let mut last = None;
    for entry in matching.by_ref().take(page) {
        summaries.push(Summary::of(entry, now));
        last = Some(entry.arn.as_str());
    }
    let more = matching.next().is_some();
    let next_token = last.filter(|_| more).map(|last| token(last, input));
    let page = Page { certificate_summary_list: summaries, next_token };
    Ok(Value::String(serde_json::to_string(&page).expect("it is made of texts and numbers")))
}

fn page_size(input: &Value) -> Result<u64, ApiError> {
    match &input["MaxItems"] {
        Value::Null => Ok(DEFAULT_PAGE),
        value => match value.as_u64() {
            Some(items @ 1..=LARGEST_PAGE) => Ok(items),
            _ => Err(ApiError::constraint("maxItems", "be between 1 and 1000")),
        },
    }
}

/// API reference, SortBy: "If you specify SortBy, you must also specify SortOrder", and the reverse.
/// Descending order is not modelled.
fn check_sorting(input: &Value) -> Result<(), ApiError> {
    match (input["SortBy"].as_str(), input["SortOrder"].as_str()) {
        (None, None) | (Some("CREATED_AT"), Some("ASCENDING")) => Ok(()),
        (Some("CREATED_AT"), Some("DESCENDING")) => {
            Err(ApiError::new("NotModelled", "simulated-aws does not sort in descending order").status(501))
        }
        (Some(_), Some(_)) => Err(ApiError::constraint("sortBy", "satisfy enum value set: [CREATED_AT]")),
        _ => Err(ApiError::validation("SortBy and SortOrder must be specified together")),
    }
}

/// The closed sets of what is newer than the service models of `parameters`.
fn check_enums(input: &Value) -> Result<(), ApiError> {
    let hierarchies = &input["RootHierarchyTypes"];
    if !strings(hierarchies).all(|hierarchy| ["N2_AMAZON_MANAGED", "N2_SFG2_AMAZON_MANAGED"].contains(&hierarchy)) {
        return Err(ApiError::constraint("rootHierarchyTypes", "satisfy enum value set"));
    }
    if hierarchies.as_array().is_some_and(|given| !(1..=5).contains(&given.len())) {
        return Err(ApiError::constraint("rootHierarchyTypes", "have length between 1 and 5"));
    }
    let origins = ["AWS_MANAGED", "CUSTOMER_PROVIDED", "ACME"];
    if !strings(&input["CertificateKeyPairOrigins"]).all(|origin| origins.contains(&origin)) {
        return Err(ApiError::constraint("certificateKeyPairOrigins", "satisfy enum value set"));
    }
    Ok(())
}

/// What a request asks for, read once for all certificates.
struct Wanted<'a> {
    key_types: Vec<&'a str>,
    origins: Vec<&'a str>,
    hierarchies: Vec<&'a str>,
    statuses: Vec<&'a str>,
    key_usages: Vec<&'a str>,
    extended_key_usages: Vec<&'a str>,
    export_option: Option<&'a str>,
    managed_by: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(input: &'a Value) -> Self {
        let includes = &input["Includes"];
        Self {
            key_types: strings(&includes["keyTypes"]).collect(),
            origins: strings(&input["CertificateKeyPairOrigins"]).collect(),
            hierarchies: strings(&input["RootHierarchyTypes"]).collect(),
            statuses: strings(&input["CertificateStatuses"]).collect(),
            key_usages: strings(&includes["keyUsage"]).collect(),
            extended_key_usages: strings(&includes["extendedKeyUsage"]).collect(),
            export_option: includes["exportOption"].as_str(),
            managed_by: includes["managedBy"].as_str(),
        }
    }

    fn matches(&self, entry: &Entry, now: Timestamp) -> bool {
        self.has_a_domain(entry)
            && self.has_wanted_key_type(entry)
            && self.has_wanted_origin(entry)
            && self.has_wanted_hierarchy(entry)
            && self.has_wanted_status(entry.status(now))
            && self.has_wanted_usages(entry)
            && self.has_wanted_options(entry)
    }

    /// API reference, Filters: "Default filtering returns only RSA_1024 and RSA_2048 certificates that have at least one
    /// domain". That a filter by key type lists those without a domain too is that page's next sentence: "To return other
    /// certificate types, provide the desired type signatures".
    fn has_a_domain(&self, entry: &Entry) -> bool {
        !self.key_types.is_empty() || entry.domain_name.is_some() || !entry.names.is_empty()
    }

    /// API reference, ListCertificates: "Default filtering returns only RSA_1024 and RSA_2048 certificates".
    fn has_wanted_key_type(&self, entry: &Entry) -> bool {
        if self.key_types.is_empty() {
            return matches!(entry.key, Key::Rsa1024 | Key::Rsa2048);
        }
        self.key_types.contains(&entry.key.acm_name())
    }

    /// API reference, CertificateKeyPairOrigins: "Default filtering returns only certificates with key pair
    /// origin of AWS_MANAGED and CUSTOMER_PROVIDED".
    fn has_wanted_origin(&self, entry: &Entry) -> bool {
        if self.origins.is_empty() {
            return entry.key_pair_origin != "ACME";
        }
        self.origins.contains(&entry.key_pair_origin.as_str())
    }

    /// API reference, RootHierarchyTypes: "By default, this action does not return certificates with a
    /// RootHierarchyType of N2_AMAZON_MANAGED or N2_SFG2_AMAZON_MANAGED. To list only Amazon N2 certificates,
    /// specify one or both of these values".
    fn has_wanted_hierarchy(&self, entry: &Entry) -> bool {
        match &entry.root_hierarchy {
            None => self.hierarchies.is_empty(),
            Some(hierarchy) => self.hierarchies.contains(&hierarchy.as_str()),
        }
    }

    /// API reference, CertificateStatuses: "Filter the certificate list by status value".
    fn has_wanted_status(&self, status: &str) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }

    /// API reference, Filters: keyUsage and extendedKeyUsage.
    fn has_wanted_usages(&self, entry: &Entry) -> bool {
        let usages = || entry.facts.iter().flat_map(|facts| &facts.key_usages);
        let extended = || entry.facts.iter().flat_map(|facts| &facts.extended_key_usages);
        self.key_usages.iter().all(|wanted| usages().any(|usage| usage == wanted))
            && self.extended_key_usages.iter().all(|wanted| extended().any(|(name, _)| name == wanted))
    }

    /// API reference, Filters: exportOption and managedBy.
    fn has_wanted_options(&self, entry: &Entry) -> bool {
        let export = if entry.exportable { "ENABLED" } else { "DISABLED" };
        self.export_option.is_none_or(|wanted| wanted == export)
            && self.managed_by.is_none_or(|wanted| entry.managed_by.as_deref() == Some(wanted))
    }
}

/// A token is good for the request that got it, with the same filters.
fn token(last: &str, input: &Value) -> String {
    let mut filters = input.clone();
    if let Some(members) = filters.as_object_mut() {
        members.remove("NextToken");
        members.remove("MaxItems");
    }
    aws_smithy_types::base64::encode(format!("{last} {filters}"))
}

/// "NextToken: Set it to the value of NextToken from the response you just received".
fn start_after(state: &State, input: &Value) -> Result<Option<String>, ApiError> {
    let Some(given) = input["NextToken"].as_str() else { return Ok(None) };
    let last = crate::calls::decode_blob(given)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once(' ').map(|(last, _)| last.to_owned()));
    match last {
        Some(last) if token(&last, input) == given && last.contains(&state.account) => Ok(Some(last)),
        _ => Err(ApiError::validation("The NextToken is not valid")),
    }
}

/// API reference, ListCertificates: the response.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page<'a> {
    certificate_summary_list: Vec<Summary<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// API reference, CertificateSummary.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Summary<'a> {
    certificate_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_name: Option<&'a str>,
    /// "Up to the first 100 subject alternative names".
    subject_alternative_name_summaries: &'a [String],
    has_additional_subject_alternative_names: bool,
    status: &'a str,
    r#type: &'a str,
    key_algorithm: String,
    key_usages: &'a [String],
    extended_key_usages: Vec<&'a str>,
    /// Of imported certificates as well (prowler reads it of all).
    export_option: &'static str,
    in_use: bool,
    /// "Indicates whether the certificate has been exported": imported ones cannot be.
    #[serde(skip_serializing_if = "Option::is_none")]
    exported: Option<bool>,
    renewal_eligibility: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<Value>,
    created_at: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported_at: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Value>,
    certificate_key_pair_origin: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_usage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root_hierarchy_type: Option<&'a str>,
}

impl<'a> Summary<'a> {
    fn of(entry: &'a Entry, now: Timestamp) -> Self {
        let facts = entry.facts.as_ref();
        Self {
            certificate_arn: &entry.arn,
            domain_name: entry.domain_name.as_deref(),
            subject_alternative_name_summaries: &entry.names[..entry.names.len().min(100)],
            has_additional_subject_alternative_names: entry.names.len() > 100,
            status: entry.status(now),
            r#type: &entry.kind,
            key_algorithm: shown_algorithm(entry.key),
            // Empty before the certificate is issued: recorded as the rest (see `describe`).
            key_usages: facts.map_or(&[], |facts| facts.key_usages.as_slice()),
            extended_key_usages: facts
                .map(|facts| facts.extended_key_usages.iter().map(|(name, _)| name.as_str()).collect())
                .unwrap_or_default(),
            export_option: if entry.exportable { "ENABLED" } else { "DISABLED" },
            in_use: !entry.in_use_by.is_empty(),
            exported: (entry.kind != "IMPORTED").then_some(false),
            renewal_eligibility: entry.renewal_eligibility(),
            not_before: facts.map(|facts| epoch(facts.not_before)),
            not_after: facts.map(|facts| epoch(facts.not_after)),
            created_at: epoch(entry.created_at),
            issued_at: entry.issued_at.map(epoch),
            imported_at: entry.imported_at.map(epoch),
            revoked_at: entry.revoked_at.map(epoch),
            certificate_key_pair_origin: &entry.key_pair_origin,
            managed_by: entry.managed_by.as_deref(),
            certificate_usage: entry.usage(),
            root_hierarchy_type: entry.root_hierarchy.as_deref(),
        }
    }
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}
