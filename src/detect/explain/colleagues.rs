//! Two colleagues of an account's own group had to do with the same thing around the same time, beyond their scope too:
//! work that the grants do not show. Only colleagues who are no suspects count, or a pool of attackers would explain itself.

use super::{Crowd, Explained, Explanation, open, walked};
use crate::case::Thresholds;
use crate::detect::contacts::{Contact, Place};
use crate::words::HOUR;

pub(super) fn apply(
    contacts: &mut [Contact<'_>],
    account: &Explained<'_>,
    crowd: &Crowd,
    limits: &Thresholds,
) {
    let within = (limits.colleague_days * 24.0 * HOUR as f64) as i64;
    let units = super::units(contacts);
    let few = units.len() <= super::FEW_UNITS && !walked(&open(contacts).collect::<Vec<_>>());
    for contact in contacts.iter_mut() {
        if contact.explained.is_some() || contact.place != Place::Foreign {
            continue;
        }
        let thing = (contact.container, contact.asked);
        let who = (account.account, account.group);
        // A class that several colleagues help in: each of them goes there and nowhere else beyond scope, and has to do
        // with as many. Who walked through it, or took far more than they, does something else.
        let helpers = match contact.unit.filter(|_| few) {
            Some(unit) => crowd.helpers(who, (unit, units.get(&unit).copied().unwrap_or(0))),
            None => 0,
        };
        let colleagues = crowd
            .colleagues(thing, who, (contact.at, within))
            .max(helpers);
        if colleagues as f64 >= limits.colleagues {
            contact.explained = Some(Explanation::Colleagues);
        }
    }
}
