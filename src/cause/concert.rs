//! One plan behind several accounts, where their order shows none: a list dealt out among them has no name twice.
//!
//! Accounts that draw from the same classes without knowing of each other meet: of a unit's N things, of which they took
//! aᵢ each, Σaᵢaⱼ/N are expected twice. Judged within units, so that whoever only keeps to other schools than the rest
//! shows nothing; each member must fit by its own figures, so that a stranger in the same week is no member. Only for
//! walks without an order of their own: two who both take every second number miss each other by chance.

use std::collections::{BTreeMap, BTreeSet};

use super::{Actor, Ground};
use crate::chance::poisson_at_least;
use crate::scope::Thing;
use crate::words::Certainty;

/// Chance of so few doubles below which all together follow one plan.
const CHANCE: f64 = 1e-6;
/// The same for each member against all others.
const EACH: f64 = 1e-3;

/// Whether all these accounts, two at least, carry out one plan; the sentence that says why.
pub(super) fn one_plan(ground: &Ground<'_>, actors: &[&Actor<'_>]) -> Option<String> {
    let plans: BTreeSet<Option<u32>> = actors.iter().map(|actor| actor.plan).collect();
    if actors.len() < 2 {
        return None;
    }
    if plans.len() == 1 && !plans.contains(&None) {
        return Some("share one walk, in turns or handed over from one to the next".to_owned());
    }
    if actors.iter().any(|actor| actor.in_order) {
        return None;
    }
    let taken: Vec<BTreeSet<Thing>> = actors.iter().map(|actor| named(actor)).collect();
    let (sizes, by_unit) = units(ground, &taken);
    let takers = |thing: &Thing| taken.iter().filter(|own| own.contains(thing)).count();
    let mut all = (0.0, 0);
    for (own, mine) in taken.iter().enumerate() {
        let expected: f64 = by_unit
            .iter()
            .map(|(unit, counts)| {
                let others: u32 = counts.iter().sum::<u32>() - counts[own];
                f64::from(counts[own]) * f64::from(others) / sizes[unit]
            })
            .sum();
        let doubles = mine
            .iter()
            .map(|thing| takers(thing) as u64 - 1)
            .sum::<u64>();
        if so_few(doubles, expected) >= EACH {
            return None;
        }
        // Each pair stands in both of its members' sums.
        all = (all.0 + expected / 2.0, all.1 + doubles);
    }
    let chance = so_few(all.1.div_ceil(2), all.0);
    (chance < CHANCE).then(|| {
        format!(
            "took things of the same units with {} double(s), where {:.0} were to be expected of accounts that know \
             nothing of each other (chance {chance:.0e})",
            all.1.div_ceil(2),
            all.0
        )
    })
}

fn so_few(doubles: u64, expected: f64) -> f64 {
    1.0 - poisson_at_least(doubles + 1, expected)
}

/// What an account named one by one beyond its scope and got: a page takes its whole class along.
fn named(actor: &Actor<'_>) -> BTreeSet<Thing> {
    let shown = actor
        .share
        .beyond
        .iter()
        .filter(|beyond| beyond.certainty > Certainty::Nothing);
    let one = shown.filter(|beyond| beyond.access.object != crate::sequence::NONE);
    one.filter_map(|beyond| beyond.thing).collect()
}

type Units = (BTreeMap<u32, f64>, BTreeMap<u32, Vec<u32>>);

/// Units from which something was taken: how many things each has, and how many each account took.
fn units(ground: &Ground<'_>, taken: &[BTreeSet<Thing>]) -> Units {
    let atlas = ground.atlas;
    let unit = |thing: Thing| {
        atlas
            .rows(thing)
            .first()
            .and_then(|row| atlas.row(*row).unit)
    };
    let mut by_unit: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (own, things) in taken.iter().enumerate() {
        for unit in things.iter().filter_map(|thing| unit(*thing)) {
            by_unit.entry(unit).or_insert_with(|| vec![0; taken.len()])[own] += 1;
        }
    }
    let mut sizes: BTreeMap<u32, f64> = BTreeMap::new();
    for place in 0..atlas.count_things(|_| true) as u32 {
        if let Some(unit) = unit(Thing::Known(place)).filter(|unit| by_unit.contains_key(unit)) {
            *sizes.entry(unit).or_default() += 1.0;
        }
    }
    (sizes, by_unit)
}
