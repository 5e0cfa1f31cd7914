//! What is for development only stays out of the functions.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

const FOR_DEVELOPMENT: [&str; 3] = ["mangled-events", "simulated-aws", "simulation"];

/// Packages by id: name, path of the manifest, and what they depend on to be built.
fn packages() -> BTreeMap<String, (String, String, BTreeSet<String>)> {
    let cargo = env!("CARGO");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--manifest-path", manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let named: BTreeMap<&str, &Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package))
        .collect();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| {
            let id = node["id"].as_str().unwrap();
            let normal = node["deps"].as_array().unwrap().iter().filter(|dependency| {
                // Null stands for a normal dependency, beside "dev" and "build".
                dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"] != "dev")
            });
            let normal = normal.map(|dependency| dependency["pkg"].as_str().unwrap().to_owned()).collect();
            let text = |member: &str| named[id][member].as_str().unwrap().to_owned();
            (id.to_owned(), (text("name"), text("manifest_path"), normal))
        })
        .collect()
}

#[test]
fn no_function_depends_on_what_is_for_development() {
    let packages = packages();
    let functions: Vec<&String> = packages
        .iter()
        .filter(|(_, (_, path, _))| path.replace('\\', "/").contains("/functions/"))
        .map(|(id, _)| id)
        .collect();
    for name in ["expiry-events", "imported-renewal", "dns-validation", "compliance-rules"] {
        assert!(functions.iter().any(|function| packages[*function].0 == name), "{name} is none of {functions:?}");
    }
    for name in FOR_DEVELOPMENT {
        assert!(packages.values().any(|(known, ..)| known == name), "there is no {name}");
    }
    for function in functions {
        let (mut seen, mut left) = (BTreeSet::new(), vec![function]);
        while let Some(id) = left.pop() {
            let (name, _, dependencies) = &packages[id];
            assert!(!FOR_DEVELOPMENT.contains(&name.as_str()), "{function} depends on {name}");
            left.extend(dependencies.iter().filter(|dependency| seen.insert((*dependency).clone())));
        }
        assert!(seen.len() > 50, "{function}: {} dependencies", seen.len());
    }
}
