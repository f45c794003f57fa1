//! `[leak]`: what was found published. Typed rows with the line of each; what they prove is `cause`'s to say.

use chrono_tz::Tz;

use super::problem::{CaseProblem, Complaints, quoted};
use super::section::{Section, Value};
use super::table::Table;
use super::{Home, TableFile};
use crate::words::Stamp;

/// The records that were found published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leak {
    /// The table's path as the case writes it.
    pub path: String,
    /// When they were found at the latest; `None` when left out.
    pub published: Option<Stamp>,
    /// Columns besides `object` and `subject`.
    pub columns: Vec<String>,
    /// In file order.
    pub records: Vec<LeakRecord>,
}

/// A published record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeakRecord {
    /// Number of the row, from 1, the header not counted.
    pub row: u64,
    /// The object's ID; empty where not said.
    pub object: String,
    /// The data subject; empty where not said.
    pub subject: String,
    /// Values by the columns' order; empty = not published.
    pub values: Vec<String>,
}

/// `[leak]` as the case file announces it, before its table is read.
pub(super) struct Announced<'s> {
    records: Value<'s>,
    published: Option<Stamp>,
}

impl<'s> Announced<'s> {
    pub(super) fn read(leak: &Section<'s>, zone: Tz) -> Result<Announced<'s>, CaseProblem> {
        let records = leak.need(
            "records",
            "the table of the records that were found published",
        )?;
        let published = leak.get("published").map(|v| v.instant(zone)).transpose()?;
        records.path()?;
        Ok(Announced { records, published })
    }

    /// Reads every row.
    pub(super) fn table(&self, home: &Home<'_>) -> Result<(Leak, TableFile), CaseProblem> {
        let table = Table::open(home, &self.records)?;
        let mut complaints = Complaints::default();
        for (index, name) in table.columns.iter().enumerate() {
            if name.is_empty() || table.columns[..index].contains(name) {
                let what = format!("the column {} has no name of its own", quoted(name));
                complaints.add(|| {
                    table.complain_header(None, what, "give each column another name".to_owned())
                });
            }
        }
        let place = |name: &str| table.columns.iter().position(|column| column == name);
        let (object, subject) = (place("object"), place("subject"));
        let others: Vec<usize> = (0..table.columns.len())
            .filter(|at| Some(*at) != object && Some(*at) != subject)
            .collect();
        let mut records = Vec::new();
        let mut row_number = 0;
        table.each(&mut complaints, |row, _| {
            row_number += 1;
            // A spreadsheet writes rows that are there and empty.
            if (0..table.columns.len()).all(|at| row.cell(at).trim().is_empty()) {
                return;
            }
            let cell = |at: Option<usize>| at.map_or("", |at| row.cell(at)).to_owned();
            records.push(LeakRecord {
                row: row_number,
                object: cell(object),
                subject: cell(subject),
                values: others.iter().map(|at| row.cell(*at).to_owned()).collect(),
            });
        });
        let leak = Leak {
            path: table.file.path.clone(),
            published: self.published,
            columns: others.iter().map(|at| table.columns[*at].clone()).collect(),
            records,
        };
        complaints.or((leak, table.file))
    }
}
