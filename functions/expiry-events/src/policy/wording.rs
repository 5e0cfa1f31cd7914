//! The words of a notice: what happened, why it matters, and what happens by itself. What to do is
//! in [`steps`](super::steps).

use certificates::{RenewalStatus, has_expired, tags};
use jiff::ToSpan;
use notices::{Notice, Severity};

use super::news::News;
use super::outlook::Outlook;
use super::renewal::Decision;
use super::severity::{self, Situation};
use super::{Look, Settings, steps};

/// A subject has less than 100 characters, and the days and the date at its end matter more than the
/// end of a long name.
const NAME_IN_SUBJECT: usize = 38;

/// The notice that tells this.
pub(super) fn notice(news: News, look: &Look, settings: &Settings, renewal: &Decision, outlook: &Outlook) -> Notice {
    let words = Words::new(look);
    let severity = severity_of(news, look, outlook);
    let mut notice = Notice::new(news.kind(), severity, &words.headline(news), &look.facts, look.now);
    notice.owner = look.tags.get(&settings.owner_tag_key).map(str::to_owned);
    let recorded = &look.instructions.recorded;
    let starts = matches!(renewal, Decision::Start(_));
    notice.status = if starts { Some(RenewalStatus::PendingRenewal) } else { recorded.status };
    notice.reason = recorded.reason.filter(|_| !starts);
    notice.what_happened = words.what_happened(news);
    notice.why_it_matters = words.why_it_matters(news);
    notice.what_happens_next = words.what_happens_next(news, outlook);
    let steps = steps::of(news, look, settings, outlook);
    notice.what_to_do = steps.steps;
    notice.records = steps.records;
    notice
}

fn severity_of(news: News, look: &Look, outlook: &Outlook) -> Severity {
    let situation = Situation {
        days_left: look.days_left().unwrap_or_default(),
        expired: look.facts.not_after.is_some_and(|end| has_expired(end, look.now)),
        in_use: look.facts.in_use,
        renews_itself: outlook.renews_itself(look),
    };
    match news {
        News::Expiring | News::Expired => severity::of_end(situation),
        News::ActionRequired => severity::of_action_required(situation),
        News::Revoked => severity::of_revocation(look.facts.in_use),
        News::Renewed | News::Rotated => Severity::Info,
    }
}

/// The parts that sentences are made of.
struct Words<'a> {
    look: &'a Look,
    name: &'a str,
    /// The UTC date of the end.
    date: String,
    left: i64,
}

impl<'a> Words<'a> {
    fn new(look: &'a Look) -> Self {
        let date = look.facts.not_after.map(|end| certificates::utc_date(end).to_string()).unwrap_or_default();
        Self { look, name: look.facts.display_name(), date, left: look.days_left().unwrap_or_default() }
    }

    fn headline(&self, news: News) -> String {
        let (name, date) = (shortened(self.name), &self.date);
        match news {
            News::Expiring => format!("{name} expires {} ({date})", in_days(self.left)),
            News::Expired => format!("{name} expired {} ({date})", days_ago(-self.left)),
            News::ActionRequired if self.look.now > self.look.facts.not_after.unwrap_or(self.look.now) => {
                format!("{name}: ACM could not renew it ({date})")
            }
            News::ActionRequired => format!("{name}: ACM needs help, expires {} ({date})", in_days(self.left)),
            News::Renewed => format!("{name} was renewed by ACM until {date}"),
            News::Rotated => format!("{name} was rotated by ACM, valid until {date}"),
            News::Revoked => format!("{name} was revoked"),
        }
    }

