//! Rules about accounts as a whole, and changes.

use super::cell::{Cell, Tone, clean};
use super::numbers::thousands;
use super::words;
use crate::{Report, RuleResult, RuleVerdict, TargetSummary};

/// A rule about an account and Region that is not met, or could not be asked.
pub(crate) struct TargetRule {
    pub(crate) target: String,
    pub(crate) rule: String,
    pub(crate) verdict: Cell,
}

pub(crate) fn target_rules(report: &Report) -> Vec<TargetRule> {
    report.targets.iter().flat_map(|target| target.rules.iter().map(|result| target_rule(target, result))).collect()
}

fn target_rule(target: &TargetSummary, result: &RuleResult) -> TargetRule {
    let (text, tone) = match result.verdict {
        RuleVerdict::NonCompliant => ("not met", Tone::Attention),
        RuleVerdict::Unknown => ("not known", Tone::Unread),
    };
    TargetRule {
        target: clean(&format!("{}/{}", target.account.id, target.region)),
        rule: clean(&result.rule),
        verdict: Cell::new(text, tone).with_note(&result.why),
    }
}

/// The rules that the inventory has no facts for, each in a sentence.
pub(crate) fn unevaluated(report: &Report) -> Vec<[String; 3]> {
    let rules = report.unevaluated_rules.iter();
    rules.map(|rule| [clean(&rule.rule), clean(&rule.why), thousands(rule.rows)]).collect()
}

/// A change since the last report.
pub(crate) struct ChangeView {
    pub(crate) what: Cell,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) detail: String,
}

pub(crate) fn changes(report: &Report) -> Vec<ChangeView> {
    let items = report.changes.iter().flat_map(|changes| &changes.items);
    items
        .map(|change| {
            let (text, tone) = words::difference(change.what);
            ChangeView {
                what: Cell::new(text, tone),
                name: clean(&change.name),
                arn: clean(&change.arn),
                detail: clean(&change.detail),
            }
        })
        .collect()
}
