//! What stood on a page, by the rows of members, or by units where no row tells.
//!
//! Plain loops over the rows; who may see what stood there is left to `rights`.

use std::collections::{BTreeMap, HashSet};

use super::reading::Slice;
use super::rights::{Rights, Thing};
use crate::words::Stamp;

impl<'c> Rights<'c> {
    /// Members that `members` names for a container.
    pub(super) fn recipients(&self, container: &[u8]) -> &[u32] {
        self.members.get(container).map_or(&[], |rows| rows)
    }

    /// What stood on a page, and whether it is known that exactly this did. `None`: the directory does not know the
    /// container. `content`: the answer is known to have held something.
    pub(super) fn page(
        &self,
        id: &[u8],
        slice: Slice,
        at: Stamp,
        content: bool,
    ) -> Option<(Vec<Thing>, bool)> {
        let members = self.recipients(id);
        if members.is_empty() {
            let mut things = self.under(self.unit_behind(id, at)?, at)?;
            things.retain(|thing| !self.holds_others(*thing, id));
            return Some((things, false));
        }
        let all = self.case.directory.members.as_deref().unwrap_or_default();
        let thing = |row: &u32| {
            let object = all[*row as usize].object.as_bytes();
            let known = self.on_list(object).or_else(|| self.listed(object));
            known.unwrap_or(Thing::Listed(*row))
        };
        let holds = |row: &&u32| all[**row as usize].valid.holds(at);
        let then = once(members.iter().filter(holds).map(thing));
        let ever = || once(members.iter().map(thing));
        let shown: Vec<Thing> = match slice {
            _ if then.is_empty() => return Some((ever(), false)),
            Slice::Unreadable => return Some((then, false)),
            Slice::All => then,
            Slice::Part(skip, take) => {
                let all = then.iter().copied();
                let shown: Vec<Thing> = all.skip(skip as usize).take(take as usize).collect();
                // Content where the table knows of nobody: it was not this table that was read out.
                if shown.is_empty() && content {
                    return Some((ever(), false));
                }
                shown
            }
        };
        Some((shown, true))
    }

    /// What lists that stand on a page hold, and lists in these.
    pub(super) fn within(&self, page: &[Thing], at: Stamp) -> Vec<Thing> {
        let mut seen: HashSet<Thing> = page.iter().copied().collect();
        let mut open: Vec<Thing> = page.to_vec();
        let mut within = Vec::new();
        while let Some(thing) = open.pop() {
            let id = self.id(thing);
            if !self.about_nobody(thing) || self.recipients(id).is_empty() {
                continue;
            }
            let inner = self.page(id, Slice::All, at, false);
            // Whom the table names at no time it names here too, as nobody then.
            let inner = inner.filter(|(_, known)| *known).unwrap_or_default().0;
            for one in inner {
                if seen.insert(one) {
                    within.push(one);
                    open.push(one);
                }
            }
        }
        within
    }

    pub(super) fn id(&self, thing: Thing) -> &'c [u8] {
        let members = self.case.directory.members.as_deref().unwrap_or_default();
        match thing {
            Thing::Known(row) | Thing::OfKind(row) => self.objects.names(row).0.as_bytes(),
            Thing::Listed(row) => members[row as usize].object.as_bytes(),
            Thing::Asked(_) => &[],
        }
    }

    /// Whether the table of objects names no subject of a thing.
    fn about_nobody(&self, thing: Thing) -> bool {
        let mut rows = self.rows_of(thing).iter();
        rows.all(|row| self.objects.names(*row).1.is_empty())
    }

    /// Whether a thing of a unit is the container of this ID, or another that tells of nobody and holds others.
    fn holds_others(&self, thing: Thing, container: &[u8]) -> bool {
        let kind = |row: &u32| self.list_kinds.contains(self.objects.row(*row).kind);
        let id = self.id(thing);
        self.about_nobody(thing)
            && (id == container
                || !self.recipients(id).is_empty()
                || self.rows_of(thing).iter().all(kind))
    }

    /// The unit that a container belongs to as an object, or is itself.
    fn unit_behind(&self, id: &[u8], at: Stamp) -> Option<u32> {
        let all = self.rows(id);
        let holds = |row: &u32| self.objects.valid(*row).holds(at);
        let mut rows: Vec<u32> = all.iter().copied().filter(holds).collect();
        if rows.is_empty() {
            rows.extend(self.another_time(all, at));
        }
        let contains = |row: &&u32| !self.closed_kinds.contains(self.objects.row(**row).kind);
        let unit = rows
            .iter()
            .find(contains)
            .and_then(|row| self.objects.unit(*row));
        unit.or_else(|| self.unit_ids.get(id).copied())
    }

    /// Things of a unit and those below; those of any time where none holds then.
    fn under(&self, unit: u32, at: Stamp) -> Option<Vec<Thing>> {
        let mut rows = Vec::new();
        let mut open = vec![unit];
        while let Some(unit) = open.pop() {
            rows.extend(self.in_unit.get(&unit).into_iter().flatten().copied());
            open.extend(self.below.get(&unit).into_iter().flatten().copied());
        }
        let holds = |row: &u32| self.objects.valid(*row).holds(at);
        let known = rows.iter().any(holds);
        rows.retain(|row| !known || holds(row));
        let mut things = BTreeMap::new();
        for row in rows {
            let all = self.rows(self.objects.names(row).0.as_bytes());
            let mut own = all
                .iter()
                .filter_map(|first| self.of_kind.get_key_value(first));
            match own.find(|(_, rows)| rows.contains(&row)) {
                Some((first, _)) => things.insert(*first, Thing::OfKind(*first)),
                None => things.insert(all[0], Thing::Known(all[0])),
            };
        }
        Some(things.into_values().collect())
    }
}

/// Each thing once, where it stands first.
fn once(things: impl Iterator<Item = Thing>) -> Vec<Thing> {
    let mut seen = HashSet::new();
    things.filter(|thing| seen.insert(*thing)).collect()
}
