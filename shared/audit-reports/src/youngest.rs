//! For each subject, whether its youngest certificate expires soon.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;

use crate::Row;

/// The beginning of the SHA-256 of a subject: nobody finds two subjects with the same one.
type Subject = [u8; 16];

/// For each subject, its youngest certificate: the one that expires last.
///
/// Of most subjects only 16 bytes are kept: it has a certificate that lives on, and whatever else it has does not matter.
pub(crate) struct Youngest {
    until: Timestamp,
    /// Subjects with a certificate that expires after `until`.
    live_on: BTreeSet<Subject>,
    /// The others.
    expiring: BTreeMap<Subject, Expiring>,
    /// How many of them are outside ACM.
    outside: usize,
}

/// The youngest certificate of a subject, which expires soon.
struct Expiring {
    /// Its expiry and, of two with the same, when it was issued.
    age: (Timestamp, Timestamp),
    /// `None` where ACM requested it, and renews it.
    outside: Option<Box<Row>>,
}

impl Youngest {
    /// Certificates expire soon that expire until this time.
    pub(crate) fn new(until: Timestamp) -> Self {
        Self { until, live_on: BTreeSet::new(), expiring: BTreeMap::new(), outside: 0 }
    }

    /// Takes a certificate that is neither revoked nor expired.
    pub(crate) fn take(&mut self, row: Row) {
        let subject = subject(&row);
        if row.not_after > self.until {
            let replaced = self.expiring.remove(&subject);
            self.outside -= usize::from(replaced.is_some_and(|replaced| replaced.outside.is_some()));
            self.live_on.insert(subject);
        } else if !self.live_on.contains(&subject) {
            self.take_expiring(subject, row);
        }
    }

    fn take_expiring(&mut self, subject: Subject, row: Row) {
        let age = (row.not_after, row.issued_at);
        if self.expiring.get(&subject).is_some_and(|present| present.age >= age) {
            return;
        }
        let outside = (!row.is_of_acm()).then(|| Box::new(row));
        self.outside += usize::from(outside.is_some());
        let replaced = self.expiring.insert(subject, Expiring { age, outside });
        self.outside -= usize::from(replaced.is_some_and(|replaced| replaced.outside.is_some()));
    }

    /// How many subjects there are.
    pub(crate) fn subjects(&self) -> usize {
        self.live_on.len() + self.expiring.len()
    }

    /// How many subjects there are whose youngest certificate expires soon and is outside ACM.
    pub(crate) fn outside(&self) -> usize {
        self.outside
    }

    /// These certificates, those that expire first at the beginning.
    pub(crate) fn into_outside(self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.expiring.into_values().filter_map(|one| one.outside).map(|row| *row).collect();
        rows.sort_by(|a, b| (a.not_after, &a.certificate_arn).cmp(&(b.not_after, &b.certificate_arn)));
        rows
    }
}

/// By which certificates are recognized as each other's successors. One without a subject is its own: it has its names
/// elsewhere, and another one without a subject may be somebody else's.
fn subject(row: &Row) -> Subject {
    let text = if row.subject.is_empty() { &row.certificate_arn } else { &row.subject };
    let mut subject = Subject::default();
    for (to, from) in subject.iter_mut().zip(digest(&SHA256, text.as_bytes()).as_ref()) {
        *to = *from;
    }
    subject
}
