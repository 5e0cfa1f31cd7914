//! The verdict of a rule on a resource.

use notices::foreign_up_to;
use serde::Serialize;

/// The most characters of an annotation
/// ([Evaluation](https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html)).
const ANNOTATION_LIMIT: usize = 256;

/// The verdict of a rule on a resource, with a reason for people: what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Compliant(String),
    NonCompliant(String),
    /// The rule does not apply to the resource.
    NotApplicable(String),
}

/// A verdict without its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Compliance {
    /// `COMPLIANT`
    Compliant,
    /// `NON_COMPLIANT`
    NonCompliant,
    /// `NOT_APPLICABLE`
    NotApplicable,
}

impl Compliance {
    /// As AWS Config spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

impl Verdict {
    pub fn compliant(reason: impl Into<String>) -> Self {
        Self::Compliant(reason.into())
    }

    /// The reason says what is wrong, and what to do.
    pub fn non_compliant(reason: impl Into<String>) -> Self {
        Self::NonCompliant(reason.into())
    }

    /// The reason says why.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable(reason.into())
    }

    /// The verdict without its reason.
    pub fn compliance(&self) -> Compliance {
        match self {
            Self::Compliant(_) => Compliance::Compliant,
            Self::NonCompliant(_) => Compliance::NonCompliant,
            Self::NotApplicable(_) => Compliance::NotApplicable,
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::Compliant(reason) | Self::NonCompliant(reason) | Self::NotApplicable(reason) => reason,
        }
    }

    /// The reason as AWS Config takes it.
    pub fn annotation(&self) -> String {
        annotation(self.reason())
    }
}

/// A text as AWS Config takes it: 1 to 256 characters, cut between two of them, and without anything in it by which
/// the names in a certificate could look like something else. What counts as a character is not documented, so it is
/// the narrower count, of UTF-16.
fn annotation(text: &str) -> String {
    let clean = foreign_up_to(text, usize::MAX);
    if clean.is_empty() {
        return "-".into();
    }
    if clean.encode_utf16().count() <= ANNOTATION_LIMIT {
        return clean;
    }
    let mut room = ANNOTATION_LIMIT - 1;
    let fits = |c: &char| {
        let left = room.checked_sub(c.len_utf16());
        room = left.unwrap_or_default();
        left.is_some()
    };
    let mut cut: String = clean.chars().take_while(fits).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_reason_is_its_annotation() {
        assert_eq!(Verdict::compliant("All is well.").annotation(), "All is well.");
        assert_eq!(annotation(" two\nlines "), "two lines");
        assert_eq!(annotation(" \n"), "-");
        assert_eq!(annotation("a\u{2028}b\u{2029}c\u{202e}d\u{200b}e"), "a b c d e");
        assert_eq!(annotation("see https://evil.example"), "see https[:]//evil.example");
    }

    #[test]
    fn a_long_one_is_cut_between_characters() {
        assert_eq!(annotation(&"x".repeat(256)), "x".repeat(256));
        assert_eq!(annotation(&"x".repeat(257)), format!("{}…", "x".repeat(255)));
        assert_eq!(annotation(&"ü".repeat(300)), format!("{}…", "ü".repeat(255)));
        assert_eq!(annotation(&"🔒".repeat(300)), format!("{}…", "🔒".repeat(127)));
    }

    proptest! {
        #[test]
        fn every_annotation_is_taken(text in "\\PC{0,400}|.{0,400}") {
            let annotation = annotation(&text);
            prop_assert!((1..=256).contains(&annotation.encode_utf16().count()));
        }
    }
}
