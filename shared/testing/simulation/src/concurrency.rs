//! Two runs of a function at the same time, for one event or message that is delivered twice.
//!
//! Lambda developer guide, "Asynchronous invocation": "your function might receive the same event multiple
//! times"; SQS developer guide, "Amazon SQS standard queues": at-least-once delivery. Each run has its own process,
//! and the world's random numbers decide which of them makes the next call.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::task::Poll;

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;
use simulated_aws::{Aws, Notice};

use crate::invariants;
use crate::processes::{Functions, HandlerFuture};
use crate::report::{Broken, Check};
use crate::run_effects::{Run, RunEffects, certificate_of, took_effect};
use crate::world::World;

pub(crate) const SINGLE_IMPORT: &str = "of two renewals of a certificate at the same time one replaces it";

struct RunEnd {
    answer: Option<Value>,
    terminated: bool,
}

impl World {
    /// Runs a function twice at the same time and checks the effects.
    pub(crate) async fn invoke_concurrently(&mut self, id: &str, event: &Value) -> Result<Vec<Run>, Broken> {
        let started = self.aws.now();
        self.log.note(format!("{started} {id} twice at the same time"));
        let invocation = self.invocation(id);
        let about = self.subject(event);
        let armed = self.arm_faults(id, &about);
        let mut other = Functions::start(&self.wiring, &self.sdk, &self.aws);
        let mut rng = Rng::with_seed(self.rng.u64(..));
        self.aws.set_interleaving(true);
        let handlers = [self.functions.work(id, event, &invocation), other.work(id, event, &invocation)];
        let (ends, effects) = run_interleaved(&self.aws, invocation.deadline, handlers, &mut rng).await;
        self.aws.set_interleaving(self.faults.slow);
        if armed {
            self.aws.clear_faults();
        }
        if ends[0].terminated {
            self.restart();
        }
        let touched = effects.touched();
        let hindrance = effects.hindrance(event, started, ends.iter().any(|end| end.terminated));
        let runs = ends.map(|RunEnd { answer, terminated }| Run {
            function: id.to_owned(),
            about: about.clone(),
            started,
            answer,
            terminated,
            touched: touched.clone(),
            hindrance: hindrance.clone(),
        });
        self.process_runs(&runs, effects)?;
        Ok(runs.into())
    }
}

