use std::io::BufReader;

use jiff::Timestamp;
use x509::SerialNumber;

use super::reports::{CSV, HEADER, JSON, MAX, at, csv, json};
use crate::{CsvRows, JsonRows, Revocation, Row};

#[test]
fn the_example_is_read_in_both_formats() {
    let rows = csv([HEADER, CSV].concat()).unwrap();
    assert_eq!(json(JSON).unwrap(), rows);
    let [person, acm] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((person.account.as_str(), &person.service), ("123456789012", &None));
    assert_eq!(Some(&person.serial), SerialNumber::parse("112233445566778899aabbccddeeff").as_ref());
    assert!(person.subject.starts_with("2.5.4.5=#012345678901,2.5.4.44=#0a1b3c4d,CN=www.example1.com,OU=Sales,"));
    assert_eq!(person.not_before, at("2020-03-02T21:43:57Z"));
    assert_eq!((person.not_after, person.issued_at), (at("2020-04-07T22:43:57Z"), at("2020-03-02T22:43:58Z")));
    assert_eq!(person.template_arn.as_deref(), Some("arn:aws:acm-pca:::template/EndEntityCertificate/V1"));
    // A reason without a time is no revocation.
    assert_eq!(person.revocation, None);
    let reason = Some("KEY_COMPROMISE".into());
    assert_eq!(acm.revocation, Some(Revocation { at: at("2020-03-05T21:53:40Z"), reason }));
    assert!(acm.is_of_acm() && !person.is_of_acm());
}

#[test]
fn a_certificate_is_usable_until_it_expires() {
    let rows = csv([HEADER, CSV].concat()).unwrap();
    let usable = |row: &Row, now| row.is_usable(at(now));
    assert!(usable(&rows[0], "2020-04-07T22:43:57Z") && !usable(&rows[0], "2020-04-07T22:43:58Z"));
    assert!(!usable(&rows[1], "2020-03-03T00:00:00Z"));
}

#[test]
fn empty_reports_have_no_rows() {
    assert_eq!(csv(HEADER).unwrap(), []);
    for text in ["[]", " [ ] \n"] {
        assert_eq!(json(text).unwrap(), []);
    }
}

/// As the columns of a row with these, in the order of the header.
fn one(subject: &str, not_after: &str, last: &str) -> Row {
    let fields = "1,,arn,0a,SUBJECT,2020-03-02T21:43:57+0000,END,2020-03-02T21:43:57+0000,,,";
    let row = fields.replace("SUBJECT", subject).replace("END", not_after);
    csv([HEADER, &row, last].concat()).unwrap().remove(0)
}

#[test]
fn csv_is_read_however_it_is_quoted() {
    let end = "2020-04-07T22:43:57+0000";
    for (written, subject) in [
        ("", ""),
        ("\"\"", ""),
        ("CN=a", "CN=a"),
        ("\"CN=a,OU=b\"", "CN=a,OU=b"),
        ("\"CN=\"\"a\"\",OU=b\"", "CN=\"a\",OU=b"),
        ("\"CN=a\nb\"", "CN=a\nb"),
        ("\"\"\"\"", "\""),
        ("CN=Müller", "CN=Müller"),
    ] {
        assert_eq!(one(written, end, "template\r\n").subject, subject, "{written}");
    }
    assert_eq!(one("CN=Müller", end, "").template_arn, None);
    assert_eq!(one("CN=Müller", end, "t").template_arn.as_deref(), Some("t"));
}

#[test]
fn times_have_offsets_and_may_be_without_end() {
    for (text, time) in [
        ("2020-04-07T22:43:57+0000", at("2020-04-07T22:43:57Z")),
        ("2020-04-07T22:43:57-0130", at("2020-04-08T00:13:57Z")),
        ("9999-12-31T23:59:59+0000", Timestamp::MAX),
    ] {
        assert_eq!(one("", text, "").not_after, time, "{text}");
    }
}

#[test]
fn columns_are_found_by_name() {
    let header = "\u{feff}new,templateArn,revocationReason,revokedAt,issuedAt,notAfter,notBefore,subject,serial,\
                  certificateArn,requestedByServicePrincipal,awsAccountId\r\n";
    let row = "?,t,,,2020-03-02T21:43:57+0000,2020-04-07T22:43:57+0000,2020-03-02T21:43:57+0000,CN=a,0a,arn,,1\r\n";
    let row = csv([header, row].concat()).unwrap().remove(0);
    assert_eq!((row.account.as_str(), row.subject.as_str(), row.template_arn.as_deref()), ("1", "CN=a", Some("t")));
}

#[test]
fn json_is_read_however_it_is_written() {
    let row = r#"{"awsAccountId":"1","certificateArn":"a{\"}\\","serial":"0A","notBefore":"2020-03-02T21:43:57+0000",
        "notAfter":"2020-04-07T22:43:57+0000","issuedAt":"2020-03-02T21:43:57+0000","revokedAt":null,
        "subject":"CN=\u0061}","new":{"x":[{}]}}"#;
    let rows = json(format!("[{row} ,\n{row}]")).unwrap();
    assert_eq!(rows.len(), 2);
    let row = &rows[1];
    assert_eq!((row.certificate_arn.as_str(), row.subject.as_str(), &row.revocation), ("a{\"}\\", "CN=a}", &None));
}

/// Rows do not end where buffers do.
#[test]
fn small_buffers_change_nothing() {
    let text = [HEADER, CSV].concat();
    let expected = csv(&text).unwrap();
    for size in [1, 2, 3, 7, 64] {
        let rows = CsvRows::new(BufReader::with_capacity(size, text.as_bytes()), MAX).unwrap();
        assert_eq!(rows.collect::<Result<Vec<_>, _>>().unwrap(), expected);
        let rows = JsonRows::new(BufReader::with_capacity(size, JSON.as_bytes()), MAX).unwrap();
        assert_eq!(rows.collect::<Result<Vec<_>, _>>().unwrap(), expected);
    }
}
