//! What was read of one source.

use std::collections::BTreeSet;

use aws_client::{CallError, CallErrorKind};
use inventory::{Reading, SeenIn, Source, SourceReading, Unreadable, Usage};
use jiff::Timestamp;
use notices::foreign;

use crate::unreadable::unreadable;

/// What a source listed, until a call failed or all was read.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// How many resources.
    pub(super) found: u64,
    /// Uses by certificate.
    pub(super) uses: Vec<(String, Usage)>,
    /// Why something is missing.
    pub(super) missing: Option<Unreadable>,
}

impl Listed {
    /// A resource, and the certificates that it uses, each once.
    pub(super) fn add(&mut self, usage: &Usage, certificates: impl IntoIterator<Item = impl Into<String>>) {
        let certificates: BTreeSet<String> = certificates.into_iter().map(Into::into).collect();
        self.uses.extend(certificates.into_iter().map(|certificate| (certificate, usage.clone())));
    }

    /// A call failed: the first error is the one that is shown. Whether more calls of this kind make sense.
    pub(super) fn fail(&mut self, error: &CallError) -> bool {
        self.missing.get_or_insert_with(|| unreadable(error));
        error.kind != CallErrorKind::Denied
    }

    pub(super) fn into_found(self, source: Source, as_of: Timestamp) -> (Vec<(String, Usage)>, SourceReading) {
        let found = match self.missing {
            Some(missing) => Reading::Unreadable(missing),
            None => Reading::Known { value: self.found, as_of },
        };
        (self.uses, SourceReading { source, found })
    }
}

/// A resource that a service shows to use certificates. Its name is for people.
pub(super) fn usage(resource: &str, service: &str, name: &str) -> Usage {
    Usage {
        resource: resource.to_owned(),
        service: service.to_owned(),
        label: foreign(name),
        is_aws_owned: false,
        seen_in: [SeenIn::Lookup].into(),
        grants: [].into(),
    }
}
