//! `ca-acm-permission`: ACM may renew the certificates that a private CA issued to it.
//!
//! | CA | verdict |
//! |---|---|
//! | `acm.amazonaws.com` may IssueCertificate, GetCertificate and ListPermissions for this account | compliant |
//! | lacks one of them, and it issued a certificate in ACM that is still usable, or `always` | non-compliant |
//! | lacks one of them otherwise | not applicable |
//! | is `EXPIRED`, deleted, could not be created, or has no certificate yet | not applicable |
//! | issues short-lived certificates only | not applicable: ACM does not use it |
//!
//! Without them ACM issues on behalf of the caller, and a renewal, which has no caller, fails. Certificates of
//! other accounts that the CA is shared with cannot be seen.
//!
//! Source: [CreatePermission](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html);
//! [managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/renew-private-cert.html).

use super::applicability;
use crate::facts::{PrivateCa, Lookup, Permission};
use crate::{Context, Evaluation, Evaluator, Flag, Parameter, Rule, Verdict};

const ALWAYS: Flag = Flag {
    name: "always",
    default: false,
    about: "Whether CAs that issued no certificate in ACM need the permission too",
};

const ACM: &str = "acm.amazonaws.com";
const NEEDED: [&str; 3] = ["IssueCertificate", "GetCertificate", "ListPermissions"];

pub const RULE: Rule = Rule {
    name: "ca-acm-permission",
    about: "ACM may renew the certificates that a private CA issued to it.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::Flag(&ALWAYS)],
    lookups: &[Lookup::Description, Lookup::Permissions, Lookup::PrivateCertificates],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::without_certificate(ca)? {
        return Ok(verdict);
    }
    if ca.status()? == "EXPIRED" {
        return Ok(Verdict::not_applicable("It is EXPIRED: it renews nothing; see ca-status."));
    }
    if ca.usage_mode()?.as_deref() == Some("SHORT_LIVED_CERTIFICATE") {
        return Ok(Verdict::not_applicable("It issues short-lived certificates only: ACM does not use it."));
    }
    let account = context.here.account.as_str();
    let is_acms = |permission: &&Permission| {
        permission.principal == ACM && permission.source_account.as_deref().is_none_or(|source| source == account)
    };
    let granted: Vec<&str> =
        ca.permissions()?.iter().filter(is_acms).flat_map(|one| &one.actions).map(String::as_str).collect();
    let missing: Vec<&str> = NEEDED.into_iter().filter(|action| !granted.contains(action)).collect();
    if missing.is_empty() {
        return Ok(Verdict::compliant("ACM may renew certificates with it."));
    }
    let missing = missing.join(", ");
    if context.settings.flag(&ALWAYS) {
        return Ok(Verdict::non_compliant(format!(
            "{ACM} has no permission for {missing}, so ACM cannot renew certificates from it. Grant the permission \
             (CreatePermission)."
        )));
    }
    // How many there are is not known where some could not be described.
    Ok(match ca.issued_to_acm()?.next() {
        None => Verdict::not_applicable("It issued no certificate in ACM."),
        Some(_) => Verdict::non_compliant(format!(
            "{ACM} has no permission for {missing}, so renewals of ACM's certificates from it fail. Grant the \
             permission (CreatePermission)."
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::{ACM, NEEDED, RULE};
    use crate::facts::{PrivateCa, Certificate, Fact, Permission};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, evaluate, known, private, root_ca};

    fn permission(principal: &str, account: Option<&str>, actions: &[&str]) -> Permission {
        Permission {
            principal: principal.into(),
            source_account: account.map(str::to_owned),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        }
    }

    /// A CA that a certificate of ACM comes from.
    fn permits(permissions: &[Permission]) -> PrivateCa {
        let certificates = Fact::Known(vec![private()].into());
        PrivateCa { permissions: known(permissions.to_vec()), certificates, ..root_ca() }
    }

    fn unused(ca: PrivateCa) -> PrivateCa {
        PrivateCa { certificates: Fact::Known(Vec::new().into()), ..ca }
    }

    #[test]
    fn table() {
        let own = Some("123456789012");
        let full = || permission(ACM, own, &NEEDED);
        let without_account = permission(ACM, None, &NEEDED);
        let other_account = permission(ACM, Some("111122223333"), &NEEDED);
        let other_service = permission("iot.amazonaws.com", own, &NEEDED);
        let partial = permission(ACM, own, &["IssueCertificate", "GetCertificate"]);
        let always: &[(&str, &str)] = &[("always", "true")];
        let with = |status: &str| PrivateCa { status: known(status), ..permits(&[]) };
        let short = PrivateCa { usage_mode: known(Some("SHORT_LIVED_CERTIFICATE".to_owned())), ..permits(&[]) };
        let ended = Certificate { status: known("REVOKED"), ..private() };
        let ended = PrivateCa { certificates: Fact::Known(vec![ended].into()), ..permits(&[]) };
        check(
            &RULE,
            &[
                ("all", &[], permits(&[full()]), Compliant, "may renew"),
                ("no account", &[], permits(&[without_account]), Compliant, ""),
                ("among others", &[], permits(&[other_account.clone(), full()]), Compliant, ""),
                ("none", &[], permits(&[]), NonCompliant, "renewals of ACM's certificates from it fail"),
                ("another account's", &[], permits(&[other_account]), NonCompliant, "IssueCertificate, GetCertificate"),
                ("another service's", &[], permits(&[other_service]), NonCompliant, "IssueCertificate"),
                ("one missing", &[], permits(&[partial]), NonCompliant, "no permission for ListPermissions"),
                ("a disabled CA", &[], with("DISABLED"), NonCompliant, "CreatePermission"),
                ("not used", &[], unused(permits(&[])), NotApplicable, "no certificate in ACM"),
                ("not any more", &[], ended, NotApplicable, "no certificate in ACM"),
                ("not used, always", always, unused(permits(&[])), NonCompliant, "cannot renew certificates"),
                ("used, always", always, permits(&[full()]), Compliant, ""),
                ("short-lived", always, short, NotApplicable, "short-lived"),
                ("expired", always, with("EXPIRED"), NotApplicable, "EXPIRED"),
                ("pending", always, with("PENDING_CERTIFICATE"), NotApplicable, "no certificate yet"),
                ("deleted", always, with("DELETED"), NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn certificates_are_looked_up_only_where_they_decide() {
        let full = permission(ACM, None, &NEEDED);
        let unknown = |ca| PrivateCa { certificates: Fact::Unknown, ..ca };
        assert!(evaluate(&RULE, &[], &unknown(permits(&[full]))).is_ok());
        assert!(evaluate(&RULE, &[("always", "true")], &unknown(permits(&[]))).is_ok());
        assert!(evaluate(&RULE, &[], &unknown(permits(&[]))).is_err());
    }
}
