//! How old the tables are: what was shown after they were written out proves nothing beyond scope, because the account may have
//! been allowed to see it meanwhile.
//!
//! As the case says, else by one sign: tables that changed day by day while the logs ran, and then, long before these end, never
//! again.

use std::collections::BTreeSet;

use crate::case::Directory;
use crate::words::{HOUR, Stamp, Validity};

/// Days with changes that should have come since the last one, at the pace until then, from which on the tables count as
/// old. This takes proof away and gives none, so it needs no more.
const MISSING_DAYS: f64 = 3.0;
/// Fewest days with changes that make a pace: one day is as often the start of a term.
const DAYS: usize = 2;
const DAY: i64 = 24 * HOUR;

/// From when on the tables are out of date, and why; `None` where they are not, or not before the logs end.
pub(super) fn as_of(
    directory: &Directory,
    span: Option<(Stamp, Stamp)>,
) -> Option<(Stamp, String)> {
    let (first, last) = span?;
    if let Some(from) = directory.as_of {
        return (from <= last).then(|| {
            (
                from,
                format!("the case says that the tables are as of {from}"),
            )
        });
    }
    let changes = changes(directory, first, last);
    let latest = *changes.iter().next_back()?;
    let days: BTreeSet<i64> = changes.iter().map(|at| at.0.div_euclid(DAY)).collect();
    let shown = (latest.0.div_euclid(DAY) - first.0.div_euclid(DAY) + 1) as f64;
    let since = (last.0 - latest.0) as f64 / DAY as f64;
    let stale = days.len() >= DAYS && days.len() as f64 * since / shown >= MISSING_DAYS;
    stale.then(|| {
        let why = format!(
            "the tables changed on {} day(s) until {latest}, and then never again until the logs end: they seem to be as of then",
            days.len()
        );
        (latest, why)
    })
}

/// Instants within the logs at which some row of a table begins or ends.
fn changes(directory: &Directory, first: Stamp, last: Stamp) -> BTreeSet<Stamp> {
    let mut changes = BTreeSet::new();
    let mut note = |valid: Validity| {
        let inside = [valid.from, valid.until].into_iter().flatten();
        changes.extend(inside.filter(|at| (first..=last).contains(at)));
    };
    directory
        .grants
        .iter()
        .flatten()
        .for_each(|row| note(row.valid));
    directory
        .members
        .iter()
        .flatten()
        .for_each(|row| note(row.valid));
    let objects = directory.objects.iter();
    objects
        .flat_map(|objects| objects.validities())
        .for_each(|valid| note(*valid));
    changes
}
