//! Whose an ID is, learned from who asks for it: for a case that knows the accounts' tenants and not the objects'.
//!
//! METHODS.md, "Scope without a directory": the widest 0.1 % of accounts are dropped, `votes` are weighed and counted, and
//! where numbers come in `blocks` their order is used too; where the two disagree, or neither decides, the ID has a set of
//! candidates instead of a label. Containers are labelled like objects. Whoever is tested never votes on its own scope
//! ([`Learned::without`]). Each fifth of the accounts in turn is held out and its own IDs are held against the labels that
//! the others make: that is the error that is printed, and that tests of accounts must allow for. What labels mean for an account is
//! `scope`'s; no controller is confirmed or excluded by them.

mod blocks;
mod cast;
mod likeliest;
mod votes;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::ControllerIndex;
use crate::case::RouteSpec;
use crate::chance::clopper_pearson;
use crate::route::disclosure::certainty;
use crate::sequence::{Access, NONE, Names};
use crate::words::Certainty;

use blocks::{Desk, Lines, Order, Says};
use cast::Cast;
use votes::{Ballot, VOTES, Votes, decided};

/// Accounts of which one, the widest, is dropped.
const WIDEST: usize = 1000;
/// One account of so many is held out.
const HELD_OUT: usize = 5;
/// Where more than one account of so many is mostly elsewhere, labels are of no use.
const ELSEWHERE: u64 = 5;
/// No tenant.
const NOBODY: u32 = u32::MAX;

/// What a request names: whether it is a container, and its number among the requested IDs.
pub type Id = (bool, u32);

/// An account's tenant and the IDs that it was answered about, sorted, each once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Visitor {
    /// Its tenant.
    pub controller: ControllerIndex,
    /// IDs.
    pub ids: Vec<Id>,
}

impl Visitor {
    /// From a sequence; its votes are on such IDs alone as `counts` says.
    pub fn of(
        controller: ControllerIndex,
        accesses: &[Access],
        routes: &[RouteSpec],
        counts: impl Fn(Id) -> bool,
    ) -> Visitor {
        let answered = accesses.iter().filter(|access| {
            let route = routes.get(usize::from(access.route));
            certainty(access, route.and_then(|route| route.empty_below)) > Certainty::Nothing
        });
        Visitor {
            controller,
            ids: asked(answered, counts),
        }
    }
}

/// The IDs that accesses name and that `counts` does not pass over, sorted, each once.
pub fn asked<'a>(
    accesses: impl Iterator<Item = &'a Access>,
    counts: impl Fn(Id) -> bool,
) -> Vec<Id> {
    let both = accesses.flat_map(|access| [(false, access.object), (true, access.container)]);
    let mut ids: Vec<Id> = both.filter(|id| id.1 != NONE && counts(*id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.shrink_to_fit();
    ids
}

/// Whose an ID seems to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A tenant's, by the votes of so many accounts.
    Voted(ControllerIndex, u32),
    /// A tenant's, because it stands inside a block of its numbers.
    Inside(ControllerIndex),
    /// One of several, or of one without certainty.
    Among(Vec<ControllerIndex>),
    /// Anybody's: nobody of credit was answered about it, and no block holds it.
    Anybody,
}

impl Owner {
    /// The label, where there is one.
    pub fn label(&self) -> Option<ControllerIndex> {
        match self {
            Owner::Voted(controller, _) | Owner::Inside(controller) => Some(*controller),
            Owner::Among(_) | Owner::Anybody => None,
        }
    }
}

/// What was learned.
#[derive(Clone, Debug)]
pub struct Learned {
    ballot: Ballot,
    lines: Lines,
    /// Whose each requested ID seems to be, in the order of the IDs.
    owners: Vec<Owner>,
    /// Accounts that voted.
    pub voters: usize,
    /// IDs whose numbers come in blocks.
    pub in_blocks: usize,
    /// Decided IDs that their neighbours foretold, and those foretold wrongly.
    pub foretold: (u64, u64),
    /// What held-out accounts show.
    pub held_out: HeldOut,
    /// Upper end of the error of labels at 95 %.
    pub error_at_most: f64,
}

/// Everything that labels are learned from. The parts of the work ([`Learning::hold_out`], [`Learning::label`]) need
/// nothing of each other, so that they can be done side by side.
#[derive(Debug)]
pub struct Learning<'v> {
    visitors: &'v [Visitor],
    /// Further visitors, which were answered about no ID.
    idle: usize,
    cast: Arc<Cast>,
    order: Arc<Order>,
    /// In which part each visitor is held out; `None` for the widest, which do not vote.
    turn: Vec<Option<usize>>,
}

