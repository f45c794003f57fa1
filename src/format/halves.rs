//! Requests of which one line tells what was asked and a later one how it was answered, joined by the ID that both have.
//!
//! Whether a content is written so is told by its first lines. What was asked waits for its answer; an answer takes what was
//! asked with the same ID. Where two wait under one ID nobody can say which answer is whose: both are given up and told.
//! The evidence is the line of what was asked: what stands between belongs to others.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Began, Format, Line, Lost, Problem, Record, State};
use crate::words::SECOND;

/// Lines after which no answer is waited for any more.
const PATIENCE: u64 = 100_000;
/// Requests that wait at most.
const MOST: usize = 10_000;
/// Nanoseconds after which an answer that is still owed under an ID is no longer expected.
const FORGOTTEN: i64 = 60 * SECOND;
/// Lines at a content's beginning that are looked at.
const LOOKED_AT: usize = 400;

/// How a content tells of requests on two lines each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// Whether an answer says how long it took. A status without that is one of somebody else's, which the application
    /// met while it made its own answer.
    timed: bool,
}

/// What waits, by ID.
#[derive(Clone, Debug, Default)]
pub(super) struct Halves {
    open: BTreeMap<Vec<u8>, Open>,
    /// Answers that are still to come for what was given up.
    owed: BTreeMap<Vec<u8>, Owed>,
    /// Lines that were read so far: only differences matter.
    lines: u64,
    lost: Vec<(u64, Lost)>,
    began: Option<Began>,
}

/// What was asked.
#[derive(Clone, Debug)]
struct Open {
    record: Arc<Record<'static>>,
    at: u64,
    length: u64,
    number: u64,
    /// Whether another answer may come under its ID.
    doubtful: bool,
}

#[derive(Clone, Copy, Debug)]
struct Owed {
    answers: u32,
    /// When such an ID was last met.
    since: i64,
}

/// Which half of a request a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Asked,
    Answered,
    Whole,
}

fn half(record: &Record<'_>) -> Option<Half> {
    match (record.target.is_some(), record.status.is_some()) {
        (true, false) => record.method.as_ref().map(|_| Half::Asked),
        (false, true) => Some(Half::Answered),
        (true, true) => Some(Half::Whole),
        (false, false) => None,
    }
}

/// How a content with these first bytes does so, if it does.
pub(super) fn are_in(format: &Format, head: &[u8]) -> Option<Way> {
    match format.name() {
        "json" | "logfmt" => {}
        // What Rails raises ends a request without a word on how long it took.
        "rails" => return Some(Way { timed: false }),
        _ => return None,
    }
    let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..end]);
    let mut state = State::default();
    let mut asked: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for line in whole.split(|b| *b == b'\n').take(LOOKED_AT) {
        let Line::Record(record) = format.parse(&mut state, line, 0) else {
            continue;
        };
        let (Some(half), Some(id)) = (half(&record), &record.request_id) else {
            continue;
        };
        match half {
            Half::Asked => {
                let target = record.target.as_deref().unwrap_or_default();
                asked.insert(id.to_vec(), target.to_vec());
            }
            Half::Answered if asked.contains_key(&**id) => {
                let timed = record.duration_ms.is_some();
                return Some(Way { timed });
            }
            Half::Whole if asked.get(&**id).map(Vec::as_slice) == record.target.as_deref() => {
                return Some(Way { timed: true });
            }
            _ => {}
        }
    }
    None
}

