//! CSV that no spreadsheet takes for formulas.
//!
//! Quoted as [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) says. A cell that a spreadsheet would take for a formula
//! gets an apostrophe ([OWASP](https://owasp.org/www-community/attacks/CSV_Injection)).

use std::io::{self, Write};

use notices::foreign_up_to;

/// Writes a line.
///
/// # Errors
/// The storage failed.
pub fn write_line(to: &mut impl Write, cells: impl IntoIterator<Item = impl AsRef<str>>) -> io::Result<()> {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            to.write_all(b",")?;
        }
        write(to, cell.as_ref())?;
    }
    to.write_all(b"\r\n")
}

/// Writes a cell in quotes where it needs them, and never as a formula.
fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
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
