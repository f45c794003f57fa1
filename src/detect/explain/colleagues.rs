//! Two colleagues of an account's own group had to do with the same thing around the same time, beyond their scope too:
//! work that the grants do not show. Only colleagues who are no suspects count, or a pool of attackers would explain itself.

use super::{Crowd, Explained, Explanation};
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
    let few = super::units(contacts).len() <= super::FEW_UNITS;
    for contact in contacts.iter_mut() {
        if contact.explained.is_some() || contact.place != Place::Foreign {
            continue;
        }
        let thing = (contact.container, contact.asked);
        let who = (account.account, account.group);
        // A class that several colleagues help in: each of them goes there and nowhere else beyond scope.
        let helpers = if few {
            contact.unit.map_or(0, |unit| crowd.helpers(who, unit))
        } else {
            0
        };
        let colleagues = crowd
            .colleagues(thing, who, (contact.at, within))
            .max(helpers);
        if colleagues as f64 >= limits.colleagues {
            contact.explained = Some(Explanation::Colleagues);
        }
    }
}
