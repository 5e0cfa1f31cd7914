//! Just enough DER (X.690) to write certificates with exactly the bytes that a test or a CSR asks for.

/// A tag, a length and a content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = content.len().to_be_bytes();
            let significant = &bytes[bytes.iter().take_while(|b| **b == 0).count()..];
            out.push(0x80 | u8::try_from(significant.len()).expect("a usize has at most 8 bytes"));
            out.extend_from_slice(significant);
        }
    }
    out.extend_from_slice(content);
    out
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x31, &parts.concat())
}

/// A constructed, context-specific tag.
pub(crate) fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xa0 | number, content)
}

/// A primitive, context-specific tag.
pub(crate) fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, content)
}

pub(crate) fn octets(content: &[u8]) -> Vec<u8> {
    tlv(0x04, content)
}

/// A BIT STRING of whole bytes.
pub(crate) fn bits(content: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], content].concat())
}

pub(crate) fn boolean(value: bool) -> Vec<u8> {
    tlv(0x01, &[if value { 0xff } else { 0 }])
}

pub(crate) fn null() -> Vec<u8> {
    vec![0x05, 0]
}

/// A non-negative INTEGER from big-endian bytes.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let significant = &bytes[bytes.iter().take_while(|b| **b == 0).count()..];
    match significant.first() {
        None => tlv(0x02, &[0]),
        Some(first) if *first >= 0x80 => tlv(0x02, &[&[0], significant].concat()),
        Some(_) => tlv(0x02, significant),
    }
}

/// An OBJECT IDENTIFIER from its dotted form.
pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().expect("an OID is numbers and dots")).collect();
    let mut content = Vec::new();
    for (i, arc) in arcs.iter().enumerate().skip(1) {
        let value = if i == 1 { arcs[0] * 40 + arc } else { *arc };
        let mut groups = vec![u8::try_from(value & 0x7f).expect("seven bits")];
        let mut rest = value >> 7;
        while rest > 0 {
            groups.push(0x80 | u8::try_from(rest & 0x7f).expect("seven bits"));
            rest >>= 7;
        }
        content.extend(groups.iter().rev());
    }
    tlv(0x06, &content)
}

/// RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
pub(crate) fn time(at: jiff::Timestamp) -> Vec<u8> {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    if (1950..2050).contains(&at.year()) {
        tlv(0x17, at.strftime("%y%m%d%H%M%SZ").to_string().as_bytes())
    } else {
        tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers() {
        assert_eq!(tlv(0x04, &[0; 127])[..2], [0x04, 127]);
        assert_eq!(tlv(0x04, &[0; 128])[..3], [0x04, 0x81, 128]);
        assert_eq!(tlv(0x04, &[0; 300])[..4], [0x04, 0x82, 1, 44]);
        assert_eq!(unsigned(&[0, 0x80]), [0x02, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0, 0]), [0x02, 1, 0]);
    }

    #[test]
    fn object_identifiers() {
        assert_eq!(oid("1.2.840.113549.1.1.11"), [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]);
        assert_eq!(oid("2.5.29.17"), [6, 3, 0x55, 0x1d, 0x11]);
    }

    #[test]
    fn times_change_form_in_2050() {
        assert_eq!(time("2049-12-31T23:59:59Z".parse().unwrap())[..2], [0x17, 13]);
        assert_eq!(time("2050-01-01T00:00:00Z".parse().unwrap())[..2], [0x18, 15]);
    }
}
