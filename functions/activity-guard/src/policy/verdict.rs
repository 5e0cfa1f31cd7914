//! Whether anybody has to know of an act.
//!
//! | act | condition | verdict |
//! |---|---|---|
//! | any | by the role of ours whose work it is | quiet: `routine` |
//! | any other | by another role of ours | notice, critical |
//! | requested, imported, issued | a name outside the grants | notice, warning |
//! | deleted | it was in use, exported, or for production | notice |
//! | deletion refused | | notice |
//! | key exported | all names may be exported | quiet: `export-granted` |
//! | grant revoked | it was not for a certificate | quiet: `no-certificate` |
//! | role changed | by a deployment | quiet: `deployment` |
//! | all else | | notice |

use grants::Grants;
use notices::Severity;

use super::act::{Act, ActKind};
use crate::principal::{OwnRole, Standing};
use crate::state::Known;

/// What is decided about.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What somebody did.
    pub act: &'a Act,
    /// Who.
    pub standing: Standing,
    /// To what, as far as it is known.
    pub known: Option<&'a Known>,
    /// What certificates of the account may have.
    pub grants: &'a Grants,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has to know; it is in the audit.
    Quiet(Quiet),
    /// Somebody has to.
    Notice(Severity),
}

/// Why nobody has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// One of acm-autopilot's functions or AWS did its work.
    Routine,
    /// All names are granted.
    NamesGranted,
    /// No domains are configured, so names are not judged.
    NoDomains,
    /// No name is known: the certificate is gone again.
    NoNames,
    /// Its names are among those whose keys may be exported.
    ExportGranted,
    /// The deleted certificate was not in use, not exported, and not for production, or nothing is known of it.
    NotMissed,
    /// The grant was not for a certificate of ACM.
    NoCertificate,
    /// CloudFormation changed the role.
    Deployment,
    /// A role of somebody else.
    OtherRole,
}

impl Quiet {
    /// The name in logs, answers and the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::NamesGranted => "names-granted",
            Self::NoDomains => "no-domains",
            Self::NoNames => "no-names",
            Self::ExportGranted => "export-granted",
            Self::NotMissed => "not-missed",
            Self::NoCertificate => "no-certificate",
            Self::Deployment => "deployment",
            Self::OtherRole => "other-role",
        }
    }
}

/// Decides.
pub fn verdict(case: &Case<'_>) -> Verdict {
    if is_routine(case.standing, case.act.kind) {
        return Verdict::Quiet(Quiet::Routine);
    }
    match (judged(case), case.standing) {
        // Its credentials are in other hands, or it has an error: no role of ours does anything else.
        (Verdict::Notice(_), Standing::Own(_)) => Verdict::Notice(Severity::Critical),
        (verdict, _) => verdict,
    }
}

/// The names that are known of a certificate and not granted.
pub fn outside_grants(case: &Case<'_>) -> Vec<String> {
    let outside = all_names(case).into_iter().filter(|name| !case.grants.domains.cover(name));
    outside.map(str::to_owned).collect()
}

/// What each function does all day, and what AWS does.
fn is_routine(standing: Standing, kind: ActKind) -> bool {
    match standing {
        Standing::Own(OwnRole::Renewal) => {
            matches!(kind, ActKind::CertificateImported | ActKind::AutopilotTagsChanged)
        }
        Standing::Own(OwnRole::Dns) => matches!(kind, ActKind::OptionsChanged | ActKind::AutopilotTagsChanged),
        Standing::Own(OwnRole::Expiry) => kind == ActKind::AutopilotTagsChanged,
        Standing::Aws => matches!(kind, ActKind::GrantRevoked | ActKind::OptionsChanged),
        Standing::Own(OwnRole::Other) | Standing::Deployment | Standing::Other => false,
    }
}

fn judged(case: &Case<'_>) -> Verdict {
    match case.act.kind {
        kind if kind.brings_names() => names(case),
        ActKind::CertificateDeleted => deleted(case.known),
        ActKind::KeyExported => exported(case),
        ActKind::AcmeDomainAllowed if covers_all(case) && !case.grants.domains.is_empty() => {
            Verdict::Quiet(Quiet::NamesGranted)
        }
        ActKind::GrantRevoked if case.known.is_none() => Verdict::Quiet(Quiet::NoCertificate),
        ActKind::RoleChanged if case.standing == Standing::Deployment => Verdict::Quiet(Quiet::Deployment),
        kind => Verdict::Notice(severity(kind, case)),
    }
}

fn names(case: &Case<'_>) -> Verdict {
    if case.grants.domains.is_empty() {
        return Verdict::Quiet(Quiet::NoDomains);
    }
    match (all_names(case).is_empty(), covers_all(case)) {
        (true, _) => Verdict::Quiet(Quiet::NoNames),
        (false, true) => Verdict::Quiet(Quiet::NamesGranted),
        (false, false) => Verdict::Notice(Severity::Warning),
    }
}

