//! Time and memory.

use std::time::{Duration, Instant};

use crate::{ReportSettings, reduce, sample, write_csv, write_json};

/// A tenth of what a large organization has. Nothing here may grow faster than the number of rows: 100,000 take ten
/// times as long, and at most 20 s.
#[test]
fn ten_thousand_certificates_take_seconds() {
    measure(10_000, 40, Duration::from_secs(10));
}

fn measure(certificates: usize, targets: usize, most: Duration) {
    let shards = sample::many(certificates, targets);
    let started = Instant::now();
    let report = reduce(shards, &ReportSettings::default(), None, sample::now());
    let reduced = started.elapsed();
    let (mut csv, mut json) = (Count(0), Count(0));
    write_csv(&report, &mut csv).unwrap();
    let with_csv = started.elapsed();
    write_json(&report, &mut json).unwrap();
    let all = started.elapsed();
    let bytes = (csv.0, json.0);
    eprintln!(
        "{certificates} certificates: reduced in {reduced:?}, with CSV {with_csv:?}, with JSON {all:?}; {bytes:?} bytes"
    );
    assert_eq!(report.rows.len(), certificates);
    assert!(all < most, "{all:?}");
}

struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
