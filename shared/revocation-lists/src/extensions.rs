//! Extensions of a CRL ([RFC 5280, 5.2](https://www.rfc-editor.org/rfc/rfc5280#section-5.2)) and of its entries (5.3).

use x509::RevocationReason;
use x509_parser::der_parser::Oid;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer;

use crate::der::{self, BOOLEAN, ENUMERATED, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};
use crate::{CrlNumber, IssuingDistributionPoint};

/// OIDs of extensions, DER: `2.5.29` and one number.
const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const REASON_CODE: &[u8] = &[0x55, 0x1d, 21];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 24];
const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 28];
const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];

/// Why extensions cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// They are not as their type demands.
    Malformed,
    /// The OID of a critical one that is not known.
    UnknownCritical(String),
}

/// What a CRL's extensions say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct OfList {
    pub(crate) number: Option<CrlNumber>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
    pub(crate) distribution_point: Option<IssuingDistributionPoint>,
}

struct Extension<'a> {
    oid: &'a [u8],
    is_critical: bool,
    value: &'a [u8],
    whole: &'a [u8],
}

impl OfList {
    /// Of the content of `[0] EXPLICIT Extensions`.
    pub(crate) fn read(content: &[u8]) -> Result<Self, Unusable> {
        let extensions = der::only(content, SEQUENCE).ok_or(Unusable::Malformed)?;
        let mut found = Self::default();
        for_each(extensions.content, |extension| {
            match extension.oid {
                CRL_NUMBER => {
                    let number = der::only(extension.value, INTEGER).ok_or(Unusable::Malformed)?;
                    found.number = Some(CrlNumber::from_der_content(number.content).ok_or(Unusable::Malformed)?);
                }
                AUTHORITY_KEY_IDENTIFIER => found.authority_key_id = authority_key_id(extension)?,
                ISSUING_DISTRIBUTION_POINT => found.distribution_point = Some(distribution_point(extension)?),
                _ => refuse_critical(extension)?,
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// The reason among the extensions of an entry; these are their content, without the SEQUENCE.
pub(crate) fn reason(content: &[u8]) -> Result<Option<RevocationReason>, Unusable> {
    let mut reason = None;
    for_each(content, |extension| {
        match extension.oid {
            REASON_CODE => match der::only(extension.value, ENUMERATED).map(|code| code.content) {
                Some([code]) => reason = Some(RevocationReason::from(*code)),
                _ => return Err(Unusable::Malformed),
            },
            INVALIDITY_DATE => {}
            _ => refuse_critical(extension)?,
        }
        Ok(())
    })?;
    Ok(reason)
}

fn for_each(mut content: &[u8], mut take: impl FnMut(&Extension<'_>) -> Result<(), Unusable>) -> Result<(), Unusable> {
    while !content.is_empty() {
        take(&next(&mut content).ok_or(Unusable::Malformed)?)?;
    }
    Ok(())
}

fn next<'a>(content: &mut &'a [u8]) -> Option<Extension<'a>> {
    let extension = der::next_of(content, SEQUENCE)?;
    let mut fields = extension.content;
    let oid = der::next_of(&mut fields, OBJECT_IDENTIFIER)?.content;
    let critical = der::next_of(&mut fields, BOOLEAN).map(|critical| critical.content);
    let is_critical = match critical {
        None | Some([0]) => false,
        Some([_]) => true,
        Some(_) => return None,
    };
    Some(Extension { oid, is_critical, value: der::only(fields, OCTET_STRING)?.content, whole: extension.whole })
}

fn refuse_critical(extension: &Extension<'_>) -> Result<(), Unusable> {
    match extension.is_critical {
        true => Err(Unusable::UnknownCritical(Oid::new(extension.oid.into()).to_id_string())),
        false => Ok(()),
    }
}

fn parsed<'a>(extension: &Extension<'a>) -> Result<X509Extension<'a>, Unusable> {
    X509Extension::from_der(extension.whole).map(|(_, parsed)| parsed).map_err(|_| Unusable::Malformed)
}

fn authority_key_id(extension: &Extension<'_>) -> Result<Option<Vec<u8>>, Unusable> {
    match parsed(extension)?.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(key) => Ok(key.key_identifier.as_ref().map(|id| id.0.to_vec())),
        _ => Err(Unusable::Malformed),
    }
}

fn distribution_point(extension: &Extension<'_>) -> Result<IssuingDistributionPoint, Unusable> {
    let parsed = parsed(extension)?;
    let ParsedExtension::IssuingDistributionPoint(point) = parsed.parsed_extension() else {
        return Err(Unusable::Malformed);
    };
    let names = match &point.distribution_point {
        Some(DistributionPointName::FullName(names)) => names.as_slice(),
        _ => &[],
    };
    let url = |name: &GeneralName<'_>| match name {
        GeneralName::URI(url) => Some((*url).to_owned()),
        _ => None,
    };
    Ok(IssuingDistributionPoint {
        is_critical: extension.is_critical,
        urls: names.iter().filter_map(url).collect(),
        only_user_certificates: point.only_contains_user_certs,
        only_ca_certificates: point.only_contains_ca_certs,
        only_attribute_certificates: point.only_contains_attribute_certs,
        only_some_reasons: point.only_some_reasons.is_some(),
        is_indirect: point.indirect_crl,
    })
}
