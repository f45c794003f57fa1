//! Accesses and names as bytes, for disk: an access takes the same length each, a name its own.

use super::{Access, Accesses, Interner, Names};
use crate::words::Stamp;

/// Bytes of an access.
pub(super) const PACKED: usize = 73;

/// Writes an access behind what is there.
pub(super) fn pack(access: &Access, out: &mut Vec<u8>) {
    let wide = [
        access.time.0 as u64,
        access.offset,
        access.line,
        access.bytes,
    ];
    let narrow = [
        access.file,
        access.length,
        access.actor,
        access.client,
        access.agent,
        access.object,
        access.container,
        access.skip,
        access.take,
    ];
    wide.iter()
        .for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    narrow
        .iter()
        .for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    out.extend_from_slice(&access.route.to_le_bytes());
    out.extend_from_slice(&access.status.to_le_bytes());
    out.push(u8::from(access.with_body));
}

/// Reads it again from [`PACKED`] bytes.
pub(super) fn unpack(bytes: &[u8]) -> Access {
    let wide = |at: usize| {
        let eight = bytes.get(at * 8..at * 8 + 8);
        u64::from_le_bytes(eight.and_then(|b| b.try_into().ok()).unwrap_or_default())
    };
    let narrow = |at: usize| {
        let four = bytes.get(32 + at * 4..36 + at * 4);
        u32::from_le_bytes(four.and_then(|b| b.try_into().ok()).unwrap_or_default())
    };
    let short = |at: usize| {
        let two = bytes.get(at..at + 2);
        u16::from_le_bytes(two.and_then(|b| b.try_into().ok()).unwrap_or_default())
    };
    Access {
        time: Stamp(wide(0) as i64),
        offset: wide(1),
        line: wide(2),
        bytes: wide(3),
        file: narrow(0),
        length: narrow(1),
        actor: narrow(2),
        client: narrow(3),
        agent: narrow(4),
        object: narrow(5),
        container: narrow(6),
        skip: narrow(7),
        take: narrow(8),
        route: short(68),
        status: short(70),
        with_body: bytes.get(72) == Some(&1),
    }
}

impl Access {
    /// Writes it behind what is there.
    pub fn pack(&self, out: &mut Vec<u8>) {
        pack(self, out);
    }

    /// How many bytes so many accesses take; `None` for what is no number of accesses.
    pub fn packed_bytes(accesses: i64) -> Option<usize> {
        usize::try_from(accesses).ok()?.checked_mul(PACKED)
    }

    /// Accesses out of bytes that hold nothing else.
    pub fn unpack_all(bytes: &[u8]) -> impl Iterator<Item = Access> {
        bytes.chunks_exact(PACKED).map(unpack)
    }
}

impl Accesses {
    /// Writes all of them behind what is there.
    pub fn pack(&self, out: &mut Vec<u8>) {
        out.reserve(8 + self.len() * PACKED);
        out.extend_from_slice(&(self.len() as u64).to_le_bytes());
        self.iter().for_each(|access| pack(&access, out));
    }

    /// Reads them again from the beginning of `bytes`, and gives what follows; `None` where that is not there. All get
    /// the number of their file, which may have changed.
    pub fn unpack(bytes: &[u8], file: u32) -> Option<(Accesses, &[u8])> {
        let (len, rest) = count(bytes)?;
        let (own, rest) = rest.split_at_checked(len.checked_mul(PACKED)?)?;
        let accesses = own.chunks_exact(PACKED).map(|bytes| Access {
            file,
            ..unpack(bytes)
        });
        Some((accesses.collect(), rest))
    }
}

impl Names {
    /// Writes all of them behind what is there.
    pub fn pack(&self, out: &mut Vec<u8>) {
        for names in [&self.actors, &self.clients, &self.agents, &self.objects] {
            let all = || (0..names.len() as u32).map(|number| names.name(number));
            out.extend_from_slice(&(names.len() as u64).to_le_bytes());
            all().for_each(|name| out.extend_from_slice(&(name.len() as u32).to_le_bytes()));
            all().for_each(|name| out.extend_from_slice(name));
        }
    }

    /// Reads them again from the beginning of `bytes`, and gives what follows; `None` where that is not there.
    pub fn unpack(bytes: &[u8]) -> Option<(Names, &[u8])> {
        let (actors, rest) = interner(bytes)?;
        let (clients, rest) = interner(rest)?;
        let (agents, rest) = interner(rest)?;
        let (objects, rest) = interner(rest)?;
        let names = Names {
            actors,
            clients,
            agents,
            objects,
        };
        Some((names, rest))
    }
}

fn interner(bytes: &[u8]) -> Option<(Interner, &[u8])> {
    let (len, rest) = count(bytes)?;
    let (lengths, mut rest) = rest.split_at_checked(len.checked_mul(4)?)?;
    let mut names = Interner::for_about(len);
    for length in lengths.chunks_exact(4) {
        let length = u32::from_le_bytes(length.try_into().ok()?);
        let (name, more) = rest.split_at_checked(length as usize)?;
        names.number(name);
        rest = more;
    }
    // Two equal names would shift all numbers behind them.
    (names.len() == len).then_some((names, rest))
}

fn count(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (len, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u64::from_le_bytes(*len)).ok()?, rest))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An access of which every field says something else.
    pub(crate) fn access(n: u64) -> Access {
        let narrow = |plus: u32| (n as u32).wrapping_mul(31).wrapping_add(plus);
        Access {
            time: Stamp(-(n as i64) - 1),
            offset: n * 1000 + 1,
            line: n + 2,
            bytes: u64::MAX - n,
            file: narrow(3),
            length: narrow(4),
            actor: narrow(5),
            client: narrow(6),
            agent: narrow(7),
            object: u32::MAX - n as u32,
            container: narrow(9),
            skip: narrow(10),
            take: narrow(11),
            route: n as u16,
            status: 1 + n as u16 % 600,
            with_body: n.is_multiple_of(2),
        }
    }

    #[test]
    fn bytes_give_the_same_list() {
        let mut names = Names::default();
        let all: [&[u8]; 4] = [b"", b"a", b"a name that is longer than a slot", b"\xff"];
        all.iter().for_each(|name| _ = names.objects.number(name));
        names.actors.number(b"cx");
        let accesses: Accesses = (0..100).map(access).collect();
        let mut bytes = Vec::new();
        accesses.pack(&mut bytes);
        names.pack(&mut bytes);
        let (read, rest) = Accesses::unpack(&bytes, 9).unwrap();
        assert!(read.iter().eq((0..100).map(|n| Access {
            file: 9,
            ..access(n)
        })));
        let (again, rest) = Names::unpack(rest).unwrap();
        assert!(rest.is_empty());
        assert_eq!(
            (0..4).map(|n| again.objects.name(n)).collect::<Vec<_>>(),
            all
        );
        assert_eq!(again.actors.known(b"cx"), Some(0));
        for cut in 0..bytes.len() {
            let read = Accesses::unpack(&bytes[..cut], 9).and_then(|(_, rest)| Names::unpack(rest));
            assert!(read.is_none(), "cut at {cut}");
        }
    }

    #[test]
    fn bytes_give_the_same_access() {
        for n in [0, 1, 77, 1 << 33] {
            let mut bytes = Vec::new();
            pack(&access(n), &mut bytes);
            assert_eq!(bytes.len(), PACKED);
            assert_eq!(unpack(&bytes), access(n));
        }
    }
}
