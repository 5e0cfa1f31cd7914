//! The subject of a notice.

use notices::foreign_up_to;

/// A subject has fewer than 100 characters, and `[CRITICAL] ` in front of this.
const LONGEST: usize = 88;

/// A sentence about a certificate, in which a long name is cut, and not what is said of it.
pub(super) fn headline(name: &str, sentence: impl Fn(&str) -> String) -> String {
    let rest = sentence("").chars().count();
    sentence(&foreign_up_to(name, LONGEST.saturating_sub(rest)))
}
