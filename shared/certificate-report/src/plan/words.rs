//! A plan for people.

use notices::foreign_up_to;

use super::{FunctionPlan, TargetPlan, Unknown};

/// Actions of one function that are shown; the file has all.
const SHOWN: usize = 10;
/// What a line of a terminal holds.
const LONGEST: usize = 220;

/// The plan of all accounts and Regions.
pub(crate) fn text(plans: &[TargetPlan]) -> String {
    let mut text =
        "What the functions would do now, with their defaults and everything granted (nothing was done)\n".to_owned();
    let (empty, others): (Vec<_>, Vec<_>) = plans.iter().partition(|plan| is_empty(plan));
    for target in others {
        text += &format!("  {}/{}\n", target.account, target.region);
        target.functions.iter().for_each(|function| text += &of_function(function));
    }
    match empty.len() {
        0 => text,
        regions => format!("{text}  Regions without certificates, where there is nothing to do: {regions}\n"),
    }
}

/// Whether there is no certificate, for certain.
fn is_empty(plan: &TargetPlan) -> bool {
    plan.functions.iter().all(|function| function.certificates == Some(0) && function.unknown.is_empty())
}

fn of_function(plan: &FunctionPlan) -> String {
    let mut text = format!("    {}: {}\n", plan.function, summary(plan));
    for unknown in &plan.unknown {
        text += &format!("      not known: {}\n", foreign_up_to(&of_unknown(unknown), LONGEST));
    }
    for action in plan.actions.iter().take(SHOWN) {
        text +=
            &format!("      {}\n", foreign_up_to(&format!("{}: {}", id(&action.certificate), action.what), LONGEST));
    }
    if let Some(more) = plan.actions.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text += &format!("      and {more} more\n");
    }
    text
}

/// Nothing is "none" while something is not known.
fn summary(plan: &FunctionPlan) -> String {
    let of = plan.certificates.map_or_else(String::new, |all| format!(" ({all} certificates)"));
    match (plan.actions.len(), plan.unknown.is_empty()) {
        (0, true) => format!("nothing to do{of}"),
        (0, false) => format!("not known{of}"),
        (1, true) => format!("1 action{of}"),
        (actions, true) => format!("{actions} actions{of}"),
        (actions, false) => format!("at least {actions} actions{of}"),
    }
}

fn of_unknown(unknown: &Unknown) -> String {
    let certificates = match unknown.certificates {
        None => "an unknown number of certificates".to_owned(),
        Some(1) => "1 certificate".to_owned(),
        Some(many) => format!("{many} certificates"),
    };
    format!("{certificates}: {}", unknown.why)
}

/// The end of an ARN, by which people find it.
fn id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
