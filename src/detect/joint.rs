//! Walks that several accounts share: their IDs lie side by side and hardly ever twice.
//!
//! Whoever splits a walk over accounts (in turns, in chunks, shuffled) leaves a range of numbered IDs that is covered
//! nearly whole, by accounts that hardly overlap. People who look at the same class overlap: of n IDs taken by
//! accounts with a₁, a₂, … of them independently, Σaᵢ − n(1 − Π(1 − aᵢ/n)) are expected twice. A group is told when
//! so little overlap has a chance below one in a million. The group is no person: a member without evidence of its
//! own is said to be "distributed; not attributable to one account".

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::Signal;
use super::contacts::{Contact, Place};
use crate::case::Thresholds;
use crate::sequence::numbered;
use crate::words::Stamp;

/// How far the next ID may lie, so that those which a member may see or nobody has do not end a range.
const REACH: u64 = 3;
/// Share of a range that must be taken.
const DENSE: f64 = 0.7;
/// Share of the takings that may be double.
const OVERLAP: f64 = 0.1;
/// Fewest IDs of a member: whoever looks at one card shares no walk.
const EACH: usize = 3;
/// Chance of so little overlap among independent accounts from which a group is told.
const CHANCE: f64 = 1e-6;

/// One unexplained taking of a numbered ID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Taking {
    /// Whether the ID is a container's.
    pub container: bool,
    /// What stands before its number.
    pub prefix: Vec<u8>,
    /// Its number.
    pub number: u64,
    /// Who took it.
    pub account: u32,
    /// When first.
    pub at: Stamp,
}

/// The takings of one account: its unexplained foreign contacts with numbered IDs.
pub fn takings(account: u32, contacts: &[Contact<'_>]) -> Vec<Taking> {
    let foreign = contacts
        .iter()
        .filter(|c| c.place == Place::Foreign && c.unexplained());
    let taken = foreign.filter_map(|contact| {
        let (prefix, number) = numbered(contact.id())?;
        Some(Taking {
            container: contact.container,
            prefix: prefix.to_vec(),
            number,
            account,
            at: contact.at,
        })
    });
    taken.collect()
}

/// Accounts that share a walk through a range of IDs.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedWalk {
    /// Whether containers were walked.
    pub container: bool,
    /// What stands before the numbers.
    pub prefix: Vec<u8>,
    /// First and last number.
    pub range: (u64, u64),
    /// Distinct IDs taken.
    pub ids: u32,
    /// IDs taken twice or more often, counted beyond the first time.
    pub doubles: u32,
    /// How many doubles independent accounts would have.
    pub expected: f64,
    /// Chance of so few.
    pub chance: f64,
    /// Members and how many of the IDs each took.
    pub members: BTreeMap<u32, u32>,
    /// First and last taking.
    pub span: (Stamp, Stamp),
    /// The parts follow one plan: see [`one_plan`].
    pub one_plan: bool,
}

/// Finds all shared walks, in the order of their IDs.
pub fn find(mut takings: Vec<Taking>) -> Vec<SharedWalk> {
    takings.sort();
    let near = |a: &Taking, b: &Taking| {
        a.container == b.container && a.prefix == b.prefix && b.number - a.number <= REACH
    };
    takings.chunk_by(near).filter_map(shared).collect()
}

fn shared(range: &[Taking]) -> Option<SharedWalk> {
    let mut by: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    for taking in range {
        by.entry(taking.account).or_default().insert(taking.number);
    }
    by.retain(|_, ids| ids.len() >= EACH);
    if by.len() < 2 {
        return None;
    }
    let ids: BTreeSet<u64> = by.values().flatten().copied().collect();
    let (first, last) = (*ids.first()?, *ids.last()?);
    let n = ids.len() as f64;
    let taken: usize = by.values().map(BTreeSet::len).sum();
    let doubles = taken - ids.len();
    let missed: f64 = by.values().map(|own| 1.0 - own.len() as f64 / n).product();
    let expected = taken as f64 - n * (1.0 - missed);
    // Poisson's lower tail: sampling without replacement varies less, so this errs on the side of silence.
    let chance = 1.0 - crate::chance::poisson_at_least(doubles as u64 + 1, expected);
    let dense = n >= DENSE * ((last - first) as f64 + 1.0);
    let apart = doubles as f64 <= OVERLAP * taken as f64;
    let times = range
        .iter()
        .filter(|taking| by.contains_key(&taking.account))
        .map(|taking| taking.at);
    (dense && apart && chance < CHANCE).then(|| SharedWalk {
        container: range[0].container,
        prefix: range[0].prefix.clone(),
        range: (first, last),
        ids: ids.len() as u32,
        doubles: doubles as u32,
        expected,
        chance,
        members: by
            .iter()
            .map(|(account, own)| (*account, own.len() as u32))
            .collect(),
        span: (
            times.clone().min().unwrap_or(Stamp(0)),
            times.max().unwrap_or(Stamp(0)),
        ),
        one_plan: one_plan(range, &by),
    })
}

