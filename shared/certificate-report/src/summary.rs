//! What the terminal shows of a report.

use inventory_report::{Gap, Missing, Renewer, Report, Row, Use};
use notices::foreign_up_to;

use crate::table::table;
use crate::verdict::Verdict;

/// Certificates that are shown.
const MOST: usize = 10;
/// What a sentence about a gap may have.
const LONGEST: usize = 300;

/// First what could not be read, then the numbers, then what is most urgent.
pub(crate) fn text(report: &Report) -> String {
    format!("{}{}\n{}", gaps(report), numbers(report), urgent(report))
}

fn gaps(report: &Report) -> String {
    if report.gaps.is_empty() {
        return String::new();
    }
    let lines: String =
        report.gaps.iter().map(|gap| format!("  {}\n", foreign_up_to(&gap_line(gap), LONGEST))).collect();
    format!("Could not be read, so what follows is not complete:\n{lines}\n")
}

fn gap_line(gap: &Gap) -> String {
    let rows = gap.rows.map_or_else(String::new, |rows| format!(" of {rows}"));
    let place = match gap.targets.as_slice() {
        [only] => only.clone(),
        targets => format!("{} accounts and Regions", targets.len()),
    };
    format!("{}{rows}, in {place}: {} ({})", missing(gap.what), gap.why.action, gap.why.code)
}

const fn missing(what: Missing) -> &'static str {
    match what {
        Missing::Shard => "everything",
        Missing::List(_) => "a list",
        Missing::Identity => "issuer and serial",
        Missing::Tags => "tags",
        Missing::Description => "use and validation",
        Missing::Chain => "chain",
        Missing::Owner => "owner",
    }
}

fn numbers(report: &Report) -> String {
    let totals = &report.totals;
    let at_least = if report.gaps.is_empty() { "" } else { "at least " };
    let soonest = totals.nearest_expiry_days.map_or_else(String::new, |days| format!(", the first in {days} days"));
    let mut text = format!("{at_least}{} certificates, CAs and ACME endpoints\n", totals.entries);
    for (number, unknown, what) in [
        (totals.expired, 0, "expired".to_owned()),
        (totals.expired_in_use, 0, "expired and in use".to_owned()),
        (totals.expiring, 0, format!("expire within 30 days{soonest}")),
        (totals.expiring_unhandled, totals.expiring_unknown, "of these, nothing renews".to_owned()),
        (totals.not_ready, totals.readiness_unknown, "not ready for lifetimes of 47 days".to_owned()),
        (totals.unused, totals.use_unknown, "unused".to_owned()),
        (totals.without_owner, 0, "without an owner".to_owned()),
    ] {
        let unknown = if unknown > 0 { format!(" ({unknown} not known)") } else { String::new() };
        text += &format!("{number:>7}  {what}{unknown}\n");
    }
    text
}

fn urgent(report: &Report) -> String {
    let rows: Vec<_> = report.rows.iter().filter(|row| matters(row)).take(MOST).map(cells).collect();
    if rows.is_empty() {
        return "Nothing that was read has an expiry ahead.\n".to_owned();
    }
    table([("DAYS", 6), ("NAME", 40), ("ACCOUNT/REGION", 30), ("RENEWED BY", 16), ("USE", 11), ("OWNER", 30)], &rows)
}

/// What is valid, and what has expired and may still be used.
fn matters(row: &Row) -> bool {
    let is_used = row.use_verdict.verdict != Use::Unused;
    let is_over = row.renewal.who == Renewer::NotNeeded;
    row.days_left.is_some_and(|days| !is_over || (days < 0 && is_used && row.entry.status != "REVOKED"))
}

fn cells(row: &Row) -> [String; 6] {
    let owner = row.entry.owner.known().map(|owner| owner.as_ref().map_or("-", |owner| owner.name.as_str()));
    [
        row.days_left.unwrap_or_default().to_string(),
        row.entry.name.clone(),
        format!("{}/{}", row.account.id, row.region),
        renewer(row.renewal.who).to_owned(),
        in_use(row.use_verdict.verdict).to_owned(),
        owner.unwrap_or("not known").to_owned(),
    ]
}

const fn renewer(who: Renewer) -> &'static str {
    match who {
        Renewer::Acm => "ACM",
        Renewer::Autopilot => "imported-renewal",
        Renewer::AcmeClient => "ACME client",
        Renewer::Person => "a person",
        Renewer::Nobody => "nobody",
        Renewer::Unknown => "not known",
        Renewer::NotNeeded => "-",
    }
}

const fn in_use(verdict: Use) -> &'static str {
    match verdict {
        Use::InUse => "in use",
        Use::OutsideAws => "outside AWS",
        Use::Unused => "unused",
        Use::Unknown => "not known",
        Use::NotApplicable => "-",
    }
}

/// What `--fail-on` came to.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    let line = |(what, text): (&str, &String)| format!("{what}: {text}\n");
    let applies = verdict.applies.iter().map(|text| ("--fail-on applies", text));
    let undecided = verdict.undecided.iter().map(|text| ("--fail-on cannot be decided", text));
    applies.chain(undecided).map(line).collect()
}
