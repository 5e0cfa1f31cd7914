//! `ca-key-storage-standard`: a CA's key is kept as safely as wanted.
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

use super::standing;
use crate::facts::{Authority, Lookup};
use crate::rules::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict};

const ALLOWED: List = List {
    name: "allowed",
    default: &["FIPS_140_2_LEVEL_3_OR_HIGHER"],
    entries: Entries::OneOf(&[
        "FIPS_140_2_LEVEL_2_OR_HIGHER",
        "FIPS_140_2_LEVEL_3_OR_HIGHER",
        "CCPC_LEVEL_1_OR_HIGHER",
    ]),
    about: "Standards of key storage that are allowed",
};

pub const RULE: Rule = Rule {
    name: "ca-key-storage-standard",
    about: "Keys of private CAs are kept by an allowed standard.",
    evaluate: Evaluator::Authority(evaluate),
    judges_deleted: false,
    parameters: &[Parameter::List(&ALLOWED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(authority: &Authority, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = standing::absent(authority)? {
        return Ok(verdict);
    }
    let standard = standing::told(authority.key_storage_standard()?, "KeyStorageSecurityStandard")?;
    let allowed = context.settings.list(&ALLOWED);
    if allowed.contains(&standard.as_str()) {
        return Ok(Verdict::compliant(format!("Its key is kept by {standard}.")));
    }
    Ok(Verdict::non_compliant(format!(
        "Its key is kept by {standard}; allowed: {}. That cannot change: create another CA and move to it.",
        allowed.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::Authority;
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{check, evaluate, known, refused, root_ca};

    fn kept(standard: &str) -> Authority {
        Authority { key_storage_standard: known(Some(standard.to_owned())), ..root_ca() }
    }

    #[test]
    fn table() {
        let two = "FIPS_140_2_LEVEL_2_OR_HIGHER";
        let both: &[(&str, &str)] = &[("allowed", "FIPS_140_2_LEVEL_2_OR_HIGHER, FIPS_140_2_LEVEL_3_OR_HIGHER")];
        let deleted = Authority { status: known("DELETED"), ..kept(two) };
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
    fn what_aws_does_not_tell_is_no_verdict() {
        let untold = Authority { key_storage_standard: known(None), ..root_ca() };
        assert_eq!(evaluate(&RULE, &[], &untold).unwrap_err().fact, "KeyStorageSecurityStandard");
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("allowed", "LEVEL_3")]).contains("`LEVEL_3` is not one of"));
    }
}
