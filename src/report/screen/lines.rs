//! Lines of a screen: a head in the first columns, what it says beside it.

use super::super::cells::visible;
use super::columns::{fold, left, width};
use super::{Hue, Look};

/// Columns of the heads, where no longer one is said.
const HEAD: usize = 10;

/// A screen that is being written.
pub(crate) struct Lines {
    look: Look,
    /// Columns of the heads.
    head: usize,
    text: String,
}

impl Lines {
    /// Without a line.
    pub(crate) fn new(look: Look) -> Lines {
        Lines {
            look,
            head: HEAD,
            text: String::new(),
        }
    }

    /// With room for heads of so many columns.
    pub(crate) fn beside(self, longest: usize) -> Lines {
        Lines {
            // A head that fills its columns would run into what is said.
            head: match longest < HEAD {
                true => HEAD,
                false => longest + 2,
            },
            ..self
        }
    }

    /// Columns of the heads.
    pub(crate) fn head(&self) -> usize {
        self.head
    }

    /// A statement under a head, broken at blanks and never cut: whoever pipes a screen has nothing else.
    pub(crate) fn say(&mut self, head: &str, said: &str) {
        self.hued(head, Hue::Head, said);
    }

    /// The same with a head of another colour.
    pub(crate) fn hued(&mut self, head: &str, hue: Hue, said: &str) {
        let room = self.look.width.saturating_sub(self.head).max(20);
        for (index, line) in fold(&visible(said), room).iter().enumerate() {
            let head = if index == 0 { head } else { "" };
            self.row(head, hue, line);
        }
    }

    /// A line as it is, which may hold colours.
    pub(crate) fn row(&mut self, head: &str, hue: Hue, line: &str) {
        let blanks = match width(head) >= self.head {
            true => " ".to_owned(),
            false => " ".repeat(self.head - width(head)),
        };
        let line = format!("{}{blanks}{line}", self.look.paint(hue, head));
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A blank line.
    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// The text.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// A cell of a table.
pub(crate) struct Cell {
    text: String,
    numeric: bool,
    hue: Option<Hue>,
}

impl Cell {
    /// Text, to the left.
    pub(crate) fn text(text: impl Into<String>) -> Cell {
        Cell {
            text: visible(&text.into()),
            numeric: false,
            hue: None,
        }
    }

    /// A number, to the right.
    pub(crate) fn number(text: impl Into<String>) -> Cell {
        Cell {
            numeric: true,
            ..Cell::text(text)
        }
    }

    /// In a colour.
    pub(crate) fn hued(self, hue: Hue) -> Cell {
        Cell {
            hue: Some(hue),
            ..self
        }
    }
}

/// Rows whose cells stand under each other, a blank between them; the last column is not padded.
pub(crate) fn aligned(look: &Look, rows: &[Vec<Cell>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| width(&cell.text)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let line = |row: &Vec<Cell>| {
        let mut line = String::new();
        for (index, cell) in row.iter().enumerate() {
            let pad = widths[index].saturating_sub(width(&cell.text));
            let (before, behind) = match cell.numeric {
                true => (pad, 0),
                false if index + 1 == row.len() => (0, 0),
                false => (0, pad),
            };
            if index > 0 {
                line.push(' ');
            }
            line.push_str(&left("", before));
            match cell.hue {
                Some(hue) => line.push_str(&look.paint(hue, &cell.text)),
                None => line.push_str(&cell.text),
            }
            line.push_str(&left("", behind));
        }
        line
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_line_up() {
        let rows = vec![
            vec![Cell::text("skola"), Cell::number("7"), Cell::text("x")],
            vec![Cell::text("学校"), Cell::number("1,234"), Cell::text("x")],
        ];
        let lines = aligned(&Look::default(), &rows);
        assert_eq!(lines, ["skola     7 x", "学校  1,234 x"]);
        let at = |line: &String| line.find('x').map(|at| width(&line[..at]));
        assert_eq!(at(&lines[0]), at(&lines[1]));
    }

    #[test]
    fn a_statement_is_broken_and_not_cut_and_has_no_escape_without_colour() {
        let mut lines = Lines::new(Look::default());
        lines.say("Head", &"word ".repeat(60));
        let text = lines.finish();
        assert_eq!(text.matches("word").count(), 60);
        assert!(!text.contains('…') && !text.contains('\u{1b}'));
        assert!(text.lines().all(|line| width(line) <= 80));
    }
}
