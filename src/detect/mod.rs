//! Which accounts walked beyond their scope: one file for each signal, `verdict` weighs them.
//!
//! No I/O, no clock, no threads. Works on one account's first contacts at a time; what peers do is
//! told to it as [`Peers`]. Which data subjects were reached is left to `impact`. The methods and
//! their defaults are METHODS.md's; [`NOT_DONE`] names what this version leaves out.

mod breadth;
pub mod contacts;
mod depth;
mod harvest;
mod hidden;
mod order;
mod peers;
mod probing;
mod scope_score;
mod verdict;

use std::collections::BTreeMap;

pub use harvest::{Collected, THRESHOLD as HARVEST_FROM};
pub use order::Walk;
pub use peers::Peers;
pub use verdict::{Judgement, Verdict, judge};

use crate::scope::ControllerIndex;
use contacts::{Contact, Explanation, Place};

/// What METHODS.md asks for and this version does not yet do; said in every answer.
pub const NOT_DONE: [&str; 7] = [
    "explanations by colleagues' contacts, by a move, by a school-year rollover and by a shared link are not \
     evaluated: what they would explain stays counted as beyond scope, and may add to an account's score",
    "joint enumeration across accounts, sessions and addresses is not searched for: a walk that is split \
     so finely that each account stays below its own thresholds appears as overreach of each",
    "error control over all accounts (e-BH) is not applied; the fixed thresholds of each signal are",
    "a taken-over session and use after an account closed are not searched for",
    "harvest is found in its simple form only: nearly all that an account may see, fetched one by one in one go",
    "scope without grants is inferred in its simple form only: one controller for each account",
    "IDs that must have been asked for inside a gap are not filled in (certainty `possible` covers pages of \
     unknown membership only); a gap widens the upper bound to the controller's population instead",
];

/// A measured signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Its stable name.
    pub name: &'static str,
    /// What was measured.
    pub figure: f64,
    /// From where on it fires.
    pub threshold: f64,
    /// What the figure counts, and what it is held against.
    pub null_model: String,
    /// Whether it fired.
    pub fired: bool,
}

impl Signal {
    /// A signal that fires at `figure >= threshold`.
    fn at_least(name: &'static str, figure: f64, threshold: f64, null_model: String) -> Signal {
        Signal {
            name,
            figure,
            threshold,
            null_model,
            fired: figure >= threshold,
        }
    }
}

/// What is measured on one account alone, before peers are known.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// One entry for each first contact in order: unexplained beyond scope, or not.
    pub steps: Vec<bool>,
    /// Distinct unexplained foreign controllers.
    pub controllers: u32,
    /// Distinct unexplained foreign containers.
    pub containers: u32,
    /// The longest regular walk through numbered IDs.
    pub walk: Walk,
    /// Unexplained foreign objects that no container lists; `None` without a table of members.
    pub hidden: Option<u32>,
    /// IDs asked for that do not exist, or were refused.
    pub probed: u32,
    /// First contacts in scope.
    pub inside: u32,
    /// Of those, refused ones.
    pub inside_refused: u32,
    /// Most unexplained foreign objects in one tenant.
    pub deepest: u32,
    /// Most unexplained foreign objects that one request named.
    pub batch: u32,
    /// Contacts beyond scope that a template explains.
    pub explained: BTreeMap<Explanation, u32>,
    /// What it collected in scope.
    pub collected: Collected,
}

impl Facts {
    /// Measures one account's first contacts. `home`: the controllers that it belongs to. `lists_known` tells whether the directory has members.
    pub fn measure(contacts: &[Contact<'_>], home: &[ControllerIndex], lists_known: bool) -> Facts {
        let inside = contacts.iter().filter(|c| c.place == Place::Inside);
        let mut explained = BTreeMap::new();
        for contact in contacts.iter().filter(|c| c.place == Place::Foreign) {
            if let Some(explanation) = contact.explained {
                *explained.entry(explanation).or_insert(0) += 1;
            }
        }
        Facts {
            steps: contacts
                .iter()
                .filter(|contact| contact.place != Place::Undecided)
                .map(Contact::unexplained)
                .collect(),
            controllers: breadth::controllers(contacts, home),
            containers: breadth::containers(contacts),
            walk: order::walk(contacts),
            hidden: lists_known.then(|| hidden::count(contacts)),
            probed: probing::count(contacts),
            inside: inside.clone().count() as u32,
            inside_refused: inside.filter(|c| !c.disclosed).count() as u32,
            deepest: depth::deepest(contacts),
            batch: breadth::largest_batch(contacts),
            explained,
            collected: harvest::collected(contacts),
        }
    }

    /// Unexplained first contacts beyond scope.
    pub fn unexplained(&self) -> u32 {
        self.steps.iter().filter(|step| **step).count() as u32
    }
}

/// Groups of accounts that are held against each other: same roles.
pub type Group = String;

/// A controller that a contact lies in, or nowhere.
type Tenant = Option<ControllerIndex>;
