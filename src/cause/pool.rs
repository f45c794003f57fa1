//! Could accounts have pooled what each may see? Witnesses, the least number of accounts, and who was shown what.
//!
//! A *witness* is a record that lay outside everyone's scope at every instant at which it may have been taken: one
//! clean witness refutes a pool of authorised users, as far as `grants` is complete. For the number of accounts that
//! cover the leak a packing bound and a greedy one are printed (the exact one is set cover). Which accounts they are
//! is not said: who may see a record has not taken it. Ranking after Papadimitriou & Garcia-Molina (2011), over
//! logged answers: it ranks, it does not prove.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Ground, Known};
use crate::case::Grant;
use crate::words::{Certainty, Stamp};

/// Chance that a record was guessed or came from elsewhere, in the guilty-agent model.
const ELSEWHERE: f64 = 0.05;
/// Accounts of the ranking that are kept.
const RANKED: usize = 10;

/// What a pool of authorised accounts can and cannot explain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pool {
    /// Whether there are grants to judge by.
    pub judged: bool,
    /// Rows of records outside everyone's scope while they may have been taken.
    pub witnesses: Vec<u64>,
    /// Records that somebody could see.
    pub coverable: usize,
    /// At least so many accounts are needed for those: records of which no two share an account.
    pub packing: usize,
    /// So many suffice: greedy.
    pub greedy: usize,
    /// Most records that one account could see.
    pub most: usize,
}

/// Grants by the unit that they name.
struct Grants<'g> {
    grants: &'g [Grant],
    by_unit: HashMap<u32, Vec<u32>>,
    names: HashMap<&'g str, u32>,
}

impl<'g> Grants<'g> {
    fn of(grants: &'g [Grant]) -> Grants<'g> {
        let mut by_unit: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut names: HashMap<&str, u32> = HashMap::new();
        for (index, grant) in grants.iter().enumerate() {
            by_unit.entry(grant.unit).or_default().push(index as u32);
            let next = names.len() as u32;
            names.entry(&grant.account).or_insert(next);
        }
        Grants {
            grants,
            by_unit,
            names,
        }
    }

    /// Accounts that could see a record at some instant at which it may have been taken.
    fn seers(&self, ground: &Ground<'_>, known: &Known<'_>) -> BTreeSet<u32> {
        let units = ground.atlas.directory.units.as_deref().unwrap_or_default();
        let mut seers = BTreeSet::new();
        for row in &known.rows {
            let object = ground.atlas.row(*row);
            let mut at = object.unit;
            while let Some(unit) = at {
                for index in self.by_unit.get(&unit).map_or(&[][..], Vec::as_slice) {
                    let grant = &self.grants[*index as usize];
                    let form = grant.form.as_deref().is_none_or(|form| form == object.form);
                    let shown = grant.protected
                        || !object.protected
                        || !ground.atlas.directory.grants_say_protected;
                    let both = |(from, until): &(Option<Stamp>, Option<Stamp>)| {
                        let start = from.max(&grant.valid.from).max(&object.valid.from);
                        let ends = [*until, grant.valid.until, object.valid.until];
                        let end = ends.into_iter().flatten().min();
                        !matches!((start, end), (Some(start), Some(end)) if *start >= end)
                    };
                    if form && shown && known.dating.iter().any(both) {
                        seers.insert(self.names[&*grant.account]);
                    }
                }
                at = units.get(unit as usize).and_then(|unit| unit.parent);
            }
        }
        seers
    }
}

/// Judges a pool.
pub(super) fn of(ground: &Ground<'_>, known: &[Known<'_>]) -> Pool {
    let Some(grants) = ground.case.directory.grants.as_deref() else {
        return Pool::default();
    };
    let grants = Grants::of(grants);
    let seers: Vec<BTreeSet<u32>> = known
        .iter()
        .map(|record| grants.seers(ground, record))
        .collect();
    let datable = |record: &Known<'_>| !record.dating.is_empty();
    let witnesses = known
        .iter()
        .zip(&seers)
        .filter(|(record, seers)| seers.is_empty() && datable(record));
    let mut by_account: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for (record, seers) in seers.iter().enumerate() {
        for account in seers {
            by_account.entry(*account).or_default().insert(record);
        }
    }
    Pool {
        judged: true,
        witnesses: witnesses.map(|(record, _)| record.record.row).collect(),
        coverable: seers.iter().filter(|seers| !seers.is_empty()).count(),
        packing: packing(&seers),
        greedy: greedy(&by_account),
        most: by_account.values().map(BTreeSet::len).max().unwrap_or(0),
    }
}

