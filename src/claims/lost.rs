//! Runs of requests in which a log that names accounts names none, though many of the same addresses have one at other times:
//! it is the log that lacks them. Taken by the letter, everything in such a run would be beyond every scope; nothing is proven
//! by what a log lost.

use std::collections::{BTreeMap, BTreeSet};

use super::reading::{Request, Requests, Who};

/// Addresses with accounts at other times that a run must hold: whoever comes without an account is one or a few.
const ADDRESSES: usize = 10;

/// Which addresses a source names an account for, and which source a file is of.
#[derive(Debug, Default)]
pub(super) struct Named {
    clients: BTreeMap<usize, BTreeSet<Vec<u8>>>,
    sources: BTreeMap<u32, usize>,
}

impl Named {
    /// A request for a route whose line names an account.
    pub(super) fn note(&mut self, source: usize, client: &[u8]) {
        let own = self.clients.entry(source).or_default();
        if !own.contains(client) {
            own.insert(client.to_vec());
        }
    }

    /// A file of a source.
    pub(super) fn file(&mut self, file: u32, source: usize) {
        self.sources.insert(file, source);
    }

    /// Places of the requests, which stand in order of time, whose account the log lost.
    pub(super) fn lost(&self, requests: &Requests) -> Vec<usize> {
        let mut runs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut lost = Vec::new();
        for (at, request) in requests.all.iter().enumerate() {
            let Some(source) = self.sources.get(&request.file) else {
                continue;
            };
            let run = runs.entry(*source).or_default();
            match requests.who(request.who) {
                Who::Anonymous(_) => run.push(at),
                Who::Account(_) => self.close(requests, *source, run, &mut lost),
                Who::Unattributed(_) => {}
            }
        }
        for (source, mut run) in runs {
            self.close(requests, source, &mut run, &mut lost);
        }
        lost
    }

    /// Ends a run.
    fn close(
        &self,
        requests: &Requests,
        source: usize,
        run: &mut Vec<usize>,
        lost: &mut Vec<usize>,
    ) {
        let run = std::mem::take(run);
        if run.len() < ADDRESSES {
            return;
        }
        let named = self.clients.get(&source);
        let client = |request: &Request| match requests.who(request.who) {
            Who::Anonymous(name) if named.is_some_and(|named| named.contains(name)) => {
                Some(request.who)
            }
            _ => None,
        };
        let known: BTreeSet<u32> = run
            .iter()
            .filter_map(|at| client(&requests.all[*at]))
            .collect();
        if known.len() >= ADDRESSES {
            lost.extend(run);
        }
    }
}
