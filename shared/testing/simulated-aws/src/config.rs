//! AWS Config, as far as custom rules speak to it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Aws;
use crate::acm::{epoch, without_nulls};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::recorder;

/// API reference, PutEvaluations, Evaluations: at most 100 items.
const MOST_EVALUATIONS: usize = 100;
/// API reference, DescribeConfigRules, ConfigRuleNames: at most 25 items.
const MOST_RULES: usize = 25;

/// The rules, what they said, and the history of resources.
#[derive(Debug, Default)]
pub(crate) struct Store {
    rules: BTreeMap<String, Value>,
    /// Result tokens, and the rules that they were given to.
    tokens: BTreeMap<String, String>,
    evaluations: Vec<Evaluation>,
    /// The latest result of each resource, by rule, resource type and id.
    results: BTreeMap<(String, String, String), Evaluation>,
    failing: usize,
    pub(crate) items: Vec<Value>,
}

/// An evaluation that AWS Config accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The rule that the result token belonged to; missing in test mode.
    pub rule: Option<String>,
    /// ComplianceResourceType.
    pub resource_type: String,
    /// ComplianceResourceId.
    pub resource_id: String,
    /// ComplianceType.
    pub compliance: String,
    /// Annotation.
    pub annotation: Option<String>,
    /// OrderingTimestamp.
    pub ordering: Timestamp,
    /// Virtual time of the call.
    pub at: Timestamp,
}

impl Aws {
    /// AWS Config invokes a rule: the result token of that invocation.
    pub fn new_result_token(&self, rule: &str) -> String {
        let mut state = self.state();
        let token = format!("token-{}", state.next_number());
        state.config.tokens.insert(token.clone(), rule.to_owned());
        token
    }

    /// Every evaluation that AWS Config accepted, in order. Those of test mode are not among them.
    pub fn evaluations(&self) -> Vec<Evaluation> {
        self.state().config.evaluations.clone()
    }

    /// Every evaluation since the last time, without keeping them: for runs of so many that copies would cost
    /// time. Results stay.
    pub fn take_evaluations(&self) -> Vec<Evaluation> {
        std::mem::take(&mut self.state().config.evaluations)
    }

    /// What AWS Config shows of a rule: the latest evaluation of each resource, by resource id.
    pub fn results(&self, rule: &str) -> Vec<Evaluation> {
        self.state().config.results_of(rule).cloned().collect()
    }

    /// The next `count` evaluations come back in FailedEvaluations.
    pub fn fail_evaluations(&self, count: usize) {
        self.state().config.failing = count;
    }

    /// The item of a certificate as AWS Config makes it now, spelled as in a change notification
    /// (`awsAccountId`, `ARN`, `configuration` as an object). `None` when there is no such certificate.
    pub fn certificate_item(&self, arn: &str) -> Option<Value> {
        certificate_item(&mut self.state(), arn)
    }

    /// The item of a private CA, as [`certificate_item`](Self::certificate_item). Its configuration is
    /// spelled as in CloudFormation, without status and validity.
    pub fn private_ca_item(&self, arn: &str) -> Option<Value> {
        private_ca_item(&mut self.state(), arn)
    }
}

impl Store {
    fn results_of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Evaluation> {
        let first = (rule.to_owned(), String::new(), String::new());
        self.results.range(first..).take_while(move |((of, ..), _)| of == rule).map(|(_, result)| result)
    }

    /// API reference, Evaluation, OrderingTimestamp: the latest one of a resource is its result.
    fn keep(&mut self, evaluation: Evaluation) {
        let Some(rule) = evaluation.rule.clone() else { return };
        let place = (rule, evaluation.resource_type.clone(), evaluation.resource_id.clone());
        if self.results.get(&place).is_none_or(|present| evaluation.ordering >= present.ordering) {
            self.results.insert(place, evaluation.clone());
        }
        self.evaluations.push(evaluation);
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "PutEvaluations" => put_evaluations(state, input),
        "GetResourceConfigHistory" => recorder::history(state, input),
        "PutConfigRule" => put_rule(state, input),
        "DescribeConfigRules" => describe_rules(state, input),
        "GetComplianceDetailsByConfigRule" => compliance_details(state, input),
        other => Err(not_modelled("config", other)),
    }
}

