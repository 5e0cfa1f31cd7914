//! What tests put into ACM, and what they see of it.

use std::collections::BTreeMap;

use super::building::build;
use super::certificate::{tags, view};
use super::{Certificate, CertificateSpec, Entry, Store, settle};
use crate::Aws;

impl Aws {
    /// Puts a certificate into ACM and gives its ARN.
    ///
    /// # Panics
    /// When the CA of [`CertificateSpec::issued_by`] does not exist.
    pub fn insert_certificate(&self, spec: CertificateSpec) -> String {
        let mut state = self.state();
        let entry = build(&mut state, &spec);
        let arn = entry.arn.clone();
        state.acm.certificates.insert(arn.clone(), entry);
        arn
    }

    /// What a CA issues to another tool: a certificate with its key that is not in ACM.
    ///
    /// # Panics
    /// When the CA of [`CertificateSpec::issued_by`] does not exist.
    pub fn issue_outside(&self, spec: &CertificateSpec) -> Certificate {
        let mut state = self.state();
        let entry = build(&mut state, spec);
        view(&entry, state.now)
    }

    /// The certificate's state now.
    pub fn certificate(&self, arn: &str) -> Option<Certificate> {
        let mut state = self.state();
        settle(&mut state);
        state.acm.certificates.get(arn).map(|entry| view(entry, state.now))
    }

    /// A certificate's tags, without the rest of it.
    pub fn tags(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        self.state().acm.certificates.get(arn).map(tags)
    }

    /// Every certificate's state now, in the order of creation.
    pub fn certificates(&self) -> Vec<Certificate> {
        let mut state = self.state();
        settle(&mut state);
        state.acm.certificates.values().map(|entry| view(entry, state.now)).collect()
    }

    /// An operator sets (`Some`) and removes (`None`) tags. Nothing is checked or recorded.
    ///
    /// # Panics
    /// When there is no such certificate.
    pub fn set_tags(&self, arn: &str, tags: &[(&str, Option<&str>)]) {
        let mut state = self.state();
        let (now, delay) = (state.now, state.tagging_delay);
        let entry = entry(&mut state.acm, arn);
        entry.keep_tags(now, delay);
        for (key, value) in tags {
            match value {
                Some(value) => {
                    entry.tags.insert((*key).to_owned(), Some((*value).to_owned()));
                }
                None => entry.previously_tagged |= entry.tags.remove(*key).is_some(),
            }
        }
    }

    /// Which resources use the certificate.
    ///
    /// # Panics
    /// When there is no such certificate.
    pub fn set_in_use_by(&self, arn: &str, resources: &[&str]) {
        let mut state = self.state();
        entry(&mut state.acm, arn).in_use_by = resources.iter().map(|one| (*one).to_owned()).collect();
    }

    /// ACM or an operator replaces the certificate under this ARN; its tags and uses stay.
    /// Nothing is checked or recorded.
    ///
    /// # Panics
    /// When there is no such certificate.
    pub fn set_certificate(&self, arn: &str, spec: CertificateSpec) {
        let mut state = self.state();
        let now = state.now;
        let mut new = build(&mut state, &spec);
        state.acm.pending.remove(arn);
        let old = entry(&mut state.acm, arn);
        arn.clone_into(&mut new.arn);
        new.created_at = old.created_at;
        // API reference, CertificateDetail, ImportedAt: of the last import.
        new.imported_at = new.imported_at.map(|_| now);
        new.tags = std::mem::take(&mut old.tags);
        new.previously_tagged = old.previously_tagged;
        new.past_tags = std::mem::take(&mut old.past_tags);
        new.in_use_by = std::mem::take(&mut old.in_use_by);
        *old = new;
    }

    /// How ACM spells the certificate's serial number until its next import. How it spells a negative one is unverified.
    ///
    /// # Panics
    /// When there is no such certificate, or it is not issued.
    pub fn set_shown_serial(&self, arn: &str, text: &str) {
        let mut state = self.state();
        let facts = entry(&mut state.acm, arn).facts.as_mut();
        facts.expect("it is issued").serial = text.to_owned();
    }

    /// Somebody deletes the certificate.
    pub fn remove_certificate(&self, arn: &str) {
        self.state().acm.certificates.remove(arn);
    }
}

fn entry<'a>(store: &'a mut Store, arn: &str) -> &'a mut Entry {
    store.certificates.get_mut(arn).unwrap_or_else(|| panic!("there is no certificate {arn}"))
}
