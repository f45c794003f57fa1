//! A chunk of whole lines -> a [`Part`]: accesses, counts, rejects. The dear step, a pure function.
//!
//! Parts merge in the order of their chunks, so the answer does not depend on who made them. Reading
//! bytes is left to `source`, threads to `pipeline`, and every judgement to the rooms behind.

use crate::format::target::Target;
use crate::format::{Format, Line, Lost, Problem, Record, State};
use crate::route::{Asked, Hours, Page, Router, Seen};
use crate::sequence::{Access, NO_BYTES, NONE, Names};
use crate::source::lines;
use crate::source::overlap::{Heads, Hits};
use crate::words::Stamp;

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

/// What came of some lines. Parts merge; they do not print.
#[derive(Debug, Default)]
pub struct Part {
    /// Accesses in line order; their names are numbers in `names`.
    pub accesses: Vec<Access>,
    /// The names.
    pub names: Names,
    /// The conservation of lines.
    pub tally: Tally,
    /// Lines that could not be read.
    pub rejects: Vec<Reject>,
    /// Counts by writer, route and minute.
    pub hours: Hours,
    /// Lines that equal some file's first line.
    pub hits: Hits,
    /// Offset of a last line without an end of line.
    pub unended: Option<u64>,
}

/// Where a request stands: from the first byte of its first line to the last of its last.
#[derive(Clone, Copy)]
struct Spot {
    at: u64,
    length: u64,
    /// How many lines before the one that was read last it begins.
    lines_back: u64,
}

/// Where every line went: `lines = records + rejected + empty + directives`, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All lines.
    pub lines: u64,
    /// Lines that are a request.
    pub records: u64,
    /// Blank lines.
    pub empty: u64,
    /// Lines about the log, and parts of a request that its last line completes.
    pub directives: u64,
    /// Records, of those above, that stand in another file too and whose accesses are counted there.
    pub copied: u64,
    /// Lines that could not be read, by problem, in the order of [`Problem::ALL`].
    pub rejected: [u64; Problem::ALL.len()],
    /// Rejected lines that may hide a request for a route.
    pub hiding: u64,
    /// Records with an account.
    pub with_account: u64,
    /// Records that match a route and whose lines have no place for an account, in whatever source.
    pub nameless: u64,
    /// Records whose account stands in a token that cannot be decoded.
    pub bad_tokens: u64,
    /// Records that match a route and name, beside a client, for whom it forwarded.
    pub forwarded: u64,
    /// Records that say what was asked for.
    pub with_target: u64,
    /// Records that match a route.
    pub routed: u64,
    /// Records that match a route and whose size counts the answer's head too.
    pub head_counted: u64,
    /// First stamp.
    pub first: Option<Stamp>,
    /// Last stamp.
    pub last: Option<Stamp>,
}

/// A line that could not be read. Its bytes stay where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Line number in the file's content, from 1.
    pub line: u64,
    /// Offset in the file's content.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// Why.
    pub problem: Problem,
}

impl Tally {
    /// Sum of the rejected lines.
    pub fn rejected_lines(&self) -> u64 {
        self.rejected.iter().sum()
    }

    /// Adds another file's or part's tally.
    pub fn absorb(&mut self, other: &Tally) {
        self.lines += other.lines;
        self.records += other.records;
        self.empty += other.empty;
        self.directives += other.directives;
        self.copied += other.copied;
        self.hiding += other.hiding;
        self.with_account += other.with_account;
        self.nameless += other.nameless;
        self.bad_tokens += other.bad_tokens;
        self.forwarded += other.forwarded;
        self.with_target += other.with_target;
        self.routed += other.routed;
        self.head_counted += other.head_counted;
        for (mine, theirs) in self.rejected.iter_mut().zip(other.rejected) {
            *mine += theirs;
        }
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
    }

