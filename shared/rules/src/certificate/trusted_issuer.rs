//! `trusted-issuer`: a certificate comes from an issuer that is allowed, and not from one that is denied.
//!
//! | certificate | verdict |
//! |---|---|
//! | was never issued, is revoked, or has expired | not applicable |
//! | an issuer of it fits a pattern of `denied` | non-compliant |
//! | an issuer of it fits a pattern of `allowed` | compliant |
//! | neither | non-compliant |
//!
//! | certificate | what the patterns are compared with |
//! |---|---|
//! | public, of ACM's | ACM's `Issuer`, which is `Amazon` |
//! | private | ACM's `Issuer`, and the ARN of the private CA that ACM asked |
//! | imported | ACM's `Issuer`; and the issuer of the certificate and of those above it, as far as each was signed by the next: common name, organization, and the whole distinguished name |
//!
//! With the defaults every imported certificate is non-compliant until its issuer is named in `allowed`. The
//! pattern `Amazon` is ACM's own mark: for an imported certificate it counts only where the one above in its chain
//! has signed it, since anybody can create a certificate with any name in it.
//!
//! Patterns are whole texts in which `*` matches anything; upper and lower case are the same. Lists are
//! separated by commas, so write `*` for a comma in a name.
//!
//! ACM says `Amazon` before a public certificate is issued and of requests that failed, so those that
//! were never issued are left out. A name is not proof: `chain-complete` says whether the signatures of an imported
//! chain are good.
//!
//! Source: [CertificateDetail, `Issuer`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html).

use certificates::{CertificateType, PrivateCaArn};

use crate::facts::{Certificate, Chain, Lookup, Signatures};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, pattern, applicability};

const ALLOWED: List = List {
    name: "allowed",
    default: &["Amazon", "arn:aws*:acm-pca:*"],
    entries: Entries::Text { what: "names of issuers and ARNs of private CAs, where * matches anything", check },
    about: "Allowed issuers: names, and ARNs of private CAs, where * matches anything",
};

const DENIED: List = List {
    name: "denied",
    default: &[],
    entries: Entries::Text { what: "names of issuers and ARNs of private CAs, where * matches anything", check },
    about: "Denied issuers: names, and ARNs of private CAs, even if they are allowed too",
};

/// The issuer of ACM's public certificates.
const AMAZON: &str = "Amazon";

pub const RULE: Rule = Rule {
    name: "trusted-issuer",
    about: "Certificates come from allowed issuers; imported ones are non-compliant until their issuers are allowed.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&ALLOWED), Parameter::List(&DENIED)],
    lookups: &[Lookup::Description, Lookup::Chain],
    corresponds_to: &["aws-samples ACM-flag-CA-issuer"],
};

fn check(pattern: &str) -> Result<(), String> {
    match pattern.chars().count() {
        1..=256 => Ok(()),
        _ => Err("is longer than 256 characters".into()),
    }
}

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::not_valid(certificate, context.now)? {
        return Ok(verdict);
    }
    let (allowed, denied) = (context.settings.list(&ALLOWED), context.settings.list(&DENIED));
    let kind = certificate.certificate_type()?;
    let mut issuers: Vec<String> = certificate.issuer()?.iter().cloned().collect();
    if *kind == CertificateType::Private {
        issuers.extend(certificate.certificate_authority()?.clone());
    }
    let has_chain = !matches!(kind, CertificateType::Private | CertificateType::AmazonIssued);
    let mut proven = if has_chain { Vec::new() } else { issuers.clone() };
    if has_chain && fitting(&denied, &issuers).is_none() {
        // The chain can deny or allow; it is read only where that matters.
        let is_open = !denied.is_empty() || allowing(&allowed, &issuers, &proven).is_none();
        if let Some(chain) = is_open.then(|| certificate.chain()).transpose()?.and_then(Option::as_ref) {
            issuers.extend(in_chain(chain, |signed| signed != Some(false), true));
            proven = in_chain(chain, |signed| signed == Some(true), false);
        }
    }
    Ok(decide(&issuers, &proven, &allowed, &denied))
}

