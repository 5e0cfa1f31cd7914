//! A notice about what somebody did.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::chat::plain;
use crate::foreign::{cut, foreign, foreign_up_to, one_line, short_name};
use crate::kind::Severity;
use crate::subject::subject;

const SCHEMA_VERSION: u8 = 1;
/// Acts of which a notice shows the details to people.
const LISTED_ACTS: usize = 25;
/// The same to machines, in five protocols.
const SENT_ACTS: usize = 5;
const LONGEST_SENT: usize = 200;
/// Uses and names that a notice lists of one act.
const LISTED: usize = 5;
const LONGEST_NAME: usize = 80;
const LONGEST_PRINCIPAL: usize = 200;
const LONGEST_ARN: usize = 200;

/// What somebody did to certificates, keys or CAs: one act, or the same again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityNotice {
    /// What was done, such as `certificate-deleted`.
    pub kind: &'static str,
    /// How urgent it is.
    pub severity: Severity,
    /// What the subject says besides the name, such as "certificate deleted that was in use".
    pub headline: String,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Who did it, as CloudTrail names them; `None` where AWS does not say it.
    pub principal: Option<String>,
    /// What was done, the first first. Never empty.
    pub acts: Vec<ActivityEntry>,
    /// What happened: one or two sentences.
    pub what_happened: String,
    /// What breaks, or who can do what now.
    pub why_it_matters: String,
    /// What happens without anybody's help.
    pub what_happens_next: String,
    /// Steps for a person.
    pub what_to_do: Vec<String>,
    /// The Lambda function that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<String>,
}

/// One act. All texts are foreign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityEntry {
    /// When; where only what it left behind was seen, when that was seen.
    pub at: Timestamp,
    /// ARN or id of what it was done to.
    pub resource: String,
    /// What people call that.
    pub name: Option<String>,
    /// DNS names that matter.
    pub names: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// What used it.
    pub uses: Vec<String>,
    /// CloudTrail's event; `None` where only what it left behind was seen.
    pub event_id: Option<String>,
    /// From which address.
    pub source_ip: Option<String>,
}

impl ActivityNotice {
    /// One line: the subject of an e-mail.
    pub fn subject(&self) -> String {
        let first = self.acts.first().map(ActivityEntry::title);
        let headline = match (self.acts.len(), first.as_deref()) {
            (0 | 1, Some(name)) => format!("{}: {name}", self.headline),
            (0 | 1, None) => self.headline.clone(),
            (more, _) => format!("{} times: {}", more, self.headline),
        };
        subject(self.severity, &headline, first.as_deref())
    }

