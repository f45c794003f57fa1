//! What a finished answer says, as tables: the one content that workbook, PDF, CSV, JSON, Parquet and the answers to an
//! authority's questions are made from.
//!
//! Everything comes from the answer's files, held against the manifest by whoever reads them. Cells are the texts of the
//! CSV files, so that a value found here is found there; a column says as what its cells may be typed. Protected persons
//! are counted, as in the page, and never named. How it looks is left to the formats.

mod copied;
mod front;
mod hidden;
mod told;

use serde_json::Value;

use super::cells::{safe, visible};
use super::finished::Row;
use super::html::Source;
use super::html::clock::{Zone, second_of};
use super::html::sentences::Verdicts;
use super::html::words::Words;

pub(super) use front::Figure;

/// As what the cells of a column may be typed; a cell that does not read so stays text, an empty one stays empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text; IDs are always text, so that 007 stays itself.
    Text,
    /// A whole number.
    Count,
    /// A whole number, or a word where it is not told because it is small.
    Hidden,
    /// A number with decimals.
    Number,
    /// An instant, UTC.
    Time,
    /// `true` or `false`.
    Flag,
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    /// Its name, as in the answer's files.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: Kind,
}

/// A table.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Its name.
    pub(super) name: &'static str,
    /// The file of the answer that it is from.
    pub(super) source: &'static str,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Its rows, a cell for each column.
    pub(super) rows: Vec<Vec<String>>,
}

impl Sheet {
    fn new(name: &'static str, source: &'static str, columns: &[(&str, Kind)]) -> Sheet {
        let column = |(name, kind): &(&str, Kind)| Column {
            name: (*name).to_owned(),
            kind: *kind,
        };
        Sheet {
            name,
            source,
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row of texts that come from `findings.json` or the manifest, where no table has made them safe.
    fn tell(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| safe(&cell)).collect());
    }
}

/// The content.
pub(super) struct Content {
    /// The words of the language.
    pub(super) words: Words,
    /// The case's zone, for what people read; tables are in UTC.
    pub(super) zone: Zone,
    /// `findings.json` without its accounts.
    pub(super) findings: Value,
    /// `manifest.json`.
    pub(super) manifest: Value,
    /// SHA-256 of the manifest, which names every other file's.
    pub(super) manifest_sha256: String,
    /// The answer in five sentences: part, sentence, what it rests on.
    pub(super) sentences: Vec<[String; 3]>,
    /// Figures of the case.
    pub(super) figures: Vec<Figure>,
    /// All tables, in the order in which they are shown.
    pub(super) sheets: Vec<Sheet>,
}

impl Content {
    /// Reads the answer's files.
    ///
    /// # Errors
    /// A sentence: a file is missing, was changed, or is none of this program's.
    pub(super) fn gather(
        source: &Source<'_>,
        manifest_sha256: String,
        words: Words,
    ) -> Result<Content, String> {
        let mut verdicts = Verdicts::default();
        let mut signals = told::signals();
        let findings = source.findings(&mut |account| {
            verdicts.count(&account);
            told::add_signals(&mut signals, &account);
            None
        })?;
        let zone = zone(&findings);
        let sentences = front::sentences(&words, &zone, &findings, &verdicts);
        let figures = front::figures(&findings);
        let mut sheets = vec![
            front::answer_sheet(&sentences),
            front::figures_sheet(&figures),
        ];
        sheets.extend(copied::sheets(source)?);
        sheets.extend(told::sheets(&findings, signals, &source.manifest));
        sheets.push(front::glossary(&words));
        Ok(Content {
            words,
            zone,
            manifest: source.manifest.clone(),
            findings,
            manifest_sha256,
            sentences,
            figures,
            sheets,
        })
    }

    /// A table by its name; the rows by column, as the answer's own tables are read.
    pub(super) fn rows(&self, name: &str) -> Vec<Row> {
        let sheet = self.sheets.iter().find(|sheet| sheet.name == name);
        let row = |sheet: &Sheet, row: &Vec<String>| -> Row {
            let names = sheet.columns.iter().map(|column| column.name.clone());
            names.zip(row.iter().cloned()).collect()
        };
        let rows = sheet.map(|sheet| sheet.rows.iter().map(|one| row(sheet, one)).collect());
        rows.unwrap_or_default()
    }

