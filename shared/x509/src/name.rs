//! Distinguished names, for people and for comparisons.

use std::fmt;

use x509_parser::asn1_rs::{Any, Tag, ToDer};
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{AttributeTypeAndValue, FromDer, X509Name};

/// The OIDs of attributes ([RFC 4519](https://www.rfc-editor.org/rfc/rfc4519#section-2)).
const COMMON_NAME: &str = "2.5.4.3";
const ORGANIZATION: &str = "2.5.4.10";

/// A distinguished name. Two of them are equal when they have the same types of attributes with the same values in
/// the same order, whatever types of string the values are written in: a CA may write them in another one.
#[derive(Debug, Clone)]
pub struct DistinguishedName {
    attributes: Vec<Vec<Attribute>>,
    der: Vec<u8>,
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes
    }
}

impl Eq for DistinguishedName {}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    oid: String,
    /// `CN`, or the OID where it has no short name.
    abbreviation: String,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    /// What is not text, or not as its type demands: DER.
    Der(Vec<u8>),
}

impl DistinguishedName {
    /// Reads a name in DER. What cannot be read at all is a name of one value: its bytes.
    pub fn from_der(der: &[u8]) -> Self {
        match X509Name::from_der(der) {
            Ok(([], name)) => Self::from(&name),
            _ => {
                let value = Value::Der(der.to_vec());
                let attribute = Attribute { oid: String::new(), abbreviation: "DER".into(), value };
                Self { attributes: vec![vec![attribute]], der: der.to_vec() }
            }
        }
    }

    /// The name as it is in the certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether it has no attributes.
    pub fn is_empty(&self) -> bool {
        self.attributes.iter().all(Vec::is_empty)
    }

    /// The values of its common names.
    pub fn common_names(&self) -> impl Iterator<Item = String> {
        self.values(COMMON_NAME)
    }

    /// Its common name, where it has one and nothing else.
    pub fn only_common_name(&self) -> Option<String> {
        let mut all = self.attributes.iter().flatten();
        let first = all.next().filter(|attribute| attribute.oid == COMMON_NAME)?;
        all.next().is_none().then(|| first.value.to_string())
    }

    /// The values of its organizations.
    pub fn organizations(&self) -> impl Iterator<Item = String> {
        self.values(ORGANIZATION)
    }

    fn values(&self, oid: &'static str) -> impl Iterator<Item = String> {
        self.attributes
            .iter()
            .flatten()
            .filter(move |attribute| attribute.oid == oid)
            .map(|attribute| attribute.value.to_string())
    }
}

impl From<&X509Name<'_>> for DistinguishedName {
    fn from(name: &X509Name<'_>) -> Self {
        let attributes = name.iter_rdn().map(|relative| relative.iter().map(Attribute::from).collect()).collect();
        Self { attributes, der: name.as_raw().to_vec() }
    }
}

impl From<&AttributeTypeAndValue<'_>> for Attribute {
    fn from(attribute: &AttributeTypeAndValue<'_>) -> Self {
        let oid = attribute.attr_type().to_id_string();
        let abbreviation =
            oid2abbrev(attribute.attr_type(), oid_registry()).map_or_else(|_| oid.clone(), str::to_owned);
        Self { oid, abbreviation, value: Value::from(attribute.attr_value()) }
    }
}

impl From<&Any<'_>> for Value {
    fn from(any: &Any<'_>) -> Self {
        text(any).map_or_else(|| Self::Der(any.to_der_vec().unwrap_or_else(|_| any.data.to_vec())), Self::Text)
    }
}

/// The text of a string in ASN.1. TeletexString should be T.61; in certificates it holds Latin-1, as OpenSSL and others
/// write and read it, and sometimes UTF-8.
fn text(any: &Any<'_>) -> Option<String> {
    let utf8 = || std::str::from_utf8(any.data).ok().map(str::to_owned);
    match any.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString
        | Tag::GeneralString
        | Tag::GraphicString
        | Tag::VideotexString
        | Tag::ObjectDescriptor => utf8(),
        Tag::TeletexString => Some(utf8().unwrap_or_else(|| any.data.iter().map(|byte| char::from(*byte)).collect())),
        Tag::BmpString => utf16(any.data),
        Tag::UniversalString => utf32(any.data),
        _ => None,
    }
}

