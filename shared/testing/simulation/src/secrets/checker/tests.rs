//! Each invariant can fail.

use serde_json::json;
use simulated_aws::CallResult;

use super::*;
use crate::secrets::actions::{Consent, SecretAction, perform};
use crate::secrets::written::Written;
use crate::{Kind, Parameters, World};

const NAME: &str = "web/host-0";

fn world(days_left: i64, is_delivered: bool) -> (World, String) {
    // Every odd seed: the issuer may not change.
    let mut world = World::empty(Parameters::new(Kind::Calm, 1)).undisturbed();
    let arn = world.add_from_secret(days_left, is_delivered);
    (world, arn)
}

fn act(world: &World, hours: i64, action: SecretAction) {
    world.aws.set_time(world.aws.now() + SignedDuration::from_hours(hours));
    perform(&world.aws, &world.state, NAME, action);
}

/// What an import would put in place.
fn imported(world: &World, arn: &str) -> Certificate {
    let state = world.state.lock();
    let Content::Certificate(issued) = &state.secrets.all[NAME].content else { panic!("nothing was delivered") };
    Certificate { serial: issued.serial.clone(), ..world.certificate(arn) }
}

fn faults(world: &World) -> FaultProfile {
    world.parameters.fault_profile()
}

#[test]
fn an_import_without_consent_or_for_other_names_is_found() {
    let (world, arn) = world(20, true);
    let (started, after) = (world.aws.now(), imported(&world, &arn));
    assert_eq!(check_import(&world.state.lock(), &after, started), Ok(()));
    act(&world, 1, SecretAction::Consent(Consent::AnotherCertificate));
    assert_eq!(check_import(&world.state.lock(), &after, started), Ok(()), "it was read before");
    let later = world.aws.now() + SignedDuration::from_secs(1);
    assert_eq!(check_import(&world.state.lock(), &after, later).unwrap_err().invariant, WITH_CONSENT);
    for written in [Written::OtherNames, Written::MoreNames, Written::OtherKey, Written::OtherIssuer] {
        act(&world, 1, SecretAction::Restore);
        act(&world, 1, SecretAction::Write(written));
        let after = imported(&world, &arn);
        let broken = check_import(&world.state.lock(), &after, world.aws.now()).unwrap_err();
        assert_eq!(broken.invariant, WITH_CONSENT, "{written:?}");
    }
    let issued = Certificate { serial: "01".to_owned(), ..after };
    let now = world.aws.now() + SignedDuration::from_secs(1);
    assert_eq!(check_import(&world.state.lock(), &issued, now).unwrap_err().invariant, NOT_ISSUED);
}

/// Another CA may have issued what is in place, as after a renewal by ACME: the tool's CA is then refused.
#[test]
fn what_would_change_the_issuer_is_nothing_newer() {
    for (seed, may_change) in [(1, false), (2, true)] {
        let mut world = World::empty(Parameters::new(Kind::Calm, seed)).undisturbed();
        let arn = world.add_from_secret(20, true);
        let mut state = world.state.lock();
        let is_newer =
            |state: &ModelState| state.secrets.newer_for(&state.certificates[&arn], world.aws.now()).is_some();
        assert!(is_newer(&state));
        state.certificates.get_mut(&arn).unwrap().seen.issuer = "CN=Another".to_owned();
        assert_eq!(is_newer(&state), may_change);
    }
}

#[test]
fn a_read_without_consent_is_found() {
    let (world, _) = world(20, true);
    let call = Call {
        account: String::new(),
        service: "secretsmanager".into(),
        operation: "GetSecretValue".into(),
        input: json!({ "SecretId": NAME }),
        result: CallResult::Ok,
        at: world.aws.now(),
    };
    let calls = [call];
    assert_eq!(check_reads(&calls, &world.state.lock(), world.aws.now()), Ok(()));
    act(&world, 1, SecretAction::Consent(Consent::Nothing));
    let later = world.aws.now() + SignedDuration::from_secs(1);
    assert!(check_reads(&calls, &world.state.lock(), later).is_err());
}

#[test]
fn what_is_not_imported_is_found() {
    let (world, _) = world(200, true);
    let now = world.aws.now();
    let hours = |hours| now + SignedDuration::from_hours(hours);
    assert_eq!(check_daily(hours(2), &world.state.lock(), faults(&world)), Ok(()));
    assert_eq!(check_daily(hours(3), &world.state.lock(), faults(&world)).unwrap_err().invariant, DELIVERED);
    world.state.lock().secrets.all.get_mut(NAME).unwrap().is_prompt = false;
    // Its event was lost: the sweep asks when 30 days are left.
    assert_eq!(check_daily(hours(24 * 170), &world.state.lock(), faults(&world)), Ok(()));
    assert!(check_daily(hours(24 * 173), &world.state.lock(), faults(&world)).is_err());
}

#[test]
fn a_second_report_is_found() {
    let (world, arn) = world(20, false);
    world.state.lock().certificates.get_mut(&arn).unwrap().may_report_again = false;
    let text = json!({ "kind": "renewal-failed", "reason": "secret-not-renewed", "certificateArn": arn });
    let notice = Notice {
        topic_arn: String::new(),
        message_id: String::new(),
        subject: None,
        message: text.to_string(),
        per_protocol: BTreeMap::new(),
        attributes: BTreeMap::new(),
        at: world.aws.now(),
    };
    let report = |world: &World| check_notices(&mut world.state.lock(), &[&notice], true);
    assert_eq!(report(&world), Ok(()));
    assert_eq!(report(&world).unwrap_err().invariant, REPORTED);
    act(&world, 1, SecretAction::Write(Written::Placeholder));
    assert!(report(&world).is_err(), "nothing new was written");
    act(&world, 1, SecretAction::Write(Written::OtherNames));
    assert_eq!(report(&world), Ok(()), "the tool delivered something else in between");
}

#[test]
fn a_second_import_is_found() {
    let (world, arn) = world(20, true);
    let after = imported(&world, &arn);
    let mut state = world.state.lock();
    let tracked = state.certificates.get_mut(&arn).unwrap();
    assert_eq!(check_not_before(tracked, &after), Ok(()));
    tracked.past_serials.insert(after.serial.clone());
    assert!(check_not_before(tracked, &after).is_err());
}

#[test]
fn a_certificate_that_is_deleted_during_the_run_had_its_secret_read() {
    let (world, arn) = world(20, true);
    world.state.lock().certificates.remove(&arn);
    let call = |service: &str, operation: &str, input| Call {
        account: String::new(),
        service: service.into(),
        operation: operation.into(),
        input,
        result: CallResult::Ok,
        at: world.aws.now(),
    };
    let read =
        call("secretsmanager", "GetSecretValue", json!({ "SecretId": world.state.lock().secrets.all[NAME].arn }));
    let described = call("acm", "DescribeCertificate", json!({ "CertificateArn": arn }));
    let later = world.aws.now() + SignedDuration::from_secs(1);
    let check = |calls: &[Call]| check_reads(calls, &world.state.lock(), later);
    assert!(check(std::slice::from_ref(&read)).is_err());
    assert_eq!(check(&[described, read]), Ok(()));
}
