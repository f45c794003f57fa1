//! Whose every identifier of a case is: controllers, units, objects, containers, data subjects, accounts, addresses and
//! places in logs, by how they are spelled.
//!
//! What a pack may show is told by this one list: a controller's pack may hold what is that controller's, and nothing
//! else that stands here. Accounts and client addresses are nobody's, and so is whatever belongs to a protected person:
//! no pack shows them in the open.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::spelled::{Spelled, readings};
use crate::case::{Case, Directory};
use crate::report::cells::safe;

/// Index of a controller in the directory's sorted list.
pub(super) type Controller = u32;

/// What an identifier stands for, in the order in which a finding names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A protected person, or an object that tells of one.
    Protected,
    /// A data subject.
    Subject,
    /// An object.
    Object,
    /// A container.
    Container,
    /// An account or a session.
    Account,
    /// A client's address.
    Address,
    /// A unit.
    Unit,
    /// A controller's ID or name.
    Controller,
    /// The offset of a line in a log.
    Offset,
}

impl Kind {
    /// The words for a finding.
    pub(super) fn words(self) -> &'static str {
        match self {
            Kind::Protected => "an ID of a protected person",
            Kind::Subject => "a data subject's ID",
            Kind::Object => "an object's ID",
            Kind::Container => "a container's ID",
            Kind::Account => "an account",
            Kind::Address => "a client's address",
            Kind::Unit => "a unit's ID",
            Kind::Controller => "a controller's ID or name",
            Kind::Offset => "the offset of a line",
        }
    }
}

/// An identifier, spelled one way.
#[derive(Debug)]
struct Entry {
    exact: Box<str>,
    kind: Kind,
    /// Whose it may be shown to, sorted.
    own: Vec<Controller>,
    /// Whose it is otherwise, for words.
    of: Option<Controller>,
}

/// An identifier that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// What it is.
    pub(super) kind: Kind,
    /// Whose, where it is somebody's.
    pub(super) of: Option<Controller>,
    /// As it stands there.
    pub(super) text: String,
    /// Where it begins and ends, in bytes of the reading that showed it.
    pub(super) span: (usize, usize),
}

/// Who looks at a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// A controller.
    Controller(Controller),
    /// The supervisory authority, which may know controllers and nothing below them.
    Regulator,
}

/// Every identifier of a case.
#[derive(Debug, Default)]
pub(super) struct Owners {
    by_folded: HashMap<Box<str>, Vec<Entry>>,
    /// Whether identifiers of so many tokens exist.
    counts: Vec<bool>,
    /// Owners of objects by exact ID, with whether the object tells of a protected person.
    objects: HashMap<String, (Vec<Controller>, bool)>,
    containers: HashMap<String, Option<Controller>>,
    protected: BTreeSet<String>,
    /// The same as cells of tables.
    protected_cells: BTreeSet<String>,
    /// Whether any table says who is protected.
    pub(super) marks_protected: bool,
    /// Whether any table says who is a child.
    pub(super) marks_children: bool,
    /// Identifiers without a letter or digit: they cannot be told from punctuation.
    pub(super) unsearchable: u64,
}

impl Owners {
    /// Every identifier that the case's directory names.
    pub(super) fn of(case: &Case) -> Owners {
        let directory = &case.directory;
        let mut owners = Owners {
            marks_protected: directory.objects_say_protected,
            marks_children: directory.objects_say_child,
            ..Owners::default()
        };
        owners.controllers(directory);
        owners.people(directory);
        owners.containers(directory);
        owners.accounts(case);
        owners
    }

    fn controllers(&mut self, directory: &Directory) {
        let all = directory.controllers.as_deref().unwrap_or_default();
        for (controller, index) in all.iter().zip(0..) {
            self.add(&controller.id, Kind::Controller, &[index], Some(index));
            self.add(&controller.name, Kind::Controller, &[index], Some(index));
        }
        for unit in directory.units.as_deref().unwrap_or_default() {
            let own: Vec<Controller> = unit.controller.into_iter().collect();
            self.add(&unit.id, Kind::Unit, &own, unit.controller);
        }
    }

