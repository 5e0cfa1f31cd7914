use super::*;

fn plan(actions: usize, unknown: &[Option<usize>]) -> TargetPlan {
    let mut function = FunctionPlan { certificates: Some(30), ..FunctionPlan::new("expiry-events") };
    (0..actions).for_each(|number| function.act(format!("arn:aws:acm:x:1:certificate/{number}"), "request a renewal"));
    let unknown = unknown.iter().map(|certificates| Unknown { certificates: *certificates, why: "denied".to_owned() });
    function.unknown = unknown.collect();
    TargetPlan { account: "123456789012".into(), region: "eu-central-1".into(), functions: vec![function] }
}

#[test]
fn what_is_not_known_is_never_nothing_to_do() {
    for (actions, unknown, expected) in [
        (0, vec![], "expiry-events: nothing to do (30 certificates)\n"),
        (0, vec![Some(30)], "expiry-events: not known (30 certificates)\n      not known: 30 certificates: denied\n"),
        (
            0,
            vec![None],
            "expiry-events: not known (30 certificates)\n      not known: an unknown number of certificates: denied\n",
        ),
        (1, vec![], "expiry-events: 1 action (30 certificates)\n      0: request a renewal\n"),
        (
            2,
            vec![Some(1)],
            "expiry-events: at least 2 actions (30 certificates)\n      not known: 1 certificate: denied\n",
        ),
    ] {
        let text = text(&[plan(actions, &unknown)]);
        assert!(text.contains(expected), "{text}");
    }
    assert!(text(&[plan(12, &[])]).ends_with("      and 2 more\n"));
}

#[test]
fn a_failure_of_some_leaves_all_unknown() {
    let error = |failed, left| PartialFailure {
        failed,
        of: 5,
        left,
        first: (failed > 0).then(|| Box::new(std::io::Error::other("denied"))),
        retryable: false,
    };
    let numbers = |plan: &FunctionPlan| plan.unknown.iter().map(|one| one.certificates).collect::<Vec<_>>();
    assert_eq!(numbers(&of_partial("x", &error(2, 1))), [Some(3), Some(2)]);
    assert_eq!(numbers(&of_partial("x", &error(5, 0))), [Some(5)]);
    let out_of_time = of_partial("x", &error(0, 5));
    assert_eq!(out_of_time.unknown[0].why, "there was not enough time");
}
