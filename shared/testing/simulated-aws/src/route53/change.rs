//! ChangeResourceRecordSets: a batch is checked and made as a whole.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{RecordSet, Zone, change_info, records, reversed, values, zone};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// Developer guide, "Quotas on ChangeResourceRecordSets": 1,000 ResourceRecord elements and 32,000
/// characters of values, both counted twice for UPSERT.
const MOST_RECORDS: usize = 1_000;
const MOST_CHARACTERS: usize = 32_000;

pub(super) fn change(state: &mut State, input: &Value) -> Answer {
    let mut zone = zone(state, input)?.clone();
    let changes = input["ChangeBatch"]["Changes"].as_array().cloned().unwrap_or_default();
    check_batch(&changes)?;
    // "If any change fails, none is made": every message is answered, and the copy is thrown away.
    let mut wrong = Vec::new();
    for change in &changes {
        if let Err(why) = apply(&mut zone, change) {
            wrong.push(why);
        }
    }
    if !wrong.is_empty() {
        return Err(invalid(&wrong));
    }
    let conflicts: Vec<_> = changes.iter().filter_map(|change| conflict(&zone, change)).collect();
    if !conflicts.is_empty() {
        return Err(invalid(&conflicts));
    }
    for change in &changes {
        let key = records::key(&change["ResourceRecordSet"]);
        let values = |zone: Option<&Zone>| {
            zone.and_then(|zone| zone.records.get(&key)).map(|set| set.values.clone()).unwrap_or_default()
        };
        let (before, after) = (values(state.route53.zones.get(&zone.id)), values(Some(&zone)));
        state.route53.note_change(records::read(&change["ResourceRecordSet"]), &before, &after, state.now);
    }
    state.route53.zones.insert(zone.id.clone(), zone);
    Ok(json!({ "ChangeInfo": change_info(state) }))
}

fn check_batch(changes: &[Value]) -> Result<(), ApiError> {
    if changes.is_empty() {
        return Err(super::invalid("Number of changes must be at least 1"));
    }
    let (mut count, mut characters) = (0, 0);
    let mut seen = BTreeSet::new();
    for change in changes {
        let action = change["Action"].as_str().unwrap_or_default();
        if !matches!(action, "CREATE" | "DELETE" | "UPSERT") {
            return Err(super::invalid("Action must be CREATE, DELETE or UPSERT"));
        }
        let set = records::read(&change["ResourceRecordSet"]);
        let times = if action == "UPSERT" { 2 } else { 1 };
        count += times * set.values.len().max(1);
        characters += times * set.values.iter().map(|value| value.chars().count()).sum::<usize>();
        // Seen by users who sent apex and wildcard in one batch (serverless-certificate-creator#46). A
        // DELETE followed by a CREATE of the same set is allowed.
        let kind = if action == "DELETE" { "DELETE" } else { "CREATE" };
        if !seen.insert((records::key(&change["ResourceRecordSet"]), kind)) {
            return Err(invalid(&[format!(
                "The request contains an invalid set of changes for a resource record set '{} {}'",
                set.kind, set.name
            )]));
        }
    }
    if count > MOST_RECORDS {
        return Err(invalid(&["Number of records limit of 1000 exceeded.".to_owned()]));
    }
    if characters > MOST_CHARACTERS {
        return Err(invalid(&["RDATA character limit exceeded.".to_owned()]));
    }
    Ok(())
}

/// "InvalidChangeBatch": its message lists what is wrong in brackets.
fn invalid(messages: &[String]) -> ApiError {
    ApiError::new("InvalidChangeBatch", format!("[{}]", messages.join(", ")))
}

fn apply(zone: &mut Zone, change: &Value) -> Result<(), String> {
    let given = &change["ResourceRecordSet"];
    let set = records::read(given);
    let described = format!("[name='{}', type='{}']", set.name, set.kind);
    check_within_zone(zone, &set)?;
    check_set(zone, &set)?;
    let key = records::key(given);
    let present = zone.records.get(&key);
    match (change["Action"].as_str().unwrap_or_default(), present) {
        ("CREATE", Some(_)) => Err(format!("Tried to create resource record set {described} but it already exists")),
        ("DELETE", None) => Err(format!("Tried to delete resource record set {described} but it was not found")),
        // API reference, Change: to delete, "specify the same values that you specified when you created it".
        ("DELETE", Some(present)) if !same(present, &set) => Err(format!(
            "Tried to delete resource record set {described} but the values provided do not match the current values"
        )),
        ("DELETE", Some(_)) if set.name == zone.name && matches!(set.kind.as_str(), "NS" | "SOA") => Err(format!(
            "A HostedZone must contain at least one NS record for the zone itself, and exactly one SOA record: {described}"
        )),
        ("DELETE", Some(_)) => {
            zone.records.remove(&key);
            Ok(())
        }
        _ => {
            values::check(&set)?;
            check_routing(zone, &set)?;
            zone.records.insert(key, set);
            Ok(())
        }
    }
}

