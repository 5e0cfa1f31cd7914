//! PEM blocks ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)) in whatever text they are, and however their lines
//! are broken.
//!
//! `pem-rfc7468` and others want lines as they were written. Secrets pass through shells, web forms, templates and JSON in
//! JSON, so here only the boundaries and the characters of base64 count.

use zeroize::Zeroizing;

use crate::{base64, text};

/// What begins and ends a boundary.
const DASHES: &str = "-----";
/// The longest boundary that is considered, with the white space in it.
const MAX_BOUNDARY: usize = 256;

/// A block.
pub(crate) struct Block {
    /// `RSAPRIVATEKEY`: without its blanks, which `tr -d '[:space:]'` removes too.
    pub label: String,
    /// What is in it.
    pub body: Body,
}

/// What is in a block.
pub(crate) enum Body {
    /// Bytes.
    Whole(Zeroizing<Vec<u8>>),
    /// It ends before its last boundary.
    Truncated,
    /// Not base64.
    Damaged,
    /// A key that OpenSSL encrypted as it did before PKCS #8
    /// ([RFC 1421, 4.6.1](https://www.rfc-editor.org/rfc/rfc1421#section-4.6.1)).
    OldEncryption,
}

/// All blocks of a text, in one pass.
pub(crate) fn blocks(text: &str) -> impl Iterator<Item = Block> + '_ {
    let mut pieces = text.split(DASHES).peekable();
    std::iter::from_fn(move || {
        let label = pieces.by_ref().find_map(|piece| boundary(piece, "BEGIN"))?;
        let body = pieces.next_if(|piece| boundary(piece, "BEGIN").is_none()).unwrap_or_default();
        let is_closed = pieces.next_if(|piece| boundary(piece, "END").as_ref() == Some(&label)).is_some();
        let body = if is_closed { read(body) } else { Body::Truncated };
        Some(Block { label, body })
    })
}

/// The label in what is between dashes, if that is a boundary.
fn boundary(piece: &str, keyword: &str) -> Option<String> {
    if piece.len() > MAX_BOUNDARY {
        return None;
    }
    // Also where there is a dash more.
    let compact = text::without_blanks(piece.trim_matches('-'));
    compact.strip_prefix(keyword).map(str::to_owned)
}

fn read(body: &str) -> Body {
    if body.contains("DEK-Info:") {
        return Body::OldEncryption;
    }
    base64::decode(body.trim_matches('-')).map_or(Body::Damaged, Body::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        let seen = |block: Block| match block.body {
            Body::Whole(bytes) => format!("{}={}", block.label, String::from_utf8_lossy(&bytes)),
            Body::Truncated => format!("{} truncated", block.label),
            Body::Damaged => format!("{} damaged", block.label),
            Body::OldEncryption => format!("{} encrypted", block.label),
        };
        blocks(text).map(seen).collect()
    }

    #[test]
    fn only_boundaries_and_base64_count() {
        for text in [
            "-----BEGIN A B-----\nZm9v\n-----END A B-----\n",
            "-----BEGIN A B-----Zm9v-----END A B-----",
            "-----BEGIN A B----- Zm 9v -----END A B-----",
            r"-----BEGIN A B-----\nZm9v\n-----END A B-----\n",
            r"-----BEGIN A B-----\\nZm9v\\n-----END A B-----",
            "  -----BEGIN A B-----\r\n  Zm\r\n  9v\r\n  -----END A B-----",
            "-----BEGINAB-----Zm9v-----ENDAB-----",
            "------BEGIN A B------\nZm9v\n------END A B------",
            "subject=x\n-----\n-----BEGIN A B-----\nZm9v\n-----END A B-----\nBag Attributes",
        ] {
            assert_eq!(seen(text), ["AB=foo"], "{text}");
        }
    }

    #[test]
    fn blocks_follow_each_other() {
        let block = "-----BEGIN A-----\nZm9v\n-----END A-----";
        assert_eq!(seen(&format!("{block}{block}\n{block}")), ["A=foo"; 3]);
    }

    #[test]
    fn what_is_cut_off_is_truncated() {
        for text in [
            "-----BEGIN A",
            "-----BEGIN A-----",
            "-----BEGIN A-----Zm9v",
            "-----BEGIN A-----Zm9v-----",
            "-----BEGIN A-----Zm9v-----EN",
            "-----BEGIN A-----Zm9v-----END B-----",
        ] {
            assert_eq!(seen(text), ["A truncated"], "{text}");
        }
        let next = "-----BEGIN A-----Zm9v-----BEGIN B-----Zm9v-----END B-----";
        assert_eq!(seen(next), ["A truncated", "B=foo"]);
        assert_eq!(seen("-----BEGIN A----------BEGIN B-----Zm9v-----END B-----"), ["A truncated", "B=foo"]);
    }

    #[test]
    fn what_is_not_base64_is_damaged() {
        assert_eq!(seen("-----BEGIN A-----Zm9*-----END A-----"), ["A damaged"]);
        assert_eq!(seen("-----BEGIN A----------END A-----"), ["A damaged"]);
        let old = "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nZm9v\n-----END A-----";
        assert_eq!(seen(old), ["A encrypted"]);
    }
}
