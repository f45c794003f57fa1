//! A level as cells: a title, the heads of the columns, the window of the list, a line that says where one is.

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier, Style};

use super::super::cells::visible;
use super::super::screen::bars::interval;
use super::super::screen::columns::{cut, left, width};
use super::{Fetched, Level, View, Wanted};

/// Columns of the longest name in a list.
const NAME: usize = 24;
/// Columns of an interval's bar.
const BAR: usize = 12;

const HELP: [&str; 17] = [
    "Keys, as in less",
    "",
    "j  Down          one row down         k  Up      one row up",
    "space  f  PgDn   a page down          b  PgUp    a page up",
    "d                half a page down     u          half a page up",
    "g  Home          to the first row     G  End     to the last row",
    "Enter  Right     go in                Esc  Left  go back",
    "/                look for a word      n  N       the next one, the one before",
    "h                this page            q          leave",
    "",
    "Controllers stand in the order of how many of their data subjects were",
    "reached beyond scope, at least. Enter shows these, Enter again the accesses",
    "of one, Enter again the raw line, brought back from the log and held against",
    "the digest that the answer has of it.",
    "",
    "Persons with a protected identity are counted and not named; whoever may see",
    "them uses `breachscope evidence --protected`.",
];

impl View {
    /// Draws what is shown into the whole of a buffer.
    pub fn draw(&mut self, buffer: &mut Buffer) {
        let area = buffer.area;
        if area.width < 20 || area.height < 4 {
            put(buffer, 0, 0, "too small", Style::new());
            return;
        }
        let rows = usize::from(area.height) - 3;
        self.page = rows;
        let title = left(&cut(&self.title(), area.width.into()), area.width.into());
        put(
            buffer,
            0,
            0,
            &title,
            Style::new().add_modifier(Modifier::REVERSED),
        );
        match self.level().clone() {
            Level::Help => text(buffer, HELP.iter().map(|line| (*line).to_owned())),
            Level::Line(wanted, fetched) => {
                let lines = line(&wanted, &fetched, area.width.into());
                text(buffer, lines.into_iter());
                self.mark(buffer);
            }
            _ => self.table(buffer, rows),
        }
        let said = cut(&self.last_line(), area.width.into());
        put(
            buffer,
            0,
            area.height - 1,
            &said,
            Style::new().add_modifier(Modifier::BOLD),
        );
    }

    fn title(&self) -> String {
        let mut title = format!(" {}", self.data.case);
        for (level, _) in &self.levels {
            match level {
                Level::Controllers => {}
                Level::Subjects(at) => {
                    title.push_str(&format!(" > {}", self.data.controller_name(*at)))
                }
                Level::Accesses(at) => {
                    title.push_str(&format!(" > {}", self.data.subject_name(*at)))
                }
                Level::Line(..) => title.push_str(" > line"),
                Level::Help => title.push_str(" > help"),
            }
        }
        title
    }

    /// Where one is, how many there are, or what is typed.
    fn last_line(&self) -> String {
        if let Some(typed) = &self.typed {
            return format!("/{}", visible(typed));
        }
        if !self.message.is_empty() {
            return visible(&self.message);
        }
        let Some((level, list)) = self.levels.last() else {
            return String::new();
        };
        let place = match list.len() {
            0 => "none".to_owned(),
            len => format!("{} of {len}", list.at() + 1),
        };
        match level {
            Level::Controllers => {
                format!("controller {place}   Enter: its data subjects   h: keys   q: leave")
            }
            Level::Subjects(_) => {
                let hidden = match self.data.protected {
                    // A small number tells of persons; none is no exception, else the words would tell.
                    0..5 => " + fewer than five protected, not named".to_owned(),
                    n => format!(" + {n} protected, not named"),
                };
                format!("data subject {place}{hidden}   Enter: accesses   Esc: back   h: keys")
            }
            Level::Accesses(_) => {
                format!("access {place}   Enter: the raw line   Esc: back   h: keys")
            }
            Level::Line(..) => "/: look for a word   Esc: back   h: keys   q: leave".to_owned(),
            Level::Help => "Esc: back   q: leave".to_owned(),
        }
    }

