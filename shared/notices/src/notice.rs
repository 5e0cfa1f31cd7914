//! A notice and its form for machines.

use certificates::{CertificateArn, CertificateDetail, CertificateType, FailureReason, KeyAlgorithm, RenewalStatus};
use certificates::{ResourceRecord, days_left, utc_date};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use crate::contact::ContactType;
use crate::kind::{Kind, Severity};
use crate::subject::subject;

/// Version of the shape of the JSON. Fields may be added within a version, never changed.
const SCHEMA_VERSION: u8 = 1;
/// A certificate can be in use by thousands of resources, and a message holds 256 KiB in all.
const LISTED_RESOURCES: usize = 25;
/// Whoever needs all of a thousand names asks ACM.
const LISTED_NAMES: usize = 100;
/// A queue with raw message delivery gets no message that has more
/// ([message attributes](https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html)). The last one, the name of
/// an account, is left out: its id is there.
const MOST_ATTRIBUTES: usize = 10;
/// The command in the last lines of a notice mutes its certificate for this long at most.
const MUTE_DAYS: i32 = 14;

/// Something that people should know about a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What it is about.
    pub kind: Kind,
    /// How urgent it is.
    pub severity: Severity,
    /// One line: the subject of an e-mail.
    pub subject: String,
    /// The certificate.
    pub certificate_arn: CertificateArn,
    /// Its account.
    pub account: String,
    /// The name of the account, where it is one of an organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The organizational units that the account is in, from the one below the root down to its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organizational_units: Vec<String>,
    /// Its Region.
    pub region: String,
    /// Its first name.
    pub domain_name: Option<String>,
    /// Its first names, as far as known.
    pub subject_alternative_names: Vec<String>,
    /// How many names it has, as far as known.
    pub subject_alternative_names_count: usize,
    /// Who issued it, in ACM's words.
    pub issuer: Option<String>,
    /// Its serial number, hexadecimal with colons.
    pub serial_number: Option<String>,
    /// Where it came from.
    pub certificate_type: CertificateType,
    /// Its key.
    pub key_algorithm: Option<KeyAlgorithm>,
    /// Whether an AWS resource uses it, where known.
    pub in_use: Option<bool>,
    /// The first resources that use it, where known.
    pub in_use_by: Vec<String>,
    /// How many resources use it, where known.
    pub in_use_by_count: usize,
    /// When it expires.
    pub not_after: Option<Timestamp>,
    /// Calendar days (UTC) until its expiry; negative afterwards.
    pub days_left: Option<i64>,
    /// From the owner tag of the certificate, or else of its account, or else the account's contact.
    pub owner: Option<String>,
    /// Which contact of the account the owner is, where no tag names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_contact: Option<ContactType>,
    /// What it is for: from the purpose tag of the certificate, or else of its account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// How far its renewal is, for imported certificates.
    pub status: Option<RenewalStatus>,
    /// Why its renewal failed.
    pub reason: Option<FailureReason>,
    /// What happened: one or two sentences.
    pub what_happened: String,
    /// What breaks if nothing is done.
    pub why_it_matters: String,
    /// What happens without anybody's help.
    pub what_happens_next: String,
    /// Steps for a person; empty when there is nothing to do.
    pub what_to_do: Vec<String>,
    /// DNS records that have to exist.
    pub records: Vec<ResourceRecord>,
    /// How many more there are, for which the message has no room.
    #[serde(skip_serializing_if = "is_zero")]
    pub records_left_out: usize,
    /// Why they are not there: one word, only with `validation-records-missing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The records in forms to paste.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to_paste: Vec<Paste>,
    /// The Lambda function that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<String>,
    /// Until when the command in its last lines mutes the certificate.
    #[serde(skip)]
    pub mute_until: Date,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Text to paste somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Paste {
    /// Where it goes.
    pub title: String,
    /// The text, of one or more lines.
    pub text: String,
}

/// Not beyond the day on which the certificate expires: the notice of that day is wanted.
fn mute_until(now: Timestamp, not_after: Option<Timestamp>) -> Date {
    let today = utc_date(now);
    let latest = today.saturating_add(MUTE_DAYS.days());
    not_after.map(utc_date).filter(|end| *end > today).map_or(latest, |end| end.min(latest))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Versioned<'a> {
    schema_version: u8,
    #[serde(flatten)]
    notice: &'a Notice,
}

