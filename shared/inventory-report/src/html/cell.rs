//! One value as people read it.

use inventory::{Reading, Unreadable};
use jiff::Timestamp;

/// Longer text says nothing more to a reader.
const LONGEST: usize = 1_000;

/// What a value means. Words say so too: colour is never the only sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Good,
    Attention,
    Bad,
    Unread,
}

impl Tone {
    /// Its class in the style sheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Bad => "bad",
            Self::Unread => "unread",
        }
    }
}

/// A value with its meaning and what else is said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) tone: Tone,
    /// Empty where nothing else is to be said.
    pub(crate) note: String,
}

impl Cell {
    pub(crate) fn new(text: &str, tone: Tone) -> Self {
        Self { text: clean(text), tone, note: String::new() }
    }

    pub(crate) fn plain(text: &str) -> Self {
        Self::new(text, Tone::Plain)
    }

    pub(crate) fn unread(unreadable: &Unreadable) -> Self {
        Self::new(&format!("not read: {} ({})", unreadable.code, unreadable.action), Tone::Unread)
            .with_note(&unreadable.explanation)
    }

    pub(crate) fn not_asked() -> Self {
        Self::new("not read: not asked yet", Tone::Unread)
            .with_note("This look-up is switched off, or the pass that reads it has not come so far.")
    }

    pub(crate) fn with_note(mut self, note: &str) -> Self {
        self.note = clean(note);
        self
    }

    /// What is known, in the words of `show`, or why it is not.
    pub(crate) fn of<T>(reading: &Reading<T>, show: impl FnOnce(&T) -> Self) -> Self {
        match reading {
            Reading::Known { value, .. } => show(value),
            Reading::Unreadable(unreadable) => Self::unread(unreadable),
            Reading::NotAsked => Self::not_asked(),
        }
    }
}

/// Text that others wrote, without characters that cannot be seen, among them those that turn the direction of text.
pub(crate) fn clean(text: &str) -> String {
    let line = notices::one_line(text);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// A command in full. It may have several lines.
pub(crate) fn clean_command(command: &str) -> String {
    command.lines().map(notices::one_line).collect::<Vec<_>>().join("\n")
}

pub(crate) fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

pub(crate) fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_a_blank_and_a_command_keeps_its_lines() {
        assert_eq!(clean("a\u{202e}b\u{2028}c\nd"), "a b c d");
        assert_eq!(clean_command("aws acm \\\n  list\u{202e}"), "aws acm \\\n  list ");
        assert_eq!(clean(&"é".repeat(1_001)).chars().count(), 1_003);
    }

    #[test]
    fn what_was_not_read_says_why() {
        let unreadable = Unreadable {
            code: "AccessDeniedException".to_owned(),
            action: "tag:GetResources".to_owned(),
            explanation: "Allow it.".to_owned(),
        };
        let cell = Cell::of(&Reading::<u8>::Unreadable(unreadable), |_| Cell::default());
        assert_eq!(
            (cell.text.as_str(), cell.tone, cell.note.as_str()),
            ("not read: AccessDeniedException (tag:GetResources)", Tone::Unread, "Allow it.")
        );
        assert_eq!(Cell::of(&Reading::<u8>::NotAsked, |_| Cell::default()).tone, Tone::Unread);
    }
}
