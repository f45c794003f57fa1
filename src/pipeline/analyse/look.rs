//! The first look at every account, alone: what it gives, and how that of all accounts is put together. The look is the
//! same whether all accounts are here (`scan`) or each is looked at somewhere else ([`super::apart`]).

use std::collections::HashSet;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::records::Records;
use super::super::shelf::Looks;
use super::BATCH;
use super::calm::Calms;
use super::measure::{Measured, Worker};
use super::watch::{Watch, WatchedSoFar, Watching};
use crate::case::Thresholds;
use crate::detect::hand;
use crate::scope::PersonKind;
use crate::sequence::{Access, Sequences, Spill};
use crate::words::Stamp;

/// What the look at one account gives.
#[derive(Serialize, Deserialize)]
pub(super) struct Looked {
    pub one: Measured,
    /// Addresses that it uses.
    clients: Vec<u32>,
    watching: Watching,
    /// Its accesses since the directory changed last.
    late: u64,
}

/// What the first look at every account gives.
#[derive(Default)]
pub(super) struct First {
    /// Accounts that something may speak against, in the order of the sequences.
    pub measured: Records<Measured>,
    pub calm: Calms,
    /// Which addresses the accounts use.
    addresses: hand::Addresses,
    /// Addresses of those in `measured`.
    asked: HashSet<u32>,
    pub watching: WatchedSoFar,
    /// Accesses since the directory changed last, and all.
    late: (u64, u64),
}

impl Looked {
    /// Looks at one account; `late_from`: when the directory changed last within the logs.
    pub fn at(
        worker: &Worker<'_>,
        watch: &Watch,
        late_from: Option<Stamp>,
        (index, number, accesses): (usize, u32, &[Access]),
    ) -> Looked {
        let one = worker.measure((index, number, accesses));
        let late = late_from.map_or(accesses.len(), |from| {
            accesses.partition_point(|access| access.time < from)
        });
        Looked {
            clients: hand::clients(accesses),
            watching: watch.look(worker, (number, accesses)),
            late: (accesses.len() - late) as u64,
            one,
        }
    }
}

impl First {
    /// Looks at all accounts here, but for those that an earlier scan has looked at.
    pub fn of(
        worker: &Worker<'_>,
        sequences: &Sequences,
        late_from: Option<Stamp>,
        (spill, mut looks): (&Spill, Option<Looks>),
    ) -> First {
        let watch = Watch::of(worker);
        let mut first = First {
            measured: Records::new(spill),
            ..First::default()
        };
        let mut before = Vec::new();
        let mut until = match &mut looks {
            Some(looks) => first.take_kept(looks, worker, sequences),
            None => 0,
        };
        while until < sequences.len() {
            let from = until;
            until = sequences.batch(from, BATCH.0, BATCH.1);
            let batch = from..until;
            let look = |index| {
                let (number, accesses) = sequences.sequence(index);
                Looked::at(worker, &watch, late_from, (index, number, &accesses))
            };
            // What the last accounts gave is taken in beside the look at the next.
            let (batch, ()) = rayon::join(
                || batch.into_par_iter().map(look).collect(),
                || first.take_all(std::mem::take(&mut before), worker, &mut looks),
            );
            before = batch;
        }
        first.take_all(before, worker, &mut looks);
        first
    }

    fn take_all(&mut self, batch: Vec<Looked>, worker: &Worker<'_>, looks: &mut Option<Looks>) {
        if let Some(open) = looks.take_if(|_| !batch.is_empty()) {
            let bytes = postcard::to_stdvec(&batch).ok();
            *looks = bytes.and_then(|bytes| open.put(&bytes));
        }
        for one in batch {
            self.take(one, &worker.case.thresholds);
        }
    }

    /// Takes in what an earlier scan kept; how many accounts that was.
    fn take_kept(
        &mut self,
        looks: &mut Looks,
        worker: &Worker<'_>,
        sequences: &Sequences,
    ) -> usize {
        let mut until = 0;
        loop {
            let pieces = looks.next();
            let batches: Vec<Option<Vec<Looked>>> =
                pieces.par_iter().map(|piece| piece.read()).collect();
            if batches.is_empty() {
                return until;
            }
            for (piece, batch) in pieces.iter().zip(batches) {
                let Some(mut batch) = batch.filter(|batch| !batch.is_empty()) else {
                    return until;
                };
                let fits = |(one, index): (&Looked, usize)| {
                    sequences.account(index) == Some(one.one.outcome.number)
                };
                if !batch.iter().zip(until..).all(fits) {
                    return until;
                }
                for one in &mut batch {
                    one.one.sequence = until;
                    until += 1;
                }
                looks.took(piece);
                self.take_all(batch, worker, &mut None);
            }
        }
    }

    /// Takes in the look at one account more; accounts come in the order of their numbers.
    pub fn take(&mut self, looked: Looked, limits: &Thresholds) {
        self.late.0 += looked.late;
        self.late.1 += looked.one.outcome.accesses;
        // An address without an account is nobody's.
        if looked.one.outcome.person.kind == PersonKind::Account {
            self.addresses.add(&looked.clients);
        }
        self.watching.absorb(looked.watching);
        if let Some(kept) = self.calm.take(looked.one, limits) {
            self.asked.extend(looked.clients);
            self.measured.push(kept);
        }
    }

    /// How many accounts use each address of those in `measured`.
    pub fn clients(&mut self) -> hand::Clients {
        let asked = std::mem::take(&mut self.asked);
        std::mem::take(&mut self.addresses).count(asked)
    }

    /// The share of all accesses that were made since the directory changed last.
    pub fn late(&self) -> f64 {
        self.late.0 as f64 / self.late.1.max(1) as f64
    }

    /// How many accesses all of them made.
    pub fn accesses(&self) -> u64 {
        self.late.1
    }
}