fn decide(issuers: &[String], proven: &[String], allowed: &[&str], denied: &[&str]) -> Verdict {
    if let Some((pattern, issuer)) = fitting(denied, issuers) {
        return Verdict::non_compliant(format!(
            "Its issuer, {}, is denied by `{}`. Replace it with a certificate from an allowed issuer.",
            shown(issuer),
            applicability::short(pattern)
        ));
    }
    if let Some(issuer) = allowing(allowed, issuers, proven) {
        return Verdict::compliant(format!("Its issuer, {}, is allowed.", shown(issuer)));
    }
    let issuer = issuers.first().map_or_else(|| "not reported".to_owned(), |issuer| shown(issuer));
    Verdict::non_compliant(format!(
        "Its issuer is {issuer}, which is not allowed. Replace it with a certificate from an allowed issuer, or add \
         the issuer to the rule's parameter `allowed`."
    ))
}

fn shown(issuer: &str) -> String {
    match issuer.parse::<PrivateCaArn>() {
        Ok(_) => format!("the private CA {}", issuer.rsplit('/').next().unwrap_or_default()),
        Err(_) => format!("`{}`", applicability::short(issuer)),
    }
}

/// The first pattern that an issuer fits, and that issuer.
fn fitting<'a>(patterns: &[&'a str], issuers: &'a [String]) -> Option<(&'a str, &'a str)> {
    patterns.iter().find_map(|pattern| {
        let lower = pattern.to_lowercase();
        let issuer = issuers.iter().find(|issuer| pattern::matches(&lower, &issuer.to_lowercase()))?;
        Some((*pattern, issuer.as_str()))
    })
}

/// The issuer that is allowed. `Amazon` has to be proven.
fn allowing<'a>(allowed: &[&'a str], issuers: &'a [String], proven: &'a [String]) -> Option<&'a str> {
    allowed.iter().find_map(|pattern| {
        let among = if pattern.eq_ignore_ascii_case(AMAZON) { proven } else { issuers };
        fitting(&[pattern], among).map(|(_, issuer)| issuer)
    })
}

/// The issuers in a chain, from the leaf up, as far as each was signed by the next; with `last`, also the
/// issuer that the last of those names.
fn in_chain(chain: &Chain, holds: fn(Option<bool>) -> bool, last: bool) -> Vec<String> {
    let mut issuers = Vec::new();
    let mut below = &chain.leaf;
    for above in &chain.above {
        if !holds(below.is_issued_by(above, Signatures::Legacy)) {
            break;
        }
        issuers.extend(below.issuer_names.iter().cloned());
        below = above;
    }
    if last {
        issuers.extend(below.issuer_names.iter().cloned());
    }
    issuers
}

#[cfg(test)]
mod tests {
    use simulated_aws::{CertificateSpec, Key, PrivateCaSpec};

    use super::RULE;
    use crate::facts::{Certificate, Fact, Lookup};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{
        aws, chain_of, check, ends, imported, issued, known, pending, private, refused, missing,
    };

    fn from(issuer: &str) -> Certificate {
        Certificate { issuer: known(Some(issuer.to_owned())), ..imported() }
    }

