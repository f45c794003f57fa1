//! Second pages of lists of which the log does not show the first: nobody turns a page that was not opened, so where
//! it happens all over, lines are missing. No signal against anybody.

use std::collections::HashMap;

use crate::scope::Touched;
use crate::sequence::{Access, NONE};
use crate::words::HOUR;

/// How long before the second page the first was opened at most.
const WITHIN: i64 = HOUR;
/// Second pages of one account that count: a service that reads lists in its own order is one account.
const EACH: u32 = 2;

/// Second pages, and those of them without a first within the hour before. Without what lies in the log's first hour,
/// which the caller cannot know of here: it is one hour of all.
pub(super) fn pages(touched: &Touched, accesses: &[Access]) -> (u32, u32) {
    let mut opened: HashMap<u32, i64> = HashMap::new();
    let (mut all, mut alone) = (0, 0);
    for page in &touched.pages {
        let access = &accesses[page.access as usize];
        match (access.skip, access.take) {
            (0, _) => drop(opened.insert(access.container, access.time.0)),
            (skip, take) if skip == take && take != NONE && all < EACH => {
                let first = opened.get(&access.container);
                all += 1;
                alone += u32::from(first.is_none_or(|at| access.time.0 - at > WITHIN));
            }
            _ => {}
        }
    }
    (all, alone)
}
