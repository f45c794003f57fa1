//! Recognising a format by reading: the one that makes most records of a content's first lines.

use std::sync::Arc;

use chrono_tz::Tz;

use super::foreign;
use super::names::{self, RECOGNISED};
use super::{Format, FormatProblem, Line, LineFormat, Problem, State, csv, json, text};

/// Lines that are tried.
const TRIED: usize = 200;

/// Every reader that a content may turn out to need, made once: what it recognises shares them, so that
/// thousands of files cost no more memory than one.
#[derive(Debug)]
pub struct Recogniser {
    ways: Vec<Vec<Arc<dyn LineFormat>>>,
    common: Arc<dyn LineFormat>,
    zone: Tz,
}

impl Recogniser {
    /// With a field map for JSON and tables, and a zone for stamps that carry no offset. A field map means
    /// one of these two: nothing else has use for one.
    ///
    /// # Errors
    /// The field map does not hold.
    pub fn new(fields: &[(String, String)], zone: Tz) -> Result<Recogniser, FormatProblem> {
        let wanted: &[&str] = if fields.is_empty() {
            &RECOGNISED
        } else {
            &["json", "csv"]
        };
        let ways = wanted.iter().map(|name| names::readers(name, fields, zone));
        Ok(Recogniser {
            ways: ways.collect::<Result<_, _>>()?,
            common: names::reader("common", &[], zone)?,
            zone,
        })
    }

    /// The format of a content whose first bytes (64 KiB do) are `head`. Lines that are written in
    /// another of the known ways are read too.
    ///
    /// # Errors
    /// No known format fits.
    pub fn recognise(&self, head: &[u8]) -> Result<Format, FormatProblem> {
        let lines = first_lines(head);
        let mut ways = Vec::with_capacity(self.ways.len());
        for own in &self.ways {
            let format = Format::of(own.clone(), self.zone).for_content(head);
            ways.push((records(&format, &lines), own));
        }
        let most = ways.iter().map(|(records, _)| *records).max();
        if most.unwrap_or(0) == 0 {
            return Err(nothing_fits(&lines));
        }
        // A table with most of its rows whole is one: others only see the lines inside of its cells, and
        // one row that is cut must not hand the file to them.
        let is_table = |records: usize, own: &[Arc<dyn LineFormat>]| {
            own.first().is_some_and(|reader| reader.table().is_some())
                && records.saturating_mul(2) >= lines.len()
        };
        // Of equals the first: the sort is stable.
        ways.sort_by_key(|(records, own)| std::cmp::Reverse((is_table(*records, own), *records)));
        let ways = ways.into_iter().map(|(_, own)| own);
        Ok(self.by_preference(ways, &lines).for_content(head))
    }

    /// The format of a content that holds no request: blanks and zeros, directives, the header of a table.
    /// `None` where `head` has any other line.
    pub fn recognise_empty(&self, head: &[u8]) -> Option<Format> {
        let lines = all_lines(head);
        let quiet = |own: &Vec<Arc<dyn LineFormat>>| {
            let format = Format::of(own.clone(), self.zone);
            let mut state = State::default();
            let quiet = |line: &[u8]| {
                let read = format.parse(&mut state, line, 0);
                matches!(read, Line::Empty | Line::Directive)
            };
            lines.clone().all(quiet)
        };
        let first = match lines.clone().next() {
            Some(_) => self.ways.iter().position(quiet)?,
            // A table would need a header.
            None => self.ways.iter().position(|way| way[0].table().is_none())?,
        };
        let (before, from) = self.ways.split_at(first);
        Some(self.by_preference(from.iter().chain(before), &[]))
    }

    /// The readers of all ways, each once.
    fn by_preference<'a>(
        &self,
        ways: impl Iterator<Item = &'a Vec<Arc<dyn LineFormat>>>,
        lines: &[&[u8]],
    ) -> Format {
        let mut all: Vec<Arc<dyn LineFormat>> = Vec::new();
        for reader in ways.flatten() {
            // A table is one from its first line to its last, or none of it is.
            let strays = !all.is_empty() && reader.table().is_some();
            if !strays && !all.iter().any(|known| known.name() == reader.name()) {
                all.push(reader.clone());
            }
        }
        let combined = lines.iter().any(|line| has_agent(line));
        for reader in &mut all {
            if reader.name() == "combined" && !combined {
                *reader = self.common.clone();
            }
        }
        Format::of(all, self.zone)
    }
}

/// The first lines that hold something; the last one only when it is whole or the only one.
fn first_lines(head: &[u8]) -> Vec<&[u8]> {
    all_lines(head).take(TRIED).collect()
}

fn all_lines(head: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..end]);
    whole
        .split(|&b| b == b'\n')
        .filter(|line| !text::is_blank(line))
}

