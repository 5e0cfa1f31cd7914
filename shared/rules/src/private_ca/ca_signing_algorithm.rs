//! `ca-signing-algorithm`: a CA signs with an allowed algorithm.
//!
//! | CA | verdict |
//! |---|---|
//! | its signing algorithm is in `allowed` | compliant |
//! | it is another, also one with SHA-1 or one that is not known here | non-compliant |
//! | is deleted, being created, or could not be created | not applicable |
//!
//! It is what the CA signs its request, CRLs and OCSP answers with; IssueCertificate names its own, of the
//! same family. AWS offers none with SHA-1, so the default allows everything but `SM3WITHSM2`, which is for
//! the Regions of China.
//!
//! Source: [CertificateAuthorityConfiguration, `SigningAlgorithm`](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthorityConfiguration.html).

use super::applicability;
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict};

const ALLOWED: List = List {
    name: "allowed",
    default: &[
        "SHA256WITHRSA",
        "SHA384WITHRSA",
        "SHA512WITHRSA",
        "SHA256WITHRSA_PSS",
        "SHA384WITHRSA_PSS",
        "SHA512WITHRSA_PSS",
        "SHA256WITHECDSA",
        "SHA384WITHECDSA",
        "SHA512WITHECDSA",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
    ],
    entries: Entries::OneOf(&[
        "SHA256WITHRSA",
        "SHA384WITHRSA",
        "SHA512WITHRSA",
        "SHA256WITHRSA_PSS",
        "SHA384WITHRSA_PSS",
        "SHA512WITHRSA_PSS",
        "SHA256WITHECDSA",
        "SHA384WITHECDSA",
        "SHA512WITHECDSA",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
        "SM3WITHSM2",
    ]),
    about: "Allowed signing algorithms",
};

pub const RULE: Rule = Rule {
    name: "ca-signing-algorithm",
    about: "Private CAs sign with an allowed algorithm.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::List(&ALLOWED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::absent(ca)? {
        return Ok(verdict);
    }
    let algorithm = ca.signing_algorithm()?;
    if context.settings.list(&ALLOWED).contains(&algorithm.as_str()) {
        return Ok(Verdict::compliant(format!("It signs with {algorithm}.")));
    }
    Ok(Verdict::non_compliant(format!(
        "It signs with {algorithm}, which is not in the rule's parameter `allowed`. The algorithm of a CA cannot \
         change: create another CA and move to it."
    )))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::PrivateCa;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, known, refused, root_ca};

    fn signs(algorithm: &str) -> PrivateCa {
        PrivateCa { signing_algorithm: known(algorithm), ..root_ca() }
    }

    #[test]
    fn table() {
        let strong: &[(&str, &str)] = &[("allowed", "SHA384WITHECDSA,SHA512WITHRSA")];
        let deleted = PrivateCa { status: known("DELETED"), ..signs("SHA1WITHRSA") };
        check(
            &RULE,
            &[
                ("SHA-256", &[], signs("SHA256WITHRSA"), Compliant, "SHA256WITHRSA"),
                ("PSS", &[], signs("SHA384WITHRSA_PSS"), Compliant, "PSS"),
                ("ML-DSA", &[], signs("ML_DSA_44"), Compliant, "ML_DSA_44"),
                ("SHA-1", &[], signs("SHA1WITHRSA"), NonCompliant, "It signs with SHA1WITHRSA"),
                ("SM2", &[], signs("SM3WITHSM2"), NonCompliant, "SM3WITHSM2"),
                ("SM2 in China", &[("allowed", "SM3WITHSM2")], signs("SM3WITHSM2"), Compliant, ""),
                ("weaker", strong, signs("SHA256WITHRSA"), NonCompliant, "`allowed`"),
                ("strong", strong, root_ca(), Compliant, "SHA512WITHRSA"),
                ("deleted", &[], deleted, NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("allowed", "SHA1WITHRSA")]).contains("`SHA1WITHRSA` is not one of"));
    }
}
