use certificates::tags;
use simulated_aws::CertificateSpec;

use super::milestones::{EXPIRED, milestone_reached};
use super::*;

fn certificate(spec: CertificateSpec) -> Certificate {
    let aws = Aws::new("2026-01-01T00:00:00Z".parse().unwrap());
    let arn = aws.insert_certificate(spec.thin());
    aws.certificate(&arn).unwrap()
}

fn spec() -> CertificateSpec {
    CertificateSpec::imported("a.example.com").dns("a.example.com").dns("b.example.com").days_left(20)
}

#[test]
fn a_worse_certificate_is_found() {
    let before = certificate(spec());
    let good = spec().dns("c.example.com").days_left(300);
    assert_eq!(check_import(&before, &certificate(good.clone())), Ok(()));
    for (worse, how) in [
        (spec(), "its expiry"),
        (good.clone().key(simulated_aws::Key::P256), "its key"),
        (CertificateSpec::imported("a.example.com").dns("a.example.com").days_left(300), "its names"),
        (good.clone().key_usages(&["DIGITAL_SIGNATURE"]), "its usages"),
        (good.in_use_by("arn:aws:x"), "its uses"),
    ] {
        let broken = check_import(&before, &certificate(worse)).unwrap_err();
        assert!(broken.what.starts_with(how) && broken.invariant == NOT_WORSE, "{broken:?}");
    }
}

#[test]
fn becoming_due_between_two_sweeps_is_allowed() {
    let aws = Aws::new("2026-01-01T10:00:00Z".parse().unwrap());
    let state = crate::model_state::SharedState::default();
    let cas = Cas::create(&aws);
    crate::population::populate(&aws, &state, &cas, 1, &mut fastrand::Rng::with_seed(1));
    let state = state.lock();
    let end = state.certificates.values().next().unwrap().seen.not_after;
    let minutes = SignedDuration::from_mins;
    assert!(became_due(&state, end - minutes(10), end + minutes(20)));
    let (noon, later) = ("2026-01-01T12:00:00Z".parse().unwrap(), "2026-01-01T12:30:00Z".parse().unwrap());
    assert!(!became_due(&state, noon, later));
    assert!(became_due(&state, noon, later + SignedDuration::from_hours(12)));
}

/// The last tags of a renewal were not removed, and its message ended in the dead-letter queue: a sweep corrects that
/// some time after it is due again, not at once.
#[test]
fn an_abandoned_certificate_is_checked_once_sweeps_had_time() {
    let aws = Aws::new("2026-01-01T10:00:00Z".parse().unwrap());
    let state = crate::model_state::SharedState::default();
    let cas = Cas::create(&aws);
    crate::population::populate(&aws, &state, &cas, 1, &mut fastrand::Rng::with_seed(1));
    let mut state = state.lock();
    let tracked = state.certificates.values_mut().next().unwrap();
    tracked.abandoned = true;
    let since = tags::format_time(aws.now());
    for (key, value) in [(STATUS, "renewal-complete"), (STATUS_SINCE, since.as_str()), (ATTEMPTS, "2")] {
        tracked.seen.tags.insert(key.to_owned(), value.to_owned());
    }
    let faults = crate::Parameters::new(crate::Kind::Faulty, 1).fault_profile();
    let due = tracked.seen.not_after - SignedDuration::from_hours(24 * renewal_window(&tracked.seen));
    for (hours, judged) in [(-100, false), (1, false), (120, true)] {
        let result = check_statuses(due + SignedDuration::from_hours(hours), &state, faults);
        assert_eq!(result.is_err(), judged, "{hours}: {result:?}");
    }
}

#[test]
fn unbounded_issuance_is_found() {
    assert_eq!(check_issuance_bound("arn", 6, SignedDuration::from_hours(49), 0), Ok(()));
    assert!(check_issuance_bound("arn", 7, SignedDuration::from_hours(49), 0).is_err());
    assert_eq!(check_issuance_bound("arn", 7, SignedDuration::from_hours(49), 1), Ok(()));
}

#[test]
fn milestones_fit_the_lifetime() {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(milestone_reached(&certificate(spec()), now), Some(30));
    assert_eq!(milestone_reached(&certificate(spec().days_left(60)), now), None);
    assert_eq!(milestone_reached(&certificate(spec().days_left(-1)), now), Some(EXPIRED));
    assert_eq!(renewal_window(&certificate(spec())), 30);
}
