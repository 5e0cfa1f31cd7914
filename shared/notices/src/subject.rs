//! The subject of a notice.

use crate::foreign::{foreign, short_name};
use crate::kind::Severity;

/// [Publish](https://docs.aws.amazon.com/sns/latest/api/API_Publish.html): a subject has fewer than
/// 100 characters, all ASCII, without line breaks or control characters.
const SUBJECT_LENGTH: usize = 99;
/// A name is not cut to less than this: then the subject loses its last words.
const SHORTEST_NAME: usize = 16;

/// The subject. What is too long is the name, as a rule; the reason and the days after it say more than its middle.
pub(crate) fn subject(severity: Severity, headline: &str, name: Option<&str>) -> String {
    let label = match severity {
        Severity::Info => "[info]",
        Severity::Warning => "[warning]",
        Severity::Critical => "[CRITICAL]",
    };
    let whole = format!("{label} {headline}").replace("://", "[:]//");
    let excess = whole.chars().count().saturating_sub(SUBJECT_LENGTH);
    let shorter = if excess > 0 { name.and_then(|name| with_short_name(&whole, name, excess)) } else { None };
    let clean: String =
        shorter.unwrap_or(whole).chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    if clean.len() <= SUBJECT_LENGTH {
        return clean;
    }
    format!("{}...", &clean[..SUBJECT_LENGTH - 3])
}

/// The subject with this many characters less, all of them from the name.
fn with_short_name(subject: &str, name: &str, excess: usize) -> Option<String> {
    [name.to_owned(), foreign(name)].into_iter().filter(|name| subject.contains(name.as_str())).find_map(|name| {
        let longest = name.chars().count().checked_sub(excess).filter(|longest| *longest >= SHORTEST_NAME)?;
        Some(subject.replacen(&name, &short_name(&name, longest), 1))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_subject_is_cut_and_says_so() {
        let subject = subject(Severity::Critical, &"a".repeat(200), None);
        assert_eq!(subject.len(), 99);
        assert!(subject.starts_with("[CRITICAL] aaa") && subject.ends_with("..."));
    }

    #[test]
    fn a_long_name_costs_neither_the_reason_nor_the_days() {
        let name = format!("{}.shop.example.com", "a".repeat(63));
        for shown in [name.clone(), foreign(&name)] {
            let subject = subject(
                Severity::Warning,
                &format!("renewal of {shown} failed (issuer-refused); 23 days left"),
                Some(&name),
            );
            assert!(subject.len() <= 99 && subject.starts_with("[warning] renewal of aaa"), "{subject}");
            assert!(subject.ends_with(".example.com failed (issuer-refused); 23 days left"), "{subject}");
        }
    }

    proptest! {
        #[test]
        fn sns_takes_every_subject(headline in any::<String>(), name in ".{0,5}") {
            let subject = subject(Severity::Info, &headline, Some(&name));
            prop_assert!(subject.len() < 100);
            prop_assert!(subject.bytes().all(|b| (b' '..=b'~').contains(&b)));
        }
    }
}