/// How many accounts it takes to be shown all records that somebody was shown: at least, and enough.
pub(super) fn needed(seers: &[BTreeSet<u32>]) -> (usize, usize) {
    let mut by_account: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for (record, seers) in seers.iter().enumerate() {
        for account in seers {
            by_account.entry(*account).or_default().insert(record);
        }
    }
    (packing(seers), greedy(&by_account))
}

/// Whether each record was in the scope of any of these accounts while it may have been taken; nobody's without grants.
pub(super) fn visible_to(
    ground: &Ground<'_>,
    known: &[Known<'_>],
    accounts: &BTreeSet<&str>,
) -> Vec<bool> {
    let grants = ground.case.directory.grants.as_deref().unwrap_or_default();
    let grants = Grants::of(grants);
    let numbers: BTreeSet<u32> = accounts
        .iter()
        .filter_map(|account| grants.names.get(account).copied())
        .collect();
    let one = |record: &Known<'_>| !grants.seers(ground, record).is_disjoint(&numbers);
    known.iter().map(one).collect()
}

/// Records of which no two share an account, taken from the rarest on.
fn packing(seers: &[BTreeSet<u32>]) -> usize {
    let mut order: Vec<&BTreeSet<u32>> = seers.iter().filter(|seers| !seers.is_empty()).collect();
    order.sort_by_key(|seers| seers.len());
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    let mut packed = 0;
    for seers in order {
        if seers.iter().all(|account| !taken.contains(account)) {
            taken.extend(seers);
            packed += 1;
        }
    }
    packed
}

/// How many accounts the greedy cover takes.
fn greedy(by_account: &BTreeMap<u32, BTreeSet<usize>>) -> usize {
    let mut left: BTreeSet<usize> = by_account.values().flatten().copied().collect();
    let mut sets: Vec<&BTreeSet<usize>> = by_account.values().collect();
    let mut used = 0;
    while !left.is_empty() {
        sets.sort_by_cached_key(|set| {
            std::cmp::Reverse(set.iter().filter(|record| left.contains(record)).count())
        });
        let Some(best) = sets.first() else {
            return used;
        };
        best.iter().for_each(|record| {
            left.remove(record);
        });
        // Only the best few can be the best next time in a sorted list; the rest is sorted again then.
        used += 1;
    }
    used
}

/// Accounts to which a logged answer showed a record while it may have been taken: number, route, how sure.
pub(super) fn seen_by(ground: &Ground<'_>, known: &Known<'_>) -> BTreeMap<(u32, u16), Certainty> {
    let mut seen = BTreeMap::new();
    for thing in &known.things {
        let from = ground
            .sightings
            .partition_point(|sighting| sighting.thing < *thing);
        let own = ground.sightings[from..]
            .iter()
            .take_while(|sighting| sighting.thing == *thing);
        for sighting in own {
            let in_time = known.dating.iter().any(|(from, until)| {
                from.is_none_or(|from| sighting.last >= from)
                    && until.is_none_or(|until| sighting.first < until)
            });
            if in_time || known.dating.is_empty() {
                let key = (sighting.account, sighting.route);
                let certainty: &mut Certainty = seen.entry(key).or_insert(sighting.certainty);
                *certainty = sighting.certainty.max(*certainty);
            }
        }
    }
    seen
}

/// Accounts by the guilty-agent model: 1 − Π over their records of (1 − (1 − elsewhere) / number that were shown it).
pub(super) fn ranking(ground: &Ground<'_>, known: &[Known<'_>]) -> Vec<(u32, u64, f64)> {
    let mut innocent: BTreeMap<u32, (u64, f64)> = BTreeMap::new();
    for record in known {
        let accounts: BTreeSet<u32> = seen_by(ground, record)
            .into_keys()
            .map(|(account, _)| account)
            .collect();
        let share = (1.0 - ELSEWHERE) / accounts.len().max(1) as f64;
        for account in accounts {
            let entry = innocent.entry(account).or_insert((0, 0.0));
            entry.0 += 1;
            entry.1 += (1.0 - share).ln();
        }
    }
    let mut ranked: Vec<(u32, u64, f64)> = innocent
        .into_iter()
        .map(|(account, (records, log))| (account, records, 1.0 - log.exp()))
        .collect();
    ranked.sort_by(|a, b| b.2.total_cmp(&a.2).then(b.1.cmp(&a.1)).then(a.0.cmp(&b.0)));
    ranked.truncate(RANKED);
    ranked
}
