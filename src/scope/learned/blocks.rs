//! IDs in the order of their numbers: where tenants got their numbers in blocks, an ID's neighbours tell whose it is.
//!
//! Whether that is so is measured first: every ID that its own votes decide is foretold from its two nearest neighbours of
//! that kind, and where these are wrong too often the order is not used at all. Then the most likely run of tenants is
//! found (`likeliest`), in stretches, so that it can be found anew without one account's votes. An ID at the edge of a
//! block, or in a gap of more than ten numbers, is left undecided.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::likeliest::{Paths, Vote};
use super::votes::{Ballot, Votes};
use super::{Id, NOBODY};
use crate::chance::clopper_pearson;
use crate::scope::ControllerIndex;
use crate::sequence::{Names, numbered};

/// Widest gap that is filled.
const GAP: u64 = 10;
/// Upper end of the error of neighbours up to which the order is used, and the fewest foretold IDs that show it.
const ERROR: f64 = 0.05;
const FORETOLD: u64 = 50;
/// IDs of a stretch that are decided, and those on both sides that are looked at besides.
const STRETCH: usize = 1024;
const MARGIN: usize = 48;
/// Votes for several tenants.
const SEVERAL: u32 = u32::MAX - 1;

/// What IDs of one line have in common: whether they are containers', and what stands before the number.
type Kind<'n> = (bool, &'n [u8]);

/// IDs in the order of their numbers, whoever votes on them.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// Place on the ballot and number of each ID, line behind line: IDs of one kind with the same beginning.
    ids: Vec<(u32, u64)>,
    /// Where each line ends.
    ends: Vec<usize>,
    /// Where an ID stands, by place on the ballot; [`NOBODY`] for one without a number.
    at: Vec<u32>,
}

impl Order {
    /// Draws the lines.
    pub fn of(ids: &[Id], names: &Names) -> Order {
        let mut lines: BTreeMap<Kind<'_>, Vec<(u64, u32)>> = BTreeMap::new();
        for (place, (container, id)) in ids.iter().enumerate() {
            if let Some((prefix, number)) = numbered(names.objects.name(*id)) {
                let line = lines.entry((*container, prefix)).or_default();
                line.push((number, place as u32));
            }
        }
        let mut order = Order {
            at: vec![NOBODY; ids.len()],
            ..Order::default()
        };
        for mut line in lines.into_values() {
            line.sort_unstable();
            for (number, place) in line {
                order.at[place as usize] = order.ids.len() as u32;
                order.ids.push((place, number));
            }
            order.ends.push(order.ids.len());
        }
        order
    }

    /// The lines, as stretches of `ids`.
    fn lines(&self) -> impl Iterator<Item = (usize, usize)> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(self.ends.iter().copied())
    }

    /// The line on which an ID stands.
    fn line(&self, at: usize) -> usize {
        self.ends.partition_point(|end| *end <= at)
    }
}

/// What the order of numbers says of an ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Inside a block of a tenant.
    Inside(ControllerIndex),
    /// At an edge or in a wide gap: the tenants before and behind.
    Between(Option<ControllerIndex>, Option<ControllerIndex>),
}

/// All lines with the votes on their IDs.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    order: Arc<Order>,
    /// Whether the numbers of each line come in blocks.
    blocks: Vec<bool>,
    /// The tenant of the votes that count on each ID, in the lines' order; [`NOBODY`] and [`SEVERAL`].
    tenants: Vec<ControllerIndex>,
    /// These votes, scaled, and where each ID's begin; the end of the last one's behind them.
    votes: Vec<Vote>,
    starts: Vec<u32>,
    /// IDs foretold from their neighbours, and those foretold wrongly, over all lines.
    pub foretold: (u64, u64),
}

/// Room for work, so that it is not made anew for each account.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Votes on an ID.
    tally: Vec<Votes>,
    /// IDs of a stretch on which a visitor's votes do not count, each with the tenant of the others' votes.
    own: Vec<(usize, ControllerIndex)>,
    /// The others' votes on these IDs.
    others: Vec<Vec<Vote>>,
    wanted: Vec<u32>,
    tenants: Vec<ControllerIndex>,
    paths: Paths,
}

