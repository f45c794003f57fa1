//! A chunk of whole lines -> a [`Part`]: accesses, counts, rejects. The dear step, a pure function.
//!
//! Parts merge in the order of their chunks, so the answer does not depend on who made them. Reading
//! bytes is left to `source`, threads to `pipeline`, and every judgement to the rooms behind.

pub use super::kept::PartEnd;
pub use super::part::{Part, Reject, Tally};
use crate::format::{Format, Lately, Lean, Line, Lost, Problem, Record, State};
use crate::route::{Asked, Page, Router, Seen, dark};
use crate::sequence::{Access, Accesses, NO_BYTES, NONE, Names};
use crate::source::lines;
use crate::source::overlap::Heads;
use crate::words::Stamp;

/// Bytes of a usual line.
const LINE: usize = 256;
/// Bytes of a line that is shorter than most.
const SHORT_LINE: usize = 128;

/// What extraction needs to know of a source and a file.
#[derive(Clone, Copy)]
pub struct Extractor<'c> {
    /// How the lines are written.
    pub format: &'c Format,
    /// The case's routes.
    pub router: &'c Router,
    /// Nanoseconds to add to each stamp.
    pub clock_correction: i64,
    /// First lines of the source's files, to notice content that is given twice.
    pub heads: &'c Heads,
    /// Index of the file.
    pub file: u32,
    /// Content offsets between which every line is a copy of another file's: its accesses count there.
    pub copied: Option<(u64, u64)>,
    /// Offset of a last line of which damage took the end: it may read well and still be wrong.
    pub torn: Option<u64>,
}

/// Backslashes, carriage returns and a terminal's escapes, which few lines hold: they are looked for in all lines at once.
struct Escapes<'b> {
    all: memchr::Memchr3<'b>,
    next: Option<usize>,
}

impl Escapes<'_> {
    fn of(bytes: &[u8]) -> Escapes<'_> {
        let mut all = memchr::memchr3_iter(b'\\', b'\r', 0x1b, bytes);
        let next = all.next();
        Escapes { all, next }
    }

    /// Whether none stands before `end` that no line before this one has had. Lines are asked for in order.
    #[inline]
    fn none_before(&mut self, end: usize) -> bool {
        let mut none = true;
        while self.next.is_some_and(|next| next < end) {
            none = false;
            self.next = self.all.next();
        }
        none
    }
}

/// Where a request stands: from the first byte of its first line to the last of its last.
#[derive(Clone, Copy)]
struct Spot {
    at: u64,
    length: u64,
    /// How many lines before the one that was read last it begins.
    lines_back: u64,
}

