//! Nothing of one account reaches another.

use serde_json::Value;
use simulated_aws::Call;

use super::SPOKES;
use super::subject::{Subject, others};
use crate::place::Place;
use crate::report::{Broken, Check};
use crate::run_effects::{Run, RunEffects};
use crate::world::ACCOUNT;

pub(crate) const ISOLATED: &str =
    "nothing is called in another account than the run is about, and nothing is tagged, sent or answered about another";
pub(crate) const REFUSED: &str = "for a forged event, or one of an account that is not watched, nothing is called";

/// Services of certificates and of what belongs to them: each is called in the account of the run.
const OF_CERTIFICATES: [&str; 2] = ["acm", "tag"];

/// Checks what a run called, sent and answered.
pub(crate) fn check_isolation(runs: &[Run], effects: &RunEffects) -> Check {
    let Some(subject) = runs.first().map(|run| &run.about) else { return Ok(()) };
    if *subject == Subject::Everything {
        return Ok(());
    }
    effects.calls.iter().try_for_each(|call| check_call(subject, call))?;
    effects.notices.iter().try_for_each(|notice| check_text(subject, &format!("{notice:?}")))?;
    let events = effects.events.iter().map(|event| &event.event);
    let answers = runs.iter().filter_map(|run| run.answer.as_ref());
    events.chain(answers).try_for_each(|value| check_value(subject, value))
}

fn check_call(subject: &Subject, call: &Call) -> Check {
    let broken = |invariant, what: &str| {
        let Call { service, operation, account, input, .. } = call;
        Err(Broken::new(invariant, "", format!("{service}:{operation} in {account} {what} of {subject:?}: {input}")))
    };
    let is_of_hub = call.account == ACCOUNT;
    if SPOKES.contains(&call.account.as_str()) && subject.place().is_none_or(|place| place.account != call.account) {
        return broken(ISOLATED, "in a run");
    }
    match subject {
        // AWS Organizations is asked who it is that sends an event.
        Subject::Nothing if call.service != "organizations" => broken(REFUSED, "in a run"),
        Subject::Place(place) | Subject::Sweep(place)
            if is_of_hub && !place.is_of_hub() && OF_CERTIFICATES.contains(&call.service.as_str()) =>
        {
            broken(ISOLATED, "in a run")
        }
        Subject::Organization => messages(&call.input).iter().try_for_each(|text| {
            let named = SPOKES.into_iter().filter(|account| text.contains(account)).count();
            if named > 1 { broken(ISOLATED, "names two accounts in a run") } else { Ok(()) }
        }),
        subject => check_value(subject, &call.input),
    }
}

/// The bodies of messages that a call sends.
fn messages(input: &Value) -> Vec<String> {
    input["Entries"].as_array().into_iter().flatten().map(Value::to_string).collect()
}

/// Each text alone: to write all of it as one costs more than all other checks of a call.
fn check_value(subject: &Subject, value: &Value) -> Check {
    match value {
        Value::String(text) => check_text(subject, text),
        Value::Array(items) => items.iter().try_for_each(|item| check_value(subject, item)),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            check_text(subject, name)?;
            check_value(subject, member)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Whether a text names what the run is not about.
fn check_text(subject: &Subject, text: &str) -> Check {
    let Some(place) = subject.place() else { return Ok(()) };
    let other = others(&place.account).find(|account| text.contains(account)).map(str::to_owned);
    let elsewhere =
        || Place::of_certificates_in(text).find(|one| one != place).map(|one| format!("a certificate in {one:?}"));
    match other.or_else(elsewhere) {
        Some(found) => Err(Broken::new(ISOLATED, "", format!("a run about {place:?} names {found}: {text}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
