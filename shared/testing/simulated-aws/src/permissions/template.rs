//! The statements of a CloudFormation template's roles.

use std::collections::BTreeSet;
use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};

use super::{Condition, Statement};

/// The actions that a role of a CloudFormation template allows, whatever their conditions.
///
/// # Panics
/// As [`granted`].
pub fn granted_actions(template: &Path, role: &str) -> BTreeSet<String> {
    granted(template, role).into_iter().flat_map(|statement| statement.actions).collect()
}

/// The statements of a role's own policies, or of a policy that is a resource of its own. Of `!If` both sides count.
///
/// # Panics
/// When the template cannot be read, or has no such role with policies.
pub fn granted(template: &Path, role: &str) -> Vec<Statement> {
    let text = std::fs::read_to_string(template).unwrap_or_else(|error| panic!("{}: {error}", template.display()));
    read(&text, role, "Allow").unwrap_or_else(|why| panic!("{}: {why}", template.display()))
}

/// The same of what the role is denied, whatever else allows it.
///
/// # Panics
/// As [`granted`].
pub fn denied(template: &Path, role: &str) -> Vec<Statement> {
    let text = std::fs::read_to_string(template).unwrap_or_else(|error| panic!("{}: {error}", template.display()));
    read(&text, role, "Deny").unwrap_or_else(|why| panic!("{}: {why}", template.display()))
}

pub(super) fn read(template: &str, role: &str, effect: &str) -> Result<Vec<Statement>, String> {
    let documents = Yaml::load_from_str(template).map_err(|error| error.to_string())?;
    let properties = documents
        .first()
        .and_then(|template| member(template, "Resources"))
        .and_then(|resources| member(resources, role))
        .and_then(|resource| member(resource, "Properties"))
        .ok_or_else(|| format!("there is no role {role}"))?;
    // A policy of its own has only the document.
    let of_role = member(properties, "Policies").into_iter().flat_map(items);
    let documents: Vec<_> = of_role.chain([properties]).filter_map(|policy| member(policy, "PolicyDocument")).collect();
    if documents.is_empty() {
        return Err(format!("{role} has no policies"));
    }
    let statements = documents
        .into_iter()
        .filter_map(|document| member(document, "Statement"))
        .flat_map(items)
        .flat_map(alternatives)
        .filter(|node| member(node, "Effect").and_then(untagged_text) == Some(effect))
        .map(statement);
    Ok(statements.collect())
}

fn statement(node: &Yaml<'_>) -> Statement {
    let mut actions = BTreeSet::new();
    member(node, "Action").into_iter().for_each(|node| texts(node, &mut actions));
    let mut not_actions = BTreeSet::new();
    member(node, "NotAction").into_iter().for_each(|node| texts(node, &mut not_actions));
    let mut resources = BTreeSet::new();
    member(node, "Resource").into_iter().for_each(|node| texts(node, &mut resources));
    let mut condition_values = BTreeSet::new();
    member(node, "Condition").into_iter().for_each(|node| texts(node, &mut condition_values));
    let conditions = member(node, "Condition").into_iter().flat_map(conditions).collect();
    let sid = member(node, "Sid").and_then(untagged_text).unwrap_or_default().to_owned();
    Statement { sid, actions, not_actions, resources, condition_values, conditions }
}

fn conditions(node: &Yaml<'_>) -> Vec<Condition> {
    let mut found = Vec::new();
    for (operator, keys) in untagged(node).as_mapping().into_iter().flatten() {
        for (key, node) in untagged(keys).as_mapping().into_iter().flatten() {
            let mut values = BTreeSet::new();
            texts(node, &mut values);
            // YAML's own booleans, such as in `Null: { key: false }`.
            values.extend(untagged(node).as_bool().map(|value| value.to_string()));
            let text = |node: &Yaml<'_>| node.as_str().unwrap_or_default().to_owned();
            found.push(Condition { operator: text(operator), key: text(key), values });
        }
    }
    found
}

/// What an entry of a list can be: itself, or the sides of its `!If` that are no `!Ref AWS::NoValue`.
fn alternatives<'a, 'input>(node: &'a Yaml<'input>) -> Vec<&'a Yaml<'input>> {
    match node {
        Yaml::Tagged(tag, inner) if tag.suffix == "If" => sides(inner),
        other => member(other, "Fn::If").map_or_else(|| vec![other], sides),
    }
}

fn sides<'a, 'input>(condition: &'a Yaml<'input>) -> Vec<&'a Yaml<'input>> {
    items(condition).skip(1).filter(|side| side.is_mapping()).collect()
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
