//! `timeline.jsonl`: events for Timesketch, in time order. Names accounts and lines, never data subjects.

use serde_json::json;

use super::{Answer, FolderProblem};
use crate::coverage::GapKind;
use crate::detect::Verdict;
use crate::impact::{Citation, same_request};
use crate::words::{Certainty, Stamp};

/// The file's bytes: one JSON object a line.
pub(super) fn jsonl(answer: &Answer<'_>) -> Result<Vec<u8>, FolderProblem> {
    let mut events = requests(answer);
    events.extend(sources(answer));
    events.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut bytes = Vec::new();
    for (_, line) in events {
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// One event for each request beyond scope.
fn requests(answer: &Answer<'_>) -> Vec<(Stamp, String)> {
    let mut events = Vec::new();
    for outcome in &answer.analysis.outcomes {
        let account = outcome.person.label();
        let verdict = outcome.judgement.verdict.map_or("", Verdict::word);
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
            let event = json!({
                "message": format!("{account}: {objects} object(s) beyond scope {what} by route {route}"),
                "datetime": access.time.to_string(),
                "timestamp_desc": "HTTP request",
                "account": account,
                "verdict": verdict,
                "certainty": surest.word(),
                "route": route,
                "status": access.status,
                "objects": objects,
                "client": answer.analysis.names.clients.text(access.client),
                "evidence": answer.reference(Citation::of(access)),
            });
            events.push((access.time, event.to_string()));
        }
    }
    events
}

/// Where each source begins and ends, and its holes.
fn sources(answer: &Answer<'_>) -> Vec<(Stamp, String)> {
    let mut events = Vec::new();
    let mut push = |at: Stamp, message: String, kind: &str| {
        let event = json!({
            "message": message,
            "datetime": at.to_string(),
            "timestamp_desc": kind,
        });
        events.push((at, event.to_string()));
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
            );
        }
        if let Some(last) = tallies.filter_map(|tally| tally.last).max() {
            push(last, format!("source {} ends", source.name), "Log ends");
        }
        let own = answer.assessment.holes.iter().filter(|h| h.source == index);
        for hole in own {
            let kind = hole.kind.word();
            let message = match hole.kind {
                // Where the source begins and ends is told already.
                GapKind::BeforeStart | GapKind::AfterEnd => continue,
                _ => format!("hole until {} ({kind}): {}", hole.until, hole.basis),
            };
            push(hole.from, message, "Log gap");
        }
    }
    events
}
