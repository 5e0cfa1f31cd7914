use std::io::{BufReader, Cursor, Read};

use super::reports::{CSV, HEADER, JSON, MAX, csv, json};
use crate::{CsvRows, JsonRows, Row, RowError};

fn text(result: Result<Vec<Row>, RowError>) -> String {
    result.unwrap_err().to_string()
}

/// The error of a report in CSV whose only row has these fields.
fn row(fields: &[u8]) -> String {
    text(csv([HEADER.as_bytes(), fields].concat()))
}

#[test]
fn what_is_no_report_is_named() {
    for header in ["", "\n", "<html>\n", "[]", "awsAccountId\n"] {
        let column = if header.starts_with("aws") { "requestedByServicePrincipal" } else { "awsAccountId" };
        assert_eq!(text(csv(header)), format!("not an audit report in CSV: its header has no column {column}"));
    }
    for other in ["", " ", "{}", HEADER] {
        assert_eq!(text(json(other)), "not an audit report in JSON: it is not an array");
    }
    assert_eq!(text(csv("\"awsAccountId")), "the audit report ends early, after 0 rows");
    assert_eq!(text(csv("a\"\n\"\n")), "row 0 of the audit report is malformed: a field is quoted in part only");
}

#[test]
fn every_wrong_field_in_csv_is_named() {
    const TIMES: &str = "2020-03-02T21:43:57+0000,2020-04-07T22:43:57+0000,2020-03-02T21:43:57+0000";
    let with_times = |times: &str| row(format!("1,,arn,0a,CN=a,{times},,,t\n").as_bytes());
    for (found, expected) in [
        (row(b"\n"), "it has 1 columns, the header 11".to_owned()),
        (row(b"1,,arn\n"), "it has 3 columns, the header 11".to_owned()),
        (row(format!("1,,arn,0a,CN=a,OU=b,{TIMES},,,t\n").as_bytes()), "it has 12 columns, the header 11".into()),
        (row(format!(",,arn,0a,CN=a,{TIMES},,,t\n").as_bytes()), "it has no awsAccountId".into()),
        (row(format!("1,,,0a,CN=a,{TIMES},,,t\n").as_bytes()), "it has no certificateArn".into()),
        (row(format!("1,,arn,,CN=a,{TIMES},,,t\n").as_bytes()), "it has no serial".into()),
        (
            row(format!("1,,arn,gremlin,CN=a,{TIMES},,,t\n").as_bytes()),
            "its serial is not hexadecimal: \"gremlin\"".into(),
        ),
        (row(format!("1,,arn,0a,C\"N\",{TIMES},,,t\n").as_bytes()), "a field is quoted in part only".into()),
        (row(format!("1,,arn,0a,\"C\"N,{TIMES},,,t\n").as_bytes()), "a field is quoted in part only".into()),
        (row(&[b"1,,arn,0a,CN=\xff,", TIMES.as_bytes(), b",,,t\n"].concat()), "it is not UTF-8".into()),
        // Two halves of a character in two fields.
        (row(&[b"\xc3,\xbc,arn,0a,CN=a,", TIMES.as_bytes(), b",,,t\n"].concat()), "it is not UTF-8".into()),
        (with_times(&TIMES.replace("2020-03-02T21:43:57+0000,2", ",2")), "it has no notBefore".into()),
        (
            with_times(&TIMES.replace("04-07", "04-31")),
            "its notAfter is not a time: \"2020-04-31T22:43:57+0000\"".into(),
        ),
        (with_times(&TIMES.replace("+0000", "Z")), "its notBefore is not a time: \"2020-03-02T21:43:57Z\"".into()),
        (
            with_times(&TIMES.replace("2020-04", &"x".repeat(100))),
            format!("its notAfter is not a time: \"{}\"", "x".repeat(64)),
        ),
        (row(format!("1,,arn,0a,CN=a,{TIMES},never,,t\n").as_bytes()), "its revokedAt is not a time: \"never\"".into()),
    ] {
        assert_eq!(found, format!("row 1 of the audit report is malformed: {expected}"));
    }
}

