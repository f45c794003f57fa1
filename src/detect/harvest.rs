//! Harvest in its simple form: an account fetches, one by one and in one go, nearly all that it may see.
//!
//! No breach by itself; the raw material of a pool. A person opens a few cards at a time; an application
//! fetches ahead what one page lists, then asks for the next page; an export asks for containers; a declared
//! service account is never called a harvester; whoever works with few people has opened all of their cards after some days.
//! So what counts is the longest run of single requests that neither a page nor a night interrupts.

use super::contacts::{Contact, Place};
use super::{Explanation, Facts, Signal};
use crate::words::HOUR;
use serde::{Deserialize, Serialize};

/// Fewest objects in one go that make a harvest: twice the longest usual page.
pub const THRESHOLD: u32 = 50;
/// Share of what the account may see that it must have collected.
const NEARLY_ALL: f64 = 0.8;
/// Share of what it collected that must have come in one go.
const AT_ONCE: f64 = 0.6;

/// A pause between two days' work.
const NIGHT: i64 = 8 * HOUR;

/// What an account collected of what it may see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Collected {
    /// Distinct objects in scope that it asked for by ID and got.
    pub objects: u32,
    /// Most of them in a run that neither a page nor a night interrupts.
    pub at_once: u32,
    /// Whether the account is declared as a service.
    pub service: bool,
}

pub(super) fn collected(contacts: &[Contact<'_>]) -> Collected {
    let inside = |c: &&Contact<'_>| !c.container && c.place == Place::Inside && c.disclosed;
    let objects: Vec<&Contact<'_>> = contacts.iter().filter(inside).collect();
    let runs = objects.chunk_by(|a, b| goes_on(a, b));
    let single = |run: &[&Contact<'_>]| run.iter().filter(|contact| contact.batch == 1).count();
    let at_once = runs.map(single).max().unwrap_or(0);
    Collected {
        objects: objects.len() as u32,
        at_once: at_once as u32,
        service: contacts
            .iter()
            .any(|c| c.explained == Some(Explanation::DeclaredService)),
    }
}

/// Whether two contacts in a row are of one run.
fn goes_on(one: &Contact<'_>, next: &Contact<'_>) -> bool {
    let pause = next.at.0.saturating_sub(one.at.0);
    one.pages_before == next.pages_before && pause < NIGHT
}

/// The requests of the longest such run, by their place in the account's sequence.
pub fn run(contacts: &[Contact<'_>]) -> Vec<u32> {
    let inside = |c: &&Contact<'_>| !c.container && c.place == Place::Inside && c.disclosed;
    let objects: Vec<&Contact<'_>> = contacts.iter().filter(inside).collect();
    let runs = objects.chunk_by(|a, b| goes_on(a, b));
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    longest.iter().map(|contact| contact.access).collect()
}

/// Whether that is a harvest.
pub fn is_harvest(facts: &Facts, reachable: u64) -> bool {
    signal(facts, reachable).fired
}

pub(super) fn signal(facts: &Facts, reachable: u64) -> Signal {
    let Collected {
        objects,
        at_once,
        service,
    } = facts.collected;
    let nearly_all = f64::from(objects) >= NEARLY_ALL * reachable as f64;
    let in_one_go = f64::from(at_once) >= AT_ONCE * f64::from(objects);
    if at_once < THRESHOLD {
        return Signal::at_least(
            "harvest",
            f64::from(at_once),
            f64::from(THRESHOLD),
            "objects in scope asked for one by one in a run that neither a page nor a night interrupts",
        );
    }
    let mut signal = Signal::at_least(
        "harvest",
        f64::from(at_once),
        f64::from(THRESHOLD),
        format!(
            "objects in scope asked for one by one in a run that neither a page nor a night interrupts; {objects} in all of \
             {reachable} that it may see (at least {NEARLY_ALL} needed), the run holds {:.2} of them (at least \
             {AT_ONCE} needed)",
            f64::from(at_once) / f64::from(objects.max(1))
        ),
    );
    signal.fired &= nearly_all && in_one_go && !service;
    signal
}
