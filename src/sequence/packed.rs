//! An access as bytes of a fixed length, for disk.

use super::Access;
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
    fn bytes_give_the_same_access() {
        for n in [0, 1, 77, 1 << 33] {
            let mut bytes = Vec::new();
            pack(&access(n), &mut bytes);
            assert_eq!(bytes.len(), PACKED);
            assert_eq!(unpack(&bytes), access(n));
        }
    }
}
