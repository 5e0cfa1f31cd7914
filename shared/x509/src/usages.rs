//! What a certificate's key may be used for
//! ([RFC 5280, 4.2.1.3](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3) and
//! [4.2.1.12](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12)).

use std::collections::BTreeSet;

use x509_parser::der_parser::Oid;
use x509_parser::extensions::ExtendedKeyUsage;

/// `digitalSignature`, a bit of a key usage.
pub const DIGITAL_SIGNATURE: u16 = 1;
/// `keyEncipherment`, a bit of a key usage.
pub const KEY_ENCIPHERMENT: u16 = 1 << 2;
/// `cRLSign`, a bit of a key usage.
pub const CRL_SIGN: u16 = 1 << 6;

/// Extended key usage of a server's certificate.
pub const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
/// Extended key usage of a client's certificate.
pub const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
/// Extended key usage of a certificate that answers OCSP for the CA that issued it
/// ([RFC 6960, 4.2.2.2](https://www.rfc-editor.org/rfc/rfc6960#section-4.2.2.2)).
pub const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

/// The OIDs of extended key usages.
pub(crate) fn extended(usage: &ExtendedKeyUsage<'_>) -> BTreeSet<String> {
    let known = [
        (usage.any, "2.5.29.37.0"),
        (usage.server_auth, SERVER_AUTH),
        (usage.client_auth, CLIENT_AUTH),
        (usage.code_signing, "1.3.6.1.5.5.7.3.3"),
        (usage.email_protection, "1.3.6.1.5.5.7.3.4"),
        (usage.time_stamping, "1.3.6.1.5.5.7.3.8"),
        (usage.ocsp_signing, OCSP_SIGNING),
    ];
    let known = known.into_iter().filter(|(set, _)| *set).map(|(_, oid)| oid.to_owned());
    known.chain(usage.other.iter().map(Oid::to_id_string)).collect()
}