    fn what_happened(&self, news: News) -> String {
        let Self { look, name, date, left } = self;
        let end = format!("{date} ({})", days_left_in_words(*left));
        match news {
            News::Expiring => format!("The certificate for {name} expires {}, on {date}.", in_days(*left)),
            News::Expired => {
                let stuck = match acm_reason(look) {
                    Some(reason) => format!(" ACM could not renew it: {reason}."),
                    None => String::new(),
                };
                format!("The certificate for {name} expired {}, on {date}.{stuck}", days_ago(-left))
            }
            News::ActionRequired => {
                let reason = acm_reason(look).unwrap_or_else(|| "it needs a person".into());
                format!("ACM cannot renew the certificate for {name}: {reason}. It is valid until {end}.")
            }
            News::Renewed => format!("ACM renewed the certificate for {name}. It is now valid until {end}."),
            News::Rotated => format!("ACM rotated the certificate for {name}. It is valid until {end}."),
            News::Revoked => {
                let reason = look.facts.revocation_reason.as_ref().map(|reason| format!(" Reason: {reason}."));
                format!("The certificate for {name} was revoked.{}", reason.unwrap_or_default())
            }
        }
    }

    fn why_it_matters(&self, news: News) -> String {
        let effect = match news {
            News::Expiring | News::ActionRequired => "From that moment on, clients refuse to connect.",
            News::Expired => "Clients refuse to connect.",
            News::Renewed | News::Rotated => "What uses it in AWS gets the new certificate from ACM by itself.",
            News::Revoked => "Clients that check for revocation refuse to connect.",
        };
        let outside = match news {
            News::Renewed | News::Rotated => "Copies outside AWS, if there are any, are still the old ones.",
            _ => "Copies outside AWS, if there are any, are affected all the same.",
        };
        match self.look.facts.in_use {
            Some(true) => format!("It is in use by {}. {effect}", self.users()),
            Some(false) => format!("No AWS resource uses it. {outside}"),
            None => format!("ACM did not say whether AWS resources use it. {effect}"),
        }
    }

    /// The first resource that uses it, and how many more.
    fn users(&self) -> String {
        let facts = &self.look.facts;
        match (facts.in_use_by.first(), facts.in_use_by.len()) {
            (Some(first), 1) => resource(first),
            (Some(first), 2) => format!("{} and 1 more resource", resource(first)),
            (Some(first), count) => format!("{} and {} more resources", resource(first), count - 1),
            (None, _) => "AWS resources".into(),
        }
    }

    fn what_happens_next(&self, news: News, outlook: &Outlook) -> String {
        match news {
            News::Renewed | News::Rotated => {
                return "ACM renews it again before that day, as long as it is in use.".into();
            }
            News::Revoked => return "Nothing replaces it: ACM does not renew a certificate that was revoked.".into(),
            News::Expiring | News::Expired | News::ActionRequired => {}
        }
        let source = self.look.instructions.wishes.renew_from.as_ref().map_or("", |source| source.as_str());
        match outlook {
            Outlook::AcmInTime(late) => format!(
                "ACM renews it by itself. If it has not when {late} days are left, the next notice is a warning."
            ),
            Outlook::AcmLate => {
                "ACM should have renewed it by now. It goes on trying, but does not say what is in its way.".into()
            }
            Outlook::AcmByEmail => {
                "ACM asks for approval by e-mail. Without an answer to each of its e-mails it is not renewed.".into()
            }
            Outlook::AcmStuck => {
                "ACM goes on by itself as soon as the cause is mended; until then it is not renewed.".into()
            }
            Outlook::AcmWillNot if news == News::Expired => {
                "Nothing: ACM does not renew a certificate that has expired.".into()
            }
            Outlook::AcmWillNot => {
                "Nothing renews it: ACM renews only what AWS resources use or what was exported.".into()
            }
            Outlook::Scheduled(window) => {
                let on = self.day_with_left(*window).map(|day| format!(", on {day}")).unwrap_or_default();
                format!("acm-autopilot renews it from {source} when {window} days are left{on}.")
            }
            Outlook::JustRequested => {
                format!("acm-autopilot has just asked for its renewal from {source}; a notice tells how that ends.")
            }
            Outlook::UnderWay(status, since) => {
                let since = since.map(|since| format!(" since {}", tags::format_time(since))).unwrap_or_default();
                format!("acm-autopilot is renewing it from {source} ({status}{since}); a notice tells how that ends.")
            }
            Outlook::FailedForNow(reason) => {
                format!("Its renewal from {source} failed ({reason}). acm-autopilot tries again by itself.")
            }
            Outlook::Failed(reason) => {
                let reason = reason.map_or("for an unknown reason", |reason| reason.as_str());
                format!(
                    "Its renewal from {source} failed ({reason}). It is tried again when its tags change, or at the \
                     next threshold of days left."
                )
            }
            Outlook::NoRoom => format!(
                "Nothing renews it: it has too many tags, so that a renewal from {source} could not be tracked."
            ),
            Outlook::UnknownSource(text) => {
                format!("Nothing renews it: this version has no source `{text}` ({}).", tags::RENEW_FROM)
            }
            Outlook::NotDeployed => {
                "Nothing renews it: it is tagged for that, but imported-renewal is not deployed here.".into()
            }
            Outlook::Nobody => format!(
                "Nothing renews it: ACM never renews imported certificates, and this one has no tag {}.",
                tags::RENEW_FROM
            ),
            Outlook::Revoked => "Nothing replaces it.".into(),
        }
    }

