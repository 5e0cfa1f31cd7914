//! Facts and tables for the tests of rules.

use std::fmt::Debug;

use certificates::tags::Tags;
use certificates::{
    CertificateType, DomainValidation, KeyAlgorithm, KeyPairOrigin, RenewalEligibility, ResourceRecord, Target,
    Validation,
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use simulated_aws::Aws;

use super::{Compliance, Context, Evaluation, Evaluator, NoVerdict, Rule, Settings, Verdict};
use crate::facts::{Account, Certificate, Chain, Crl, Fact, Missing, Ocsp, PrivateCa};

/// When the tests take place.
pub(crate) const NOW: &str = "2026-11-21T06:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn known<T>(value: impl Into<T>) -> Fact<T> {
    Fact::Known(value.into())
}

fn some<T>(value: impl Into<T>) -> Fact<Option<T>> {
    Fact::Known(Some(value.into()))
}

/// A public certificate of ACM's of which everything is known: validated by DNS, in use, compliant in every
/// way, and far from its expiry.
pub(crate) fn issued() -> Certificate {
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
    let record = ResourceRecord {
        name: "_a.example.com.".into(),
        kind: "CNAME".into(),
        value: "_b.acm-validations.aws.".into(),
    };
    Certificate {
        certificate_type: known(CertificateType::AmazonIssued),
        status: known("ISSUED"),
        domain_name: some("example.com"),
        names: known(vec!["example.com".to_owned(), "www.example.com".to_owned()]),
        key_algorithm: known(KeyAlgorithm::new("RSA_2048")),
        signature_algorithm: some("SHA256WITHRSA"),
        not_before: some(at("2026-09-01T00:00:00Z")),
        not_after: some(at("2027-03-17T23:59:59Z")),
        created_at: some(at("2026-09-01T00:00:00Z")),
        issued_at: some(at("2026-09-01T00:10:00Z")),
        imported_at: known(None),
        revoked_at: known(None),
        revocation_reason: known(None),
        failure_reason: known(None),
        serial: some("0a:1b"),
        subject: some("CN=example.com"),
        issuer: some("Amazon"),
        certificate_authority: known(None),
        key_pair_origin: some(KeyPairOrigin::AwsManaged),
        acme_account: known(None),
        acme_endpoint: known(None),
        root_hierarchy: known(None),
        usage: known(None),
        in_use: known(true),
        renewal_eligibility: some(RenewalEligibility::Eligible),
        renewal: known(None),
        domain_validations: known(vec![DomainValidation {
            domain_name: "example.com".into(),
            succeeded: Some(true),
            validation: Validation::Dns(Some(record)),
        }]),
        key_usages: known(vec!["DIGITAL_SIGNATURE".to_owned(), "KEY_ENCIPHERMENT".to_owned()]),
        extended_key_usages: known(vec!["TLS_WEB_SERVER_AUTHENTICATION".to_owned()]),
        transparency_logging: some("ENABLED"),
        export_option: some("DISABLED"),
        exported: known(None),
        tags: known(Tags::default()),
        chain: known(None),
        all: Fact::Known(Vec::new().into()),
        ..Certificate::unknown(arn)
    }
}

/// An imported certificate, otherwise as [`issued`].
pub(crate) fn imported() -> Certificate {
    Certificate {
        certificate_type: known(CertificateType::Imported),
        issued_at: known(None),
        imported_at: some(at("2026-09-01T00:10:00Z")),
        issuer: some("Example CA"),
        key_pair_origin: some(KeyPairOrigin::CustomerProvided),
        renewal_eligibility: some(RenewalEligibility::Ineligible),
        domain_validations: known(Vec::new()),
        transparency_logging: some("DISABLED"),
        export_option: known(None),
        ..issued()
    }
}

/// A certificate that ACM got from a private CA, otherwise as [`issued`].
pub(crate) fn private() -> Certificate {
    Certificate {
        certificate_type: known(CertificateType::Private),
        issuer: some("Example CA"),
        certificate_authority: some("arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/6f5"),
        domain_validations: known(Vec::new()),
        transparency_logging: some("DISABLED"),
        exported: known(Some(false)),
        ..issued()
    }
}

