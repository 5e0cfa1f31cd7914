//! Names and tags that others wrote.

use inventory::{Kind, Owner, OwnerSource, Reading};
use proptest::prelude::*;

use super::formats::csv;
use crate::model::Report;
use crate::sample::{self, PLACE, entry};
use crate::{ReportSettings, metric_values, reduce};

fn hostile() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "<script>alert(1)</script>",
        "=HYPERLINK(\"http://evil.example\",\"x\")",
        "+1+1",
        "-1",
        "@SUM(A1:A9)",
        "\t=1",
        "\r\n=1",
        "\u{ff1d}1",
        "\u{202e}moc.elpmaxe\u{202c}",
        "a\r\nb",
        "\";rm -rf ~;'",
        "$(reboot)`reboot`",
        "\"quoted\", and, commas",
        "\u{0}\u{1b}[31m",
    ]);
    prop_oneof![known.prop_map(str::to_owned), ".{0,40}", "[=+@,\"'\\-\\t\\r\\n]{0,6}.{0,10}"]
}

fn report(name: &str, other: &str) -> Report {
    let mut one = entry(Kind::AmazonIssued, "one", name, 20);
    one.names = vec![name.to_owned(), other.to_owned()];
    one.tags = Reading::Known { value: [(name.to_owned(), other.to_owned())].into(), as_of: sample::at(0, -1) };
    one.owner = Reading::Known {
        value: Some(Owner { name: other.to_owned(), source: OwnerSource::CertificateTag }),
        as_of: sample::at(0, -1),
    };
    one.purpose = Some(name.to_owned());
    for usage in &mut one.uses {
        (usage.label, usage.resource) = (name.to_owned(), other.to_owned());
    }
    one.status = if name.len().is_multiple_of(2) { "ISSUED" } else { "PENDING_VALIDATION" }.into();
    let mut iam = entry(Kind::IamServer, "two", name, 10);
    iam.tags = Reading::Known {
        value: [("acm-autopilot:renew-from".to_owned(), other.to_owned())].into(),
        as_of: sample::at(0, -1),
    };
    let imported = inventory::Entry {
        kind: Kind::Imported,
        arn: one.arn.replace("/one", "/three"),
        tags: iam.tags.clone(),
        ..one.clone()
    };
    let shard = sample::shard(sample::account(PLACE.0, name, &[]), PLACE.1, &[], vec![one, iam, imported]);
    reduce(vec![Ok(shard)], &ReportSettings::default(), None, sample::now())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_cell_is_a_formula_and_no_text_forges_a_line(name in hostile(), other in hostile()) {
        let report = report(&name, &other);
        let lines = csv(&report);
        prop_assert_eq!(lines.len(), 1 + report.rows.len() + report.gaps.len());
        for cell in lines.iter().flatten() {
            prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']), "{}", cell);
            prop_assert!(!cell.contains(|c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{:?}", cell);
        }
        prop_assert!(lines.iter().all(|line| line.len() == lines[0].len()));
    }

    #[test]
    fn texts_and_commands_are_of_one_visible_line(name in hostile(), other in hostile()) {
        let report = report(&name, &other);
        for row in &report.rows {
            let texts = [&row.renewal.why, &row.use_verdict.why, &row.readiness.why].into_iter()
                .chain(row.findings.iter().map(|finding| &finding.text))
                .chain(row.rules.iter().map(|rule| &rule.why))
                .chain(row.steps.iter().flat_map(|step| std::iter::once(&step.text).chain(&step.command)));
            for text in texts {
                let is_hidden = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
                prop_assert!(!text.contains(is_hidden), "{:?}", text);
            }
            for command in row.steps.iter().filter_map(|step| step.command.as_deref()) {
                prop_assert!(is_one_command(command), "{}", command);
            }
        }
        for value in metric_values(&report) {
            prop_assert!(value.owner.iter().all(|owner| !owner.is_empty() && owner.chars().all(|c| (' '..='~').contains(&c))));
        }
    }
}

/// Whether a shell finds nothing to expand or to separate outside of single quotes.
fn is_one_command(command: &str) -> bool {
    let mut quoted = false;
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('\'', _) => quoted = !quoted,
            ('\\', false) => drop(chars.next()),
            (_, true) => {}
            (c, false) if c.is_ascii_alphanumeric() || " -_./:=,@%+".contains(c) => {}
            _ => return false,
        }
    }
    !quoted
}
