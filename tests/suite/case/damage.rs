//! Damaged case files and tables never make the reader panic, and always end in a full message.

use super::{CASE, Folder, tables};

/// A small generator of numbers, the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// Bytes with a few places overwritten, cut out or doubled, or nothing but noise.
    fn damaged(&mut self, good: &[u8]) -> Vec<u8> {
        let special = b"\0\n\r\",;[]{}=#'\\-0\xff\xc3\xef\xbb\xbf";
        if self.below(8) == 0 {
            return (0..self.below(200))
                .map(|_| self.below(256) as u8)
                .collect();
        }
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len());
            match self.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, special[self.below(special.len())]),
                2 => drop(bytes.drain(at..(at + self.below(30)).min(bytes.len()))),
                _ => bytes.extend_from_within(at..),
            }
        }
        bytes
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let good = tables();
    let mut held = 0;
    for round in 0..2000 {
        let (case, mut tables) = (CASE.as_bytes().to_vec(), good.clone());
        let folder = match round % 2 {
            0 => Folder::new(&numbers.damaged(&case), &tables),
            _ => {
                let table = numbers.below(tables.len());
                tables[table].1 = numbers.damaged(&tables[table].1);
                Folder::new(&case, &tables)
            }
        };
        match folder.load() {
            Ok(_) => held += 1,
            Err(told) => assert!(told.contains(": ") && told.contains("; "), "{told}"),
        }
    }
    // Some damage is harmless, most is not; all or nothing would mean that nothing was tried.
    assert!((1..1800).contains(&held), "{held}");
}
