//! A substitute teacher spends a day and a class in a school that the grants do not name: on that day one foreign
//! tenant, at most two units of it, over hours and not seconds; and not more than a few schools in all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Explained, Explanation, day, walked};
use crate::detect::Habit;
use crate::detect::contacts::{Contact, Place};
use crate::scope::ControllerIndex;
use crate::words::{HOUR, Stamp};

/// Units on one day.
const UNITS: usize = 2;
/// The same where lists led there: a school's list and those of some classes.
const LISTED_UNITS: usize = 4;
/// Cards that somebody looks at whom a list led there.
const CARDS: usize = 2;
/// Tenants of somebody who is not seen to stay: fewer than what breadth calls a system.
const TENANTS: usize = 9;
/// Contacts that make a day's work.
const WORK: usize = 5;
/// How long a day in a class lasts at least.
const DWELL: i64 = 2 * HOUR;
/// Requests on the day, repeats included: a day's work is more than a look.
const REQUESTS: usize = 4;
/// Most new requests on one day: two classes, card by card.
const MOST: usize = 70;
/// Most things on one day: two classes with everybody who belongs to them, where an app asks for many at once.
const THINGS: usize = 150;
/// Schools in all from which on it is no substitute's life.
const SCHOOLS: usize = 15;

type Day = (i64, Option<ControllerIndex>);

pub(super) fn apply(contacts: &mut [Contact<'_>], account: &Explained<'_>, habit: Habit) {
    if !account.works_elsewhere {
        return;
    }
    let days = days(contacts);
    let schools: BTreeSet<_> = days.keys().map(|(_, tenant)| *tenant).collect();
    if schools.len() > SCHOOLS {
        return;
    }
    let lengths = lengths(account.visits);
    let opened = opened(contacts);
    let listless = |(day, tenant): Day| {
        account.by_lists
            && !opened.contains(&(None, tenant))
            && !opened.contains(&(Some(day), None))
    };
    // One stray card in another tenant, beside a day's work, makes it no other day.
    let alone = |key: &Day, own: usize| {
        let others = days
            .iter()
            .filter(|(other, _)| other.0 == key.0 && *other != key);
        let others: Vec<&Vec<usize>> = others.map(|(_, indices)| indices).collect();
        let stray = |at: &usize| !contacts[*at].container;
        match others[..] {
            [] => true,
            [other] => own >= WORK && other.len() == 1 && other.iter().all(stray),
            _ => false,
        }
    };
    let fits = |(key, indices): &(&Day, &Vec<usize>)| {
        let found: Vec<&Contact<'_>> = indices.iter().map(|index| &contacts[*index]).collect();
        let lasted = lengths.get(*key).is_some_and(|(first, last, requests)| {
            last.0 - first.0 >= DWELL && *requests >= REQUESTS
        });
        let unseen = habit.lists_are_missing();
        alone(key, found.len()) && a_day(&found, lasted, schools.len(), unseen) && !listless(**key)
    };
    let fitting: Vec<&Vec<usize>> = days
        .iter()
        .filter(fits)
        .map(|(_, indices)| indices)
        .collect();
    // Where lists are logged, whoever works in a class opens its list; a life of such days without any is none.
    let with_list = |indices: &&&Vec<usize>| indices.iter().any(|at| contacts[*at].container);
    let listed = fitting.iter().filter(with_list).count();
    if habit.lists_are_logged() && 2 * listed < fitting.len() {
        return;
    }
    let explained: Vec<usize> = fitting.into_iter().flatten().copied().collect();
    for index in explained {
        contacts[index].explained = Some(Explanation::Substitute);
    }
}

/// The unexplained contacts by day and tenant. A card that a list led to belongs where the list does: a class list may
/// still name a child that has moved, or already one that comes from elsewhere.
fn days(contacts: &[Contact<'_>]) -> BTreeMap<Day, Vec<usize>> {
    let own = |c: &&Contact<'_>| c.place == Place::Foreign && c.explained.is_none();
    let mut lists: BTreeMap<i64, BTreeSet<Option<ControllerIndex>>> = BTreeMap::new();
    for list in contacts.iter().filter(own).filter(|c| c.container) {
        lists
            .entry(day(list.at))
            .or_default()
            .insert(list.controller);
    }
    let mut days: BTreeMap<Day, Vec<usize>> = BTreeMap::new();
    for (index, contact) in contacts.iter().enumerate().filter(|(_, c)| own(c)) {
        let day = day(contact.at);
        let tenants = lists.get(&day).filter(|tenants| tenants.len() == 1);
        let led = tenants.and_then(|tenants| tenants.first().copied());
        let tenant = led.filter(|_| contact.led).unwrap_or(contact.controller);
        days.entry((day, tenant)).or_default().push(index);
    }
    days
}

/// Whether contacts look like a day in a class of one school; `unseen`: lists led there that the log may not show.
fn a_day(found: &[&Contact<'_>], lasted: bool, schools: usize, unseen: bool) -> bool {
    let units: BTreeSet<_> = found.iter().map(|contact| contact.unit).collect();
    let lists = found.iter().filter(|contact| contact.container).count();
    let cards = found.iter().filter(|contact| contact.led).count();
    let led = lists > 0 && cards >= CARDS || unseen;
    // A whole school's list leads to cards of all its classes: the list is where the account went.
    let chosen = found.iter().filter(|c| c.container || !c.led);
    let chosen: BTreeSet<_> = chosen.map(|contact| contact.unit).collect();
    let led = led && chosen.len() <= LISTED_UNITS && schools <= TENANTS;
    let stayed = lasted && units.len() <= UNITS;
    // An app that names many in one request stands for one look.
    let requests = found.chunk_by(|a, b| a.at == b.at && a.batch > 1 && b.batch == a.batch);
    let few = requests.count() <= MOST && found.len() <= THINGS;
    (stayed || led) && few && !walked(found)
}

/// Lists that the account opened: those of a tenant on whatever day, those of nobody knows whom by their day.
fn opened(contacts: &[Contact<'_>]) -> BTreeSet<(Option<i64>, Option<ControllerIndex>)> {
    let lists = contacts.iter().filter(|contact| contact.container);
    let kept = lists.map(|list| match list.controller {
        Some(controller) => (None, Some(controller)),
        None => (Some(day(list.at)), None),
    });
    kept.collect()
}

/// First and last request for anything beyond scope in a tenant on a day, and how many there were.
fn lengths(visits: &[(Stamp, Option<ControllerIndex>)]) -> BTreeMap<Day, (Stamp, Stamp, usize)> {
    let mut lengths: BTreeMap<Day, (Stamp, Stamp, usize)> = BTreeMap::new();
    for (at, tenant) in visits {
        let entry = lengths.entry((day(*at), *tenant)).or_insert((*at, *at, 0));
        entry.0 = entry.0.min(*at);
        entry.1 = entry.1.max(*at);
        entry.2 += 1;
    }
    lengths
}
