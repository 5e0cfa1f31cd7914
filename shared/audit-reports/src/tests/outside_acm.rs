use super::reports::{CSV, HEADER, at, csv};
use crate::{ACM, Count, Limits, OutsideAcm, Refused, Requester, Revocation, Row, RowError, outside_acm};

const NOW: &str = "2026-11-01T00:00:00Z";
const LIMITS: Limits = Limits { subjects: 100, expiring: 10, groups: 10 };

/// A certificate with this ARN and subject that expires on this day of November 2026.
fn row(arn: &str, subject: &str, day: u8) -> Row {
    Row {
        subject: subject.into(),
        certificate_arn: arn.into(),
        not_after: at(&format!("2026-11-{day:02}T00:00:00Z")),
        revocation: None,
        service: None,
        ..csv([HEADER, CSV].concat()).unwrap().remove(0)
    }
}

fn of_acm(row: Row) -> Row {
    Row { service: Some(ACM.into()), ..row }
}

fn revoked(row: Row) -> Row {
    Row { revocation: Some(Revocation { at: at(NOW), reason: None }), ..row }
}

fn reduce(rows: &[Row], limits: Limits) -> Result<OutsideAcm, Refused> {
    outside_acm(rows.iter().cloned().map(Ok), at(NOW), 10, limits)
}

/// The ARNs of what expires, whatever the order of the rows.
fn expiring(rows: &[Row]) -> Vec<String> {
    let found = |rows: &[Row]| {
        let found = reduce(rows, LIMITS).unwrap();
        found.expiring.into_iter().map(|row| row.certificate_arn).collect::<Vec<_>>()
    };
    let reversed: Vec<Row> = rows.iter().rev().cloned().collect();
    assert_eq!(found(rows), found(&reversed));
    found(rows)
}

#[test]
fn a_certificate_without_a_successor_expires() {
    let (old, young) = (row("old", "CN=a", 5), row("young", "CN=a", 20));
    for (rows, expected) in [
        (vec![old.clone()], &["old"][..]),
        (vec![young.clone()], &[]),
        // On the window's last moment, and after it.
        (vec![row("last", "CN=a", 11), row("later", "CN=b", 12)], &["last"]),
        // Today, and before.
        (
            vec![row("now", "CN=a", 1), Row { not_after: at("2026-10-31T23:59:59Z"), ..row("gone", "CN=b", 1) }],
            &["now"],
        ),
        (vec![old.clone(), young.clone()], &[]),
        (vec![old.clone(), of_acm(young.clone())], &[]),
        (vec![old.clone(), revoked(young.clone())], &["old"]),
        (vec![old.clone(), row("other", "CN=b", 20)], &["old"]),
        (vec![revoked(old.clone())], &[]),
        (vec![of_acm(old.clone())], &[]),
        // The successor expires soon itself: it is the one that needs one.
        (vec![old.clone(), row("next", "CN=a", 6)], &["next"]),
        (vec![old.clone(), of_acm(row("next", "CN=a", 6))], &[]),
        (vec![of_acm(old.clone()), row("next", "CN=a", 6)], &["next"]),
        (vec![row("b", "CN=b", 7), row("c", "CN=c", 6), row("a", "CN=a", 7)], &["c", "a", "b"]),
        // Certificates without a subject are nobody's successors.
        (vec![row("old", "", 5), row("young", "", 20), row("same", "", 5)], &["old", "same"]),
    ] {
        assert_eq!(expiring(&rows), expected, "{rows:#?}");
    }
}

#[test]
fn of_two_with_the_same_expiry_the_later_one_is_the_successor() {
    let first = row("first", "CN=a", 5);
    let second = Row { issued_at: at("2020-03-03T00:00:00Z"), ..row("second", "CN=a", 5) };
    assert_eq!(expiring(&[first, second]), ["second"]);
}

#[test]
fn certificates_are_counted_by_requester_and_template() {
    let other = Row { account: "2".into(), template_arn: None, ..of_acm(row("c", "CN=c", 20)) };
    let rows = [row("a", "CN=a", 5), revoked(row("b", "CN=b", 5)), other];
    let found = reduce(&rows, LIMITS).unwrap();
    let requester = |account: &str, service: Option<&str>| Requester {
        account: account.into(),
        service: service.map(str::to_owned),
    };
    let (two, one) = (Count { issued: 2, usable: 1 }, Count { issued: 1, usable: 1 });
    assert_eq!(found.requesters, [(requester("123456789012", None), two), (requester("2", Some(ACM)), one)].into());
    let template = "arn:aws:acm-pca:::template/EndEntityCertificate/V1";
    assert_eq!(found.templates, [(String::new(), one), (template.to_owned(), two)].into());
    assert_eq!((found.rows, found.subjects), (3, 2));
}

#[test]
fn a_report_with_too_much_to_keep_is_refused() {
    let rows = [row("a", "CN=a", 5), of_acm(row("b", "CN=b", 5)), row("c", "CN=c", 20)];
    let other = Row { account: "2".into(), ..row("a", "CN=a", 5) };
    assert!(reduce(&rows, Limits { subjects: 3, expiring: 1, groups: 2 }).is_ok());
    for (rows, limits, expected) in [
        (&rows[..], Limits { subjects: 2, ..LIMITS }, "have more than the 2 subjects allowed"),
        (&rows[..1], Limits { expiring: 0, ..LIMITS }, "more than the 0 certificates allowed expire"),
        (&[rows[0].clone(), other], Limits { groups: 1, ..LIMITS }, "more than the 1 requesters or templates allowed"),
    ] {
        let found = reduce(rows, limits).unwrap_err().to_string();
        assert!(found.contains(expected), "{found}");
    }
    // What has a successor is not kept.
    let rows: Vec<Row> = (2..=20).map(|day| row("a", "CN=a", day)).collect();
    assert!(reduce(&rows, Limits { subjects: 1, expiring: 1, groups: 2 }).is_ok());
}

#[test]
fn a_row_that_cannot_be_read_is_not_skipped() {
    let rows = [Ok(row("a", "CN=a", 5)), Err(RowError::Truncated(1))];
    let found = outside_acm(rows, at(NOW), 10, LIMITS).unwrap_err();
    assert!(matches!(found, Refused::Row(RowError::Truncated(1))));
}
