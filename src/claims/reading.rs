//! Log files -> the requests that statements are about, in order of time, each told by its line.
//!
//! Reads every line through `source` and `format` and asks `route` what it is for. Requests that the case excludes are
//! counted and left out; lines that may hide one are kept as such. What a request showed to whom is judged in `opened`.

use std::collections::{BTreeSet, HashMap};

use super::lost::Named;
use super::names::{NONE, Names, respelled};
use super::strangers::Strangers;
use super::{Claims, Example, Kind, kinds};
use crate::case::{Case, SessionRow};
use crate::coverage::SourceFacts;
use crate::format::target::Target;
use crate::format::{Format, Line, Problem, Record, State};
use crate::route::{Page, Router, is_catch_all};
use crate::source::{self, Log, Reading, SourceProblem};
use crate::words::Stamp;

/// A file to read.
#[derive(Clone, Copy)]
pub struct LogFile<'l> {
    /// Index of the file.
    pub file: u32,
    /// Index of its source.
    pub source: usize,
    /// Where it is.
    pub log: &'l Log,
    /// How its lines are written.
    pub format: &'l Format,
    /// Nanoseconds to add to each stamp.
    pub clock_correction: i64,
    /// Offsets between which every line stands in another file too.
    pub copied: Option<(u64, u64)>,
    /// Offset of a last line of which damage took the end.
    pub torn: Option<u64>,
}

/// Bytes of an answer that the log does not count.
pub(super) const UNCOUNTED: u64 = u64::MAX;

/// A request for a route, or one of an account that a statement names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) time: Stamp,
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) bytes: u64,
    pub(super) length: u32,
    pub(super) file: u32,
    /// Number of whoever made it.
    pub(super) who: u32,
    /// Number of what it asked for; [`NONE`] where that is no route.
    pub(super) asked: u32,
    /// 0 where the log says none.
    pub(super) status: u16,
    /// Whether an answer to its method has a body.
    pub(super) with_body: bool,
    /// Whether its size counts the answer's head too.
    pub(super) head_counted: bool,
    /// Which of the statements' query parameters it bears, by bit.
    pub(super) parameters: u32,
}

impl Request {
    /// Its line.
    pub(super) fn example(&self, withheld: bool) -> Example {
        Example {
            file: self.file,
            line: self.line,
            offset: self.offset,
            length: self.length,
            withheld,
        }
    }
}

/// What requests ask for, each kept once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub(super) route: u16,
    /// Numbers of object IDs.
    pub(super) objects: Vec<u32>,
    /// Number of the container's ID.
    pub(super) container: u32,
    /// Those of further containers, where the parameter stands there more than once.
    pub(super) others: Vec<u32>,
    pub(super) page: Slice,
}

impl Asked {
    /// Whether an ID is among those that it names.
    pub(super) fn names(&self, id: u32) -> bool {
        self.objects.contains(&id) || self.container == id || self.others.contains(&id)
    }
}

/// Which members of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slice {
    All,
    Part(u32, u32),
    Unreadable,
}

