//! The HTML page.

use inventory_report::{HtmlOptions, Report, Scope, Totals, write_html};
use proptest::prelude::*;

use crate::pages;

fn page(report: &Report, options: &HtmlOptions) -> String {
    let mut bytes = Vec::new();
    write_html(report, options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What the script gets.
fn data(page: &str) -> serde_json::Value {
    let (_, after) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

/// The number under a name of the report's JSON.
fn total(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("data-total=\"{name}\">")).unwrap_or_else(|| panic!("{name}"));
    after.split_once('<').unwrap().0.replace(',', "")
}

fn assert_totals(page: &str, totals: &Totals) {
    let serde_json::Value::Object(members) = serde_json::to_value(totals).unwrap() else { panic!() };
    for (name, number) in members {
        let expected = match (name.as_str(), number.as_i64()) {
            ("nearestExpiryDays", Some(0)) => "today".to_owned(),
            ("nearestExpiryDays", Some(1)) => "in 1 day".to_owned(),
            ("nearestExpiryDays", Some(days)) => format!("in {days} days"),
            ("nearestExpiryDays", None) => "none".to_owned(),
            (_, count) => count.unwrap().to_string(),
        };
        assert_eq!(total(page, &name), expected, "{name}");
    }
}

#[test]
fn the_numbers_are_those_of_the_report() {
    for report in [pages::report(300, true), pages::report(300, false), pages::report(0, false)] {
        assert_totals(&page(&report, &HtmlOptions::default()), &report.totals);
        let small = HtmlOptions { most_rows: 5, ..HtmlOptions::default() };
        assert_totals(&page(&report, &small), &report.totals);
    }
}

#[test]
fn the_numbers_of_an_owner_or_account_are_those_of_its_rows() {
    let report = pages::report(300, true);
    for owner in report.owners.keys() {
        let options = HtmlOptions { only: Some(Scope::Owner(owner.clone())), ..HtmlOptions::default() };
        assert_totals(&page(&report, &options), &report.owners[owner]);
    }
    let rows = report.rows.iter().filter(|row| row.account.id == "111122223310");
    let options = HtmlOptions { only: Some(Scope::Account("111122223310".into())), ..HtmlOptions::default() };
    let page = page(&report, &options);
    assert_totals(&page, &pages::totals(rows));
    assert!(!page.contains("111122223311"), "another account is on the page");
}

#[test]
fn what_is_not_in_the_page_is_said_with_where_it_is() {
    let report = pages::report(300, false);
    let options = HtmlOptions { most_rows: 120, all_rows_in: vec!["report.csv".into()], ..HtmlOptions::default() };
    let page = page(&report, &options);
    assert_eq!(data(&page)["rows"].as_array().unwrap().len(), 120);
    assert!(page.contains("the 120 entries that matter most; 180 more are counted"));
    assert!(page.contains("<code>report.csv</code>"));
}

#[test]
fn bytes_are_bounded_whatever_the_rows_are() {
    let long = "ä".repeat(900);
    let report = pages::of_rows((0..400).map(|index| pages::hostile(&format!("{long}{index}"))).collect(), Vec::new());
    let options = HtmlOptions { most_bytes: 500_000, ..HtmlOptions::default() };
    let shown = data(&page(&report, &options))["rows"].as_array().unwrap().len();
    assert!((1..400).contains(&shown), "{shown}");
}

#[test]
fn ten_thousand_rows_fit() {
    let page = page(&pages::report(10_000, true), &HtmlOptions::default());
    assert_eq!(data(&page)["rows"].as_array().unwrap().len(), 10_000);
    assert!(page.len() < 12_000_000, "{}", page.len());
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let page = page(&pages::report(40, true), &HtmlOptions::default());
    let html = page.split_once("<script type=\"application/json\"").unwrap().0;
    let addresses = html.match_indices("href=\"").chain(html.match_indices("src=\""));
    for (position, attribute) in addresses {
        assert!(html[position + attribute.len()..].starts_with('#'), "{}", &html[position..position + 60]);
    }
    for word in ["<link", "<img", "<iframe", "@import", "fetch(", "XMLHttpRequest", "url(http"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"), "{}", &page[..600]);
}

#[test]
fn what_was_not_read_is_said_first_and_with_its_reason() {
    let report = pages::report(60, true);
    let page = page(&report, &HtmlOptions::default());
    let position = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(position("Not everything could be read") < position("data-total=\"entries\""));
    for gap in &report.gaps {
        position(&format!("not read: {} ({})", gap.why.code, gap.why.action));
    }
    assert!(page.contains("not read: <a href=\"#gaps\">see why</a>"), "an account of which nothing was read");
    let complete = self::page(&pages::report(60, false), &HtmlOptions::default());
    assert!(complete.contains("Everything was read.") && !complete.contains("not read:"));
}

#[test]
fn only_this_program_s_own_texts_are_not_escaped() {
    let templates = [
        include_str!("../../templates/report.html"),
        include_str!("../../templates/head.html"),
        include_str!("../../templates/gaps.html"),
        include_str!("../../templates/numbers.html"),
        include_str!("../../templates/timeline.html"),
        include_str!("../../templates/rows.html"),
        include_str!("../../templates/cell.html"),
        include_str!("../../templates/group.html"),
        include_str!("../../templates/outlook.html"),
        include_str!("../../templates/changes.html"),
        include_str!("../../templates/rules.html"),
        include_str!("../../templates/groups.html"),
    ];
    let unescaped: Vec<&str> =
        templates.iter().flat_map(|text| text.split("{{").filter(|part| part.contains("safe }}"))).collect();
    let names: Vec<&str> = unescaped.iter().map(|part| part.split("}}").next().unwrap().trim()).collect();
    assert_eq!(names, ["style|safe", "early|safe", "data|safe", "script|safe"]);
}

/// Texts that could leave their place: markup with quotes, controls and what turns the direction of text.
fn attack() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("</script>".to_owned()),
        Just("<script>x".to_owned()),
        Just("<!--".to_owned()),
        Just("]]>".to_owned()),
        Just("\" onload=x ' ".to_owned()),
        Just("\u{202e}\u{2066}\u{2028}\u{200b}".to_owned()),
        Just("&lt;b&gt;".to_owned()),
        "[a-z\\PC]{0,9}".prop_map(|text| text),
    ];
    prop::collection::vec(part, 1..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn foreign_text_stays_text(text in attack()) {
        let harmless = page(&pages::of_rows(vec![pages::hostile("x")], Vec::new()), &HtmlOptions::default());
        let attacked = page(&pages::of_rows(vec![pages::hostile(&text)], Vec::new()), &HtmlOptions::default());
        for tag in ["<script", "</script", "<!--", "<svg", "<style", "<td", "<span"] {
            let count = |page: &str| page.matches(tag).count();
            // An owner or account without a visible name has no element for it.
            prop_assert!(count(&attacked).abs_diff(count(&harmless)) <= if tag == "<span" { 12 } else { 0 }, "{} {:?}", tag, text);
        }
        let controls = ['\u{202e}', '\u{2066}', '\u{2028}', '\u{200b}'];
        prop_assert!(!attacked.contains(controls));
        data(&attacked);
    }
}
