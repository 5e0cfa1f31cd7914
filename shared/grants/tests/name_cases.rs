//! `DomainGrants` covers the names that `name-cases.json` says. The service control policies that `infra/policies.py` writes
//! are held to the same table (`localstack-tests/tests/test_prevention_policies.py`), and so to this crate.

use grants::DomainGrants;
use serde::Deserialize;

const CASES: &str = include_str!("name-cases.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    domains: Vec<String>,
    name: String,
    granted: bool,
}

#[test]
fn each_name_is_covered_as_the_table_says() {
    let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() > 40);
    for Case { domains, name, granted } in cases {
        let grants = DomainGrants::parse(&domains).unwrap();
        assert_eq!(grants.cover(&name), granted, "{name:?} by {domains:?}");
    }
}
