//! `signature-algorithm`: a certificate is signed with an allowed algorithm.
//!
//! | certificate | verdict |
//! |---|---|
//! | not issued, revoked, or expired | not applicable |
//! | ACM reports no algorithm | not applicable |
//! | its signature is of an algorithm in `allowed` | compliant |
//! | of another, or of one that is not known here | non-compliant |
//!
//! SHA-1 and MD5 are allowed only where `allowed` names them. Spellings differ by source, so upper and lower
//! case, hyphens and underscores do not count, and `ANDMGF1` is PSS. RSASSA-PSS without a hash
//! is not in the list.
//!
//! Source: [CertificateDetail, `SignatureAlgorithm`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)
//! (a text, not an enumeration); names: [CertificateAuthorityConfiguration, `SigningAlgorithm`](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthorityConfiguration.html);
//! SHA-1: [CA/B Forum Baseline Requirements, 7.1.3.2](https://cabforum.org/working-groups/server/baseline-requirements/requirements/).

use crate::facts::{Certificate, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, names, applicability};

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
        "MD5WITHRSA",
        "SHA1WITHRSA",
        "SHA1WITHECDSA",
        "SHA224WITHRSA",
        "SHA224WITHECDSA",
        "SHA256WITHRSA",
        "SHA384WITHRSA",
        "SHA512WITHRSA",
        "SHA256WITHRSA_PSS",
        "SHA384WITHRSA_PSS",
        "SHA512WITHRSA_PSS",
        "SHA256WITHECDSA",
        "SHA384WITHECDSA",
        "SHA512WITHECDSA",
        "ED25519",
        "ML_DSA_44",
        "ML_DSA_65",
        "ML_DSA_87",
        "SM3WITHSM2",
    ]),
    about: "Allowed signature algorithms",
};

pub const RULE: Rule = Rule {
    name: "signature-algorithm",
    about: "Certificates are signed with an allowed algorithm.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&ALLOWED)],
    lookups: &[Lookup::Description],
    corresponds_to: &["Panther aws_acm_certificate_has_secure_algorithms"],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::not_valid(certificate, context.now)? {
        return Ok(verdict);
    }
    let Some(algorithm) = certificate.signature_algorithm()?.as_deref() else {
        return Ok(Verdict::not_applicable("ACM does not report its signature algorithm."));
    };
    let shown = names::some_of(&[algorithm]);
    if context.settings.list(&ALLOWED).iter().any(|allowed| normal(allowed) == normal(algorithm)) {
        return Ok(Verdict::compliant(format!("It is signed with {shown}.")));
    }
    Ok(Verdict::non_compliant(format!(
        "It is signed with {shown}, which is not in the parameter `allowed`. Replace it with a certificate from a CA \
         that signs with another algorithm."
    )))
}

fn normal(algorithm: &str) -> String {
    let text: String = algorithm.chars().filter(char::is_ascii_alphanumeric).collect();
    text.to_ascii_uppercase().replace("ANDMGF1", "PSS")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, ends, imported, issued, known, pending, private, refused};

    fn signed(certificate: Certificate, algorithm: &str) -> Certificate {
        Certificate { signature_algorithm: known(Some(algorithm.to_owned())), ..certificate }
    }

    #[test]
    fn table() {
        let sha1: &[(&str, &str)] = &[("allowed", "SHA256WITHRSA, SHA1WITHRSA")];
        let without_algorithm = Certificate { signature_algorithm: known(None), ..issued() };
        let failed = Certificate { status: known("FAILED"), ..signed(issued(), "SHA1WITHRSA") };
        check(
            &RULE,
            &[
                ("SHA-256", &[], issued(), Compliant, "SHA256WITHRSA"),
                ("curves", &[], signed(private(), "SHA384WITHECDSA"), Compliant, "SHA384WITHECDSA"),
                ("another spelling", &[], signed(imported(), "sha256WithRSAandMGF1"), Compliant, "sha256WithRSA"),
                ("post-quantum", &[], signed(private(), "ML-DSA-65"), Compliant, "ML-DSA-65"),
                ("SHA-1", &[], signed(imported(), "SHA1WITHRSA"), NonCompliant, "signed with SHA1WITHRSA"),
                ("SHA-1, ECDSA", &[], signed(imported(), "SHA1WITHECDSA"), NonCompliant, "Replace it"),
                ("MD5", &[], signed(imported(), "MD5WITHRSA"), NonCompliant, "MD5WITHRSA"),
                ("SHA-1, allowed", sha1, signed(imported(), "SHA1WITHRSA"), Compliant, "SHA1WITHRSA"),
                ("not allowed", sha1, signed(issued(), "SHA512WITHRSA"), NonCompliant, "`allowed`"),
                ("which hash", &[], signed(imported(), "RSASSA-PSS"), NonCompliant, "RSASSA-PSS"),
                ("unknown", &[], signed(imported(), "1.2.3.4"), NonCompliant, "1.2.3.4"),
                ("a flood", &[], signed(imported(), &"x".repeat(999)), NonCompliant, "another algorithm"),
                ("not reported", &[], without_algorithm, NotApplicable, "does not report"),
                ("pending", &[], pending(), NotApplicable, "not issued yet"),
                (
                    "expired",
                    &[],
                    ends(signed(imported(), "SHA1WITHRSA"), "2026-11-20T00:00:00Z"),
                    NotApplicable,
                    "expired",
                ),
                ("failed", &[], failed, NotApplicable, "never issued"),
            ],
        );
    }

    #[test]
    fn sha_1_and_md5_are_never_a_default() {
        assert!(ALLOWED.default.iter().all(|name| !name.starts_with("SHA1") && !name.starts_with("MD5")));
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("allowed", "SHA256WITHRAS")]).contains("`SHA256WITHRAS` is not one of MD5WITHRSA"));
        assert!(refused(&RULE, &[("denied", "SHA1WITHRSA")]).contains("it has allowed"));
    }
}
