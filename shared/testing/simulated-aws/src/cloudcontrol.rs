//! AWS Cloud Control API: ListResources and GetResource, over the resource types that `TYPES` has.
//!
//! Its IAM actions are CloudFormation's. It calls the service of a resource with the caller's credentials: what the type's
//! schema has as permissions of the handler has to be allowed too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::Aws;
use crate::authorization::is_allowed;
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};
use crate::connector::not_modelled;

/// API reference, ListResources, MaxResults: 1 to 100. That a page has 100 without it is unverified.
const LARGEST_PAGE: usize = 100;

/// A resource type, by its schema (terraform-provider-awscc, `internal/service/cloudformation/schemas`).
struct Type {
    name: &'static str,
    /// The members of `primaryIdentifier`.
    identifier: &'static [&'static str],
    /// Permissions of the handler `list`; a type without one cannot be listed.
    list: Option<&'static [&'static str]>,
    read: &'static [&'static str],
    /// `writeOnlyProperties` are never shown.
    write_only: &'static [&'static str],
}

const TYPES: [Type; 7] = [
    Type {
        name: "AWS::AppSync::DomainName",
        identifier: &["DomainName"],
        list: Some(&["appsync:ListDomainNames"]),
        read: &["appsync:GetDomainName"],
        write_only: &[],
    },
    Type {
        name: "AWS::Cognito::UserPool",
        identifier: &["UserPoolId"],
        list: Some(&["cognito-idp:ListUserPools"]),
        read: &["cognito-idp:DescribeUserPool", "cognito-idp:GetUserPoolMfaConfig"],
        write_only: &["EnabledMfas"],
    },
    Type {
        name: "AWS::Cognito::UserPoolDomain",
        identifier: &["UserPoolId", "Domain"],
        list: None,
        read: &["cognito-idp:DescribeUserPoolDomain"],
        write_only: &["ManagedLoginVersion"],
    },
    Type {
        name: "AWS::NetworkFirewall::TLSInspectionConfiguration",
        identifier: &["TLSInspectionConfigurationArn"],
        list: Some(&["network-firewall:ListTLSInspectionConfigurations"]),
        read: &["network-firewall:DescribeTLSInspectionConfiguration"],
        write_only: &[],
    },
    Type {
        name: "AWS::OpenSearchService::Domain",
        identifier: &["DomainName"],
        list: None,
        read: &["es:DescribeDomain", "es:ListTags"],
        write_only: &[],
    },
    Type {
        name: "AWS::Transfer::Server",
        identifier: &["Arn"],
        list: Some(&["transfer:ListServers"]),
        read: &["transfer:DescribeServer", "ec2:DescribeVpcEndpoints"],
        write_only: &["IdentityProviderType"],
    },
    Type {
        name: "AWS::VpcLattice::Service",
        identifier: &["Arn"],
        list: Some(&["vpc-lattice:ListServices"]),
        read: &["vpc-lattice:GetService", "vpc-lattice:ListTagsForResource"],
        write_only: &[],
    },
];

/// The resources by type and identifier.
#[derive(Debug, Default)]
pub(crate) struct Store {
    resources: BTreeMap<&'static str, BTreeMap<String, Value>>,
    /// Types whose list has all properties.
    listed_whole: BTreeSet<&'static str>,
}

impl Aws {
    /// A resource is there from now on, for Cloud Control API; its identifier, which its properties have.
    ///
    /// # Panics
    /// When the type is not modelled, or the properties have no identifier.
    pub fn insert_resource(&self, type_name: &str, properties: Value) -> String {
        let of = find(type_name).unwrap_or_else(|_| panic!("{type_name} is not modelled"));
        let parts = of.identifier.iter().map(|member| properties[*member].as_str());
        let parts: Option<Vec<_>> = parts.collect();
        let identifier = parts.unwrap_or_else(|| panic!("{properties} has no {:?}", of.identifier)).join("|");
        let mut state = self.state();
        state.cloudcontrol.resources.entry(of.name).or_default().insert(identifier.clone(), properties);
        identifier
    }

