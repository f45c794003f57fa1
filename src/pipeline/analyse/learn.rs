//! Learns whose the IDs are that the directory does not know, before any account is measured: who votes, on what, and
//! the homes of accounts of which nothing was known.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use crate::case::{AccountRow, Case};
use crate::scope::learned::{self, HeldOut, Id, Learned, Learning, Visitor};
use crate::scope::{Atlas, Homes, People, PersonKind, Scope, Thing};
use crate::sequence::{Access, Names, Sequences};

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
        let unknown = Unknown::of(self);
        let mut asked: BTreeSet<Id> = BTreeSet::new();
        for from in (0..self.sequences.len()).step_by(super::BATCH) {
            let batch = from..self.sequences.len().min(from + super::BATCH);
            let batch: Vec<(Vec<Id>, Option<Visitor>)> = batch
                .into_par_iter()
                .map(|index| self.visit(index, &scope, &unknown))
                .collect();
            for ((ids, visitor), index) in batch.into_iter().zip(from..) {
                asked.extend(ids);
                if let Some(visitor) = visitor {
                    lesson.voters.insert(index, visitors.len() as u32);
                    visitors.push(visitor);
                }
            }
        }
        if visitors.iter().all(|visitor| visitor.ids.is_empty()) {
            return Lesson::default();
        }
        lesson.learned = learn(&visitors, &Vec::from_iter(asked), self.names);
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

    /// What one account asked for that the directory does not know, and its votes on that.
    fn visit(
        &self,
        index: usize,
        scope: &Scope<'_>,
        unknown: &Unknown,
    ) -> (Vec<Id>, Option<Visitor>) {
        let (number, accesses) = self.sequences.sequence(index);
        // Most accounts ask for nothing that the directory does not know.
        let strange = accesses.iter().any(|access| unknown.is_in(access));
        let unknown_only = |ids: Vec<Id>| {
            let mut ids = ids;
            ids.retain(|id| unknown.holds(*id));
            ids.shrink_to_fit();
            ids
        };
        let asked = match strange {
            true => unknown_only(learned::asked(accesses.iter())),
            false => Vec::new(),
        };
        let person = self.people.person(number);
        let row = self.accounts.get(person.name.as_slice());
        let machine = row.is_some_and(|row| matches!(row.kind.as_str(), "service" | "test"));
        if person.kind != PersonKind::Account || machine {
            return (asked, None);
        }
        let home = match scope.bench(&person).controllers() {
            [only] => Some(*only),
            // Grants in several tenants: no vote. In none: as the table of accounts says.
            [_, _, ..] => None,
            [] => row.and_then(|row| row.controller),
        };
        let visitor = home.map(|home| match strange {
            true => {
                let visitor = Visitor::of(home, &accesses, &self.case.routes);
                Visitor {
                    ids: unknown_only(visitor.ids),
                    ..visitor
                }
            }
            false => Visitor {
                controller: home,
                ids: Vec::new(),
            },
        });
        (asked, visitor)
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

/// Which of the requested IDs the directory does not know, by their numbers: as objects, as containers.
struct Unknown {
    objects: Vec<bool>,
    containers: Vec<bool>,
}

impl Unknown {
    fn of(class: &Class<'_>) -> Unknown {
        let names = &class.names.objects;
        let things = class.things.par_iter();
        let stranger =
            |(id, thing): (usize, &Thing)| !class.atlas.knows(names.name(id as u32), *thing);
        Unknown {
            containers: things.clone().enumerate().map(stranger).collect(),
            objects: things
                .map(|thing| matches!(thing, Thing::Asked(_)))
                .collect(),
        }
    }

    /// Whether an access names one of them.
    fn is_in(&self, access: &Access) -> bool {
        self.holds((false, access.object)) || self.holds((true, access.container))
    }

    fn holds(&self, (container, number): Id) -> bool {
        let unknown = match container {
            true => &self.containers,
            false => &self.objects,
        };
        unknown.get(number as usize) == Some(&true)
    }
}
