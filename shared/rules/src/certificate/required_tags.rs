//! `required-tags`: a certificate has the required tags.
//!
//! | certificate | verdict |
//! |---|---|
//! | its request failed, or it is revoked | not applicable |
//! | lacks a tag of `keys`, or has it with an empty value | non-compliant |
//! | has no tag at all, where `keys` is empty | non-compliant |
//! | has a tag whose value fits none of the patterns that `values` has for its key | non-compliant |
//! | has all of them | compliant |
//!
//! Without `keys`, any tag is enough, other than AWS's own (`aws:`) and this project's (`acm-autopilot:`).
//!
//! Keys count with upper and lower case, as they do in AWS. A key in `values` that is not in `keys` may be
//! missing. Patterns are whole values in which `*` matches anything.
//!
//! The rule applies to expired certificates too: one that is imported again keeps its ARN and its tags, and the tags
//! say who has to import it, or may delete it.
//!
//! Source: [AddTagsToCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_AddTagsToCertificate.html).

use crate::facts::{Certificate, Lookup};
use crate::{Context, Evaluation, Evaluator, Parameter, Rule, applicability, tagging};

pub const RULE: Rule = Rule {
    name: "required-tags",
    about: "Certificates have the required tags.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&tagging::KEYS), Parameter::List(&tagging::VALUES)],
    lookups: &[Lookup::Description, Lookup::Tags],
    corresponds_to: &["Security Hub ACM.3", "AWS Config required-tags", "CloudSploit acmCertificateHasTags"],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::unusable(certificate)? {
        return Ok(verdict);
    }
    Ok(tagging::evaluate(certificate.tags()?, context.settings))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::Certificate;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, ends, imported, issued, known, pending, refused, tagged};

    #[test]
    fn table() {
        let both: &[(&str, &str)] = &[("keys", "Owner, Environment"), ("values", "Environment=prod|stag*")];
        let one: &[(&str, &str)] = &[("keys", "Owner")];
        let spaces: &[(&str, &str)] = &[("values", "Environment = prod | stag*")];
        let owner = ("Owner", "team-a");
        let failed = Certificate { status: known("FAILED"), ..issued() };
        let revoked = Certificate { status: known("REVOKED"), ..issued() };
        let flood = "x".repeat(256);
        let not_peoples = [("aws:cloudformation:stack-name", "web"), ("acm-autopilot:status", "renewal-complete")];
        check(
            &RULE,
            &[
                ("any tag", &[], tagged(issued(), &[("Team", "")]), Compliant, "has tags"),
                ("no tag", &[], tagged(issued(), &[]), NonCompliant, "has no tags"),
                ("tags of AWS and ours", &[], tagged(issued(), &not_peoples), NonCompliant, "has no tags"),
                ("ours and another", &[], tagged(issued(), &[not_peoples[1], owner]), Compliant, "has tags"),
                ("no tag, but a value if any", &[("values", "Team=a")], issued(), NonCompliant, "has no tags"),
                ("the key", one, tagged(issued(), &[owner]), Compliant, "Owner"),
                ("none", one, tagged(issued(), &[]), NonCompliant, "missing or empty: Owner"),
                ("another case", one, tagged(imported(), &[("owner", "a")]), NonCompliant, "Owner"),
                ("an empty value", one, tagged(issued(), &[("Owner", " ")]), NonCompliant, "empty: Owner"),
                ("one of two", both, tagged(issued(), &[owner]), NonCompliant, "empty: Environment."),
                ("a value", both, tagged(issued(), &[owner, ("Environment", "prod")]), Compliant, "Environment"),
                ("a pattern", both, tagged(issued(), &[owner, ("Environment", "staging")]), Compliant, ""),
                (
                    "no pattern",
                    both,
                    tagged(issued(), &[owner, ("Environment", "test")]),
                    NonCompliant,
                    "prod or stag*",
                ),
                ("a value, if any", &[("values", "Team=a")], tagged(issued(), &[owner]), Compliant, ""),
                ("spaces", spaces, tagged(issued(), &[("Environment", "staging")]), Compliant, ""),
                (
                    "spaces, no pattern",
                    spaces,
                    tagged(issued(), &[("Environment", "test")]),
                    NonCompliant,
                    "The value of the tag Environment is `test`. Set it to prod or stag*.",
                ),
                (
                    "a long value",
                    both,
                    tagged(issued(), &[owner, ("Environment", &flood)]),
                    NonCompliant,
                    "`xxxxxxxxxxxxxxxxxxx…`. Set it to prod or stag*.",
                ),
                ("pending", &[], tagged(pending(), &[owner]), Compliant, ""),
                ("expired", &[], ends(issued(), "2026-11-20T00:00:00Z"), NonCompliant, "has no tags"),
                ("failed", &[], failed, NotApplicable, "FAILED"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
            ],
        );
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("values", "Environment")]).contains("`Environment` is not KEY=PATTERN"));
        for empty in ["=x", " = x"] {
            assert!(refused(&RULE, &[("values", empty)]).contains("has no key before its `=`"), "{empty}");
        }
        assert!(refused(&RULE, &[("values", "Environment= ")]).contains("is not KEY=PATTERN"));
        assert!(refused(&RULE, &[("keys", &"k".repeat(128))]).contains("longer than 127"));
        assert!(refused(&RULE, &[("key", "Owner")]).contains("it has keys, values"));
    }
}
