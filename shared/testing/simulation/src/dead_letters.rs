//! What ends in a dead-letter queue, and why.

use serde_json::Value;

use crate::organization::message_in;
use crate::report::{Broken, Check};
use crate::run_effects::Run;
use crate::world::World;

pub(crate) const EXPLAINED: &str = "an event or message is a dead letter only if a fault hindered each of its tries";

/// The deliveries of an event or message so far, none of which succeeded: what hindered each, if something did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tries(Vec<Option<String>>);

impl Tries {
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// With one more. Of two runs at the same time one that was hindered is enough.
    pub(crate) fn add(&mut self, runs: &[Run]) {
        self.0.push(runs.iter().find_map(|run| run.hindrance.clone()));
    }

    /// Why the last one failed.
    fn cause(&self) -> &str {
        self.0.last().and_then(Option::as_deref).unwrap_or("nothing")
    }

    fn check(&self, to: &str, event: &Value) -> Check {
        match self.0.iter().position(Option::is_none) {
            Some(unhindered) => {
                let what = format!("nothing hindered try {} of {:?} by {to}: {event}", unhindered + 1, self.0);
                Err(Broken::new(EXPLAINED, "", what))
            }
            None => Ok(()),
        }
    }
}

impl World {
    /// `to`: the function or the queue that gave up.
    pub(crate) fn add_dead_letter(&mut self, to: &str, event: &Value, tries: &Tries) -> Check {
        let now = self.aws.now();
        self.log.note(format!("{now} {to}: {} is a dead letter: {}", message_in(event)["detail-type"], tries.cause()));
        let key = format!("{to}, {}", tries.cause());
        *self.summary.dead_letters.entry(key).or_default() += 1;
        tries.check(to, event)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::organization::Subject;
    use crate::{Kind, Parameters};

    fn run(hindrance: Option<&str>) -> Run {
        Run {
            function: String::new(),
            about: Subject::Everything,
            started: jiff::Timestamp::UNIX_EPOCH,
            answer: None,
            terminated: false,
            touched: BTreeSet::new(),
            hindrance: hindrance.map(str::to_owned),
        }
    }

    fn of(hindrances: &[Option<&str>]) -> (World, Check) {
        let mut world = World::empty(Parameters::new(Kind::Calm, 1));
        let mut tries = Tries::default();
        hindrances.iter().for_each(|hindrance| tries.add(&[run(*hindrance)]));
        let check = world.add_dead_letter("RenewalQueue", &serde_json::json!({ "detail-type": "x" }), &tries);
        (world, check)
    }

    #[test]
    fn a_dead_letter_without_a_fault_in_each_try_is_found() {
        let throttled = Some("acm:DescribeCertificate ThrottlingException");
        let (world, check) = of(&[throttled, Some("terminated"), throttled]);
        assert_eq!(check, Ok(()));
        let counted: Vec<_> = world.summary.dead_letters.into_iter().collect();
        assert_eq!(counted, [("RenewalQueue, acm:DescribeCertificate ThrottlingException".to_owned(), 1)]);
        for unexplained in [&[None, throttled, throttled][..], &[throttled, throttled, None]] {
            assert_eq!(of(unexplained).1.unwrap_err().invariant, EXPLAINED);
        }
    }
}
