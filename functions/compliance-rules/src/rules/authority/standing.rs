//! What rules about CAs have in common.

use certificates::PrivateCaArn;

use crate::facts::{Authority, Lookup, Missing};
use crate::rules::{Context, Entries, List, Verdict};

/// CAs that a rule leaves out.
pub(super) const EXEMPTED: List = List {
    name: "exemptedCaArns",
    default: &[],
    entries: Entries::Text { what: "ARNs of private CAs", check: check_arn },
    about: "CAs that the rule leaves out",
};

fn check_arn(arn: &str) -> Result<(), String> {
    arn.parse::<PrivateCaArn>().map(drop).map_err(|_| "is no ARN of a private CA".into())
}

/// The verdict on a CA that the rule leaves out.
pub(super) fn exempted(authority: &Authority, context: &Context<'_>) -> Option<Verdict> {
    let is_exempted = context.settings.list(&EXEMPTED).contains(&authority.arn.as_str());
    is_exempted.then(|| Verdict::not_applicable("It is one of exemptedCaArns, which the rule leaves out."))
}

/// The verdict on a CA of which nothing can be wanted: it was deleted, or is not there yet. Such a CA answers
/// no questions about tags, permissions and policy
/// ([InvalidStateException](https://docs.aws.amazon.com/privateca/latest/APIReference/API_ListTags.html)).
pub(super) fn absent(authority: &Authority) -> Result<Option<Verdict>, Missing> {
    Ok(match authority.status()?.as_str() {
        "DELETED" => Some("It is deleted; ca-pending-deletion tells until when it can be restored."),
        "CREATING" => Some("It is being created."),
        "FAILED" => Some("It could not be created; ca-status tells more."),
        _ => None,
    }
    .map(Verdict::not_applicable))
}

/// The verdict on a CA of which nothing can be wanted that takes a certificate.
pub(super) fn without_certificate(authority: &Authority) -> Result<Option<Verdict>, Missing> {
    Ok(match authority.status()?.as_str() {
        "PENDING_CERTIFICATE" => {
            Some(Verdict::not_applicable("It waits for its certificate; ca-status tells when it waits too long."))
        }
        _ => absent(authority)?,
    })
}

/// A fact that AWS tells of every CA of which the rule asks it. Without it there is no verdict.
pub(super) fn told<'a, T>(value: &'a Option<T>, fact: &'static str) -> Result<&'a T, Missing> {
    value.as_ref().ok_or(Missing { fact, lookup: Lookup::Description })
}