    /// A count; `unknown` where there is none, and the words for what is hidden.
    pub(super) fn count(&self, cell: &str) -> String {
        let words = &self.words;
        match cell {
            "" => words.word("number.unknown"),
            "<5" => words.word("number.fewer"),
            "withheld" => words.word("number.withheld"),
            cell => cell
                .parse()
                .map_or_else(|_| cell.to_owned(), |n| words.number(n)),
        }
    }

    /// The case's ID.
    pub(super) fn case(&self) -> String {
        visible(self.findings["case"]["id"].as_str().unwrap_or_default())
    }

    /// The case's title, or its ID where it has none.
    pub(super) fn title(&self) -> String {
        match self.findings["case"]["title"].as_str().unwrap_or_default() {
            "" => self.case(),
            title => visible(title),
        }
    }

    /// Version and commit of the program that made the answer.
    pub(super) fn build(&self) -> String {
        let tool = &self.manifest["tool"];
        let text = |key: &str| visible(tool[key].as_str().unwrap_or_default());
        format!("{} ({})", text("version"), text("build"))
    }

    /// A rung of the ladder in the language; a route's own rung names it.
    pub(super) fn rung(&self, name: &str) -> String {
        match name.strip_prefix("could_see_by_route_") {
            Some(route) => self
                .words
                .say("rung.could_see_by_route", &[("route", route)]),
            None => self.words.word(&format!("rung.{name}")),
        }
    }

    /// What a doubt widens, in the language where it is one of the two usual things.
    pub(super) fn widens(&self, said: &str) -> String {
        match said {
            "nothing by itself" => self.words.word("coverage.nothing"),
            "upper bounds, where it is counted" => self.words.word("coverage.counted"),
            "every upper bound to the controller's population" => {
                self.words.word("coverage.population")
            }
            other => other.to_owned(),
        }
    }

    /// Who made it, from what, and in which zone times are told.
    pub(super) fn prepared(&self) -> String {
        let values = [
            ("build", self.build()),
            ("case", self.case()),
            ("zone", self.zone.name.clone()),
        ];
        let values = values.each_ref().map(|(key, text)| (*key, text.as_str()));
        self.words.say("document.prepared", &values)
    }
}

/// The head of a column in the language; times say that they are UTC.
pub(super) fn head(words: &Words, column: &Column) -> String {
    let word = |name: &str| {
        // What the page has a column for too is said once.
        let key = format!("head.{name}");
        match words.strings.contains_key(&key) {
            true => words.word(&key),
            false => words.word(&format!("column.{name}")),
        }
    };
    let name = match column.name.split_once(": ") {
        Some((kind, of)) => format!("{}: {of}", word(kind)),
        None => word(&column.name),
    };
    match column.kind {
        Kind::Time => format!("{name} (UTC)"),
        _ => name,
    }
}

/// The case's zone over the times that sentences tell.
fn zone(findings: &Value) -> Zone {
    let rows = ["controllers", "without_controller"]
        .into_iter()
        .flat_map(|list| findings[list].as_array().into_iter().flatten());
    let seen = rows.flat_map(|row| [second_of(&row["first_seen"]), second_of(&row["last_seen"])]);
    let window = &findings["window"];
    let window = [second_of(&window["from"]), second_of(&window["until"])];
    let ends = findings["cause"]["ends"].as_array().into_iter().flatten();
    let ends = ends.map(|end| second_of(&end["first_refusal_after_it"]));
    let times: Vec<i64> = seen.chain(window).chain(ends).flatten().collect();
    let from = times.iter().copied().min().unwrap_or_default();
    let until = times.iter().copied().max().unwrap_or_default();
    let name = findings["case"]["timezone"].as_str().unwrap_or("UTC");
    Zone::over(name, from, until)
}

/// A value of `findings.json` or the manifest as a cell; nothing is an empty one, lists are joined.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(cell).collect();
            items.join("; ")
        }
        other => other.to_string(),
    }
}

/// The rows of a list.
pub(super) fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}