    /// From now on ListResources shows all properties of this type, as it does of some; before, only the identifier.
    ///
    /// # Panics
    /// When the type is not modelled.
    pub fn list_resources_whole(&self, type_name: &str) {
        let of = find(type_name).unwrap_or_else(|_| panic!("{type_name} is not modelled"));
        self.state().cloudcontrol.listed_whole.insert(of.name);
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    let of = find(input["TypeName"].as_str().unwrap_or_default());
    match operation {
        "ListResources" => list(state, of?, input),
        "GetResource" => get(state, of?, input),
        other => Err(not_modelled("cloudformation", other)),
    }
}

/// API reference, TypeNotFoundException: "The specified extension doesn't exist in the CloudFormation registry"; the text is
/// unverified.
fn find(name: &str) -> Result<&'static Type, ApiError> {
    let known = TYPES.iter().find(|known| known.name == name);
    known.ok_or_else(|| ApiError::new("TypeNotFoundException", format!("The type '{name}' cannot be found.")))
}

/// User guide, "Discovering resources": the primary identifier, and "may include some or all of the resource's properties".
/// API reference, UnsupportedActionException: "The specified resource doesn't support this resource operation"; the text is
/// unverified.
fn list(state: &State, of: &Type, input: &Value) -> Answer {
    let Some(permissions) = of.list else {
        let why = format!("Resource type {} does not support LIST action", of.name);
        return Err(ApiError::new("UnsupportedActionException", why));
    };
    check(state, of, permissions)?;
    let after = input["NextToken"].as_str().map(|token| position(token, of)).transpose()?;
    let size = input["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(LARGEST_PAGE);
    let all = state.cloudcontrol.resources.get(of.name).into_iter().flatten();
    let mut rest = all.filter(|(id, _)| after.as_ref().is_none_or(|after| *id > after)).peekable();
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let last = page.last().filter(|_| rest.peek().is_some());
    let token = last.map(|(id, _)| aws_smithy_types::base64::encode(format!("{} {id}", of.name)));
    let is_whole = state.cloudcontrol.listed_whole.contains(of.name);
    let shown: Vec<_> = page.iter().map(|(id, properties)| of.shown(id, properties, is_whole)).collect();
    Ok(json!({ "TypeName": of.name, "ResourceDescriptions": shown, "NextToken": token }))
}

fn position(token: &str, of: &Type) -> Result<String, ApiError> {
    let text = decode_blob(token).and_then(|bytes| String::from_utf8(bytes).ok());
    let id = text.as_deref().and_then(|text| text.strip_prefix(of.name)?.strip_prefix(' ').map(str::to_owned));
    id.ok_or_else(|| ApiError::new("InvalidRequestException", "Invalid NextToken"))
}

fn get(state: &State, of: &Type, input: &Value) -> Answer {
    check(state, of, of.read)?;
    let id = input["Identifier"].as_str().unwrap_or_default();
    let found = state.cloudcontrol.resources.get(of.name).and_then(|all| all.get(id));
    let missing = || {
        let why = format!("Resource of type '{}' with identifier '{id}' was not found.", of.name);
        ApiError::new("ResourceNotFoundException", why)
    };
    Ok(json!({ "TypeName": of.name, "ResourceDescription": of.shown(id, found.ok_or_else(missing)?, true) }))
}

impl Type {
    /// API reference, ResourceDescription: the properties are JSON in a text.
    fn shown(&self, id: &str, properties: &Value, is_whole: bool) -> Value {
        let is_shown = |member: &str| {
            if is_whole { !self.write_only.contains(&member) } else { self.identifier.contains(&member) }
        };
        let members = properties.as_object().into_iter().flatten().filter(|(member, _)| is_shown(member));
        let shown: Map<_, _> = members.map(|(member, value)| (member.clone(), value.clone())).collect();
        json!({ "Identifier": id, "Properties": Value::Object(shown).to_string() })
    }
}

/// User guide, "Specifying credentials": Cloud Control API "uses a temporary session created using your AWS user
/// credentials". The code and the text are in aws-cloudformation/aws-cloudformation-resource-providers-cloudformation#113.
fn check(state: &State, of: &Type, permissions: &[&str]) -> Result<(), ApiError> {
    let Some(missing) = permissions.iter().find(|action| !is_allowed(state, action)) else { return Ok(()) };
    let why = format!(
        "{} Handler returned status FAILED: User: {} is not authorized to perform: {missing} because no identity-based \
         policy allows the {missing} action (HandlerErrorCode: AccessDenied, RequestToken: \
         00000000-0000-4000-8000-000000000000)",
        of.name,
        state.caller_arn()
    );
    Err(ApiError::new("AccessDeniedException", why))
}
