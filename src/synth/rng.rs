//! Draws: the only source of chance in a practice case.
//!
//! ChaCha8 is a fixed algorithm, and every draw is made from its words by the arithmetic below, so
//! that a seed gives the same case on every machine and after every update of a crate. Each topic
//! has its own stream: what one part draws never shifts what another part sees.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a stream of draws is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Plan = 1,
    Units,
    People,
    Moves,
    Numbers,
    Books,
    Accounts,
    Uuids,
    Day,
    Visit,
    Raid,
    Links,
    Target,
    Layout,
    Defects,
    Session,
    Hard,
    Flaws,
    Leak,
}

/// A stream of draws.
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of one topic; `a` and `b` tell apart what the topic is drawn for (a day, a visit).
    pub(super) fn new(seed: u64, topic: Topic, a: u64, b: u64) -> Draws {
        let mut key = [0u8; 32];
        for (slot, word) in key.chunks_exact_mut(8).zip([seed, topic as u64, a, b]) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        Draws(ChaCha8Rng::from_seed(key))
    }

    /// 64 even bits.
    pub(super) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`; 0 where `n` is 0. The bias is below n / 2^64.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(n)) >> 64) as u64
    }

    /// An index into something of `len` parts.
    pub(super) fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// True `per_mille` times in a thousand.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of a slice; `None` where it is empty.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        let at = self.index(items.len());
        items.get(at).copied()
    }

    /// One of a fixed list.
    pub(super) fn one_of<T: Copy, const N: usize>(&mut self, items: [T; N]) -> T {
        items[self.index(N)]
    }

    /// Brings a slice into an even random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }
}

/// A fixed scramble of a number, for sizes and addresses that belong to a thing for good.
pub(super) fn scramble(number: u64) -> u64 {
    let mut word = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
