//! What was gathered about one certificate: everything that decisions are made from.

use certificates::tags::{TagState, Tags};
use certificates::{CertificateArn, CertificateDetail};
use notices::TagKeys;

use crate::last_failure::LastFailure;

/// A certificate at the start of a check.
#[derive(Debug, Clone)]
pub(crate) struct CertificateState {
    pub(crate) certificate: CertificateDetail,
    pub(crate) tags: Tags,
    /// What the tags say.
    pub(crate) tag_state: TagState,
    /// For notices.
    pub(crate) owner: Option<String>,
    /// For notices.
    pub(crate) purpose: Option<String>,
    /// What the tags recorded of a failure before this check wrote any.
    pub(crate) last_failure: Option<LastFailure>,
}

impl CertificateState {
    pub(crate) fn new(certificate: CertificateDetail, tags: Tags, keys: &TagKeys) -> Self {
        let tag_state = TagState::read(&tags);
        let owner = tags.get(&keys.owner).map(str::to_owned);
        let purpose = tags.get(&keys.purpose).map(str::to_owned);
        let last_failure = LastFailure::read(&certificate, &tags, &tag_state);
        Self { certificate, tags, tag_state, owner, purpose, last_failure }
    }

    pub(crate) fn arn(&self) -> &CertificateArn {
        &self.certificate.arn
    }

    /// The same with these tags, which were written since.
    pub(crate) fn with_tags(&self, written: Vec<(&str, String)>) -> Self {
        let tags = written.into_iter().fold(self.tags.clone(), |all, (key, value)| all.with(key, value));
        Self { tag_state: TagState::read(&tags), tags, ..self.clone() }
    }
}
