//! Stretches in which a log names no account any more, though it did before or does again: a format that was changed, a
//! proxy that strips a header. A line without an account is beyond every scope where accounts are named (CASE.md §2);
//! there it says nothing of who asked.

use std::collections::{BTreeMap, BTreeSet};

use super::people::FileOf;
use crate::sequence::{Access, Names};
use crate::words::Stamp;

/// Clients with accounts at other times that a stretch must hold: an attacker without an account is one or a few.
const CLIENTS: usize = 10;
/// −ln of the chance that these clients sent so many requests without an account, as they do at other times, from which
/// it is none: the same as for a silence that is a hole.
const ENOUGH: f64 = 20.0;

/// A stretch without accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Finds them; the places of their accesses among all.
pub(super) fn find(
    accesses: &[Access],
    names: &Names,
    files: &[FileOf],
) -> (Vec<Unnamed>, BTreeSet<usize>) {
    let mut by_source: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, access) in accesses.iter().enumerate() {
        if let Some(file) = files.get(access.file as usize).filter(|f| f.has_accounts) {
            by_source.entry(file.source).or_default().push(at);
        }
    }
    let bare = |at: &usize| names.actors.name(accesses[*at].actor).first() == Some(&b'c');
    let (mut found, mut places) = (Vec::new(), BTreeSet::new());
    for (source, mut own) in by_source {
        own.sort_by_key(|at| accesses[*at].order());
        let mut named: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        for at in &own {
            let entry = named.entry(accesses[*at].client).or_default();
            entry.0 += u64::from(!bare(at));
            entry.1 += 1;
        }
        let runs = own.chunk_by(|a, b| bare(a) == bare(b));
        for run in runs.filter(|run| bare(&run[0]) && run.len() >= CLIENTS) {
            if let Some(clients) = lost(accesses, run, &named) {
                found.push(Unnamed {
                    source,
                    span: (accesses[run[0]].time, accesses[run[run.len() - 1]].time),
                    requests: run.len() as u64,
                    clients,
                });
                places.extend(run);
            }
        }
    }
    (found, places)
}

/// How many clients of a run are named at other times, if it is no accident that none is in it.
fn lost(accesses: &[Access], run: &[usize], named: &BTreeMap<u32, (u64, u64)>) -> Option<usize> {
    let mut inside: BTreeMap<u32, u64> = BTreeMap::new();
    for at in run {
        *inside.entry(accesses[*at].client).or_default() += 1;
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
