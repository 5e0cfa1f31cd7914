//! Which targets could not be read, so that each is reported once, and once more when it can be read again.
//!
//! It is remembered in parameters of AWS Systems Manager, one for each target, since its runs are in different processes.
//! All of them are read in a few calls when a sweep of all targets starts.

use std::collections::HashMap;

use aws_client::CallError;
use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::ParameterType;
use certificates::Target;

const PATH: &str = "/acm-autopilot/unreadable-targets";
/// A parameter holds 4,096 characters.
const LONGEST: usize = 1_000;

/// Remembers targets that cannot be read.
#[derive(Debug, Clone)]
pub(crate) struct UnreadableTargets {
    sdk: SdkConfig,
}

impl UnreadableTargets {
    /// `sdk` has the hub's own credentials.
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self { sdk: sdk.clone() }
    }

    /// All, with the cause of each.
    pub(crate) async fn all(&self) -> Result<HashMap<Target, String>, CallError> {
        self.below(PATH).await
    }

    async fn below(&self, path: &str) -> Result<HashMap<Target, String>, CallError> {
        let call = self.client().get_parameters_by_path().path(path).recursive(true);
        let mut pages = call.into_paginator().send();
        let mut found = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("ssm:GetParametersByPath", &error))?;
            let parameters = page.parameters.unwrap_or_default().into_iter();
            found.extend(parameters.filter_map(|parameter| Some((target(&parameter.name?)?, parameter.value?))));
        }
        Ok(found)
    }

    /// Why a target could not be read, as it is remembered now.
    pub(crate) async fn cause(&self, target: &Target) -> Result<Option<String>, CallError> {
        let account = format!("{PATH}/{}/{}", target.partition, target.account);
        Ok(self.below(&account).await?.remove(target))
    }

    /// Remembers a target, or another cause of it.
    pub(crate) async fn remember(&self, target: &Target, cause: &str) -> Result<(), CallError> {
        let call = self.client().put_parameter().name(name(target)).r#type(ParameterType::String).overwrite(true);
        let cause: String = cause.chars().take(LONGEST).collect();
        call.value(cause).send().await.map(|_| ()).map_err(|error| CallError::new("ssm:PutParameter", &error))
    }

    /// Forgets a target that can be read again.
    pub(crate) async fn forget(&self, target: &Target) -> Result<(), CallError> {
        match self.client().delete_parameter().name(name(target)).send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = CallError::new("ssm:DeleteParameter", &error);
                if error.has_code("ParameterNotFound") { Ok(()) } else { Err(error) }
            }
        }
    }

    /// Made for each of the few calls: most processes need none.
    fn client(&self) -> Client {
        Client::new(&self.sdk)
    }
}

fn name(target: &Target) -> String {
    format!("{PATH}/{}/{}/{}", target.partition, target.account, target.region)
}

fn target(name: &str) -> Option<Target> {
    let mut parts = name.strip_prefix(PATH)?.strip_prefix('/')?.split('/').map(str::to_owned);
    Some(Target { partition: parts.next()?, account: parts.next()?, region: parts.next()? })
}
