//! Votes on whose an ID is: for each ID the accounts that were answered about it, and how much each of them says.
//!
//! An account's vote weighs trust / √(IDs that it was answered about). Trust is the share of its IDs that, by the votes
//! of the others, belong to its own tenant: who walks through other tenants, or works in several, says little about whose
//! an ID is. Votes of accounts with less trust than 0.8 are not counted at all. One vote decides alone only if it comes
//! from an account that the others confirm in many IDs and hardly ever contradict.
//!
//! Every ID is counted once; without one account only that account's own tenant on its own IDs is counted anew, in the
//! same order, so that the sums are the same to the last bit.

use std::sync::Arc;

use super::cast::Cast;
use super::{NOBODY, Visitor};
use crate::scope::ControllerIndex;

/// Votes and share of the weight from which an ID is labelled.
pub(super) const VOTES: u32 = 2;
const SHARE: f64 = 0.8;
/// Trust from which a vote is counted: people of one tenant are confirmed in nearly all that they ask for; at 0.5 the
/// votes of a walk that began at home made labels at the edges of blocks.
const CREDIBLE: f64 = 0.8;
/// IDs in which the others must confirm an account, and the share in which they must, for its vote to decide alone.
const CONFIRMED: u32 = 8;
const HARDLY_EVER: f64 = 0.95;

/// Who votes: tenant, weight, and whether the vote counts.
#[derive(Clone, Copy, Debug)]
struct Voter {
    controller: ControllerIndex,
    weight: f64,
    credible: bool,
    proven: bool,
}

/// The votes on an ID for one tenant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Votes {
    pub controller: ControllerIndex,
    pub weight: f64,
    /// Votes that count.
    pub count: u32,
    /// Votes that decide alone.
    proven: u32,
    /// All votes.
    all: u32,
}

/// All votes, by ID.
#[derive(Clone, Debug, Default)]
pub(super) struct Ballot {
    pub cast: Arc<Cast>,
    known: Vec<Option<Voter>>,
    /// The votes on each ID, and where each ID's begin; the end of the last one's behind them.
    counted: Vec<Votes>,
    starts: Vec<u32>,
    /// Median of the numbers of IDs, against which weights are scaled for runs of numbers.
    usual: f64,
}

impl Ballot {
    /// Counts the votes of the visitors that `votes` lets vote on all IDs that were asked for; `idle` further ones were
    /// answered about none.
    pub fn of(
        (visitors, idle): (&[Visitor], usize),
        cast: &Arc<Cast>,
        votes: &dyn Fn(usize) -> bool,
    ) -> Ballot {
        let mut degrees: Vec<usize> = visitors.iter().map(|one| one.ids.len()).collect();
        degrees.sort_unstable();
        let middle = (degrees.len() + idle) / 2;
        let usual = match middle.checked_sub(idle) {
            None => Some(&0),
            Some(middle) => degrees.get(middle),
        };
        let weight = |visitor: &Visitor| 1.0 / (visitor.ids.len().max(1) as f64).sqrt();
        let known = visitors.iter().enumerate().map(|(at, visitor)| {
            votes(at).then(|| Voter {
                controller: visitor.controller,
                weight: weight(visitor),
                credible: true,
                proven: false,
            })
        });
        let mut ballot = Ballot {
            cast: Arc::clone(cast),
            known: known.collect(),
            usual: usual.map_or(1.0, |n| (*n).max(1) as f64),
            ..Ballot::default()
        };
        ballot.count();
        ballot.trust();
        ballot.count();
        ballot
    }

    /// Counts every ID.
    fn count(&mut self) {
        self.counted.clear();
        self.starts.clear();
        let mut tally: Vec<Votes> = Vec::new();
        for place in 0..self.cast.ids.len() {
            self.starts.push(self.counted.len() as u32);
            tally.clear();
            for voter in self.cast.voters(place) {
                if let Some(known) = &self.known[*voter as usize] {
                    known.vote(&mut tally);
                }
            }
            self.counted.extend_from_slice(&tally);
        }
        self.starts.push(self.counted.len() as u32);
    }

