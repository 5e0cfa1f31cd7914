//! `ca-revocation-configured`: clients can learn that a CA's certificate was revoked.
//!
//! | CA | verdict |
//! |---|---|
//! | publishes a CRL, or has an OCSP responder | compliant |
//! | neither | non-compliant |
//! | issues short-lived certificates only (`SHORT_LIVED_CERTIFICATE`) | not applicable: they expire before revocation matters |
//! | is `EXPIRED` | not applicable: nothing below it is valid |
//! | is deleted, being created, or could not be created | not applicable |
//!
//! Without either, RevokeCertificate has no effect on clients. A CA without a certificate counts:
//! the addresses are in the certificates that it issues from then on, and not in earlier ones.
//!
//! Source: [revocation](https://docs.aws.amazon.com/privateca/latest/userguide/revocation-setup.html).

use super::applicability;
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Evaluation, Evaluator, Rule, Verdict};

pub const RULE: Rule = Rule {
    name: "ca-revocation-configured",
    about: "Private CAs publish which certificates are revoked, by CRL or OCSP.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, _: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::absent(ca)? {
        return Ok(verdict);
    }
    if ca.status()? == "EXPIRED" {
        return Ok(Verdict::not_applicable("It is EXPIRED: nothing that it issued is valid."));
    }
    if ca.usage_mode()?.as_deref() == Some("SHORT_LIVED_CERTIFICATE") {
        return Ok(Verdict::not_applicable("It issues short-lived certificates only, which expire before revocation \
             matters."));
    }
    let crl = ca.crl()?.as_ref().is_some_and(|crl| crl.enabled);
    let ocsp = ca.ocsp()?.as_ref().is_some_and(|ocsp| ocsp.enabled);
    Ok(match (crl, ocsp) {
        (true, true) => Verdict::compliant("It publishes a CRL and has an OCSP responder."),
        (true, false) => Verdict::compliant("It publishes a CRL."),
        (false, true) => Verdict::compliant("It has an OCSP responder."),
        (false, false) => Verdict::non_compliant(
            "It has neither CRL nor OCSP: clients cannot learn that a certificate was revoked. Enable one of them, \
             and replace certificates that were issued before.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{PrivateCa, Crl, Ocsp};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, known, root_ca, subordinate_ca};

    fn with(crl: Option<bool>, ocsp: Option<bool>) -> PrivateCa {
        PrivateCa {
            crl: known(crl.map(|enabled| Crl { enabled, ..Crl::default() })),
            ocsp: known(ocsp.map(|enabled| Ocsp { enabled, ..Ocsp::default() })),
            ..subordinate_ca()
        }
    }

    fn neither(status: &str) -> PrivateCa {
        PrivateCa { status: known(status), ..with(None, None) }
    }

    #[test]
    fn table() {
        let short = PrivateCa { usage_mode: known(Some("SHORT_LIVED_CERTIFICATE".to_owned())), ..neither("ACTIVE") };
        let new_mode = PrivateCa { usage_mode: known(Some("OTHER".to_owned())), ..neither("ACTIVE") };
        check(
            &RULE,
            &[
                ("CRL", &[], root_ca(), Compliant, "publishes a CRL."),
                ("OCSP", &[], with(None, Some(true)), Compliant, "OCSP responder"),
                ("both", &[], with(Some(true), Some(true)), Compliant, "and has"),
                ("nothing", &[], with(None, None), NonCompliant, "neither CRL nor OCSP"),
                ("both off", &[], with(Some(false), Some(false)), NonCompliant, "Enable one"),
                ("disabled CA", &[], neither("DISABLED"), NonCompliant, "Enable one"),
                ("pending CA", &[], neither("PENDING_CERTIFICATE"), NonCompliant, "Enable one"),
                ("a new mode", &[], new_mode, NonCompliant, "Enable one"),
                ("short-lived", &[], short, NotApplicable, "short-lived"),
                ("expired", &[], neither("EXPIRED"), NotApplicable, "EXPIRED"),
                ("deleted", &[], neither("DELETED"), NotApplicable, "deleted"),
                ("failed", &[], neither("FAILED"), NotApplicable, "could not"),
            ],
        );
    }
}
