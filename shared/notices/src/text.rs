//! A notice in words.

use std::fmt::Write;

use crate::footer::footer;
use crate::foreign::{foreign, foreign_up_to, one_line};
use crate::notice::Notice;

/// Names and resources beyond this many are counted, not listed: a person reads this.
const LISTED_NAMES: usize = 10;
const LISTED_RESOURCES: usize = 5;
/// An ARN is of use only as a whole.
const ARN_LENGTH: usize = 250;
/// As is an e-mail address.
const CONTACT_LENGTH: usize = 255;

impl Notice {
    /// The notice for people: what happened and what to do first, then the facts, then what is only copied.
    pub fn text(&self) -> String {
        body(self)
    }
}

impl Notice {
    /// The owner, and what the owner is where no tag says so.
    pub(crate) fn owner_for_people(&self) -> Option<String> {
        let owner = self.owner.as_deref()?;
        Some(match self.owner_contact {
            None => foreign(owner),
            Some(contact) => {
                format!("{} (the account's {} contact)", foreign_up_to(owner, CONTACT_LENGTH), contact.as_str())
            }
        })
    }
}

fn body(notice: &Notice) -> String {
    let mut text = String::new();
    section(&mut text, "What happened", &notice.what_happened);
    section(&mut text, "Why it matters", &notice.why_it_matters);
    text.push_str("What to do\n");
    if notice.what_to_do.is_empty() {
        text.push_str("  Nothing.\n");
    }
    for (number, step) in notice.what_to_do.iter().enumerate() {
        let _ = writeln!(text, "  {}. {}", number + 1, one_line(step));
    }
    text.push('\n');
    section(&mut text, "What happens next", &notice.what_happens_next);
    text.push_str("Certificate\n");
    for (label, value) in certificate(notice) {
        let _ = writeln!(text, "  {label:<12} {value}");
    }
    text.push('\n');
    records(&mut text, notice);
    text.push_str(&footer(notice));
    text
}

/// The records once: in the forms to paste, where there are such.
fn records(text: &mut String, notice: &Notice) {
    if notice.records.is_empty() && notice.to_paste.is_empty() {
        return;
    }
    text.push_str("Required DNS records\n");
    for paste in &notice.to_paste {
        let lines: Vec<String> = paste.text.lines().map(one_line).collect();
        let _ = writeln!(text, "\n{}\n{}", one_line(&paste.title), lines.join("\n"));
    }
    for record in notice.records.iter().filter(|_| notice.to_paste.is_empty()) {
        let _ = writeln!(text, "  {}", one_line(&format!("{} {} {}", record.name, record.kind, record.value)));
    }
    if notice.records_left_out > 0 {
        let _ = writeln!(text, "  {} more: {}", notice.records_left_out, notice.describe_command());
    }
    text.push('\n');
}

fn section(text: &mut String, title: &str, words: &str) {
    if !words.is_empty() {
        let _ = writeln!(text, "{title}\n  {}\n", one_line(words));
    }
}

fn certificate(notice: &Notice) -> Vec<(&'static str, String)> {
    let mut lines = names(notice);
    lines.push(("ARN", notice.certificate_arn.to_string()));
    lines.push(("account", format!("{} in {}", notice.account_for_people(), notice.region)));
    if let Some(not_after) = notice.not_after {
        lines.push(("valid until", format!("{not_after}{}", remaining(notice.days_left))));
    }
    lines.extend(notice.issuer.as_deref().map(|issuer| ("issuer", foreign(issuer))));
    lines.extend(notice.serial_number.as_deref().map(|serial| ("serial", foreign(serial))));
    let key = notice.key_algorithm.as_ref().map(|key| format!(", {key}")).unwrap_or_default();
    lines.push(("type", foreign(&format!("{}{key}", notice.certificate_type))));
    lines.push(("in use by", in_use_by(notice)));
    lines.extend(notice.owner_for_people().map(|owner| ("owner", owner)));
    lines.extend(notice.purpose.as_deref().map(|purpose| ("purpose", foreign(purpose))));
    if let Some(status) = notice.status {
        let reason = notice.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        lines.push(("renewal", format!("{status}{reason}")));
    }
    lines
}

fn names(notice: &Notice) -> Vec<(&'static str, String)> {
    let name = notice.domain_name.as_deref().filter(|name| !name.is_empty());
    let all = &notice.subject_alternative_names;
    let others: Vec<String> =
        all.iter().filter(|other| Some(other.as_str()) != name).map(|other| foreign(other)).collect();
    let not_listed = notice.subject_alternative_names_count.saturating_sub(all.len());
    let mut lines: Vec<_> = name.map(|name| ("name", foreign(name))).into_iter().collect();
    if !others.is_empty() {
        lines.push(("other names", listed(&others, LISTED_NAMES, others.len() + not_listed)));
    }
    lines
}

fn in_use_by(notice: &Notice) -> String {
    let resources: Vec<String> = notice.in_use_by.iter().map(|arn| foreign_up_to(arn, ARN_LENGTH)).collect();
    match (notice.in_use, resources.is_empty()) {
        (_, false) => listed(&resources, LISTED_RESOURCES, notice.in_use_by_count),
        (Some(true), true) => "AWS resources (see DescribeCertificate)".into(),
        (Some(false), true) => "nothing in AWS".into(),
        (None, true) => "not known".into(),
    }
}

fn remaining(days_left: Option<i64>) -> String {
    match days_left {
        None => String::new(),
        Some(0) => " (today)".into(),
        Some(1) => " (tomorrow)".into(),
        Some(-1) => " (yesterday)".into(),
        Some(days) if days < 0 => format!(" ({} days ago)", -days),
        Some(days) => format!(" ({days} days left)"),
    }
}

fn listed(items: &[String], most: usize, total: usize) -> String {
    let shown = &items[..items.len().min(most)];
    let more = total.saturating_sub(shown.len());
    let mut text = shown.join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}
