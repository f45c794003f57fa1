//! Who asked for what, turned round: for each ID the accounts that were answered about it, and how much each of them says.
//!
//! An account's vote weighs trust / √(IDs that it was answered about). Trust is the share of its IDs that, by the votes
//! of the others, belong to its own tenant: who walks through other tenants, or works in several, says little about whose
//! an ID is. Votes of accounts with less trust than 0.8 are not counted at all. One vote decides alone only if it comes
//! from an account that the others confirm in many IDs and hardly ever contradict.

use super::{Id, Visitor};
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
    /// One of them decides alone.
    proven: bool,
}

/// All votes, by ID.
#[derive(Clone, Debug, Default)]
pub(super) struct Ballot {
    /// Sorted, each once.
    pub ids: Vec<Id>,
    starts: Vec<usize>,
    /// Places among the visitors.
    voters: Vec<u32>,
    known: Vec<Option<Voter>>,
    /// Median of the numbers of IDs, against which weights are scaled for runs of numbers.
    usual: f64,
}

/// The votes on one ID, sorted by tenant.
pub(super) type Tally = Vec<Votes>;

impl Ballot {
    /// Counts the votes of the visitors that `votes` lets vote on all IDs that were asked for.
    pub fn of(visitors: &[Visitor], ids: &[Id], votes: &dyn Fn(usize) -> bool) -> Ballot {
        let mut cast: Vec<(Id, u32)> = Vec::new();
        for (at, visitor) in visitors.iter().enumerate().filter(|(at, _)| votes(*at)) {
            cast.extend(visitor.ids.iter().map(|id| (*id, at as u32)));
        }
        cast.sort_unstable();
        let mut ballot = Ballot {
            ids: ids.to_vec(),
            ..Ballot::default()
        };
        let mut next = 0;
        for id in ids {
            ballot.starts.push(ballot.voters.len());
            while next < cast.len() && cast[next].0 <= *id {
                ballot.voters.push(cast[next].1);
                next += 1;
            }
        }
        ballot.starts.push(ballot.voters.len());
        let mut degrees: Vec<usize> = visitors.iter().map(|one| one.ids.len()).collect();
        let weight = |visitor: &Visitor| 1.0 / (visitor.ids.len().max(1) as f64).sqrt();
        ballot.known = visitors
            .iter()
            .enumerate()
            .map(|(at, visitor)| {
                votes(at).then(|| Voter {
                    controller: visitor.controller,
                    weight: weight(visitor),
                    credible: true,
                    proven: false,
                })
            })
            .collect();
        degrees.sort_unstable();
        ballot.usual = degrees
            .get(degrees.len() / 2)
            .map_or(1.0, |n| (*n).max(1) as f64);
        ballot.trust(visitors);
        ballot
    }

    /// Weighs every voter by what the others say of its IDs.
    fn trust(&mut self, visitors: &[Visitor]) {
        let judged: Vec<(u32, u32)> = visitors
            .iter()
            .enumerate()
            .map(|(at, visitor)| {
                let (mut own, mut all) = (0, 0);
                for place in visitor.ids.iter().filter_map(|id| self.place(*id)) {
                    if let Some(label) = decided(&self.tally(place, Some(at as u32))) {
                        all += 1;
                        own += u32::from(label == visitor.controller);
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

    /// Place of an ID.
    pub fn place(&self, id: Id) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    /// The votes on an ID, without those of one visitor.
    pub fn tally(&self, place: usize, without: Option<u32>) -> Tally {
        let mut tally = Tally::new();
        for voter in &self.voters[self.starts[place]..self.starts[place + 1]] {
            let Some(known) = self.known[*voter as usize].filter(|_| Some(*voter) != without)
            else {
                continue;
            };
            let at = match tally.binary_search_by_key(&known.controller, |one| one.controller) {
                Ok(at) => at,
                Err(at) => {
                    let none = Votes {
                        controller: known.controller,
                        weight: 0.0,
                        count: 0,
                        proven: false,
                    };
                    tally.insert(at, none);
                    at
                }
            };
            tally[at].weight += known.weight;
            tally[at].count += u32::from(known.credible);
            tally[at].proven |= known.proven;
        }
        tally
    }

    /// A vote's weight beside that of an account with the usual number of IDs, at most 1.
    pub fn scaled(&self, weight: f64) -> f64 {
        weight * self.usual.sqrt()
    }
}

/// The tenant that the votes on an ID decide for.
pub(super) fn decided(tally: &[Votes]) -> Option<ControllerIndex> {
    let all: f64 = tally.iter().map(|votes| votes.weight).sum();
    let most = tally.iter().max_by(|a, b| {
        let order = a.weight.total_cmp(&b.weight);
        order.then(b.controller.cmp(&a.controller))
    })?;
    let enough = most.count >= VOTES || most.proven;
    (enough && most.weight >= SHARE * all).then_some(most.controller)
}
