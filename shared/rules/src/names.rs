//! Domain names of certificates, and patterns of them in parameters.
//!
//! A pattern is a name in which `*` matches anything, including dots: `*.example.com` is every name below
//! `example.com`, at any depth, and not `example.com` itself. A certificate's wildcard fits a pattern only if
//! every name that it covers does: its own `*` is matched only by a `*` of the pattern.
//!
//! Names compare without regard to case, and as A-labels ([RFC 5890, 2.3.2.1](https://www.rfc-editor.org/rfc/rfc5890#section-2.3.2.1)):
//! `bücher.example` is `xn--bcher-kva.example`.

use crate::pattern;

/// The longest name, written without the trailing dot
/// ([RFC 1035, 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)).
const LONGEST: usize = 253;
/// The most characters of names in a reason, so that there is room for what to do.
const SHOWN: usize = 90;

/// A name as it is compared: A-labels in lower case, without the trailing dot.
pub(super) fn normal(name: &str) -> String {
    let name = name.trim();
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let labels = name.split('.').map(|label| a_label(label).unwrap_or_else(|| label.to_lowercase()));
    labels.collect::<Vec<_>>().join(".")
}

fn a_label(label: &str) -> Option<String> {
    if label.is_ascii() { Some(label.to_ascii_lowercase()) } else { idna::domain_to_ascii(label).ok() }
}

/// What is wrong with a pattern, if something is.
pub(super) fn check(text: &str) -> Result<(), String> {
    let name = normal(text);
    if name.len() > LONGEST {
        return Err(format!("is longer than {LONGEST} characters"));
    }
    if name.split('.').any(str::is_empty) {
        return Err("has an empty label".into());
    }
    if text.split('.').any(|label| !label.is_ascii() && label.contains('*')) {
        return Err("has a * in a label that is not ASCII: write it as A-label (xn--...)".into());
    }
    match name.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_.*".contains(*c)) {
        Some(c) => Err(format!("has a `{c}`, which domain names cannot have")),
        None => Ok(()),
    }
}

/// Patterns, prepared once for all names.
pub(super) struct Patterns(Vec<String>);

impl Patterns {
    /// Patterns from a parameter.
    pub(super) fn new(patterns: &[&str]) -> Self {
        Self(patterns.iter().map(|pattern| normal(pattern)).collect())
    }

    /// Whether a certificate's name fits one of them.
    pub(super) fn fit(&self, name: &str) -> bool {
        let name = normal(name);
        self.0.iter().any(|pattern| pattern::matches(pattern, &name))
    }
}

/// Whether a certificate's name is a wildcard.
pub(super) fn is_wildcard(name: &str) -> bool {
    name.contains('*')
}

/// Some of the names, for a reason, and how many more there are.
pub(super) fn some_of(names: &[&str]) -> String {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 && text.len() + name.len() + 2 > SHOWN {
            return format!("{text} and {} more", names.len() - index);
        }
        if index > 0 {
            text.push_str(", ");
        }
        match name.char_indices().nth(SHOWN) {
            Some((end, _)) => text.extend([&name[..end], "…"]),
            None => text.push_str(name),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fits_any(name: &str, patterns: &[&str]) -> bool {
        Patterns::new(patterns).fit(name)
    }

    #[test]
    fn names_compare_as_a_labels() {
        for (name, pattern, fits) in [
            ("example.com", "example.com", true),
            ("EXAMPLE.com.", "example.COM", true),
            ("www.example.com", "example.com", false),
            ("example.com", "*.example.com", false),
            ("badexample.com", "*.example.com", false),
            ("a.b.example.com", "*.example.com", true),
            ("*.example.com", "*.example.com", true),
            ("*.a.example.com", "*.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "*.a.example.com", false),
            ("*.example.com", "app-*.example.com", false),
            ("app-1.example.com", "app-*.example.com", true),
            ("xn--bcher-kva.example", "bücher.example", true),
            ("www.xn--bcher-kva.example", "*.BÜCHER.example", true),
            ("bücher.example", "xn--bcher-kva.example", true),
            ("anything", "*", true),
        ] {
            assert_eq!(fits_any(name, &[pattern]), fits, "{name} {pattern}");
        }
    }

    #[test]
    fn patterns_are_checked() {
        for pattern in ["example.com", "*.example.com", "*", "bücher.example", "a*.example", "_x.example.com."] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
        for (pattern, problem) in [
            (".example.com", "empty label"),
            ("a..b", "empty label"),
            ("https://example.com", "`:`"),
            ("a b.example", "` `"),
            ("*bü.example", "not ASCII"),
            (&"a.".repeat(200), "longer than 253"),
        ] {
            assert!(check(pattern).unwrap_err().contains(problem), "{pattern}: {:?}", check(pattern));
        }
    }

    #[test]
    fn a_reason_has_room_for_the_rest() {
        assert_eq!(some_of(&["a.example", "b.example"]), "a.example, b.example");
        let long = "x".repeat(300);
        assert_eq!(some_of(&[&long]).chars().count(), 91);
        let many = vec!["host.example.com"; 100];
        assert!(some_of(&many).ends_with(" and 95 more"), "{}", some_of(&many));
    }

    proptest! {
        /// A wildcard that fits a pattern covers no name that does not.
        #[test]
        fn a_wildcard_fits_as_all_of_its_names(
            base in "[ab]{1,2}(\\.[ab]{1,2}){0,2}",
            pattern in "[ab*.]{1,8}",
            label in "[a-c]{1,3}",
        ) {
            let (wildcard, name) = (format!("*.{base}"), format!("{label}.{base}"));
            if fits_any(&wildcard, &[&pattern]) {
                prop_assert!(fits_any(&name, &[&pattern]));
            }
        }

        #[test]
        fn no_name_panics(name in any::<String>(), pattern in any::<String>()) {
            let _ = (check(&pattern), fits_any(&name, &[&pattern]), some_of(&[&name, &pattern, &name]));
        }
    }
}
