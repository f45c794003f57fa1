//! Requests without an account in a source that has accounts. By the contract they are beyond every scope, and so are all of a
//! house behind a proxy that hides who is signed in: it is said how many they are and where they come from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::coverage::SourceFacts;
use crate::pipeline::Input;
use crate::route::extract::Part;
use crate::sequence::text;

/// Of so many accesses, and of as many in a source, one without an account is worth a word.
const FEW: u64 = 50;
const ONE_IN: u64 = 20;

/// What was seen of one source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Nobody {
    answered: u64,
    nobodys: u64,
    /// The address that most of them come from, and how many.
    most: (Vec<u8>, u64),
}

/// By source.
pub(super) type BySource = BTreeMap<usize, Nobody>;

/// Counts answered accesses with and without an account, where a source has both.
pub(super) fn look(inputs: &[Input], sources: &[SourceFacts], all: &Part) -> BySource {
    let both = |source: usize| {
        let facts = &sources[source];
        facts.has_accounts && facts.tally.with_account < facts.tally.records
    };
    if !(0..sources.len()).any(both) {
        return BySource::new();
    }
    let mut found = BySource::new();
    let mut clients: BTreeMap<(usize, u32), u64> = BTreeMap::new();
    let answered = |status: u16| matches!(status, 0 | 200 | 203 | 206);
    for access in all.accesses.iter().filter(|access| answered(access.status)) {
        let source = inputs.get(access.file as usize).map(|input| input.source);
        let Some(source) = source.filter(|source| both(*source)) else {
            continue;
        };
        let own = found.entry(source).or_default();
        own.answered += 1;
        if all.names.actors.name(access.actor).starts_with(b"c") {
            own.nobodys += 1;
            *clients.entry((source, access.client)).or_default() += 1;
        }
    }
    for (source, own) in &mut found {
        let theirs = clients.range((*source, 0)..=(*source, u32::MAX));
        let most = theirs.max_by_key(|((_, client), n)| (**n, std::cmp::Reverse(*client)));
        if let Some(((_, client), n)) = most {
            own.most = (all.names.clients.name(*client).into_owned(), *n);
        }
    }
    found
}

/// What to say of it.
pub(super) fn remarks(case: &Case, found: &BySource) -> Vec<String> {
    let some = found
        .iter()
        .filter(|(_, one)| one.nobodys >= FEW && one.nobodys * ONE_IN >= one.answered);
    let said = some.filter_map(|(source, one)| {
        Some(format!(
            "{} of {} answered accesses in source \"{}\" name no account, {} of them from {}: by that they are beyond every \
             scope, as of somebody who is not signed in; if the log hides there who was (a proxy, a single sign-on, a part \
             of the platform), ask for one that tells",
            one.nobodys,
            one.answered,
            case.sources.get(*source)?.name,
            one.most.1,
            text(&one.most.0),
        ))
    });
    said.collect()
}
