//! Complaints about a case: which file, which line, which key, what is wrong and what to do.
//!
//! Pure values. Who complains, and about what, is left to the readers of the case file and of the
//! tables; where it is printed is left to the commands.

use std::fmt;
use std::path::Path;

use super::excerpt::Excerpt;

pub(super) use crate::words::nearest;

/// How many complaints about one table are kept word by word; the rest is counted.
const KEPT: usize = 20;
/// Longer values than this are cut when a message repeats them.
const LONGEST_QUOTED: usize = 80;

/// Why a case does not hold: at least one complaint, all about the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseProblem {
    /// In file order, at most twenty.
    complaints: Vec<Complaint>,
    /// How many there are besides.
    more: usize,
}

impl CaseProblem {
    /// With tables' paths as whoever named the case file finds them: from its folder as that was given.
    pub(super) fn beside(mut self, case: &str) -> CaseProblem {
        let folder = Path::new(case).parent().unwrap_or(Path::new(""));
        let tables = self.complaints.iter_mut().filter(|one| one.file != case);
        for complaint in tables {
            complaint.file = folder.join(&complaint.file).display().to_string();
        }
        self
    }
}

impl From<Complaint> for CaseProblem {
    fn from(complaint: Complaint) -> Self {
        CaseProblem {
            complaints: vec![complaint],
            more: 0,
        }
    }
}

impl fmt::Display for CaseProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, complaint) in self.complaints.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{complaint}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for CaseProblem {}

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The case file's path as it was given, or a table's below that file's folder.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// The key or column, with its section; `None` where the complaint is about more than one.
    pub key: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do about it; empty where `what` says it.
    pub remedy: String,
    /// The line itself, of a file that people write. Never a row of a table: it may be a protected person's.
    pub shown: Option<Excerpt>,
}

/// `file:line: key: what; remedy`, and where it is known the line with a caret.
impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: ", self.file, self.place)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.what)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        match &self.shown {
            Some(shown) => {
                let Excerpt { line, column, .. } = shown;
                write!(f, "\n  at {}:{line}:{column}\n{shown}", self.file)
            }
            None => Ok(()),
        }
    }
}

/// Where in a file a complaint belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Nowhere in particular.
    File,
    /// A line, counted from 1.
    Line(usize),
    /// A row of a file that has no lines, counted from 1.
    Row(usize),
}

impl Place {
    /// The place within a sentence.
    pub(super) fn words(self) -> String {
        match self {
            Place::File => "the file".to_owned(),
            Place::Line(line) => format!("line {line}"),
            Place::Row(row) => format!("row {row}"),
        }
    }
}

/// The place behind a file's name.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File => Ok(()),
            Place::Line(line) => write!(f, ":{line}"),
            Place::Row(row) => write!(f, ": row {row}"),
        }
    }
}

/// Complaints about one table while it is read, so that a user mends many rows in one go.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    kept: Vec<Complaint>,
    more: usize,
}

impl Complaints {
    /// Takes one more; the words are made only while there is room, because finding the nearest
    /// known ID in every row of a wholly wrong table would take longer than reading it.
    pub(super) fn add(&mut self, words: impl FnOnce() -> Complaint) {
        if self.kept.len() < KEPT {
            self.kept.push(words());
        } else {
            self.more += 1;
        }
    }

    /// The value, unless there were complaints.
    pub(super) fn or<T>(self, value: T) -> Result<T, CaseProblem> {
        if self.kept.is_empty() {
            return Ok(value);
        }
        Err(CaseProblem {
            complaints: self.kept,
            more: self.more,
        })
    }
}

/// `did you mean "..."?` where a candidate is near, else `otherwise`.
pub(crate) fn suggest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    match nearest(word, candidates) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => otherwise(),
    }
}

/// A value in quotation marks, control characters escaped, cut where it is long.
pub(crate) fn quoted(value: &str) -> String {
    let mut cut: String = value.chars().take(LONGEST_QUOTED).collect();
    if cut.len() < value.len() {
        cut.push('…');
    }
    format!("{cut:?}")
}