impl Extractor<'_> {
    /// Reads whole lines. `offset` is where they begin in the content, `state` what the format knows at
    /// that place.
    pub fn extract(&self, bytes: &[u8], offset: u64, mut state: State) -> Part {
        let mut part = Part {
            names: Names::for_lines(bytes.len() / LINE),
            accesses: Accesses::likely(bytes.len() / SHORT_LINE),
            ..Part::default()
        };
        let lean = self.format.goes_lean() && self.torn.is_none();
        let mut lately = Lately::default();
        let dirty = memchr::memchr(0, bytes).is_some();
        let mut escapes = self.format.minds_escapes().then(|| Escapes::of(bytes));
        for (start, line) in lines(bytes) {
            part.tally.lines += 1;
            let at = offset + start as u64;
            if !self.heads.is_empty() {
                for copy in self.heads.hit(line) {
                    part.hits.push(self.file as usize, at, *copy);
                }
            }
            if start + line.len() == bytes.len() {
                part.unended = Some(at);
            }
            let zeros = match dirty {
                true => dark::zeros(line),
                false => 0,
            };
            part.hours.dark.push(at, zeros);
            let lean = lean && zeros == 0 && part.unended.is_none();
            if let Some(escapes) = &mut escapes {
                lately.unescaped = escapes.none_before(start + line.len());
            }
            let read = match lean {
                true => self.format.lean(&state, line, &mut lately),
                false => None,
            };
            if read.is_some_and(|read| self.lean(&read, line.len(), at, &mut part)) {
                continue;
            }
            self.line(line, at, &mut state, &mut part);
            for lost in self.format.lost(&mut state) {
                part.lose(lost);
            }
        }
        part.accesses.shrink();
        part
    }

    /// What the end of the content leaves without its rest, as a part behind `lines` lines.
    pub fn at_end(&self, state: &mut State) -> Part {
        let mut part = Part::default();
        for lost in self.format.lost_at_end(state) {
            part.lose(lost);
        }
        part
    }

    /// Counts a line that is too long to be held; `head` is its beginning.
    pub fn overlong(&self, head: &[u8], offset: u64, length: u64) -> Part {
        let mut part = Part::default();
        part.tally.lines = 1;
        let place = Spot {
            at: offset,
            length,
            lines_back: 0,
        };
        part.reject(self.router, head, place, Problem::TooLong);
        // Only its beginning was seen, so it may hide anything.
        part.tally.hiding = 1;
        part
    }

    /// Takes in a line that was read the short way; `false` leaves it to the long one, with nothing done.
    fn lean(&self, lean: &Lean<'_>, length: usize, at: u64, part: &mut Part) -> bool {
        let asked = match self.is_copy(at) {
            true => None,
            false => self.router.find_raw(lean.method, lean.target),
        };
        let Some(agent) = asked.as_ref().map_or(Some(&b""[..]), |_| lean.agent()) else {
            return false;
        };
        let place = Spot {
            at,
            length: length as u64,
            lines_back: 0,
        };
        let seen = Request {
            account: lean.account,
            client: lean.client,
            agent,
            nameless: lean.nameless,
            head_counted: lean.head_counted,
            method: lean.method,
            target: Some(lean.target),
            status: Some(lean.status),
            bytes: lean.bytes,
            node: lean.node,
            ..Request::default()
        };
        if let Some(blank) = self.begin(lean.time, place, part) {
            part.tally.with_target += 1;
            self.take(&seen, asked, blank, part);
        }
        true
    }

    fn line(&self, line: &[u8], at: u64, state: &mut State, part: &mut Part) {
        let read = self.format.parse(state, line, at);
        let mut place = Spot {
            at,
            length: line.len() as u64,
            lines_back: 0,
        };
        if let Some(began) = self.format.began(state) {
            part.tally.directives += began.parts;
            place.length = began.span(at, place.length);
            place.at = began.at;
            place.lines_back = began.lines_back;
        }
        match read {
            Line::Empty => part.tally.empty += 1,
            Line::Directive => part.tally.directives += 1,
            // Counted when the rest comes, or when it is known that none does.
            Line::Part => {}
            _ if self.torn == Some(at) => part.reject(self.router, line, place, Problem::Cut),
            Line::Record(record)
                if part.unended == Some(at) && self.format.ends_short(line, &record) =>
            {
                part.reject(self.router, line, place, Problem::Cut);
            }
            Line::Problem(problem) => {
                let cut = part.unended == Some(at);
                let problem = if cut { Problem::Cut } else { problem };
                part.reject(self.router, line, place, problem);
            }
            Line::Record(record) => match record.time {
                None => part.reject(self.router, line, place, Problem::NoTime),
                Some(time) => self.timed(&record, time, line, place, part),
            },
        }
    }

    fn timed(&self, record: &Record<'_>, time: Stamp, line: &[u8], place: Spot, part: &mut Part) {
        let Some(blank) = self.begin(time, place, part) else {
            return;
        };
        part.tally.with_target += u64::from(record.target.is_some());
        let may_hide = record.cut
            || record.hides_its_target()
            || record.method.is_none() && self.router.may_hide_in(line);
        let seen = Request::of(record);
        let asked = seen
            .target
            .filter(|_| !record.cut)
            .and_then(|target| self.router.find_raw(seen.method, target));
        let kept = self.take(&seen, asked, blank, part);
        // A request that could not be taken apart is a record that may hide an access.
        part.tally.hiding += u64::from(may_hide && !kept);
    }

    /// Counts a record; gives the access that it may be, unless it counts in another file.
    fn begin(&self, time: Stamp, place: Spot, part: &mut Part) -> Option<Access> {
        let time = time.shifted(self.clock_correction);
        part.tally.records += 1;
        part.tally.saw(time);
        if self.is_copy(place.at) {
            part.tally.copied += 1;
            return None;
        }
        Some(Access {
            // May lie before this part: parts are numbered through when they are put together.
            line: part.tally.lines.wrapping_sub(place.lines_back),
            ..Access::of_line(time, self.file, place)
        })
    }

    fn is_copy(&self, offset: u64) -> bool {
        self.copied
            .is_some_and(|(from, until)| (from..until).contains(&offset))
    }

    /// Whether a request asks for a route; if so its accesses are kept.
    fn take(
        &self,
        seen: &Request<'_>,
        asked: Option<Asked<'_>>,
        blank: Access,
        part: &mut Part,
    ) -> bool {
        part.tally.with_account += u64::from(seen.account.is_some());
        part.tally.bad_tokens += u64::from(seen.bad_token);
        part.hours.count(Seen {
            at: blank.time,
            line: part.tally.lines,
            route: asked.as_ref().map(|asked| asked.route),
            node: seen.node,
            sequence: seen.sequence,
        });
        let Some(asked) = asked else {
            let hides = seen.target.is_some_and(super::is_catch_all);
            part.tally.hiding += u64::from(hides);
            return false;
        };
        part.tally.routed += 1;
        part.tally.forwarded += u64::from(seen.forwarded);
        part.tally.nameless += u64::from(seen.nameless);
        part.tally.head_counted += u64::from(seen.head_counted);
        let access = Access {
            bytes: seen.bytes.unwrap_or(NO_BYTES),
            actor: part.actor(seen),
            client: part.names.clients.number(seen.client),
            agent: part.names.agents.number(seen.agent),
            route: asked.route,
            status: seen.status.unwrap_or(0),
            with_body: !seen.method.eq_ignore_ascii_case(b"HEAD")
                && !seen.method.eq_ignore_ascii_case(b"OPTIONS"),
            ..blank
        };
        part.push(access, &asked);
        true
    }
}

