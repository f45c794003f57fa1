//! A directory table as rows of text: CSV, or Parquet by its first bytes or its name.
//!
//! Knows the line of every row and complains about bytes that are no text and rows that do not fit
//! their header. Which columns a table has and what their cells mean is left to `cells` and `rows`.

use std::path::Path;

use csv::{ErrorKind, ReaderBuilder, StringRecord};
use sha2::{Digest, Sha256};

use super::parquet::{self, TextColumn};
use super::problem::{CaseProblem, Complaint, Complaints, Place, quoted};
use super::section::Value;
use super::spreadsheet;
use super::{Home, OUTSIDE, TableFile};

/// The bytes that every Parquet file begins with.
const PARQUET_MAGIC: &[u8] = b"PAR1";

/// A table that was read from disk; its header is known, its rows are still text.
///
/// The file is held whole: its digest, its rows and the lines of complaints then come from the same
/// bytes, whatever happens to the file meanwhile.
pub(super) struct Table {
    /// Path as the case writes it, size and digest.
    pub(super) file: TableFile,
    /// Column names, in order.
    pub(super) columns: Vec<String>,
    body: Body,
}

enum Body {
    /// The text, and what stands between its columns.
    Csv(Vec<u8>, u8),
    Parquet(Vec<TextColumn>),
}

/// Where a row begins: byte of a CSV file, number of a Parquet row. Cheap to keep for every row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot(u64);

/// One row.
pub(super) struct Row<'r> {
    cells: RowCells<'r>,
    /// Where it begins.
    pub(super) spot: Spot,
}

enum RowCells<'r> {
    Csv(&'r StringRecord),
    Parquet(&'r [TextColumn], usize),
}

impl<'r> Row<'r> {
    /// The text in a column; empty where there is none.
    pub(super) fn cell(&self, column: usize) -> &'r str {
        match self.cells {
            RowCells::Csv(record) => record.get(column).unwrap_or_default(),
            RowCells::Parquet(columns, row) => columns
                .get(column)
                .and_then(|c| c.values.get(row)?.as_deref())
                .unwrap_or_default(),
        }
    }
}

impl Table {
    /// Reads the table whose path stands at a key of the case file.
    ///
    /// # Errors
    /// The path leads out of the folder, the file cannot be read, or it has no header.
    pub(super) fn open(home: &Home<'_>, at: &Value<'_>) -> Result<Table, CaseProblem> {
        let path = at.path()?;
        let full = home.folder.join(path);
        if let Some(place) = home.leads_out(&full) {
            let what = format!(
                "{} is a link that leads out of the case's folder, to {}",
                quoted(path),
                place.display()
            );
            return Err(at.complain(&what, OUTSIDE));
        }
        // Reading a pipe waits for somebody who writes into it, if need be for ever.
        let special = |facts: std::fs::Metadata| !facts.is_file() && !facts.is_dir();
        if full.metadata().is_ok_and(special) {
            let what = format!("{} is no file but a pipe or a device", quoted(path));
            return Err(at.complain(&what, "write its content to a file, or leave the key out"));
        }
        let bytes = std::fs::read(full).map_err(|error| {
            let what = format!("cannot read {}: {error}", quoted(path));
            at.complain(
                &what,
                "correct the path, which is relative to the case file, or leave the key out",
            )
        })?;
        let file = TableFile {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex_digest(&bytes),
        };
        let by_name = Path::new(path)
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
        if by_name || bytes.starts_with(PARQUET_MAGIC) {
            return match parquet::columns(bytes) {
                Ok(columns) => Ok(Table {
                    file,
                    columns: columns.iter().map(|c| c.name.clone()).collect(),
                    body: Body::Parquet(columns),
                }),
                Err(error) => {
                    let what = format!("{} cannot be read as Parquet: {error}", quoted(path));
                    Err(at.complain(&what, "write the file again, or give the table as CSV"))
                }
            };
        }
        let Some(mut bytes) = spreadsheet::in_utf8(bytes) else {
            let what = "the file is UTF-16 and ends or breaks off within a character";
            return Err(refuse(&file.path, what, UTF8_REMEDY));
        };
        let between = spreadsheet::between(&mut bytes);
        let columns = header(&file.path, &bytes, between)?;
        Ok(Table {
            file,
            columns,
            body: Body::Csv(bytes, between),
        })
    }

