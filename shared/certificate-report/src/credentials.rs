//! The person's own credentials and Region.

use aws_client::TrustStore;
use aws_config::SdkConfig;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::ProvideCredentials;
use lambda::Environment;

use crate::error::{Error, with_causes};

/// Loads a profile (access keys, SSO, `credential_process`, roles), or without one what every AWS SDK finds: environment,
/// `AWS_PROFILE`, the roles of containers and instances.
///
/// A profile that is named wins over access keys in the environment, as in the AWS CLI; the SDK's own chain would take
/// the keys. `AWS_REGION` wins over the Region of the profile, in both.
///
/// # Errors
/// There are no credentials, or an endpoint that is set would have them sent in clear text.
pub async fn load(profile: Option<&str>) -> Result<SdkConfig, Error> {
    let loader = aws_client::loader(TrustStore::System);
    let sdk = match profile {
        None => loader.load().await,
        Some(name) => {
            let of_profile = ProfileFileRegionProvider::builder().profile_name(name).build();
            let region = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new()).or_else(of_profile);
            let settings = ProviderConfig::without_region()
                .with_region(region.region().await)
                .with_http_client(aws_client::https_client(TrustStore::System));
            let provider = ProfileFileCredentialsProvider::builder().configure(&settings).profile_name(name).build();
            loader.profile_name(name).credentials_provider(provider).load().await
        }
    };
    refuse_plain_endpoints(&sdk)?;
    check_credentials(&sdk, profile).await?;
    Ok(sdk)
}

/// Those of the environment, and the one that a profile may have.
fn refuse_plain_endpoints(sdk: &SdkConfig) -> Result<(), Error> {
    let of_profile: Environment = sdk.endpoint_url().map(|url| ("AWS_ENDPOINT_URL", url)).into_iter().collect();
    [Environment::of_process(), of_profile]
        .iter()
        .try_for_each(Environment::refuse_plain_endpoints)
        .map_err(Error::Endpoint)
}

async fn check_credentials(sdk: &SdkConfig, profile: Option<&str>) -> Result<(), Error> {
    let why = match sdk.credentials_provider() {
        None => "no provider of credentials is configured".to_owned(),
        Some(provider) => match provider.provide_credentials().await {
            Ok(_) => return Ok(()),
            Err(error) => with_causes(&error),
        },
    };
    Err(Error::NoCredentials { profile: profile.map(str::to_owned), why })
}
