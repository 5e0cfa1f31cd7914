//! `renewal-eligible`: ACM is able to renew what it issued, without help.
//!
//! | certificate | verdict |
//! |---|---|
//! | imported: ACM never renews it; see `imported-renewal-source` | not applicable |
//! | not issued, revoked, or expired | not applicable |
//! | not `ELIGIBLE`, and of an ACME client: the client renews it, with a new certificate and a new ARN | not applicable |
//! | ACM does not report whether it is able to | not applicable |
//! | `INELIGIBLE`, not in use, and issued no more than `graceDays` days ago: it is yet to be used | not applicable |
//! | `INELIGIBLE`, and no AWS resource uses it: not exported either since it was issued or renewed | non-compliant |
//! | `INELIGIBLE`, with a name that looks internationalized and is not | non-compliant |
//! | `INELIGIBLE` otherwise, or a value that is not known here | non-compliant |
//! | a name is validated by e-mail: each renewal waits for a person | non-compliant |
//! | a name is validated by DNS, and ACM reports no record, or its renewal does not find it | non-compliant |
//! | a name is validated by a method that is not known here | non-compliant |
//! | `ELIGIBLE`, and every name is validated by DNS or HTTP, or it is private | compliant |
//!
//! `unused-certificate` says whether a certificate that is not in use should exist at all; this rule says
//! that it will expire.
//!
//! Source: [managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html) (in use or
//! exported; names; expired); private certificates need no validation:
//! [renewal of private certificates](https://docs.aws.amazon.com/acm/latest/userguide/renew-private-cert.html).

use certificates::{
    CertificateType, DomainValidation, RenewalEligibility, Validation, calendar_days_between, has_expired, utc_date,
};

use crate::facts::{Certificate, Lookup, Missing};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict, names, applicability};

const GRACE_DAYS: Number = Number {
    name: "graceDays",
    default: 7,
    limits: 0..=365,
    about: "Calendar days after issuance in which a certificate may be unused, and so not renewable",
};

pub const RULE: Rule = Rule {
    name: "renewal-eligible",
    about: "ACM is able to renew the certificates that it issued.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::Number(&GRACE_DAYS)],
    lookups: &[Lookup::Description],
    corresponds_to: &["Panther AWS.ACM.Certificate.Valid", "CloudSploit acmCertificateExpiry"],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    let kind = certificate.certificate_type()?;
    if *kind == CertificateType::Imported {
        return Ok(Verdict::not_applicable("It is imported: ACM never renews it. See imported-renewal-source."));
    }
    if let Some(verdict) = applicability::not_issued(certificate)? {
        return Ok(verdict);
    }
    if certificate.status()? == "EXPIRED" || certificate.not_after()?.is_some_and(|end| has_expired(end, context.now)) {
        return Ok(Verdict::not_applicable("It has expired: ACM no longer renews it."));
    }
    let eligibility = certificate.renewal_eligibility()?;
    if *eligibility != Some(RenewalEligibility::Eligible)
        && let Some(client) = applicability::acme_client(certificate)?
    {
        return Ok(Verdict::not_applicable(format!(
            "ACM does not renew it: {client} does, with a new certificate and a new ARN. There is nothing to do in ACM."
        )));
    }
    match eligibility {
        None => return Ok(Verdict::not_applicable("ACM does not report whether it is able to renew it.")),
        Some(RenewalEligibility::Eligible) => {}
        Some(RenewalEligibility::Ineligible) => return ineligible(certificate, context),
        Some(other) => {
            return Ok(Verdict::non_compliant(format!(
                "Its RenewalEligibility is {}, which this rule does not know. Check it in ACM.",
                names::some_of(&[other.as_str()])
            )));
        }
    }
    if *kind == CertificateType::Private {
        return Ok(Verdict::compliant("ACM renews it; a private certificate needs no validation."));
    }
    Ok(validated(certificate)?.unwrap_or_else(|| Verdict::compliant("ACM renews it automatically.")))
}

