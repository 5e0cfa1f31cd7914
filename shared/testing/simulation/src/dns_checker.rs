//! What must hold for DNS-validated certificates and for zones.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::{Aws, Call};
use std::collections::{BTreeMap, BTreeSet};

use crate::model_state::{ModelState, TrackedCertificate};
use crate::place::is_in_hub;
use crate::population::CertificateKind;
use crate::report::{Broken, Check};
use crate::zones::{NOT_GRANTED, Zones};

pub(crate) const ISSUED: &str = "a requested certificate whose zones are reachable is issued within a day";
pub(crate) const RESTORED: &str = "a validation record that was removed from a reachable zone is restored within a day";
pub(crate) const RENEWED: &str = "ACM renews what is in use while its zones are reachable";
pub(crate) const RECORDS_KEPT: &str =
    "only CNAME records with names that begin with _ are written, and no operator's record is replaced";
pub(crate) const GRANTED: &str = "no record is written for a domain that is not granted";
pub(crate) const NOTIFIED_ONCE: &str =
    "missing records are reported once for each certificate, cause and set of records";
pub(crate) const NEVER_THROTTLED: &str = "Route 53's published rates are never exceeded";

/// A daily sweep and its run time.
const SLACK: SignedDuration = SignedDuration::from_hours(26);

/// The names in each existing zone.
fn record_names(aws: &Aws, zones: &Zones) -> Vec<BTreeSet<String>> {
    let names = |zone: usize| match zones.exists(zone) {
        true => aws.records(&zones.all[zone].id).into_iter().map(|record| record.name).collect(),
        false => BTreeSet::new(),
    };
    (0..zones.all.len()).map(names).collect()
}

/// What must hold at the start of each day.
pub(crate) fn check_zones(aws: &Aws, state: &ModelState) -> Check {
    let now = aws.now();
    let late = |since: Timestamp| now.duration_since(since) > SLACK;
    let ModelState { zones, certificates, requested, renewing, .. } = state;
    for (arn, requested) in requested {
        let Some(hindered) = zones.all_hindered(arn) else { continue };
        if late(requested.at.max(hindered)) {
            let what =
                format!("it was requested at {}, and nothing prevented its issuance since {hindered}", requested.at);
            return Err(Broken::new(ISSUED, arn, what));
        }
    }
    let existing = record_names(aws, zones);
    for (arn, required) in &zones.required {
        let Some(tracked) =
            certificates.get(arn).filter(|tracked| tracked.blueprint.kind == CertificateKind::Validated)
        else {
            continue;
        };
        if tracked.seen.not_after <= now {
            continue;
        }
        for required in required {
            let (Some(zone), Some(hindered)) = (required.zone, zones.hindered(required)) else { continue };
            let hindered = hindered.max(hindered_in_spoke(certificates, arn));
            if late(hindered.max(tracked.in_place)) && !existing[zone].contains(&required.name) {
                let what =
                    format!("{} is missing, and nothing prevented its restoration since {hindered}", required.name);
                return Err(Broken::new(RESTORED, arn, what));
            }
        }
    }
    for (arn, since) in renewing {
        let Some(hindered) = zones.all_hindered(arn) else { continue };
        let hindered = hindered.max(hindered_in_spoke(certificates, arn));
        if late(hindered.max(*since)) {
            let what = format!("its renewal has been waiting since {since}, and nothing prevented it since {hindered}");
            return Err(Broken::new(RENEWED, arn, what));
        }
    }
    check_operator_records(aws, zones)
}

/// Sweeps of a spoke fail for reasons of its own, which hinder its certificates.
fn hindered_in_spoke(certificates: &BTreeMap<String, TrackedCertificate>, arn: &str) -> Timestamp {
    let tracked = certificates.get(arn).filter(|_| !is_in_hub(arn));
    tracked.map_or(Timestamp::UNIX_EPOCH, |tracked| tracked.hindered)
}

/// Operators' records are unchanged.
pub(crate) fn check_operator_records(aws: &Aws, zones: &Zones) -> Check {
    let mut existing: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
    for zone in (0..zones.all.len()).filter(|zone| zones.exists(*zone)) {
        let id = &zones.all[zone].id;
        existing
            .extend(aws.records(id).into_iter().map(|record| ((id.clone(), record.name, record.kind), record.values)));
    }
    for (key, (value, _)) in &zones.operator_records {
        let current = existing.get(key);
        if current.is_none_or(|current| current != std::slice::from_ref(value)) {
            return Err(Broken::new(RECORDS_KEPT, "", format!("an operator wrote {key:?} {value}; it is {current:?}")));
        }
    }
    Ok(())
}

/// A change that the function requested.
pub(crate) fn check_change(call: &Call) -> Check {
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

/// The last notice for each certificate.
pub(crate) type LastNotices = BTreeMap<String, LastNotice>;

/// A notice about missing records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastNotice {
    cause: String,
    records: String,
    /// The tag that the same run wrote.
    tag: String,
    /// How many repetitions faults in between allow.
    forgiven: usize,
}

impl LastNotice {
    pub(crate) fn cause(&self) -> &str {
        &self.cause
    }
}

