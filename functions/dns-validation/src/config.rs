//! The function's environment variables, of which several can be fields of `SETTINGS`.

use aws_client::TrustStore;
use aws_config::SdkConfig;
use grants::Grants;
use lambda::{ConfigurationError, Environment};
use notices::{Destination, TagKeys};
use organization::{OrganizationConfig, SweepQueue};
use route53::{DnsLookups, ZoneRole};

use crate::policy::Settings;

const ZONE_ROLES: &str = "ZONE_ROLES";
const ZONE_ROLES_PARAMETER: &str = "ZONE_ROLES_PARAMETER";

/// What the function is configured to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `NOTICE_TOPIC_ARN` and `CHAT_TOPIC_ARN`: where notices go.
    pub notices: Destination,
    /// `EVENT_BUS_NAME`: where our events go.
    pub event_bus: String,
    /// `DRY_RUN`: decide and report, but apply nothing.
    pub dry_run: bool,
    /// `TRUST_STORE`: whom the AWS clients trust.
    pub trust_store: TrustStore,
    /// `ZONE_ROLES`: the roles for zones in other accounts.
    pub zone_roles: Vec<ZoneRole>,
    /// `ZONE_ROLES_PARAMETER`: the SSM parameter that holds them instead. See
    /// [`Config::with_parameter`].
    pub zone_roles_parameter: Option<String>,
    /// `ORGANIZATION` or `ORGANIZATION_PARAMETER`: the accounts and Regions of a hub.
    pub organization: OrganizationConfig,
    /// `TARGET_QUEUE_URL`: the queue of a hub, which takes a message for each target of a sweep.
    pub target_queue_url: Option<String>,
    /// `DNS_LOOKUPS` and `DNS_SERVER`: whether and whom to ask for the cause of a wait.
    pub lookups: DnsLookups,
    /// What the policy needs: `OWNER_TAG_KEY`, `PURPOSE_TAG_KEY`, `RECORD_TTL`, `GRANTS`.
    pub settings: Settings,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing or cannot be used; the error names it.
    pub fn read(environment: &Environment) -> Result<Self, ConfigurationError> {
        let environment = &environment.with_settings()?;
        let lookups =
            DnsLookups::new(environment.parsed("DNS_LOOKUPS", true)?, environment.parsed_optional("DNS_SERVER")?);
        let (roles, parameter) = (environment.optional(ZONE_ROLES), environment.optional(ZONE_ROLES_PARAMETER));
        if let (Some(_), Some(parameter)) = (roles, parameter) {
            return Err(ConfigurationError::invalid(
                ZONE_ROLES_PARAMETER,
                parameter,
                "set either this or ZONE_ROLES, not both",
            ));
        }
        let organization = OrganizationConfig::read(environment)?;
        Ok(Self {
            target_queue_url: SweepQueue::read_url(environment, &organization)?,
            organization,
            notices: Destination::read(environment)?,
            event_bus: environment.optional("EVENT_BUS_NAME").unwrap_or("default").to_owned(),
            dry_run: environment.flag("DRY_RUN")?,
            trust_store: environment.parsed("TRUST_STORE", TrustStore::default())?,
            zone_roles: roles.map_or(Ok(Vec::new()), |text| read_roles(ZONE_ROLES, text, text))?,
            zone_roles_parameter: parameter.map(str::to_owned),
            lookups,
            settings: Settings {
                tag_keys: TagKeys::read(environment),
                // Below a minute nobody gains anything; up to two days is what Route 53 advises:
                // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-basic.html
                record_ttl: environment.number("RECORD_TTL", 60..=172_800, 300)?,
                grants: environment.parsed("GRANTS", Grants::default())?,
            },
        })
    }

    /// Says in the log when no domain is granted, so that nothing is validated: whoever installed the function may have
    /// forgotten it. A hub may validate for its spokes alone.
    pub fn warn_without_grants(&self) {
        if self.settings.grants.domains.is_empty() && !self.organization.has_spokes() {
            tracing::warn!(
                reason = "nothing-granted",
                to_do =
                    "set the stack parameter ValidationDomains, or GRANTS, such as {\"domains\": [\"example.com\"]}",
                "no domain is granted, so no validation record is created"
            );
        }
    }

    /// Reads the SSM parameters that are configured.
    ///
    /// # Errors
    /// One cannot be read, or does not hold what `ZONE_ROLES` or `ORGANIZATION` would.
    pub async fn with_parameter(mut self, sdk: &SdkConfig) -> Result<Self, ConfigurationError> {
        self.organization = self.organization.with_parameter(sdk).await?;
        let Some(name) = &self.zone_roles_parameter else { return Ok(self) };
        let text = parameters::read(sdk, ZONE_ROLES_PARAMETER, name).await?;
        self.zone_roles = read_roles(ZONE_ROLES_PARAMETER, name, &text)?;
        Ok(self)
    }
}

