//! Decisions and words are pure: `policy/`, `plan/` and `notice/` import no SDK and no runtime.

use std::fs;
use std::path::Path;

#[test]
fn decisions_and_words_import_no_sdk_and_no_runtime() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = 0;
    for folder in ["policy", "plan", "notice"] {
        for entry in fs::read_dir(source.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            for import in text.lines().filter(|line| line.trim_start().starts_with("use ")) {
                let is_pure =
                    !["use aws_", "use acm::", "use tokio", "use futures"].iter().any(|not| import.contains(not));
                assert!(is_pure, "{}: {import}", path.display());
            }
            files += 1;
        }
    }
    assert!(files > 20, "{files}");
}
