//! Exact interning: every name that accesses carry is held once and stands as a number.
//!
//! Numbers are given in the order of first appearance, so merging parts in file order gives the same
//! numbers whatever the number of threads. Equality is by bytes; a hash alone is no identity.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Longest name that a slot holds itself.
const INLINE: usize = 15;
/// Stands where a slot's length would stand, for a name that is held by its hash.
const LONG: u8 = 0xFF;

/// A set of byte strings with a dense number each.
#[derive(Debug, Default, Clone)]
pub struct Interner {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    table: HashTable<Slot>,
    hasher: DefaultHashBuilder,
}

/// A name as the table holds it: a short one whole, so that it is found without a look at the bytes elsewhere; of a
/// long one its hash, and the bytes are compared.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// 128 bits in four words, so that a slot takes twenty bytes and more of them lie near at hand.
    key: [u32; 4],
    number: u32,
}

impl Slot {
    #[inline]
    fn new(key: u128, number: u32) -> Slot {
        Slot {
            key: words(key),
            number,
        }
    }

    #[inline]
    fn is_long(&self) -> bool {
        (self.key[3] >> 24) as u8 == LONG
    }
}

#[inline]
fn words(key: u128) -> [u32; 4] {
    [0, 32, 64, 96].map(|shift| (key >> shift) as u32)
}

impl Interner {
    /// With room for so many strings.
    pub fn for_about(strings: usize) -> Interner {
        Interner {
            table: HashTable::with_capacity(strings),
            ends: Vec::with_capacity(strings),
            ..Interner::default()
        }
    }

    /// The number of a string, given on first sight.
    pub fn number(&mut self, name: &[u8]) -> u32 {
        let (key, hash) = self.key(name);
        if let Some(slot) = self.find(name, key, hash) {
            return slot;
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(name);
        self.ends.push(self.bytes.len());
        let hasher = &self.hasher;
        self.table
            .insert_unique(hash, Slot::new(key, number), |slot| rehash(hasher, slot));
        number
    }

    /// The number of a string that is already known.
    pub fn known(&self, name: &[u8]) -> Option<u32> {
        let (key, hash) = self.key(name);
        self.find(name, key, hash)
    }

    /// The string behind a number; empty for a number that was never given.
    pub fn name(&self, number: u32) -> &[u8] {
        slice(&self.bytes, &self.ends, number)
    }

    /// The string behind a number as text that is one-to-one with its bytes.
    pub fn text(&self, number: u32) -> String {
        text(self.name(number))
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Takes in another interner's strings in their order; entry `i` of the answer is the number that
    /// the other's `i` has here.
    pub fn absorb(&mut self, other: &Interner) -> Vec<u32> {
        if self.is_empty() {
            self.clone_from(other);
            return (0..other.len() as u32).collect();
        }
        (0..other.len())
            .map(|i| self.number(other.name(i as u32)))
            .collect()
    }

    /// Bytes of memory that it holds.
    pub fn memory(&self) -> usize {
        self.bytes.capacity()
            + self.ends.capacity() * 8
            + self.table.capacity() * (size_of::<Slot>() + 1)
    }

    /// What a slot holds of a name, and its hash.
    #[inline]
    fn key(&self, name: &[u8]) -> (u128, u64) {
        if name.len() <= INLINE {
            let mut key = [0; 16];
            key[..name.len()].copy_from_slice(name);
            key[INLINE] = name.len() as u8;
            let key = u128::from_le_bytes(key);
            return (key, self.hasher.hash_one(key));
        }
        let hash = self.hasher.hash_one(name);
        (u128::from(hash) | u128::from(LONG) << 120, hash)
    }

    #[inline]
    fn find(&self, name: &[u8], key: u128, hash: u64) -> Option<u32> {
        let key = words(key);
        let same = |slot: &Slot| {
            // A hash alone is no identity.
            slot.key == key && (!slot.is_long() || self.name(slot.number) == name)
        };
        self.table.find(hash, same).map(|slot| slot.number)
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

/// The hash of a slot, which needs no look at its bytes.
fn rehash(hasher: &DefaultHashBuilder, slot: &Slot) -> u64 {
    match slot.is_long() {
        true => u64::from(slot.key[0]) | u64::from(slot.key[1]) << 32,
        false => {
            let [a, b, c, d] = slot.key.map(u128::from);
            hasher.hash_one(a | b << 32 | c << 64 | d << 96)
        }
    }
}

/// Bytes as text for tables: UTF-8 stays; control characters and bytes that are no UTF-8 become `\xHH`, and so
/// does a backslash that would read like such an escape. Two different byte strings never print alike, and
/// nothing acts on a terminal.
pub fn text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        for (at, c) in valid.char_indices() {
            match c {
                '\\' if reads_like_escape(&valid.as_bytes()[at + 1..]) => push_escaped(&mut out, c),
                c if c.is_control() => push_escaped(&mut out, c),
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02X}"));
        }
    }
    out
}

/// An ID's number and what stands before it: `K-0042` is 42 behind `K-`.
pub fn numbered(id: &[u8]) -> Option<(&[u8], u64)> {
    let digits = id.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (prefix, number) = id.split_at(id.len() - digits);
    // Longer numbers do not fit; hexadecimal tails such as those of UUIDs carry no order.
    if !(1..=18).contains(&digits) || prefix.len() > 16 {
        return None;
    }
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((prefix, number))
}

fn reads_like_escape(rest: &[u8]) -> bool {
    matches!(rest, [b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

fn push_escaped(out: &mut String, c: char) {
    let mut buffer = [0; 4];
    for byte in c.encode_utf8(&mut buffer).bytes() {
        out.push_str(&format!("\\x{byte:02X}"));
    }
}

fn slice<'a>(bytes: &'a [u8], ends: &[usize], number: u32) -> &'a [u8] {
    let i = number as usize;
    match ends.get(i) {
        Some(&end) => &bytes[if i == 0 { 0 } else { ends[i - 1] }..end],
        None => &[],
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

    #[test]
    fn text_keeps_different_bytes_different() {
        assert_eq!(text("Åsa".as_bytes()), "Åsa");
        assert_eq!(text(b"\xff\\xFF\x1b[0m"), "\\xFF\\x5CxFF\\x1B[0m");
        assert_eq!(text(b"DOM\\user"), "DOM\\user");
    }
}
