use super::*;

fn root() -> String {
    rcgen::generate_simple_self_signed(["root.example".to_owned()]).unwrap().cert.pem()
}

fn directory(members: &str) -> Result<AcmeSettings, InvalidAcmeSettings> {
    format!(r#"{{"directories": [{{{members}}}]}}"#).parse()
}

#[test]
fn nothing_is_allowed_by_default() {
    let settings: AcmeSettings = "{}".parse().unwrap();
    assert_eq!(settings, AcmeSettings::default());
    assert_eq!(settings.directory("letsencrypt"), None);
}

#[test]
fn the_url_of_public_cas_is_known() {
    let settings = directory(r#""name": "letsencrypt", "domains": ["example.com"]"#).unwrap();
    let known = settings.directory("letsencrypt").unwrap();
    assert_eq!(known.url, "https://acme-v02.api.letsencrypt.org/directory");
    assert_eq!(known.account_secret(), "acm-autopilot/acme/letsencrypt");
    assert!(known.is_built_in() && known.domains.cover("www.example.com") && !known.domains.cover("example.net"));
    let other = r#""name": "letsencrypt", "url": "https://ca.example/directory", "domains": ["example.com"]"#;
    assert!(!directory(other).unwrap().directories()[0].is_built_in(), "a name alone says nothing of a server");
}

#[test]
fn a_private_server_has_its_own_roots() {
    let pem = serde_json::to_string(&root()).unwrap();
    let members = format!(
        r#""name": "internal", "url": "https://ca.example/acme/directory", "profile": "server",
           "domains": ["internal.example"], "issuers": [{pem}], "roots": {pem}"#
    );
    let settings = directory(&members).unwrap();
    let internal = settings.directory("internal").unwrap();
    assert_eq!((internal.profile.as_deref(), internal.issuers.len()), (Some("server"), 1));
    assert!(internal.roots.is_some() && !internal.is_built_in());
}

#[test]
fn zones_are_read() {
    let text = r#"{"zoneRoles": [{"zone": "example.com", "role": "a"}], "delegationZones": ["ACME.example.net."]}"#;
    let settings: AcmeSettings = text.parse().unwrap();
    assert_eq!(settings.zone_roles, r#"[{"role":"a","zone":"example.com"}]"#);
    assert_eq!(settings.delegation_zones, ["acme.example.net"]);
}

#[test]
fn a_mistake_is_named() {
    for (members, named) in [
        (r#""name": "letsencrypt""#, "domains"),
        (r#""name": "letsencrypt", "domains": []"#, "directory 1: letsencrypt: `domains` is empty"),
        (r#""name": "letsencrypt", "domains": ["*.example.com"]"#, "in `domains`"),
        (r#""name": "internal", "domains": ["example.com"]"#, "`url` is missing"),
        (r#""name": "a/b", "domains": ["example.com"]"#, "`name` has to be"),
        (r#""name": "a", "url": "http://ca.example/", "domains": ["example.com"]"#, "https://"),
        (r#""name": "a", "url": "https://ca.example/", "profile": "a b", "domains": ["example.com"]"#, "`profile`"),
        (r#""name": "a", "url": "https://ca.example/", "issuers": ["R3"], "domains": ["example.com"]"#, "`issuers`"),
        (r#""name": "a", "url": "https://ca.example/", "roots": "", "domains": ["example.com"]"#, "`roots`"),
        (
            r#""name": "a", "url": "https://acm-acme-enroll.us-east-1.api.aws/u/directory", "domains": ["example.com"]"#,
            "not a source",
        ),
    ] {
        let error = directory(members).unwrap_err().to_string();
        assert!(error.contains(named), "{members}: {error}");
    }
    let twice = r#"{"directories": [{"name": "google", "domains": ["a.example"]}, {"name": "google", "domains": ["b.example"]}]}"#;
    assert!(twice.parse::<AcmeSettings>().unwrap_err().to_string().contains("directory 2: there is another"));
    for text in ["[]", "", "null", "letsencrypt"] {
        assert!(text.parse::<AcmeSettings>().unwrap_err().to_string().starts_with("use JSON such as {"), "{text}");
    }
    let zone = r#"{"delegationZones": ["com"]}"#;
    assert!(zone.parse::<AcmeSettings>().unwrap_err().to_string().contains("`com` is not a domain"));
}