impl Lines {
    /// Finds out which lines hold blocks.
    pub fn of(ballot: &Ballot, order: &Arc<Order>) -> Lines {
        let decided = ballot.decided();
        let mut lines = Lines {
            order: Arc::clone(order),
            ..Lines::default()
        };
        for (from, until) in order.lines() {
            let (right, wrong) = foretell(&decided, &order.ids[from..until]);
            let all = right + wrong;
            let blocks = all >= FORETOLD && clopper_pearson(wrong, all, 0.05).1 <= ERROR;
            if blocks {
                lines.foretold.0 += all;
                lines.foretold.1 += wrong;
            }
            lines.blocks.push(blocks);
        }
        if !lines.blocks.contains(&true) {
            return lines;
        }
        for (place, _) in &order.ids {
            let from = lines.votes.len();
            lines.starts.push(from as u32);
            let tally = ballot.tally(*place as usize);
            lines.votes.extend(weighed(ballot, tally));
            let tenants = lines.votes[from..].iter().map(|vote| vote.0);
            lines.tenants.push(tenant(tenants));
        }
        lines.starts.push(lines.votes.len() as u32);
        lines
    }

    /// How many IDs stand on lines with blocks.
    pub fn in_blocks(&self) -> usize {
        let lines = self.order.lines().zip(&self.blocks);
        let blocks = lines.filter(|(_, blocks)| **blocks);
        blocks.map(|((from, until), _)| until - from).sum()
    }

    /// What the order says of all IDs, by place on the ballot; `None` where it says nothing.
    pub fn all(&self) -> Vec<Option<Says>> {
        let mut said = vec![None; self.order.at.len()];
        let mut desk = Desk::default();
        for (line, (from, until)) in self.order.lines().enumerate() {
            if !self.blocks[line] {
                continue;
            }
            for from in (from..until).step_by(STRETCH) {
                let stretch = (from, (from + STRETCH).min(until));
                let wanted = stretch.0 as u32..stretch.1 as u32;
                self.read(line, stretch, wanted, None, &mut desk, &mut |at, says| {
                    said[self.order.ids[at].0 as usize] = Some(says);
                });
            }
        }
        said
    }

    /// What the order says of some IDs (places on the ballot) without the votes of one visitor: `said` is told of each
    /// of which it says something, by its place on the ballot.
    pub fn without(
        &self,
        ballot: &Ballot,
        places: impl Iterator<Item = usize>,
        visitor: u32,
        desk: &mut Desk,
        mut said: impl FnMut(usize, Says),
    ) {
        let mut wanted = std::mem::take(&mut desk.wanted);
        wanted.clear();
        wanted.extend(places.map(|place| self.order.at[place]));
        wanted.retain(|at| *at != NOBODY);
        wanted.sort_unstable();
        let mut from = 0;
        while from < wanted.len() {
            let line = self.order.line(wanted[from] as usize);
            let end = self.order.ends[line];
            let near =
                |pair: &[u32]| (pair[1] - pair[0]) as usize <= MARGIN && (pair[1] as usize) < end;
            let more = wanted[from..].windows(2).take_while(|pair| near(pair));
            let until = from + 1 + more.count();
            let some = &wanted[from..until];
            from = until;
            if !self.blocks[line] {
                continue;
            }
            desk.own.clear();
            for at in some {
                let place = self.order.ids[*at as usize].0 as usize;
                ballot.sketch(place, visitor, &mut desk.tally);
                let counting = desk.tally.iter().filter(|votes| votes.count > 0);
                let others = tenant(counting.map(|votes| votes.controller));
                desk.own.push((*at as usize, others));
            }
            let stretch = (some[0] as usize, some[some.len() - 1] as usize + 1);
            let without = Some((ballot, visitor));
            self.read(
                line,
                stretch,
                some.iter().copied(),
                without,
                desk,
                &mut |at, says| {
                    said(self.order.ids[at].0 as usize, says);
                },
            );
        }
        desk.own.clear();
        desk.wanted = wanted;
    }

