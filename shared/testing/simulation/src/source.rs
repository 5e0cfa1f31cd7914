//! From where managed certificates are renewed.
//!
//! To add a source: a variant of each enum, who gets it ([`SourceKind::of_number`]), what hinders it
//! (`invariants::hindrance`), and what must hold for what it delivers.

use std::collections::BTreeMap;

use certificates::tags::{PRIVATE_CA, RENEW_FROM, SECRET};

/// The source for which a certificate was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The CA that it names; none for the configured one.
    PrivateCa(Option<String>),
    /// A secret in which another tool keeps it, as the certificate's tag names it: by its name or its ARN.
    Secret(String),
}

/// What the tag `renew-from` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceKind {
    PrivateCa,
    Secret,
}

impl Source {
    pub(crate) fn kind(&self) -> SourceKind {
        match self {
            Self::PrivateCa(_) => SourceKind::PrivateCa,
            Self::Secret(_) => SourceKind::Secret,
        }
    }

    /// The tags that name it.
    pub(crate) fn tags(&self) -> Vec<(String, String)> {
        let named = match self {
            Self::PrivateCa(ca) => ca.as_ref().map(|ca| (PRIVATE_CA.to_owned(), ca.clone())),
            Self::Secret(secret) => Some((SECRET.to_owned(), secret.clone())),
        };
        let from = (RENEW_FROM.to_owned(), self.kind().as_str().to_owned());
        std::iter::once(from).chain(named).collect()
    }
}

impl SourceKind {
    /// A third of the managed certificates are renewed from a secret.
    pub(crate) fn of_number(number: usize) -> Self {
        if number % 3 == 2 { Self::Secret } else { Self::PrivateCa }
    }

    /// The source that tags select.
    pub(crate) fn selected(tags: &BTreeMap<String, String>) -> Option<Self> {
        let from = tags.get(RENEW_FROM)?;
        [Self::PrivateCa, Self::Secret].into_iter().find(|kind| kind.as_str() == from)
    }

    /// One that the certificate is not prepared for.
    pub(crate) fn another(self) -> Self {
        match self {
            Self::PrivateCa => Self::Secret,
            Self::Secret => Self::PrivateCa,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::PrivateCa => "private-ca",
            Self::Secret => "secret",
        }
    }
}
