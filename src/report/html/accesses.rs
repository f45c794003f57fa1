//! `accesses.parquet` read back: the accesses beyond scope, and which of them are about protected persons.

use std::collections::HashSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_core::prelude::{DataFrame, DataType, Int64Chunked, StringChunked};
use polars_io::prelude::{ParallelStrategy, ParquetReader, SerReader};

use crate::report::cells::safe;
use crate::words::Certainty;

/// The table in memory.
pub(in crate::report) struct Accesses {
    frame: DataFrame,
}

/// A row.
#[derive(Clone, Copy)]
pub(in crate::report) struct Access<'a> {
    /// Seconds since 1970, UTC.
    pub(in crate::report) time: i64,
    pub(in crate::report) account: &'a str,
    pub(in crate::report) object: Option<&'a str>,
    pub(in crate::report) container: Option<&'a str>,
    pub(in crate::report) subject: Option<&'a str>,
    pub(in crate::report) controller: &'a str,
    /// 0 attempt, 1 possible, 2 probable, 3 confirmed.
    pub(in crate::report) level: u8,
    pub(in crate::report) place: Place<'a>,
    pub(in crate::report) sha256: Option<&'a str>,
    /// About a protected person, or perhaps so: neither its IDs nor its line may stand in the page.
    pub(in crate::report) hidden: bool,
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::report) struct Place<'a> {
    pub(in crate::report) file: &'a str,
    pub(in crate::report) line: i64,
    pub(in crate::report) offset: i64,
    pub(in crate::report) length: i64,
}

/// The certainty's place on the page's scale.
pub(in crate::report) fn level(word: &str) -> u8 {
    let scale = [
        Certainty::Nothing,
        Certainty::Possible,
        Certainty::Probable,
        Certainty::Confirmed,
    ];
    let found = scale.iter().position(|one| one.word() == word);
    found.unwrap_or(0) as u8
}

impl Accesses {
    /// Reads the file's bytes.
    ///
    /// # Errors
    /// They are no Parquet file.
    pub(in crate::report) fn read(bytes: Vec<u8>) -> Result<Accesses, String> {
        // On some damaged files the reader panics instead of returning its error; nothing of it outlives this call.
        let read = catch_unwind(AssertUnwindSafe(|| {
            ParquetReader::new(Cursor::new(bytes))
                .read_parallel(ParallelStrategy::None)
                .finish()
                .map_err(|e| e.to_string())
        }));
        let frame = read.unwrap_or_else(|_| Err("it is damaged".to_owned()));
        let frame = frame.map_err(bad)?;
        Ok(Accesses { frame })
    }

    /// Its rows in their order. `protected` holds the subjects that `subjects.csv` calls so, as it writes them.
    ///
    /// # Errors
    /// A column is missing or of another type.
    pub(in crate::report) fn rows(
        &self,
        protected: &HashSet<String>,
    ) -> Result<Vec<Access<'_>>, String> {
        let micros = self.numbers("time")?;
        let (offsets, lengths, lines) = (
            self.numbers("offset")?,
            self.numbers("length")?,
            self.numbers("line")?,
        );
        let text = |name| self.text(name);
        let (accounts, controllers, files) = (text("account")?, text("controller")?, text("file")?);
        let (objects, containers, subjects) =
            (text("object")?, text("container")?, text("subject")?);
        let (certainties, digests) = (text("certainty")?, text("line_sha256")?);
        // An older answer knows who was protected at that time only.
        let flags = self.frame.column("protected_ever");
        let flags = flags.or_else(|_| self.frame.column("protected")).ok();
        let flags = flags.map(|column| column.bool()).transpose().map_err(bad)?;
        let row = |at: usize| {
            let level = level(certainties.get(at).unwrap_or_default());
            Access {
                time: micros.get(at).unwrap_or_default().div_euclid(1_000_000),
                account: accounts.get(at).unwrap_or_default(),
                object: objects.get(at),
                container: containers.get(at),
                subject: subjects.get(at),
                controller: controllers.get(at).unwrap_or_default(),
                level,
                place: Place {
                    file: files.get(at).unwrap_or_default(),
                    line: lines.get(at).unwrap_or_default(),
                    offset: offsets.get(at).unwrap_or_default(),
                    length: lengths.get(at).unwrap_or_default(),
                },
                sha256: digests.get(at),
                hidden: match flags {
                    Some(flags) => flags.get(at).unwrap_or(true),
                    // An older answer does not say whom an attempt was about.
                    None => level == 0,
                },
            }
        };
        let mut rows: Vec<Access<'_>> = (0..self.frame.height()).map(row).collect();
        hide(&mut rows, protected);
        Ok(rows)
    }

    fn text(&self, name: &str) -> Result<&StringChunked, String> {
        self.frame.column(name).and_then(|c| c.str()).map_err(bad)
    }

    fn numbers(&self, name: &str) -> Result<Int64Chunked, String> {
        let column = self.frame.column(name).map_err(bad)?;
        let column = column.cast(&DataType::Int64).map_err(bad)?;
        column.i64().cloned().map_err(bad)
    }
}

fn bad(problem: impl std::fmt::Display) -> String {
    format!("accesses.parquet cannot be read: {problem}; make the answer again")
}

/// A person who is protected in one row is so in all, and so is whatever object tells of such a person.
fn hide(rows: &mut [Access<'_>], protected: &HashSet<String>) {
    let mut persons: HashSet<&str> = HashSet::new();
    for row in rows.iter() {
        if let Some(subject) = row.subject
            && (row.hidden || protected.contains(&safe(subject)))
        {
            persons.insert(subject);
        }
    }
    let about = |row: &Access<'_>| row.hidden || row.subject.is_some_and(|s| persons.contains(s));
    let objects: HashSet<&str> = rows
        .iter()
        .filter(|row| about(row))
        .filter_map(|row| row.object)
        .collect();
    for row in rows {
        row.hidden = about(row) || row.object.is_some_and(|object| objects.contains(object));
    }
}

/// The objects that tell of protected persons.
pub(in crate::report) fn hidden_objects<'a>(rows: &[Access<'a>]) -> HashSet<&'a str> {
    let hidden = rows.iter().filter(|row| row.hidden);
    hidden.filter_map(|row| row.object).collect()
}
