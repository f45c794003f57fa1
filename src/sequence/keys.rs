//! A table from names to numbers that holds short names itself, so that finding one is one look at memory.
//!
//! Long names are held by their hash and compared where they stand. Who owns the bytes of the names is left to the caller.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use super::slots::{self, FREE, Slots};

/// Longest name that a slot holds itself.
const INLINE: usize = 15;
/// Stands where a slot's length would stand, for a name that is held by its hash.
const LONG: u8 = 0xFF;

/// Numbers by name.
#[derive(Debug, Default, Clone)]
pub(crate) struct Keys {
    slots: Slots<Slot>,
    hasher: DefaultHashBuilder,
}

/// A name as the table holds it: 128 bits in four words, so that a slot takes twenty bytes.
#[derive(Clone, Copy, Debug)]
struct Slot {
    key: [u32; 4],
    number: u32,
}

impl slots::Slot for Slot {
    const EMPTY: Slot = Slot {
        key: [0; 4],
        number: FREE,
    };

    #[inline]
    fn number(&self) -> u32 {
        self.number
    }
}

/// A name that is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Key {
    words: [u32; 4],
    hash: u32,
}

impl Keys {
    /// With room for so many names.
    pub fn for_about(names: usize) -> Keys {
        Keys {
            slots: Slots::for_about(names),
            ..Keys::default()
        }
    }

    /// What to look for, for a name.
    #[inline]
    pub fn key(&self, name: &[u8]) -> Key {
        match short(name) {
            Some(key) => Key {
                words: words(key),
                hash: high(self.hasher.hash_one(key)),
            },
            None => {
                let hash = self.hasher.hash_one(name);
                Key {
                    words: words(u128::from(hash) | u128::from(LONG) << 120),
                    hash: high(hash),
                }
            }
        }
    }

    /// The number of a name that is there; `same` compares long names.
    #[inline]
    pub fn find(&self, key: &Key, same: impl Fn(u32) -> bool) -> Option<u32> {
        // A hash alone is no identity.
        self.slots.find(key.hash, |slot| {
            slot.key == key.words && (!key.is_long() || same(slot.number))
        })
    }

    /// Adds a name that is not there.
    #[inline]
    pub fn insert(&mut self, key: &Key, number: u32) {
        let slot = Slot {
            key: key.words,
            number,
        };
        let Keys { slots, hasher } = self;
        slots.insert(key.hash, slot, |slot| slot.hash(hasher));
    }
}

impl Slot {
    /// The hash of a slot, which needs no look at its name.
    fn hash(&self, hasher: &DefaultHashBuilder) -> u32 {
        let [a, b, c, d] = self.key.map(u128::from);
        let key = a | b << 32 | c << 64 | d << 96;
        high(match (self.key[3] >> 24) as u8 == LONG {
            true => key as u64,
            false => hasher.hash_one(key),
        })
    }
}

impl Key {
    #[inline]
    fn is_long(&self) -> bool {
        (self.words[3] >> 24) as u8 == LONG
    }
}

/// As much of a hash as a table looks at.
#[inline]
fn high(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// A short name and its length in 128 bits.
#[inline]
pub(super) fn short(name: &[u8]) -> Option<u128> {
    let length = name.len();
    // From both ends: what overlaps is the same.
    let key = match length {
        0 => 0,
        1..4 => {
            let ends = [name[0], name[length / 2], name[length - 1]].map(u128::from);
            ends[0] | ends[1] << (length / 2 * 8) | ends[2] << ((length - 1) * 8)
        }
        4..8 => {
            let (first, last) = (name.first_chunk::<4>()?, name.last_chunk::<4>()?);
            let [first, last] = [first, last].map(|four| u128::from(u32::from_le_bytes(*four)));
            first | last << ((length - 4) * 8)
        }
        8..=INLINE => {
            let (first, last) = (name.first_chunk::<8>()?, name.last_chunk::<8>()?);
            let [first, last] = [first, last].map(|eight| u128::from(u64::from_le_bytes(*eight)));
            first | last << ((length - 8) * 8)
        }
        _ => return None,
    };
    Some(key | (length as u128) << 120)
}

#[inline]
fn words(key: u128) -> [u32; 4] {
    [0, 32, 64, 96].map(|shift| (key >> shift) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A short key is its bytes and its length, so it is one only with itself.
    #[test]
    fn short_keys_are_their_bytes() {
        for length in 0..=INLINE {
            let name: Vec<u8> = (1..=length as u8).map(|n| n * 16 + n).collect();
            let mut bytes = [0; 16];
            bytes[..length].copy_from_slice(&name);
            bytes[INLINE] = length as u8;
            assert_eq!(short(&name), Some(u128::from_le_bytes(bytes)), "{length}");
        }
        assert_eq!(short(&[7; INLINE + 1]), None);
    }

    #[test]
    fn what_was_added_is_found_and_nothing_else() {
        let names: Vec<String> = (0..5000)
            .map(|n| match n % 3 {
                // Alike in all words but one.
                0 => format!("pupil{n:05}"),
                1 => format!("a name that no slot holds itself {n}"),
                _ => format!("{n}\0"),
            })
            .collect();
        let mut keys = Keys::default();
        let same = |wanted: &'_ str| {
            let names = &names;
            let wanted = wanted.to_owned();
            move |number: u32| names[number as usize] == wanted
        };
        for (number, name) in names.iter().enumerate() {
            let key = keys.key(name.as_bytes());
            assert_eq!(keys.find(&key, same(name)), None);
            keys.insert(&key, number as u32);
        }
        for (number, name) in names.iter().enumerate() {
            let key = keys.key(name.as_bytes());
            assert_eq!(keys.find(&key, same(name)), Some(number as u32));
        }
        let key = keys.key(b"pupil00001");
        assert_eq!(keys.find(&key, same("pupil00001")), None);
    }
}
