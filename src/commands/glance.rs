//! What remarks about a scan need to know of its accesses, found once: a later scan that begins with kept sequences has no
//! accesses in the order of the files any more. What is made of it is left to `unnamed` and `remarks`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::unlisted::{self, Unlisted};
use super::unpaged::{self, Unpaged};
use super::{Ending, doubled, nobody, unnamed};
use crate::case::Case;
use crate::coverage::SourceFacts;
use crate::format::{Proxies, is_private};
use crate::pipeline::Input;
use crate::route::extract::Part;
use crate::sequence::NONE;

/// The busiest private address of each source: its name and its requests, by source.
pub(super) type Busiest = BTreeMap<usize, (Vec<u8>, u64)>;

/// What was found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Glance {
    /// Routes of which a request names what their `object` says, or their `container` where they have no other.
    pub named: BTreeSet<usize>,
    /// Routes whose requests name a container at least.
    pub contained: BTreeSet<usize>,
    /// From which more than half of a source's requests come, where nobody said whose word that is and most requests name
    /// for whom they were forwarded.
    pub busiest: Busiest,
    /// Requests that no route matches.
    pub unlisted: Unlisted,
    /// Requests of routes that have pages.
    pub unpaged: Unpaged,
    /// Lines that stand in two files.
    pub doubled: doubled::BySource,
    /// Requests without an account.
    pub nobody: nobody::BySource,
    /// Entries of the clients that the case excludes which some request bears.
    pub excluded: BTreeSet<String>,
}

impl Glance {
    /// Looks at the accesses, and at the beginnings of the logs.
    ///
    /// # Errors
    /// A log cannot be read again.
    pub fn of(
        case: &Case,
        inputs: &[Input],
        sources: &[SourceFacts],
        all: &Part,
    ) -> Result<Glance, Ending> {
        let mut glance = Glance {
            unlisted: unlisted::look(case, inputs)?,
            unpaged: unpaged::look(case, inputs)?,
            doubled: doubled::look(inputs, &all.accesses),
            nobody: nobody::look(inputs, sources, all),
            excluded: excluded(case, all),
            ..Glance::default()
        };
        // Mostly every route has named something within a few accesses.
        let asked = unnamed::requests(case, sources).into_keys();
        let mut open: BTreeSet<usize> =
            asked.filter(|route| unnamed::names(case, *route)).collect();
        let mut accesses = all.accesses.iter();
        while !open.is_empty()
            && let Some(access) = accesses.next()
        {
            let route = usize::from(access.route);
            // A container stands in for an object that a request may leave out, but not for one that none ever names.
            let by_container = access.container != NONE;
            if access.object != NONE || by_container && case.routes[route].object.is_none() {
                open.remove(&route);
                glance.named.insert(route);
            } else if by_container {
                glance.contained.insert(route);
            }
        }
        let forwarded = case.sources.iter().zip(sources).any(|(spec, facts)| {
            spec.trusted_proxies.is_none() && facts.tally.forwarded * 2 > facts.tally.routed
        });
        if forwarded {
            glance.busiest = busiest(inputs, all);
        }
        Ok(glance)
    }
}

fn excluded(case: &Case, all: &Part) -> BTreeSet<String> {
    let mut open: Vec<(&String, Proxies)> = Vec::new();
    for entry in &case.exclude_clients {
        let mut network = Proxies::default();
        let _ = network.trust(entry);
        open.push((entry, network));
    }
    let mut borne = BTreeSet::new();
    let mut asked = HashSet::new();
    let mut accesses = all.accesses.iter();
    while !open.is_empty()
        && let Some(access) = accesses.next()
    {
        if asked.insert(access.client) {
            let client = all.names.clients.name(access.client);
            open.retain(|(entry, network)| {
                let bears = entry.as_bytes() == &*client || network.hold(&client);
                if bears {
                    borne.insert((*entry).clone());
                }
                !bears
            });
        }
    }
    borne
}

fn busiest(inputs: &[Input], all: &Part) -> Busiest {
    let mut counts: BTreeMap<(usize, u32), u64> = BTreeMap::new();
    let mut sums: BTreeMap<usize, u64> = BTreeMap::new();
    let mut last = None;
    for access in all.accesses.iter() {
        // One request may be many accesses.
        let request = (access.file, access.offset);
        let Some(input) = inputs.get(access.file as usize) else {
            continue;
        };
        if last.replace(request) != Some(request) {
            *counts.entry((input.source, access.client)).or_default() += 1;
            *sums.entry(input.source).or_default() += 1;
        }
    }
    let most = counts.into_iter().filter_map(|((source, client), n)| {
        let client = all.names.clients.name(client);
        let is_most = n * 2 > *sums.get(&source)? && is_private(&client);
        is_most.then(|| (source, (client.into_owned(), n)))
    });
    most.collect()
}
