//! From where the settings come.

use aws_config::SdkConfig;
use lambda::{ConfigurationError, Environment};

use crate::settings::{InvalidSettings, OrganizationSettings};

const SETTINGS: &str = "ORGANIZATION";
const PARAMETER: &str = "ORGANIZATION_PARAMETER";
const NO_SPOKES: &str = "{}";

/// What the environment says: the settings, or the SSM parameter that holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganizationConfig {
    /// `ORGANIZATION`: the settings. None in a single account.
    pub settings: Option<OrganizationSettings>,
    /// `ORGANIZATION_PARAMETER`: the SSM parameter that holds them instead.
    pub parameter: Option<String>,
}

impl OrganizationConfig {
    /// Reads the environment.
    ///
    /// # Errors
    /// The settings cannot be used, or there are two of them.
    pub fn read(environment: &Environment) -> Result<Self, ConfigurationError> {
        let settings = environment.optional(SETTINGS).filter(|text| *text != NO_SPOKES);
        let parameter = environment.optional(PARAMETER);
        if let (Some(_), Some(parameter)) = (settings, parameter) {
            let problem = "set either this or ORGANIZATION, not both";
            return Err(ConfigurationError::invalid(PARAMETER, parameter, problem));
        }
        let settings = settings.map(|text| parse(SETTINGS, text, text)).transpose()?;
        Ok(Self { settings, parameter: parameter.map(str::to_owned) })
    }

    /// Whether there are spokes: the settings, or a parameter that holds them.
    pub fn has_spokes(&self) -> bool {
        self.settings.is_some() || self.parameter.is_some()
    }

    /// Reads the SSM parameter, if one is configured.
    ///
    /// # Errors
    /// The parameter cannot be read, or does not hold what `ORGANIZATION` would.
    pub async fn with_parameter(self, sdk: &SdkConfig) -> Result<Self, ConfigurationError> {
        let Some(name) = &self.parameter else { return Ok(self) };
        let text = parameters::read(sdk, PARAMETER, name).await?;
        let settings = parse(PARAMETER, name, &text)?;
        Ok(Self { settings: Some(settings), ..self })
    }
}

fn parse(variable: &'static str, value: &str, text: &str) -> Result<OrganizationSettings, ConfigurationError> {
    text.parse().map_err(|error: InvalidSettings| ConfigurationError::invalid(variable, value, &error.to_string()))
}
