//! Each account's accesses in exact time order: in memory, or on disk, sorted a partition at a time.

use std::borrow::Cow;
use std::fs::File;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::spill::{Block, Spill};
use super::store::Accesses;
use super::{Access, NONE};
use crate::words::Hands;

mod shelf;
mod spilling;

pub use shelf::{Seal, Shelved};

/// Pieces that are filled side by side in memory: each of them looks at whose all accesses are.
const PIECES: usize = 8;
/// Accesses that are looked at in one go.
const SOME: usize = 1 << 18;

/// Accesses partitioned by account, each account's in exact order. Accounts stand in the order of
/// their numbers.
#[derive(Debug)]
pub struct Sequences {
    home: Home,
    /// Account and where its accesses begin.
    bounds: Vec<(u32, usize)>,
    len: usize,
}

#[derive(Debug)]
enum Home {
    Held(Vec<Piece>),
    Spilled {
        spill: Spill,
        file: Arc<File>,
        /// By account, in the order of `bounds`.
        blocks: Vec<Block>,
    },
}

impl Sequences {
    /// Partitions accesses by account. `who` is asked for each, once more where they do not stay in memory, with its place
    /// among all and whether it is the first time, and gives the account's number, below `people`, or nothing for one that
    /// is set aside.
    pub fn build(
        accesses: Accesses,
        people: usize,
        spill: &Spill,
        mut who: impl FnMut(usize, &Access, bool) -> Option<u32>,
        hands: Hands<'_>,
    ) -> Sequences {
        let mut starts = vec![0_usize; people + 1];
        // Whose each access is, if all of them stay in memory: to ask again takes longer.
        let in_memory = !spill.overflows(2 * accesses.len());
        let mut owners: Vec<u32> = Vec::with_capacity(if in_memory { accesses.len() } else { 0 });
        accesses.visit_groups(spilling::at_once(spill), hands, |at, some| {
            let all = some.iter().flat_map(|chunk| chunk.iter());
            for (place, access) in (at..).zip(all) {
                let who = who(place, access, true);
                if in_memory {
                    owners.push(who.unwrap_or(NONE));
                }
                if let Some(slot) = who.and_then(|who| starts.get_mut(who as usize)) {
                    *slot += 1;
                }
            }
        });
        let mut bounds = Vec::new();
        let mut len = 0;
        for (account, slot) in starts.iter_mut().enumerate() {
            let count = std::mem::replace(slot, len);
            if count > 0 {
                bounds.push((account as u32, len));
            }
            len += count;
        }
        let mut sequences = Sequences {
            home: Home::Held(Vec::new()),
            bounds,
            len,
        };
        let home = match in_memory {
            true => Ok(sequences.hold(accesses, starts, &owners, hands)),
            false => sequences.spill(accesses, spill, who, hands),
        };
        match home {
            Ok(home) => sequences.home = home,
            Err(error) => {
                spill.failed(&error);
                sequences.bounds.clear();
                sequences.len = 0;
            }
        }
        sequences
    }

    /// Accounts that follow each other make a piece; each is filled and put in order by itself. `owners`: whose each access
    /// is.
    fn hold(
        &self,
        accesses: Accesses,
        mut places: Vec<usize>,
        owners: &[u32],
        hands: Hands<'_>,
    ) -> Home {
        let mut pieces = Vec::new();
        let mut next = places.as_mut_slice();
        let mut begin = 0;
        for accounts in self.partitions(self.len / PIECES) {
            let behind = self.bounds.get(accounts.end);
            let last = behind.map_or(begin + next.len(), |(account, _)| *account as usize);
            let (places, later) = next.split_at_mut(last - begin);
            pieces.push(Mutex::new(Filling {
                first: begin as u32,
                piece: Piece {
                    base: self.spans(&accounts).start,
                    slots: Vec::new(),
                },
                accounts,
                places,
            }));
            (next, begin) = (later, last);
        }
        // Memory is slow to come by where it is new, so each piece fetches its own.
        hands(pieces.len(), &|piece| {
            let mut filling = locked(&pieces[piece]);
            let size = self.spans(&filling.accounts).len();
            filling.piece.slots = vec![Access::BLANK; size];
        });
        accesses.consume_groups(SOME, hands, |at, some| {
            let owners = owners.get(at..).unwrap_or_default();
            hands(pieces.len(), &|piece| {
                locked(&pieces[piece]).fill(some, owners)
            });
        });
        hands(pieces.len(), &|piece| {
            let mut filling = locked(&pieces[piece]);
            let accounts = filling.accounts.clone();
            self.order_each(accounts, &mut filling.piece.slots);
        });
        let pieces = pieces.into_iter().map(|piece| {
            let filled = piece.into_inner();
            filled.unwrap_or_else(PoisonError::into_inner).piece
        });
        Home::Held(pieces.collect())
    }

