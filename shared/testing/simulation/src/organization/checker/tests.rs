use std::collections::BTreeSet;

use serde_json::json;
use simulated_aws::CallResult;

use super::*;

const HOME: &str = "us-east-1";
const SECOND: &str = "eu-west-1";

fn arn(account: &str, region: &str) -> String {
    format!("arn:aws:acm:{region}:{account}:certificate/1")
}

fn call(account: &str, service: &str, input: Value) -> Call {
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let operation = "Operation".to_owned();
    Call { account: account.to_owned(), service: service.to_owned(), operation, input, result: CallResult::Ok, at }
}

/// What breaks when a run about this makes one call and gives an answer.
fn broken(about: &Subject, call: Call, answer: Option<Value>) -> Option<&'static str> {
    let (at, touched) = (call.at, BTreeSet::new());
    let run = Run {
        function: String::new(),
        about: about.clone(),
        started: at,
        answer,
        terminated: false,
        touched,
        hindrance: None,
    };
    let effects = RunEffects { calls: vec![call], ..RunEffects::default() };
    check_isolation(&[run], &effects).err().map(|broken| broken.invariant)
}

fn of_call(about: &Subject, account: &str, service: &str, input: Value) -> Option<&'static str> {
    broken(about, call(account, service, input), None)
}

#[test]
fn calls_in_another_account_or_about_it_are_found() {
    let about = &Subject::Place(Place::new(SPOKES[0], HOME));
    let own = json!({ "CertificateArn": arn(SPOKES[0], HOME) });
    assert_eq!(of_call(about, SPOKES[0], "acm", own.clone()), None);
    assert_eq!(of_call(about, SPOKES[1], "acm", own.clone()), Some(ISOLATED));
    assert_eq!(of_call(about, ACCOUNT, "acm", own.clone()), Some(ISOLATED), "the hub's certificates");
    assert_eq!(of_call(about, ACCOUNT, "sns", own), None, "a notice is sent with the hub's own role");
    for (account, region) in [(SPOKES[1], HOME), (ACCOUNT, HOME), (SPOKES[0], SECOND)] {
        let others = json!({ "Tags": [{ "Key": "Note", "Value": arn(account, region) }] });
        assert_eq!(of_call(about, SPOKES[0], "acm", others.clone()), Some(ISOLATED), "{account} {region}");
        let answer = Some(json!({ "reason": arn(account, region) }));
        assert_eq!(broken(about, call(ACCOUNT, "sts", json!({})), answer), Some(ISOLATED), "{account} {region}");
    }
    let role = json!({ "RoleArn": format!("arn:aws:iam::{}:role/acm-autopilot/acm-autopilot-read", SPOKES[1]) });
    assert_eq!(of_call(about, ACCOUNT, "sts", role.clone()), Some(ISOLATED));
    assert_eq!(of_call(&Subject::Everything, ACCOUNT, "sts", role), None, "without an organization nothing is judged");
}

#[test]
fn the_hubs_own_runs_do_not_touch_spokes() {
    let about = &Subject::Sweep(Place::new(ACCOUNT, HOME));
    assert_eq!(of_call(about, ACCOUNT, "acm", json!({ "CertificateArn": arn(ACCOUNT, HOME) })), None);
    assert_eq!(of_call(about, SPOKES[0], "acm", json!({})), Some(ISOLATED));
    assert_eq!(of_call(about, ACCOUNT, "sns", json!({ "Message": arn(SPOKES[0], HOME) })), Some(ISOLATED));
}

#[test]
fn a_message_names_one_account() {
    let of = |bodies: [String; 2]| {
        let entries: Vec<_> = bodies.iter().map(|body| json!({ "MessageBody": body })).collect();
        of_call(&Subject::Organization, ACCOUNT, "sqs", json!({ "Entries": entries }))
    };
    assert_eq!(of(SPOKES.map(str::to_owned)), None);
    assert_eq!(of([SPOKES.concat(), String::new()]), Some(ISOLATED));
}

#[test]
fn a_call_for_a_forged_event_is_found() {
    let of = |account: &str, service: &str| of_call(&Subject::Nothing, account, service, json!({}));
    assert_eq!(of(ACCOUNT, "sts"), Some(REFUSED));
    assert_eq!(of(SPOKES[0], "acm"), Some(ISOLATED));
    assert_eq!(of(ACCOUNT, "organizations"), None, "whether the account is one of ours");
}
