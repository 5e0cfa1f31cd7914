//! What rules about CAs have in common.

use certificates::PrivateCaArn;

use crate::facts::{Lookup, Missing, PrivateCa};
use crate::{Context, Entries, List, Verdict};

/// CAs that a rule does not apply to.
pub(super) const EXEMPTED: List = List {
    name: "exemptedCaArns",
    default: &[],
    entries: Entries::Text { what: "ARNs of private CAs", check: check_arn },
    about: "CAs that the rule does not apply to",
};

fn check_arn(arn: &str) -> Result<(), String> {
    arn.parse::<PrivateCaArn>().map(drop).map_err(|_| "is not the ARN of a private CA".into())
}

/// The verdict on an exempted CA.
pub(super) fn exempted(ca: &PrivateCa, context: &Context<'_>) -> Option<Verdict> {
    let is_exempted = context.settings.list(&EXEMPTED).contains(&ca.arn.as_str());
    is_exempted.then(|| Verdict::not_applicable("It is in exemptedCaArns."))
}

/// The verdict on a CA that does not exist: it was deleted, or is not created yet. AWS does not return
/// tags, permissions and policy of such a CA
/// ([InvalidStateException](https://docs.aws.amazon.com/privateca/latest/APIReference/API_ListTags.html)).
pub(super) fn absent(ca: &PrivateCa) -> Result<Option<Verdict>, Missing> {
    Ok(match ca.status()?.as_str() {
        "DELETED" => Some("It is deleted; see ca-pending-deletion."),
        "CREATING" => Some("It is being created."),
        "FAILED" => Some("It could not be created; see ca-status."),
        _ => None,
    }
    .map(Verdict::not_applicable))
}

/// The verdict on a CA that does not exist, or has no certificate yet.
pub(super) fn without_certificate(ca: &PrivateCa) -> Result<Option<Verdict>, Missing> {
    Ok(match ca.status()?.as_str() {
        "PENDING_CERTIFICATE" => Some(Verdict::not_applicable("It has no certificate yet; see ca-status.")),
        _ => absent(ca)?,
    })
}

/// A fact that AWS reports of every CA that the rule asks about. Without it there is no verdict.
pub(super) fn required<'a, T>(value: &'a Option<T>, fact: &'static str) -> Result<&'a T, Missing> {
    value.as_ref().ok_or(Missing { fact, lookup: Lookup::Description })
}