    /// Reads some IDs of a stretch, with a margin on both sides; without the votes of a visitor, which asked for those IDs
    /// that lie on the desk.
    fn read(
        &self,
        line: usize,
        (from, until): (usize, usize),
        wanted: impl Iterator<Item = u32>,
        without: Option<(&Ballot, u32)>,
        desk: &mut Desk,
        said: &mut dyn FnMut(usize, Says),
    ) {
        let first = if line == 0 {
            0
        } else {
            self.order.ends[line - 1]
        };
        let last = self.order.ends[line];
        let begin = from.saturating_sub(MARGIN).max(first);
        let end = (until + MARGIN).min(last);
        let ids = &self.order.ids[begin..end];
        desk.tenants.clear();
        desk.tenants.extend_from_slice(&self.tenants[begin..end]);
        for (at, tenant) in &desk.own {
            desk.tenants[at - begin] = *tenant;
        }
        let states = match one_tenant(&desk.tenants) {
            // No change, whatever the votes weigh: they are all for one tenant, or there are none.
            Some(tenant) => States::All(tenant),
            None => {
                desk.others.clear();
                for (at, _) in &desk.own {
                    if let Some((ballot, visitor)) = without {
                        let place = self.order.ids[*at].0 as usize;
                        ballot.without(place, visitor, &mut desk.tally);
                        desk.others.push(weighed(ballot, &desk.tally).collect());
                    }
                }
                let (own, others) = (&desk.own, &desk.others);
                let votes = |at: usize| {
                    let at = begin + at;
                    match own.binary_search_by_key(&at, |one| one.0) {
                        Ok(found) => &others[found][..],
                        Err(_) => {
                            &self.votes[self.starts[at] as usize..self.starts[at + 1] as usize]
                        }
                    }
                };
                let change = ((last - first) as f64).ln();
                let each = desk.paths.likeliest(ids.len(), votes, change);
                for (at, state) in each.iter().enumerate() {
                    let firm = votes(at).iter().any(|vote| vote.0 == *state);
                    desk.tenants[at] = if firm { *state } else { NOBODY };
                }
                States::Each(each)
            }
        };
        for at in wanted {
            let at = at as usize;
            said(at, says(ids, &states, &desk.tenants, at - begin));
        }
    }
}

/// The votes on an ID that count, scaled.
fn weighed<'t>(ballot: &'t Ballot, tally: &'t [Votes]) -> impl Iterator<Item = Vote> + 't {
    let counting = tally.iter().filter(|votes| votes.count > 0);
    counting.map(|votes| (votes.controller, ballot.scaled(votes.weight)))
}

/// The tenant of the votes on an ID, [`NOBODY`] or [`SEVERAL`].
fn tenant(mut tenants: impl Iterator<Item = ControllerIndex>) -> ControllerIndex {
    match (tenants.next(), tenants.next()) {
        (None, _) => NOBODY,
        (Some(only), None) => only,
        _ => SEVERAL,
    }
}

/// The only tenant that there are votes for, [`NOBODY`] where there are none at all; `None` for several.
fn one_tenant(tenants: &[ControllerIndex]) -> Option<ControllerIndex> {
    let mut found = NOBODY;
    for tenant in tenants.iter().filter(|tenant| **tenant != NOBODY) {
        if *tenant == SEVERAL || (found != NOBODY && found != *tenant) {
            return None;
        }
        found = *tenant;
    }
    Some(found)
}

/// How many decided IDs their two nearest decided neighbours foretell, rightly and wrongly.
fn foretell(decided: &[ControllerIndex], ids: &[(u32, u64)]) -> (u64, u64) {
    let firm: Vec<(u64, ControllerIndex)> = ids
        .iter()
        .map(|(place, number)| (*number, decided[*place as usize]))
        .filter(|(_, tenant)| *tenant != NOBODY)
        .collect();
    let (mut right, mut wrong) = (0, 0);
    for three in firm.windows(3) {
        if three[0].1 == three[2].1 && three[2].0 - three[0].0 <= GAP {
            match three[1].1 == three[0].1 {
                true => right += 1,
                false => wrong += 1,
            }
        }
    }
    (right, wrong)
}

/// The likeliest tenants of a stretch.
enum States<'p> {
    All(ControllerIndex),
    Each(&'p [ControllerIndex]),
}

impl States<'_> {
    fn at(&self, at: usize) -> ControllerIndex {
        match self {
            States::All(tenant) => *tenant,
            States::Each(states) => states[at],
        }
    }
}

/// Whether an ID lies inside a block: an ID with a vote for the same tenant stands close on either side. `firm`: the
/// likeliest tenant of each ID that has a vote for it.
fn says(ids: &[(u32, u64)], states: &States<'_>, firm: &[ControllerIndex], at: usize) -> Says {
    let before = (0..at).rev().find(|other| firm[*other] != NOBODY);
    let behind = (at + 1..ids.len()).find(|other| firm[*other] != NOBODY);
    let number = |at: usize| ids[at].1;
    let here = states.at(at);
    if let (Some(before), Some(behind)) = (before, behind) {
        let same = firm[before] == here && firm[behind] == here;
        let close = match firm[at] != NOBODY {
            true => number(at) - number(before) <= GAP && number(behind) - number(at) <= GAP,
            false => number(behind) - number(before) <= GAP,
        };
        if same && close && here != NOBODY {
            return Says::Inside(here);
        }
    }
    Says::Between(before.map(|at| firm[at]), behind.map(|at| firm[at]))
}
