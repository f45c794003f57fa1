//! Ordered runs of an account's requests beyond scope, and the numbers that must stand in what the logs do not show of
//! them: between the last request before a hole and the first after it, or between the kept lines of a sample.
//!
//! Finds and counts numbers only. What they are in the directory and whether they lie beyond scope is looked up by
//! `pipeline`, what follows for subjects is `exposure`'s. Feeds no signal, no verdict and no lower bound.

mod across;
mod sample;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AccountShare, Beyond, Pause};
use crate::coverage::Assessment;
use crate::scope::{FileOf, Thing};
use crate::sequence::{Access, NONE, Names, numbered};
use crate::words::{Certainty, MINUTE, Stamp};

/// Widest stride of a run, as for the signal `order`.
const WIDEST: i64 = 100;
/// Steps of a run: ten steps of +1 in random order have p = 1.1e-7 (METHODS.md).
const STEPS: usize = 10;
/// More missing numbers than this in one gap are not looked up.
const MOST: u64 = 10_000_000;

/// What the numbers of a run count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum What {
    /// Objects, by their IDs.
    Objects,
    /// Containers, by their IDs.
    Containers,
    /// Pages of one container.
    Pages {
        /// Its number among the requested IDs.
        container: u32,
        /// Members on a page.
        take: u32,
    },
}

/// One request of a run, and its repeats that follow at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The number in the ID, or the page's, counted from 0.
    pub number: i64,
    /// The request.
    pub access: Access,
    /// Its last repeat; itself where there is none.
    pub last: Access,
    /// The surest that any of them disclosed.
    pub certainty: Certainty,
}

/// What is missing between two requests of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The last request before it.
    pub before: Step,
    /// The first after it.
    pub after: Step,
    /// How many numbers between them no line shows.
    pub missing: u64,
    /// Numbers between them that lines show all the same, sorted.
    pub seen: Vec<i64>,
    /// Why it is not filled in.
    pub refused: Option<String>,
    /// How many of the missing the directory knows.
    pub known: u64,
    /// How many objects beyond the account's scope stand behind those.
    pub beyond: u64,
    /// Subjects that count as possible for it: nobody was shown them by any line.
    pub possible: u64,
    /// The objects beyond scope, each with the instant at which it is; emptied once they are counted.
    pub things: Vec<(Thing, Stamp)>,
}

/// How far a run went whose end the logs do not show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum End {
    /// Nobody can say, and why.
    Refused(String),
    /// German tank: of the run's IDs so many were kept by chance alone.
    Estimate {
        /// Distinct IDs seen.
        seen: u64,
        /// IDs from the start to the last seen.
        reached: u64,
        /// The number that it is taken to have started at.
        start: i64,
        /// How many IDs it had in all, on average right.
        estimate: f64,
        /// No more than this, at 95 %.
        until_95: f64,
    },
}

/// An ordered run with something missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What its numbers count.
    pub what: What,
    /// Index of its route.
    pub route: u16,
    /// What stands before the number in its IDs.
    pub prefix: Vec<u8>,
    /// Difference of neighbours.
    pub stride: i64,
    /// Its first request that is seen.
    pub first: Step,
    /// Its last.
    pub last: Step,
    /// How many distinct numbers are seen.
    pub seen: u64,
    /// The share of lines that its source keeps, where that is a sample.
    pub share: Option<f64>,
    /// What is missing in it.
    pub gaps: Vec<Gap>,
    /// How far it went, where its end is lost.
    pub end: Option<End>,
}

/// A run of numbers, before it is said what they count.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    stride: i64,
    first: Step,
    last: Step,
    seen: u64,
    gaps: Vec<Gap>,
    end: Option<End>,
}

/// What no line can show: holes and samples.
#[derive(Clone, Debug, Default)]
pub struct Dark {
    /// Source, the only route that it darkens, first instant, first instant after it.
    holes: Vec<(usize, Option<usize>, i64, i64)>,
    /// The share of lines that each source keeps.
    shares: Vec<f64>,
    /// Minutes in which each source has a line, sorted.
    lit: Vec<Vec<i64>>,
    /// When the logs, or the period that must be answered for, end.
    end: Option<Stamp>,
}

/// A stretch in which lines of a run may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spell {
    from: i64,
    until: i64,
}

impl Dark {
    /// From the holes of all sources, and the share that each keeps in the case's order.
    pub fn of(assessment: &Assessment, shares: Vec<f64>) -> Dark {
        let holes = assessment.holes.iter();
        Dark {
            holes: holes
                .map(|hole| (hole.source, hole.route, hole.from.0, hole.until.0))
                .collect(),
            shares,
            lit: assessment.lit.clone(),
            end: assessment.window.map(|(_, until)| until),
        }
    }

