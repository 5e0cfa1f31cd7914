//! Who renews a certificate, and in which state that is.

use certificates::tags::RenewFrom;
use certificates::{
    CertificateDetail, FailureReason, Recovery, RenewalEligibility, RenewalStatus, has_expired, renewal_window,
};
use jiff::Timestamp;

use super::news::needs_a_person;
use super::renewal::Decision;
use super::{Look, Obstacle, Settings};

/// ACM is late when this many days are left, or a quarter of the lifetime if that is shorter: it starts
/// up to 60 days before expiry
/// ([managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html)).
const ACM_LATE_DAYS: i64 = 30;
/// We are late when this many days are left, or a quarter of the lifetime if that is shorter: a renewal
/// starts at a third of the lifetime at the latest and takes minutes.
const OURS_LATE_DAYS: i64 = 7;

/// Who renews it, and in which state that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// It was revoked: nobody.
    Revoked,
    /// The ACME client that holds its key, by a certificate under a new ARN.
    AcmeClient,
    /// ACM, in its own time. Late when this many days are left.
    AcmInTime(i64),
    /// ACM should have done so by now and does not say why it has not.
    AcmLate,
    /// ACM, after somebody has followed the link in an e-mail.
    AcmByEmail,
    /// ACM says that it cannot without a person.
    AcmStuck,
    /// ACM does not renew it: it has expired, is not in use, or is of a kind that ACM does not renew.
    AcmWillNot,
    /// We do, when this many days are left.
    Scheduled(i64),
    /// We do: it is requested in this very check.
    JustRequested,
    /// We do: it is on its way.
    UnderWay(RenewalStatus, Option<Timestamp>),
    /// We would, but could not start it, for this reason.
    NotStarted(String),
    /// We tried. Time may fix it.
    FailedForNow(FailureReason),
    /// We tried. A person has to fix it; the reason may be unreadable.
    Failed(Option<FailureReason>),
    /// We would, but there is no room for the tags that keep track of it.
    NoRoom,
    /// We would, but the tag `renew-from` has a value that this version does not know.
    UnknownSource,
    /// We would, but imported-renewal is not deployed here.
    NotDeployed,
    /// Nobody: an imported certificate without the tag `renew-from`.
    Nobody,
}

/// Reads the outlook from what is known and from what was just decided.
pub fn of(look: &Look, settings: &Settings, renewal: &Decision) -> Outlook {
    let facts = &look.facts;
    if facts.is_revoked() {
        return Outlook::Revoked;
    }
    if facts.is_acme() {
        return Outlook::AcmeClient;
    }
    if !facts.is_imported() {
        return acm(look);
    }
    let Some(source) = &look.tag_state.settings.renew_from else { return Outlook::Nobody };
    if !settings.request_renewals {
        return Outlook::NotDeployed;
    }
    if *source != RenewFrom::PrivateCa {
        return Outlook::UnknownSource;
    }
    let recorded = &look.tag_state.recorded;
    match renewal {
        Decision::NotOurs => Outlook::Nobody,
        Decision::NotDue => Outlook::Scheduled(renewal_window(settings.renew_before_days, facts)),
        Decision::NoRoom => Outlook::NoRoom,
        Decision::TagsRefused(why) => Outlook::NotStarted(why.clone()),
        Decision::Start(_) | Decision::Repeat(_) => match &look.obstacle {
            Some(Obstacle::RequestFailed(why)) => Outlook::NotStarted(why.clone()),
            _ => Outlook::JustRequested,
        },
        Decision::UnderWay => {
            Outlook::UnderWay(recorded.status.unwrap_or(RenewalStatus::PendingRenewal), recorded.since)
        }
        Decision::Paused => match recorded.reason {
            Some(reason) if reason.recovery() == Recovery::Automatic => Outlook::FailedForNow(reason),
            reason => Outlook::Failed(reason),
        },
    }
}

fn acm(look: &Look) -> Outlook {
    let facts = &look.facts;
    // ACM renews nothing that has expired.
    if facts.not_after.is_some_and(|end| has_expired(end, look.now)) {
        Outlook::AcmWillNot
    } else if needs_a_person(look) {
        Outlook::AcmStuck
    } else if facts.acm_renews_it() && acm_is_late(facts, look.now) {
        Outlook::AcmLate
    } else if facts.acm_renews_it() {
        Outlook::AcmInTime(late_days(ACM_LATE_DAYS, facts))
    } else if facts.renewal_eligibility == Some(RenewalEligibility::Eligible) {
        Outlook::AcmByEmail
    } else {
        Outlook::AcmWillNot
    }
}

/// This many days, or a quarter of the lifetime if that is shorter.
fn late_days(days: i64, facts: &CertificateDetail) -> i64 {
    facts.validity_days().map_or(days, |validity| days.min(validity / 4))
}

/// Whether ACM should have renewed the certificate by now.
pub fn acm_is_late(facts: &CertificateDetail, now: Timestamp) -> bool {
    facts.not_after.is_some_and(|end| certificates::days_left(end, now) <= late_days(ACM_LATE_DAYS, facts))
}

impl Outlook {
    /// Whether the certificate is renewed in time without anybody's help, as far as can be seen.
    /// The first attempt after a failure counts as help until it has succeeded.
    pub fn renews_itself(&self, look: &Look) -> bool {
        let failed = look.tag_state.recorded.status == Some(RenewalStatus::RenewalFailed);
        match self {
            Self::AcmInTime(_) => true,
            // Clients renew earlier than ACM, as a rule when a third of the lifetime is left.
            Self::AcmeClient => !acm_is_late(&look.facts, look.now),
            Self::Scheduled(_) | Self::JustRequested | Self::UnderWay(..) => {
                !failed && look.days_left().is_some_and(|left| left > late_days(OURS_LATE_DAYS, &look.facts))
            }
            _ => false,
        }
    }
}
