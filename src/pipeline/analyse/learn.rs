//! Learns whose the IDs are that the directory does not know, before any account is measured: who votes, on what, and
//! the homes of accounts of which nothing was known.

use std::collections::{BTreeSet, HashMap};

use crate::case::{AccountRow, Case};
use crate::scope::learned::{self, Id, Learned, Visitor};
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
        let mut asked: BTreeSet<Id> = BTreeSet::new();
        for index in 0..self.sequences.len() {
            let (number, accesses) = self.sequences.sequence(index);
            let ids = learned::asked(accesses.iter());
            asked.extend(ids.into_iter().filter(|id| self.unknown(*id)));
            let person = self.people.person(number);
            let row = self.accounts.get(person.name.as_slice());
            let machine = row.is_some_and(|row| matches!(row.kind.as_str(), "service" | "test"));
            if person.kind != PersonKind::Account || machine {
                continue;
            }
            let home = match scope.bench(&person).controllers()[..] {
                [only] => Some(only),
                // Grants in several tenants: no vote. In none: as the table of accounts says.
                [_, _, ..] => None,
                [] => row.and_then(|row| row.controller),
            };
            let Some(home) = home else { continue };
            let mut visitor = Visitor::of(home, &accesses, &self.case.routes);
            visitor.ids.retain(|id| self.unknown(*id));
            lesson.voters.insert(index, visitors.len() as u32);
            visitors.push(visitor);
        }
        if visitors.iter().all(|visitor| visitor.ids.is_empty()) {
            return Lesson::default();
        }
        let asked: Vec<Id> = asked.into_iter().collect();
        lesson.learned = learned::learn(&visitors, &asked, self.names);
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
            let labels = learned.without(None, &ids);
            (!settled).then(|| (person.name, labels.into_values().collect(), ids.len()))
        });
        homes.settle(homeless.collect::<Vec<_>>());
    }
}