/// Labels, and what they were made of.
#[derive(Debug)]
pub struct Labels {
    ballot: Ballot,
    lines: Lines,
    owners: Vec<Owner>,
}

impl<'v> Learning<'v> {
    /// Learns from visitors whose the IDs are that were asked for (sorted, each once); `None` where nobody votes. `idle`:
    /// how many further ones were answered about no ID, which vote on nothing and still count as visitors.
    pub fn of(
        (visitors, idle): (&'v [Visitor], usize),
        ids: &[Id],
        names: &Names,
    ) -> Option<Learning<'v>> {
        let all = visitors.len() + idle;
        if all == 0 {
            return None;
        }
        let mut order: Vec<usize> = (0..visitors.len()).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(visitors[*at].ids.len()), *at));
        let kept = order.split_off((all / WIDEST).min(visitors.len()));
        let mut turn = vec![None; visitors.len()];
        for (nth, at) in kept.iter().enumerate() {
            turn[*at] = Some(nth % HELD_OUT);
        }
        Some(Learning {
            visitors,
            idle,
            cast: Arc::new(Cast::of(visitors, ids)),
            order: Arc::new(Order::of(ids, names)),
            turn,
        })
    }

    /// How many parts of the visitors are held out in turn.
    pub fn parts(&self) -> usize {
        HELD_OUT
    }

    /// Holds a part of the visitors against the labels that the others make.
    pub fn hold_out(&self, part: usize) -> HeldOut {
        let mut held_out = HeldOut::default();
        let votes = |at: usize| self.turn[at].is_some_and(|turn| turn != part);
        let ballot = Ballot::of((self.visitors, self.idle), &self.cast, &votes);
        let said = Lines::of(&ballot, &self.order).all();
        let labels: Vec<Option<ControllerIndex>> = said
            .iter()
            .enumerate()
            .map(|(place, said)| label(ballot.tally(place), *said))
            .collect();
        let tested = self.visitors.iter().enumerate();
        for (at, visitor) in tested.filter(|(at, _)| self.turn[*at] == Some(part)) {
            let places = self.cast.places(at).iter();
            let labels = places.filter_map(|place| labels[*place as usize]);
            let other = labels.clone().filter(|label| *label != visitor.controller);
            held_out.count(labels.clone().count() as u64, other.count() as u64);
        }
        held_out
    }

    /// Labels all IDs by the votes of all.
    pub fn label(&self) -> Labels {
        let all = (self.visitors, self.idle);
        let ballot = Ballot::of(all, &self.cast, &|at| self.turn[at].is_some());
        let lines = Lines::of(&ballot, &self.order);
        let said = lines.all();
        let owners = said
            .iter()
            .enumerate()
            .map(|(place, said)| owner(ballot.tally(place), *said));
        Labels {
            owners: owners.collect(),
            ballot,
            lines,
        }
    }

    /// Puts together what the parts of the work gave.
    pub fn finish(self, labels: Labels, held_out: impl IntoIterator<Item = HeldOut>) -> Learned {
        let mut all = HeldOut::default();
        held_out.into_iter().for_each(|part| all.join(part));
        let visitors = self.visitors.len() + self.idle;
        Learned {
            voters: visitors - visitors / WIDEST,
            in_blocks: labels.lines.in_blocks(),
            foretold: labels.lines.foretold,
            held_out: all,
            error_at_most: all.error_at_most(),
            owners: labels.owners,
            ballot: labels.ballot,
            lines: labels.lines,
        }
    }
}