/// API reference, PutEvaluations: all or none pass the checks of the request; single ones may still fail.
fn put_evaluations(state: &mut State, input: &Value) -> Answer {
    let list = input["Evaluations"].as_array().map_or(&[][..], Vec::as_slice);
    if list.len() > MOST_EVALUATIONS {
        return Err(ApiError::constraint("evaluations", "have length less than or equal to 100"));
    }
    let rule = rule_of_token(state, input)?;
    let now = state.now;
    let read = list.iter().map(|evaluation| check(evaluation, rule.as_deref(), now)).collect::<Result<Vec<_>, _>>()?;
    let failing = state.config.failing.min(list.len());
    state.config.failing -= failing;
    // API reference, TestMode: the call is verified, and the evaluations are not kept.
    for evaluation in read.into_iter().skip(failing) {
        state.config.keep(evaluation);
    }
    Ok(json!({ "FailedEvaluations": list[..failing] }))
}

/// API reference, PutEvaluations, ResultToken: required, encrypted by AWS Config; with TestMode "you can
/// specify any value".
fn rule_of_token(state: &State, input: &Value) -> Result<Option<String>, ApiError> {
    let token = input["ResultToken"].as_str().unwrap_or_default();
    if input["TestMode"] == true {
        return Ok(None);
    }
    state
        .config
        .tokens
        .get(token)
        .cloned()
        .map(Some)
        .ok_or_else(|| ApiError::new("InvalidResultTokenException", "The specified ResultToken is not valid."))
}

/// API reference, Evaluation: lengths; ComplianceType without INSUFFICIENT_DATA, which "AWS Config does not
/// support ... from a PutEvaluations request".
fn check(evaluation: &Value, rule: Option<&str>, now: Timestamp) -> Result<Evaluation, ApiError> {
    let text = |member: &str, most: usize| match evaluation[member].as_str() {
        Some(text) if (1..=most).contains(&text.chars().count()) => Ok(text.to_owned()),
        _ => Err(ApiError::constraint(member, &format!("have length between 1 and {most}"))),
    };
    let compliance = text("ComplianceType", 256)?;
    if compliance == "INSUFFICIENT_DATA" {
        return Err(ApiError::new("InvalidParameterValueException", "INSUFFICIENT_DATA is not supported here."));
    }
    if !matches!(compliance.as_str(), "COMPLIANT" | "NON_COMPLIANT" | "NOT_APPLICABLE") {
        return Err(ApiError::constraint("complianceType", "satisfy enum value set"));
    }
    #[allow(clippy::cast_possible_truncation, reason = "milliseconds of this era fit")]
    let ordering = evaluation["OrderingTimestamp"]
        .as_f64()
        .and_then(|seconds| Timestamp::from_millisecond((seconds * 1000.0) as i64).ok())
        .ok_or_else(|| ApiError::constraint("orderingTimestamp", "not be null"))?;
    let annotation = match evaluation["Annotation"] {
        Value::Null => None,
        _ => Some(text("Annotation", 256)?),
    };
    Ok(Evaluation {
        rule: rule.map(str::to_owned),
        resource_type: text("ComplianceResourceType", 256)?,
        resource_id: text("ComplianceResourceId", 768)?,
        compliance,
        annotation,
        ordering,
        at: now,
    })
}

