//! White space, in all the ways in which it gets into and out of a text.

use zeroize::Zeroizing;

/// Whether a character is white space: also the byte order mark and the invisible blanks that editors and web forms add.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\0')
}

/// The text without white space around it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// The text without any white space, and without line breaks that were escaped once too often: `\n`, `\\n`.
pub(crate) fn without_blanks(text: &str) -> Zeroizing<String> {
    // Never longer than the text: nothing is left behind in memory by growing.
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next_if(|next| matches!(next, 'n' | 'r' | 't'));
        } else if !is_blank(c) {
            kept.push(c);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_line_breaks_are_white_space() {
        for text in ["ab", " a\tb\r\n", r"a\nb", r"a\\nb\\n", r"\r\na\r\nb", "\u{feff}a\u{a0}b", "a\\\nb"] {
            assert_eq!(*without_blanks(text), "ab", "{text:?}");
        }
        assert_eq!(*without_blanks(r"a\b"), "ab");
        assert_eq!(*without_blanks("nrt"), "nrt");
    }
}