fn ineligible(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if !*certificate.in_use()? {
        if let Some(date) = certificate.issued_at()?.map(utc_date)
            && calendar_days_between(date, utc_date(context.now)) <= context.settings.number(&GRACE_DAYS)
        {
            return Ok(Verdict::not_applicable(format!(
                "It was issued on {date} and is not used yet: ACM renews it once it is in use."
            )));
        }
        return Ok(Verdict::non_compliant(
            "ACM will not renew it, and it will expire: no AWS resource uses it, and it was not exported since it was \
             issued or last renewed. If it is needed, use it or export it (again) before it expires.",
        ));
    }
    let odd: Vec<&str> = certificate.names()?.iter().map(String::as_str).filter(|name| is_odd(name)).collect();
    if !odd.is_empty() {
        return Ok(Verdict::non_compliant(format!(
            "ACM will not renew it: -- as third and fourth character is for internationalized names (xn--) only: {}. \
             Request another certificate without that name.",
            names::some_of(&odd)
        )));
    }
    Ok(Verdict::non_compliant(
        "ACM reports it as ineligible for renewal, though it is in use. Check it in ACM, or request another before it \
         expires.",
    ))
}

/// A label `??--` has to be `xn--`, and that has to be valid
/// ([managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html)).
fn is_odd(name: &str) -> bool {
    names::normal(name).split('.').any(|label| match label.get(2..4) {
        Some("--") => !label.starts_with("xn--") || idna::domain_to_unicode(label).1.is_err(),
        _ => false,
    })
}

/// What prevents ACM from validating the names again.
fn validated(certificate: &Certificate) -> Result<Option<Verdict>, Missing> {
    let domains = certificate.domain_validations()?;
    let with = |is: fn(&DomainValidation) -> bool| -> Vec<&str> {
        domains.iter().filter(|domain| is(domain)).map(|domain| domain.domain_name.as_str()).collect()
    };
    let by_mail = with(|domain| matches!(domain.validation, Validation::Email(_)));
    if !by_mail.is_empty() {
        return Ok(Some(Verdict::non_compliant(format!(
            "Each renewal needs a reply to an e-mail, for {}. Switch to DNS validation (UpdateCertificateOptions).",
            names::some_of(&by_mail)
        ))));
    }
    let strange = with(
        |domain| matches!(&domain.validation, Validation::Other(Some(method)) if method != super::validation_method::HTTP),
    );
    if !strange.is_empty() {
        return Ok(Some(Verdict::non_compliant(format!(
            "The validation method of {} is not known to this rule. Check in ACM whether a renewal needs help.",
            names::some_of(&strange)
        ))));
    }
    let without_record = with(|domain| matches!(domain.validation, Validation::Dns(None)));
    if !without_record.is_empty() {
        return Ok(Some(Verdict::non_compliant(format!(
            "ACM reports no validation record for {}, so it cannot be in DNS. Check the certificate in ACM.",
            names::some_of(&without_record)
        ))));
    }
    let not_found: Vec<&str> = match certificate.renewal()? {
        Some(renewal) if renewal.is_stuck() => {
            let unproven = |domain: &&DomainValidation| domain.succeeded != Some(true);
            let by_dns = |domain: &&DomainValidation| matches!(domain.validation, Validation::Dns(_));
            renewal.domains.iter().filter(unproven).filter(by_dns).map(|domain| domain.domain_name.as_str()).collect()
        }
        _ => Vec::new(),
    };
    if not_found.is_empty() {
        return Ok(None);
    }
    Ok(Some(Verdict::non_compliant(format!(
        "ACM's renewal does not find the validation record of {}. Create ACM's CNAME records in public DNS.",
        names::some_of(&not_found)
    ))))
}

#[cfg(test)]
mod tests {
    use certificates::Renewal;

    use super::*;
    use crate::facts::Fact;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{acme, at, check, ends, evaluate, imported, issued, known, pending, private, refused, missing};

    fn ineligible(certificate: Certificate, in_use: bool) -> Certificate {
        let renewal_eligibility = known(Some(RenewalEligibility::Ineligible));
        Certificate { renewal_eligibility, in_use: known(in_use), ..certificate }
    }

    fn named(name: &str) -> Certificate {
        Certificate { names: known(vec!["example.com".to_owned(), name.to_owned()]), ..ineligible(issued(), true) }
    }

    fn validated_by(validation: Validation) -> Certificate {
        let mut certificate = issued();
        let Fact::Known(domains) = &mut certificate.domain_validations else { unreachable!() };
        domains.push(DomainValidation { domain_name: "www.example.com".into(), succeeded: Some(true), validation });
        certificate
    }

    fn eligibility(text: &str) -> Certificate {
        Certificate { renewal_eligibility: known(Some(RenewalEligibility::from(text))), ..issued() }
    }

