//! Text that others wrote, before it reaches an error, a log or a notice.

/// One line of at most `most` characters: whatever is not printable is a blank, and blanks in a row are one.
///
/// Besides control characters, those that change the direction or the look of what follows are left out (Unicode, 9.9 and
/// UTS 39): an error text must not be able to show something else than it says.
pub(crate) fn clean(text: &str, most: usize) -> String {
    let printable = |character: char| if is_hidden(character) { ' ' } else { character };
    let words: String = text.chars().take(4 * most).map(printable).collect();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

pub(crate) fn is_host_name(name: &str) -> bool {
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    name.len() <= 253 && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_of_printable_text() {
        assert_eq!(clean("one\r\n  two\u{1b}[31m\u{202e}three", 100), "one two [31m three");
        assert_eq!(clean(&"a".repeat(50), 10), format!("{}…", "a".repeat(9)));
        assert_eq!(clean("zehn Äpfel", 10), "zehn Äpfel");
    }
}
