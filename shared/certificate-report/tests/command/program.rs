//! The program itself, with an account on a port of this machine.

use std::process::{Command, Output};

use crate::world::World;

/// A person's machine: two files of the AWS CLI, and no variables but the endpoint.
fn program(world: &World, endpoint: &str, arguments: &[&str]) -> Command {
    let folder = world.folder();
    let config = "[profile keys]\nregion = us-east-1\naws_access_key_id = test\naws_secret_access_key = test\n\
                  [profile process]\nregion = us-east-1\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"test\", \
                  \"SecretAccessKey\": \"test\"}'\n\
                  [profile sso]\nregion = us-east-1\nsso_session = me\nsso_account_id = 123456789012\nsso_role_name = audit\n\
                  [sso-session me]\nsso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n";
    std::fs::write(folder.join("config"), config).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_certificate-report"));
    program.args(arguments).current_dir(&folder).env_clear().env("AWS_ENDPOINT_URL", endpoint);
    program.env("AWS_CONFIG_FILE", folder.join("config")).env("AWS_SHARED_CREDENTIALS_FILE", folder.join("none"));
    program.env("HOME", &folder).env("PATH", "/usr/bin:/bin").env("AWS_EC2_METADATA_DISABLED", "true");
    program
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn profiles_work_and_exit_codes_are_those_of_the_help() {
    let world = World::new("program");
    let server = world.aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    let endpoint = server.endpoint_url();
    for (arguments, code) in [
        (vec!["--profile", "keys", "--fast"], 0),
        (vec!["--profile", "process", "--fast"], 0),
        (vec!["--profile", "keys", "--fast", "--fail-on", "expiring=14,expired"], 3),
        (vec!["--profile", "keys", "--fast", "--fail-on", "unreadable"], 0),
        (vec!["--profile", "sso", "--fast"], 1),
        (vec!["--profile", "nobody"], 1),
        (vec!["--profile", "keys", "--out", "no/such/folder/report.html"], 1),
        (vec!["--profile", "keys", "--fast", "--fail-on", "unused"], 1),
        (vec!["--fail-on", "soon"], 2),
    ] {
        let output = program(&world, &endpoint, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {:?}", said(&output));
    }
    let (out, progress) = said(&program(&world, &endpoint, &["--profile", "keys"]).output().unwrap());
    assert!(out.contains("shop.example.com") && out.ends_with("certificate-report.json\n"), "{out}");
    assert!(progress.contains("us-east-1: ") && !progress.contains('\r'), "{progress}");
}

#[test]
fn a_profile_wins_over_keys_in_the_environment() {
    let world = World::new("program-profile");
    let server = world.aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    // An access key of twelve digits acts in that account.
    let mut program = program(&world, &server.endpoint_url(), &["--profile", "keys", "--fast"]);
    program.env("AWS_ACCESS_KEY_ID", "999999999999").env("AWS_SECRET_ACCESS_KEY", "test");
    let (out, errors) = said(&program.output().unwrap());
    assert!(out.contains("123456789012/us-east-1") && !out.contains("999999999999"), "{out}{errors}");
}

#[test]
fn what_is_missing_is_said_with_what_to_do() {
    let world = World::new("program-missing");
    for (endpoint, arguments, says) in [
        ("http://127.0.0.1:1", ["--profile", "sso"], "`aws sso login --profile sso`"),
        ("http://127.0.0.1:1", ["--profile", "nobody"], "no AWS credentials from the profile nobody"),
        ("http://192.0.2.1", ["--profile", "keys"], "AWS_ENDPOINT_URL is `http://192.0.2.1`"),
        ("http://127.0.0.1:1", ["--regions", "eu-central-1"], "no AWS credentials: "),
    ] {
        let output = program(&world, endpoint, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).1.contains(says), "{arguments:?}: {:?}", said(&output));
    }
}

#[test]
fn the_command_line_is_explained() {
    let world = World::new("program-help");
    let output = program(&world, "http://127.0.0.1:1", &["--help"]).output().unwrap();
    assert_eq!((output.status.code(), said(&output).0), (Some(0), format!("{}\n", certificate_report::USAGE)));
    let output = program(&world, "http://127.0.0.1:1", &["--profiles"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).1.starts_with("--profiles is not known"), "{:?}", said(&output));
}
