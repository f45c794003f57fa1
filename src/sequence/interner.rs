//! Exact interning: every name that accesses carry is held once and stands as a number.
//!
//! Numbers are given in the order of first appearance, so merging parts in file order gives the same
//! numbers whatever the number of threads. Equality is by bytes; a hash alone is no identity.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::cells::{Cell, Cells};
use super::names::text;
use super::slots::{self, FREE, Slots};

/// Names that are looked for side by side, so that they do not wait for each other's memory.
const SIDE_BY_SIDE: usize = 16;

/// A set of byte strings with a dense number each.
#[derive(Debug, Default, Clone)]
pub struct Interner {
    cells: Cells,
    slots: Slots<Slot>,
    hasher: DefaultHashBuilder,
}

/// A name's number, and as much of its hash as finds its place again in a larger table.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    number: u32,
}

impl slots::Slot for Slot {
    const EMPTY: Slot = Slot {
        hash: 0,
        number: FREE,
    };

    #[inline]
    fn number(&self) -> u32 {
        self.number
    }
}

/// A name that is looked for.
#[derive(Debug, Clone, Copy)]
struct Key<'n> {
    hash: u32,
    /// What its cell is, if it is short.
    cell: Option<Cell>,
    name: &'n [u8],
}

impl Interner {
    /// With room for so many strings.
    pub fn for_about(strings: usize) -> Interner {
        Interner {
            slots: Slots::for_about(strings),
            ..Interner::default()
        }
    }

    /// The number of a string, given on first sight.
    #[inline]
    pub fn number(&mut self, name: &[u8]) -> u32 {
        let key = self.key(name);
        match self.find(&key) {
            Some(number) => number,
            None => self.add(&key),
        }
    }

    /// The number of a string that is already known.
    pub fn known(&self, name: &[u8]) -> Option<u32> {
        self.find(&self.key(name))
    }

    /// The string behind a number; empty for a number that was never given.
    #[inline]
    pub fn name(&self, number: u32) -> &[u8] {
        self.cells.name(number)
    }

    /// The string behind a number as text that is one-to-one with its bytes.
    pub fn text(&self, number: u32) -> String {
        text(self.name(number))
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in another interner's strings in their order; entry `i` of the answer is the number that
    /// the other's `i` has here.
    pub fn absorb(&mut self, other: &Interner) -> Vec<u32> {
        if self.is_empty() {
            self.clone_from(other);
            return (0..other.len() as u32).collect();
        }
        let mut moved = Vec::with_capacity(other.len());
        let numbers: Vec<u32> = (0..other.len() as u32).collect();
        for some in numbers.chunks(SIDE_BY_SIDE) {
            let mut keys = [self.key(&[]); SIDE_BY_SIDE];
            for (key, number) in keys.iter_mut().zip(some) {
                *key = self.key(other.name(*number));
            }
            let slots = keys.map(|key| self.slots.first(key.hash));
            let cells = slots.map(|slot| self.cells.cell(slot.number));
            for ((key, slot), cell) in keys.iter().zip(slots).zip(cells).take(some.len()) {
                // Names that were added since do no harm: a number is for good, and what this did not see is looked for.
                let seen = cell.is_some() && cell == key.cell;
                let known = if seen {
                    Some(slot.number)
                } else {
                    self.find(key)
                };
                moved.push(known.unwrap_or_else(|| self.add(key)));
            }
        }
        moved
    }

    /// Bytes of memory that it holds.
    pub fn memory(&self) -> usize {
        self.cells.memory() + self.slots.memory()
    }

    #[inline]
    fn key<'n>(&self, name: &'n [u8]) -> Key<'n> {
        let cell = Cell::short(name);
        let hash = match cell {
            Some(cell) => self.hasher.hash_one(cell.bits()),
            None => self.hasher.hash_one(name),
        };
        Key {
            hash: (hash >> 32) as u32,
            cell,
            name,
        }
    }

    /// Whether a number's name is the one that is looked for.
    #[inline]
    fn is(&self, number: u32, key: &Key<'_>) -> bool {
        match key.cell {
            Some(cell) => self.cells.cell(number) == Some(cell),
            None => self.cells.name(number) == key.name,
        }
    }

    #[inline]
    fn find(&self, key: &Key<'_>) -> Option<u32> {
        let is = |slot: &Slot| slot.hash == key.hash && self.is(slot.number, key);
        self.slots.find(key.hash, is)
    }

    /// Adds a name that is not there.
    fn add(&mut self, key: &Key<'_>) -> u32 {
        let number = u32::try_from(self.cells.len()).unwrap_or(FREE);
        match key.cell {
            Some(cell) => self.cells.push(cell),
            None => self.cells.push_long(key.name),
        }
        let slot = Slot {
            hash: key.hash,
            number,
        };
        self.slots.insert(key.hash, slot, |slot| slot.hash);
        number
    }
}