fn read_roles(name: &'static str, value: &str, text: &str) -> Result<Vec<ZoneRole>, ConfigurationError> {
    route53::parse_zone_roles(text).map_err(|error| ConfigurationError::invalid(name, value, &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: (&str, &str) = ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices");
    const ROLES: &str = r#"[{"zone": "example.com", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]"#;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigurationError> {
        Config::read(&variables.iter().copied().collect())
    }

    #[test]
    fn only_the_topic_is_needed() {
        let config = read(&[TOPIC]).unwrap();
        assert_eq!(config.notices.topic.as_str(), TOPIC.1);
        assert_eq!((config.event_bus.as_str(), config.dry_run), ("default", false));
        assert_eq!((config.settings.record_ttl, config.settings.tag_keys), (300, TagKeys::default()));
        assert!(config.settings.grants.domains.is_empty(), "nothing is granted by default");
        assert_eq!(
            (config.zone_roles.len(), config.zone_roles_parameter, config.lookups),
            (0, None, DnsLookups::System)
        );
    }

    #[test]
    fn roles_and_resolvers() {
        assert_eq!(read(&[TOPIC, ("ZONE_ROLES", ROLES)]).unwrap().zone_roles.len(), 1);
        let parameter = read(&[TOPIC, ("ZONE_ROLES_PARAMETER", "/zones")]).unwrap().zone_roles_parameter;
        assert_eq!(parameter.as_deref(), Some("/zones"));
        for (variables, lookups) in [
            (&[("DNS_LOOKUPS", "false"), ("DNS_SERVER", "192.0.2.1:5353")][..], DnsLookups::Off),
            (&[("DNS_SERVER", "192.0.2.1:5353")], DnsLookups::Server("192.0.2.1:5353".parse().unwrap())),
            (&[("DNS_SERVER", "2001:db8::1")], DnsLookups::Server("[2001:db8::1]:53".parse().unwrap())),
        ] {
            assert_eq!(read(&[&[TOPIC], variables].concat()).unwrap().lookups, lookups);
        }
    }

    #[test]
    fn a_hub_with_spokes_has_a_queue() {
        let organization = ("ORGANIZATION", r#"{"id": "o-a1b2c3d4e5", "regions": ["us-east-1"]}"#);
        let queue = ("TARGET_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/sweeps");
        let config = read(&[TOPIC, organization, queue]).unwrap();
        assert_eq!(config.organization.settings.map(|settings| settings.id).as_deref(), Some("o-a1b2c3d4e5"));
        assert_eq!(config.target_queue_url.as_deref(), Some(queue.1));
        let error = read(&[TOPIC, organization]).unwrap_err().to_string();
        assert!(error.contains("TARGET_QUEUE_URL is missing"), "{error}");
        assert!(read(&[TOPIC, ("ORGANIZATION", "{}")]).unwrap().organization.settings.is_none());
    }

    #[test]
    fn each_error_names_its_variable() {
        assert!(read(&[]).unwrap_err().to_string().contains("NOTICE_TOPIC_ARN is missing"));
        for (name, value) in [
            ("NOTICE_TOPIC_ARN", "notices"),
            ("DRY_RUN", "yes"),
            ("TRUST_STORE", "everybody"),
            ("RECORD_TTL", "59"),
            ("RECORD_TTL", "172801"),
            ("RECORD_TTL", "soon"),
            ("GRANTS", "example.com"),
            ("GRANTS", r#"{"domains": ["*.example.com"]}"#),
            ("ZONE_ROLES", "example.com"),
            ("ZONE_ROLES", "[{}]"),
            ("DNS_LOOKUPS", "maybe"),
            ("DNS_SERVER", "resolver.example.com"),
            ("SETTINGS", "recordTtl=60"),
            ("ORGANIZATION", "o-a1b2c3d4e5"),
        ] {
            let error = read(&[TOPIC, (name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
        let error = read(&[TOPIC, ("SETTINGS", r#"{"recordTtl": 59}"#)]).unwrap_err().to_string();
        assert!(error.contains("SETTINGS.recordTtl is `59`: use a whole number from 60 to 172800"), "{error}");
        let both = read(&[TOPIC, ("ZONE_ROLES", ROLES), ("ZONE_ROLES_PARAMETER", "/zones")]).unwrap_err();
        assert!(both.to_string().contains("ZONE_ROLES_PARAMETER is `/zones`: set either"), "{both}");
    }
}
