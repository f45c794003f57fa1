//! Lines of one file -> what they carry and what they ask for. Parts merge in the order of files.

use std::collections::HashSet;

use super::figures::Leaf;
use super::tree::Tree;
use super::values::Distinct;
use crate::format::target::Target;
use crate::format::{Format, Line, Record, State};
use crate::route::{Page, Router};
use crate::source::lines;
use crate::words::{SECOND, Stamp};

/// A stamp that lies so far before the newest one of its file is a clock that jumped.
pub const JUMP: i64 = 300 * SECOND;
/// Request IDs that are held against each other.
const IDS: usize = 500_000;

/// What a line may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// When.
    Time,
    /// The client's address.
    Client,
    /// The account, where the case or this survey takes it to stand.
    Account,
    /// Method.
    Method,
    /// Target.
    Target,
    /// Host that was asked.
    Host,
    /// Status.
    Status,
    /// Bytes of the answer.
    Bytes,
    /// `Referer`.
    Referer,
    /// `User-Agent`.
    Agent,
    /// The request's own ID.
    RequestId,
    /// How long it took.
    Duration,
}

impl Field {
    /// Every field, in the order of tables.
    pub const ALL: [Field; 12] = [
        Field::Time,
        Field::Client,
        Field::Account,
        Field::Method,
        Field::Target,
        Field::Host,
        Field::Status,
        Field::Bytes,
        Field::Referer,
        Field::Agent,
        Field::RequestId,
        Field::Duration,
    ];

    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Field::Time => "time",
            Field::Client => "client",
            Field::Account => "account",
            Field::Method => "method",
            Field::Target => "target",
            Field::Host => "host",
            Field::Status => "status",
            Field::Bytes => "bytes",
            Field::Referer => "referer",
            Field::Agent => "user_agent",
            Field::RequestId => "request_id",
            Field::Duration => "duration",
        }
    }

    fn stands_in(self, record: &Record<'_>) -> bool {
        match self {
            Field::Time => record.time.is_some(),
            Field::Client => record.client.is_some(),
            Field::Account => record.account.is_some(),
            Field::Method => record.method.is_some(),
            Field::Target => record.target.is_some(),
            Field::Host => record.host.is_some(),
            Field::Status => record.status.is_some(),
            Field::Bytes => record.bytes.is_some(),
            Field::Referer => record.referer.is_some(),
            Field::Agent => record.user_agent.is_some(),
            Field::RequestId => record.request_id.is_some(),
            Field::Duration => record.duration_ms.is_some(),
        }
    }
}

/// A stamp that lies before those that stand before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// Offset of its line in the file's content.
    pub offset: u64,
    /// The newest stamp before it.
    pub from: Stamp,
    /// Its own.
    pub to: Stamp,
}

/// What the records of some lines carry.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Records that count: not those that stand in another file too.
    pub records: u64,
    /// Records with each field, in the order of [`Field::ALL`].
    pub present: [u64; Field::ALL.len()],
    /// Hosts that were asked.
    pub hosts: Distinct,
    /// Machines that wrote.
    pub nodes: Distinct,
    /// Clocks that jumped back.
    pub jumps: u64,
    /// Where first: index of the file, and the jump.
    pub first_jump: Option<(usize, Jump)>,
    /// Request IDs that came before.
    pub repeated_ids: u64,
    /// The writer's own numbers of its lines.
    pub numbers: Numbers,
    /// Requests answered 429.
    pub limited: u64,
    /// What was asked for, where no routes were given.
    pub tree: Tree,
    /// What was asked of each given route.
    pub given: Vec<Leaf>,
    /// Requests for something else than the given routes.
    pub elsewhere: u64,
    ids: HashSet<Box<[u8]>>,
    newest: Option<Stamp>,
}

/// Numbers that a writer gives its lines, counting up by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Lines with one.
    pub seen: u64,
    /// Least and greatest.
    pub range: Option<(u64, u64)>,
}

/// How the lines of a file are looked at.
#[derive(Clone, Copy)]
pub struct Gatherer<'g> {
    /// How they are written.
    pub format: &'g Format,
    /// Routes of a case, with the number of them; without them paths are put together by likeness.
    pub routes: Option<(&'g Router, usize)>,
    /// Index of the file.
    pub file: usize,
    /// Offsets between which lines stand in another file too.
    pub copied: Option<(u64, u64)>,
    /// Nanoseconds to add to each stamp.
    pub clock_correction: i64,
}

