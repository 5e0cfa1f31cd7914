//! Development crates are not built into functions.
#![cfg(test)]

use std::collections::BTreeSet;
use std::process::Command;

const FUNCTIONS: [&str; 6] = [
    "activity-guard",
    "certificate-inventory",
    "compliance-rules",
    "dns-validation",
    "expiry-events",
    "imported-renewal",
];
/// The local command that asks several functions what they would do.
const COMMAND: &str = "certificate-report";
const DEVELOPMENT_CRATES: [&str; 3] = ["event-mutator", "simulated-aws", "simulation"];

/// The names of all packages that a package is built from. Those of this platform only: packages of other platforms
/// are never downloaded.
fn built_from(package: &str) -> BTreeSet<String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "no-dev", "--prefix", "none", "--format", "{p}"])
        .args(["--package", package, "--manifest-path", manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

/// The workspace's packages, but for those that only tests are built with.
fn members() -> Vec<String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--no-deps", "--format-version", "1", "--manifest-path", manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let names = packages.iter().map(|package| package["name"].as_str().unwrap().to_owned());
    names.filter(|name| !DEVELOPMENT_CRATES.contains(&name.as_str())).collect()
}

#[test]
fn no_function_depends_on_a_development_crate() {
    for function in FUNCTIONS {
        let packages = built_from(function);
        assert!(packages.contains(function) && packages.len() > 50, "{function}: {packages:?}");
        for name in DEVELOPMENT_CRATES {
            assert!(!packages.contains(name), "{function} depends on {name}");
        }
    }
}

#[test]
fn functions_are_independent_of_each_other_and_of_the_command() {
    for function in FUNCTIONS {
        let packages = built_from(function);
        assert!(!packages.contains(COMMAND), "{function} depends on {COMMAND}");
        for other in FUNCTIONS.iter().filter(|other| **other != function) {
            assert!(!packages.contains(*other), "{function} depends on {other}");
        }
    }
}

#[test]
fn only_the_command_has_several_functions() {
    for package in members() {
        let packages = built_from(&package);
        let functions = FUNCTIONS.iter().filter(|function| packages.contains(**function)).count();
        assert!(functions <= 1 || package == COMMAND, "{package} depends on {functions} functions");
        assert!(package == COMMAND || !packages.contains(COMMAND), "{package} depends on {COMMAND}");
    }
    assert!(
        built_from(COMMAND)
            .is_superset(&["expiry-events", "imported-renewal", "dns-validation"].map(str::to_owned).into())
    );
}

/// Profiles, single sign-on and programs that hand out credentials are for people. In a function they would be more code,
/// and more ways to take credentials.
#[test]
fn no_function_reads_profiles() {
    assert!(built_from(COMMAND).contains("aws-sdk-sso"));
    for function in FUNCTIONS {
        assert!(!built_from(function).contains("aws-sdk-sso"), "{function} depends on aws-sdk-sso");
    }
}

#[test]
fn development_crates_exist_under_these_names() {
    let simulation = built_from("simulation");
    for name in DEVELOPMENT_CRATES {
        assert!(simulation.contains(name) || built_from(name).contains(name), "there is no {name}");
    }
}
