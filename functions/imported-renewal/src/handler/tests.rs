//! Nothing that comes in, and nothing that a tag holds, makes the function panic.

use certificates::tags::{
    ATTEMPTS, NOTICES, NOTIFIED, PRIVATE_CA, RENEW_FROM, RENEWAL_OF, SECRET, STATUS, STATUS_REASON, STATUS_SINCE,
    VALIDITY_DAYS,
};
use certificates::{FailureReason, Target};
use event_mutator::{Mutation, mutate, mutations};
use jiff::SignedDuration;
use lambda::Environment;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use simulated_aws::{Aws, CertificateSpec, Key};

use super::*;
use crate::event::tests::ARN;

const BATCH: &str = include_str!("../../../../events/imported-renewal/sqs-batch.json");
const NOW: &str = "2026-11-20T08:00:00Z";
/// Replaced by the ARN of the CA, which is not known before.
const CA: &str = "<the CA>";
const KEYS: [&str; 11] = [
    RENEW_FROM,
    SECRET,
    PRIVATE_CA,
    VALIDITY_DAYS,
    NOTICES,
    STATUS,
    STATUS_SINCE,
    STATUS_REASON,
    ATTEMPTS,
    RENEWAL_OF,
    NOTIFIED,
];

/// What is changed of a good message, and of the tags of the certificate that it is about.
#[derive(Debug, Clone)]
struct Case {
    body: Vec<Mutation>,
    /// Replaces the whole body.
    text: Option<String>,
    envelope: Vec<Mutation>,
    tags: Vec<(&'static str, String)>,
    days_left: i64,
    /// Whether the certificate can be read, and so renewed: that takes longer.
    is_real: bool,
}

fn any_case() -> impl Strategy<Value = Case> {
    let mutations = |most| mutations(0..=most, [ARN.into()]);
    let value = prop_oneof![
        Just(CA.to_owned()),
        any::<String>(),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<u16>().prop_map(|number| number.to_string()),
        any::<u32>().prop_map(|number| format!("{number:x}")),
        "(20|99|-9)[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z",
        (0..1_000_000_i64).prop_map(|seconds| {
            let now: jiff::Timestamp = NOW.parse().unwrap();
            (now - SignedDuration::from_secs(seconds)).to_string()
        }),
        proptest::sample::select(vec![
            "private-ca",
            "acme",
            "secret",
            "off",
            "pending-renewal",
            "renewal-in-progress",
            "renewal-failed",
            "renewal-complete",
            "30@2026-12-10",
        ])
        .prop_map(str::to_owned),
        proptest::sample::select(FailureReason::ALL).prop_map(|reason| reason.as_str().to_owned()),
    ];
    let tags = proptest::collection::vec((proptest::sample::select(KEYS.to_vec()), value), 0..6);
    let text = proptest::option::weighted(0.05, any::<String>());
    let is_real = proptest::bool::weighted(0.2);
    (mutations(2), text, mutations(1), tags, -100..400_i64, is_real).prop_map(
        |(body, text, envelope, tags, days_left, is_real)| Case { body, text, envelope, tags, days_left, is_real },
    )
}

fn handler(aws: &Aws, ca: &str) -> Handler {
    let topic = aws.create_topic("notices");
    let variables =
        [("NOTICE_TOPIC_ARN", topic.as_str()), ("DEFAULT_PRIVATE_CA_ARN", ca), ("GRANTS", r#"{"secrets": ["*"]}"#)];
    let environment: Environment = variables.into_iter().collect();
    Handler::new(Config::read(&environment).unwrap(), &aws.sdk_config())
}

fn message(case: &Case) -> Value {
    let mut batch: Value = serde_json::from_str(BATCH).unwrap();
    let body = &mut batch["Records"][0]["body"];
    let mut event: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
    mutate(&mut event, &case.body);
    *body = case.text.clone().unwrap_or_else(|| event.to_string()).into();
    mutate(&mut batch, &case.envelope);
    batch
}

#[test]
fn no_event_makes_it_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let aws = Aws::in_account(NOW.parse().unwrap(), "123456789012", "us-east-1");
    let ca = aws.create_private_ca(Key::P256);
    let handler = handler(&aws, &ca);
    let run = TestRunner::new(event_mutator::config()).run(&any_case(), |case| {
        aws.forget_record();
        let spec = CertificateSpec::imported("pay.example.com").key(Key::P256).days_left(case.days_left);
        let spec = if case.is_real { spec.issued_by(&ca) } else { spec.thin() };
        let arn = aws.insert_certificate(spec.tag(RENEW_FROM, "private-ca"));
        let tags = case.tags.iter().map(|(key, value)| (*key, value.replace(CA, &ca))).collect::<Vec<_>>();
        aws.set_tags(&arn, &tags.iter().map(|(key, value)| (*key, Some(value.as_str()))).collect::<Vec<_>>());
        let before = aws.certificate(&arn).unwrap();

        let event = serde_json::from_str(&message(&case).to_string().replace(ARN, &arn)).unwrap();
        let home = Target { partition: "aws".into(), region: aws.region(), account: aws.account() };
        let invocation = Invocation { home, deadline: aws.now() + SignedDuration::from_secs(300) };
        let mut metrics = Metrics::new("imported-renewal");
        match runtime.block_on(handler.handle(&event, &invocation, &mut metrics)) {
            Ok(answer) => {
                let answer = serde_json::to_value(answer).unwrap();
                let failures = answer["batchItemFailures"].as_array();
                let is_expected = match event.get("Records") {
                    Some(_) => failures.is_some_and(|all| all.iter().all(|one| one["itemIdentifier"].is_string())),
                    None => answer["outcome"].is_string(),
                };
                prop_assert!(is_expected, "{answer}");
            }
            Err(error) => prop_assert!(error.to_string().len() < 2_000, "{error}"),
        }
        let after = aws.certificate(&arn).unwrap();
        prop_assert!(after.serial == before.serial || case.is_real && after.not_after > before.not_after);
        aws.remove_certificate(&arn);
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}
