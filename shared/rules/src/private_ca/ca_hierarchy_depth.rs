//! `ca-hierarchy-depth`: a CA is not too far below its root, and within the path lengths of the CAs
//! above it.
//!
//! | CA | verdict |
//! |---|---|
//! | a CA above it has a path length constraint that leaves no room for this one | non-compliant |
//! | has more than `most` CAs above it | non-compliant |
//! | is a subordinate CA without a path length constraint of its own, with `pathLength` | non-compliant |
//! | otherwise | compliant |
//! | is deleted, could not be created, or has no certificate yet | not applicable |
//!
//! A root has no CA above it. Where the chain stops below its root, the root counts too. A path length
//! constraint of n leaves room for n CA certificates below the one that has it, without the end entity's:
//! clients refuse a longer path, and then everything that the CA issues.
//!
//! Source: [RFC 5280, 4.2.1.9](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9);
//! [CA hierarchies](https://docs.aws.amazon.com/privateca/latest/userguide/ca-hierarchy.html), of at most five
//! levels in AWS Private CA.

use super::applicability;
use crate::facts::{PrivateCa, Lookup, X509};
use crate::{Context, Evaluation, Evaluator, Flag, Number, Parameter, Rule, Verdict};

const MOST: Number = Number {
    name: "most",
    default: 2,
    limits: 0..=10,
    about: "Most CAs above a CA: with 2, there are a root, an intermediate and an issuing CA",
};

const PATH_LENGTH: Flag = Flag {
    name: "pathLength",
    default: false,
    about: "Whether subordinate CAs need a path length constraint, without which they can create any number of CAs",
};

pub const RULE: Rule = Rule {
    name: "ca-hierarchy-depth",
    about: "Private CAs are not too far below their root, and within its path length.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::Number(&MOST), Parameter::Flag(&PATH_LENGTH)],
    lookups: &[Lookup::Description, Lookup::Chain],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::without_certificate(ca)? {
        return Ok(verdict);
    }
    let is_subordinate = ca.ca_type()? != "ROOT";
    let chain = applicability::required(ca.chain()?, "the CA's certificate")?;
    // The first one below, at 0, may issue under any constraint of its own.
    let path: Vec<&X509> = chain.iter().collect();
    let too_short = path.iter().zip(0_u32..).find(|(ca, below)| ca.path_len.is_some_and(|length| length < *below));
    if let Some((ca, below)) = too_short {
        return Ok(Verdict::non_compliant(format!(
            "A CA above it ({}) allows {} CAs below itself, and this is number {below}: clients refuse what it \
             issues. Have its certificate issued by a CA with a longer path length.",
            ca.subject.to_string().chars().take(60).collect::<String>(),
            ca.path_len.unwrap_or_default(),
        )));
    }
    let ends_in_root = path.last().is_some_and(|top| top.is_self_issued());
    let above = chain.above.len() + usize::from(!ends_in_root);
    let at_least = if ends_in_root { "" } else { "at least " };
    let most = context.settings.number(&MOST);
    if i64::try_from(above).is_ok_and(|above| above > most) {
        return Ok(Verdict::non_compliant(format!(
            "It has {at_least}{above} CAs above it (limit {most}). Issue from a CA nearer to the root."
        )));
    }
    if is_subordinate && context.settings.flag(&PATH_LENGTH) && chain.leaf.path_len.is_none() {
        return Ok(Verdict::non_compliant(
            "Its certificate has no path length constraint: it can create any number of CAs. Have a new one issued \
             with a constraint, for instance with the template SubordinateCACertificate_PathLen0/V1.",
        ));
    }
    Ok(Verdict::compliant(match above {
        0 => "It is a root.".to_owned(),
        1 => format!("It has {at_least}1 CA above it."),
        _ => format!("It has {at_least}{above} CAs above it."),
    }))
}

#[cfg(test)]
mod tests {
    use simulated_aws::{Aws, Key, PrivateCaSpec};

    use super::RULE;
    use crate::facts::{PrivateCa, Chain};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{NOW, at, check, evaluate, known, root_ca, subordinate_ca};

    /// The chain of a CA with this many CAs above it.
    fn chain(above: usize) -> Chain {
        let aws = Aws::new(at(NOW));
        let mut arn = aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
        for _ in 0..above {
            arn = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).subordinate_of(&arn));
        }
        let ca = aws.private_ca(&arn).unwrap();
        Chain::from_pem(&ca.pem, ca.chain.as_deref()).unwrap()
    }

    fn with(chain: Chain) -> PrivateCa {
        let ca = if chain.above.is_empty() { root_ca() } else { subordinate_ca() };
        PrivateCa { chain: known(Some(chain)), ..ca }
    }

    /// With these path length constraints, from the CA itself to the root.
    fn constrained(lengths: &[Option<u32>]) -> PrivateCa {
        let mut chain = chain(lengths.len() - 1);
        chain.leaf.path_len = lengths[0];
        for (ca, length) in chain.above.iter_mut().zip(&lengths[1..]) {
            ca.path_len = *length;
        }
        with(chain)
    }

    #[test]
    fn table() {
        let required: &[(&str, &str)] = &[("pathLength", "true")];
        let roots: &[(&str, &str)] = &[("most", "0")];
        let mut without_root = chain(2);
        without_root.above.pop();
        let mut alone = chain(1);
        alone.above.clear();
        let alone = PrivateCa { chain: known(Some(alone)), ..subordinate_ca() };
        let pending = PrivateCa { status: known("PENDING_CERTIFICATE"), ..with(chain(0)) };
        let deleted = PrivateCa { status: known("DELETED"), ..with(chain(0)) };
        check(
            &RULE,
            &[
                ("root", &[], with(chain(0)), Compliant, "a root"),
                ("one", &[], with(chain(1)), Compliant, "1 CA above"),
                ("two", &[], with(chain(2)), Compliant, "2 CAs above"),
                ("three", &[], with(chain(3)), NonCompliant, "3 CAs above it (limit 2)"),
                ("three allowed", &[("most", "3")], with(chain(3)), Compliant, "3 CAs"),
                ("roots only", roots, with(chain(1)), NonCompliant, "1 CAs above it (limit 0)"),
                ("root", roots, with(chain(0)), Compliant, "a root"),
                ("root is missing", &[], with(without_root), Compliant, "at least 2 CAs"),
                ("nothing above", roots, alone, NonCompliant, "at least 1 CAs"),
                ("room", &[], constrained(&[Some(0), Some(1), Some(2)]), Compliant, ""),
                ("just room", &[], constrained(&[Some(0), Some(1), None]), Compliant, ""),
                ("no room", &[], constrained(&[Some(0), Some(0), None]), NonCompliant, "allows 0 CAs below"),
                ("no room in the root", &[], constrained(&[None, None, Some(1)]), NonCompliant, "this is number 2"),
                ("no constraint", required, constrained(&[None, Some(1)]), NonCompliant, "any number of CAs"),
                ("a constraint", required, constrained(&[Some(0), None]), Compliant, ""),
                ("a root needs none", required, constrained(&[None]), Compliant, "a root"),
                ("pending", &[], pending, NotApplicable, "no certificate yet"),
                ("deleted", &[], deleted, NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn an_active_ca_without_a_certificate_gives_no_verdict() {
        assert!(evaluate(&RULE, &[], &root_ca()).is_err());
    }
}
