//! `extended-key-usage`: a certificate has the required extended key usages, and only allowed ones.
//!
//! | certificate | verdict |
//! |---|---|
//! | was never issued, is revoked, or has expired | not applicable |
//! | has no extended key usages, which allows every use | non-compliant unless `unrestricted` |
//! | has `ANY` among them | non-compliant unless `unrestricted` |
//! | lacks one of `required`, but for `TLS_WEB_SERVER_AUTHENTICATION` where ACM says `CLIENT_AUTH_ONLY` of it | non-compliant |
//! | has one that is neither in `allowed` nor in `required` | non-compliant |
//! | otherwise | compliant |
//!
//! ACM writes `NONE` for a certificate without the extension. To find certificates that clients can
//! authenticate with, leave `TLS_WEB_CLIENT_AUTHENTICATION` out of `allowed`: public CAs are phasing it out, and
//! ACM's own certificates no longer have it.
//!
//! Source: [ExtendedKeyUsage](https://docs.aws.amazon.com/acm/latest/APIReference/API_ExtendedKeyUsage.html);
//! [RFC 5280, 4.2.1.12](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12); `serverAuth` is required,
//! and `anyExtendedKeyUsage` forbidden, by the
//! [Baseline Requirements, 7.1.2.7.10](https://cabforum.org/working-groups/server/baseline-requirements/requirements/).

use crate::facts::{Certificate, EXTENDED_KEY_USAGES, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, Flag, List, Parameter, Rule, Verdict, applicability};

const REQUIRED: List = List {
    name: "required",
    default: &["TLS_WEB_SERVER_AUTHENTICATION"],
    entries: Entries::Text { what: "ACM's names of extended key usages, and OIDs", check },
    about: "Required extended key usages; `none` if any of the allowed ones is enough",
};

/// The usage of servers.
const SERVER: &str = "TLS_WEB_SERVER_AUTHENTICATION";

const ALLOWED: List = List {
    name: "allowed",
    default: &["TLS_WEB_SERVER_AUTHENTICATION", "TLS_WEB_CLIENT_AUTHENTICATION"],
    entries: Entries::Text { what: "ACM's names of extended key usages, and OIDs", check },
    about: "Allowed extended key usages, besides the required ones",
};

const UNRESTRICTED: Flag = Flag {
    name: "unrestricted",
    default: false,
    about: "Whether certificates may have no extended key usages, or ANY, which both allow every use",
};

pub const RULE: Rule = Rule {
    name: "extended-key-usage",
    about: "Certificates have the required extended key usages, and only allowed ones.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&REQUIRED), Parameter::List(&ALLOWED), Parameter::Flag(&UNRESTRICTED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn check(usage: &str) -> Result<(), String> {
    let is_known = EXTENDED_KEY_USAGES.iter().any(|(_, name)| *name == usage);
    let is_oid = usage.contains('.') && usage.split('.').all(|arc| !arc.is_empty() && arc.parse::<u64>().is_ok());
    if is_known || is_oid {
        return Ok(());
    }
    let names: Vec<&str> = EXTENDED_KEY_USAGES.iter().map(|(_, name)| *name).collect();
    Err(format!("is neither an OID nor one of {}", names.join(", ")))
}

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::not_valid(certificate, context.now)? {
        return Ok(verdict);
    }
    let usages: Vec<&str> =
        certificate.extended_key_usages()?.iter().map(|usage| name(usage)).filter(|usage| *usage != "NONE").collect();
    let settings = context.settings;
    if usages.is_empty() || usages.contains(&"ANY") {
        let what = if usages.is_empty() { "It has no extended key usages" } else { "It has the usage ANY" };
        return Ok(if settings.flag(&UNRESTRICTED) {
            Verdict::compliant(format!("{what}: every use is allowed."))
        } else {
            Verdict::non_compliant(format!(
                "{what}, so it can be used for every purpose. Replace it with a certificate for TLS servers only."
            ))
        });
    }
    let required: Vec<&str> = settings.list(&REQUIRED).into_iter().map(name).collect();
    let missing = required.iter().find(|required| !usages.contains(required));
    if let Some(missing) = missing
        && !(*missing == SERVER && applicability::is_for_clients_only(certificate)?)
    {
        return Ok(Verdict::non_compliant(format!(
            "It lacks the extended key usage {}. Replace it with a certificate that has it (the CA's template or \
             profile decides).",
            applicability::short(missing)
        )));
    }
    let allowed: Vec<&str> = settings.list(&ALLOWED).into_iter().map(name).collect();
    if let Some(other) = usages.iter().find(|usage| !allowed.contains(usage) && !required.contains(usage)) {
        return Ok(Verdict::non_compliant(format!(
            "It has the extended key usage {}, which is not allowed. Replace it with a certificate without it.",
            applicability::short(other)
        )));
    }
    Ok(Verdict::compliant("It has the required extended key usages, and only allowed ones."))
}

