//! The certificates of spokes.

use fastrand::Rng;
use simulated_aws::{Aws, Key};

use super::SPOKES;
use super::outages::Wrong;
use crate::model_state::SharedState;
use crate::place::Place;
use crate::population::{Blueprint, Cas, CertificateKind};
use crate::secrets;
use crate::source::{Source, SourceKind};
use crate::world::World;

/// What each spoke has in each of its Regions.
const KINDS: [CertificateKind; 5] = [
    CertificateKind::Managed,
    CertificateKind::Managed,
    CertificateKind::Managed,
    CertificateKind::Watched,
    CertificateKind::Amazon,
];

/// How long the functions, at first, only plan in one of the accounts.
const READ_ONLY_DAYS: i64 = 20;

/// Zones of the hub and of the team, in which spokes have names.
const ZONES: [&str; 2] = ["alpha.example", "gamma.example"];

impl World {
    /// Adds the certificates with which the spokes start.
    pub(crate) fn populate_spokes(&mut self) {
        let places = self.organization.as_ref().map(|one| one.places()).unwrap_or_default();
        for place in places {
            KINDS.into_iter().for_each(|kind| self.add_to_spoke(&place, kind));
            if self.parameters.has_zones() {
                self.add_to_spoke(&place, CertificateKind::Validated);
            }
        }
        // As the README of infra says to begin.
        if self.organization.is_some() {
            self.begin_outage(SPOKES[1], Wrong::IsReadOnly, READ_ONLY_DAYS);
        }
    }

    /// Adds a certificate to a spoke.
    pub(crate) fn add_to_spoke(&mut self, place: &Place, kind: CertificateKind) {
        self.numbered += 1;
        let World { aws, state, cas, rng, .. } = self;
        insert(aws, state, cas, place, kind, self.numbered, rng);
    }
}

/// What a spoke's certificate was issued by is in another account. So its first one comes from outside AWS, and it names the
/// CA that renews it.
fn insert(
    aws: &Aws,
    state: &SharedState,
    cas: &Cas,
    place: &Place,
    kind: CertificateKind,
    number: usize,
    rng: &mut Rng,
) {
    if kind == CertificateKind::Validated {
        return insert_validated(aws, state, place, number, rng);
    }
    let is_managed = kind == CertificateKind::Managed;
    let ca = is_managed.then(|| cas.default.clone());
    let key = if kind == CertificateKind::Amazon { Key::Rsa2048 } else { Key::P256 };
    let days = if is_managed { [365, 198, 90, 47][rng.usize(..4)] } else { 198 };
    let name = format!("host-{number}.spoke.example.com");
    let secret = format!("{}spoke-{number}", secrets::GRANTED);
    let aws = &aws.scoped(&place.account, &place.region);
    let has_acme = state.lock().has_acme;
    let source = match SourceKind::of_number(number, has_acme) {
        SourceKind::Secret if is_managed => {
            secrets::actions::reserve(aws, state, &secret);
            Source::Secret(secret.clone())
        }
        SourceKind::Acme if is_managed => Source::Acme,
        _ => Source::PrivateCa(ca.clone()),
    };
    let days = if source == Source::Acme { 90 } else { days };
    let blueprint =
        Blueprint { kind, key, names: vec![name], days, ca, issuer: String::new(), source, in_use: true, is_n2: false };
    let mut spec = blueprint.spec(aws, rng.i64(1..=days), rng.i64(0..86_400)).tag("Owner", "team-spoke");
    if is_managed {
        spec = blueprint.source.tags().iter().fold(spec, |spec, (key, value)| spec.tag(key, value));
    }
    let arn = aws.insert_certificate(spec);
    let is_from_secret = is_managed && blueprint.source.kind() == SourceKind::Secret;
    state.enter(aws, &arn, blueprint);
    if is_from_secret {
        secrets::actions::create(aws, state, &secret, &arn, secrets::tool::Tool::new(days, rng));
    }
}

/// Its records are in the zones already, where the hub restores them. No other account has the same names: a zone does not
/// show whose validation records are in it, so a record that vanished beside another account's is found later than in a day.
fn insert_validated(aws: &Aws, state: &SharedState, place: &Place, number: usize, rng: &mut Rng) {
    let blueprint = Blueprint::validated(ZONES.map(|zone| format!("spoke-{number}.{zone}")).into());
    let scoped = aws.scoped(&place.account, &place.region);
    let spec = blueprint.spec(&scoped, rng.i64(1..=blueprint.days), rng.i64(0..86_400));
    let arn = scoped.insert_certificate(spec.tag("Owner", "team-spoke"));
    {
        let zones = &mut state.lock().zones;
        zones.require(aws, &arn, &blueprint.names);
        zones.insert_records(aws, &arn);
    }
    state.enter(aws, &arn, blueprint);
}
