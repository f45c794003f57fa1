//! A list beyond scope led there: whoever opens a class list sees its cards a moment later, by hand or because the app
//! fetches them ahead. The list is the contact that counts, not each card on it; but only for somebody who opened a few.

use super::Explanation;
use crate::detect::contacts::{Contact, Place};

/// Lists beyond scope, unexplained, from which on it is no longer somebody who looked into a class or two.
const LISTS: usize = 3;

pub(super) fn apply(contacts: &mut [Contact<'_>]) {
    let lists = contacts
        .iter()
        .filter(|c| c.container && c.unexplained())
        .count();
    if lists > LISTS {
        return;
    }
    for contact in contacts.iter_mut() {
        if contact.led && contact.place == Place::Foreign && contact.explained.is_none() {
            contact.explained = Some(Explanation::Led);
        }
    }
}
