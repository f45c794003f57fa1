//! IDs in the order of their numbers: where tenants got their numbers in blocks, an ID's neighbours tell whose it is.
//!
//! Whether that is so is measured first: every ID that its own votes decide is foretold from its two nearest neighbours of
//! that kind, and where these are wrong too often the order is not used at all. Then the most likely run of tenants is
//! found (Viterbi; a change of tenant costs ln n), in stretches, so that it can be found anew without one account's votes.
//! An ID at the edge of a block, or in a gap of more than ten numbers, is left undecided.

use super::NOBODY;
use super::votes::{Ballot, decided};
use crate::chance::clopper_pearson;
use crate::scope::ControllerIndex;
use crate::sequence::{Names, numbered};

/// Widest gap that is filled.
const GAP: u64 = 10;
/// Upper end of the error of neighbours up to which the order is used, and the fewest foretold IDs that show it.
const ERROR: f64 = 0.05;
const FORETOLD: u64 = 50;
/// What one full vote for another tenant costs: ln of the odds that an honest account's ID is its own tenant's, 0.95 to
/// 0.05, METHODS.md's share of contacts beyond scope that is allowed to anybody.
const AGAINST: f64 = 2.944;
/// IDs of a stretch that are decided, and those on both sides that are looked at besides.
const STRETCH: usize = 1024;
const MARGIN: usize = 48;

/// IDs of one kind with the same beginning, in the order of their numbers.
#[derive(Clone, Debug)]
struct Line {
    /// Place on the ballot, and number.
    ids: Vec<(usize, u64)>,
    /// Numbers come in blocks.
    blocks: bool,
}

/// What the order of numbers says of an ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Inside a block of a tenant.
    Inside(ControllerIndex),
    /// At an edge or in a wide gap: the tenants before and behind.
    Between(Vec<ControllerIndex>),
}

/// All lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    lines: Vec<Line>,
    /// Line and place on it, by place on the ballot.
    at: Vec<Option<(u32, u32)>>,
    /// IDs foretold from their neighbours, and those foretold wrongly, over all lines.
    pub foretold: (u64, u64),
}

impl Lines {
    /// Draws the lines and finds out which of them hold blocks.
    pub fn of(ballot: &Ballot, names: &Names) -> Lines {
        let mut all: Vec<(bool, &[u8], u64, usize)> = Vec::new();
        for (place, (container, id)) in ballot.ids.iter().enumerate() {
            if let Some((prefix, number)) = numbered(names.objects.name(*id)) {
                all.push((*container, prefix, number, place));
            }
        }
        all.sort_unstable();
        let mut lines = Lines {
            at: vec![None; ballot.ids.len()],
            ..Lines::default()
        };
        for same in all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let ids: Vec<(usize, u64)> = same.iter().map(|one| (one.3, one.2)).collect();
            let (right, wrong) = foretell(ballot, &ids);
            let all = right + wrong;
            let blocks = all >= FORETOLD && clopper_pearson(wrong, all, 0.05).1 <= ERROR;
            if blocks {
                lines.foretold.0 += all;
                lines.foretold.1 += wrong;
            }
            for (at, (place, _)) in ids.iter().enumerate() {
                lines.at[*place] = Some((lines.lines.len() as u32, at as u32));
            }
            lines.lines.push(Line { ids, blocks });
        }
        lines
    }

    /// How many IDs stand on lines with blocks.
    pub fn in_blocks(&self) -> usize {
        let blocks = self.lines.iter().filter(|line| line.blocks);
        blocks.map(|line| line.ids.len()).sum()
    }

    /// What the order says of all IDs; `None` where it says nothing.
    pub fn all(&self, ballot: &Ballot) -> Vec<Option<Says>> {
        let mut said = vec![None; ballot.ids.len()];
        for line in self.lines.iter().filter(|line| line.blocks) {
            for from in (0..line.ids.len()).step_by(STRETCH) {
                let until = (from + STRETCH).min(line.ids.len());
                for (place, says) in line.read(ballot, (from, until), None) {
                    said[place] = Some(says);
                }
            }
        }
        said
    }

    /// What the order says of some IDs (places on the ballot) without the votes of one visitor.
    pub fn without(&self, ballot: &Ballot, places: &[usize], visitor: u32) -> Vec<(usize, Says)> {
        let mut wanted: Vec<(u32, u32)> = places.iter().filter_map(|p| self.at[*p]).collect();
        wanted.sort_unstable();
        let near = |a: &(u32, u32), b: &(u32, u32)| a.0 == b.0 && (b.1 - a.1) as usize <= MARGIN;
        let mut said = Vec::new();
        for some in wanted.chunk_by(near) {
            let line = &self.lines[some[0].0 as usize];
            if !line.blocks {
                continue;
            }
            let (first, last) = (some[0].1 as usize, some[some.len() - 1].1 as usize);
            let mut asked = some.iter().map(|one| line.ids[one.1 as usize].0).peekable();
            for (place, says) in line.read(ballot, (first, last + 1), Some(visitor)) {
                if asked.peek() == Some(&place) {
                    asked.next();
                    said.push((place, says));
                }
            }
        }
        said
    }
}

