//! Two runs of a function at the same time, for one event or message that is delivered twice.
//!
//! Lambda developer guide, "Asynchronous invocation": "your function might receive the same event multiple
//! times"; SQS developer guide, "Amazon SQS standard queues": at-least-once delivery. Each run has a process
//! of its own, and which of them makes the next call is drawn from the world's random numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::task::Poll;

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;
use simulated_aws::{Aws, Notice};

use crate::delivery::Work;
use crate::invariants;
use crate::report::{Broken, Check};
use crate::run_effects::{Deeds, Run, certificate_of, took_effect};
use crate::world::{Functions, World};

pub(crate) const ONE_IMPORTS: &str = "of two renewals of a certificate at the same time one replaces it";

/// How a run ended.
struct End {
    answer: Option<Value>,
    killed: bool,
}

impl World {
    /// Runs a function twice at the same time, and sees what came of it.
    pub(crate) async fn invoke_twice(&mut self, id: &str, event: &Value) -> Result<Vec<Run>, Broken> {
        let begun = self.aws.now();
        self.record.remark(format!("{begun} {id} twice at the same time"));
        let invocation = self.invocation(id);
        let armed = self.arm(id);
        let mut other = Functions::start(&self.wiring, &self.sdk);
        let mut rng = Rng::with_seed(self.rng.u64(..));
        self.aws.set_interleaving(true);
        let works = [self.functions.work(id, event, &invocation), other.work(id, event, &invocation)];
        let (ends, deeds) = interleaved(&self.aws, invocation.deadline, works, &mut rng).await;
        self.aws.set_interleaving(self.weather.slow);
        if armed {
            self.aws.clear_faults();
        }
        if ends[0].killed {
            self.restart();
        }
        let touched = deeds.touched();
        let runs = ends.map(|End { answer, killed }| Run {
            function: id.to_owned(),
            begun,
            answer,
            killed,
            touched: touched.clone(),
        });
        self.settle(&runs, deeds)?;
        Ok(runs.into())
    }
}

