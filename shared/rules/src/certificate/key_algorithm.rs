//! `key-algorithm`: a certificate's key is of an allowed type and size.
//!
//! | certificate | verdict |
//! |---|---|
//! | its request failed, it is revoked, or it has expired | not applicable |
//! | its key is in `allowed` | compliant |
//! | its key is another | non-compliant |
//!
//! Certificates that are not issued yet have a key already. `RSA-2048`, as DescribeCertificate spells it,
//! is `RSA_2048`. ACM has no ML-DSA keys yet; they may be allowed ahead, as AWS Private CA spells them. A key
//! that is not known here is never allowed.
//!
//! Source: [CertificateDetail, `KeyAlgorithm`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html);
//! RSA keys of less than 2,048 bits: [NIST SP 800-57 part 1](https://csrc.nist.gov/pubs/sp/800/57/pt1/r5/final).

use crate::facts::{Certificate, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, applicability};

const ALLOWED: List = List {
    name: "allowed",
    default: &["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"],
    entries: Entries::OneOf(&[
        "RSA_1024",
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "EC_prime256v1",
        "EC_secp384r1",
        "EC_secp521r1",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
    ]),
    about: "Allowed types and sizes of keys",
};

pub const RULE: Rule = Rule {
    name: "key-algorithm",
    about: "Keys of certificates are of an allowed type and size.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&ALLOWED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[
        "Security Hub ACM.2",
        "AWS Config acm-certificate-rsa-check",
        "prowler acm_certificates_with_secure_key_algorithms",
        "Steampipe acm_certificate_rsa_key_length_2048_bits_or_greater",
        "KICS 874d68a3-bfbe-4a4b-aaa0-9e74d7da634b",
        "Sentinel acm-rsa-certificate-key-length-atleast-2048",
    ],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::unusable_or_expired(certificate, context.now)? {
        return Ok(verdict);
    }
    let key = certificate.key_algorithm()?;
    let allowed = context.settings.list(&ALLOWED);
    if allowed.contains(&key.as_str()) {
        return Ok(Verdict::compliant(format!("Its key is {key}.")));
    }
    Ok(Verdict::non_compliant(format!(
        "Its key is {key} (allowed: {}). The key type of a certificate in ACM cannot change: request or import \
         another certificate, and use that one.",
        allowed.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use certificates::KeyAlgorithm;

    use super::RULE;
    use crate::facts::Certificate;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, ends, issued, known, pending};

    fn with_key(name: &str) -> Certificate {
        Certificate { key_algorithm: known(KeyAlgorithm::new(name)), ..issued() }
    }

    #[test]
    fn table() {
        let p256: &[(&str, &str)] = &[("allowed", "EC_prime256v1, EC_secp384r1")];
        let is = |status: &str| Certificate { status: known(status), ..with_key("RSA_1024") };
        let expired = ends(with_key("RSA_1024"), "2026-11-20T00:00:00Z");
        check(
            &RULE,
            &[
                ("RSA 2048", &[], with_key("RSA_2048"), Compliant, "RSA_2048"),
                ("as described", &[], with_key("RSA-2048"), Compliant, "RSA_2048"),
                ("RSA 1024", &[], with_key("RSA_1024"), NonCompliant, "allowed: RSA_2048, RSA_3072"),
                ("unknown type", &[], with_key("ML_DSA_44"), NonCompliant, "ML_DSA_44"),
                ("curves only", p256, with_key("RSA_4096"), NonCompliant, "EC_prime256v1, EC_secp384r1"),
                ("curves only", p256, with_key("EC_secp384r1"), Compliant, "EC_secp384r1"),
                ("a curve with a hyphen", &[], with_key("EC-prime256v1"), Compliant, "EC_prime256v1"),
                ("ML-DSA", &[("allowed", "ML_DSA_65,ML_DSA_87")], with_key("ML-DSA-65"), Compliant, "ML_DSA_65"),
                ("ML-DSA only", &[("allowed", "ML_DSA_44")], issued(), NonCompliant, "allowed: ML_DSA_44"),
                ("failed", &[], is("FAILED"), NotApplicable, "never issued"),
                ("revoked", &[], is("REVOKED"), NotApplicable, "revoked"),
                ("expired", &[], expired, NotApplicable, "expired on 2026-11-20"),
                ("pending", &[], pending(), Compliant, "RSA_2048"),
            ],
        );
    }
}
