//! Lines that stand in two files of a source: no copy of a whole file, and no overlap after a rotation, but days and a file
//! into which somebody has put and sorted them all, or what a search took out of them. Each request then counts twice.
//!
//! Estimated from a sample of the accesses by all that a line says of a request; two hosts that share a load have none alike
//! but by chance.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::pipeline::Input;
use crate::sequence::{Access, Accesses};

/// Accesses that are looked at, about; and the most of which a sample is taken at all.
const SAMPLE: usize = 20_000;
const MOST: usize = 20_000_000;
/// Accesses alike, and their share of those that were looked at, from which it is no chance.
const ALIKE: u64 = 50;
const ONE_IN: u64 = 20;

/// What was seen of one source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Doubled {
    looked_at: u64,
    alike: u64,
    /// How many by the two files.
    pairs: BTreeMap<(u32, u32), u64>,
}

/// By source.
pub(super) type BySource = BTreeMap<usize, Doubled>;

/// Looks at accesses of sources with several files.
pub(super) fn look(inputs: &[Input], accesses: &Accesses) -> BySource {
    let mut found = BySource::new();
    let several = inputs
        .windows(2)
        .any(|pair| pair[0].source == pair[1].source);
    if !several || accesses.len() > MOST {
        return found;
    }
    let step = (accesses.len() / SAMPLE).max(1) as u64;
    let mut seen: HashMap<(usize, u64), u32> = HashMap::new();
    for access in accesses.iter() {
        let key = key(&access);
        let Some(input) = inputs
            .get(access.file as usize)
            .filter(|_| key.is_multiple_of(step))
        else {
            continue;
        };
        let own = found.entry(input.source).or_default();
        own.looked_at += 1;
        let first = *seen.entry((input.source, key)).or_insert(access.file);
        if first != access.file {
            own.alike += 1;
            *own.pairs.entry((first, access.file)).or_default() += 1;
        }
    }
    found
}

/// A digest of what a line says of a request: who, when, from where, of what, with which answer.
fn key(access: &Access) -> u64 {
    let parts = [
        access.time.0 as u64,
        access.bytes,
        u64::from(access.actor) << 32 | u64::from(access.client),
        u64::from(access.object) << 32 | u64::from(access.container),
        u64::from(access.agent) << 32 | u64::from(access.route) << 16 | u64::from(access.status),
        u64::from(access.skip) << 32 | u64::from(access.length),
    ];
    parts.iter().fold(0, |sum: u64, part| {
        let mixed = (sum ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 29
    })
}

/// What to say of it.
pub(super) fn remarks(case: &Case, inputs: &[Input], found: &BySource) -> Vec<String> {
    let some = found
        .iter()
        .filter(|(_, one)| one.alike >= ALIKE && one.alike * ONE_IN >= one.looked_at);
    let said = some.filter_map(|(source, one)| {
        let most = |(pair, n): &(&(u32, u32), &u64)| (**n, std::cmp::Reverse(**pair));
        let ((first, second), _) = one.pairs.iter().max_by_key(most)?;
        let name = |file: &u32| inputs.get(*file as usize).map(|input| input.name.as_str());
        Some(format!(
            "of {} accesses in source \"{}\" that were looked at, {} stand in two files with the same time, account, address, \
             object, size and status, most of them in {} and {}: if the one holds lines of the other once more, take it out \
             of `files`; as it stands these requests count twice wherever accesses, attempts or requests are counted; data \
             subjects count once",
            one.looked_at,
            case.sources.get(*source)?.name,
            one.alike,
            name(first)?,
            name(second)?,
        ))
    });
    said.collect()
}
