//! `imported-renewal-source`: an imported certificate in use has a source for its renewal.
//!
//! | certificate | verdict |
//! |---|---|
//! | ACM's own: ACM renews it; see `renewal-eligible` | not applicable |
//! | no AWS resource uses it | not applicable |
//! | has no tag `acm-autopilot:renew-from`, or an empty one | non-compliant: nothing renews it |
//! | the tag does not name a source, or names one that is not in `sources` | non-compliant |
//! | the source is `private-ca`, and the tag `acm-autopilot:private-ca` is not the ARN of a CA | non-compliant |
//! | the source is `secret`, and the tag `acm-autopilot:secret` is not the name or ARN of a secret | non-compliant |
//! | the source is `acme`, and the tag `acm-autopilot:acme` is missing | non-compliant |
//! | another tag that controls the renewal cannot be read | non-compliant: it counts as absent |
//! | all of that is right | compliant |
//!
//! Without the tag `acm-autopilot:private-ca` the renewal uses the CA of its configuration.
//!
//! Source: the tags of `shared/certificates`; ACM renews no imported certificate:
//! [managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html).

use certificates::CertificateType;
use certificates::tags::{TagState, RenewFrom, RENEWAL_SETTINGS};

use crate::facts::{Certificate, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, names};

const SOURCES: List = List {
    name: "sources",
    default: &["private-ca", "secret", "acme"],
    entries: Entries::OneOf(&["private-ca", "secret", "acme"]),
    about: "Allowed sources of renewals: those that the deployed imported-renewal has",
};

pub const RULE: Rule = Rule {
    name: "imported-renewal-source",
    about: "Imported certificates in use have a source for their renewal.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&SOURCES)],
    lookups: &[Lookup::Description, Lookup::Tags],
    corresponds_to: &[],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if matches!(certificate.certificate_type()?, CertificateType::AmazonIssued | CertificateType::Private) {
        return Ok(Verdict::not_applicable("ACM renews it; see renewal-eligible."));
    }
    if !*certificate.in_use()? {
        return Ok(Verdict::not_applicable("No AWS resource uses it."));
    }
    let allowed = context.settings.list(&SOURCES);
    let read = TagState::read(certificate.tags()?);
    let Some(source) = &read.settings.renew_from else {
        return Ok(Verdict::non_compliant(format!(
            "Nothing renews it: ACM never renews imported certificates. Name a source in the tag \
             acm-autopilot:renew-from ({}), or replace the certificate by hand before it expires.",
            allowed.join(", ")
        )));
    };
    if !allowed.contains(&source.as_str()) {
        return Ok(Verdict::non_compliant(format!(
            "Its tag acm-autopilot:renew-from is `{}`. Set it to {}.",
            names::some_of(&[source.as_str()]),
            allowed.join(" or ")
        )));
    }
    if *source == RenewFrom::PrivateCa && matches!(read.settings.private_ca, Some(Err(_))) {
        return Ok(Verdict::non_compliant(
            "Its tag acm-autopilot:private-ca is not the ARN of a private CA. Correct the tag, or remove it to renew \
             from the default CA.",
        ));
    }
    if *source == RenewFrom::Secret && !matches!(read.settings.secret, Some(Ok(_))) {
        return Ok(Verdict::non_compliant(
            "Its tag acm-autopilot:renew-from is `secret`, and no tag names the secret. Set the tag \
             acm-autopilot:secret to the secret's name or ARN.",
        ));
    }
    if *source == RenewFrom::Acme && read.settings.acme.is_none() {
        return Ok(Verdict::non_compliant(
            "Its tag acm-autopilot:renew-from is `acme`, and no tag names the ACME directory. Set the tag \
             acm-autopilot:acme to the name of a configured directory.",
        ));
    }
    if let Some(unreadable) = read.unreadable.iter().find(|unreadable| RENEWAL_SETTINGS.contains(&unreadable.key)) {
        let (key, expected) = (unreadable.key, unreadable.expected);
        return Ok(Verdict::non_compliant(format!(
            "Its tag {key} is not {expected}, and is ignored. Correct the tag, or remove it."
        )));
    }
    Ok(Verdict::compliant(format!("It is renewed from {}.", source.as_str())))
}