    /// The notice for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (title, words) in [("What happened", &self.what_happened), ("Why it matters", &self.why_it_matters)] {
            section(&mut text, title, words);
        }
        text.push_str("What to do\n");
        for (number, step) in self.what_to_do.iter().enumerate() {
            let _ = writeln!(text, "  {}. {}", number + 1, one_line(step));
        }
        text.push('\n');
        section(&mut text, "What happens next", &self.what_happens_next);
        let _ = writeln!(text, "Who\n  {}\n", self.who());
        text.push_str(if self.acts.len() == 1 { "What it was done to\n" } else { "What it was done to, each time\n" });
        self.acts.iter().take(LISTED_ACTS).for_each(|act| text.push_str(&act.text()));
        if self.acts.len() > LISTED_ACTS {
            let _ = writeln!(text, "  and {} more: see CloudTrail", self.acts.len() - LISTED_ACTS);
        }
        let sender = self.sent_by.as_deref().map(|function| format!(", function {},", foreign(function)));
        let place = format!("account {}, Region {}", foreign(&self.account), foreign(&self.region));
        let _ = writeln!(text, "\n--\nSent by acm-autopilot{} about {place}.", sender.unwrap_or_default());
        text
    }

    /// The notice for machines: all protocols together have 256 KiB, so it has the first acts only, and how many there are.
    pub fn json(&self) -> Value {
        let acts = self.acts.iter().take(SENT_ACTS).map(ActivityEntry::shortened).collect();
        // A plain struct with string keys: there is nothing in it that JSON cannot hold.
        let mut json = serde_json::to_value(Self { acts, ..self.clone() }).unwrap_or_default();
        json["schemaVersion"] = SCHEMA_VERSION.into();
        json["subject"] = self.subject().into();
        json["actsCount"] = self.acts.len().into();
        json
    }

    /// Names and values of the SNS message attributes.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let owner = self.acts.first().and_then(|act| act.owner.clone()).filter(|owner| !owner.is_empty());
        let mut attributes = vec![
            ("kind", self.kind.to_owned()),
            ("severity", self.severity.as_str().to_owned()),
            ("account", self.account.clone()),
            ("region", self.region.clone()),
        ];
        attributes.extend(owner.map(|owner| ("owner", owner)));
        attributes
    }

    /// The form that is shown in chat.
    pub(crate) fn chat(&self) -> Value {
        let who = format!("By {}.", self.who());
        let sentences = [&self.what_happened, &self.why_it_matters, &self.what_happens_next, &who];
        let lines: Vec<String> =
            sentences.into_iter().filter(|words| !words.is_empty()).map(|words| plain(words)).collect();
        let steps: Vec<String> = self.what_to_do.iter().map(|step| plain(step)).collect();
        json!({
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": plain(&self.subject()),
                "description": lines.join("\n"),
                "nextSteps": steps,
                "keywords": [self.severity.as_str(), self.kind],
            },
            "metadata": {
                "threadId": format!("{}/{}/{}", self.account, self.region, self.kind),
                "summary": plain(&self.subject()),
                "eventType": self.kind,
            },
        })
    }

    fn who(&self) -> String {
        self.principal.as_deref().map_or_else(
            || "AWS's event does not say who: look for the call in CloudTrail".to_owned(),
            |who| foreign_up_to(who, LONGEST_PRINCIPAL),
        )
    }
}

impl ActivityEntry {
    /// So that a message can hold it, whatever somebody wrote into the event.
    fn shortened(&self) -> Self {
        let short = |text: &String| cut(text, LONGEST_SENT);
        let few = |texts: &[String]| texts.iter().take(LISTED).map(short).collect();
        Self {
            at: self.at,
            resource: short(&self.resource),
            name: self.name.as_ref().map(short),
            names: few(&self.names),
            owner: self.owner.as_ref().map(short),
            purpose: self.purpose.as_ref().map(short),
            uses: few(&self.uses),
            event_id: self.event_id.as_ref().map(short),
            source_ip: self.source_ip.as_ref().map(short),
        }
    }

    fn title(&self) -> String {
        let name = self.name.as_ref().or(self.names.first()).filter(|name| !name.is_empty());
        foreign(name.unwrap_or(&self.resource))
    }

    fn text(&self) -> String {
        let mut text = format!("  {}", foreign_up_to(&self.resource, LONGEST_ARN));
        text.push('\n');
        let mut line = |what: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(text, "    {what}: {value}");
            }
        };
        line("Name", &self.name.as_deref().map(|name| short_name(&foreign(name), LONGEST_NAME)).unwrap_or_default());
        line("Names", &list(&self.names));
        line("Owner", &self.owner.as_deref().map(foreign).unwrap_or_default());
        line("Purpose", &self.purpose.as_deref().map(foreign).unwrap_or_default());
        line("Used by", &list(&self.uses));
        line("When", &self.at.to_string());
        line("From", &self.source_ip.as_deref().map(foreign).unwrap_or_default());
        line("CloudTrail event", &self.event_id.as_deref().map(foreign).unwrap_or_default());
        text
    }
}

