//! W3C extended logs: IIS, its Advanced Logging, Kestrel, and CloudFront's files with their header.
//!
//! `#Fields` names the columns and may do so again, differently, in the middle of a file, so a
//! line means nothing without the [`Header`] above it. Times are UTC, except `date-local` and
//! `time-local`, which are read in the source's zone. Where a file has a time but no date, the date
//! is the one of the `#Date` above, moved on where `clock.rs` sees that midnight was passed.

mod account;
mod clock;
mod cloudfront;
mod columns;
pub(super) mod lean;
mod split;

use std::sync::Arc;

use chrono_tz::Tz;

use super::{FormatProblem, Lately, Lean, LineFormat, Problem, Record, State};
use crate::case::AccountKey;
use clock::Clock;
use columns::Columns;

/// The reader.
#[derive(Clone, Debug)]
pub(super) struct W3c {
    zone: Tz,
    account: Option<AccountKey>,
    headless: Option<Headless>,
}

/// CloudFront's files without a header: what stands in for it.
#[derive(Clone, Debug)]
struct Headless {
    name: &'static str,
    names: Arc<str>,
    columns: Arc<Columns>,
}

/// What the directives so far have said.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    columns: Option<Arc<Columns>>,
    clock: Clock,
}

impl Header {
    /// Whether no directive was read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_none() && self.clock == Clock::default()
    }

    /// Whether lines are dated by those before them.
    pub(super) fn runs_a_clock(&self) -> bool {
        self.clock.runs()
    }
}

impl W3c {
    pub(super) fn new(zone: Tz) -> W3c {
        W3c {
            zone,
            account: None,
            headless: None,
        }
    }

    /// CloudFront's standard logs, with or without their header.
    pub(super) fn cloudfront(zone: Tz) -> W3c {
        W3c::headless("cloudfront", cloudfront::STANDARD, zone)
    }

    /// CloudFront's real-time logs, with the columns that the case's `fields` lists.
    pub(super) fn cloudfront_realtime(
        fields: &[(String, String)],
        zone: Tz,
    ) -> Result<W3c, FormatProblem> {
        let names = cloudfront::columns(fields)?;
        Ok(W3c::headless("cloudfront-realtime", &names, zone))
    }

    fn headless(name: &'static str, names: &str, zone: Tz) -> W3c {
        W3c {
            headless: Some(Headless {
                name,
                names: names.into(),
                columns: Arc::new(Columns::read(names.as_bytes(), None)),
            }),
            ..W3c::new(zone)
        }
    }

    /// Takes a directive into the header; one that says nothing about lines changes nothing.
    fn take(&self, header: &mut Header, line: &[u8]) {
        if let Some(names) = line.strip_prefix(b"#Fields:") {
            let columns = Columns::read(names, self.account.as_ref());
            header.clock.run(columns.needs_date());
            header.columns = Some(Arc::new(columns));
        } else if let Some(date) = line.strip_prefix(b"#Date:") {
            header.clock.set(date.trim_ascii());
        }
    }
}

/// Lets the clock see a line, trimmed.
fn pass(header: &mut Header, line: &[u8]) {
    let Header {
        columns: Some(columns),
        clock,
    } = header
    else {
        return;
    };
    if let Some(cells) = split::cells(line, columns.len(), columns.least()) {
        clock.pass(columns.clock(cells));
    }
}

impl LineFormat for W3c {
    fn name(&self) -> &'static str {
        self.headless
            .as_ref()
            .map_or("w3c", |headless| headless.name)
    }

    /// A header may name an account, which is known only when it is read; CloudFront has no column for one.
    fn carries_account(&self) -> bool {
        self.headless.is_none() || self.account.is_some()
    }

    /// Any key holds where each file's header says which columns there are.
    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        let headless = match &self.headless {
            None => None,
            Some(headless) => Some(headless.bind(key)?),
        };
        Ok(Arc::new(W3c {
            account: Some(key.clone()),
            headless,
            zone: self.zone,
        }))
    }

    fn read<'a>(&self, state: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        if let Some(headless) = &self.headless {
            return headless.read(line, self.zone);
        }
        let columns = state.w3c.columns.as_deref().ok_or(Problem::NoHeader)?;
        let cells = split::cells(line, columns.len(), columns.least()).ok_or(Problem::Columns)?;
        columns.record(cells, &state.w3c.clock, self.zone)
    }

    fn reads_lean(&self) -> bool {
        self.headless.is_none()
    }

    fn lean<'a>(&self, state: &State, line: &'a [u8], lately: &'a mut Lately) -> Option<Lean<'a>> {
        state.w3c.columns.as_deref()?.lean(line, lately)
    }

    fn fields(&self, state: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        let columns = match &self.headless {
            Some(headless) => Some(&*headless.columns),
            None => state.w3c.columns.as_deref(),
        };
        let cells = columns.and_then(|columns| {
            let cells = split::cells(line, columns.len(), columns.least())?;
            Some(columns.named(cells))
        });
        cells.unwrap_or_default()
    }

    fn hears(&self) -> bool {
        true
    }

    fn directive(&self, state: &mut State, line: &[u8]) -> bool {
        let is_one = line.first() == Some(&b'#');
        // The columns of headless files do not change, and a state has room for one header only.
        if is_one && self.headless.is_none() && !state.deaf {
            self.take(&mut state.w3c, line);
        }
        is_one
    }

    fn pass(&self, state: &mut State, line: &[u8]) {
        if self.headless.is_none() && state.w3c.clock.runs() && !line.starts_with(b"#") {
            pass(&mut state.w3c, line);
        }
    }
}

impl Headless {
    fn bind(&self, key: &AccountKey) -> Result<Headless, FormatProblem> {
        let columns = Columns::read(self.names.as_bytes(), Some(key));
        if columns.is_nameless() {
            return Err(FormatProblem::new(format!(
                "`account`: format `{}` has no {key}, and no column of it names an account. It has query:NAME, \
                 cookie:NAME where cookies are logged, and the columns {}; leave `account` out to tell \
                 requests apart by the client's address only",
                self.name,
                self.names.split(' ').collect::<Vec<_>>().join(", ")
            )));
        }
        Ok(Headless {
            columns: Arc::new(columns),
            ..self.clone()
        })
    }

    fn read<'a>(&self, line: &'a [u8], zone: Tz) -> Result<Record<'a>, Problem> {
        let (len, least) = (self.columns.len(), self.columns.least());
        let cells = split::tabs(line);
        let found = cells.clone().count();
        if self.name == "cloudfront" {
            if !cloudfront::is_standard(line) {
                return Err(Problem::Shape);
            }
            // Columns are added at the end, now and then.
            if found < least {
                return Err(Problem::Columns);
            }
        } else if found != len {
            return Err(Problem::Columns);
        }
        self.columns.record(cells, &Clock::default(), zone)
    }
}

/// Whether some bytes may hold a directive that says something about lines.
pub(super) fn speaks(bytes: &[u8]) -> bool {
    // One look at all bytes: the sign is rare.
    memchr::memchr_iter(b'#', bytes).any(|at| {
        let said = &bytes[at..];
        said.starts_with(b"#Fields:") || said.starts_with(b"#Date:")
    })
}