    /// Accounts side by side that have so many accesses together, or one that has more.
    fn partitions(&self, size: usize) -> Vec<Range<usize>> {
        let (mut all, mut from) = (Vec::new(), 0);
        while from < self.bounds.len() {
            let until = self.batch(from, usize::MAX, size);
            all.push(from..until);
            from = until;
        }
        all
    }

    /// Where a batch of accounts ends that begins at `from` (which is below [`Sequences::len`]): it has at most so many
    /// accounts, and at most so many accesses unless it is a single account.
    pub fn batch(&self, from: usize, accounts: usize, accesses: usize) -> usize {
        let begin = self.bounds.get(from).map_or(self.len, |(_, start)| *start);
        let rest = self.bounds.get(from + 1..).unwrap_or_default();
        // An account that begins beyond the limit does not fit, nor does the one before it that ends there.
        let fits = rest.partition_point(|(_, start)| start - begin <= accesses);
        let whole = match self.len - begin <= accesses {
            true => self.bounds.len() - from,
            false => fits.max(1),
        };
        from + whole.min(accounts.max(1))
    }

    /// Puts each account's accesses in [`order`], which stand side by side.
    fn order_each(&self, accounts: Range<usize>, mut all: &mut [Access]) {
        for account in accounts {
            let (own, others) = all.split_at_mut(self.span(account).len());
            order(own);
            all = others;
        }
    }

    /// How many accounts have a sequence.
    pub fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Whether there is no access at all.
    pub fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// The `index`-th account's number and its accesses in order.
    pub fn sequence(&self, index: usize) -> (u32, Cow<'_, [Access]>) {
        let span = self.span(index);
        let accesses = match &self.home {
            Home::Held(pieces) => Cow::Borrowed(held(pieces, span)),
            Home::Spilled {
                spill,
                file,
                blocks,
            } => {
                let mut all = Vec::with_capacity(span.len());
                blocks[index].read(spill, file, &mut Vec::new(), |access| all.push(access));
                Cow::Owned(all)
            }
        };
        (self.bounds[index].0, accesses)
    }

    /// The `index`-th account's number; `None` where there are fewer.
    pub fn account(&self, index: usize) -> Option<u32> {
        self.bounds.get(index).map(|(account, _)| *account)
    }

    /// Where an account's sequence stands.
    pub fn place(&self, account: u32) -> Option<usize> {
        let found = self.bounds.binary_search_by_key(&account, |(own, _)| *own);
        found.ok()
    }

    fn spans(&self, accounts: &Range<usize>) -> Range<usize> {
        let start = |index: usize| self.bounds.get(index).map_or(self.len, |(_, start)| *start);
        start(accounts.start)..start(accounts.end)
    }

    fn span(&self, index: usize) -> Range<usize> {
        let next = self.bounds.get(index + 1);
        self.bounds[index].1..next.map_or(self.len, |(_, start)| *start)
    }
}

/// The accesses of accounts side by side.
#[derive(Debug)]
struct Piece {
    /// Where the accesses of the first begin among all.
    base: usize,
    slots: Vec<Access>,
}

/// Accesses of one account, which all lie in the same piece.
fn held(pieces: &[Piece], span: Range<usize>) -> &[Access] {
    let behind = pieces.partition_point(|piece| piece.base <= span.start);
    let piece = behind.checked_sub(1).and_then(|at| pieces.get(at));
    let own = piece.and_then(|piece| {
        let base = piece.base;
        piece.slots.get(span.start - base..span.end - base)
    });
    own.unwrap_or_default()
}

/// A piece whose accesses come in one after the other.
struct Filling<'p> {
    accounts: Range<usize>,
    /// The first account's number, at most.
    first: u32,
    piece: Piece,
    /// Where each account's next access goes among all, from `first` on.
    places: &'p mut [usize],
}

impl Filling<'_> {
    /// Takes what belongs to its accounts; `owners` tells whose each access is.
    fn fill(&mut self, some: &[&[Access]], owners: &[u32]) {
        let Piece { base, slots } = &mut self.piece;
        let all = some.iter().flat_map(|chunk| chunk.iter());
        for (owner, access) in owners.iter().zip(all) {
            let own = owner.wrapping_sub(self.first) as usize;
            if let Some(place) = self.places.get_mut(own)
                && let Some(slot) = slots.get_mut(*place - *base)
            {
                *slot = Access {
                    actor: *owner,
                    ..*access
                };
                *place += 1;
            }
        }
    }
}