    fn people(&mut self, directory: &Directory) {
        let Some(objects) = &directory.objects else {
            return;
        };
        let units = directory.units.as_deref().unwrap_or_default();
        // Who is protected at any time is never named, at no time.
        for row in objects.iter().filter(|row| row.protected) {
            self.protected.insert(subject(row.object, row.subject));
        }
        self.protected_cells = self.protected.iter().map(|one| safe(one)).collect();
        let mut subjects: BTreeMap<String, BTreeSet<Controller>> = BTreeMap::new();
        for row in objects.iter() {
            let controller = row.unit.and_then(|unit| units[unit as usize].controller);
            let subject = subject(row.object, row.subject);
            let hidden = self.protected.contains(&subject);
            let entry = self.objects.entry(row.object.to_owned()).or_default();
            entry.0.extend(controller);
            entry.0.sort_unstable();
            entry.0.dedup();
            entry.1 |= hidden;
            subjects.entry(subject).or_default().extend(controller);
        }
        for (object, (own, hidden)) in std::mem::take(&mut self.objects) {
            self.person(&object, Kind::Object, &own, hidden);
            self.objects.insert(object, (own, hidden));
        }
        for (subject, own) in subjects {
            let own: Vec<Controller> = own.into_iter().collect();
            let hidden = self.protected.contains(&subject);
            self.person(&subject, Kind::Subject, &own, hidden);
        }
    }

    fn person(&mut self, id: &str, kind: Kind, own: &[Controller], hidden: bool) {
        match hidden {
            true => self.add(id, Kind::Protected, &[], own.first().copied()),
            false => self.add(id, kind, own, own.first().copied()),
        }
    }

    /// A container is a controller's only where its place and everything that it ever held are.
    fn containers(&mut self, directory: &Directory) {
        let mut held: HashMap<&str, Option<BTreeSet<Controller>>> = HashMap::new();
        for member in directory.members.as_deref().unwrap_or_default() {
            let entry = held
                .entry(&member.container)
                .or_insert_with(|| Some(BTreeSet::new()));
            let own = self
                .objects
                .get(&member.object)
                .filter(|own| !own.0.is_empty());
            match (entry.as_mut(), own) {
                (Some(all), Some((own, _))) => all.extend(own),
                // What holds something of nobody known may hold something of others.
                _ => *entry = None,
            }
        }
        let units = directory.units.as_deref().unwrap_or_default();
        let unit_of = units.iter().filter_map(|u| Some((&*u.id, u.controller?)));
        let unit_of: HashMap<&str, Controller> = unit_of.collect();
        let held: Vec<(String, Option<Controller>)> = held
            .into_iter()
            .map(|(id, owners)| {
                let mut owners = owners.unwrap_or_default();
                owners.extend(unit_of.get(id));
                let only = owners.first().copied().filter(|_| owners.len() == 1);
                (id.to_owned(), only)
            })
            .collect();
        for (id, owner) in held {
            let own: Vec<Controller> = owner.into_iter().collect();
            self.add(&id, Kind::Container, &own, owner);
            self.containers.insert(id, owner);
        }
    }

    fn accounts(&mut self, case: &Case) {
        let directory = &case.directory;
        for row in directory.accounts.as_deref().unwrap_or_default() {
            self.add(&row.account, Kind::Account, &[], row.controller);
        }
        let mut last = "";
        for row in directory.grants.as_deref().unwrap_or_default() {
            if *row.account != *last {
                self.add(&row.account, Kind::Account, &[], None);
            }
            last = &row.account;
        }
        for row in directory.sessions.as_deref().unwrap_or_default() {
            self.add(&row.session, Kind::Account, &[], None);
            self.add(&row.account, Kind::Account, &[], None);
        }
        for account in &case.exclude_accounts {
            self.add(account, Kind::Account, &[], None);
        }
    }