impl Gatherer<'_> {
    /// Looks at whole lines that begin at `offset` of the content.
    pub fn lines(&self, bytes: &[u8], offset: u64, state: &mut State, facts: &mut Facts) {
        for (start, line) in lines(bytes) {
            let at = offset + start as u64;
            if let Line::Record(record) = self.format.parse(state, line, at)
                && let Some(time) = record.time
                && self
                    .copied
                    .is_none_or(|(from, until)| !(from..until).contains(&at))
            {
                self.record(&record, time.shifted(self.clock_correction), at, facts);
            }
            // What was lost is counted by the pipeline; here it only must not pile up.
            let _ = self.format.lost(state);
        }
    }

    fn record(&self, record: &Record<'_>, time: Stamp, at: u64, facts: &mut Facts) {
        facts.records += 1;
        for (slot, field) in facts.present.iter_mut().zip(Field::ALL) {
            *slot += u64::from(field.stands_in(record));
        }
        facts.limited += u64::from(record.status == Some(429));
        for (text, set) in [
            (&record.host, &mut facts.hosts),
            (&record.node, &mut facts.nodes),
        ] {
            if let Some(text) = text {
                set.insert(text);
            }
        }
        facts.clock(self.file, time, at);
        facts.numbered(record);
        let Some(raw) = record.target.as_deref() else {
            return;
        };
        let target = Target::read(raw);
        match self.routes {
            None => facts.tree.count(record, &target),
            Some((router, routes)) => facts.route(router, routes, record, &target),
        }
    }
}

impl Facts {
    fn clock(&mut self, file: usize, time: Stamp, offset: u64) {
        let newest = self.newest.unwrap_or(time);
        if newest.0.saturating_sub(time.0) > JUMP {
            self.jumps += 1;
            let jump = Jump {
                offset,
                from: newest,
                to: time,
            };
            self.first_jump.get_or_insert((file, jump));
            // What follows is held against the new time, so one jump counts once.
            self.newest = Some(time);
            return;
        }
        self.newest = Some(newest.max(time));
    }

    fn numbered(&mut self, record: &Record<'_>) {
        if let Some(id) = &record.request_id {
            if self.ids.contains(&**id) {
                self.repeated_ids += 1;
            } else if self.ids.len() < IDS {
                self.ids.insert((**id).into());
            }
        }
        if let Some(n) = record.sequence {
            let (low, high) = self.numbers.range.unwrap_or((n, n));
            self.numbers.seen += 1;
            self.numbers.range = Some((low.min(n), high.max(n)));
        }
    }

    fn route(&mut self, router: &Router, routes: usize, record: &Record<'_>, target: &Target<'_>) {
        self.given.resize_with(routes, Leaf::default);
        let method = record.method.as_deref().unwrap_or(b"GET");
        let Some(asked) = router.find(method, target) else {
            self.elsewhere += 1;
            return;
        };
        let Some(leaf) = self.given.get_mut(usize::from(asked.route)) else {
            return;
        };
        // The first place is the object's, the second the container's.
        leaf.figures.count(record);
        leaf.ids.resize_with(2, Default::default);
        for id in &asked.objects {
            leaf.ids[0].count(id, 1);
        }
        leaf.ids[0].lists += u64::from(asked.objects.len() > 1);
        if let Some(id) = &asked.container {
            leaf.ids[1].count(id, 1);
        }
        let named = !asked.objects.is_empty() || asked.container.is_some();
        leaf.figures.with_id += u64::from(named && asked.page != Page::Unreadable);
    }

    /// Takes the facts of a later file in.
    pub fn absorb(&mut self, mut other: Facts) {
        self.records += other.records;
        for (mine, theirs) in self.present.iter_mut().zip(other.present) {
            *mine += theirs;
        }
        self.hosts.absorb(other.hosts);
        self.nodes.absorb(other.nodes);
        self.jumps += other.jumps;
        self.first_jump = self.first_jump.or(other.first_jump);
        self.repeated_ids += other.repeated_ids;
        let mut ids: Vec<Box<[u8]>> = other.ids.drain().collect();
        ids.sort_unstable();
        for id in ids {
            if self.ids.contains(&id) {
                self.repeated_ids += 1;
            } else if self.ids.len() < IDS {
                self.ids.insert(id);
            }
        }
        self.numbers.seen += other.numbers.seen;
        self.numbers.range = match (self.numbers.range, other.numbers.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, two) => one.or(two),
        };
        self.limited += other.limited;
        self.tree.absorb(other.tree);
        let routes = self.given.len().max(other.given.len());
        self.given.resize_with(routes, Leaf::default);
        for (mine, theirs) in self.given.iter_mut().zip(other.given) {
            mine.absorb(theirs);
        }
        self.elsewhere += other.elsewhere;
    }

    /// Records with a field.
    pub fn with(&self, field: Field) -> u64 {
        let at = Field::ALL.iter().position(|f| *f == field).unwrap_or(0);
        self.present[at]
    }
}
