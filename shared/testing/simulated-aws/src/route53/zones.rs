//! Hosted zones.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Zone, change_info, delegation, escaped, invalid, max_items, normalized, records, reversed, zone};
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, ListHostedZones, MaxItems: at most 100.
const LARGEST_PAGE: usize = 100;

/// API reference, CreateHostedZone: CallerReference is unique for ever; with a VPC the zone is private; the
/// zone starts with its NS and SOA records.
pub(super) fn create(state: &mut State, input: &Value) -> Answer {
    let name = normalized(input["Name"].as_str().unwrap_or_default());
    check_domain(&name)?;
    let reference = input["CallerReference"].as_str().unwrap_or_default();
    if !input["DelegationSetId"].is_null() {
        let why = "simulated-aws does not model reusable delegation sets";
        return Err(ApiError::new("NotModelled", why).status(501));
    }
    let account = state.caller_account().to_owned();
    let mut own = state.route53.zones.values().filter(|zone| zone.account == account);
    if own.any(|zone| zone.caller_reference == reference) {
        return Err(ApiError::new(
            "HostedZoneAlreadyExists",
            "A hosted zone has already been created with the specified caller reference.",
        )
        .status(409));
    }
    let private = !input["VPC"].is_null();
    let comment = input["HostedZoneConfig"]["Comment"].as_str().map(str::to_owned);
    let id = insert(state, &account, &name, reference, comment, private);
    if let Some(zone) = state.route53.zones.get_mut(&id).filter(|zone| zone.private) {
        zone.vpc = Some(input["VPC"].clone());
    }
    let change = change_info(state);
    let zone = &state.route53.zones[&id];
    Ok(without_nulls(json!({
        "HostedZone": shown(zone),
        "ChangeInfo": change,
        "DelegationSet": delegation_set(zone),
        "VPC": input["VPC"],
        "Location": format!("https://route53.amazonaws.com/2013-04-01/hostedzone/{id}"),
    })))
}

pub(super) fn insert(
    state: &mut State,
    account: &str,
    name: &str,
    reference: &str,
    comment: Option<String>,
    private: bool,
) -> String {
    let number = state.next_number();
    let id = format!("Z{number:020}");
    let mut zone = Zone {
        id: id.clone(),
        account: account.to_owned(),
        name: name.to_owned(),
        caller_reference: reference.to_owned(),
        comment,
        private,
        vpc: None,
        name_servers: delegation::name_servers(if private { 0 } else { number }),
        records: BTreeMap::new(),
    };
    let servers: Vec<_> = zone.name_servers.iter().map(|server| format!("{server}.")).collect();
    let soa = format!("{} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400", servers[0]);
    records::insert(
        &mut zone,
        &json!({ "Name": name, "Type": "NS", "TTL": "172800", "ResourceRecords": values(&servers) }),
    );
    records::insert(
        &mut zone,
        &json!({ "Name": name, "Type": "SOA", "TTL": "900", "ResourceRecords": values(&[soa]) }),
    );
    state.route53.insert(zone);
    id
}

fn values(texts: &[String]) -> Value {
    texts.iter().map(|text| json!({ "Value": text })).collect()
}

/// API reference, GetHostedZone: the name servers of a public zone only.
fn delegation_set(zone: &Zone) -> Option<Value> {
    (!zone.private).then(|| json!({ "NameServers": zone.name_servers }))
}

/// "InvalidDomainName": labels of 1 to 63, names of at most 255 characters.
fn check_domain(name: &str) -> Result<(), ApiError> {
    let good = name.len() <= 256 && name.trim_end_matches('.').split('.').all(|label| (1..=63).contains(&label.len()));
    if good { Ok(()) } else { Err(ApiError::new("InvalidDomainName", format!("{name} is not a valid domain name"))) }
}

/// API reference, DeleteHostedZone: only NS and SOA may be left.
pub(super) fn delete(state: &mut State, input: &Value) -> Answer {
    let zone = zone(state, input)?;
    if zone.records.values().any(|set| !(set.name == zone.name && matches!(set.kind.as_str(), "NS" | "SOA"))) {
        return Err(ApiError::new(
            "HostedZoneNotEmpty",
            "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
        ));
    }
    let id = zone.id.clone();
    state.route53.remove(&id);
    Ok(json!({ "ChangeInfo": change_info(state) }))
}

pub(super) fn get(state: &mut State, input: &Value) -> Answer {
    let zone = zone(state, input)?;
    let vpcs = zone.vpc.as_ref().map(|vpc| json!([vpc]));
    let members = json!({ "HostedZone": shown(zone), "DelegationSet": delegation_set(zone), "VPCs": vpcs });
    Ok(without_nulls(members))
}

/// API reference, HostedZone: ids come with their path.
fn shown(zone: &Zone) -> Value {
    without_nulls(json!({
        "Id": format!("/hostedzone/{}", zone.id),
        "Name": escaped(&zone.name),
        "CallerReference": zone.caller_reference,
        "Config": without_nulls(json!({ "Comment": zone.comment, "PrivateZone": zone.private })),
        "ResourceRecordSetCount": zone.records.len(),
    }))
}

/// API reference, ListHostedZones: the page starts at the marker. The order is unverified.
pub(super) fn list(state: &mut State, input: &Value) -> Answer {
    let most = max_items(input, LARGEST_PAGE, LARGEST_PAGE)?;
    let marker = input["marker"].as_str().unwrap_or_default();
    if !marker.is_empty() {
        zone(state, &json!({ "Id": marker }))?;
    }
    let account = state.caller_account();
    let from_marker = state.route53.zones.range(marker.to_owned()..).map(|(_, zone)| zone);
    let mut zones = from_marker.filter(|zone| zone.account == account);
    let page: Vec<_> = zones.by_ref().take(most).map(shown).collect();
    let next = zones.next().map(|zone| zone.id.clone());
    Ok(without_nulls(json!({
        "HostedZones": page,
        "Marker": input["marker"],
        "IsTruncated": next.is_some(),
        "NextMarker": next,
        "MaxItems": most.to_string(),
    })))
}

/// API reference, ListHostedZonesByName: "in ASCII order" of the reversed labels, starting **at** DNSName
/// (which is not a filter) and, among zones of that name, at HostedZoneId.
pub(super) fn list_by_name(state: &mut State, input: &Value) -> Answer {
    let most = max_items(input, LARGEST_PAGE, LARGEST_PAGE)?;
    let name = input["dnsname"].as_str().map(normalized);
    let id = input["hostedzoneid"].as_str();
    if id.is_some() && name.is_none() {
        return Err(invalid("HostedZoneId needs DNSName"));
    }
    let start = (name.as_deref().map(reversed).unwrap_or_default(), id.unwrap_or_default().to_owned());
    let account = state.caller_account();
    let from_start = state.route53.by_name.range(start..).map(|(_, id)| &state.route53.zones[id]);
    let mut zones = from_start.filter(|zone| zone.account == account);
    let page: Vec<_> = zones.by_ref().take(most).map(shown).collect();
    let next = zones.next();
    Ok(without_nulls(json!({
        "HostedZones": page,
        "DNSName": name,
        "HostedZoneId": id,
        "IsTruncated": next.is_some(),
        "NextDNSName": next.map(|zone| escaped(&zone.name)),
        "NextHostedZoneId": next.map(|zone| &zone.id),
        "MaxItems": most.to_string(),
    })))
}
