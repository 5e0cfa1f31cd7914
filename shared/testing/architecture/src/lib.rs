//! The workspace's source files, as the tests of this crate read them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The folders of the crates below a folder of the project, such as `shared`.
///
/// # Errors
/// The folder cannot be read.
pub fn crates(folder: &str) -> io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = fs::read_dir(root().join(folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("src/lib.rs").exists())
        .collect();
    found.sort();
    Ok(found)
}

/// The production part of a source file, without comments: what comes before its tests.
#[derive(Debug)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// Its module's place under `src`, such as `policy/mod.rs`.
    pub place: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// The top-level module that it belongs to.
    pub fn module(&self) -> &str {
        let first = self.place.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

/// All production sources of a crate.
///
/// # Errors
/// A file or folder cannot be read.
pub fn sources(of_crate: &Path) -> io::Result<Vec<Source>> {
    let (src, mut found) = (of_crate.join("src"), Vec::new());
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let place = path.strip_prefix(&src).unwrap_or(&path).to_string_lossy().into_owned();
            match path.is_dir() {
                true => folders.push(path),
                false if place.ends_with(".rs") && !is_test(&place) => {
                    let text = production(&fs::read_to_string(&path)?);
                    found.push(Source { path, place, text });
                }
                false => {}
            }
        }
    }
    found.sort_by(|a, b| a.place.cmp(&b.place));
    Ok(found)
}

fn is_test(place: &str) -> bool {
    place.ends_with("tests.rs") || place.contains("tests/") || place.starts_with("bin/")
}

fn production(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// Which top-level modules each top-level module of a crate names as `crate::module`, directly or by what the crate's
/// root re-exports.
pub fn dependencies(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeSet<&str> = sources.iter().map(Source::module).collect();
    let exports = sources.iter().find(|source| source.place == "lib.rs").map(re_exports).unwrap_or_default();
    let mut dependencies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !["lib.rs", "main.rs"].contains(&source.place.as_str())) {
        let own = source.module();
        for name in names(&source.text, "crate::") {
            let module = exports.get(&name).cloned().unwrap_or(name);
            if module != own && modules.contains(module.as_str()) {
                dependencies.entry(own.to_owned()).or_default().insert(module);
            }
        }
    }
    dependencies
}

/// What the crate's root re-exports, and from which module.
fn re_exports(root: &Source) -> BTreeMap<String, String> {
    let statements = root.text.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let mut exports = BTreeMap::new();
    for statement in statements {
        let Some((module, rest)) = statement.split_once("::") else { continue };
        for name in rest.trim_matches(['{', '}']).split([',', ':']) {
            exports.insert(name.trim().to_owned(), module.to_owned());
        }
    }
    exports
}

/// The first names after each occurrence of a prefix: one, or those in braces.
fn names(text: &str, prefix: &str) -> Vec<String> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        if text[..at].ends_with(['$', ':']) || text[..at].ends_with(is_name) {
            continue;
        }
        let rest = &text[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(first_names(group)),
            None => found.push(rest.chars().take_while(|c| is_name(*c)).collect()),
        }
    }
    found
}

/// The first name of each part of a group, `a` and `b` of `a::{x, y}, b::z}`.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut name, mut is_open) = (1, Vec::new(), String::new(), true);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match c {
            _ if depth == 0 => break,
            ',' if depth == 1 => {
                names.push(std::mem::take(&mut name));
                is_open = true;
            }
            c if is_open && (c.is_alphanumeric() || c == '_') => name.push(c),
            c if c.is_whitespace() => {}
            _ => is_open = false,
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

/// A circle in a graph, as the modules on it, if there is one.
pub fn circle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    graph.keys().find_map(|start| path_back(graph, start, &mut vec![start.clone()], &mut BTreeSet::new()))
}

fn path_back(
    graph: &BTreeMap<String, BTreeSet<String>>,
    start: &str,
    path: &mut Vec<String>,
    seen: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    let last = path.last().cloned().unwrap_or_default();
    for next in graph.get(&last).into_iter().flatten() {
        if next == start {
            return Some(path.clone());
        }
        if seen.insert(next.clone()) {
            path.push(next.clone());
            if let Some(circle) = path_back(graph, start, path, seen) {
                return Some(circle);
            }
            path.pop();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(place: &str, text: &str) -> Source {
        Source { path: place.into(), place: place.into(), text: production(text) }
    }

    #[test]
    fn modules_are_found_in_every_form_of_use() {
        let sources = [
            source("lib.rs", "mod a;\npub use a::{A, Other};\npub use c::C;\n"),
            source("a.rs", "use crate::{b::{X, crate_y}, c::Z};\n// crate::d\n"),
            source("b/mod.rs", "fn x() { crate::C::new() }\n"),
            source("b/inner.rs", "use crate::b::X;\nuse crate::A;\n"),
            source("c.rs", "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n"),
            source("d.rs", ""),
        ];
        let found = dependencies(&sources);
        let of = |module: &str| found.get(module).into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
        assert_eq!((of("a"), of("b"), of("c")), (vec!["b", "c"], vec!["a", "c"], vec![]));
        assert_eq!(circle(&found), Some(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn a_tree_has_no_circle() {
        let edge = |from: &str, to: &[&str]| (from.to_owned(), to.iter().map(|to| (*to).to_owned()).collect());
        let tree = BTreeMap::from([edge("a", &["b", "c"]), edge("b", &["d"]), edge("c", &["d"])]);
        assert_eq!(circle(&tree), None);
    }
}
