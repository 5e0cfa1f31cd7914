use std::collections::BTreeSet;

use simulated_aws::CallResult;

use super::*;
use crate::organization::Subject;
use crate::world::ACCOUNT;
use crate::{Kind, Parameters};

/// What breaks when a run about this account makes one call.
fn broken(
    world: &World,
    account: &str,
    (of, service, operation): (&str, &str, &str),
    input: Value,
) -> Option<&'static str> {
    let at = world.aws.now();
    let place = Place::new(account, world.region());
    let (about, touched) = (Subject::Place(place), BTreeSet::new());
    let run =
        Run { function: String::new(), about, started: at, answer: None, terminated: false, touched, hindrance: None };
    let (account, service, operation) = (of.to_owned(), service.to_owned(), operation.to_owned());
    let call = Call { account, service, operation, input, result: CallResult::Ok, at };
    let effects = RunEffects { calls: vec![call], ..RunEffects::default() };
    world.check_granted(&[run], &effects).err().map(|broken| broken.invariant)
}

#[test]
fn what_an_account_may_not_have_is_found() {
    let world = World::empty(Parameters::new(Kind::Mixed, 1));
    for (account, expected) in [(SPOKES[0], None), (SPOKES[1], Some(ONLY_GRANTED))] {
        assert_eq!(broken(&world, account, (account, "secretsmanager", "GetSecretValue"), json!({})), expected);
        assert_eq!(broken(&world, account, (ACCOUNT, "acme", "newOrder"), json!({})), expected);
        assert_eq!(broken(&world, account, (ACCOUNT, "acm-pca", "IssueCertificate"), json!({})), None);
    }
}

#[test]
fn what_an_account_obtains_while_it_has_no_grants_is_found() {
    let mut world = World::empty(Parameters::new(Kind::Mixed, 1));
    let change = |action: &str| json!({ "ChangeBatch": { "Changes": [{ "Action": action }] } });
    let found = |world: &World, account: &str| {
        [
            broken(world, account, (ACCOUNT, "acm-pca", "IssueCertificate"), json!({})),
            broken(world, account, (account, "acm", "ImportCertificate"), json!({})),
            broken(world, account, (ACCOUNT, "route53", "ChangeResourceRecordSets"), change("UPSERT")),
            broken(world, account, (ACCOUNT, "route53", "ChangeResourceRecordSets"), change("DELETE")),
        ]
    };
    assert_eq!(found(&world, SPOKES[0]), [None; 4]);
    world.begin_outage(SPOKES[0], Wrong::HasNoGrants, 3);
    assert_eq!(found(&world, SPOKES[0]), [Some(ONLY_GRANTED), Some(ONLY_GRANTED), Some(ONLY_GRANTED), None]);
    assert_eq!(found(&world, SPOKES[1]), [None; 4]);
    world.end_outages();
    assert_eq!(found(&world, SPOKES[0]), [None; 4], "the grants were given back");
}

#[test]
fn what_is_written_in_a_read_only_account_is_found() {
    let mut world = World::empty(Parameters::new(Kind::Mixed, 1));
    let found = |world: &World, account: &str| {
        let operations = [("acm", "AddTagsToCertificate"), ("acm", "DescribeCertificate"), ("events", "PutEvents")];
        operations.map(|(service, operation)| broken(world, account, (account, service, operation), json!({})))
    };
    world.begin_outage(SPOKES[1], Wrong::IsReadOnly, 3);
    assert_eq!(found(&world, SPOKES[1]), [Some(READ_ONLY), None, Some(READ_ONLY)]);
    assert_eq!(found(&world, SPOKES[0]), [None; 3]);
}
