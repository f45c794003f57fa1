//! `view`: a finished answer on the full screen. Controllers, their data subjects, the accesses of one, the raw line behind
//! an access; each level a list of which only the window is drawn, so that a hundred thousand rows cost what a screen costs.
//! Protected persons are counted, never named.
//!
//! `data` reads the answer, `list` moves through a list, `keys` reads what a keyboard sends, `draw` puts cells on a screen and
//! `backend` writes them; the terminal itself, and the raw lines, are the command's.

mod backend;
mod data;
mod draw;
mod keys;
mod list;

pub use backend::Cells;
pub use keys::{Key, Keys};

use super::finished::Finished;
use super::screen::Look;
use data::Data;
use list::List;

/// What the command has to do after a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing but draw.
    Stay,
    /// End.
    Leave,
    /// Bring back the line behind a reference, and call [`View::show`] with it.
    Fetch(Wanted),
}

/// A line that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// `FILE:LINE@OFFSET+LENGTH`.
    pub reference: String,
    /// Its SHA-256 as the answer has it.
    pub sha256: Option<String>,
}

/// A line that was brought back, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The line, whose digest is the answer's.
    Line {
        /// Its bytes as text, escaped.
        text: String,
        /// Its SHA-256.
        sha256: String,
        /// SHA-256 of its log, which is the manifest's.
        file_sha256: String,
    },
    /// A sentence: why there is none to be shown.
    Refused(String),
}

/// Where the view stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Level {
    Controllers,
    /// Of a controller, by its index.
    Subjects(usize),
    /// Of a subject, by its index, of the controller above.
    Accesses(usize),
    Line(Wanted, Fetched),
    Help,
}

/// The view of an answer.
pub struct View {
    data: Data,
    look: Look,
    /// From the outermost level to the one that is shown, each with its list.
    levels: Vec<(Level, List)>,
    /// Rows of the list on the screen, as drawn last.
    page: usize,
    /// What is being typed behind `/`.
    typed: Option<String>,
    /// What was looked for last.
    sought: String,
    /// What the last line says once.
    message: String,
}

impl View {
    /// Reads an answer.
    ///
    /// # Errors
    /// A sentence: one of its files is missing or was changed.
    pub fn of(answer: &Finished, look: Look) -> Result<View, String> {
        Ok(View::over(Data::read(answer)?, look))
    }

    /// Over what was read of one.
    fn over(data: Data, look: Look) -> View {
        let list = List::of(data.controllers.len());
        View {
            data,
            look,
            levels: vec![(Level::Controllers, list)],
            page: 1,
            typed: None,
            sought: String::new(),
            message: String::new(),
        }
    }

    /// What a key does.
    pub fn key(&mut self, key: Key) -> Step {
        self.message.clear();
        if self.typed.is_some() {
            self.typing(key);
            return Step::Stay;
        }
        let page = self.page.max(1);
        match key {
            Key::Char('q' | 'Q' | '\u{3}') => return Step::Leave,
            Key::Char('j' | 'e') | Key::Down => self.list().down(1),
            Key::Char('k' | 'y') | Key::Up => self.list().up(1),
            Key::Char(' ' | 'f') | Key::PageDown => self.list().down(page),
            Key::Char('b') | Key::PageUp => self.list().up(page),
            Key::Char('d') => self.list().down(page.div_ceil(2)),
            Key::Char('u') => self.list().up(page.div_ceil(2)),
            Key::Char('g' | '<') | Key::Home => self.list().first(),
            Key::Char('G' | '>') | Key::End => self.list().last(),
            Key::Char('/') => self.typed = Some(String::new()),
            Key::Char('n') => self.seek(true, 1),
            Key::Char('N') => self.seek(false, 1),
            Key::Char('h' | 'H' | '?') => self.help(),
            Key::Enter | Key::Right | Key::Char('l') => return self.enter(),
            Key::Escape | Key::Left | Key::Backspace => self.back(),
            Key::Char(_) | Key::Other => self.message = "h tells the keys, q leaves".to_owned(),
        }
        Step::Stay
    }

