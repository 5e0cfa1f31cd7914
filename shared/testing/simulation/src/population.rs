//! The certificates of a world.

use fastrand::Rng;
use simulated_aws::{Aws, CertificateSpec, Key, PrivateCaSpec};

use crate::dns_workload::name_count;
use crate::model_state::SharedState;
use crate::secrets;
use crate::source::{Source, SourceKind};
use crate::zones::Zones;

/// How a certificate is issued, at first and later by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blueprint {
    pub(crate) kind: CertificateKind,
    pub(crate) key: Key,
    pub(crate) names: Vec<String>,
    pub(crate) days: i64,
    /// The CA that its tag names; none for the configured one.
    pub(crate) ca: Option<String>,
    /// The CA that signs it, at first and by hand: the named or the configured one. Empty for one outside AWS.
    pub(crate) issuer: String,
    /// Of a managed one, from where it is renewed.
    pub(crate) source: Source,
    pub(crate) in_use: bool,
    /// Whether it is in Amazon's N2 hierarchy, which listings omit unless asked.
    pub(crate) is_n2: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CertificateKind {
    /// Imported, renewed by us.
    Managed,
    /// Imported, renewed by hand.
    Watched,
    /// Issued by ACM, public.
    Amazon,
    /// Issued by ACM, public, validated by records in the zones of this world.
    Validated,
    /// Issued by ACM from a private CA.
    Private,
    /// Public, requested by an ACME client, which holds the key and requests the next one under a new ARN.
    Acme,
}

pub(crate) const LOAD_BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";

/// The CAs of a world.
#[derive(Debug, Clone)]
pub(crate) struct Cas {
    /// The one that the functions are configured with.
    pub(crate) default: String,
    pub(crate) other: String,
    /// One that issues for at most seven days.
    pub(crate) short_lived: String,
}

impl Cas {
    pub(crate) fn create(aws: &Aws) -> Self {
        Self {
            default: aws.insert_private_ca(PrivateCaSpec::new(Key::P256).common_name("Default")),
            other: aws.insert_private_ca(PrivateCaSpec::new(Key::P384).common_name("Other")),
            short_lived: aws.insert_private_ca(PrivateCaSpec::new(Key::P256).common_name("Short").short_lived()),
        }
    }

    pub(crate) fn all(&self) -> [&String; 3] {
        [&self.default, &self.other, &self.short_lived]
    }
}

impl Blueprint {
    /// The certificate with this many days left. Only those that the functions parse are real.
    pub(crate) fn spec(&self, aws: &Aws, days_left: i64, seconds: i64) -> CertificateSpec {
        let name = &self.names[0];
        let spec = match self.kind {
            CertificateKind::Managed | CertificateKind::Watched => CertificateSpec::imported(name),
            CertificateKind::Amazon | CertificateKind::Validated => CertificateSpec::amazon_issued(name),
            CertificateKind::Acme => CertificateSpec::amazon_issued(name).key_pair_origin("ACME").eligible(false),
            CertificateKind::Private => {
                CertificateSpec::private(name, self.ca.as_deref().expect("a private one has a CA"))
            }
        };
        let imported = matches!(self.kind, CertificateKind::Managed | CertificateKind::Watched);
        let named = self.names.iter().skip(usize::from(!imported)).fold(spec, |spec, name| spec.dns(name));
        let end = aws.now() + jiff::SignedDuration::from_secs(days_left * 86_400 + seconds);
        let start = end - jiff::SignedDuration::from_hours(24 * self.days);
        let spec = named.key(self.key).not_after(end).not_before(start);
        let spec = if self.in_use { spec.in_use_by(LOAD_BALANCER) } else { spec };
        let spec = if self.is_n2 { spec.root_hierarchy("N2_AMAZON_MANAGED") } else { spec };
        match self.kind {
            CertificateKind::Managed if self.issuer.is_empty() => spec,
            CertificateKind::Managed => spec.issued_by(&self.issuer),
            _ => spec.thin(),
        }
    }
}

/// Adds a world's certificates to ACM.
pub(crate) fn populate(aws: &Aws, state: &SharedState, cas: &Cas, count: usize, rng: &mut Rng) {
    let has_zones = !state.lock().zones.is_empty();
    for number in 0..count {
        let kind = match number % 20 {
            0..10 => CertificateKind::Managed,
            10..13 => CertificateKind::Watched,
            13 => CertificateKind::Acme,
            15..18 if has_zones => CertificateKind::Validated,
            14..19 => CertificateKind::Amazon,
            _ => CertificateKind::Private,
        };
        if kind == CertificateKind::Validated {
            insert_validated(aws, state, number, rng);
        } else {
            insert(aws, state, cas, kind, number, rng);
        }
    }
}

