//! Text in columns. Names are foreign text, of which some characters take two columns and some none.

use notices::foreign_up_to;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A column: its title, and how wide it may be.
pub(crate) type Column = (&'static str, usize);

/// Lines with a title each column, two blanks apart. Cells are made harmless and cut.
pub(crate) fn table<const N: usize>(columns: [Column; N], rows: &[[String; N]]) -> String {
    let titles = columns.map(|(title, _)| title.to_owned());
    let cells = rows.iter().map(|row| std::array::from_fn(|place| cell(&row[place], columns[place].1)));
    let lines: Vec<[String; N]> = std::iter::once(titles).chain(cells).collect();
    let widths: [usize; N] =
        std::array::from_fn(|place| lines.iter().map(|line| line[place].width()).max().unwrap_or(0));
    lines.iter().map(|line| format!("{}\n", padded(line, widths).trim_end())).collect()
}

fn padded<const N: usize>(line: &[String; N], widths: [usize; N]) -> String {
    let padded = line.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
    padded.collect::<Vec<_>>().join("  ")
}

/// In one line, without characters that cannot be seen, at most this wide.
fn cell(text: &str, widest: usize) -> String {
    let text = foreign_up_to(text, 4 * widest);
    if text.width() <= widest {
        return text;
    }
    let mut cut = String::new();
    for c in text.chars() {
        if cut.width() + c.width().unwrap_or(0) > widest - 1 {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_names_are() {
        let rows = [
            ["3", "shop.example.com"].map(str::to_owned),
            ["12", "点看.example\u{202e}\n"].map(str::to_owned),
            ["100", "a-very-long-name.example.com"].map(str::to_owned),
        ];
        let text = table([("DAYS", 5), ("NAME", 16)], &rows);
        assert_eq!(text, "DAYS  NAME\n3     shop.example.com\n12    点看.example\n100   a-very-long-nam…\n");
    }

    #[test]
    fn a_wide_character_is_not_cut_in_half() {
        assert_eq!(cell("点点点", 4), "点…");
        assert_eq!(cell("点点", 4), "点点");
    }
}
