//! `ca-key-algorithm`: a CA's key is of an allowed type and size.
//!
//! | CA | verdict |
//! |---|---|
//! | its key is in `allowed` | compliant |
//! | its key is another | non-compliant |
//! | is deleted, being created, or could not be created | not applicable |
//!
//! A CA without a certificate has its key already. For keys that quantum computers cannot break,
//! allow `ML_DSA_44,ML_DSA_65,ML_DSA_87` only. `SM2` is for the Regions of China, and not allowed by default.
//!
//! Source: [CertificateAuthorityConfiguration, `KeyAlgorithm`](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthorityConfiguration.html).

use super::applicability;
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict};

const ALLOWED: List = List {
    name: "allowed",
    default: &[
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "EC_prime256v1",
        "EC_secp384r1",
        "EC_secp521r1",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
    ],
    entries: Entries::OneOf(&[
        "RSA_2048",
        "RSA_3072",
        "RSA_4096",
        "EC_prime256v1",
        "EC_secp384r1",
        "EC_secp521r1",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
        "SM2",
    ]),
    about: "Allowed types and sizes of keys",
};

pub const RULE: Rule = Rule {
    name: "ca-key-algorithm",
    about: "Keys of private CAs are of an allowed type and size.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::List(&ALLOWED)],
    lookups: &[Lookup::Description],
    corresponds_to: &["prowler acmpca_certificate_authority_pqc_key_algorithm"],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::absent(ca)? {
        return Ok(verdict);
    }
    let key = ca.key_algorithm()?;
    let allowed = context.settings.list(&ALLOWED);
    if allowed.contains(&key.as_str()) {
        return Ok(Verdict::compliant(format!("Its key is {key}.")));
    }
    Ok(Verdict::non_compliant(format!(
        "Its key is {key} (allowed: {}). The key of a CA cannot change: create another CA and move to it.",
        allowed.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use certificates::KeyAlgorithm;

    use super::RULE;
    use crate::facts::PrivateCa;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, known, refused, root_ca};

    fn with_key(name: &str) -> PrivateCa {
        PrivateCa { key_algorithm: known(KeyAlgorithm::new(name)), ..root_ca() }
    }

    #[test]
    fn table() {
        let quantum: &[(&str, &str)] = &[("allowed", "ML_DSA_44, ML_DSA_65, ML_DSA_87")];
        let pending = PrivateCa { status: known("PENDING_CERTIFICATE"), ..with_key("SM2") };
        let deleted = PrivateCa { status: known("DELETED"), ..with_key("SM2") };
        check(
            &RULE,
            &[
                ("RSA", &[], root_ca(), Compliant, "RSA_4096"),
                ("hyphen", &[], with_key("RSA-2048"), Compliant, "RSA_2048"),
                ("ML-DSA", &[], with_key("ML_DSA_65"), Compliant, "ML_DSA_65"),
                ("SM2", &[], with_key("SM2"), NonCompliant, "Its key is SM2 (allowed: RSA_2048"),
                ("SM2 in China", &[("allowed", "SM2")], with_key("SM2"), Compliant, "SM2"),
                ("a new one", &[], with_key("SLH_DSA_SHA2_128S"), NonCompliant, "SLH_DSA_SHA2_128S"),
                ("RSA, quantum", quantum, root_ca(), NonCompliant, "allowed: ML_DSA_44, ML_DSA_65, ML_DSA_87"),
                ("ML-DSA, quantum", quantum, with_key("ML_DSA_87"), Compliant, "ML_DSA_87"),
                ("pending", &[], pending, NonCompliant, "SM2"),
                ("deleted", &[], deleted, NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("allowed", "RSA_1024")]).contains("`RSA_1024` is not one of RSA_2048"));
    }
}
