//! How a file's stamps follow each other in line order: jumps back, and single stamps far from both neighbours.
//!
//! Both look at neighbouring lines only, so parts merge to the same whatever the cuts.

use serde::{Deserialize, Serialize};

use crate::words::{HOUR, SECOND, Stamp};

/// A line's stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The stamp.
    pub at: Stamp,
    /// Line number in the file's content, from 1.
    pub line: u64,
    /// Whether the line asks for a route.
    pub routed: bool,
}

/// A server writes a line when the answer is out, so stamps go back a little all the time; this is more.
pub const TOLERANCE: i64 = 300 * SECOND;
/// Neighbours of a stray stamp stand as near to each other as this, and it as far from both as [`FAR`].
const NEAR: i64 = HOUR;
const FAR: i64 = 24 * HOUR;
/// Marks that are kept of either kind; the rest is only counted.
pub const KEPT: usize = 1000;

/// The stamps of a file, in line order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Up to two first lines.
    head: Vec<Mark>,
    /// Up to two last lines, the very last one last.
    tail: Vec<Mark>,
    jumps: Vec<(Mark, Mark)>,
    jump_count: u64,
    strays: Vec<Mark>,
    stray_count: u64,
}

impl Clock {
    /// Takes in the next line.
    pub fn push(&mut self, mark: Mark) {
        if let [.., last] = self.tail[..] {
            self.pair(last, mark);
        }
        if let [before, last] = self.tail[..] {
            self.triple(before, last, mark);
            self.tail[0] = last;
            self.tail[1] = mark;
        } else {
            self.tail.push(mark);
        }
        if self.head.len() < 2 {
            self.head.push(mark);
        }
    }

    /// Takes in the lines that follow, whose line numbers begin after `base`.
    pub fn absorb(&mut self, mut next: Clock, base: u64) {
        let moved = next.head.iter_mut().chain(&mut next.tail);
        let moved = moved.chain(&mut next.strays);
        moved.for_each(|mark| mark.line += base);
        for (from, until) in &mut next.jumps {
            from.line += base;
            until.line += base;
        }
        if let ([.., last], [first, ..]) = (&self.tail[..], &next.head[..]) {
            self.pair(*last, *first);
        }
        let seam: Vec<Mark> = self.tail.iter().chain(&next.head).copied().collect();
        for three in seam.windows(3) {
            self.triple(three[0], three[1], three[2]);
        }
        self.jump_count += next.jump_count;
        self.jumps.append(&mut next.jumps);
        self.jumps.truncate(KEPT);
        self.stray_count += next.stray_count;
        self.strays.append(&mut next.strays);
        self.strays.truncate(KEPT);
        let room = 2_usize.saturating_sub(self.head.len());
        self.head.extend(next.head.iter().take(room));
        self.tail.append(&mut next.tail);
        let surplus = self.tail.len().saturating_sub(2);
        self.tail.drain(..surplus);
    }

    /// The first lines, at most two.
    pub fn head(&self) -> &[Mark] {
        &self.head
    }

    /// The last lines, at most two.
    pub fn tail(&self) -> &[Mark] {
        &self.tail
    }

    /// Steps back by more than [`TOLERANCE`], the first [`KEPT`] of them: the line before and the line after.
    pub fn jumps(&self) -> &[(Mark, Mark)] {
        &self.jumps
    }

    /// How many such steps there are.
    pub fn jump_count(&self) -> u64 {
        self.jump_count
    }

    /// Lines more than a day away from both neighbours, which stand next to each other; the first [`KEPT`].
    pub fn strays(&self) -> &[Mark] {
        &self.strays
    }

    /// How many such lines there are.
    pub fn stray_count(&self) -> u64 {
        self.stray_count
    }

    fn pair(&mut self, from: Mark, until: Mark) {
        if from.at.0.saturating_sub(until.at.0) > TOLERANCE {
            self.jump_count += 1;
            if self.jumps.len() < KEPT {
                self.jumps.push((from, until));
            }
        }
    }

    fn triple(&mut self, before: Mark, mark: Mark, after: Mark) {
        let apart = |a: Mark, b: Mark| a.at.0.abs_diff(b.at.0);
        let stray = apart(before, after) <= NEAR as u64
            && apart(before, mark) > FAR as u64
            && apart(mark, after) > FAR as u64;
        if stray {
            self.stray_count += 1;
            if self.strays.len() < KEPT {
                self.strays.push(mark);
            }
        }
    }
}
