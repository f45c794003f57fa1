//! Raw lines brought back from the logs, each with what its format knows at that place.
//!
//! A plain loop from a log's beginning, for a header may stand anywhere before a line. What is shown of a line is `mask`'s.

use crate::evidence::Place;
use crate::format::{Format, Line, Record, State};
use crate::source::{Log, Reader, Reading, SourceProblem};

/// A log of the case.
pub struct LogFile {
    /// Its name, as the answer has it.
    pub name: String,
    /// The log.
    pub log: Log,
    /// How its lines are written.
    pub format: Format,
    /// Nanoseconds that the case adds to each stamp.
    pub clock_correction: i64,
}

/// A line with its place.
pub(super) struct RawLine<'b> {
    /// Its bytes; of a record over several lines, all of them.
    pub(super) bytes: &'b [u8],
    /// Where it begins.
    pub(super) offset: u64,
    /// Its number in the content, from 1.
    pub(super) number: u64,
    /// What its format knows there.
    pub(super) state: &'b State,
    /// How it is written.
    pub(super) format: &'b Format,
}

impl RawLine<'_> {
    /// What other bytes in this place would say; `None` where they are no request.
    pub(super) fn read<'a>(&self, bytes: &'a [u8]) -> Option<Record<'a>> {
        let format = self.format.line_by_line();
        let mut state = self.state.clone();
        let mut found = None;
        let mut at = self.offset;
        for line in bytes.split(|byte| *byte == b'\n') {
            if let Line::Record(record) = format.parse(&mut state, line, at) {
                found = Some(record);
            }
            at += line.len() as u64 + 1;
        }
        found
    }
}

/// Reads places of a log again; they must be sorted by offset. `each` gets the place's index.
///
/// # Errors
/// The log cannot be read, or is shorter than it was.
pub(super) fn lines<E: From<SourceProblem>>(
    file: &LogFile,
    places: &[Place],
    mut each: impl FnMut(usize, &RawLine<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let how = Reading {
        mapped: false,
        ..Reading::default()
    };
    let mut reader = Reader::open(&file.log, &how)?;
    let mut state = State::default();
    let mut next = 0;
    let mut number = 1;
    while next < places.len() {
        let Some(window) = reader.next()? else {
            let offset = places[next].offset;
            return Err(SourceProblem::shrunk(&file.log, offset).into());
        };
        let bytes = window.bytes();
        let mut from = 0;
        while let Some(place) = places.get(next) {
            let Some(begin) = within(place.offset, window.offset, window.span()) else {
                break;
            };
            let begin = begin.min(bytes.len()).max(from);
            file.format
                .advance(&mut state, &bytes[from..begin], window.offset + from as u64);
            number += ends(&bytes[from..begin]);
            let end = begin
                .saturating_add(usize::try_from(place.length).unwrap_or(usize::MAX))
                .min(bytes.len());
            let line = RawLine {
                bytes: &bytes[begin..end],
                offset: place.offset,
                number,
                state: &state,
                format: &file.format,
            };
            each(next, &line)?;
            from = begin;
            next += 1;
        }
        file.format
            .advance(&mut state, &bytes[from..], window.offset + from as u64);
        number += match window.overlong {
            Some(_) => 1,
            None => ends(&bytes[from..]),
        };
    }
    Ok(())
}

/// How many lines end in some bytes.
fn ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

fn within(offset: u64, window: u64, span: u64) -> Option<usize> {
    let from = offset.checked_sub(window).filter(|from| *from < span)?;
    usize::try_from(from).ok()
}
