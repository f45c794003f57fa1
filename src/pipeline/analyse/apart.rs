//! Accounts that are looked at apart from all others, on another machine: the look itself is `scan`'s; here it is put
//! into bytes, and these are put together again.
//!
//! Of an account that nothing speaks against its sequence is asked for no more: the days on which it was active are all
//! that a later step may want of it. Labels that are learned from all accounts must be known before the look, so a case
//! that may use them is not judged apart ([`together`]).

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::records::Records;
use super::BATCH;
use super::calm::is_calm;
use super::common::Common;
use super::crowd::Active;
use super::learn::{Unknown, Visit, Visits, Voters};
use super::look::{First, Looked};
use super::measure::day;
use super::sift::Sift;
use super::tools::Tools;
use super::watch::Watch;
use crate::case::{Case, Thresholds};
use crate::scope::{Atlas, FileOf, Homes, Scope};
use crate::sequence::{Access, Accesses, Sequences, Spill};

/// Accesses that are looked at together, unless one account has more.
const AT_ONCE: usize = 1 << 17;

/// What the look at one account gives, wherever it is done.
#[derive(Serialize, Deserialize)]
struct Told {
    looked: Looked,
    visit: Visit,
    /// Days with an access, from the epoch.
    days: Vec<i32>,
}

/// What goes to where all accounts are put together.
pub struct Seen {
    /// The account's number.
    pub number: u32,
    /// What was found, as bytes.
    pub told: Vec<u8>,
    /// Its accesses, where something may speak against it; else none.
    pub kept: Vec<Access>,
}

/// Accounts that were looked at apart, put together.
pub struct Returned {
    pub(super) common: Common,
    pub(super) first: First,
    pub(super) visits: Visits,
    pub(super) active: Active,
    /// Accesses of accounts that something may speak against.
    pub(super) kept: Accesses,
}

/// Why accounts of a case cannot be judged apart; nothing where they can.
pub fn together(case: &Case) -> Option<&'static str> {
    let directory = &case.directory;
    let votes = directory.accounts.is_some() || directory.grants.is_some();
    (directory.objects.is_none() && votes).then_some(
        "the case has no table of objects, so whose they are is learned from all accounts together",
    )
}

/// Looks at accounts. `next` gives all accesses that stand under one key, in order, with the numbers that names have in
/// `common`; `give` gets what came of each account.
///
/// # Errors
/// Those of `next` and `give`.
pub fn look_apart<E>(
    case: &Case,
    atlas: &Atlas<'_>,
    common: &Common,
    files: &[FileOf],
    next: &mut dyn FnMut() -> Result<Option<Vec<Access>>, E>,
    give: &mut dyn FnMut(Seen) -> Result<(), E>,
) -> Result<(), E> {
    let tools = Tools::of(case, atlas, common);
    let who = common.people.who(&case.directory, &common.names, files);
    let mut sift = Sift::of(case, &common.names, &common.people);
    let mut scope = Scope::new(case, atlas, Homes::told(atlas));
    let voters = Voters::default();
    let unknown = Unknown::of(&tools.class(case, atlas, common));
    let watch = Watch::of(&tools.worker(case, common, (&scope, None, &voters)));
    loop {
        let mut batch: Vec<(u32, Vec<Access>)> = Vec::new();
        let mut held = 0;
        while held < AT_ONCE
            && let Some(group) = next()?
        {
            held += group.len();
            batch.extend(parted(group, |access| {
                let who = who(access);
                sift.takes(who, access, true).then_some(who)
            }));
        }
        if held == 0 {
            return Ok(());
        }
        for (number, accesses) in &batch {
            let person = common.people.person(*number);
            let homes = scope.homes();
            if let Some(home) = homes.inferred(atlas, &person, accesses, tools.things()) {
                homes.add(person.name, home);
            }
        }
        let worker = tools.worker(case, common, (&scope, None, &voters));
        let class = tools.class(case, atlas, common);
        let late_from = common.late_from(case);
        let seen: Vec<Seen> = batch
            .into_par_iter()
            .map(|(number, accesses)| {
                let visit = class.visit((number, &accesses), &scope, &unknown);
                let one = (usize::MAX, number, &accesses[..]);
                let looked = Looked::at(&worker, &watch, late_from, one);
                told(looked, visit, accesses, &case.thresholds)
            })
            .collect();
        seen.into_iter().try_for_each(&mut *give)?;
    }
}

/// The accesses under one key by who made them: an address may have been an account's only sometimes.
fn parted(
    group: Vec<Access>,
    mut who: impl FnMut(&Access) -> Option<u32>,
) -> BTreeMap<u32, Vec<Access>> {
    let mut parted: BTreeMap<u32, Vec<Access>> = BTreeMap::new();
    for access in group {
        if let Some(actor) = who(&access) {
            parted
                .entry(actor)
                .or_default()
                .push(Access { actor, ..access });
        }
    }
    parted
}

fn told(looked: Looked, visit: Visit, accesses: Vec<Access>, limits: &Thresholds) -> Seen {
    let number = looked.one.outcome.number;
    let calm = is_calm(&looked.one, limits);
    let mut days: Vec<i32> = accesses
        .iter()
        .map(|access| day(access.time) as i32)
        .collect();
    days.dedup();
    let told = Told {
        looked,
        visit,
        days,
    };
    Seen {
        number,
        // Nothing of it cannot be written: no map without keys, no sequence of unknown length.
        told: postcard::to_stdvec(&told).unwrap_or_default(),
        kept: if calm { Vec::new() } else { accesses },
    }
}

impl Returned {
    /// Puts accounts together, in the order of their numbers; `None` where bytes are not what was written, an account is
    /// missing or comes twice, or the accesses of one that something may speak against did not come with it.
    pub fn of(
        case: &Case,
        common: Common,
        mut rows: Vec<(u32, Vec<u8>)>,
        kept: Accesses,
    ) -> Option<Returned> {
        rows.sort_unstable_by_key(|one| one.0);
        if rows.windows(2).any(|two| two[0].0 == two[1].0) {
            return None;
        }
        let mut first = First::default();
        let mut visits = Visits::default();
        let mut active = HashMap::with_capacity(rows.len());
        for batch in rows.chunks(BATCH.0) {
            let read: Vec<Option<Told>> = batch
                .par_iter()
                .map(|(_, bytes)| postcard::from_bytes(bytes).ok())
                .collect();
            for ((number, _), told) in batch.iter().zip(read) {
                let told = told.filter(|told| told.looked.one.outcome.number == *number)?;
                first.take(told.looked, &case.thresholds);
                visits.add(told.visit);
                active.insert(*number, told.days.into_boxed_slice());
            }
        }
        let mut beside: HashMap<u32, u64> = HashMap::new();
        for access in kept.iter() {
            *beside.entry(access.actor).or_default() += 1;
        }
        let whole = first.measured.iter().all(|one| {
            let found = beside.remove(&one.outcome.number);
            found.unwrap_or(0) == one.outcome.accesses
        });
        let all = whole && beside.is_empty() && first.accesses() == common.taken;
        all.then_some(Returned {
            common,
            first,
            visits,
            active: Active::Told(active),
            kept,
        })
    }

    /// Tells accounts where their sequences stand. All do, unless the disk failed, which the spill then knows.
    pub(super) fn place(first: &mut First, sequences: &Sequences, spill: &Spill) {
        let all = std::mem::replace(&mut first.measured, Records::new(spill));
        for mut one in all.into_each() {
            if let Some(place) = sequences.place(one.outcome.number) {
                one.sequence = place;
                first.measured.push(one);
            }
        }
    }
}
