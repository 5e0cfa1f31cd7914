//! The words about what happens without anybody's help.

use certificates::{FailureReason, has_expired, tags};
use jiff::ToSpan;
use notices::foreign_up_to;

use super::Look;
use super::outlook::Outlook;
use super::steps::LONGEST_REFUSAL;
use super::wording::acme_client;

/// What happens next to a certificate that expires, or was revoked.
pub(super) fn of(look: &Look, outlook: &Outlook) -> String {
    let source = look.tag_state.settings.renew_from.as_ref().map_or("", |source| source.as_str());
    match outlook {
        Outlook::AcmInTime(late) => format!(
            "ACM renews it automatically. If ACM has not renewed it {}, the next notice is a warning.",
            when_days_are_left(look, *late, "by")
        ),
        Outlook::AcmLate => {
            "ACM should have renewed it by now. ACM continues to try, but does not say what prevents the renewal."
                .into()
        }
        Outlook::AcmByEmail => {
            "ACM asks for approval by e-mail. Without an answer to each of its e-mails, ACM does not renew it.".into()
        }
        Outlook::AcmStuck => {
            "ACM renews it automatically as soon as the cause is fixed. Until then, it is not renewed.".into()
        }
        Outlook::AcmWillNot if expired(look) => "Nothing: ACM does not renew a certificate that has expired.".into(),
        Outlook::AcmWillNot => {
            "Nothing renews it: ACM renews only certificates that AWS resources use or that were exported.".into()
        }
        Outlook::AcmeClient => format!(
            "ACM does not renew it: {} requests the next certificate, under a new ARN. That client has none \
             for the same names yet.",
            acme_client(&look.facts)
        ),
        Outlook::Scheduled(window) => {
            format!("acm-autopilot renews it from {source} {}.", when_days_are_left(look, *window, "on"))
        }
        Outlook::JustRequested => {
            format!("acm-autopilot has just requested its renewal from {source}. Another notice follows when it ends.")
        }
        Outlook::UnderWay(status, since) => {
            let since = since.map(|since| format!(" since {}", tags::format_time(since))).unwrap_or_default();
            format!(
                "acm-autopilot is renewing it from {source} ({status}{since}). Another notice follows when it ends."
            )
        }
        Outlook::NotStarted(why) => format!(
            "acm-autopilot could not start its renewal from {source}: {}. Every sweep tries again.",
            foreign_up_to(why, LONGEST_REFUSAL)
        ),
        Outlook::FailedForNow(reason) => {
            format!("Its renewal from {source} failed ({reason}). acm-autopilot tries again automatically.")
        }
        Outlook::Failed(reason) => {
            let waits = reason.is_some_and(FailureReason::waits_for_a_request);
            let when = if waits {
                "when you ask for it"
            } else {
                "when its tags change, or at the next threshold of days left"
            };
            let reason = reason.map_or("for an unknown reason", |reason| reason.as_str());
            format!("Its renewal from {source} failed ({reason}). acm-autopilot tries again {when}.")
        }
        Outlook::NoRoom => format!(
            "Nothing renews it: it has too many tags, so that acm-autopilot cannot keep track of a renewal from {source}."
        ),
        Outlook::UnknownSource => format!(
            "Nothing renews it: the value of its tag {} is not a source that this version knows.",
            tags::RENEW_FROM
        ),
        Outlook::NotDeployed => format!(
            "Nothing renews it: it has the tag {}, but imported-renewal is not deployed in this account and Region.",
            tags::RENEW_FROM
        ),
        Outlook::Nobody => format!(
            "Nothing renews it: ACM never renews imported certificates, and this one does not have the tag {}.",
            tags::RENEW_FROM
        ),
        Outlook::Revoked => "Nothing replaces it: a certificate that was revoked is not renewed.".into(),
    }
}

fn expired(look: &Look) -> bool {
    look.facts.not_after.is_some_and(|end| has_expired(end, look.now))
}

/// The day on which this many days are left: `by 2026-12-24`.
fn when_days_are_left(look: &Look, days: i64, preposition: &str) -> String {
    let day = look.facts.not_after.and_then(|end| certificates::utc_date(end).checked_sub(days.days()).ok());
    day.map_or_else(|| format!("when {days} days are left"), |day| format!("{preposition} {day}"))
}