    #[test]
    fn table() {
        let waits = Renewal {
            status: "PENDING_VALIDATION".into(),
            reason: None,
            domains: vec![DomainValidation {
                domain_name: "www.example.com".into(),
                succeeded: Some(false),
                validation: Validation::Dns(None),
            }],
        };
        let continues = Renewal { status: "PENDING_AUTO_RENEWAL".into(), ..waits.clone() };
        let renews = |renewal: &Renewal| Certificate { renewal: known(Some(renewal.clone())), ..issued() };
        let without_eligibility = Certificate { renewal_eligibility: known(None), ..issued() };
        let expired = Certificate { status: known("EXPIRED"), ..ineligible(issued(), true) };
        let revoked = Certificate { status: known("REVOKED"), ..issued() };
        let new = |at_: &str| Certificate { issued_at: known(Some(at(at_))), ..ineligible(issued(), false) };
        let new_and_used = Certificate { in_use: known(true), ..new("2026-11-21T05:59:00Z") };
        let no_grace: &[(&str, &str)] = &[("graceDays", "0")];
        let exported = Certificate { exported: known(Some(true)), ..ineligible(private(), false) };
        check(
            &RULE,
            &[
                ("by DNS", &[], issued(), Compliant, "automatically"),
                ("private", &[], private(), Compliant, "needs no validation"),
                ("unused", &[], ineligible(issued(), false), NonCompliant, "no AWS resource uses it"),
                ("a minute old", &[], new("2026-11-21T05:59:00Z"), NotApplicable, "issued on 2026-11-21"),
                ("a week old", &[], new("2026-11-14T00:00:00Z"), NotApplicable, "once it is in use"),
                ("8 days old", &[], new("2026-11-13T23:59:59Z"), NonCompliant, "will expire"),
                ("no grace", no_grace, new("2026-11-20T23:59:59Z"), NonCompliant, "no AWS resource uses it"),
                ("new, in use and ineligible", &[], new_and_used, NonCompliant, "though it is in use"),
                ("exported once, and unused", &[], exported, NonCompliant, "export it (again)"),
                ("in use", &[], ineligible(issued(), true), NonCompliant, "though it is in use"),
                ("an odd name", &[], named("ab--c.example.com"), NonCompliant, "(xn--) only: ab--c.example.com"),
                ("no A-label", &[], named("xn--a.example.com"), NonCompliant, "only: xn--a.example.com"),
                ("an A-label", &[], named("xn--bcher-kva.example"), NonCompliant, "though it is in use"),
                ("a label in two bytes", &[], named("üü--c.example"), NonCompliant, "ineligible"),
                ("a new value", &[], eligibility("PERHAPS"), NonCompliant, "PERHAPS"),
                (
                    "e-mail",
                    &[],
                    validated_by(Validation::Email(Vec::new())),
                    NonCompliant,
                    "e-mail, for www.example.com",
                ),
                ("no record", &[], validated_by(Validation::Dns(None)), NonCompliant, "record for www.example.com"),
                ("HTTP", &[], validated_by(Validation::Other(Some("HTTP".into()))), Compliant, ""),
                (
                    "a new method",
                    &[],
                    validated_by(Validation::Other(Some("FAX".into()))),
                    NonCompliant,
                    "not known to this rule",
                ),
                ("no method", &[], validated_by(Validation::Other(None)), Compliant, ""),
                ("record removed", &[], renews(&waits), NonCompliant, "record of www.example.com. Create"),
                ("no hurry", &[], renews(&continues), Compliant, ""),
                ("of an ACME client", &[], acme(), NotApplicable, "its ACME client (account 5f0c, endpoint 7e1b) does"),
                ("not reported", &[], without_eligibility, NotApplicable, "does not report"),
                ("imported", &[], imported(), NotApplicable, "imported-renewal-source"),
                ("pending", &[], pending(), NotApplicable, "not issued yet"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
                ("expired", &[], expired, NotApplicable, "expired"),
                ("expired since", &[], ends(issued(), "2026-11-21T00:00:00Z"), NotApplicable, "expired"),
            ],
        );
    }

    #[test]
    fn what_is_clear_is_not_looked_up() {
        let nothing_else = |certificate: Certificate| Certificate {
            domain_validations: Fact::Unknown,
            renewal: Fact::Unknown,
            names: Fact::Unknown,
            ..certificate
        };
        assert!(evaluate(&RULE, &[], &nothing_else(private())).is_ok());
        assert!(evaluate(&RULE, &[], &nothing_else(ineligible(issued(), false))).is_ok());
        assert_eq!(missing(&RULE, &[], &nothing_else(issued())).fact, "DomainValidationOptions");
        assert!(refused(&RULE, &[("days", "1")]).contains("it has graceDays"));
    }
}
