//! `exportable`: nobody can take a certificate's key out of ACM, and nobody did.
//!
//! | certificate | verdict |
//! |---|---|
//! | its request failed, or it is revoked | not applicable |
//! | imported | not applicable: its key came from elsewhere, and ACM does not give it out |
//! | of an ACME client, which made its key and has it | not applicable: ACM has no key to give out |
//! | public, without the export option, or with `DISABLED` | compliant |
//! | public, with the option `ENABLED` or one that is not known here | as below |
//! | private, with `allowed` | compliant: whether it was exported is not asked |
//! | private, and not exported as far as ACM tells | compliant: the key of each can be exported, by permission only |
//! | private, with the option `ENABLED`, or exported | as below |
//! | as below: `allowed`, or has a tag of `allowedTags` with a value that fits | compliant |
//! | as below, otherwise | non-compliant |
//!
//! The option cannot be changed once a certificate is requested. AWS Config's items do not have it, so it
//! is looked up. ACM tells only of private certificates whether they were exported.
//!
//! Source: [CertificateOptions, `Export`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateOptions.html);
//! [CertificateSummary, `Exported`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html).

use certificates::CertificateType;

use crate::facts::{Certificate, Lookup};
use crate::rules::{Context, Entries, Evaluation, Evaluator, Flag, List, Parameter, Rule, Verdict, standing, tagging};

const ALLOWED: Flag =
    Flag { name: "allowed", default: false, about: "Whether every certificate may be exportable and exported" };

const ALLOWED_TAGS: List = List {
    name: "allowedTags",
    default: &["export=allowed"],
    entries: Entries::Text { what: "KEY=PATTERN|PATTERN, where * stands for anything", check: tagging::check_value },
    about: "Tags of certificates that may be exportable and exported: KEY=PATTERN|PATTERN, where * stands for anything; \
            `none` for no tags",
};

