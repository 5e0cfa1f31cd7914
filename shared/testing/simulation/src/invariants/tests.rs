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
    assert_eq!(check_import(&before, &certificate(good.clone()), false), Ok(()));
    assert_eq!(check_import(&before, &certificate(spec()), true), Ok(()), "what is in place will be revoked");
    for (worse, how) in [
        (spec(), "its expiry"),
        (good.clone().key(simulated_aws::Key::P256), "its key"),
        (CertificateSpec::imported("a.example.com").dns("a.example.com").days_left(300), "its names"),
        (good.clone().key_usages(&["DIGITAL_SIGNATURE"]), "its usages"),
        (good.in_use_by("arn:aws:x"), "its uses"),
    ] {
        let broken = check_import(&before, &certificate(worse), false).unwrap_err();
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

/// A world with one managed certificate that this CA issued, and whose tag names that one, if any.
fn managed(issuer: impl Fn(&Cas) -> String, tag: impl Fn(&Cas) -> Option<String>) -> (crate::World, String) {
    let mut world = crate::World::empty(crate::Parameters::new(crate::Kind::Calm, 2)).undisturbed();
    let named = tag(&world.cas);
    let tags: Vec<_> = named.iter().map(|ca| (PRIVATE_CA, ca.as_str())).collect();
    let arn = world.add_imported(100, true, &tags);
    let mut state = world.state.lock();
    let tracked = state.certificates.get_mut(&arn).unwrap();
    tracked.blueprint.issuer = issuer(&world.cas);
    world.aws.set_certificate(&arn, tracked.blueprint.spec(&world.aws, 100, 0));
    tracked.seen = world.aws.certificate(&arn).unwrap();
    // What it was issued by at first says nothing.
    tracked.blueprint.issuer.clone_from(&world.cas.default);
    drop(state);
    (world, arn)
}

#[test]
fn another_issuer_hinders_unless_the_grants_and_a_tag_allow_it() {
    let (default, other) = (|cas: &Cas| cas.default.clone(), |cas: &Cas| cas.other.clone());
    let none = |_: &Cas| None;
    let hindered = |(world, arn): &(crate::World, String), may_change| {
        let state = world.state.lock();
        hindrance(&world.aws, &state.certificates[arn], &world.cas, may_change).is_some()
    };
    for may_change in [false, true] {
        assert!(!hindered(&managed(default, none), may_change));
        assert!(!hindered(&managed(other, |cas| Some(other(cas))), may_change));
        assert!(hindered(&managed(other, none), may_change), "no tag names the CA");
        assert!(hindered(&managed(|_| String::new(), none), may_change), "it was issued outside AWS");
        assert_eq!(hindered(&managed(default, |cas| Some(other(cas))), may_change), !may_change);
    }
    let disabled = managed(default, none);
    disabled.0.aws.set_ca_status(&disabled.0.cas.default, "DISABLED");
    assert!(hindered(&disabled, true));
}

#[test]
fn an_expiry_that_nothing_explains_is_found() {
    let (world, arn) = managed(|cas| cas.default.clone(), |_| None);
    let mut state = world.state.lock();
    let (end, faults) = (state.certificates[&arn].seen.not_after, world.parameters.fault_profile());
    let mut judge = |hindered: Timestamp| {
        let tracked = state.certificates.get_mut(&arn).unwrap();
        (tracked.judged, tracked.hindered) = (false, hindered);
        check_expirations(end + SignedDuration::from_mins(1), &mut state, faults, &mut Summary::default())
    };
    assert_eq!(judge(world.start).unwrap_err().invariant, NO_EXPIRY);
    assert_eq!(judge(end - SignedDuration::from_hours(3)), Ok(()));
}

#[test]
fn a_milestone_without_a_notice_is_found() {
    let (world, arn) = managed(|cas| cas.default.clone(), |_| None);
    let state = world.state.lock();
    let at = state.certificates[&arn].seen.not_after - SignedDuration::from_hours(24 * 20);
    assert_eq!(check_all_notified(&state, at, SignedDuration::ZERO, |_| true).unwrap_err().invariant, NONE_MISSED);
    let is_from_acme = |tracked: &TrackedCertificate| tracked.source() == Some(SourceKind::Acme);
    assert_eq!(
        check_all_notified(&state, at, SignedDuration::ZERO, is_from_acme),
        Ok(()),
        "the sweep was not about it"
    );
}
