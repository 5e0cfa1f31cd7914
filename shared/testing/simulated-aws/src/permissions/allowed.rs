//! Whether a statement allows a call.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Condition, Statement};
use crate::{Call, s3};

/// Service authorization reference, "Condition keys for Amazon Route 53": all start so.
const ROUTE53_KEYS: &str = "route53:ChangeResourceRecordSets";

impl Statement {
    /// Whether this statement allows a call. It checks the action, the role of `sts:AssumeRole`, the zone of
    /// Route 53's calls and the path of API Gateway's among the resources, and the conditions on what `route53:ChangeResourceRecordSets` changes.
    /// Other resources and conditions, such as on tags, are taken for met. `${...}` matches anything.
    ///
    /// # Panics
    /// When a condition on one of Route 53's keys has an operator that is not read here.
    pub fn allows(&self, call: &Call) -> bool {
        self.actions.iter().any(|action| like(action, &call.action()))
            && resource(call).is_none_or(|arn| self.resources.iter().any(|pattern| like(pattern, &arn)))
            && self.conditions.iter().all(|condition| condition.allows(call))
    }
}

impl Condition {
    fn allows(&self, call: &Call) -> bool {
        if !self.key.starts_with(ROUTE53_KEYS) {
            return true;
        }
        let given = changed(call, &self.key);
        let matches = |compare: fn(&str, &str) -> bool| {
            given.iter().all(|value| self.values.iter().any(|pattern| compare(pattern, value)))
        };
        match self.operator.as_str() {
            // IAM user guide, "Multivalued context keys": ForAllValues is met by a request without the key, too.
            "ForAllValues:StringEquals" => matches(|pattern, value| pattern == value),
            "ForAllValues:StringLike" => matches(like),
            // The same guide: of a negated operator no value of the policy may match.
            "ForAllValues:StringNotLike" => {
                given.iter().all(|value| !self.values.iter().any(|pattern| like(pattern, value)))
            }
            "Null" => self.values.contains("false") != given.is_empty(),
            other => panic!("{other} is not read here"),
        }
    }
}

/// The ARN that IAM compares, for the operations whose resources differ from call to call.
fn resource(call: &Call) -> Option<String> {
    let text = |member: &str| call.input[member].as_str();
    match (call.service.as_str(), call.operation.as_str()) {
        ("sts", "AssumeRole") => text("RoleArn").map(str::to_owned),
        ("route53", _) => {
            text("Id").filter(|id| id.starts_with('Z')).map(|id| format!("arn:aws:route53:::hostedzone/{id}"))
        }
        ("s3", "ListObjectsV2") => text("Bucket").map(|bucket| format!("arn:aws:s3:::{bucket}")),
        ("s3", _) => text("Bucket").zip(text("Key")).map(|(bucket, key)| format!("arn:aws:s3:::{bucket}/{key}")),
        // Service authorization reference, "Amazon API Gateway Management": the resource is the path.
        ("apigateway", "GetClientCertificates") => Some("arn:aws:apigateway:us-east-1::/clientcertificates".to_owned()),
        ("apigateway", "GetDomainNames") => Some("arn:aws:apigateway:us-east-1::/domainnames".to_owned()),
        _ => None,
    }
}

/// The values of one of Route 53's condition keys in a request. Developer guide, "Using IAM policy conditions for
/// fine-grained access control": normalized names are in lower case and without the final dot; characters
/// other than letters, digits, hyphen, underscore and dot are octal escapes.
fn changed(call: &Call, key: &str) -> BTreeSet<String> {
    let changes = call.input["ChangeBatch"]["Changes"].as_array().into_iter().flatten();
    let value = |change: &Value| match key.strip_prefix(ROUTE53_KEYS) {
        Some("Actions") => change["Action"].as_str().map(str::to_owned),
        Some("RecordTypes") => change["ResourceRecordSet"]["Type"].as_str().map(str::to_owned),
        Some("NormalizedRecordNames") => change["ResourceRecordSet"]["Name"].as_str().map(normalized),
        _ => panic!("{key} is not a condition key of Route 53's"),
    };
    changes.filter_map(value).collect()
}

fn normalized(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.\\".contains(c);
    let lower = name.trim_end_matches('.').to_ascii_lowercase();
    lower.chars().map(|c| if plain(c) { c.to_string() } else { format!("\\{:03o}", u32::from(c)) }).collect()
}

/// IAM's patterns: `*` for any text, `?` for one character. What CloudFormation fills in (`${...}`) is any text.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    matches(plain.as_bytes(), text.as_bytes())
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=text.len()).any(|skipped| matches(rest, &text[skipped..])),
        (Some((b'?', pattern)), Some((_, text))) => matches(pattern, text),
        (Some((one, pattern)), Some((other, text))) => one == other && matches(pattern, text),
        _ => false,
    }
}

impl Call {
    /// The IAM action that allows this call. For the services here it is the operation's name, but for API Gateway, where
    /// it is the HTTP method, and for batches of SQS.
    pub fn action(&self) -> String {
        action(&self.service, &self.operation)
    }
}

