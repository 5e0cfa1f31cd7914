//! Serial numbers, however they are spelled.

use std::fmt;

/// A certificate's serial number. ACM writes it with colons (`0a:1b`), tags without, others in upper case, with
/// leading zeros, or as a negative number (`-05` for the byte `fb`): all of these are equal.
///
/// RFC 5280 wants positive numbers, but asks readers to bear with others
/// ([4.1.2.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.2)). A spelling without a sign does not say whether
/// `fb` is 251 or -5, so these two are equal here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber(String);

impl SerialNumber {
    /// Of the content of an INTEGER in DER: the two's complement, most significant byte first.
    pub fn from_der_content(bytes: &[u8]) -> Self {
        Self::from_digits(&hex(bytes))
    }

    /// Reads a serial number that somebody wrote in hexadecimal; `None` when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let is_hex = digits.chars().all(|c| c.is_ascii_hexdigit() || c == ':') && digits.contains(|c| c != ':');
        let digits: String = digits.chars().filter(char::is_ascii_hexdigit).collect();
        is_hex.then(|| if is_negative { Self::from_negative(&digits) } else { Self::from_digits(&digits) })
    }

    /// The number's bytes, most significant first and without leading zeros: none for 0. What
    /// [`from_der_content`](Self::from_der_content) reads equals this number if, without leading zeros, it has these.
    pub fn significant_bytes(&self) -> Vec<u8> {
        bytes(&self.0)
    }

    fn from_digits(digits: &str) -> Self {
        let significant = digits.trim_start_matches('0');
        Self(if significant.is_empty() { "0".into() } else { significant.to_ascii_lowercase() })
    }

    /// The two's complement of a magnitude, in as few bytes as hold it.
    fn from_negative(magnitude: &str) -> Self {
        let mut bytes = bytes(magnitude);
        let mut carry = true;
        for byte in bytes.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
        if bytes.first().is_some_and(|first| first & 0x80 == 0) {
            bytes.insert(0, 0xff);
        }
        let redundant = bytes.windows(2).take_while(|pair| pair[0] == 0xff && pair[1] & 0x80 != 0).count();
        Self::from_digits(&hex(&bytes[redundant..]))
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits, without leading zeros.
fn bytes(digits: &str) -> Vec<u8> {
    let significant = digits.trim_start_matches('0').as_bytes();
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pair = |pair: &[u8]| pair.iter().filter_map(value).fold(0, |byte, digit| byte << 4 | digit);
    let (first, rest) = significant.split_at(significant.len() % 2);
    let first = (!first.is_empty()).then(|| pair(first));
    first.into_iter().chain(rest.chunks(2).map(pair)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> String {
        SerialNumber::parse(text).map_or_else(|| "none".into(), |serial| serial.to_string())
    }

    #[test]
    fn spellings_of_one_number_are_equal() {
        for (spellings, number) in [
            (&["0A:1B", "0a1b", "a1b", "00:0a:1b", " 0a1b "][..], "a1b"),
            (&["00", "0", "-0", "-00"], "0"),
            (&["fb", "00:FB", "-5", "-05", "-00:05"], "fb"),
            (&["-80", "80"], "80"),
            (&["-81", "ff7f"], "ff7f"),
            (&["-100", "ff00"], "ff00"),
            (&["-0a:1b", "f5e5"], "f5e5"),
        ] {
            for spelling in spellings {
                assert_eq!(parsed(spelling), number, "{spelling}");
            }
        }
        assert_eq!(SerialNumber::from_der_content(&[0xfb]).to_string(), "fb");
        assert_eq!(SerialNumber::from_der_content(&[0x00, 0x0a, 0x1b]).to_string(), "a1b");
    }

    #[test]
    fn significant_bytes_have_no_leading_zeros() {
        for (content, significant) in [
            (&[0x00][..], &[][..]),
            (&[0x00, 0xfb], &[0xfb]),
            (&[0x0a, 0x00], &[0x0a, 0x00]),
            (&[0x01, 0x0a], &[0x01, 0x0a]),
        ] {
            assert_eq!(SerialNumber::from_der_content(content).significant_bytes(), significant);
        }
    }

    #[test]
    fn other_text_is_no_serial_number() {
        for text in ["", ":", "-", "-:", "--5", "gremlins", "0x1b", "a b", "5-"] {
            assert_eq!(SerialNumber::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_negative_number_equals_its_bytes(number in i64::MIN + 1..0) {
            let bytes = number.to_be_bytes();
            let redundant = bytes.windows(2).take_while(|pair| pair[0] == 0xff && pair[1] & 0x80 != 0).count();
            let written = SerialNumber::parse(&format!("-{:x}", number.unsigned_abs()));
            prop_assert_eq!(written, Some(SerialNumber::from_der_content(&bytes[redundant..])));
        }
    }
}
