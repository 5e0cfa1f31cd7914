//! The layout that CONTRIBUTING describes holds for every crate.
#![cfg(test)]

use std::path::{Path, PathBuf};

use architecture::{circle, crates, dependencies, sources};

/// What a decision may not import: SDKs, runtimes, the network.
const EFFECTS: [&str; 7] = ["aws_sdk", "aws_config", "aws_smithy", "tokio", "futures", "hickory", "lambda_runtime"];
const FILES: [&str; 8] =
    ["main.rs", "lib.rs", "config.rs", "event.rs", "answer.rs", "handler.rs", "error.rs", "../README.md"];
/// Decisions, and the words of notices.
const PURE_MODULES: [&str; 4] = ["policy", "plan", "preflight", "notice"];
/// The decisions of compliance-rules are the rules, which the crate `rules` has, with the facts that they are about.
const WITHOUT_POLICY: [&str; 1] = ["compliance-rules"];
/// They decide nothing by the state of one certificate: certificate-inventory keeps all of them in shards, which
/// `shared/inventory` describes.
const WITHOUT_STATE: [&str; 2] = ["certificate-inventory", "compliance-rules"];

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn functions() -> Vec<PathBuf> {
    let functions = crates("functions").unwrap();
    assert!(functions.len() >= 4, "{functions:?}");
    functions
}

#[test]
fn every_function_has_the_same_files() {
    for function in functions() {
        let has = |file: &str| {
            let is_folder = file
                .strip_suffix(".rs")
                .is_some_and(|module| function.join("src").join(module).join("mod.rs").exists());
            is_folder || function.join("src").join(file).exists()
        };
        let mut missing: Vec<&str> = FILES.into_iter().filter(|file| !has(file)).collect();
        if !WITHOUT_POLICY.contains(&name(&function).as_str()) && !has("policy.rs") {
            missing.push("policy.rs");
        }
        if !WITHOUT_STATE.contains(&name(&function).as_str()) && !has("state.rs") {
            missing.push("state.rs");
        }
        assert!(missing.is_empty(), "{}: {missing:?}", name(&function));
        let main = std::fs::read_to_string(function.join("src/main.rs")).unwrap();
        assert!(main.lines().count() <= 40, "{}: main.rs is long", name(&function));
    }
}

#[test]
fn decisions_import_no_sdk_and_no_runtime() {
    let mut files = 0;
    let pure = [
        "shared/audit-reports",
        "shared/certificates",
        "shared/grants",
        "shared/ocsp",
        "shared/revocation-lists",
        "shared/rules",
        "shared/x509",
    ]
    .map(|path| architecture::root().join(path));
    for of_crate in functions().iter().chain(&pure) {
        let is_pure = pure.contains(of_crate);
        for source in sources(of_crate).unwrap() {
            if is_pure || PURE_MODULES.contains(&source.module()) {
                let found: Vec<&str> = EFFECTS.into_iter().filter(|name| source.text.contains(name)).collect();
                assert!(found.is_empty(), "{} imports {found:?}", source.path.display());
                files += 1;
            }
        }
    }
    assert!(files > 60, "{files}");
}

/// In `shared/testing`, services call each other, as AWS's do.
#[test]
fn no_production_crate_has_a_circle_of_modules() {
    let folders = ["functions", "shared"].map(|folder| crates(folder).unwrap());
    let mut circles = Vec::new();
    for of_crate in folders.iter().flatten() {
        let graph = dependencies(&sources(of_crate).unwrap());
        circles.extend(circle(&graph).map(|circle| format!("{}: {}", name(of_crate), circle.join(" -> "))));
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}