#[test]
fn every_wrong_row_in_json_is_named() {
    let object = JSON.split_once('{').unwrap().1.split_once('}').unwrap().0;
    let object = format!("{{{object}}}");
    for (report, row, expected) in [
        (format!("[{object}{object}]"), 2, "not JSON: unexpected '{' between rows"),
        (format!("[,{object}]"), 1, "not JSON: unexpected ',' between rows"),
        (format!("[{object},]"), 2, "not JSON: unexpected ']' between rows"),
        (format!("[{object}] x"), 2, "not JSON: unexpected 'x' between rows"),
        ("[1]".into(), 1, "not JSON: unexpected '1' between rows"),
        ("[{}]".into(), 1, "it has no serial"),
        ("[{]}]".into(), 1, "not JSON: key must be a string at line 1 column 2"),
        (
            object.replace("\"123456789012\"", "1").replacen('{', "[{", 1) + "]",
            1,
            "not JSON: invalid type: integer `1`",
        ),
        (object.replace("0000", "00").replacen('{', "[{", 1) + "]", 1, "its notBefore is not a time"),
    ] {
        let found = text(json(&report));
        let expected = format!("row {row} of the audit report is malformed: {expected}");
        assert!(found.starts_with(&expected), "{found}\n{expected}");
    }
}

/// In CSV, this is noticed but for the end of the last column.
#[test]
fn a_report_that_ends_early_is_no_report() {
    let whole = [HEADER, CSV].concat();
    let last_column = "EndEntityCertificate/V1".len() + "arn:aws:acm-pca:::template/".len() + 1;
    for end in 0..whole.len() - last_column {
        let rows = csv(&whole[..end]);
        let complete = whole[..end].lines().count().saturating_sub(1);
        let is_between_rows = end == HEADER.len() || end == HEADER.len() - 1;
        let is_in_last_column = rows.as_ref().is_ok_and(|rows| rows.len() == complete);
        assert!(rows.is_err() || is_between_rows || is_in_last_column, "{end}");
    }
    let json_end = JSON.trim_end().len();
    for end in 1..json_end {
        assert!(matches!(json(&JSON[..end]), Err(RowError::Truncated(_))), "{end}");
    }
    assert_eq!(text(json(&JSON[..json_end - 3])), "the audit report ends early, after 1 rows");
}

/// The source never ends, so that a reader that kept what it reads would not return.
#[test]
fn endless_rows_are_refused() {
    let endless = |start: &str, byte| BufReader::new(Cursor::new(start.to_owned()).chain(std::io::repeat(byte)));
    let csv = |start: &str, byte| CsvRows::new(endless(start, byte), MAX)?.collect::<Result<Vec<_>, _>>();
    let json = |start: &str, byte| JsonRows::new(endless(start, byte), MAX)?.collect::<Result<Vec<_>, _>>();
    for (found, row) in [
        (csv("", b'a'), 0),
        (csv("\"", b'\n'), 0),
        (csv(HEADER, b'a'), 1),
        (csv(&[HEADER, CSV, "\""].concat(), b'\n'), 3),
        (csv(HEADER, b','), 1),
        (json("[{", b'a'), 1),
        (json("[{\"", b'}'), 1),
        (json("[", b'{'), 1),
    ] {
        let found = found.unwrap_err();
        assert!(matches!(found, RowError::TooLong { row: at, limit: MAX } if at == row), "{row}: {found}");
    }
    assert_eq!(text(csv(HEADER, b'a')), "row 1 of the audit report is longer than the 2000 bytes allowed");
}

#[test]
fn after_an_error_there_are_no_more_rows() {
    let report = [HEADER, "1\n", CSV].concat();
    let mut rows = CsvRows::new(report.as_bytes(), MAX).unwrap();
    assert!(rows.next().unwrap().is_err() && rows.next().is_none());
    let report = JSON.replacen('{', "1,{", 1);
    let mut rows = JsonRows::new(report.as_bytes(), MAX).unwrap();
    assert!(rows.next().unwrap().is_err() && rows.next().is_none());
}

#[test]
fn a_source_that_fails_is_not_a_malformed_report() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("reset"))
        }
    }
    let start = || BufReader::new(HEADER.as_bytes().chain(Failing));
    let rows = CsvRows::new(start(), MAX).unwrap().collect::<Result<Vec<_>, _>>();
    assert_eq!(text(rows), "the audit report could not be read: reset");
}