    /// Hands over each row in order. Rows that cannot be read are complained about and passed over.
    pub(super) fn each(
        &self,
        complaints: &mut Complaints,
        mut visit: impl FnMut(&Row<'_>, &mut Complaints),
    ) {
        match &self.body {
            Body::Parquet(columns) => {
                for index in 0..self.most_rows() {
                    let cells = RowCells::Parquet(columns, index);
                    let spot = Spot(index as u64 + 1);
                    visit(&Row { cells, spot }, complaints);
                }
            }
            Body::Csv(bytes, between) => self.each_record((bytes, *between), complaints, visit),
        }
    }

    fn each_record(
        &self,
        (bytes, between): (&[u8], u8),
        complaints: &mut Complaints,
        mut visit: impl FnMut(&Row<'_>, &mut Complaints),
    ) {
        let mut reader = ReaderBuilder::new().delimiter(between).from_reader(bytes);
        let mut record = StringRecord::new();
        loop {
            let spot = Spot(reader.position().byte());
            match reader.read_record(&mut record) {
                Ok(false) => return,
                // The first call reads the header too, so only now the row's own place is known.
                Ok(true) => {
                    let spot = record.position().map_or(spot, |p| Spot(p.byte()));
                    let several_lines = record.as_slice().contains('\n');
                    if several_lines && unclosed(bytes, spot, reader.position().byte()) {
                        complaints.add(|| self.unclosed(spot));
                        continue;
                    }
                    visit(
                        &Row {
                            cells: RowCells::Csv(&record),
                            spot,
                        },
                        complaints,
                    );
                }
                Err(error) => {
                    let spot = error.position().map_or(spot, |p| Spot(p.byte()));
                    complaints.add(|| match unclosed(bytes, spot, reader.position().byte()) {
                        true => self.unclosed(spot),
                        false => self.unreadable(&error, spot),
                    });
                }
            }
        }
    }

    /// The line on which some columns' names stand, where that is not the first.
    pub(super) fn header_below(&self, names: &[&str]) -> Option<usize> {
        match &self.body {
            Body::Csv(bytes, _) => spreadsheet::header_below(bytes, names),
            Body::Parquet(_) => None,
        }
    }

    /// A number that the rows do not exceed; for Parquet the number itself.
    pub(super) fn most_rows(&self) -> usize {
        match &self.body {
            Body::Csv(bytes, _) => {
                // Blank lines are no rows, and a row has a comma or line end for each column.
                let lines = memchr::memchr_iter(b'\n', bytes).count();
                lines.min(bytes.len() / self.columns.len().max(1) + 1)
            }
            Body::Parquet(columns) => columns.first().map_or(0, |c| c.values.len()),
        }
    }

    /// The place of a row, for a complaint.
    pub(super) fn place(&self, spot: Spot) -> Place {
        match &self.body {
            Body::Csv(bytes, _) => Place::Line(line(bytes, spot)),
            Body::Parquet(_) => Place::Row(spot.0 as usize),
        }
    }

    /// A complaint about a row, or about one of its columns.
    pub(super) fn complain(
        &self,
        spot: Spot,
        column: Option<&str>,
        what: String,
        remedy: impl Into<String>,
    ) -> Complaint {
        complaint(&self.file.path, self.place(spot), column, what, remedy)
    }

    /// A complaint about the header.
    pub(super) fn complain_header(
        &self,
        column: Option<&str>,
        what: String,
        remedy: String,
    ) -> Complaint {
        let place = match self.body {
            Body::Csv(..) => Place::Line(1),
            Body::Parquet(_) => Place::File,
        };
        complaint(&self.file.path, place, column, what, remedy)
    }

    fn unclosed(&self, spot: Spot) -> Complaint {
        let what = "a quotation mark is opened here and not closed in its row".to_owned();
        self.complain(
            spot,
            None,
            what,
            "close it, or double it where it belongs to the text",
        )
    }

    fn unreadable(&self, error: &csv::Error, at: Spot) -> Complaint {
        match error.kind() {
            ErrorKind::Utf8 { err, .. } => {
                let column = self.columns.get(err.field()).map(String::as_str);
                self.complain(at, column, "the cell is not UTF-8".to_owned(), UTF8_REMEDY)
            }
            ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => {
                let what =
                    format!("the row has not as many cells ({len}) as the header ({expected_len})");
                self.complain(
                    at,
                    None,
                    what,
                    "give every row a cell for every column, empty \
                    where nothing is known, and put cells that hold the sign between the columns in quotation marks",
                )
            }
            other => self.complain(
                at,
                None,
                format!("the row cannot be read: {other:?}"),
                "write the file again as CSV",
            ),
        }
    }
}

const UTF8_REMEDY: &str = "save the file again as UTF-8";

/// Lower-case hex of SHA-256.
pub(super) fn hex_digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refuse(path: &str, what: &str, remedy: &str) -> CaseProblem {
    CaseProblem::from(complaint(
        path,
        Place::Line(1),
        None,
        what.to_owned(),
        remedy,
    ))
}

fn header(path: &str, bytes: &[u8], between: u8) -> Result<Vec<String>, CaseProblem> {
    let mut reader = ReaderBuilder::new().delimiter(between).from_reader(bytes);
    match reader.headers() {
        Ok(names) if names.iter().any(|name| name.contains('\0')) => Err(refuse(
            path,
            "the file seems to be UTF-16 without a mark at its beginning",
            UTF8_REMEDY,
        )),
        Ok(names) if names.iter().all(|name| name.trim().is_empty()) => Err(refuse(
            path,
            "the file has no header",
            "write the names of the columns into the first row",
        )),
        Ok(names) => Ok(names.iter().map(|name| name.trim().to_owned()).collect()),
        Err(_) => Err(refuse(path, "the header is not UTF-8", UTF8_REMEDY)),
    }
}

fn complaint(
    path: &str,
    place: Place,
    column: Option<&str>,
    what: String,
    remedy: impl Into<String>,
) -> Complaint {
    Complaint {
        file: path.to_owned(),
        place,
        key: column.map(|name| format!("column {}", quoted(name))),
        what,
        remedy: remedy.into(),
        shown: None,
    }
}

/// The line of a row. The CSV reader's own line numbers fall behind where blank lines or the second
/// half of a CRLF precede a row, so the line is counted, and only when somebody asks.
fn line(bytes: &[u8], spot: Spot) -> usize {
    let start = (spot.0 as usize).min(bytes.len());
    let blank = bytes[start..]
        .iter()
        .take_while(|b| matches!(b, b'\r' | b'\n'))
        .count();
    1 + memchr::memchr_iter(b'\n', &bytes[..start + blank]).count()
}

/// Whether the row opens a quotation mark without closing it and so swallowed the lines after it.
fn unclosed(bytes: &[u8], start: Spot, end: u64) -> bool {
    let row = bytes
        .get(start.0 as usize..end as usize)
        .unwrap_or_default();
    memchr::memchr_iter(b'"', row).count() % 2 == 1
}
