use super::*;

fn parse(line: &str) -> Result<Command, UsageError> {
    Command::parse(line.split_whitespace().map(str::to_owned))
}

fn options(line: &str) -> Options {
    match parse(line) {
        Ok(Command::Report(options)) => options,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn everything_has_a_default() {
    let options = options("");
    assert_eq!(options, Options::default());
    assert_eq!((options.regions, options.fast), (Regions::Configured, false));
}

#[test]
fn everything_can_be_said() {
    let line = "--profile production --regions all --out report.html --format html --fast --keep kept --plan \
                --fail-on expiring=14,unready --quiet";
    let expected = Options {
        profile: Some("production".into()),
        regions: Regions::All,
        out: "report.html".into(),
        html_only: true,
        fast: true,
        keep: Some("kept".into()),
        plan: true,
        fail_on: FailOn { expiring: Some(14), unready: true, ..FailOn::default() },
        quiet: true,
    };
    assert_eq!(options(line), expected);
}

#[test]
fn regions_are_named_once() {
    let named = |names: &[&str]| Regions::Named(names.iter().map(|name| (*name).to_owned()).collect());
    for (list, expected) in [
        ("eu-central-1", named(&["eu-central-1"])),
        ("eu-central-1,us-gov-west-1,eu-central-1", named(&["eu-central-1", "us-gov-west-1"])),
        ("all", Regions::All),
    ] {
        assert_eq!(options(&format!("--regions {list}")).regions, expected);
    }
}

#[test]
fn help_is_never_an_error() {
    for line in ["--help", "-h", "help", "--profile --help", "--broken --help"] {
        assert_eq!(parse(line), Ok(Command::Help), "{line}");
    }
    for option in ["--profile", "--regions", "--out", "--format", "--fast", "--deep", "--keep", "--plan", "--quiet"] {
        assert!(USAGE.contains(&format!("\n  {option}")), "{option} is not explained");
    }
}

#[test]
fn mistakes_say_what_is_allowed() {
    for (line, says) in [
        ("--broken", "--broken is not known"),
        ("production", "production is not known"),
        ("--profile=production", "--profile takes its value as the next argument, without ="),
        ("--profile", "--profile needs a value"),
        ("--profile --fast", "--profile needs a value"),
        ("--regions everywhere", "write all, or names such as eu-central-1,us-east-1"),
        ("--regions eu-central-1,", "write all, or names"),
        ("--regions evil.example/", "write all, or names"),
        ("--out report.pdf", "ends in .html"),
        ("--format pdf", "--format is html, or all"),
        ("--fast --deep", "exclude each other"),
        ("--fail-on soon", "--fail-on soon: it takes some of expiring=DAYS"),
    ] {
        let error = parse(line).unwrap_err().to_string();
        assert!(error.contains(says), "{line}: {error}");
    }
}
