//! The parameters of a world.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

use crate::config_recorder;

/// The kind of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// AWS works, all events arrive, and operators do nothing unexpected.
    Calm,
    /// AWS works. Operators change tags and certificates, CAs are disabled and enabled, some events are lost.
    Busy,
    /// Busy; and calls fail in every way, functions are terminated, and events arrive twice, late or out of order.
    Faulty,
    /// Busy, with slow calls, slow issuance and ACM's request quotas.
    Slow,
    /// Faulty, with sweeps at the template's rate.
    Hourly,
    /// One of the others, depending on the seed.
    Mixed,
}

impl Kind {
    /// Every kind but [`Kind::Mixed`].
    pub const ALL: [Self; 5] = [Self::Calm, Self::Busy, Self::Faulty, Self::Slow, Self::Hourly];

    fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Busy => "busy",
            Self::Faulty => "faulty",
            Self::Slow => "slow",
            Self::Hourly => "hourly",
            Self::Mixed => "mixed",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().chain([Self::Mixed]).find(|kind| kind.name() == text);
        known.ok_or_else(|| format!("{text} is not a kind of world; use calm, busy, faulty, slow, hourly or mixed"))
    }
}

/// Everything that determines a world: the same parameters give the same calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// The seed of all random numbers.
    pub seed: u64,
    /// The requested kind of world.
    pub kind: Kind,
    /// How many certificates there are at the start.
    pub certificates: usize,
    /// How many days are simulated.
    pub days: i64,
}

/// The probability of each fault.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FaultProfile {
    /// A run has a failing call or a crash.
    pub(crate) failing_run: f64,
    /// An event of ACM's or of ours is lost.
    pub(crate) lost_event: f64,
    /// An event is delivered twice.
    pub(crate) duplicate_event: f64,
    /// An event or message is delivered to two processes at the same time.
    pub(crate) concurrent_delivery: f64,
    /// An operator acts between a crash and the retry.
    pub(crate) operator_after_crash: f64,
    /// An event is late, by up to a day.
    pub(crate) late_event: f64,
    /// An operator acts, per certificate and year.
    pub(crate) operator_action: f64,
    /// An operator acts during a run.
    pub(crate) operator_during_run: f64,
    /// AWS Health, AWS Config or a CA reports something, per certificate and year.
    pub(crate) rare_event: f64,
    /// An operator changes the hosted zones, per day.
    pub(crate) zone_operator: f64,
    /// A CA is disabled, per day.
    pub(crate) disabled_ca: f64,
    /// Somebody imports or tags a certificate so that it is renewed from a secret that is not theirs, per day.
    pub(crate) attack: f64,
    /// Something is wrong with an account of the organization for some days, per account and day.
    pub(crate) account_outage: f64,
    /// How late GetResources shows a change of tags.
    pub(crate) tagging_delay: SignedDuration,
    /// Calls and issuance take time, and request quotas are enforced.
    pub(crate) slow: bool,
    /// Sweeps at the template's rate instead of daily.
    pub(crate) template_sweep_rate: bool,
}

impl Parameters {
    /// A world of 50 certificates over 3 years.
    pub fn new(kind: Kind, seed: u64) -> Self {
        Self { seed, kind, certificates: 50, days: 3 * 365 }
    }

    /// The kind of world; for mixed ones it depends on the seed.
    pub fn actual_kind(&self) -> Kind {
        match self.kind {
            // Hourly sweeps are expensive, so few worlds have them.
            Kind::Mixed => match self.seed % 100 {
                0 => Kind::Hourly,
                rest => [Kind::Faulty, Kind::Calm, Kind::Busy, Kind::Faulty, Kind::Slow][(rest % 5) as usize],
            },
            kind => kind,
        }
    }

    /// Whether renewals may change the issuer: in every other world.
    pub fn issuer_may_change(&self) -> bool {
        self.seed.is_multiple_of(2)
    }

