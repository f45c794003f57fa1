//! Accesses and names as bytes. A run of accesses is written by what changes from one to the next, which takes about a
//! third of what they take in memory; a name takes its own length.

use std::ops::Range;

use super::{Access, Accesses, Clients, Interner, Names};
use crate::words::Stamp;

/// Numbers of an access that follow the control word of a run, in their order.
const NUMBERS: usize = 14;
/// How many bytes each of them takes, by its two bits in the control word.
const WIDTHS: [[usize; 4]; NUMBERS] = {
    const NAME: [usize; 4] = [0, 1, 3, 4];
    // Microseconds; bytes of a file; lines; bytes of an answer; a line's length; names; pages; route and status.
    [
        [0, 3, 5, 8],
        [0, 2, 5, 8],
        [0, 1, 4, 8],
        [0, 2, 4, 8],
        NAME,
        [0, 1, 2, 4],
        NAME,
        NAME,
        NAME,
        NAME,
        NAME,
        NAME,
        NAME,
        [0, 1, 2, 4],
    ]
};
/// Where the control word says whether there is a body.
const BODY: u32 = 2 * NUMBERS as u32;
/// Most bytes of an access in a run, and room for a number that is written whole before it is cut.
const MOST: usize = 4 + 8 * NUMBERS + 8;
/// Bytes in which any access ends: a power of two, and eight.
const SPACE: usize = 128 + 8;
const _: () = assert!(MOST <= SPACE);

