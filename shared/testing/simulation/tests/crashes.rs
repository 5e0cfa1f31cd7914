//! Every call of every scenario fails in every way, once. The final state is the same as without the fault.
#![cfg(test)]

use jiff::{SignedDuration, ToSpan};
use simulated_aws::Fault;
use simulation::{Kind, Outcome, Parameters, World};

/// What happens to the k-th call, and to how many calls from there.
const FAULTS: [(&str, Fault, u64); 7] = [
    ("fails", Fault::ServerError, 1),
    ("fails on every attempt of the SDK", Fault::ServerError, 3),
    ("loses its answer", Fault::AnswerLost, 1),
    ("loses the answer to every attempt", Fault::AnswerLost, 3),
    ("is throttled", Fault::Throttled, 3),
    ("crashes before it", Fault::Crash, 1),
    ("crashes after it", Fault::CrashAfter, 1),
];
/// Long enough for a message that fails, a pause of a day, and the sweep after it.
const DURATION: SignedDuration = SignedDuration::from_hours(60);

async fn recovers(prepare: impl Fn(&mut World) -> Vec<String>, expected: impl Fn(&[Outcome])) {
    let (calls, undisturbed) = run(&prepare, None).await;
    expected(&undisturbed);
    assert!(calls > 5, "{calls} calls");
    for (what, fault, times) in FAULTS {
        for k in 1..=calls {
            let (_, disturbed) = run(&prepare, Some((k, fault.clone(), times))).await;
            assert_eq!(disturbed, undisturbed, "call {k} of {calls} {what}");
        }
    }
}

async fn run(prepare: &impl Fn(&mut World) -> Vec<String>, fault: Option<(u64, Fault, u64)>) -> (u64, Vec<Outcome>) {
    let mut world = World::empty(Parameters::new(Kind::Calm, 7)).undisturbed();
    let arns = prepare(&mut world);
    let serials: Vec<String> = arns.iter().map(|arn| world.aws().certificate(arn).unwrap().serial).collect();
    let (first, fault, times) = fault.unwrap_or((1, Fault::Crash, 0));
    (first..first + times).for_each(|k| world.aws().fail_call(k, fault.clone()));
    world.run_for(DURATION).await.unwrap_or_else(|violation| panic!("{violation}"));
    let calls = world.calls();
    world.run_until_quiescent(SignedDuration::from_hours(48)).await.unwrap_or_else(|violation| panic!("{violation}"));
    let outcomes = arns.iter().zip(&serials).map(|(arn, serial)| world.outcome(arn, serial)).collect();
    (calls, outcomes)
}

fn has(outcome: &Outcome, tag: &str) -> bool {
    outcome.our_tags.iter().any(|ours| ours == &format!("acm-autopilot:{tag}"))
}

#[tokio::test]
async fn a_notice() {
    recovers(
        |world| vec![world.add_imported(29, false, &[])],
        |outcomes| {
            assert_eq!(outcomes[0].notified, ["expiring 30"]);
            assert!(has(&outcomes[0], "notified=30"));
        },
    )
    .await;
}

#[tokio::test]
async fn a_renewal() {
    recovers(
        |world| vec![world.add_imported(20, true, &[])],
        |outcomes| {
            assert!(outcomes[0].replaced);
            assert!(has(&outcomes[0], "status=renewal-complete"), "{outcomes:?}");
            assert!(!has(&outcomes[0], "renewal-of is there"), "{outcomes:?}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_renewal_from_a_disabled_ca() {
    recovers(
        |world| {
            world.aws().set_ca_status(world.default_ca(), "DISABLED");
            vec![world.add_imported(29, true, &[])]
        },
        |outcomes| {
            assert!(!outcomes[0].replaced);
            assert!(has(&outcomes[0], "status=renewal-failed") && has(&outcomes[0], "status-reason=ca-disabled"));
        },
    )
    .await;
}

#[tokio::test]
async fn recording_a_renewal_that_crashed_after_its_import() {
    recovers(
        |world| {
            // The claim was written before the import.
            let since = (world.aws().now() - 30.hours()).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            let tags = [
                ("acm-autopilot:status", "renewal-in-progress"),
                ("acm-autopilot:status-since", since.as_str()),
                ("acm-autopilot:attempts", "1"),
                ("acm-autopilot:renewal-of", "0a:1b"),
            ];
            // Sweeps check what was imported within two days.
            vec![world.add_imported(364, true, &tags)]
        },
        |outcomes| {
            assert!(!outcomes[0].replaced);
            assert_eq!(outcomes[0].our_tags, ["acm-autopilot:status=renewal-complete"]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_sweep_over_several() {
    recovers(
        |world| {
            let mut arns = vec![world.add_imported(14, false, &[]), world.add_imported(-2, false, &[])];
            arns.push(world.add_imported(10, true, &[]));
            arns.push(world.add_amazon_issued(29));
            arns
        },
        |outcomes| {
            assert!(outcomes[2].replaced && has(&outcomes[2], "status=renewal-complete"));
            assert_eq!(outcomes[1].notified, ["expired -1"]);
            assert!(outcomes.iter().all(|outcome| outcome.operator_tags.iter().any(|tag| tag == "Owner=team-1")));
        },
    )
    .await;
}

#[tokio::test]
async fn a_request_over_two_zones_and_two_accounts() {
    recovers(
        |world| vec![world.add_requested(&["shop.alpha.example", "*.shop.alpha.example", "gamma.example"])],
        |outcomes| {
            assert!(outcomes[0].replaced, "not issued: {outcomes:?}");
            assert_eq!((outcomes[0].records.len(), &outcomes[0].cause), (2, &None));
            assert_eq!(outcomes[0].operator_tags, ["Owner=team-1"]);
        },
    )
    .await;
}

#[tokio::test]
async fn removed_records() {
    recovers(
        |world| {
            let names = ["one.beta.example", "two.beta.example", "three.dev.alpha.example"];
            vec![world.add_validated(100, &names, &["one.beta.example", "three.dev.alpha.example"])]
        },
        |outcomes| {
            assert_eq!((outcomes[0].records.len(), &outcomes[0].cause), (3, &None));
            assert_eq!(outcomes[0].our_tags, [""; 0]);
        },
    )
    .await;
}

/// ACM starts a renewal, and one of the names is in a zone that the function cannot see.
#[tokio::test]
async fn a_notice_of_a_record_that_cannot_be_created() {
    recovers(
        |world| vec![world.add_validated(50, &["one.beta.example", "www.nowhere.example"], &["one.beta.example"])],
        |outcomes| {
            assert_eq!(outcomes[0].cause.as_deref(), Some("no-zone"));
            assert_eq!(outcomes[0].records.len(), 1, "the other is restored");
            assert!(
                outcomes[0].our_tags.iter().any(|tag| tag.starts_with("acm-autopilot:validation-notified=no-zone/")),
                "{outcomes:?}"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn a_renewal_from_a_secret() {
    recovers(
        |world| vec![world.add_from_secret(20, true), world.add_from_secret(20, false)],
        |outcomes| {
            assert!(outcomes[0].replaced && has(&outcomes[0], "status=renewal-complete"), "{outcomes:?}");
            assert!(!outcomes[1].replaced && has(&outcomes[1], "status-reason=secret-not-renewed"), "{outcomes:?}");
        },
    )
    .await;
}
