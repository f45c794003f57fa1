//! What each requested ID is: looked up once for each of them, kept in as little memory as there are IDs.

use super::atlas::{Atlas, Thing};
use crate::sequence::NONE;

/// Things by the numbers of the requested IDs.
#[derive(Debug)]
pub struct Things {
    /// Places among the directory's objects, [`NONE`] for IDs that are none of them; empty without a table of objects.
    known: Vec<u32>,
}

impl Things {
    /// From the things of all requested IDs, in the order of their numbers.
    pub fn of(places: Vec<u32>) -> Things {
        Things { known: places }
    }

    /// The place of an ID among the directory's objects; [`NONE`] where it is none of them.
    pub fn place(atlas: &Atlas<'_>, id: &[u8]) -> u32 {
        match atlas.thing(id, NONE) {
            Thing::Known(place) => place,
            Thing::Asked(_) | Thing::Listed(_) => NONE,
        }
    }

    /// What the ID with this number is.
    #[inline]
    pub fn get(&self, asked: u32) -> Thing {
        match self.known.get(asked as usize) {
            Some(place) if *place != NONE => Thing::Known(*place),
            _ => Thing::Asked(asked),
        }
    }
}
