//! The function's configuration, from its environment variables, of which several can be fields of `SETTINGS`.

use acme::Connection;
use acme::settings::{AcmeSettings, InvalidAcmeSettings};
use aws_client::TrustStore;
use aws_config::SdkConfig;
use certificates::{PrivateCaArn, Thresholds};
use grants::Grants;
use issuers::RecordPlaces;
use lambda::{ConfigurationError, Environment, SweepSchedule};
use notices::{AccountFacts, Destination, TagKeys};
use organization::OrganizationConfig;
use route53::{DnsLookups, DnsName};

mod spoke;

const ACME_SETTINGS: &str = "ACME_SETTINGS";
const ACME_SETTINGS_PARAMETER: &str = "ACME_SETTINGS_PARAMETER";

use crate::endpoint_check::EndpointCheckSettings;
use crate::policy::Maintenance;

/// When expiry-events sweeps: it requests again what waits for a maintenance window.
const SWEEP_SCHEDULE: &str = "SWEEP_SCHEDULE";

/// What the function is set up with.
#[derive(Debug, Clone)]
pub struct Config {
    /// `NOTICE_TOPIC_ARN` and `CHAT_TOPIC_ARN`: where notices go.
    pub notices: Destination,
    /// `EVENT_BUS_NAME`: where events go.
    pub event_bus_name: String,
    /// `OWNER_TAG_KEY` and `PURPOSE_TAG_KEY`: the tags that notices show.
    pub tag_keys: TagKeys,
    /// `ORGANIZATION` or `ORGANIZATION_PARAMETER`: the accounts and Regions beside the function's own.
    pub organization: OrganizationConfig,
    /// `GRANTS`: which private CAs may issue, which secrets may be read, and whether an issuer may change.
    pub grants: Grants,
    /// `ACME_SETTINGS`: the ACME directories that may issue, and for which domains.
    pub acme: AcmeSettings,
    /// `ACME_SETTINGS`, `DNS_LOOKUPS` and `DNS_SERVER`: where validation records of ACME servers may be written.
    pub record_places: RecordPlaces,
    /// `ACME_SETTINGS_PARAMETER`: the SSM parameter that holds them instead. See [`Config::with_parameter`].
    pub acme_settings_parameter: Option<String>,
    /// Over HTTPS, unless a test sets another.
    pub acme_connection: Connection,
    /// `DEFAULT_PRIVATE_CA_ARN`: the CA for certificates that name none. It is granted.
    pub default_private_ca: Option<PrivateCaArn>,
    /// `RENEW_BEFORE_DAYS`: a certificate is due this many days before it expires.
    pub renew_before_days: u16,
    /// `MAX_VALIDITY_DAYS`: no certificate is requested for longer.
    pub max_validity_days: u16,
    /// `NOTICE_THRESHOLDS`: a failure that a person has to resolve is tried again when one is crossed.
    pub thresholds: Thresholds,
    /// `MAINTENANCE`: windows in which certificates are replaced, and freezes.
    pub maintenance: Maintenance,
    /// `ENDPOINT_CHECK`: which endpoints are checked after a renewal.
    pub endpoint_check: EndpointCheckSettings,
    /// `AWS_LAMBDA_LOG_GROUP_NAME`: where the log is, for notices. Lambda sets it.
    pub log_group: Option<String>,
    /// `DRY_RUN`: decide and answer the plan, but change nothing.
    pub dry_run: bool,
    /// What notices say of the account; nothing outside of spokes.
    pub account: AccountFacts,
    /// `TRUST_STORE`: whom the AWS clients trust.
    pub trust_store: TrustStore,
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// A variable is missing or unusable; the error names it.
    pub fn read(environment: &Environment) -> Result<Self, ConfigurationError> {
        let environment = &environment.with_settings()?;
        let acme: AcmeSettings = environment.parsed(ACME_SETTINGS, AcmeSettings::default())?;
        let lookups =
            DnsLookups::new(environment.parsed("DNS_LOOKUPS", true)?, environment.parsed_optional("DNS_SERVER")?);
        Ok(Self {
            notices: Destination::read(environment)?,
            event_bus_name: environment.optional("EVENT_BUS_NAME").unwrap_or("default").to_owned(),
            tag_keys: TagKeys::read(environment),
            organization: OrganizationConfig::read(environment)?,
            grants: environment.parsed("GRANTS", Grants::default())?,
            record_places: record_places(&acme, lookups)?,
            acme,
            acme_settings_parameter: environment.optional(ACME_SETTINGS_PARAMETER).map(str::to_owned),
            acme_connection: Connection::default(),
            default_private_ca: environment.parsed_optional("DEFAULT_PRIVATE_CA_ARN")?,
            renew_before_days: environment.number("RENEW_BEFORE_DAYS", 1..=365, 30)?,
            max_validity_days: environment.number("MAX_VALIDITY_DAYS", 1..=36_500, 398)?,
            thresholds: environment.parsed("NOTICE_THRESHOLDS", Thresholds::default())?,
            maintenance: read_maintenance(environment)?,
            endpoint_check: environment.parsed("ENDPOINT_CHECK", EndpointCheckSettings::default())?,
            log_group: environment.optional("AWS_LAMBDA_LOG_GROUP_NAME").map(str::to_owned),
            dry_run: environment.flag("DRY_RUN")?,
            account: AccountFacts::default(),
            trust_store: environment.parsed("TRUST_STORE", TrustStore::default())?,
        })
    }
}

