//! What passes over as many certificates as an account may have cost.

use jiff::SignedDuration;
use simulated_aws::{Aws, CertificateSpec, TrailEvent};

use crate::world::{self, deep, fast};

/// 30 ms a call, and AWS's rates.
fn quota_of_certificates() -> Aws {
    let aws = world::empty();
    for n in 0..2_490 {
        let spec = CertificateSpec::imported(&format!("n{n}.example.com")).tag("Owner", "web").thin();
        aws.insert_certificate(if n % 2 == 0 { spec.in_use_by(world::BALANCER) } else { spec });
    }
    for n in 0..10 {
        let spec = CertificateSpec::amazon_issued(&format!("m{n}.example.com")).days_left(300).thin();
        let arn = aws.insert_certificate(spec);
        aws.record_trail_event(TrailEvent::of_acm("RequestCertificate", world::ALICE, &arn));
    }
    aws.enforce_quotas();
    aws.set_call_duration(SignedDuration::from_millis(30));
    aws
}

#[tokio::test]
async fn the_fast_pass_over_2500_certificates() {
    let aws = quota_of_certificates();
    let start = aws.now();
    let shard = fast(&aws, None).await;
    let (calls, time) = (aws.calls().len(), aws.now().duration_since(start));
    println!("fast pass: {calls} calls, {time:#}");
    assert_eq!(shard.entries.len(), 2_500);
    assert!(shard.entries.iter().all(|entry| entry.owner.known().is_some_and(Option::is_some)));
    // 4 of ListCertificates, 5 of SearchCertificates, 25 of GetResources, 1 of ListAcmeEndpoints, 2 of LookupEvents.
    assert_eq!(calls, 37);
    assert!(time < SignedDuration::from_secs(4), "{time:#}");
}

/// Ten a second, in simulated time.
#[tokio::test]
async fn the_deep_pass_is_as_fast_as_the_quota_and_no_faster() {
    let aws = quota_of_certificates();
    let mut shard = fast(&aws, None).await;
    let (before, start) = (aws.calls().len(), aws.now());
    let pass = deep(&aws, &mut shard).await;
    let (calls, time) = (aws.calls().len() - before, aws.now().duration_since(start));
    println!("deep pass: {calls} calls, {time:#}");
    assert_eq!((pass.read, pass.left), (2_500, 0));
    assert!(time > SignedDuration::from_secs(245) && time < SignedDuration::from_secs(300), "{time:#}");
    assert!(
        aws.calls().iter().all(|call| call.result != simulated_aws::CallResult::Error("ThrottlingException".into()))
    );
}
