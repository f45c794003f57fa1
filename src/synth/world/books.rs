//! Address books: which there are, and who stands in them in which order.

use super::{Group, Item, ItemKind, Span, Tenant, Unit, UnitKind, World};
use crate::synth::rng::{Draws, Topic};

/// An address book: a list that pages and exports show.
#[derive(Debug)]
pub(in crate::synth) struct Book {
    pub(in crate::synth) id: String,
    pub(in crate::synth) unit: u32,
    pub(in crate::synth) kind: BookKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::synth) enum BookKind {
    /// Pupils, guardians and teachers of a class.
    Class,
    /// Those who work at a school.
    Staff,
    /// Pupils and staff of a tenant.
    Everyone,
    /// Protected pupils of a school; they stand in no other book.
    Register,
}

/// A place on a list for a time.
#[derive(Clone, Copy, Debug)]
pub(in crate::synth) struct Seat {
    pub(in crate::synth) item: u32,
    pub(in crate::synth) span: Span,
}

/// All books, sorted by unit.
pub(super) fn bind(seed: u64, units: &[Unit], protection: bool) -> Vec<Book> {
    let mut draws = Draws::new(seed, Topic::Books, 0, 0);
    let lettered = draws.chance(400);
    let mut number = draws.between(10, 90) as u64 * 1_000;
    let mut books = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let kinds: &[BookKind] = match unit.kind {
            UnitKind::City => &[BookKind::Everyone],
            UnitKind::District => &[],
            UnitKind::School if protection => &[BookKind::Staff, BookKind::Register],
            UnitKind::School => &[BookKind::Staff],
            UnitKind::Class => &[BookKind::Class],
        };
        for kind in kinds {
            let id = if lettered {
                format!("ab-{number:x}")
            } else {
                number.to_string()
            };
            books.push(Book {
                id,
                unit: at as u32,
                kind: *kind,
            });
            number += 1 + draws.below(2);
        }
    }
    books
}

/// Who stands in each class and on each school's staff list, in the order of lists.
pub(super) fn seat(seed: u64, units: &[Unit], items: &[Item]) -> Vec<Vec<Seat>> {
    let mut rosters: Vec<Vec<Seat>> = units.iter().map(|_| Vec::new()).collect();
    for (at, item) in items.iter().enumerate() {
        if item.kind != ItemKind::Contact {
            continue;
        }
        for stay in &item.stays {
            let seat = Seat {
                item: at as u32,
                span: stay.span,
            };
            rosters[stay.unit as usize].push(seat);
        }
    }
    let mut draws = Draws::new(seed, Topic::Books, 1, 0);
    for roster in &mut rosters {
        draws.shuffle(roster);
    }
    rosters
}

impl World {
    /// Every place in a book over all time, in the book's order.
    pub(in crate::synth) fn seats(&self, book: &Book) -> Vec<Seat> {
        let last = match book.kind {
            BookKind::Class | BookKind::Staff => book.unit,
            BookKind::Everyone | BookKind::Register => self.units[book.unit as usize].last,
        };
        let mut seats = Vec::new();
        for unit in book.unit..=last {
            let kind = self.units[unit as usize].kind;
            let listed =
                |seat: &&Seat| self.lists(book.kind, kind, &self.items[seat.item as usize]);
            seats.extend(self.rosters[unit as usize].iter().filter(listed));
        }
        seats
    }

    /// Who stands in a book at an instant.
    pub(in crate::synth) fn listing(&self, book: &Book, at: i64) -> Vec<u32> {
        let mut seats = self.seats(book);
        seats.retain(|seat| seat.span.holds(at));
        seats.into_iter().map(|seat| seat.item).collect()
    }

    fn lists(&self, book: BookKind, roster: UnitKind, item: &Item) -> bool {
        let hidden = self.traits.protection && item.protected;
        match book {
            BookKind::Class | BookKind::Staff => !hidden,
            // Teachers have a seat in each class too; here they count once, by their school.
            BookKind::Everyone => match roster {
                UnitKind::School => !hidden,
                _ => !hidden && item.group == Group::Pupil,
            },
            BookKind::Register => hidden && item.group == Group::Pupil,
        }
    }

    /// The books whose unit is a unit or below it.
    pub(in crate::synth) fn books_under(&self, unit: u32) -> std::ops::Range<usize> {
        let last = self.units[unit as usize].last;
        let from = self.books.partition_point(|book| book.unit < unit);
        let until = self.books.partition_point(|book| book.unit <= last);
        from..until
    }

    /// Index of a tenant's book of everyone.
    pub(in crate::synth) fn everyone(&self, tenant: &Tenant) -> usize {
        self.books_under(tenant.root).start
    }
}