    fn saw(&mut self, at: Stamp) {
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

impl Part {
    /// Takes in the part that follows this one in the same file.
    pub fn absorb(&mut self, mut next: Part) {
        let base = self.tally.lines;
        for reject in &mut next.rejects {
            reject.line = reject.line.wrapping_add(base);
        }
        self.take_accesses(next.accesses, &next.names, base);
        self.tally.absorb(&next.tally);
        self.rejects.append(&mut next.rejects);
        self.hours.absorb(next.hours, base);
        self.hits.merge(next.hits);
        if next.tally.lines > 0 {
            self.unended = next.unended;
        }
    }

    /// Takes in accesses whose names are numbers elsewhere and whose lines begin after `base`.
    pub fn take_accesses(&mut self, accesses: Vec<Access>, names: &Names, base: u64) {
        let actors = self.names.actors.absorb(&names.actors);
        let clients = self.names.clients.absorb(&names.clients);
        let agents = self.names.agents.absorb(&names.agents);
        let objects = self.names.objects.absorb(&names.objects);
        let new = |map: &[u32], old: u32| map.get(old as usize).copied().unwrap_or(NONE);
        self.accesses
            .extend(accesses.into_iter().map(|access| Access {
                line: access.line.wrapping_add(base),
                actor: new(&actors, access.actor),
                client: new(&clients, access.client),
                agent: new(&agents, access.agent),
                object: new(&objects, access.object),
                container: new(&objects, access.container),
                ..access
            }));
    }
}

impl Extractor<'_> {
    /// Reads whole lines. `offset` is where they begin in the content, `state` what the format knows at
    /// that place.
    pub fn extract(&self, bytes: &[u8], offset: u64, mut state: State) -> Part {
        let mut part = Part::default();
        for (start, line) in lines(bytes) {
            part.tally.lines += 1;
            let at = offset + start as u64;
            for copy in self.heads.hit(line) {
                part.hits.push(self.file as usize, at, *copy);
            }
            if start + line.len() == bytes.len() {
                part.unended = Some(at);
            }
            self.line(line, at, &mut state, &mut part);
            for lost in self.format.lost(&mut state) {
                part.lose(lost);
            }
        }
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

    fn line(&self, line: &[u8], at: u64, state: &mut State, part: &mut Part) {
        let read = self.format.parse(state, line, at);
        let mut place = Spot {
            at,
            length: line.len() as u64,
            lines_back: 0,
        };
        if let Some(began) = self.format.began(state) {
            part.tally.directives += began.parts;
            place.length = place.length.saturating_add(at.saturating_sub(began.at));
            place.at = began.at;
            place.lines_back = began.lines_back;
        }
        match read {
            Line::Empty => part.tally.empty += 1,
            Line::Directive => part.tally.directives += 1,
            // Counted when the rest comes, or when it is known that none does.
            Line::Part => {}
            _ if self.torn == Some(at) => part.reject(self.router, line, place, Problem::Cut),
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
        let time = time.shifted(self.clock_correction);
        part.tally.records += 1;
        part.tally.saw(time);
        if self.is_copy(place.at) {
            part.tally.copied += 1;
            return;
        }
        let blank = Access {
            // May lie before this part: parts are numbered through when they are put together.
            line: part.tally.lines.wrapping_sub(place.lines_back),
            ..Access::of_line(time, self.file, place)
        };
        part.tally.with_target += u64::from(record.target.is_some());
        let may_hide = record.method.is_none() && self.router.may_hide_in(line);
        let kept = self.record(record, blank, part);
        // A request that could not be taken apart is a record that may hide an access.
        part.tally.hiding += u64::from(may_hide && !kept);
    }

    fn is_copy(&self, offset: u64) -> bool {
        self.copied
            .is_some_and(|(from, until)| (from..until).contains(&offset))
    }

    /// Whether the record asks for a route; if so its accesses are kept.
    fn record(&self, record: &Record<'_>, blank: Access, part: &mut Part) -> bool {
        part.tally.with_account += u64::from(record.account.is_some());
        part.tally.bad_tokens += u64::from(record.bad_token);
        let target = Target::read(record.target.as_deref().unwrap_or_default());
        let method = record.method.as_deref().unwrap_or(b"GET");
        let asked = match record.target {
            Some(_) => self.router.find(method, &target),
            None => None,
        };
        part.hours.count(Seen {
            at: blank.time,
            line: part.tally.lines,
            route: asked.as_ref().map(|asked| asked.route),
            node: record.node.as_deref(),
            sequence: record.sequence,
        });
        let Some(asked) = asked else {
            let hides = record.target.as_deref().is_some_and(super::is_catch_all);
            part.tally.hiding += u64::from(hides);
            return false;
        };
        part.tally.routed += 1;
        part.tally.forwarded += u64::from(record.forwarded.is_some() && !record.client_is_list);
        part.tally.nameless += u64::from(record.nameless);
        part.tally.head_counted += u64::from(record.head_counted);
        let client = record.client.as_deref().unwrap_or_default();
        let access = Access {
            bytes: record.bytes.unwrap_or(NO_BYTES),
            actor: part.names.actors.number(&actor(record, client)),
            client: part.names.clients.number(client),
            agent: part
                .names
                .agents
                .number(record.user_agent.as_deref().unwrap_or_default()),
            route: asked.route,
            status: record.status.unwrap_or(0),
            with_body: !method.eq_ignore_ascii_case(b"HEAD")
                && !method.eq_ignore_ascii_case(b"OPTIONS"),
            ..blank
        };
        part.push(access, &asked);
        true
    }
}

/// `a` + account, or `c` + client address, or `n` + client address where such lines name no account at
/// all. A user name on a 401 or a 400 is only claimed (CASE.md §2,
/// FORMATS.md), so such a request is its address's.
fn actor(record: &Record<'_>, client: &[u8]) -> Vec<u8> {
    let claimed = matches!(record.status, Some(400 | 401));
    let (kind, name) = match record.account.as_deref() {
        Some(account) if !claimed => (b"a", account),
        _ if record.nameless => (b"n", client),
        _ => (b"c", client),
    };
    [kind.as_slice(), name].concat()
}

impl Part {
    /// One access for each object that is named, else one for the container, else one that names none.
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
        self.accesses.push(Access {
            container,
            skip,
            take,
            ..access
        });
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
        let hides = problem != Problem::OtherLog && router.may_hide_in(line);
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
            line: 0,
            bytes: NO_BYTES,
            file,
            length: u32::try_from(place.length).unwrap_or(u32::MAX),
            actor: NONE,
            client: NONE,
            agent: NONE,
            object: NONE,
            container: NONE,
            skip: 0,
            take: NONE,
            route: 0,
            status: 0,
            with_body: true,
        }
    }
}