    /// The day on which so many days are left.
    fn day_with_left(&self, days: i64) -> Option<String> {
        let end = certificates::utc_date(self.look.facts.not_after?);
        end.checked_sub(days.days()).ok().map(|day| day.to_string())
    }
}

/// Why ACM does not renew it, in words, where it waits for a person.
fn acm_reason(look: &Look) -> Option<String> {
    let renewal = look.facts.renewal.as_ref().filter(|renewal| renewal.is_stuck())?;
    let waiting = look.facts.domains_waiting().count();
    Some(match (renewal.reason.as_deref(), renewal.status.as_str()) {
        (Some("CAA_ERROR"), _) => "a CAA record does not allow Amazon to issue for one of its domains".into(),
        (Some(reason), _) if reason.starts_with("PCA_") => format!("its private CA does not issue ({reason})"),
        (Some("PENDING_DOMAIN_VALIDATION") | None, "PENDING_VALIDATION") if waiting > 0 => {
            format!("{waiting} of its domains {} to be validated again", if waiting == 1 { "has" } else { "have" })
        }
        (Some(reason), status) => format!("{status}, {reason}"),
        (None, status) => status.into(),
    })
}

fn in_days(days: i64) -> String {
    match days {
        ..=0 => "today".into(),
        1 => "tomorrow".into(),
        days => format!("in {days} days"),
    }
}

fn days_ago(days: i64) -> String {
    match days {
        ..=0 => "today".into(),
        1 => "1 day ago".into(),
        days => format!("{days} days ago"),
    }
}

fn days_left_in_words(days: i64) -> String {
    match days {
        ..=-1 => days_ago(-days),
        0 => "today".into(),
        1 => "1 day left".into(),
        days => format!("{days} days left"),
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_IN_SUBJECT {
        return name.to_owned();
    }
    name.chars().take(NAME_IN_SUBJECT - 3).chain("...".chars()).collect()
}

/// A resource's ARN without its partition, Region and account.
fn resource(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, service, _, _, resource] => format!("{service} {resource}"),
        _ => arn.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_words() {
        assert_eq!([0, 1, 2].map(in_days), ["today", "tomorrow", "in 2 days"]);
        assert_eq!([0, 1, 2].map(days_ago), ["today", "1 day ago", "2 days ago"]);
        assert_eq!([-2, 0, 1, 2].map(days_left_in_words), ["2 days ago", "today", "1 day left", "2 days left"]);
    }

    #[test]
    fn a_long_name_leaves_room_for_the_date() {
        let name = shortened(&"é".repeat(300));
        assert_eq!(name.chars().count(), NAME_IN_SUBJECT);
        let longest = format!("[CRITICAL] {name}: ACM needs help, expires in 365 days (2026-12-24)");
        assert!(longest.chars().count() < 100, "{}", longest.len());
    }

    #[test]
    fn resources_are_named_shortly() {
        let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";
        assert_eq!(resource(arn), "elasticloadbalancing loadbalancer/app/web/1");
        assert_eq!(resource("strange"), "strange");
    }
}
