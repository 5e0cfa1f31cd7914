//! A notice in words.

use std::fmt::Write;

use crate::notice::{Notice, Severity};

/// Names and resources beyond so many are counted, not listed: a person reads this.
const LISTED: usize = 10;
/// [Publish](https://docs.aws.amazon.com/sns/latest/api/API_Publish.html): a subject has fewer than
/// 100 characters, all ASCII, without line breaks or control characters.
const SUBJECT_LENGTH: usize = 99;

pub(crate) fn subject(severity: Severity, headline: &str) -> String {
    let label = match severity {
        Severity::Info => "[info]",
        Severity::Warning => "[warning]",
        Severity::Critical => "[CRITICAL]",
    };
    let clean: String =
        format!("{label} {headline}").chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    if clean.len() <= SUBJECT_LENGTH {
        return clean;
    }
    format!("{}...", &clean[..SUBJECT_LENGTH - 3])
}

pub(crate) fn body(notice: &Notice) -> String {
    let mut text = String::new();
    section(&mut text, "What happened", &notice.what_happened);
    text.push_str("Certificate\n");
    for (label, value) in certificate(notice) {
        let _ = writeln!(text, "  {label:<12} {value}");
    }
    text.push('\n');
    section(&mut text, "Why it matters", &notice.why_it_matters);
    section(&mut text, "What happens next", &notice.what_happens_next);
    text.push_str("What to do\n");
    if notice.what_to_do.is_empty() {
        text.push_str("  Nothing.\n");
    }
    for (number, step) in notice.what_to_do.iter().enumerate() {
        let _ = writeln!(text, "  {}. {step}", number + 1);
    }
    if !notice.records.is_empty() {
        text.push_str("\nDNS records that have to exist\n");
        for record in &notice.records {
            let _ = writeln!(text, "  {} {} {}", record.name, record.kind, record.value);
        }
    }
    for paste in &notice.to_paste {
        let _ = writeln!(text, "\n{}\n{}", paste.title, paste.text);
    }
    text
}

fn section(text: &mut String, title: &str, words: &str) {
    if !words.is_empty() {
        let _ = writeln!(text, "{title}\n  {words}\n");
    }
}

fn certificate(notice: &Notice) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(name) = notice.domain_name.as_deref().filter(|name| !name.is_empty()) {
        lines.push(("name", name.to_owned()));
    }
    let others: Vec<&str> = notice
        .subject_alternative_names
        .iter()
        .map(String::as_str)
        .filter(|name| Some(*name) != notice.domain_name.as_deref())
        .collect();
    if !others.is_empty() {
        lines.push(("other names", listed(&others, others.len())));
    }
    lines.push(("ARN", notice.certificate_arn.to_string()));
    lines.push(("account", format!("{} in {}", notice.account, notice.region)));
    if let Some(not_after) = notice.not_after {
        lines.push(("valid until", format!("{not_after}{}", remaining(notice.days_left))));
    }
    let key = notice.key_algorithm.as_ref().map(|key| format!(", {key}")).unwrap_or_default();
    lines.push(("type", format!("{}{key}", notice.certificate_type)));
    let in_use_by: Vec<&str> = notice.in_use_by.iter().map(String::as_str).collect();
    lines.push((
        "in use by",
        match (notice.in_use, in_use_by.is_empty()) {
            (_, false) => listed(&in_use_by, notice.in_use_by_count),
            (Some(true), true) => "AWS resources (see DescribeCertificate)".into(),
            (Some(false), true) => "nothing in AWS".into(),
            (None, true) => "not known".into(),
        },
    ));
    if let Some(owner) = &notice.owner {
        lines.push(("owner", owner.clone()));
    }
    if let Some(status) = notice.status {
        let reason = notice.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        lines.push(("renewal", format!("{status}{reason}")));
    }
    lines
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

fn listed(items: &[&str], total: usize) -> String {
    let shown: Vec<&str> = items.iter().take(LISTED).copied().collect();
    let more = total.saturating_sub(shown.len());
    let mut text = shown.join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_subject_is_cut_and_says_so() {
        let subject = subject(Severity::Critical, &"a".repeat(200));
        assert_eq!(subject.len(), 99);
        assert!(subject.starts_with("[CRITICAL] aaa") && subject.ends_with("..."));
    }

    proptest! {
        #[test]
        fn sns_takes_every_subject(headline in any::<String>()) {
            let subject = subject(Severity::Info, &headline);
            prop_assert!(subject.len() < 100);
            prop_assert!(subject.bytes().all(|b| (b' '..=b'~').contains(&b)));
        }
    }
}
