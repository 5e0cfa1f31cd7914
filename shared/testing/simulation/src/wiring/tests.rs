use serde_json::json;

use super::*;

const ACCOUNT: &str = "123456789012";
const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4";

fn wiring() -> Wiring {
    Wiring::read(&Template::read(&template_path(), "123456789012", "us-east-1", &[]))
}

fn targets(event: &Value) -> Vec<String> {
    wiring().targets("default", event).map(|target| target.id.clone()).collect()
}

#[test]
fn the_template_is_understood() {
    let wiring = wiring();
    let functions: Vec<_> = wiring.functions.keys().collect();
    assert_eq!(functions, ["DnsValidationFunction", "ExpiryEventsFunction", "ImportedRenewalFunction"]);
    assert_eq!(wiring.functions["ExpiryEventsFunction"].timeout, SignedDuration::from_secs(300));
    assert_eq!(wiring.functions["ExpiryEventsFunction"].retries, 2);
    assert!(wiring.functions["ImportedRenewalFunction"].environment["NOTICE_TOPIC_ARN"].ends_with(":NoticeTopic"));
    let queue = &wiring.queues["RenewalQueue"];
    assert_eq!((queue.visibility, queue.most_receives), (SignedDuration::from_mins(30), Some(4)));
    assert_eq!((queue.function.as_deref(), queue.reports_failures), (Some("ImportedRenewalFunction"), true));
    let one = [("Functions", "imported-renewal")];
    let wired = Wiring::read(&Template::read(&template_path(), ACCOUNT, "us-east-1", &one));
    assert_eq!(wired.functions.keys().collect::<Vec<_>>(), ["ImportedRenewalFunction"]);
    let schedules: Vec<_> = wiring.rules.iter().filter_map(|rule| rule.every).collect();
    assert_eq!(schedules, [SignedDuration::from_hours(1); 2]);
}

#[test]
fn rules_of_aws_config_are_understood() {
    let of = |rules: &str| {
        let given = [("Rules", rules)];
        Wiring::read(&Template::read(&compliance_template_path(), ACCOUNT, "us-east-1", &given))
    };
    let wiring = of("certificate-expiry,ca-status");
    let mut names: Vec<_> = wiring.config_rules.iter().map(|rule| rule.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["acm-autopilot-ca-status", "acm-autopilot-certificate-expiry"]);
    let expiry = wiring.config_rules.iter().find(|rule| rule.name.ends_with("expiry")).unwrap();
    assert_eq!(expiry.parameters, json!({ "rule": "certificate-expiry", "days": "30" }));
    assert_eq!((expiry.on_change, expiry.every), (true, Some(SignedDuration::from_hours(24))));
    assert_eq!(expiry.resource_types, ["AWS::ACM::Certificate"]);
    assert_eq!(wiring.functions[&expiry.function].concurrency, Some(1));
    assert!(of("all").config_rules.len() > 30);
    assert!(of("none").config_rules.is_empty());
    let named = |rules: &str, name: &str| of(rules).config_rules.iter().any(|rule| rule.name.ends_with(name));
    assert!(named("recommended", "-ca-expiry") && !named("recommended", "-key-algorithm"));
    assert!(named("recommended,key-algorithm", "-key-algorithm"));
}

#[test]
fn rules_of_aws_config_have_the_parameters_of_the_stack() {
    let inputs = |given: &[(&str, &str)], name: &str| {
        let given = [&[("Rules", "all")], given].concat();
        let template = Template::read(&compliance_template_path(), ACCOUNT, "us-east-1", &given);
        let rules = Wiring::read(&template).config_rules;
        rules.into_iter().find(|rule| rule.name.ends_with(name)).unwrap().parameters
    };
    let days = [("CertificateExpiryDays", "45")];
    assert_eq!(inputs(&days, "certificate-expiry"), json!({ "rule": "certificate-expiry", "days": "45" }));
    let keys = [("RequiredTagKeys", "Owner,Team")];
    for rule in ["required-tags", "ca-tagged"] {
        assert_eq!(inputs(&keys, rule), json!({ "rule": rule, "keys": "Owner,Team" }));
        assert_eq!(inputs(&[], rule), json!({ "rule": rule }), "AWS Config wants no empty parameters");
    }
}