/// What held-out accounts show: each fifth in turn is held against the labels that the others make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldOut {
    /// Accounts with visits to labelled IDs, and those of them most of whose visits went to other tenants.
    pub accounts: (u64, u64),
    /// Visits to labelled IDs, and those to another tenant's.
    pub visits: (u64, u64),
    /// The same without the accounts that are mostly elsewhere: they work in several tenants, or walked; what they
    /// visit tells nothing of labels.
    pub at_home: (u64, u64),
}

impl HeldOut {
    fn count(&mut self, visits: u64, other: u64) {
        let elsewhere = other * 2 > visits;
        self.accounts.0 += u64::from(visits > 0);
        self.accounts.1 += u64::from(elsewhere);
        self.visits.0 += visits;
        self.visits.1 += other;
        if !elsewhere {
            self.at_home.0 += visits;
            self.at_home.1 += other;
        }
    }

    fn join(&mut self, other: HeldOut) {
        for (own, other) in [
            (&mut self.accounts, other.accounts),
            (&mut self.visits, other.visits),
            (&mut self.at_home, other.at_home),
        ] {
            own.0 += other.0;
            own.1 += other.1;
        }
    }

    /// Upper end at 95 % (Clopper–Pearson) of the share of an honest account's own IDs that are labelled another
    /// tenant's. 1, so of no use, where nothing shows it, or where so many accounts are elsewhere that the labels may be
    /// wrong as a whole.
    fn error_at_most(&self) -> f64 {
        let many = self.accounts.1 * ELSEWHERE > self.accounts.0;
        match self.at_home {
            (0, _) => 1.0,
            _ if many => 1.0,
            (all, wrong) => clopper_pearson(wrong, all, 0.05).1,
        }
    }
}

/// Votes and order together: a label only where neither speaks against the other.
fn label(tally: &[Votes], said: Option<Says>) -> Option<ControllerIndex> {
    match (decided(tally), said) {
        (Some(label), None) => Some(label),
        // A single vote must not come out of nowhere: one of the neighbours is the same tenant's.
        (Some(label), Some(Says::Between(before, behind))) => {
            let near = before == Some(label) || behind == Some(label);
            (near || votes(tally) >= VOTES).then_some(label)
        }
        (Some(label), Some(Says::Inside(block))) => (label == block).then_some(label),
        (None, Some(Says::Inside(block))) => Some(block),
        (None, _) => None,
    }
}

/// The votes that count on an ID.
fn votes(tally: &[Votes]) -> u32 {
    tally.iter().map(|votes| votes.count).sum()
}

/// Whose an ID seems to be: its label, or who else may have it.
fn owner(tally: &[Votes], said: Option<Says>) -> Owner {
    match label(tally, said) {
        Some(label) if decided(tally).is_some() => return Owner::Voted(label, votes(tally)),
        Some(label) => return Owner::Inside(label),
        None => {}
    }
    let credible = tally.iter().filter(|votes| votes.count > 0);
    let mut among: Vec<ControllerIndex> = credible.map(|votes| votes.controller).collect();
    match said {
        Some(Says::Inside(block)) => among.push(block),
        Some(Says::Between(before, behind)) => among.extend(before.into_iter().chain(behind)),
        None => {}
    }
    among.sort_unstable();
    among.dedup();
    match among.is_empty() {
        true => Owner::Anybody,
        false => Owner::Among(among),
    }
}

impl Learned {
    /// Labels of some IDs (sorted, each once), made without the votes of the account that is tested: `visitor` is its
    /// place among the visitors, `None` for one that is none. In the order of the IDs.
    pub fn without(&self, visitor: Option<u32>, ids: &[Id]) -> Vec<(Id, ControllerIndex)> {
        let known = ids
            .iter()
            .filter_map(|id| Some((*id, self.ballot.cast.place(*id)?)));
        let Some(visitor) = visitor else {
            let labelled = known.filter_map(|(id, place)| Some((id, self.owners[place].label()?)));
            return labelled.collect();
        };
        let places: Vec<(Id, usize)> = known.collect();
        let mut said = vec![None; places.len()];
        let mut desk = Desk::default();
        let wanted = places.iter().map(|(_, place)| *place);
        self.lines
            .without(&self.ballot, wanted, visitor, &mut desk, |place, says| {
                // IDs and their places have the same order.
                if let Ok(at) = places.binary_search_by_key(&place, |one| one.1) {
                    said[at] = Some(says);
                }
            });
        let mut tally = Vec::new();
        let labels = places.iter().zip(said).filter_map(|((id, place), said)| {
            self.ballot.sketch(*place, visitor, &mut tally);
            Some((*id, label(&tally, said)?))
        });
        labels.collect()
    }

