//! What a person is asked to do: exact commands, tags and records.

use certificates::{CertificateDetail, CertificateType, ResourceRecord, tags};
use notices::foreign_up_to;

use super::commands::{delete, describe_renewal, import, mute, renew_from_private_ca, tag};
use super::news::{News, can_remember};
use super::outlook::Outlook;
use super::stuck::{by_email, keep_records, stuck};
use super::wording::acme_client;
use super::{Look, Obstacle, Settings};
use crate::Occasion;

/// With this many days left or fewer, the way by hand is shown too.
const BY_HAND_DAYS: i64 = 7;
/// AWS's words about a refusal name the role, the action and the policy.
pub(super) const LONGEST_REFUSAL: usize = 400;

/// What to do.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) steps: Vec<String>,
    pub(super) records: Vec<ResourceRecord>,
}

impl Steps {
    pub(super) fn then(&mut self, step: impl Into<String>) {
        self.steps.push(step.into());
    }
}

/// The steps for this notice; none when there is nothing to do.
pub(super) fn of(news: News, look: &Look, settings: &Settings, outlook: &Outlook) -> Steps {
    let mut steps = Steps::default();
    match news {
        News::Renewed | News::Rotated if look.in_use() == Some(true) => {}
        News::Renewed | News::Rotated => {
            steps.then("If copies are in use outside AWS, export it again and replace them.");
        }
        News::Revoked => revoked(&mut steps, look),
        News::Expiring | News::Expired | News::ActionRequired => expiry(&mut steps, look, settings, outlook),
    }
    for unreadable in &look.tag_state.unreadable {
        steps.then(format!("Correct or remove a tag: {unreadable}."));
    }
    memory(&mut steps, look);
    steps
}

/// Without its tag, acm-autopilot reports only what has just happened.
fn memory(steps: &mut Steps, look: &Look) {
    if let Some(Obstacle::TagsRefused(why)) = &look.obstacle {
        steps.then(format!(
            "Let the role of expiry-events set tags on this certificate whose keys start with {}. AWS refused it: {}. \
             Without its tags, acm-autopilot starts no renewal, and reports only what happened within the last hour.",
            tags::PREFIX,
            foreign_up_to(why, LONGEST_REFUSAL)
        ));
    } else if !can_remember(look) {
        steps.then(format!(
            "Remove at least {}: a certificate has at most {} tags, and the tag {} keeps notices from being missed or \
             repeated.",
            count_of_tags(look, &[tags::NOTIFIED]),
            tags::LIMIT,
            tags::NOTIFIED
        ));
    }
}

fn revoked(steps: &mut Steps, look: &Look) {
    let facts = &look.facts;
    if look.in_use() != Some(false) {
        steps.then("Request or import another certificate and put it in place of this one in every resource.");
    }
    let by_ca = look.occasion == Occasion::RevokedByCa || facts.certificate_type == CertificateType::Private;
    steps.then(if by_ca {
        "Ask the administrators of its CA who revoked it, and why."
    } else {
        "Find out who revoked it, and why. If somebody in this account did, CloudTrail has the call RevokeCertificate."
    });
    if !facts.is_acme() {
        steps.then(format!("When nothing uses it any more, delete it: {}", delete(facts)));
    }
}

