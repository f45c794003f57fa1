//! Learns whose the IDs are that the directory does not know, before any account is measured: who votes, on what, and
//! the homes of accounts of which nothing was known.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::case::{AccountRow, Case};
use crate::scope::learned::{self, HeldOut, Id, Learned, Learning, Visitor};
use crate::scope::{Atlas, Homes, People, PersonKind, Scope, Thing};
use crate::sequence::{Names, Sequences};

/// What was learned, and who voted.
#[derive(Debug, Default)]
pub(super) struct Lesson {
    pub learned: Option<Learned>,
    /// Place among the visitors, by place of the sequence.
    pub voters: HashMap<usize, u32>,
}

/// Where the accesses are, and who made them.
pub(super) struct Class<'l> {
    pub case: &'l Case,
    pub atlas: &'l Atlas<'l>,
    pub names: &'l Names,
    pub things: &'l [Thing],
    pub people: &'l People,
    pub sequences: &'l Sequences,
    /// The table of accounts, by account.
    pub accounts: &'l HashMap<&'l [u8], &'l AccountRow>,
}

impl Class<'_> {
    /// Learns labels, and by them the homes that neither a table nor the known objects told.
    pub fn learn(&self, homes: &mut Homes) -> Lesson {
        let scope = Scope::new(self.case, self.atlas, homes.clone());
        let mut lesson = Lesson::default();
        let mut visitors: Vec<Visitor> = Vec::new();
        let mut asked = Asked::of(self);
        for index in 0..self.sequences.len() {
            let (number, accesses) = self.sequences.sequence(index);
            for access in &*accesses {
                asked.add((false, access.object));
                asked.add((true, access.container));
            }
            let person = self.people.person(number);
            let row = self.accounts.get(person.name.as_slice());
            let machine = row.is_some_and(|row| matches!(row.kind.as_str(), "service" | "test"));
            if person.kind != PersonKind::Account || machine {
                continue;
            }
            let home = match scope.bench(&person).controllers() {
                [only] => Some(*only),
                // Grants in several tenants: no vote. In none: as the table of accounts says.
                [_, _, ..] => None,
                [] => row.and_then(|row| row.controller),
            };
            let Some(home) = home else { continue };
            let mut visitor = Visitor::of(home, &accesses, &self.case.routes);
            visitor.ids.retain(|id| asked.holds(*id));
            lesson.voters.insert(index, visitors.len() as u32);
            visitors.push(visitor);
        }
        if visitors.iter().all(|visitor| visitor.ids.is_empty()) {
            return Lesson::default();
        }
        lesson.learned = learn(&visitors, &asked.ids(), self.names);
        let objects = self.case.directory.objects.is_some();
        match &lesson.learned {
            // A few strangers among known objects, and nothing learned of them: nothing to tell.
            Some(learned) if objects && learned.labelled() == 0 => Lesson::default(),
            Some(learned) if !objects => {
                self.settle(learned, &scope, homes);
                lesson
            }
            _ => lesson,
        }
    }

    /// Whether the directory does not know an ID.
    fn unknown(&self, (container, asked): Id) -> bool {
        match container {
            true => !self.atlas.knows_container(self.names.objects.name(asked)),
            false => matches!(self.things[asked as usize], Thing::Asked(_)),
        }
    }

    fn settle(&self, learned: &Learned, scope: &Scope<'_>, homes: &mut Homes) {
        if self.case.directory.grants.is_some() {
            return;
        }
        let homeless = (0..self.sequences.len()).filter_map(|index| {
            let (number, accesses) = self.sequences.sequence(index);
            let person = self.people.person(number);
            let settled = person.kind != PersonKind::Account
                || !scope.bench(&person).controllers().is_empty();
            let ids = learned::asked(accesses.iter());
            (!settled).then(|| {
                let labels = learned.without(None, &ids).into_iter().map(|one| one.1);
                (person.name, labels.collect(), ids.len())
            })
        });
        homes.settle(homeless.collect::<Vec<_>>());
    }
}

/// The parts of the work side by side.
fn learn(visitors: &[Visitor], asked: &[Id], names: &Names) -> Option<Learned> {
    let learning = Learning::of(visitors, asked, names)?;
    let (labels, held_out) = rayon::join(
        || learning.label(),
        || {
            let parts = (0..learning.parts()).into_par_iter();
            let held_out = parts.map(|part| learning.hold_out(part));
            held_out.collect::<Vec<HeldOut>>()
        },
    );
    Some(learning.finish(labels, held_out))
}

/// The IDs that were asked for and the directory does not know, by their numbers.
struct Asked<'a> {
    class: &'a Class<'a>,
    objects: Vec<Known>,
    containers: Vec<Known>,
}

/// What is known of an ID.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    NotAskedFor,
    InTheDirectory,
    Unknown,
}

impl<'a> Asked<'a> {
    fn of(class: &'a Class<'a>) -> Asked<'a> {
        let none = vec![Known::NotAskedFor; class.names.objects.len()];
        Asked {
            class,
            objects: none.clone(),
            containers: none,
        }
    }

    fn add(&mut self, (container, number): Id) {
        let known = match container {
            true => self.containers.get_mut(number as usize),
            false => self.objects.get_mut(number as usize),
        };
        let Some(known) = known.filter(|known| **known == Known::NotAskedFor) else {
            return;
        };
        *known = match self.class.unknown((container, number)) {
            true => Known::Unknown,
            false => Known::InTheDirectory,
        };
    }

    fn holds(&self, (container, number): Id) -> bool {
        let known = match container {
            true => &self.containers,
            false => &self.objects,
        };
        known.get(number as usize) == Some(&Known::Unknown)
    }

    /// All of them, sorted.
    fn ids(&self) -> Vec<Id> {
        let both = [(false, &self.objects), (true, &self.containers)];
        let ids = both.into_iter().flat_map(|(container, known)| {
            let numbered = known.iter().zip(0..);
            let unknown = numbered.filter(|(known, _)| **known == Known::Unknown);
            unknown.map(move |(_, number)| (container, number))
        });
        ids.collect()
    }
}
