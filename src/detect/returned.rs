//! What foreign pages returned: a whole address book leaves in one request that no rate rule sees, so the things
//! on the pages are counted and not the requests (METHODS.md, finding 1).

use std::collections::BTreeSet;

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;
use crate::scope::{Thing, Touched};
use crate::sequence::Access;
use crate::words::Certainty;

/// Distinct things beyond scope that unexplained foreign pages returned.
pub(super) fn things(contacts: &[Contact<'_>], touched: &Touched, accesses: &[Access]) -> u32 {
    let foreign = contacts.iter().filter(|c| c.container && c.unexplained());
    let foreign: BTreeSet<u32> = foreign.map(|contact| contact.asked).collect();
    let returned = touched.touches.iter().filter(|touch| {
        touch.listed
            && touch.standing.is_beyond()
            && touch.certainty > Certainty::Nothing
            && foreign.contains(&accesses[touch.access as usize].container)
    });
    let things: BTreeSet<Thing> = returned.map(|touch| touch.thing).collect();
    things.len() as u32
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "returned",
        f64::from(facts.returned),
        limits.returned,
        "things beyond scope that foreign containers returned, whatever the number of requests"
            .to_owned(),
    )
    .unless_common(peers, limits)
}
