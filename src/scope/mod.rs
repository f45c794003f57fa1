//! Grants, units and sessions over time -> whether an account may see an object at an instant.
//!
//! With `grants` the rule is CASE.md §2's. Without them the scope is inferred from where an account
//! belongs (`inferred`), and everything that rests on it says so. What an access disclosed is left to
//! `impact`, what a pattern of accesses means to `detect`.

mod atlas;
mod freshness;
mod groups;
mod guarded;
mod inferred;
mod kinds;
pub mod learned;
mod listed;
mod people;
mod things;
mod touch;
mod unnamed;

pub use atlas::{Atlas, ControllerIndex, Thing};
pub use freshness::{Arrivals, Stale, as_of, changed, snapshot};
pub use inferred::Homes;
pub use people::{FileOf, People, Person, PersonKind, Together};
use serde::{Deserialize, Serialize};
pub use things::Things;
pub use touch::{Opener, PageTouch, Touch, Touched};
pub use unnamed::Unnamed;

use crate::case::{Case, Grant};
use crate::words::Stamp;

/// How an object stands to an account at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// Some grant covers it.
    InScope,
    /// No grant covers it.
    Beyond,
    /// Its unit is empty: in scope of nobody, told apart.
    NoUnit,
    /// No row of the object holds at that instant, and its rows do not agree on whose it is.
    NotThen,
    /// The directory does not know the object.
    UnknownObject,
    /// The same; by its learned label it is the account's own tenant's, which says nothing about unit or class.
    LearnedInside,
    /// The same; by its learned label it is another tenant's.
    LearnedBeyond,
    /// The directory does not know the account, or the source carries none: nobody can say.
    UnknownScope,
}

impl Standing {
    /// Whether it is known to lie beyond the account's scope.
    pub fn is_beyond(self) -> bool {
        matches!(
            self,
            Standing::Beyond | Standing::NoUnit | Standing::LearnedBeyond
        )
    }

    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Standing::InScope => "in scope",
            Standing::Beyond => "beyond",
            Standing::NoUnit => "no unit",
            Standing::NotThen => "not in the directory then",
            Standing::UnknownObject => "unknown object",
            Standing::LearnedInside => "own tenant by learned label",
            Standing::LearnedBeyond => "beyond by learned label",
            Standing::UnknownScope => "unknown scope",
        }
    }
}

/// Where the judgement of scope comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// The table `grants`.
    Directory,
    /// Where the account belongs, by `accounts` or by the logs themselves; or its grants, without a table of units.
    Inferred,
    /// Nothing: the account is unlisted, or the source names no account.
    Unknown,
}

impl Basis {
    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Basis::Directory => "directory",
            Basis::Inferred => "inferred",
            Basis::Unknown => "unknown",
        }
    }
}

/// The judge of a case.
#[derive(Debug)]
pub struct Scope<'c> {
    /// The indexed directory.
    pub atlas: &'c Atlas<'c>,
    grants: Option<&'c [Grant]>,
    protected_matters: bool,
    unlisted_beyond: bool,
    homes: Homes,
}

/// One account before the judge: its grants are looked up once.
#[derive(Clone, Debug)]
pub struct Bench<'s> {
    scope: &'s Scope<'s>,
    grants: &'s [u32],
    rule: Rule,
    /// Whose IDs are that the directory does not know, learned without this account's votes, in the order of the IDs.
    labels: Vec<(learned::Id, ControllerIndex)>,
    /// Controllers of the units that its grants name, or its home; sorted.
    controllers: Vec<ControllerIndex>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Grants,
    Home(ControllerIndex),
    Nothing,
    Unknown,
}

impl<'c> Scope<'c> {
    /// Prepares the judge. `homes` counts only where the case has no grants.
    pub fn new(case: &'c Case, atlas: &'c Atlas<'c>, homes: Homes) -> Scope<'c> {
        let grants = case.directory.grants.as_deref();
        Scope {
            atlas,
            grants,
            protected_matters: case.directory.grants_say_protected,
            unlisted_beyond: case.unlisted_beyond,
            homes,
        }
    }

    /// Where accounts belong, to learn more of it.
    pub fn homes(&mut self) -> &mut Homes {
        &mut self.homes
    }

    /// Calls an account before the judge.
    pub fn bench<'s>(&'s self, person: &Person) -> Bench<'s>
    where
        'c: 's,
    {
        let grants = match person.kind {
            PersonKind::Account => self.atlas.grants_of(&person.name),
            _ => &[],
        };
        let rule = match person.kind {
            PersonKind::AnonymousClient => Rule::Nothing,
            PersonKind::UnattributedClient => Rule::Unknown,
            PersonKind::Account if self.grants.is_none() => self
                .homes
                .of(&person.name)
                .map_or(Rule::Unknown, Rule::Home),
            PersonKind::Account if !grants.is_empty() => Rule::Grants,
            PersonKind::Account if self.unlisted_beyond => Rule::Nothing,
            PersonKind::Account => Rule::Unknown,
        };
        Bench {
            scope: self,
            grants,
            rule,
            labels: Vec::new(),
            controllers: self.controllers(grants, rule),
        }
    }

    fn controllers(&self, grants: &[u32], rule: Rule) -> Vec<ControllerIndex> {
        let rows = self.grants.unwrap_or_default();
        let units = self.atlas.directory.units.as_deref().unwrap_or_default();
        let mut controllers: Vec<u32> = grants
            .iter()
            .filter_map(|row| units.get(rows[*row as usize].unit as usize)?.controller)
            .chain(match rule {
                Rule::Home(controller) => Some(controller),
                _ => None,
            })
            .collect();
        controllers.sort_unstable();
        controllers.dedup();
        controllers
    }
}

