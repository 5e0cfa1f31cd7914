//! The rows as JSON for the script: each text once, so that ten thousand rows stay small.

use std::collections::HashMap;

use super::cell::{Cell, Tone};
use super::row::RowView;
use super::story::{Section, Style};

/// Stands for the row's own ARN, which is in many of its texts. Texts have no control characters.
const ARN: &str = "\u{1}";

/// JSON values, each once, named by their position.
#[derive(Default)]
struct Pool {
    positions: HashMap<String, usize>,
    json: String,
}

impl Pool {
    fn position(&mut self, value: String) -> usize {
        if let Some(position) = self.positions.get(&value) {
            return *position;
        }
        let position = self.positions.len();
        if position > 0 {
            self.json.push(',');
        }
        self.json.push_str(&value);
        self.positions.insert(value, position);
        position
    }
}

/// Collects rows until they are too large.
#[derive(Default)]
pub(crate) struct Data {
    texts: Pool,
    cells: Pool,
    items: Pool,
    rows: String,
    count: usize,
}

impl Data {
    /// Bytes so far.
    pub(crate) fn bytes(&self) -> usize {
        self.texts.json.len() + self.cells.json.len() + self.items.json.len() + self.rows.len()
    }

    /// Rows so far.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn add(&mut self, row: &RowView) {
        let cells: Vec<String> = row.cells().into_iter().map(|cell| self.cell(cell, &row.arn).to_string()).collect();
        let story: Vec<String> = row.story.iter().map(|section| self.section(section, &row.arn)).collect();
        let days = row.days.map_or_else(|| "null".to_owned(), |days| days.to_string());
        let parts = [
            quoted(&row.arn),
            quoted(&row.name.replace(&row.arn, ARN)),
            self.text(&row.about, &row.arn).to_string(),
            days,
            self.cell(&row.expires, &row.arn).to_string(),
            row.flags.bits().to_string(),
            format!("[{}]", story.join(",")),
            cells.join(","),
        ];
        let comma = if self.count == 0 { "" } else { "," };
        self.rows.push_str(&format!("{comma}[{}]", parts.join(",")));
        self.count += 1;
    }

    fn text(&mut self, text: &str, arn: &str) -> usize {
        let text = if arn.is_empty() { text.to_owned() } else { text.replace(arn, ARN) };
        self.texts.position(quoted(&text))
    }

    fn cell(&mut self, cell: &Cell, arn: &str) -> usize {
        let text = self.text(&cell.text, arn);
        let json = match (cell.note.as_str(), cell.tone) {
            ("", Tone::Plain) => text.to_string(),
            ("", tone) => format!("[{text},{}]", tone as u8),
            (note, tone) => format!("[{text},{},{}]", tone as u8, self.text(note, arn)),
        };
        self.cells.position(json)
    }

    fn section(&mut self, section: &Section, arn: &str) -> String {
        let items: Vec<String> = section
            .items
            .iter()
            .map(|item| {
                let json = format!("[{},{}]", self.text(&item.term, arn), self.cell(&item.value, arn));
                self.items.position(json).to_string()
            })
            .collect();
        let style = match section.style {
            Style::Facts => 0,
            Style::Lines => 1,
            Style::Steps => 2,
        };
        format!("[{},{style},{}]", self.text(section.title, arn), items.join(","))
    }

    /// The whole, fit for a `script` element: no `<`, so that nothing ends the element or starts a comment.
    pub(crate) fn into_json(self) -> String {
        format!(
            "{{\"texts\":[{}],\"cells\":[{}],\"items\":[{}],\"rows\":[{}]}}",
            self.texts.json, self.cells.json, self.items.json, self.rows
        )
    }
}

/// As a JSON string without the characters that mean something to HTML or end a line of JavaScript.
fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => json.push(c),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quoted_text_is_json_without_html(text in any::<String>()) {
            let json = quoted(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            let harmful = ['<', '>', '&', '\u{2028}', '\u{2029}', '\n'];
            prop_assert!(!json.contains(harmful));
        }
    }
}