/// API reference, GetComplianceDetailsByConfigRule: the latest result of each resource; Limit up to 100, by
/// default 10. API reference, EvaluationResult, ComplianceType: "supports only the COMPLIANT, NON_COMPLIANT, and
/// NOT_APPLICABLE values". "INSUFFICIENT_DATA cannot be used as a ComplianceType for filtering results" (its error is
/// unverified).
fn compliance_details(state: &State, input: &Value) -> Answer {
    let rule = input["ConfigRuleName"].as_str().unwrap_or_default();
    let is_known = state.config.rules.contains_key(rule) || state.config.tokens.values().any(|name| name == rule);
    if !is_known {
        return Err(ApiError::new(
            "NoSuchConfigRuleException",
            format!("The ConfigRule '{rule}' provided in the request is invalid. Please check the configRule name."),
        ));
    }
    let limit = match input["Limit"].as_u64() {
        None | Some(0) => 10,
        Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(100),
        Some(_) => return Err(ApiError::constraint("limit", "have value less than or equal to 100")),
    };
    let wanted: Vec<&str> =
        input["ComplianceTypes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if wanted.contains(&"INSUFFICIENT_DATA") {
        return Err(ApiError::new("InvalidParameterValueException", "INSUFFICIENT_DATA is not supported here."));
    }
    let after = input["NextToken"].as_str().unwrap_or_default();
    let mut matching = state
        .config
        .results_of(rule)
        .filter(|one| one.resource_id.as_str() > after)
        .filter(|one| wanted.is_empty() || wanted.contains(&one.compliance.as_str()))
        .collect::<Vec<_>>();
    matching.sort_by(|a, b| a.resource_id.cmp(&b.resource_id));
    let next = matching.get(limit).and_then(|_| matching.get(limit - 1)).map(|last| last.resource_id.clone());
    matching.truncate(limit);
    let results = matching.into_iter().map(|one| {
        json!({
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": rule, "ResourceType": one.resource_type, "ResourceId": one.resource_id,
                },
                "OrderingTimestamp": epoch(one.ordering),
            },
            "ComplianceType": one.compliance,
            "Annotation": one.annotation,
            "ResultRecordedTime": epoch(one.at),
            "ConfigRuleInvokedTime": epoch(one.at),
        })
    });
    Ok(without_nulls(json!({ "EvaluationResults": results.collect::<Vec<_>>(), "NextToken": next })))
}

pub(crate) fn certificate_item(state: &mut State, arn: &str) -> Option<Value> {
    let input = json!({ "CertificateArn": arn });
    let described = crate::acm::call(state, "DescribeCertificate", &input).ok()?;
    let mut configuration = spelled_by_config(&described["Certificate"]);
    if let Some(members) = configuration.as_object_mut() {
        // Not in the schema of AWS Config's items.
        members.remove("certificateKeyPairOrigin");
    }
    if let Some(options) = configuration["options"].as_object_mut() {
        options.remove("export");
    }
    Some(item(state, "AWS::ACM::Certificate", arn, &configuration, &crate::acm::tag_list(state, arn)))
}

pub(crate) fn private_ca_item(state: &mut State, arn: &str) -> Option<Value> {
    let input = json!({ "CertificateAuthorityArn": arn });
    let described = crate::pca::call(state, "DescribeCertificateAuthority", &input).ok()?;
    // A deleted CA does not list its tags.
    let tags = crate::pca::call(state, "ListTags", &input).unwrap_or_default();
    let authority = &described["CertificateAuthority"];
    let mut configuration = authority["CertificateAuthorityConfiguration"].clone();
    for member in ["Arn", "Type", "KeyStorageSecurityStandard", "RevocationConfiguration"] {
        configuration[member] = authority[member].clone();
    }
    Some(item(state, "AWS::ACMPCA::CertificateAuthority", arn, &without_nulls(configuration), &tags["Tags"]))
}

