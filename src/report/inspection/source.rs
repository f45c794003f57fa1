//! What is shown of a source: how it is written, its lines, fields and ends, and whatever is wrong with it.

use std::fmt::Write as _;

use super::super::screen::bars::{Columns, sparkline};
use super::lines::{grouped, share, size, wrapped};
use crate::coverage::{Doubt, GapKind};
use crate::survey::{Field, Source};
use crate::words::{Reason, SECOND, ending};

/// Columns of a timeline.
const COLUMNS: usize = 60;

/// A source.
pub(super) fn about(source: &Source, text: &mut String) {
    let input = &source.input;
    let tally = &input.tally;
    let around = match input.wrappings.is_empty() {
        true => String::new(),
        false => format!(" in {}", input.wrappings.join(" in ")),
    };
    wrapped(
        &format!("Source {}: {}{around}", input.name, input.format),
        4,
        text,
    );
    let mut line = |head: &str, body: String| wrapped(&format!("  {head:<10}{body}"), 12, text);
    if let Some(pattern) = &input.spec.pattern {
        line("Pattern", pattern.clone());
    }
    if !input.spec.fields.is_empty() {
        let fields: Vec<String> = input
            .spec
            .fields
            .iter()
            .map(|(ours, path)| format!("{ours}={path}"))
            .collect();
        line("Fields", fields.join(", "));
    }
    let bytes: u64 = input.files.iter().map(|file| file.content_bytes).sum();
    line(
        "Files",
        format!("{}, {} of content", input.files.len(), size(bytes)),
    );
    let lines = input
        .files
        .iter()
        .filter(|f| f.copy_of.is_none())
        .map(|f| f.tally.lines)
        .sum();
    line(
        "Lines",
        format!(
            "{} = {} request{} + {} not read + {} empty + {} directive{}",
            grouped(lines),
            grouped(tally.records),
            ending(tally.records),
            grouped(tally.rejected_lines()),
            grouped(tally.empty),
            grouped(tally.directives),
            ending(tally.directives)
        ),
    );
    for reject in rejects(source) {
        line("Not read", reject);
    }
    if let Some((first, last)) = source.span() {
        line("Span", format!("{first} to {last}"));
    }
    for (index, drawn) in when(source).iter().enumerate() {
        let head = if index == 0 { "When" } else { "" };
        // Blanks of a picture are times: it must not be broken at them.
        let _ = writeln!(text, "{}", format!("  {head:<10}{drawn}").trim_end());
    }
    let mut line = |head: &str, body: String| wrapped(&format!("  {head:<10}{body}"), 12, text);
    line("Account", account(source));
    line("Fields in", fields(source));
    line("Hosts", hosts(source));
    for (head, body) in trouble(source) {
        line(head, body);
    }
}

/// Requests over the source's own time, and its holes. They are counted by the minute, so that a short log has no picture.
fn when(source: &Source) -> Vec<String> {
    let minute = 60 * SECOND;
    let files = source.input.counted.iter();
    let lanes = files.flat_map(|file| &file.counted.lanes);
    let cells: Vec<(i64, u64)> = lanes
        .flat_map(|lane| lane.lines.cells())
        .map(|(at, many)| (at.saturating_mul(minute), many))
        .collect();
    let ends = cells.iter().map(|(at, _)| *at);
    let (Some(first), Some(last)) = (ends.clone().min(), ends.max()) else {
        return Vec::new();
    };
    let minutes = (last - first) / minute + 1;
    if minutes < COLUMNS as i64 {
        return Vec::new();
    }
    let holes: Vec<(i64, i64)> = source
        .holes
        .iter()
        .map(|hole| (hole.from.0, hole.until.0))
        .collect();
    let columns = Columns::of((first, last), cells.into_iter(), &holes, COLUMNS);
    let most = columns.counts.iter().copied().max().unwrap_or(0);
    let drawn = sparkline(&columns.counts);
    let dark = columns.holes();
    let said = format!(
        "a column is {} min; at most {} request{} in one{}",
        columns.step / minute,
        grouped(most),
        ending(most),
        if dark.is_some() { "; × a hole" } else { "" }
    );
    let lines = [Some(drawn), dark, Some(said)];
    lines.into_iter().flatten().collect()
}

fn rejects(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (at, problem) in crate::format::Problem::ALL.iter().enumerate() {
        let count = source.input.tally.rejected.get(at).copied().unwrap_or(0);
        let first = source.input.files.iter().find_map(|file| {
            let place = file.first_rejects.iter().find(|(p, _)| p == problem)?;
            Some(format!("{}:{}", file.name, place.1))
        });
        if let (1.., Some(place)) = (count, first) {
            found.push(format!(
                "{} {}, first {place}",
                grouped(count),
                problem.word()
            ));
        }
    }
    found
}

