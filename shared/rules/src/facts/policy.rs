//! A resource policy: whom it allows something.

use serde_json::{Map, Value};

/// Whom a resource policy allows something, no matter what
/// ([policy elements](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// One for each principal of each statement that allows something.
    pub grants: Vec<Grant>,
}

/// A principal that is allowed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub to: Grantee,
    /// What conditions require: the caller has to be one of each list.
    pub only: Vec<Vec<Grantee>>,
}

/// Somebody who is allowed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// Everybody who has credentials of AWS.
    Anybody,
    /// An account, or somebody in it.
    Account(String),
    /// An organization, or a unit in it.
    Organization(String),
    /// An AWS service, somebody from elsewhere, or somebody who is gone.
    Other(String),
}

/// A policy that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the resource policy cannot be read: {0}")]
pub struct UnreadablePolicy(&'static str);

impl Policy {
    /// Reads the JSON that GetPolicy answers. AWS RAM writes its shares as the same statements
    /// ([resource-based policies](https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html)).
    ///
    /// # Errors
    /// It is not a policy, or of an unknown shape.
    pub fn read(json: &str) -> Result<Self, UnreadablePolicy> {
        let policy: Value = serde_json::from_str(json).map_err(|_| UnreadablePolicy("it is not JSON"))?;
        let statements = match &policy["Statement"] {
            Value::Array(statements) => statements.as_slice(),
            statement @ Value::Object(_) => std::slice::from_ref(statement),
            _ => return Err(UnreadablePolicy("it has no Statement")),
        };
        let mut grants = Vec::new();
        for statement in statements {
            match statement["Effect"].as_str() {
                Some("Allow") => grants.extend(granted(statement)?),
                // A Deny does not widen the others.
                Some("Deny") => {}
                _ => return Err(UnreadablePolicy("a statement neither allows nor denies")),
            }
        }
        Ok(Self { grants })
    }
}

fn granted(statement: &Value) -> Result<Vec<Grant>, UnreadablePolicy> {
    let condition = match &statement["Condition"] {
        Value::Null => &Map::new(),
        Value::Object(condition) => condition,
        _ => return Err(UnreadablePolicy("a Condition is not an object")),
    };
    if !statement["NotPrincipal"].is_null() {
        return Ok(vec![Grant { to: Grantee::Anybody, only: limits(condition, PRINCIPAL)? }]);
    }
    let principals = match &statement["Principal"] {
        Value::String(all) if all == "*" => {
            return Ok(vec![Grant { to: Grantee::Anybody, only: limits(condition, PRINCIPAL)? }]);
        }
        Value::Object(principals) => principals,
        _ => return Err(UnreadablePolicy("a statement has no Principal")),
    };
    let mut grants = Vec::new();
    for (kind, named) in principals {
        // The caller is the service; other keys say on whose behalf it calls.
        let keys = if kind == "Service" { SOURCE } else { PRINCIPAL };
        let only = limits(condition, keys)?;
        for name in texts(named)? {
            let to = if kind == "AWS" { of_principal(&name) } else { Grantee::Other(name) };
            grants.push(Grant { to, only: only.clone() });
        }
    }
    Ok(grants)
}

/// An account's number, an ARN of the account or of somebody in it, or the id of somebody who was deleted
/// ([Principal](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html)).
fn of_principal(name: &str) -> Grantee {
    match name {
        "*" => Grantee::Anybody,
        account if is_account(account) => Grantee::Account(account.to_owned()),
        other => of_arn(other).unwrap_or_else(|| Grantee::Other(other.to_owned())),
    }
}

fn of_arn(arn: &str) -> Option<Grantee> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    is_account(account).then(|| Grantee::Account(account.to_owned()))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Keys of conditions that say whose the caller is: account, organization, unit, ARN
/// ([condition keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)).
type Keys = [&'static str; 4];
const PRINCIPAL: Keys = ["aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalArn"];
const SOURCE: Keys = ["aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceArn"];

/// Operators that require one of their values. `...IfExists` and `ForAllValues:` are also true when the key
/// is missing, so they require nothing
/// ([operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html)).
const REQUIRING: [&str; 5] = ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"];

fn limits(condition: &Map<String, Value>, keys: Keys) -> Result<Vec<Vec<Grantee>>, UnreadablePolicy> {
    let [account, organization, unit, arn] = keys;
    let mut limits = Vec::new();
    for (operator, operands) in condition {
        let operands = operands.as_object().ok_or(UnreadablePolicy("a Condition's operator has no keys"))?;
        let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator);
        if !REQUIRING.iter().any(|known| known.eq_ignore_ascii_case(operator)) {
            continue;
        }
        for (key, values) in operands {
            let is = |known: &str| known.eq_ignore_ascii_case(key);
            let exact = |value: &str, of: fn(String) -> Grantee| {
                if value.contains(['*', '?', '$']) { Grantee::Anybody } else { of(value.to_owned()) }
            };
            let grantee = |value: String| {
                if is(account) {
                    exact(&value, Grantee::Account)
                } else if is(organization) {
                    exact(&value, Grantee::Organization)
                } else if is(unit) {
                    // o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*
                    exact(value.split('/').next().unwrap_or_default(), Grantee::Organization)
                } else {
                    of_arn(&value).unwrap_or(Grantee::Anybody)
                }
            };
            if [account, organization, unit, arn].into_iter().any(is) {
                limits.push(texts(values)?.into_iter().map(grantee).collect());
            }
        }
    }
    Ok(limits)
}

/// One string or several. Account ids may have lost their quotes.
fn texts(value: &Value) -> Result<Vec<String>, UnreadablePolicy> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(UnreadablePolicy("a value is not a string")),
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        one => Ok(vec![text(one)?]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn grants(principal: Value, condition: Value) -> Vec<Grant> {
        let statement = json!({
            "Effect": "Allow", "Principal": principal, "Action": "acm-pca:IssueCertificate", "Resource": "*",
            "Condition": condition,
        });
        Policy::read(&json!({ "Version": "2012-10-17", "Statement": statement }).to_string()).unwrap().grants
    }

    fn to(principal: Value) -> Grantee {
        grants(principal, Value::Null).remove(0).to
    }

    fn only(condition: Value) -> Vec<Vec<Grantee>> {
        grants(json!("*"), condition).remove(0).only
    }

    fn account() -> Grantee {
        Grantee::Account("111122223333".into())
    }

    fn organization() -> Grantee {
        Grantee::Organization("o-a1b2c3d4e5".into())
    }

    #[test]
    fn principals_of_every_form() {
        for (principal, grantee) in [
            (json!("*"), Grantee::Anybody),
            (json!({ "AWS": "*" }), Grantee::Anybody),
            (json!({ "AWS": "111122223333" }), account()),
            (json!({ "AWS": [111_122_223_333_u64] }), account()),
            (json!({ "AWS": "arn:aws:iam::111122223333:root" }), account()),
            (json!({ "AWS": "arn:aws-cn:iam::111122223333:role/path/issuer" }), account()),
            (json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/issuer/session" }), account()),
            (json!({ "AWS": "AIDACKCEVSQ6C2EXAMPLE" }), Grantee::Other("AIDACKCEVSQ6C2EXAMPLE".into())),
            (json!({ "Service": "acm.amazonaws.com" }), Grantee::Other("acm.amazonaws.com".into())),
            (json!({ "Federated": "accounts.google.com" }), Grantee::Other("accounts.google.com".into())),
        ] {
            assert_eq!(to(principal.clone()), grantee, "{principal}");
        }
        assert_eq!(grants(json!({ "AWS": ["111122223333", "*"], "Service": "a" }), Value::Null).len(), 3);
        let but = json!({ "Statement": [{ "Effect": "Allow", "NotPrincipal": { "AWS": "111122223333" } }] });
        assert_eq!(Policy::read(&but.to_string()).unwrap().grants[0].to, Grantee::Anybody);
    }

    #[test]
    fn conditions_that_require_something() {
        for (condition, limits) in [
            (json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }), vec![vec![organization()]]),
            (json!({ "StringEquals": { "aws:principalorgid": ["o-a1b2c3d4e5"] } }), vec![vec![organization()]]),
            (
                json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-ab12/*"] } }),
                vec![vec![organization()]],
            ),
            (json!({ "StringEquals": { "aws:PrincipalAccount": ["111122223333"] } }), vec![vec![account()]]),
            (json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/*" } }), vec![vec![account()]]),
            (json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/x" } }), vec![vec![Grantee::Anybody]]),
            (json!({ "StringLike": { "aws:PrincipalOrgID": "o-*" } }), vec![vec![Grantee::Anybody]]),
            (json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }), vec![]),
            (json!({ "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }), vec![]),
            (json!({ "StringNotEquals": { "aws:PrincipalAccount": "111122223333" } }), vec![]),
            (json!({ "StringEquals": { "acm-pca:TemplateArn": "arn:aws:acm-pca:::template/x" } }), vec![]),
            (json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } }), vec![]),
        ] {
            assert_eq!(only(condition.clone()), limits, "{condition}");
        }
        let source = json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } });
        assert_eq!(grants(json!({ "Service": "acm.amazonaws.com" }), source)[0].only, [[account()]]);
    }

    #[test]
    fn what_is_denied_grants_nothing_and_what_is_odd_is_refused() {
        let denied = json!({ "Statement": { "Effect": "Deny", "Principal": "*" } });
        assert_eq!(Policy::read(&denied.to_string()).unwrap().grants, []);
        for (policy, problem) in [
            ("{", "not JSON"),
            ("[]", "no Statement"),
            (r#"{"Statement": [{}]}"#, "neither allows nor denies"),
            (r#"{"Statement": [{"Effect": "Allow"}]}"#, "no Principal"),
            (r#"{"Statement": [{"Effect": "Allow", "Principal": "111122223333"}]}"#, "no Principal"),
            (r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": {}}}]}"#, "not a string"),
            (r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Condition": 1}]}"#, "not an object"),
            (r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Condition": {"Bool": 1}}]}"#, "no keys"),
        ] {
            let error = Policy::read(policy).unwrap_err().to_string();
            assert!(error.contains(problem), "{policy}: {error}");
        }
    }
}
