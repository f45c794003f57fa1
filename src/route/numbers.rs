//! The numbers that a writer gives its own lines, as runs without a hole: what is missing among them was lost.
//!
//! Runs join in line order, so parts merge to the same runs however a file was cut; what they mean is judged
//! once, by `coverage`.

use serde::{Deserialize, Serialize};

use crate::words::Stamp;

/// Runs from which the numbers are no sequence: then they prove nothing and are let go.
const MOST_RUNS: usize = 1 << 20;
/// The widest step that is counted by itself.
pub const WIDEST_STEP: usize = 64;

/// Numbers that follow each other by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// First number.
    pub from: u64,
    /// Last number.
    pub until: u64,
    /// Stamp of the first.
    pub first: Stamp,
    /// Stamp of the last.
    pub last: Stamp,
}

/// A writer's numbers in line order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    runs: Vec<Run>,
    /// The first and the last line's number.
    ends: Option<(u64, u64)>,
    /// How many steps were so wide, by width; a log that keeps every tenth line has steps of ten.
    steps: Vec<u64>,
    /// Too many runs to be a sequence.
    unordered: bool,
}

impl Numbers {
    /// Takes in the next line's number.
    pub fn push(&mut self, number: u64, at: Stamp) {
        let one = Run {
            from: number,
            until: number,
            first: at,
            last: at,
        };
        self.reach(number, number);
        self.join(one);
    }

    fn reach(&mut self, first: u64, last: u64) {
        let before = self.ends.map(|(_, before)| first.checked_sub(before));
        if let Some(width) = before.flatten().and_then(|w| usize::try_from(w).ok()) {
            self.step(width, 1);
        }
        self.ends = Some((self.ends.map_or(first, |(begin, _)| begin), last));
    }

    /// Takes in the numbers of the lines that follow.
    pub fn absorb(&mut self, next: Numbers) {
        for (width, n) in next.steps.into_iter().enumerate() {
            self.step(width, n);
        }
        if let Some((first, last)) = next.ends {
            self.reach(first, last);
        }
        next.runs.into_iter().for_each(|run| self.join(run));
        if next.unordered {
            self.give_up();
        }
    }

    /// The runs in line order; none where the numbers are no sequence.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Whether there are numbers that are no sequence.
    pub fn unordered(&self) -> bool {
        self.unordered
    }

    /// Steps by width, from 0 to [`WIDEST_STEP`].
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }

    pub(super) fn give_up(&mut self) {
        self.unordered = true;
        self.runs = Vec::new();
    }

    fn join(&mut self, next: Run) {
        if self.unordered {
            return;
        }
        match self.runs.last_mut() {
            Some(last) if last.until.checked_add(1) == Some(next.from) => {
                last.until = next.until;
                last.last = next.last;
            }
            _ => self.runs.push(next),
        }
        if self.runs.len() > MOST_RUNS {
            self.give_up();
        }
    }

    fn step(&mut self, width: usize, n: u64) {
        if width > WIDEST_STEP {
            return;
        }
        if self.steps.len() <= width {
            self.steps.resize(width + 1, 0);
        }
        self.steps[width] = self.steps[width].saturating_add(n);
    }
}
