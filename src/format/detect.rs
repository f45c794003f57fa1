//! Recognising a format by reading: the one that makes most records of a content's first lines.

use std::sync::Arc;

use chrono_tz::Tz;

use super::names::{self, RECOGNISED};
use super::{Format, FormatProblem, Line, LineFormat, Problem, State, csv, json, text};

/// Lines that are tried.
const TRIED: usize = 200;

/// The ways in which the first lines may be written, the one that reads most of them first. A
/// field map means JSON or a table: nothing else has use for one.
pub(super) fn detect(
    head: &[u8],
    fields: &[(String, String)],
    zone: Tz,
) -> Result<Vec<Arc<dyn LineFormat>>, FormatProblem> {
    let lines = first_lines(head);
    let wanted: &[&str] = if fields.is_empty() {
        &RECOGNISED
    } else {
        &["json", "csv"]
    };
    let mut readers = Vec::with_capacity(wanted.len());
    for name in wanted {
        let own = names::readers(name, fields, zone)?;
        let format = Format::of(own.clone()).for_content(head);
        readers.push((records(&format, &lines), own));
    }
    let most = readers
        .iter()
        .map(|(records, _)| *records)
        .max()
        .unwrap_or(0);
    if most == 0 {
        return Err(nothing_fits(&lines));
    }
    // A table with most of its rows whole is one: others only see the lines inside of its cells, and
    // one row that is cut must not hand the file to them.
    let is_table = |records: usize, own: &[Arc<dyn LineFormat>]| {
        own.first().is_some_and(|reader| reader.table().is_some())
            && records.saturating_mul(2) >= lines.len()
    };
    // Of equals the first: the sort is stable.
    readers.sort_by_key(|(records, own)| std::cmp::Reverse((is_table(*records, own), *records)));
    let mut all: Vec<Arc<dyn LineFormat>> = Vec::new();
    for reader in readers.into_iter().flat_map(|(_, readers)| readers) {
        // A table is one from its first line to its last, or none of it is.
        let strays = !all.is_empty() && reader.table().is_some();
        if !strays && !all.iter().any(|known| known.name() == reader.name()) {
            all.push(reader);
        }
    }
    let combined = lines.iter().any(|line| has_agent(line));
    let spelled = |name: &str| match (name, combined) {
        ("combined", false) => names::reader("common", &[], zone).ok(),
        _ => None,
    };
    let all = all
        .into_iter()
        .map(|reader| spelled(reader.name()).unwrap_or(reader));
    Ok(all.collect())
}

/// The first lines that hold something; the last one only when it is whole or the only one.
fn first_lines(head: &[u8]) -> Vec<&[u8]> {
    let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..end]);
    whole
        .split(|&b| b == b'\n')
        .filter(|line| !text::trim(line).is_empty())
        .take(TRIED)
        .collect()
}

/// How many of the lines are records with a time, or are known beyond doubt and read in two ways.
fn records(format: &Format, lines: &[&[u8]]) -> usize {
    let mut state = State::default();
    let dated = |line: &Line<'_>| match line {
        Line::Record(record) => record.time.is_some(),
        Line::Problem(problem) => *problem == Problem::Ambiguous,
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
    let hint = hint(first).map_or(String::new(), |hint| format!("; {hint}"));
    FormatProblem::new(format!(
        "no format that this version knows reads its first lines, which begin `{}`; say what they \
         are with `format`, `pattern` (nginx log_format or Apache LogFormat) or `fields` (JSON, tables){hint}",
        excerpt.escape_debug()
    ))
}

/// Names of a line that are listed.
const LISTED: usize = 40;

/// What the first line of a content offers to a field map: its keys, or its columns.
pub(super) fn hint(first: &[u8]) -> Option<String> {
    let line = text::trim(first);
    if is_lump(line) {
        return Some(
            "the line is one list of many requests (`records`): take it apart into a line for each, such as by \
             `jq -c '.records[]'`, name the new file in the case, and keep this one as evidence"
                .to_owned(),
        );
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

/// Whether a line is an object around a list of records, as Azure writes its blobs.
pub(super) fn is_lump(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let rest = rest.and_then(|rest| rest.strip_prefix(b"\"records\""));
    let rest = rest.and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"));
    rest.is_some_and(|rest| rest.trim_ascii_start().starts_with(b"["))
}