pub(crate) fn action(service: &str, operation: &str) -> String {
    if service == "apigateway" {
        return "apigateway:GET".to_owned();
    }
    if service == "s3" {
        return format!("s3:{}", s3::action(operation));
    }
    // API reference of SQS, SendMessageBatch: its permission is that of SendMessage; so it is of the other batches.
    let operation = operation.strip_suffix("Batch").filter(|_| service == "sqs").unwrap_or(operation);
    format!("{service}:{operation}")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::super::template::read;
    use super::*;
    use crate::CallResult;

    const TEMPLATE: &str = "
Resources:
  Role:
    Properties:
      Policies:
        - PolicyDocument:
            Statement:
              - Sid: Records
                Effect: Allow
                Action: route53:ChangeResourceRecordSets
                Resource: !Sub arn:${AWS::Partition}:route53:::hostedzone/*
                Condition:
                  ForAllValues:StringEquals:
                    route53:ChangeResourceRecordSetsRecordTypes: [CNAME]
                    route53:ChangeResourceRecordSetsActions: UPSERT
                  ForAllValues:StringLike:
                    route53:ChangeResourceRecordSetsNormalizedRecordNames: _*
                  ForAllValues:StringNotLike:
                    route53:ChangeResourceRecordSetsNormalizedRecordNames: [_dmarc.*, _smtp.*]
                  'Null':
                    route53:ChangeResourceRecordSetsActions: false
              - Effect: Allow
                Action: [sts:AssumeRole]
                Resource: [!Sub 'arn:${AWS::Partition}:iam::*:role/acm-autopilot-*']
              - Effect: Allow
                Action: acm:DescribeCertificate
                Resource: !Sub arn:${AWS::Partition}:acm:*:*:certificate/*
                Condition: { StringEquals: { aws:ResourceTag/a: b } }
              - Effect: Allow
                Action: apigateway:GET
                Resource: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}::/domainnames
              - !If
                - SomeCondition
                - Effect: Deny
                  NotAction: secretsmanager:GetSecretValue
                  Resource: '*'
                - !Ref AWS::NoValue
";

    fn allowed(call: &Call) -> bool {
        read(TEMPLATE, "Role", "Allow").unwrap().iter().any(|statement| statement.allows(call))
    }

    fn call(service: &str, operation: &str, input: Value) -> Call {
        Call {
            account: "123456789012".to_owned(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            input,
            result: CallResult::Ok,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn changes_are_held_against_record_types_actions_and_names() {
        for (action, kind, name, expected) in [
            ("UPSERT", "CNAME", "_A.example.com.", true),
            ("UPSERT", "TXT", "_a.example.com", false),
            ("DELETE", "CNAME", "_a.example.com", false),
            ("UPSERT", "CNAME", "www.example.com", false),
            ("UPSERT", "CNAME", "_DMARC.example.com", false),
            ("UPSERT", "CNAME", "_smtp._tls.example.com", false),
            ("UPSERT", "CNAME", "*.example.com", false),
        ] {
            let good = json!({ "Action": "UPSERT", "ResourceRecordSet": { "Name": "_b.x", "Type": "CNAME" } });
            let change = json!({ "Action": action, "ResourceRecordSet": { "Name": name, "Type": kind } });
            let input = json!({ "Id": "Z1", "ChangeBatch": { "Changes": [good, change] } });
            let call = call("route53", "ChangeResourceRecordSets", input);
            assert_eq!(allowed(&call), expected, "{action} {kind} {name}");
        }
        let empty = json!({ "Id": "Z1", "ChangeBatch": { "Changes": [] } });
        assert!(!allowed(&call("route53", "ChangeResourceRecordSets", empty)), "the Null condition");
    }

    #[test]
    fn roles_are_held_against_the_resources() {
        let assume = |role: &str| call("sts", "AssumeRole", json!({ "RoleArn": role }));
        assert!(allowed(&assume("arn:aws-cn:iam::210987654321:role/acm-autopilot-zones")));
        assert!(!allowed(&assume("arn:aws:iam::210987654321:role/admin")));
    }

    #[test]
    fn the_action_of_api_gateway_is_the_method() {
        let call = call("apigateway", "GetDomainNames", json!({}));
        assert_eq!(call.action(), "apigateway:GET");
        assert!(allowed(&call));
    }

    #[test]
    fn the_action_of_a_batch_is_that_of_one() {
        assert_eq!(call("sqs", "SendMessageBatch", json!({})).action(), "sqs:SendMessage");
        assert_eq!(call("sqs", "SendMessage", json!({})).action(), "sqs:SendMessage");
    }

    /// The long form, as where the template is written in flow style; and a policy beside its role.
    #[test]
    fn conditional_statements_and_policies_of_their_own_are_read() {
        let template = "
Resources:
  Policy:
    Properties:
      PolicyName: more
      PolicyDocument:
        Statement:
          - Fn::If: [SomeCondition, {Effect: Allow, Action: acm:ListCertificates, Resource: '*'}, !Ref AWS::NoValue]
          - {Effect: Allow, Action: sqs:SendMessage, Resource: '*'}
";
        let read = read(template, "Policy", "Allow").unwrap();
        let actions: Vec<_> = read.iter().flat_map(|statement| &statement.actions).collect();
        assert_eq!(actions, ["acm:ListCertificates", "sqs:SendMessage"]);
    }

    #[test]
    fn a_denial_can_be_about_all_actions_but_one() {
        let [denied] = read(TEMPLATE, "Role", "Deny").unwrap().try_into().unwrap();
        assert_eq!(denied.not_actions, BTreeSet::from(["secretsmanager:GetSecretValue".to_owned()]));
        assert!(denied.actions.is_empty());
    }

    #[test]
    fn other_conditions_are_taken_for_met_and_other_actions_are_refused() {
        assert!(allowed(&call("acm", "DescribeCertificate", json!({}))));
        assert!(!allowed(&call("acm", "DeleteCertificate", json!({}))));
    }

    #[test]
    fn names_are_normalized() {
        assert_eq!(normalized("*.Example.COM."), "\\052.example.com");
        assert_eq!(normalized("\\052.a"), "\\052.a");
    }
}
