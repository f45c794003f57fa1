//! A link to somebody's card that went around: many accounts of several groups, none of them a suspect, asked for
//! the same thing.

use super::{Crowd, Explained, Explanation};
use crate::detect::contacts::{Contact, Place};

/// Other accounts that followed the link.
const FOLLOWERS: usize = 5;
/// Things that links explain in an account's whole life.
const LINKS: usize = 5;

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>, crowd: &Crowd) {
    let mut left = LINKS;
    for contact in contacts.iter_mut() {
        if contact.explained.is_some() || contact.place != Place::Foreign {
            continue;
        }
        let thing = (contact.container, contact.asked);
        let (followers, groups) = crowd.followers(thing, account.account);
        if left > 0 && followers >= FOLLOWERS && groups >= 2 {
            contact.explained = Some(Explanation::SharedLink);
            left -= 1;
        }
    }
}