    /// The longest time in nanoseconds within a stretch in which a source has no line and no hole is known.
    pub(super) fn silence(&self, source: Option<usize>, (from, until): (Stamp, Stamp)) -> i64 {
        let Some(source) = source else { return 0 };
        let known = |(own, _, start, end): &(usize, Option<usize>, i64, i64)| {
            *own == source && *start < until.0 && from.0 < *end
        };
        let Some(lit) = self
            .lit
            .get(source)
            .filter(|_| !self.holes.iter().any(known))
        else {
            return 0;
        };
        let minute = |at: Stamp| at.0.div_euclid(MINUTE);
        let (first, last) = (minute(from), minute(until));
        let low = lit.partition_point(|at| *at < first);
        let high = lit.partition_point(|at| *at <= last);
        let pairs = lit[low..high.max(low)].windows(2);
        let silent = pairs.map(|pair| match (pair[0] == first, pair[1] == last) {
            (true, true) => until.0 - from.0,
            (true, false) => pair[1] * MINUTE - from.0,
            (false, true) => until.0 - (pair[0] + 1) * MINUTE,
            (false, false) => (pair[1] - pair[0] - 1) * MINUTE,
        });
        silent.max().unwrap_or(0)
    }

    fn share(&self, source: usize) -> f64 {
        self.shares.get(source).copied().unwrap_or(1.0)
    }

    /// The holes of some sources that darken a route, and what an account's own pace tells of, joined where they overlap.
    fn spells(&self, (sources, route): (&[usize], u16), jumps: &[Pause]) -> Vec<Spell> {
        let darkens = |only: Option<usize>| only.is_none_or(|one| one == usize::from(route));
        let mut own: Vec<(i64, i64)> = self
            .holes
            .iter()
            .filter(|(source, only, ..)| sources.contains(source) && darkens(*only))
            .map(|(_, _, from, until)| (*from, *until))
            .chain(jumps.iter().map(|jump| (jump.from.0 + 1, jump.until.0)))
            .collect();
        own.sort_unstable();
        let mut joined: Vec<Spell> = Vec::new();
        for (from, until) in own {
            match joined.last_mut() {
                Some(last) if from <= last.until => last.until = last.until.max(until),
                _ => joined.push(Spell { from, until }),
            }
        }
        joined
    }
}

/// What the steps of one run have in common; of a sample also its source, because each keeps a share of its own.
type Key<'n> = (What, u16, &'n [u8], Option<usize>);

/// The end of the numbers that the directory knows of a kind with a prefix: the lowest, or the highest where the last
/// argument says so.
pub type KnownEnd<'k> = dyn Fn(What, &[u8], bool) -> Option<i64> + 'k;

/// An account's runs with something missing, in a fixed order.
pub fn runs(
    share: &AccountShare,
    names: &Names,
    (dark, jumps): (&Dark, &[Pause]),
    files: &[FileOf],
    known_end: &KnownEnd<'_>,
) -> Vec<Run> {
    let source = |access: &Access| {
        files
            .get(access.file as usize)
            .map_or(0, |file| file.source)
    };
    let mut groups: BTreeMap<Key<'_>, Vec<Step>> = BTreeMap::new();
    for beyond in &share.beyond {
        let from = source(&beyond.access);
        let sampled = (dark.share(from) < 1.0).then_some(from);
        for (what, prefix, number) in numbers(&beyond.access, names).into_iter().flatten() {
            let key = (what, beyond.access.route, prefix, sampled);
            push(groups.entry(key).or_default(), number, beyond);
        }
    }
    let mut all = Vec::new();
    for ((what, route, prefix, sampled), mut steps) in groups {
        if steps.len() <= STEPS {
            continue;
        }
        in_one_instant(&mut steps);
        let found = match sampled {
            Some(from) => sample::runs(&collapsed(&steps), dark.share(from), &|highest| {
                known_end(what, prefix, highest)
            }),
            None => {
                let mut sources: Vec<usize> = steps.iter().map(|s| source(&s.access)).collect();
                sources.sort_unstable();
                sources.dedup();
                across::runs(&steps, &dark.spells((&sources, route), jumps), dark.end)
            }
        };
        all.extend(found.into_iter().map(|found| Run {
            what,
            route,
            prefix: prefix.to_vec(),
            stride: found.stride,
            first: found.first,
            last: found.last,
            seen: found.seen,
            share: sampled.map(|from| dark.share(from)),
            gaps: found.gaps,
            end: found.end,
        }));
    }
    all
}

