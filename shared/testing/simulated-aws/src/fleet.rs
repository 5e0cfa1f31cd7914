//! What the program puts into the model before it serves: certificates of all kinds in one account, or an organization of many
//! accounts with the same certificates in each.

use jiff::SignedDuration;
use simulated_aws::{Aws, CertificateSpec, Key, RoleRule, RoleTrust};

/// The organization, and the external id of its roles.
const ORGANIZATION: &str = "o-a1b2c3d4e5";
const MANAGEMENT: &str = "999999999999";
/// Where the hosted zones of all accounts are.
const DNS: &str = "888888888888";
const ROLES: &str = "role/acm-autopilot/acm-autopilot-";
/// An organizational unit has this many accounts.
const UNIT: usize = 100;

/// Certificates of all kinds, expiry spread from five days ago to a year ahead.
pub(crate) fn fill(aws: &Aws, ca: &str, count: usize) {
    let keys = [Key::Rsa2048, Key::P256, Key::P384, Key::Rsa3072];
    let mut days = (-5..360).step_by(7).cycle();
    for (n, key) in (0..count).zip(keys.into_iter().cycle()) {
        let name = format!("host-{n}.example.com");
        let spec = match n % 5 {
            0 => CertificateSpec::amazon_issued(&name).key(key),
            1 => CertificateSpec::private(&name, ca).key(key),
            2 => CertificateSpec::imported(&name)
                .dns(&name)
                .key(key)
                .issued_by(ca)
                .tag("acm-autopilot:renew-from", "private-ca"),
            _ => CertificateSpec::imported(&name).dns(&name).key(key),
        };
        let spec =
            spec.days_left(days.next().unwrap_or(30)).tag("Owner", if n % 2 == 0 { "payments" } else { "search" });
        aws.insert_certificate(if n % 3 == 0 { spec.in_use_by(&load_balancer(aws, n)) } else { spec });
    }
}

fn load_balancer(aws: &Aws, n: usize) -> String {
    format!("arn:aws:elasticloadbalancing:{}:{}:loadbalancer/app/web/{n}", aws.region(), aws.account())
}

/// An organization of which the model's account is the hub: delegated administrator, trusted by the roles of all accounts.
pub(crate) struct Fleet<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) accounts: usize,
    pub(crate) regions: &'a [String],
    /// In each account and Region.
    pub(crate) certificates: usize,
}

impl Fleet<'_> {
    pub(crate) fn fill(&self) {
        self.create_organization();
        for n in 1..=self.accounts {
            let account = format!("{:012}", 100_000_000_000 + n);
            let domain = format!("a{n:04}.example.com");
            self.trust_hub(&account);
            for region in self.regions {
                self.fill_target(&self.aws.scoped(&account, region), &domain);
            }
            self.create_zone(&account, &domain);
        }
        let zones = format!("arn:aws:iam::{DNS}:role/acm-autopilot-zones");
        self.aws.set_role(&zones, RoleRule::Trust(RoleTrust::default().account(&self.aws.account())));
    }

    fn create_organization(&self) {
        let hub = self.aws.account();
        let organization = self.aws.scoped(MANAGEMENT, &self.aws.region()).create_organization(ORGANIZATION);
        organization.create_account(&hub, "hub", organization.root());
        organization.create_account(DNS, "dns", organization.root());
        organization.delegate(&hub, "member.org.stacksets.cloudformation.amazonaws.com");
        for n in 1..=self.accounts {
            let unit = format!("ou-ab12-{:08}", n.div_ceil(UNIT));
            if n % UNIT == 1 {
                organization.insert_unit(&unit, organization.root(), &format!("unit-{}", n.div_ceil(UNIT)));
            }
            organization.create_account(&format!("{:012}", 100_000_000_000 + n), &format!("account-{n:04}"), &unit);
        }
    }

    fn trust_hub(&self, account: &str) {
        let trust = RoleTrust::default().account(&self.aws.account());
        let trust = trust.external_id(ORGANIZATION).organization(ORGANIZATION);
        for role in ["read", "dns"] {
            self.aws.set_role(&format!("arn:aws:iam::{account}:{ROLES}{role}"), RoleRule::Trust(trust.clone()));
        }
    }

    /// As after months of work: nothing is due but notices about a few certificates that people import.
    fn fill_target(&self, aws: &Aws, domain: &str) {
        for n in 0..self.certificates {
            let name = format!("host-{n}.{domain}");
            let spread = i64::try_from(n).unwrap_or_default();
            let spec = match n % 25 {
                // Renewed by ACM, 198 days each.
                0..15 => lasting(CertificateSpec::amazon_issued(&name), aws, 198, 46 + spread * 7 % 150),
                // Renewed by acm-autopilot, 47 days each.
                15..20 => {
                    let spec = imported(&name).tag("acm-autopilot:renew-from", "private-ca");
                    lasting(spec, aws, 47, 18 + spread % 26)
                }
                // Imported by people, a year each; one in 25 was forgotten.
                20 => lasting(imported(&name), aws, 365, 5 + spread % 20),
                _ => lasting(imported(&name), aws, 365, 60 + spread * 5 % 280),
            };
            aws.insert_certificate(spec.tag("Owner", "payments").in_use_by(&load_balancer(aws, n)).thin());
        }
    }

    /// The zone of an account's domain, with the records of its certificates.
    fn create_zone(&self, account: &str, domain: &str) {
        let zone = self.aws.create_hosted_zone_in(DNS, domain);
        self.aws.delegate(&zone);
        let owner = self.aws.scoped(account, &self.aws.region());
        for n in (0..self.certificates).filter(|n| n % 25 < 15) {
            let record = owner.validation_record(&format!("host-{n}.{domain}"));
            let value = record.values.first().map(String::as_str).unwrap_or_default();
            self.aws.set_record(&zone, &record.name, &record.kind, value);
        }
    }
}

fn imported(name: &str) -> CertificateSpec {
    CertificateSpec::imported(name).dns(name)
}

/// Valid for `days`, of which `left` are left.
fn lasting(spec: CertificateSpec, aws: &Aws, days: i64, left: i64) -> CertificateSpec {
    let not_after = aws.now() + SignedDuration::from_hours(24 * left);
    spec.not_after(not_after).not_before(not_after - SignedDuration::from_hours(24 * days))
}
