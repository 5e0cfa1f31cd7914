//! `unused-certificate`: a certificate is in use, or new.
//!
//! | certificate | verdict |
//! |---|---|
//! | was never issued | not applicable: see `issuance-status` |
//! | is in use by an AWS resource | compliant |
//! | is not in use by AWS, and is of an ACME client, which uses it elsewhere | not applicable: ACM removes it a year after its expiry |
//! | is not in use, and revoked or expired | non-compliant: delete it |
//! | is not in use, and ACM is able to renew it | compliant: it was exported since it was issued or last renewed, and is used elsewhere |
//! | is not in use, private, and was exported at any time | compliant: it is used elsewhere |
//! | was requested, issued or imported no more than `days` days ago | compliant: it is new |
//! | is not in use by AWS, and is for clients only (`CLIENT_AUTH_ONLY`) | compliant: it is used outside AWS |
//! | is not in use otherwise | non-compliant |
//!
//! ACM reports only for private certificates whether they were exported, and only in
//! ListCertificates; for exportable public ones, their eligibility for renewal shows it.
//!
//! Source: [managed renewal, eligibility](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html);
//! [CertificateSummary, `Exported`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html).

use certificates::{CertificateType, RenewalEligibility, calendar_days_between, utc_date};

use crate::facts::{Certificate, Lookup, Missing};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict, applicability};

const DAYS: Number = Number {
    name: "days",
    default: 30,
    limits: 0..=365,
    about: "Calendar days that a new certificate may be unused",
};

pub const RULE: Rule = Rule {
    name: "unused-certificate",
    about: "Certificates are in use, unless they are new.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::Number(&DAYS)],
    lookups: &[Lookup::Description, Lookup::AllCertificates],
    corresponds_to: &["ElectricEye ACM.2"],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    let is_revoked = certificate.status()? == "REVOKED";
    if !is_revoked && let Some(verdict) = applicability::not_issued(certificate)? {
        return Ok(verdict);
    }
    if *certificate.in_use()? {
        return Ok(Verdict::compliant("An AWS resource uses it."));
    }
    if let Some(client) = applicability::acme_client(certificate)? {
        return Ok(Verdict::not_applicable(format!(
            "No AWS resource can use it: {client} has its key. ACM removes it a year after it expires."
        )));
    }
    if is_revoked {
        return Ok(Verdict::non_compliant("It is revoked, and no AWS resource uses it: delete it."));
    }
    if let Some(date) = applicability::expired(certificate, context.now)? {
        return Ok(Verdict::non_compliant(format!("It expired on {date}, and no AWS resource uses it: delete it.")));
    }
    let kind = certificate.certificate_type()?;
    if *kind != CertificateType::Imported && *certificate.renewal_eligibility()? == Some(RenewalEligibility::Eligible) {
        return Ok(Verdict::compliant("No AWS resource uses it, but it was exported: it is used outside AWS."));
    }
    let since = utc_date(created(certificate)?);
    let days = calendar_days_between(since, utc_date(context.now));
    let limit = context.settings.number(&DAYS);
    if days <= limit {
        return Ok(Verdict::compliant(format!("No AWS resource uses it yet, but it is new (since {since}).")));
    }
    if *kind == CertificateType::Private && *certificate.exported()? == Some(true) {
        return Ok(Verdict::compliant("No AWS resource uses it, but it was exported: it is used outside AWS."));
    }
    if applicability::is_for_clients_only(certificate)? {
        return Ok(Verdict::compliant("It is for clients only, which use it outside AWS."));
    }
    let advice = match kind {
        CertificateType::Imported => "Use it or delete it: anyone with its key can impersonate its domains.",
        _ => "Use it or delete it: ACM does not renew certificates that are not in use.",
    };
    Ok(Verdict::non_compliant(format!("No AWS resource uses it, {days} days after {since} (limit {limit}). {advice}")))
}

