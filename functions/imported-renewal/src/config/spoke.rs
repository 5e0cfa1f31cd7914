//! What the configuration is for the certificates of a spoke.

use organization::{AccountGrants, Spoke};

use super::Config;

impl Config {
    /// The stack's own grants are for its own account: a spoke has those of the organization settings in their place, and
    /// of what is configured for all (the default CA, the ACME directories) no more than these allow.
    pub(crate) fn for_spoke(&self, spoke: &Spoke) -> Self {
        let AccountGrants { grants, acme_directories } = &spoke.grants;
        Self {
            default_private_ca: self.default_private_ca.clone().filter(|ca| grants.allow_private_ca(ca)),
            acme: self.acme.limited_to(acme_directories, &grants.domains),
            grants: grants.clone(),
            renew_before_days: self.renew_before_days.saturating_add(spoke.renew_days_earlier),
            dry_run: self.dry_run || spoke.is_read_only,
            account: spoke.facts(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, SdkConfig};
    use certificates::Target;
    use organization::Organization;
    use serde_json::{Value, json};

    use super::*;

    const CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1";
    const OTHER_CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/2";
    const SPOKE: &str = "111122223333";

    fn target(account: &str) -> Target {
        Target { partition: "aws".into(), account: account.into(), region: "us-east-1".into() }
    }

    /// The configuration for the spoke, with these members of the organization settings.
    async fn config(members: Value) -> Config {
        let mut settings = json!({ "id": "o-a1b2c3d4e5", "accounts": [{ "id": SPOKE }], "regions": ["us-east-1"] });
        settings.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let sdk = SdkConfig::builder().behavior_version(BehaviorVersion::v2026_01_12()).build();
        let organization = Organization::new(Some(settings.to_string().parse().unwrap()), &sdk);
        let member = organization.member(&target(SPOKE), &target("123456789012")).await.unwrap();
        let acme = r#"{"directories": [{"name": "letsencrypt", "domains": ["example.com"]},
            {"name": "google", "domains": ["example.com"]}]}"#;
        let variables = [
            ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices"),
            ("DEFAULT_PRIVATE_CA_ARN", CA),
            ("ACME_SETTINGS", acme),
            ("GRANTS", r#"{"privateCas": ["*"], "secrets": ["*"], "issuerChange": true}"#),
        ];
        Config::read(&variables.into_iter().collect()).unwrap().for_spoke(&member.spoke.unwrap())
    }

    #[tokio::test]
    async fn a_spoke_without_a_row_may_have_nothing() {
        let config = config(json!({})).await;
        assert_eq!((config.default_private_ca, config.grants), (None, grants::Grants::default()));
        assert!(config.acme.directories().is_empty());
        assert_eq!((config.renew_before_days, config.dry_run), (30, false));
    }

    #[tokio::test]
    async fn a_spoke_has_what_its_rows_and_the_settings_of_all_allow() {
        let granted = |cas: &[&str]| {
            json!({ "grants": [{ "accounts": [SPOKE], "privateCas": cas, "domains": ["shop.example.com", "example.net"],
                "acmeDirectories": ["letsencrypt"] }] })
        };
        let config_with_default = config(granted(&[CA])).await;
        assert_eq!(config_with_default.default_private_ca.unwrap().as_str(), CA);
        let config = config(granted(&[OTHER_CA])).await;
        assert_eq!(config.default_private_ca, None, "the default CA is granted like any other");
        assert!(!config.grants.allow_private_ca(&CA.parse().unwrap()) && !config.grants.issuer_change);
        assert_eq!(config.acme.directories().len(), 1);
        let domains = &config.acme.directory("letsencrypt").unwrap().domains;
        for (name, is) in [("www.shop.example.com", true), ("pay.example.com", false), ("example.net", false)] {
            assert_eq!(domains.cover(name), is, "{name}");
        }
    }

    #[tokio::test]
    async fn a_ring_renews_earlier_and_a_read_only_account_is_planned() {
        let ring =
            json!({ "rings": [{ "accounts": [SPOKE], "renewDaysEarlier": 10 }], "readOnly": { "accounts": [SPOKE] } });
        let config = config(ring).await;
        assert_eq!((config.renew_before_days, config.dry_run), (40, true));
    }
}