/// Share of the steps, in time, that must lead to the very next ID of the walk.
const NEXT: f64 = 0.8;
/// Changes of hands for each member from which turns are too many for chance.
const TURNS: usize = 3;

/// Whether the parts follow one plan, which lying side by side alone does not show: two who know nothing of each other
/// may start where the other stopped, or take even and odd numbers. It is one plan where, in time, each taking leads
/// to the next ID although the account changes again and again, or where hands change without a pause, or where three
/// and more parts fit together without a seam.
fn one_plan(range: &[Taking], by: &BTreeMap<u32, BTreeSet<u64>>) -> bool {
    let mut first: Vec<&Taking> = range
        .iter()
        .filter(|taking| by.contains_key(&taking.account))
        .collect();
    first.sort_by_key(|taking| (taking.number, taking.at));
    first.dedup_by_key(|taking| taking.number);
    let members = by.len();
    let doubles = by.values().map(BTreeSet::len).sum::<usize>() - first.len();
    let along = first
        .windows(2)
        .filter(|pair| pair[0].account != pair[1].account)
        .count();
    let seamless = members >= 3 && along + 1 == members && doubles < members;
    let mut timed: Vec<(Stamp, usize, u32)> = first
        .iter()
        .enumerate()
        .map(|(rank, taking)| (taking.at, rank, taking.account))
        .collect();
    timed.sort_unstable();
    let steps = |up: bool| {
        let next = |pair: &&[(Stamp, usize, u32)]| match up {
            true => pair[1].1 == pair[0].1 + 1,
            false => pair[0].1 == pair[1].1 + 1,
        };
        timed.windows(2).filter(next).count()
    };
    let stepwise = steps(true).max(steps(false)) as f64 >= NEXT * (timed.len() - 1) as f64;
    let changes = timed.windows(2).filter(|pair| pair[0].2 != pair[1].2);
    let at_once = changes
        .clone()
        .all(|pair| pair[1].0.0 - pair[0].0.0 <= crate::words::HOUR);
    let in_turns = changes.count() >= TURNS * members;
    seamless || (stepwise && (in_turns || at_once || members >= 3))
}

pub(super) fn signal(shared: u32, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "joint",
        f64::from(shared),
        limits.joint,
        "IDs of a walk that it shares with other accounts: their parts lie side by side and hardly overlap, chance \
         below 1e-6 among accounts that know nothing of each other",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taking(account: u32, number: u64) -> Taking {
        Taking {
            container: false,
            prefix: b"P".to_vec(),
            number,
            account,
            at: Stamp(number as i64),
        }
    }

    #[test]
    fn a_walk_in_turns_is_one_walk() {
        let walk = (0..400)
            .map(|number| taking((number % 4) as u32, number))
            .collect();
        let found = find(walk);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].ids, found[0].doubles, found[0].members.len()),
            (400, 0, 4)
        );
    }

    #[test]
    fn a_walk_in_turns_or_handed_over_is_one_plan_and_two_neighbours_are_none() {
        let day = |n: i64| n * 24 * crate::words::HOUR;
        let by = |who: fn(u64) -> u32, at: &dyn Fn(u64) -> i64| {
            let walk = (0..400).map(|number| Taking {
                at: Stamp(at(number)),
                ..taking(who(number), number)
            });
            let found = find(walk.collect());
            assert_eq!(found.len(), 1);
            found[0].one_plan
        };
        let second = |n: u64| n as i64 * crate::words::SECOND;
        let halves = |n: u64| (n / 200) as u32;
        assert!(by(|n| (n % 2) as u32, &second));
        assert!(by(halves, &second));
        // The same halves on two days, and even and odd numbers on two days: chance does that.
        assert!(!by(halves, &|n| second(n) + day((n / 200) as i64)));
        assert!(!by(|n| (n % 2) as u32, &|n| second(n) + day((n % 2) as i64)));
    }

    #[test]
    fn colleagues_in_one_class_share_no_walk() {
        // Every one of four looks at two thirds of a class of sixty.
        let class = (0..4_u32).flat_map(|who| {
            (0..60_u64)
                .filter(move |n| (n * 7 + u64::from(who) * 13) % 3 != 0)
                .map(move |n| taking(who, n))
        });
        assert!(find(class.collect()).is_empty());
    }

    #[test]
    fn everybody_with_one_card_shares_no_walk() {
        let cards = (0..300_u64).map(|number| taking(number as u32, number));
        assert!(find(cards.collect()).is_empty());
    }
}
