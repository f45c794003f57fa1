//! How old the directory is: a table that changed on many days and then, long before the logs end, never again was
//! probably written out then. Scope after that day is yesterday's.

use std::collections::BTreeSet;

use crate::case::Directory;
use crate::words::{HOUR, Stamp};

/// Days with changes to be expected since the last one, from which their absence is no accident: e⁻⁵ is below a hundredth.
const EXPECTED: f64 = 5.0;
const DAY: i64 = 24 * HOUR;

/// The last change of the directory's tables, if it lies so long before the end of the logs that the tables seem to be
/// as of then. Days with changes are counted, not rows: a school year begins on one day for everybody.
pub fn as_of(directory: &Directory, logs: (Stamp, Stamp)) -> Option<Stamp> {
    let grants = directory.grants.iter().flatten().map(|row| row.valid);
    let objects = directory.objects.iter().flatten().map(|row| row.valid);
    let members = directory.members.iter().flatten().map(|row| row.valid);
    let ends = grants
        .chain(objects)
        .chain(members)
        .flat_map(|valid| [valid.from, valid.until]);
    let inside: Vec<Stamp> = ends
        .flatten()
        .filter(|at| (logs.0..=logs.1).contains(at))
        .collect();
    let last = inside.iter().max()?;
    let days: BTreeSet<i64> = inside.iter().map(|at| at.0.div_euclid(DAY)).collect();
    let shown = (last.0.div_euclid(DAY) - logs.0.0.div_euclid(DAY) + 1) as f64;
    let since = (logs.1.0 - last.0) as f64 / DAY as f64;
    (days.len() as f64 * since / shown >= EXPECTED).then_some(*last)
}
