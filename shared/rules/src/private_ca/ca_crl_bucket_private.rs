//! `ca-crl-bucket-private`: a CA does not make its CRLs public.
//!
//! | CA | verdict |
//! |---|---|
//! | publishes no CRL | not applicable |
//! | writes CRLs with `BUCKET_OWNER_FULL_CONTROL` | compliant |
//! | writes them with `PUBLIC_READ`, which is what AWS does when nothing is set | non-compliant |
//! | writes them in another way that is not known here | non-compliant |
//! | is deleted, being created, or could not be created | not applicable |
//!
//! Public lists show everybody how many certificates were revoked, and require a bucket without Block
//! Public Access. CloudFront serves a private one. The bucket itself is not read: see the crate's README.
//!
//! Source: [CrlConfiguration, `S3ObjectAcl`](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html);
//! [Block Public Access](https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-bpa).

use super::applicability;
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Evaluation, Evaluator, Rule, Verdict};

pub const RULE: Rule = Rule {
    name: "ca-crl-bucket-private",
    about: "Private CAs do not make their CRLs public in S3.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

/// Access that only the bucket's owner gets.
const PRIVATE: &str = "BUCKET_OWNER_FULL_CONTROL";

fn evaluate(ca: &PrivateCa, _: &Context<'_>) -> Evaluation {
    // The status, which items do not have, brings the whole description: an access that an item does not
    // name is not taken for the default.
    if let Some(verdict) = applicability::absent(ca)? {
        return Ok(verdict);
    }
    let Some(crl) = ca.crl()?.as_ref().filter(|crl| crl.enabled) else {
        return Ok(Verdict::not_applicable("It publishes no CRL."));
    };
    let access = crl.object_acl.as_deref().unwrap_or("PUBLIC_READ, which is the default");
    if access == PRIVATE {
        return Ok(Verdict::compliant("Only the bucket's owner can read its CRLs."));
    }
    Ok(Verdict::non_compliant(format!(
        "It writes CRLs with S3ObjectAcl {access}. Set {PRIVATE}, block public access to the bucket, and serve the \
         CRLs through CloudFront (CustomCname)."
    )))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{PrivateCa, Crl};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, known, root_ca};

    fn with(enabled: bool, acl: Option<&str>) -> PrivateCa {
        let crl = Crl { enabled, object_acl: acl.map(str::to_owned), ..Crl::default() };
        PrivateCa { crl: known(Some(crl)), ..root_ca() }
    }

    #[test]
    fn table() {
        let none = PrivateCa { crl: known(None), ..root_ca() };
        let deleted = PrivateCa { status: known("DELETED"), ..with(true, None) };
        let pending = PrivateCa { status: known("PENDING_CERTIFICATE"), ..with(true, None) };
        check(
            &RULE,
            &[
                ("private", &[], root_ca(), Compliant, "Only the bucket's owner"),
                ("public", &[], with(true, Some("PUBLIC_READ")), NonCompliant, "S3ObjectAcl PUBLIC_READ. Set"),
                ("not set", &[], with(true, None), NonCompliant, "PUBLIC_READ, which is the default"),
                ("a new one", &[], with(true, Some("AUTHENTICATED_READ")), NonCompliant, "AUTHENTICATED_READ"),
                ("pending", &[], pending, NonCompliant, "default"),
                ("no CRL", &[], none, NotApplicable, "no CRL"),
                ("CRL off", &[], with(false, Some("PUBLIC_READ")), NotApplicable, "no CRL"),
                ("deleted", &[], deleted, NotApplicable, "deleted"),
            ],
        );
    }
}
