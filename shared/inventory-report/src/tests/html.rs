//! The page of the sample.

use crate::sample;
use crate::{HtmlOptions, write_html};

/// Every verdict, finding, gap and change has its place on the page.
#[test]
fn the_page_has_all_of_the_sample() {
    let report = sample::report();
    let mut bytes = Vec::new();
    write_html(&report, &HtmlOptions::default(), &mut bytes).unwrap();
    let page = String::from_utf8(bytes).unwrap();
    let escaped = |text: &str| {
        text.replace('&', "&#38;")
            .replace('<', "&#60;")
            .replace('>', "&#62;")
            .replace('\'', "&#39;")
            .replace('"', "&#34;")
    };
    for row in &report.rows {
        assert!(page.contains(&escaped(&row.entry.name)), "{}", row.entry.name);
        assert!(page.contains(&escaped(&row.renewal.why)), "{}", row.renewal.why);
        for finding in &row.findings {
            assert!(page.contains(&escaped(&finding.text)), "{}", finding.text);
        }
    }
    for gap in &report.gaps {
        assert!(page.contains(&format!("not read: {} ({})", gap.why.code, gap.why.action)), "{gap:?}");
    }
    for rule in &report.unevaluated_rules {
        assert!(page.contains(&rule.rule));
    }
    for change in report.changes.iter().flat_map(|changes| &changes.items) {
        assert!(page.contains(&escaped(&change.detail)), "{}", change.detail);
    }
}

/// The numbers of the page, the JSON and the metrics are the same.
#[test]
fn the_numbers_of_the_page_are_those_of_the_other_formats() {
    let report = sample::report();
    let mut bytes = Vec::new();
    write_html(&report, &HtmlOptions::default(), &mut bytes).unwrap();
    let page = String::from_utf8(bytes).unwrap();
    for (metric, name) in [
        ("ExpiringUnhandled", "expiringUnhandled"),
        ("ExpiredInUse", "expiredInUse"),
        ("NotReadyFor47Days", "notReady"),
    ] {
        let values = crate::metric_values(&report);
        let value = values.iter().find(|value| value.metric == metric && value.owner.is_none()).unwrap().value;
        assert!(page.contains(&format!("data-total=\"{name}\">{value}<")), "{name}: {value}");
    }
}
