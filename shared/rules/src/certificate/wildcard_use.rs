//! `wildcard-use`: a certificate has no wildcard names, unless they are allowed.
//!
//! | certificate | verdict |
//! |---|---|
//! | its request failed, or it is revoked | not applicable |
//! | none of its names, neither the domain name nor a SAN, has a `*` | compliant |
//! | its wildcards all fit a pattern of `allowedDomains` | compliant |
//! | has a tag of `allowedTags` with a value that fits | compliant |
//! | has another wildcard | non-compliant |
//!
//! In `allowedDomains`, `*.dev.example.com` allows that wildcard and those below it. Tags are read only
//! when there is a wildcard. The rule applies to a certificate that is still to be issued too: its names are final.
//!
//! Source: whoever has a wildcard's key can impersonate every host of its level:
//! [NSA, Avoid Dangers of Wildcard TLS Certificates](https://media.defense.gov/2021/Oct/07/2002869955/-1/-1/0/CSI_AVOID%20DANGERS%20OF%20WILDCARD%20TLS%20CERTIFICATES%20AND%20THE%20ALPACA%20TECHNIQUE_211007.PDF);
//! [wildcard names](https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html).

use crate::facts::{Certificate, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, names, applicability, tagging};

const ALLOWED_TAGS: List = List {
    name: "allowedTags",
    default: &["environment=non-production"],
    entries: Entries::Text { what: "KEY=PATTERN|PATTERN, where * matches anything", check: tagging::check_value },
    about: "Tags of certificates that may have wildcards: KEY=PATTERN|PATTERN, where * matches anything; `none` for \
         no tags",
};

const ALLOWED_DOMAINS: List = List {
    name: "allowedDomains",
    default: &[],
    entries: Entries::Text { what: "domain names, where * matches anything", check: names::check },
    about: "Allowed wildcards, such as *.dev.example.com, which allows those below it too",
};

pub const RULE: Rule = Rule {
    name: "wildcard-use",
    about: "Certificates do not use wildcard names unless allowed.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&ALLOWED_TAGS), Parameter::List(&ALLOWED_DOMAINS)],
    lookups: &[Lookup::Description, Lookup::Tags],
    corresponds_to: &[
        "Control Tower CT.ACM.PR.1",
        "Checkov CKV2_AWS_71",
        "Steampipe acm_certificate_no_wildcard_domain_name",
        "CloudSploit acmSingleDomainNameCertificate",
        "KICS Wildcard In ACM Certificate Domain Name",
        "Terrascan AC_AWS_0001",
    ],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::unusable(certificate)? {
        return Ok(verdict);
    }
    let all = certificate.names()?.iter().map(String::as_str);
    let wildcards: Vec<&str> = all.filter(|name| names::is_wildcard(name)).collect();
    if wildcards.is_empty() {
        return Ok(Verdict::compliant("It has no wildcard names."));
    }
    let domains = names::Patterns::new(&context.settings.list(&ALLOWED_DOMAINS));
    let others: Vec<&str> = wildcards.into_iter().filter(|name| !domains.fit(name)).collect();
    if others.is_empty() {
        return Ok(Verdict::compliant("Its wildcard names are in allowed domains."));
    }
    let tags = certificate.tags()?;
    if context.settings.list(&ALLOWED_TAGS).iter().any(|entry| tagging::fits(tags, entry)) {
        return Ok(Verdict::compliant("Its tags allow wildcard names."));
    }
    Ok(Verdict::non_compliant(format!(
        "It has wildcard names: {}. Replace it with a certificate that lists its hosts, or allow them with \
         `allowedTags` or `allowedDomains`.",
        names::some_of(&others)
    )))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{Certificate, Fact};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, evaluate, imported, issued, known, pending, refused, tagged};

    fn named(names: &[&str]) -> Certificate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Certificate { domain_name: known(names.first().cloned()), names: known(names), ..issued() }
    }

    #[test]
    fn table() {
        let wild = || named(&["example.com", "*.example.com"]);
        let with = |key: &str, value: &str| tagged(wild(), &[(key, value)]);
        let dev: &[(&str, &str)] = &[("allowedDomains", "*.dev.example.com")];
        let tags: &[(&str, &str)] = &[("allowedTags", "Stage=dev|test*, wildcard=allowed")];
        let revoked = Certificate { status: known("REVOKED"), ..wild() };
        check(
            &RULE,
            &[
                ("none", &[], issued(), Compliant, "no wildcard"),
                ("the domain name", &[], named(&["*.example.com"]), NonCompliant, "wildcard names: *.example.com."),
                ("a SAN", &[], wild(), NonCompliant, "*.example.com"),
                ("imported", &[], Certificate { names: wild().names, ..imported() }, NonCompliant, "*.example.com"),
                ("pending", &[], Certificate { names: wild().names, ..pending() }, NonCompliant, "*.example.com"),
                ("a tag", &[], with("environment", "non-production"), Compliant, "tags allow"),
                ("production", &[], with("environment", "production"), NonCompliant, "`allowedTags`"),
                ("another key", &[], with("Environment", "non-production"), NonCompliant, "`allowedTags`"),
                ("an empty value", &[], with("environment", ""), NonCompliant, "`allowedTags`"),
                ("other tags", tags, with("Stage", "test-3"), Compliant, "tags allow"),
                ("one of them", tags, with("wildcard", "allowed"), Compliant, "tags allow"),
                (
                    "no tags",
                    &[("allowedTags", "none")],
                    with("environment", "non-production"),
                    NonCompliant,
                    "wildcard names",
                ),
                ("the default is gone", tags, with("environment", "non-production"), NonCompliant, "wildcard names"),
                ("an allowed domain", dev, named(&["*.DEV.example.com"]), Compliant, "allowed domains"),
                ("below it", dev, named(&["*.a.dev.example.com"]), Compliant, "allowed domains"),
                (
                    "above it",
                    dev,
                    named(&["*.dev.example.com", "*.example.com"]),
                    NonCompliant,
                    "wildcard names: *.example.com.",
                ),
                ("no names", &[], named(&[]), Compliant, "no wildcard"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
            ],
        );
    }

    #[test]
    fn tags_are_looked_up_for_wildcards_only() {
        assert!(evaluate(&RULE, &[], &Certificate { tags: Fact::Unknown, ..issued() }).is_ok());
        let wild = Certificate { tags: Fact::Unknown, ..named(&["*.example.com"]) };
        assert!(evaluate(&RULE, &[], &wild).is_err());
        assert!(evaluate(&RULE, &[("allowedDomains", "*")], &wild).is_ok());
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("allowedTags", "environment")]).contains("`environment` is not KEY=PATTERN"));
        assert!(refused(&RULE, &[("allowedDomains", "*..com")]).contains("empty label"));
        assert!(refused(&RULE, &[("tags", "a=b")]).contains("it has allowedTags, allowedDomains"));
    }
}
