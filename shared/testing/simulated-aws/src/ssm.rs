//! AWS Systems Manager, Parameter Store: GetParameter, GetParameters, GetParametersByPath, PutParameter,
//! DeleteParameter.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Aws;
use crate::acm::epoch;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

/// API reference, GetParameters, Names: 1 to 10.
const MOST_NAMES: usize = 10;
/// API reference, GetParameter, Name: 1 to 2048 characters.
const LONGEST_NAME: usize = 2048;

/// The parameters by name.
#[derive(Debug, Default)]
pub(crate) struct Store {
    parameters: BTreeMap<String, Parameter>,
}

#[derive(Debug)]
struct Parameter {
    value: String,
    secure: bool,
    version: u64,
    modified: Timestamp,
}

impl Aws {
    /// An operator sets a String parameter; the version before it is gone.
    pub fn set_parameter(&self, name: &str, value: &str) {
        self.put_parameter(name, value, false);
    }

    /// An operator sets a SecureString parameter.
    pub fn set_secure_parameter(&self, name: &str, value: &str) {
        self.put_parameter(name, value, true);
    }

    fn put_parameter(&self, name: &str, value: &str, secure: bool) {
        let mut state = self.state();
        let modified = state.now;
        let version = state.ssm.parameters.get(name).map_or(1, |before| before.version + 1);
        let parameter = Parameter { value: value.to_owned(), secure, version, modified };
        state.ssm.parameters.insert(name.to_owned(), parameter);
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetParameter" => get(state, input),
        "GetParameters" => get_several(state, input),
        "GetParametersByPath" => get_by_path(state, input),
        "PutParameter" => put(state, input),
        "DeleteParameter" => delete(state, input),
        other => Err(not_modelled("ssm", other)),
    }
}

/// API reference, PutParameter: Type and Value; "by default, parameters are not overwritten". Tiers, policies and tags are
/// not kept.
fn put(state: &mut State, input: &Value) -> Answer {
    let text = |member: &str| input[member].as_str().unwrap_or_default();
    let name = text("Name").to_owned();
    let present = state.ssm.parameters.get(&name);
    if present.is_some() && input["Overwrite"] != true {
        let why =
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
        return Err(ApiError::new("ParameterAlreadyExists", why));
    }
    if text("Value").is_empty() {
        return Err(ApiError::constraint("value", "have length greater than or equal to 1"));
    }
    let secure = match input["Type"].as_str() {
        Some(kind) => kind == "SecureString",
        None => present
            .map(|present| present.secure)
            .ok_or_else(|| ApiError::validation("A parameter type is required when you create a parameter."))?,
    };
    if text("Type") == "StringList" {
        return Err(
            ApiError::new("NotModelled", "simulated-aws does not model parameters of type StringList").status(501)
        );
    }
    let version = present.map_or(1, |before| before.version + 1);
    let parameter = Parameter { value: text("Value").to_owned(), secure, version, modified: state.now };
    state.ssm.parameters.insert(name, parameter);
    Ok(json!({ "Version": version, "Tier": "Standard" }))
}

/// API reference, GetParameter: "ParameterNotFound: The parameter couldn't be found".
fn get(state: &State, input: &Value) -> Answer {
    let asked = input["Name"].as_str().unwrap_or_default();
    check_name(asked)?;
    let parameter = shown(state, asked, decrypts(input))?;
    Ok(json!({ "Parameter": parameter }))
}

/// API reference, GetParameters: names that are not found come back as InvalidParameters.
fn get_several(state: &State, input: &Value) -> Answer {
    let names: Vec<_> = input["Names"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !(1..=MOST_NAMES).contains(&names.len()) {
        return Err(ApiError::constraint("names", "have length between 1 and 10"));
    }
    let (mut found, mut invalid) = (Vec::new(), Vec::new());
    for name in names {
        check_name(name)?;
        match shown(state, name, decrypts(input)) {
            Ok(parameter) => found.push(parameter),
            Err(_) => invalid.push(name),
        }
    }
    Ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
}

/// API reference, GetParametersByPath: at most ten a page; a path ends where a `/` follows, and without Recursive only one
/// level below it is found.
fn get_by_path(state: &State, input: &Value) -> Answer {
    let path = input["Path"].as_str().unwrap_or_default().trim_end_matches('/');
    check_name(path)?;
    if !path.starts_with('/') {
        return Err(ApiError::validation("The parameter doesn't meet the parameter name requirements."));
    }
    let is_below = |name: &&String| {
        let below = name.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|rest| input["Recursive"] == true || !rest.contains('/'))
    };
    let after = input["NextToken"].as_str().unwrap_or_default();
    let most = input["MaxResults"].as_u64().map_or(MOST_NAMES, |most| usize::try_from(most).unwrap_or(MOST_NAMES));
    let mut names: Vec<_> = state.ssm.parameters.keys().filter(is_below).filter(|name| name.as_str() > after).collect();
    let has_more = names.len() > most;
    names.truncate(most);
    let found: Result<Vec<_>, _> = names.iter().map(|name| shown(state, name, decrypts(input))).collect();
    let mut answer = json!({ "Parameters": found? });
    if has_more {
        answer["NextToken"] = json!(names.last());
    }
    Ok(answer)
}

/// API reference, DeleteParameter: "ParameterNotFound: The parameter couldn't be found".
fn delete(state: &mut State, input: &Value) -> Answer {
    let name = input["Name"].as_str().unwrap_or_default();
    check_name(name)?;
    match state.ssm.parameters.remove(name) {
        Some(_) => Ok(json!({})),
        None => Err(ApiError::new("ParameterNotFound", format!("Parameter {name} not found."))),
    }
}

fn check_name(name: &str) -> Result<(), ApiError> {
    if (1..=LONGEST_NAME).contains(&name.len()) {
        return Ok(());
    }
    Err(ApiError::constraint("name", "have length between 1 and 2048"))
}

fn decrypts(input: &Value) -> bool {
    input["WithDecryption"] == true
}

/// API reference, Parameter. The name is a name or an ARN, and may end in `:version`; labels are not modelled.
/// A SecureString comes as cipher text unless its decryption is asked for.
fn shown(state: &State, asked: &str, decrypted: bool) -> Result<Value, ApiError> {
    let arn_of = |name: &str| state.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')));
    let (plain, version) = match asked.rsplit_once(':') {
        Some((plain, version)) if version.parse::<u64>().is_ok() => (plain, version.parse::<u64>().ok()),
        _ => (asked, None),
    };
    let parameters = &state.ssm.parameters;
    let (name, parameter) = parameters
        .get_key_value(plain)
        .or_else(|| parameters.iter().find(|(name, _)| arn_of(name) == plain))
        .ok_or_else(|| ApiError::new("ParameterNotFound", format!("Parameter {plain} not found.")))?;
    if version.is_some_and(|version| version != parameter.version) {
        let why = format!("Systems Manager could not find version {} of {plain}.", version.unwrap_or_default());
        return Err(ApiError::new("ParameterVersionNotFound", why));
    }
    let hidden = parameter.secure && !decrypted;
    Ok(json!({
        "Name": name,
        "Type": if parameter.secure { "SecureString" } else { "String" },
        "Value": if hidden { "AQICAHsimulatedciphertext==" } else { &parameter.value },
        "Version": parameter.version,
        "LastModifiedDate": epoch(parameter.modified),
        "ARN": arn_of(name),
        "DataType": "text",
    }))
}
