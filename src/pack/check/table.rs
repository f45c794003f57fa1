//! Cells of a pack's tables: what has the shape of its column is no identifier, everything else is looked through.

use std::collections::BTreeSet;

use super::places::Place;
use super::{Check, line};
use crate::case::Case;
use crate::pack::figures::SMALL;
use crate::pack::keys::is_pseudonym;
use crate::pack::lines::is_withheld;
use crate::pack::owners::Reader;
use crate::pack::reread::LogFile;
use crate::pack::write::{EVIDENCE, SHARED, SUBJECTS, UNNAMED};
use crate::report::Row;
use crate::report::cells::safe;
use crate::words::{Certainty, Reason, SECOND, Stamp};

/// Columns of `controller.csv` and `controllers.csv` that hold counts.
const COUNTS: [&str; 15] = [
    "subjects_min",
    "subjects_max",
    "subjects_confirmed",
    "subjects_probable",
    "subjects_possible",
    "subjects_u1",
    "subjects_u2",
    "children_min",
    "protected_min",
    "accounts",
    "accesses",
    "population",
    "log_coverage",
    "row",
    "bytes",
];
/// Columns of the regulator's tables that hold counts, besides.
const WIDE_COUNTS: [&str; 14] = [
    "score",
    "attempts",
    "objects_beyond_scope",
    "controllers",
    "client_addresses",
    "user_agents",
    "undecided",
    "subjects_undecided",
    "lines",
    "expected_low",
    "expected_high",
    "lines_alone",
    "subjects_confirmed",
    "subjects_probable",
];
/// Other columns that packs have.
const OTHERS: [&str; 9] = [
    "controller",
    "name",
    "status",
    "reasons",
    "first_seen",
    "last_seen",
    "data_categories",
    "routes",
    "children_min",
];
/// Words that columns of words hold, besides those of the case.
const WORDS: [&str; 23] = [
    "",
    "true",
    "false",
    "confirmed",
    "cannot_be_excluded",
    "excluded",
    "in scope",
    "beyond",
    "no unit",
    "not in the directory then",
    "unknown object",
    "own tenant by learned label",
    "beyond by learned label",
    "unknown scope",
    SHARED,
    UNNAMED,
    "enumeration",
    "probing",
    "overreach",
    "harvest",
    "directory",
    "inferred",
    "unknown",
];

/// Words of the case that tables hold.
pub(super) struct Words<'a> {
    pub(super) routes: BTreeSet<&'a str>,
    pub(super) categories: BTreeSet<&'a str>,
    pub(super) files: BTreeSet<&'a str>,
    pub(super) corrections: Vec<i64>,
}

impl<'a> Words<'a> {
    pub(super) fn of(case: &'a Case, logs: &'a [LogFile]) -> Words<'a> {
        let routes = case.routes.iter();
        let categories = routes.clone().flat_map(|route| &route.discloses);
        Words {
            routes: routes.map(|route| route.name.as_str()).collect(),
            categories: categories.map(|one| one.name.as_str()).collect(),
            files: logs.iter().map(|log| log.name.as_str()).collect(),
            corrections: logs.iter().map(|log| log.clock_correction).collect(),
        }
    }

    /// Whether a cell has the shape of its column.
    fn fits(&self, file: &str, column: &str, cell: &str) -> bool {
        let each =
            |holds: &dyn Fn(&str) -> bool| cell.split(';').all(|one| one.is_empty() || holds(one));
        let wide = matches!(file, "accounts.csv" | "coverage.csv");
        match (file, column) {
            ("evidence.csv", "status" | "line" | "offset" | "length") => is_count(cell),
            _ if COUNTS.contains(&column) => is_count(cell),
            _ if wide && (WIDE_COUNTS.contains(&column) || column.starts_with("requests: ")) => {
                is_count(cell)
            }
            (_, "first_seen" | "last_seen" | "time" | "hour") => cell.is_empty() || is_time(cell),
            (_, "evidence_rows") => each(&is_count),
            (_, "line_id") => is_pseudonym(cell),
            (_, "child") if cell.is_empty() => true,
            (_, "certainty") => is_certainty(cell),
            (
                _,
                "status" | "child" | "standing" | "no_place_because" | "verdict" | "scope" | "gap",
            ) => WORDS.contains(&cell),
            (_, "reasons") => each(&is_reason),
            (_, "route" | "routes" | "routes_silent") => {
                each(&|one| self.routes.iter().any(|route| safe(route) == one))
            }
            (_, "data_categories") => {
                each(&|one| self.categories.contains(one.trim_end_matches('?')))
            }
            ("evidence.csv" | "accounts.csv", "account") | ("evidence.csv", "client") => {
                is_pseudonym(cell)
            }
            _ => false,
        }
    }
}

