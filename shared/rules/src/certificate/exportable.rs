//! `exportable`: a certificate's key cannot be exported from ACM, and was not.
//!
//! | certificate | verdict |
//! |---|---|
//! | its request failed, or it is revoked | not applicable |
//! | imported | not applicable: its key came from elsewhere, and ACM does not export it |
//! | of an ACME client, which made its key and has it | not applicable: ACM does not have the key |
//! | public, without the export option, or with `DISABLED` | compliant |
//! | public, with the option `ENABLED` or one that is not known here | as below |
//! | private, with `allowed` | compliant: whether it was exported does not matter |
//! | private, and not exported as far as ACM reports | compliant: the key of each can be exported, by permission only |
//! | private, with the option `ENABLED`, or exported | as below |
//! | as below: `allowed`, or has a tag of `allowedTags` with a value that fits | compliant |
//! | as below, otherwise | non-compliant |
//!
//! The option cannot be changed once a certificate is requested. AWS Config's items do not have it, so it
//! is looked up. ACM reports only for private certificates whether they were exported.
//!
//! Source: [CertificateOptions, `Export`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateOptions.html);
//! [CertificateSummary, `Exported`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html).

use certificates::CertificateType;

use crate::facts::{Certificate, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, Flag, List, Parameter, Rule, Verdict, applicability, tagging};

const ALLOWED: Flag =
    Flag { name: "allowed", default: false, about: "Whether all certificates may be exportable and exported" };

const ALLOWED_TAGS: List = List {
    name: "allowedTags",
    default: &["export=allowed"],
    entries: Entries::Text { what: "KEY=PATTERN|PATTERN, where * matches anything", check: tagging::check_value },
    about: "Tags of certificates that may be exportable and exported: KEY=PATTERN|PATTERN, where * matches anything; \
         `none` for no tags",
};

pub const RULE: Rule = Rule {
    name: "exportable",
    about: "Keys of certificates cannot be exported from ACM, and were not.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::Flag(&ALLOWED), Parameter::List(&ALLOWED_TAGS)],
    lookups: &[Lookup::Description, Lookup::Tags, Lookup::AllCertificates],
    corresponds_to: &[],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::unusable(certificate)? {
        return Ok(verdict);
    }
    let kind = certificate.certificate_type()?;
    if *kind == CertificateType::Imported {
        return Ok(Verdict::not_applicable("It is imported: ACM does not export its key."));
    }
    let option = certificate.export_option()?.as_deref();
    if let Some(client) = applicability::acme_client(certificate)? {
        return Ok(Verdict::not_applicable(format!("ACM does not have its key: {client} created it.")));
    }
    let mut advice = "Request another certificate without the export option and delete this one";
    let what = match option {
        None | Some("DISABLED") if *kind == CertificateType::Private => {
            // Only the list of all certificates says so.
            if context.settings.flag(&ALLOWED) {
                return Ok(Verdict::compliant("It may be exported: the rule allows it."));
            }
            if *certificate.exported()? != Some(true) {
                return Ok(Verdict::compliant("It was not exported."));
            }
            advice = "Request another certificate and revoke this one";
            "It was exported, so its key is also outside AWS.".to_owned()
        }
        None | Some("DISABLED") => return Ok(Verdict::compliant("Its key cannot be exported.")),
        Some("ENABLED") => "Its key can be exported.".into(),
        Some(other) => format!("Its export option is {}.", applicability::short(other)),
    };
    if context.settings.flag(&ALLOWED) {
        return Ok(Verdict::compliant(format!("{what} The rule allows it.")));
    }
    let tags = certificate.tags()?;
    if context.settings.list(&ALLOWED_TAGS).iter().any(|entry| tagging::fits(tags, entry)) {
        return Ok(Verdict::compliant(format!("{what} Its tags allow it.")));
    }
    Ok(Verdict::non_compliant(format!("{what} {advice}, or allow it with a tag from the parameter `allowedTags`.")))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{Certificate, Fact, Lookup};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{acme, check, evaluate, imported, issued, known, pending, private, refused, tagged, missing};

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
        let without = Certificate { exported: known(None), ..private() };
        let failed = Certificate { status: known("FAILED"), ..exportable() };
        let revoked = Certificate { status: known("REVOKED"), ..exportable() };
        check(
            &RULE,
            &[
                ("public", &[], issued(), Compliant, "cannot be exported"),
                ("public, before there was the option", &[], old, Compliant, "cannot be exported"),
                ("of an ACME client", &[], acme(), NotApplicable, "its ACME client (account 5f0c, endpoint 7e1b) created it"),
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
                ("private, not reported", &[], without, Compliant, "not exported"),
                (
                    "private, exported",
                    &[],
                    exported(),
                    NonCompliant,
                    "outside AWS. Request another certificate and revoke",
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
        assert_eq!(missing(&RULE, &[], &without(private())).lookup, Lookup::AllCertificates);
        assert!(evaluate(&RULE, &[("allowed", "true")], &without(private())).is_ok());
        let exportable = without(option(issued(), "ENABLED"));
        assert_eq!(missing(&RULE, &[], &exportable).lookup, Lookup::Tags);
        assert!(evaluate(&RULE, &[("allowed", "true")], &exportable).is_ok());
        let item = Certificate { export_option: Fact::Unknown, ..issued() };
        assert_eq!(missing(&RULE, &[], &item).lookup, Lookup::Description);
        assert!(refused(&RULE, &[("allowedTags", "export")]).contains("not KEY=PATTERN"));
    }
}