fn list(texts: &[String]) -> String {
    let listed: Vec<String> = texts.iter().take(LISTED).map(|text| foreign(text)).collect();
    let more = texts.len().saturating_sub(LISTED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    listed.join(", ") + &more
}

fn section(text: &mut String, title: &str, words: &str) {
    if !words.is_empty() {
        let _ = writeln!(text, "{title}\n  {}\n", one_line(words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> ActivityNotice {
        ActivityNotice {
            kind: "certificate-deleted",
            severity: Severity::Warning,
            headline: "certificate deleted".into(),
            account: "111122223333".into(),
            region: "eu-central-1".into(),
            principal: Some("arn:aws:sts::111122223333:assumed-role/admin/eve".into()),
            acts: vec![ActivityEntry {
                at: "2026-11-28T06:51:08Z".parse().unwrap(),
                resource: "arn:aws:acm:eu-central-1:111122223333:certificate/61f50cd4".into(),
                name: Some("shop.example.com".into()),
                names: vec!["shop.example.com".into()],
                owner: Some("web".into()),
                purpose: Some("production".into()),
                uses: vec!["load balancer shop".into()],
                event_id: Some("fedcba98-7654-3210-fedc-ba9876543210".into()),
                source_ip: Some("192.0.2.7".into()),
            }],
            what_happened: "A certificate was deleted that a load balancer used this morning.".into(),
            why_it_matters: "It cannot be restored.".into(),
            what_happens_next: "Nothing happens automatically.".into(),
            what_to_do: vec!["Ask the owner.".into()],
            sent_by: None,
        }
    }

    #[test]
    fn an_act_as_people_get_it() {
        assert_eq!(notice().subject(), "[warning] certificate deleted: shop.example.com");
        insta::assert_snapshot!(notice().text());
    }

    #[test]
    fn the_same_act_many_times_is_one_short_notice() {
        let acts = vec![notice().acts[0].clone(); 1_000];
        let many = ActivityNotice { acts, ..notice() };
        assert_eq!(many.json()["acts"].as_array().map(Vec::len), Some(SENT_ACTS));
        assert_eq!(many.subject(), "[warning] 1000 times: certificate deleted");
        assert!(many.text().contains("and 975 more") && many.text().len() < 20_000);
        assert!(many.json().to_string().len() < 50_000 && many.json()["actsCount"] == 1_000);
    }

    #[test]
    fn machines_get_what_the_schema_says() {
        let schema: Value = serde_json::from_str(include_str!("../../../events/schemas/activity.schema.json")).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let sample: Value = serde_json::from_str(include_str!("../../../events/sent/activity.json")).unwrap();
        assert_eq!(notice().json(), sample);
        assert!(schema.is_valid(&sample), "{:?}", schema.iter_errors(&sample).next());
    }

    #[test]
    fn the_largest_notice_fits_into_a_message() {
        let flood = "é".repeat(5_000);
        let entry = ActivityEntry {
            resource: flood.clone(),
            name: Some(flood.clone()),
            names: vec![flood.clone(); 100],
            uses: vec![flood.clone(); 100],
            event_id: Some(flood),
            ..notice().acts[0].clone()
        };
        let largest = ActivityNotice { acts: vec![entry; 1_000], ..notice() };
        let message = crate::message::for_all(&largest.subject(), &largest.text(), &largest.json());
        assert!(message.len() < 250_000, "{}", message.len());
    }

    #[test]
    fn foreign_text_is_no_heading_and_no_link() {
        let hostile = "web\nWhat to do\n  https://evil.example/x".to_owned();
        let mut notice = notice();
        notice.principal = Some(hostile.clone());
        let entry = ActivityEntry {
            at: notice.acts[0].at,
            resource: hostile.clone(),
            name: Some(hostile.clone()),
            names: vec![hostile.clone()],
            owner: Some(hostile.clone()),
            purpose: Some(hostile.clone()),
            uses: vec![hostile.clone()],
            event_id: Some(hostile.clone()),
            source_ip: Some(hostile),
        };
        notice.acts = vec![entry];
        let text = notice.text() + &notice.subject() + &notice.chat().to_string();
        assert!(!text.contains("https://evil") && text.matches("\nWhat to do").count() == 1, "{text}");
    }
}
