//! What was found published: some of what was taken, as it stood when it was taken; or something that no request took.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::rng::{Draws, Topic};
use super::settings::{Attack, Hand, LeakFrom};
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
    let with_role = |role: Role| by(&|account| world.accounts[account as usize].role == role);
    let mut records = match from {
        LeakFrom::Attack => pick(raided, count),
        LeakFrom::Biased => raided.into_iter().take(count).collect(),
        LeakFrom::Dump => pick(dump(), count),
        LeakFrom::Mixed => {
            let mut some = pick(raided, count / 2);
            some.extend(pick(dump(), count - count / 2));
            some
        }
        LeakFrom::Service => pick(with_role(Role::Integration), count),
        LeakFrom::Insider => pick(by(&|account| Some(account) == widest(world, taken)), count),
        LeakFrom::Altered => {
            let units = world.units.len() as u32;
            let some = pick(raided, count).into_iter().enumerate();
            some.map(|(at, (item, unit))| match at % 3 {
                0 => (item, (unit + 1 + at as u32) % units),
                _ => (item, unit),
            })
            .collect()
        }
        LeakFrom::Invented => pick(raided, count - invented(from, count)),
        LeakFrom::Class => {
            let units: Vec<u32> = dump().into_iter().map(|record| record.1).collect();
            let class = units.get(world.seed as usize % units.len().max(1)).copied();
            dump()
                .into_iter()
                .filter(|record| Some(record.1) == class)
                .collect()
        }
    };
    records.sort_unstable();
    records.dedup_by_key(|record| record.0);
    records
}

/// The administrator who exported most.
fn widest(world: &World, taken: &Taken) -> Option<u32> {
    let mut count: BTreeMap<u32, usize> = BTreeMap::new();
    for (account, _) in taken.keys() {
        if world.accounts[*account as usize].role == Role::Administrator {
            *count.entry(*account).or_default() += 1;
        }
    }
    count
        .into_iter()
        .max_by_key(|(_, items)| *items)
        .map(|(account, _)| account)
}

/// How many records are made up.
pub(super) fn invented(from: LeakFrom, count: usize) -> usize {
    if from == LeakFrom::Invented {
        count / 2
    } else {
        0
    }
}

/// `leak.csv`.
pub(super) fn table(world: &World, records: &[Record], invented: usize) -> String {
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
    let mut draws = Draws::new(world.seed, Topic::Leak, 1, 0);
    let units = records.iter().map(|record| record.1).cycle();
    for unit in units.take(invented) {
        let number = world.unused_number(&mut draws);
        let _ = writeln!(
            text,
            "{},{}",
            world.id(number),
            world.units[unit as usize].id
        );
    }
    text
}

/// The cause as a responder should find it, by its sign; `other` where the list of hypotheses has none.
pub(super) fn cause(attack: Attack, hand: Option<Hand>, from: Option<LeakFrom>) -> &'static str {
    use LeakFrom::{Class, Dump, Insider, Invented, Mixed, Service};
    match (from, attack, hand) {
        (Some(Dump), ..) => "H5",
        (Some(Mixed | Service | Insider | Invented | Class), ..) => "other",
        (_, Attack::None | Attack::Probing, _) => "other",
        (.., Some(Hand::Two)) => "other",
        (_, Attack::Several, _) => "H1b",
        // One stranger with the sessions of several who each may see what was taken is in no list of causes.
        (_, Attack::Pool, Some(Hand::OneAddress)) => "other",
        (_, Attack::Pool, _) => "H2",
        (_, Attack::TakenOver, _) | (.., Some(Hand::School | Hand::OneAddress)) => "H3",
        _ => "H1a",
    }
}