    /// Marks what is sought on the page of a raw line, also where the page breaks it.
    fn mark(&self, buffer: &mut Buffer) {
        let sought: Vec<String> = self
            .sought
            .to_lowercase()
            .chars()
            .map(String::from)
            .collect();
        let area = buffer.area;
        let places: Vec<(u16, u16)> = (2..area.height.saturating_sub(1))
            .flat_map(|y| (0..area.width).map(move |x| (x, y)))
            .collect();
        let cells = places
            .iter()
            .map(|(x, y)| buffer[(*x, *y)].symbol().to_lowercase());
        let cells: Vec<String> = cells.collect();
        if sought.is_empty() {
            return;
        }
        let style = Style::new().add_modifier(Modifier::REVERSED);
        for from in 0..cells.len().saturating_sub(sought.len() - 1) {
            if cells[from..from + sought.len()] == sought[..] {
                for (x, y) in &places[from..from + sought.len()] {
                    buffer[(*x, *y)].set_style(style);
                }
            }
        }
    }

    fn table(&mut self, buffer: &mut Buffer, rows: usize) {
        let window = self.list().window(rows);
        let chosen = self.at();
        let shown: Vec<Vec<String>> = window.clone().map(|row| self.cells(row)).collect();
        let heads = self.heads();
        let widths = self.widths(&heads, &shown);
        let line = |cells: &[String]| {
            let cells = cells.iter().zip(&widths).map(|(cell, (columns, numeric))| {
                let cell = cut(cell, *columns);
                match numeric {
                    true => format!("{}{cell}", " ".repeat(columns - width(&cell))),
                    false => left(&cell, *columns),
                }
            });
            cells.collect::<Vec<_>>().join(" ").trim_end().to_owned()
        };
        let columns = usize::from(buffer.area.width);
        let names: Vec<String> = heads.iter().map(|(name, _)| (*name).to_owned()).collect();
        let head = cut(&format!("  {}", line(&names)), columns);
        put(
            buffer,
            0,
            1,
            &head,
            Style::new().add_modifier(Modifier::BOLD),
        );
        for (index, (row, cells)) in window.zip(&shown).enumerate() {
            let mark = if row == chosen { ">" } else { " " };
            let said = left(&cut(&format!("{mark} {}", line(cells)), columns), columns);
            let mut style = self.style(cells);
            if row == chosen {
                style = style.add_modifier(Modifier::REVERSED);
            }
            put(buffer, 0, 2 + index as u16, &said, style);
        }
        if shown.is_empty() {
            put(buffer, 2, 2, self.nothing(), Style::new());
        }
    }

