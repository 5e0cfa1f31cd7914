//! The words of a notice. Sentences and steps that belong together are in one file: [`acm`], [`autopilot`] with
//! [`secret`], [`acme`], [`suggested_window`], [`trail`].

mod acm;
mod acm_steps;
mod acme;
mod autopilot;
mod commands;
mod effects;
mod phrases;
mod secret;
mod steps;
mod suggested_window;
pub(crate) mod trail;

use certificates::tags::RENEW_FROM;
use certificates::{RenewalStatus, utc_date};
use notices::{Notice, foreign};

use crate::CertificateState;
use crate::policy::severity::{SeverityInput, severity};
use crate::policy::{AutopilotForecast, NoticeKind, RenewalDecision, RenewalForecast, Settings};
use effects::why_it_matters;
use phrases::{days_ago, days_left_in_words, in_days, name, short_name};
use steps::Steps;

/// The notice that reports this.
pub(crate) fn notice(
    kind: NoticeKind,
    state: &CertificateState,
    settings: &Settings,
    renewal: &RenewalDecision,
    forecast: &RenewalForecast,
) -> Notice {
    let severity = severity(kind, SeverityInput::new(state, forecast));
    let mut notice = Notice::new(kind.kind(), severity, &headline(kind, state), &state.certificate, state.now);
    notice.set_tags(&state.tags, &settings.tag_keys);
    let just_requested = *forecast == RenewalForecast::Autopilot(AutopilotForecast::JustRequested);
    let starts = matches!(renewal, RenewalDecision::Start(_)) && just_requested;
    let recorded = &state.tag_state.recorded;
    notice.status = if starts { Some(RenewalStatus::PendingRenewal) } else { recorded.status };
    notice.reason = recorded.reason.filter(|_| !starts);
    notice.what_happened = what_happened(kind, state);
    notice.why_it_matters = why_it_matters(kind, state);
    notice.what_happens_next = what_happens_next(kind, state, forecast);
    let Steps { steps, records } = Steps::new(kind, state, settings, forecast);
    notice.what_to_do = steps;
    notice.records = records;
    notice
}

/// The UTC date of `notAfter`.
fn expiry_date(state: &CertificateState) -> String {
    state.certificate.not_after.map(|end| utc_date(end).to_string()).unwrap_or_default()
}

fn headline(kind: NoticeKind, state: &CertificateState) -> String {
    let (name, date) = (short_name(&name(state.certificate.display_name())), expiry_date(state));
    let left = state.days_left().unwrap_or_default();
    match kind {
        NoticeKind::Expiring => format!("{name} expires {} ({date})", in_days(left)),
        NoticeKind::Expired => format!("{name} expired {} ({date})", days_ago(-left)),
        NoticeKind::ActionRequired => format!("{name}: ACM cannot renew it, expires {} ({date})", in_days(left)),
        NoticeKind::Renewed => format!("{name} renewed by ACM, now valid until {date}"),
        NoticeKind::Rotated => format!("{name} rotated by ACM, now valid until {date}"),
        NoticeKind::RevocationAhead => format!("{name}: its CA asks to replace it at once (expires {date})"),
        NoticeKind::Revoked => {
            let on = state.certificate.revoked_at.map(|at| format!(" on {}", utc_date(at))).unwrap_or_default();
            format!("{name} was revoked{on}")
        }
    }
}

fn what_happened(kind: NoticeKind, state: &CertificateState) -> String {
    let (name, date) = (name(state.certificate.display_name()), expiry_date(state));
    let left = state.days_left().unwrap_or_default();
    let until = format!("{date} ({})", days_left_in_words(left));
    let acm_reason = acm::reason(state);
    match kind {
        NoticeKind::Expiring => format!("The certificate for {name} expires {}, on {date}.", in_days(left)),
        NoticeKind::Expired => {
            let reason = acm_reason.map(|reason| format!(" ACM could not renew it: {reason}.")).unwrap_or_default();
            format!("The certificate for {name} expired {}, on {date}.{reason}", days_ago(-left))
        }
        NoticeKind::ActionRequired => {
            let reason = acm_reason.unwrap_or_else(|| "it needs a person".into());
            format!("ACM cannot renew the certificate for {name}, which is valid until {until}: {reason}.")
        }
        NoticeKind::Renewed => format!("ACM renewed the certificate for {name}, which is now valid until {until}."),
        NoticeKind::Rotated => format!("ACM rotated the certificate for {name}, which is now valid until {until}."),
        NoticeKind::RevocationAhead => suggested_window::what_happened(&name, state),
        NoticeKind::Revoked => {
            let reason = state.certificate.revocation_reason.as_ref();
            let reason = reason.map(|reason| format!(" The reason is {}.", foreign(reason))).unwrap_or_default();
            format!("The certificate for {name} was revoked.{reason}")
        }
    }
}

fn what_happens_next(kind: NoticeKind, state: &CertificateState, forecast: &RenewalForecast) -> String {
    if matches!(kind, NoticeKind::Renewed | NoticeKind::Rotated) {
        let date = expiry_date(state);
        return format!("ACM renews the certificate again before {date}, as long as it is in use or was exported.");
    }
    match forecast {
        RenewalForecast::Acm(forecast) => acm::what_happens_next(*forecast, state),
        RenewalForecast::Autopilot(forecast) => autopilot::what_happens_next(forecast, state),
        RenewalForecast::AcmeClient => acme::what_happens_next(&state.certificate),
        RenewalForecast::Nobody => format!(
            "Nothing renews the certificate: ACM never renews imported certificates, and this one does not have the \
             tag {RENEW_FROM}."
        ),
        RenewalForecast::Revoked => "Nothing replaces the certificate: a revoked certificate is not renewed.".into(),
    }
}