    /// Shows a line that was wanted.
    pub fn show(&mut self, wanted: Wanted, fetched: Fetched) {
        self.levels
            .push((Level::Line(wanted, fetched), List::of(0)));
    }

    fn level(&self) -> &Level {
        self.levels
            .last()
            .map_or(&Level::Controllers, |(level, _)| level)
    }

    fn list(&mut self) -> &mut List {
        if self.levels.is_empty() {
            let list = List::of(self.data.controllers.len());
            self.levels.push((Level::Controllers, list));
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last].1
    }

    fn at(&self) -> usize {
        self.levels.last().map_or(0, |(_, list)| list.at())
    }

    fn help(&mut self) {
        if *self.level() != Level::Help {
            self.levels.push((Level::Help, List::of(0)));
        }
    }

    fn back(&mut self) {
        match self.levels.len() {
            0 | 1 => self.message = "this is the outermost list; q leaves".to_owned(),
            _ => drop(self.levels.pop()),
        }
    }

    fn enter(&mut self) -> Step {
        let at = self.at();
        match self.level().clone() {
            Level::Controllers if at < self.data.controllers.len() => {
                self.data.open_controller(at);
                let list = List::of(self.data.subjects.len());
                self.levels.push((Level::Subjects(at), list));
            }
            Level::Subjects(_) if at < self.data.subjects.len() => {
                self.data.open_subject(at);
                let list = List::of(self.data.accesses.len());
                self.levels.push((Level::Accesses(at), list));
            }
            Level::Accesses(_) => {
                if let Some(wanted) = self.data.wanted(at) {
                    return Step::Fetch(wanted);
                }
            }
            Level::Help => self.back(),
            _ => self.message = "there is nothing further in".to_owned(),
        }
        Step::Stay
    }

    /// A key while something is typed behind `/`.
    fn typing(&mut self, key: Key) {
        let typed = self.typed.take().unwrap_or_default();
        match key {
            Key::Char('\u{3}') | Key::Escape => {}
            Key::Enter => {
                if !typed.is_empty() {
                    self.sought = typed;
                }
                self.seek(true, 0);
            }
            Key::Backspace => {
                let mut typed = typed;
                // As in `less`, taking away more than there is leaves the prompt.
                self.typed = typed.pop().map(|_| typed);
            }
            Key::Char(c) => self.typed = Some(format!("{typed}{c}")),
            _ => self.typed = Some(typed),
        }
    }

    /// The next row that holds what is sought, from so many rows away, and around the end of the list.
    fn seek(&mut self, forward: bool, away: usize) {
        let sought = self.sought.to_lowercase();
        if let (Level::Line(wanted, fetched), false) = (self.level(), sought.is_empty()) {
            // There is one page, on which every place is marked.
            let holds = draw::words(wanted, fetched)
                .to_lowercase()
                .contains(&sought);
            if !holds {
                self.message = format!("nothing here holds {sought}");
            }
            return;
        }
        let (len, at) = (
            self.levels.last().map_or(0, |(_, list)| list.len()),
            self.at(),
        );
        if sought.is_empty() || len == 0 {
            self.message = "nothing to look for: / and a word".to_owned();
            return;
        }
        let row = |step: usize| match forward {
            true => (at + away + step) % len,
            false => (at + 2 * len - away - step) % len,
        };
        let holds = |row: &usize| self.row(*row).join(" ").to_lowercase().contains(&sought);
        let found = (0..len).map(row).find(holds);
        match found {
            Some(row) => {
                let around = if forward { row < at } else { row > at };
                self.list().to(row);
                if around {
                    self.message = "found behind the end of the list".to_owned();
                }
            }
            None => self.message = format!("nothing here holds {sought}"),
        }
    }

    /// The cells of a row of the list that is shown.
    fn row(&self, at: usize) -> Vec<String> {
        match self.level() {
            Level::Controllers => self.data.controller_cells(at),
            Level::Subjects(_) => self.data.subject_cells(at),
            Level::Accesses(_) => self.data.access_cells(at),
            Level::Line(..) | Level::Help => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
