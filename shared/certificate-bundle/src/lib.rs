#![doc = include_str!("../README.md")]

mod base64;
mod bundle;
mod certificate;
mod chain;
mod choice;
mod contents;
mod encryption;
mod json;
mod key;
mod locked;
mod no_bundle;
mod password;
mod pem;
mod pkcs12;
mod signs;
mod text;
mod tlv;
mod unlock;

pub use bundle::Bundle;
pub use key::PrivateKey;
pub use no_bundle::{NoBundle, NotYet, OtherSecret, Unusable};

use contents::Contents;

/// The most that a secret holds
/// ([GetSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html)), bytes.
pub const MAX_VALUE: usize = 65_536;

/// The value of a secret.
#[derive(Clone, Copy)]
pub enum SecretValue<'a> {
    /// `SecretString`.
    Text(&'a str),
    /// `SecretBinary`, without the base64 in which the API sends it.
    Binary(&'a [u8]),
}

impl SecretValue<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

impl std::fmt::Debug for SecretValue<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretValue({} bytes, redacted)", self.len())
    }
}

/// What is known beside the value of a secret.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    /// The names of the certificate in place, by which one of several is chosen. Without any, all cover them.
    pub names: &'a [&'a str],
    /// Passwords that are kept elsewhere, such as in a secret of their own.
    pub passwords: &'a [&'a str],
}

impl std::fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Known(names {:?}, {} passwords redacted)", self.names, self.passwords.len())
    }
}

/// Reads a certificate, its chain and its private key out of the value of a secret.
///
/// ```
/// use certificate_bundle::{Known, NoBundle, NotYet, SecretValue, read};
///
/// let known = Known { names: &["www.example.com"], passwords: &[] };
/// match read(SecretValue::Text(r#"{"tls.crt": "NotGenerated", "tls.key": ""}"#), known) {
///     Ok(bundle) => println!("{}{}", bundle.leaf_pem(), bundle.chain_pem()),
///     Err(NoBundle::NotYet(reason)) => assert_eq!(reason, NotYet::Placeholder),
///     Err(error) => panic!("{error}. {}", error.advice()),
/// }
/// ```
///
/// # Errors
/// It has none yet, it is not there for a certificate, or what it has cannot be used.
pub fn read(value: SecretValue<'_>, known: Known<'_>) -> Result<Bundle, NoBundle> {
    if value.len() > MAX_VALUE {
        return Err(Unusable::TooLarge.into());
    }
    let mut contents = Contents::of(value);
    unlock::unlock(&mut contents, known.passwords);
    if contents.is_too_much() {
        return Err(Unusable::TooMany.into());
    }
    choice::choose(contents, known.names)
}
