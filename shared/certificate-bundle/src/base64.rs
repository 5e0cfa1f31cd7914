//! Base64 ([RFC 4648, 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)), decoded in constant time, since keys are
//! written in it.

use base64ct::{Base64Unpadded, Encoding};
use zeroize::Zeroizing;

use crate::text::without_blanks;

/// What a text holds in base64, with or without padding and white space; `None` where it is not base64.
pub(crate) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let compact = without_blanks(text);
    let digits = compact.trim_end_matches('=');
    if digits.is_empty() {
        return None;
    }
    let mut bytes = Zeroizing::new(vec![0; digits.len()]);
    let length = Base64Unpadded::decode(digits, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_and_white_space_do_not_matter() {
        for text in ["Zm9vYg==", "Zm9vYg", "Zm 9v\nYg==\n", r"Zm9v\nYg=="] {
            assert_eq!(decode(text).as_deref().map(Vec::as_slice), Some(&b"foob"[..]), "{text}");
        }
        for text in ["", "=", "Z", "Zm9vY", "Zm9v*g==", "Zm=9vYg"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
