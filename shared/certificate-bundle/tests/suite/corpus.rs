//! The fuzz target's corpus, without the fuzzer.

#[path = "../../fuzz/check.rs"]
mod check;

#[test]
fn every_file_of_the_corpus_is_read_without_panic() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/read");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 10);
    for file in files {
        check::check(&std::fs::read(file).unwrap());
    }
}
