//! The line that a complaint is about, with a caret under what is meant. Control characters are escaped, and a long line is
//! cut around the caret: what a file says must not act on a terminal.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

/// Columns of a line that are shown.
const WIDTH: usize = 72;
/// Of a longer one, columns before the caret that are kept.
const BEFORE: usize = 24;

/// A line of a file and what of it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The line's number, from 1.
    pub line: usize,
    /// Where in the line it begins, in characters from 1.
    pub column: usize,
    /// What is shown of the line.
    shown: String,
    /// Columns before the caret, and of it.
    caret: (usize, usize),
}

impl Excerpt {
    /// The line of a text in which a span of bytes begins. A span that ends in a later line is marked to the line's end.
    pub(super) fn of(text: &str, span: Range<usize>) -> Excerpt {
        let floor = |at: usize| {
            let at = at.min(text.len());
            (0..=at)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(0)
        };
        let start = floor(span.start);
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let stop = floor(span.end).clamp(start, end);
        let before = escaped(&text[begin..start]);
        let meant = escaped(&text[start..stop]);
        let behind = escaped(text[stop..end].trim_end_matches('\r'));
        let column = 1 + text[begin..start].chars().count();
        let (before, kept) = match before.width() > BEFORE
            && before.width() + meant.width() + behind.width() > WIDTH
        {
            true => (format!("…{}", last(&before, BEFORE - 1)), BEFORE),
            false => (before.clone(), before.width()),
        };
        let whole = format!("{before}{meant}{behind}");
        let shown = match whole.width() > WIDTH {
            true => format!("{}…", first(&whole, WIDTH - 1)),
            false => whole,
        };
        let caret = meant.width().clamp(1, WIDTH.saturating_sub(kept).max(1));
        Excerpt {
            line: 1 + text[..start].matches('\n').count(),
            column,
            shown,
            caret: (before.width(), caret),
        }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let space = " ".repeat(number.len());
        let (before, wide) = self.caret;
        write!(
            f,
            "  {number} | {}\n  {space} | {}{}",
            self.shown.trim_end(),
            " ".repeat(before),
            "^".repeat(wide)
        )
    }
}

/// A tab as a blank; whatever else would act on a terminal or hide in it as its code.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        match c {
            '\t' => out.push(' '),
            c if hidden => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// The first characters that take so many columns at most.
fn first(text: &str, columns: usize) -> &str {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let fitting = ends.take_while(|end| text[..*end].width() <= columns);
    &text[..fitting.last().unwrap_or(0)]
}

/// The last characters that take exactly so many columns, filled up with blanks.
fn last(text: &str, columns: usize) -> String {
    let starts = text.char_indices().rev().map(|(at, _)| at);
    let fitting = starts.take_while(|start| text[*start..].width() <= columns);
    let kept = &text[fitting.last().unwrap_or(text.len())..];
    format!("{}{kept}", " ".repeat(columns - kept.width()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_what_is_meant() {
        let text = "[case]\n\tid = \"å\u{1b}31m\" # x\n";
        let at = text.find("\"å").unwrap_or(0);
        let excerpt = Excerpt::of(text, at..at + 8);
        assert_eq!((excerpt.line, excerpt.column), (2, 7));
        let shown = excerpt.to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "  2 |  id = \"å\\u{1b}31m\" # x");
        assert_eq!(lines[1].find('^'), lines[0].find('"'));
        assert!(!shown.contains('\u{1b}'));
    }

    #[test]
    fn no_span_of_any_text_breaks_it() {
        let text = format!("{}\r\nä€{}\n\n", "x".repeat(300), "学".repeat(200));
        for start in 0..text.len() + 3 {
            for length in [0, 1, 7, 500] {
                let shown = Excerpt::of(&text, start..start + length).to_string();
                assert_eq!(shown.lines().count(), 2, "{start}+{length}");
                assert!(shown.lines().all(|line| line.width() <= 84), "{shown}");
            }
        }
    }
}
