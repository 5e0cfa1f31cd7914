//! Whether the sweep meets the maintenance windows: it requests a postponed renewal again, so in a window in which no sweep
//! takes place nothing is renewed.

use lambda::SweepSchedule;

use super::window::{DAY, Window};

/// For the sweep itself, the queue and the renewal.
const TAKES: i64 = 60;

/// What is not understood of a schedule does not count against it.
pub(super) fn meets_window(schedule: &SweepSchedule, window: &Window) -> bool {
    match schedule {
        SweepSchedule::Every(minutes) => window.minutes >= minutes + TAKES,
        SweepSchedule::Daily(times) => window
            .opens
            .iter()
            .all(|opens| times.iter().any(|time| (time - opens).rem_euclid(DAY) <= window.minutes - TAKES)),
        SweepSchedule::Unknown => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (schedule, window, meets) in [
            ("rate(1 hour)", "Mon 08:00-10:00", true),
            ("rate(2 hours)", "Mon 08:00-10:59", false),
            ("rate(2 hours)", "Mon 08:00-11:00", true),
            ("rate(15 minutes)", "Mon 08:00-10:00", true),
            ("rate(1 day)", "Mon 08:00-16:00", false),
            ("cron(0 9 * * ? *)", "Mon-Thu 08:00-16:00", true),
            ("cron(0 8 * * ? *)", "Mon-Thu 08:00-16:00", true),
            ("cron(59 7 * * ? *)", "Mon-Thu 08:00-16:00", false),
            ("cron(1 15 * * ? *)", "Mon-Thu 08:00-16:00", false),
            ("cron(0 17 * * ? *)", "Mon-Thu 08:00-16:00", false),
            ("cron(30 1,13 * * ? *)", "Sat 22:00-04:00", true),
            ("cron(0 0/6 * * ? *)", "Mon 13:00-17:00", false),
            ("cron(0 0/6 * * ? *)", "Mon 13:00-19:00", true),
            ("cron(10 * * * ? *)", "Mon 08:00-10:00", true),
            ("cron(*/30 8-16 * * ? *)", "Mon 15:00-17:00", true),
            ("cron(*/30 8-16 * * ? *)", "Mon 18:00-20:00", false),
            // EventBridge understands them.
            ("cron(0 9 ? * MON-FRI *)", "Sat 08:00-16:00", true),
            ("cron(0 9 L * ? *)", "Sat 08:00-16:00", true),
            ("cron(0 -1 * * ? *)", "Sat 08:00-16:00", true),
            ("cron(0 0/0 * * ? *)", "Sat 08:00-16:00", true),
            ("at noon", "Sat 08:00-16:00", true),
        ] {
            let parsed: SweepSchedule = schedule.parse().unwrap();
            assert_eq!(meets_window(&parsed, &window.parse().unwrap()), meets, "{schedule} {window} {parsed:?}");
        }
    }
}
