//! The weekly digest of an owner's certificates.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::chat::plain;
use crate::foreign::{foreign, foreign_up_to, short_name};
use crate::kind::Severity;
use crate::subject::subject;

const SCHEMA_VERSION: u8 = 1;
const KIND: &str = "inventory-digest";
const LONGEST_NAME: usize = 80;
const LONGEST_OWNER: usize = 100;
const LONGEST_REASON: usize = 300;

/// What an owner should know of the certificates this week. Its names are foreign text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    /// Who answers for them; `None`: nobody is known to.
    pub owner: Option<String>,
    /// When the report was made that it is taken from.
    pub made_at: Timestamp,
    /// All certificates, CAs and ACME endpoints of the owner.
    pub entries: u64,
    /// Those that are expired and in use.
    pub expired_in_use: u64,
    /// Those that expire within 30 days and that nobody renews.
    pub expiring_unhandled: u64,
    /// Those that are not ready for lifetimes of 47 days.
    pub not_ready: u64,
    /// How many things could not be read for the report. What is missing may be the owner's.
    pub gaps: usize,
    /// The most urgent ones.
    pub most_urgent: Vec<DigestEntry>,
    /// Where the whole report is.
    pub report: String,
    /// The Lambda function that sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<String>,
}

/// One certificate of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DigestEntry {
    /// Its ARN.
    pub arn: String,
    /// What people call it.
    pub name: String,
    /// Its account.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// Days until its expiry in UTC, negative after it.
    pub days_left: i64,
    /// Who renews it, in words.
    pub renewal: String,
}

impl Digest {
    /// How urgent it is: as its most urgent entry.
    pub fn severity(&self) -> Severity {
        match (self.expired_in_use, self.expiring_unhandled) {
            (0, 0) => Severity::Info,
            (0, _) => Severity::Warning,
            _ => Severity::Critical,
        }
    }

    /// One line: the subject of an e-mail.
    pub fn subject(&self) -> String {
        let owner = self.owner.as_deref().map(|owner| foreign_up_to(owner, LONGEST_OWNER));
        let whose = owner.as_deref().map_or_else(|| "without an owner".to_owned(), |owner| format!("of {owner}"));
        let headline = match (self.expired_in_use, self.expiring_unhandled) {
            (0, 0) => format!("certificates {whose}: {} expire soon", self.most_urgent.len()),
            (0, unhandled) => format!("certificates {whose}: {unhandled} expire and nobody renews them"),
            (expired, _) => format!("certificates {whose}: {expired} expired in use"),
        };
        subject(self.severity(), &headline, owner.as_deref())
    }

    /// The digest for people.
    pub fn text(&self) -> String {
        let Self { entries, expired_in_use, expiring_unhandled, not_ready, .. } = self;
        let mut text = String::from("Most urgent\n");
        self.most_urgent.iter().for_each(|entry| text.push_str(&entry.text()));
        let _ = write!(
            text,
            "\nAll {entries}\n  {expired_in_use} expired and in use\n  {expiring_unhandled} expire within 30 days and nobody \
             renews them\n  {not_ready} are not ready for lifetimes of 47 days\n"
        );
        if self.gaps > 0 {
            let _ = writeln!(text, "  {} could not be read: the report says which, and what to do.", things(self.gaps));
        }
        let _ = write!(text, "\nThe whole report\n  {}\n  aws s3 cp {} .\n\n", self.report, self.report);
        let sender = self.sent_by.as_deref().map(|function| format!(", function {},", foreign(function)));
        let _ = writeln!(text, "--\nSent by acm-autopilot{} once a week.", sender.unwrap_or_default());
        text
    }

    /// The digest for machines.
    pub fn json(&self) -> Value {
        // A plain struct with string keys: there is nothing in it that JSON cannot hold.
        let mut json = serde_json::to_value(self).unwrap_or_default();
        json["schemaVersion"] = SCHEMA_VERSION.into();
        json["kind"] = KIND.into();
        json["severity"] = self.severity().as_str().into();
        json["subject"] = self.subject().into();
        json
    }

