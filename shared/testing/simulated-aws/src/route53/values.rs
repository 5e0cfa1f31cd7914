//! What the values of a record set must be, by its type.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::RecordSet;

/// Developer guide, "Supported DNS record types". Other types than these are not modelled.
pub(super) fn check(set: &RecordSet) -> Result<(), String> {
    for value in &set.values {
        let problem = match set.kind.as_str() {
            "A" => address::<Ipv4Addr>("ARRDATA", "IPv4", value),
            "AAAA" => address::<Ipv6Addr>("AAAARRDATA", "IPv6", value),
            "TXT" | "SPF" => character_strings(value),
            "CNAME" | "NS" | "PTR" => domain_name(&set.kind, value),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(format!("Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''"));
        }
    }
    Ok(())
}

/// The texts of IPv4 are in gomodules/dns#7 and danpilch/aws-dyndns#3; that those of IPv6 are alike is unverified.
fn address<A: std::str::FromStr>(prefix: &str, version: &str, value: &str) -> Option<String> {
    if value.contains(' ') {
        return Some(format!("{prefix}NotSingleField (Value contains spaces)"));
    }
    let is_one = value.parse::<A>().is_ok();
    (!is_one).then(|| format!("{prefix}Illegal{version}Address (Value is not a valid {version} address)"))
}

/// Developer guide, "TXT record type": strings of at most 255 characters, each in quotation marks. The texts are
/// unverified.
fn character_strings(value: &str) -> Option<String> {
    let (mut inside, mut escaped, mut length, mut strings) = (false, false, 0_usize, 0_usize);
    for c in value.chars() {
        match c {
            _ if escaped => (escaped, length) = (false, length + 1),
            '\\' if inside => escaped = true,
            '"' => (inside, length, strings) = (!inside, 0, strings + usize::from(inside)),
            _ if inside => length += 1,
            ' ' | '\t' => {}
            _ => return Some(NOT_QUOTED.to_owned()),
        }
        if length > 255 {
            return Some("CharacterStringTooLong (Value is too long)".to_owned());
        }
    }
    (inside || strings == 0).then(|| NOT_QUOTED.to_owned())
}

const NOT_QUOTED: &str = "InvalidCharacterString (Value should be enclosed in quotation marks)";

/// RFC 1034, 3.1: labels of 1 to 63 octets, 255 in all. The texts are unverified.
fn domain_name(kind: &str, value: &str) -> Option<String> {
    if value.contains(' ') {
        return Some(format!("{kind}RRDATANotSingleField (Value contains spaces)"));
    }
    let name = value.strip_suffix('.').unwrap_or(value);
    let problem = match name {
        "" => "DomainNameEmpty (Domain name is empty)",
        _ if name.split('.').any(str::is_empty) => "DomainLabelEmpty (Domain label is empty)",
        _ if name.split('.').any(|label| label.len() > 63) => "DomainLabelTooLong (Domain label is too long)",
        _ if name.len() > 253 => "DomainNameTooLong (Domain name is too long)",
        _ => return None,
    };
    Some(problem.to_owned())
}
