//! What has to hold of certificates that DNS validates, and of the zones.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::{Aws, Call};
use std::collections::{BTreeMap, BTreeSet};

use crate::model_state::Ledger;
use crate::population::Type;
use crate::report::{Broken, Check};
use crate::zones::{NOT_GRANTED, Zones};

pub(crate) const ISSUED: &str = "a requested certificate whose zones are reachable is issued within a day";
pub(crate) const PUT_BACK: &str = "a validation record that vanished from a reachable zone is put back within a day";
pub(crate) const RENEWED: &str = "ACM renews what is in use while its zones are reachable";
pub(crate) const RECORDS_KEPT: &str =
    "nothing but CNAME records with names that begin with _ is written, and no record of an operator's is replaced";
pub(crate) const GRANTED: &str = "no record is written for a domain that is not granted";
pub(crate) const TOLD_ONCE: &str = "missing records are told once for each certificate, cause and set of records";
pub(crate) const NEVER_THROTTLED: &str = "Route 53's published rates are never exceeded";

/// A daily sweep, and what it takes.
const SLACK: SignedDuration = SignedDuration::from_hours(26);

/// The names in each zone that is there.
fn present(aws: &Aws, zones: &Zones) -> Vec<BTreeSet<String>> {
    let names = |zone: usize| match zones.is_there(zone) {
        true => aws.records(&zones.all[zone].id).into_iter().map(|record| record.name).collect(),
        false => BTreeSet::new(),
    };
    (0..zones.all.len()).map(names).collect()
}

/// What holds at each day's begin.
pub(crate) fn all_is_well(aws: &Aws, ledger: &Ledger) -> Check {
    let now = aws.now();
    let late = |since: Timestamp| now.duration_since(since) > SLACK;
    let Ledger { zones, known, requested, renewing, .. } = ledger;
    for (arn, requested) in requested {
        let Some(hindered) = zones.all_hindered(arn) else { continue };
        if late(requested.at.max(hindered)) {
            let what = format!("it was requested at {}, and nothing was in the way since {hindered}", requested.at);
            return Err(Broken::new(ISSUED, arn, what));
        }
    }
    let there = present(aws, zones);
    for (arn, wanted) in &zones.wanted {
        let Some(known) = known.get(arn).filter(|known| known.blueprint.kind == Type::Validated) else { continue };
        if known.seen.not_after <= now {
            continue;
        }
        for wanted in wanted {
            let (Some(zone), Some(hindered)) = (wanted.zone, zones.hindered(wanted)) else { continue };
            if late(hindered.max(known.in_place)) && !there[zone].contains(&wanted.name) {
                let what = format!("{} is missing, and nothing was in the way since {hindered}", wanted.name);
                return Err(Broken::new(PUT_BACK, arn, what));
            }
        }
    }
    for (arn, since) in renewing {
        let Some(hindered) = zones.all_hindered(arn) else { continue };
        if late(hindered.max(*since)) {
            let what = format!("its renewal waits since {since}, and nothing was in the way since {hindered}");
            return Err(Broken::new(RENEWED, arn, what));
        }
    }
    records_are_kept(aws, zones)
}

/// What operators wrote is as they wrote it.
pub(crate) fn records_are_kept(aws: &Aws, zones: &Zones) -> Check {
    let mut there: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
    for zone in (0..zones.all.len()).filter(|zone| zones.is_there(*zone)) {
        let id = &zones.all[zone].id;
        there.extend(aws.records(id).into_iter().map(|record| ((id.clone(), record.name, record.kind), record.values)));
    }
    for (place, (value, _)) in &zones.kept {
        let present = there.get(place);
        if present.is_none_or(|present| present != std::slice::from_ref(value)) {
            return Err(Broken::new(
                RECORDS_KEPT,
                "",
                format!("an operator wrote {place:?} {value}; it is {present:?}"),
            ));
        }
    }
    Ok(())
}

/// A change that the function asked for.
pub(crate) fn change_is_allowed(call: &Call) -> Check {
    for change in call.input["ChangeBatch"]["Changes"].as_array().into_iter().flatten() {
        let set = &change["ResourceRecordSet"];
        let name = set["Name"].as_str().unwrap_or_default();
        if change["Action"] != "UPSERT" || set["Type"] != "CNAME" || !name.starts_with('_') {
            return Err(Broken::new(RECORDS_KEPT, "", format!("the function asked for {change}")));
        }
        if name.trim_end_matches('.').ends_with(NOT_GRANTED) {
            return Err(Broken::new(GRANTED, "", format!("the function asked for {change}")));
        }
    }
    Ok(())
}

/// What was told last of each certificate.
pub(crate) type Told = BTreeMap<String, Last>;

/// A notice about records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Last {
    cause: String,
    records: String,
    /// What the same run wrote to remember it.
    tag: String,
    /// How often it may be told again, because a fault hit in between.
    forgiven: usize,
}

impl Last {
    /// Its cause.
    pub(crate) fn cause(&self) -> &str {
        &self.cause
    }
}

