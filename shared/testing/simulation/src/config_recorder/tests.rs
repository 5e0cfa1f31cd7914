use super::*;
use crate::{Kind, Parameters};

async fn world(days: i64) -> (World, String) {
    let mut world = World::empty(Parameters::new(Kind::Calm, 10)).undisturbed();
    let arn = world.add_imported(33, false, &[]);
    world.run_for(SignedDuration::from_hours(24 * days)).await.unwrap_or_else(|violation| panic!("{violation}"));
    (world, arn)
}

fn judge(world: &World) -> Check {
    let recorder = world.config.as_ref().expect("it has rules");
    config_checker::check_results(&world.aws, recorder, &world.wiring.config_rules, false)
}

#[tokio::test]
async fn results_follow_changes() {
    let (mut world, arn) = world(2).await;
    let rule = "acm-autopilot-certificate-expiry";
    assert_eq!(world.wiring.config_rules.len(), 4);
    let shown = |world: &World| -> Vec<(String, String)> {
        world.aws.results(rule).into_iter().map(|one| (one.resource_id, one.compliance)).collect()
    };
    assert_eq!(shown(&world), [(arn.clone(), "COMPLIANT".to_owned())]);
    world.run_for(SignedDuration::from_hours(50)).await.unwrap_or_else(|violation| panic!("{violation}"));
    assert_eq!(shown(&world), [(arn.clone(), "NON_COMPLIANT".to_owned())]);
    world.aws.remove_certificate(&arn);
    world.state.lock().certificates.remove(&arn);
    world.run_for(SignedDuration::from_hours(50)).await.unwrap_or_else(|violation| panic!("{violation}"));
    assert_eq!(shown(&world), [(arn, "NOT_APPLICABLE".to_owned())]);
}

#[tokio::test]
async fn a_wrong_result_is_found() {
    let (mut world, arn) = world(2).await;
    assert_eq!(judge(&world), Ok(()));
    let seen = world.config.as_mut().and_then(|recorder| recorder.seen.get_mut(&arn)).expect("it was seen");
    let Resource::Certificate { expiry, .. } = &mut seen.resource else { panic!("it is a certificate") };
    *expiry = world.aws.now() + SignedDuration::from_hours(24 * 29);
    let broken = judge(&world).unwrap_err();
    assert_eq!((broken.invariant, broken.certificate), (config_checker::RESULTS, arn));
}

#[tokio::test]
async fn an_outdated_result_is_found() {
    let (mut world, arn) = world(2).await;
    // Nothing is evaluated any more.
    world.wiring.config_rules.clear();
    world.aws.set_tags(&arn, &[("acm-autopilot:status", Some("pending-renewal"))]);
    world.detect_changes(&BTreeSet::from([arn.clone()]));
    let wiring = crate::wiring::Wiring::read(&crate::template::Template::read(
        &crate::wiring::compliance_template_path(),
        ACCOUNT,
        &world.aws.region(),
        &[("Rules", RULES)],
    ));
    let judge = |world: &World| {
        let recorder = world.config.as_ref().expect("it has rules");
        config_checker::check_results(&world.aws, recorder, &wiring.config_rules, false)
    };
    assert_eq!(judge(&world), Ok(()), "it may take a day");
    world.aws.advance(jiff::Span::new().hours(26));
    assert_eq!(judge(&world).unwrap_err().invariant, config_checker::RESULTS);
    world.aws.remove_certificate(&arn);
    world.detect_changes(&BTreeSet::from([arn.clone()]));
    world.config.as_mut().expect("it has rules").seen.clear();
    assert_eq!(judge(&world), Ok(()), "it may take a day");
    world.aws.advance(jiff::Span::new().hours(26));
    assert_eq!(judge(&world).unwrap_err().invariant, config_checker::CLEARED);
}
