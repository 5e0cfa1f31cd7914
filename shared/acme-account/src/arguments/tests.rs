use super::*;

fn parse(line: &str) -> Result<Command, UsageError> {
    Command::parse(line.split_whitespace().map(str::to_owned))
}

#[test]
fn everything_can_be_said() {
    let line = "register internal --url https://ca.example/d --roots r.pem --contact a@example.com --contact \
                b@example.com --eab-kid k1 --eab-hmac-file - --agree-to-terms";
    let expected = Register {
        name: "internal".to_owned(),
        url: Some("https://ca.example/d".to_owned()),
        roots: Some("r.pem".into()),
        contacts: vec!["a@example.com".to_owned(), "b@example.com".to_owned()],
        external_account: Some(("k1".to_owned(), "-".into())),
        agrees_to_terms: true,
    };
    assert_eq!(parse(line), Ok(Command::Register(expected)));
    let expected = Show {
        name: "google".to_owned(),
        domains: vec!["example.com".to_owned(), "*.example.net".to_owned()],
        delegation_zone: Some("acme.example.net".to_owned()),
        roots: None,
    };
    let line = "show google example.com --delegation-zone acme.example.net *.example.net";
    assert_eq!(parse(line), Ok(Command::Show(expected)));
    for help in ["--help", "help", "register --help", "show x --help"] {
        assert_eq!(parse(help), Ok(Command::Help), "{help}");
    }
}

#[test]
fn mistakes_are_named_and_keys_are_not_repeated() {
    for (line, named) in [
        ("", "register or show"),
        ("list", "register or show"),
        ("register", "the name of one directory"),
        ("register a b", "the name of one directory"),
        ("register a --url", "--url needs a value"),
        ("register a --eab-kid k1", "belong together"),
        ("register a --eab-hmac-file f", "belong together"),
        ("register a --eab-kid k1 --eab-hmac SECRET", "--eab-hmac-file"),
        ("register a --eab-hmac-file=SECRET", "without ="),
        ("register a --agree", "--agree is not known"),
        ("show", "the name of a directory"),
        ("show a --contact b@example.com", "--contact is not known"),
    ] {
        let error = parse(line).unwrap_err().to_string();
        assert!(error.contains(named) && !error.contains("SECRET"), "{line}: {error}");
    }
}
