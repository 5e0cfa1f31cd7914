//! Another place to begin at for each sweep.

use jiff::Timestamp;

/// 2^64 divided by the golden ratio. Its multiples are spread evenly, whatever the distance between two
/// sweeps: an hour, a day or the minutes until Lambda tries again.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// One of so many is looked at by each sweep, whatever is known of it.
const SHARE: u64 = 24;

/// The point of a circle of 2^64 points at which a sweep at this moment begins.
fn point(now: Timestamp) -> u64 {
    now.as_second().div_euclid(60).cast_unsigned().wrapping_mul(GOLDEN)
}

/// The same list from another place at each moment: what one sweep has no time for, another one begins with.
pub(crate) fn rotated<T>(mut list: Vec<T>, now: Timestamp) -> Vec<T> {
    let start = (u128::from(point(now)) * list.len() as u128) >> 64;
    list.rotate_left(usize::try_from(start).unwrap_or_default());
    list
}

/// Whether this place of a list of so many is one of those that this sweep looks at.
pub(crate) fn is_due(place: usize, of: usize, now: Timestamp) -> bool {
    let place = ((place as u128) << 64) / (of.max(1) as u128);
    u64::try_from(place).is_ok_and(|place| place.wrapping_sub(point(now)) < u64::MAX / SHARE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + minutes * 60).unwrap()
    }

    /// How many sweeps it takes until each of 2,500 was among the first tenth.
    #[test]
    fn every_place_is_among_the_first_soon_whatever_the_schedule() {
        for (schedule, minutes, most) in [("hourly", 60, 40), ("daily", 1_440, 60), ("weekly", 10_080, 60)] {
            let mut seen = vec![false; 2_500];
            let sweeps = (0..).find(|&sweep| {
                rotated((0..2_500).collect::<Vec<usize>>(), at(sweep * minutes))[..250]
                    .iter()
                    .for_each(|&place| seen[place] = true);
                seen.iter().all(|&seen| seen) || sweep > most
            });
            assert!(sweeps <= Some(most), "{schedule}: {sweeps:?}");
        }
        assert!(rotated(Vec::<i32>::new(), at(8)).is_empty());
        assert_ne!(rotated((0..100).collect::<Vec<_>>(), at(0)), rotated((0..100).collect::<Vec<_>>(), at(3)));
    }

    #[test]
    fn every_place_is_due_within_days_and_few_are_at_once() {
        for of in [1_usize, 10, 2_500] {
            let mut seen = vec![false; of];
            for hour in 0..72 {
                let due: Vec<usize> = (0..of).filter(|&place| is_due(place, of, at(hour * 60))).collect();
                assert!(due.len() <= of / 24 + 1, "{} of {of}", due.len());
                due.iter().for_each(|&place| seen[place] = true);
            }
            assert!(seen.iter().all(|&seen| seen), "{of}");
        }
    }
}
