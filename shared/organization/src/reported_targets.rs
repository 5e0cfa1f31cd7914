//! What people were notified of about targets, so that it is reported once, and once more when it is over.
//!
//! It is remembered in parameters of AWS Systems Manager, one for each target, since its runs are in different processes.
//! All of them are read in a few calls when a sweep of all targets starts.

use std::collections::HashMap;

use aws_client::CallError;
use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::ParameterType;
use certificates::Target;

const PATH: &str = "/acm-autopilot";
/// A parameter holds 4,096 characters.
const LONGEST: usize = 1_000;

/// Remembers one kind of report.
#[derive(Debug, Clone)]
pub struct ReportedTargets {
    sdk: SdkConfig,
    path: String,
}

impl ReportedTargets {
    /// `about`: what is reported, as a part of a path. `sdk` has the function's own credentials.
    pub fn new(sdk: &SdkConfig, about: &str) -> Self {
        Self { sdk: sdk.clone(), path: format!("{PATH}/{about}") }
    }

    /// All, with the cause of each.
    ///
    /// # Errors
    /// They could not be read.
    pub async fn all(&self) -> Result<HashMap<Target, String>, CallError> {
        self.below(&self.path).await
    }

    async fn below(&self, path: &str) -> Result<HashMap<Target, String>, CallError> {
        let call = self.client().get_parameters_by_path().path(path).recursive(true);
        let mut pages = call.into_paginator().send();
        let mut found = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("ssm:GetParametersByPath", &error))?;
            let parameters = page.parameters.unwrap_or_default().into_iter();
            found.extend(parameters.filter_map(|parameter| Some((self.target(&parameter.name?)?, parameter.value?))));
        }
        Ok(found)
    }

    /// Why a target was reported, as it is remembered now.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn cause(&self, target: &Target) -> Result<Option<String>, CallError> {
        let account = format!("{}/{}/{}", self.path, target.partition, target.account);
        Ok(self.below(&account).await?.remove(target))
    }

    /// Remembers a target, or another cause of it.
    ///
    /// # Errors
    /// It could not be written.
    pub async fn remember(&self, target: &Target, cause: &str) -> Result<(), CallError> {
        let call = self.client().put_parameter().name(self.name(target)).r#type(ParameterType::String).overwrite(true);
        let cause: String = cause.chars().take(LONGEST).collect();
        call.value(cause).send().await.map(|_| ()).map_err(|error| CallError::new("ssm:PutParameter", &error))
    }

    /// Forgets a target of which there is nothing to report any more.
    ///
    /// # Errors
    /// It could not be deleted.
    pub async fn forget(&self, target: &Target) -> Result<(), CallError> {
        match self.client().delete_parameter().name(self.name(target)).send().await {
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

    fn name(&self, target: &Target) -> String {
        format!("{}/{}/{}/{}", self.path, target.partition, target.account, target.region)
    }

    fn target(&self, name: &str) -> Option<Target> {
        let mut parts = name.strip_prefix(&self.path)?.strip_prefix('/')?.split('/').map(str::to_owned);
        Some(Target { partition: parts.next()?, account: parts.next()?, region: parts.next()? })
    }
}