impl Halves {
    /// Whether nothing waits, and nothing lost is still to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.owed.is_empty() && self.lost.is_empty()
    }

    /// Counts a line.
    pub(super) fn pass_line(&mut self) {
        self.lines += 1;
        self.began = None;
        if self.lines.is_multiple_of(1000) {
            let late = self.lines.saturating_sub(PATIENCE);
            let ids: Vec<Vec<u8>> = self
                .open
                .iter()
                .filter(|(_, open)| open.number < late)
                .map(|(id, _)| id.clone())
                .collect();
            ids.iter().for_each(|id| self.lose(id));
        }
    }

    /// Where the line that was read last begins.
    pub(super) fn began(&self) -> Option<Began> {
        self.began
    }

    /// Lines whose answer never came, since this was asked last.
    pub(super) fn lost(&mut self) -> Vec<Lost> {
        let mut lost = std::mem::take(&mut self.lost);
        lost.sort_by_key(|(number, _)| *number);
        let back = |(number, lost): (u64, Lost)| Lost {
            lines_back: self.lines - number,
            ..lost
        };
        lost.into_iter().map(back).collect()
    }

    /// The same at the end of the content.
    pub(super) fn lost_at_end(&mut self) -> Vec<Lost> {
        let ids: Vec<Vec<u8>> = self.open.keys().cloned().collect();
        ids.iter().for_each(|id| self.lose(id));
        self.owed.clear();
        self.lost()
    }

    fn lose(&mut self, id: &[u8]) {
        if let Some(open) = self.open.remove(id) {
            let lost = Lost {
                at: open.at,
                length: open.length,
                lines_back: 0,
            };
            self.lost.push((open.number, lost));
        }
    }

    /// Takes a record that was read from a line, which begins at `place`, of that length.
    pub(super) fn take<'a>(&mut self, way: Way, record: Record<'a>, place: (u64, u64)) -> Line<'a> {
        let (Some(half), Some(id)) = (half(&record), record.request_id.as_deref()) else {
            return Line::Record(record);
        };
        let id = id.to_vec();
        match half {
            Half::Asked => self.ask(id, record, place),
            Half::Answered if way.timed && record.duration_ms.is_none() => {
                match self.open.contains_key(&id) {
                    true => Line::Directive,
                    false => Line::Record(record),
                }
            }
            Half::Answered => self.answer(&id, record),
            Half::Whole => self.whole(&id, record, place),
        }
    }

    fn ask<'a>(&mut self, id: Vec<u8>, record: Record<'a>, (at, length): (u64, u64)) -> Line<'a> {
        let now = record.time.map_or(0, |time| time.0);
        if let Some(open) = self.open.get(&id) {
            // What the application asks of others meanwhile has no client.
            if open.record.client.is_some() && record.client.is_none() {
                return Line::Problem(Problem::OtherLog);
            }
            self.lose(&id);
            let owed = self.owed.entry(id.clone()).or_insert(Owed {
                answers: 0,
                since: now,
            });
            owed.answers = owed.answers.saturating_add(1);
        }
        let doubtful = match self.owed.get_mut(&id) {
            Some(owed) if now.saturating_sub(owed.since) > FORGOTTEN => {
                self.owed.remove(&id);
                false
            }
            Some(owed) => {
                owed.since = now;
                true
            }
            None => false,
        };
        let open = Open {
            record: Arc::new(record.into_owned()),
            at,
            length,
            number: self.lines,
            doubtful,
        };
        self.open.insert(id.clone(), open);
        if self.open.len() > MOST || self.owed.len() > MOST {
            self.lose(&id);
        }
        Line::Part
    }

    /// An answer that nobody is known to have asked for has lost its request; one of several that could be meant is told
    /// with what was asked.
    fn answer<'a>(&mut self, id: &[u8], answer: Record<'a>) -> Line<'a> {
        let doubtful = self.open.get(id).map(|open| open.doubtful);
        match doubtful {
            Some(false) => {}
            Some(true) => {
                self.lose(id);
                return Line::Directive;
            }
            None => {
                let owed = self.owed.contains_key(id);
                if let Some(owed) = self.owed.get_mut(id) {
                    owed.answers = owed.answers.saturating_sub(1);
                    if owed.answers == 0 {
                        self.owed.remove(id);
                    }
                }
                return match owed {
                    true => Line::Directive,
                    false => Line::Problem(Problem::Cut),
                };
            }
        }
        let Some(open) = self.open.remove(id) else {
            return Line::Directive;
        };
        self.began = Some(Began {
            at: open.at,
            lines_back: self.lines - open.number,
            parts: 1,
            alone: Some(open.length),
        });
        let asked = Arc::unwrap_or_clone(open.record);
        Line::Record(Record {
            time: asked.time.or(answer.time),
            status: answer.status,
            bytes: answer.bytes.or(asked.bytes),
            head_counted: answer.head_counted || asked.head_counted,
            duration_ms: answer.duration_ms.or(asked.duration_ms),
            client: asked.client.or(answer.client),
            user: asked.user.or(answer.user),
            account: asked.account.or(answer.account),
            node: asked.node.or(answer.node),
            // A process's number is no request's.
            request_id: asked
                .request_id
                .filter(|id| !matches!(&**id, [] | [b'#', ..])),
            ..asked
        })
    }

    /// A line that tells all makes the one before it a mere announcement.
    fn whole<'a>(&mut self, id: &[u8], record: Record<'a>, (at, length): (u64, u64)) -> Line<'a> {
        let announced = self
            .open
            .get(id)
            .is_some_and(|open| open.record.target == record.target);
        if announced {
            self.open.remove(id);
            self.began = Some(Began {
                at,
                lines_back: 0,
                parts: 1,
                alone: Some(length),
            });
        }
        Line::Record(record)
    }
}