    /// Every ID that was asked for, and whose it seems to be.
    pub fn owners(&self) -> impl ExactSizeIterator<Item = (Id, &Owner)> {
        let ids = self.ballot.cast.ids.iter().copied();
        ids.zip(&self.owners)
    }

    /// Labelled IDs.
    pub fn labelled(&self) -> usize {
        let labels = self.owners.iter().filter(|owner| owner.label().is_some());
        labels.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names `x0`, `x1`, … as opaque words, so that their order says nothing.
    fn names(count: usize) -> Names {
        let mut names = Names::default();
        for nth in 0..count {
            names.objects.number(format!("{nth}x").as_bytes());
        }
        names
    }

    fn visitor(controller: ControllerIndex, ids: &[u32]) -> Visitor {
        Visitor {
            controller,
            ids: ids.iter().map(|id| (false, *id)).collect(),
        }
    }

    fn learned(visitors: &[Visitor], count: usize) -> Learned {
        let ids: Vec<Id> = (0..count as u32).map(|id| (false, id)).collect();
        let learning = Learning::of((visitors, 0), &ids, &names(count));
        let learning = learning.expect("somebody votes");
        let parts: Vec<HeldOut> = (0..learning.parts())
            .map(|part| learning.hold_out(part))
            .collect();
        let labels = learning.label();
        learning.finish(labels, parts)
    }

    fn label_of(labels: &[(Id, ControllerIndex)], id: u32) -> Option<ControllerIndex> {
        let found = labels.iter().find(|one| one.0 == (false, id));
        found.map(|one| one.1)
    }

    fn owner_of(learned: &Learned, id: u32) -> Owner {
        let found = learned.owners().find(|one| one.0 == (false, id));
        found.expect("an ID that was asked for").1.clone()
    }

    #[test]
    fn nobody_votes_on_their_own_scope() {
        // Two of tenant 0 asked for 0; one of them alone for 1, which both of tenant 1 asked for too. Five more IDs show
        // whose people they are.
        let visitors = [
            visitor(0, &[0, 1, 3, 4, 5, 6, 7]),
            visitor(0, &[0, 3, 4, 5, 6, 7]),
            visitor(0, &[3, 4, 5, 6, 7]),
            visitor(1, &[1, 2]),
            visitor(1, &[1, 2]),
        ];
        let learned = learned(&visitors, 8);
        let all = learned.without(None, &[(false, 0), (false, 1), (false, 2)]);
        assert_eq!(label_of(&all, 0), Some(0));
        assert_eq!(label_of(&all, 2), Some(1));
        // Its own vote was one of the two that label 0, and one against the label of 1.
        let own = learned.without(Some(0), &[(false, 0), (false, 1)]);
        assert_eq!(label_of(&own, 0), None);
        assert_eq!(label_of(&own, 1), Some(1));
    }

    #[test]
    fn one_vote_decides_only_if_the_others_confirm_the_voter() {
        let shared: Vec<u32> = (0..8).collect();
        let with = |more: u32| [&shared[..], &[more]].concat();
        let visitors = [
            visitor(0, &with(8)),
            visitor(0, &shared),
            visitor(0, &shared),
            // Confirmed in nothing.
            visitor(1, &[9]),
        ];
        let learned = learned(&visitors, 11);
        assert_eq!(owner_of(&learned, 8), Owner::Voted(0, 1));
        assert_eq!(owner_of(&learned, 9), Owner::Among(vec![1]));
        assert_eq!(owner_of(&learned, 10), Owner::Anybody);
    }
}
