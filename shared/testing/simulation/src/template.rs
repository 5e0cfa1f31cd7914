//! Reads the deployment template, as far as the wiring needs it.

use std::collections::BTreeMap;
use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Map, Value, json};

/// A CloudFormation template whose intrinsic functions are evaluated with the parameters' defaults.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
    parameters: BTreeMap<String, String>,
    account: String,
    region: String,
}

impl Template {
    /// Reads the template; `parameters` replace its defaults.
    ///
    /// # Panics
    /// When it cannot be read, or has no such parameter.
    pub fn read(path: &Path, account: &str, region: &str, parameters: &[(&str, &str)]) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::parse(&text, account, region, parameters)
    }

    /// Parses the template's text.
    ///
    /// # Panics
    /// When it is not YAML, or has no such parameter.
    pub fn parse(text: &str, account: &str, region: &str, parameters: &[(&str, &str)]) -> Self {
        let documents = Yaml::load_from_str(text).unwrap_or_else(|error| panic!("the template: {error}"));
        let document = documents.first().map(plain).unwrap_or_default();
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        for (name, parameter) in document["Parameters"].as_object().into_iter().flatten() {
            all.insert(name.clone(), scalar(&parameter["Default"]));
        }
        for (name, value) in parameters {
            let known = all.get_mut(*name).unwrap_or_else(|| panic!("the template has no parameter {name}"));
            (*value).clone_into(known);
        }
        Self { document, parameters: all, account: account.to_owned(), region: region.to_owned() }
    }

    /// The resources of this type whose condition holds: logical id and evaluated properties.
    pub fn resources(&self, kind: &str) -> Vec<(String, Value)> {
        let all = self.document["Resources"].as_object().into_iter().flatten();
        all.filter(|(_, resource)| resource["Type"] == kind)
            .filter(|(_, resource)| resource["Condition"].as_str().is_none_or(|condition| self.holds(condition)))
            .map(|(id, resource)| (id.clone(), self.evaluate(&resource["Properties"])))
            .collect()
    }

    /// The evaluated `Globals` of functions.
    pub fn function_globals(&self) -> Value {
        self.evaluate(&self.document["Globals"]["Function"])
    }

    /// The ARN that `!GetAtt ID.Arn` gives.
    pub fn arn(&self, id: &str) -> String {
        let kind = self.document["Resources"][id]["Type"].as_str().unwrap_or_default();
        let service = kind.split("::").nth(1).unwrap_or_default().to_ascii_lowercase();
        match service.as_str() {
            "iam" => format!("arn:aws:iam::{}:role/{id}", self.account),
            "serverless" => format!("arn:aws:lambda:{}:{}:function:{id}", self.region, self.account),
            service => format!("arn:aws:{service}:{}:{}:{id}", self.region, self.account),
        }
    }

    fn holds(&self, condition: &str) -> bool {
        self.evaluate(&self.document["Conditions"][condition]).as_bool().unwrap_or_default()
    }

    /// Evaluates the intrinsic functions in a value. Members that become `AWS::NoValue` are left out.
    fn evaluate(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => {
                items.iter().map(|item| self.evaluate(item)).filter(|item| !item.is_null()).collect()
            }
            Value::Object(members) => match members.iter().next() {
                Some((name, argument)) if members.len() == 1 && is_function(name) => self.call(name, argument),
                _ => members
                    .iter()
                    .map(|(name, member)| (name.clone(), self.evaluate(member)))
                    .filter(|(_, member)| !member.is_null())
                    .collect(),
            },
            other => other.clone(),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> Value {
        let items = |position: usize| self.evaluate(&argument[position]);
        match function {
            "Ref" => self.reference(argument.as_str().unwrap_or_default()),
            "Fn::GetAtt" => {
                let text = argument.as_str().unwrap_or_default();
                let (id, attribute) = text.split_once('.').unwrap_or((text, ""));
                if attribute == "Arn" { json!(self.arn(id)) } else { json!(id) }
            }
            "Condition" => json!(self.holds(argument.as_str().unwrap_or_default())),
            "Fn::If" => {
                if self.holds(argument[0].as_str().unwrap_or_default()) {
                    items(1)
                } else {
                    items(2)
                }
            }
            "Fn::Equals" => json!(scalar(&items(0)) == scalar(&items(1))),
            "Fn::Not" => json!(items(0) != json!(true)),
            "Fn::And" => {
                json!(self.evaluate(argument).as_array().is_some_and(|all| all.iter().all(|one| *one == true)))
            }
            "Fn::Or" => json!(self.evaluate(argument).as_array().is_some_and(|all| all.iter().any(|one| *one == true))),
            "Fn::Split" => {
                let (separator, text) = (scalar(&items(0)), scalar(&items(1)));
                text.split(&separator).map(Value::from).collect()
            }
            "Fn::Select" => {
                let position: usize = scalar(&items(0)).parse().unwrap_or_else(|_| panic!("Fn::Select of {argument}"));
                items(1).get(position).cloned().unwrap_or_else(|| panic!("Fn::Select of {argument}"))
            }
            "Fn::Join" => {
                let parts = items(1);
                let parts: Vec<String> = parts.as_array().into_iter().flatten().map(scalar).collect();
                json!(parts.join(&scalar(&items(0))))
            }
            "Fn::Sub" => self.substitute(argument.as_str().unwrap_or_default()),
            other => panic!("the template uses {other}, which is not evaluated here"),
        }
    }

    fn reference(&self, name: &str) -> Value {
        match name {
            "AWS::NoValue" => Value::Null,
            "AWS::Region" => json!(self.region),
            "AWS::AccountId" => json!(self.account),
            "AWS::Partition" => json!("aws"),
            "AWS::StackName" => json!("acm-autopilot"),
            "AWS::URLSuffix" => json!("amazonaws.com"),
            name => match self.parameters.get(name) {
                Some(value) if self.document["Parameters"][name]["Type"] == "CommaDelimitedList" => {
                    value.split(',').map(str::trim).map(Value::from).collect()
                }
                Some(value) => json!(value),
                None if self.document["Resources"][name]["Type"] == "AWS::SNS::Topic" => json!(self.arn(name)),
                None => json!(name),
            },
        }
    }

    fn substitute(&self, text: &str) -> Value {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            out.push_str(&scalar(&self.reference(name)));
            rest = after;
        }
        out.push_str(rest);
        json!(out)
    }
}

