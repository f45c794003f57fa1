//! Why an honest account may stand beyond its scope: one file for each template that looks at more than one contact.
//!
//! The first template that fits wins and is recorded with the access (METHODS.md, "Detection" 2). An explained
//! access stays beyond scope and disclosed: it only feeds no signal. Every template has a limit, so that nobody
//! explains away a walk by going slowly: a substitute has few schools, a move one tenant, a link few objects.

mod again;
mod colleagues;
mod crowd;
mod led;
mod link;
mod moved;
mod project;
mod rollover;
mod substitute;
mod unseen;
mod wide;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::contacts::{Contact, Place};
use crate::case::Thresholds;
use crate::scope::ControllerIndex;
use crate::words::{HOUR, Stamp};

pub use crowd::{Approach, Crowd, LIGHT, Told};

/// A template that explains a contact beyond scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Explanation {
    /// The account is declared as a service or a test account.
    DeclaredService,
    /// A page in the account's scope listed it shortly before.
    Listed,
    /// Colleagues of its own group had to do with it as well.
    Colleagues,
    /// The account moved to one new tenant.
    Move,
    /// A day and a class in another school.
    Substitute,
    /// Everybody of its tenant did the like that day.
    Rollover,
    /// One link that many followed.
    SharedLink,
    /// A list beyond scope led there.
    Led,
    /// Its own grants cover it soon after: they were entered late.
    Late,
    /// One class, on a list that the log does not show.
    Unseen,
    /// Work with a few children of other schools.
    Project,
    /// One of many tenants that it works for is missing in its grants.
    Wide,
    /// A few people that it came back to on another day.
    Again,
}

impl Explanation {
    /// The words for tables.
    pub fn word(self) -> &'static str {
        match self {
            Explanation::DeclaredService => "declared service account",
            Explanation::Listed => "listed in scope within 30 min",
            Explanation::Colleagues => "colleagues of its group asked for it too",
            Explanation::Move => "moved to one new tenant",
            Explanation::Substitute => "a day and a class in another school",
            Explanation::Rollover => "everybody of its tenant did that day",
            Explanation::SharedLink => "a link that many followed",
            Explanation::Led => "on a list beyond scope that it had opened",
            Explanation::Late => "its own grants cover it within two weeks after",
            Explanation::Unseen => "in one class, on a list that the log may not show",
            Explanation::Project => "a few people of other schools, at the pace of a person",
            Explanation::Wide => "works for many tenants alike, of which the grants lack a few",
            Explanation::Again => "the same few people again on another day",
        }
    }
}

/// The account whose contacts are to be explained.
#[derive(Clone, Copy, Debug)]
pub struct Explained<'e> {
    /// Its place among the measured accounts.
    pub account: u32,
    /// Its group: same roles, same controllers.
    pub group: u32,
    /// The controllers that it belongs to.
    pub home: &'e [ControllerIndex],
    /// Every access to something beyond scope, repeats included: when, and in which tenant.
    pub visits: &'e [(Stamp, Option<ControllerIndex>)],
    /// Objects beyond scope that it asked for again on another day, by number of the ID.
    pub again: &'e BTreeSet<u32>,
    /// Whether it still has any grant at its last visit beyond scope.
    pub granted: bool,
    /// Whether somebody of its role may be sent to work elsewhere: it is none that the mass of accounts holds.
    pub works_elsewhere: bool,
    /// Its scope is only inferred, on a platform where lists are what leads to objects: then whoever works in a school
    /// must have opened a list of it.
    pub by_lists: bool,
}

/// Tries the templates in their order on whatever is not explained yet.
pub fn explain(
    contacts: &mut [Contact<'_>],
    account: &Explained<'_>,
    crowd: &Crowd,
    limits: &Thresholds,
) {
    colleagues::apply(contacts, account, crowd, limits);
    link::apply(contacts, account, crowd);
    moved::apply(contacts, account);
    wide::apply(contacts, account);
    substitute::apply(contacts, account, crowd.habit);
    rollover::apply(contacts, account, crowd);
    led::apply(contacts, account, crowd.habit);
    unseen::apply(contacts, account, crowd.habit);
    project::apply(contacts, account);
    again::apply(contacts, account);
    withdraw(contacts);
}

/// Whoever has more contacts without an explanation than with one that is about single things did not follow links or
/// colleagues: such explanations are withdrawn then.
fn withdraw(contacts: &mut [Contact<'_>]) {
    let single = |c: &Contact<'_>| {
        matches!(
            c.explained,
            Some(Explanation::Colleagues | Explanation::SharedLink)
        )
    };
    let unexplained = contacts
        .iter()
        .filter(|contact| contact.unexplained())
        .count();
    let explained = contacts.iter().filter(|contact| single(contact)).count();
    if unexplained >= MANY && unexplained >= explained {
        for contact in contacts.iter_mut().filter(|contact| single(contact)) {
            contact.explained = None;
        }
    }
}

/// Unexplained contacts from which on explanations of single things are looked at twice.
const MANY: usize = 5;

/// Units in which somebody who helps out somewhere works: a class, and its school's lists.
pub const FEW_UNITS: usize = 2;

/// The units of the contacts that lie beyond scope and are not explained, and how many of these there are.
pub fn units(contacts: &[Contact<'_>]) -> BTreeMap<u32, u32> {
    let mut units = BTreeMap::new();
    for unit in open(contacts).filter_map(|contact| contact.unit) {
        *units.entry(unit).or_default() += 1;
    }
    units
}

/// The UTC day of an instant, counted from the epoch.
pub(super) fn day(at: Stamp) -> i64 {
    at.0.div_euclid(24 * HOUR)
}

/// Contacts that a template about persons may explain: known to lie elsewhere, and not explained yet.
fn open<'a, 'n>(contacts: &'a [Contact<'n>]) -> impl Iterator<Item = &'a Contact<'n>> {
    contacts
        .iter()
        .filter(|contact| contact.place == Place::Foreign && contact.explained.is_none())
}

/// Whether the objects among these contacts follow each other by their numbers: a walk is no day at school, unless
/// a list led through them.
fn walked(contacts: &[&Contact<'_>]) -> bool {
    let listed = contacts.iter().filter(|contact| contact.container).count();
    let objects: Vec<&Contact<'_>> = contacts.iter().copied().filter(|c| !c.container).collect();
    listed == 0 && super::order::longest(objects.iter().copied()).steps >= 10
}
