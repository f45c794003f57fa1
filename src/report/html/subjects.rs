//! `subjects.csv` read back: the data subjects that the page lists, and those whom it must only count.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;
use serde::Serialize;

use super::accesses::{Access, Place, level};
use super::clock::seconds;
use super::lines::{Lines, references};
use super::walk::Names;
use crate::report::cells::visible;

/// How many data subjects the page lists; the rest stands in the table.
const LISTED: usize = 200_000;

/// The table in memory.
pub(super) struct Subjects {
    columns: HashMap<String, usize>,
    records: Vec<StringRecord>,
}

/// The listed data subjects as the script reads them, in columns.
#[derive(Default, Serialize)]
pub(super) struct Columns {
    id: Vec<String>,
    c: Vec<i64>,
    s: Vec<i64>,
    f: Vec<i64>,
    l: Vec<i64>,
    k: Vec<i64>,
    r: Vec<i64>,
    n: Vec<i64>,
    child: Vec<i64>,
    e: Vec<Vec<usize>>,
    left: usize,
    hidden: bool,
}

impl Subjects {
    /// Reads the file's bytes.
    ///
    /// # Errors
    /// They are no table.
    pub(super) fn read(bytes: &[u8]) -> Result<Subjects, String> {
        let bad = |e: csv::Error| format!("subjects.csv is no table: {e}; make the answer again");
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().map_err(bad)?.clone();
        let columns = header
            .iter()
            .enumerate()
            .map(|(at, name)| (name.to_owned(), at));
        Ok(Subjects {
            columns: columns.collect(),
            records: reader.records().collect::<Result<_, _>>().map_err(bad)?,
        })
    }

    fn cell<'s>(&self, record: &'s StringRecord, name: &str) -> &'s str {
        let at = self.columns.get(name);
        at.and_then(|at| record.get(*at)).unwrap_or_default()
    }

    /// Who is protected at any time, as the table writes them. Where no table says who is, the cells are empty.
    pub(super) fn protected(&self) -> HashSet<String> {
        let unsaid = self
            .records
            .iter()
            .all(|one| self.cell(one, "protected").is_empty());
        let protected = self.records.iter().filter(|record| {
            !unsaid && self.cell(record, "protected") != "false"
                || self.cell(record, "protected_ever") == "true"
        });
        protected
            .map(|record| self.cell(record, "subject").to_owned())
            .collect()
    }

    /// The columns for the script in the page. `number` tells a controller's place in the ledger, `rows` the digests of
    /// lines.
    pub(super) fn columns<'a>(
        &'a self,
        protected: &HashSet<String>,
        rows: &[Access<'a>],
        number: impl Fn(&str) -> Option<usize>,
        (sets, lines): (&mut Names<'a>, &mut Lines<'a>),
    ) -> Columns {
        let key = |place: &Place<'a>| (place.file, place.line, place.offset);
        let digests: HashMap<_, _> = rows
            .iter()
            .map(|row| (key(&row.place), row.sha256))
            .collect();
        let mut columns = Columns::default();
        let shown = self
            .records
            .iter()
            .filter(|record| !protected.contains(self.cell(record, "subject")));
        let all = shown.clone().count();
        for record in shown.take(LISTED) {
            let cell = |name| self.cell(record, name);
            let second = |name| seconds(cell(name)).unwrap_or_default();
            let controller = number(cell("controller")).map_or(-1, |at| at as i64);
            columns.id.push(visible(cell("subject")));
            columns.c.push(controller);
            columns.s.push(i64::from(level(cell("certainty"))));
            columns.f.push(second("first_seen"));
            columns.l.push(second("last_seen"));
            columns.k.push(sets.number(cell("data_categories")) as i64);
            columns.r.push(sets.number(cell("routes")) as i64);
            columns.n.push(cell("accesses").parse().unwrap_or_default());
            columns.child.push(match cell("child") {
                "true" => 1,
                "false" => 0,
                _ => -1,
            });
            let evidence = references(plain(cell("evidence")))
                .into_iter()
                .map(|place| {
                    let digest = digests.get(&key(&place)).copied().flatten();
                    lines.number(place, digest)
                });
            columns.e.push(evidence.collect());
        }
        columns.left = all.saturating_sub(LISTED);
        columns.hidden = self.records.len() > all;
        columns
    }
}

/// A cell without the apostrophe that keeps a spreadsheet from running it.
fn plain(cell: &str) -> &str {
    let bare = cell.strip_prefix('\'');
    bare.filter(|bare| bare.starts_with(['=', '+', '-', '@']))
        .unwrap_or(cell)
}
