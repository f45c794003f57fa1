//! Exact interning: every name that accesses carry is held once and stands as a number.
//!
//! Numbers are given in the order of first appearance, so merging parts in file order gives the same
//! numbers whatever the number of threads. Equality is by bytes; a hash alone is no identity.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::keys::{Key, Keys};

/// Names that are looked for side by side.
const SIDE_BY_SIDE: usize = 16;

/// A set of byte strings with a dense number each.
#[derive(Debug, Default, Clone)]
pub struct Interner {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    keys: Keys,
}

impl Interner {
    /// With room for so many strings.
    pub fn for_about(strings: usize) -> Interner {
        Interner {
            keys: Keys::for_about(strings),
            ends: Vec::with_capacity(strings),
            ..Interner::default()
        }
    }

    /// The number of a string, given on first sight.
    pub fn number(&mut self, name: &[u8]) -> u32 {
        let key = self.keys.key(name);
        match self.keys.find(&key, |number| self.name(number) == name) {
            Some(number) => number,
            None => self.add(name, &key),
        }
    }

    fn add(&mut self, name: &[u8], key: &Key) -> u32 {
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(name);
        self.ends.push(self.bytes.len());
        self.keys.insert(key, number);
        number
    }

    /// The number of a string that is already known.
    pub fn known(&self, name: &[u8]) -> Option<u32> {
        let key = self.keys.key(name);
        self.keys.find(&key, |number| self.name(number) == name)
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
        let mut moved = Vec::with_capacity(other.len());
        let numbers: Vec<u32> = (0..other.len() as u32).collect();
        for some in numbers.chunks(SIDE_BY_SIDE) {
            let mut keys = [Key::default(); SIDE_BY_SIDE];
            for (key, number) in keys.iter_mut().zip(some) {
                *key = self.keys.key(other.name(*number));
            }
            let glances = keys.map(|key| self.keys.glance(&key));
            for ((number, key), glance) in some.iter().zip(&keys).zip(glances) {
                let name = other.name(*number);
                let same = |number| self.name(number) == name;
                let known = self.keys.find_from(glance, key, same);
                moved.push(known.unwrap_or_else(|| self.add(name, key)));
            }
        }
        moved
    }

    /// Bytes of memory that it holds.
    pub fn memory(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * 8 + self.keys.memory()
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
