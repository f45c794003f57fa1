//! One controller's pack -> its files.
//!
//! Which lines and whose they are comes from `lines`, what a notification asks for from `notice`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::figures::suppressed;
use super::keys::Pseudonyms;
use super::lines::ShownLine;
use super::notice::{self, Known};
use super::owners::{Controller, Owners, Reader};
use super::sealed::SealTo;
use crate::evidence::sha256;
use crate::report::cells::{Table, joined, or_empty, safe};
use crate::report::{FolderProblem, Row};

/// Columns of `subjects.csv`.
pub(super) const SUBJECTS: [&str; 10] = [
    "subject",
    "certainty",
    "child",
    "first_seen",
    "last_seen",
    "accounts",
    "accesses",
    "routes",
    "data_categories",
    "evidence_rows",
];
/// Columns of `evidence.csv`.
pub(super) const EVIDENCE: [&str; 18] = [
    "row",
    "line_id",
    "file",
    "line",
    "offset",
    "length",
    "no_place_because",
    "time",
    "route",
    "status",
    "bytes",
    "certainty",
    "standing",
    "account",
    "client",
    "subjects",
    "objects",
    "container",
];
/// Why a line's place is not told.
pub(super) const SHARED: &str =
    "the request named or the line told of something that is not this controller's";
/// Why the place of a line is not told in a log whose name has a pseudonym.
pub(super) const UNNAMED: &str = "the log's name tells of something that is not this controller's";

/// What a pack is made of.
pub(super) struct Pack<'a> {
    pub(super) controller: Controller,
    pub(super) case: &'a str,
    pub(super) columns: &'a [String],
    pub(super) row: &'a Row,
    pub(super) subjects: &'a [Row],
    pub(super) lines: &'a [ShownLine],
    pub(super) owners: &'a Owners,
    pub(super) recipient: Option<&'a SealTo>,
}

/// A pack's files by name.
pub(super) type Files = BTreeMap<&'static str, Vec<u8>>;

