//! What takes a password, and which of the strings in the secret it is.

use crate::contents::Contents;
use crate::encryption::{Failed, Work};
use crate::locked::{Locked, Unlocked};
use crate::password::Candidate;
use crate::{Unusable, encryption, pkcs12};

/// Opens all that takes a password, with the strings of the secret and with the passwords that are given.
pub(crate) fn unlock(contents: &mut Contents, given: &[&str]) {
    let strings = std::mem::take(&mut contents.strings);
    let candidates = strings.candidates(given);
    let has_passwords = !strings.is_empty() || !given.is_empty();
    let mut work = Work::default();
    for locked in std::mem::take(&mut contents.locked) {
        match open(&locked, &candidates, &mut work) {
            Ok(found) => read(contents, &found),
            Err(Failed::Password) if !has_passwords => contents.fault(Unusable::NoPassword),
            Err(failed) => contents.fault(failed.into()),
        }
    }
}

fn read(contents: &mut Contents, found: &Unlocked) {
    for der in found {
        if !contents.read_binary(der, "") {
            contents.fault(Unusable::Structure);
        }
    }
}

fn open(locked: &Locked, candidates: &[Candidate<'_>], work: &mut Work) -> Result<Unlocked, Failed> {
    let attempt = |candidate| match locked {
        Locked::Key(der) => Ok(vec![encryption::decrypt_key(der, candidate, work)?]),
        Locked::Pkcs12(der) => pkcs12::open(der, candidate, work),
    };
    let mut attempts = candidates.iter().map(attempt);
    attempts.find(|attempt| !matches!(attempt, Err(Failed::Password))).unwrap_or(Err(Failed::Password))
}

impl From<Failed> for Unusable {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Password => Self::WrongPassword,
            Failed::Unsupported => Self::Encryption,
            Failed::Work => Self::TooManyIterations,
            Failed::Structure => Self::Structure,
        }
    }
}