fn account(source: &Source) -> String {
    let with = source.input.facts.with(Field::Account);
    let records = source.input.facts.records;
    match &source.input.account {
        Some((place, sure, evidence)) => format!(
            "{place} ({}: {evidence}); in {} of the requests",
            sure.word(),
            share(with, records)
        ),
        None if with > 0 => format!(
            "the format's own field; in {} of the requests",
            share(with, records)
        ),
        None => "unknown: no field of these lines names who asked".to_owned(),
    }
}

/// Each field with the share of records that have it.
fn fields(source: &Source) -> String {
    let facts = &source.input.facts;
    let words: Vec<String> = Field::ALL
        .iter()
        .map(|field| {
            format!(
                "{} {}",
                field.word(),
                share(facts.with(*field), facts.records)
            )
        })
        .collect();
    words.join(", ")
}

fn hosts(source: &Source) -> String {
    let facts = &source.input.facts;
    let list = |set: &crate::survey::Distinct| {
        let names: Vec<String> = set
            .sorted()
            .iter()
            .take(4)
            .map(|name| crate::sequence::text(name))
            .collect();
        match set.len() {
            0 => "unknown".to_owned(),
            n if n > 4 => format!(
                "{n}{}, such as {}",
                if set.full() { " or more" } else { "" },
                names.join(", ")
            ),
            _ => names.join(", "),
        }
    };
    format!(
        "asked for: {}; written by: {}",
        list(&facts.hosts),
        list(&facts.nodes)
    )
}

/// Holes, ends, clocks, copies, samples: only what there is.
fn trouble(source: &Source) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let input = &source.input;
    for hole in source.holes.iter().take(3) {
        found.push(match hole.kind {
            GapKind::Silent => (
                "Silent",
                format!(
                    "{} to {}, where about {:.0} lines were to be expected",
                    hole.from, hole.until, hole.expected
                ),
            ),
            _ => ("Missing", hole.basis.clone()),
        });
    }
    if source.holes.len() > 3 {
        found.push(("", format!("and {} more", source.holes.len() - 3)));
    }
    if let Some(unnoticed) = source.unnoticed.filter(|_| source.holes.is_empty()) {
        found.push((
            "Holes",
            format!("none seen; it {unnoticed}; a shorter one would go unnoticed"),
        ));
    }
    let shown = |doubt: &&Doubt| match doubt.reason {
        Reason::Clock => input.facts.jumps == 0,
        reason => reason == Reason::Retention,
    };
    for doubt in source.said.iter().filter(shown) {
        let what = match doubt.reason {
            Reason::Clock => "Clock",
            _ => "Ends",
        };
        found.push((what, doubt.basis.clone()));
    }
    if let Some((opening, usual)) = source.amid {
        found.push((
            "Begins",
            format!(
                "amid traffic: {} line{} in its first 10 minutes, about {} are usual",
                grouped(opening),
                ending(opening),
                grouped(usual)
            ),
        ));
    }
    if let Some(last) = input.files.last().filter(|file| file.unended) {
        found.push((
            "Ends",
            format!(
                "{}: its last line has no end; the log was cut, or is still written",
                last.name
            ),
        ));
    }
    if !input.missing_files.is_empty() {
        let numbers: Vec<String> = input.missing_files.iter().map(u64::to_string).collect();
        found.push((
            "Rotation",
            format!("files number {} are missing", numbers.join(", ")),
        ));
    }
    for file in &input.files {
        for damage in &file.damage {
            found.push(("Damaged", format!("{}: {damage}", file.name)));
        }
        if let Some(of) = &file.copy_of {
            found.push((
                "Twice",
                format!("{} is the same content as {of}, and counts once", file.name),
            ));
        }
        if let Some(of) = &file.overlaps {
            found.push((
                "Twice",
                format!(
                    "a part of {} stands in {of} too, and counts once",
                    file.name
                ),
            ));
        }
    }
    if input.facts.jumps > 0 {
        let first = input.facts.first_jump.map_or(String::new(), |(_, jump)| {
            format!(
                ", first from {} to {}, at byte {} of {}",
                jump.from,
                jump.to,
                jump.offset,
                input.first_jump.as_deref().unwrap_or("?")
            )
        });
        found.push((
            "Clock",
            format!(
                "goes back by over 5 minutes {} times{first}",
                grouped(input.facts.jumps)
            ),
        ));
    }
    if input.facts.repeated_ids > 0 {
        found.push((
            "Repeated",
            format!(
                "{} request IDs came before",
                grouped(input.facts.repeated_ids)
            ),
        ));
    }
    for sign in &source.sampling {
        found.push(("Sample?", sign.clone()));
    }
    found
}