fn covers_all(case: &Case<'_>) -> bool {
    all_names(case).into_iter().all(|name| case.grants.domains.cover(name))
}

fn all_names<'a>(case: &Case<'a>) -> Vec<&'a str> {
    let known = case.known.into_iter().flat_map(|known| &known.names);
    let mut names: Vec<&str> = case.act.names.iter().chain(known).map(String::as_str).collect();
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    names
}

/// ACM deletes nothing that is in use, so what was in use in the last shard was detached first.
fn deleted(known: Option<&Known>) -> Verdict {
    match known {
        Some(known) if known.in_use && known.is_production() => Verdict::Notice(Severity::Critical),
        Some(known) if known.in_use || known.exported || known.is_production() => Verdict::Notice(Severity::Warning),
        _ => Verdict::Quiet(Quiet::NotMissed),
    }
}

fn exported(case: &Case<'_>) -> Verdict {
    let names = all_names(case);
    match !names.is_empty() && names.iter().all(|name| case.grants.exportable_domains.cover(name)) {
        true => Verdict::Quiet(Quiet::ExportGranted),
        false => Verdict::Notice(severity(ActKind::KeyExported, case)),
    }
}

/// What stops a service now or lets others in is critical.
fn severity(kind: ActKind, case: &Case<'_>) -> Severity {
    let is_of_acm = || case.act.detail.as_deref() == Some("acm.amazonaws.com");
    match kind {
        ActKind::CertificateRevoked
        | ActKind::CaDisabled
        | ActKind::CaDeleted
        | ActKind::GrantRevoked
        | ActKind::RoleChanged => Severity::Critical,
        ActKind::CaPermissionDeleted if is_of_acm() => Severity::Critical,
        ActKind::KeyExported | ActKind::CertificateDeletionRefused if case.known.is_some_and(Known::is_production) => {
            Severity::Critical
        }
        _ => Severity::Warning,
    }
}

#[cfg(test)]
mod tests {
    use inventory::Kind;

    use super::*;

    const GRANTS: &str = r#"{"domains": ["example.com"], "exportableDomains": ["vpn.example.com"]}"#;

    fn known() -> Known {
        Known {
            arn: "arn:aws:acm:us-east-1:123456789012:certificate/a".into(),
            kind: Kind::Imported,
            name: "a.example.com".into(),
            names: vec!["a.example.com".into()],
            owner: None,
            purpose: None,
            uses: Vec::new(),
            in_use: false,
            exported: false,
            as_of: "2026-11-28T03:00:00Z".parse().unwrap(),
        }
    }

    fn decide(act: &Act, standing: Standing, known: Option<&Known>) -> Verdict {
        verdict(&Case { act, standing, known, grants: &GRANTS.parse().unwrap() })
    }

    fn by_others(act: &Act, known: Option<&Known>) -> Verdict {
        decide(act, Standing::Other, known)
    }

