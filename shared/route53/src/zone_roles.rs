//! Zones in other accounts: which role opens them.

use accounts::RoleArn;
use serde::Deserialize;
use serde_json::Value;

use crate::DnsName;

/// One entry of the configuration: the zones for names at and below `zone` are sought in this role's account
/// too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneRole {
    /// The suffix that the role answers for. It need not be a zone itself.
    pub zone: DnsName,
    /// The role that opens the account.
    pub role: RoleArn,
    /// What its trust policy asks for.
    pub external_id: Option<String>,
}

/// Why the list of roles cannot be used. The entry is counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidZoneRoles {
    /// Not a list at all.
    #[error("it is not a JSON list of objects with `zone`, `role` and perhaps `externalId`")]
    NotAList,
    /// An entry that cannot be used.
    #[error("entry {entry}: {problem}")]
    Entry {
        /// Which one, counted from 1.
        entry: usize,
        /// What is wrong with it.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    zone: String,
    role: String,
    external_id: Option<String>,
}

/// Reads the list: `[{"zone": "example.com", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones",
/// "externalId": "..."}]`.
///
/// # Errors
/// It is not such a list; the error names the entry.
pub fn parse(text: &str) -> Result<Vec<ZoneRole>, InvalidZoneRoles> {
    let entries: Vec<Value> = serde_json::from_str(text).map_err(|_| InvalidZoneRoles::NotAList)?;
    let mut roles: Vec<ZoneRole> = Vec::new();
    for (entry, number) in entries.into_iter().zip(1..) {
        let wrong = |problem: String| InvalidZoneRoles::Entry { entry: number, problem };
        let entry = Entry::deserialize(entry).map_err(|error| wrong(error.to_string()))?;
        let role = read(entry).map_err(&wrong)?;
        if roles.iter().any(|known| known.zone == role.zone) {
            return Err(wrong(format!("the zone {} has another entry before; give each zone one role", role.zone)));
        }
        roles.push(role);
    }
    Ok(roles)
}

fn read(entry: Entry) -> Result<ZoneRole, String> {
    let zone = DnsName::new(&entry.zone);
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    if !zone.has_two_labels() || !zone.as_str().bytes().all(letters) {
        return Err(format!("`zone` is `{}`; use a domain name such as example.com", excerpt(&entry.zone)));
    }
    let role = RoleArn::parse(&entry.role).ok_or_else(|| {
        let use_ = "use the ARN of a role such as arn:aws:iam::111122223333:role/acm-autopilot-zones";
        format!("`role` is `{}`; {use_}", excerpt(&entry.role))
    })?;
    // AssumeRole, ExternalId: 2 to 1,224 characters of `[\w+=,.@:\/-]*`.
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&b);
    if let Some(id) = &entry.external_id
        && !((2..=1_224).contains(&id.len()) && id.bytes().all(allowed))
    {
        return Err("`externalId` is not 2 to 1224 letters, digits and _+=,.@:/-".into());
    }
    Ok(ZoneRole { zone, role, external_id: entry.external_id })
}

fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/acm-autopilot-zones";

    #[test]
    fn entries_are_read_in_one_spelling() {
        let text = format!(
            r#"[{{"zone": "Example.com.", "role": "{ROLE}", "externalId": "a-1"}}, {{"zone": "bücher.example", "role": "{ROLE}"}}]"#
        );
        let roles = parse(&text).unwrap();
        assert_eq!((roles[0].zone.as_str(), roles[0].external_id.as_deref()), ("example.com", Some("a-1")));
        assert_eq!((roles[1].zone.as_str(), &roles[1].external_id), ("xn--bcher-kva.example", &None));
        assert_eq!((roles[0].role.as_str(), roles[0].role.account()), (ROLE, "111122223333"));
        assert_eq!(parse("[]"), Ok(Vec::new()));
    }

    #[test]
    fn each_error_names_its_entry_and_says_what_is_wrong() {
        let good = format!(r#"{{"zone": "example.com", "role": "{ROLE}"}}"#);
        for (entry, says) in [
            ("3".to_owned(), "entry 2: invalid type"),
            (r#"{"zone": "example.net"}"#.to_owned(), "entry 2: missing field `role`"),
            (good.replace("\"role\"", "\"arn\": 1, \"role\""), "entry 2: unknown field `arn`"),
            (good.replace("example.com", "net"), "entry 2: `zone` is `net`"),
            (good.replace("example.com", "exa mple.net"), "entry 2: `zone`"),
            (good.replace("example.com", "*.example.net"), "entry 2: `zone`"),
            (good.replace("example.com", "example..net"), "entry 2: `zone`"),
            (good.clone(), "entry 2: the zone example.com. has another entry"),
            (good.replace("example.com", "example.net").replace("111122223333", "1"), "entry 2: `role`"),
            (good.replace("example.com", "example.net").replace(":role/", ":user/"), "entry 2: `role`"),
            (
                r#"{"zone": "example.net", "role": "ROLE", "externalId": "a b"}"#.replace("ROLE", ROLE),
                "entry 2: `externalId`",
            ),
        ] {
            let error = parse(&format!("[{good}, {entry}]")).unwrap_err().to_string();
            assert!(error.contains(says), "{entry}: {error}");
        }
        for text in ["", "{}", "example.com", "[", "null"] {
            assert_eq!(parse(text), Err(InvalidZoneRoles::NotAList), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(zone in any::<String>(), role in any::<String>(), text in any::<String>()) {
            let _ = parse(&text);
            let _ = parse(&serde_json::json!([{ "zone": zone, "role": role }]).to_string());
        }
    }
}
