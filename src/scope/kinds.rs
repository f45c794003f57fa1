//! IDs that things of several kinds share: a contact, a file and an address book may all be number 17.
//!
//! `kind` tells them apart where it is called as a route's variable is: what a request names by `{contact}` is the
//! contact. Where no row is of that kind, rows of kinds that other routes ask for are not meant; where all are, nothing
//! tells which is. How things stand to an account is left to `scope`.

use std::collections::BTreeSet;

use super::atlas::{Atlas, Thing};
use crate::case::RouteSpec;

/// A kind that routes ask for, or `None` for all others, and the number of the thing that its rows are.
pub(super) type Part<'c> = (Option<&'c str>, u32);

impl<'c> Atlas<'c> {
    /// IDs of objects, how many of them stand for different data subjects of different controllers at the same time though
    /// they are of one kind, and one of these. None counts that has two subjects of one controller, or one who stands with
    /// another ID too: a file or a message that several share is like that, a card in an address book is not.
    pub fn owned_apart(&self) -> (usize, usize, Option<&'c str>) {
        let (mut apart, mut one) = (0, None);
        let mut rows_of = vec![0_u32; self.subjects()];
        for row in 0..self.objects.len() as u32 {
            rows_of[self.subject(row) as usize] += 1;
        }
        for group in 0..self.by_object.len() as u32 {
            let rows = self.by_object.rows(group);
            let Some((first, others)) = rows.split_first().filter(|(_, others)| !others.is_empty())
            else {
                continue;
            };
            let kind = |row: u32| self.objects.row(row).kind;
            let is_apart = |row: &u32| {
                let owners = self.controller(*first).zip(self.controller(*row));
                owners.is_some_and(|(a, b)| a != b)
                    && self.subject(*first) != self.subject(*row)
                    && kind(*first) == kind(*row)
                    && self.objects.valid(*first).meets(&self.objects.valid(*row))
            };
            let owners: BTreeSet<_> = rows.iter().map(|row| self.controller(*row)).collect();
            let cards = rows
                .iter()
                .all(|row| rows_of[self.subject(*row) as usize] == 1);
            if others.iter().any(is_apart) && cards && owners.len() == rows.len() {
                apart += 1;
                one = one.or(Some(self.objects.row(*first).object));
            }
        }
        (self.by_object.len(), apart, one)
    }

    /// Makes things of their own of the kinds that share an ID, as far as routes ask for them.
    pub(super) fn part_by_kind(&mut self, routes: &'c [RouteSpec]) {
        let count = self.by_object.len();
        if count == self.objects.len() {
            return;
        }
        let asked: Vec<&'c str> = routes
            .iter()
            .flat_map(|route| route.object.iter().chain(&route.container))
            .map(String::as_str)
            .collect();
        for group in 0..count as u32 {
            let rows = self.by_object.rows(group);
            let kind = |row: u32| self.objects.row(row).kind;
            // Nearly every object has one row, or rows of one kind.
            if rows.len() < 2 || rows.iter().all(|row| kind(*row) == kind(rows[0])) {
                continue;
            }
            let mut kinds: Vec<(Option<&'c str>, Vec<u32>)> = Vec::new();
            for row in rows {
                let own = kind(*row);
                let kind = asked.iter().copied().find(|name| *name == own);
                match kinds.iter_mut().find(|known| known.0 == kind) {
                    Some(known) => known.1.push(*row),
                    None => kinds.push((kind, vec![*row])),
                }
            }
            if kinds.len() < 2 {
                continue;
            }
            let mut parts: Vec<Part<'c>> = Vec::new();
            for (kind, rows) in kinds {
                let number = (count + self.parts.len()) as u32;
                for row in &rows {
                    self.object_of[*row as usize] = number;
                }
                parts.push((kind, number));
                self.parts.push(rows);
            }
            self.parts_of.insert(group, parts);
        }
        let mut listed = std::mem::take(&mut self.listed);
        for thing in &mut listed {
            *thing = self.meant_on_a_list(*thing);
        }
        self.listed = listed;
    }

    /// Whether several kinds of things share an ID, and what a request names by a variable tells which is meant.
    pub fn is_shared(&self, thing: Thing) -> bool {
        !self.parts(thing).is_empty()
    }

    /// The thing that a request means which names an ID by a route's variable.
    pub fn meant(&self, thing: Thing, variable: Option<&str>) -> Thing {
        let parts = self.parts(thing);
        let of = |kind: Option<&str>| parts.iter().find(|part| part.0 == kind);
        let own = variable.and_then(|name| of(Some(name)));
        own.or_else(|| of(None))
            .map_or(thing, |part| Thing::Known(part.1))
    }

    /// The things that share the ID of one, each by itself.
    pub fn each_of(&self, thing: Thing) -> Vec<Thing> {
        match self.parts(thing) {
            [] => vec![thing],
            parts => parts.iter().map(|part| Thing::Known(part.1)).collect(),
        }
    }

    /// Of things that share an ID a list names the one that is no container, if there is one such.
    fn meant_on_a_list(&self, thing: Thing) -> Thing {
        let container = |kind: &str| self.only_containers.contains(&kind);
        let parts = self.parts(thing).iter();
        let mut parts = parts.filter(|part| part.0.is_none_or(|kind| !container(kind)));
        match (parts.next(), parts.next()) {
            (Some(only), None) => Thing::Known(only.1),
            _ => thing,
        }
    }

    fn parts(&self, thing: Thing) -> &[Part<'c>] {
        match thing {
            Thing::Known(group) => self.parts_of.get(&group).map_or(&[], |parts| parts),
            Thing::Asked(_) | Thing::Listed(_) => &[],
        }
    }
}
