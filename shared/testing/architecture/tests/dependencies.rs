//! Development crates are not built into functions.
#![cfg(test)]

use std::collections::BTreeSet;
use std::process::Command;

const FUNCTIONS: [&str; 4] = ["expiry-events", "imported-renewal", "dns-validation", "compliance-rules"];
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
fn development_crates_exist_under_these_names() {
    let simulation = built_from("simulation");
    for name in DEVELOPMENT_CRATES {
        assert!(simulation.contains(name) || built_from(name).contains(name), "there is no {name}");
    }
}