/// Who made a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who<'r> {
    /// An account.
    Account(&'r [u8]),
    /// An address on a line without an account, in a source that has accounts.
    Anonymous(&'r [u8]),
    /// An address where the log names no account at all.
    Unattributed(&'r [u8]),
}

/// A line that could not be read and may hide a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unread {
    pub(super) source: usize,
    /// Stamp of the record before and behind it in its file.
    pub(super) between: (Option<Stamp>, Option<Stamp>),
}

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Requests {
    pub(super) all: Vec<Request>,
    pub(super) asked: Vec<Asked>,
    /// IDs of objects and containers.
    pub(super) ids: Names,
    people: Names,
    pub(super) unread: Vec<Unread>,
    /// Requests for routes that `[exclude]` sets aside.
    pub(super) excluded: u64,
    /// Who made these, and requests that are kept whatever they are for; and what they asked for.
    pub(super) excluded_who: BTreeSet<u32>,
    pub(super) excluded_asked: BTreeSet<u32>,
    /// Query parameters that statements ask for, by bit.
    pub(super) parameters: Vec<String>,
    /// Routes of which some request bears a query.
    pub(super) with_query: BTreeSet<u16>,
    /// First and last record.
    pub(super) span: Option<(Stamp, Stamp)>,
    /// The source of each file.
    source_of: HashMap<u32, usize>,
}

impl Requests {
    /// Whether anybody of that name made a request.
    pub fn knows(&self, account: &str) -> bool {
        self.people
            .known(&[b"a", account.as_bytes()].concat())
            .is_some()
    }

    /// The source that a request's line stands in.
    pub(super) fn source(&self, request: &Request) -> Option<usize> {
        self.source_of.get(&request.file).copied()
    }

    pub(super) fn who(&self, number: u32) -> Who<'_> {
        match self.people.name(number).split_first() {
            Some((b'a', name)) => Who::Account(name),
            Some((b'c', name)) => Who::Anonymous(name),
            Some((_, name)) => Who::Unattributed(name),
            None => Who::Unattributed(b""),
        }
    }

    /// What a request asked for; `None` for one that is for no route.
    pub(super) fn what(&self, request: &Request) -> Option<&Asked> {
        self.asked.get(request.asked as usize)
    }
}

/// Reads files one after the other.
pub struct Reader<'c> {
    case: &'c Case,
    router: Router,
    sources: &'c [SourceFacts],
    sessions: HashMap<&'c [u8], Vec<&'c SessionRow>>,
    /// Accounts of which every request is kept, as those are that may be one of them.
    watched: BTreeSet<Vec<u8>>,
    strangers: Strangers<'c>,
    known: HashMap<Asked, u32>,
    found: Requests,
    key: Vec<u8>,
    named: Named,
}