impl Notice {
    /// A notice with the certificate's facts filled in; the caller adds the sentences.
    ///
    /// `headline` goes into the subject after the severity: what happened, in a few words, with the
    /// name of the certificate.
    pub fn new(kind: Kind, severity: Severity, headline: &str, facts: &CertificateDetail, now: Timestamp) -> Self {
        Self {
            kind,
            severity,
            subject: subject(severity, headline, facts.domain_name.as_deref()),
            certificate_arn: facts.arn.clone(),
            account: facts.arn.account().to_owned(),
            account_name: None,
            organizational_units: Vec::new(),
            region: facts.arn.region().to_owned(),
            domain_name: facts.domain_name.clone(),
            subject_alternative_names: facts.subject_alternative_names.iter().take(LISTED_NAMES).cloned().collect(),
            subject_alternative_names_count: facts.subject_alternative_names.len(),
            issuer: facts.issuer.clone(),
            serial_number: facts.serial.clone(),
            certificate_type: facts.certificate_type.clone(),
            key_algorithm: facts.key_algorithm.clone(),
            in_use: facts.in_use,
            in_use_by: facts.in_use_by.iter().take(LISTED_RESOURCES).cloned().collect(),
            in_use_by_count: facts.in_use_by.len(),
            not_after: facts.not_after,
            days_left: facts.not_after.map(|end| days_left(end, now)),
            owner: None,
            owner_contact: None,
            purpose: None,
            status: None,
            reason: None,
            what_happened: String::new(),
            why_it_matters: String::new(),
            what_happens_next: String::new(),
            what_to_do: Vec::new(),
            records: Vec::new(),
            records_left_out: 0,
            cause: None,
            to_paste: Vec::new(),
            sent_by: None,
            mute_until: mute_until(now, facts.not_after),
        }
    }

    /// The notice for machines.
    pub fn json(&self) -> serde_json::Value {
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        serde_json::to_value(Versioned { schema_version: SCHEMA_VERSION, notice: self }).unwrap_or_default()
    }

    /// Names and values of the SNS message attributes, for filter policies. `days_left` is a number, and
    /// `organizational_units` a list of strings, of which a filter has to fit one; all others are strings.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let in_use = match self.in_use {
            Some(true) => "true",
            Some(false) => "false",
            None => "unknown",
        };
        let mut attributes = vec![
            ("kind", self.kind.as_str().to_owned()),
            ("severity", self.severity.as_str().to_owned()),
            ("certificate_type", self.certificate_type.as_str().to_owned()),
            ("in_use", in_use.to_owned()),
            ("account", self.account.clone()),
            ("region", self.region.clone()),
        ];
        // SNS refuses attributes with an empty value.
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        // Subscriptions for what nobody owns get what only the account's contact answers for.
        let owner = given(&self.owner).filter(|_| self.owner_contact.is_none());
        attributes.extend(owner.map(|owner| ("owner", owner)));
        attributes.extend(given(&self.purpose).map(|purpose| ("purpose", purpose)));
        attributes.extend(self.days_left.map(|days| ("days_left", days.to_string())));
        if !self.organizational_units.is_empty() {
            attributes.push(("organizational_units", serde_json::json!(self.organizational_units).to_string()));
        }
        attributes.extend(given(&self.account_name).map(|name| ("account_name", name)));
        attributes.truncate(MOST_ATTRIBUTES);
        attributes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_mutes_an_expiry_by_pasting() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (not_after, until) in [
            (Some("2026-11-25T06:00:00Z"), "2026-11-25"),
            (Some("2027-11-25T06:00:00Z"), "2026-12-05"),
            (Some("2026-11-21T23:00:00Z"), "2026-12-05"),
            (Some("2026-11-01T06:00:00Z"), "2026-12-05"),
            (None, "2026-12-05"),
        ] {
            assert_eq!(mute_until(at("2026-11-21T06:00:00Z"), not_after.map(at)).to_string(), until, "{not_after:?}");
        }
    }
}
