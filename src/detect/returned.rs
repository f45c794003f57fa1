//! What foreign pages returned: a whole address book leaves in one request that no rate rule sees, so the things
//! on the pages are counted and not the requests (METHODS.md, finding 1).
//!
//! A substitute opens the lists of a class or two a day, so a day and a life have thresholds of their own; and who
//! reads one tenant's lists only may be on the way to it (`moved`), which is left to breadth, paging and depth.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;
use crate::scope::{Thing, Touched};
use crate::sequence::Access;
use crate::words::{Certainty, DAY};

/// Lists of one tenant from which on reading them is no look around.
const LISTS: u32 = 5;

/// Things that unexplained foreign pages returned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// Distinct things over the whole life.
    pub life: u32,
    /// Most within any 24 hours, counted by their first return.
    pub day: u32,
    /// Distinct tenants of the containers.
    pub tenants: u32,
    /// Distinct containers.
    pub lists: u32,
}

/// Counts the things beyond scope that unexplained foreign pages returned.
pub(super) fn things(contacts: &[Contact<'_>], touched: &Touched, accesses: &[Access]) -> Returned {
    let foreign = contacts.iter().filter(|c| c.container && c.unexplained());
    let tenants: BTreeSet<_> = foreign.clone().filter_map(|c| c.controller).collect();
    let lists: BTreeSet<u32> = foreign.map(|contact| contact.asked).collect();
    let mut first: BTreeMap<Thing, i64> = BTreeMap::new();
    for touch in &touched.touches {
        let access = &accesses[touch.access as usize];
        let disclosed = touch.listed && touch.certainty > Certainty::Nothing;
        if disclosed && touch.standing.is_beyond() && lists.contains(&access.container) {
            first.entry(touch.thing).or_insert(access.time.0);
        }
    }
    let mut times: Vec<i64> = first.into_values().collect();
    times.sort_unstable();
    let within =
        |(from, at): (usize, &i64)| times[from..].partition_point(|other| other - at <= DAY) as u32;
    Returned {
        life: times.len() as u32,
        day: times.iter().enumerate().map(within).max().unwrap_or(0),
        tenants: tenants.len() as u32,
        lists: lists.len() as u32,
    }
}

pub(super) fn in_a_day(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    let Returned { day, lists, .. } = facts.returned;
    signal(
        ("returned", day, limits.returned),
        facts,
        format!(
            "things beyond scope that foreign containers ({lists} in all) returned within 24 hours"
        ),
    )
    .unless_common(peers, limits)
}

pub(super) fn in_a_life(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    let Returned { life, lists, .. } = facts.returned;
    signal(
        ("returned_in_all", life, limits.returned_in_all),
        facts,
        format!("things beyond scope that foreign containers ({lists} in all) returned over the whole life"),
    )
    .unless_common(peers, limits)
}

fn signal(
    (name, figure, threshold): (&'static str, u32, f64),
    facts: &Facts,
    what: String,
) -> Signal {
    let mut signal = Signal::at_least(
        name,
        f64::from(figure),
        threshold,
        what + ", whatever the number of requests; of two tenants or five lists at least",
    );
    signal.fired &= facts.returned.tenants >= 2 || facts.returned.lists >= LISTS;
    signal
}