    #[test]
    fn names_decide_about_requests_and_imports() {
        let named = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            Act::new(ActKind::CertificateRequested, "arn").names(names)
        };
        for (names, expected) in [
            (&["a.example.com", "*.example.com"][..], Verdict::Quiet(Quiet::NamesGranted)),
            (&["a.example.com", "login.bank.example"], Verdict::Notice(Severity::Warning)),
            (&["badexample.com"], Verdict::Notice(Severity::Warning)),
            (&[], Verdict::Quiet(Quiet::NoNames)),
        ] {
            assert_eq!(by_others(&named(names), None), expected, "{names:?}");
        }
        let imported = Act::new(ActKind::CertificateImported, "arn");
        let foreign = Known { names: vec!["login.bank.example".into()], ..known() };
        assert_eq!(by_others(&imported, Some(&foreign)), Verdict::Notice(Severity::Warning));
        assert_eq!(by_others(&imported, Some(&known())), Verdict::Quiet(Quiet::NamesGranted));
        let case =
            Case { act: &imported, standing: Standing::Other, known: Some(&foreign), grants: &Grants::default() };
        assert_eq!(verdict(&case), Verdict::Quiet(Quiet::NoDomains));
        assert_eq!(outside_grants(&case), ["login.bank.example"]);
    }

    #[test]
    fn a_deletion_matters_when_somebody_misses_it() {
        let act = Act::new(ActKind::CertificateDeleted, "arn");
        let production = Some("Prod".to_owned());
        for (known, expected) in [
            (None, Verdict::Quiet(Quiet::NotMissed)),
            (Some(known()), Verdict::Quiet(Quiet::NotMissed)),
            (Some(Known { in_use: true, ..known() }), Verdict::Notice(Severity::Warning)),
            (Some(Known { exported: true, ..known() }), Verdict::Notice(Severity::Warning)),
            (Some(Known { purpose: production.clone(), ..known() }), Verdict::Notice(Severity::Warning)),
            (Some(Known { in_use: true, purpose: production, ..known() }), Verdict::Notice(Severity::Critical)),
        ] {
            assert_eq!(by_others(&act, known.as_ref()), expected, "{known:?}");
        }
    }

    #[test]
    fn an_export_is_known_where_it_is_granted() {
        let act = Act::new(ActKind::KeyExported, "arn");
        let vpn = Known { names: vec!["a.vpn.example.com".into()], ..known() };
        assert_eq!(by_others(&act, Some(&vpn)), Verdict::Quiet(Quiet::ExportGranted));
        assert_eq!(by_others(&act, Some(&known())), Verdict::Notice(Severity::Warning));
        assert_eq!(by_others(&act, None), Verdict::Notice(Severity::Warning), "no name is known");
        let live = Known { purpose: Some("live".into()), ..known() };
        assert_eq!(by_others(&act, Some(&live)), Verdict::Notice(Severity::Critical));
    }

    #[test]
    fn what_is_never_expected_is_always_noticed() {
        let permission = |of: &str| Act::new(ActKind::CaPermissionDeleted, "ca").detail(of);
        for (act, severity) in [
            (Act::new(ActKind::CertificateDeletionRefused, "a"), Severity::Warning),
            (Act::new(ActKind::CertificateRevoked, "a"), Severity::Critical),
            (Act::new(ActKind::OptionsChanged, "a"), Severity::Warning),
            (Act::new(ActKind::AutopilotTagsChanged, "a"), Severity::Warning),
            (Act::new(ActKind::AcmeEndpointCreated, "e"), Severity::Warning),
            (Act::new(ActKind::AcmeBindingCreated, "e"), Severity::Warning),
            (Act::new(ActKind::AcmeCredentialsRead, "e"), Severity::Warning),
            (Act::new(ActKind::CaDisabled, "ca"), Severity::Critical),
            (Act::new(ActKind::CaRevocationChanged, "ca"), Severity::Warning),
            (Act::new(ActKind::CaDeleted, "ca"), Severity::Critical),
            (permission("acm.amazonaws.com"), Severity::Critical),
            (permission("other.amazonaws.com"), Severity::Warning),
            (Act::new(ActKind::CaPermissionCreated, "ca"), Severity::Warning),
            (Act::new(ActKind::CaPolicyChanged, "ca"), Severity::Warning),
            (Act::new(ActKind::CaCertificateIssued, "ca"), Severity::Warning),
            (Act::new(ActKind::PrivateCertificateRevoked, "ca"), Severity::Warning),
            (Act::new(ActKind::ValidationRecordDeleted, "Z1"), Severity::Warning),
            (Act::new(ActKind::RoleChanged, "acm-autopilot-dns"), Severity::Critical),
        ] {
            assert_eq!(by_others(&act, None), Verdict::Notice(severity), "{act:?}");
        }
    }

    #[test]
    fn some_acts_depend_on_where_and_by_whom() {
        let domain = |name: &str| Act::new(ActKind::AcmeDomainAllowed, "e").names(vec![name.to_owned()]);
        assert_eq!(by_others(&domain("shop.example.com"), None), Verdict::Quiet(Quiet::NamesGranted));
        assert_eq!(by_others(&domain("bank.example"), None), Verdict::Notice(Severity::Warning));
        let grant = Act::new(ActKind::GrantRevoked, "g");
        assert_eq!(by_others(&grant, None), Verdict::Quiet(Quiet::NoCertificate));
        assert_eq!(by_others(&grant, Some(&known())), Verdict::Notice(Severity::Critical));
        assert_eq!(decide(&grant, Standing::Aws, Some(&known())), Verdict::Quiet(Quiet::Routine));
        let role = Act::new(ActKind::RoleChanged, "acm-autopilot-dns");
        assert_eq!(decide(&role, Standing::Deployment, None), Verdict::Quiet(Quiet::Deployment));
    }

    #[test]
    fn our_roles_do_their_work_and_nothing_else() {
        let own = Standing::Own;
        for kind in ActKind::ALL {
            let act = Act::new(kind, "x").names(vec!["bank.example".into()]);
            let known = Known { in_use: true, names: vec!["bank.example".into()], ..known() };
            for (role, work) in [
                (OwnRole::Renewal, &[ActKind::CertificateImported, ActKind::AutopilotTagsChanged][..]),
                (OwnRole::Dns, &[ActKind::OptionsChanged, ActKind::AutopilotTagsChanged]),
                (OwnRole::Expiry, &[ActKind::AutopilotTagsChanged]),
                (OwnRole::Other, &[]),
            ] {
                let expected = match work.contains(&kind) {
                    true => Verdict::Quiet(Quiet::Routine),
                    false => Verdict::Notice(Severity::Critical),
                };
                assert_eq!(decide(&act, own(role), Some(&known)), expected, "{role:?} {kind:?}");
            }
        }
    }
}
