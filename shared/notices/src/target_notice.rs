//! A notice about an account and Region as a whole, not about one certificate.

use std::fmt::Write;

use certificates::Target;
use serde::Serialize;
use serde_json::{Value, json};

use crate::chat::plain;
use crate::foreign::{foreign, foreign_up_to, one_line, short_name};
use crate::kind::Severity;
use crate::subject::subject;

const SCHEMA_VERSION: u8 = 1;
/// More than the usual sentence about a refused call has, with its two ARNs.
const LONGEST_CAUSE: usize = 600;

/// What a notice about a target is about: the message attribute `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// Its certificates cannot be read, so nobody watches them.
    TargetUnreadable,
    /// They can be read again.
    TargetReadable,
    /// Its API calls do not reach EventBridge.
    TargetWithoutTrail,
    /// They do again.
    TargetWithTrail,
}

impl TargetKind {
    /// The value of the message attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TargetUnreadable => "target-unreadable",
            Self::TargetReadable => "target-readable",
            Self::TargetWithoutTrail => "target-without-trail",
            Self::TargetWithTrail => "target-with-trail",
        }
    }
}

/// Something that people should know about an account and Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetNotice {
    /// What it is about.
    pub kind: TargetKind,
    /// How urgent it is.
    pub severity: Severity,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// Which function found it.
    pub found_by: String,
    /// Why, in AWS's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What happened: one or two sentences.
    pub what_happened: String,
    /// What breaks if nothing is done.
    pub why_it_matters: String,
    /// What happens without anybody's help.
    pub what_happens_next: String,
    /// Steps for a person; empty when there is nothing to do.
    pub what_to_do: Vec<String>,
    /// The name of the account.
    pub account_name: Option<String>,
    /// The organizational units that the account is in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organizational_units: Vec<String>,
    /// The Lambda function that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<String>,
}

impl TargetNotice {
    /// A notice about this target, to which the caller adds the sentences.
    pub fn new(kind: TargetKind, severity: Severity, found_by: &str, target: &Target) -> Self {
        Self {
            kind,
            severity,
            account: target.account.clone(),
            region: target.region.clone(),
            found_by: found_by.to_owned(),
            cause: None,
            what_happened: String::new(),
            why_it_matters: String::new(),
            what_happens_next: String::new(),
            what_to_do: Vec::new(),
            account_name: None,
            organizational_units: Vec::new(),
            sent_by: None,
        }
    }

    /// One line: the subject of an e-mail.
    pub fn subject(&self) -> String {
        let Self { found_by, account, region, .. } = self;
        let headline = match self.kind {
            TargetKind::TargetUnreadable => format!("{found_by} cannot read certificates of {account} in {region}"),
            TargetKind::TargetReadable => format!("{found_by} can read certificates of {account} in {region} again"),
            TargetKind::TargetWithoutTrail => format!("no CloudTrail trail reports API calls of {account} in {region}"),
            TargetKind::TargetWithTrail => format!("a CloudTrail trail reports API calls of {account} in {region}"),
        };
        subject(self.severity, &headline, None)
    }

    /// The notice for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (title, words) in [("What happened", &self.what_happened), ("Why it matters", &self.why_it_matters)] {
            section(&mut text, title, words);
        }
        text.push_str("What to do\n");
        if self.what_to_do.is_empty() {
            text.push_str("  Nothing.\n");
        }
        for (number, step) in self.what_to_do.iter().enumerate() {
            let _ = writeln!(text, "  {}. {}", number + 1, one_line(step));
        }
        text.push('\n');
        section(&mut text, "What happens next", &self.what_happens_next);
        section(&mut text, "Cause, in AWS's words", &self.cause.as_deref().map(both_ends).unwrap_or_default());
        let sender = self.sent_by.as_deref().map(|function| format!(", function {},", foreign(function)));
        let name = self.account_name.as_deref().map(|name| format!(" ({})", foreign(name))).unwrap_or_default();
        let place = format!("account {}{name}, Region {}", self.account, self.region);
        let _ = writeln!(text, "--\nSent by acm-autopilot{} about {place}.", sender.unwrap_or_default());
        text
    }

    /// The notice for machines.
    pub fn json(&self) -> Value {
        // A plain struct with string keys: there is nothing in it that JSON cannot hold.
        let mut json = serde_json::to_value(self).unwrap_or_default();
        json["schemaVersion"] = SCHEMA_VERSION.into();
        json["subject"] = self.subject().into();
        json
    }

    /// Names and values of the SNS message attributes.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![
            ("kind", self.kind.as_str().to_owned()),
            ("severity", self.severity.as_str().to_owned()),
            ("account", self.account.clone()),
            ("region", self.region.clone()),
        ];
        let name = self.account_name.clone().filter(|name| !name.is_empty());
        attributes.extend(name.map(|name| ("account_name", name)));
        if !self.organizational_units.is_empty() {
            attributes.push(("organizational_units", json!(self.organizational_units).to_string()));
        }
        attributes
    }

    /// The form that is shown in chat.
    pub(crate) fn chat(&self) -> Value {
        let sentences = [&self.what_happened, &self.why_it_matters, &self.what_happens_next];
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
                "keywords": [self.severity.as_str(), self.kind.as_str()],
            },
            "metadata": {
                "threadId": format!("{}/{}", self.account, self.region),
                "summary": plain(&self.subject()),
                "eventType": self.kind.as_str(),
            },
        })
    }
}

/// AWS's words begin with the call and end with what it was made on.
fn both_ends(cause: &str) -> String {
    short_name(&foreign_up_to(cause, usize::MAX), LONGEST_CAUSE)
}

fn section(text: &mut String, title: &str, words: &str) {
    if !words.is_empty() {
        let _ = writeln!(text, "{title}\n  {}\n", one_line(words));
    }
}
