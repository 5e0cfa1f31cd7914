//! `domain-allow-list`: every name of a certificate is in an allowed domain.
//!
//! | certificate | verdict |
//! |---|---|
//! | its request failed, or it is revoked | not applicable |
//! | has no names | not applicable |
//! | `allowed` is empty | not applicable |
//! | every name, the domain name and each SAN, fits a pattern of `allowed` | compliant |
//! | one does not | non-compliant |
//!
//! `example.com` is that name alone, `*.example.com` everything below it at any depth; both need both. A
//! wildcard is allowed if every name that it covers is: `*.example.com` fits `*.example.com`, and neither
//! `example.com` nor `*.a.example.com`. Case does not count, and `bücher.example` is the same as its A-label.
//!
//! The rule applies to a certificate that is still to be issued too: its names are final.
//!
//! Source: [RequestCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html);
//! what a wildcard covers: [RFC 9525, 6.3](https://www.rfc-editor.org/rfc/rfc9525#section-6.3).

use crate::facts::{Certificate, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, names, applicability};

const ALLOWED: List = List {
    name: "allowed",
    default: &[],
    entries: Entries::Text { what: "domain names, where * matches anything", check: names::check },
    about: "Allowed domain names, where * matches anything; without any the rule does not apply",
};

pub const RULE: Rule = Rule {
    name: "domain-allow-list",
    about: "Certificates are for allowed domains only.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&ALLOWED)],
    lookups: &[Lookup::Description],
    corresponds_to: &["IAM condition key acm:DomainNames"],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::unusable(certificate)? {
        return Ok(verdict);
    }
    let allowed = context.settings.list(&ALLOWED);
    if allowed.is_empty() {
        return Ok(Verdict::not_applicable("The rule's parameter `allowed` has no domains."));
    }
    let all = certificate.names()?;
    if all.is_empty() {
        return Ok(Verdict::not_applicable("It has no names."));
    }
    let allowed = names::Patterns::new(&allowed);
    let others: Vec<&str> = all.iter().map(String::as_str).filter(|name| !allowed.fit(name)).collect();
    if others.is_empty() {
        return Ok(Verdict::compliant("All of its names are allowed."));
    }
    Ok(Verdict::non_compliant(format!(
        "It is for domains that are not allowed: {}. Replace it with a certificate without them, or add them to the \
         rule's parameter `allowed`.",
        names::some_of(&others)
    )))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{Certificate, Fact};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, imported, issued, known, pending, private, refused, missing};

    fn named(names: &[&str]) -> Certificate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Certificate { domain_name: known(names.first().cloned()), names: known(names), ..issued() }
    }

    #[test]
    fn table() {
        let ours: &[(&str, &str)] = &[("allowed", "example.com, *.example.com, bücher.example")];
        let below: &[(&str, &str)] = &[("allowed", "*.example.com")];
        let failed = Certificate { status: known("FAILED"), ..named(&["example.org"]) };
        let long = "x".repeat(63) + "." + &"y".repeat(63) + "." + &"z".repeat(63) + ".example.org";
        check(
            &RULE,
            &[
                ("ours", ours, issued(), Compliant, "All"),
                ("imported", ours, imported(), Compliant, "All"),
                ("private", ours, private(), Compliant, "All"),
                ("another case", ours, named(&["WWW.Example.COM"]), Compliant, "All"),
                ("a wildcard", ours, named(&["*.example.com", "*.a.example.com"]), Compliant, "All"),
                ("an A-label", ours, named(&["XN--BCHER-KVA.example"]), Compliant, "All"),
                (
                    "the second name",
                    ours,
                    named(&["example.com", "example.org"]),
                    NonCompliant,
                    "allowed: example.org.",
                ),
                ("a longer label", ours, named(&["badexample.com"]), NonCompliant, "badexample.com"),
                ("another end", ours, named(&["example.com.evil.example"]), NonCompliant, "evil"),
                ("below only", below, named(&["example.com"]), NonCompliant, "not allowed: example.com"),
                ("below only", below, named(&["*.example.com"]), Compliant, "All"),
                ("a name is not a subtree", &[("allowed", "example.com")], named(&["*.example.com"]), NonCompliant, "*."),
                ("pending", ours, Certificate { names: named(&["a.org"]).names, ..pending() }, NonCompliant, "a.org"),
                ("long names", ours, named(&[&long, &long, "a.org"]), NonCompliant, "and 2 more"),
                ("no names", ours, named(&[]), NotApplicable, "no names"),
                ("no list", &[], named(&["example.org"]), NotApplicable, "`allowed`"),
                ("failed", ours, failed, NotApplicable, "never issued"),
            ],
        );
    }

    #[test]
    fn more_names_than_a_listing_shows_are_looked_up() {
        let listed = Certificate { names: Fact::Unknown, ..issued() };
        assert_eq!(missing(&RULE, &[("allowed", "*")], &listed).fact, "SubjectAlternativeNames");
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("allowed", "example.com,https://example.com")]).contains("has a `:`"));
        assert!(refused(&RULE, &[("allowed", ".example.com")]).contains("empty label; the list is of domain names"));
        assert!(refused(&RULE, &[("domains", "example.com")]).contains("it has allowed"));
    }
}
