//! Recognising a format by reading: the one that makes most records of a content's first lines.

use chrono_tz::Tz;

use super::{Format, FormatProblem, Line, State, text};

/// Lines that are tried.
const TRIED: usize = 200;

/// The format that reads most of the first lines.
pub(super) fn detect(
    head: &[u8],
    fields: &[(String, String)],
    zone: Tz,
) -> Result<Format, FormatProblem> {
    let lines = first_lines(head);
    let mut best: Option<(usize, Format)> = None;
    for name in candidates(&lines, fields) {
        let format = Format::named(name, if name == "json" { fields } else { &[] }, zone)?;
        let records = records(&format, &lines);
        if records > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((records, format));
        }
    }
    best.map(|(_, format)| format)
        .ok_or_else(|| nothing_fits(&lines))
}

/// What the bytes make worth trying. A field map means JSON: nothing else has use for one.
fn candidates(lines: &[&[u8]], fields: &[(String, String)]) -> Vec<&'static str> {
    if !fields.is_empty() {
        return vec!["json"];
    }
    let mut names = Vec::new();
    if lines.iter().any(|line| line.starts_with(b"#Fields:")) {
        names.push("w3c");
    }
    if lines.iter().any(|line| line.starts_with(b"{")) {
        names.push("json");
    }
    names.push(if lines.iter().any(|line| has_agent(line)) {
        "combined"
    } else {
        "common"
    });
    names
}

/// The first lines that hold something; the last one only when it is whole or the only one.
fn first_lines(head: &[u8]) -> Vec<&[u8]> {
    let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..end]);
    whole
        .split(|&b| b == b'\n')
        .map(text::trim)
        .filter(|line| !line.is_empty())
        .take(TRIED)
        .collect()
}

/// How many of the lines are records with a time.
fn records(format: &Format, lines: &[&[u8]]) -> usize {
    let mut state = State::default();
    let dated = |line: &Line<'_>| matches!(line, Line::Record(record) if record.time.is_some());
    lines
        .iter()
        .filter(|line| dated(&format.parse(&mut state, line)))
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
    let excerpt: String = String::from_utf8_lossy(first).chars().take(120).collect();
    FormatProblem::new(format!(
        "no format that this version knows reads its first lines, which begin `{}`; say what they \
         are with `format`, `pattern` (nginx log_format or Apache LogFormat) or `fields` (JSON)",
        excerpt.escape_debug()
    ))
}
