//! What lists found.

use std::collections::HashMap;

use inventory::{Entry, SourceReading, Usage, UseElsewhere};

/// What a list, or several, found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Entries.
    pub(crate) entries: Vec<Entry>,
    /// Uses by the ARN of the certificate.
    pub(crate) uses: HashMap<String, Vec<Usage>>,
    /// How the sources answered.
    pub(crate) sources: Vec<SourceReading>,
}

impl Found {
    /// What all of them found.
    pub(crate) fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.entries.extend(part.entries);
            all.sources.extend(part.sources);
            for (certificate, uses) in part.uses {
                all.uses.entry(certificate).or_default().extend(uses);
            }
        }
        all
    }

    /// What is left after each entry got its own uses: those of certificates that another shard of the account has.
    pub(crate) fn uses_elsewhere(&mut self) -> Vec<UseElsewhere> {
        let uses = std::mem::take(&mut self.uses).into_iter();
        let mut elsewhere: Vec<_> = uses
            .flat_map(|(certificate, uses)| {
                uses.into_iter().map(move |usage| UseElsewhere { certificate: certificate.clone(), usage })
            })
            .collect();
        elsewhere.sort_by(|one, other| {
            (&one.certificate, &one.usage.resource).cmp(&(&other.certificate, &other.usage.resource))
        });
        elsewhere
    }
}
