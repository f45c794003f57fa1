//! A list beyond scope led there: whoever opens a class list sees its cards a moment later, by hand or because the app
//! fetches them ahead. The list is the contact that counts, not each card on it; but only for somebody who opened a few.
//!
//! Cards that follow at once are the app's doing where the app does so everywhere; cards that follow by hand are work,
//! which somebody has who is sent to other schools, and a pupil has not.

use std::collections::BTreeSet;

use super::{Explained, Explanation};
use crate::detect::Habit;
use crate::detect::contacts::{Contact, Place};

/// Lists beyond scope, unexplained, from which on it is no longer somebody who looked into a class or two: of an account
/// that may be sent elsewhere, and of any other.
const LISTS: (usize, usize) = (3, 1);
/// Most cards that lists explain, for the same two: two classes, and one.
const CARDS: (usize, usize) = (70, 40);

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>, habit: Habit) {
    let lists = contacts
        .iter()
        .filter(|c| c.container && c.unexplained())
        .count();
    let by = |c: &Contact<'_>| c.led && c.place == Place::Foreign && c.explained.is_none();
    let ahead = |c: &Contact<'_>| by(c) && c.at_once && habit.fetches_ahead();
    let (most_lists, most_cards) = match account.works_elsewhere {
        true => (LISTS.0, CARDS.0),
        false => (LISTS.1, CARDS.1),
    };
    if lists > LISTS.0 {
        return;
    }
    let opened = contacts.iter().filter(|c| c.container && c.unexplained());
    let tenants: BTreeSet<_> = opened.map(|contact| contact.controller).collect();
    let few = account.works_elsewhere || tenants.len() <= 1;
    for contact in contacts.iter_mut().filter(|c| few && ahead(c)) {
        contact.explained = Some(Explanation::Led);
    }
    let cards = contacts.iter().filter(|c| by(c)).count();
    if lists <= most_lists && cards <= most_cards {
        for contact in contacts.iter_mut().filter(|c| by(c)) {
            contact.explained = Some(Explanation::Led);
        }
    }
}