    /// Weighs every voter by what the others say of its IDs.
    fn trust(&mut self) {
        let mut tally = Vec::new();
        let judged: Vec<(u32, u32)> = (0..self.known.len())
            .map(|at| {
                let (mut own, mut all) = (0, 0);
                let Some(voter) = self.known[at] else {
                    return (own, all);
                };
                for place in self.cast.places(at) {
                    self.sketch(*place as usize, at as u32, &mut tally);
                    if let Some(label) = decided(&tally) {
                        all += 1;
                        own += u32::from(label == voter.controller);
                    }
                }
                (own, all)
            })
            .collect();
        for (voter, (own, all)) in self.known.iter_mut().zip(judged) {
            if let Some(voter) = voter {
                let trust = f64::from(own + 1) / f64::from(all + 1);
                voter.weight *= trust;
                voter.credible = trust >= CREDIBLE;
                voter.proven = own >= CONFIRMED && f64::from(own) >= HARDLY_EVER * f64::from(all);
            }
        }
    }

    /// The votes on an ID, sorted by tenant.
    pub fn tally(&self, place: usize) -> &[Votes] {
        &self.counted[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// The votes on an ID, sorted by tenant, without those of one visitor.
    pub fn without(&self, place: usize, visitor: u32, tally: &mut Vec<Votes>) {
        if let Some(at) = self.take_out(place, visitor, tally) {
            tally[at].weight = self.weight(place, visitor, tally[at].controller);
        }
    }

    /// The same; where all votes are for one tenant its weight is not told, because it decides nothing.
    pub fn sketch(&self, place: usize, visitor: u32, tally: &mut Vec<Votes>) {
        if let Some(at) = self.take_out(place, visitor, tally)
            && tally.len() > 1
        {
            tally[at].weight = self.weight(place, visitor, tally[at].controller);
        }
    }

    /// Takes a visitor's vote out of the votes on an ID; where other votes for the same tenant stay, the place of their
    /// sum, whose weight is then still to be told.
    fn take_out(&self, place: usize, visitor: u32, tally: &mut Vec<Votes>) -> Option<usize> {
        tally.clear();
        tally.extend_from_slice(self.tally(place));
        let voter = self.known[visitor as usize].as_ref()?;
        self.cast.voters(place).binary_search(&visitor).ok()?;
        let own = |one: &Votes| one.controller;
        let at = tally.binary_search_by_key(&voter.controller, own).ok()?;
        if tally[at].all == 1 {
            tally.remove(at);
            return None;
        }
        tally[at].all -= 1;
        tally[at].count -= u32::from(voter.credible);
        tally[at].proven -= u32::from(voter.proven);
        Some(at)
    }

    /// The weight of the votes on an ID for a tenant, without those of one visitor, summed up in the order of all.
    fn weight(&self, place: usize, without: u32, controller: ControllerIndex) -> f64 {
        let mut weight = 0.0;
        for voter in self
            .cast
            .voters(place)
            .iter()
            .filter(|one| **one != without)
        {
            if let Some(known) = &self.known[*voter as usize]
                && known.controller == controller
            {
                weight += known.weight;
            }
        }
        weight
    }

    /// The tenant that the votes on each ID decide for, or [`NOBODY`].
    pub fn decided(&self) -> Vec<ControllerIndex> {
        let all = 0..self.cast.ids.len();
        all.map(|place| decided(self.tally(place)).unwrap_or(NOBODY))
            .collect()
    }

    /// A vote's weight beside that of an account with the usual number of IDs, at most 1.
    pub fn scaled(&self, weight: f64) -> f64 {
        weight * self.usual.sqrt()
    }
}

impl Voter {
    /// Adds its vote.
    fn vote(&self, tally: &mut Vec<Votes>) {
        let at = match tally.binary_search_by_key(&self.controller, |one| one.controller) {
            Ok(at) => at,
            Err(at) => {
                let none = Votes {
                    controller: self.controller,
                    weight: 0.0,
                    count: 0,
                    proven: 0,
                    all: 0,
                };
                tally.insert(at, none);
                at
            }
        };
        let votes = &mut tally[at];
        votes.weight += self.weight;
        votes.count += u32::from(self.credible);
        votes.proven += u32::from(self.proven);
        votes.all += 1;
    }
}

/// The tenant that the votes on an ID decide for.
pub(super) fn decided(tally: &[Votes]) -> Option<ControllerIndex> {
    let enough = |votes: &Votes| votes.count >= VOTES || votes.proven > 0;
    // Whatever the votes for the only tenant weigh is all of the weight.
    if let [only] = tally {
        return enough(only).then_some(only.controller);
    }
    let all: f64 = tally.iter().map(|votes| votes.weight).sum();
    let most = tally.iter().max_by(|a, b| {
        let order = a.weight.total_cmp(&b.weight);
        order.then(b.controller.cmp(&a.controller))
    })?;
    (enough(most) && most.weight >= SHARE * all).then_some(most.controller)
}
