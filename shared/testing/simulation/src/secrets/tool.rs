//! The tool that renews certificates and writes them into secrets: in time or late, once or twice, sometimes something
//! broken first, sometimes not at all.

use certificates::days_left;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::actions::SecretAction;
use super::written::Written;
use crate::event_queue::{OperatorAction, ScheduledEvent};
use crate::place::at;
use crate::world::World;

/// RENEW_BEFORE_DAYS of the template.
const RENEW_BEFORE_DAYS: i64 = 30;

/// What a tool does with one secret.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tool {
    /// Whether the secret consents to all certificates of the account, or to its own.
    pub(crate) consents_to_account: bool,
    /// When the certificate expires that it wrote last.
    pub(crate) expiry: Timestamp,
    /// It writes the next one this many days before that; never if it is zero.
    pub(crate) lead: i64,
    /// It does not run before.
    pub(super) asleep_until: Option<Timestamp>,
    /// When an operator undoes what somebody did to the secret.
    pub(super) restored_at: Option<Timestamp>,
}

impl Tool {
    pub(crate) fn new(days: i64, rng: &mut Rng) -> Self {
        Self { consents_to_account: rng.u8(..4) == 0, lead: next_lead(days, rng), ..Self::default() }
    }
}

/// Mostly before the functions expect it, sometimes when it is due already.
fn next_lead(days: i64, rng: &mut Rng) -> i64 {
    let window = RENEW_BEFORE_DAYS.min((days / 3).max(1));
    if rng.u8(..4) == 0 { rng.i64(1..=window) } else { window + rng.i64(1..=window / 2 + 1) }
}

impl World {
    pub(crate) fn secrets_daily(&mut self) {
        let names: Vec<String> = self.state.lock().secrets.all.keys().cloned().collect();
        for name in names {
            self.secret_daily(&name);
        }
    }

    fn secret_daily(&mut self, name: &str) {
        let now = self.aws.now();
        let (arn, tool, is_orphaned, days) = {
            let state = self.state.lock();
            let secret = &state.secrets.all[name];
            let certificate = state.certificates.get(&secret.certificate);
            (
                secret.arn.clone(),
                secret.tool,
                certificate.is_none(),
                certificate.map_or(0, |tracked| tracked.blueprint.days),
            )
        };
        if is_orphaned {
            at(&self.aws, &arn).remove_secret(name);
            self.state.lock().secrets.all.remove(name);
            return;
        }
        if self.quiet {
            return;
        }
        if tool.restored_at.is_some_and(|at| at <= now) {
            self.change_tool(name, |tool| tool.restored_at = None);
            self.schedule_secret_action(name, SecretAction::Restore, SignedDuration::ZERO);
        }
        if self.chance(self.faults.operator_action / 365.0) {
            let action = SecretAction::random(&mut self.rng);
            self.schedule_secret_action(name, action, SignedDuration::ZERO);
        }
        let runs = tool.lead > 0 && tool.asleep_until.is_none_or(|until| until <= now);
        if runs && days_left(tool.expiry, now) <= tool.lead {
            self.tool_runs(name, days);
        }
    }

    fn tool_runs(&mut self, name: &str, days: i64) {
        match self.rng.u8(..20) {
            // It tries again tomorrow, or after some days.
            0..=4 => {
                let broken = Written::BROKEN[self.rng.usize(..Written::BROKEN.len())];
                self.schedule_secret_action(name, SecretAction::Write(broken), SignedDuration::ZERO);
                let pause = self.rng.i64(1..4);
                self.tool_sleeps(name, pause);
            }
            5 => {
                let pause = self.rng.i64(2..RENEW_BEFORE_DAYS.min(days));
                self.tool_sleeps(name, pause);
            }
            how => {
                self.schedule_secret_action(name, SecretAction::Write(Written::Newer), SignedDuration::ZERO);
                if how < 9 {
                    let later = SignedDuration::from_secs(self.rng.i64(1..10_000));
                    let again = if how == 6 { Written::PresentAgain } else { Written::Newer };
                    self.schedule_secret_action(name, SecretAction::Write(again), later);
                }
                let lead = next_lead(days, &mut self.rng);
                self.change_tool(name, |tool| tool.lead = lead);
                // What it wrote counts from the moment at which it is written.
                self.tool_sleeps(name, 1);
            }
        }
    }

    fn tool_sleeps(&mut self, name: &str, days: i64) {
        let until = self.aws.now() + SignedDuration::from_hours(24 * days);
        self.change_tool(name, |tool| tool.asleep_until = Some(until));
    }

    fn change_tool(&mut self, name: &str, change: impl FnOnce(&mut Tool)) {
        if let Some(secret) = self.state.lock().secrets.all.get_mut(name) {
            change(&mut secret.tool);
        }
    }

    /// At some time of the day, and for the next action this much later.
    fn schedule_secret_action(&mut self, name: &str, action: SecretAction, later: SignedDuration) {
        let second = if later.is_zero() { self.rng.i64(0..86_400) } else { 0 };
        let base = if later.is_zero() { self.aws.now() } else { self.last_secret_action };
        let at = base + SignedDuration::from_secs(second) + later;
        self.last_secret_action = at;
        let action = OperatorAction::Secret(name.to_owned(), action);
        self.events.schedule(at, ScheduledEvent::Operator(action));
    }
}
