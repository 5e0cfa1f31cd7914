//! Who answers for an entry, and what it is for.

use inventory::{Entry, Owner, OwnerSource, Reading, Tags};
use jiff::Timestamp;
use notices::TagKeys;

use crate::certificates::is_of_acm;
use crate::requesters::{self, Requesters};
use crate::target_facts::TargetFacts;

/// CloudFormation's tag with the name of the stack that made the resource
/// ([Resource tags](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html)).
/// Whether ACM shows it is unverified.
const STACK: &str = "aws:cloudformation:stack-name";

/// By what owners are known, the surest first: a tag, the stack, the account, who requested it.
#[derive(Debug)]
pub(crate) struct Owners<'a> {
    pub(crate) facts: &'a TargetFacts,
    pub(crate) tag_keys: &'a TagKeys,
    pub(crate) requesters: Reading<Requesters>,
    pub(crate) now: Timestamp,
}

impl Owners<'_> {
    /// Whether only CloudTrail may know who answers for it. It knows the last 90 days.
    pub(crate) fn needs_requester(&self, entry: &Entry) -> bool {
        is_of_acm(entry.kind)
            && entry.tags.known().is_some_and(|tags| self.by_tags(tags).is_none())
            && self.facts.account_owner.known().is_none_or(Option::is_none)
            && requesters::appeared_at(entry).is_none_or(|at| at >= requesters::earliest(self.now))
    }

    /// Sets owner and purpose. Where the tags could not be read, neither is known.
    pub(crate) fn set(&self, entry: &mut Entry) {
        entry.owner = self.owner(entry);
        entry.purpose = match &entry.tags {
            Reading::Known { value, .. } => {
                value_of(value, &self.tag_keys.purpose).or(self.facts.account_purpose.clone())
            }
            Reading::Unreadable(_) => None,
            Reading::NotAsked => self.facts.account_purpose.clone(),
        };
    }

    fn owner(&self, entry: &Entry) -> Reading<Option<Owner>> {
        match &entry.tags {
            Reading::Unreadable(unreadable) => Reading::Unreadable(unreadable.clone()),
            Reading::Known { value, as_of } => match self.by_tags(value) {
                Some(owner) => Reading::Known { value: Some(owner), as_of: *as_of },
                None => self.without_tag(entry),
            },
            // A tag that was not read may name somebody.
            Reading::NotAsked => match self.without_tag(entry) {
                Reading::Known { value: None, .. } => Reading::NotAsked,
                other => other,
            },
        }
    }

    fn without_tag(&self, entry: &Entry) -> Reading<Option<Owner>> {
        match (&self.facts.account_owner, self.requester(entry)) {
            (known @ Reading::Known { value: Some(_), .. }, _) => known.clone(),
            (_, known @ Reading::Known { value: Some(_), .. }) => known,
            (Reading::Unreadable(unreadable), _) => Reading::Unreadable(unreadable.clone()),
            (_, Reading::Unreadable(unreadable)) => Reading::Unreadable(unreadable),
            (known @ Reading::Known { .. }, _) => known.clone(),
            (Reading::NotAsked, other) => other,
        }
    }

    fn by_tags(&self, tags: &Tags) -> Option<Owner> {
        let by = |key, source| value_of(tags, key).map(|name| Owner { name, source });
        by(&self.tag_keys.owner, OwnerSource::CertificateTag).or_else(|| by(STACK, OwnerSource::Stack))
    }

    fn requester(&self, entry: &Entry) -> Reading<Option<Owner>> {
        if !is_of_acm(entry.kind) {
            return Reading::NotAsked;
        }
        match &self.requesters {
            Reading::Known { value, as_of } => value.of(entry, *as_of),
            // CloudTrail could not have known.
            Reading::Unreadable(_) if requesters::is_too_old(entry, self.now) => {
                Reading::Known { value: None, as_of: self.now }
            }
            Reading::Unreadable(unreadable) => Reading::Unreadable(unreadable.clone()),
            Reading::NotAsked => Reading::NotAsked,
        }
    }
}

/// An empty tag says nothing.
fn value_of(tags: &Tags, key: &str) -> Option<String> {
    tags.get(key).map(|value| value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