fn same(one: &RecordSet, other: &RecordSet) -> bool {
    let sorted = |set: &RecordSet| set.values.iter().cloned().collect::<BTreeSet<_>>();
    sorted(one) == sorted(other) && one.members["TTL"] == other.members["TTL"]
}

fn check_within_zone(zone: &Zone, set: &RecordSet) -> Result<(), String> {
    if reversed(&set.name).starts_with(&reversed(&zone.name)) {
        return Ok(());
    }
    Err(format!("RRSet with DNS name {} is not permitted in zone {}", set.name, zone.name))
}

/// API reference, ResourceRecordSet: TTL and records, or an alias; a CNAME has one value and is not
/// permitted at the apex (RFC 1034, 3.6.2).
fn check_set(zone: &Zone, set: &RecordSet) -> Result<(), String> {
    let named = format!("RRSet of type {} with DNS name {}", set.kind, set.name);
    let known = [
        "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB",
        "TLSA", "TXT",
    ];
    if !known.contains(&set.kind.as_str()) {
        return Err(format!("{named}: the type is not known"));
    }
    if set.members["AliasTarget"].is_null() {
        if set.values.is_empty() {
            return Err(format!("{named}: no ResourceRecords"));
        }
        let ttl = set.members["TTL"].as_str().and_then(|ttl| ttl.parse::<u32>().ok());
        if ttl.is_none_or(|ttl| ttl > 2_147_483_647) {
            return Err(format!("{named}: TTL is missing or out of range"));
        }
    }
    if set.kind == "CNAME" && set.name == zone.name {
        return Err(format!("{named} is not permitted at apex in zone {}", zone.name));
    }
    if set.kind == "CNAME" && set.values.len() > 1 {
        return Err(format!("{named} has more than one value"));
    }
    Ok(())
}

/// API reference, ResourceRecordSet, SetIdentifier: sets of the same name and type are all simple, or all of one routing
/// policy. The text is in kubernetes-sigs/external-dns#4345 and cert-manager/cert-manager#5388.
fn check_routing(zone: &Zone, set: &RecordSet) -> Result<(), String> {
    let (name, kind, own) = records::key(&set.members);
    let others =
        zone.records.iter().filter(|((other, of, identifier), _)| *other == name && *of == kind && *identifier != own);
    let wanted = routing(set);
    if others.map(|(_, other)| routing(other)).all(|policy| policy == wanted) {
        return Ok(());
    }
    let identified = if own.is_empty() { String::new() } else { format!(", SetIdentifier \"{own}\"") };
    Err(format!(
        "RRSet with DNS name {}, type {kind}{identified} cannot be created because a non {wanted} rrset exists with the same name and type.",
        set.name
    ))
}

fn routing(set: &RecordSet) -> &'static str {
    let policies = [
        ("Weight", "weighted"),
        ("Region", "latency"),
        ("Failover", "failover"),
        ("GeoLocation", "geolocation"),
        ("GeoProximityLocation", "geoproximity"),
        ("MultiValueAnswer", "multivalue answer"),
        ("CidrRoutingConfig", "cidr"),
    ];
    let policy = policies.iter().find(|(member, _)| !set.members[*member].is_null());
    policy.map_or("simple", |(_, policy)| policy)
}

/// RFC 1034, 3.6.2: where there is a CNAME, there is nothing else. The texts of both directions are AWS's own:
/// amazon.aws#2694, and hashicorp/terraform#9732.
fn conflict(zone: &Zone, change: &Value) -> Option<String> {
    let given = &change["ResourceRecordSet"];
    let (name, kind, identifier) = records::key(given);
    let set = zone.records.get(&(name.clone(), kind.clone(), identifier))?;
    let named = format!("RRSet of type {kind} with DNS name {}", set.name);
    let mut at_name = zone.records.keys().filter(|(other, ..)| *other == name);
    if kind != "CNAME" && at_name.clone().any(|(_, other, _)| other == "CNAME") {
        return Some(format!(
            "{named} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone {}",
            zone.name
        ));
    }
    let is_not_alone = kind == "CNAME" && at_name.any(|(_, other, _)| other != "CNAME");
    is_not_alone.then(|| {
        format!(
            "{named} is not permitted as it conflicts with other records with the same DNS name in zone {}",
            zone.name
        )
    })
}
