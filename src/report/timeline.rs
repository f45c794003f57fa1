//! `timeline.jsonl`: events for Timesketch, in time order. Names accounts and lines, never data subjects.

use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;

use super::Answer;
use crate::coverage::GapKind;
use crate::detect::Verdict;
use crate::impact::{Citation, same_request};
use crate::words::{Certainty, Stamp};

/// Writes the file: one JSON object a line.
///
/// # Errors
/// As `out` does.
pub(super) fn write(answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut events = Events::default();
    requests(answer, &mut events)?;
    sources(answer, &mut events)?;
    events.in_order(out)
}

/// Lines in any order, each with its time; there may be millions, so they lie in one text.
#[derive(Default)]
struct Events {
    text: Vec<u8>,
    lines: Vec<(Stamp, Range<usize>)>,
}

impl Events {
    fn push(&mut self, at: Stamp, event: &impl Serialize) -> io::Result<()> {
        let from = self.text.len();
        serde_json::to_writer(&mut self.text, event)?;
        self.text.push(b'\n');
        self.lines.push((at, from..self.text.len()));
        Ok(())
    }

    fn in_order(mut self, out: &mut dyn Write) -> io::Result<()> {
        let text = |line: &Range<usize>| &self.text[line.clone()];
        self.lines
            .sort_by(|a, b| (a.0, text(&a.1)).cmp(&(b.0, text(&b.1))));
        self.lines
            .iter()
            .try_for_each(|(_, line)| out.write_all(text(line)))
    }
}

/// A request beyond scope, as Timesketch reads it.
#[derive(Serialize)]
struct Requested<'a> {
    message: String,
    datetime: String,
    timestamp_desc: &'a str,
    account: &'a str,
    verdict: &'a str,
    certainty: &'a str,
    route: &'a str,
    status: u16,
    objects: usize,
    client: String,
    evidence: String,
}

/// Something about a log.
#[derive(Serialize)]
struct Told<'a> {
    message: String,
    datetime: String,
    timestamp_desc: &'a str,
}

/// One event for each request beyond scope.
fn requests(answer: &Answer<'_>, events: &mut Events) -> io::Result<()> {
    for outcome in &answer.analysis.outcomes {
        let account = outcome.person.label();
        let verdict = outcome.verdict.map_or("", Verdict::word);
        for request in outcome.share.beyond.chunk_by(same_request) {
            let access = &request[0].access;
            let surest = request
                .iter()
                .map(|b| b.certainty)
                .max()
                .unwrap_or(Certainty::Nothing);
            let objects = request.iter().filter(|b| b.thing.is_some()).count();
            let what = match surest {
                Certainty::Nothing => "asked for in vain".to_owned(),
                sure => format!("disclosed ({})", sure.word()),
            };
            let route = answer.route(access.route);
            let event = Requested {
                message: format!(
                    "{account}: {objects} object(s) beyond scope {what} by route {route}"
                ),
                datetime: access.time.to_string(),
                timestamp_desc: "HTTP request",
                account: &account,
                verdict,
                certainty: surest.word(),
                route,
                status: access.status,
                objects,
                client: answer.analysis.names.clients.text(access.client),
                evidence: answer.reference(Citation::of(access)),
            };
            events.push(access.time, &event)?;
        }
    }
    Ok(())
}

/// Where each source begins and ends, and its holes.
fn sources(answer: &Answer<'_>, events: &mut Events) -> io::Result<()> {
    let mut push = |at: Stamp, message: String, kind: &str| {
        let told = Told {
            message,
            datetime: at.to_string(),
            timestamp_desc: kind,
        };
        events.push(at, &told)
    };
    for (index, source) in answer.case.sources.iter().enumerate() {
        let tallies = answer
            .files
            .iter()
            .filter(|file| file.source == index)
            .map(|f| &f.read.part.tally);
        if let Some(first) = tallies.clone().filter_map(|tally| tally.first).min() {
            push(
                first,
                format!("source {} begins", source.name),
                "Log begins",
            )?;
        }
        if let Some(last) = tallies.filter_map(|tally| tally.last).max() {
            push(last, format!("source {} ends", source.name), "Log ends")?;
        }
        let own = answer.assessment.holes.iter().filter(|h| h.source == index);
        for hole in own {
            let kind = hole.kind.word();
            let message = match hole.kind {
                // Where the source begins and ends is told already.
                GapKind::BeforeStart | GapKind::AfterEnd => continue,
                _ => format!("hole until {} ({kind}): {}", hole.until, hole.basis),
            };
            push(hole.from, message, "Log gap")?;
        }
    }
    Ok(())
}
