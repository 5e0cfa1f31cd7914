//! Time and memory of a large report: `cargo run -p inventory-report --features sample --example scale -- 100000 400`.
#![allow(clippy::print_stdout, reason = "it is for the terminal")]

use std::io::{self, Write};
use std::time::Instant;

use inventory_report::{ReportSettings, reduce, sample, write_csv, write_json};

/// Counts bytes, as a storage that takes them at once.
struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|number| number.parse().ok());
    let (certificates, targets) = (numbers.next().unwrap_or(10_000), numbers.next().unwrap_or(40));
    let started = Instant::now();
    let report = reduce(sample::many(certificates, targets), &ReportSettings::default(), None, sample::now());
    println!("{certificates} certificates of {targets} targets: {:?}", started.elapsed());
    let mut csv = Count(0);
    write_csv(&report, &mut csv)?;
    println!("with CSV, {} bytes: {:?}", csv.0, started.elapsed());
    let mut json = Count(0);
    write_json(&report, &mut json)?;
    println!("with JSON, {} bytes: {:?}", json.0, started.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("memory is not known here"));
    Ok(())
}
