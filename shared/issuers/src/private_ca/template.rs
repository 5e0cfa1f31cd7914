//! The templates of AWS Private CA that end entities' certificates are issued by.

use certificates::PrivateCaArn;
use x509::Certificate;
use x509::usages::{CLIENT_AUTH, DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, SERVER_AUTH};

use crate::request::Usages;

/// A template. All three take subject and names from the request
/// ([templates](https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    EndEntity,
    ServerAuth,
    ClientAuth,
}

impl Template {
    /// The one that keeps the current certificate's extended key usages.
    pub(super) fn for_certificate(current: &Certificate) -> Self {
        match (current.allows(SERVER_AUTH), current.allows(CLIENT_AUTH)) {
            (true, true) => Self::EndEntity,
            (false, true) => Self::ClientAuth,
            (_, false) => Self::ServerAuth,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::EndEntity => "EndEntityCertificate",
            Self::ServerAuth => "EndEntityServerAuthCertificate",
            Self::ClientAuth => "EndEntityClientAuthCertificate",
        }
    }

    pub(super) fn arn(self, ca: &PrivateCaArn) -> String {
        format!("arn:{}:acm-pca:::template/{}/V1", ca.partition(), self.name())
    }

    /// What certificates have that are issued by it
    /// ([template definitions](https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html)).
    pub(super) fn usages(self) -> Usages {
        let extended = match self {
            Self::EndEntity => &[SERVER_AUTH, CLIENT_AUTH][..],
            Self::ServerAuth => &[SERVER_AUTH],
            Self::ClientAuth => &[CLIENT_AUTH],
        };
        Usages {
            key_usage: DIGITAL_SIGNATURE | KEY_ENCIPHERMENT,
            extended_key_usage: extended.iter().copied().map(str::to_owned).collect(),
        }
    }
}
