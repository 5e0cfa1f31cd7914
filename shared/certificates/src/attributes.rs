//! Attributes of certificates, in the words of ACM's API.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! open_enum {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $variant_doc:literal])+ $variant:ident = $text:literal,)+ }) => {
        $(#[doc = $doc])+
        ///
        /// AWS adds values: an unknown one is kept as it came, and never an error.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[doc = $variant_doc])+ $variant,)+ /** A value that is not known here. */ Other(String) }

        impl $name {
            /// The value as AWS's API spells it.
                    pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Other(text) => text }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text { $($text => Self::$variant,)+ other => Self::Other(other.to_owned()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

open_enum! {
    /// Where a certificate came from
    /// ([CertificateDetail, `Type`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)).
    CertificateType {
        /// Made elsewhere; ACM never renews it.
        Imported = "IMPORTED",
        /// Public, issued by Amazon.
        AmazonIssued = "AMAZON_ISSUED",
        /// Issued by a private CA at ACM's request.
        Private = "PRIVATE",
    }
}

open_enum! {
    /// Where a certificate's key pair was made, and so who holds the private key
    /// ([`CertificateKeyPairOrigin`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)).
    KeyPairOrigin {
        /// In AWS: ACM holds the key.
        AwsManaged = "AWS_MANAGED",
        /// By an ACME client, which keeps it. ACM never renews the certificate: the client requests another one, under
        /// a new ARN.
        Acme = "ACME",
        /// By the customer, who imported it.
        CustomerProvided = "CUSTOMER_PROVIDED",
    }
}

open_enum! {
    /// Whether ACM's managed renewal is able to renew a certificate.
    RenewalEligibility {
        /// It is.
        Eligible = "ELIGIBLE",
        /// It is not. Always so for imported certificates.
        Ineligible = "INELIGIBLE",
    }
}

/// The algorithm and size of a certificate's key, spelled as in `RSA_2048`.
///
/// DescribeCertificate and ListCertificates answer `RSA-2048` where requests say `RSA_2048`, so the
/// two are made one here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct KeyAlgorithm(String);

impl KeyAlgorithm {
    /// Takes either spelling.
    pub fn new(text: &str) -> Self {
        Self(text.replace('-', "_"))
    }

    /// For instance `RSA_2048` or `EC_prime256v1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_are_kept() {
        assert_eq!(CertificateType::from("IMPORTED"), CertificateType::Imported);
        assert_eq!(CertificateType::from("QUANTUM").as_str(), "QUANTUM");
        let key = KeyAlgorithm::new("RSA-2048");
        assert_eq!((key.as_str(), key.to_string()), ("RSA_2048", "RSA_2048".to_owned()));
    }
}
