//! The words of a notice: what happened, and why it matters. What happens next is in [`forecast`](super::forecast), what
//! to do in [`steps`](super::steps).

use certificates::{CertificateDetail, RenewalStatus};
use notices::{Notice, Severity, foreign};

use super::news::News;
use super::outlook::Outlook;
use super::phrases::{self, days_ago, days_left_in_words, in_days, resource, short_name};
use super::renewal::Decision;
use super::severity::{self, Situation};
use super::{Look, Settings, forecast, steps};

/// The notice that reports this.
pub(super) fn notice(news: News, look: &Look, settings: &Settings, renewal: &Decision, outlook: &Outlook) -> Notice {
    let words = Words::new(look);
    let severity = severity_of(news, look, outlook);
    let mut notice = Notice::new(news.kind(), severity, &words.headline(news), &look.facts, look.now);
    notice.owner = look.tags.get(&settings.owner_tag_key).map(str::to_owned);
    let recorded = &look.tag_state.recorded;
    let starts = matches!(renewal, Decision::Start(_)) && *outlook == Outlook::JustRequested;
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
    let situation = Situation::of(look, outlook);
    match news {
        News::Expiring | News::Expired => severity::of_end(situation),
        News::ActionRequired => severity::of_action_required(situation),
        News::Revoked => severity::of_revocation(look.in_use()),
        News::Renewed | News::Rotated => Severity::Info,
    }
}

/// The parts that sentences are made of.
struct Words<'a> {
    look: &'a Look,
    name: String,
    /// The UTC date of `notAfter`.
    date: String,
    left: i64,
}

impl<'a> Words<'a> {
    fn new(look: &'a Look) -> Self {
        let date = look.facts.not_after.map(|end| certificates::utc_date(end).to_string()).unwrap_or_default();
        let name = phrases::name(look.facts.display_name());
        Self { look, name, date, left: look.days_left().unwrap_or_default() }
    }

    fn headline(&self, news: News) -> String {
        let (name, date) = (short_name(&self.name), &self.date);
        match news {
            News::Expiring => format!("{name} expires {} ({date})", in_days(self.left)),
            News::Expired => format!("{name} expired {} ({date})", days_ago(-self.left)),
            News::ActionRequired => format!("{name}: ACM needs help, expires {} ({date})", in_days(self.left)),
            News::Renewed => format!("{name} was renewed by ACM until {date}"),
            News::Rotated => format!("{name} was rotated by ACM, valid until {date}"),
            News::Revoked => format!("{name} was revoked"),
        }
    }

    fn what_happened(&self, news: News) -> String {
        let Self { look, name, date, left } = self;
        let until = format!("{date} ({})", days_left_in_words(*left));
        match news {
            News::Expiring => format!("The certificate for {name} expires {}, on {date}.", in_days(*left)),
            News::Expired => {
                let stuck = acm_reason(look).map(|reason| format!(" ACM could not renew it: {reason}."));
                let stuck = stuck.unwrap_or_default();
                format!("The certificate for {name} expired {}, on {date}.{stuck}", days_ago(-left))
            }
            News::ActionRequired => {
                let reason = acm_reason(look).unwrap_or_else(|| "it needs a person".into());
                format!("ACM cannot renew the certificate for {name}: {reason}. It is valid until {until}.")
            }
            News::Renewed => format!("ACM renewed the certificate for {name}. It is now valid until {until}."),
            News::Rotated => format!("ACM rotated the certificate for {name}. It is valid until {until}."),
            News::Revoked => {
                let reason =
                    look.facts.revocation_reason.as_ref().map(|reason| format!(" Reason: {}.", foreign(reason)));
                format!("The certificate for {name} was revoked.{}", reason.unwrap_or_default())
            }
        }
    }

    fn why_it_matters(&self, news: News) -> String {
        let (look, effect) = (self.look, self.effect(news));
        match look.in_use() {
            Some(true) => format!("It is in use by {}. {effect}", self.users()),
            Some(false) => format!("No AWS resource uses it. {}", self.effect_outside(news)),
            None if look.facts.is_acme() => {
                format!("Its key is with its ACME client, so AWS cannot see whether it is in use. {effect}")
            }
            None if look.is_for_clients_only() => {
                format!("It identifies clients, so AWS cannot see whether it is in use. {effect}")
            }
            None => format!("ACM did not say whether AWS resources use it. {effect}"),
        }
    }

    fn effect(&self, news: News) -> String {
        let date = &self.date;
        let (future, past) = if self.look.is_for_clients_only() {
            ("servers will refuse the clients that present it", "Servers have refused the clients that present it")
        } else {
            ("clients will refuse to connect", "Clients have refused to connect")
        };
        match news {
            News::Expiring | News::ActionRequired => format!("From {date} on, {future}."),
            News::Expired => format!("{past} since {date}."),
            News::Renewed | News::Rotated => {
                "The AWS resources that use it get the new certificate automatically.".into()
            }
            News::Revoked => "Whoever checks for revocation refuses it.".into(),
        }
    }

    fn effect_outside(&self, news: News) -> String {
        let date = &self.date;
        match news {
            News::Expiring | News::ActionRequired => {
                format!("If copies of it are in use outside AWS, they stop working on {date}.")
            }
            News::Expired => format!("If copies of it are in use outside AWS, they stopped working on {date}."),
            News::Renewed | News::Rotated => {
                "Copies outside AWS, if there are any, are still the old certificate.".into()
            }
            News::Revoked => {
                "If copies of it are in use outside AWS, whoever checks for revocation refuses them.".into()
            }
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
                format!("ACM renews it again before {}, as long as it is in use or was exported.", self.date)
            }
            News::Revoked | News::Expiring | News::Expired | News::ActionRequired => forecast::of(self.look, outlook),
        }
    }
}

/// The ACME client that holds the key, as far as ACM shows who it is.
pub(super) fn acme_client(facts: &CertificateDetail) -> String {
    match (&facts.acme_account, &facts.acme_endpoint) {
        (None, None) => "its ACME client".into(),
        (Some(account), None) => format!("its ACME client (account {})", foreign(account)),
        (None, Some(endpoint)) => format!("its ACME client (endpoint {})", phrases::name(endpoint)),
        (Some(account), Some(endpoint)) => {
            format!("its ACME client (account {} at endpoint {})", foreign(account), phrases::name(endpoint))
        }
    }
}

/// Why ACM does not renew it, in words, where it waits for a person.
fn acm_reason(look: &Look) -> Option<String> {
    let renewal = look.facts.renewal.as_ref().filter(|renewal| renewal.is_stuck())?;
    let waiting = look.facts.domains_waiting().count();
    Some(match (renewal.reason.as_deref(), renewal.status.as_str()) {
        (Some("CAA_ERROR"), _) => "a CAA record does not allow Amazon to issue for one of its domains".into(),
        (Some(reason), _) if reason.starts_with("PCA_") => {
            format!("its private CA does not issue ({})", foreign(reason))
        }
        (Some("PENDING_DOMAIN_VALIDATION") | None, "PENDING_VALIDATION") if waiting > 0 => {
            format!("{waiting} of its domains {} to be validated again", if waiting == 1 { "has" } else { "have" })
        }
        (Some(reason), status) => format!("{}, {}", foreign(status), foreign(reason)),
        (None, status) => foreign(status),
    })
}
