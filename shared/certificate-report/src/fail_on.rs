//! When a pipeline is to stop.

use std::str::FromStr;

/// The longest time ahead that anybody plans for, in days.
const LONGEST: u16 = 3_650;

/// What makes the program end with an exit code of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FailOn {
    /// Something expires within this many days.
    pub expiring: Option<u16>,
    /// A certificate is not ready for lifetimes of 47 days.
    pub unready: bool,
    /// A certificate is unused.
    pub unused: bool,
    /// A certificate has expired.
    pub expired: bool,
    /// Something could not be read.
    pub unreadable: bool,
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(list: &str) -> Result<Self, String> {
        let mut found = Self::default();
        for condition in list.split(',').map(str::trim) {
            match condition.split_once('=') {
                Some(("expiring", days)) => found.expiring = Some(read_days(days)?),
                None if condition == "unready" => found.unready = true,
                None if condition == "unused" => found.unused = true,
                None if condition == "expired" => found.expired = true,
                None if condition == "unreadable" => found.unreadable = true,
                _ => return Err(unknown(condition)),
            }
        }
        Ok(found)
    }
}

fn read_days(days: &str) -> Result<u16, String> {
    let days = days.parse().ok().filter(|days| *days <= LONGEST);
    days.ok_or_else(|| format!("expiring needs a number of days from 0 to {LONGEST}, such as expiring=14"))
}

fn unknown(condition: &str) -> String {
    match condition {
        "expiring" => "expiring needs a number of days, such as expiring=14".to_owned(),
        _ => "it takes some of expiring=DAYS, unready, unused, expired, unreadable, separated by commas".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read() {
        let all = FailOn { expiring: Some(14), unready: true, unused: true, expired: true, unreadable: true };
        assert_eq!("expiring=14,unready, unused,expired,unreadable".parse(), Ok(all));
        assert_eq!("expiring=0".parse(), Ok(FailOn { expiring: Some(0), ..FailOn::default() }));
    }

    #[test]
    fn mistakes_say_what_is_allowed() {
        for (list, says) in [
            ("", "some of expiring=DAYS"),
            ("expiring", "such as expiring=14"),
            ("expiring=soon", "from 0 to 3650"),
            ("expiring=-1", "from 0 to 3650"),
            ("expiring=4000", "from 0 to 3650"),
            ("unready=1", "some of expiring=DAYS"),
            ("unready,broken", "some of expiring=DAYS"),
        ] {
            let error = list.parse::<FailOn>().unwrap_err();
            assert!(error.contains(says), "{list}: {error}");
        }
    }
}