#[cfg(test)]
mod tests {
    use certificates::CertificateType;

    use super::RULE;
    use crate::facts::Certificate;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, ends, imported, issued, known, private, refused, tagged};

    const CA: (&str, &str) = (
        "acm-autopilot:private-ca",
        "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/61f50cd4-45b9-4259-b049-d0a53682fa4b",
    );
    const FROM_CA: (&str, &str) = ("acm-autopilot:renew-from", "private-ca");
    const FROM_ACME: (&str, &str) = ("acm-autopilot:renew-from", "acme");
    const FROM_SECRET: (&str, &str) = ("acm-autopilot:renew-from", "secret");

    fn with(tags: &[(&str, &str)]) -> Certificate {
        tagged(imported(), tags)
    }

    #[test]
    fn table() {
        let unused = Certificate { in_use: known(false), ..imported() };
        let strange = Certificate { certificate_type: known(CertificateType::from("BORROWED")), ..imported() };
        let all: &[(&str, &str)] = &[("sources", "private-ca,acme,secret")];
        let flood = "x".repeat(255);
        let no_arn = ("acm-autopilot:private-ca", "main-ca");
        let no_days = ("acm-autopilot:validity-days", "0");
        let muted = ("acm-autopilot:notices", "perhaps");
        check(
            &RULE,
            &[
                ("the default CA", &[], with(&[FROM_CA]), Compliant, "renewed from private-ca"),
                ("a CA", &[], with(&[FROM_CA, CA]), Compliant, "renewed from private-ca"),
                ("expired", &[], ends(with(&[FROM_CA]), "2026-11-01T00:00:00Z"), Compliant, "private-ca"),
                ("no source", &[], with(&[("Owner", "a")]), NonCompliant, "acm-autopilot:renew-from (private-ca, secret, acme)"),
                ("a CA without a source", &[], with(&[CA]), NonCompliant, "Nothing renews it"),
                ("empty", &[], with(&[("acm-autopilot:renew-from", " ")]), NonCompliant, "Nothing renews it"),
                ("another case", &[], with(&[("acm-autopilot:Renew-From", "private-ca")]), NonCompliant, "Nothing renews it"),
                ("unknown", &[], with(&[("acm-autopilot:renew-from", "the-moon")]), NonCompliant, "is `the-moon`. Set"),
                ("unknown, and long", &[], with(&[("acm-autopilot:renew-from", &flood)]), NonCompliant, "private-ca or secret or acme."),
                ("which directory", &[], with(&[FROM_ACME]), NonCompliant, "acm-autopilot:acme"),
                ("acme", &[], with(&[FROM_ACME, ("acm-autopilot:acme", "letsencrypt")]), Compliant, "from acme"),
                ("no secret", &[], with(&[FROM_SECRET, ("acm-autopilot:secret", "a secret")]), NonCompliant, "name or ARN"),
                ("which secret", all, with(&[FROM_SECRET]), NonCompliant, "acm-autopilot:secret"),
                ("a secret", all, with(&[FROM_SECRET, ("acm-autopilot:secret", "tls/www")]), Compliant, "from secret"),
                ("no ARN", &[], with(&[FROM_CA, no_arn]), NonCompliant, "not the ARN of a private CA"),
                ("no days", &[], with(&[FROM_CA, no_days]), NonCompliant, "validity-days is not a number of days"),
                ("what steers nothing", &[], with(&[FROM_CA, muted]), Compliant, "private-ca"),
                ("another origin", &[], strange, NonCompliant, "Nothing renews it"),
                ("unused", &[], unused, NotApplicable, "No AWS resource"),
                ("ACM's own", &[], issued(), NotApplicable, "renewal-eligible"),
                ("private", &[], private(), NotApplicable, "renewal-eligible"),
            ],
        );
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("sources", "vault")]).contains("`vault` is not one of private-ca, secret, acme"));
        assert!(refused(&RULE, &[("source", "acme")]).contains("it has sources"));
    }
}
