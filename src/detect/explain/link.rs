//! A link to somebody's card that went around: many accounts of several groups, none of them a suspect, asked for
//! the same thing. A newsletter has many links, and its readers each follow many: there the number of readers alone
//! counts, and is so large that accomplices, who share work and do not do it twice, are no such crowd.

use super::{Crowd, Explained, Explanation};
use crate::detect::contacts::{Contact, Place};

/// Other accounts that followed the link.
const FOLLOWERS: usize = 5;
/// Other accounts, whatever else they did, from which on a thing is public among them.
const READERS: usize = 6;
/// Things that links explain in an account's whole life.
const LINKS: usize = 5;

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>, crowd: &Crowd) {
    let mut left = LINKS;
    for contact in contacts.iter_mut() {
        if contact.explained.is_some() || contact.place != Place::Foreign {
            continue;
        }
        let thing = (contact.container, contact.asked);
        let (readers, of) = crowd.followers(thing, account.account, false);
        // Many type the same letters of a search: that is no link.
        if readers >= READERS && of >= 2 && !contact.container {
            contact.explained = Some(Explanation::SharedLink);
            continue;
        }
        let (followers, groups) = crowd.followers(thing, account.account, true);
        if left > 0 && followers >= FOLLOWERS && groups >= 2 {
            contact.explained = Some(Explanation::SharedLink);
            left -= 1;
        }
    }
}
