//! What was found published: some of what was taken, as it stood when it was taken; or something that no request took.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::rng::{Draws, Topic};
use super::settings::{Attack, LeakFrom};
use super::world::{ItemKind, Role, World};

/// A published record: item, unit at the time.
type Record = (u32, u32);

/// Who took which items when (in seconds), first time each.
pub(super) type Taken = BTreeMap<(u32, u32), i64>;

/// Draws the records.
pub(super) fn records(
    world: &World,
    from: LeakFrom,
    count: usize,
    raiders: &std::collections::BTreeSet<u32>,
    taken: &Taken,
) -> Vec<Record> {
    let mut draws = Draws::new(world.seed, Topic::Leak, 0, 0);
    let by = |who: &dyn Fn(u32) -> bool| -> Vec<Record> {
        let mut first: BTreeMap<u32, i64> = BTreeMap::new();
        for ((account, item), at) in taken.iter().filter(|((account, _), _)| who(*account)) {
            let _ = account;
            first.entry(*item).or_insert(*at);
        }
        let stay =
            |(item, at): (u32, i64)| Some((item, world.items[item as usize].stay_at(at)?.unit));
        first.into_iter().filter_map(stay).collect()
    };
    let dump = || -> Vec<Record> {
        let all = world
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.kind == ItemKind::Contact);
        all.filter_map(|(at, item)| Some((at as u32, item.stays.first()?.unit)))
            .collect()
    };
    let raided = by(&|account| raiders.contains(&account));
    let mut pick = |mut from: Vec<Record>, count: usize| {
        draws.shuffle(&mut from);
        from.truncate(count);
        from
    };
    let mut records = match from {
        LeakFrom::Attack => pick(raided, count),
        LeakFrom::Biased => raided.into_iter().take(count).collect(),
        LeakFrom::Dump => pick(dump(), count),
        LeakFrom::Mixed => {
            let mut some = pick(raided, count / 2);
            some.extend(pick(dump(), count - count / 2));
            some
        }
        LeakFrom::Service => pick(
            by(&|account| world.accounts[account as usize].role == Role::Integration),
            count,
        ),
    };
    records.sort_unstable();
    records.dedup_by_key(|record| record.0);
    records
}

/// `leak.csv`.
pub(super) fn table(world: &World, records: &[Record]) -> String {
    let mut text = "object,unit\n".to_owned();
    for (item, unit) in records {
        let number = world.items[*item as usize].number;
        let _ = writeln!(
            text,
            "{},{}",
            world.id(number),
            world.units[*unit as usize].id
        );
    }
    text
}

/// The cause as a responder should find it, by its sign; `other` where the list of hypotheses has none.
pub(super) fn cause(attack: Attack, from: Option<LeakFrom>) -> &'static str {
    match (from, attack) {
        (Some(LeakFrom::Dump), _) => "H5",
        (Some(LeakFrom::Mixed | LeakFrom::Service), _) => "other",
        (_, Attack::None | Attack::Probing) => "other",
        (_, Attack::Several) => "H1b",
        (_, Attack::Pool) => "H2",
        (_, Attack::TakenOver) => "H3",
        _ => "H1a",
    }
}
