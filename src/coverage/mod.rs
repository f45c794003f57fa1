//! What the logs can show: hours, holes, unlogged routes, ends, clocks, unreadable lines -> doubts with a basis.
//!
//! Judges counts that extraction made; reads nothing itself. `ledger` makes series of a source's files, `silence`,
//! `files`, `numbers` and `ends` find holes in them, `reach` tells which routes a hole darkens, `rows` lists the
//! hours. What a doubt does to a controller's upper bound is `impact`'s.

mod beat;
mod beside;
mod bodies;
mod calendar;
mod clock;
mod dated;
mod ends;
mod files;
mod leak;
mod ledger;
mod noise;
mod numbers;
mod owners;
mod pace;
mod periodic;
mod phase;
mod reach;
mod rows;
mod said;
mod silence;
mod taken;
mod thinned;
mod twice;

use std::collections::BTreeSet;

use crate::case::Case;
use crate::route::Counted;
use crate::route::extract::Tally;
use crate::words::{Reason, SECOND, Stamp, Validity};

pub use bodies::limits;
pub use leak::{published, unknown_records};
use ledger::Ledger;
pub use owners::{Asked, unasked};
pub use rows::{Expected, HourRow};
pub(crate) use said::shared_load;

/// What coverage needs to know of one source.
#[derive(Clone, Debug, Default)]
pub struct SourceFacts {
    /// Its files in the order of rotation, without those whose whole content another file has.
    pub files: Vec<FileFacts>,
    /// Sum of its files' tallies.
    pub tally: Tally,
    /// Names of its files that are damaged, with what is wrong.
    pub damaged: Vec<(String, String)>,
    /// Whether it carries accounts at all.
    pub has_accounts: bool,
}

/// What coverage needs to know of one file.
#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    /// Its name in tables.
    pub name: String,
    /// The log that it belongs to: its name without number, date and packing.
    pub log: String,
    /// Its number in the log's rotation.
    pub number: Option<u32>,
    /// The day in its name, counted from the epoch.
    pub day: Option<i64>,
    /// The hour in its name, counted from the epoch in the zone of whoever named it.
    pub hour: Option<i64>,
    /// First and last stamp.
    pub stamps: Option<(Stamp, Stamp)>,
    /// Counts by writer, route and minute.
    pub counted: Counted,
    /// Whether its last line has no end.
    pub unended: bool,
    /// Its requests.
    pub requests: u64,
}

/// Why a window is a hole, strongest evidence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// The case says so.
    Declared,
    /// A file of the rotation is missing.
    File,
    /// The writer's own numbers skip some.
    Sequence,
    /// The source is silent where it should not be.
    Silent,
    /// One writer is silent while the others go on.
    Writer,
    /// Nothing asks for a route while other requests go on.
    Route,
    /// The source begins later.
    BeforeStart,
    /// The source ends earlier.
    AfterEnd,
}

impl GapKind {
    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            GapKind::Declared => "declared",
            GapKind::File => "file",
            GapKind::Sequence => "sequence",
            GapKind::Silent => "silent",
            GapKind::Writer => "writer",
            GapKind::Route => "route",
            GapKind::BeforeStart => "before_start",
            GapKind::AfterEnd => "after_end",
        }
    }

    fn reason(self) -> Reason {
        match self {
            GapKind::BeforeStart => Reason::BeforeStart,
            GapKind::AfterEnd => Reason::Retention,
            _ => Reason::Gap,
        }
    }
}

/// A window of which a source does not show everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    /// Index of the source.
    pub source: usize,
    /// What tells of it.
    pub kind: GapKind,
    /// First instant of it.
    pub from: Stamp,
    /// First instant after it.
    pub until: Stamp,
    /// Lines that were to be expected; 0 where nobody can say.
    pub expected: f64,
    /// The only route that it darkens, by its index in the case.
    pub route: Option<usize>,
    /// The only writer whose lines are missing.
    pub writer: Option<String>,
    /// How many lines are missing, where they were numbered.
    pub missing: Option<u64>,
    /// What it rests on, in a sentence.
    pub basis: String,
}