/// What extraction needs of a line, whichever way it was read.
#[derive(Clone, Copy, Default)]
struct Request<'l> {
    account: Option<&'l [u8]>,
    bad_token: bool,
    client: &'l [u8],
    agent: &'l [u8],
    forwarded: bool,
    nameless: bool,
    head_counted: bool,
    method: &'l [u8],
    target: Option<&'l [u8]>,
    status: Option<u16>,
    bytes: Option<u64>,
    node: Option<&'l [u8]>,
    sequence: Option<u64>,
}

impl<'l> Request<'l> {
    fn of(record: &'l Record<'_>) -> Request<'l> {
        Request {
            account: record.account.as_deref(),
            bad_token: record.bad_token,
            client: record.client.as_deref().unwrap_or_default(),
            agent: record.user_agent.as_deref().unwrap_or_default(),
            forwarded: record.forwarded.is_some() && !record.client_is_list,
            nameless: record.nameless,
            head_counted: record.head_counted,
            method: record.method.as_deref().unwrap_or(b"GET"),
            target: record.target.as_deref(),
            status: record.status,
            bytes: record.bytes,
            node: record.node.as_deref(),
            sequence: record.sequence,
        }
    }
}

impl Part {
    /// The number of `a` + account, or `c` + client address, or `n` + client address where such lines name no
    /// account at all. A user name on a 401 or a 400 is only claimed (CASE.md §2, FORMATS.md), so such a request is
    /// its address's.
    fn actor(&mut self, seen: &Request<'_>) -> u32 {
        let claimed = matches!(seen.status, Some(400 | 401));
        let (kind, name) = match seen.account {
            Some(account) if !claimed => (b'a', account),
            _ if seen.nameless => (b'n', seen.client),
            _ => (b'c', seen.client),
        };
        self.actor.clear();
        self.actor.push(kind);
        self.actor.extend_from_slice(name);
        self.names.actors.number(&self.actor)
    }

    /// One access for each object that is named, else one for each container, else one that names none.
    fn push(&mut self, access: Access, asked: &Asked<'_>) {
        for id in &asked.objects {
            let object = self.names.objects.number(id);
            self.accesses.push(Access { object, ..access });
        }
        if !asked.objects.is_empty() {
            return;
        }
        let (skip, take) = match asked.page {
            Page::All => (0, NONE),
            Page::Slice { skip, take } => (skip, take),
            Page::Unreadable => (NONE, NONE),
        };
        let container = match &asked.container {
            Some(id) => self.names.objects.number(id),
            None => NONE,
        };
        let page = Access {
            container,
            skip,
            take,
            ..access
        };
        self.accesses.push(page);
        for id in &asked.others {
            let container = self.names.objects.number(id);
            self.accesses.push(Access { container, ..page });
        }
    }

    /// A part of a request of which the rest never came: whatever it asked for is not known.
    fn lose(&mut self, lost: Lost) {
        self.count_problem(Problem::Cut);
        self.tally.hiding += 1;
        self.rejects.push(Reject {
            line: self.tally.lines.wrapping_sub(lost.lines_back),
            offset: lost.at,
            length: lost.length,
            problem: Problem::Cut,
        });
    }

    fn count_problem(&mut self, problem: Problem) {
        if let Some(slot) = Problem::ALL.iter().position(|p| *p == problem) {
            self.tally.rejected[slot] += 1;
        }
    }

    fn reject(&mut self, router: &Router, line: &[u8], place: Spot, problem: Problem) {
        self.count_problem(problem);
        let hides = match problem {
            Problem::OtherLog => false,
            Problem::Cut => router.may_hide_in_cut(line),
            _ => router.may_hide_in(line),
        };
        match dark::unreadable(line) {
            0 => self.hours.dark.light(),
            bytes => self.hours.dark.push(place.at, bytes),
        }
        self.tally.hiding += u64::from(hides);
        self.rejects.push(Reject {
            line: self.tally.lines.wrapping_sub(place.lines_back),
            offset: place.at,
            length: place.length,
            problem,
        });
    }
}

impl Access {
    fn of_line(time: Stamp, file: u32, place: Spot) -> Access {
        Access {
            time,
            offset: place.at,
            file,
            length: u32::try_from(place.length).unwrap_or(u32::MAX),
            ..Access::BLANK
        }
    }
}
