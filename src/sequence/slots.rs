//! A table of numbers by the hash of what they stand for: open addressing with linear probing, so that what is looked for
//! stands where its hash says or right behind. It may have any size.
//!
//! What a slot holds beside its number, and what makes two names the same, is its user's.

/// No name has this number, so it marks a slot that is free.
pub(super) const FREE: u32 = u32::MAX;
/// Fewest slots of a table that has any.
const LEAST: usize = 16;
/// Slots from which on a table grows by half only: memory counts for more than the work.
const LARGE: usize = 1 << 16;

/// What stands in a table.
pub(super) trait Slot: Copy {
    /// A slot that is free.
    const EMPTY: Self;

    /// The number in it; [`FREE`] where it has none.
    fn number(&self) -> u32;
}

/// The slots.
#[derive(Clone, Debug)]
pub(super) struct Slots<S> {
    slots: Vec<S>,
    taken: usize,
}

impl<S> Default for Slots<S> {
    fn default() -> Slots<S> {
        Slots {
            slots: Vec::new(),
            taken: 0,
        }
    }
}

impl<S: Slot> Slots<S> {
    /// With room for so many names.
    pub fn for_about(names: usize) -> Slots<S> {
        let slots = match names {
            0 => 0,
            names => (names + names.div_ceil(3) + 1).max(LEAST),
        };
        Slots {
            slots: vec![S::EMPTY; slots],
            taken: 0,
        }
    }

    /// Bytes of memory that they hold.
    pub fn memory(&self) -> usize {
        self.slots.capacity() * size_of::<S>()
    }

    /// What stands where a hash is looked for first. Several looks in a row do not wait for each other.
    #[inline]
    pub fn first(&self, hash: u32) -> S {
        let first = self.slots.get(self.home(hash));
        first.copied().unwrap_or(S::EMPTY)
    }

    /// The number of what is looked for; `is` tells it from what stands in its way.
    #[inline]
    pub fn find(&self, hash: u32, is: impl Fn(&S) -> bool) -> Option<u32> {
        let mut at = self.home(hash);
        loop {
            let slot = self.slots.get(at)?;
            if slot.number() == FREE {
                return None;
            }
            if is(slot) {
                return Some(slot.number());
            }
            at = self.behind(at);
        }
    }

    /// Adds what is not there; `hash_of` gives the hash of what stands in a slot.
    #[inline]
    pub fn insert(&mut self, hash: u32, slot: S, hash_of: impl Fn(&S) -> u32) {
        if (self.taken + 1) * 4 > self.slots.len() * 3 {
            let more = match self.slots.len() {
                few @ ..LARGE => few,
                many => many / 2,
            };
            let slots = (self.slots.len() + more).max(LEAST);
            let before = std::mem::replace(&mut self.slots, vec![S::EMPTY; slots]);
            for slot in before {
                if slot.number() != FREE {
                    self.put(hash_of(&slot), slot);
                }
            }
        }
        self.taken += 1;
        self.put(hash, slot);
    }

    fn put(&mut self, hash: u32, slot: S) {
        let mut at = self.home(hash);
        while self.slots[at].number() != FREE {
            at = self.behind(at);
        }
        self.slots[at] = slot;
    }

    /// Where a hash stands if nothing is in its way: its share of the table.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.slots.len() as u64) >> 32) as usize
    }

    #[inline]
    fn behind(&self, at: usize) -> usize {
        match at + 1 {
            end if end == self.slots.len() => 0,
            next => next,
        }
    }
}