    /// Names and values of the SNS message attributes.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let owner = self.owner.clone().filter(|owner| !owner.is_empty());
        let all = [("kind", KIND.to_owned()), ("severity", self.severity().as_str().to_owned())];
        all.into_iter().chain(owner.map(|owner| ("owner", owner))).collect()
    }

    /// The form that is shown in chat.
    pub(crate) fn chat(&self) -> Value {
        let entries: Vec<String> = self.most_urgent.iter().map(|entry| plain(entry.text().trim())).collect();
        json!({
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": plain(&self.subject()),
                "description": format!("{}\nThe whole report: `{}`", entries.join("\n"), self.report),
                "keywords": [self.severity().as_str(), KIND],
            },
            "metadata": {
                "threadId": self.owner.as_deref().map_or_else(|| "no owner".into(), |owner| foreign_up_to(owner, LONGEST_OWNER)),
                "summary": plain(&self.subject()),
                "eventType": KIND,
            },
        })
    }
}

impl DigestEntry {
    fn text(&self) -> String {
        let Self { account, region, days_left, .. } = self;
        let when = match days_left {
            ..=-1 => format!("expired {} ago", days(days_left.abs())),
            0 => "expires today".to_owned(),
            _ => format!("{} left", days(*days_left)),
        };
        let (name, why) =
            (short_name(&foreign(&self.name), LONGEST_NAME), foreign_up_to(&self.renewal, LONGEST_REASON));
        format!("  {when}: {name} (account {account}, {region}). {why}\n    {}\n", foreign(&self.arn))
    }
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".into() } else { format!("{count} days") }
}

fn things(count: usize) -> String {
    if count == 1 { "1 thing".into() } else { format!("{count} things") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest() -> Digest {
        let entry = DigestEntry {
            arn: "arn:aws:acm:eu-central-1:111122223333:certificate/61f50cd4".into(),
            name: "shop.example.com".into(),
            account: "111122223333".into(),
            region: "eu-central-1".into(),
            days_left: 12,
            renewal: "Nobody renews it: it was imported, and no tag says from where to renew it.".into(),
        };
        Digest {
            owner: Some("web".into()),
            made_at: "2026-11-23T05:00:00Z".parse().unwrap(),
            entries: 40,
            expired_in_use: 0,
            expiring_unhandled: 1,
            not_ready: 7,
            gaps: 1,
            most_urgent: vec![entry],
            report: "s3://inventory/reports/latest/report.html".into(),
            sent_by: None,
        }
    }

    #[test]
    fn a_digest_as_people_get_it() {
        assert_eq!(digest().subject(), "[warning] certificates of web: 1 expire and nobody renews them");
        insta::assert_snapshot!(digest().text());
    }

    #[test]
    fn how_urgent_it_is() {
        for (expired_in_use, expiring_unhandled, severity, subject) in [
            (0, 0, Severity::Info, "[info] certificates of web: 1 expire soon"),
            (2, 1, Severity::Critical, "[CRITICAL] certificates of web: 2 expired in use"),
        ] {
            let digest = Digest { expired_in_use, expiring_unhandled, ..digest() };
            assert_eq!((digest.severity(), digest.subject().as_str()), (severity, subject));
        }
        let nobody = Digest { owner: None, ..digest() };
        assert_eq!(nobody.subject(), "[warning] certificates without an owner: 1 expire and nobody renews them");
        assert!(nobody.attributes().iter().all(|(name, _)| *name != "owner"));
    }

    #[test]
    fn machines_get_what_the_schema_says() {
        let schema: Value =
            serde_json::from_str(include_str!("../../../events/schemas/inventory-digest.schema.json")).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let sample: Value = serde_json::from_str(include_str!("../../../events/sent/inventory-digest.json")).unwrap();
        assert_eq!(digest().json(), sample);
        assert!(schema.is_valid(&sample), "{:?}", schema.iter_errors(&sample).next());
    }

    #[test]
    fn foreign_text_is_no_heading_and_no_link() {
        let mut hostile = digest();
        hostile.owner = Some("web\nWhat to do\n  https://evil.example".into());
        hostile.most_urgent[0].name = "a\nThe whole report\n  https://evil.example/x".into();
        let text = hostile.text() + &hostile.subject() + &hostile.chat().to_string();
        assert!(!text.contains("https://evil") && !text.contains("\nThe whole report\n  https"), "{text}");
    }
}
