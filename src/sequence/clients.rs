//! Client addresses by number. An IPv4 address is its own number, so it takes no memory however many a log has; every
//! other name, IPv6 addresses among them, is interned.
//!
//! Equality is by the bytes of the log all the same: an address that is not written in the one usual way is interned too.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::names::text;
use super::{Interner, NONE};

/// From here on numbers are of interned names. The addresses 224.0.0.0 and above are nobody's own (multicast, reserved), so
/// a log that has them all the same interns them.
const INTERNED: u32 = 224 << 24;
/// Longest usual form, `255.255.255.255`.
const LONGEST: usize = 15;

/// Client addresses by number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Clients {
    others: Interner,
}

impl Clients {
    /// The number of an address as a log writes it. Without a number ([`NONE`]) is only what comes behind half a milliard of
    /// interned names, for which no machine has the memory.
    #[inline]
    pub fn number(&mut self, name: &[u8]) -> u32 {
        match usual(name) {
            Some(address) => address,
            None => behind(self.others.number(name)),
        }
    }

    /// The address behind a number; empty for a number that was never given.
    pub fn name(&self, number: u32) -> Cow<'_, [u8]> {
        match number {
            INTERNED.. => Cow::Borrowed(self.others.name(number - INTERNED)),
            address => Cow::Owned(std::net::Ipv4Addr::from(address).to_string().into_bytes()),
        }
    }

    /// The address behind a number as text that is one-to-one with its bytes.
    pub fn text(&self, number: u32) -> String {
        text(&self.name(number))
    }

    /// Takes in other addresses; entry `i` of the answer is the number that the other's interned name `i` has here.
    pub fn absorb(&mut self, other: &Clients) -> Vec<u32> {
        let moved = self.others.absorb(&other.others).into_iter();
        moved.map(behind).collect()
    }

    /// Where the other's interned names stand here; [`NONE`] for those that do not.
    pub fn find(&self, other: &Clients) -> Vec<u32> {
        let names = (0..other.others.len() as u32).map(|number| other.others.name(number));
        names
            .map(|name| self.others.known(name).map_or(NONE, behind))
            .collect()
    }

    /// The number that an address has where its interned name went as [`Clients::absorb`] or [`Clients::find`] says.
    #[inline]
    pub(super) fn moved(map: &[u32], number: u32) -> u32 {
        match number.checked_sub(INTERNED) {
            Some(old) => map.get(old as usize).copied().unwrap_or(NONE),
            None => number,
        }
    }

    /// The names that are interned.
    pub(super) fn interned(&self) -> &Interner {
        &self.others
    }

    /// The same, to add some that were interned elsewhere.
    pub(super) fn interned_mut(&mut self) -> &mut Interner {
        &mut self.others
    }

    /// Of names that were interned elsewhere.
    pub(super) fn of(others: Interner) -> Clients {
        Clients { others }
    }
}

/// The number of an interned name.
fn behind(interned: u32) -> u32 {
    interned.checked_add(INTERNED).unwrap_or(NONE)
}

/// An IPv4 address in its usual form: four numbers without zeros in front.
#[inline]
fn usual(name: &[u8]) -> Option<u32> {
    if name.len() > LONGEST {
        return None;
    }
    let (mut address, mut part, mut digits, mut dots) = (0_u32, 0_u32, 0, 0);
    for byte in name {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => {
                // A zero in front, or a fourth digit.
                if digits > 0 && part == 0 || digits == 3 {
                    return None;
                }
                part = part * 10 + u32::from(digit);
                digits += 1;
            }
            _ if *byte == b'.' && digits > 0 && dots < 3 && part < 256 => {
                address = address << 8 | part;
                (part, digits, dots) = (0, 0, dots + 1);
            }
            _ => return None,
        }
    }
    let whole = dots == 3 && digits > 0 && part < 256;
    let address = address << 8 | part;
    (whole && address < INTERNED).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_numbered_comes_back() {
        let names: [&[u8]; 24] = [
            b"",
            b"-",
            b"0.0.0.0",
            b"1.2.3.4",
            b"01.2.3.4",
            b"1.2.3.04",
            b"1.2.3.00",
            b"1.2.3.256",
            b"1.2.3.1000",
            b"256.2.3.4",
            b"1..3.4",
            b".1.2.3",
            b"1.2.3.",
            b"1.2.3",
            b"1.2.3.4.5",
            b"1.2.3.4 ",
            b"223.255.255.255",
            b"224.0.0.0",
            b"255.255.255.255",
            b"4294967295.2.3.4",
            b"::1",
            b"::ffff:1.2.3.4",
            b"host.example.org",
            b"1.2.3.\xff",
        ];
        let mut clients = Clients::default();
        let numbers: Vec<u32> = names.iter().map(|name| clients.number(name)).collect();
        for (name, number) in names.iter().zip(&numbers) {
            assert_eq!(&*clients.name(*number), *name);
            assert_eq!(clients.number(name), *number);
        }
        let distinct: std::collections::BTreeSet<&u32> = numbers.iter().collect();
        assert_eq!(distinct.len(), names.len());
        // Those that are their own number.
        assert_eq!(numbers.iter().filter(|n| **n < INTERNED).count(), 3);
        assert_eq!(&*clients.name(NONE), b"");
    }

    #[test]
    fn addresses_stay_and_names_move() {
        let (mut left, mut right) = (Clients::default(), Clients::default());
        left.number(b"a");
        let (b, address) = (right.number(b"b"), right.number(b"10.0.0.1"));
        let find = left.find(&right);
        assert_eq!(Clients::moved(&find, b), NONE);
        let map = left.absorb(&right);
        for (number, name) in [(b, &b"b"[..]), (address, b"10.0.0.1")] {
            assert_eq!(&*left.name(Clients::moved(&map, number)), name);
        }
        assert_eq!(Clients::moved(&left.find(&right), b), left.number(b"b"));
        assert_eq!(Clients::moved(&map, NONE), NONE);
    }
}