impl Hole {
    /// The minutes that it takes, whole or in part.
    fn minutes(&self) -> (i64, i64) {
        let until = self.until.0.saturating_add(calendar::MINUTE - 1);
        (
            self.from.0.div_euclid(calendar::MINUTE),
            until.div_euclid(calendar::MINUTE),
        )
    }
}

/// How far a doubt widens a controller's upper bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Nothing bounds it but the controller's population.
    Population,
    /// At most so many subjects.
    Subjects(u64),
    /// What was found of it counts to the upper bounds already.
    Counted,
    /// It widens nothing by itself; it is said.
    Said,
}

impl Allowance {
    /// Whether it leaves room for what was not found.
    pub fn is_open(self) -> bool {
        matches!(self, Allowance::Population | Allowance::Subjects(_))
    }
}

/// Something that the logs cannot show.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// Code.
    pub reason: Reason,
    /// What it rests on, in a sentence.
    pub basis: String,
    /// What it does to upper bounds.
    pub allowance: Allowance,
}

/// The doubt about a directory that seems to be as of an earlier instant, for a reason in a sentence.
pub fn stale(why: &str) -> Doubt {
    Doubt {
        reason: Reason::NoDirectory,
        basis: format!(
            "{why}: what was disclosed later than the directory seems to be as of counts to no lower bound, because the \
             account may have been allowed to see it; scan again with tables as of now, or say in [directory] `as_of` when \
             they were written out"
        ),
        allowance: Allowance::Population,
    }
}

/// The doubt about tables that seem to show one day of a time in which people moved, for a reason in a sentence. The tables
/// are the case's own word on who may see what, so it moves no figure.
pub fn snapshot(why: &str) -> Doubt {
    Doubt::said(
        Reason::NoDirectory,
        format!(
            "{why}: who was shown something without a system to it may have been allowed to see it then, and lower bounds may \
             be too high by whoever moved; scan again with tables that say from when until when each row held"
        ),
    )
}

/// A stretch in which a source names no account though so many of its clients have some at other times: said, because
/// whoever was shown something in it counts as undecided.
pub fn unnamed(source: &str, span: (Stamp, Stamp), requests: u64, clients: usize) -> Doubt {
    Doubt::said(
        Reason::NoAccount,
        format!(
            "source \"{source}\" names no account from {} until {} in any of {requests} requests for routes, also not for the \
             {clients} clients that have accounts at other times: it is the log that lacks them, and nobody can say in whose \
             scope they were",
            span.0, span.1
        ),
    )
}

/// Second pages of lists, and accounts that turned to them, from which they tell something.
const TURNED: u64 = 40;
const TURNERS: u64 = 10;
/// Second pages without a first that are no few accounts' way.
const ALONE: u64 = 10;
/// Share of them without a first page that is none of habit: where nothing is missing it is a fiftieth.
const TORN: f64 = 0.08;

/// The doubt about lists of which the logs show the second page and not the first; `turned`: accounts that turned pages,
/// second pages, those without a first. A sample that the case tells of tears lists too.
pub fn torn_lists(case: &Case, turned: [u64; 3]) -> Option<Doubt> {
    let [accounts, pages, alone] = turned;
    let told = case.sources.iter().any(|source| source.sampling.is_some());
    let torn = alone >= ALONE && alone as f64 >= TORN * pages as f64;
    (!told && torn && pages >= TURNED && accounts >= TURNERS).then(|| Doubt {
        reason: Reason::Sampled,
        basis: format!(
            "{accounts} accounts turned to the second page of a list {pages} times, {alone} of them without a first page in the \
             hour before: about that share of all lines is missing all over (a host of several is not in these logs, or \
             they are a sample), or the platform opens lists elsewhere than on their first page"
        ),
        allowance: Allowance::Population,
    })
}

/// Accounts that must ask on a route for it to be told that none is answered: a prober or two are refused everywhere.
const ASKING: u64 = 10;