/// A certificate of an ACME client, that ACM shows as not used and not renewable, otherwise as [`issued`].
pub(crate) fn acme() -> Certificate {
    Certificate {
        key_pair_origin: some(KeyPairOrigin::Acme),
        acme_account: some("5f0c"),
        acme_endpoint: some("arn:aws:acm:us-east-1:123456789012:acme-endpoint/7e1b"),
        in_use: known(false),
        renewal_eligibility: some(RenewalEligibility::Ineligible),
        ..issued()
    }
}

/// A certificate of an Amazon N2 hierarchy, otherwise as [`issued`].
pub(crate) fn n2(hierarchy: &str, usage: Option<&str>) -> Certificate {
    Certificate { root_hierarchy: some(hierarchy), usage: known(usage.map(str::to_owned)), ..issued() }
}

/// A certificate that was requested a minute ago.
pub(crate) fn pending() -> Certificate {
    Certificate {
        status: known("PENDING_VALIDATION"),
        signature_algorithm: known(None),
        not_before: known(None),
        not_after: known(None),
        created_at: some(at("2026-11-21T05:59:00Z")),
        issued_at: known(None),
        serial: known(None),
        issuer: known(None),
        in_use: known(false),
        renewal_eligibility: some(RenewalEligibility::Ineligible),
        key_usages: known(Vec::new()),
        extended_key_usages: known(Vec::new()),
        ..issued()
    }
}

/// The certificate with another expiry.
pub(crate) fn ends(certificate: Certificate, end: &str) -> Certificate {
    Certificate { not_after: some(at(end)), ..certificate }
}

/// The certificate with these tags.
pub(crate) fn tagged(certificate: Certificate, tags: &[(&str, &str)]) -> Certificate {
    Certificate { tags: Fact::Known(tags.iter().copied().collect()), ..certificate }
}

/// An active root CA of which everything is known: valid for years, with a CRL that nobody else can read.
pub(crate) fn root_ca() -> PrivateCa {
    let arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/6f5".parse().unwrap();
    let crl = Crl {
        enabled: true,
        bucket: Some("crl-bucket".into()),
        object_acl: Some("BUCKET_OWNER_FULL_CONTROL".into()),
        expiration_days: Some(7),
        custom_cname: None,
    };
    PrivateCa {
        ca_type: known("ROOT"),
        status: known("ACTIVE"),
        usage_mode: some("GENERAL_PURPOSE"),
        key_algorithm: known(KeyAlgorithm::new("RSA_4096")),
        signing_algorithm: known("SHA512WITHRSA"),
        common_name: some("Example Root CA"),
        key_storage_standard: some("FIPS_140_2_LEVEL_3_OR_HIGHER"),
        not_before: some(at("2024-01-01T00:00:00Z")),
        not_after: some(at("2036-01-01T00:00:00Z")),
        created_at: some(at("2024-01-01T00:00:00Z")),
        last_state_change_at: some(at("2024-01-01T00:00:00Z")),
        failure_reason: known(None),
        restorable_until: known(None),
        owner_account: some("123456789012"),
        crl: some(crl),
        ocsp: some(Ocsp::default()),
        tags: known(Tags::default()),
        permissions: known(Vec::new()),
        policy: known(None),
        chain: known(None),
        certificates: Fact::Known(Vec::new().into()),
        all: Fact::Known(Vec::new().into()),
        ..PrivateCa::unknown(arn)
    }
}

/// A subordinate CA, otherwise as [`root_ca`].
pub(crate) fn subordinate_ca() -> PrivateCa {
    let arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/7a6".parse().unwrap();
    PrivateCa {
        arn,
        ca_type: known("SUBORDINATE"),
        common_name: some("Example Issuing CA"),
        not_after: some(at("2031-01-01T00:00:00Z")),
        ..root_ca()
    }
}

