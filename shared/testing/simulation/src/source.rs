//! From where managed certificates are renewed.
//!
//! To add a source: a variant of each enum, who gets it ([`SourceKind::of_number`]), what hinders it
//! (`invariants::hindrance`), and what must hold for what it delivers.

use std::collections::BTreeMap;

use certificates::tags::{ACME, PRIVATE_CA, RENEW_FROM, SECRET};

use crate::acme_ca::DIRECTORY;

/// The source for which a certificate was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The CA that it names; none for the configured one.
    PrivateCa(Option<String>),
    /// A secret in which another tool keeps it, as the certificate's tag names it: by its name or its ARN.
    Secret(String),
    /// The directory that is configured.
    Acme,
}

/// What the tag `renew-from` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceKind {
    PrivateCa,
    Secret,
    Acme,
}

impl Source {
    pub(crate) fn kind(&self) -> SourceKind {
        match self {
            Self::PrivateCa(_) => SourceKind::PrivateCa,
            Self::Secret(_) => SourceKind::Secret,
            Self::Acme => SourceKind::Acme,
        }
    }

    /// The tags that name it.
    pub(crate) fn tags(&self) -> Vec<(String, String)> {
        let named = match self {
            Self::PrivateCa(ca) => ca.as_ref().map(|ca| (PRIVATE_CA.to_owned(), ca.clone())),
            Self::Secret(secret) => Some((SECRET.to_owned(), secret.clone())),
            Self::Acme => Some((ACME.to_owned(), DIRECTORY.to_owned())),
        };
        let from = (RENEW_FROM.to_owned(), self.kind().as_str().to_owned());
        std::iter::once(from).chain(named).collect()
    }
}

impl SourceKind {
    /// A third each, but for the first numbers: those have keys and lifetimes that an ACME CA does not issue.
    pub(crate) fn of_number(number: usize, has_acme: bool) -> Self {
        match number % 3 {
            2 => Self::Secret,
            1 if has_acme && number % 50 > 4 => Self::Acme,
            _ => Self::PrivateCa,
        }
    }

    /// The source that tags select.
    pub(crate) fn selected(tags: &BTreeMap<String, String>) -> Option<Self> {
        let from = tags.get(RENEW_FROM)?;
        [Self::PrivateCa, Self::Secret, Self::Acme].into_iter().find(|kind| kind.as_str() == from)
    }

    /// One that the certificate is not prepared for.
    pub(crate) fn another(self) -> Self {
        match self {
            Self::PrivateCa => Self::Secret,
            Self::Secret | Self::Acme => Self::PrivateCa,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::PrivateCa => "private-ca",
            Self::Secret => "secret",
            Self::Acme => "acme",
        }
    }
}
