//! `ca-acm-permission`: ACM may renew the certificates that it got from a private CA.
//!
//! | CA | verdict |
//! |---|---|
//! | `acm.amazonaws.com` may IssueCertificate, GetCertificate and ListPermissions for this account | compliant |
//! | lacks one of them, and a certificate of ACM that has not ended comes from it, or `always` | non-compliant |
//! | lacks one of them, and none does | not applicable |
//! | is `EXPIRED`, deleted, could not be created, or has no certificate yet | not applicable |
//! | issues short-lived certificates only | not applicable: ACM takes none from it |
//!
//! Without them ACM issues in the caller's name, and a renewal, which has no caller, fails. Certificates of
//! other accounts that the CA is shared with cannot be seen.
//!
//! Source: [CreatePermission](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html);
//! [managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/renew-private-cert.html).

use super::standing;
use crate::facts::{Authority, Lookup, Permission};
use crate::rules::{Context, Evaluation, Evaluator, Flag, Parameter, Rule, Verdict};

const ALWAYS: Flag = Flag {
    name: "always",
    default: false,
    about: "Whether CAs that no certificate of ACM comes from need the permission too",
};

const ACM: &str = "acm.amazonaws.com";
const NEEDED: [&str; 3] = ["IssueCertificate", "GetCertificate", "ListPermissions"];

pub const RULE: Rule = Rule {
    name: "ca-acm-permission",
    about: "ACM may renew the certificates that it got from a private CA.",
    evaluate: Evaluator::Authority(evaluate),
    judges_deleted: false,
    parameters: &[Parameter::Flag(&ALWAYS)],
    lookups: &[Lookup::Description, Lookup::Permissions, Lookup::PrivateCertificates],
    corresponds_to: &[],
};

fn evaluate(authority: &Authority, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = standing::without_certificate(authority)? {
        return Ok(verdict);
    }
    if authority.status()? == "EXPIRED" {
        return Ok(Verdict::not_applicable("It is EXPIRED: nothing is renewed with it; ca-status tells more."));
    }
    if authority.usage_mode()?.as_deref() == Some("SHORT_LIVED_CERTIFICATE") {
        return Ok(Verdict::not_applicable("It issues short-lived certificates, and ACM takes none from it."));
    }
    let account = context.here.account.as_str();
    let is_acms = |permission: &&Permission| {
        permission.principal == ACM && permission.source_account.as_deref().is_none_or(|source| source == account)
    };
    let granted: Vec<&str> =
        authority.permissions()?.iter().filter(is_acms).flat_map(|one| &one.actions).map(String::as_str).collect();
    let missing: Vec<&str> = NEEDED.into_iter().filter(|action| !granted.contains(action)).collect();
    if missing.is_empty() {
        return Ok(Verdict::compliant("ACM may renew certificates with it."));
    }
    let missing = missing.join(", ");
    if context.settings.flag(&ALWAYS) {
        return Ok(Verdict::non_compliant(format!(
            "ACM may not do {missing} with it, so it renews no certificates. Give {ACM} the permission \
             (CreatePermission)."
        )));
    }
    // How many there are is not known where some could not be described.
    Ok(match authority.issued_to_acm()?.next() {
        None => Verdict::not_applicable("No certificate of ACM comes from it."),
        Some(_) => Verdict::non_compliant(format!(
            "ACM may not do {missing} with it, so the renewal of ACM's certificates from it fails. Give {ACM} the \
             permission (CreatePermission)."
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::{ACM, NEEDED, RULE};
    use crate::facts::{Authority, Certificate, Fact, Permission};
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{check, evaluate, known, private, root_ca};

    fn permission(principal: &str, account: Option<&str>, actions: &[&str]) -> Permission {
        Permission {
            principal: principal.into(),
            source_account: account.map(str::to_owned),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        }
    }

    /// A CA that a certificate of ACM comes from.
    fn permits(permissions: &[Permission]) -> Authority {
        let certificates = Fact::Known(vec![private()].into());
        Authority { permissions: known(permissions.to_vec()), certificates, ..root_ca() }
    }

    fn unused(authority: Authority) -> Authority {
        Authority { certificates: Fact::Known(Vec::new().into()), ..authority }
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
        let with = |status: &str| Authority { status: known(status), ..permits(&[]) };
        let short = Authority { usage_mode: known(Some("SHORT_LIVED_CERTIFICATE".to_owned())), ..permits(&[]) };
        let ended = Certificate { status: known("REVOKED"), ..private() };
        let ended = Authority { certificates: Fact::Known(vec![ended].into()), ..permits(&[]) };
        check(
            &RULE,
            &[
                ("all", &[], permits(&[full()]), Compliant, "may renew"),
                ("no account", &[], permits(&[without_account]), Compliant, ""),
                ("among others", &[], permits(&[other_account.clone(), full()]), Compliant, ""),
                ("none", &[], permits(&[]), NonCompliant, "the renewal of ACM's certificates from it fails"),
                ("another account's", &[], permits(&[other_account]), NonCompliant, "IssueCertificate, GetCertificate"),
                ("another service's", &[], permits(&[other_service]), NonCompliant, "IssueCertificate"),
                ("one missing", &[], permits(&[partial]), NonCompliant, "may not do ListPermissions with"),
                ("a disabled CA", &[], with("DISABLED"), NonCompliant, "CreatePermission"),
                ("not used", &[], unused(permits(&[])), NotApplicable, "No certificate of ACM"),
                ("not any more", &[], ended, NotApplicable, "No certificate of ACM"),
                ("not used, always", always, unused(permits(&[])), NonCompliant, "renews no certificates"),
                ("used, always", always, permits(&[full()]), Compliant, ""),
                ("short-lived", always, short, NotApplicable, "short-lived"),
                ("expired", always, with("EXPIRED"), NotApplicable, "EXPIRED"),
                ("pending", always, with("PENDING_CERTIFICATE"), NotApplicable, "waits"),
                ("deleted", always, with("DELETED"), NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn certificates_are_looked_at_only_where_they_decide() {
        let full = permission(ACM, None, &NEEDED);
        let unknown = |authority| Authority { certificates: Fact::Unknown, ..authority };
        assert!(evaluate(&RULE, &[], &unknown(permits(&[full]))).is_ok());
        assert!(evaluate(&RULE, &[("always", "true")], &unknown(permits(&[]))).is_ok());
        assert!(evaluate(&RULE, &[], &unknown(permits(&[]))).is_err());
    }
}