    fn nothing(&self) -> &'static str {
        match self.level() {
            Level::Subjects(_) if self.data.protected > 0 => {
                "only persons with a protected identity"
            }
            Level::Subjects(_) => "nobody was reached beyond scope, as far as the logs show",
            _ => "nothing",
        }
    }

    /// The cells of a row as they are drawn.
    fn cells(&self, row: usize) -> Vec<String> {
        let mut cells = self.row(row);
        if *self.level() == Level::Controllers {
            let bounds = self.data.bounds(row);
            let drawn = bounds
                .population
                .map(|all| interval(bounds.min, bounds.max, all, BAR));
            cells.insert(5, drawn.unwrap_or_default());
        }
        cells
    }

    /// The heads of the columns, and which hold numbers.
    fn heads(&self) -> Vec<(&'static str, bool)> {
        match self.level() {
            Level::Controllers => vec![
                ("CONTROLLER", false),
                ("STATUS", false),
                ("AT LEAST", true),
                ("AT MOST", true),
                ("OF", true),
                ("INTERVAL", false),
                ("NAME", false),
                ("REASONS", false),
            ],
            Level::Subjects(_) => vec![
                ("DATA SUBJECT", false),
                ("CERTAINTY", false),
                ("", false),
                ("FIRST SEEN", false),
                ("ACCESSES", true),
                ("CATEGORIES", false),
                ("ROUTES", false),
            ],
            _ => vec![
                ("TIME", false),
                ("ACCOUNT", false),
                ("CLIENT", false),
                ("STATUS", true),
                ("BYTES", true),
                ("CERTAINTY", false),
                ("ROUTE", false),
                ("OBJECT", false),
            ],
        }
    }

    /// Columns of each cell: the window's widest, so that a list of any length costs a screen; names of subjects by all of
    /// them, so that they do not jump.
    fn widths(&self, heads: &[(&str, bool)], shown: &[Vec<String>]) -> Vec<(usize, bool)> {
        let widest = |column: usize| {
            let cells = shown.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        };
        let last = heads.len().saturating_sub(1);
        let columns = heads.iter().enumerate().map(|(column, (head, numeric))| {
            let own = match (self.level(), column) {
                (Level::Subjects(_), 0) => self.data.widest,
                _ => widest(column),
            };
            let own = if column == last { own } else { own.min(NAME) };
            (own.max(width(head)), *numeric)
        });
        columns.collect()
    }

    fn style(&self, cells: &[String]) -> Style {
        let word = |at: usize| cells.get(at).map_or("", String::as_str);
        let status = match self.level() {
            Level::Controllers | Level::Subjects(_) => word(1),
            _ => word(5),
        };
        let hue = match status {
            "confirmed" => Color::Red,
            "cannot_be_excluded" | "probable" | "possible" => Color::Yellow,
            "excluded" => Color::Green,
            _ => Color::Reset,
        };
        match self.look.colour {
            true => Style::new().fg(hue),
            false => Style::new(),
        }
    }
}

/// A raw line, broken where the screen ends.
fn line(wanted: &Wanted, fetched: &Fetched, columns: usize) -> Vec<String> {
    let shown = |text: &str| visible(text);
    let mut lines = vec![shown(&wanted.reference), String::new()];
    match fetched {
        Fetched::Refused(why) => {
            lines.extend(super::super::screen::columns::fold(&shown(why), columns));
        }
        Fetched::Line {
            text,
            sha256,
            file_sha256,
        } => {
            lines.extend(broken(&visible(text), columns));
            lines.push(String::new());
            let said = match &wanted.sha256 {
                Some(_) => "as the answer cites it",
                None => "one of the lines that the answer names",
            };
            lines.push(format!("SHA-256 of the line, {said}:"));
            lines.push(format!("  {sha256}"));
            lines.push("SHA-256 of the log, as the manifest has it:".to_owned());
            lines.push(format!("  {file_sha256}"));
        }
    }
    lines
}

/// All that the page of a raw line says, in one line.
pub(super) fn words(wanted: &Wanted, fetched: &Fetched) -> String {
    line(wanted, fetched, usize::MAX).join(" ")
}

/// Pieces of so many columns; a log line is broken anywhere, for its blanks mean nothing.
fn broken(text: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut line, mut taken) = (Vec::new(), String::new(), 0);
    for c in text.chars() {
        let own = width(c.encode_utf8(&mut [0; 4]));
        if taken + own > columns {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        line.push(c);
        taken += own;
    }
    lines.push(line);
    lines
}

fn text(buffer: &mut Buffer, lines: impl Iterator<Item = String>) {
    let rows = buffer.area.height.saturating_sub(3);
    for (row, line) in (0..rows).zip(lines) {
        let said = cut(&line, buffer.area.width.into());
        put(buffer, 0, row + 2, &said, Style::new());
    }
}

fn put(buffer: &mut Buffer, x: u16, y: u16, text: &str, style: Style) {
    let area: Rect = buffer.area;
    if x < area.width && y < area.height {
        buffer.set_string(x, y, text, style);
    }
}
