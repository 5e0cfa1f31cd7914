//! `chain-complete`: an imported certificate has a complete, ordered and valid chain.
//!
//! | certificate | verdict |
//! |---|---|
//! | is not imported | not applicable: ACM maintains its chain |
//! | was never issued, is revoked, or has expired | not applicable |
//! | has no chain, and is self-signed | compliant |
//! | has no chain, and its issuer fits a pattern of `anchors` | compliant: clients have its issuer |
//! | has no chain otherwise | non-compliant |
//! | a certificate in the chain does not have the name of the issuer of the one below it | non-compliant |
//! | ... did not sign the one below it | non-compliant |
//! | ... is not a CA's, or allows fewer CAs below it than there are | non-compliant |
//! | ... has expired, or is not yet valid | non-compliant |
//! | clients refuse the chain: name constraints, critical extensions, key usages of the CAs | non-compliant |
//! | otherwise | compliant |
//!
//! The chain has to start with the certificate's issuer. It may stop at a root or below it. Whether
//! clients trust its last certificate is not known here, nor whether an issuer without anything above it is a root:
//! `anchors` names those that are. A signature with an algorithm that is not known here, or with a key
//! that is too short for it, counts as good when the names match. A root of version 1 or 2 cannot say that it is a CA's.
//!
//! Source: [certificate and key format for importing](https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-format.html);
//! [RFC 5280, 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1);
//! [RFC 8446, 4.4.2](https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2).

use certificates::{CertificateType, utc_date};
use jiff::Timestamp;

use crate::facts::{Certificate, Chain, Lookup, Signatures, X509};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, pattern, applicability};

const ANCHORS: List = List {
    name: "anchors",
    default: &[],
    entries: Entries::Text { what: "names of root CAs, where * matches anything", check },
    about: "Names of root CAs that issue certificates directly and that all clients trust, where * matches anything",
};

pub const RULE: Rule = Rule {
    name: "chain-complete",
    about: "Imported certificates have a complete, ordered and valid chain.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&ANCHORS)],
    lookups: &[Lookup::Description, Lookup::Chain],
    corresponds_to: &[],
};

fn check(pattern: &str) -> Result<(), String> {
    match pattern.chars().count() {
        1..=256 => Ok(()),
        _ => Err("is longer than 256 characters".into()),
    }
}

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if *certificate.certificate_type()? != CertificateType::Imported {
        return Ok(Verdict::not_applicable("It is not imported: ACM maintains its chain."));
    }
    if let Some(verdict) = applicability::not_valid(certificate, context.now)? {
        return Ok(verdict);
    }
    let Some(chain) = certificate.chain()? else {
        return Ok(Verdict::not_applicable("ACM has no certificate for it yet."));
    };
    if chain.above.is_empty() {
        return Ok(alone(&chain.leaf, &context.settings.list(&ANCHORS)));
    }
    if let Some(flaw) = flaw(chain, context.now) {
        return Ok(Verdict::non_compliant(format!("{flaw} Import it again with a correct chain.")));
    }
    Ok(match chain.objection() {
        Some(objection) => Verdict::non_compliant(format!(
            "Clients refuse its chain: {}. Import a certificate with a chain that they accept.",
            applicability::short_to(150, &objection.detail)
        )),
        None => Verdict::compliant(match chain.above.len() {
            1 => "Its chain is in order: 1 certificate.".into(),
            count => format!("Its chain is in order: {count} certificates."),
        }),
    })
}

fn alone(leaf: &X509, anchors: &[&str]) -> Verdict {
    if leaf.is_self_issued() {
        return Verdict::compliant("It is self-signed: it needs no chain.");
    }
    let is_anchor =
        |name: &String| anchors.iter().any(|anchor| pattern::matches(&anchor.to_lowercase(), &name.to_lowercase()));
    if let Some(anchor) = leaf.issuer_names.iter().find(|name| is_anchor(name)) {
        return Verdict::compliant(format!("It has no chain and needs none: its issuer `{}` is in `anchors`.", applicability::short(anchor)));
    }
    Verdict::non_compliant(format!(
        "It has no chain: clients that do not know its issuer `{}` refuse it. Import it again with its chain, or, if \
         the issuer is a root, add it to `anchors`.",
        applicability::short(&leaf.issuer.to_string())
    ))
}

