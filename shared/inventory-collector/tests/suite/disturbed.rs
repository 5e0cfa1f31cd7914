//! Nothing that is missing is shown as zero, none or unused.

use inventory_collector::{ENTRIES, LOOKUPS};
use std::collections::BTreeSet;

use inventory::Shard;
use simulated_aws::{Aws, Fault};

use crate::explained::unexplained;
use crate::{every_source, world};

/// The operations that both passes call.
fn operations(aws: &Aws) -> BTreeSet<String> {
    aws.calls().into_iter().map(|call| call.operation).collect()
}

fn is_said(disturbed: &Shard, operation: &str) -> bool {
    serde_json::to_string(&disturbed.entries).unwrap().contains(operation)
        || disturbed.header.sources.iter().any(|one| one.found.unreadable().is_some())
}

#[tokio::test]
async fn every_difference_to_an_undisturbed_pass_says_what_is_missing() {
    let calm_aws = every_source::full();
    let calm = every_source::both(&calm_aws).await;
    assert!(calm.header.sources.iter().all(|one| one.found.known().is_some()), "{:#?}", calm.header);
    assert_eq!(calm.header.sources.len(), ENTRIES.len() + LOOKUPS.len(), "{:#?}", calm.header);
    let unused: Vec<_> = calm.entries.iter().filter(|one| one.unused_since.is_some()).map(|one| &one.name).collect();
    assert!(unused.iter().any(|name| *name == "unused.example.com"), "{unused:?}");
    let operations = operations(&calm_aws);
    assert!(operations.len() >= 20, "{operations:?}");
    for operation in &operations {
        for fault in [Fault::AccessDenied, Fault::Throttled] {
            let aws = every_source::full();
            aws.fail_always(operation, fault.clone());
            let disturbed = every_source::both(&aws).await;
            assert_eq!(unexplained(&calm, &disturbed), Vec::<String>::new(), "{operation} {fault:?}");
            assert!(is_said(&disturbed, operation), "{operation} {fault:?} is said nowhere");
        }
    }
}

#[tokio::test]
async fn one_call_that_fails_in_the_middle_is_said_as_well() {
    let calm_aws = every_source::full();
    let calm = every_source::both(&calm_aws).await;
    for k in 1..=u64::try_from(calm_aws.calls().len()).unwrap() {
        let aws = every_source::full();
        aws.fail_call(k, Fault::AccessDenied);
        let disturbed = every_source::both(&aws).await;
        assert_eq!(unexplained(&calm, &disturbed), Vec::<String>::new(), "call {k}");
    }
}

#[tokio::test]
async fn a_part_of_a_list_is_not_the_list() {
    let aws = world::empty();
    for n in 0..1_001 {
        let spec = simulated_aws::CertificateSpec::imported(&format!("n{n}.example.com")).thin();
        aws.insert_certificate(spec.tag("Owner", "web"));
    }
    aws.fail("SearchCertificates", 3, Fault::AccessDenied);
    aws.fail("GetResources", 2, Fault::AccessDenied);
    let shard = world::fast(&aws, None).await;
    assert_eq!(shard.entries.len(), 1_001);
    assert!(
        shard.entries.iter().all(|entry| entry.identity.unreadable().is_some() && entry.tags.unreadable().is_some())
    );
    assert!(shard.entries.iter().all(|entry| entry.owner.unreadable().is_some()));
    let aws = world::empty();
    for n in 0..1_001 {
        aws.insert_certificate(simulated_aws::CertificateSpec::imported(&format!("n{n}.example.com")).thin());
    }
    aws.fail("ListCertificates", 2, Fault::AccessDenied);
    let shard = world::fast(&aws, None).await;
    assert!(shard.entries.is_empty() && crate::explained::is_unreadable(&shard, inventory::Source::Certificates));
}
