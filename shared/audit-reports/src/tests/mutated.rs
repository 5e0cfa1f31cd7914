//! Whatever the bytes are: rows or an error, never a panic.
//!
//! `PROPTEST_CASES=100000 cargo test -p audit-reports --lib never_panic` runs more cases.

use proptest::prelude::*;
use proptest::sample::Index;

use super::reports::{CSV, HEADER, JSON, MAX, at, csv, json};
use crate::{CsvRows, JsonRows, Limits, Row, RowError, outside_acm};

/// Sets bytes, and cuts out or repeats a part.
fn mutate(bytes: &[u8], set: &[(Index, u8)], part: (Index, Index), times: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, byte) in set {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    let (from, to) = (part.0.index(bytes.len()), part.1.index(bytes.len()));
    let (from, to) = (from.min(to), from.max(to));
    [&bytes[..from], &bytes[from..to].repeat(times), &bytes[to..]].concat()
}

fn mutations() -> impl Strategy<Value = (Vec<(Index, u8)>, (Index, Index), usize)> {
    let interesting = prop_oneof![any::<u8>(), prop::sample::select(b"\"\\,{}[]\n\r:+-09T#\xc3\xff\0".to_vec())];
    let set = prop::collection::vec((any::<Index>(), interesting), 0..6);
    (set, any::<(Index, Index)>(), prop_oneof![8 => Just(1_usize), 1 => 0..4_usize])
}

fn reduce(rows: impl Iterator<Item = Result<Row, RowError>>) {
    let limits = Limits { subjects: 3, expiring: 2, groups: 3 };
    let _ = outside_acm(rows, at("2020-03-10T00:00:00Z"), 60, limits);
}

proptest! {
    #[test]
    fn mutated_csv_rows_never_panic((set, part, times) in mutations()) {
        let mutated = mutate([HEADER, CSV].concat().as_bytes(), &set, part, times);
        let _ = CsvRows::new(&mutated[..], MAX).map(reduce);
    }

    // A header that was mutated hides the rows.
    #[test]
    fn mutated_csv_rows_below_a_header_never_panic((set, part, times) in mutations()) {
        let mutated = mutate(CSV.as_bytes(), &set, part, times);
        let _ = csv([HEADER.as_bytes(), &mutated].concat());
    }

    #[test]
    fn mutated_json_rows_never_panic((set, part, times) in mutations()) {
        let mutated = mutate(JSON.as_bytes(), &set, part, times);
        let _ = JsonRows::new(&mutated[..], MAX).map(reduce);
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (csv(&bytes), json(&bytes), csv([HEADER.as_bytes(), &bytes].concat()));
    }
}
