//! Rows of every kind.

use std::collections::BTreeMap;

use inventory::{Account, Entry, Identity, Kind, Owner, OwnerSource, Reading};
use inventory_report::{
    Finding, FindingKind, Readiness, Ready, RenewedBy, Renewer, Row, RuleResult, RuleVerdict, Step, Use, UseVerdict,
};
use jiff::ToSpan;

use super::facts::{chain, described, identity, owner, tags, uses};
use super::{denied, now};

pub(super) const TEAMS: [&str; 7] =
    ["checkout", "platform", "payments", "search", "identity", "data-lake", "mobile-backend"];
const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2"];
const SITES: [&str; 6] = ["shop", "api", "login", "status", "cdn", "internal-metrics"];

pub(super) fn known<T>(value: T) -> Reading<T> {
    Reading::Known { value, as_of: now() - 3.hours() }
}

/// The row with this number: always the same.
pub(crate) fn row(index: usize, gaps: bool) -> Row {
    let mixed = index.wrapping_mul(2_654_435_761) >> 7;
    let who = [
        Renewer::Acm,
        Renewer::Acm,
        Renewer::Acm,
        Renewer::Autopilot,
        Renewer::Person,
        Renewer::Nobody,
        Renewer::AcmeClient,
    ][mixed % 7];
    let who = if gaps && index % 23 == 5 { Renewer::Unknown } else { who };
    let days = match index % 40 {
        7 => -((mixed % 60) as i64) - 1,
        _ => (mixed % 390) as i64,
    };
    let account = mixed % 12 + 10;
    let region = REGIONS[mixed / 3 % 4];
    let entry = entry(index, mixed, days, account, region, gaps, who);
    Row {
        account: Account {
            id: format!("1111222233{account}"),
            name: format!("{}-{}", TEAMS[account % 7], if account.is_multiple_of(2) { "prod" } else { "test" }),
            units: vec!["Workloads".to_owned(), "Production".to_owned()],
        },
        region: region.to_owned(),
        days_left: Some(days),
        renewal: RenewedBy { who, why: why(who).to_owned() },
        use_verdict: used(index, &entry),
        readiness: readiness(who),
        findings: findings(index, days, &entry),
        rules: rules(index, who),
        steps: steps(who, &entry, region),
        entry,
    }
}

fn entry(index: usize, mixed: usize, days: i64, account: usize, region: &str, gaps: bool, who: Renewer) -> Entry {
    let site = SITES[mixed % 6];
    let name = format!("{site}-{index}.{}.example.com", TEAMS[account % 7]);
    let uuid = format!("{mixed:08x}-{:04x}-4{:03x}-8{:03x}-{index:012x}", index % 65_536, index % 4_096, mixed % 4_096);
    let kind = match who {
        Renewer::Autopilot | Renewer::Nobody => Kind::Imported,
        Renewer::AcmeClient => Kind::Acme,
        _ => Kind::AmazonIssued,
    };
    let denied_tags = gaps && index % 9 == 4;
    Entry {
        arn: format!("arn:aws:acm:{region}:1111222233{account}:certificate/{uuid}"),
        id: None,
        authority: None,
        kind,
        names: (0..=mixed % 4).map(|more| if more == 0 { name.clone() } else { format!("{more}.{name}") }).collect(),
        name,
        has_more_names: false,
        status: if days < 0 { "EXPIRED" } else { "ISSUED" }.to_owned(),
        key_algorithm: Some(["RSA_2048", "EC_prime256v1"][mixed % 2].to_owned()),
        not_before: Some(now() - (24 * 30).hours()),
        not_after: Some(now() + (24 * days + 5).hours()),
        created_at: Some(now() - (24 * 30).hours()),
        issued_at: (kind != Kind::Imported).then(|| now() - (24 * 30).hours()),
        imported_at: (kind == Kind::Imported).then(|| now() - (24 * 30).hours()),
        in_use: Some(index % 5 != 3),
        renewal_eligibility: Some("ELIGIBLE".to_owned()),
        export_option: Some("DISABLED".to_owned()),
        exported: Some(false),
        managed_by: None,
        root_hierarchy: None,
        usage: None,
        key_usages: None,
        extended_key_usages: Some(vec!["TLS_WEB_SERVER_AUTHENTICATION".to_owned()]),
        identity: identity(index, mixed, gaps, kind),
        tags: if denied_tags { Reading::Unreadable(denied("tag:GetResources")) } else { known(tags(account, index)) },
        described: described(index, gaps, kind),
        chain: chain(index, mixed, gaps),
        uses: if index % 5 == 3 { Vec::new() } else { uses(index, account, region) },
        unused_since: None,
        owner: owner(index, account, denied_tags),
        purpose: index.is_multiple_of(4).then(|| "production".to_owned()),
    }
}

