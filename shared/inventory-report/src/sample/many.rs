//! Many rows, for measurements.

use inventory::{Entry, Kind, Reading, Shard};

use super::{account, entries, entry, shard, unused};
use crate::reduce::UnusableShard;

/// This many certificates over this many accounts, of the usual kinds, owners and states; one in fifty has a duplicate.
pub fn many(certificates: usize, targets: usize) -> impl Iterator<Item = Result<Shard, UnusableShard>> {
    let of_target = move |target: usize| {
        let count = certificates / targets + usize::from(target < certificates % targets);
        let entries = (0..count).map(|number| one(target, number)).collect();
        shard(
            account(&format!("{:012}", target + 1), &format!("team-{}", target % 40), &["Workloads"]),
            super::PLACE.1,
            &[],
            entries,
        )
    };
    (0..targets).map(of_target).map(Ok)
}

fn one(target: usize, number: usize) -> Entry {
    let kind = match number % 10 {
        0..5 => Kind::AmazonIssued,
        5..8 => Kind::Imported,
        8 => Kind::Private,
        _ => Kind::Acme,
    };
    let name = format!("service-{}.team-{}.example.com", number - usize::from(number % 50 == 1), target % 40);
    let days = ((number * 37 + target * 11) % 230) as i64 - 20;
    let mut one = entry(kind, &format!("{target:08x}-0000-4000-8000-{number:012x}"), &name, days);
    one.arn = one.arn.replace(super::PLACE.0, &format!("{:012}", target + 1));
    one.names.push(format!("www.{name}"));
    let owner = format!("team-{}", target % 40);
    one.tags =
        entries::known(entries::tags(&[("Owner", &owner), ("Environment", "production"), ("CostCenter", "4711")]));
    if let Reading::Known { value: Some(known), .. } = &mut one.owner {
        known.name = owner;
    }
    match number % 20 {
        3 => unused(one),
        5 => {
            one.tags = entries::known(entries::tags(&[("acm-autopilot:renew-from", "private-ca")]));
            one
        }
        7 => {
            one.described = Reading::NotAsked;
            one
        }
        _ => one,
    }
}
