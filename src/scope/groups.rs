//! Rows of a table grouped by a key: sorted by the first bytes of their keys, found again by a hash. No key is copied.
//!
//! What the keys mean is left to `atlas`.

use crate::sequence::Keys;

/// A key in two parts, one behind the other.
pub(super) type Key<'k> = (&'k [u8], &'k [u8]);

/// Bytes of a key, behind what all keys begin with, that rows are sorted by at first: as many as fit beside a row.
const HEAD: usize = 12;
const ROW_BITS: u32 = 32;

/// The groups in the order of their keys, the rows of a group in file order.
#[derive(Debug, Default)]
pub(super) struct Groups {
    rows: Vec<u32>,
    /// Where each group begins among the rows, and the end of the last one behind them; none where every row is a group
    /// of its own, as in most tables.
    starts: Vec<u32>,
}

impl Groups {
    /// Groups so many rows.
    pub(super) fn new<'k>(count: usize, key: impl Fn(u32) -> Key<'k>) -> Groups {
        let all = 0..count as u32;
        let begins = beginning(all.clone().map(&key));
        let mut heads: Vec<u128> = all
            .map(|row| head(key(row), begins) << ROW_BITS | u128::from(row))
            .collect();
        heads.sort_unstable();
        let mut rows: Vec<u32> = heads.iter().map(|head| *head as u32).collect();
        let mut starts = Vec::with_capacity(count + 1);
        let mut from = 0;
        for same in heads.chunk_by(|a, b| a >> ROW_BITS == b >> ROW_BITS) {
            let until = from + same.len();
            split(
                &mut rows[from..until],
                from,
                begins + HEAD,
                &key,
                &mut starts,
            );
            from = until;
        }
        match starts.len() == count {
            true => starts = Vec::new(),
            false => {
                starts.push(count as u32);
                starts.shrink_to_fit();
            }
        }
        Groups { rows, starts }
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        match self.starts.len() {
            0 => self.rows.len(),
            ends => ends - 1,
        }
    }

    /// The rows of a group, in file order.
    pub(super) fn rows(&self, group: u32) -> &[u32] {
        let group = group as usize;
        match self.starts.is_empty() {
            true => &self.rows[group..=group],
            false => &self.rows[self.starts[group] as usize..self.starts[group + 1] as usize],
        }
    }

    /// The group of each row.
    pub(super) fn of_rows(&self) -> Vec<u32> {
        let mut groups = vec![0; self.rows.len()];
        for group in 0..self.len() as u32 {
            for row in self.rows(group) {
                groups[*row as usize] = group;
            }
        }
        groups
    }

    /// A row of each group, the first.
    pub(super) fn firsts(&self) -> Vec<u32> {
        (0..self.len() as u32)
            .map(|group| self.rows(group)[0])
            .collect()
    }
}

/// Finds groups by their keys, which have one part.
#[derive(Debug, Default)]
pub(super) struct Finder {
    keys: Keys,
}

impl Finder {
    /// Over all groups.
    pub(super) fn over<'k>(groups: &Groups, key: impl Fn(u32) -> &'k [u8]) -> Finder {
        let mut keys = Keys::for_about(groups.len());
        for group in 0..groups.len() as u32 {
            let own = keys.key(key(groups.rows(group)[0]));
            keys.insert(&own, group);
        }
        Finder { keys }
    }

    /// The group of a key.
    pub(super) fn find<'k>(
        &self,
        groups: &Groups,
        key: impl Fn(u32) -> &'k [u8],
        wanted: &[u8],
    ) -> Option<u32> {
        let same = |group: u32| key(groups.rows(group)[0]) == wanted;
        self.keys.find(&self.keys.key(wanted), same)
    }
}

/// Sorts rows with the same head by what stands behind it, and notes where groups begin.
fn split<'k>(
    rows: &mut [u32],
    from: usize,
    behind: usize,
    key: &impl Fn(u32) -> Key<'k>,
    starts: &mut Vec<u32>,
) {
    starts.push(from as u32);
    if rows.len() == 1 {
        return;
    }
    // A head may be filled up with zeros, so rows with the same head are alike only if they are as long.
    let length = |row: u32| key(row).0.len() + key(row).1.len();
    let first = length(rows[0]);
    if first <= behind && rows.iter().all(|row| length(*row) == first) {
        return;
    }
    let whole = |row: u32| key(row).0.iter().chain(key(row).1);
    rows.sort_unstable_by(|a, b| whole(*a).cmp(whole(*b)).then(a.cmp(b)));
    for at in 1..rows.len() {
        if !whole(rows[at - 1]).eq(whole(rows[at])) {
            starts.push((from + at) as u32);
        }
    }
}

