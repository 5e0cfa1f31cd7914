//! Elements of DER within bytes that are in memory.

use jiff::Timestamp;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
/// `[0] EXPLICIT`, the tag of a CRL's extensions.
pub(crate) const EXTENSIONS: u8 = 0xa0;

/// No name, entry, extension or signature is larger, bytes.
pub(crate) const MAX_ELEMENT: u32 = 65_536;

/// An element: its content, and all of its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) content: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// The length that these bytes, after a tag, begin with, and how many bytes say it. `None` where it is not one of DER:
/// indefinite, not as short as it goes, or of more than four bytes.
pub(crate) fn length(bytes: &[u8]) -> Option<(u32, usize)> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((first.into(), 1));
    }
    let count = usize::from(first & 0x7f);
    let digits = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
    let length = digits.iter().fold(0, |length, digit| length << 8 | u32::from(*digit));
    let is_shortest = length >= 0x80 && digits.first() != Some(&0);
    is_shortest.then_some((length, 1 + count))
}

/// Takes the first element of these bytes.
pub(crate) fn next<'a>(bytes: &mut &'a [u8]) -> Option<Element<'a>> {
    let all: &'a [u8] = bytes;
    let (_, rest) = all.split_first()?;
    let (length, size) = length(rest)?;
    let end = (1 + size).checked_add(usize::try_from(length).ok()?)?;
    let (whole, after) = all.split_at_checked(end)?;
    *bytes = after;
    Some(Element { content: &whole[1 + size..], whole })
}

/// Takes the first element of these bytes if it has this tag.
pub(crate) fn next_of<'a>(bytes: &mut &'a [u8], tag: u8) -> Option<Element<'a>> {
    if bytes.first() == Some(&tag) { next(bytes) } else { None }
}

/// The only element of these bytes, with this tag.
pub(crate) fn only(mut bytes: &[u8], tag: u8) -> Option<Element<'_>> {
    next_of(&mut bytes, tag).filter(|_| bytes.is_empty())
}

/// A Time: UTCTime or GeneralizedTime.
pub(crate) fn time(element: &Element<'_>) -> Option<Timestamp> {
    let ([], time) = ASN1Time::from_der(element.whole).ok()? else { return None };
    x509::rfc5280_time(time.timestamp(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_they_go() {
        for (bytes, expected) in [
            (&[0x05][..], Some((5, 1))),
            (&[0x81, 0x80], Some((0x80, 2))),
            (&[0x84, 0xff, 0xff, 0xff, 0xff], Some((u32::MAX, 5))),
            (&[0x81, 0x7f], None),
            (&[0x82, 0x00, 0x80], None),
            (&[0x80], None),
            (&[0x85, 1, 0, 0, 0, 0], None),
            (&[0x82, 0x01], None),
            (&[], None),
        ] {
            assert_eq!(length(bytes), expected, "{bytes:02x?}");
        }
    }
}
