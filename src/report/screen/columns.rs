//! Columns of a terminal: how many a text takes, padding, cutting, breaking at blanks. Texts are escaped before.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// At most so many columns; what was cut off shows as `…`.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (mut kept, mut taken) = (String::new(), 0);
    for c in text.chars() {
        let own = c.width().unwrap_or(0);
        if taken + own + 1 > columns {
            break;
        }
        kept.push(c);
        taken += own;
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// Blanks behind it up to so many columns.
pub(crate) fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Lines of so many columns, broken at blanks; a word that is longer than a line stands on one of its own.
pub(crate) fn fold(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines
            .last_mut()
            .filter(|line| line.is_empty() || width(line) + 1 + width(word) <= columns);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}
