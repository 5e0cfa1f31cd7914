//! Which Regions are read.

use aws_client::CallError;
use aws_config::{Region, SdkConfig};
use aws_sdk_account::types::RegionOptStatus;

use crate::arguments::Regions;
use crate::error::Error;

const LIST: &str = "account:ListRegions";
/// Where services without Regions answer in AWS's main partition; also the Region of certificates for CloudFront.
pub(crate) const GLOBAL: &str = "us-east-1";
/// Regions in which an account can have anything
/// ([API reference, Region](https://docs.aws.amazon.com/accounts/latest/reference/API_Region.html)).
const ENABLED: [RegionOptStatus; 2] = [RegionOptStatus::Enabled, RegionOptStatus::EnabledByDefault];

/// The configuration for what has no Region: that of the profile, or the first that is named.
pub(crate) fn home(sdk: &SdkConfig, wanted: &Regions) -> Result<SdkConfig, Error> {
    let region = match (sdk.region(), wanted) {
        (Some(region), _) => region.to_string(),
        (None, Regions::Named(names)) => names.first().cloned().ok_or(Error::NoRegion)?,
        (None, Regions::All) => GLOBAL.to_owned(),
        (None, Regions::Configured) => return Err(Error::NoRegion),
    };
    Ok(in_region(sdk, &region))
}

/// The same configuration in another Region.
pub(crate) fn in_region(sdk: &SdkConfig, region: &str) -> SdkConfig {
    sdk.to_builder().region(Region::new(region.to_owned())).build()
}

/// The Regions by name. Without permission to list them there is no guess: a list that is built in would miss Regions, and
/// nobody would see it.
pub(crate) async fn wanted(home: &SdkConfig, wanted: &Regions) -> Result<Vec<String>, Error> {
    match wanted {
        Regions::Configured => home.region().map(|region| vec![region.to_string()]).ok_or(Error::NoRegion),
        Regions::Named(names) => Ok(names.clone()),
        Regions::All => enabled(home).await.map_err(Error::Regions),
    }
}

async fn enabled(home: &SdkConfig) -> Result<Vec<String>, CallError> {
    let list = aws_sdk_account::Client::new(home).list_regions().set_region_opt_status_contains(Some(ENABLED.to_vec()));
    let mut regions = list.into_paginator().items().send();
    let mut names = Vec::new();
    while let Some(region) = regions.next().await {
        let region = region.map_err(|error| CallError::new(LIST, &error))?;
        names.extend(region.region_name);
    }
    names.sort();
    match names.is_empty() {
        false => Ok(names),
        true => Err(CallError::incomplete_answer(LIST, "Region")),
    }
}
