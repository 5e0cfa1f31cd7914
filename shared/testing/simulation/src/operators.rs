//! What operators do to certificates.

use certificates::utc_date;
use fastrand::Rng;
use jiff::{Span, Timestamp};
use simulated_aws::Aws;

use crate::aws_events::{OPERATOR, acm, cloudtrail, tag_parameters};
use crate::invariants::muted_milestone;
use crate::model_state::SharedState;
use crate::place::at;
use crate::population::{Blueprint, Cas, CertificateKind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Set(Vec<(String, String)>),
    Remove(Vec<String>),
    /// Imports a new certificate with the same names under the same ARN.
    Reimport {
        days_left: i64,
        seconds: i64,
    },
    Delete,
}

fn set(key: &str, value: &str) -> Action {
    Action::Set(vec![(key.to_owned(), value.to_owned())])
}

pub(crate) fn random_action(now: Timestamp, blueprint: &Blueprint, cas: &Cas, rng: &mut Rng) -> Action {
    let (kind, days) = (blueprint.kind, blueprint.days);
    let managed = kind == CertificateKind::Managed;
    match rng.u8(..16) {
        0 | 1 => set("Owner", &format!("team-{}", rng.u8(..9))),
        2 => set("Note", &format!("{}", rng.u32(..1000))),
        3 => Action::Remove(vec!["Note".into()]),
        4 => match rng.u8(..3) {
            0 => set("acm-autopilot:notices", "on"),
            1 => set("acm-autopilot:notices", "off"),
            _ => {
                set("acm-autopilot:notices", &format!("off-until:{}", utc_date(now) + Span::new().days(rng.i64(1..60))))
            }
        },
        5 => Action::Remove(vec!["acm-autopilot:notices".into()]),
        6 if managed => Action::Remove(vec!["acm-autopilot:renew-from".into()]),
        7 if managed && rng.u8(..4) == 0 => set("acm-autopilot:renew-from", blueprint.source.kind().another().as_str()),
        7..=9 if managed => Action::Set(blueprint.source.tags()),
        10 if managed => set("acm-autopilot:validity-days", &format!("{}", [5, 40, 90, 365][rng.usize(..4)])),
        11 if managed => Action::Remove(vec!["acm-autopilot:validity-days".into()]),
        12 if managed && days > 7 => {
            set("acm-autopilot:private-ca", if rng.bool() { &cas.default } else { &cas.other })
        }
        13 if managed => set("acm-autopilot:status", "pending-renewal"),
        14 if matches!(kind, CertificateKind::Managed | CertificateKind::Watched) => {
            Action::Reimport { days_left: days, seconds: rng.i64(0..86_400) }
        }
        // ACM rejects the deletion of what an ACME client requested.
        15 if kind != CertificateKind::Acme && rng.u8(..4) == 0 => Action::Delete,
        _ => set("Note", "seen"),
    }
}

/// Performs an action unless there is no room for a tag or the certificate is gone.
pub(crate) fn perform(aws: &Aws, state: &SharedState, arn: &str, action: &Action) {
    let aws = &at(aws, arn);
    let Some(current) = aws.certificate(arn) else { return };
    let now = aws.now();
    let mut state = state.lock();
    // The daily check would miss a mute that ends today.
    let passed = state.certificates.get(arn).and_then(|tracked| muted_milestone(arn, tracked, now));
    state.muted.extend(passed);
    let Some(tracked) = state.certificates.get_mut(arn) else { return };
    let mut caused = Vec::new();
    match action {
        Action::Set(tags) => {
            let new = tags.iter().filter(|(key, _)| !current.tags.contains_key(key)).count();
            if current.tags.len() + new > certificates::tags::LIMIT {
                return;
            }
            let values: Vec<_> = tags.iter().map(|(key, value)| (key.as_str(), Some(value.as_str()))).collect();
            aws.set_tags(arn, &values);
            for (key, value) in tags {
                if !crate::model_state::is_ours(key) {
                    tracked.tags.insert(key.clone(), value.clone());
                }
            }
            let tags: Vec<_> = tags.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
            caused.push(cloudtrail(OPERATOR, "AddTagsToCertificate", tag_parameters(arn, &tags), now));
        }
        Action::Remove(keys) => {
            aws.set_tags(arn, &keys.iter().map(|key| (key.as_str(), None)).collect::<Vec<_>>());
            keys.iter().for_each(|key| drop(tracked.tags.remove(key)));
            let tags: Vec<_> = keys.iter().map(|key| (key.clone(), None)).collect();
            caused.push(cloudtrail(OPERATOR, "RemoveTagsFromCertificate", tag_parameters(arn, &tags), now));
        }
        Action::Reimport { days_left, seconds } => {
            // It may expire before the current one; ACM accepts that.
            let spec = tracked.blueprint.spec(aws, *days_left, *seconds);
            aws.set_certificate(arn, spec);
            let current = aws.certificate(arn).expect("it is tracked");
            caused.push(acm("ACM Certificate Available", &current, now, &[("Action", "REIMPORT")]));
            tracked.update(now, current);
        }
        Action::Delete => {
            aws.remove_certificate(arn);
            state.certificates.remove(arn);
            return;
        }
    }
    if let Some(current) = aws.certificate(arn) {
        tracked.seen.tags = current.tags;
    }
    tracked.occasions += 1;
    tracked.hinder(now, &format!("an operator did {action:?}"));
    state.operator_events.extend(caused);
}
