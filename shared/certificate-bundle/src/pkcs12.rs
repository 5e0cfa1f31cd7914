//! PKCS #12 ([RFC 7292](https://www.rfc-editor.org/rfc/rfc7292)): `.p12` and `.pfx` files.

mod mac;

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Sequence, Tagged};
use zeroize::Zeroizing;

use crate::encryption::{self, Algorithm, Failed, Work};
use crate::locked::Unlocked;
use crate::password::Candidate;
use crate::tlv;
use mac::Mac;

/// Content types ([RFC 5652](https://www.rfc-editor.org/rfc/rfc5652)).
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
/// Bags ([RFC 7292, 4.2](https://www.rfc-editor.org/rfc/rfc7292#section-4.2)).
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");

/// PFX.
#[derive(Sequence)]
struct Pfx<'a> {
    version: u8,
    content: ContentInfo<'a>,
    mac: Option<Mac<'a>>,
}

#[derive(Sequence)]
struct ContentInfo<'a> {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: AnyRef<'a>,
}

#[derive(Sequence)]
struct EncryptedData<'a> {
    version: u8,
    content: EncryptedContentInfo<'a>,
}

#[derive(Sequence)]
struct EncryptedContentInfo<'a> {
    kind: ObjectIdentifier,
    algorithm: Algorithm<'a>,
    /// `[0] IMPLICIT OCTET STRING`, in one piece or, in BER, in several.
    content: AnyRef<'a>,
}

#[derive(Sequence)]
struct Bag<'a> {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: AnyRef<'a>,
    /// Names for people.
    attributes: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct CertificateBag<'a> {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    value: &'a OctetStringRef,
}

/// The certificates and keys in a PFX, with this password.
pub(crate) fn open(bytes: &[u8], password: &Candidate<'_>, work: &mut Work) -> Result<Unlocked, Failed> {
    let der = tlv::to_der(bytes).ok_or(Failed::Structure)?;
    let pfx = Pfx::from_der(&der)?;
    let content = data(&pfx.content)?;
    pfx.mac.map_or(Ok(()), |mac| mac.verify(content, password, work))?;
    // What is in a string may be BER although the string is not.
    let safe = tlv::to_der(content).ok_or(Failed::Structure)?;
    let mut found = Unlocked::new();
    for content in Vec::<ContentInfo<'_>>::from_der(&safe)? {
        found.extend(bags(&content, password, work)?);
    }
    Ok(found)
}

fn data<'a>(content: &ContentInfo<'a>) -> Result<&'a [u8], Failed> {
    if content.kind != DATA {
        // A PFX that is signed instead of having a MAC, which no tool of today writes.
        return Err(Failed::Unsupported);
    }
    Ok(content.content.decode_as::<&OctetStringRef>()?.as_bytes())
}

fn bags(content: &ContentInfo<'_>, password: &Candidate<'_>, work: &mut Work) -> Result<Unlocked, Failed> {
    let plain = match content.kind {
        ENCRYPTED_DATA => decrypted(content, password, work)?,
        _ => Zeroizing::new(data(content)?.to_vec()),
    };
    // Rubbish that a wrong password left.
    let damaged = if content.kind == ENCRYPTED_DATA { Failed::Password } else { Failed::Structure };
    let der = tlv::to_der(&plain).ok_or(damaged)?;
    let bags = Vec::<Bag<'_>>::from_der(&der).map_err(|_| damaged)?;
    let material = |bag| material(&bag, password, work).transpose();
    bags.into_iter().filter_map(material).collect()
}

fn decrypted(
    content: &ContentInfo<'_>,
    password: &Candidate<'_>,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let EncryptedContentInfo { algorithm, content, .. } = content.content.decode_as::<EncryptedData<'_>>()?.content;
    if content.tag().is_constructed() {
        let joined = tlv::joined_octets(content.value()).ok_or(Failed::Structure)?;
        return encryption::decrypt(&algorithm, &joined, password, work);
    }
    encryption::decrypt(&algorithm, content.value(), password, work)
}

/// The certificate or the key in a bag; `None` for what else there is.
fn material(bag: &Bag<'_>, password: &Candidate<'_>, work: &mut Work) -> Result<Option<Zeroizing<Vec<u8>>>, Failed> {
    let der = || Ok::<_, Failed>(Zeroizing::new(der::Encode::to_der(&bag.value)?));
    Ok(match bag.kind {
        KEY_BAG => Some(der()?),
        SHROUDED_KEY_BAG => Some(encryption::decrypt_key(&der()?, password, work)?),
        CERTIFICATE_BAG => {
            let certificate: CertificateBag<'_> = bag.value.decode_as()?;
            let is_x509 = certificate.kind == X509_CERTIFICATE;
            is_x509.then(|| Zeroizing::new(certificate.value.as_bytes().to_vec()))
        }
        _ => None,
    })
}
