//! How many notices one invocation sends one by one.

use std::sync::{Mutex, PoisonError};

use certificates::CertificateFacts;
use jiff::Timestamp;
use notices::{Notice, Severity};

use crate::policy::{Look, summary};

/// Whoever may request certificates can make notices, and a broken registrar can make one of every certificate.
const MOST: usize = 25;

/// What one invocation has sent, and what it leaves to the next sweep.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<Spent>);

#[derive(Debug, Default)]
struct Spent {
    sent: usize,
    /// The first certificate that was left out, with its notice.
    first: Option<(Box<CertificateFacts>, Box<Notice>)>,
    /// All of them.
    names: Vec<String>,
}

impl Budget {
    /// Whether this notice may be sent now. Critical ones always may. One that may not comes with a later sweep, which
    /// finds the same as long as nothing remembers it.
    pub(crate) fn admits(&self, look: &Look, notice: &Notice) -> bool {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notice.severity == Severity::Critical || spent.sent < MOST {
            spent.sent += 1;
            return true;
        }
        spent.first.get_or_insert_with(|| (Box::new(look.facts.clone()), Box::new(notice.clone())));
        spent.names.push(look.facts.display_name().to_owned());
        false
    }

    /// One notice of everything that was left out.
    pub(crate) fn summary(&self, now: Timestamp) -> Option<Notice> {
        let spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spent.first.as_ref().map(|(facts, notice)| summary::of(facts, notice, &spent.names, now))
    }
}
