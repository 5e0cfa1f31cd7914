//! `ca-shared-with`: a CA is shared only with allowed accounts and organizations.
//!
//! | CA's resource policy | verdict |
//! |---|---|
//! | there is none, or it allows nothing | compliant |
//! | allows this account, those of `accounts`, or somebody in them | compliant |
//! | allows others, where a condition requires one of these accounts or `organizations` | compliant |
//! | allows anybody else: another account, a service, a principal outside AWS or one that was deleted | non-compliant |
//! | allows everybody (`*`, NotPrincipal), without such a condition | non-compliant |
//! | CA is deleted, being created, or could not be created | not applicable |
//!
//! AWS RAM writes its shares into the same policy. Conditions that count are those on the caller's account,
//! organization, unit and ARN, with operators that require them. A policy that cannot be read is an error, not
//! a verdict. The rule applies to a CA without a certificate too: its policy takes effect when it gets one.
//!
//! Source: [resource-based policies](https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html);
//! [cross-account access](https://docs.aws.amazon.com/privateca/latest/userguide/pca-ram.html).

use super::applicability;
use crate::facts::{PrivateCa, Grant, Grantee, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict};

const ACCOUNTS: List = List {
    name: "accounts",
    default: &[],
    entries: Entries::Text { what: "account numbers", check: check_account },
    about: "Other accounts that CAs may be shared with",
};

const ORGANIZATIONS: List = List {
    name: "organizations",
    default: &[],
    entries: Entries::Text { what: "ids of organizations, such as o-a1b2c3d4e5", check: check_organization },
    about: "Organizations whose accounts CAs may be shared with",
};

fn check_account(account: &str) -> Result<(), String> {
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    if is_account { Ok(()) } else { Err("is not twelve digits".into()) }
}

