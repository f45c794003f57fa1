//! The same few people again on another day: what a front end proposes and loads by itself each time that it is opened, a
//! bookmark, a friend at another school.
//!
//! Whoever collects asks for each once (METHODS.md, finding 3); there is nothing to collect in a dozen. Open to every role, but
//! not to somebody who opened lists beyond scope as well.

use super::{Explained, Explanation, walked};
use crate::detect::contacts::{Contact, Place};

/// Most objects: hardly more than what breadth calls a system.
const MOST: usize = 12;
/// Share of them that are asked for again on another day.
const RETURNS: f64 = 0.5;

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>) {
    let open = |c: &Contact<'_>| c.place == Place::Foreign && c.explained.is_none() && !c.container;
    let found: Vec<&Contact<'_>> = contacts.iter().filter(|c| open(c)).collect();
    let back = |contact: &&&Contact<'_>| account.again.contains(&contact.asked);
    let again = found.iter().filter(back).count();
    let few = (1..=MOST).contains(&found.len());
    let lists = contacts.iter().any(|c| c.container && c.unexplained());
    if !few || lists || (again as f64) < RETURNS * found.len() as f64 || walked(&found) {
        return;
    }
    for contact in contacts.iter_mut().filter(|c| open(c)) {
        contact.explained = Some(Explanation::Again);
    }
}
