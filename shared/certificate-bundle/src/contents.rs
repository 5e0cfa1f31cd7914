//! All that is in a secret, whatever it is wrapped in.

mod reading;

use std::collections::BTreeSet;

use crate::certificate::Certificate;
use crate::locked::Locked;
use crate::password::Strings;
use crate::signs::Signs;
use crate::{NoBundle, NotYet, OtherSecret, PrivateKey, Unusable};

/// Certificates and keys in one secret. 65,536 bytes hold about 60 of the usual size.
const MAX_MATERIALS: usize = 128;

/// What was found.
#[derive(Default)]
pub(crate) struct Contents {
    certificates: Vec<Certificate>,
    keys: Vec<PrivateKey>,
    /// What takes a password.
    pub(crate) locked: Vec<Locked>,
    /// Strings that may be passwords.
    pub(crate) strings: Strings,
    /// What is wrong with parts of it.
    faults: BTreeSet<Unusable>,
    signs: Signs,
    materials: usize,
    is_truncated: bool,
    has_placeholder: bool,
    has_other_text: bool,
}

impl Contents {
    /// Something in it cannot be used.
    pub(crate) fn fault(&mut self, fault: Unusable) {
        self.faults.insert(fault);
    }

    /// Whether something in it cannot be used for this reason.
    pub(crate) fn has_fault(&self, fault: Unusable) -> bool {
        self.faults.contains(&fault)
    }

    /// Whether there are more certificates and keys than one secret should have.
    pub(crate) fn is_too_much(&self) -> bool {
        self.materials > MAX_MATERIALS
    }

    /// Whether a certificate or a key is cut off.
    pub(crate) fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// The certificates, each once.
    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The keys, each once.
    pub(crate) fn keys(&self) -> &[PrivateKey] {
        &self.keys
    }

    /// Why there is no certificate with its key.
    pub(crate) fn why_no_pair(&self) -> NoBundle {
        if let Some(fault) = self.faults.first() {
            return (*fault).into();
        }
        let has_any = self.has_other_text || !self.keys.is_empty();
        let other = self.signs.other_secret().filter(|_| has_any);
        match (self.certificates.is_empty(), self.keys.is_empty(), other) {
            (false, false, _) => NotYet::KeyDoesNotFit.into(),
            (false, true, _) => NotYet::CertificateWithoutKey.into(),
            // Perhaps the key was encrypted with the password.
            (true, false, None | Some(OtherSecret::Password)) => NotYet::KeyWithoutCertificate.into(),
            (true, _, Some(other)) => other.into(),
            (true, true, None) => self.why_nothing().into(),
        }
    }

    fn why_nothing(&self) -> NotYet {
        match (self.has_placeholder, self.has_other_text) {
            (true, _) => NotYet::Placeholder,
            (false, true) => NotYet::NoCertificate,
            (false, false) => NotYet::Empty,
        }
    }
}