/// Members start with a small letter, times are ISO 8601 (`extendedKeyUsages[].oID` is AWS's own spelling).
fn spelled_by_config(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let mut letters = name.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                let time = value
                    .as_f64()
                    .filter(|_| name.ends_with("At") || matches!(name.as_str(), "NotBefore" | "NotAfter" | "UpdatedAt"))
                    .map(|seconds| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs_f64(seconds));
                let value = time.map_or_else(|| spelled_by_config(value), |at| json!(at.to_string()));
                (first.into_iter().chain(letters).collect(), value)
            })
            .collect::<serde_json::Map<String, Value>>()
            .into(),
        Value::Array(entries) => entries.iter().map(spelled_by_config).collect(),
        other => other.clone(),
    }
}

fn item(state: &State, resource_type: &str, arn: &str, configuration: &Value, tags: &Value) -> Value {
    let pairs = tags.as_array().into_iter().flatten();
    let tags: serde_json::Map<String, Value> = pairs
        .map(|tag| {
            (tag["Key"].as_str().unwrap_or_default().to_owned(), json!(tag["Value"].as_str().unwrap_or_default()))
        })
        .collect();
    json!({
        "relatedEvents": [],
        "relationships": [],
        "configuration": configuration,
        "supplementaryConfiguration": {},
        "tags": tags,
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": state.now.to_string(),
        "configurationStateId": state.now.as_millisecond(),
        "awsAccountId": state.account,
        "configurationItemStatus": "OK",
        "resourceType": resource_type,
        "resourceId": arn,
        "resourceName": null,
        "ARN": arn,
        "awsRegion": state.region,
        "availabilityZone": null,
        "configurationStateMd5Hash": "",
        "resourceCreationTime": state.now.to_string(),
    })
}

/// API reference, PutConfigRule: creates, or replaces by name. Names have 1 to 128 characters.
fn put_rule(state: &mut State, input: &Value) -> Answer {
    let mut rule = input["ConfigRule"].clone();
    let name = rule["ConfigRuleName"].as_str().unwrap_or_default().to_owned();
    if !(1..=128).contains(&name.chars().count()) {
        return Err(ApiError::constraint("configRule.configRuleName", "have length between 1 and 128"));
    }
    if rule["Source"]["Owner"].is_null() {
        return Err(ApiError::constraint("configRule.source.owner", "not be null"));
    }
    let number = state.next_number();
    let present = state.config.rules.get(&name);
    let id = present.map_or_else(|| json!(format!("config-rule-{number:06}")), |rule| rule["ConfigRuleId"].clone());
    rule["ConfigRuleArn"] = json!(state.arn("config", &format!("config-rule/{}", id.as_str().unwrap_or_default())));
    rule["ConfigRuleId"] = id;
    rule["ConfigRuleState"] = json!("ACTIVE");
    state.config.rules.insert(name, rule);
    Ok(json!({}))
}

fn describe_rules(state: &State, input: &Value) -> Answer {
    let names: BTreeSet<_> =
        input["ConfigRuleNames"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if names.len() > MOST_RULES {
        return Err(ApiError::constraint("configRuleNames", "have length less than or equal to 25"));
    }
    if let Some(unknown) = names.iter().find(|name| !state.config.rules.contains_key(**name)) {
        return Err(ApiError::new(
            "NoSuchConfigRuleException",
            format!("The ConfigRule '{unknown}' provided in the request is invalid. Please check the configRule name."),
        ));
    }
    let after = input["NextToken"].as_str().unwrap_or_default();
    let mut wanted = state
        .config
        .rules
        .iter()
        .filter(|(name, _)| (names.is_empty() || names.contains(name.as_str())) && name.as_str() > after)
        .peekable();
    let page: Vec<_> = wanted.by_ref().take(MOST_RULES).collect();
    let next = page.last().map(|(name, _)| (*name).clone()).filter(|_| wanted.peek().is_some());
    let rules: Vec<_> = page.into_iter().map(|(_, rule)| rule).collect();
    Ok(without_nulls(json!({ "ConfigRules": rules, "NextToken": next })))
}