/// The numbers that a request names: of its object, or of its container and of the page in it.
fn numbers<'n>(access: &Access, names: &'n Names) -> [Option<(What, &'n [u8], i64)>; 2] {
    let of = |what, id| {
        let (prefix, number) = numbered(names.objects.name(id))?;
        Some((what, prefix, i64::try_from(number).ok()?))
    };
    if access.object != NONE {
        return [of(What::Objects, access.object), None];
    }
    if access.container == NONE {
        return [None, None];
    }
    let (container, skip, take) = (access.container, access.skip, access.take);
    let whole = skip != NONE && take != NONE && take > 0 && skip % take == 0;
    let page = whole.then(|| {
        let what = What::Pages { container, take };
        (what, &b""[..], i64::from(skip / take))
    });
    [of(What::Containers, container), page]
}

/// One step for each request and number: a page stands in a share once for each of its members.
fn push(steps: &mut Vec<Step>, number: i64, beyond: &Beyond) {
    let access = beyond.access;
    match steps.last_mut() {
        Some(last) if last.number == number && last.access.order() == access.order() => {
            last.certainty = last.certainty.max(beyond.certainty);
        }
        _ => steps.push(Step {
            number,
            access,
            last: access,
            certainty: beyond.certainty,
        }),
    }
}

/// Requests of one instant in several files came in an order that nobody knows: it is taken to be that of their numbers,
/// in the direction in which they went before.
fn in_one_instant(steps: &mut [Step]) {
    let mut from = 0;
    while from < steps.len() {
        let at = steps[from].access.time;
        let more = steps[from..].iter().take_while(|s| s.access.time == at);
        let until = from + more.count();
        let (before, rest) = steps.split_at_mut(from);
        let (own, after) = rest.split_at_mut(until - from);
        let file = own[0].access.file;
        if own.iter().any(|step| step.access.file != file) {
            let falls = match (before.last(), after.first()) {
                (Some(before), _) => before.number > own[0].number,
                (None, Some(after)) => after.number < own[0].number,
                (None, None) => false,
            };
            own.sort_by_key(|step| if falls { -step.number } else { step.number });
        }
        from = until;
    }
}

/// Steps without repeats that follow each other.
fn collapsed(steps: &[Step]) -> Vec<Step> {
    let mut kept: Vec<Step> = Vec::new();
    for step in steps {
        match kept.last_mut() {
            Some(last) if last.number == step.number => {
                last.last = step.last;
                last.certainty = last.certainty.max(step.certainty);
            }
            _ => kept.push(*step),
        }
    }
    kept
}

impl Found {
    /// A run of some steps without anything missing yet.
    fn of(stride: i64, steps: &[Step]) -> Option<Found> {
        Some(Found {
            stride,
            first: *steps.first()?,
            last: *steps.last()?,
            seen: steps.len() as u64,
            gaps: Vec::new(),
            end: None,
        })
    }
}

impl Gap {
    fn of(before: Step, after: Step, missing: u64, seen: Vec<i64>) -> Gap {
        Gap {
            before,
            after,
            missing,
            seen,
            refused: (missing > MOST)
                .then(|| format!("more than {MOST} numbers are not looked up one by one")),
            known: 0,
            beyond: 0,
            possible: 0,
            things: Vec::new(),
        }
    }
}

impl Run {
    /// The numbers that are missing in a gap, in the run's order; none where it was refused.
    pub fn missing<'r>(&self, gap: &'r Gap) -> impl Iterator<Item = i64> + 'r {
        let (from, stride) = (gap.before.number, self.stride);
        let all = match gap.refused {
            Some(_) => 0,
            None => (gap.after.number - from) / stride,
        };
        let numbers = (1..all).map(move |step| from + step * stride);
        numbers.filter(|number| gap.seen.binary_search(number).is_err())
    }

    /// The ID of a missing number: with zeros before it where the IDs on both sides are of one width and have such.
    pub fn id(&self, gap: &Gap, names: &Names, number: i64) -> Vec<u8> {
        let digits = |access: &Access| {
            let id = match self.what {
                What::Objects => access.object,
                _ => access.container,
            };
            names.objects.name(id).get(self.prefix.len()..)
        };
        let sides = (digits(&gap.before.last), digits(&gap.after.access));
        let width = match sides {
            (Some(a), Some(b))
                if a.len() == b.len() && (a.starts_with(b"0") || b.starts_with(b"0")) =>
            {
                a.len()
            }
            _ => 0,
        };
        let mut id = self.prefix.clone();
        id.extend_from_slice(format!("{number:0width$}").as_bytes());
        id
    }
}
