//! Learns whose the IDs are that the directory does not know, before any account is measured: who votes, on what, and
//! the homes of accounts of which nothing was known.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::case::{AccountRow, Case};
use crate::scope::learned::{self, HeldOut, Id, Learned, Learning, Visitor};
use crate::scope::{Atlas, Homes, People, PersonKind, Scope, Thing, Things};
use crate::sequence::{Access, Bits, NONE, Names, Sequences};

/// What one account asked for that the directory does not know, and its votes on that.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Visit {
    asked: Vec<Id>,
    /// With the account's name.
    visitor: Option<(Vec<u8>, Visitor)>,
}

/// The visits of all accounts.
#[derive(Debug, Default)]
pub(super) struct Visits {
    visitors: Vec<Visitor>,
    names: Vec<Box<[u8]>>,
    /// As objects, as containers.
    asked: [Bits; 2],
    /// Which account's each visitor is.
    places: Vec<u32>,
    /// Further visitors, which were answered about nothing that the directory does not know: nearly all, mostly.
    idle: usize,
    accounts: usize,
}

impl Visits {
    fn add_all(&mut self, visits: Vec<Visit>) {
        visits.into_iter().for_each(|visit| self.add(visit));
    }

    /// Adds an account's; they come in the order of the sequences.
    pub fn add(&mut self, visit: Visit) {
        for (container, number) in visit.asked {
            self.asked[usize::from(container)].insert(number);
        }
        match visit.visitor {
            Some((_, visitor)) if visitor.ids.is_empty() => self.idle += 1,
            Some((name, visitor)) => {
                self.places.push(self.accounts as u32);
                self.names.push(name.into());
                self.visitors.push(visitor);
            }
            None => {}
        }
        self.accounts += 1;
    }

    /// The visitors in the order of their names, and the place of each account's among them. Accounts come as their numbers
    /// do, so by how the logs are cut into files; who is held out when must not hang on that.
    fn by_name(&mut self) -> (Vec<Visitor>, Voters) {
        let names = std::mem::take(&mut self.names);
        let mut order: Vec<u32> = (0..names.len() as u32).collect();
        order.par_sort_unstable_by(|a, b| names[*a as usize].cmp(&names[*b as usize]));
        drop(names);
        let places = std::mem::take(&mut self.places);
        let mut voters = vec![NONE; self.accounts];
        for (nth, at) in order.iter().enumerate() {
            voters[places[*at as usize] as usize] = nth as u32;
        }
        let mut all = std::mem::take(&mut self.visitors);
        let visitors = order.iter();
        let visitors = visitors.map(|at| std::mem::take(&mut all[*at as usize]));
        (visitors.collect(), Voters(voters))
    }
}

/// Which place each account that voted has among the visitors, by the place of its sequence.
#[derive(Debug, Default)]
pub(super) struct Voters(Vec<u32>);

impl Voters {
    /// The place of one; `None` for one that did not vote.
    pub fn get(&self, sequence: usize) -> Option<u32> {
        self.0.get(sequence).copied().filter(|nth| *nth != NONE)
    }
}

/// What was learned, and who voted.
#[derive(Debug, Default)]
pub(super) struct Lesson {
    pub learned: Option<Learned>,
    pub voters: Voters,
}

/// Where the accesses are, and who made them.
pub(super) struct Class<'l> {
    pub case: &'l Case,
    pub atlas: &'l Atlas<'l>,
    pub names: &'l Names,
    pub things: &'l Things,
    pub people: &'l People,
    /// The table of accounts, by account.
    pub accounts: &'l HashMap<&'l [u8], &'l AccountRow>,
}