impl<'c> Reader<'c> {
    /// Prepares to read for some statements. `sources` stands in the case's order.
    pub fn new(case: &'c Case, claims: &'c Claims, sources: &'c [SourceFacts]) -> Reader<'c> {
        let mut sessions: HashMap<&[u8], Vec<&SessionRow>> = HashMap::new();
        for row in case.directory.sessions.iter().flatten() {
            sessions
                .entry(row.session.as_bytes())
                .or_default()
                .push(row);
        }
        let revoked = claims.claims.iter().filter_map(|claim| match &claim.kind {
            Kind::RevokedNotUsed(accounts) => {
                Some(accounts.keys().map(|one| respelled(one.as_bytes())))
            }
            _ => None,
        });
        let parameters: BTreeSet<&str> =
            claims.claims.iter().filter_map(kinds::parameter).collect();
        Reader {
            case,
            router: Router::new(&case.routes, case.ignore_case),
            sources,
            sessions,
            watched: revoked.flatten().collect(),
            strangers: Strangers::of(case),
            known: HashMap::new(),
            found: Requests {
                parameters: parameters.into_iter().map(str::to_owned).collect(),
                ..Requests::default()
            },
            key: Vec::new(),
            named: Named::default(),
        }
    }

    /// Reads a file; `false` where `stopped` says so before its end.
    ///
    /// # Errors
    /// The file cannot be read, or shrinks meanwhile.
    pub fn read(
        &mut self,
        file: &LogFile<'_>,
        how: &Reading,
        stopped: &dyn Fn() -> bool,
    ) -> Result<bool, SourceProblem> {
        let mut reader = source::Reader::open(file.log, how)?;
        self.named.file(file.file, file.source);
        self.found.source_of.insert(file.file, file.source);
        let mut state = State::default();
        let mut place = Place {
            number: 0,
            last: None,
            unended: false,
            open: self.found.unread.len(),
        };
        while let Some(window) = reader.next()? {
            for (start, line) in source::lines(window.bytes()) {
                place.number += 1;
                place.unended = start + line.len() == window.bytes().len();
                let at = window.offset + start as u64;
                match window.overlong {
                    Some(_) => self.unread(file, &mut place),
                    None => self.line(file, (line, at), &mut state, &mut place),
                }
                for _ in file.format.lost(&mut state) {
                    self.unread(file, &mut place);
                }
            }
            if !window.intact() {
                return Err(SourceProblem::shrunk(file.log, window.offset));
            }
            if stopped() {
                return Ok(false);
            }
        }
        for _ in file.format.lost_at_end(&mut state) {
            self.unread(file, &mut place);
        }
        Ok(true)
    }

    /// Everything, in order of time.
    pub fn finish(mut self) -> Requests {
        self.found
            .all
            .sort_by_key(|one| (one.time, one.file, one.line));
        for at in self.named.lost(&self.found) {
            let Who::Anonymous(client) = self.found.who(self.found.all[at].who) else {
                continue;
            };
            let key = [b"n", client].concat();
            self.found.all[at].who = self.found.people.number(&key);
        }
        self.found
    }

    fn line(
        &mut self,
        file: &LogFile<'_>,
        (line, at): (&[u8], u64),
        state: &mut State,
        place: &mut Place,
    ) {
        let read = file.format.parse(state, line, at);
        let mut spot = Spot {
            line: place.number,
            offset: at,
            length: line.len() as u64,
        };
        if let Some(began) = file.format.began(state) {
            spot.length = began.span(at, spot.length);
            spot.offset = began.at;
            spot.line = place.number.saturating_sub(began.lines_back);
        }
        let short = |record: &Record<'_>| place.unended && file.format.ends_short(line, record);
        let cut = match &read {
            Line::Record(record) => file.torn == Some(at) || short(record),
            _ => file.torn == Some(at),
        };
        match read {
            Line::Empty | Line::Directive | Line::Part => {}
            Line::Problem(Problem::OtherLog) => {}
            Line::Record(record) if !cut && record.time.is_some() => {
                self.record(file, &record, line, spot, place);
            }
            Line::Problem(Problem::Cut) if self.router.may_hide_in_cut(line) => {
                self.unread(file, place);
            }
            Line::Problem(_) if place.unended && self.router.may_hide_in_cut(line) => {
                self.unread(file, place);
            }
            _ if cut && self.router.may_hide_in_cut(line) => self.unread(file, place),
            _ if self.router.may_hide_in(line) => self.unread(file, place),
            _ => {}
        }
    }

    fn record(
        &mut self,
        file: &LogFile<'_>,
        record: &Record<'_>,
        line: &[u8],
        spot: Spot,
        place: &mut Place,
    ) {
        let Some(time) = record.time.map(|time| time.shifted(file.clock_correction)) else {
            return;
        };
        for open in &mut self.found.unread[place.open..] {
            open.between.1 = Some(time);
        }
        place.open = self.found.unread.len();
        place.last = Some(time);
        let (first, last) = self.found.span.unwrap_or((time, time));
        self.found.span = Some((first.min(time), last.max(time)));
        if file
            .copied
            .is_some_and(|(from, until)| (from..until).contains(&spot.offset))
        {
            return;
        }
        let method = record.method.as_deref().unwrap_or(b"GET");
        let target = record.target.as_deref();
        let whole = target.filter(|_| !record.cut);
        let asked = whole.and_then(|target| self.asked(method, target));
        if asked.is_none() {
            let hidden = record.cut || record.hides_its_target();
            let no_method = record.method.is_none() && self.router.may_hide_in(line);
            let catches_all = target.is_some_and(is_catch_all);
            if hidden || no_method || catches_all {
                self.unread(file, place);
            }
        }
        let who = self.person(file, record, time);
        let watched = self.watched.contains(&respelled(
            self.found.people.name(who).get(1..).unwrap_or_default(),
        )) || !self.watched.is_empty() && self.strangers.may_be(self.found.who(who));
        if asked.is_none() && !watched {
            return;
        }
        if self.is_excluded(record, who) {
            self.found.excluded_who.insert(who);
            self.found
                .excluded_asked
                .extend(asked.map(|(number, _)| number));
            self.found.excluded += u64::from(asked.is_some());
            return;
        }
        if asked.is_some() && matches!(self.found.who(who), Who::Account(_)) {
            let client = record.client.as_deref().unwrap_or_default();
            self.named.note(file.source, client);
        }
        self.found.all.push(Request {
            time,
            line: spot.line,
            offset: spot.offset,
            bytes: record.bytes.unwrap_or(UNCOUNTED),
            length: u32::try_from(spot.length).unwrap_or(u32::MAX),
            file: file.file,
            who,
            asked: asked.map_or(NONE, |(number, _)| number),
            status: record.status.unwrap_or(0),
            with_body: !method.eq_ignore_ascii_case(b"HEAD")
                && !method.eq_ignore_ascii_case(b"OPTIONS"),
            head_counted: record.head_counted,
            parameters: asked.map_or(0, |(_, parameters)| parameters),
        });
    }

    /// The number of what a request asks for, and which watched parameters it bears.
    fn asked(&mut self, method: &[u8], raw: &[u8]) -> Option<(u32, u32)> {
        let target = Target::read(raw);
        let asked = self.router.find(method, &target)?;
        let ids = &mut self.found.ids;
        let what = Asked {
            route: asked.route,
            objects: asked.objects.iter().map(|id| ids.number(id)).collect(),
            container: asked.container.as_ref().map_or(NONE, |id| ids.number(id)),
            others: asked.others.iter().map(|id| ids.number(id)).collect(),
            page: match asked.page {
                Page::All => Slice::All,
                Page::Slice { skip, take } => Slice::Part(skip, take),
                Page::Unreadable => Slice::Unreadable,
            },
        };
        let bears = |name: &String| {
            let mut all = target.parameters();
            all.any(|(key, value)| *key == *name.as_bytes() && !value.is_empty())
        };
        let mut parameters = 0;
        for (bit, name) in self.found.parameters.iter().enumerate() {
            parameters |= u32::from(bears(name)) << bit;
        }
        if target.raw_query().is_some_and(|query| !query.is_empty()) {
            self.found.with_query.insert(what.route);
        }
        let number = match self.known.get(&what) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.found.asked.len()).unwrap_or(NONE - 1);
                self.found.asked.push(what.clone());
                self.known.insert(what, number);
                number
            }
        };
        Some((number, parameters))
    }

    /// A session is the account whose it was then. An account on a 401, or on a 400, is only claimed.
    fn person(&mut self, file: &LogFile<'_>, record: &Record<'_>, time: Stamp) -> u32 {
        let claimed = matches!(record.status, Some(400 | 401));
        let client = record.client.as_deref().unwrap_or_default();
        let named = self
            .sources
            .get(file.source)
            .is_some_and(|facts| facts.has_accounts);
        let (kind, name) = match record.account.as_deref() {
            Some(account) if !claimed => {
                let rows = self.sessions.get(account);
                let row = rows.and_then(|rows| rows.iter().find(|row| row.valid.holds(time)));
                (b'a', row.map_or(account, |row| row.account.as_bytes()))
            }
            _ if record.nameless || !named => (b'n', client),
            _ => (b'c', client),
        };
        self.key.clear();
        self.key.push(kind);
        self.key.extend_from_slice(name);
        self.found.people.number(&self.key)
    }

    fn is_excluded(&self, record: &Record<'_>, who: u32) -> bool {
        let client = record.client.as_deref().unwrap_or_default();
        let account = match self.found.who(who) {
            Who::Account(name) => Some(name),
            _ => None,
        };
        let accounts = &self.case.exclude_accounts;
        accounts.iter().any(|one| Some(one.as_bytes()) == account)
            || self.case.excludes_client(client)
    }

    fn unread(&mut self, file: &LogFile<'_>, place: &mut Place) {
        self.found.unread.push(Unread {
            source: file.source,
            between: (place.last, None),
        });
    }
}

/// Where in a file reading is.
struct Place {
    number: u64,
    last: Option<Stamp>,
    /// Whether the line has no end.
    unended: bool,
    /// From where on unread lines have no record behind them yet.
    open: usize,
}

#[derive(Clone, Copy)]
struct Spot {
    line: u64,
    offset: u64,
    length: u64,
}