/// The doubts about routes on which nobody is answered with content in these logs. `served`: by route, accounts that asked,
/// and those of them that were answered.
pub fn unanswered(
    case: &Case,
    served: impl Iterator<Item = (u16, (u64, u64))>,
) -> impl Iterator<Item = Doubt> {
    let none = served.filter(|(_, (asked, answered))| *asked >= ASKING && *answered == 0);
    none.filter_map(move |(route, (asked, _))| {
        let route = case.routes.get(usize::from(route))?;
        route.returns().then(|| {
            let basis = format!(
                "{asked} accounts ask on the route \"{}\" and these logs show none of them an answer with content: it \
                 answers nobody, or the lines of its answers are not in these logs; who is excluded is so in the first case",
                route.name
            );
            Doubt::said(Reason::Gap, basis)
        })
    })
}

impl Doubt {
    /// Something that is said and widens nothing by itself.
    fn said(reason: Reason, basis: String) -> Doubt {
        Doubt {
            reason,
            basis,
            allowance: Allowance::Said,
        }
    }
}

/// What the logs of a case can show.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// Rows of `coverage.csv`: by source, then hour.
    pub rows: Vec<HourRow>,
    /// Holes: by source, then start.
    pub holes: Vec<Hole>,
    /// Which routes another source shows all through a hole, request for request: hole, then route.
    pub beside: BTreeSet<(usize, usize)>,
    /// Doubts.
    pub doubts: Vec<Doubt>,
    /// First and last instant that must be answered for: the case's period, else the logs' own span.
    pub window: Option<(Stamp, Stamp)>,
    /// Coverage of the worst of the routes that can return data subjects: each of them can return those of
    /// any controller.
    pub covered: f64,
    /// Minutes in which each source has a line, sorted.
    pub lit: Vec<Vec<i64>>,
}

/// Judges the coverage of all sources; `sources` stands in the case's order.
pub fn assess(case: &Case, sources: &[SourceFacts]) -> Assessment {
    let facts = sources.iter().enumerate();
    let ledgers: Vec<Ledger<'_>> = facts.map(|(i, f)| Ledger::of(case, i, f)).collect();
    let window = window(case, &ledgers);
    let mut doubts = said::about_the_case(case);
    let routes: Vec<usize> = (0..case.routes.len()).collect();
    doubts.extend(shared_load(case, &routes));
    doubts.extend(said::unasked_routes(case, &ledgers));
    let beside = beside_the_period(case, &ledgers);
    let nothing = beside.is_some();
    doubts.extend(beside);
    let mut holes = Vec::new();
    for ledger in &ledgers {
        let (found, said) = one(ledger, &peers(&ledgers, ledger.source), window);
        holes.extend(found);
        doubts.extend(said);
    }
    // What lies outside of the period need not be answered for.
    let period = case.period.unwrap_or_default();
    holes.retain(|hole| {
        period.from.is_none_or(|from| hole.until > from)
            && period.until.is_none_or(|until| hole.from < until)
    });
    doubts.extend(twice::judge(&ledgers));
    let reach = reach::Reach::of(case, &ledgers, &holes, window);
    for hole in holes.iter().filter(|h| h.kind != GapKind::Sequence) {
        doubts.push(reach.doubt(hole));
    }
    let rows = ledgers.iter().flat_map(|ledger| {
        let own = holes.iter().filter(|hole| hole.source == ledger.source);
        rows::rows(ledger, &own.collect::<Vec<_>>(), window)
    });
    Assessment {
        rows: rows.collect(),
        doubts,
        window,
        covered: if nothing { 0.0 } else { reach.worst() },
        beside: reach.beside(),
        lit: ledgers
            .iter()
            .map(|ledger| ledger.all.cells().map(|cell| cell.0).collect())
            .collect(),
        holes,
    }
}

/// Other sources that a source is held against: those with most lines, in the case's order.
const PEERS: usize = 8;

fn peers<'l, 'c>(ledgers: &'l [Ledger<'c>], source: usize) -> Vec<&'l Ledger<'c>> {
    let mut peers: Vec<&Ledger<'c>> = ledgers.iter().filter(|l| l.source != source).collect();
    peers.sort_by_key(|ledger| std::cmp::Reverse(ledger.facts.tally.records));
    peers.truncate(PEERS);
    peers.sort_by_key(|ledger| ledger.source);
    peers
}

