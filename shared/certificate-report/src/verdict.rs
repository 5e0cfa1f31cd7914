//! Whether a pipeline is to stop.

use inventory::Source;
use inventory_report::{Missing, Renewer, Report};

use crate::fail_on::FailOn;

/// Lists without which certificates, CAs and ACME endpoints may be missing.
const LISTS: [Source; 5] = [
    Source::Certificates,
    Source::ServerCertificates,
    Source::ClientCertificates,
    Source::PrivateCas,
    Source::AcmeEndpoints,
];

/// What `--fail-on` says of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What applies, in words.
    pub applies: Vec<String>,
    /// What cannot be decided, and why.
    pub undecided: Vec<String>,
}

impl Verdict {
    /// Asks each condition of the report.
    pub(crate) fn of(report: &Report, fail_on: &FailOn) -> Self {
        let mut verdict = Self::default();
        let (totals, hidden) = (&report.totals, hidden(report));
        let lists = hidden.then_some("not every list could be read");
        if let Some(days) = fail_on.expiring {
            verdict.ask(&format!("expire within {days} days"), expiring(report, days), lists);
        }
        if fail_on.expired {
            verdict.ask("have expired", totals.expired, lists);
        }
        if fail_on.unready {
            let unknown = (totals.readiness_unknown > 0).then_some("the readiness of some is not known");
            verdict.ask("are not ready for 47 days", totals.not_ready, lists.or(unknown));
        }
        if fail_on.unused {
            let unknown = "the use of some is not known: that takes two runs with --keep, a day apart";
            verdict.ask("are unused", totals.unused, lists.or((totals.use_unknown > 0).then_some(unknown)));
        }
        if fail_on.unreadable {
            verdict.ask("kinds of facts could not be read", report.gaps.len() as u64, None);
        }
        verdict
    }

    fn ask(&mut self, what: &str, found: u64, not_known: Option<&str>) {
        match (found, not_known) {
            (0, None) => {}
            (0, Some(why)) => self.undecided.push(format!("whether any {what}: {why}")),
            (found, _) => self.applies.push(format!("{found} {what}")),
        }
    }
}

/// What has ended or was never issued is not needed any more.
fn expiring(report: &Report, days: u16) -> u64 {
    let days = i64::from(days);
    let expires = report.rows.iter().filter(|row| row.renewal.who != Renewer::NotNeeded);
    expires.filter(|row| row.days_left.is_some_and(|left| (0..=days).contains(&left))).count() as u64
}

/// Whether something may exist that is in no row.
fn hidden(report: &Report) -> bool {
    report.gaps.iter().any(|gap| match gap.what {
        Missing::Shard => true,
        Missing::List(source) => LISTS.contains(&source),
        _ => false,
    })
}
