//! Cards of one class that a list may have led to which the log does not show: where lists are not logged, or lines are
//! missing all over, an app that asks for a whole page of cards at once leaves a foreign class of them and no list.
//!
//! Only where the log itself shows that lists are missing: of what is asked for in scope no list had shown a good part.
//! One class of one tenant, no more cards than two pages have; a class more is a system that chose its way.

use std::collections::BTreeSet;

use super::{Explained, Explanation, open, walked};
use crate::detect::Habit;
use crate::detect::contacts::Contact;

/// Units that a class and its school's list make.
const UNITS: usize = 2;
/// Most cards.
const CARDS: usize = 70;

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>, habit: Habit) {
    if !habit.lists_are_missing() {
        return;
    }
    let found: Vec<&Contact<'_>> = open(contacts).collect();
    let tenants: BTreeSet<_> = found.iter().map(|contact| contact.controller).collect();
    let units: BTreeSet<_> = found.iter().map(|contact| contact.unit).collect();
    // Card by card is how a person looks where no list is logged; where some are, only a page at once has lost its list.
    let single: Vec<&Contact<'_>> = found.iter().copied().filter(|c| c.batch <= 1).collect();
    let at_once = single.len() * 2 <= found.len();
    let alike = at_once || !habit.lists_are_logged() && account.works_elsewhere;
    let few = tenants.len() == 1 && units.len() <= UNITS && found.len() <= CARDS;
    if !few || !alike || walked(&single) {
        return;
    }
    let places: BTreeSet<(bool, u32)> = found.iter().map(|c| (c.container, c.asked)).collect();
    for contact in contacts.iter_mut() {
        if contact.unexplained() && places.contains(&(contact.container, contact.asked)) {
            contact.explained = Some(Explanation::Unseen);
        }
    }
}
