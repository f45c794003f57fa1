//! Objects beyond scope that no list had shown to the account: nobody clicks on what no screen shows.
//!
//! Only where lists lead to objects at all: of what accounts ask for in their own scope, nearly everything must have
//! stood on a page that the same account had opened before. Where an app goes by search, by links in messages, or by
//! lists that are not logged, this says nothing (Cloudflare's and APIClarity's rule: an ID used before it was learnt).

use super::contacts::{Contact, Place};
use super::{Explanation, Facts, Peers, Signal};
use crate::case::Thresholds;

/// Share of the objects asked for in scope that a list must have shown before.
const NEARLY_ALL: f64 = 0.8;
/// Share below which lists are missing.
const COMPLETE: f64 = 0.9;
/// Share from which lists are logged at all.
const LOGGED: f64 = 0.3;
/// Share that must follow within seconds where an app fetches ahead; people read first.
const AHEAD: f64 = 0.5;
/// Such objects from which the share means something.
const ENOUGH: u64 = 200;

/// Whether lists lead to objects on this platform: what all accounts but declared services do in their own scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habit {
    shown: u64,
    all: u64,
    at_once: u64,
}

impl Habit {
    /// Adds an account.
    pub fn add(&mut self, facts: &Facts) {
        self.shown += u64::from(facts.own.0);
        self.all += u64::from(facts.own.1);
        self.at_once += u64::from(facts.own.2);
    }

    /// Whether the app asks ahead for what a page shows: most objects in scope follow their page within seconds.
    pub fn fetches_ahead(&self) -> bool {
        self.all >= ENOUGH && self.at_once as f64 >= AHEAD * self.all as f64
    }

    /// Whether lists are logged at all, whatever else leads to objects, and however many lines are missing.
    pub fn lists_are_logged(&self) -> bool {
        self.all >= ENOUGH && self.shown as f64 >= LOGGED * self.all as f64
    }

    /// Whether much of what is asked for in scope was shown by no list: lists are not logged, lines are missing, or
    /// something else leads there.
    pub fn lists_are_missing(&self) -> bool {
        self.all >= ENOUGH && (self.shown as f64) < COMPLETE * self.all as f64
    }

    /// Whether nearly everything that is asked for in scope had been shown by a list.
    pub fn lists_lead(&self) -> bool {
        self.all >= ENOUGH && self.shown as f64 >= NEARLY_ALL * self.all as f64
    }
}

/// Objects in scope that a list had shown before, all that were asked for by ID, and those of the former that followed
/// within seconds; none of a declared service.
pub(super) fn own(contacts: &[Contact<'_>]) -> (u32, u32, u32) {
    let own = contacts.iter().filter(|c| {
        !c.container
            && c.place == Place::Inside
            && c.explained != Some(Explanation::DeclaredService)
    });
    let shown = own.clone().filter(|contact| contact.shown);
    let ahead = shown.clone().filter(|contact| contact.at_once);
    (
        shown.count() as u32,
        own.count() as u32,
        ahead.count() as u32,
    )
}

/// Unexplained foreign objects that no list had shown.
pub(super) fn count(contacts: &[Contact<'_>]) -> u32 {
    let foreign = contacts
        .iter()
        .filter(|c| !c.container && c.place == Place::Foreign && c.unexplained());
    foreign.filter(|contact| !contact.shown).count() as u32
}

pub(super) fn signal(facts: &Facts, peers: &Peers, habit: Habit, limits: &Thresholds) -> Signal {
    let mut signal = Signal::at_least(
        "unshown",
        f64::from(facts.unshown),
        limits.unshown,
        format!(
            "objects beyond scope that no list had shown to it; of {} objects that accounts asked for in their scope a \
             list had shown {} before{}",
            habit.all,
            habit.shown,
            match habit.lists_lead() {
                true => "",
                false => ", too few to say that lists lead there: not counted",
            }
        ),
    );
    signal.fired &= habit.lists_lead();
    signal.unless_common(peers, limits)
}