fn expiry(steps: &mut Steps, look: &Look, settings: &Settings, outlook: &Outlook) {
    let facts = &look.facts;
    match outlook {
        // In the last days, check that what should happen automatically does.
        Outlook::JustRequested | Outlook::UnderWay(..) if !outlook.renews_itself(look) => {
            steps.then("Wait for the notice about its renewal. If none comes within an hour, read the log of imported-renewal.");
            steps.then(format!("If the renewal fails, {}", import(facts)));
        }
        Outlook::AcmInTime(_) | Outlook::Scheduled(_) | Outlook::JustRequested | Outlook::UnderWay(..) => {}
        Outlook::AcmeClient => acme(steps, look, outlook),
        Outlook::AcmLate => {
            steps.then(format!("See what ACM says: {}", describe_renewal(facts)));
            keep_records(steps, settings, facts.domain_validations.iter());
        }
        Outlook::AcmByEmail => by_email(steps, facts, facts.domain_validations.iter()),
        Outlook::AcmStuck => stuck(steps, settings, facts),
        Outlook::AcmWillNot => acm_will_not(steps, look),
        Outlook::NotStarted(why) => {
            // What to do about refused tags comes with every notice.
            if !matches!(look.obstacle, Some(Obstacle::TagsRefused(_))) {
                steps.then(format!("Remove what prevents it: {}.", foreign_up_to(why, LONGEST_REFUSAL)));
            }
            by_hand(steps, look);
        }
        Outlook::FailedForNow(reason) => {
            steps.then(reason.advice());
            by_hand(steps, look);
        }
        Outlook::Failed(reason) => {
            steps.then(reason.map_or("Read the log of imported-renewal.", |reason| reason.advice()));
            steps.then(format!("Then start it again: {}", tag(facts, tags::STATUS, "pending-renewal")));
            by_hand(steps, look);
        }
        Outlook::NoRoom => {
            steps.then(format!(
                "Remove at least {}: a certificate has at most {} tags, and a renewal needs {} of them.",
                count_of_tags(look, &tags::RENEWAL),
                tags::LIMIT,
                tags::RENEWAL.len()
            ));
            by_hand(steps, look);
        }
        Outlook::UnknownSource => {
            steps.then(format!("Name a known source{}", renew_from_private_ca(look)));
            by_hand(steps, look);
        }
        Outlook::NotDeployed => {
            steps.then("Deploy imported-renewal (the template's parameter DeployImportedRenewal).");
            steps.then(format!("Or {}", import(facts)));
        }
        Outlook::Nobody | Outlook::Revoked => nobody(steps, look),
    }
}

/// Nothing renews an imported certificate.
fn nobody(steps: &mut Steps, look: &Look) {
    let facts = &look.facts;
    if look.in_use() == Some(false) {
        unless_needed(steps, facts);
    }
    steps.then(capitalized(&import(facts)));
    steps.then(format!(
        "Or, if its clients trust a private CA of yours in AWS, let acm-autopilot renew it from that CA{}",
        renew_from_private_ca(look)
    ));
}

fn acm_will_not(steps: &mut Steps, look: &Look) {
    let facts = &look.facts;
    if look.in_use() == Some(false) {
        unless_needed(steps, facts);
        steps.then("If it is needed, request a new one and use it.");
        return;
    }
    steps.then(format!("See what ACM says: {}", describe_renewal(facts)));
    steps.then(if look.is_for_clients_only() {
        "Request a new certificate and put it in place of this one in every client."
    } else {
        "Request a new certificate and put it in place of this one in every resource."
    });
}

fn unless_needed(steps: &mut Steps, facts: &CertificateDetail) {
    steps.then(format!("If it is not needed, delete it: {}", delete(facts)));
    steps.then(format!("To keep it and mute its notices: {}", mute(facts)));
}

/// Only the client can renew it, and ACM deletes it a year after its expiry.
fn acme(steps: &mut Steps, look: &Look, outlook: &Outlook) {
    if outlook.renews_itself(look) {
        return;
    }
    steps.then(format!("Check that {} still runs, and read its log.", acme_client(&look.facts)));
    steps.then(format!("If nothing uses the certificate any more, mute its notices: {}", mute(&look.facts)));
}

fn by_hand(steps: &mut Steps, look: &Look) {
    if look.days_left().is_some_and(|left| left <= BY_HAND_DAYS) {
        steps.then(format!("If that takes too long, {}", import(&look.facts)));
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// How many tags have to go, so that these can be written.
fn count_of_tags(look: &Look, keys: &[&str]) -> String {
    let present = look.tags.iter().filter(|(key, _)| !key.starts_with("aws:")).count();
    let new = keys.iter().filter(|key| !look.tags.contains(key)).count();
    match (present + new).saturating_sub(tags::LIMIT).max(1) {
        1 => "1 tag".into(),
        more => format!("{more} tags"),
    }
}
