//! A place in a list, and the window of it that a screen shows.

/// A list by its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct List {
    len: usize,
    at: usize,
    top: usize,
}

impl List {
    pub(super) fn of(len: usize) -> List {
        List { len, at: 0, top: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The chosen row.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn down(&mut self, rows: usize) {
        self.to(self.at.saturating_add(rows));
    }

    pub(super) fn up(&mut self, rows: usize) {
        self.at = self.at.saturating_sub(rows);
    }

    pub(super) fn first(&mut self) {
        self.at = 0;
    }

    pub(super) fn last(&mut self) {
        self.to(usize::MAX);
    }

    pub(super) fn to(&mut self, row: usize) {
        self.at = row.min(self.len.saturating_sub(1));
    }

    /// The rows that a window of so many shows, the chosen one among them.
    pub(super) fn window(&mut self, rows: usize) -> std::ops::Range<usize> {
        let rows = rows.max(1);
        let last_top = self.len.saturating_sub(rows);
        let least = (self.at + 1).saturating_sub(rows);
        self.top = self.top.clamp(least, self.at.max(least)).min(last_top);
        self.top..(self.top + rows).min(self.len)
    }
}
