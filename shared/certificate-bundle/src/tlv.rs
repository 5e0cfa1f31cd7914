//! Elements of ASN.1 in BER and DER ([X.690, 8.1](https://www.itu.int/rec/T-REC-X.690)), as far as it takes to know what
//! bytes are, and to write BER as DER.

use zeroize::Zeroizing;

/// Tags.
pub(crate) const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
const CONSTRUCTED: u8 = 0x20;
/// Deeper than any PKCS #12.
const MAX_DEPTH: usize = 24;

/// What a structure in DER is, as far as its first elements say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A certificate, or what is built like one.
    Certificate,
    /// A private key: PKCS #1, SEC 1 or PKCS #8.
    Key,
    /// An EncryptedPrivateKeyInfo of PKCS #8.
    EncryptedKey,
    /// A PFX of PKCS #12.
    Pkcs12,
    /// A ContentInfo, such as that of PKCS #7.
    ContentInfo,
}

/// An element: its tag, its content, and what follows it.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    rest: &'a [u8],
}

/// What bytes are that are one structure from the first to the last. Also of BER, whose first elements are as in DER.
pub(crate) fn kind(bytes: &[u8]) -> Option<Kind> {
    if bytes.first_chunk() == Some(&[SEQUENCE, 0x80]) {
        return kind(&to_der(bytes)?);
    }
    let outer = element(bytes).filter(|outer| outer.tag == SEQUENCE && outer.rest.is_empty())?;
    let first = element(outer.content)?;
    let second = first.rest.first().copied();
    match (first.tag, first.content, second) {
        (INTEGER, [3], Some(SEQUENCE)) => Some(Kind::Pkcs12),
        (INTEGER, _, _) => Some(Kind::Key),
        (SEQUENCE, _, Some(OCTET_STRING)) => Some(Kind::EncryptedKey),
        (SEQUENCE, _, Some(SEQUENCE)) => Some(Kind::Certificate),
        (OBJECT_IDENTIFIER, _, _) => Some(Kind::ContentInfo),
        _ => None,
    }
}

/// A structure in BER as DER: lengths are definite, and strings in one piece. Old Java libraries, NSS and macOS write PKCS
/// #12 in BER.
pub(crate) fn to_der(ber: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    rewrite(ber, MAX_DEPTH).map(|(der, _)| der)
}

/// The first element as DER, and what follows it.
fn rewrite(ber: &[u8], depth: usize) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    let (tag, length, rest) = header(ber)?;
    let (content, rest) = match length {
        Some(length) => rest.split_at_checked(length)?,
        None => (rest, rest),
    };
    if tag & CONSTRUCTED == 0 {
        return length.map(|_| (encode(tag, content), rest));
    }
    let is_string = tag == OCTET_STRING | CONSTRUCTED;
    let (inner, after) = rewrite_all(content, length.is_none(), is_string, depth.checked_sub(1)?)?;
    let tag = if is_string { OCTET_STRING } else { tag };
    Some((encode(tag, &inner), if length.is_none() { after } else { rest }))
}

/// The elements of a content, up to its end or, where its length is not definite, to the mark after it.
fn rewrite_all(
    mut content: &[u8],
    until_mark: bool,
    is_string: bool,
    depth: usize,
) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    let mut all = Zeroizing::new(Vec::with_capacity(content.len()));
    loop {
        match content {
            [0, 0, after @ ..] if until_mark => return Some((all, after)),
            [] => return (!until_mark).then_some((all, content)),
            _ => {}
        }
        let (der, rest) = rewrite(content, depth)?;
        let piece = if is_string { octets(&der)? } else { &der };
        all.extend_from_slice(piece);
        content = rest;
    }
}

/// The octets of a string; `None` for another element.
pub(crate) fn octets(der: &[u8]) -> Option<&[u8]> {
    element(der).filter(|found| found.tag == OCTET_STRING).map(|found| found.content)
}

