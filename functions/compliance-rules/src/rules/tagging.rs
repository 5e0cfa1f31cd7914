//! Tags that a resource has to have: the same for certificates and CAs.

use certificates::tags::{PREFIX, Tags};

use super::{Settings, Verdict, names, pattern, standing};
use crate::rules::{Entries, List};

/// The keys that a resource has to have.
pub(super) const KEYS: List = List {
    name: "keys",
    default: &[],
    entries: Entries::Text { what: "tag keys", check: check_key },
    about: "Keys of tags that have to be there, with a value that is not empty; without keys, any tag will do",
};

/// The values that tags may have.
pub(super) const VALUES: List = List {
    name: "values",
    default: &[],
    entries: Entries::Text { what: "KEY=PATTERN|PATTERN, where * stands for anything", check: check_value },
    about: "What the values of tags have to be, if they are there: KEY=PATTERN|PATTERN, where * stands for anything",
};

/// What a reason repeats of a tag's value: enough to know it again. It may be long, and no business of those who
/// read the results.
const SHOWN: usize = 20;
/// A tag's key has at most 127 characters
/// ([Tag](https://docs.aws.amazon.com/acm/latest/APIReference/API_Tag.html)).
const LONGEST_KEY: usize = 127;

pub(super) fn check_key(key: &str) -> Result<(), String> {
    match key.chars().count() {
        1..=LONGEST_KEY => Ok(()),
        _ => Err(format!("is longer than {LONGEST_KEY} characters")),
    }
}

pub(super) fn check_value(entry: &str) -> Result<(), String> {
    match split_entry(entry) {
        Some(("", _)) => Err("has no key before its `=`".into()),
        Some((key, patterns)) if !patterns.is_empty() => check_key(key),
        _ => Err("is not KEY=PATTERN".into()),
    }
}

/// Key and patterns of a KEY=PATTERN|PATTERN. Spaces around them do not count.
fn split_entry(entry: &str) -> Option<(&str, &str)> {
    entry.split_once('=').map(|(key, patterns)| (key.trim(), patterns.trim()))
}

/// Whether a value fits one of PATTERN|PATTERN.
fn fits_one(patterns: &str, value: &str) -> bool {
    patterns.split('|').any(|pattern| pattern::matches(pattern.trim(), value))
}

/// Whether the tags have the key of a KEY=PATTERN|PATTERN with a value that fits one of its patterns.
pub(super) fn fits(tags: &Tags, entry: &str) -> bool {
    let Some((key, patterns)) = split_entry(entry) else { return false };
    tags.get(key).is_some_and(|value| fits_one(patterns, value))
}

/// Whether a tag says something of people: neither AWS's own nor this project's.
fn is_peoples(key: &str) -> bool {
    !key.starts_with("aws:") && !key.starts_with(PREFIX)
}

/// Whether the tags are as the settings want them.
pub(super) fn evaluate(tags: &Tags, settings: &Settings) -> Verdict {
    let keys = settings.list(&KEYS);
    if keys.is_empty() && !tags.iter().any(|(key, _)| is_peoples(key)) {
        return Verdict::non_compliant("It has no tag. Add one that tells whose it is, such as Owner.");
    }
    let missing: Vec<&str> = keys.iter().copied().filter(|key| tags.get(key).is_none()).collect();
    if !missing.is_empty() {
        let are = if missing.len() == 1 { "The tag is" } else { "Tags are" };
        return Verdict::non_compliant(format!(
            "{are} missing or empty: {}. Add it with a value.",
            names::some_of(&missing)
        ));
    }
    for entry in settings.list(&VALUES) {
        let Some((key, patterns)) = split_entry(entry) else { continue };
        let Some(value) = tags.get(key) else { continue };
        if !fits_one(patterns, value) {
            let allowed = patterns.split('|').map(str::trim).collect::<Vec<_>>().join(" or ");
            return Verdict::non_compliant(format!(
                "The tag {} is `{}`. Set it to {}.",
                standing::short(key),
                standing::short_to(SHOWN, value),
                standing::short(&allowed)
            ));
        }
    }
    Verdict::compliant(match keys.is_empty() {
        true => "It has a tag.".to_owned(),
        false => format!("All required tags are there: {}.", names::some_of(&keys)),
    })
}
