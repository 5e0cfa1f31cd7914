//! What shows that the password is right and that nothing was changed.

use aws_lc_rs::hmac;
use der::Sequence;
use der::asn1::{ObjectIdentifier, OctetStringRef};
use zeroize::Zeroizing;

use crate::encryption::{self, Algorithm, Failed, PBKDF2, Pbkdf2, Purpose, Work};
use crate::password::Candidate;

/// [RFC 9579](https://www.rfc-editor.org/rfc/rfc9579).
const PBMAC1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");

/// MacData ([RFC 7292, 4](https://www.rfc-editor.org/rfc/rfc7292#section-4)).
#[derive(Sequence)]
pub(crate) struct Mac<'a> {
    mac: DigestInfo<'a>,
    salt: &'a OctetStringRef,
    #[asn1(default = "one")]
    iterations: u32,
}

#[derive(Sequence)]
struct DigestInfo<'a> {
    algorithm: Algorithm<'a>,
    digest: &'a OctetStringRef,
}

/// PBMAC1-params ([RFC 8018, A.5](https://www.rfc-editor.org/rfc/rfc8018#appendix-A.5)).
#[derive(Sequence)]
struct Pbmac1<'a> {
    derivation: Algorithm<'a>,
    scheme: Algorithm<'a>,
}

fn one() -> u32 {
    1
}

impl Mac<'_> {
    /// Whether it is that of these bytes with this password.
    pub(crate) fn verify(&self, bytes: &[u8], password: &Candidate<'_>, work: &mut Work) -> Result<(), Failed> {
        let (algorithm, key) = match self.mac.algorithm.oid {
            PBMAC1 => self.pbmac1(password, work)?,
            oid => self.pkcs12(oid, password, work)?,
        };
        let key = hmac::Key::new(algorithm, &key);
        hmac::verify(&key, bytes, self.mac.digest.as_bytes()).map_err(|_| Failed::Password)
    }

    fn pbmac1(
        &self,
        password: &Candidate<'_>,
        work: &mut Work,
    ) -> Result<(hmac::Algorithm, Zeroizing<Vec<u8>>), Failed> {
        let Pbmac1 { derivation, scheme } = self.mac.algorithm.read()?;
        let algorithm = encryption::hmac(scheme.oid).ok_or(Failed::Unsupported)?;
        if derivation.oid != PBKDF2 {
            return Err(Failed::Unsupported);
        }
        let pbkdf2: Pbkdf2<'_> = derivation.read()?;
        // RFC 9579, 5: it must be there.
        let length = pbkdf2.key_length.filter(|length| (1..=128).contains(length)).ok_or(Failed::Structure)?;
        Ok((algorithm, pbkdf2.derive(password.text, usize::from(length), work)?))
    }

    fn pkcs12(
        &self,
        oid: ObjectIdentifier,
        password: &Candidate<'_>,
        work: &mut Work,
    ) -> Result<(hmac::Algorithm, Zeroizing<Vec<u8>>), Failed> {
        let algorithm = encryption::hmac(oid).ok_or(Failed::Unsupported)?;
        let digest = algorithm.digest_algorithm();
        work.spend(self.iterations, digest.output_len, digest.output_len)?;
        let salt = self.salt.as_bytes();
        let key = encryption::pkcs12(digest, Purpose::Mac, password, salt, self.iterations, digest.output_len);
        Ok((algorithm, key))
    }
}