/// How many of the lines are records with a time, or are known beyond doubt and read in two ways.
fn records(format: &Format, lines: &[&[u8]]) -> usize {
    let mut state = State::default();
    let dated = |line: &Line<'_>| match line {
        Line::Record(record) => record.time.is_some(),
        Line::Problem(problem) => *problem == Problem::Ambiguous,
        // Its answer stands on another line, or nobody knows which is its.
        Line::Part => format.halves.is_some(),
        _ => false,
    };
    lines
        .iter()
        .filter(|line| dated(&format.parse(&mut state, line, 0)))
        .count()
}

/// Whether a line has the two quoted fields that set combined apart from common.
fn has_agent(line: &[u8]) -> bool {
    memchr::memchr_iter(b'"', line).take(6).count() == 6
}

fn nothing_fits(lines: &[&[u8]]) -> FormatProblem {
    let Some(first) = lines.first() else {
        return FormatProblem::new("there is no line to tell the format from");
    };
    let excerpt: String = String::from_utf8_lossy(text::trim(first))
        .chars()
        .take(120)
        .collect();
    let hint = hint_of(lines).map_or(String::new(), |hint| format!("; {hint}"));
    FormatProblem::new(format!(
        "no format that this version knows reads its first lines, which begin `{}`; say what they \
         are with `format`, `pattern` (nginx log_format or Apache LogFormat) or `fields` (JSON, tables){hint}",
        excerpt.escape_debug()
    ))
}

/// Lines that are looked at for what they are of: a server says at its start what it is and where it listens.
pub(super) const LOOKED_AT: usize = 40;

/// What to do with a content of these first lines.
pub(super) fn hint_of(lines: &[&[u8]]) -> Option<String> {
    let known = || {
        lines
            .iter()
            .take(LOOKED_AT)
            .find_map(|line| foreign::hint(text::trim(line)))
    };
    unread_stamp(lines)
        .or_else(|| hint(lines.first()?))
        .or_else(known)
}

/// What to do where a table is known by its header, and the stamps of its rows cannot be read.
fn unread_stamp(lines: &[&[u8]]) -> Option<String> {
    let (column, stamp) = csv::unread_stamp(lines)?;
    Some(format!(
        "its columns are known, but stamps such as `{}` in `{}` cannot be read, or in more than one way (is the day or the \
         month first?): say how they are written, such as fields = {{ time = \"{}\", target = \"...\", client = \"...\", \
         status = \"...\", time_format = \"%d/%m/%Y %H:%M:%S\" }}",
        stamp.escape_debug(),
        column.escape_debug(),
        column.escape_debug()
    ))
}

/// Names of a line that are listed.
const LISTED: usize = 40;

/// What the first line of a content offers to a field map: its keys, or its columns.
fn hint(first: &[u8]) -> Option<String> {
    let line = text::trim(first);
    if line.iter().filter(|b| **b == b'\r').count() > 1 {
        return Some(
            "its lines end in a carriage return alone (old Macintosh, or a converter's slip): write them anew with \
             `tr '\\r' '\\n'`, name the new file in the case, and keep this one as evidence"
                .to_owned(),
        );
    }
    if looks_like_w3c(line) {
        return Some(
            "its lines look like those of IIS, without the `#Fields:` line that names their columns: ask for the \
             beginning of the log, or write that line in front of a copy and keep this one as evidence"
                .to_owned(),
        );
    }
    if is_lump(line) {
        return Some(
            "the line is one list of many requests (`records`): take it apart into a line for each, such as by \
             `jq -c '.records[]'`, name the new file in the case, and keep this one as evidence"
                .to_owned(),
        );
    }
    if let Some(hint) = foreign::hint(line) {
        return Some(hint);
    }
    let (what, names) = match line.first()? {
        b'{' => ("keys", json::keys(line)),
        _ => ("columns", csv::names(line)?),
    };
    let listed: Vec<String> = names
        .iter()
        .take(LISTED)
        .map(|name| format!("`{}`", name.escape_debug()))
        .collect();
    if listed.is_empty() {
        return None;
    }
    Some(format!(
        "the first line has the {what} {}{}: say which is what, such as fields = {{ time = \"...\", target = \"...\", \
         account = \"...\", method = \"...\", status = \"...\", client = \"...\" }}",
        listed.join(", "),
        if names.len() > LISTED { ", …" } else { "" }
    ))
}

/// Whether a line has a date, a time and many more words between single blanks.
fn looks_like_w3c(line: &[u8]) -> bool {
    let mut words = line.split(|b| *b == b' ');
    let (date, clock) = (words.next(), words.next());
    let shaped = |word: Option<&[u8]>, shape: &[u8]| {
        let digit = |b: &u8| if b.is_ascii_digit() { b'0' } else { *b };
        word.is_some_and(|word| word.iter().map(digit).eq(shape.iter().copied()))
    };
    shaped(date, b"0000-00-00") && shaped(clock, b"00:00:00") && words.count() > 6
}

/// Whether a line is an object around a list of records, as Azure writes its blobs.
pub(super) fn is_lump(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let rest = rest.and_then(|rest| rest.strip_prefix(b"\"records\""));
    let rest = rest.and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"));
    rest.is_some_and(|rest| rest.trim_ascii_start().starts_with(b"["))
}