/// A panic of another thread is not told here.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    match mutex.lock() {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    }
}

/// Puts one account's accesses in exact order. Stable: accesses of one request keep the order in which the request names
/// them. Nearly all stand in order already.
pub fn order(accesses: &mut [Access]) {
    if !accesses.is_sorted_by_key(Access::order) {
        accesses.sort_by_key(Access::order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::packed::tests::access;

    fn one_by_one(count: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..count).for_each(work);
    }

    /// Account and accesses, by index.
    fn all(sequences: &Sequences) -> Vec<(u32, Vec<Access>)> {
        let one = |index| {
            let (account, accesses) = sequences.sequence(index);
            (account, accesses.into_owned())
        };
        (0..sequences.len()).map(one).collect()
    }

    #[test]
    fn on_disk_as_in_memory() {
        let accesses = || -> Accesses { (0..20_000).map(|n| access(n * 7919 % 20_000)).collect() };
        // One account has half of all, and every eleventh access is set aside.
        let who = |at: usize, access: &Access, _: bool| match at {
            at if at % 11 == 0 => None,
            at if at % 2 == 0 => Some(3),
            _ => Some(access.actor % 200),
        };
        let held = Sequences::build(accesses(), 200, &Spill::never(), who, &one_by_one);
        let expected = all(&held);
        assert!(
            expected
                .iter()
                .all(|(_, own)| own.is_sorted_by_key(Access::order))
        );
        let count: usize = expected.iter().map(|(_, own)| own.len()).sum();
        assert_eq!(count, 20_000 - 20_000_usize.div_ceil(11));
        for room in [1, 100_000, 1_000_000] {
            let spill = Spill::new(Some(room), &std::env::temp_dir());
            let mut own = accesses();
            own.spill(&spill, 1);
            let spilled = Sequences::build(own, 200, &spill, who, &one_by_one);
            assert!(matches!(spilled.home, Home::Spilled { .. }));
            assert_eq!(all(&spilled), expected, "room {room}");
            assert_eq!(spill.fault(), None);
        }
    }

    #[test]
    fn what_was_put_on_disk_before_is_held_again() {
        let all: Vec<Access> = (0..5_000).map(|n| access(n * 7919 % 5_000)).collect();
        let who = |_: usize, access: &Access, _: bool| Some(access.actor % 200);
        let held = Sequences::build(
            all.iter().copied().collect(),
            200,
            &Spill::never(),
            who,
            &one_by_one,
        );
        // The first of them lie on disk, the rest came later and fits.
        let mut some: Accesses = all[..3_000].iter().copied().collect();
        some.spill(&Spill::new(Some(1), &std::env::temp_dir()), 1);
        all[3_000..].iter().for_each(|one| some.push(*one));
        assert_eq!(some.held(), 2_000);
        let mixed = Sequences::build(some, 200, &Spill::never(), who, &one_by_one);
        assert!(matches!(mixed.home, Home::Held(_)));
        assert_eq!(self::all(&mixed), self::all(&held));
    }

    #[test]
    fn batches_are_bounded_by_accounts_and_by_accesses() {
        // Accounts 0, 1, 2, 3 with 3, 1, 5 and 2 accesses.
        let owners = [0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3];
        let accesses = owners.map(|actor| Access {
            actor,
            ..Access::BLANK
        });
        let who = |_: usize, access: &Access, _: bool| Some(access.actor);
        let all = accesses.into_iter().collect();
        let all = Sequences::build(all, 4, &Spill::never(), who, &one_by_one);
        let ends = |accounts, accesses| {
            let mut ends = vec![0];
            while let Some(from) = ends.last().copied().filter(|from| *from < all.len()) {
                ends.push(all.batch(from, accounts, accesses));
            }
            ends
        };
        assert_eq!(ends(10, 4), [0, 2, 3, 4]);
        assert_eq!(ends(10, 7), [0, 2, 4]);
        assert_eq!(ends(10, 11), [0, 4]);
        assert_eq!(ends(3, 11), [0, 3, 4]);
        assert_eq!(ends(1, 11), [0, 1, 2, 3, 4]);
        assert_eq!(ends(10, 0), [0, 1, 2, 3, 4]);
    }
}
