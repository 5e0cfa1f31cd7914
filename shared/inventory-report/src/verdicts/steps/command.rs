//! A command of the AWS CLI, quoted for a POSIX shell.

use notices::foreign_up_to;

/// A command that is built word by word. With a word that has characters which cannot be seen there is none: what is
/// pasted has to be what was read.
#[derive(Debug)]
pub(super) struct Command<'a> {
    words: Vec<&'a str>,
}

impl<'a> Command<'a> {
    /// `aws` and these words.
    pub(super) fn new(words: &[&'static str]) -> Self {
        Self { words: std::iter::once("aws").chain(words.iter().copied()).collect() }
    }

    pub(super) fn option(mut self, name: &'static str, value: &'a str) -> Self {
        self.words.extend([name, value]);
        self
    }

    pub(super) fn word(mut self, word: &'a str) -> Self {
        self.words.push(word);
        self
    }

    /// The command in one line.
    pub(super) fn text(&self) -> Option<String> {
        let words: Option<Vec<String>> = self.words.iter().map(|word| quoted(word)).collect();
        words.map(|words| words.join(" "))
    }
}

fn quoted(word: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    // `://` is the only visible text that the sanitizer changes.
    let visible = foreign_up_to(&word.replace("://", ""), usize::MAX) == word.replace("://", "");
    if !visible || word.is_empty() {
        return None;
    }
    // A leading dash would be an option, except where we wrote it.
    let is_safe = word.chars().all(is_plain) && !word.starts_with('%');
    Some(if is_safe { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_change_is_quoted() {
        for (value, shown) in [
            ("arn:aws:acm:us-east-1:123456789012:certificate/a", "arn:aws:acm:us-east-1:123456789012:certificate/a"),
            ("*.example.com", "'*.example.com'"),
            ("it's; rm -rf ~ $(id) `id`", r"'it'\''s; rm -rf ~ $(id) `id`'"),
            ("fileb://x", "fileb://x"),
        ] {
            let command = Command::new(&["acm", "x"]).option("--name", value).text();
            assert_eq!(command.unwrap(), format!("aws acm x --name {shown}"));
        }
    }

    #[test]
    fn what_cannot_be_seen_is_in_no_command() {
        for value in ["a\nb", "a\u{202e}b", "", " a", "a\u{200b}", "a  b"] {
            assert_eq!(Command::new(&["acm", "x"]).option("--name", value).text(), None, "{value:?}");
        }
    }
}