/// Counts a notice about records. `tag` is what the same run wrote to record it.
pub(crate) fn check_notice(all: &mut LastNotices, notice: &Value, tag: Option<&str>, failures: usize) -> Check {
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
                None => {
                    return Err(Broken::new(NOTIFIED_ONCE, arn, format!("reported again: {cause} {records} {tag}")));
                }
            }
        }
        _ => 0,
    };
    all.insert(arn.to_owned(), LastNotice { cause, records, tag, forgiven: again + failures });
    Ok(())
}

/// A run wrote this tag. If it holds fewer findings than before, some were resolved and may be reported again later.
pub(crate) fn note_tag(all: &mut LastNotices, arn: &str, tag: &str) {
    if all.get(arn).is_some_and(|last| findings(tag) < findings(&last.tag)) {
        all.remove(arn);
    }
}

/// How many findings a tag holds. README of dns-validation: eight digits each, or only their number if there are too
/// many.
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
    fn a_repeated_notice_is_found() {
        let mut all = LastNotices::new();
        let notice = |cause: &str| json!({ "kind": "validation-records-missing", "certificateArn": "a", "cause": cause, "records": [] });
        assert_eq!(check_notice(&mut all, &notice("no-zone"), Some("1"), 0), Ok(()));
        assert_eq!(check_notice(&mut all, &notice("role-refused"), Some("2"), 1), Ok(()));
        assert_eq!(check_notice(&mut all, &notice("role-refused"), Some("2"), 0), Ok(()), "a fault hit");
        assert_eq!(check_notice(&mut all, &notice("role-refused"), Some("2"), 0).unwrap_err().invariant, NOTIFIED_ONCE);
        assert_eq!(check_notice(&mut all, &json!({ "kind": "expiring", "certificateArn": "a" }), None, 0), Ok(()));
        note_tag(&mut all, "a", "role-refused/0123456789abcdef");
        let two = Some("role-refused/0123456789abcdef");
        assert_eq!(check_notice(&mut all, &notice("role-refused"), two, 0), Ok(()));
        note_tag(&mut all, "a", "role-refused/76543210fedcba98");
        assert!(check_notice(&mut all, &notice("role-refused"), two, 0).is_err(), "as many as before");
        note_tag(&mut all, "a", "role-refused/01234567");
        assert_eq!(check_notice(&mut all, &notice("role-refused"), two, 0), Ok(()), "one was resolved in between");
        assert_eq!(findings("no-zone/100:0123abcd"), 100);
    }

    #[test]
    fn forbidden_changes_are_found() {
        let call = |action: &str, kind: &str, name: &str| Call {
            account: String::new(),
            service: "route53".into(),
            operation: "ChangeResourceRecordSets".into(),
            input: json!({ "ChangeBatch": { "Changes": [
                { "Action": action, "ResourceRecordSet": { "Type": kind, "Name": name } }] } }),
            result: CallResult::Ok,
            at: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(check_change(&call("UPSERT", "CNAME", "_a.example.com.")), Ok(()));
        for (action, kind, name) in
            [("DELETE", "CNAME", "_a."), ("UPSERT", "TXT", "_a."), ("UPSERT", "CNAME", "www.example.com.")]
        {
            assert!(check_change(&call(action, kind, name)).is_err(), "{action} {kind} {name}");
        }
        let not_granted = check_change(&call("UPSERT", "CNAME", "_a.host.delta.example."));
        assert_eq!(not_granted.unwrap_err().invariant, GRANTED);
    }

    #[test]
    fn a_changed_operator_record_is_found() {
        let aws = Aws::new("2026-01-01T00:00:00Z".parse().unwrap());
        let zones = Zones::create(&aws);
        assert_eq!(check_operator_records(&aws, &zones), Ok(()));
        aws.set_record(&zones.all[0].id, "www.alpha.example.", "A", "192.0.2.9");
        assert_eq!(check_operator_records(&aws, &zones).unwrap_err().invariant, RECORDS_KEPT);
    }

    #[test]
    fn a_missing_record_is_found() {
        let aws = Aws::new("2026-01-01T00:00:00Z".parse().unwrap());
        let shared = crate::model_state::SharedState::default();
        shared.lock().zones = Zones::create(&aws);
        let blueprint =
            crate::population::Blueprint::validated(vec!["a.alpha.example".into(), "b.gamma.example".into()]);
        let arn = aws.insert_certificate(blueprint.spec(&aws, 100, 0));
        shared.enter(&aws, &arn, blueprint.clone());
        shared.lock().zones.require(&aws, &arn, &blueprint.names);
        assert_eq!(check_zones(&aws, &shared.lock()), Ok(()));
        aws.advance(jiff::Span::new().hours(27));
        assert_eq!(check_zones(&aws, &shared.lock()).unwrap_err().invariant, RESTORED);
        shared.lock().zones.insert_records(&aws, &arn);
        assert_eq!(check_zones(&aws, &shared.lock()), Ok(()));
        shared.lock().renewing.insert(arn.clone(), aws.now());
        aws.advance(jiff::Span::new().hours(27));
        assert_eq!(check_zones(&aws, &shared.lock()).unwrap_err().invariant, RENEWED);
    }
}
