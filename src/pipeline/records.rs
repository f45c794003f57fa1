//! Records that are looked at in the order of their places, again and again: in memory as long as they are few, else on disk
//! beside the accesses that did not fit. Whatever lies where, the same comes out.
//!
//! What is in a record is nobody's business here. A disk that fails is told by the spill; until somebody asks it, records
//! that did not come back are passed over.

use std::ops::Deref;

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sequence::{Kept, Spill};

/// What a record takes in memory, about, and the part of the room that all of one kind may take.
const BYTES: u64 = 2048;
const PART: u64 = 16;

/// Records of one kind.
#[derive(Debug)]
pub struct Records<T> {
    spill: Spill,
    home: Home<T>,
}

#[derive(Debug)]
enum Home<T> {
    Held(Vec<T>),
    Kept(Vec<Kept>),
}

/// A record that is looked at.
#[derive(Debug)]
pub enum Shown<'r, T> {
    /// It is in memory.
    Held(&'r T),
    /// It was read for this.
    Read(Box<T>),
}

impl<T> Deref for Shown<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Shown::Held(one) => one,
            Shown::Read(one) => one,
        }
    }
}

impl<T> Default for Records<T> {
    fn default() -> Records<T> {
        Records::new(&Spill::never())
    }
}

impl<T> Records<T> {
    /// None yet; they go to `spill` when they are many.
    pub fn new(spill: &Spill) -> Records<T> {
        Records {
            spill: spill.clone(),
            home: Home::Held(Vec::new()),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        match &self.home {
            Home::Held(all) => all.len(),
            Home::Kept(all) => all.len(),
        }
    }

    /// What went wrong with the disk, if anything did: then not all of them came back.
    pub fn fault(&self) -> Option<&str> {
        self.spill.fault()
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync> Records<T> {
    /// Adds one behind all others.
    pub fn push(&mut self, one: T) {
        match &mut self.home {
            Home::Held(all) => {
                all.push(one);
                let most = self.spill.room().map(|room| room / PART / BYTES);
                if most.is_some_and(|most| all.len() as u64 > most) {
                    let kept = all.iter().filter_map(|one| write(&self.spill, one, None));
                    self.home = Home::Kept(kept.collect());
                }
            }
            Home::Kept(all) => all.extend(write(&self.spill, &one, None)),
        }
    }

    /// One by its place.
    pub fn get(&self, place: usize) -> Option<Shown<'_, T>> {
        match &self.home {
            Home::Held(all) => all.get(place).map(Shown::Held),
            Home::Kept(all) => read(&self.spill, *all.get(place)?).map(Shown::Read),
        }
    }

    /// All of them, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = Shown<'_, T>> {
        (0..self.count()).filter_map(|place| self.get(place))
    }

    /// All of them, one after the other, and no more of them.
    pub fn into_each(self) -> impl Iterator<Item = T> {
        let Records { spill, home } = self;
        let (held, kept) = match home {
            Home::Held(all) => (all, Vec::new()),
            Home::Kept(all) => (Vec::new(), all),
        };
        let read = move |place| read(&spill, place).map(|one| *one);
        held.into_iter().chain(kept.into_iter().filter_map(read))
    }

    /// What each of them gives, in their order; looked at side by side.
    pub fn map<R: Send>(&self, look: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
        let look = |place| self.get(place).map(|one| look(place, &one));
        let all = (0..self.count()).into_par_iter().map(look);
        all.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// Changes them side by side; `change` gets the place of each, and says whether it did.
    pub fn update(&mut self, change: impl Fn(usize, &mut T) -> bool + Sync) {
        let spill = &self.spill;
        match &mut self.home {
            Home::Held(all) => all.par_iter_mut().enumerate().for_each(|(place, one)| {
                change(place, one);
            }),
            Home::Kept(all) => all.par_iter_mut().enumerate().for_each(|(place, kept)| {
                if let Some(mut one) = read::<T>(spill, *kept)
                    && change(place, &mut one)
                    && let Some(again) = write(spill, &*one, Some(*kept))
                {
                    *kept = again;
                }
            }),
        }
    }

    /// Puts them in the order of a key; those that have the same keep theirs.
    pub fn sort_by_key<K: Ord + Send>(&mut self, key: impl Fn(&T) -> K + Sync) {
        let keys = match &self.home {
            Home::Held(_) => Vec::new(),
            Home::Kept(_) => self.map(|_, one| key(one)),
        };
        match &mut self.home {
            Home::Held(all) => all.sort_by_cached_key(key),
            Home::Kept(all) => {
                let mut both: Vec<(K, Kept)> = keys.into_iter().zip(all.drain(..)).collect();
                both.sort_by(|one, other| one.0.cmp(&other.0));
                all.extend(both.into_iter().map(|(_, kept)| kept));
            }
        }
    }
}

fn write<T: Serialize>(spill: &Spill, one: &T, before: Option<Kept>) -> Option<Kept> {
    // Nothing of a record cannot be written: no map without keys, no sequence of unknown length.
    spill.keep(&postcard::to_stdvec(one).unwrap_or_default(), before)
}

fn read<T: DeserializeOwned>(spill: &Spill, kept: Kept) -> Option<Box<T>> {
    spill.kept(kept, |bytes| postcard::from_bytes(bytes).ok().map(Box::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is done with records gives the same in memory and on disk.
    #[test]
    fn on_disk_as_in_memory() {
        let folder = std::env::temp_dir();
        let all = |spill: &Spill| {
            let mut records: Records<(u32, Vec<u8>)> = Records::new(spill);
            for n in 0..500_u32 {
                records.push((n * 7919 % 500, vec![1; n as usize % 40]));
            }
            // Some grow, some shrink, some stay.
            records.update(|place, one| {
                match place % 3 {
                    0 => one.1.extend([2; 30]),
                    1 => one.1.truncate(3),
                    _ => {}
                }
                place % 3 < 2
            });
            records.sort_by_key(|one| one.0 / 2);
            let lengths = records.map(|place, one| place + one.1.len());
            let seen: Vec<_> = records.iter().map(|one| (*one).clone()).collect();
            let third = records.get(3).map(|one| one.0);
            assert_eq!(records.count(), 500);
            assert!(records.get(500).is_none());
            (
                lengths,
                seen,
                third,
                records.into_each().collect::<Vec<_>>(),
            )
        };
        let spill = Spill::new(Some(1 << 20), &folder);
        let held = all(&Spill::never());
        assert_eq!(all(&spill), held);
        assert_eq!(spill.fault(), None);
    }
}