    #[test]
    fn table() {
        let entrust: &[(&str, &str)] = &[("allowed", "*"), ("denied", "*entrust*")];
        let one_ca: &[(&str, &str)] =
            &[("allowed", "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/7a6")];
        let failed = Certificate { status: known("FAILED"), issuer: issued().issuer, ..pending() };
        let revoked = Certificate { status: known("REVOKED"), ..issued() };
        let other_type = Certificate { certificate_type: known("ACME"), ..from("Someone") };
        check(
            &RULE,
            &[
                ("public", &[], issued(), Compliant, "`Amazon`"),
                ("a private CA", &[], private(), Compliant, "the private CA 6f5, is allowed"),
                ("another private CA", one_ca, private(), NonCompliant, "which is not allowed"),
                ("imported", &[], from("Example CA"), NonCompliant, "Its issuer is `Example CA`"),
                ("imported and allowed", &[("allowed", "example*")], from("Example CA"), Compliant, "Example CA"),
                ("denied", entrust, from("ENTRUST OV TLS 1"), NonCompliant, "denied by `*entrust*`"),
                ("not denied", entrust, from("Example CA"), Compliant, "Example CA"),
                ("a long name", &[], from(&"x".repeat(300)), NonCompliant, "…"),
                ("another type", &[], other_type, NonCompliant, "Someone"),
                ("no issuer", &[], Certificate { issuer: known(None), ..imported() }, NonCompliant, "not reported"),
                ("pending", &[], pending(), NotApplicable, "not issued yet"),
                ("failed, with issuer", &[], failed, NotApplicable, "FAILED"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
                ("expired", &[], ends(imported(), "2026-11-20T00:00:00Z"), NotApplicable, "expired on"),
            ],
        );
    }

    /// Imported, and `Amazon` by ACM's `Issuer` and by its own word, signed by the next in its chain, or not.
    fn of_amazon(forged: bool) -> Certificate {
        let aws = aws();
        let ca = || aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
        let arn = aws.insert_certificate(CertificateSpec::imported("example.com").issued_by(&ca()));
        let mut chain = chain_of(&aws, &arn);
        if forged {
            let other = aws.insert_certificate(CertificateSpec::imported("example.com").issued_by(&ca()));
            chain.above = chain_of(&aws, &other).above;
        }
        chain.leaf.issuer_names.push("Amazon".into());
        Certificate { chain: known(Some(chain)), ..from("Amazon") }
    }

    #[test]
    fn amazon_is_no_name_that_an_imported_certificate_may_give_itself() {
        let alone = Certificate { chain: known(None), ..from("Amazon") };
        check(
            &RULE,
            &[
                ("signed by the next", &[], of_amazon(false), Compliant, "Amazon"),
                ("not signed by the next", &[], of_amazon(true), NonCompliant, "which is not allowed"),
                ("without a chain", &[], alone, NonCompliant, "which is not allowed"),
            ],
        );
    }

    /// A leaf, an issuing CA, and a root.
    fn with_chain() -> Certificate {
        let aws = aws();
        let root = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).common_name("Trusted Root"));
        let issuing = PrivateCaSpec::new(Key::P256).common_name("Issuing").subordinate_of(&root);
        let issuing = aws.insert_private_ca(issuing);
        let arn = aws.insert_certificate(CertificateSpec::imported("example.com").issued_by(&issuing));
        Certificate { chain: known(Some(chain_of(&aws, &arn))), ..from("Example") }
    }

    #[test]
    fn the_chain_of_an_imported_certificate_counts() {
        let mut forged = with_chain();
        let aws = aws();
        let other = aws.insert_certificate(CertificateSpec::imported("other.example.com"));
        let mut chain = chain_of(&aws, &other);
        if let Fact::Known(Some(good)) = &with_chain().chain {
            chain.above.clone_from(&good.above);
        }
        forged.chain = known(Some(chain));
        check(
            &RULE,
            &[
                ("issuing CA", &[("allowed", "issuing *")], with_chain(), Compliant, "Issuing"),
                ("root", &[("allowed", "Trusted Root *")], with_chain(), Compliant, "Trusted Root"),
                ("distinguished name", &[("allowed", "O=Example* CN=Trusted Root*")], with_chain(), Compliant, "O="),
                ("denied root", &[("allowed", "*"), ("denied", "Trusted Root*")], with_chain(), NonCompliant, "is denied by"),
                ("a chain that is not its own", &[("allowed", "Trusted Root *")], forged, NonCompliant, "which is not allowed"),
            ],
        );
    }

    /// A deny list is not passed by, whatever type of string a name is written in.
    #[test]
    fn names_in_latin_1() {
        let leaf = include_str!("../../../x509/tests/pem/teletex-leaf.pem");
        let from_acm = |issuer: &str| Certificate {
            chain: known(Some(crate::facts::Chain::from_pem(leaf, None).unwrap())),
            ..from(issuer)
        };
        let denied: &[(&str, &str)] = &[("allowed", "*"), ("denied", "*m*ller*")];
        check(
            &RULE,
            &[
                ("denied", denied, from_acm("M?"), NonCompliant, "denied by `*m*ller*`"),
                ("allowed", &[("allowed", "Wurzel A")], from_acm("M?"), Compliant, "`Wurzel A`"),
                ("neither", &[("allowed", "Wurzel B")], from_acm("M?"), NonCompliant, "which is not allowed"),
            ],
        );
    }

    #[test]
    fn the_chain_is_read_only_where_it_decides() {
        let without = || Certificate { chain: Fact::Unknown, ..from("Example CA") };
        check(
            &RULE,
            &[
                ("allowed", &[("allowed", "Example CA")], without(), Compliant, "Example CA"),
                ("denied", &[("denied", "Example CA")], without(), NonCompliant, "is denied by"),
            ],
        );
        for parameters in [&[][..], &[("allowed", "Example CA"), ("denied", "x")]] {
            assert_eq!(missing(&RULE, parameters, &without()).lookup, Lookup::Chain);
        }
        assert!(refused(&RULE, &[("denied", &"x".repeat(257))]).contains("longer than 256"));
    }
}