/// How many decided IDs their two nearest decided neighbours foretell, rightly and wrongly.
fn foretell(ballot: &Ballot, ids: &[(usize, u64)]) -> (u64, u64) {
    let firm: Vec<(u64, ControllerIndex)> = ids
        .iter()
        .filter_map(|(place, number)| Some((*number, decided(&ballot.tally(*place, None))?)))
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

impl Line {
    /// Reads a stretch, with a margin on both sides.
    fn read(
        &self,
        ballot: &Ballot,
        (from, until): (usize, usize),
        without: Option<u32>,
    ) -> Vec<(usize, Says)> {
        let begin = from.saturating_sub(MARGIN);
        let end = (until + MARGIN).min(self.ids.len());
        let places = &self.ids[begin..end];
        let votes: Vec<Vec<(ControllerIndex, f64)>> = places
            .iter()
            .map(|(place, _)| {
                let tally = ballot.tally(*place, without);
                let weighed = tally.iter().filter(|votes| votes.count > 0);
                weighed
                    .map(|votes| (votes.controller, ballot.scaled(votes.weight)))
                    .collect()
            })
            .collect();
        let states = likeliest(&votes, (self.ids.len() as f64).ln());
        let firm: Vec<bool> = votes
            .iter()
            .zip(&states)
            .map(|(votes, state)| votes.iter().any(|one| one.0 == *state))
            .collect();
        (from - begin..until - begin)
            .map(|at| (places[at].0, says(places, &states, &firm, at)))
            .collect()
    }
}

/// Whether an ID lies inside a block: an ID with a vote for the same tenant stands close on either side.
fn says(places: &[(usize, u64)], states: &[u32], firm: &[bool], at: usize) -> Says {
    let before = (0..at).rev().find(|other| firm[*other]);
    let behind = (at + 1..places.len()).find(|other| firm[*other]);
    let number = |at: usize| places[at].1;
    if let (Some(before), Some(behind)) = (before, behind) {
        let same = states[before] == states[at] && states[behind] == states[at];
        let close = match firm[at] {
            true => number(at) - number(before) <= GAP && number(behind) - number(at) <= GAP,
            false => number(behind) - number(before) <= GAP,
        };
        if same && close && states[at] != NOBODY {
            return Says::Inside(states[at]);
        }
    }
    let mut near: Vec<ControllerIndex> = [before, behind]
        .into_iter()
        .flatten()
        .map(|other| states[other])
        .collect();
    near.sort_unstable();
    near.dedup();
    Says::Between(near)
}

/// The likeliest tenant of each place: votes for others cost, and so does each change.
fn likeliest(votes: &[Vec<(ControllerIndex, f64)>], change: f64) -> Vec<u32> {
    let mut tenants: Vec<ControllerIndex> = votes.iter().flatten().map(|vote| vote.0).collect();
    tenants.sort_unstable();
    tenants.dedup();
    if tenants.is_empty() {
        return vec![NOBODY; votes.len()];
    }
    let mut costs = vec![0.0_f64; tenants.len()];
    let mut back: Vec<(usize, Vec<bool>)> = Vec::with_capacity(votes.len());
    for here in votes {
        let best = cheapest(&costs);
        let jump = costs[best] + change;
        let all: f64 = here.iter().map(|vote| vote.1).sum();
        let mut stayed = vec![true; tenants.len()];
        for (state, cost) in costs.iter_mut().enumerate() {
            if jump < *cost {
                (*cost, stayed[state]) = (jump, false);
            }
            *cost += AGAINST * all;
        }
        for (controller, weight) in here {
            if let Ok(state) = tenants.binary_search(controller) {
                costs[state] -= AGAINST * weight;
            }
        }
        back.push((best, stayed));
    }
    let mut state = cheapest(&costs);
    let mut states = vec![NOBODY; votes.len()];
    for (at, (best, stayed)) in back.iter().enumerate().rev() {
        states[at] = tenants[state];
        if !stayed[state] {
            state = *best;
        }
    }
    states
}

/// The first of the cheapest.
fn cheapest(costs: &[f64]) -> usize {
    let mut best = 0;
    for (state, cost) in costs.iter().enumerate() {
        if *cost < costs[best] {
            best = state;
        }
    }
    best
}