#[test]
fn events_find_their_targets() {
    let expired = json!({
        "source": "aws.acm", "account": ACCOUNT, "detail-type": "ACM Certificate Expired", "resources": [ARN],
    });
    assert_eq!(targets(&expired), ["ExpiryEventsFunction"]);
    let ours = |detail_type: &str, arn: &str| {
        json!({
            "source": "acm-autopilot", "account": ACCOUNT, "detail-type": detail_type,
            "detail": { "certificateArn": arn },
        })
    };
    assert_eq!(targets(&ours("Certificate Renewal Requested", ARN)), ["RenewalQueue"]);
    let elsewhere = ARN.replace("us-east-1", "eu-central-1");
    assert!(targets(&ours("Certificate Renewal Requested", &elsewhere)).is_empty());
    assert!(targets(&ours("Certificate Renewal Status Changed", ARN)).is_empty());
}

#[test]
fn the_functions_own_tags_do_not_trigger_them() {
    let event = |issuer: &str, key: &str| {
        json!({
            "source": "aws.acm", "account": ACCOUNT, "detail-type": "AWS API Call via CloudTrail",
            "detail": {
                "eventSource": "acm.amazonaws.com", "eventName": "AddTagsToCertificate",
                "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": issuer}}},
                "requestParameters": {
                    "certificateArn": ARN,
                    "tags": [{"key": "x"}, {"key": key, "value": "pending-renewal"}],
                },
            },
        })
    };
    let admin = "arn:aws:iam::123456789012:role/admin";
    assert_eq!(targets(&event(admin, "acm-autopilot:status")), ["RenewalQueue"]);
    assert!(targets(&event(admin, "Owner")).is_empty());
    for (id, function) in &wiring().functions {
        let key = match id.as_str() {
            "DnsValidationFunction" => "acm-autopilot:validation-notified",
            _ => "acm-autopilot:status",
        };
        assert!(targets(&event(&function.role, key)).is_empty(), "{}", function.role);
    }
}

#[test]
fn validation_events_reach_dns_validation() {
    let requested = |name: &str, error: Value| {
        let mut detail = json!({ "eventSource": "acm.amazonaws.com", "eventName": name, "requestParameters": {} });
        if !error.is_null() {
            detail["errorCode"] = error;
        }
        json!({
            "source": "aws.acm", "account": ACCOUNT, "detail-type": "AWS API Call via CloudTrail", "detail": detail,
        })
    };
    for name in ["RequestCertificate", "UpdateCertificateOptions"] {
        assert_eq!(targets(&requested(name, Value::Null)), ["DnsValidationFunction"], "{name}");
        assert!(targets(&requested(name, json!("LimitExceededException"))).is_empty(), "{name} failed");
    }
    assert!(targets(&requested("ImportCertificate", Value::Null)).is_empty());

    let action_required = json!({
        "source": "aws.acm", "account": ACCOUNT, "detail-type": "ACM Certificate Renewal Action Required",
        "resources": [ARN],
    });
    let health = |service: &str, code: &str| {
        json!({
            "source": "aws.health", "account": ACCOUNT, "detail-type": "AWS Health Event",
            "detail": { "service": service, "eventTypeCode": code },
        })
    };
    let both = ["DnsValidationFunction", "ExpiryEventsFunction"];
    assert_eq!(sorted(&action_required), both);
    for code in ["AWS_ACM_RENEWAL_STATE_CHANGE", "AWS_ACM_RENEWAL_FAILURE", "CAA_CHECK_FAILURE"] {
        assert_eq!(sorted(&health("ACM", code)), both, "{code}");
    }
    assert!(targets(&health("EC2", "AWS_EC2_OPERATIONAL_ISSUE")).is_empty());
}

fn sorted(event: &Value) -> Vec<String> {
    let mut targets = targets(event);
    targets.sort();
    targets
}