/// As the list of its strings, in the order of their numbers.
impl Serialize for Interner {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.len() as u32).map(|number| self.name(number)))
    }
}

impl<'de> Deserialize<'de> for Interner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Interner, D::Error> {
        let all = Vec::<Vec<u8>>::deserialize(deserializer)?;
        let mut names = Interner::for_about(all.len());
        all.iter().for_each(|name| _ = names.number(name));
        // Two equal names would shift all numbers behind them.
        match names.len() == all.len() {
            true => Ok(names),
            false => Err(D::Error::custom("a name that comes twice")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_first_appearance_and_survive_merging() {
        let mut left = Interner::default();
        let mut right = Interner::default();
        assert_eq!((left.number(b"a"), left.number(b"b")), (0, 1));
        assert_eq!((right.number(b"c"), right.number(b"a")), (0, 1));
        assert_eq!(left.absorb(&right), vec![2, 0]);
        assert_eq!(left.name(2), b"c");
        assert_eq!(left.known(b"zz"), None);
    }

    /// Names of all lengths, alike in all but a byte: as many as make the tables grow several times.
    fn many() -> Vec<Vec<u8>> {
        let name = |n: u32| match n % 4 {
            0 => format!("pupil{n:05}"),
            1 => format!("a name that no cell holds itself {n}"),
            2 => format!("{n}\0"),
            _ => format!("{n}"),
        };
        (0..200_000).map(|n| name(n).into_bytes()).collect()
    }

    #[test]
    fn what_was_added_is_found_and_nothing_else() {
        let mut names = Interner::default();
        for (number, name) in many().iter().enumerate() {
            assert_eq!(names.known(name), None);
            assert_eq!(names.number(name), number as u32);
            assert_eq!(names.number(name), number as u32);
        }
        for (number, name) in many().iter().enumerate() {
            assert_eq!(names.known(name), Some(number as u32));
            assert_eq!(names.name(number as u32), name);
        }
        for other in ["pupil00001", "a name that no cell holds itself 0", "", "\0"] {
            assert_eq!(names.known(other.as_bytes()), None);
        }
        assert_eq!(names.name(200_000), b"");
    }

    #[test]
    fn one_that_takes_in_another_has_the_names_of_both() {
        let all = many();
        let (mut left, mut right) = (Interner::default(), Interner::for_about(3));
        for (n, name) in all.iter().enumerate() {
            match n % 3 {
                0 => _ = left.number(name),
                1 => _ = right.number(name),
                _ => _ = (left.number(name), right.number(name)),
            }
        }
        let moved = left.absorb(&right);
        assert_eq!(left.len(), all.len());
        for (number, new) in moved.iter().enumerate() {
            assert_eq!(left.name(*new), right.name(number as u32));
        }
        assert!(all.iter().all(|name| left.known(name).is_some()));
    }

    /// Memory is what the program is given to be short of, so a name takes little more than itself.
    #[test]
    fn short_names_take_thirty_bytes() {
        let mut names = Interner::default();
        (0..1_000_000_u32).for_each(|n| _ = names.number(format!("contact-{n:07}").as_bytes()));
        let each = names.memory() / names.len();
        assert!(each <= 30, "{each}");
    }
}
