//! Counts with a ceiling: exact as long as they say a number, and then "more than".

use std::collections::{BTreeMap, HashSet};

use super::shape::{Kind, is_static, kind};

/// Different values that one set keeps.
pub const KEPT: usize = 5_000;
/// Different body sizes that one route keeps before they are rounded to three digits.
const SIZES: usize = 4_000;

/// A set of different values, up to [`KEPT`] of them.
#[derive(Clone, Debug, Default)]
pub struct Distinct {
    kept: HashSet<Box<[u8]>>,
    full: bool,
}

impl Distinct {
    /// Takes one in.
    pub fn insert(&mut self, value: &[u8]) {
        if self.kept.contains(value) {
            return;
        }
        match self.kept.len() < KEPT {
            true => drop(self.kept.insert(value.into())),
            false => self.full = true,
        }
    }

    /// Takes another set in.
    pub fn absorb(&mut self, other: Distinct) {
        self.full |= other.full;
        for value in other.sorted() {
            self.insert(value);
        }
    }

    /// How many there are, at least.
    pub fn len(&self) -> u64 {
        self.kept.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether there are more than are kept.
    pub fn full(&self) -> bool {
        self.full
    }

    /// Those that are kept, in order.
    pub fn sorted(&self) -> Vec<&[u8]> {
        let mut all: Vec<&[u8]> = self.kept.iter().map(|value| &**value).collect();
        all.sort_unstable();
        all
    }
}

/// The values of one variable or parameter.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Different ones.
    pub distinct: Distinct,
    /// All of them.
    pub total: u64,
    /// All of them by what they look like, in the order of [`Kind::ALL`].
    pub kinds: [u64; 7],
    /// Least and greatest number among them.
    pub range: Option<(u64, u64)>,
    /// Requests that gave several at once.
    pub lists: u64,
    /// Names of files that are the same for everybody.
    pub files: u64,
    /// How often each of the first small numbers came: for pages.
    pub small: BTreeMap<u64, u64>,
}

impl Values {
    /// Takes one in, as often as it came.
    pub fn count(&mut self, value: &[u8], times: u64) {
        let kind = kind(value);
        self.distinct.insert(value);
        self.total += times;
        if let Some(slot) = Kind::ALL.iter().position(|k| *k == kind) {
            self.kinds[slot] += times;
        }
        self.files += if is_static(value) { times } else { 0 };
        let number = std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse::<u64>().ok());
        if let (Kind::Number, Some(n)) = (kind, number) {
            let (low, high) = self.range.unwrap_or((n, n));
            self.range = Some((low.min(n), high.max(n)));
            if self.small.len() < 200 || self.small.contains_key(&n) {
                *self.small.entry(n).or_default() += times;
            }
        }
    }

    /// Takes other values in.
    pub fn absorb(&mut self, other: Values) {
        self.distinct.absorb(other.distinct);
        self.total += other.total;
        self.lists += other.lists;
        self.files += other.files;
        for (mine, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            *mine += theirs;
        }
        self.range = match (self.range, other.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
        for (n, times) in other.small {
            if self.small.len() < 200 || self.small.contains_key(&n) {
                *self.small.entry(n).or_default() += times;
            }
        }
    }

    /// What most of them look like.
    pub fn kind(&self) -> Kind {
        let most = self.kinds.iter().max().copied().unwrap_or(0);
        let at = self.kinds.iter().position(|n| *n == most).unwrap_or(6);
        Kind::ALL[at]
    }

    /// Whether they look like IDs rather than words.
    pub fn look_like_ids(&self) -> bool {
        !matches!(self.kind(), Kind::Word | Kind::Date)
    }

    /// Whether at least `least` different values are there, half of which nobody would take for words: short keys
    /// such as `ab-fa00` or `1A`.
    pub fn look_like_keys(&self, least: u64) -> bool {
        let all = self.distinct.sorted();
        let keys = all.iter().filter(|value| is_key(value)).count();
        self.kind() != Kind::Date && self.distinct.len() >= least && keys * 2 >= all.len()
    }

    /// How much of its range the integers fill, where they are integers: guessable IDs are dense.
    pub fn density(&self) -> Option<f64> {
        let (low, high) = self.range.filter(|_| self.kind() == Kind::Number)?;
        let span = (high - low).saturating_add(1);
        Some(self.distinct.len() as f64 / span as f64)
    }

    /// The number that came most often; the least of equals.
    pub fn commonest(&self) -> Option<u64> {
        let most = self.small.values().max()?;
        self.small
            .iter()
            .find(|(_, n)| *n == most)
            .map(|(value, _)| *value)
    }
}

/// Letters with a digit among them, or with a capital behind a small one.
fn is_key(text: &[u8]) -> bool {
    let plain =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b':' | b'=');
    let humped = text
        .windows(2)
        .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    text.len() <= 64 && text.iter().all(plain) && (humped || text.iter().any(u8::is_ascii_digit))
}

/// Body sizes and how often each came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    counts: BTreeMap<u64, u64>,
    rounded: bool,
}

impl Sizes {
    /// Takes one in.
    pub fn count(&mut self, bytes: u64, times: u64) {
        let key = if self.rounded { round(bytes) } else { bytes };
        *self.counts.entry(key).or_default() += times;
        if self.counts.len() > SIZES && !self.rounded {
            self.rounded = true;
            for (bytes, times) in std::mem::take(&mut self.counts) {
                *self.counts.entry(round(bytes)).or_default() += times;
            }
        }
    }

    /// Takes other sizes in.
    pub fn absorb(&mut self, other: Sizes) {
        for (bytes, times) in other.counts {
            self.count(bytes, times);
        }
    }

    /// All that were counted.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The size below which so many hundredths of the bodies lie.
    pub fn quantile(&self, percent: u64) -> Option<u64> {
        let wanted = (self.total() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        self.counts.iter().find_map(|(bytes, times)| {
            seen += times;
            (seen >= wanted).then_some(*bytes)
        })
    }

    /// Sizes that at least `least` bodies and a hundredth of all share, the commonest first. Rounded
    /// sizes tell nothing.
    pub fn constant(&self, least: u64) -> Vec<(u64, u64)> {
        let total = self.total();
        let constant = |(_, times): &(&u64, &u64)| **times >= least && **times * 100 >= total;
        match self.rounded {
            true => Vec::new(),
            false => {
                let shared = self.counts.iter().filter(constant);
                let mut shared: Vec<(u64, u64)> = shared.map(|(b, n)| (*b, *n)).collect();
                shared.sort_by_key(|(bytes, times)| (std::cmp::Reverse(*times), *bytes));
                shared
            }
        }
    }
}

/// Three digits are enough for a quantile.
fn round(bytes: u64) -> u64 {
    let mut unit = 1;
    while bytes / unit >= 1_000 {
        unit *= 10;
    }
    bytes / unit * unit
}