fn is_function(name: &str) -> bool {
    matches!(name, "Ref" | "Condition") || name.starts_with("Fn::")
}

/// A parameter's value as text.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// YAML as JSON, with the short forms of intrinsic functions (`!Ref x`) in their long form.
fn plain(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Tagged(tag, inner) => {
            let name = tag.suffix.as_str();
            let name = if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") };
            let mut call = Map::new();
            call.insert(name, plain(inner));
            Value::Object(call)
        }
        Yaml::Sequence(items) => items.iter().map(plain).collect(),
        Yaml::Mapping(members) => {
            members.iter().map(|(name, value)| (name.as_str().unwrap_or_default().to_owned(), plain(value))).collect()
        }
        other => {
            if let Some(flag) = other.as_bool() {
                json!(flag)
            } else if let Some(number) = other.as_integer() {
                json!(number)
            } else if let Some(number) = other.as_floating_point() {
                json!(number)
            } else {
                other.as_str().map_or(Value::Null, Value::from)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
Parameters:
  Bus: {Type: String, Default: default}
  Days: {Type: Number, Default: 30}
  Extra: {Type: String, Default: ''}
Conditions:
  HasExtra: !Not [!Equals [!Ref Extra, '']]
  Both: !And [!Condition HasExtra, !Equals [!Ref Bus, default]]
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Role: {Type: AWS::IAM::Role}
  Sometimes: {Type: AWS::SQS::Queue, Condition: Both, Properties: {Of: !GetAtt Role.Arn}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      Bus: !Ref Bus
      Topic: !Ref Topic
      Days: !Ref Days
      Named: !Sub '${AWS::StackName}-x'
      Gone: !If [HasExtra, here, !Ref AWS::NoValue]
      First: !Select [0, !Split [/, a/b]]
";

    #[test]
    fn intrinsic_functions_are_evaluated() {
        let template = Template::parse(TEXT, "123456789012", "us-east-1", &[]);
        let expected = json!({
            "Bus": "default", "Topic": "arn:aws:sns:us-east-1:123456789012:Topic", "Days": "30",
            "Named": "acm-autopilot-x", "First": "a",
        });
        assert_eq!(template.resources("AWS::Events::Rule"), [("Rule".to_owned(), expected)]);
        assert_eq!(template.resources("AWS::SQS::Queue"), []);
    }

    #[test]
    fn parameters_can_be_set() {
        let template = Template::parse(TEXT, "123456789012", "us-east-1", &[("Extra", "more")]);
        assert_eq!(template.resources("AWS::Events::Rule")[0].1["Gone"], "here");
        let queue = &template.resources("AWS::SQS::Queue")[0].1;
        assert_eq!(queue["Of"], "arn:aws:iam::123456789012:role/Role");
    }

    #[test]
    #[should_panic(expected = "no parameter Extras")]
    fn a_misspelt_parameter_is_rejected() {
        let _ = Template::parse(TEXT, "123456789012", "us-east-1", &[("Extras", "more")]);
    }
}
