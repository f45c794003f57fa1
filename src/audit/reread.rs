//! A log read again from its first line to its last by one plain loop, with every line counted.
//!
//! Shares the reader of bytes and the reader of a line with a scan, and nothing behind them: no chunks, no short way, no
//! threads, no merging.

use crate::format::{Format, Line, Problem, State};
use crate::source::{DamageKind, Ending, Log, Reader, Reading, SourceProblem, lines};
use crate::words::Stamp;

/// A log with the way to read it.
#[derive(Clone, Debug)]
pub struct Raw {
    /// Index of its source.
    pub source: usize,
    /// Its name in tables.
    pub name: String,
    /// Where it is.
    pub log: Log,
    /// How its lines are written.
    pub format: Format,
    /// Nanoseconds to add to each stamp.
    pub clock_correction: i64,
}

/// A request as a line tells it, and where it stands.
#[derive(Debug)]
pub(super) struct Request<'l> {
    pub time: Stamp,
    pub line: u64,
    pub offset: u64,
    pub length: u64,
    pub record: &'l crate::format::Record<'l>,
}

/// Whoever looks at every request of a log.
pub(super) trait Onlooker {
    fn sees(&mut self, request: &Request<'_>);

    /// Takes back the request that was seen last.
    fn forgets_last(&mut self);
}

/// A line that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    pub line: u64,
    pub offset: u64,
    pub length: u64,
    pub problem: Problem,
}

/// Where every line of a log went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub lines: u64,
    pub parsed: u64,
    pub empty: u64,
    pub directives: u64,
    pub first: Option<Stamp>,
    pub last: Option<Stamp>,
    pub unread: Vec<Unread>,
    /// Offset of a last line without an end.
    unended: Option<u64>,
    /// Offset of the last line that completed a request.
    latest: Option<u64>,
}

/// A log that was read again.
#[derive(Debug)]
pub(super) struct Reread {
    pub counts: Counts,
    pub ending: Ending,
}

/// Reads a log.
///
/// # Errors
/// It cannot be read.
pub(super) fn reread(raw: &Raw, onlooker: &mut dyn Onlooker) -> Result<Reread, SourceProblem> {
    let (counts, ending) = pass(raw, u64::MAX, onlooker)?;
    let cuts = |kind: DamageKind| {
        use DamageKind::{Corrupt, Grew, Shrank, Truncated};
        matches!(kind, Truncated | Corrupt | Grew | Shrank)
    };
    let cut = ending.damage.iter().any(|damage| cuts(damage.kind));
    match counts.unended.filter(|_| cut) {
        None => Ok(Reread { counts, ending }),
        // A last line of which damage took the end may read well and still be wrong.
        Some(torn) => {
            if counts.latest == Some(torn) {
                onlooker.forgets_last();
            }
            let (counts, ending) = pass(raw, torn, &mut Nobody)?;
            Ok(Reread { counts, ending })
        }
    }
}

struct Nobody;

impl Onlooker for Nobody {
    fn sees(&mut self, _: &Request<'_>) {}

    fn forgets_last(&mut self) {}
}

fn plainly() -> Reading {
    Reading {
        mapped: false,
        ..Reading::default()
    }
}

fn pass(
    raw: &Raw,
    torn: u64,
    onlooker: &mut dyn Onlooker,
) -> Result<(Counts, Ending), SourceProblem> {
    let mut reader = Reader::open(&raw.log, &plainly())?;
    let mut counts = Counts::default();
    let mut state = State::default();
    while let Some(window) = reader.next()? {
        if let Some(length) = window.overlong {
            counts.lines += 1;
            counts.unread(0, window.offset, length, Problem::TooLong);
            continue;
        }
        let bytes = window.bytes();
        for (start, line) in lines(bytes) {
            let at = window.offset + start as u64;
            counts.lines += 1;
            if start + line.len() == bytes.len() {
                counts.unended = Some(at);
            }
            counts.line(raw, (line, at), torn, &mut state, onlooker);
            for lost in raw.format.lost(&mut state) {
                counts.unread(lost.lines_back, lost.at, lost.length, Problem::Cut);
            }
        }
        reader.hash(&window)?;
    }
    for lost in raw.format.lost_at_end(&mut state) {
        counts.unread(lost.lines_back, lost.at, lost.length, Problem::Cut);
    }
    // A part that was given up is told of long after its line.
    counts.unread.sort_by_key(|unread| unread.offset);
    Ok((counts, reader.finish()?))
}

impl Counts {
    fn unread(&mut self, lines_back: u64, offset: u64, length: u64, problem: Problem) {
        self.unread.push(Unread {
            line: self.lines.saturating_sub(lines_back),
            offset,
            length,
            problem,
        });
    }

    fn line(
        &mut self,
        raw: &Raw,
        (line, at): (&[u8], u64),
        torn: u64,
        state: &mut State,
        onlooker: &mut dyn Onlooker,
    ) {
        let read = raw.format.parse(state, line, at);
        let (mut offset, mut length, mut back) = (at, line.len() as u64, 0);
        if let Some(began) = raw.format.began(state) {
            self.directives += began.parts;
            length = began.span(at, length);
            (offset, back) = (began.at, began.lines_back);
        }
        match read {
            Line::Empty => self.empty += 1,
            Line::Directive => self.directives += 1,
            Line::Part => {}
            _ if torn == at => self.unread(back, offset, length, Problem::Cut),
            Line::Problem(_) if self.unended == Some(at) => {
                self.unread(back, offset, length, Problem::Cut);
            }
            Line::Problem(problem) => self.unread(back, offset, length, problem),
            Line::Record(record)
                if self.unended == Some(at) && raw.format.ends_short(line, &record) =>
            {
                self.unread(back, offset, length, Problem::Cut);
            }
            Line::Record(record) => match record.time {
                None => self.unread(back, offset, length, Problem::NoTime),
                Some(time) => {
                    let time = time.shifted(raw.clock_correction);
                    self.parsed += 1;
                    self.latest = Some(at);
                    self.first = Some(self.first.map_or(time, |first| first.min(time)));
                    self.last = Some(self.last.map_or(time, |last| last.max(time)));
                    onlooker.sees(&Request {
                        time,
                        line: self.lines.saturating_sub(back),
                        offset,
                        length,
                        record: &record,
                    });
                }
            },
        }
    }
}
