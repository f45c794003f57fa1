//! W3C extended logs: IIS, its Advanced Logging, Kestrel, and CloudFront's files with their header.
//!
//! `#Fields` names the columns and may do so again, differently, in the middle of a file, so a
//! line means nothing without the [`Header`] above it. Times are UTC, except `date-local` and
//! `time-local`, which are read in the source's zone. Where a file has a time but no date, the date
//! is the one of the `#Date` above; a file that runs over midnight without a new one is misdated,
//! and nothing in it could tell.

mod columns;
mod split;

use std::sync::Arc;

use chrono_tz::Tz;
use memchr::memchr_iter;

use super::{FormatProblem, LineFormat, Problem, Record, State, text};
use crate::case::AccountKey;
use columns::Columns;

/// The reader.
#[derive(Clone, Debug)]
pub(super) struct W3c {
    zone: Tz,
    account: Option<AccountKey>,
}

/// What the directives so far have said.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    columns: Option<Arc<Columns>>,
    /// `YYYY-MM-DD` of the last `#Date`.
    date: Option<[u8; 10]>,
}

impl W3c {
    pub(super) fn new(zone: Tz) -> W3c {
        W3c {
            zone,
            account: None,
        }
    }

    /// Takes a directive into the header; one that says nothing about lines changes nothing.
    fn take(&self, header: &mut Header, line: &[u8]) {
        if let Some(names) = line.strip_prefix(b"#Fields:") {
            header.columns = Some(Arc::new(Columns::read(names, self.account.as_ref())));
        } else if let Some(date) = line.strip_prefix(b"#Date:") {
            header.date = date.trim_ascii_start().first_chunk().copied();
        }
    }
}

impl LineFormat for W3c {
    fn name(&self) -> &'static str {
        "w3c"
    }

    fn carries_account(&self) -> bool {
        true
    }

    /// Any key holds: which columns there are is known only from each file's header.
    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        Ok(Arc::new(W3c {
            account: Some(key.clone()),
            ..self.clone()
        }))
    }

    fn read<'a>(&self, state: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        let columns = state.w3c.columns.as_deref().ok_or(Problem::NoHeader)?;
        let cells = split::cells(line, columns.len()).ok_or(Problem::Columns)?;
        columns.record(cells, state.w3c.date.as_ref(), self.zone)
    }

    fn directive(&self, state: &mut State, line: &[u8]) -> bool {
        let is_one = line[0] == b'#';
        if is_one {
            self.take(&mut state.w3c, line);
        }
        is_one
    }

    fn advance(&self, state: &mut State, chunk: &[u8]) {
        for mark in memchr_iter(b'#', chunk) {
            if !begins_line(chunk, mark) {
                continue;
            }
            let rest = &chunk[mark..];
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            self.take(&mut state.w3c, text::trim(&rest[..end]));
        }
    }
}

/// Whether nothing but filler stands between the line's start and this place: just what the
/// trimming of lines takes off, so that chunks and lines agree on what is a directive.
fn begins_line(chunk: &[u8], place: usize) -> bool {
    let filler = |b: &&u8| matches!(**b, 0 | b' ' | b'\t' | b'\r' | 0xEF | 0xBB | 0xBF);
    let before = chunk[..place].iter().rev().take_while(filler).count();
    let start = place - before;
    (start == 0 || chunk[start - 1] == b'\n') && text::leading(&chunk[start..=place]) == before
}