pub const RULE: Rule = Rule {
    name: "exportable",
    about: "Keys of certificates cannot be taken out of ACM, and were not.",
    evaluate: Evaluator::Certificate(evaluate),
    judges_deleted: false,
    parameters: &[Parameter::Flag(&ALLOWED), Parameter::List(&ALLOWED_TAGS)],
    lookups: &[Lookup::Description, Lookup::Tags, Lookup::AllCertificates],
    corresponds_to: &[],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = standing::is_over(certificate)? {
        return Ok(verdict);
    }
    let kind = certificate.certificate_type()?;
    if *kind == CertificateType::Imported {
        return Ok(Verdict::not_applicable("It is imported: ACM does not give its key out."));
    }
    let option = certificate.export_option()?.as_deref();
    if let Some(client) = standing::acme_client(certificate)? {
        return Ok(Verdict::not_applicable(format!("ACM has no key to give out: {client} made it and has it.")));
    }
    let mut advice = "Request another certificate without the export option and delete this one";
    let what = match option {
        None | Some("DISABLED") if *kind == CertificateType::Private => {
            // Nothing but the list of all certificates tells.
            if context.settings.flag(&ALLOWED) {
                return Ok(Verdict::compliant("It may be exported: the rule allows it."));
            }
            if *certificate.exported()? != Some(true) {
                return Ok(Verdict::compliant("It was not exported."));
            }
            advice = "Request another certificate and revoke this one";
            "It was exported, so its key is in other places too.".to_owned()
        }
        None | Some("DISABLED") => return Ok(Verdict::compliant("Its key cannot be exported.")),
        Some("ENABLED") => "Its key can be exported.".into(),
        Some(other) => format!("Its export option is {}.", standing::short(other)),
    };
    if context.settings.flag(&ALLOWED) {
        return Ok(Verdict::compliant(format!("{what} The rule allows it.")));
    }
    let tags = certificate.tags()?;
    if context.settings.list(&ALLOWED_TAGS).iter().any(|entry| tagging::fits(tags, entry)) {
        return Ok(Verdict::compliant(format!("{what} Its tags allow it.")));
    }
    Ok(Verdict::non_compliant(format!("{what} {advice}, or allow it by a tag of the parameter `allowedTags`.")))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{Certificate, Fact, Lookup};
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{acme, check, evaluate, imported, issued, known, pending, private, refused, tagged};

    fn option(certificate: Certificate, option: &str) -> Certificate {
        Certificate { export_option: known(Some(option.to_owned())), ..certificate }
    }

    #[test]
    fn table() {
        let exportable = || option(issued(), "ENABLED");
        let exported = || Certificate { exported: known(Some(true)), ..private() };
        let allowed: &[(&str, &str)] = &[("allowed", "true")];
        let team: &[(&str, &str)] = &[("allowedTags", "Team=edge|cdn*")];
        let old = Certificate { export_option: known(None), ..issued() };
        let untold = Certificate { exported: known(None), ..private() };
        let failed = Certificate { status: known("FAILED"), ..exportable() };
        let revoked = Certificate { status: known("REVOKED"), ..exportable() };
        check(
            &RULE,
            &[
                ("public", &[], issued(), Compliant, "cannot be exported"),
                ("public, before there was the option", &[], old, Compliant, "cannot be exported"),
                ("of an ACME client", &[], acme(), NotApplicable, "its ACME client (account 5f0c, endpoint 7e1b) made it"),
                ("exportable", &[], exportable(), NonCompliant, "Its key can be exported. Request another"),
                ("pending", &[], option(pending(), "ENABLED"), NonCompliant, "can be exported"),
                ("a new option", &[], option(issued(), "MAYBE"), NonCompliant, "option is MAYBE"),
                ("allowed", allowed, exportable(), Compliant, "The rule allows"),
                ("allowed by tag", &[], tagged(exportable(), &[("export", "allowed")]), Compliant, "Its tags"),
                (
                    "no tags",
                    &[("allowedTags", "none")],
                    tagged(exportable(), &[("export", "allowed")]),
                    NonCompliant,
                    "`allowedTags`",
                ),
                ("another tag", &[], tagged(exportable(), &[("export", "no")]), NonCompliant, "`allowedTags`"),
                ("a pattern", team, tagged(exportable(), &[("Team", "cdn-eu")]), Compliant, "Its tags"),
                ("private", &[], private(), Compliant, "not exported"),
                ("private, not told", &[], untold, Compliant, "not exported"),
                (
                    "private, exported",
                    &[],
                    exported(),
                    NonCompliant,
                    "other places too. Request another certificate and revoke",
                ),
                ("private, with the option", &[], option(private(), "ENABLED"), NonCompliant, "can be"),
                ("exported and allowed", allowed, exported(), Compliant, "the rule allows"),
                ("imported", &[], imported(), NotApplicable, "imported"),
                ("failed", &[], failed, NotApplicable, "FAILED"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
            ],
        );
    }

    #[test]
    fn lookups_are_asked_for_only_where_they_decide() {
        let without = |certificate| Certificate { tags: Fact::Unknown, exported: Fact::Unknown, ..certificate };
        assert!(evaluate(&RULE, &[], &without(issued())).is_ok());
        assert_eq!(evaluate(&RULE, &[], &without(private())).unwrap_err().lookup, Lookup::AllCertificates);
        assert!(evaluate(&RULE, &[("allowed", "true")], &without(private())).is_ok());
        let exportable = without(option(issued(), "ENABLED"));
        assert_eq!(evaluate(&RULE, &[], &exportable).unwrap_err().lookup, Lookup::Tags);
        assert!(evaluate(&RULE, &[("allowed", "true")], &exportable).is_ok());
        let item = Certificate { export_option: Fact::Unknown, ..issued() };
        assert_eq!(evaluate(&RULE, &[], &item).unwrap_err().lookup, Lookup::Description);
        assert!(refused(&RULE, &[("allowedTags", "export")]).contains("not KEY=PATTERN"));
    }
}