impl Config {
    /// Reads the SSM parameters that are configured.
    ///
    /// # Errors
    /// One cannot be read, or does not hold what the variable would.
    pub async fn with_parameter(mut self, aws: &SdkConfig) -> Result<Self, ConfigurationError> {
        self.organization = self.organization.with_parameter(aws).await?;
        self.with_acme_parameter(aws).await
    }

    async fn with_acme_parameter(mut self, aws: &SdkConfig) -> Result<Self, ConfigurationError> {
        let Some(name) = &self.acme_settings_parameter else { return Ok(self) };
        let text = parameters::read(aws, ACME_SETTINGS_PARAMETER, name).await?;
        let acme = text.parse().map_err(|error: InvalidAcmeSettings| {
            ConfigurationError::invalid(ACME_SETTINGS_PARAMETER, name, &error.to_string())
        })?;
        (self.record_places, self.acme) = (record_places(&acme, self.record_places.dns_lookups)?, acme);
        Ok(self)
    }
}

fn record_places(acme: &AcmeSettings, dns_lookups: DnsLookups) -> Result<RecordPlaces, ConfigurationError> {
    let zone_roles = route53::parse_zone_roles(&acme.zone_roles).map_err(|error| {
        ConfigurationError::invalid(ACME_SETTINGS, &acme.zone_roles, &format!("in `zoneRoles`: {error}"))
    })?;
    let delegation_zones = acme.delegation_zones.iter().map(|zone| DnsName::new(zone)).collect();
    Ok(RecordPlaces { zone_roles, delegation_zones, dns_lookups })
}

/// A plan with which nothing would be renewed before its last days is a mistake.
fn read_maintenance(environment: &Environment) -> Result<Maintenance, ConfigurationError> {
    let maintenance = environment.parsed("MAINTENANCE", Maintenance::default())?;
    let sweep = environment.parsed(SWEEP_SCHEDULE, SweepSchedule::Unknown)?;
    if maintenance.is_met_by(&sweep) {
        return Ok(maintenance);
    }
    let value = environment.optional(SWEEP_SCHEDULE).unwrap_or_default().to_owned();
    let problem = "in one of the maintenance windows no sweep takes place an hour before it closes or earlier, so nothing \
                   would be renewed in it; use rate(1 hour), or longer windows";
    Err(ConfigurationError::Invalid { name: SWEEP_SCHEDULE, value, problem: problem.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: (&str, &str) = ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices");

    #[test]
    fn only_the_topic_is_required() {
        let config = Config::read(&[TOPIC].into_iter().collect()).unwrap();
        assert_eq!(config.notices.topic.as_str(), TOPIC.1);
        assert_eq!((config.event_bus_name.as_str(), config.tag_keys), ("default", TagKeys::default()));
        assert_eq!((config.renew_before_days, config.dry_run, config.default_private_ca), (30, false, None));
        assert_eq!((config.thresholds, config.trust_store), (Thresholds::default(), TrustStore::Amazon));
        assert_eq!((config.grants, config.max_validity_days), (Grants::default(), 398), "nothing is granted");
        assert_eq!(config.maintenance, Maintenance::default(), "nothing waits");
    }

    #[test]
    fn windows_that_no_sweep_meets_are_refused() {
        let read = |sweep| {
            let windows = ("MAINTENANCE", r#"{"windows": ["Mon-Thu 08:00-16:00"]}"#);
            Config::read(&[TOPIC, windows, ("SWEEP_SCHEDULE", sweep)].into_iter().collect())
        };
        for sweep in ["rate(1 hour)", "cron(0 9 * * ? *)", ""] {
            assert!(read(sweep).is_ok(), "{sweep}");
        }
        let error = read("cron(0 3 * * ? *)").unwrap_err().to_string();
        assert!(error.contains("SWEEP_SCHEDULE is `cron(0 3 * * ? *)`: in one of the maintenance windows"), "{error}");
        assert!(Config::read(&[TOPIC, ("SWEEP_SCHEDULE", "rate(1 day)")].into_iter().collect()).is_ok());
    }

    #[test]
    fn each_mistake_names_its_variable() {
        let missing = Config::read(&Environment::default()).unwrap_err().to_string();
        assert!(missing.contains("NOTICE_TOPIC_ARN"), "{missing}");
        for (name, value) in [
            ("NOTICE_TOPIC_ARN", "notices"),
            ("NOTICE_TOPIC_ARN", "arn:aws:sqs:us-east-1:123456789012:notices"),
            ("DEFAULT_PRIVATE_CA_ARN", "the-moon"),
            ("GRANTS", "everything"),
            ("RENEW_BEFORE_DAYS", "0"),
            ("MAX_VALIDITY_DAYS", "0"),
            ("MAX_VALIDITY_DAYS", "36501"),
            ("RENEW_BEFORE_DAYS", "366"),
            ("ACME_SETTINGS", "letsencrypt"),
            ("DNS_LOOKUPS", "perhaps"),
            ("DNS_SERVER", "resolver.example.com"),
            ("NOTICE_THRESHOLDS", "soon"),
            ("MAINTENANCE", r#"{"windows": ["always"]}"#),
            ("ENDPOINT_CHECK", r#"{"domains": ["*"]}"#),
            ("ORGANIZATION", r#"{"id": "o-1"}"#),
            ("DRY_RUN", "yes"),
            ("TRUST_STORE", "everybody"),
        ] {
            let error = Config::read(&[TOPIC, (name, value)].into_iter().collect()).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
