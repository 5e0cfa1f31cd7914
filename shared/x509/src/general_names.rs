//! What a certificate is for: the entries of its subject alternative name
//! ([RFC 5280, 4.2.1.6](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6)).

use std::collections::BTreeSet;
use std::net::IpAddr;

use x509_parser::error::X509Error;
use x509_parser::prelude::{GeneralName, X509Certificate};

use crate::DistinguishedName;

const SUBJECT_ALT_NAME: &str = "2.5.29.17";

/// Every entry, or the common name where there is no such extension.
///
/// # Errors
/// The extension is malformed, or there twice. Who took the common name instead would not know what the certificate is for.
pub(crate) fn of_certificate(certificate: &X509Certificate<'_>) -> Result<BTreeSet<String>, X509Error> {
    if let Some(extension) = certificate.subject_alternative_name()? {
        return Ok(extension.value.general_names.iter().map(text).collect());
    }
    let subject = DistinguishedName::from(certificate.subject());
    Ok(subject.common_names().map(|name| name.to_ascii_lowercase()).collect())
}

/// The value of the extension, DER, and whether it is critical.
pub(crate) fn subject_alt_name(certificate: &X509Certificate<'_>) -> Option<(Vec<u8>, bool)> {
    let mut extensions = certificate.extensions().iter();
    let found = extensions.find(|extension| extension.oid.to_id_string() == SUBJECT_ALT_NAME)?;
    Some((found.value.to_vec(), found.critical))
}

fn text(entry: &GeneralName<'_>) -> String {
    match entry {
        GeneralName::DNSName(name) => name.to_ascii_lowercase(),
        GeneralName::RFC822Name(address) => format!("email:{address}"),
        GeneralName::URI(uri) => format!("uri:{uri}"),
        GeneralName::IPAddress(octets) => match (<[u8; 4]>::try_from(*octets), <[u8; 16]>::try_from(*octets)) {
            (Ok(v4), _) => IpAddr::from(v4).to_string(),
            (_, Ok(v6)) => IpAddr::from(v6).to_string(),
            _ => format!("ip:{octets:?}"),
        },
        other => format!("{other:?}"),
    }
}