    /// Whether there are hosted zones, requested certificates, and dns-validation. Its daily sweeps double a world's calls,
    /// so one in five calm or mixed worlds has them. The division is there because `seed % 5` selects the kind.
    pub fn has_zones(&self) -> bool {
        !matches!(self.kind, Kind::Calm | Kind::Mixed) || (self.seed / 5) % 5 == 1
    }

    /// Whether a third of the managed certificates are renewed from a CA that speaks ACME. They live for 45 to 90 days, and
    /// one renewal takes dozens of requests, so one in five calm or mixed worlds has them, of all five kinds.
    pub fn has_acme(&self) -> bool {
        match self.kind {
            Kind::Calm | Kind::Mixed => (self.seed / 5) % 5 == 3,
            _ => self.seed.is_multiple_of(2),
        }
    }

    /// Whether AWS Config evaluates rules of ours. Each evaluates all certificates daily, so one in ten calm or mixed
    /// worlds has them, of all five kinds, and every other one of the other kinds.
    pub fn has_config_rules(&self) -> bool {
        match self.kind {
            Kind::Calm | Kind::Mixed => (self.seed / 5) % 10 == 2,
            _ => self.seed % 2 == 1,
        }
    }

    /// Whether the functions are those of a hub with two spokes: in a third of the mixed worlds.
    pub fn has_organization(&self) -> bool {
        self.kind == Kind::Mixed && self.seed % 3 == 1
    }

    /// Whether the hub asks AWS Organizations for the accounts, instead of having them listed.
    pub(crate) fn asks_organizations(&self) -> bool {
        self.seed.is_multiple_of(2)
    }

    /// `renewal-status` reads the tags of each imported certificate, which triples a world's calls. Of mixed worlds only
    /// the faulty ones have it.
    pub(crate) fn config_rules(&self) -> &'static str {
        if self.kind == Kind::Mixed && self.seed % 5 != 3 {
            config_recorder::CHEAP_RULES
        } else {
            config_recorder::RULES
        }
    }

    pub(crate) fn fault_profile(&self) -> FaultProfile {
        let calm = FaultProfile {
            failing_run: 0.0,
            lost_event: 0.0,
            duplicate_event: 0.0,
            concurrent_delivery: 0.0,
            operator_after_crash: 0.0,
            late_event: 0.0,
            operator_action: 0.0,
            operator_during_run: 0.0,
            rare_event: 0.0,
            zone_operator: 0.0,
            disabled_ca: 0.0,
            attack: 0.0,
            account_outage: 0.0,
            tagging_delay: SignedDuration::ZERO,
            slow: false,
            template_sweep_rate: false,
        };
        let busy = FaultProfile {
            lost_event: 0.05,
            operator_action: 3.0,
            operator_during_run: 0.03,
            rare_event: 1.0,
            zone_operator: 0.05,
            disabled_ca: 0.01,
            attack: 0.03,
            account_outage: 0.03,
            ..calm
        };
        let faulty = FaultProfile {
            failing_run: 0.08,
            lost_event: 0.1,
            duplicate_event: 0.05,
            late_event: 0.1,
            concurrent_delivery: 0.02,
            operator_after_crash: 0.5,
            // Longer than an hour between two sweeps.
            tagging_delay: SignedDuration::from_mins(90),
            ..busy
        };
        match self.actual_kind() {
            Kind::Calm => calm,
            Kind::Busy | Kind::Mixed => busy,
            Kind::Faulty => faulty,
            Kind::Slow => FaultProfile { slow: true, duplicate_event: 0.02, ..busy },
            Kind::Hourly => FaultProfile { failing_run: 0.02, template_sweep_rate: true, ..faulty },
        }
    }

    /// The command that runs this world again.
    pub fn replay(&self) -> String {
        format!(
            "cargo run --profile simulation -p simulation --bin simulate -- --world {} --from {} --seeds 1 --certificates {} --days {}",
            self.kind, self.seed, self.certificates, self.days
        )
    }
}
