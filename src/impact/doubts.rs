//! The doubts of all accounts put together: each once, with the first line that shows it and how many requests do.
//!
//! A platform without a table of objects has millions of objects of which nobody knows whose they are. All of them are
//! counted, but only of the first [`DETAILED`] is more kept than that they were disclosed: nobody reads of more.

use std::collections::BTreeMap;

use super::account::{About, Doubtful};
use crate::scope::Thing;
use crate::sequence::Bits;
use crate::words::Reason;

/// Of how many objects that the directory does not know lines are kept: the first by their keys.
pub const DETAILED: usize = 50;
/// Doubts that are noted before they are put together, at least.
const NOTED: usize = 1 << 16;

/// What a doubt is about, and why.
pub type Key = (About, Reason);

/// Doubts, each once.
#[derive(Debug, Default)]
pub struct Doubts {
    /// In the order of their keys once they are put together.
    detailed: Vec<(Key, Doubtful)>,
    /// From how many of them on they are put together.
    room: usize,
    /// The other objects that the directory does not know, by their numbers among the requested IDs.
    others: BTreeMap<Reason, Bits>,
    /// Those of which no line is proof; they come last.
    late: BTreeMap<Key, Doubtful>,
}

impl Doubts {
    /// Takes in some.
    pub(super) fn note(&mut self, some: &[(Key, Doubtful)]) {
        self.detailed.extend_from_slice(some);
        // Everybody's doubts are about the same things.
        if self.detailed.len() >= self.room.max(NOTED) {
            self.put_together();
            self.room = 2 * self.detailed.len();
        }
    }

    /// Puts together what was noted. Further doubts may be noted after it.
    pub(super) fn put_together(&mut self) {
        self.detailed.sort_unstable_by_key(|one| one.0);
        self.detailed.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1.first = kept.1.first.min(next.1.first);
                kept.1.requests += next.1.requests;
            }
            same
        });
        // What is not among the first now is so never again, however many come.
        let mut first = DETAILED;
        self.detailed.retain(|((about, reason), _)| match about {
            About::Unknown(Thing::Asked(number)) if first == 0 => {
                self.others.entry(*reason).or_default().insert(*number);
                false
            }
            About::Unknown(Thing::Asked(_)) => {
                first -= 1;
                true
            }
            _ => true,
        });
    }

    /// Adds one that no line shows, unless it is there already; to be called when all others are put together.
    pub(super) fn add_late(&mut self, key: Key, doubt: Doubtful) {
        let known = self.detailed.binary_search_by_key(&key, |one| one.0);
        if known.is_err() {
            self.late.entry(key).or_insert(doubt);
        }
    }

    /// Puts the late ones among the others.
    pub(super) fn settle(&mut self) {
        self.detailed.extend(std::mem::take(&mut self.late));
        self.put_together();
        self.detailed.shrink_to_fit();
    }

    /// Those of which lines are kept, in the order of their keys.
    pub fn detailed(&self) -> impl Iterator<Item = &(Key, Doubtful)> {
        self.detailed.iter()
    }

    /// Their keys.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.detailed.iter().map(|(key, _)| key)
    }

    /// Keys between two, both of them included.
    pub(super) fn between(&self, (lowest, highest): (Key, Key)) -> impl Iterator<Item = &Key> {
        let from = self.detailed.partition_point(|(key, _)| *key < lowest);
        let some = self.detailed[from..].iter().map(|(key, _)| key);
        some.take_while(move |key| **key <= highest)
    }

    /// How many other objects there are that the directory does not know, by reason.
    pub fn others(&self) -> impl Iterator<Item = (Reason, u64)> {
        let counts = self.others.iter();
        counts.map(|(reason, numbers)| (*reason, numbers.count()))
    }

    /// Whether there is no doubt at all.
    pub fn is_empty(&self) -> bool {
        // Others come behind those that are detailed.
        self.detailed.is_empty() && self.late.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Citation;
    use super::*;

    fn doubt(line: u64) -> Doubtful {
        Doubtful {
            reason: Reason::NoDirectory,
            first: Citation {
                file: 0,
                line,
                offset: 0,
                length: 0,
            },
            requests: 1,
        }
    }

    /// Numbers in no order, each several times, against a plain map of all of them.
    #[test]
    fn all_are_counted_and_the_first_are_told() {
        let mut doubts = Doubts::default();
        let mut plain: BTreeMap<Key, Doubtful> = BTreeMap::new();
        for n in 0..300_000_u64 {
            let number = (n * 7_919 % 100_003) as u32;
            let about = match n % 5 {
                0 => About::Subject(Some(number % 7), number % 1000),
                1 => About::UnknownContainer(number % 500),
                _ => About::Unknown(Thing::Asked(number)),
            };
            let reason = [Reason::NoDirectory, Reason::NoGrants][n as usize % 2];
            let one = ((about, reason), doubt(300_000 - n));
            doubts.note(&[one]);
            let kept = plain.entry(one.0).or_insert(Doubtful {
                requests: 0,
                ..one.1
            });
            kept.first = kept.first.min(one.1.first);
            kept.requests += 1;
        }
        doubts.put_together();
        let late = (About::Subject(None, 5), Reason::Gap);
        doubts.add_late(late, doubt(9));
        doubts.add_late(late, doubt(3));
        let there = (About::Subject(Some(0), 0), Reason::NoDirectory);
        doubts.add_late(there, doubt(0));
        doubts.settle();
        plain.entry(late).or_insert(doubt(9));
        let stranger = |key: &Key| matches!(key.0, About::Unknown(_));
        let strangers = plain.keys().filter(|key| stranger(key)).count() as u64;
        let told = doubts.keys().filter(|key| stranger(key)).count() as u64;
        let others: u64 = doubts.others().map(|(_, n)| n).sum();
        assert_eq!((told, told + others), (DETAILED as u64, strangers));
        let mut first = DETAILED;
        plain.retain(|key, _| {
            let told = !stranger(key) || first > 0;
            first -= usize::from(stranger(key) && told);
            told
        });
        let all: Vec<(Key, Doubtful)> = doubts.detailed().copied().collect();
        assert_eq!(all, Vec::from_iter(plain));
    }
}
