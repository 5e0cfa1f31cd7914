//! What the Resource Groups Tagging API shows of a certificate's tags: an index of its own, which sees a change late.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::entry::Entry;
use crate::Aws;

pub(super) type Tags = BTreeMap<String, Option<String>>;

/// Tags as they were until a change.
#[derive(Debug, Clone)]
pub(super) struct Past {
    until: Timestamp,
    tags: Tags,
    previously_tagged: bool,
}

impl Aws {
    /// How long after a change of a certificate's tags GetResources shows it (default: at once). How long that is on AWS is
    /// not documented. What tests set up with `insert_certificate` is shown at once.
    pub fn set_tagging_delay(&self, delay: SignedDuration) {
        self.state().tagging_delay = delay;
    }
}

impl Entry {
    /// Keeps the tags as they are, before a change.
    pub(super) fn keep_tags(&mut self, now: Timestamp, delay: SignedDuration) {
        self.past_tags.retain(|past| is_shown(past, now, delay));
        if !delay.is_zero() {
            let (tags, previously_tagged) = (self.tags.clone(), self.previously_tagged);
            self.past_tags.push(Past { until: now, tags, previously_tagged });
        }
    }

    /// The tags as GetResources shows them; `None` for a certificate that never had any.
    pub(super) fn indexed_tags(&self, now: Timestamp, delay: SignedDuration) -> Option<&Tags> {
        let past = self.past_tags.iter().find(|past| is_shown(past, now, delay));
        let present = (&self.tags, self.previously_tagged);
        let (tags, previously_tagged) = past.map_or(present, |past| (&past.tags, past.previously_tagged));
        (previously_tagged || !tags.is_empty()).then_some(tags)
    }
}

fn is_shown(past: &Past, now: Timestamp, delay: SignedDuration) -> bool {
    now.duration_since(past.until) < delay
}
