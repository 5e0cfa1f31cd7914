//! Why a secret yields no certificate. Nothing in here comes from the secret, so that it may be logged and sent.

/// A secret yields no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoBundle {
    /// Its writer has not written it, or not all of it. Nobody needs to be notified: the next version may have it.
    #[error(transparent)]
    NotYet(#[from] NotYet),
    /// It is there for something else.
    #[error(transparent)]
    NotACertificate(#[from] OtherSecret),
    /// What it has cannot be used, and will not be without somebody who changes it.
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

/// Why a secret has no certificate yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotYet {
    /// It is empty, or all strings in it are.
    #[error("the secret is empty")]
    Empty,
    /// It has a word such as `NotGenerated`.
    #[error("the secret has a placeholder instead of a certificate")]
    Placeholder,
    /// It has something, of which nothing is a certificate or a key.
    #[error("the secret has neither a certificate nor a private key")]
    NoCertificate,
    /// A certificate or a key is cut off.
    #[error("a certificate or a private key in the secret is cut off: it has a BEGIN line and no END line")]
    Truncated,
    /// It has certificates only.
    #[error("the secret has a certificate without its private key")]
    CertificateWithoutKey,
    /// It has keys only.
    #[error("the secret has a private key without its certificate")]
    KeyWithoutCertificate,
    /// It has certificates and keys, and none belongs to another.
    #[error("none of the certificates in the secret is for the private key in it")]
    KeyDoesNotFit,
}

/// For what else a secret is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OtherSecret {
    /// An account at an ACME server: its key, or the key of its external account binding.
    #[error("the secret is for an ACME account, not for a certificate")]
    AcmeAccount,
    /// An access key of AWS.
    #[error("the secret has AWS credentials, not a certificate")]
    AwsCredentials,
    /// A password, such as that of a database's user.
    #[error("the secret has a password, not a certificate")]
    Password,
    /// A key for SSH.
    #[error("the secret has an SSH key, not a certificate")]
    SshKey,
}

/// What makes a secret unusable. In the order in which they are reported where there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unusable {
    /// More than Secrets Manager keeps.
    #[error("the secret is larger than 65,536 bytes")]
    TooLarge,
    /// So many certificates and keys that it is not for one server.
    #[error("the secret has more than 128 certificates and keys")]
    TooMany,
    /// What encrypts it takes a password, and there is none.
    #[error("the private key is encrypted, and the secret has no password")]
    NoPassword,
    /// None of the passwords is the right one.
    #[error("the private key is encrypted, and none of the strings in the secret is its password")]
    WrongPassword,
    /// To decrypt it would take too long.
    #[error("the private key is encrypted with so many iterations that decrypting it takes too long")]
    TooManyIterations,
    /// Encrypted in a way that is not read.
    #[error("the private key is encrypted in a way that is not supported")]
    Encryption,
    /// A keystore of Java in its own format.
    #[error("the secret has a Java keystore (JKS), which is not supported")]
    JavaKeystore,
    /// A key that ACM does not import, or one that cannot be read.
    #[error(
        "the private key is damaged, or it is neither an RSA key of 2,048, 3,072 or 4,096 bits nor an ECDSA key on P-256, \
         P-384 or P-521"
    )]
    Key,
    /// A certificate that cannot be read.
    #[error("a certificate in the secret is damaged")]
    Certificate,
    /// PKCS #12 or encrypted PKCS #8 that cannot be read.
    #[error("the PKCS #12 or PKCS #8 structure in the secret is damaged")]
    Structure,
    /// PKCS #7, or bytes that are nothing of what is read.
    #[error("the secret is in a format that is not supported: neither PEM nor DER nor PKCS #12")]
    Format,
    /// Several certificates with their keys, and none of them has all present names.
    #[error("the secret has several certificates with their keys, and none of them has all names of the present one")]
    NoneHasTheNames,
}

/// What OpenSSL needs to write a key again without a password.
const TO_PKCS8: &str = "Store the private key as unencrypted PKCS #8: \
    `openssl pkey -in KEY.pem -out KEY.pkcs8.pem` writes it.";
/// What OpenSSL needs to write PKCS #12 as PEM.
const TO_PEM: &str = "Store PEM instead: `openssl pkcs12 -in FILE.p12 -nodes` writes it, with `-legacy` for old files.";

impl NoBundle {
    /// The reason in one word, for tags, metrics and events.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotYet(reason) => reason.reason(),
            Self::NotACertificate(_) => "not-a-certificate",
            Self::Unusable(reason) => reason.reason(),
        }
    }

    /// What to do: sentences.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotYet(_) => "Nothing, if the secret is being written. Otherwise check what writes it.",
            Self::NotACertificate(_) => {
                "Check which secret the certificate is to be renewed from: this one is there for something else."
            }
            Self::Unusable(reason) => reason.advice(),
        }
    }
}

impl NotYet {
    fn reason(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Placeholder => "placeholder",
            Self::NoCertificate => "no-certificate",
            Self::Truncated => "truncated",
            Self::CertificateWithoutKey => "certificate-without-key",
            Self::KeyWithoutCertificate => "key-without-certificate",
            Self::KeyDoesNotFit => "key-does-not-fit",
        }
    }
}

impl Unusable {
    fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::TooMany => "too-many",
            Self::NoPassword => "no-password",
            Self::WrongPassword => "wrong-password",
            Self::TooManyIterations => "too-many-iterations",
            Self::Encryption => "encryption-not-supported",
            Self::JavaKeystore => "java-keystore",
            Self::Key => "key-unusable",
            Self::Certificate => "certificate-unreadable",
            Self::Structure => "structure-unreadable",
            Self::Format => "format-not-supported",
            Self::NoneHasTheNames => "none-has-the-names",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::TooLarge | Self::TooMany => "Store one certificate with its chain and its private key in a secret.",
            Self::NoPassword => "Add the password to the secret, in a field named `password`.",
            Self::WrongPassword => "Correct the password in the secret, and store it in a field named `password`.",
            Self::TooManyIterations | Self::Encryption => TO_PKCS8,
            Self::JavaKeystore => {
                "Store PKCS #12 instead: `keytool -importkeystore -srckeystore FILE.jks -destkeystore FILE.p12 \
                 -deststoretype PKCS12` writes it."
            }
            Self::Key => "Store an unencrypted key of one of these types, with a certificate for it.",
            Self::Certificate => "Store the certificates as PEM, as the CA delivered them.",
            Self::Structure | Self::Format => TO_PEM,
            Self::NoneHasTheNames => {
                "Store the certificate for these names with its private key, or remove those for other names."
            }
        }
    }
}
