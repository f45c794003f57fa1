//! Builds a world from its seed, in the order in which one part needs the other.

use super::families::Calendar;
use super::staff::Office;
use super::{DAY, IdStyle, Traits, World};
use super::{accounts, books, families, ids, units};
use crate::synth::rng::{Draws, Topic};
use crate::synth::settings::Settings;

/// The first day that a world may begin on: Monday, 16 August 2021.
const FIRST_MONDAY: i64 = 1_629_072_000;

/// The world of a seed; `ordered` asks for IDs that can be counted through.
pub(in crate::synth) fn build(settings: &Settings, ordered: bool) -> World {
    let seed = settings.seed;
    let mut draws = Draws::new(seed, Topic::Plan, 0, 0);
    let from = FIRST_MONDAY + draws.between(0, 40) * 7 * DAY;
    let traits = traits(settings, from, ordered, &mut draws);
    let (tenants, units) = units::plant(settings);
    let calendar = Calendar {
        from,
        days: settings.days,
        rollover: traits.rollover,
    };
    let homes = families::households(seed, &units, &calendar);
    let mut people = Draws::new(seed, Topic::People, 1, 0);
    let (mut items, person) = families::items(&homes, &mut people);
    let mut accounts = accounts::family_accounts(&items, &units);
    let mut office = Office {
        tenants: &tenants,
        units: &units,
        items: &mut items,
        accounts: &mut accounts,
        person,
        from,
        days: settings.days,
    };
    office.hire(&mut people);
    accounts::name(seed, &mut accounts);
    if matches!(traits.ids, IdStyle::Blocks { .. }) {
        let tenant = |stay: u32| units[stay as usize].tenant;
        items.sort_by_key(|item| tenant(item.stays[0].unit));
    }
    let numbers = ids::number(seed, traits.ids, &mut items);
    let rosters = books::seat(seed, &units, &items);
    let books = books::bind(seed, &units, traits.protection);
    let mut world = World {
        seed,
        from,
        days: settings.days,
        traits,
        tenants,
        units,
        items,
        accounts,
        hard: std::collections::BTreeMap::new(),
        books,
        rosters,
        numbers,
    };
    // A book that never holds anybody is not opened by anybody either: the directory has no word of it.
    let all = std::mem::take(&mut world.books);
    world.books = all
        .into_iter()
        .filter(|book| !world.seats(book).is_empty())
        .collect();
    world.hard = crate::synth::hard::unsettle(&mut world, settings.hard);
    world
}

fn traits(settings: &Settings, from: i64, ordered: bool, draws: &mut Draws) -> Traits {
    let first = draws.one_of([1, 1_000, 100_000, 3_480_000]);
    let blocks = draws.chance(500);
    let uuid = draws.chance(250);
    let ids = match (uuid && !ordered, blocks) {
        (true, _) => IdStyle::Uuid,
        (false, true) => IdStyle::Blocks { first },
        (false, false) => IdStyle::Interleaved { first },
    };
    let middle = i64::from(settings.days) / 2;
    let rollover = draws
        .chance(if settings.hard > 0 { 700 } else { 300 })
        .then_some(from + (middle - middle % 7 + 1) * DAY);
    Traits {
        ids,
        protection: draws.chance(600),
        rollover,
        subject_prefix: draws.one_of(["P", "S", "person-", "1"]),
    }
}