/// [Organization, `Id`](https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html):
/// `o-` and 10 to 32 letters or digits.
fn check_organization(id: &str) -> Result<(), String> {
    let is_id = id.strip_prefix("o-").is_some_and(|id| {
        (10..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    if is_id { Ok(()) } else { Err("is not the id of an organization".into()) }
}

/// How many of those that are not allowed are named, and the most characters of each.
const NAMED: usize = 2;
const LONGEST: usize = 60;

pub const RULE: Rule = Rule {
    name: "ca-shared-with",
    about: "Private CAs are shared with allowed accounts and organizations only.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::List(&ACCOUNTS), Parameter::List(&ORGANIZATIONS)],
    lookups: &[Lookup::Description, Lookup::Policy],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::absent(ca)? {
        return Ok(verdict);
    }
    let Some(policy) = ca.policy()? else {
        return Ok(Verdict::compliant("It is not shared: it has no resource policy."));
    };
    let accounts = context.settings.list(&ACCOUNTS);
    let organizations = context.settings.list(&ORGANIZATIONS);
    let is_allowed = |grantee: &Grantee| match grantee {
        Grantee::Account(account) => *account == context.here.account || accounts.contains(&account.as_str()),
        Grantee::Organization(id) => organizations.contains(&id.as_str()),
        Grantee::Anybody | Grantee::Other(_) => false,
    };
    let mut others: Vec<String> =
        policy.grants.iter().filter_map(|grant| beyond(grant, &is_allowed)).map(name).collect();
    others.sort();
    others.dedup();
    Ok(match others.len() {
        0 => Verdict::compliant("It is shared only with allowed accounts and organizations."),
        count => {
            let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
            others.truncate(NAMED);
            Verdict::non_compliant(format!(
                "It is shared with {}{more}. Remove the share in AWS RAM or change the CA's policy, or add them to \
                 the rule's parameters.",
                others.join(", ")
            ))
        }
    })
}

/// The principal of a grant that is not allowed. A caller has to meet every condition, so one condition that
/// lets only allowed ones pass is enough.
fn beyond<'a>(grant: &'a Grant, is_allowed: &impl Fn(&Grantee) -> bool) -> Option<&'a Grantee> {
    let is_limited = || grant.only.iter().any(|limit| limit.iter().all(is_allowed));
    if is_allowed(&grant.to) || is_limited() {
        return None;
    }
    let demanded = grant.only.iter().flatten().find(|grantee| !is_allowed(grantee) && **grantee != Grantee::Anybody);
    match &grant.to {
        Grantee::Anybody => Some(demanded.unwrap_or(&grant.to)),
        to => Some(to),
    }
}

fn name(grantee: &Grantee) -> String {
    match grantee {
        Grantee::Anybody => "everybody in AWS".to_owned(),
        Grantee::Account(account) => format!("account {account}"),
        Grantee::Organization(id) => format!("organization {}", id.chars().take(LONGEST).collect::<String>()),
        Grantee::Other(other) => other.chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::RULE;
    use crate::facts::{PrivateCa, Policy};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, known, refused, root_ca};

    /// As AWS RAM writes it: one statement to read, one to issue.
    fn shared(principal: &Value, condition: &Value) -> PrivateCa {
        let statement = |actions: Value| {
            json!({
                "Sid": "1", "Effect": "Allow", "Principal": principal, "Action": actions,
                "Resource": root_ca().arn.as_str(), "Condition": condition,
            })
        };
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            statement(json!(["acm-pca:DescribeCertificateAuthority", "acm-pca:ListPermissions"])),
            statement(json!("acm-pca:IssueCertificate")),
        ]});
        PrivateCa { policy: known(Some(Policy::read(&policy.to_string()).unwrap())), ..root_ca() }
    }

    fn with(principal: Value) -> PrivateCa {
        shared(&principal, &Value::Null)
    }

    fn among(organization: &str) -> PrivateCa {
        shared(&json!("*"), &json!({ "StringEquals": { "aws:PrincipalOrgID": organization } }))
    }

    #[test]
    fn table() {
        let allowed: &[(&str, &str)] = &[("accounts", "111122223333, 444455556666"), ("organizations", "o-a1b2c3d4e5")];
        let other = || with(json!({ "AWS": "arn:aws:iam::999988887777:root" }));
        let three = with(json!({ "AWS": ["999988887777", "999988887776", "999988887775"] }));
        let both = shared(
            &json!({ "AWS": "999988887777" }),
            &json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }),
        );
        let template = shared(
            &json!("*"),
            &json!({ "StringEquals": { "acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1" } }),
        );
        let one_of_two = shared(
            &json!("*"),
            &json!({ "StringEquals": { "aws:PrincipalAccount": ["111122223333", "999988887777"] } }),
        );
        let deleted = PrivateCa { status: known("DELETED"), ..with(json!("*")) };
        let pending = PrivateCa { status: known("PENDING_CERTIFICATE"), ..with(json!("*")) };
        let creating = PrivateCa { status: known("CREATING"), ..with(json!("*")) };
        let long =
            with(json!({ "Federated": [format!("a{}", "x".repeat(300)), format!("b{}", "x".repeat(300)), "c"] }));
        check(
            &RULE,
            &[
                ("nobody", &[], root_ca(), Compliant, "no resource policy"),
                ("itself", &[], with(json!({ "AWS": "arn:aws:iam::123456789012:role/issuer" })), Compliant, ""),
                ("an account", &[], other(), NonCompliant, "with account 999988887777. Remove"),
                ("another one", allowed, other(), NonCompliant, "999988887777"),
                ("allowed", allowed, with(json!({ "AWS": ["111122223333", "444455556666"] })), Compliant, ""),
                ("three", allowed, three, NonCompliant, "999988887775, account 999988887776 and 1 more"),
                ("organization", allowed, among("o-a1b2c3d4e5"), Compliant, ""),
                ("another one", allowed, among("o-ffffffffff"), NonCompliant, "organization o-ffffffffff"),
                ("account in it", allowed, both, Compliant, ""),
                ("one of two", allowed, one_of_two, NonCompliant, "account 999988887777"),
                ("everybody", allowed, with(json!("*")), NonCompliant, "everybody in AWS"),
                ("everybody", allowed, with(json!({ "AWS": "*" })), NonCompliant, "everybody in AWS"),
                ("a template", allowed, template, NonCompliant, "everybody in AWS"),
                ("a pattern", allowed, among("o-*"), NonCompliant, "everybody in AWS"),
                ("a service", allowed, with(json!({ "Service": "iot.amazonaws.com" })), NonCompliant, "iot.amazonaws"),
                ("long names", allowed, long, NonCompliant, "and 1 more"),
                ("pending", &[], pending, NonCompliant, "everybody in AWS"),
                ("being created", &[], creating, NotApplicable, "being created"),
                ("deleted", &[], deleted, NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("accounts", "111122223333,1234")]).contains("`1234` is not twelve digits"));
        assert!(refused(&RULE, &[("organizations", "my-org")]).contains("`my-org` is not the id of an organization"));
    }
}