/// Does the work of both, now a step of one and now of the other. Who meets a crash or the deadline is
/// ended; the other one goes on.
async fn interleaved(aws: &Aws, deadline: Timestamp, works: [Work<'_>; 2], rng: &mut Rng) -> ([End; 2], Deeds) {
    let mut works = works.map(Some);
    let mut ends = [const { End { answer: None, killed: true } }; 2];
    let mut deeds = Deeds::default();
    poll_fn(|cx| {
        let turn = match works.each_ref() {
            [Some(_), Some(_)] => usize::from(rng.bool()),
            [None, Some(_)] => 1,
            _ => 0,
        };
        let Some(work) = &mut works[turn] else { return Poll::Ready(()) };
        let polled = work.as_mut().poll(cx);
        deeds.add(aws.take_record(), turn == 1);
        let crashed = aws.crashed();
        aws.restart();
        let end = match polled {
            _ if crashed => Some(End { answer: None, killed: true }),
            Poll::Ready(answer) => Some(End { answer, killed: false }),
            Poll::Pending => (aws.now() >= deadline).then_some(End { answer: None, killed: true }),
        };
        if let Some(end) = end {
            ends[turn] = end;
            works[turn] = None;
        }
        // The other one may have been woken already.
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    (ends, deeds)
}

/// README of imported-renewal: of two renewals at the same time "the second gets one that is not for its key, and
/// stands down". So not both of two runs that meet no fault import under one ARN.
pub(crate) fn only_one_imports(deeds: &Deeds) -> Check {
    let imports = deeds.calls.iter().zip(&deeds.by_second);
    let imports = imports.filter(|(call, _)| call.operation == "ImportCertificate" && took_effect(call));
    let mut by: BTreeMap<&str, bool> = BTreeMap::new();
    for (call, by_second) in imports {
        let arn = certificate_of(call).unwrap_or_default();
        if by.insert(arn, *by_second).is_some_and(|before| before != *by_second) {
            return Err(Broken::new(ONE_IMPORTS, arn, "both imported a certificate"));
        }
    }
    Ok(())
}

/// The notices without those that repeat what the other run told, where that is promised to happen and nowhere
/// else: the tag that remembers a notice is no lock, so who looked before the other one had remembered may tell
/// again (README of expiry-events and of dns-validation, on two looks at the same moment).
pub(crate) fn without_echoes(deeds: &Deeds) -> Vec<&Notice> {
    let Deeds { calls, notices, by_second, .. } = deeds;
    if by_second.is_empty() {
        return notices.iter().collect();
    }
    let published = calls.iter().enumerate().filter(|(_, call)| call.operation == "Publish" && took_effect(call));
    let all: Vec<_> = published
        .zip(notices)
        .map(|((at, _), notice)| Told { at, by: by_second[at], what: what(notice), notice })
        .collect();
    let mut echoed = BTreeSet::new();
    let mut kept = Vec::new();
    for told in &all {
        let origin = all.iter().find(|origin| {
            origin.at < told.at
                && origin.by != told.by
                && origin.what.is_some()
                && origin.what == told.what
                && !echoed.contains(&origin.at)
                && is_echo(deeds, origin, told)
        });
        match origin {
            Some(origin) => drop(echoed.insert(origin.at)),
            None => kept.push(told.notice),
        }
    }
    kept
}

struct Told<'a> {
    /// The place of the call.
    at: usize,
    by: bool,
    /// The certificate, and what is told of it.
    what: Option<(String, String)>,
    notice: &'a Notice,
}

/// What a notice tells that is told once only.
fn what(notice: &Notice) -> Option<(String, String)> {
    let text: Value = serde_json::from_str(notice.for_protocol("sqs")).ok()?;
    let arn = text["certificateArn"].as_str()?.to_owned();
    if text["kind"] == "validation-records-missing" {
        return Some((arn, format!("{} {}", text["cause"], text["records"])));
    }
    let (.., end, kind, milestone) = invariants::told(&text, notice.at)?;
    Some((arn, format!("{kind} {milestone} of {end}")))
}

/// Whether who told it again had looked at the tags before the other one remembered.
fn is_echo(deeds: &Deeds, origin: &Told<'_>, told: &Told<'_>) -> bool {
    let Some((arn, _)) = &told.what else { return false };
    let is_about = |at: usize, by: bool, operation: &str| {
        let call = &deeds.calls[at];
        deeds.by_second[at] == by
            && call.operation == operation
            && took_effect(call)
            && certificate_of(call) == Some(arn.as_str())
    };
    let looked = (0..told.at).rev().find(|at| is_about(*at, told.by, "ListTagsForCertificate"));
    let remembered = (origin.at..deeds.calls.len()).find(|at| is_about(*at, origin.by, "AddTagsToCertificate"));
    looked.zip(remembered).is_some_and(|(looked, remembered)| looked < remembered)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use simulated_aws::{Call, CallResult};

    use super::*;

    /// What two runs did, each deed by the first (false) or the second (true). Notices are of the threshold of
    /// so many days.
    fn deeds(all: &[(bool, &str, i64)]) -> Deeds {
        let at = "2026-01-01T10:00:00Z".parse().unwrap();
        let mut deeds = Deeds::default();
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
            deeds.add((vec![call], notices, Vec::new()), *by_second);
        }
        deeds
    }

    #[test]
    fn only_who_looked_before_the_other_remembered_may_repeat() {
        const LOOK: &str = "ListTagsForCertificate";
        const TELL: &str = "Publish";
        const NOTE: &str = "AddTagsToCertificate";
        let kept = |all: &[(bool, &str, i64)]| without_echoes(&deeds(all)).len();
        let first = |operation| (false, operation, 30);
        let second = |operation| (true, operation, 30);
        let in_a_race = [first(LOOK), first(TELL), second(LOOK), second(TELL), first(NOTE), second(NOTE)];
        assert_eq!(kept(&in_a_race), 1);
        assert_eq!(kept(&[first(LOOK), first(TELL), first(NOTE), second(LOOK), second(TELL)]), 2, "it was remembered");
        assert_eq!(kept(&[first(LOOK), first(TELL), first(TELL), first(NOTE)]), 2, "by the same run");
        assert_eq!(kept(&[&in_a_race[..], &[second(TELL)]].concat()), 2, "once for once");
        let another = [first(LOOK), first(TELL), second(LOOK), (true, TELL, 7), first(NOTE), second(NOTE)];
        assert_eq!(kept(&another), 2, "another threshold");
        assert_eq!(kept(&[first(LOOK), second(LOOK), first(TELL), second(TELL)]), 2, "nobody remembered");
    }
}