/// The first flaw of a chain.
fn flaw(chain: &Chain, now: Timestamp) -> Option<String> {
    let mut below = &chain.leaf;
    // CA certificates between the leaf and this one; those that a CA issued to itself
    // do not count (RFC 5280, 4.2.1.9).
    let mut between = 0;
    for (index, above) in chain.above.iter().enumerate() {
        let name = applicability::short(&above.subject.to_string());
        if let Some(flaw) = link(chain, below, above, index) {
            return Some(flaw);
        }
        let is_old_root = !above.is_version_3 && above.is_self_issued() && index + 1 == chain.above.len();
        if !above.is_ca && !is_old_root {
            return Some(format!("`{name}` in its chain is not a CA certificate."));
        }
        if above.path_len.is_some_and(|most| between > most) {
            return Some(format!("`{name}` in its chain allows fewer CAs below it (path length)."));
        }
        if now > above.not_after {
            return Some(format!("`{name}` in its chain expired on {}.", applicability::expiry_date(above.not_after)));
        }
        if now < above.not_before {
            return Some(format!("`{name}` in its chain is not valid before {}.", utc_date(above.not_before)));
        }
        between += u32::from(!above.is_self_issued());
        below = above;
    }
    None
}

/// What is wrong between a certificate and the next one above it.
fn link(chain: &Chain, below: &X509, above: &X509, index: usize) -> Option<String> {
    if *above == chain.leaf {
        return Some("Its chain contains the certificate itself; it must contain only the certificates above \
             it.".into());
    }
    if below.issuer == above.subject {
        // Names that look the same may differ in their encoding, and then nothing was signed.
        let signed = below.is_issued_by(above, Signatures::Legacy).unwrap_or(true);
        return (!signed)
            .then(|| format!("`{}` in its chain did not sign the one below it.", applicability::short(&above.subject.to_string())));
    }
    let expected = applicability::short(&below.issuer.to_string());
    let is_elsewhere = chain.above.iter().any(|other| other.subject == below.issuer);
    Some(match (is_elsewhere, below.is_self_issued()) {
        (true, _) if !below.is_self_issued() => {
            format!("Its chain is out of order: `{expected}` must be number {}.", index + 1)
        }
        (_, true) => format!("Its chain continues above the root `{expected}`."),
        _ => format!("`{expected}` is missing in its chain (as number {}).", index + 1),
    })
}

#[cfg(test)]
mod tests {
    use simulated_aws::{CertificateSpec, Key, PrivateCaSpec};

    use super::RULE;
    use crate::facts::{Certificate, Chain, Fact, Lookup, X509};
    use crate::samples;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{at, aws, chain_of, check, ends, evaluate, imported, issued, known, pending, private, missing};