/// Small where a signed number is near zero.
fn folded(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unfolded(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// The same of 32 bits, with the difference taken so that none is one step from 0.
fn step(new: u32, old: u32) -> u64 {
    let number = new.wrapping_sub(old) as i32;
    u64::from(((number << 1) ^ (number >> 31)) as u32)
}

fn stepped(old: u32, step: u64) -> u32 {
    let step = step as u32;
    old.wrapping_add(((step >> 1) as i32 ^ -((step & 1) as i32)) as u32)
}

/// Where the next line would begin, were it the next one.
fn behind(access: &Access) -> u64 {
    access
        .offset
        .wrapping_add(u64::from(access.length))
        .wrapping_add(1)
}

fn kind(access: &Access) -> u32 {
    u32::from(access.route) << 16 | u32::from(access.status)
}

/// Writes accesses behind what is there, each by what differs from the one before.
pub(super) fn pack_run(accesses: impl IntoIterator<Item = Access>, out: &mut Vec<u8>) {
    let mut before = Access::BLANK;
    let mut buffer = [0_u8; MOST];
    for access in accesses {
        let numbers: [u64; NUMBERS] = [
            folded(access.time.0.wrapping_sub(before.time.0)),
            folded(access.offset.wrapping_sub(behind(&before)) as i64),
            folded(access.line.wrapping_sub(before.line).wrapping_sub(1) as i64),
            // No count of bytes is one step from 0.
            access.bytes.wrapping_add(1),
            step(access.file, before.file),
            step(access.length, before.length),
            step(access.actor, before.actor),
            step(access.client, before.client),
            step(access.agent, before.agent),
            step(access.object, before.object),
            step(access.container, before.container),
            step(access.skip, before.skip),
            step(access.take, before.take),
            u64::from(kind(&access) ^ kind(&before)),
        ];
        let mut control = u32::from(access.with_body) << BODY;
        let mut at = 4;
        for (place, (number, widths)) in numbers.iter().zip(WIDTHS).enumerate() {
            let needed = 8 - number.leading_zeros() as usize / 8;
            let code = widths.iter().take_while(|width| **width < needed).count() & 3;
            control |= (code as u32) << (2 * place);
            buffer[at..at + 8].copy_from_slice(&number.to_le_bytes());
            at += widths[code];
        }
        buffer[..4].copy_from_slice(&control.to_le_bytes());
        out.extend_from_slice(&buffer[..at]);
        before = access;
    }
}

/// Reads so many accesses of a run and shows each; `None` where `bytes` are not just these.
pub(super) fn unpack_run(
    mut bytes: &[u8],
    count: usize,
    mut see: impl FnMut(Access),
) -> Option<()> {
    let mut before = Access::BLANK;
    for _ in 0..count {
        let (control, numbers) = match bytes.first_chunk() {
            Some(chunk) => {
                let (control, numbers, used) = spacious(chunk);
                bytes = &bytes[used..];
                (control, numbers)
            }
            None => scant(&mut bytes)?,
        };
        let [
            time,
            offset,
            line,
            answered,
            file,
            length,
            actor,
            client,
            agent,
            object,
            container,
            skip,
            take,
            changed,
        ] = numbers;
        let kind = kind(&before) ^ changed as u32;
        before = Access {
            time: Stamp(before.time.0.wrapping_add(unfolded(time))),
            offset: behind(&before).wrapping_add(unfolded(offset) as u64),
            line: before
                .line
                .wrapping_add(1)
                .wrapping_add(unfolded(line) as u64),
            bytes: answered.wrapping_sub(1),
            file: stepped(before.file, file),
            length: stepped(before.length, length),
            actor: stepped(before.actor, actor),
            client: stepped(before.client, client),
            agent: stepped(before.agent, agent),
            object: stepped(before.object, object),
            container: stepped(before.container, container),
            skip: stepped(before.skip, skip),
            take: stepped(before.take, take),
            route: (kind >> 16) as u16,
            status: kind as u16,
            with_body: control >> BODY & 1 == 1,
        };
        see(before);
    }
    bytes.is_empty().then_some(())
}

/// The control word and numbers at the beginning of bytes that reach beyond any access, and how many they take.
#[inline]
fn spacious(bytes: &[u8; SPACE]) -> (u32, [u64; NUMBERS], usize) {
    let control = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let mut numbers = [0_u64; NUMBERS];
    let mut at = 4;
    for (place, (number, widths)) in numbers.iter_mut().zip(&WIDTHS).enumerate() {
        let width = widths[(control >> (2 * place)) as usize & 3];
        let mut eight = [0; 8];
        // Always below; said so, it costs no check.
        let from = at & (SPACE - 9);
        eight.copy_from_slice(&bytes[from..from + 8]);
        *number = u64::from_le_bytes(eight) & mask(width);
        at += width;
    }
    (control, numbers, at)
}

/// The same near the end of the bytes, of which they are taken off.
fn scant(bytes: &mut &[u8]) -> Option<(u32, [u64; NUMBERS])> {
    let (control, mut rest) = bytes.split_first_chunk()?;
    let control = u32::from_le_bytes(*control);
    let mut numbers = [0_u64; NUMBERS];
    for (place, (number, widths)) in numbers.iter_mut().zip(&WIDTHS).enumerate() {
        let width = widths[(control >> (2 * place)) as usize & 3];
        let mut eight = [0; 8];
        let (own, behind) = rest.split_at_checked(width)?;
        eight[..width].copy_from_slice(own);
        *number = u64::from_le_bytes(eight);
        rest = behind;
    }
    *bytes = rest;
    Some((control, numbers))
}

/// The lowest so many bytes.
fn mask(width: usize) -> u64 {
    const MASKS: [u64; 9] = {
        let mut masks = [u64::MAX; 9];
        let mut width = 0;
        while width < 8 {
            masks[width] = (1 << (8 * width)) - 1;
            width += 1;
        }
        masks
    };
    MASKS[width]
}

impl Access {
    /// Writes accesses behind what is there, for somebody who knows how many there are.
    pub fn pack_run(accesses: impl IntoIterator<Item = Access>, out: &mut Vec<u8>) {
        pack_run(accesses, out);
    }

    /// Reads them again; `None` where `bytes` are not just so many accesses.
    pub fn unpack_run(bytes: &[u8], count: i64) -> Option<Vec<Access>> {
        let count = usize::try_from(count).ok()?;
        // Each takes four bytes at least: what claims more is not what was written.
        let mut all = Vec::with_capacity(count.min(bytes.len() / 4));
        unpack_run(bytes, count, |access| all.push(access))?;
        Some(all)
    }
}

impl Accesses {
    /// Writes all of them behind what is there.
    pub fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.len() as u64).to_le_bytes());
        let length = out.len();
        out.extend_from_slice(&[0; 8]);
        pack_run(self.iter(), out);
        let written = (out.len() - length - 8) as u64;
        out[length..length + 8].copy_from_slice(&written.to_le_bytes());
    }

    /// Reads them again from the beginning of `bytes`, and gives what follows; `None` where that is not there. All get
    /// the number of their file, which may have changed.
    pub fn unpack(bytes: &[u8], file: u32) -> Option<(Accesses, &[u8])> {
        let (len, rest) = count(bytes)?;
        let (written, rest) = count(rest)?;
        let (own, rest) = rest.split_at_checked(written)?;
        let mut all = Access::unpack_run(own, i64::try_from(len).ok()?)?;
        all.iter_mut().for_each(|access| access.file = file);
        Some((Accesses::from(all), rest))
    }
}

