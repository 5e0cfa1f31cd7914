//! Text of others in notices: short, and without anything that could be taken for ours.

use std::fmt::Write;

use notices::foreign;

/// Names beyond this many are counted, not listed: a person reads this.
const LISTED_NAMES: usize = 10;

/// The first names, and how many more there are.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED_NAMES).map(|name| foreign(name.as_ref())).collect();
    let mut text = shown.join(", ");
    let more = names.len().saturating_sub(shown.len());
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_names_are_listed_and_the_rest_is_counted() {
        let names: Vec<String> = (0..12).map(|n| format!("{n}.example.com")).collect();
        assert_eq!(listed(&names[..2]), "0.example.com, 1.example.com");
        assert!(listed(&names).ends_with("9.example.com and 2 more"), "{}", listed(&names));
        assert_eq!(listed(&["a\nWhat to do"]), "a What to do");
    }
}
