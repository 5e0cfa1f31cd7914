//! Decisions are pure: `policy/` imports no SDK and no runtime.

use std::fs;
use std::path::Path;

#[test]
fn decisions_import_no_sdk_and_no_runtime() {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policy");
    let mut files = 0;
    for entry in fs::read_dir(policy).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let production = text.split("#[cfg(test)]").next().unwrap();
        for import in production.lines().filter(|line| line.trim_start().starts_with("use ")) {
            let is_pure =
                !["use aws_", "use tokio", "use futures", "use hickory"].iter().any(|not| import.contains(not));
            assert!(is_pure, "{}: {import}", path.display());
        }
        files += 1;
    }
    assert!(files > 10, "{files}");
}