impl Class<'_> {
    /// Learns labels, and by them the homes that neither a table nor the known objects told.
    pub fn learn(&self, sequences: &Sequences, homes: &mut Homes) -> Lesson {
        let scope = Scope::new(self.case, self.atlas, homes.clone());
        let unknown = Unknown::of(self);
        if unknown.is_nothing() {
            return Lesson::default();
        }
        let mut visits = Visits::default();
        let mut before = Vec::new();
        let mut until = 0;
        while until < sequences.len() {
            let from = until;
            until = sequences.batch(from, super::BATCH.0, super::BATCH.1);
            let batch = from..until;
            let visit = |index| {
                let (number, accesses) = sequences.sequence(index);
                self.visit((number, &accesses), &scope, &unknown)
            };
            // The last accounts' visits are added beside the reading of the next.
            let (batch, ()) = rayon::join(
                || batch.into_par_iter().map(visit).collect(),
                || visits.add_all(std::mem::take(&mut before)),
            );
            before = batch;
        }
        visits.add_all(before);
        let lesson = self.lesson(visits);
        if let Some(learned) = &lesson.learned
            && self.case.directory.objects.is_none()
        {
            self.settle(learned, sequences, &scope, homes);
        }
        lesson
    }

    /// Learns labels from all accounts' visits.
    pub fn lesson(&self, mut visits: Visits) -> Lesson {
        let idle = visits.idle;
        let (visitors, voters) = visits.by_name();
        let mut lesson = Lesson {
            learned: None,
            voters,
        };
        if visitors.is_empty() {
            return Lesson::default();
        }
        let [objects, containers] = &visits.asked;
        let asked = objects.iter().map(|number| (false, number));
        let asked: Vec<Id> = asked
            .chain(containers.iter().map(|number| (true, number)))
            .collect();
        lesson.learned = learn((&visitors, idle), &asked, self.names);
        let objects = self.case.directory.objects.is_some();
        match &lesson.learned {
            // A few strangers among known objects, and nothing learned of them: nothing to tell.
            Some(learned) if objects && learned.labelled() == 0 => Lesson::default(),
            _ => lesson,
        }
    }

    /// What one account asked for that the directory does not know, and its votes on that.
    pub fn visit(
        &self,
        (number, accesses): (u32, &[Access]),
        scope: &Scope<'_>,
        unknown: &Unknown,
    ) -> Visit {
        // Most accounts ask for nothing that the directory does not know.
        let strange = accesses.iter().any(|access| unknown.is_in(access));
        let asked = match strange {
            true => learned::asked(accesses.iter(), |id| unknown.holds(id)),
            false => Vec::new(),
        };
        let person = self.people.person(number);
        let row = self.accounts.get(person.name.as_slice());
        let machine = row.is_some_and(|row| matches!(row.kind.as_str(), "service" | "test"));
        if person.kind != PersonKind::Account || machine {
            let visitor = None;
            return Visit { asked, visitor };
        }
        let home = match scope.bench(&person).controllers() {
            [only] => Some(*only),
            // Grants in several tenants: no vote. In none: as the table of accounts says.
            [_, _, ..] => None,
            [] => row.and_then(|row| row.controller),
        };
        let visitor = home.map(|home| match strange {
            true => {
                let unknown = |id: Id| unknown.holds(id);
                Visitor::of(home, accesses, &self.case.routes, unknown)
            }
            false => Visitor {
                controller: home,
                ids: Vec::new(),
            },
        });
        let visitor = visitor.map(|visitor| (person.name, visitor));
        Visit { asked, visitor }
    }

    fn settle(
        &self,
        learned: &Learned,
        sequences: &Sequences,
        scope: &Scope<'_>,
        homes: &mut Homes,
    ) {
        if self.case.directory.grants.is_some() {
            return;
        }
        let homeless = (0..sequences.len()).filter_map(|index| {
            let (number, accesses) = sequences.sequence(index);
            let person = self.people.person(number);
            let settled = person.kind != PersonKind::Account
                || !scope.bench(&person).controllers().is_empty();
            let ids = learned::asked(accesses.iter(), |_| true);
            (!settled).then(|| {
                let labels = learned.without(None, &ids).into_iter().map(|one| one.1);
                (person.name, labels.collect(), ids.len())
            })
        });
        homes.settle(homeless.collect::<Vec<_>>());
    }
}

/// The parts of the work side by side.
fn learn(visitors: (&[Visitor], usize), asked: &[Id], names: &Names) -> Option<Learned> {
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
pub(super) struct Unknown {
    objects: Vec<bool>,
    containers: Vec<bool>,
}

impl Unknown {
    pub fn of(class: &Class<'_>) -> Unknown {
        let names = &class.names.objects;
        let all = (0..names.len() as u32).into_par_iter();
        let thing = |id: u32| class.things.get(id);
        let stranger = |id: u32| !class.atlas.knows(names.name(id), thing(id));
        Unknown {
            containers: all.clone().map(stranger).collect(),
            objects: all.map(|id| matches!(thing(id), Thing::Asked(_))).collect(),
        }
    }

    /// Whether the directory knows all of them: then there is nothing to learn.
    fn is_nothing(&self) -> bool {
        !self.objects.contains(&true) && !self.containers.contains(&true)
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