/// An AWS at [`NOW`], for certificates with a chain.
pub(crate) fn aws() -> Aws {
    Aws::new(at(NOW))
}

/// The chain of a certificate in that AWS.
pub(crate) fn chain_of(aws: &Aws, arn: &str) -> Chain {
    let certificate = aws.certificate(arn).unwrap();
    Chain::from_pem(&certificate.pem.unwrap(), certificate.chain.as_deref()).unwrap()
}

/// What a rule can evaluate.
pub(crate) trait Resource: Debug {
    /// The rule's answer.
    fn evaluate(&self, rule: &Rule, context: &Context<'_>) -> Evaluation;
}

impl Resource for Certificate {
    fn evaluate(&self, rule: &Rule, context: &Context<'_>) -> Evaluation {
        let Evaluator::Certificate(evaluate) = rule.evaluate else { panic!("{} is not about certificates", rule.name) };
        evaluate(self, context)
    }
}

impl Resource for PrivateCa {
    fn evaluate(&self, rule: &Rule, context: &Context<'_>) -> Evaluation {
        let Evaluator::PrivateCa(evaluate) = rule.evaluate else { panic!("{} is not about CAs", rule.name) };
        evaluate(self, context)
    }
}

impl Resource for Account {
    fn evaluate(&self, rule: &Rule, context: &Context<'_>) -> Evaluation {
        let Evaluator::Account(evaluate) = rule.evaluate else { panic!("{} is not about accounts", rule.name) };
        evaluate(self, context)
    }
}

/// The parameters of a rule, or why they are refused.
fn settings(rule: &Rule, parameters: &[(&str, &str)]) -> Result<Settings, String> {
    let named: Map<String, Value> = [("rule", rule.name)]
        .iter()
        .chain(parameters)
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    super::select(&named).map(|(_, settings)| settings).map_err(|error| error.to_string())
}

/// The rule's answer for a resource at [`NOW`].
pub(crate) fn evaluate(rule: &Rule, parameters: &[(&str, &str)], resource: &impl Resource) -> Evaluation {
    let settings = settings(rule, parameters).unwrap();
    let here = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
    resource.evaluate(rule, &Context { now: at(NOW), settings: &settings, here: &here })
}

/// The fact that the rule misses.
pub(crate) fn missing(rule: &Rule, parameters: &[(&str, &str)], resource: &impl Resource) -> Missing {
    match evaluate(rule, parameters, resource) {
        Err(NoVerdict::Missing(missing)) => missing,
        other => panic!("{}: {other:?}", rule.name),
    }
}

/// A line of a table: what it is about, the parameters, the resource, the verdict, and a piece of its
/// reason.
pub(crate) type Case<'a, R> = (&'a str, &'a [(&'a str, &'a str)], R, Compliance, &'a str);

/// Checks a rule against a table, and reports all lines that are wrong. Reasons have to fit into an annotation, so that
/// what to do is not cut off.
pub(crate) fn check<R: Resource>(rule: &Rule, cases: &[Case<'_, R>]) {
    let is_wrong = |(_, parameters, resource, compliance, piece): &&Case<'_, R>| {
        evaluate(rule, parameters, resource).map_or(true, |verdict: Verdict| {
            let is_cut = verdict.annotation() != verdict.reason();
            verdict.compliance() != *compliance || !verdict.reason().contains(piece) || is_cut
        })
    };
    let wrong: Vec<String> = cases
        .iter()
        .filter(is_wrong)
        .map(|(about, parameters, resource, _, piece)| {
            format!("{about}: not `{piece}`: {:?}", evaluate(rule, parameters, resource))
        })
        .collect();
    assert!(wrong.is_empty(), "{}:\n{}", rule.name, wrong.join("\n"));
}

/// The error with which parameters are refused.
pub(crate) fn refused(rule: &Rule, parameters: &[(&str, &str)]) -> String {
    settings(rule, parameters).expect_err("the parameters are taken")
}
