//! Whether a chain is in order, and whether clients accept it.

use certificates::{Failure, FailureReason};
use jiff::Timestamp;
use x509::{Certificate, Chain, Signatures};

use super::demand;

fn broken(detail: impl Into<String>) -> Failure {
    Failure::new(FailureReason::ChainBroken, detail)
}

/// The leaf first, where it is known, then each certificate by the next, each a CA's and valid now. Where the chain goes
/// up to the root, the root signed itself, as far as that can be verified.
pub(super) fn is_whole(leaf: Option<&Certificate>, chain: &[Certificate], now: Timestamp) -> Result<(), Failure> {
    let Some(last) = chain.last() else { return Err(broken("the source delivered no chain")) };
    let subjects = std::iter::once(leaf).chain(chain.iter().map(Some));
    for (ordinal, (subject, issuer)) in (1..).zip(subjects.zip(chain)) {
        let wrong = |what: &str| Err(broken(format!("certificate {ordinal} of the chain {what}")));
        if subject.is_some_and(|subject| subject.is_issued_by(issuer, Signatures::Current) != Some(true)) {
            return wrong("did not issue the one before it");
        }
        let is_anchor = ordinal == chain.len();
        let may_issue = issuer.is_ca || (is_anchor && may_omit_basic_constraints(issuer));
        if !may_issue {
            return wrong("is not a CA's");
        }
        if now < issuer.not_before || issuer.not_after < now {
            return wrong("is not valid now");
        }
    }
    let is_forged = last.is_self_issued() && last.has_forged_self_signature();
    demand(!is_forged, FailureReason::ChainBroken, || "the root at the end of the chain did not sign itself".into())
}

/// Roots of the versions 1 and 2 have no extension to say that they are a CA's
/// ([RFC 5280, 6.1.4 (k)](https://www.rfc-editor.org/rfc/rfc5280#section-6.1.4)).
pub(super) fn may_omit_basic_constraints(last: &Certificate) -> bool {
    !last.is_version_3 && last.is_self_issued()
}

/// Clients do not refuse the new certificate with its chain, or they refuse the current one for the same cause.
pub(super) fn is_accepted(current: &Chain, new: &Chain) -> Result<(), Failure> {
    let Some(objection) = new.objection() else { return Ok(()) };
    let before = current.objection();
    demand(before.is_some_and(|before| before.cause == objection.cause), FailureReason::ChainRefused, || {
        format!("clients would refuse the new certificate: {}", objection.detail)
    })
}
