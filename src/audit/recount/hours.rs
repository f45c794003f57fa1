//! `coverage.csv` against the logs: requests of every source and hour, all of them and by route.

use std::collections::{BTreeMap, BTreeSet};

use super::cell_of;
use crate::audit::Audit;
use crate::audit::missing::Hours;
use crate::case::Case;
use crate::report::{Row, cell};

const FILE: &str = "coverage.csv";

/// Compares the table; sources of which a log was not read are left out.
pub(in crate::audit) fn check(
    audit: &mut Audit,
    case: &Case,
    (hours, unread): (&Hours, &BTreeSet<usize>),
    rows: &[Row],
) {
    if !audit.absent.is_empty() {
        return;
    }
    let name = |source: usize| cell(&case.sources[source].name);
    let own = hours
        .iter()
        .filter(|((source, _), _)| !unread.contains(source));
    let mut left: BTreeMap<(String, String), &(u64, Vec<u64>)> = own
        .map(|((source, hour), counts)| ((name(*source), hour.to_string()), counts))
        .collect();
    let apart: BTreeSet<String> = unread.iter().map(|source| name(*source)).collect();
    let silent = (0, vec![0; case.routes.len()]);
    for (number, row) in rows.iter().enumerate() {
        let place = format!("row {}", number + 1);
        let key = (
            cell_of(row, "source").to_owned(),
            cell_of(row, "hour").to_owned(),
        );
        if apart.contains(&key.0) {
            continue;
        }
        let (all, by_route) = left.remove(&key).unwrap_or(&silent);
        audit.same(FILE, (&place, "lines"), cell_of(row, "lines"), all);
        for (route, count) in case.routes.iter().zip(by_route) {
            let column = cell(&format!("requests: {}", route.name));
            audit.same(FILE, (&place, &column), cell_of(row, &column), count);
        }
    }
    for (source, hour) in left.keys() {
        let say = format!("the logs of source {source} have lines in the hour from {hour} on");
        audit.finds(FILE, ("", "row"), "no row", say);
    }
    audit.counted("hours of coverage.csv", rows.len() as u64);
}
