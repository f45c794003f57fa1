//! Counts of protected persons in tables that many people read: small ones are not told, nor such as would tell them.

use crate::report::html::words::FEW;

/// Stands for a count from none to four.
pub(super) const FEWER: &str = "<5";
/// Stands for a count that, taken from a sum, would tell one below five.
pub(super) const WITHHELD: &str = "withheld";

/// A count as it is told.
pub(super) fn few(count: u64) -> String {
    match count {
        0..FEW => FEWER.to_owned(),
        count => count.to_string(),
    }
}

/// Hides a column over rows that add up to a sum which is told elsewhere: where exactly one row is too small to be told,
/// the smallest other one is withheld, because the sum less all others would tell it.
pub(super) fn hide(rows: &mut [Vec<String>], column: usize) {
    let mut told: Vec<(u64, usize)> = Vec::new();
    let mut small = 0;
    for (at, row) in rows.iter_mut().enumerate() {
        let Some(cell) = row.get_mut(column) else {
            continue;
        };
        let Ok(count) = cell.parse::<u64>() else {
            continue;
        };
        *cell = few(count);
        match count {
            0..FEW => small += 1,
            count => told.push((count, at)),
        }
    }
    if small != 1 {
        return;
    }
    let least = told.iter().min().map(|(_, at)| *at);
    if let Some(cell) = least.and_then(|at| rows.get_mut(at)?.get_mut(column)) {
        WITHHELD.clone_into(cell);
    }
}