impl Pack<'_> {
    /// All files.
    ///
    /// # Errors
    /// A table cannot be encoded, or nothing can be sealed.
    pub(super) fn files(&self, names: &mut Pseudonyms<'_>) -> Result<Files, String> {
        let words = |problem: FolderProblem| problem.to_string();
        let mut files = Files::new();
        let protected = self.protected();
        let told = self.lines.iter().filter(|line| !line.only_sealed);
        let told: Vec<&ShownLine> = told.collect();
        files.insert("controller.csv", self.controller().map_err(words)?);
        let short = self.row.get("status").is_some_and(|s| s == "excluded");
        if !short {
            files.insert("subjects.csv", self.subjects(&told).map_err(words)?);
            files.insert("evidence.csv", self.evidence(&told, names).map_err(words)?);
            let mut log = String::new();
            for line in &told {
                log.push_str(&line.text);
                log.push('\n');
            }
            files.insert("evidence.log", log.into_bytes());
        }
        if let Some(recipient) = self.recipient.filter(|_| !protected.is_empty()) {
            let plain = self.sealed(&protected, names);
            let mut plain = format!("{plain:#}").into_bytes();
            plain.push(b'\n');
            files.insert("protected.age", recipient.seal(&plain)?);
        }
        let notification = notice::notification(&self.known(&protected, told.len()));
        files.insert(
            "notification.md",
            notice::markdown(&notification).into_bytes(),
        );
        files.insert("README.txt", notice::readme(&notification).into_bytes());
        files.insert(
            "notification.json",
            format!("{notification:#}\n").into_bytes(),
        );
        let sums: String = files
            .iter()
            .map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes)))
            .collect();
        files.insert("SHA256SUMS", sums.into_bytes());
        Ok(files)
    }

    /// Rows of subjects that are protected, by the answer or by the directory at any time.
    fn protected(&self) -> Vec<&Row> {
        let hidden = |row: &&Row| row["protected"] == "true" || self.owners.hides(&row["subject"]);
        self.subjects.iter().filter(hidden).collect()
    }

    fn known<'k>(&'k self, protected: &[&Row], evidence_lines: usize) -> Known<'k> {
        let mut confirmed = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for line in self.lines {
            let objects = line.objects.iter().chain(&line.sealed_objects);
            for object in objects {
                seen.insert(object);
                if line.certainty == "confirmed" {
                    confirmed.insert(object);
                }
            }
        }
        let reader = Reader::Controller(self.controller);
        // Digits in a case's name are a year and a number.
        let strange = |id: &&str| {
            self.owners
                .strangers(reader, id)
                .iter()
                .any(|hit| has_letters(&hit.text))
        };
        let case = Some(self.case).filter(|id| !strange(id));
        Known {
            case,
            row: self.row,
            objects_confirmed: confirmed.len() as u64,
            objects_seen: seen.len() as u64,
            evidence_lines,
            protected: self.owners.marks_protected.then_some(protected.len()),
            marks_children: self.owners.marks_children,
            listed: self.subjects.len() as u64,
            sealed: self.recipient.is_some(),
        }
    }

    fn controller(&self) -> Result<Vec<u8>, FolderProblem> {
        let header: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let mut table = Table::new(&header)?;
        let cells: Vec<String> = self
            .columns
            .iter()
            .map(|column| {
                let cell = self.row.get(column).map_or("", String::as_str);
                match column.as_str() {
                    "protected_min" => suppressed(cell),
                    _ => cell.to_owned(),
                }
            })
            .collect();
        table.row(&cells)?;
        table.finish()
    }

    fn subjects(&self, told: &[&ShownLine]) -> Result<Vec<u8>, FolderProblem> {
        let mut rows_of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (line, row) in told.iter().zip(1..) {
            for subject in &line.subjects {
                rows_of.entry(safe(subject)).or_default().push(row);
            }
        }
        let mut table = Table::new(&SUBJECTS)?;
        let hidden: BTreeSet<&str> = self
            .protected()
            .iter()
            .map(|row| row["subject"].as_str())
            .collect();
        for row in self.subjects {
            let subject = row["subject"].as_str();
            if hidden.contains(subject) {
                continue;
            }
            let mut cells: Vec<String> = SUBJECTS[..9]
                .iter()
                .map(|name| row[*name].clone())
                .collect();
            cells.push(joined(rows_of.get(subject).into_iter().flatten()));
            table.row(&cells)?;
        }
        table.finish()
    }

    fn evidence(
        &self,
        told: &[&ShownLine],
        names: &mut Pseudonyms<'_>,
    ) -> Result<Vec<u8>, FolderProblem> {
        let mut table = Table::new(&EVIDENCE)?;
        for (line, row) in told.iter().zip(1_u64..) {
            table.row(&self.evidence_row(row, line, false, names))?;
        }
        table.finish()
    }

    /// The cells of [`EVIDENCE`].
    fn evidence_row(
        &self,
        row: u64,
        line: &ShownLine,
        sealed: bool,
        names: &mut Pseudonyms<'_>,
    ) -> Vec<String> {
        let file = self.file(&line.row.file, names);
        let why = match (line.own_place, file == line.row.file) {
            (false, _) => SHARED,
            // A place in a log without a name leads nowhere, and nobody could prove it.
            (true, false) => UNNAMED,
            (true, true) => "",
        };
        let place = |figure: u64| match why {
            "" => figure.to_string(),
            _ => String::new(),
        };
        let all = |open: &BTreeSet<String>, hidden: &BTreeSet<String>| match sealed {
            true => joined(open.union(hidden)),
            false => joined(open),
        };
        vec![
            row.to_string(),
            // A digest would tell whoever guesses the account what is masked: there are few.
            names.of("line", &line.row.reference()),
            file,
            place(line.row.line),
            place(line.row.offset),
            place(line.row.length),
            why.to_owned(),
            line.row.at.to_string(),
            line.row.route.clone(),
            or_empty(line.row.status),
            or_empty(line.row.bytes),
            line.certainty.clone(),
            line.row.standing.clone(),
            names.of("acct", &line.row.account),
            names.of("addr", &line.row.client),
            all(&line.subjects, &line.protected),
            all(&line.objects, &line.sealed_objects),
            line.container.clone(),
        ]
    }

    /// A log's name, unless it names somebody. Digits alone do not: logs are numbered by rotation.
    fn file(&self, file: &str, names: &mut Pseudonyms<'_>) -> String {
        let reader = Reader::Controller(self.controller);
        let strangers = self.owners.strangers(reader, file);
        match strangers.iter().any(|hit| has_letters(&hit.text)) {
            true => names.of("file", file),
            false => file.to_owned(),
        }
    }

    fn sealed(&self, protected: &[&Row], names: &mut Pseudonyms<'_>) -> Value {
        let lines: Vec<Value> = self
            .lines
            .iter()
            .filter(|line| !line.protected.is_empty() || !line.sealed_objects.is_empty())
            .zip(1_u64..)
            .map(|(line, row)| {
                let cells = self.evidence_row(row, line, true, names);
                let mut told: serde_json::Map<String, Value> = EVIDENCE
                    .iter()
                    .zip(cells)
                    .map(|(name, cell)| ((*name).to_owned(), json!(cell)))
                    .collect();
                told.insert("text".to_owned(), json!(line.sealed_text));
                Value::Object(told)
            })
            .collect();
        json!({
            "schema": "breachscope.protected/1",
            "controller": self.row["controller"],
            "subjects": protected.iter().map(|row| {
                let told = SUBJECTS[..9].iter();
                told.map(|name| ((*name).to_owned(), json!(row[*name]))).collect::<serde_json::Map<_, _>>()
            }).collect::<Vec<_>>(),
            "evidence": lines,
        })
    }
}

/// Whether there is a letter in it.
pub(super) fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}