/// Counts a notice about records. `tag` is what the same run wrote to remember it.
pub(crate) fn told(all: &mut Told, notice: &Value, tag: Option<&str>, failures: usize) -> Check {
    if notice["kind"] != "validation-records-missing" {
        return Ok(());
    }
    let arn = notice["certificateArn"].as_str().unwrap_or_default();
    let cause = notice["cause"].as_str().unwrap_or_default().to_owned();
    let records = notice["records"].to_string();
    let tag = tag.unwrap_or_default().to_owned();
    let again = match all.get(arn) {
        Some(last) if (&last.cause, &last.records, &last.tag) == (&cause, &records, &tag) => {
            match last.forgiven.checked_sub(1) {
                Some(left) => left,
                None => return Err(Broken::new(TOLD_ONCE, arn, format!("told again: {cause} {records} {tag}"))),
            }
        }
        _ => 0,
    };
    all.insert(arn.to_owned(), Last { cause, records, tag, forgiven: again + failures });
    Ok(())
}

/// What a run wrote to remember what was told. Where that is less than before, some of it was mended, and
/// would be news again.
pub(crate) fn remembered(all: &mut Told, arn: &str, tag: &str) {
    if all.get(arn).is_some_and(|last| findings(tag) < findings(&last.tag)) {
        all.remove(arn);
    }
}

/// How many findings a tag holds. README of dns-validation: eight digits each, and only their number if they are
/// too many.
fn findings(tag: &str) -> usize {
    let (_, found) = tag.split_once('/').unwrap_or_default();
    match found.split_once(':') {
        Some((count, _)) => count.parse().unwrap_or_default(),
        None => found.len() / 8,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use simulated_aws::CallResult;

    use super::*;

    #[test]
    fn a_notice_that_comes_again_is_found() {
        let mut all = Told::new();
        let notice = |cause: &str| json!({ "kind": "validation-records-missing", "certificateArn": "a", "cause": cause, "records": [] });
        assert_eq!(told(&mut all, &notice("no-zone"), Some("1"), 0), Ok(()));
        assert_eq!(told(&mut all, &notice("role-refused"), Some("2"), 1), Ok(()));
        assert_eq!(told(&mut all, &notice("role-refused"), Some("2"), 0), Ok(()), "a fault hit");
        assert_eq!(told(&mut all, &notice("role-refused"), Some("2"), 0).unwrap_err().invariant, TOLD_ONCE);
        assert_eq!(told(&mut all, &json!({ "kind": "expiring", "certificateArn": "a" }), None, 0), Ok(()));
        remembered(&mut all, "a", "role-refused/0123456789abcdef");
        let two = Some("role-refused/0123456789abcdef");
        assert_eq!(told(&mut all, &notice("role-refused"), two, 0), Ok(()));
        remembered(&mut all, "a", "role-refused/76543210fedcba98");
        assert!(told(&mut all, &notice("role-refused"), two, 0).is_err(), "as many as before");
        remembered(&mut all, "a", "role-refused/01234567");
        assert_eq!(told(&mut all, &notice("role-refused"), two, 0), Ok(()), "one was mended in between");
        assert_eq!(findings("no-zone/100:0123abcd"), 100);
    }

    #[test]
    fn changes_of_other_records_are_found() {
        let call = |action: &str, kind: &str, name: &str| Call {
            account: String::new(),
            service: "route53".into(),
            operation: "ChangeResourceRecordSets".into(),
            input: json!({ "ChangeBatch": { "Changes": [
                { "Action": action, "ResourceRecordSet": { "Type": kind, "Name": name } }] } }),
            result: CallResult::Ok,
            at: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(change_is_allowed(&call("UPSERT", "CNAME", "_a.example.com.")), Ok(()));
        for (action, kind, name) in
            [("DELETE", "CNAME", "_a."), ("UPSERT", "TXT", "_a."), ("UPSERT", "CNAME", "www.example.com.")]
        {
            assert!(change_is_allowed(&call(action, kind, name)).is_err(), "{action} {kind} {name}");
        }
        let not_granted = change_is_allowed(&call("UPSERT", "CNAME", "_a.host.delta.example."));
        assert_eq!(not_granted.unwrap_err().invariant, GRANTED);
    }

    #[test]
    fn a_record_of_an_operators_that_changes_is_found() {
        let aws = Aws::new("2026-01-01T00:00:00Z".parse().unwrap());
        let zones = Zones::create(&aws);
        assert_eq!(records_are_kept(&aws, &zones), Ok(()));
        aws.set_record(&zones.all[0].id, "www.alpha.example.", "A", "192.0.2.9");
        assert_eq!(records_are_kept(&aws, &zones).unwrap_err().invariant, RECORDS_KEPT);
    }

    #[test]
    fn a_record_that_stays_away_is_found() {
        let aws = Aws::new("2026-01-01T00:00:00Z".parse().unwrap());
        let shared = crate::model_state::Shared::default();
        shared.open().zones = Zones::create(&aws);
        let blueprint =
            crate::population::Blueprint::validated(vec!["a.alpha.example".into(), "b.gamma.example".into()]);
        let arn = aws.insert_certificate(blueprint.spec(&aws, 100, 0));
        shared.enter(&aws, &arn, blueprint.clone());
        shared.open().zones.want(&aws, &arn, &blueprint.names);
        assert_eq!(all_is_well(&aws, &shared.open()), Ok(()));
        aws.advance(jiff::Span::new().hours(27));
        assert_eq!(all_is_well(&aws, &shared.open()).unwrap_err().invariant, PUT_BACK);
        shared.open().zones.provide(&aws, &arn);
        assert_eq!(all_is_well(&aws, &shared.open()), Ok(()));
        shared.open().renewing.insert(arn.clone(), aws.now());
        aws.advance(jiff::Span::new().hours(27));
        assert_eq!(all_is_well(&aws, &shared.open()).unwrap_err().invariant, RENEWED);
    }
}