/// With how many bytes all keys begin alike.
fn beginning<'k>(mut keys: impl Iterator<Item = Key<'k>>) -> usize {
    let Some(first) = keys.next() else { return 0 };
    let first: Vec<u8> = first.0.iter().chain(first.1).copied().collect();
    let mut alike = first.len();
    for key in keys {
        let bytes = key.0.iter().chain(key.1);
        let pairs = bytes.zip(&first[..alike]);
        alike = pairs.take_while(|(a, b)| a == b).count();
        if alike == 0 {
            break;
        }
    }
    alike
}

/// The bytes of a key from a place on as a number, as many as a head has.
fn head((front, back): Key<'_>, from: usize) -> u128 {
    let mut bytes = [0; 16];
    let mut filled = 16 - HEAD;
    let back_from = from.saturating_sub(front.len());
    for part in [front.get(from..), back.get(back_from..)]
        .into_iter()
        .flatten()
    {
        let some = part.len().min(16 - filled);
        bytes[filled..filled + some].copy_from_slice(&part[..some]);
        filled += some;
    }
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of keys, each with its rows, as a map would have them.
    fn expected(keys: &[(String, String)]) -> Vec<(Vec<u8>, Vec<u32>)> {
        let mut map: std::collections::BTreeMap<Vec<u8>, Vec<u32>> = Default::default();
        for (row, key) in keys.iter().enumerate() {
            let whole = format!("{}{}", key.0, key.1).into_bytes();
            map.entry(whole).or_default().push(row as u32);
        }
        map.into_iter().collect()
    }

    fn check(keys: &[(String, String)]) {
        let parts = |row: u32| {
            let key = &keys[row as usize];
            (key.0.as_bytes(), key.1.as_bytes())
        };
        let groups = Groups::new(keys.len(), parts);
        let whole = |row: u32| [parts(row).0, parts(row).1].concat();
        let found: Vec<_> = (0..groups.len() as u32)
            .map(|group| {
                let rows = groups.rows(group).to_vec();
                (whole(rows[0]), rows)
            })
            .collect();
        assert_eq!(found, expected(keys));
        for (group, row) in groups.firsts().iter().enumerate() {
            assert_eq!(groups.of_rows()[*row as usize], group as u32);
        }
    }

    fn keys(keys: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = keys.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        owned.collect()
    }

    #[test]
    fn groups_are_those_of_a_map() {
        check(&[]);
        check(&keys(&[("", "")]));
        check(&keys(&[("", "b"), ("", "a"), ("", "b"), ("", "")]));
        // Every row a group of its own.
        check(&keys(&[("", "b"), ("", "a"), ("object:", "c")]));
        // One key, in two ways.
        check(&keys(&[
            ("object:", "1"),
            ("", "object:1"),
            ("object:1", ""),
        ]));
        // The same beginning, filled up, and longer than a head.
        check(&keys(&[
            ("", "same"),
            ("", "same\0"),
            ("", "same\0\0"),
            ("", "same"),
        ]));
        let long = "0123456789abcdef";
        check(&keys(&[
            ("x", long),
            ("x0123", "456789abcdef"),
            ("x", "0123456789abcdee"),
            ("x", "01"),
        ]));
        let many: Vec<(String, String)> = (0..5000_u32)
            .map(|n| {
                let n = n.wrapping_mul(2_654_435_761) % 1700;
                let front = if n % 3 == 0 { "object:" } else { "" };
                (front.to_owned(), format!("person-with-a-long-name-{n}"))
            })
            .collect();
        check(&many);
    }

    #[test]
    fn a_group_is_found_by_its_key() {
        let keys = ["b", "a", "b", "c"];
        let key = |row: u32| keys[row as usize].as_bytes();
        let groups = Groups::new(keys.len(), |row| (&[], key(row)));
        let finder = Finder::over(&groups, key);
        assert_eq!(finder.find(&groups, key, b"b"), Some(1));
        assert_eq!(groups.rows(1), [0, 2]);
        assert_eq!(finder.find(&groups, key, b"d"), None);
    }
}
