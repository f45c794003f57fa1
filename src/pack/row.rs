//! A row of `accesses.parquet` as packs hold it: their own, with plain texts, because lines of many packs outlive the table.
//!
//! The table is read by `report`, which also tells what its columns mean.

use crate::report::{self, AccessTable, Finished};
use crate::words::Stamp;

/// A request beyond scope for one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AccessRow {
    /// When, to the microsecond.
    pub(super) at: Stamp,
    /// Who asked, as the answer names it.
    pub(super) account: String,
    /// Client address.
    pub(super) client: String,
    /// The route's name.
    pub(super) route: String,
    /// Object; empty where none is named.
    pub(super) object: String,
    /// Data subject; empty where the directory says none.
    pub(super) subject: String,
    /// Controller; empty where the directory says none.
    pub(super) controller: String,
    /// Status; `None` where the log has none.
    pub(super) status: Option<i64>,
    /// Bytes of the answer; `None` where the log has none.
    pub(super) bytes: Option<i64>,
    /// `attempt`, `possible`, `probable`, `confirmed`.
    pub(super) certainty: String,
    /// The log's name.
    pub(super) file: String,
    /// Offset of the line in the log's content.
    pub(super) offset: u64,
    /// Length of the line in bytes.
    pub(super) length: u64,
    /// Number of the line, from 1.
    pub(super) line: u64,
    /// SHA-256 of the line in hex; empty where it could not be read twice.
    pub(super) line_sha256: String,
    /// Container; empty where none is named.
    pub(super) container: String,
    /// How the object stood to the account.
    pub(super) standing: String,
}

impl AccessRow {
    /// `FILE:LINE@OFFSET+LENGTH`.
    pub(super) fn reference(&self) -> String {
        format!(
            "{}:{}@{}+{}",
            self.file, self.line, self.offset, self.length
        )
    }

    fn of(row: &report::AccessRow<'_>) -> AccessRow {
        let text = |cell: Option<&str>| cell.unwrap_or_default().to_owned();
        let count = |cell: i64| u64::try_from(cell).unwrap_or(0);
        AccessRow {
            at: Stamp(row.time.saturating_mul(1000)),
            account: row.account.to_owned(),
            client: row.client.to_owned(),
            route: row.route.to_owned(),
            object: text(row.object),
            subject: text(row.subject),
            controller: text(row.controller),
            status: row.status,
            bytes: row.bytes,
            certainty: row.certainty.to_owned(),
            file: row.file.to_owned(),
            offset: count(row.offset),
            length: count(row.length),
            line: count(row.line),
            line_sha256: text(row.line_sha256),
            container: text(row.container),
            standing: row.standing.to_owned(),
        }
    }
}

/// Every row of an answer's accesses, in the order of the file.
///
/// # Errors
/// A sentence: the file was changed, is damaged, or is of another version.
pub(super) fn accesses(answer: &Finished) -> Result<Vec<AccessRow>, String> {
    let table = AccessTable::read(answer.bytes("accesses.parquet")?)
        .map_err(|why| format!("accesses.parquet cannot be read: {why}; make the answer again"))?;
    Ok(table.rows().map(|row| AccessRow::of(&row)).collect())
}
