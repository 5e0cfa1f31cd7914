//! The strings in a JSON text ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), wherever they are in it.
//!
//! serde_json checks the grammar, but does not read the strings: its buffers are not wiped, and a key is always in a
//! string with escapes. In a valid text every quotation mark outside of a string begins one, so that they are found
//! without following the structure, however deep it is.

use serde::de::IgnoredAny;
use zeroize::Zeroizing;

/// A string, and the name before it.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    /// The last name before it, with its escapes: that of its member, or of the member whose array it is in.
    pub name: Option<&'a str>,
    /// The string, with its escapes.
    raw: &'a str,
}

impl Field<'_> {
    /// The string. Wiped from memory when dropped.
    pub(crate) fn value(&self) -> Zeroizing<String> {
        // Escapes are longer than what they mean.
        let mut value = Zeroizing::new(String::with_capacity(self.raw.len()));
        let mut chars = self.raw.chars();
        while let Some(c) = chars.next() {
            value.push(if c == '\\' { escaped(&mut chars) } else { c });
        }
        value
    }
}

/// Whether a text looks like JSON that holds strings.
pub(crate) fn may_be_json(text: &str) -> bool {
    text.starts_with(['{', '[', '"'])
}

/// All strings in a JSON text that are not names; `None` where it is not JSON.
pub(crate) fn fields(text: &str) -> Option<Vec<Field<'_>>> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let (mut found, mut name, mut rest) = (Vec::new(), None, text);
    while let Some((_, from_string)) = rest.split_once('"') {
        let end = length_of_string(from_string)?;
        let raw = from_string.get(..end)?;
        rest = from_string.get(end + 1..)?;
        if rest.trim_start().starts_with(':') {
            name = Some(raw);
        } else {
            found.push(Field { name, raw });
        }
    }
    Some(found)
}

/// How many bytes there are before the quotation mark that ends a string.
fn length_of_string(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}

fn escaped(chars: &mut std::str::Chars<'_>) -> char {
    match chars.next() {
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('u') => code_point(chars).unwrap_or(char::REPLACEMENT_CHARACTER),
        Some(itself) => itself,
        None => char::REPLACEMENT_CHARACTER,
    }
}

/// Characters beyond the first 65,536 are written as two surrogates.
fn code_point(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let high = unit(chars)?;
    if !(0xd800..0xdc00).contains(&high) {
        return char::from_u32(high);
    }
    let mut following = chars.clone();
    let low = (following.next() == Some('\\') && following.next() == Some('u')).then(|| unit(&mut following))??;
    let is_low = (0xdc00..0xe000).contains(&low);
    is_low.then(|| *chars = following)?;
    char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
}

fn unit(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit << 4 | chars.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<Vec<(Option<&str>, String)>> {
        Some(fields(text)?.iter().map(|field| (field.name, field.value().to_string())).collect())
    }

    #[test]
    fn strings_are_found_wherever_they_are() {
        let text = r#"{"a": "1", "b": {"c": ["2", {"d": "3"}], "e": 4}, "f" : "x:\"y\\" }"#;
        let expected = [("a", "1"), ("c", "2"), ("d", "3"), ("f", r#"x:"y\"#)];
        assert_eq!(read(text), Some(expected.map(|(name, value)| (Some(name), value.to_owned())).to_vec()));
        assert_eq!(read(r#""alone""#), Some(vec![(None, "alone".to_owned())]));
        assert_eq!(read("{}"), Some(Vec::new()));
        for broken in ["{", r#"{"a": "1"#, r#"{"a" "b"}"#, "\"a\nb\"", "plain"] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }

    #[test]
    fn however_deep_it_is() {
        let text = format!("{}\"deep\"{}", "[".repeat(30_000), "]".repeat(30_000));
        assert_eq!(read(&text), Some(vec![(None, "deep".to_owned())]));
    }

    proptest! {
        #[test]
        fn strings_are_read_as_serde_json_reads_them(value in any::<String>()) {
            for text in [serde_json::to_string(&value).unwrap(), escape_everything(&value)] {
                prop_assert_eq!(read(&text), Some(vec![(None, value.clone())]));
            }
        }
    }

    fn escape_everything(value: &str) -> String {
        let units: String = value.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        format!("\"{units}\"")
    }
}