    /// Takes in an identifier that only the logs name.
    pub(super) fn add(&mut self, id: &str, kind: Kind, own: &[Controller], of: Option<Controller>) {
        if id.is_empty() {
            return;
        }
        let spelled = Spelled::of(id);
        let Some((run, count)) = spelled.whole() else {
            self.unsearchable += 1;
            return;
        };
        if self.counts.len() <= count {
            self.counts.resize(count + 1, false);
        }
        self.counts[count] = true;
        let exact = &id[run.from..run.until];
        let entries = self.by_folded.entry(run.folded.into()).or_default();
        let same = entries
            .iter_mut()
            .find(|entry| *entry.exact == *exact && entry.kind == kind);
        match same {
            Some(entry) => {
                entry.own.extend(own);
                entry.own.sort_unstable();
                entry.own.dedup();
            }
            None => entries.push(Entry {
                exact: exact.into(),
                kind,
                own: own.to_vec(),
                of,
            }),
        }
    }

    /// Whether a controller's pack may show an object's ID in the open; in what is sealed to the controller, with
    /// `sealed`, those of protected persons too.
    pub(super) fn shows_object(&self, to: Controller, object: &str, sealed: bool) -> bool {
        let known = self.objects.get(object);
        known.is_some_and(|(own, hidden)| own.contains(&to) && (sealed || !hidden))
    }

    /// Whether a container is a controller's, with everything that it holds.
    pub(super) fn shows_container(&self, to: Controller, container: &str) -> bool {
        self.containers.get(container) == Some(&Some(to))
    }

    /// Whether somebody is, or was at any time, a protected person.
    pub(super) fn is_protected(&self, subject: &str) -> bool {
        self.protected.contains(subject)
    }

    /// The same, by the cell that names somebody in a table.
    pub(super) fn hides(&self, cell: &str) -> bool {
        self.protected_cells.contains(cell)
    }

    /// Whether any identifier is spelled so.
    pub(super) fn knows(&self, text: &str) -> bool {
        let spelled = Spelled::of(text);
        spelled
            .whole()
            .is_some_and(|(run, _)| self.by_folded.contains_key(run.folded))
    }

    /// Everything in a text that its reader may not see, in every reading of the text.
    pub(super) fn strangers(&self, reader: Reader, text: &str) -> Vec<Hit> {
        let readings = readings(text);
        readings
            .iter()
            .flat_map(|reading| self.in_reading(reader, reading))
            .collect()
    }

    /// The same in one reading.
    pub(super) fn in_reading(&self, reader: Reader, text: &str) -> Vec<Hit> {
        let spelled = Spelled::of(text);
        let mut hits = Vec::new();
        // How far something that the reader may see covers the text: what stands inside of it is no stranger.
        let mut covered = 0;
        for first in 0..spelled.tokens() {
            let mut strange = Vec::new();
            for count in (1..self.counts.len()).filter(|count| self.counts[*count]) {
                let Some(run) = spelled.run(first, count) else {
                    break;
                };
                let Some(entries) = self.by_folded.get(run.folded) else {
                    continue;
                };
                let exact = &text[run.from..run.until];
                match judged(reader, entries, exact) {
                    None => covered = covered.max(run.until),
                    Some(entry) => strange.push(Hit {
                        kind: entry.kind,
                        of: entry.of,
                        text: exact.to_owned(),
                        span: (run.from, run.until),
                    }),
                }
            }
            hits.extend(strange.into_iter().filter(|hit| hit.span.1 > covered));
        }
        hits
    }
}

/// The entry that makes a spelling strange to a reader; `None` where the reader may see it. An entry that is spelled
/// exactly so says more than one that differs in case.
fn judged<'e>(reader: Reader, entries: &'e [Entry], exact: &str) -> Option<&'e Entry> {
    let exactly: Vec<&Entry> = entries.iter().filter(|e| *e.exact == *exact).collect();
    let asked: Vec<&Entry> = match exactly.is_empty() {
        true => entries.iter().collect(),
        false => exactly,
    };
    let may_see = |entry: &&Entry| match reader {
        Reader::Controller(one) => entry.own.contains(&one),
        Reader::Regulator => matches!(entry.kind, Kind::Controller | Kind::Offset),
    };
    match asked.iter().any(may_see) {
        true => None,
        false => asked.into_iter().min_by_key(|entry| entry.kind),
    }
}

/// How a table of subjects names whom a row tells about: an object without a subject stands for itself.
fn subject(object: &str, subject: &str) -> String {
    match subject.is_empty() {
        true => format!("object:{object}"),
        false => subject.to_owned(),
    }
}