    /// A leaf, an issuing CA that expires before the leaf, and a root.
    fn chain() -> Chain {
        let aws = aws();
        let root = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).common_name("Root"));
        let issuing = PrivateCaSpec::new(Key::P384)
            .common_name("Issuing")
            .not_after(at("2026-12-01T00:00:00Z"))
            .subordinate_of(&root);
        let issuing = aws.insert_private_ca(issuing);
        let arn = aws.insert_certificate(CertificateSpec::imported("example.com").issued_by(&issuing));
        chain_of(&aws, &arn)
    }

    /// A leaf right below a root.
    fn direct() -> Chain {
        let aws = aws();
        let arn = aws.insert_certificate(CertificateSpec::imported("direct.example.com"));
        chain_of(&aws, &arn)
    }

    fn with(leaf: &X509, above: &[&X509]) -> Certificate {
        let above = above.iter().copied().cloned().collect();
        Certificate { chain: known(Some(Chain { leaf: leaf.clone(), above })), ..imported() }
    }

    fn but(certificate: &X509, change: fn(&mut X509)) -> X509 {
        let mut certificate = certificate.clone();
        change(&mut certificate);
        certificate
    }

    #[test]
    fn table() {
        let (Chain { leaf, above }, other) = (chain(), direct());
        let [issuing, root] = &above[..] else { panic!("a chain of {}", above.len()) };
        let anchor: &[(&str, &str)] = &[("anchors", "Some Root,outside *")];
        let mut forged = other.above[0].clone();
        forged.subject.clone_from(&issuing.subject);
        let old = but(issuing, |one| one.not_after = at("2026-11-20T00:00:00Z"));
        let early = but(root, |one| one.not_before = at("2026-11-22T00:00:00Z"));
        let no_ca = but(issuing, |one| one.is_ca = false);
        let narrow = but(root, |one| one.path_len = Some(0));
        let revoked = Certificate { status: known("REVOKED"), ..with(&leaf, &[]) };
        check(
            &RULE,
            &[
                ("to the root", &[], with(&leaf, &[issuing, root]), Compliant, "in order: 2 certificates"),
                ("without the root", &[], with(&leaf, &[issuing]), Compliant, "in order: 1 certificate."),
                ("right below a root", &[], with(&other.leaf, &[&other.above[0]]), Compliant, "in order"),
                ("none", &[], with(&leaf, &[]), NonCompliant, "has no chain"),
                ("none, right below a root", &[], with(&other.leaf, &[]), NonCompliant, "to `anchors`"),
                ("none, below an anchor", anchor, with(&other.leaf, &[]), Compliant, "`Outside CA`"),
                ("self-signed", &[], with(root, &[]), Compliant, "self-signed"),
                ("reversed", &[], with(&leaf, &[root, issuing]), NonCompliant, "must be number 1"),
                ("one is missing", &[], with(&leaf, &[root]), NonCompliant, "is missing in its chain (as number 1)"),
                ("of another", &[], with(&leaf, &[&other.above[0]]), NonCompliant, "is missing"),
                ("with itself", &[], with(&leaf, &[&leaf, issuing]), NonCompliant, "the certificate itself"),
                ("more than the root", &[], with(&leaf, &[issuing, root, issuing]), NonCompliant, "above the root"),
                ("the same name only", &[], with(&leaf, &[&forged]), NonCompliant, "did not sign"),
                ("an old one", &[], with(&leaf, &[&old, root]), NonCompliant, "expired on 2026-11-20"),
                ("one of tomorrow", &[], with(&leaf, &[issuing, &early]), NonCompliant, "not valid before 2026-11-22"),
                ("no CA", &[], with(&leaf, &[&no_ca, root]), NonCompliant, "not a CA certificate"),
                ("too deep", &[], with(&leaf, &[issuing, &narrow]), NonCompliant, "allows fewer CAs"),
                ("public", &[], issued(), NotApplicable, "not imported"),
                ("private", &[], private(), NotApplicable, "not imported"),
                ("pending", &[], pending(), NotApplicable, "not imported"),
                ("not there", &[], Certificate { chain: known(None), ..imported() }, NotApplicable, "no certificate"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
                ("expired", &[], ends(with(&leaf, &[]), "2026-11-20T00:00:00Z"), NotApplicable, "expired"),
            ],
        );
    }

    /// An imported certificate with those of these PEM texts.
    fn of_pem(leaf: &str, above: &str) -> Certificate {
        Certificate { chain: known(Some(Chain::from_pem(leaf, Some(above)).unwrap())), ..imported() }
    }

    #[test]
    fn chains_as_clients_judge_them() {
        for sample in samples::all() {
            let verdict = evaluate(&RULE, &[], &of_pem(&sample.leaf, &sample.above.concat())).unwrap();
            match sample.refused {
                None => assert_eq!(verdict.compliance(), Compliant, "{}: {verdict:?}", sample.title),
                Some(piece) => {
                    assert_eq!(verdict.compliance(), NonCompliant, "{}: {verdict:?}", sample.title);
                    let is_too_deep = verdict.reason().contains("`CN=Upper` in its chain allows fewer CAs");
                    assert!(is_too_deep || verdict.reason().contains(piece), "{}: {verdict:?}", sample.title);
                    assert_eq!(verdict.annotation(), verdict.reason(), "{}", sample.title);
                }
            }
        }
    }

    #[test]
    fn chains_as_others_make_them() {
        for (title, pem) in [
            ("SHA-1", include_str!("../../../x509/tests/pem/sha1-root.pem")),
            ("version 1", include_str!("../../../x509/tests/pem/version-1-root.pem")),
            ("without an expiry", include_str!("../../../x509/tests/pem/endless-root.pem")),
            ("without a subject", include_str!("../../../x509/tests/pem/empty-subject.pem")),
        ] {
            const END: &str = "-----END CERTIFICATE-----\n";
            let (leaf, above) = pem.split_at(pem.find(END).unwrap() + END.len());
            check(&RULE, &[(title, &[], of_pem(leaf, above), Compliant, "in order")]);
        }
    }

    /// The issuer is another one than the subject, though both have an organization in Latin-1.
    #[test]
    fn names_in_latin_1() {
        let leaf = include_str!("../../../x509/tests/pem/teletex-leaf.pem");
        let root = include_str!("../../../x509/tests/pem/teletex-root-a.pem");
        let stranger = include_str!("../../../x509/tests/pem/teletex-root-b.pem");
        check(
            &RULE,
            &[
                ("none", &[], of_pem(leaf, ""), NonCompliant, "its issuer `O=Müller, CN=Wurzel A` refuse"),
                ("its root", &[], of_pem(leaf, root), Compliant, "in order"),
                ("another root", &[], of_pem(leaf, stranger), NonCompliant, "`O=Müller, CN=Wurzel A` is missing"),
                ("a root alone", &[], of_pem(root, ""), Compliant, "self-signed"),
            ],
        );
    }

    #[test]
    fn the_chain_is_read_only_of_imported_ones() {
        let unknown = |certificate| Certificate { chain: Fact::Unknown, ..certificate };
        assert_eq!(missing(&RULE, &[], &unknown(imported())).lookup, Lookup::Chain);
        assert!(evaluate(&RULE, &[], &unknown(issued())).is_ok());
        assert!(evaluate(&RULE, &[], &unknown(ends(imported(), "2026-11-20T00:00:00Z"))).is_ok());
    }
}
