use super::*;

fn account(id: &str, units: &[&str]) -> Account {
    Account { units: units.iter().map(|unit| (*unit).to_owned()).collect(), ..Account::new(id) }
}

/// What a mistake in the settings lists, as serde words it.
fn fields(settings: &str) -> std::collections::BTreeSet<String> {
    let error = settings.parse::<OrganizationSettings>().unwrap_err().to_string();
    let listed = error.split_once("expected one of ").unwrap().1;
    listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_has_the_same_fields() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../infra/organization.schema.json")).unwrap();
    let known = |part: &str| schema.pointer(part).unwrap().as_object().unwrap().keys().cloned().collect();
    for (part, mistake) in [
        ("/properties", r#"{"mistake": 1}"#),
        ("/properties/accounts/items/properties", r#"{"accounts": [{"mistake": 1}]}"#),
        ("/properties/grants/items/properties", r#"{"grants": [{"mistake": 1}]}"#),
        ("/properties/rings/items/properties", r#"{"rings": [{"mistake": 1}]}"#),
    ] {
        assert_eq!(fields(mistake), known(part), "{part}");
    }
}

#[test]
fn all_rows_about_an_account_hold_together() {
    let settings: OrganizationSettings = r#"{
        "id": "o-a1b2c3d4e5",
        "regions": ["eu-central-1"],
        "grants": [
            {"units": ["ou-ab12-11111111"], "domains": ["example.com"], "acmeDirectories": ["letsencrypt"]},
            {"accounts": ["111122223333"], "domains": ["example.org"], "secrets": ["web/*"], "issuerChange": true},
            {"accounts": ["444455556666"], "domains": ["*"], "privateCas": ["*"]}
        ]
    }"#
    .parse()
    .unwrap();
    let both =
        settings.grants(&account("111122223333", &["ou-ab12-11111111", "ou-ab12-22222222"]), "aws", "eu-central-1");
    assert!(both.grants.domains.cover("www.example.com") && both.grants.domains.cover("www.example.org"));
    assert!(!both.grants.domains.cover("www.example.net") && !both.grants.every_private_ca);
    assert!(both.grants.issuer_change && both.acme_directories.contains("letsencrypt"));
    let secret = |account: &str| format!("arn:aws:secretsmanager:eu-central-1:{account}:secret:web/shop-AbCdEf");
    assert!(both.grants.secrets.cover(&secret("111122223333").parse().unwrap()));
    assert!(!both.grants.secrets.cover(&secret("444455556666").parse().unwrap()), "only its own");

    let unit = settings.grants(&account("999988887777", &["ou-ab12-11111111"]), "aws", "eu-central-1");
    assert!(unit.grants.domains.cover("example.com") && !unit.grants.issuer_change);
    assert_eq!(settings.grants(&account("777788889999", &[]), "aws", "eu-central-1"), AccountGrants::default());
}

#[test]
fn rings_and_read_only_accounts() {
    let settings: OrganizationSettings = r#"{
        "id": "o-a1b2c3d4e5",
        "regions": ["eu-central-1", "us-east-1"],
        "regionsByAccount": {"111122223333": ["us-east-1"]},
        "excludedUnits": ["ou-ab12-99999999"],
        "excludedTag": {"key": "acm-autopilot", "value": "off"},
        "ownerTag": "Team",
        "purposeTag": "Service",
        "readOnly": {"accounts": ["111122223333"]},
        "rings": [{"units": ["ou-ab12-22222222"], "renewDaysEarlier": 10}, {"accounts": ["111122223333"], "renewDaysEarlier": 5}]
    }"#
    .parse()
    .unwrap();
    let one = account("111122223333", &["ou-ab12-22222222"]);
    let other = account("444455556666", &["ou-ab12-99999999"]);
    assert_eq!((settings.renew_days_earlier(&one), settings.renew_days_earlier(&other)), (10, 0));
    assert!(settings.is_read_only(&one) && !settings.is_read_only(&other));
    assert!(settings.is_excluded(&other) && !settings.is_excluded(&one));
    let tagged =
        |key: &str, value: &str| Account { tags: [(key.into(), value.into())].into(), ..account("777788889999", &[]) };
    assert!(
        settings.is_excluded(&tagged("acm-autopilot", "off")) && !settings.is_excluded(&tagged("acm-autopilot", "on"))
    );
    assert_eq!((settings.owner(&tagged("Team", "shop")), settings.owner(&one)), (Some("shop"), None));
    assert_eq!(settings.purpose(&tagged("Service", "checkout")), Some("checkout"));
    assert_eq!(settings.regions_of("111122223333").len(), 1);
    assert_eq!(settings.regions_of("444455556666").len(), 2);
    assert_eq!(settings.external_id, "o-a1b2c3d4e5");
}

#[test]
fn what_is_wrong_is_named() {
    let with = |fields: &str| format!(r#"{{"id": "o-a1b2c3d4e5", "regions": ["eu-central-1"]{fields}}}"#);
    for (text, problem) in [
        ("{}".to_owned(), "missing field `id`"),
        (r#"{"id": "123", "regions": []}"#.to_owned(), "`123` is not the id of an organization"),
        (with(r#", "account": []"#), "unknown field `account`"),
        (with(r#", "accounts": [{"id": "12"}]"#), "`12` is not an account id"),
        (with(r#", "accounts": [{"id": "111122223333", "units": ["r-ab12"]}]"#), "`r-ab12` is not the id of an organ"),
        (with(r#", "excludedUnits": ["sandbox"]"#), "`sandbox` is neither"),
        (with(r#", "readOnly": {"accounts": ["1"]}"#), "`1` is neither"),
        (with(r#", "regionsByAccount": {"111122223333": ["Frankfurt"]}"#), "`Frankfurt` is not a Region"),
        (with(r#", "grants": [{"domains": ["not a domain"]}]"#), "in `grants`: in `domains`"),
        (with(r#", "grants": [{"accounts": ["x"]}]"#), "`x` is neither"),
    ] {
        let error = text.parse::<OrganizationSettings>().unwrap_err().to_string();
        assert!(error.contains(problem), "{text}: {error}");
    }
}
