//! The school year rolls over, or classes are formed anew, and the directory follows days later: around such a day many
//! of a tenant ask for things of their own tenant that the grants do not give yet.

use std::collections::BTreeSet;

use super::{Crowd, Explained, Explanation, day};
use crate::detect::contacts::{Contact, Place};

/// Share of the tenant's active accounts that must go astray at home around that day.
const SHARE: f64 = 0.2;
/// And how many at least.
pub(super) const ACCOUNTS: usize = 10;
/// Days before and after.
pub(super) const WITHIN: i64 = 7;
/// Units: a person's new classes, and the lists of the school.
const UNITS: usize = 4;

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>, crowd: &Crowd) {
    let at_home = |c: &Contact<'_>| {
        c.place == Place::Foreign
            && c.explained.is_none()
            && c.controller.is_some_and(|c| account.home.contains(&c))
    };
    let units: BTreeSet<_> = contacts
        .iter()
        .filter(|c| at_home(c))
        .map(|c| c.unit)
        .collect();
    if units.is_empty() || units.len() > UNITS {
        return;
    }
    for contact in contacts.iter_mut().filter(|contact| at_home(contact)) {
        // Whoever belongs to two schools is held against either school's own people too.
        let own: Vec<_> = contact.controller.into_iter().collect();
        let everybody = [account.home, &own].into_iter().any(|home| {
            let (active, astray) = crowd.around(home, day(contact.at), WITHIN);
            astray >= ACCOUNTS && astray as f64 >= SHARE * active as f64
        });
        if everybody {
            contact.explained = Some(Explanation::Rollover);
        }
    }
}
