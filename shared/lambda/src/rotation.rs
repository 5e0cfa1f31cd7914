//! Another place to start at in each sweep, so that what one sweep has no time for comes early in a later one.

use jiff::Timestamp;

/// 2^64 divided by the golden ratio. Its multiples are spread evenly, whatever the time between two
/// sweeps: an hour, a day or the minutes until Lambda tries again.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The point of a circle of 2^64 points at which a sweep at this minute starts.
fn point(now: Timestamp) -> u64 {
    now.as_second().div_euclid(60).cast_unsigned().wrapping_mul(GOLDEN)
}

/// The index at which a sweep of a list of this length starts now.
pub fn start_index(length: usize, now: Timestamp) -> usize {
    let start = (u128::from(point(now)) * length as u128) >> 64;
    usize::try_from(start).unwrap_or_default()
}

/// The same list, starting at another index each minute.
pub fn rotate<T>(mut list: Vec<T>, now: Timestamp) -> Vec<T> {
    let start = start_index(list.len(), now);
    list.rotate_left(start);
    list
}

/// Whether this index of a list of this length is in the part of `1 / parts` that a sweep takes now.
pub fn is_in_turn(index: usize, length: usize, parts: u64, now: Timestamp) -> bool {
    let position = ((index as u128) << 64) / (length.max(1) as u128);
    u64::try_from(position).is_ok_and(|position| position.wrapping_sub(point(now)) < u64::MAX / parts.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + minutes * 60).unwrap()
    }

    /// How many sweeps it takes until each of 2,500 was among the first tenth.
    #[test]
    fn every_index_is_among_the_first_soon_whatever_the_schedule() {
        for (schedule, minutes, most) in [("hourly", 60, 40), ("daily", 1_440, 60), ("weekly", 10_080, 60)] {
            let mut seen = vec![false; 2_500];
            let sweeps = (0..).find(|&sweep| {
                rotate((0..2_500).collect::<Vec<usize>>(), at(sweep * minutes))[..250]
                    .iter()
                    .for_each(|&index| seen[index] = true);
                seen.iter().all(|&seen| seen) || sweep > most
            });
            assert!(sweeps <= Some(most), "{schedule}: {sweeps:?}");
        }
        assert!(rotate(Vec::<i32>::new(), at(8)).is_empty());
        assert_ne!(rotate((0..100).collect::<Vec<_>>(), at(0)), rotate((0..100).collect::<Vec<_>>(), at(3)));
    }

    #[test]
    fn every_index_has_its_turn_within_days_and_few_at_once() {
        for length in [1_usize, 10, 2_500] {
            let mut seen = vec![false; length];
            for hour in 0..72 {
                let due: Vec<_> = (0..length).filter(|&index| is_in_turn(index, length, 24, at(hour * 60))).collect();
                assert!(due.len() <= length / 24 + 1, "{} of {length}", due.len());
                due.iter().for_each(|&index| seen[index] = true);
            }
            assert!(seen.iter().all(|&seen| seen), "{length}");
        }
    }
}