/// The holes of a source, and what else is to be said of it.
fn one(
    ledger: &Ledger<'_>,
    peers: &[&Ledger<'_>],
    window: Option<(Stamp, Stamp)>,
) -> (Vec<Hole>, Vec<Doubt>) {
    let seams = files::seams(ledger);
    let cuts: Vec<(i64, i64)> = seams.iter().map(|seam| seam.minutes).collect();
    let silences = silence::find(ledger, &cuts, peers);
    let clock = clock::judge(ledger, silences.holes);
    let (lost, mut doubts) = files::lost(ledger);
    let mut holes = said::declared(ledger);
    holes.extend(files::told(clock.holes, &lost, &seams));
    holes.extend(lost);
    let (skipped, said) = numbers::judge(ledger);
    holes.extend(skipped);
    doubts.extend(said);
    holes.extend(ends::missing(ledger, &holes, window));
    doubts.extend(ends::taken_for_silence(ledger, &holes, window));
    let (unasked, taken) = ends::routes(ledger);
    holes.extend(unasked);
    doubts.extend(periodic::judge(ledger, peers));
    holes.sort_by(|a, b| {
        (a.from, a.until, a.kind, &a.basis).cmp(&(b.from, b.until, b.kind, &b.basis))
    });
    doubts.extend(thinned::judge(ledger, &holes, &taken));
    doubts.extend(taken.into_values());
    doubts.extend(clock.doubts);
    doubts.extend(ends::said(ledger));
    doubts.extend(said::about(ledger, &holes, &silences.unusual));
    (holes, doubts)
}

fn window(case: &Case, ledgers: &[Ledger<'_>]) -> Option<(Stamp, Stamp)> {
    let ends = || ledgers.iter().filter_map(ends::of);
    let first = ends().map(|(first, _)| first).min();
    let last = ends().map(|(_, last)| last).max();
    let period = case.period.unwrap_or_default();
    let (from, until) = (period.from.or(first)?, period.until.or(last)?);
    // The logs end before the period begins, or begin behind its end.
    Some((from.min(until), from.max(until)))
}

/// That the logs show nothing of the time that must be answered for.
fn beside_the_period(case: &Case, ledgers: &[Ledger<'_>]) -> Option<Doubt> {
    let ends = || ledgers.iter().filter_map(ends::of);
    let (first, last) = (
        ends().map(|(first, _)| first).min()?,
        ends().map(|(_, last)| last).max()?,
    );
    let period = case.period.unwrap_or_default();
    let before = period.until.filter(|until| *until <= first);
    let behind = period.from.filter(|from| *from > last);
    let (reason, basis) = match (before, behind) {
        (Some(until), _) => (
            Reason::BeforeStart,
            format!(
                "the logs begin at {first}, and the time that must be answered for ends at {until}"
            ),
        ),
        (_, Some(from)) => (
            Reason::Retention,
            format!(
                "the logs end at {last}, and the time that must be answered for begins at {from}"
            ),
        ),
        _ => return None,
    };
    Some(Doubt {
        reason,
        basis: format!("{basis}: they show nothing of it"),
        allowance: Allowance::Population,
    })
}

/// The length of a window, at least a second.
fn length(window: (Stamp, Stamp)) -> i64 {
    window.1.0.saturating_sub(window.0.0).max(SECOND)
}

pub use silence::Unnoticed;

/// What one source shows by itself, before there is a case.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Holes, by time.
    pub holes: Vec<Hole>,
    /// What else is to be said: files, clocks, ends, the writers' own numbers.
    pub doubts: Vec<Doubt>,
    /// From when on a hole is noticed; `None` without a record.
    pub unnoticed: Option<Unnoticed>,
}

/// Looks at one source, of which only its name, its zone and what is asked of it are known.
pub fn look(
    name: &str,
    facts: &SourceFacts,
    timezone: chrono_tz::Tz,
    period: Option<Validity>,
) -> Shown {
    let case = Case::of_logs(name, timezone, period);
    let ledger = Ledger::of(&case, 0, facts);
    let ledgers = [ledger];
    let window = window(&case, &ledgers);
    let (holes, doubts) = one(&ledgers[0], &[], window);
    Shown {
        unnoticed: silence::unnoticed(&ledgers[0], &holes),
        holes,
        doubts,
    }
}
