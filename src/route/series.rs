//! Lines by the minute: a count for each minute that has any, eight bytes each.

use serde::{Deserialize, Serialize};

use crate::words::{SECOND, Stamp};

/// Cells from which a series is sorted anew when it has doubled.
const SETTLE_FROM: usize = 1024;

/// Counts by minute since the epoch.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Series {
    /// Mostly in order already; the same minute may stand twice until it is settled.
    cells: Vec<(i32, u32)>,
    settled: usize,
}

/// The minute that an instant lies in, since the epoch.
pub fn minute(at: Stamp) -> i64 {
    at.0.div_euclid(60 * SECOND)
}

impl Series {
    /// Counts a line.
    pub(super) fn add(&mut self, at: Stamp) {
        // 64 bits of nanoseconds are 28 bits of minutes.
        let minute = minute(at) as i32;
        match self.cells.last_mut() {
            Some((last, lines)) if *last == minute => *lines = lines.saturating_add(1),
            _ => self.cells.push((minute, 1)),
        }
        self.keep_small();
    }

    pub(super) fn absorb(&mut self, mut other: Series) {
        self.cells.append(&mut other.cells);
        self.keep_small();
    }

    /// Lines that come late leave cells twice; a log in disorder must not cost a cell for each line.
    fn keep_small(&mut self) {
        if self.cells.len() >= SETTLE_FROM.max(self.settled.saturating_mul(2)) {
            self.settle();
        }
    }

    /// Sorts, and makes one cell of each minute.
    pub(super) fn settle(&mut self) {
        self.cells.sort_unstable_by_key(|cell| cell.0);
        self.cells.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        self.settled = self.cells.len();
    }

    /// Minutes with lines, in order, once it is settled.
    pub fn cells(&self) -> impl Iterator<Item = (i64, u64)> {
        self.cells
            .iter()
            .map(|(minute, lines)| (i64::from(*minute), u64::from(*lines)))
    }
}
