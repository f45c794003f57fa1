//! Stretches in which a log names no account any more, though it did before or does again: a format that was changed, a
//! proxy that strips a header. A line without an account is beyond every scope where accounts are named (CASE.md §2);
//! there it says nothing of who asked.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};

use super::people::FileOf;
use crate::sequence::{Access, Accesses, Names};
use crate::words::Stamp;

/// Clients with accounts at other times that a stretch must hold: an attacker without an account is one or a few.
const CLIENTS: usize = 10;
/// −ln of the chance that these clients sent so many requests without an account, as they do at other times, from which
/// it is none: the same as for a silence that is a hole.
const ENOUGH: f64 = 20.0;

/// A stretch without accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnamed {
    /// Index of the source.
    pub source: usize,
    /// First and last request in it.
    pub span: (Stamp, Stamp),
    /// Requests for routes in it.
    pub requests: u64,
    /// Clients in it that had accounts at other times.
    pub clients: usize,
}

/// A request without an account.
struct Bare {
    /// Its place among all accesses.
    at: usize,
    order: (Stamp, u32, u64),
    client: u32,
}

/// What is known of a source's requests.
#[derive(Default)]
struct Requests {
    bare: Vec<Bare>,
    /// Of each client: requests with an account, and all.
    named: HashMap<u32, (u64, u64)>,
}

/// Finds them; file and line of their accesses.
pub(super) fn find(
    accesses: &Accesses,
    names: &Names,
    files: &[FileOf],
) -> (Vec<Unnamed>, BTreeSet<(u32, u64)>) {
    let source = |access: &Access| {
        let file = files.get(access.file as usize)?;
        file.has_accounts.then_some(file.source)
    };
    let bare: Vec<bool> = (0..names.actors.len() as u32)
        .map(|actor| names.actors.name(actor).first() == Some(&b'c'))
        .collect();
    let is_bare = |access: &Access| bare.get(access.actor as usize) == Some(&true);
    if !bare.contains(&true) {
        return (Vec::new(), BTreeSet::new());
    }
    // Most logs have hardly any, and then nothing more is asked.
    let mut bares: BTreeMap<usize, usize> = BTreeMap::new();
    accesses.visit(|_, access| {
        if is_bare(access)
            && let Some(source) = source(access)
        {
            *bares.entry(source).or_default() += 1;
        }
    });
    bares.retain(|_, bares| *bares >= CLIENTS);
    if bares.is_empty() {
        return (Vec::new(), BTreeSet::new());
    }
    let mut by_source: BTreeMap<usize, Requests> = BTreeMap::new();
    accesses.visit(|at, access| {
        let Some(source) = source(access).filter(|source| bares.contains_key(source)) else {
            return;
        };
        let own = by_source.entry(source).or_default();
        let client = own.named.entry(access.client).or_default();
        client.1 += 1;
        if is_bare(access) {
            own.bare.push(Bare {
                at,
                order: access.order(),
                client: access.client,
            });
        } else {
            client.0 += 1;
        }
    });
    for own in by_source.values_mut() {
        own.bare.sort_by_key(|bare| (bare.order, bare.at));
    }
    // Between which of them a request with an account stands.
    let mut parted: BTreeMap<usize, HashSet<usize>> = BTreeMap::new();
    accesses.visit(|at, access| {
        if let Some(source) = source(access)
            && !is_bare(access)
            && let Some(own) = by_source.get(&source)
        {
            let key = (access.order(), at);
            let behind = own.bare.partition_point(|bare| (bare.order, bare.at) < key);
            parted.entry(source).or_default().insert(behind);
        }
    });
    let (mut found, mut places) = (Vec::new(), BTreeSet::new());
    for (source, own) in by_source {
        let cuts = parted.remove(&source).unwrap_or_default();
        let mut from = 0;
        for until in 1..=own.bare.len() {
            if until < own.bare.len() && !cuts.contains(&until) {
                continue;
            }
            let run = &own.bare[from..until];
            from = until;
            if run.len() >= CLIENTS
                && let Some(clients) = lost(run, &own.named)
            {
                found.push(Unnamed {
                    source,
                    span: (run[0].order.0, run[run.len() - 1].order.0),
                    requests: run.len() as u64,
                    clients,
                });
                places.extend(run.iter().map(|bare| (bare.order.1, bare.order.2)));
            }
        }
    }
    (found, places)
}

/// How many clients of a run are named at other times, if it is no accident that none is in it.
fn lost(run: &[Bare], named: &HashMap<u32, (u64, u64)>) -> Option<usize> {
    let mut inside: BTreeMap<u32, u64> = BTreeMap::new();
    for bare in run {
        *inside.entry(bare.client).or_default() += 1;
    }
    let known: Vec<(u64, u64, u64)> = inside
        .iter()
        .filter_map(|(client, inside)| {
            let (with, all) = named.get(client)?;
            (*with > 0).then_some((*with, all - inside, *inside))
        })
        .collect();
    let sum = |of: fn(&(u64, u64, u64)) -> u64| known.iter().map(of).sum::<u64>() as f64;
    let usual = (sum(|one| one.0) / sum(|one| one.1).max(1.0)).min(0.999);
    let evidence = -(1.0 - usual).ln() * sum(|one| one.2);
    (known.len() >= CLIENTS && evidence >= ENOUGH).then_some(known.len())
}
