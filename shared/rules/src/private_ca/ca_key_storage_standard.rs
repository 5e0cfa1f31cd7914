//! `ca-key-storage-standard`: a CA's key is stored by an allowed security standard.
//!
//! | CA | verdict |
//! |---|---|
//! | its `KeyStorageSecurityStandard` is in `allowed` | compliant |
//! | it is another, also one that is not known here | non-compliant |
//! | is deleted, being created, or could not be created | not applicable |
//!
//! AWS's default is FIPS 140-2 level 3. Level 2 is what some Regions had; `CCPC_LEVEL_1_OR_HIGHER` is for the
//! Regions of China.
//!
//! Source: [CreateCertificateAuthority, `KeyStorageSecurityStandard`](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html).

use super::applicability;
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict};

const ALLOWED: List = List {
    name: "allowed",
    default: &["FIPS_140_2_LEVEL_3_OR_HIGHER"],
    entries: Entries::OneOf(&[
        "FIPS_140_2_LEVEL_2_OR_HIGHER",
        "FIPS_140_2_LEVEL_3_OR_HIGHER",
        "CCPC_LEVEL_1_OR_HIGHER",
    ]),
    about: "Allowed security standards of key storage",
};

pub const RULE: Rule = Rule {
    name: "ca-key-storage-standard",
    about: "Keys of private CAs are stored by an allowed security standard.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::List(&ALLOWED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::absent(ca)? {
        return Ok(verdict);
    }
    let standard = applicability::required(ca.key_storage_standard()?, "KeyStorageSecurityStandard")?;
    let allowed = context.settings.list(&ALLOWED);
    if allowed.contains(&standard.as_str()) {
        return Ok(Verdict::compliant(format!("Its key is stored by {standard}.")));
    }
    Ok(Verdict::non_compliant(format!(
        "Its key is stored by {standard} (allowed: {}). That cannot change: create another CA and move to it.",
        allowed.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::PrivateCa;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, known, refused, root_ca, missing};

    fn kept(standard: &str) -> PrivateCa {
        PrivateCa { key_storage_standard: known(Some(standard.to_owned())), ..root_ca() }
    }

    #[test]
    fn table() {
        let two = "FIPS_140_2_LEVEL_2_OR_HIGHER";
        let both: &[(&str, &str)] = &[("allowed", "FIPS_140_2_LEVEL_2_OR_HIGHER, FIPS_140_2_LEVEL_3_OR_HIGHER")];
        let deleted = PrivateCa { status: known("DELETED"), ..kept(two) };
        check(
            &RULE,
            &[
                ("level 3", &[], root_ca(), Compliant, "LEVEL_3"),
                ("level 2", &[], kept(two), NonCompliant, "allowed: FIPS_140_2_LEVEL_3_OR_HIGHER"),
                ("level 2 allowed", both, kept(two), Compliant, "LEVEL_2"),
                ("a new one", both, kept("FIPS_140_3"), NonCompliant, "FIPS_140_3"),
                ("deleted", &[], deleted, NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn what_aws_does_not_report_gives_no_verdict() {
        let without = PrivateCa { key_storage_standard: known(None), ..root_ca() };
        assert_eq!(missing(&RULE, &[], &without).fact, "KeyStorageSecurityStandard");
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("allowed", "LEVEL_3")]).contains("`LEVEL_3` is not one of"));
    }
}
