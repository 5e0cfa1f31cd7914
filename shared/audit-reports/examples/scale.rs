//! How long a report of many rows takes, and how much memory: `cargo run --release -p audit-reports --example scale --
//! csv 1000000 all`. The report is written as it is read, so that the memory is that of reading.
//!
//! `history`: three years of certificates for 395 days, each subject with its successors. `all`: every certificate is
//! valid and the only one of its subject, which is the most that has to be kept.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::io::{self, BufReader, Cursor, Read};
use std::time::Instant;

use audit_reports::{CsvRows, JsonRows, Limits, MAX_ROW, OutsideAcm, Row, RowError, outside_acm};
use jiff::{SignedDuration, Timestamp};

const HEADER: &str = "awsAccountId,requestedByServicePrincipal,certificateArn,serial,subject,notBefore,notAfter,\
                      issuedAt,revokedAt,revocationReason,templateArn\n";
const CA: &str = "arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/11223344-1234-1122-2233-112233445566";
const NOW: Timestamp = Timestamp::constant(1_793_491_200, 0);

#[derive(Clone, Copy)]
struct Report {
    is_json: bool,
    is_history: bool,
    rows: u64,
}

impl Report {
    fn row(self, number: u64) -> String {
        let day = |days: u64| NOW.checked_sub(SignedDuration::from_hours(24 * i64::try_from(days).unwrap())).unwrap();
        let (subject, issued) = match self.is_history {
            true => (number % (self.rows / 3).max(1), day(1_095 - 1_095 * number / self.rows)),
            // The last of them expires in 395 days, the first in 31; one in 1,000 tomorrow.
            false => (number, day(if number.is_multiple_of(1_000) { 394 } else { 364 * number / self.rows })),
        };
        let expires = issued.checked_add(SignedDuration::from_hours(24 * 395)).unwrap();
        let [issued, expires] = [issued, expires].map(|at| at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string());
        let service = if number.is_multiple_of(2) { "" } else { "acm.amazonaws.com" };
        let hex = format!("{number:032x}");
        let serial = (0..16).map(|at| &hex[2 * at..2 * at + 2]).collect::<Vec<_>>().join(":");
        let subject = format!(
            "CN=service-{subject}.internal.example.com,OU=Platform,O=Example Company,L=Seattle,ST=Washington,C=US"
        );
        let template = "arn:aws:acm-pca:::template/EndEntityCertificate/V1";
        match self.is_json {
            false => format!(
                "123456789012,{service},{CA}/certificate/{hex},{serial},\"{subject}\",{issued},{expires},{issued},,,{template}\n"
            ),
            true => format!(
                "{}{{\n      \"awsAccountId\":\"123456789012\",\n      \"requestedByServicePrincipal\":\"{service}\",\n      \
                 \"certificateArn\":\"{CA}/certificate/{hex}\",\n      \"serial\":\"{serial}\",\n      \
                 \"subject\":\"{subject}\",\n      \"notBefore\":\"{issued}\",\n      \"notAfter\":\"{expires}\",\n      \
                 \"issuedAt\":\"{issued}\",\n      \"templateArn\":\"{template}\"\n   }}",
                if number == 0 { "[\n   " } else { ",\n   " },
            ),
        }
    }
}

/// The report as bytes, made as they are read.
struct Written {
    report: Report,
    next: u64,
    bytes: u64,
    left: Cursor<Vec<u8>>,
}

impl Read for Written {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.left.position() == self.left.get_ref().len() as u64 {
            let text = match self.next {
                next if next < self.report.rows => self.report.row(next),
                next if next == self.report.rows && self.report.is_json => "\n]\n".into(),
                _ => String::new(),
            };
            self.next += 1;
            self.left = Cursor::new(text.into());
        }
        let read = self.left.read(to)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

fn memory(name: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("unknown");
    line.trim_matches([':', '\t', ' ']).to_owned()
}

fn reduce(rows: impl Iterator<Item = Result<Row, RowError>>) -> OutsideAcm {
    outside_acm(rows, NOW, 30, Limits { subjects: 2_000_000, expiring: 50_000, groups: 1_000 }).unwrap()
}

fn main() {
    let [format, rows, kind] = [1, 2, 3].map(|at| std::env::args().nth(at));
    let rows = rows.map_or(1_000_000, |rows| rows.parse().unwrap());
    let report =
        Report { is_json: format.as_deref() == Some("json"), is_history: kind.as_deref() == Some("history"), rows };
    let written = || Written { report, next: 0, bytes: HEADER.len() as u64, left: Cursor::new(Vec::new()) };

    let start = Instant::now();
    let bytes = io::copy(&mut written(), &mut io::sink()).unwrap();
    let writing = start.elapsed();

    let start = Instant::now();
    let found = match report.is_json {
        true => reduce(JsonRows::new(BufReader::with_capacity(65_536, written()), MAX_ROW).unwrap()),
        false => {
            let text = Cursor::new(HEADER).chain(written());
            reduce(CsvRows::new(BufReader::with_capacity(65_536, text), MAX_ROW).unwrap())
        }
    };
    let took = start.elapsed();
    println!("{} rows, {bytes} bytes, {} subjects, {} expire", found.rows, found.subjects, found.expiring.len());
    println!("{took:.2?}, of which writing it takes {writing:.2?}; peak memory {}", memory("VmHWM"));
}