const fn why(who: Renewer) -> &'static str {
    match who {
        Renewer::Acm => "ACM renews it 60 days before its expiry: it is validated by DNS, in use and eligible.",
        Renewer::Autopilot => "The tag acm-autopilot:renew-from names Let's Encrypt, and its last renewal succeeded.",
        Renewer::AcmeClient => "An ACME client holds its key and requests the next one; ACM shows no failed orders.",
        Renewer::Person => "Validated by e-mail: a person follows a link for each renewal.",
        Renewer::Nobody => "Imported, and no tag says where the next one comes from.",
        Renewer::Unknown => "Issuer and validation could not be read.",
        Renewer::NotNeeded => "It has no expiry.",
    }
}

fn used(index: usize, entry: &Entry) -> UseVerdict {
    let (verdict, why) = match (entry.uses.len(), index % 2) {
        (0, 0) => (Use::Unused, "Nothing uses it, seen on 2026-11-20 and 2026-11-27; everything was read."),
        (0, _) => (Use::Unknown, "Nothing was seen, and CloudFront distributions could not be read."),
        _ => (Use::InUse, "InUseBy and a KMS grant name a load balancer."),
    };
    UseVerdict { verdict, why: why.to_owned() }
}

fn readiness(who: Renewer) -> Readiness {
    let (verdict, why) = match who {
        Renewer::Acm | Renewer::Autopilot | Renewer::AcmeClient => (Ready::Ready, "It renews without a person."),
        Renewer::Person => (Ready::NotReady, "A person has to act every 47 days. Change its validation to DNS."),
        Renewer::Nobody => (Ready::NotReady, "Nobody renews it. Tag it with acm-autopilot:renew-from."),
        Renewer::Unknown => (Ready::Unknown, "Issuer and validation could not be read."),
        Renewer::NotNeeded => (Ready::Exempt, "Private CAs choose their own lifetimes."),
    };
    Readiness { verdict, why: why.to_owned() }
}

fn findings(index: usize, days: i64, entry: &Entry) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |kind, text: &str| findings.push(Finding { kind, text: text.to_owned() });
    if days < 0 && !entry.uses.is_empty() {
        add(FindingKind::ExpiredInUse, "It expired, and a load balancer still presents it.");
    }
    if index % 13 == 3 {
        add(FindingKind::SameNames, "Two other certificates of the account have the same names.");
    }
    if index % 29 == 4 {
        add(
            FindingKind::NoGrant,
            "InUseBy names a load balancer, and no KMS grant is for it: its next start cannot load the key.",
        );
    }
    findings
}

fn rules(index: usize, who: Renewer) -> Vec<RuleResult> {
    let rule = |rule: &str, verdict, why: &str| RuleResult { rule: rule.to_owned(), verdict, why: why.to_owned() };
    let mut rules = Vec::new();
    if who == Renewer::Nobody {
        rules.push(rule("imported-renewal-source", RuleVerdict::NonCompliant, "No tag names a source."));
    }
    if index % 31 == 9 {
        rules.push(rule("chain-complete", RuleVerdict::Unknown, "The chain could not be read."));
    }
    rules
}

fn steps(who: Renewer, entry: &Entry, region: &str) -> Vec<Step> {
    let step = |text: &str, command: Option<String>| Step { text: text.to_owned(), command };
    let arn = &entry.arn;
    match who {
        Renewer::Nobody => vec![
            step(
                "Say where the next certificate comes from.",
                Some(format!(
                    "aws acm add-tags-to-certificate --region {region} \\\n  --certificate-arn {arn} \\\n  --tags Key=acm-autopilot:renew-from,Value=letsencrypt"
                )),
            ),
            step("imported-renewal imports the next one at its next sweep.", None),
        ],
        Renewer::Person => vec![step(
            "Change the validation to DNS.",
            Some(format!(
                "aws acm update-certificate-options --region {region} --certificate-arn {arn} --options ValidationMethod=DNS"
            )),
        )],
        _ => Vec::new(),
    }
}

/// A row in which every text that others write attacks the page.
pub(crate) fn hostile(text: &str) -> Row {
    let mut row = row(0, false);
    let evil = text.to_owned();
    row.entry.arn = format!("arn:aws:acm:eu-central-1:111122223333:certificate/{evil}");
    row.entry.name = evil.clone();
    row.entry.names = vec![evil.clone()];
    row.entry.status = evil.clone();
    row.entry.tags = known(BTreeMap::from([(evil.clone(), evil.clone())]));
    row.entry.owner = known(Some(Owner { name: evil.clone(), source: OwnerSource::CertificateTag }));
    row.entry.identity =
        known(Identity { issuer: Some(evil.clone()), subject: Some(evil.clone()), ..Identity::default() });
    row.entry.chain = Reading::Unreadable(inventory::Unreadable {
        code: evil.clone(),
        action: evil.clone(),
        explanation: evil.clone(),
    });
    row.account.name = evil.clone();
    row.account.units = vec![evil.clone()];
    row.region = evil.clone();
    row.entry.uses.iter_mut().for_each(|usage| usage.label = evil.clone());
    row.findings = vec![Finding { kind: FindingKind::Pinned, text: evil.clone() }];
    row.steps = vec![Step { text: evil.clone(), command: Some(evil) }];
    row
}
