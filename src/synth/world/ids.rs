//! How items are numbered and how a number is written.

use super::{Item, World};
use crate::synth::rng::{Draws, Topic};

/// How an item's number looks in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::synth) enum IdStyle {
    /// Integers that count up in tenant after tenant.
    Blocks { first: u64 },
    /// Integers given out over all tenants as people came.
    Interleaved { first: u64 },
    /// UUIDs: no order to follow.
    Uuid,
}

impl IdStyle {
    /// The text of a number.
    pub(super) fn write(self, seed: u64, number: u64) -> String {
        match self {
            IdStyle::Blocks { .. } | IdStyle::Interleaved { .. } => number.to_string(),
            IdStyle::Uuid => uuid(seed, number),
        }
    }

    /// Whether the next number can be guessed.
    pub(in crate::synth) fn has_order(self) -> bool {
        self != IdStyle::Uuid
    }

    fn first(self) -> u64 {
        match self {
            IdStyle::Blocks { first } | IdStyle::Interleaved { first } => first,
            IdStyle::Uuid => 1,
        }
    }
}

/// Numbers all items, with a hole here and there where something was deleted long ago.
pub(super) fn number(world_seed: u64, style: IdStyle, items: &mut [Item]) -> Vec<(u64, u32)> {
    let mut draws = Draws::new(world_seed, Topic::Numbers, 0, 0);
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    match style {
        IdStyle::Blocks { .. } => {}
        IdStyle::Interleaved { .. } | IdStyle::Uuid => draws.shuffle(&mut order),
    }
    let mut number = style.first();
    let mut numbers = Vec::with_capacity(items.len());
    for at in order {
        items[at as usize].number = number;
        numbers.push((number, at));
        number += if draws.chance(60) {
            2 + draws.below(3)
        } else {
            1
        };
    }
    numbers
}

/// A version-4 UUID that belongs to the number.
fn uuid(seed: u64, number: u64) -> String {
    let mut draws = Draws::new(seed, Topic::Uuids, number, 0);
    let (high, low) = (draws.word(), draws.word());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        8 + ((low >> 60) & 3),
        (low >> 48) & 0xfff,
        low & 0xffff_ffff_ffff,
    )
}

impl World {
    /// A number that no item has and never had.
    pub(in crate::synth) fn unused_number(&self, draws: &mut Draws) -> u64 {
        let last = self.numbers.last().map_or(0, |pair| pair.0);
        last + 1_000 + draws.below(100_000)
    }
}
