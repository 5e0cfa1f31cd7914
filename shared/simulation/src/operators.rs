//! What operators do.

use certificates::utc_date;
use fastrand::Rng;
use jiff::{Span, Timestamp};
use simulated_aws::Aws;

use crate::aws_events::{OPERATOR, acm, cloudtrail, tag_parameters};
use crate::invariants::passes_muted;
use crate::model_state::Shared;
use crate::population::{Cas, Type};

/// Something that an operator does to a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sets tags.
    Set(Vec<(String, String)>),
    /// Removes tags.
    Remove(Vec<String>),
    /// Imports a new certificate with the same names under the same ARN.
    Reimport { days_left: i64, seconds: i64 },
    /// Deletes it.
    Delete,
}

fn set(key: &str, value: &str) -> Act {
    Act::Set(vec![(key.to_owned(), value.to_owned())])
}

/// Something random.
pub(crate) fn random(now: Timestamp, kind: Type, days: i64, cas: &Cas, rng: &mut Rng) -> Act {
    let managed = kind == Type::Managed;
    match rng.u8(..16) {
        0 | 1 => set("Owner", &format!("team-{}", rng.u8(..9))),
        2 => set("Note", &format!("{}", rng.u32(..1000))),
        3 => Act::Remove(vec!["Note".into()]),
        4 => match rng.u8(..3) {
            0 => set("acm-autopilot:notices", "on"),
            1 => set("acm-autopilot:notices", "off"),
            _ => {
                set("acm-autopilot:notices", &format!("off-until:{}", utc_date(now) + Span::new().days(rng.i64(1..60))))
            }
        },
        5 => Act::Remove(vec!["acm-autopilot:notices".into()]),
        6 if managed => Act::Remove(vec!["acm-autopilot:renew-from".into()]),
        7..=9 if managed => set("acm-autopilot:renew-from", "private-ca"),
        10 if managed => set("acm-autopilot:validity-days", &format!("{}", [5, 40, 90, 365][rng.usize(..4)])),
        11 if managed => Act::Remove(vec!["acm-autopilot:validity-days".into()]),
        12 if managed && days > 7 => {
            set("acm-autopilot:private-ca", if rng.bool() { &cas.default } else { &cas.other })
        }
        13 if managed => set("acm-autopilot:status", "pending-renewal"),
        14 if matches!(kind, Type::Managed | Type::Watched) => {
            Act::Reimport { days_left: days, seconds: rng.i64(0..86_400) }
        }
        // ACM lets nobody delete what an ACME client requested.
        15 if kind != Type::Acme && rng.u8(..4) == 0 => Act::Delete,
        _ => set("Note", "seen"),
    }
}

/// Does it, unless there is no room for it or the certificate is gone.
pub(crate) fn perform(aws: &Aws, ledger: &Shared, arn: &str, act: &Act) {
    let Some(present) = aws.certificate(arn) else { return };
    let now = aws.now();
    let mut ledger = ledger.open();
    // A mute that ends today would otherwise not be seen when the day is looked at.
    let passed = ledger.known.get(arn).and_then(|known| passes_muted(arn, known, now));
    ledger.muted.extend(passed);
    let Some(known) = ledger.known.get_mut(arn) else { return };
    let mut caused = Vec::new();
    match act {
        Act::Set(tags) => {
            let new = tags.iter().filter(|(key, _)| !present.tags.contains_key(key)).count();
            if present.tags.len() + new > certificates::tags::LIMIT {
                return;
            }
            let values: Vec<_> = tags.iter().map(|(key, value)| (key.as_str(), Some(value.as_str()))).collect();
            aws.set_tags(arn, &values);
            for (key, value) in tags {
                if !crate::model_state::is_ours(key) {
                    known.tags.insert(key.clone(), value.clone());
                }
            }
            let tags: Vec<_> = tags.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
            caused.push(cloudtrail(OPERATOR, "AddTagsToCertificate", tag_parameters(arn, &tags), now));
        }
        Act::Remove(keys) => {
            aws.set_tags(arn, &keys.iter().map(|key| (key.as_str(), None)).collect::<Vec<_>>());
            keys.iter().for_each(|key| drop(known.tags.remove(key)));
            let tags: Vec<_> = keys.iter().map(|key| (key.clone(), None)).collect();
            caused.push(cloudtrail(OPERATOR, "RemoveTagsFromCertificate", tag_parameters(arn, &tags), now));
        }
        Act::Reimport { days_left, seconds } => {
            // The wanted end may lie before that of the present one; ACM takes it.
            let spec = known.blueprint.spec(aws, *days_left, *seconds);
            aws.set_certificate(arn, spec);
            let present = aws.certificate(arn).expect("it was there");
            caused.push(acm("ACM Certificate Available", &present, now, &[("Action", "REIMPORT")]));
            known.see(now, present);
        }
        Act::Delete => {
            aws.remove_certificate(arn);
            ledger.known.remove(arn);
            return;
        }
    }
    if let Some(present) = aws.certificate(arn) {
        known.seen.tags = present.tags;
    }
    known.occasions += 1;
    known.hinder(now, &format!("an operator did {act:?}"));
    ledger.caused.extend(caused);
}
