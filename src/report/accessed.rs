//! `accesses.parquet` of a finished answer, read back row by row: what packs stand on.
//!
//! What a row means is told in `accesses`, which writes it; here it only becomes typed again.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_core::prelude::*;
use polars_io::prelude::{ParallelStrategy, ParquetReader, SerReader};

use super::finished::Finished;
use crate::words::Stamp;

/// A row: a request beyond scope for one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessRow {
    /// When, in nanoseconds since 1970, to the microsecond.
    pub time: i64,
    /// Who asked, as the answer names it.
    pub account: String,
    /// Client address.
    pub client: String,
    /// The route's name.
    pub route: String,
    /// Object; empty where none is named.
    pub object: String,
    /// Data subject; empty where the directory says none.
    pub subject: String,
    /// Controller; empty where the directory says none.
    pub controller: String,
    /// Status; `None` where the log has none.
    pub status: Option<i64>,
    /// Bytes of the answer; `None` where the log has none.
    pub bytes: Option<i64>,
    /// `attempt`, `possible`, `probable`, `confirmed`.
    pub certainty: String,
    /// The log's name.
    pub file: String,
    /// Offset of the line in the log's content.
    pub offset: u64,
    /// Length of the line in bytes.
    pub length: u64,
    /// Number of the line, from 1.
    pub line: u64,
    /// SHA-256 of the line in hex; empty where it could not be read twice.
    pub line_sha256: String,
    /// Container; empty where none is named.
    pub container: String,
    /// How the object stood to the account.
    pub standing: String,
}

impl AccessRow {
    /// The instant.
    pub fn at(&self) -> Stamp {
        Stamp(self.time)
    }
}

/// Every row of an answer's accesses, in the order of the file.
///
/// # Errors
/// A sentence: the file was changed, is damaged, or is of another version.
pub fn accesses(answer: &Finished) -> Result<Vec<AccessRow>, String> {
    let bytes = answer.bytes("accesses.parquet")?;
    // On some damaged files the reader panics; the digest holds, so this is only for files of another make.
    let frame = catch_unwind(AssertUnwindSafe(|| {
        ParquetReader::new(Cursor::new(bytes))
            .read_parallel(ParallelStrategy::None)
            .finish()
    }));
    let frame = match frame {
        Ok(Ok(frame)) => frame,
        Ok(Err(error)) => return Err(unreadable(&error.to_string())),
        Err(_) => return Err(unreadable("it is damaged")),
    };
    rows(&frame).map_err(|error| unreadable(&error.to_string()))
}

/// Where a text of a row goes.
type Place = fn(&mut AccessRow) -> &mut String;
/// How a figure of a row is taken in.
type Take = fn(&mut AccessRow, Option<i64>);

fn unreadable(why: &str) -> String {
    format!("accesses.parquet cannot be read: {why}; make the answer again")
}

fn rows(frame: &DataFrame) -> PolarsResult<Vec<AccessRow>> {
    let mut rows = vec![AccessRow::default(); frame.height()];
    let time = frame.column("time")?.cast(&DataType::Int64)?;
    for (row, time) in rows.iter_mut().zip(time.i64()?.iter()) {
        row.time = time.unwrap_or(0).saturating_mul(1000);
    }
    let texts: [(&str, Place); 11] = [
        ("account", |row| &mut row.account),
        ("client", |row| &mut row.client),
        ("route", |row| &mut row.route),
        ("object", |row| &mut row.object),
        ("subject", |row| &mut row.subject),
        ("controller", |row| &mut row.controller),
        ("certainty", |row| &mut row.certainty),
        ("file", |row| &mut row.file),
        ("line_sha256", |row| &mut row.line_sha256),
        ("container", |row| &mut row.container),
        ("standing", |row| &mut row.standing),
    ];
    for (name, place) in texts {
        for (row, value) in rows.iter_mut().zip(frame.column(name)?.str()?.iter()) {
            *place(row) = value.unwrap_or_default().to_owned();
        }
    }
    let figures: [(&str, Take); 5] = [
        ("status", |row, value| row.status = value),
        ("bytes", |row, value| row.bytes = value),
        ("offset", |row, value| row.offset = count(value)),
        ("length", |row, value| row.length = count(value)),
        ("line", |row, value| row.line = count(value)),
    ];
    for (name, place) in figures {
        let column = frame.column(name)?.cast(&DataType::Int64)?;
        for (row, value) in rows.iter_mut().zip(column.i64()?.iter()) {
            place(row, value);
        }
    }
    Ok(rows)
}

fn count(value: Option<i64>) -> u64 {
    u64::try_from(value.unwrap_or(0)).unwrap_or(0)
}
