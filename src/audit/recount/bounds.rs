//! `bounds.csv` against `controllers.csv`: each bound stands in both. What the upper ones rest on is not counted again.

use std::collections::{BTreeMap, BTreeSet};

use super::cell_of;
use crate::audit::Audit;
use crate::report::Row;

const FILE: &str = "bounds.csv";
/// A bound, and the column of `controllers.csv` that holds it.
const BOUNDS: [(&str, &str); 4] = [
    ("L", "subjects_min"),
    ("U0", "subjects_max"),
    ("U1", "subjects_u1"),
    ("U2", "subjects_u2"),
];

/// Compares the table.
pub(super) fn check(audit: &mut Audit, controllers: &[Row], rows: &[Row]) {
    let known = controllers
        .iter()
        .map(|row| (cell_of(row, "controller"), row));
    let known: BTreeMap<&str, &Row> = known.collect();
    let mut stand = BTreeSet::new();
    for (number, row) in rows.iter().enumerate() {
        let place = format!("row {}", number + 1);
        let (id, bound) = (cell_of(row, "controller"), cell_of(row, "bound"));
        let column = BOUNDS.iter().find(|(word, _)| *word == bound);
        let (Some(own), Some((word, column))) = (known.get(id), column) else {
            let say = "no such bound of a row of controllers.csv";
            audit.finds(FILE, (&place, "bound"), format!("{id} {bound}"), say);
            continue;
        };
        if !stand.insert((id, *word)) {
            audit.finds(FILE, (&place, "bound"), bound, "one row for each");
        }
        let (stands, say) = (cell_of(row, "subjects"), cell_of(own, column));
        audit.same(FILE, (&place, "subjects"), stands, say);
    }
    let all = known
        .keys()
        .flat_map(|id| BOUNDS.map(|(word, _)| (*id, word)));
    for (id, word) in all.filter(|one| !stand.contains(one)) {
        audit.finds(FILE, (id, "bound"), "no row", word);
    }
    audit.counted("rows of bounds.csv", rows.len() as u64);
}
