//! `accesses.parquet` read back: its rows by the names of their columns. What they mean is left to whoever asks.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_core::prelude::*;
use polars_io::prelude::{ParallelStrategy, ParquetReader, SerReader};

/// The table.
#[derive(Debug, Default)]
pub struct AccessTable {
    texts: Vec<StringChunked>,
    numbers: Vec<Int64Chunked>,
    height: usize,
}

/// A row; an empty cell is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessRow<'t> {
    /// Its number, from 1.
    pub number: usize,
    /// Microseconds since 1970, UTC.
    pub time: i64,
    /// Account, or `client:ADDRESS`.
    pub account: &'t str,
    /// Client address.
    pub client: &'t str,
    /// Route.
    pub route: &'t str,
    /// Object.
    pub object: Option<&'t str>,
    /// Data subject.
    pub subject: Option<&'t str>,
    /// Controller.
    pub controller: Option<&'t str>,
    /// Status.
    pub status: Option<i64>,
    /// Bytes of the answer.
    pub bytes: Option<i64>,
    /// How sure the disclosure is; `attempt` where there was none.
    pub certainty: &'t str,
    /// The log's name.
    pub file: &'t str,
    /// Offset of the line in its content.
    pub offset: i64,
    /// Its length in bytes.
    pub length: i64,
    /// Its number, from 1.
    pub line: i64,
    /// Its SHA-256.
    pub line_sha256: Option<&'t str>,
    /// Container that the request named.
    pub container: Option<&'t str>,
    /// How the object stood to the account.
    pub standing: &'t str,
}

const TEXTS: [&str; 11] = [
    "account",
    "client",
    "route",
    "object",
    "subject",
    "controller",
    "certainty",
    "file",
    "line_sha256",
    "container",
    "standing",
];
const NUMBERS: [&str; 6] = ["time", "status", "bytes", "offset", "length", "line"];

impl AccessTable {
    /// Reads the table's bytes.
    ///
    /// # Errors
    /// Why they are no such table.
    pub fn read(bytes: Vec<u8>) -> Result<AccessTable, String> {
        // On some damaged files the reader panics instead of returning its error; nothing of it outlives this call.
        let read = catch_unwind(AssertUnwindSafe(|| {
            let frame = ParquetReader::new(Cursor::new(bytes))
                .read_parallel(ParallelStrategy::None)
                .finish()
                .map_err(|error| error.to_string())?;
            AccessTable::of(&frame).map_err(|error| error.to_string())
        }));
        read.unwrap_or_else(|_| Err("it is damaged".to_owned()))
    }

    fn of(frame: &DataFrame) -> PolarsResult<AccessTable> {
        let text = |name: &&str| {
            let column = frame.column(name)?.as_materialized_series().rechunk();
            column.str().cloned()
        };
        let number = |name: &&str| {
            let column = frame.column(name)?.cast(&DataType::Int64)?;
            column.as_materialized_series().rechunk().i64().cloned()
        };
        Ok(AccessTable {
            texts: TEXTS.iter().map(text).collect::<PolarsResult<_>>()?,
            numbers: NUMBERS.iter().map(number).collect::<PolarsResult<_>>()?,
            height: frame.height(),
        })
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.height
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.height == 0
    }

    /// Its rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = AccessRow<'_>> {
        (0..self.height).map(|at| self.row(at))
    }

    /// The row with a number from 0 that there is.
    pub fn row(&self, at: usize) -> AccessRow<'_> {
        let text = |column: usize| self.texts[column].get(at);
        let number = |column: usize| self.numbers[column].get(at);
        AccessRow {
            number: at + 1,
            time: number(0).unwrap_or_default(),
            account: text(0).unwrap_or_default(),
            client: text(1).unwrap_or_default(),
            route: text(2).unwrap_or_default(),
            object: text(3),
            subject: text(4),
            controller: text(5),
            status: number(1),
            bytes: number(2),
            certainty: text(6).unwrap_or_default(),
            file: text(7).unwrap_or_default(),
            offset: number(3).unwrap_or(-1),
            length: number(4).unwrap_or(-1),
            line: number(5).unwrap_or(-1),
            line_sha256: text(8),
            container: text(9),
            standing: text(10).unwrap_or_default(),
        }
    }
}

impl AccessRow<'_> {
    /// `FILE:LINE@OFFSET+LENGTH`, as tables cite it.
    pub fn reference(&self) -> String {
        format!(
            "{}:{}@{}+{}",
            self.file, self.line, self.offset, self.length
        )
    }

    /// Whether something was disclosed.
    pub fn disclosed(&self) -> bool {
        self.certainty != "attempt"
    }
}