impl Check<'_> {
    /// A table, cell by cell.
    pub(super) fn table(&mut self, path: &str, file: &str, reader: Reader, bytes: &[u8]) {
        let mut reader_of = csv::ReaderBuilder::new();
        let mut table = reader_of
            .flexible(true)
            .has_headers(false)
            .from_reader(bytes);
        let mut header: Vec<String> = Vec::new();
        let (mut counted, mut number) = (0, 1);
        for record in table.byte_records() {
            let Ok(record) = record else {
                let what = "is no table any more".to_owned();
                return self.tell(path, 0, what);
            };
            // A reader's own count lags behind where lines end with two signs.
            let at = record.position().map_or(0, csv::Position::byte);
            let at = usize::try_from(at).unwrap_or(bytes.len());
            let begin = at
                + bytes[at.min(bytes.len())..]
                    .iter()
                    .take_while(|b| b.is_ascii_control())
                    .count();
            let passed = bytes.get(counted..begin).unwrap_or_default();
            number += passed.iter().filter(|b| **b == b'\n').count() as u64;
            counted = begin.max(counted);
            let cells: Vec<String> = record
                .iter()
                .map(|cell| String::from_utf8_lossy(cell).into_owned())
                .collect();
            if header.is_empty() {
                for name in &cells {
                    if !is_column(file, name, &self.words) {
                        self.strange(path, number, reader, name);
                    }
                }
                header = cells;
                continue;
            }
            for (at, cell) in cells.iter().enumerate() {
                let column = header.get(at).map_or("", String::as_str);
                self.cell((path, number), (file, column), reader, cell);
            }
            if file == "evidence.csv" {
                self.place((path, number), reader, &row(&header, &cells));
            }
        }
    }

    fn cell(
        &mut self,
        (path, number): (&str, u64),
        (file, column): (&str, &str),
        reader: Reader,
        cell: &str,
    ) {
        if self.words.fits(file, column, cell) {
            // A pseudonym is made so that it spells nobody's name; one that does was put there.
            if is_pseudonym(cell) {
                self.strange(
                    path,
                    number,
                    reader,
                    cell.split_once('-').map_or("", |p| p.1),
                );
            }
            return;
        }
        let named = file == "evidence.csv" && column == "file";
        let is_log = named && self.words.files.contains(cell);
        let wide = matches!(file, "accounts.csv" | "coverage.csv");
        match is_log || wide || (named && is_pseudonym(cell)) {
            true => self.strange_words(path, number, reader, cell),
            false => self.strange(path, number, reader, cell),
        }
    }

    /// A line's place may be told only where the line is the reader's alone: noted, and proved in the end.
    fn place(&mut self, (path, number): (&str, u64), reader: Reader, row: &Row) {
        let cell = |name: &str| row.get(name).map_or("", String::as_str);
        let told = ["line", "offset", "length"].map(|name| !cell(name).is_empty());
        if told == [false; 3] {
            return;
        }
        let (Reader::Controller(controller), Ok(offset), Ok(length)) = (
            reader,
            cell("offset").parse::<u64>(),
            cell("length").parse::<u64>(),
        ) else {
            let what = "tells a part of a line's place, which cannot be proved to be its own";
            return self.tell(path, number, what.to_owned());
        };
        self.places.push(Place {
            at: (path.to_owned(), number),
            controller,
            log: cell("file").to_owned(),
            offset,
            length,
            line: cell("line").parse().ok(),
            told: ["status", "bytes"].map(|name| cell(name).to_owned()),
        });
    }

    /// The masked lines, each beside its row.
    pub(super) fn log(&mut self, path: &str, reader: Reader, text: &str, rows: Option<&Vec<u8>>) {
        let mut table = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(rows.map_or(&[][..], Vec::as_slice));
        let header: Vec<String> = table
            .headers()
            .map(|header| header.iter().map(str::to_owned).collect())
            .unwrap_or_default();
        let mut rows = table.records();
        for (line, number) in text.lines().zip(1..) {
            let cells = rows.next().and_then(Result::ok);
            let cells: Vec<String> = cells
                .map(|record| record.iter().map(str::to_owned).collect())
                .unwrap_or_default();
            if is_withheld(line) {
                continue;
            }
            let row = row(&header, &cells);
            let cell = |name: &str| row.get(name).map_or("", String::as_str);
            let facts = line::Facts {
                time: stamp(cell("time")).unwrap_or(Stamp(i64::MIN)),
                status: cell("status").parse().ok(),
                bytes: cell("bytes").parse().ok(),
                route: self.targets.route(cell("route")),
                paged: !cell("container").is_empty(),
                corrections: self.words.corrections.clone(),
            };
            for hit in line::strangers(self.owners, reader, &facts, line) {
                self.found(path, number, &hit);
            }
        }
    }
}

