//! Structures that take a password.

use zeroize::Zeroizing;

/// A structure that takes a password.
pub(crate) enum Locked {
    /// An EncryptedPrivateKeyInfo of PKCS #8.
    Key(Vec<u8>),
    /// A PFX of PKCS #12. What is in it may not be encrypted.
    Pkcs12(Zeroizing<Vec<u8>>),
}

/// What was in it: certificates and keys in DER.
pub(crate) type Unlocked = Vec<Zeroizing<Vec<u8>>>;
