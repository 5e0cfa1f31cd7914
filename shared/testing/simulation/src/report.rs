//! The result of a world.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::parameters::Parameters;

/// Counts of a world without a broken invariant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Certificates times years.
    pub certificate_years: f64,
    /// Calls to AWS.
    pub calls: u64,
    /// Runs of functions.
    pub runs: u64,
    /// Runs that failed or were terminated.
    pub failed_runs: u64,
    /// Events and messages that ended in a dead-letter queue, by function or queue and the cause of the last failure.
    pub dead_letters: BTreeMap<String, u64>,
    /// Certificates replaced by imported-renewal.
    pub renewals: u64,
    /// Those of them that came from a secret.
    pub from_secrets: u64,
    /// Those of them that came from a CA that speaks ACME.
    pub from_acme: u64,
    /// Certificates that somebody imported or tagged so that they are renewed from a secret that is not theirs.
    pub attacks: u64,
    /// Public certificates requested.
    pub requests: u64,
    /// Public certificates that ACM issued or renewed because their records were there.
    pub issued: u64,
    /// Validation records created.
    pub records: u64,
    /// Notices published.
    pub notices: u64,
    /// Managed certificates whose expiry was not the functions' fault.
    pub excused: u64,
    /// Digest of the call log.
    pub digest: u64,
}

impl Summary {
    /// Adds the counts of another world.
    pub fn add(&mut self, other: &Self) {
        self.certificate_years += other.certificate_years;
        self.calls += other.calls;
        self.runs += other.runs;
        self.failed_runs += other.failed_runs;
        for (why, count) in &other.dead_letters {
            *self.dead_letters.entry(why.clone()).or_default() += count;
        }
        self.renewals += other.renewals;
        self.from_secrets += other.from_secrets;
        self.from_acme += other.from_acme;
        self.attacks += other.attacks;
        self.requests += other.requests;
        self.issued += other.issued;
        self.records += other.records;
        self.notices += other.notices;
        self.excused += other.excused;
        self.digest ^= other.digest;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} certificate-years, {} calls, {} runs ({} failed or terminated), {} renewals ({} from secrets, {} by ACME), {} attacks, {} public certificates \
             requested, {} issued or renewed, {} validation records, {} notices, {} dead letters, {} certificates expired without fault, digest {:016x}",
            self.certificate_years,
            self.calls,
            self.runs,
            self.failed_runs,
            self.renewals,
            self.from_secrets,
            self.from_acme,
            self.attacks,
            self.requests,
            self.issued,
            self.records,
            self.notices,
            self.dead_letters.values().sum::<u64>(),
            self.excused,
            self.digest
        )
    }
}

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The invariant.
    pub invariant: &'static str,
    /// The certificate's ARN; empty if no certificate is concerned.
    pub certificate: String,
    /// What was found.
    pub what: String,
}

impl Broken {
    pub(crate) fn new(invariant: &'static str, certificate: &str, what: impl Into<String>) -> Self {
        Self { invariant, certificate: certificate.to_owned(), what: what.into() }
    }
}

pub(crate) type Check = Result<(), Broken>;

/// A broken invariant, with the context to find out why.
#[derive(Debug, Clone)]
pub struct Violation {
    /// The world.
    pub parameters: Parameters,
    /// Virtual time.
    pub at: Timestamp,
    /// The simulated day.
    pub day: i64,
    /// What does not hold.
    pub broken: Broken,
    /// The last calls about the certificate, and operators' actions.
    pub about: Vec<String>,
    /// The last calls of all.
    pub last_calls: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} broke: {}", self.parameters.seed, self.broken.invariant)?;
        writeln!(f, "  what:        {}", self.broken.what)?;
        writeln!(f, "  certificate: {}", self.broken.certificate)?;
        writeln!(f, "  when:        {} (day {})", self.at, self.day)?;
        writeln!(f, "  world:       {:?}, that is {}", self.parameters, self.parameters.actual_kind())?;
        writeln!(f, "  replay:      {}", self.parameters.replay())?;
        writeln!(f, "  the certificate's last calls:")?;
        self.about.iter().try_for_each(|line| writeln!(f, "    {line}"))?;
        writeln!(f, "  the last calls of all:")?;
        self.last_calls.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

impl std::error::Error for Violation {}