fn row(header: &[String], cells: &[String]) -> Row {
    header.iter().cloned().zip(cells.iter().cloned()).collect()
}

fn is_column(file: &str, name: &str, words: &Words<'_>) -> bool {
    let own: &[&str] = match file {
        "subjects.csv" => &SUBJECTS,
        "evidence.csv" => &EVIDENCE,
        "controller.csv" | "controllers.csv" => {
            return COUNTS.contains(&name) || OTHERS.contains(&name);
        }
        "accounts.csv" | "coverage.csv" => {
            let route = name.strip_prefix("requests: ");
            return WIDE_COUNTS.contains(&name)
                || COUNTS.contains(&name)
                || OTHERS.contains(&name)
                || WIDE.contains(&name)
                || route.is_some_and(|route| words.routes.contains(route));
        }
        _ => &[],
    };
    own.contains(&name)
}

/// Other columns of the regulator's tables.
const WIDE: [&str; 12] = [
    "account",
    "verdict",
    "scope",
    "role",
    "signals",
    "kind",
    "source",
    "hour",
    "gap",
    "writers_silent",
    "routes_silent",
    "controllers",
];

pub(super) fn is_count(cell: &str) -> bool {
    cell.is_empty() || cell == SMALL || cell.bytes().all(|b| b.is_ascii_digit()) || is_decimal(cell)
}

fn is_decimal(cell: &str) -> bool {
    let parts = cell.split_once('.');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.is_some_and(|(whole, rest)| digits(whole) && digits(rest))
}

/// An instant as tables write it.
pub(super) fn is_time(cell: &str) -> bool {
    stamp(cell).is_some_and(|at| at.to_string() == cell)
}

fn stamp(cell: &str) -> Option<Stamp> {
    let at = chrono::DateTime::parse_from_rfc3339(cell).ok()?;
    let nanos = i64::from(at.timestamp_subsec_nanos());
    at.timestamp()
        .checked_mul(SECOND)?
        .checked_add(nanos)
        .map(Stamp)
}

pub(super) fn is_digest(cell: &str) -> bool {
    cell.len() == 64 && cell.bytes().all(|b| b"0123456789abcdef".contains(&b))
}

fn is_certainty(cell: &str) -> bool {
    let all = [
        Certainty::Possible,
        Certainty::Probable,
        Certainty::Confirmed,
    ];
    all.iter().any(|one| one.word() == cell)
}

pub(super) fn is_reason(cell: &str) -> bool {
    Reason::ALL.iter().any(|reason| reason.code() == cell)
}
