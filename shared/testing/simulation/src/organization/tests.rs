use jiff::SignedDuration;
use serde_json::json;

use super::outages::Wrong;
use super::*;
use crate::invariants::{self, NO_EXPIRY, NONE_MISSED};
use crate::population::CertificateKind;
use crate::{Kind, Parameters};

/// A hub, with one managed certificate in each place of its spokes.
fn world(seed: u64) -> (World, Vec<String>) {
    let parameters = Parameters::new(Kind::Mixed, seed);
    assert!(parameters.has_organization());
    let mut world = World::empty(parameters).undisturbed();
    let places = world.organization.as_ref().unwrap().places();
    for (number, place) in places.iter().enumerate() {
        // The numbers of those that are renewed from a private CA.
        world.numbered = 3 * number + 2;
        world.add_to_spoke(place, CertificateKind::Managed);
    }
    let arns = world.state.lock().certificates.keys().cloned().collect();
    (world, arns)
}

fn is_of(arn: &str, account: &str) -> bool {
    Place::of_arn(arn).unwrap().account == account
}

/// What hinders one account is no excuse for another's.
#[test]
fn an_outage_explains_nothing_in_another_account() {
    let (mut world, arns) = world(1);
    assert_eq!(arns.len(), 3);
    world.aws.advance(jiff::Span::new().days(400));
    world.switch(SPOKES[0], &Wrong::Throttles, true);
    world.hinder_account(SPOKES[0], "its account throttles");
    let (now, faults) = (world.aws.now(), world.parameters.fault_profile());
    let found = |world: &World, account: &str| {
        let mut state = world.state.lock();
        let all: Vec<_> = state.certificates.keys().cloned().collect();
        all.iter().for_each(|arn| state.certificates.get_mut(arn).unwrap().judged = !is_of(arn, account));
        invariants::check_expirations(now, &mut state, faults, &mut crate::Summary::default())
    };
    assert_eq!(found(&world, SPOKES[0]), Ok(()));
    assert_eq!(found(&world, SPOKES[1]).unwrap_err().invariant, NO_EXPIRY);
}

/// In the ring the renewal is due ten days earlier, and its status shows it within a day.
#[test]
fn a_certificate_of_the_ring_that_is_not_renewed_earlier_is_found() {
    let found = |account: &str| {
        let (world, _) = world(1);
        let state = &mut *world.state.lock();
        state.certificates.retain(|arn, _| is_of(arn, account));
        let tracked = state.certificates.values_mut().next().unwrap();
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        tracked.seen.not_before = tracked.seen.not_after - days(365);
        let now = tracked.seen.not_after - days(32);
        (tracked.hindered, tracked.in_place) = (now - days(7), now - days(7));
        state.certificates = state.certificates.iter().take(1).map(|(arn, one)| (arn.clone(), one.clone())).collect();
        invariants::check_statuses(now, state, world.parameters.fault_profile())
    };
    assert_eq!(found(SPOKES[1]), Ok(()));
    assert_eq!(found(SPOKES[0]).unwrap_err().invariant, invariants::STATUS_CORRECT);
}

/// Nobody can add records to a zone that is gone: the hub adds them when it is there again.
#[test]
fn a_certificate_is_requested_while_its_zone_is_gone() {
    let seed = (1..).step_by(3).find(|seed| Parameters::new(Kind::Mixed, *seed).has_zones()).unwrap();
    let (mut world, _) = world(seed);
    let mut zones = crate::zones::Zones::create(&world.aws);
    zones.perform(&world.aws, &crate::zones::ZoneAction::RemoveZone(0, 3));
    world.state.lock().zones = zones;
    let place = world.organization.as_ref().unwrap().places().remove(0);
    world.add_to_spoke(&place, CertificateKind::Validated);
    let state = world.state.lock();
    let required = state.zones.required.values().next().unwrap();
    assert_eq!(required.iter().filter(|record| record.zone == Some(0)).count(), 1);
    for record in required {
        let zone = record.zone.filter(|zone| state.zones.exists(*zone));
        let there = zone.is_some_and(|zone| {
            world.aws.records(&state.zones.all[zone].id).iter().any(|found| found.name == record.name)
        });
        assert_eq!(there, record.zone != Some(0), "{record:?}");
    }
}

#[test]
fn a_missed_notice_of_the_swept_account_is_found() {
    let (world, arns) = world(1);
    let state = world.state.lock();
    for arn in &arns {
        let place = Place::of_arn(arn).unwrap();
        let (about, end) = (Subject::Sweep(place), state.certificates[arn].seen.not_after);
        let at = end - SignedDuration::from_hours(12);
        let missed = |about: &Subject| {
            let is_swept = |tracked: &crate::model_state::TrackedCertificate| about.concerns(&tracked.seen.arn);
            invariants::check_all_notified(&state, at, SignedDuration::ZERO, is_swept)
        };
        let broken = missed(&about).unwrap_err();
        assert_eq!((broken.invariant, &broken.certificate), (NONE_MISSED, arn));
        assert_eq!(missed(&Subject::Sweep(Place::new(ACCOUNT, "us-east-1"))), Ok(()));
    }
}

#[test]
fn an_event_says_what_a_run_is_about() {
    let (world, arns) = world(1);
    let place = Place::of_arn(&arns[0]).unwrap();
    let own = json!({ "source": "acm-autopilot", "account": ACCOUNT, "detail": { "certificateArn": arns[0] } });
    assert_eq!(world.subject(&own), Subject::Place(place.clone()));
    let forwarded = json!({ "source": "aws.acm", "account": place.account, "region": place.region });
    let batch = json!({ "Records": [{ "body": forwarded.to_string() }] });
    assert_eq!(world.subject(&batch), Subject::Place(place.clone()));
    let detail = json!({ "account": { "id": place.account }, "region": place.region });
    let sweep = json!({ "detail-type": "Target Sweep Requested", "detail": detail });
    assert_eq!(world.subject(&sweep), Subject::Sweep(place));
    assert_eq!(world.subject(&json!({ "detail-type": "Certificate Sweep Requested" })), Subject::Organization);
    let single = World::empty(Parameters::new(Kind::Calm, 1));
    assert_eq!(single.subject(&own), Subject::Everything);
}

/// From the spokes' rules through the hub's queues to a renewal in each place.
#[tokio::test]
async fn certificates_of_spokes_are_renewed_from_the_hub() {
    for seed in [1, 16] {
        let (mut world, arns) = world(seed);
        let serials: Vec<_> = arns.iter().map(|arn| world.certificate(arn).serial).collect();
        let until = world.start + SignedDuration::from_hours(24 * 366);
        world.run_until(until).await.unwrap_or_else(|broken| panic!("{}", world.report(broken)));
        for (arn, serial) in arns.iter().zip(serials) {
            assert_ne!(world.certificate(arn).serial, serial, "{arn}");
        }
        assert!(world.summary.notices > 3 && world.summary.failed_runs == 0, "{}", world.summary);
    }
}
