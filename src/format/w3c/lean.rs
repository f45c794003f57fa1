//! The short way for lines of W3C logs that begin with date and time, as those of IIS do, and hold no quote and no tab.
//!
//! It takes a line only where the long way (`columns.rs`) would read the very same from it, and leaves every other line to
//! that; tests hold the two against each other on damaged lines.

use std::ops::Range;

use chrono_tz::Tz;
use memchr::{memchr, memchr_iter, memchr2, memchr3};

use super::super::lean::{Agent, Lately, Lean, address};
use super::super::text::{self, present};
use super::super::time;
use super::account::Account;
use super::columns::{Columns, Kind};
use crate::words::{SECOND, Stamp};

/// Length of `2021-11-20 23:50:00`, and of it without its seconds.
const STAMP: usize = 19;
const MINUTE: usize = 17;

/// Which columns a short line is read from.
#[derive(Debug)]
pub(super) struct Places {
    columns: usize,
    method: usize,
    stem: usize,
    status: usize,
    client: usize,
    query: Option<usize>,
    account: Option<usize>,
    bytes: Option<usize>,
    agent: Option<usize>,
    node: Option<usize>,
}

/// What is put together for one line, and the minute that was read last.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Desk {
    /// Stem and query with what stands between them; agent with its blanks.
    text: Vec<u8>,
    /// Where each cell of the line lies.
    cells: Vec<Range<usize>>,
    minute: [u8; MINUTE],
    at: Option<Stamp>,
}

impl Places {
    /// Those of a header; `None` where its lines have to go the long way.
    pub(super) fn of(columns: &Columns) -> Option<Places> {
        let place = |kind| columns.place(kind);
        let dated = (place(Kind::Date), place(Kind::Time)) == (Some(0), Some(1));
        if !dated || columns.cloudfront || place(Kind::Forwarded).is_some() {
            return None;
        }
        let account = match &columns.account {
            Account::User => place(Kind::User),
            Account::Column(place, false) => Some(*place),
            Account::Nowhere => None,
            Account::Column(_, true) | Account::Cookie(..) | Account::Header(..) => return None,
            Account::Query(_) => return None,
        };
        Some(Places {
            columns: columns.len(),
            method: place(Kind::Method)?,
            stem: place(Kind::Stem)?,
            status: place(Kind::Status)?,
            client: place(Kind::Client)?,
            query: place(Kind::Query),
            account,
            bytes: place(Kind::Bytes),
            agent: place(Kind::Agent),
            node: place(Kind::Node),
        })
    }

    /// Reads a line, if it is written plainly; `nameless`: no column could name an account.
    pub(super) fn read<'a>(
        &self,
        line: &'a [u8],
        nameless: bool,
        lately: &'a mut Lately,
    ) -> Option<Lean<'a>> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let plain = line.first()?.is_ascii_digit() && line.last()?.is_ascii_graphic();
        if !plain || memchr3(b'"', b'\t', b'\r', line).is_some() {
            return None;
        }
        let desk = &mut lately.desk;
        let time = desk.time(line)?;
        desk.cells.clear();
        let mut from = 0;
        for end in memchr_iter(b' ', line) {
            desk.cells.push(from..end);
            from = end + 1;
        }
        desk.cells.push(from..line.len());
        if desk.cells.len() != self.columns {
            return None;
        }
        let Desk { text, cells, .. } = desk;
        let cell = |place: usize| &line[cells[place].clone()];
        let said = |place: Option<usize>| place.and_then(|place| present(cell(place)));
        let client = cell(self.client);
        if address(client)? != client.len() {
            return None;
        }
        let stem = present(cell(self.stem))?;
        // What IIS logs decoded separates nothing.
        if memchr2(b'?', b'#', stem).is_some() {
            return None;
        }
        text.clear();
        if let Some(query) = said(self.query) {
            text.extend_from_slice(stem);
            text.push(b'?');
            text.extend_from_slice(query.strip_prefix(b"?").unwrap_or(query));
        }
        let joined = text.len();
        let agent = said(self.agent).unwrap_or_default();
        let blanks = memchr(b'+', agent).is_some();
        if blanks {
            text.extend(agent.iter().map(|b| if *b == b'+' { b' ' } else { *b }));
        }
        let bytes = text::bytes(self.bytes.map_or(b"", cell)).ok()?;
        let (target, spaced) = text.split_at(joined);
        Some(Lean {
            time,
            client,
            account: said(self.account),
            nameless,
            method: present(cell(self.method))?,
            target: if target.is_empty() { stem } else { target },
            status: text::status(cell(self.status)).ok()??,
            bytes,
            head_counted: bytes.is_some(),
            node: said(self.node),
            agent: Agent::Known(if blanks { spaced } else { agent }),
        })
    }
}

impl Desk {
    /// The stamp at a line's beginning; its seconds alone are read where the minute is that of the last line.
    fn time(&mut self, line: &[u8]) -> Option<Stamp> {
        let stamp: &[u8; STAMP] = line.first_chunk()?;
        let ends = stamp[10] == b' ' && line.get(STAMP) == Some(&b' ');
        let [tens, ones] = [stamp[MINUTE], stamp[MINUTE + 1]].map(|b| b.wrapping_sub(b'0'));
        // A leap second is the long way's.
        if !ends || tens > 5 || ones > 9 {
            return None;
        }
        let seconds = (i64::from(tens) * 10 + i64::from(ones)) * SECOND;
        if self.at.is_none() || self.minute != stamp[..MINUTE] {
            let read = time::local(stamp, Tz::UTC)?;
            self.minute.copy_from_slice(&stamp[..MINUTE]);
            self.at = read.0.checked_sub(seconds).map(Stamp);
        }
        self.at?.0.checked_add(seconds).map(Stamp)
    }
}