/// BMPString has two bytes for a character, and some write UTF-16 into it.
fn utf16(bytes: &[u8]) -> Option<String> {
    let units = bytes.chunks(2).map(|unit| Some(u16::from_be_bytes(unit.try_into().ok()?)));
    String::from_utf16(&units.collect::<Option<Vec<u16>>>()?).ok()
}

fn utf32(bytes: &[u8]) -> Option<String> {
    bytes.chunks(4).map(|unit| char::from_u32(u32::from_be_bytes(unit.try_into().ok()?))).collect()
}

impl fmt::Display for Value {
    /// Text as it is, and DER as [RFC 4514, 2.4](https://www.rfc-editor.org/rfc/rfc4514#section-2.4) writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Der(der) => der.iter().try_fold(f.write_str("#")?, |(), byte| write!(f, "{byte:02x}")),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.abbreviation, self.value)
    }
}

impl fmt::Display for DistinguishedName {
    /// For people, in the order of the certificate: `C=DE, O=Example, CN=Example Root`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relative =
            |attributes: &Vec<Attribute>| attributes.iter().map(Attribute::to_string).collect::<Vec<_>>().join(" + ");
        f.write_str(&self.attributes.iter().map(relative).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name of one common name, whose value has this tag and these bytes.
    fn common_name(tag: u8, value: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            let length = u8::try_from(content.len()).unwrap();
            assert!(length < 0x80);
            [&[tag, length], content].concat()
        };
        let attribute = [&[0x06, 0x03, 0x55, 0x04, 0x03][..], &wrap(tag, value)].concat();
        wrap(0x30, &wrap(0x31, &wrap(0x30, &attribute)))
    }

    const UTF8: u8 = 0x0c;
    const PRINTABLE: u8 = 0x13;
    const TELETEX: u8 = 0x14;
    const UNIVERSAL: u8 = 0x1c;
    const BMP: u8 = 0x1e;

    #[test]
    fn every_type_of_string_is_read() {
        for (tag, value, text) in [
            (UTF8, "Müller".as_bytes(), "CN=Müller"),
            (PRINTABLE, b"Example", "CN=Example"),
            (TELETEX, b"M\xfcller", "CN=Müller"),
            (TELETEX, "Müller".as_bytes(), "CN=Müller"),
            (BMP, b"\0M\0\xfc\0l\0l\0e\0r", "CN=Müller"),
            (UNIVERSAL, b"\0\0\0M\0\0\0\xfc\0\0\0l\0\0\0l\0\0\0e\0\0\0r", "CN=Müller"),
            // What is not as its type demands is shown as it is.
            (UTF8, b"M\xfcller", "CN=#0c064dfc6c6c6572"),
            (BMP, b"\0M\0", "CN=#1e03004d00"),
            (UNIVERSAL, b"\xff\xff\xff\xff", "CN=#1c04ffffffff"),
            (0x02, b"\x07", "CN=#020107"),
        ] {
            let name = DistinguishedName::from_der(&common_name(tag, value));
            assert_eq!(name.to_string(), text, "{tag:#x}");
            assert_eq!(name.common_names().collect::<Vec<_>>(), [&text[3..]]);
        }
    }

    #[test]
    fn names_are_compared_by_type_and_value() {
        let name = |tag, value: &[u8]| DistinguishedName::from_der(&common_name(tag, value));
        assert_eq!(name(TELETEX, b"M\xfcller"), name(UTF8, "Müller".as_bytes()));
        assert_eq!(name(BMP, b"\0a"), name(PRINTABLE, b"a"));
        assert_ne!(name(TELETEX, b"M\xfcller"), name(TELETEX, b"S\xf6hne"));
        assert_ne!(name(UTF8, b"M\xfcller"), name(UTF8, b"S\xf6hne"));
        assert_ne!(name(UTF8, b"a"), name(UTF8, b"A"));
        // Bytes are not the text that shows them.
        assert_ne!(name(0x02, b"\x07"), name(UTF8, b"#020107"));
    }

    #[test]
    fn what_is_no_name_is_its_bytes() {
        let [garbage, other] = [b"garbage".as_slice(), b"other"].map(DistinguishedName::from_der);
        assert_ne!(garbage, other);
        assert_eq!(garbage.to_string(), "DER=#67617262616765");
        assert!(!garbage.is_empty());
        assert!(DistinguishedName::from_der(&[0x30, 0x00]).is_empty());
    }
}
