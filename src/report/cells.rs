//! Cells of tables: how values are joined, and how a spreadsheet is kept from running them.

use std::fmt::Display;
use std::io::{self, Write};

use super::FolderProblem;

/// A table being written, as RFC 4180: in memory, or wherever it goes.
pub(crate) struct Table<W: Write = Vec<u8>> {
    writer: csv::Writer<W>,
}

impl<W: Write> Table<W> {
    /// Begins with the header; what was written is whole once [`Table::close`] was called.
    pub(crate) fn to(out: W, header: &[&str]) -> io::Result<Table<W>> {
        let mut writer = csv::WriterBuilder::new();
        let writer = writer.terminator(csv::Terminator::CRLF).from_writer(out);
        let mut table = Table { writer };
        table.add(header)?;
        Ok(table)
    }

    /// Adds a row; every cell is made safe.
    pub(crate) fn add<C: AsRef<str>>(&mut self, cells: &[C]) -> io::Result<()> {
        let cells = cells.iter().map(|cell| safe(cell.as_ref()));
        Ok(self.writer.write_record(cells)?)
    }

    /// Writes what is held back.
    pub(crate) fn close(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Table {
    /// Begins with the header.
    pub(crate) fn new(header: &[&str]) -> Result<Table, FolderProblem> {
        Table::to(Vec::new(), header).map_err(|e| FolderProblem::encoding("a table", e))
    }

    /// Adds a row; every cell is made safe.
    pub(crate) fn row<C: AsRef<str>>(&mut self, cells: &[C]) -> Result<(), FolderProblem> {
        let added = self.add(cells);
        added.map_err(|e| FolderProblem::encoding("a table", e))
    }

    /// The table's bytes.
    pub(crate) fn finish(self) -> Result<Vec<u8>, FolderProblem> {
        self.writer
            .into_inner()
            .map_err(|e| FolderProblem::encoding("a table", e))
    }
}

/// A table of rows, the header first, as RFC 4180 with safe cells.
///
/// # Errors
/// Rows of different lengths.
pub fn csv_table<const N: usize>(rows: &[[String; N]]) -> Result<Vec<u8>, FolderProblem> {
    let (header, rows) = rows
        .split_first()
        .map_or((None, rows), |(h, r)| (Some(h), r));
    let header: Vec<&str> = header.into_iter().flatten().map(String::as_str).collect();
    let mut table = Table::new(&header)?;
    for row in rows {
        table.row(row)?;
    }
    table.finish()
}

/// A cell that a spreadsheet would run as a formula gets an apostrophe in front; plain numbers stay. What
/// would act on a terminal, break a row or hide among letters is written as its code.
pub fn safe(cell: &str) -> String {
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let quote = if risky && cell.parse::<f64>().is_err() {
        "'"
    } else {
        ""
    };
    format!("{quote}{}", visible(cell))
}

/// What would act on a terminal, break a row or hide among letters, written as its code.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() || is_invisible(c) {
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    out
}

/// Zero-width, direction-changing and line-separating characters, and tags.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        | '\u{E0000}'..='\u{E007F}')
}

/// Joins with `;`.
pub(crate) fn joined<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    words.join(";")
}

/// Names in their own order: numbers are given in the order in which names are read, so by how the logs are cut into files.
pub(crate) fn sorted<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = values.into_iter().collect();
    all.sort_unstable();
    all
}

/// A value, or an empty cell.
pub(crate) fn or_empty<T: Display>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(safe("+46 70"), "'+46 70");
        assert_eq!(safe("-12.5"), "-12.5");
        assert_eq!(safe("Åsa"), "Åsa");
        assert_eq!(safe("a\u{1b}[0m\nb\u{202e}"), "a\\u{1b}[0m\\u{a}b\\u{202e}");
    }
}