/// When it was imported or issued, or else requested.
fn created(certificate: &Certificate) -> Result<jiff::Timestamp, Missing> {
    let latest = match certificate.certificate_type()? {
        CertificateType::Imported => certificate.imported_at()?,
        _ => certificate.issued_at()?,
    };
    let created = match latest {
        Some(at) => Some(*at),
        None => *certificate.created_at()?,
    };
    created.ok_or(Missing { fact: "CreatedAt", lookup: Lookup::Description })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{Certificate, Fact, Lookup};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{acme, at, check, ends, evaluate, imported, issued, known, n2, pending, private, missing};
    use certificates::RenewalEligibility;

    fn unused(certificate: Certificate) -> Certificate {
        let renewal_eligibility = known(Some(RenewalEligibility::Ineligible));
        Certificate { in_use: known(false), renewal_eligibility, ..certificate }
    }

    fn of(certificate: Certificate, date: &str) -> Certificate {
        let time = known(Some(at(date)));
        match certificate.imported_at {
            Fact::Known(Some(_)) => Certificate { imported_at: time, ..unused(certificate) },
            _ => Certificate { issued_at: time, ..unused(certificate) },
        }
    }

    #[test]
    fn table() {
        let eligible = || known(Some(RenewalEligibility::Eligible));
        let exportable = Certificate { renewal_eligibility: eligible(), ..unused(issued()) };
        let exported = Certificate { exported: known(Some(true)), ..unused(private()) };
        let requested_only = Certificate { issued_at: known(None), ..unused(issued()) };
        let revoked = Certificate { status: known("REVOKED"), ..unused(issued()) };
        let revoked_in_use = Certificate { status: known("REVOKED"), ..issued() };
        check(
            &RULE,
            &[
                ("in use", &[], issued(), Compliant, "uses it"),
                ("imported, in use", &[], imported(), Compliant, "uses it"),
                (
                    "unused",
                    &[],
                    unused(issued()),
                    NonCompliant,
                    "81 days after 2026-09-01 (limit 30). Use it or delete it: ACM",
                ),
                ("imported", &[], unused(imported()), NonCompliant, "Use it or delete it"),
                ("imported lately", &[], of(imported(), "2026-10-22T00:00:00Z"), Compliant, "since 2026-10-22"),
                ("31 days", &[], of(imported(), "2026-10-21T23:00:00Z"), NonCompliant, "31 days"),
                ("issued lately", &[], of(issued(), "2026-11-20T00:00:00Z"), Compliant, "new"),
                ("0 days", &[("days", "0")], of(issued(), "2026-11-20T00:00:00Z"), NonCompliant, "1 days after"),
                ("no time of issue", &[("days", "81")], requested_only, Compliant, "since 2026-09-01"),
                ("of an ACME client", &[], acme(), NotApplicable, "its ACME client (account 5f0c, endpoint 7e1b) has its"),
                ("that, expired", &[], ends(acme(), "2026-11-20T00:00:00Z"), NotApplicable, "ACM removes it"),
                ("for clients", &[], unused(n2("N2_AMAZON_MANAGED", Some("CLIENT_AUTH_ONLY"))), Compliant, "outside AWS"),
                ("for servers", &[], unused(n2("N2_AMAZON_MANAGED", None)), NonCompliant, "Use it or delete it"),
                ("exported, public", &[], exportable, Compliant, "exported"),
                ("private", &[], unused(private()), NonCompliant, "No AWS resource"),
                ("exported, private", &[], exported, Compliant, "used outside AWS"),
                ("expired", &[], ends(unused(imported()), "2026-11-20T00:00:00Z"), NonCompliant, "delete it"),
                ("expired, in use", &[], ends(issued(), "2026-11-20T00:00:00Z"), Compliant, "uses it"),
                ("revoked", &[], revoked, NonCompliant, "revoked"),
                ("revoked, in use", &[], revoked_in_use, Compliant, "uses it"),
                ("pending", &[], pending(), NotApplicable, "not issued yet"),
            ],
        );
    }

    #[test]
    fn the_listing_is_asked_last() {
        let unknown = |certificate| Certificate { exported: Fact::Unknown, ..certificate };
        assert_eq!(missing(&RULE, &[], &unknown(unused(private()))).lookup, Lookup::AllCertificates);
        for certificate in [private(), issued(), unused(issued()), of(private(), "2026-11-20T00:00:00Z")] {
            assert!(evaluate(&RULE, &[], &unknown(certificate)).is_ok());
        }
        let nowhen = Certificate { created_at: known(None), issued_at: known(None), ..unused(issued()) };
        assert_eq!(missing(&RULE, &[], &nowhen).fact, "CreatedAt");
    }
}
