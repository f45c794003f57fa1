//! Harvest in its simple form: an account walks unbroken through nearly all that it may see.
//!
//! No breach by itself. A sync re-reads the same set on a schedule and a browser jumps about, so neither
//! is a walk of first contacts; a declared service account is never called a harvester.

use super::contacts::{Contact, Explanation, Place};
use super::order::best;
use super::{Facts, Signal};

/// Fewest objects in scope that make a harvest.
pub const THRESHOLD: u32 = 50;
/// Share of steps between first contacts that must follow the walk.
const ORDERLY: f64 = 0.5;

/// What an account collected of what it may see.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Collected {
    /// Distinct objects in scope that it asked for by ID and got.
    pub objects: u32,
    /// Steps of the most frequent stride among them.
    pub orderly_steps: u32,
    /// Whether the account is declared as a service.
    pub service: bool,
}

pub(super) fn collected(contacts: &[Contact<'_>]) -> Collected {
    let objects = contacts
        .iter()
        .filter(|c| !c.container && c.place == Place::Inside && c.disclosed);
    let inside = |c: &Contact<'_>| c.place == Place::Inside && c.disclosed;
    Collected {
        objects: objects.count() as u32,
        orderly_steps: best(contacts, |a, b| inside(a) && inside(b)).steps,
        service: contacts
            .iter()
            .any(|c| c.explained == Some(Explanation::DeclaredService)),
    }
}

pub(super) fn signal(facts: &Facts, reachable: u64) -> Signal {
    let Collected {
        objects,
        orderly_steps,
        service,
    } = facts.collected;
    let nearly_all = u64::from(objects) * 10 >= reachable * 8;
    let orderly = f64::from(orderly_steps) >= ORDERLY * f64::from(objects);
    let mut signal = Signal::at_least(
        "harvest",
        f64::from(objects),
        f64::from(THRESHOLD),
        format!(
            "objects in scope that it asked for by ID, of {reachable} that it may see (at least 8 in 10 needed), \
             {orderly_steps} of the steps on one stride (at least half needed)"
        ),
    );
    signal.fired &= nearly_all && orderly && !service;
    signal
}