/// Adds one certificate to ACM.
pub(crate) fn insert(
    aws: &Aws,
    state: &SharedState,
    cas: &Cas,
    kind: CertificateKind,
    number: usize,
    rng: &mut Rng,
) -> String {
    let from = SourceKind::of_number(number, state.lock().has_acme);
    // One RSA key for each world of 50: generating it takes a hundred times as long as the others.
    let (key, days, ca) = match (kind, number % 50) {
        (CertificateKind::Managed, 0) => (Key::Rsa2048, 730, None),
        // A certificate of seven days is renewed as often as fifty others.
        (CertificateKind::Managed, 1) if rng.u8(..4) == 0 => (Key::P256, 7, Some(cas.short_lived.clone())),
        (CertificateKind::Managed, 5) => (Key::P256, 47, None),
        (CertificateKind::Managed, 2 | 3) => (Key::P384, 365, Some(cas.other.clone())),
        (CertificateKind::Managed, 4) => (Key::P521, 365, None),
        (CertificateKind::Managed, _) if from == SourceKind::Acme => (Key::P256, 90, None),
        (CertificateKind::Managed, _) => {
            let ca = rng.bool().then(|| cas.other.clone());
            (Key::P256, [365, 365, 365, 365, 365, 730, 198, 90][rng.usize(..8)], ca)
        }
        (CertificateKind::Watched, _) => (Key::ALL[rng.usize(..7)], [730, 365, 365, 90][rng.usize(..4)], None),
        (CertificateKind::Amazon | CertificateKind::Validated, _) => (Key::Rsa2048, 198, None),
        (CertificateKind::Acme, _) => (Key::P256, 198, None),
        (CertificateKind::Private, _) => (Key::Rsa2048, 395, Some(cas.other.clone())),
    };
    let name = format!("host-{number}.example.com");
    let more = (0..rng.usize(..3)).map(|other| format!("alias-{other}.{name}"));
    let names: Vec<String> = std::iter::once(name.clone()).chain(more).collect();
    let issuer = ca.clone().unwrap_or_else(|| cas.default.clone());
    // ACM does not know what uses a key that an ACME client holds.
    let in_use = kind != CertificateKind::Acme && rng.u8(..10) < 8;
    let is_n2 = kind == CertificateKind::Amazon && rng.bool();
    let secret = secret(aws, state, kind, number);
    let source = match &secret {
        Some((name, arn)) => Source::Secret(if rng.bool() { name.clone() } else { arn.clone() }),
        None if kind == CertificateKind::Managed && from == SourceKind::Acme => Source::Acme,
        None => Source::PrivateCa(ca.clone()),
    };
    let blueprint = Blueprint { kind, key, names, days, ca, issuer, source, in_use, is_n2 };
    let mut spec = blueprint.spec(aws, rng.i64(1..=days), rng.i64(0..86_400));
    spec = spec.tag("Owner", &format!("team-{}", rng.u8(..9))).tag("Cost", "Größe 7 @ a:b/c=d+e-f_g.h");
    if kind == CertificateKind::Managed {
        spec = blueprint.source.tags().iter().fold(spec, |spec, (key, value)| spec.tag(key, value));
    }
    let arn = aws.insert_certificate(spec);
    state.enter(aws, &arn, blueprint);
    if let Some((name, _)) = secret {
        secrets::actions::create(aws, state, &name, &arn, secrets::tool::Tool::new(days, rng));
    }
    arn
}

/// The secret from which it is renewed, if it is: its name and its ARN, either of which the tag may hold.
fn secret(aws: &Aws, state: &SharedState, kind: CertificateKind, number: usize) -> Option<(String, String)> {
    if kind != CertificateKind::Managed || number % 3 != 2 {
        return None;
    }
    let created = state.lock().secrets.created;
    let name = format!("{}host-{number}/{created}", secrets::GRANTED);
    let arn = secrets::actions::reserve(aws, state, &name);
    Some((name, arn))
}

/// Adds a certificate that was validated long ago, and its records.
fn insert_validated(aws: &Aws, state: &SharedState, number: usize, rng: &mut Rng) {
    let count = name_count(number, rng);
    let in_use = rng.u8(..10) < 8;
    let blueprint = Blueprint { in_use, ..Blueprint::validated(Zones::names(rng, number, count)) };
    let spec = blueprint.spec(aws, rng.i64(1..=blueprint.days), rng.i64(0..86_400));
    let arn = aws.insert_certificate(spec.tag("Owner", &format!("team-{}", rng.u8(..9))));
    {
        let zones = &mut state.lock().zones;
        zones.require(aws, &arn, &blueprint.names);
        zones.insert_records(aws, &arn);
    }
    state.enter(aws, &arn, blueprint);
}
