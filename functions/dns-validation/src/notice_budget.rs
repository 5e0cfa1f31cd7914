//! How many notices are sent one by one.

use std::sync::{Mutex, PoisonError};

use certificates::CertificateDetail;
use jiff::{SignedDuration, Timestamp};
use notices::{Notice, Severity};

use crate::notice::overflow_notice;
use crate::policy::Cause;
use crate::state::CertificateState;

/// Whoever may request certificates can make notices, and a broken registrar can make one of every certificate.
const MOST: usize = 25;
/// This many of them may only say that something is not granted: a request for anybody's domain is enough for one.
const MOST_REFUSALS: usize = 5;
/// The time in which this many are sent: an hour, less what two hourly sweeps may be closer to each other.
const WITHIN: SignedDuration = SignedDuration::from_mins(55);

/// What this process has sent recently, over all its invocations: each request is an invocation of its own. Critical
/// notices do not count. Each account has its own room, so that a noisy one does not silence the others.
#[derive(Debug, Default)]
pub(crate) struct NoticeHistory(Mutex<Vec<Sent>>);

#[derive(Debug)]
struct Sent {
    account: String,
    at: Timestamp,
    is_refusal: bool,
}

impl NoticeHistory {
    fn admits(&self, account: &str, is_refusal: bool, now: Timestamp) -> bool {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.retain(|sent| now.duration_since(sent.at) < WITHIN);
        let of_account = || sent.iter().filter(|sent| sent.account == account);
        let refusals = of_account().filter(|sent| sent.is_refusal).count();
        let is_admitted = of_account().count() < MOST && !(is_refusal && refusals >= MOST_REFUSALS);
        if is_admitted {
            sent.push(Sent { account: account.to_owned(), at: now, is_refusal });
        }
        is_admitted
    }
}

/// What one invocation may send, and what it leaves to the next sweep.
#[derive(Debug)]
pub(crate) struct NoticeBudget<'a> {
    history: &'a NoticeHistory,
    left_out: Mutex<LeftOut>,
}

#[derive(Debug, Default)]
struct LeftOut {
    /// The first certificate, with its notice.
    first: Option<(Box<CertificateDetail>, Box<Notice>)>,
    names: Vec<String>,
}

impl<'a> NoticeBudget<'a> {
    pub(crate) fn new(history: &'a NoticeHistory) -> Self {
        Self { history, left_out: Mutex::default() }
    }

    /// Whether this notice may be sent now. Critical ones always may. One that may not comes with a later sweep, which
    /// finds the same as long as nothing remembers it.
    pub(crate) fn admits(&self, state: &CertificateState, notice: &Notice) -> bool {
        let is_refusal = notice.cause.as_deref().and_then(Cause::named).is_some_and(Cause::is_refusal);
        let account = state.certificate.arn.account();
        if notice.severity == Severity::Critical || self.history.admits(account, is_refusal, state.now) {
            return true;
        }
        let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        left_out.first.get_or_insert_with(|| (Box::new(state.certificate.clone()), Box::new(notice.clone())));
        left_out.names.push(state.certificate.display_name().to_owned());
        false
    }

    /// One notice of everything that was left out.
    pub(crate) fn summary(&self, now: Timestamp) -> Option<Notice> {
        let left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        left_out.first.as_ref().map(|(certificate, notice)| overflow_notice(certificate, notice, &left_out.names, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-11-21T06:51:08Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn refusals_leave_room_for_other_notices() {
        let history = NoticeHistory::default();
        let admitted = |is_refusal, now| (0..100).filter(|_| history.admits("1", is_refusal, now)).count();
        assert_eq!((admitted(true, at(0)), admitted(false, at(1)), admitted(true, at(2))), (5, 20, 0));
        assert_eq!((admitted(true, at(54)), admitted(false, at(54))), (0, 0));
        assert_eq!((admitted(true, at(55)), admitted(false, at(56))), (5, 20));
    }

    #[test]
    fn other_notices_may_use_all_of_the_room() {
        let history = NoticeHistory::default();
        let admitted = |is_refusal| (0..100).filter(|_| history.admits("1", is_refusal, at(0))).count();
        assert_eq!((admitted(false), admitted(true)), (25, 0));
    }

    #[test]
    fn an_account_does_not_use_up_the_room_of_another() {
        let history = NoticeHistory::default();
        let admitted = |account| (0..100).filter(|_| history.admits(account, false, at(0))).count();
        assert_eq!((admitted("1"), admitted("2"), admitted("1")), (25, 25, 0));
    }
}
