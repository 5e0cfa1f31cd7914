//! Weeks, forecast, cost and quotas.

use inventory::{Entry, Kind};
use jiff::civil::{Weekday, date};

use crate::model::*;
use crate::sample::{self, PLACE, entry};
use crate::{ReportSettings, reduce};

fn report(entries: Vec<Entry>) -> Report {
    let shard = sample::shard(sample::account(PLACE.0, "shop", &[]), PLACE.1, &[], entries);
    reduce([Ok(shard)], &ReportSettings::default(), None, sample::now())
}

#[test]
fn every_expiry_of_the_next_398_days_is_in_its_week() {
    // 2026-11-28 is a Saturday.
    let days = [0, 1, 2, 398, 399, -1];
    let entries = days.map(|days| entry(Kind::AmazonIssued, &format!("{}", days + 1), "a.example.com", days)).to_vec();
    let report = report(entries);
    let weeks = &report.weeks;
    assert_eq!((weeks[0].starts, weeks.len()), (date(2026, 11, 23), 58));
    assert!(weeks.iter().all(|week| week.starts.weekday() == Weekday::Monday));
    // Today, which has not passed, and tomorrow; the first day of the next week; and the last one that is shown.
    let handled: Vec<u64> = [&weeks[0], &weeks[1], &weeks[57]].map(|week| week.handled).to_vec();
    assert_eq!(handled, [2, 1, 1]);
    assert_eq!(weeks.iter().map(|week| week.handled + week.unhandled + week.unknown).sum::<u64>(), 4);
}

#[test]
fn shorter_lifetimes_are_more_renewals_and_break_the_quota_of_imports() {
    let imports = (0..300).map(|number| entry(Kind::Imported, &format!("{number}"), "a.example.com", 100)).collect();
    let forecast = report(imports).forecast;
    let years: Vec<(i16, u16)> = forecast.iter().map(|one| (one.year, one.longest_lifetime_days)).collect();
    assert_eq!(years, [(2026, 200), (2027, 100), (2029, 47)]);
    // 365 / (198 - 30), 365 / (100 - 30) and 365 / (47 - 30) times 300; the last one is more than 5,000.
    let by_hand: Vec<u64> = forecast.iter().map(|one| one.by_hand).collect();
    assert_eq!(by_hand, [652, 1_564, 6_441]);
    let over: Vec<usize> = forecast.iter().map(|one| one.over_import_quota.len()).collect();
    assert_eq!(over, [0, 0, 1]);
    assert_eq!(forecast[2].over_import_quota["111111111111/eu-central-1"], 6_441);
}

#[test]
fn private_certificates_are_renewed_as_often_as_before() {
    let private = Entry { not_before: Some(sample::at(-95, 0)), ..entry(Kind::Private, "a", "a.example.com", 300) };
    let forecast = report(vec![private]).forecast;
    assert!(forecast.iter().all(|one| (one.automatic, one.by_hand, one.unknown) == (1, 0, 0)), "{forecast:?}");
}

#[test]
fn only_what_is_known_to_cost_is_counted() {
    let ca = |id: &str, status: &str, mode: Option<&str>| {
        let mut ca = Entry { status: status.into(), ..entry(Kind::PrivateCa, id, "CA", 900) };
        ca.authority.as_mut().unwrap().usage_mode = mode.map(str::to_owned);
        ca
    };
    let mut public = entry(Kind::AmazonIssued, "e", "a.example.com", 90);
    (public.export_option, public.names) =
        (Some("ENABLED".into()), vec!["a.example.com".into(), "*.example.com".into()]);
    let mut private = entry(Kind::Private, "p", "p.example.com", 90);
    private.exported = Some(true);
    let cost = report(vec![
        ca("1", "ACTIVE", Some("GENERAL_PURPOSE")),
        ca("2", "DISABLED", Some("GENERAL_PURPOSE")),
        ca("3", "DELETED", Some("GENERAL_PURPOSE")),
        ca("4", "ACTIVE", Some("SHORT_LIVED_CERTIFICATE")),
        ca("5", "ACTIVE", None),
        public,
        private,
        entry(Kind::Private, "q", "q.example.com", 90),
        entry(Kind::AmazonIssued, "f", "f.example.com", 90),
    ])
    .cost;
    let items: Vec<(u64, f64)> = cost.items.iter().map(|item| (item.count, item.monthly_usd)).collect();
    assert_eq!(items, [(2, 800.0), (1, 50.0), (1, 0.0), (1, 0.07), (1, 1.39), (1, 15.71)]);
    assert_eq!((cost.monthly_usd, cost.prices_of), (867.17, Some(date(2026, 2, 18))));
}
