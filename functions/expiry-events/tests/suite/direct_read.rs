//! Which certificates a sweep may skip because of the tags that GetResources shows.

use certificates::CertificateSummary;
use certificates::tags::{TagState, Tags};
use expiry_events::policy::Settings;
use expiry_events::policy::direct_read::{ReadReason, Shown, is_in_turn, is_worth_asking, reason_to_read};
use jiff::SignedDuration;

use super::world::{NOW, at, certificate as described, settings};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A certificate of 47 days.
fn lives_until(not_after: &str) -> CertificateSummary {
    let not_before = at(not_after) - SignedDuration::from_hours(47 * 24);
    CertificateSummary { not_before: Some(not_before), imported_at: Some(not_before), ..described(not_after).summary }
}

fn hourly() -> Settings {
    Settings { sweep_gap: HOUR, ..settings() }
}

/// Why it is read, when it is not its turn and when it is.
fn reasons(certificate: &CertificateSummary, shown: Option<(&[(&str, &str)], bool)>) -> [Option<ReadReason>; 2] {
    [false, true].map(|wanted| {
        let arn = arns(1_000).find(|arn| is_in_turn(arn, HOUR, at(NOW)) == wanted).unwrap();
        let certificate = CertificateSummary { arn, ..certificate.clone() };
        let tags = shown.map(|(tags, is_quiet)| (TagState::read(&tags.iter().copied().collect::<Tags>()), is_quiet));
        let shown = tags.as_ref().map(|(tags, is_quiet)| Shown { tags, is_quiet: *is_quiet });
        reason_to_read(&certificate, shown, &hourly(), at(NOW))
    })
}

#[test]
fn table() {
    use ReadReason::{NearExpiry, NotShown, SomethingDue, Turn, UnreadableTag};
    // Now is 2026-11-21.
    let (near, due) = (lives_until("2026-11-28T12:00:00Z"), lives_until("2026-12-04T12:00:00Z"));
    let (past, long_past) = (lives_until("2026-11-14T12:00:00Z"), lives_until("2026-11-12T12:00:00Z"));
    let fresh = lives_until("2027-01-06T12:00:00Z");
    let revoked = CertificateSummary { status: "REVOKED".into(), ..fresh.clone() };
    let reimported = CertificateSummary { imported_at: Some(at("2026-11-20T18:00:00.5Z")), ..fresh.clone() };
    let complete = |since| [("acm-autopilot:status", "renewal-complete"), ("acm-autopilot:status-since", since)];
    let (now, before) = (complete("2026-11-20T18:00:00Z"), complete("2026-11-20T17:59:59Z"));
    let failed = [("acm-autopilot:status", "renewal-failed"), ("acm-autopilot:status-since", "2026-11-20T18:00:00Z")];
    let strange = [("acm-autopilot:notices", "perhaps")];
    let quiet = |tags: &'static [(&'static str, &'static str)]| Some((tags, true));
    for (name, certificate, shown, in_other_sweeps, in_turn) in [
        ("7 days left", &near, quiet(&[]), Some(NearExpiry), Some(NearExpiry)),
        ("7 days left, not shown", &near, None, Some(NearExpiry), Some(NearExpiry)),
        ("7 days after its expiry", &past, quiet(&[]), Some(NearExpiry), Some(NearExpiry)),
        ("9 days after its expiry", &long_past, quiet(&[]), None, Some(Turn)),
        ("due, not shown", &due, None, Some(NotShown), Some(Turn)),
        ("due, and the tags say so", &due, Some((&[], false)), Some(SomethingDue), Some(Turn)),
        ("due, done by its tags", &due, quiet(&[]), None, Some(Turn)),
        ("due, done by its tags, renewed before", &due, Some((&now, true)), None, Some(Turn)),
        ("due, with a tag that cannot be read", &due, Some((&strange, true)), Some(UnreadableTag), Some(Turn)),
        ("revoked, reported by its tags", &revoked, quiet(&[]), None, Some(Turn)),
        ("fresh, not shown", &fresh, None, Some(NotShown), Some(NotShown)),
        ("fresh, something is due", &fresh, Some((&now, false)), Some(SomethingDue), Some(SomethingDue)),
        ("fresh, no renewal is shown", &fresh, quiet(&[]), None, Some(Turn)),
        ("fresh, its renewal is shown", &reimported, Some((&now, true)), None, None),
        ("fresh, the renewal before is shown", &reimported, Some((&before, true)), None, Some(Turn)),
        ("fresh, a failure is shown", &reimported, Some((&failed, true)), None, Some(Turn)),
    ] {
        let shown = shown.map(|(tags, is_quiet): (&[(&str, &str)], bool)| (tags, is_quiet));
        assert_eq!(reasons(certificate, shown), [in_other_sweeps, in_turn], "{name}");
    }
}

fn arns(count: usize) -> impl Iterator<Item = certificates::CertificateArn> {
    (0..count).map(|n| format!("arn:aws:acm:us-east-1:123456789012:certificate/{n:08x}").parse().unwrap())
}

/// Whatever the schedule, and although sweeps start some minutes late.
#[test]
fn each_certificate_has_its_turn_every_day() {
    for minutes in [5, 60, 90, 360, 1_000, 1_440] {
        let gap = SignedDuration::from_mins(minutes);
        let sweeps = (0..).map(|n| at(NOW) + gap * n + SignedDuration::from_secs(i64::from(n * 97 % 240)));
        let sweeps: Vec<_> = sweeps.take_while(|now| *now < at(NOW) + HOUR * 24 * 4).collect();
        for arn in arns(200) {
            let turns: Vec<_> = sweeps.iter().filter(|now| is_in_turn(&arn, gap, **now)).collect();
            let pauses = turns.windows(2).map(|two| two[1].duration_since(*two[0]));
            let most = HOUR * 24 + gap + SignedDuration::from_mins(5);
            assert!(turns.len() >= 3 && pauses.max() <= Some(most), "{minutes} {arn}: {turns:?}");
        }
    }
}

#[test]
fn turns_are_spread_evenly_over_the_day() {
    let at_once = |hour| arns(2_400).filter(|arn| is_in_turn(arn, HOUR, at(NOW) + HOUR * hour)).count();
    for hour in 0..24 {
        assert!((60..160).contains(&at_once(hour)), "{hour}: {}", at_once(hour));
    }
    let daily = SignedDuration::from_hours(24);
    assert!(arns(100).all(|arn| is_in_turn(&arn, daily, at(NOW))), "a daily sweep reads all");
}

#[test]
fn few_certificates_are_not_worth_a_call() {
    for (may_be_skipped, certificates, expected) in
        [(0, 0, false), (1, 100, false), (2, 100, true), (2, 101, false), (25, 2_500, false), (26, 2_500, true)]
    {
        assert_eq!(is_worth_asking(may_be_skipped, certificates, 100), expected, "{may_be_skipped} of {certificates}");
    }
}
