//! A cell of CSV.

use std::io::{self, Write};

use inventory::{Reading, Unreadable};
use notices::foreign_up_to;

/// Writes a cell in quotes where it needs them, and never as a formula.
pub(super) fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    if is_harmless(text) {
        return to.write_all(text.as_bytes());
    }
    // Line breaks and what cannot be seen become blanks; `://` is no danger in a cell.
    let visible = foreign_up_to(&text.replace("://", ":\u{fffc}//"), usize::MAX).replace(":\u{fffc}//", "://");
    let mark = if is_formula(text) || is_formula(&visible) { "'" } else { "" };
    if visible.contains([',', '"', '\'']) || !mark.is_empty() {
        return write!(to, "\"{mark}{}\"", visible.replace('"', "\"\""));
    }
    to.write_all(visible.as_bytes())
}

/// Most cells need no second look: letters, digits and single blanks, and nothing at the start that means something.
fn is_harmless(text: &str) -> bool {
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b":/._*;()".contains(b);
    let mut bytes = text.as_bytes().split(|b| *b == b' ');
    text.is_empty()
        || bytes.all(|word| !word.is_empty() && word.iter().all(|b| is_plain(b) || b"-=+@".contains(b)))
            && text.as_bytes().first().is_some_and(is_plain)
}

/// Whether a spreadsheet may take a cell for a formula: full-width forms count in some of them.
fn is_formula(text: &str) -> bool {
    const SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}'];
    text.starts_with(SIGNS) || text.starts_with('\u{ff20}') || text.trim_start().starts_with(SIGNS)
}

/// What was read, or why it was not.
pub(super) fn reading<T>(reading: &Reading<T>, shown: impl Fn(&T) -> String) -> String {
    match reading {
        Reading::Known { value, .. } => shown(value),
        Reading::Unreadable(why) => unreadable(why),
        Reading::NotAsked => "not read yet".into(),
    }
}

pub(super) fn unreadable(why: &Unreadable) -> String {
    format!("unreadable: {} ({})", why.code, why.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut to = Vec::new();
        write(&mut to, text).unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'=1\""),
            ("\r=1", "\"'=1\""),
            (" =1", "\"'=1\""),
            ("\u{200b}=1", "\"'=1\""),
            ("\u{ff1d}1", "\"'\u{ff1d}1\""),
            ("two\nlines", "two lines"),
            ("https://example.com", "https://example.com"),
            ("a  b", "a b"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
