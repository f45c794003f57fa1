//! Where first lines of some files stood in others.

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

/// Places at which a file's first line was seen in another file.
///
/// A log of one repeated line would have as many places as lines, so of each pair of files only the
/// outermost are kept: the first and the last 64. What is kept does not depend on the order of
/// `push` and `merge`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// Offsets by the file that holds the line and the file that begins with it.
    #[serde(with = "pairs")]
    by_pair: BTreeMap<(usize, usize), Vec<u64>>,
}

/// Places kept at each end.
const KEPT: usize = 64;

impl Hits {
    /// File `of` holds, at `offset` of its content, the line with which file `copy` begins.
    pub fn push(&mut self, of: usize, offset: u64, copy: usize) {
        if of == copy {
            return;
        }
        let places = self.by_pair.entry((of, copy)).or_default();
        places.push(offset);
        if places.len() >= 8 * KEPT {
            thin(places);
        }
    }

    /// Adds what another part of the work has found.
    pub fn merge(&mut self, other: Hits) {
        for (pair, offsets) in other.by_pair {
            let places = self.by_pair.entry(pair).or_default();
            places.extend(offsets);
            if places.len() >= 8 * KEPT {
                thin(places);
            }
        }
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.by_pair.is_empty()
    }

    /// `(of, offset, copy)`, ascending.
    pub(super) fn in_order(&self) -> Vec<(usize, u64, usize)> {
        let mut all = Vec::new();
        for (&(of, copy), places) in &self.by_pair {
            let mut places = places.clone();
            thin(&mut places);
            all.extend(places.into_iter().map(|offset| (of, offset, copy)));
        }
        all.sort_unstable();
        all
    }
}

/// A map that is kept as a list of its entries: its keys are no text.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Map = BTreeMap<(usize, usize), Vec<u64>>;

    pub(super) fn serialize<S: Serializer>(map: &Map, to: S) -> Result<S::Ok, S::Error> {
        map.iter().collect::<Vec<_>>().serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Map, D::Error> {
        let list = Vec::<((usize, usize), Vec<u64>)>::deserialize(from)?;
        Ok(list.into_iter().collect())
    }
}

/// Sorts and keeps both ends.
fn thin(places: &mut Vec<u64>) {
    places.sort_unstable();
    places.dedup();
    if places.len() > 2 * KEPT {
        places.drain(KEPT..places.len() - KEPT);
    }
}