/// The first element of these bytes, from its tag to its last byte.
pub(crate) fn first_element(der: &[u8]) -> Option<&[u8]> {
    let rest = element(der)?.rest;
    der.get(..der.len() - rest.len())
}

/// The octets of several strings one after the other.
pub(crate) fn joined_octets(mut der: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::with_capacity(der.len());
    while !der.is_empty() {
        let found = element(der).filter(|found| found.tag == OCTET_STRING)?;
        all.extend_from_slice(found.content);
        der = found.rest;
    }
    Some(all)
}

fn element(der: &[u8]) -> Option<Element<'_>> {
    let (tag, length, rest) = header(der)?;
    let (content, rest) = rest.split_at_checked(length?)?;
    Some(Element { tag, content, rest })
}

/// A tag of one byte, the length unless it is not definite, and what follows.
fn header(bytes: &[u8]) -> Option<(u8, Option<usize>, &[u8])> {
    let (&tag, rest) = bytes.split_first().filter(|(tag, _)| **tag & 0x1f != 0x1f)?;
    let (&first, rest) = rest.split_first()?;
    match first {
        0x80 => Some((tag, None, rest)),
        ..0x80 => Some((tag, Some(usize::from(first)), rest)),
        _ => {
            let (digits, rest) =
                rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
            let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
            Some((tag, Some(length), rest))
        }
    }
}

fn encode(tag: u8, content: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let mut der = Zeroizing::new(Vec::with_capacity(content.len() + 2 + length.len()));
    der.push(tag);
    match u8::try_from(content.len()) {
        Ok(short @ ..0x80) => der.push(short),
        _ => {
            // At most eight.
            der.push(0x80 | (length.len() - zeros) as u8);
            der.extend_from_slice(&length[zeros..]);
        }
    }
    der.extend_from_slice(content);
    der
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn der(ber: &[u8]) -> Option<Vec<u8>> {
        to_der(ber).map(|der| der.to_vec())
    }

    #[test]
    fn ber_becomes_der() {
        for (ber, expected) in [
            (&[0x30, 0x80, 0x02, 0x01, 0x03, 0x00, 0x00][..], Some(&[0x30, 0x03, 0x02, 0x01, 0x03][..])),
            (&[0x24, 0x80, 0x04, 0x01, 0x0a, 0x04, 0x01, 0x0b, 0x00, 0x00], Some(&[0x04, 0x02, 0x0a, 0x0b])),
            (&[0x24, 0x06, 0x24, 0x80, 0x04, 0x00, 0x00, 0x00], Some(&[0x04, 0x00])),
            (&[0xa0, 0x80, 0x04, 0x81, 0x01, 0x07, 0x00, 0x00], Some(&[0xa0, 0x03, 0x04, 0x01, 0x07])),
            (&[0x30, 0x80, 0x02, 0x01, 0x03], None),
            (&[0x04, 0x80, 0x00, 0x00], None),
            (&[0x24, 0x80, 0x02, 0x01, 0x0a, 0x00, 0x00], None),
            (&[0x30, 0x05, 0x02], None),
        ] {
            assert_eq!(der(ber).as_deref(), expected, "{ber:02x?}");
        }
        assert_eq!(der(&[0x30, 0x80].repeat(30_000)), None);
    }

    #[test]
    fn long_lengths_are_written_as_short_as_they_go() {
        for length in [0, 127, 128, 255, 256, 65_535] {
            let long =
                [&[0x04, 0x83][..], &u32::try_from(length).unwrap().to_be_bytes()[1..], &vec![7; length]].concat();
            let short = der(&long).unwrap();
            assert_eq!(octets(&short), Some(&vec![7; length][..]));
            assert!(short.len() <= long.len() && der(&short) == Some(short.clone()));
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = (kind(&bytes), to_der(&bytes), joined_octets(&bytes), first_element(&bytes));
        }
    }
}
