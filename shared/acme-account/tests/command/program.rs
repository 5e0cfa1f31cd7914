//! The program itself, with a Secrets Manager and a CA on a port of this machine.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::world::{MAC_KEY, World, file};

pub(crate) fn program(endpoint: &str, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_acme-account"));
    program.args(arguments).env_clear().env("AWS_ENDPOINT_URL", endpoint).env("AWS_REGION", "us-east-1");
    program.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    program.stdin(Stdio::null());
    program
}

pub(crate) fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_key_comes_from_standard_input_and_the_account_is_shown() {
    let world = World::new().with_external_account();
    let server = world.aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    let endpoint = server.endpoint_url();
    let url = format!("{endpoint}/acme/letsencrypt/directory");
    let register = ["register", "ca", "--url", &url, "--agree-to-terms", "--eab-kid", "kid-1", "--eab-hmac-file", "-"];
    let mut running = program(&endpoint, &register).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(MAC_KEY.as_bytes()).unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", said(&output));
    let account = world.ca.accounts()[0].clone();
    assert_eq!(
        said(&output).0,
        format!("Registered the account {account}\nIt is in the secret acm-autopilot/acme/ca\n")
    );

    let output = program(&endpoint, &["show", "ca", "example.com"]).output().unwrap();
    assert!(said(&output).0.contains(&format!("; accounturi={account}; ")), "{:?}", said(&output));
}

#[test]
fn a_private_server_needs_its_root() {
    let world = World::new();
    let server = world.aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    let endpoint = server.endpoint_url();
    let url = format!("{endpoint}/acme/internal/directory");
    let root = rcgen::generate_simple_self_signed(["root.example".to_owned()]).unwrap().cert.pem();
    let good = file("root.pem", &root);
    let wrong = file("wrong.pem", "no PEM");
    let register = |roots: &str| {
        program(&endpoint, &["register", "internal", "--url", &url, "--roots", roots, "--agree-to-terms"])
            .output()
            .unwrap()
    };
    let output = register(wrong.to_str().unwrap());
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).1.contains("`roots` has to be certificates in PEM"), "{:?}", said(&output));
    let output = register(good.to_str().unwrap());
    assert!(output.status.success(), "{:?}", said(&output));
    assert_eq!(world.aws.acme_server("internal").accounts().len(), 1);
}

#[test]
fn what_is_missing_in_the_environment_is_said() {
    let output = program("http://127.0.0.1:1", &["show", "ca"]).env_remove("AWS_ACCESS_KEY_ID").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).1.contains("there are no AWS credentials"), "{:?}", said(&output));
}

#[test]
fn the_command_line_is_explained() {
    let output = program("http://127.0.0.1:1", &["--help"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(said(&output).0, format!("{}\n", acme_account::USAGE));
    let output = program("http://127.0.0.1:1", &["register"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).1.starts_with("register needs the name of one directory"), "{:?}", said(&output));
}
