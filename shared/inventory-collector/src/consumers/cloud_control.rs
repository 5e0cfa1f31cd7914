//! Resources of other services, by Cloud Control API.
//!
//! Lists show the identifier, and of some types some or all properties
//! ([Discovering resources](https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations-list.html)).
//! Where the certificate is not among them, the resource is read.

use aws_client::{CallError, CallErrorKind};
use aws_sdk_cloudcontrol::types::ResourceDescription;
use futures::{StreamExt, stream};
use serde_json::Value;

use super::clients::{AT_ONCE, Clients};
use super::listed::{Listed, usage};
use super::resource_types::ResourceType;
use crate::target_facts::TargetFacts;

const LIST: &str = "cloudformation:ListResources";
const GET: &str = "cloudformation:GetResource";

/// A resource, as far as it was shown.
pub(super) struct Resource {
    identifier: String,
    properties: Value,
}

pub(super) async fn read(clients: &Clients, of: &TargetFacts, resource_type: &ResourceType) -> Listed {
    let mut listed = Listed::default();
    let mut resources = Vec::new();
    if let Err(error) = list(clients, resource_type.name, &mut resources).await {
        fail(&mut listed, &error, resource_type);
    }
    listed.found = resources.len().try_into().unwrap_or(u64::MAX);
    let read = |resource| whole(clients, resource, resource_type);
    let mut answers = stream::iter(resources).map(read).buffered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(resource) => add(&mut listed, &resource, of, resource_type),
            // It was deleted meanwhile.
            Err(error) if error.has_code("ResourceNotFoundException") => {}
            Err(error) => {
                if !fail(&mut listed, &error, resource_type) {
                    break;
                }
            }
        }
    }
    listed
}

fn add(listed: &mut Listed, resource: &Resource, of: &TargetFacts, resource_type: &ResourceType) {
    let Resource { identifier, properties } = resource;
    let name = properties[resource_type.label].as_str().unwrap_or(identifier);
    let usage = usage(&(resource_type.arn)(of, identifier), resource_type.service, name);
    listed.add(&usage, (resource_type.certificates)(properties));
}

/// All pages of a list.
pub(super) async fn list(clients: &Clients, name: &str, found: &mut Vec<Resource>) -> Result<(), CallError> {
    let mut pages = clients.cloud_control.list_resources().type_name(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new(LIST, &error))?;
        for description in page.resource_descriptions() {
            found.push(shown(description, LIST)?);
        }
    }
    Ok(())
}

async fn whole(clients: &Clients, listed: Resource, resource_type: &ResourceType) -> Result<Resource, CallError> {
    if !(resource_type.certificates)(&listed.properties).is_empty() {
        return Ok(listed);
    }
    clients.resources_pace.acquire().await;
    let request = clients.cloud_control.get_resource().type_name(resource_type.name).identifier(&listed.identifier);
    let answer = request.send().await.map_err(|error| CallError::new(GET, &error))?;
    let description = answer.resource_description();
    shown(description.ok_or_else(|| CallError::incomplete_answer(GET, "ResourceDescription"))?, GET)
}

fn shown(description: &ResourceDescription, operation: &'static str) -> Result<Resource, CallError> {
    let identifier = description.identifier();
    let identifier = identifier.ok_or_else(|| CallError::incomplete_answer(operation, "Identifier"))?.to_owned();
    // Texts that are not JSON are like none: of a list, the resource is read then.
    let properties = description.properties().and_then(|text| serde_json::from_str(text).ok());
    match properties {
        None if operation == GET => Err(CallError::incomplete_answer(GET, "Properties")),
        properties => Ok(Resource { identifier, properties: properties.unwrap_or_default() }),
    }
}

/// Cloud Control API acts with its caller's permissions
/// ([Specifying credentials](https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations.html)).
fn fail(listed: &mut Listed, error: &CallError, resource_type: &ResourceType) -> bool {
    let is_first = listed.missing.is_none();
    let goes_on = listed.fail(error);
    if let Some(missing) = listed.missing.as_mut().filter(|_| is_first && error.kind == CallErrorKind::Denied) {
        let permissions = resource_type.permissions;
        missing
            .explanation
            .push_str(&format!(" Cloud Control API needs these permissions of its caller, too: {permissions}."));
    }
    goes_on
}
