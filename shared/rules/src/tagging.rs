//! Required tags: the same for certificates and CAs.

use certificates::tags::{PREFIX, Tags};

use crate::{Entries, List};
use crate::{Settings, Verdict, applicability, names, pattern};

/// The keys that a resource must have.
pub(super) const KEYS: List = List {
    name: "keys",
    default: &[],
    entries: Entries::Text { what: "tag keys", check: check_key },
    about: "Keys of required tags, whose values must not be empty; without keys, any tag is enough",
};

/// The values that tags may have.
pub(super) const VALUES: List = List {
    name: "values",
    default: &[],
    entries: Entries::Text { what: "KEY=PATTERN|PATTERN, where * matches anything", check: check_value },
    about: "Allowed values of tags, for tags that are there: KEY=PATTERN|PATTERN, where * matches anything",
};

/// As much of a tag's value as a reason repeats: enough to recognise it. It may be long, or not meant for those who
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

/// Whether people set the tag: it is neither AWS's own nor this project's.
fn is_peoples(key: &str) -> bool {
    !key.starts_with("aws:") && !key.starts_with(PREFIX)
}

/// Whether the tags are as the settings require.
pub(super) fn evaluate(tags: &Tags, settings: &Settings) -> Verdict {
    let keys = settings.list(&KEYS);
    if keys.is_empty() && !tags.iter().any(|(key, _)| is_peoples(key)) {
        return Verdict::non_compliant("It has no tags. Add one that says who owns it, such as Owner.");
    }
    let missing: Vec<&str> = keys.iter().copied().filter(|key| tags.get(key).is_none()).collect();
    if !missing.is_empty() {
        let (tags, are) = if missing.len() == 1 { ("tag", "is") } else { ("tags", "are") };
        return Verdict::non_compliant(format!(
            "Required {tags} {are} missing or empty: {}. Add {tags} and values.",
            names::some_of(&missing)
        ));
    }
    for entry in settings.list(&VALUES) {
        let Some((key, patterns)) = split_entry(entry) else { continue };
        let Some(value) = tags.get(key) else { continue };
        if !fits_one(patterns, value) {
            let allowed = patterns.split('|').map(str::trim).collect::<Vec<_>>().join(" or ");
            return Verdict::non_compliant(format!(
                "The value of the tag {} is `{}`. Set it to {}.",
                applicability::short(key),
                applicability::short_to(SHOWN, value),
                applicability::short(&allowed)
            ));
        }
    }
    Verdict::compliant(match keys.is_empty() {
        true => "It has tags.".to_owned(),
        false => format!("It has all required tags: {}.", names::some_of(&keys)),
    })
}
