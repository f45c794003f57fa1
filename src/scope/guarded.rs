//! Who is protected in some row of the table of objects, of whatever date, object and controller: a person who is so
//! anywhere is named in nothing that many people read. Who is protected at an instant is left to the row that holds then.

use hashbrown::HashSet;

use super::atlas::{Atlas, Thing};
use crate::case::Objects;

/// The subjects of such rows, by the subject of each row.
pub(super) fn subjects(objects: &Objects, subject_of: &[u32]) -> HashSet<u32> {
    let rows = subject_of.iter().zip(0..);
    rows.filter(|(_, row)| objects.seen_by(*row).2)
        .map(|(subject, _)| *subject)
        .collect()
}

impl Atlas<'_> {
    /// Whether some row says that a data subject is protected.
    pub fn ever_protected(&self, subject: u32) -> bool {
        self.guarded.contains(&subject)
    }

    /// Whether some row of a thing tells of somebody who is protected in any row.
    pub fn guards(&self, thing: Thing) -> bool {
        let mut rows = self.rows(thing).iter();
        !self.guarded.is_empty() && rows.any(|row| self.ever_protected(self.subject(*row)))
    }
}
