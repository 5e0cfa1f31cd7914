//! What a world is like.

use std::fmt;
use std::str::FromStr;

use crate::config_recorder;

/// The kind of world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// AWS works, events arrive, nobody changes anything.
    Calm,
    /// AWS works; operators change tags and certificates, CAs are disabled and enabled, some events are lost.
    Busy,
    /// Busy, and calls fail in every way, functions are killed, events come twice, late and out of order.
    Faulty,
    /// Busy, with slow calls, slow issuance and ACM's request quotas.
    Slow,
    /// Faulty, with sweeps as often as the template says.
    Hourly,
    /// One of the others, by the seed.
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
        known.ok_or_else(|| format!("{text} is no world; use calm, busy, faulty, slow, hourly or mixed"))
    }
}

/// Everything that a world is made from. The same parameters make the same life.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Whatever is random comes from it.
    pub seed: u64,
    /// The kind of world that was asked for.
    pub kind: Kind,
    /// How many certificates there are at first.
    pub certificates: usize,
    /// How long it lives, in days.
    pub days: i64,
}

/// How things go wrong in a world: probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weather {
    /// That a run of a function meets a failing call or its end.
    pub(crate) fault: f64,
    /// That an event of ACM's or of ours is lost.
    pub(crate) lost: f64,
    /// That an event comes twice.
    pub(crate) doubled: f64,
    /// That an event or message is delivered twice at the same time, to two processes of a function.
    pub(crate) together: f64,
    /// That an operator acts between the death of a run and the next try.
    pub(crate) aftermath: f64,
    /// That an event comes late, by up to a day.
    pub(crate) late: f64,
    /// That an operator does something, per certificate and year.
    pub(crate) operators: f64,
    /// That an operator does it while a function is at work.
    pub(crate) worst_moment: f64,
    /// That AWS Health, AWS Config or a CA tells something, per certificate and year.
    pub(crate) rare: f64,
    /// That an operator does something to the hosted zones, per day.
    pub(crate) zones: f64,
    /// That a CA is disabled, per day.
    pub(crate) disabled: f64,
    /// Calls and issuance take time, and quotas hold.
    pub(crate) slow: bool,
    /// Sweeps as often as the template says, instead of daily.
    pub(crate) template_rate: bool,
}

impl Parameters {
    /// A world of 50 certificates over 3 years.
    pub fn new(kind: Kind, seed: u64) -> Self {
        Self { seed, kind, certificates: 50, days: 3 * 365 }
    }

    /// The kind of world that it is: of a mixed one, what the seed makes it.
    pub fn actual_kind(&self) -> Kind {
        match self.kind {
            // Sweeping hourly costs most of the time, so few worlds do.
            Kind::Mixed => match self.seed % 100 {
                0 => Kind::Hourly,
                rest => [Kind::Faulty, Kind::Calm, Kind::Busy, Kind::Faulty, Kind::Slow][(rest % 5) as usize],
            },
            kind => kind,
        }
    }

    /// Whether the grants allow that a renewal changes the issuer: in every other world.
    pub fn issuer_may_change(&self) -> bool {
        self.seed.is_multiple_of(2)
    }

    /// Whether there are hosted zones, certificates that are requested, and dns-validation. Its daily sweeps double
    /// the calls of a world, so one of five calm or mixed worlds has them; there are five kinds of seeds, hence the
    /// division.
    pub fn has_zones(&self) -> bool {
        !matches!(self.kind, Kind::Calm | Kind::Mixed) || (self.seed / 5) % 5 == 1
    }

    /// Whether AWS Config evaluates rules of ours. Each of them is evaluated daily, for all certificates: so one of
    /// ten calm or mixed worlds has them, of all five kinds, and every other one of the other kinds.
    pub fn has_config_rules(&self) -> bool {
        match self.kind {
            Kind::Calm | Kind::Mixed => (self.seed / 5) % 10 == 2,
            _ => self.seed % 2 == 1,
        }
    }

    /// Which. `renewal-status` reads the tags of each imported certificate, which triples the calls of a world: of
    /// mixed ones only the faulty ones have it.
    pub(crate) fn config_rules(&self) -> &'static str {
        if self.kind == Kind::Mixed && self.seed % 5 != 3 {
            config_recorder::CHEAP_RULES
        } else {
            config_recorder::RULES
        }
    }

    pub(crate) fn weather(&self) -> Weather {
        let calm = Weather {
            fault: 0.0,
            lost: 0.0,
            doubled: 0.0,
            together: 0.0,
            aftermath: 0.0,
            late: 0.0,
            operators: 0.0,
            worst_moment: 0.0,
            rare: 0.0,
            zones: 0.0,
            disabled: 0.0,
            slow: false,
            template_rate: false,
        };
        let busy =
            Weather { lost: 0.05, operators: 3.0, worst_moment: 0.03, rare: 1.0, zones: 0.05, disabled: 0.01, ..calm };
        let faulty =
            Weather { fault: 0.08, lost: 0.1, doubled: 0.05, late: 0.1, together: 0.02, aftermath: 0.5, ..busy };
        match self.actual_kind() {
            Kind::Calm => calm,
            Kind::Busy | Kind::Mixed => busy,
            Kind::Faulty => faulty,
            Kind::Slow => Weather { slow: true, doubled: 0.02, ..busy },
            Kind::Hourly => Weather { fault: 0.02, template_rate: true, ..faulty },
        }
    }

    /// The command that lives this life again.
    pub fn replay(&self) -> String {
        format!(
            "cargo run --profile simulation -p simulation --bin simulate -- --world {} --from {} --seeds 1 --certificates {} --days {}",
            self.kind, self.seed, self.certificates, self.days
        )
    }
}