impl Names {
    /// Writes all of them behind what is there.
    pub fn pack(&self, out: &mut Vec<u8>) {
        for names in self.lists() {
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
        let clients = Clients::of(clients);
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

impl Names {
    /// How many there are of each of its lists.
    pub fn lens(&self) -> [u32; 4] {
        self.lists().map(|list| list.len() as u32)
    }

    /// Writes some of one of its lists behind what is there.
    pub fn pack_some(&self, list: u8, some: Range<u32>, out: &mut Vec<u8>) {
        if let Some(list) = self.lists().get(usize::from(list)) {
            for name in some.map(|number| list.name(number)) {
                out.extend_from_slice(&(name.len() as u32).to_le_bytes());
                out.extend_from_slice(name);
            }
        }
    }

    /// Reads them again behind those that are there; `None` where `bytes` are not just such names.
    pub fn unpack_some(&mut self, list: u8, mut bytes: &[u8]) -> Option<()> {
        let mut lists = [
            &mut self.actors,
            self.clients.interned_mut(),
            &mut self.agents,
            &mut self.objects,
        ];
        let list = lists.get_mut(usize::from(list))?;
        while let Some((length, rest)) = bytes.split_first_chunk() {
            let (name, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            // A name that is there already would shift all numbers behind it.
            let next = list.len();
            (list.number(name) as usize == next).then_some(())?;
            bytes = rest;
        }
        bytes.is_empty().then_some(())
    }

    pub(super) fn lists(&self) -> [&Interner; 4] {
        let clients = self.clients.interned();
        [&self.actors, clients, &self.agents, &self.objects]
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
            time: Stamp(!(n as i64)),
            offset: n.wrapping_mul(1000).wrapping_add(1),
            line: n.wrapping_add(2),
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
    fn a_run_is_read_as_it_was_written() {
        // Every width of every number, up and down.
        let mut all: Vec<Access> = (0..64)
            .flat_map(|n| [access(1 << n), access(!0 >> n), access(n), Access::BLANK])
            .collect();
        all.extend((0..1000).map(access));
        let mut bytes = Vec::new();
        pack_run(all.iter().copied(), &mut bytes);
        let mut read = Vec::new();
        assert_eq!(
            unpack_run(&bytes, all.len(), |one| read.push(one)),
            Some(())
        );
        assert_eq!(read, all);
        for (cut, count) in [(1, 0), (0, 1), (1, 1)] {
            let cut = &bytes[..bytes.len() - cut];
            assert_eq!(unpack_run(cut, all.len() + count, |_| ()), None);
        }
        assert_eq!(unpack_run(&bytes, all.len() - 1, |_| ()), None);
    }
}
