//! What the deployment template allows a function, to hold against what the function called.

use std::collections::BTreeSet;
use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};

use crate::Call;

/// A statement of a role's policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its `Sid`.
    pub sid: String,
    /// Its actions, such as `acm:DescribeCertificate`.
    pub actions: BTreeSet<String>,
    /// Every text in its `Condition`, without the names of operators and keys.
    pub condition_values: BTreeSet<String>,
}

impl Call {
    /// The IAM action that allows this call. For the services here it is the operation's name.
    #[must_use]
    pub fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// The actions that a role of a CloudFormation template allows, whatever their conditions.
///
/// # Panics
/// As [`granted`].
#[must_use]
pub fn granted_actions(template: &Path, role: &str) -> BTreeSet<String> {
    granted(template, role).into_iter().flat_map(|statement| statement.actions).collect()
}

/// The statements of a role's own policies. Of `!If` both sides count.
///
/// # Panics
/// When the template cannot be read, or has no such role with policies.
#[must_use]
pub fn granted(template: &Path, role: &str) -> Vec<Statement> {
    let text = std::fs::read_to_string(template).unwrap_or_else(|error| panic!("{}: {error}", template.display()));
    let documents = Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", template.display()));
    let policies = documents
        .first()
        .and_then(|template| member(template, "Resources"))
        .and_then(|resources| member(resources, role))
        .and_then(|resource| member(resource, "Properties"))
        .and_then(|properties| member(properties, "Policies"))
        .unwrap_or_else(|| panic!("{} has no role {role} with policies", template.display()));
    items(policies)
        .filter_map(|policy| member(member(policy, "PolicyDocument")?, "Statement"))
        .flat_map(items)
        .flat_map(alternatives)
        .map(statement)
        .collect()
}

fn statement(node: &Yaml<'_>) -> Statement {
    assert_eq!(member(node, "Effect").and_then(untagged_text), Some("Allow"), "only Allow is read here");
    let mut actions = BTreeSet::new();
    member(node, "Action").into_iter().for_each(|node| texts(node, &mut actions));
    let mut condition_values = BTreeSet::new();
    member(node, "Condition").into_iter().for_each(|node| texts(node, &mut condition_values));
    let sid = member(node, "Sid").and_then(untagged_text).unwrap_or_default().to_owned();
    Statement { sid, actions, condition_values }
}

/// What an entry of a list can be: itself, or the sides of its `!If` that are no `!Ref AWS::NoValue`.
fn alternatives<'a, 'input>(node: &'a Yaml<'input>) -> Vec<&'a Yaml<'input>> {
    match node {
        Yaml::Tagged(tag, inner) if tag.suffix == "If" => {
            items(inner).skip(1).filter(|side| side.is_mapping()).collect()
        }
        other => vec![other],
    }
}

fn untagged<'a, 'input>(node: &'a Yaml<'input>) -> &'a Yaml<'input> {
    match node {
        Yaml::Tagged(_, inner) => untagged(inner),
        other => other,
    }
}

fn untagged_text<'a>(node: &'a Yaml<'_>) -> Option<&'a str> {
    untagged(node).as_str()
}

fn member<'a, 'input>(node: &'a Yaml<'input>, key: &str) -> Option<&'a Yaml<'input>> {
    untagged(node).as_mapping()?.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
}

fn items<'a, 'input>(node: &'a Yaml<'input>) -> impl Iterator<Item = &'a Yaml<'input>> {
    untagged(node).as_sequence().into_iter().flatten()
}

/// All texts in a node, at any depth.
fn texts(node: &Yaml<'_>, found: &mut BTreeSet<String>) {
    match untagged(node) {
        Yaml::Sequence(items) => items.iter().for_each(|item| texts(item, found)),
        Yaml::Mapping(members) => members.values().for_each(|value| texts(value, found)),
        other => found.extend(other.as_str().map(str::to_owned)),
    }
}