/// ACM's name of a usage, where it has one.
fn name(usage: &str) -> &str {
    EXTENDED_KEY_USAGES.iter().find(|(oid, _)| *oid == usage).map_or(usage, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{RULE, SERVER};
    use crate::facts::{Certificate, Fact};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, ends, imported, issued, known, n2, pending, private, refused, missing};

    const CLIENT: &str = "TLS_WEB_CLIENT_AUTHENTICATION";

    fn with(usages: &[&str]) -> Certificate {
        let usages: Vec<String> = usages.iter().map(|usage| (*usage).to_owned()).collect();
        Certificate { extended_key_usages: known(usages), ..imported() }
    }

    fn for_clients() -> Certificate {
        let extended_key_usages = with(&[CLIENT]).extended_key_usages;
        Certificate { extended_key_usages, ..n2("N2_AMAZON_MANAGED", Some("CLIENT_AUTH_ONLY")) }
    }

    #[test]
    fn table() {
        let server: &[(&str, &str)] = &[("allowed", SERVER)];
        let open: &[(&str, &str)] = &[("unrestricted", "true")];
        let oid: &[(&str, &str)] = &[("allowed", "1.2.3.4"), ("required", "1.3.6.1.5.5.7.3.1")];
        let revoked = Certificate { status: known("REVOKED"), ..with(&[]) };
        check(
            &RULE,
            &[
                ("server", &[], issued(), Compliant, "only allowed ones"),
                ("private", &[], private(), Compliant, "only allowed ones"),
                ("server and client", &[], with(&[SERVER, CLIENT]), Compliant, "only allowed ones"),
                ("client is flagged", server, with(&[SERVER, CLIENT]), NonCompliant, "TLS_WEB_CLIENT"),
                ("client only", &[], with(&[CLIENT]), NonCompliant, "lacks the extended key usage TLS_WEB_SERVER"),
                ("client only, as it was requested", &[], for_clients(), Compliant, "only allowed ones"),
                ("none required", &[("required", "none")], with(&[CLIENT]), Compliant, "only allowed ones"),
                ("code signing", &[], with(&[SERVER, "CODE_SIGNING"]), NonCompliant, "CODE_SIGNING"),
                ("none, as listed", &[], with(&["NONE"]), NonCompliant, "no extended key usages"),
                ("none, as described", &[], with(&[]), NonCompliant, "no extended key usages"),
                ("none, allowed", open, with(&["NONE"]), Compliant, "every use"),
                ("any", &[], with(&[SERVER, "ANY"]), NonCompliant, "the usage ANY"),
                ("any, as OID", &[], with(&["2.5.29.37.0"]), NonCompliant, "the usage ANY"),
                ("any, allowed", open, with(&["ANY"]), Compliant, "every use"),
                ("one without name", &[], with(&[SERVER, "1.2.3.4"]), NonCompliant, "1.2.3.4"),
                ("allowed by OID", oid, with(&[SERVER, "1.2.3.4"]), Compliant, ""),
                ("a long OID", &[], with(&[SERVER, &"1.2".repeat(200)]), NonCompliant, "…"),
                ("pending", &[], pending(), NotApplicable, "not issued yet"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
                ("expired", &[], ends(with(&[]), "2026-11-20T00:00:00Z"), NotApplicable, "expired"),
            ],
        );
    }

    #[test]
    fn parameters_and_facts() {
        for usage in ["SERVER_AUTH", "1..2", "2", "NONE", "tls_web_server_authentication"] {
            assert!(refused(&RULE, &[("allowed", usage)]).contains("neither an OID nor one of TLS_WEB"), "{usage}");
        }
        let custom = Certificate { extended_key_usages: Fact::Unknown, ..imported() };
        assert_eq!(missing(&RULE, &[], &custom).fact, "ExtendedKeyUsages");
    }
}