impl Bench<'_> {
    /// How a thing stands to the account at an instant.
    pub fn standing(&self, thing: Thing, at: Stamp) -> Standing {
        let atlas = self.scope.atlas;
        let rows = atlas.rows(thing);
        if self.rule == Rule::Unknown {
            return Standing::UnknownScope;
        }
        if rows.is_empty() {
            return match thing {
                Thing::Asked(asked) => self.by_label((false, asked)).0,
                _ => Standing::UnknownObject,
            };
        }
        let mut valid = rows.iter().filter(|row| atlas.valid(**row).holds(at));
        if valid.clone().any(|row| self.sees(*row, at)) {
            return Standing::InScope;
        }
        match valid.clone().any(|row| atlas.unit_of_row(*row).is_some()) {
            true => Standing::Beyond,
            false if valid.next().is_some() => Standing::NoUnit,
            // What stands in the table from a later day on only, it does not know yet.
            false if atlas.is_of_later(thing, at) => Standing::UnknownObject,
            false => self.of_another_time(thing),
        }
    }

    /// Whether a thing beyond scope comes into it by a grant that begins within some time after.
    pub fn comes_in(&self, thing: Thing, at: Stamp, within: i64) -> bool {
        let rows = self.scope.grants.unwrap_or_default();
        let begins = self
            .grants
            .iter()
            .filter_map(|row| rows[*row as usize].valid.from);
        let mut soon = begins.filter(|from| *from > at && from.0 - at.0 <= within);
        soon.any(|from| self.standing(thing, from) == Standing::InScope)
    }

    /// The same bench with what was learned about IDs that the directory does not know.
    pub fn with_labels(mut self, labels: Vec<(learned::Id, ControllerIndex)>) -> Self {
        if !self.controllers.is_empty() {
            self.labels = labels;
        }
        self
    }

    /// How an ID that the directory does not know stands to the account by its learned label, and the label.
    pub fn by_label(&self, id: learned::Id) -> (Standing, Option<ControllerIndex>) {
        let label = self.labels.binary_search_by_key(&id, |one| one.0);
        let label = label.ok().map(|at| self.labels[at].1);
        let standing = match label {
            None => Standing::UnknownObject,
            Some(label) if self.controllers.contains(&label) => Standing::LearnedInside,
            Some(_) => Standing::LearnedBeyond,
        };
        (standing, label)
    }

    /// An object of which no row holds any more is in nobody's scope. Whose it is, is certain only where all its rows
    /// agree.
    fn of_another_time(&self, thing: Thing) -> Standing {
        let atlas = self.scope.atlas;
        let mut rows = atlas.rows(thing).iter();
        let placed = rows.any(|row| atlas.unit_of_row(*row).is_some());
        match (atlas.one_owner(thing), placed) {
            (true, true) => Standing::Beyond,
            (true, false) => Standing::NoUnit,
            (false, _) => Standing::NotThen,
        }
    }

    /// What the judgement rests on.
    pub fn basis(&self) -> Basis {
        match self.rule {
            // Which units lie below those that it was granted, no table says.
            Rule::Grants if !self.scope.atlas.directory.units_told => Basis::Inferred,
            Rule::Grants | Rule::Nothing => Basis::Directory,
            Rule::Home(_) => Basis::Inferred,
            Rule::Unknown => Basis::Unknown,
        }
    }

    /// Whether nothing at all is in its scope.
    pub fn sees_nothing(&self) -> bool {
        self.rule == Rule::Nothing
    }

    /// Whether any grant of the account holds at an instant; always where grants are not what scope rests on.
    pub fn granted(&self, at: Stamp) -> bool {
        let rows = self.scope.grants.unwrap_or_default();
        let holds = |row: &u32| rows[*row as usize].valid.holds(at);
        self.rule != Rule::Grants || self.grants.iter().any(holds)
    }

    /// Roles that the account's grants name, sorted.
    pub fn roles(&self) -> Vec<&str> {
        let rows = self.scope.grants.unwrap_or_default();
        let mut roles: Vec<&str> = self
            .grants
            .iter()
            .map(|row| &*rows[*row as usize].role)
            .filter(|role| !role.is_empty())
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The controllers of the units that the account's grants name, sorted.
    pub fn controllers(&self) -> &[ControllerIndex] {
        &self.controllers
    }

    /// How many objects the account may see at an instant.
    pub fn reachable(&self, at: Stamp) -> u64 {
        self.scope
            .atlas
            .count_things(|thing| self.standing(thing, at) == Standing::InScope)
    }

    fn sees(&self, row: u32, at: Stamp) -> bool {
        match self.rule {
            Rule::Grants => self
                .grants
                .iter()
                .any(|grant| self.grants_row(*grant, row, at)),
            Rule::Home(controller) => self.scope.atlas.controller(row) == Some(controller),
            Rule::Nothing | Rule::Unknown => false,
        }
    }

    fn grants_row(&self, grant: u32, row: u32, at: Stamp) -> bool {
        let Some(grant) = self.scope.grants.and_then(|rows| rows.get(grant as usize)) else {
            return false;
        };
        let (unit, of, protected) = self.scope.atlas.objects().seen_by(row);
        grant.valid.holds(at)
            && unit.is_some_and(|unit| self.scope.atlas.covers(grant.unit, unit))
            && grant.form.as_deref().is_none_or(|form| form == of)
            && (grant.protected || !protected || !self.scope.protected_matters)
    }
}
