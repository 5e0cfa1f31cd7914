//! Text that others wrote.

use std::fmt::Display;

/// Longer text says nothing more to a reader.
const LONGEST: usize = 80;
const LONGEST_MESSAGE: usize = 400;

/// Makes text that others wrote (names, tags, records, AWS's messages) fit for a notice that people trust.
///
/// Control and format characters and every line break become a blank, so that nobody can forge a section; `://` becomes
/// `[:]//`, so that no mail program makes a link of it; what is longer than 80 characters is cut and ends in `...`.
pub fn foreign(text: &str) -> String {
    foreign_up_to(text, LONGEST)
}

/// [`foreign`] with another length.
pub fn foreign_up_to(text: &str, longest: usize) -> String {
    let visible = one_line(text);
    cut(&visible.split_whitespace().collect::<Vec<_>>().join(" ").replace("://", "[:]//"), longest)
}

/// [`foreign`] for a message of AWS, which names the caller, the action and the resource, each with its ARN.
pub fn foreign_message(error: &impl Display) -> String {
    foreign_up_to(&error.to_string(), LONGEST_MESSAGE)
}

/// The text in one line, with a blank for every character that cannot be seen: for sentences of our own, in which the
/// texts of others are [`foreign`] already, and for pages that make no links of texts.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_visible(c) { c } else { ' ' }).collect()
}

/// The text, with `...` for what is beyond this many characters.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(3)).chain("...".chars()).collect()
}

/// A name with `...` for its middle where it has more than this many characters: both ends of a domain name
/// matter.
pub fn short_name(name: &str, longest: usize) -> String {
    let (length, kept) = (name.chars().count(), longest.saturating_sub(3));
    if length <= longest {
        return name.to_owned();
    }
    let start = kept / 2;
    let end = name.chars().skip(length - (kept - start));
    name.chars().take(start).chain("...".chars()).chain(end).collect()
}

/// Whether a character is neither a control, a format nor a line separator character (general categories Cc, Cf, Zl, Zp).
fn is_visible(c: char) -> bool {
    const FORMAT: [(u32, u32); 12] = [
        (0x00AD, 0x00AD),
        (0x0600, 0x0605),
        (0x061C, 0x061C),
        (0x06DD, 0x06DD),
        (0x070F, 0x070F),
        (0x08E2, 0x08E2),
        (0x180E, 0x180E),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0xFEFF, 0xFEFF),
        (0xFFF0, 0xFFFB),
    ];
    let code = u32::from(c);
    !c.is_control() && !FORMAT.iter().any(|(first, last)| (*first..=*last).contains(&code)) && code < 0xE_0000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_forges_a_notice() {
        for (text, expected) in [
            ("www.example.com", "www.example.com"),
            ("Platform Team (München)", "Platform Team (München)"),
            ("x\n\nWhat to do\n  1. Pay", "x What to do 1. Pay"),
            ("a\u{2028}b\u{202e}c\u{200b}d\u{7}e", "a b c d e"),
            ("see https://evil.example/login", "see https[:]//evil.example/login"),
            ("", ""),
        ] {
            assert_eq!(foreign(text), expected, "{text:?}");
        }
        let cut = foreign(&"é".repeat(200));
        assert_eq!(cut.chars().count(), 80);
        assert!(cut.ends_with("..."));
    }

    #[test]
    fn a_long_name_keeps_both_ends() {
        assert_eq!(short_name("www.example.com", 15), "www.example.com");
        assert_eq!(short_name("www.a-very-long-name.example.com", 19), "www.a-ve...mple.com");
        assert_eq!(short_name("www.example.com", 2), "...");
    }

    proptest! {
        #[test]
        fn it_is_one_short_line_without_links(text in any::<String>()) {
            let clean = foreign(&text);
            prop_assert!(clean.chars().count() <= 80);
            prop_assert!(!clean.contains("://") && clean.chars().all(is_visible));
            prop_assert_eq!(foreign(&clean), clean);
        }
    }
}
