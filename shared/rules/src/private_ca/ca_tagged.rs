//! `ca-tagged`: a private CA has the required tags.
//!
//! | CA | verdict |
//! |---|---|
//! | lacks a tag of `keys`, or has it with an empty value; without `keys`: has no tag | non-compliant |
//! | has a tag whose value fits none of the patterns that `values` has for its key | non-compliant |
//! | has all of them | compliant |
//! | is deleted, being created, or could not be created | not applicable: its tags cannot be read |
//!
//! Parameters are those of `required-tags`.
//!
//! Source: [TagCertificateAuthority](https://docs.aws.amazon.com/privateca/latest/APIReference/API_TagCertificateAuthority.html).

use super::applicability;
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Evaluation, Evaluator, Parameter, Rule, tagging};

pub const RULE: Rule = Rule {
    name: "ca-tagged",
    about: "Private CAs have the required tags.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::List(&tagging::KEYS), Parameter::List(&tagging::VALUES)],
    lookups: &[Lookup::Description, Lookup::Tags],
    corresponds_to: &[
        "Security Hub PCA.2",
        "AWS Config acmpca-certificate-authority-tagged",
        "Prancer PR-AWS-0264-TRF",
    ],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::absent(ca)? {
        return Ok(verdict);
    }
    Ok(tagging::evaluate(ca.tags()?, context.settings))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{PrivateCa, Fact};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, evaluate, known, refused, root_ca};

    fn tagged(tags: &[(&str, &str)]) -> PrivateCa {
        PrivateCa { tags: Fact::Known(tags.iter().copied().collect()), ..root_ca() }
    }

    #[test]
    fn table() {
        let owner: &[(&str, &str)] = &[("keys", "Owner")];
        let values: &[(&str, &str)] = &[("keys", "Owner,Environment"), ("values", "Environment=prod*")];
        let with = |status: &str| PrivateCa { status: known(status), ..tagged(&[]) };
        check(
            &RULE,
            &[
                ("the key", owner, tagged(&[("Owner", "pki")]), Compliant, "Owner"),
                ("none", owner, tagged(&[]), NonCompliant, "Owner"),
                ("any tag", &[], tagged(&[("Team", "pki")]), Compliant, "has tags"),
                ("no tag", &[], tagged(&[("aws:cloudformation:stack-id", "x")]), NonCompliant, "has no tags"),
                ("another case", owner, tagged(&[("owner", "pki")]), NonCompliant, "Owner"),
                ("a value", values, tagged(&[("Owner", "pki"), ("Environment", "production")]), Compliant, ""),
                ("no value", values, tagged(&[("Owner", "pki"), ("Environment", "test")]), NonCompliant, "prod*"),
                ("pending", owner, with("PENDING_CERTIFICATE"), NonCompliant, "Owner"),
                ("deleted", &[], with("DELETED"), NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn the_tags_of_a_deleted_ca_are_not_asked_for() {
        let deleted = PrivateCa { status: known("DELETED"), tags: Fact::Unknown, ..root_ca() };
        assert!(evaluate(&RULE, &[], &deleted).is_ok());
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("tags", "Owner")]).contains("it has keys, values"));
    }
}
