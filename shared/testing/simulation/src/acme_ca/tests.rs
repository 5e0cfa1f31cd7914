//! Each invariant can fail.

use serde_json::json;
use simulated_aws::{Call, CallResult};

use super::checks::{ONLY_OURS, RECORDS_REMOVED, REPLACED_IN_TIME, WITHIN_GRANTS, WITHIN_LIMITS, check_orders};
use super::*;
use crate::model_state::TrackedCertificate;
use crate::{Kind, Parameters};

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// A certificate that was renewed from the CA.
async fn renewed() -> (World, String) {
    let mut world = World::empty(Parameters::new(Kind::Calm, 15)).undisturbed();
    assert!(world.parameters.has_acme());
    let arn = world.add_from_acme(20);
    world.run_for(hours(48)).await.unwrap_or_else(|violation| panic!("{violation}"));
    let current = world.certificate(&arn);
    assert!(world.was_issued_by_acme(&current), "{current:?}");
    (world, arn)
}

#[tokio::test]
async fn what_is_announced_and_not_replaced_is_found() {
    let (mut world, arn) = renewed().await;
    let now = world.aws.now();
    let serial = world.certificate(&arn).serial;
    // The CA itself does not say so, so nothing replaces it.
    world.acme.revocation = Some((now, BTreeSet::from([serial])));
    assert_eq!(world.check_revocation(now + hours(49)), Ok(()), "there is time");
    let broken = world.check_revocation(now + hours(50)).unwrap_err();
    assert_eq!((broken.invariant, broken.certificate), (REPLACED_IN_TIME, arn.clone()));
    world.state.lock().certificates.get_mut(&arn).unwrap().hinder(now + hours(1), "a run about it failed");
    assert_eq!(world.check_revocation(now + hours(50)), Ok(()), "something happened to it");
}

#[tokio::test]
async fn what_is_announced_is_replaced() {
    let (mut world, arn) = renewed().await;
    let before = world.certificate(&arn).serial;
    let now = world.aws.now();
    world.announce_revocation(now);
    assert!(world.acme.is_to_be_revoked(&before));
    world.run_for(hours(50)).await.unwrap_or_else(|violation| panic!("{violation}"));
    let after = world.certificate(&arn).serial;
    assert!(after != before && !world.acme.is_to_be_revoked(&after));
}

#[tokio::test]
async fn a_record_that_is_left_is_found() {
    let (mut world, arn) = renewed().await;
    let now = world.aws.now();
    assert_eq!(world.check_acme(now), Ok(()), "only the value of somebody else is there");
    let zone = world.acme.zones[0].clone();
    world.aws.set_record(&zone, "_acme-challenge.www.example.com.", "TXT", "\"left\"");
    assert_eq!(world.check_acme(now), Ok(()), "a renewal may be at work");
    assert_eq!(world.check_acme(now + hours(25)), Ok(()));
    let broken = world.check_acme(now + hours(26)).unwrap_err();
    assert_eq!((broken.invariant, &broken.certificate), (RECORDS_REMOVED, &arn));
    world.state.lock().certificates.get_mut(&arn).unwrap().hinder(now + hours(20), "a run about it failed");
    assert_eq!(world.check_acme(now + hours(45)), Ok(()), "an attempt failed meanwhile");
    assert!(world.check_acme(now + hours(46)).is_err());
    let broken = |world: &mut World, change: fn(&mut TrackedCertificate)| {
        let before = world.state.lock().certificates[&arn].clone();
        change(world.state.lock().certificates.get_mut(&arn).unwrap());
        let broken = world.check_acme(now + hours(200)).is_err();
        world.state.lock().certificates.insert(arn.clone(), before);
        broken
    };
    assert!(broken(&mut world, |_| ()));
    assert!(broken(&mut world, |tracked| tracked.in_place = Timestamp::MAX), "a renewal removes it");
    let by_hand = |tracked: &mut TrackedCertificate| {
        (tracked.in_place, tracked.seen.serial) = (Timestamp::MAX, "01".to_owned());
    };
    assert!(!broken(&mut world, by_hand), "no renewal follows soon");
    let before_it_was_seen = |tracked: &mut TrackedCertificate| {
        (tracked.in_place, tracked.seen.serial) = (tracked.hindered, "01".to_owned());
    };
    assert!(!broken(&mut world, before_it_was_seen), "on the day of the crash");
    assert!(!broken(&mut world, |tracked| drop(tracked.tags.remove("acm-autopilot:renew-from"))));
    assert!(!broken(&mut world, |tracked| tracked.hindered += hours(24 * 6)), "the order has expired");
}