/// Polls the two handlers in random order. A crash or the deadline terminates one; the other continues.
async fn run_interleaved(
    aws: &Aws,
    deadline: Timestamp,
    handlers: [HandlerFuture<'_>; 2],
    rng: &mut Rng,
) -> ([RunEnd; 2], RunEffects) {
    let mut handlers = handlers.map(Some);
    let mut ends = [const { RunEnd { answer: None, terminated: true } }; 2];
    let mut effects = RunEffects::default();
    // tokio lets a task yield after a number of operations. Those before this moment must not decide the order.
    tokio::task::yield_now().await;
    poll_fn(|cx| {
        let turn = match handlers.each_ref() {
            [Some(_), Some(_)] => usize::from(rng.bool()),
            [None, Some(_)] => 1,
            _ => 0,
        };
        let Some(handler) = &mut handlers[turn] else { return Poll::Ready(()) };
        let polled = handler.as_mut().poll(cx);
        effects.add(aws.take_record(), turn == 1);
        let crashed = aws.crashed();
        aws.restart();
        let end = match polled {
            _ if crashed => Some(RunEnd { answer: None, terminated: true }),
            Poll::Ready(answer) => Some(RunEnd { answer, terminated: false }),
            Poll::Pending => (aws.now() >= deadline).then_some(RunEnd { answer: None, terminated: true }),
        };
        if let Some(end) = end {
            ends[turn] = end;
            handlers[turn] = None;
        }
        // The other handler may have been woken already.
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    (ends, effects)
}

/// README of imported-renewal: of two renewals at the same time "the second gets one that is not for its key, and leaves
/// the renewal to the first". So two runs without a fault do not both import under one ARN. From a secret both take the same
/// certificate, of which ACM then has one: `has_one` says so.
pub(crate) fn check_single_import(effects: &RunEffects, has_one: impl Fn(&str) -> bool) -> Check {
    let imports = effects.calls.iter().zip(&effects.by_second);
    let imports = imports.filter(|(call, _)| call.operation == "ImportCertificate" && took_effect(call));
    let mut by: BTreeMap<&str, bool> = BTreeMap::new();
    for (call, by_second) in imports {
        let arn = certificate_of(call).unwrap_or_default();
        if by.insert(arn, *by_second).is_some_and(|before| before != *by_second) && !has_one(arn) {
            return Err(Broken::new(SINGLE_IMPORT, arn, "both imported a certificate"));
        }
    }
    Ok(())
}

/// The notices without those that a concurrent run may repeat: the tag that records a notice is not a lock, so a run that
/// read the tags before the other run recorded its notice may send the same notice (READMEs of expiry-events and
/// dns-validation).
pub(crate) fn without_concurrent_repeats(effects: &RunEffects) -> Vec<&Notice> {
    let RunEffects { calls, notices, by_second, .. } = effects;
    if by_second.is_empty() {
        return notices.iter().collect();
    }
    let published = calls.iter().enumerate().filter(|(_, call)| call.operation == "Publish" && took_effect(call));
    let all: Vec<_> = published
        .zip(notices)
        .map(|((at, _), notice)| Publication { at, by: by_second[at], content: content(notice), notice })
        .collect();
    let mut repeated = BTreeSet::new();
    let mut kept = Vec::new();
    for repeat in &all {
        let origin = all.iter().find(|origin| {
            origin.at < repeat.at
                && origin.by != repeat.by
                && origin.content.is_some()
                && origin.content == repeat.content
                && !repeated.contains(&origin.at)
                && is_concurrent_repeat(effects, origin, repeat)
        });
        match origin {
            Some(origin) => drop(repeated.insert(origin.at)),
            None => kept.push(repeat.notice),
        }
    }
    kept
}

struct Publication<'a> {
    /// The call's index.
    at: usize,
    by: bool,
    /// The certificate, and what the notice says about it.
    content: Option<(String, String)>,
    notice: &'a Notice,
}

/// What a notice says that must be said only once.
fn content(notice: &Notice) -> Option<(String, String)> {
    let text: Value = serde_json::from_str(notice.for_protocol("sqs")).ok()?;
    let arn = text["certificateArn"].as_str()?.to_owned();
    if text["kind"] == "validation-records-missing" {
        return Some((arn, format!("{} {}", text["cause"], text["records"])));
    }
    let (.., expiry, kind, milestone) = invariants::expiry_notice(&text, notice.at)?;
    Some((arn, format!("{kind} {milestone} of {expiry}")))
}

/// Whether the repeating run read the tags before the other one recorded its notice.
fn is_concurrent_repeat(effects: &RunEffects, origin: &Publication<'_>, repeat: &Publication<'_>) -> bool {
    let Some((arn, _)) = &repeat.content else { return false };
    let is_about = |at: usize, by: bool, operation: &str| {
        let call = &effects.calls[at];
        effects.by_second[at] == by
            && call.operation == operation
            && took_effect(call)
            && certificate_of(call) == Some(arn.as_str())
    };
    let read = (0..repeat.at).rev().find(|at| is_about(*at, repeat.by, "ListTagsForCertificate"));
    let recorded = (origin.at..effects.calls.len()).find(|at| is_about(*at, origin.by, "AddTagsToCertificate"));
    read.zip(recorded).is_some_and(|(read, recorded)| read < recorded)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use simulated_aws::{Call, CallResult};

    use super::*;

    /// Calls of two runs, each by the first (false) or the second (true). Notices are about the threshold of this
    /// many days.
    fn effects(all: &[(bool, &str, i64)]) -> RunEffects {
        let at = "2026-01-01T10:00:00Z".parse().unwrap();
        let mut effects = RunEffects::default();
        for (by_second, operation, days) in all {
            let call = Call {
                account: String::new(),
                service: if *operation == "Publish" { "sns" } else { "acm" }.into(),
                operation: (*operation).into(),
                input: json!({ "CertificateArn": "arn" }),
                result: CallResult::Ok,
                at,
            };
            let text = json!({
                "kind": "expiring", "certificateArn": "arn", "notAfter": "2026-01-31T00:00:00Z", "daysLeft": days,
            });
            let notice = Notice {
                topic_arn: String::new(),
                message_id: String::new(),
                subject: None,
                message: text.to_string(),
                per_protocol: BTreeMap::new(),
                attributes: BTreeMap::new(),
                at,
            };
            let notices = if *operation == "Publish" { vec![notice] } else { Vec::new() };
            effects.add((vec![call], notices, Vec::new()), *by_second);
        }
        effects
    }

    #[test]
    fn only_a_run_that_read_before_the_other_recorded_may_repeat() {
        const READ: &str = "ListTagsForCertificate";
        const NOTIFY: &str = "Publish";
        const RECORD: &str = "AddTagsToCertificate";
        let kept = |all: &[(bool, &str, i64)]| without_concurrent_repeats(&effects(all)).len();
        let first = |operation| (false, operation, 30);
        let second = |operation| (true, operation, 30);
        let in_a_race = [first(READ), first(NOTIFY), second(READ), second(NOTIFY), first(RECORD), second(RECORD)];
        assert_eq!(kept(&in_a_race), 1);
        assert_eq!(
            kept(&[first(READ), first(NOTIFY), first(RECORD), second(READ), second(NOTIFY)]),
            2,
            "it was recorded"
        );
        assert_eq!(kept(&[first(READ), first(NOTIFY), first(NOTIFY), first(RECORD)]), 2, "by the same run");
        assert_eq!(kept(&[&in_a_race[..], &[second(NOTIFY)]].concat()), 2, "once for once");
        let another = [first(READ), first(NOTIFY), second(READ), (true, NOTIFY, 7), first(RECORD), second(RECORD)];
        assert_eq!(kept(&another), 2, "another threshold");
        assert_eq!(kept(&[first(READ), second(READ), first(NOTIFY), second(NOTIFY)]), 2, "neither was recorded");
    }
}
