//! Decisions are pure: `policy/`, `preflight/` and what is concluded from ACM's state import no SDK and no runtime.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

#[test]
fn decisions_import_no_sdk_and_no_runtime() {
    let mut files = [sources("policy"), sources("preflight")].concat();
    files.extend(sources("renewal").into_iter().filter(|path| path.ends_with("acm_state.rs")));
    files.extend(sources(".").into_iter().filter(|path| path.ends_with("state.rs")));
    assert!(files.len() > 10, "{files:?}");
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let production = text.split("#[cfg(test)]").next().unwrap();
        for import in production.lines().filter(|line| line.trim_start().starts_with("use ")) {
            let is_pure = !["aws_sdk", "aws_config", "aws_smithy", "tokio", "futures", "Clock"]
                .iter()
                .any(|not| import.contains(not));
            assert!(is_pure, "{}: {import}", path.display());
        }
    }
}