/// A change of one record set.
fn change(action: &str, name: &str, kind: &str) -> Call {
    let set = json!({ "Name": name, "Type": kind });
    Call {
        account: String::new(),
        service: "route53".to_owned(),
        operation: "ChangeResourceRecordSets".to_owned(),
        input: json!({ "ChangeBatch": { "Changes": [{ "Action": action, "ResourceRecordSet": set }] } }),
        result: CallResult::Ok,
        at: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn a_change_of_what_is_not_ours_is_found() {
    let (world, _) = renewed().await;
    let name = "_acme-challenge.www.example.com.";
    for action in ["CREATE", "DELETE"] {
        assert_eq!(world.check_acme_calls(&[change(action, name, "TXT")]), Ok(()));
    }
    for wrong in [
        change("UPSERT", name, "TXT"),
        change("CREATE", name, "CNAME"),
        change("CREATE", "www.example.com.", "TXT"),
        change("DELETE", "_acme-challenge.login.bank.example.", "TXT"),
    ] {
        let broken = world.check_acme_calls(&[wrong]).unwrap_err();
        assert_eq!(broken.invariant, ONLY_OURS, "{broken:?}");
    }
    world.aws.set_record(&world.acme.zones[0], NOT_OURS.0, "TXT", "\"ours-alone\"");
    let broken = world.check_acme_calls(&[change("CREATE", name, "TXT")]).unwrap_err();
    assert_eq!(broken.what, "the value of somebody else is gone");
}

#[test]
fn an_order_beyond_the_limits_or_the_grants_is_found() {
    let names = |name: &str| vec!["www.example.com".to_owned(), name.to_owned()];
    let check = |refused, name| check_orders(refused, [names(name).as_slice()].into_iter());
    assert_eq!(check(0, "example.com"), Ok(()));
    assert_eq!(check(1, "example.com").unwrap_err().invariant, WITHIN_LIMITS);
    for name in ["login.bank.example", "example.com.bank.example", "notexample.com"] {
        assert_eq!(check(0, name).unwrap_err().invariant, WITHIN_GRANTS, "{name}");
    }
}

/// What the CA refuses without a fault, and what it refuses only if a request is wrong.
#[test]
fn a_malformed_request_is_a_failure() {
    let refused = |operation: &str, code: &str| Call {
        account: String::new(),
        service: "acme".to_owned(),
        operation: operation.to_owned(),
        input: json!({}),
        result: CallResult::Error(code.to_owned()),
        at: Timestamp::UNIX_EPOCH,
    };
    for (operation, code, fails) in [
        ("renewalInfo", "malformed", false),
        ("newOrder", "malformed", false),
        ("newOrder", "alreadyReplaced", false),
        ("finalize", "orderNotReady", false),
        ("finalize", "badNonce", false),
        ("finalize", "malformed", true),
        ("challenge", "malformed", true),
        ("finalize", "alreadyReplaced", true),
        ("newOrder", "orderNotReady", true),
        ("newOrder", "rateLimited", true),
    ] {
        let call = refused(operation, code);
        assert_eq!(crate::run_effects::failed(&call), fails, "{operation}: {code}");
        assert_eq!(crate::run_checker::check_not_rejected(&call).is_err(), fails, "{operation}: {code}");
    }
}
