//! Paging: foreign containers read page by page, one behind the other; a person looks at the first.

use std::collections::{BTreeMap, BTreeSet};

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;
use crate::scope::Touched;
use crate::sequence::{Access, NONE};

/// Pages that follow each other from which a container counts as read through.
const RUN: usize = 3;

/// Pages of unexplained foreign containers that stand in runs of at least [`RUN`].
pub(super) fn pages(contacts: &[Contact<'_>], touched: &Touched, accesses: &[Access]) -> u32 {
    let foreign = contacts.iter().filter(|c| c.container && c.unexplained());
    let foreign: BTreeSet<u32> = foreign.map(|contact| contact.asked).collect();
    let mut seen: BTreeMap<u32, BTreeSet<(u32, u32)>> = BTreeMap::new();
    for page in &touched.pages {
        let access = &accesses[page.access as usize];
        if access.skip != NONE && access.take != NONE && foreign.contains(&page.container) {
            let pages = seen.entry(page.container).or_default();
            pages.insert((access.skip, access.take));
        }
    }
    let runs = seen.into_values().flat_map(|pages| {
        let pages: Vec<(u32, u32)> = pages.into_iter().collect();
        let next = |a: &(u32, u32), b: &(u32, u32)| a.0.checked_add(a.1) == Some(b.0);
        let lengths: Vec<usize> = pages.chunk_by(next).map(<[_]>::len).collect();
        lengths
    });
    runs.filter(|run| *run >= RUN).sum::<usize>() as u32
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "paging",
        f64::from(facts.pages),
        limits.paging,
        "pages of foreign containers that follow each other; a person looks at the first or turns one over",
    )
    .unless_common(peers, limits)
}
