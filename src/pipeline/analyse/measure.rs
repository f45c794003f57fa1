//! Measures one account alone: opens its accesses, reads first contacts, sums up its share.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::learn::Voters;
use super::{AccountOutcome, AfterClosing, Details};
use crate::case::{AccountRow, Case};
use crate::detect::contacts::{Contact, Place, Reader};
use crate::detect::explain::{Crowd, Explained, Explanation, explain};
use crate::detect::joint::{Taking, takings};
use crate::detect::{Facts, HARVEST_FROM, collecting, hand, is_harvest, takeover};
use crate::impact::{AccountShare, Citation};
use crate::scope::learned::{self, Learned};
use crate::scope::{
    Basis, Bench, ControllerIndex, Opener, People, Person, PersonKind, Scope, Standing, Thing,
    Touched,
};
use crate::sequence::{Access, Sequences};
use crate::words::{HOUR, Stamp};

/// How long after the first time somebody comes back, and does not only ask again.
const LATER: i64 = 8 * HOUR;
/// How late a grant may be entered.
const LATE: i64 = 14 * 24 * HOUR;

/// An account that was measured and not yet judged.
#[derive(Serialize, Deserialize)]
pub(super) struct Measured {
    pub outcome: AccountOutcome,
    pub details: Details,
    /// Where its sequence stands.
    pub sequence: usize,
    /// Things that it asked for beyond scope without an explanation: container or not, and the ID's number.
    pub open: BTreeSet<(bool, u32)>,
    /// Those of them that lie among its own controllers.
    pub at_home: BTreeSet<(bool, u32)>,
    /// Units of all of them, and how many lie in each.
    pub units: BTreeMap<u32, u32>,
    pub takings: Vec<Taking>,
    /// Where it collected, if it did and asked for nothing beyond its scope.
    pub collecting: Vec<u32>,
    pub after_closing: Option<AfterClosing>,
}

impl Measured {
    /// What is judged of it.
    pub fn both(&self) -> (&AccountOutcome, &Details) {
        (&self.outcome, &self.details)
    }
}

pub(super) struct Worker<'w> {
    pub case: &'w Case,
    /// The table of accounts, by account.
    pub accounts: &'w HashMap<&'w [u8], &'w AccountRow>,
    pub scope: &'w Scope<'w>,
    pub people: &'w People,
    pub opener: Opener<'w>,
    pub reader: Reader<'w, 'w>,
    /// Whose the IDs are that the directory does not know.
    pub learned: Option<&'w Learned>,
    /// Who voted on that: place among the visitors, by place of the sequence.
    pub voters: &'w Voters,
}

impl<'w> Worker<'w> {
    /// Measures the account of a sequence, with the templates that need no other account.
    pub fn measure(&self, (index, number, accesses): (usize, u32, &[Access])) -> Measured {
        let person = self.people.person(number);
        let row = self.row(&person);
        let kind = row.map_or(String::new(), |row| row.kind.clone());
        let bench = self.bench(&person, index, accesses);
        let touched = self.opener.open(&bench, accesses);
        let service = matches!(kind.as_str(), "service" | "test");
        let contacts = self.reader.read(accesses, &touched, service);
        let home = bench.controllers().to_vec();
        let roles: Vec<String> = bench.roles().into_iter().map(str::to_owned).collect();
        let span = match accesses {
            [first, .., last] => (first.time, last.time),
            [only] => (only.time, only.time),
            [] => (Stamp(0), Stamp(0)),
        };
        let share = AccountShare::of(
            self.scope.atlas,
            accesses,
            &touched,
            person.kind == PersonKind::UnattributedClient,
            person.kind == PersonKind::AnonymousClient,
            bench.sees_nothing(),
        );
        let mut measured = Measured {
            sequence: index,
            open: BTreeSet::new(),
            at_home: BTreeSet::new(),
            units: BTreeMap::new(),
            takings: Vec::new(),
            collecting: Vec::new(),
            after_closing: after_closing(row, accesses),
            outcome: AccountOutcome {
                number,
                place: 0,
                home,
                kind,
                basis: bench.basis(),
                by_label: by_label(&touched),
                by_age: false,
                unlisted: person.kind == PersonKind::Account
                    && bench.basis() == Basis::Unknown
                    && self.case.directory.grants.is_some(),
                accesses: accesses.len() as u64,
                span,
                connection: hand::Connection::Unknown,
                shared: 0,
                verdict: None,
                share,
                person,
            },
            details: Details {
                group: roles.join("+"),
                roles,
                ..Details::default()
            },
        };
        self.sum_up(&mut measured, &bench, &contacts, &touched, accesses);
        measured
    }

    /// The account before the judge, with what was learned without its own votes.
    pub fn bench(&self, person: &Person, index: usize, accesses: &[Access]) -> Bench<'w> {
        let bench = self.scope.bench(person);
        match self.learned {
            Some(learned) if person.kind == PersonKind::Account => {
                let ids = learned::asked(accesses.iter(), |_| true);
                bench.with_labels(learned.without(self.voters.get(index), &ids))
            }
            _ => bench,
        }
    }

    /// Measures an account with open contacts once more, now with what everybody else did.
    pub fn measure_again(
        &self,
        sequences: &Sequences,
        measured: &mut Measured,
        crowd: &Crowd,
        (group, works_elsewhere, lists_lead): (u32, bool, bool),
    ) {
        let (_, accesses) = sequences.sequence(measured.sequence);
        let accesses = &*accesses;
        let bench = self.bench(&measured.outcome.person, measured.sequence, accesses);
        let touched = self.opener.open(&bench, accesses);
        let service = matches!(measured.outcome.kind.as_str(), "service" | "test");
        let mut contacts = self.reader.read(accesses, &touched, service);
        for contact in contacts.iter_mut().filter(|c| c.unexplained()) {
            let things = self.reader.things(contact);
            let late = |thing: &Thing| bench.comes_in(*thing, contact.at, LATE);
            if contact.place == Place::Foreign && things.iter().any(late) {
                contact.explained = Some(Explanation::Late);
            }
        }
        let visits = self.visits(&touched, accesses);
        let account = Explained {
            account: measured.outcome.number,
            group,
            home: &measured.outcome.home,
            visits: &visits,
            again: &again(&touched, accesses),
            granted: visits.last().is_none_or(|(at, _)| bench.granted(*at)),
            works_elsewhere,
            by_lists: lists_lead && measured.outcome.scope() == Basis::Inferred,
        };
        explain(&mut contacts, &account, crowd, &self.case.thresholds);
        self.sum_up(measured, &bench, &contacts, &touched, accesses);
    }

    /// Tells whose connection moved an account that asked for something beyond its scope, or collected.
    /// Whether there is anything to tell.
    pub fn connect(
        &self,
        sequences: &Sequences,
        one: &mut Measured,
        clients: &hand::Clients,
    ) -> bool {
        let beyond = &one.outcome.share.beyond;
        if beyond.is_empty() && one.collecting.is_empty() {
            return false;
        }
        let (_, accesses) = sequences.sequence(one.sequence);
        let mut asked: Vec<Access> = beyond.iter().map(|beyond| beyond.access).collect();
        asked.extend(one.collecting.iter().map(|at| accesses[*at as usize]));
        one.outcome.connection = hand::connection(&accesses, &asked, clients);
        true
    }

    fn sum_up(
        &self,
        measured: &mut Measured,
        bench: &Bench<'_>,
        contacts: &[Contact<'_>],
        touched: &Touched,
        accesses: &[Access],
    ) {
        let (outcome, details) = (&measured.outcome, &mut measured.details);
        let lists_known = self.case.directory.members.is_some();
        details.facts = Facts::measure(contacts, &outcome.home, lists_known).with_pages(
            contacts,
            &outcome.home,
            touched,
            accesses,
        );
        // Only a large collection is held against what is reachable, so only that is counted.
        if details.facts.collected.at_once >= HARVEST_FROM {
            details.reachable = bench.reachable(outcome.span.1);
        }
        let open = |c: &&Contact<'_>| c.unexplained() && c.place == Place::Foreign;
        measured.open = contacts
            .iter()
            .filter(open)
            .map(|c| (c.container, c.asked))
            .collect();
        let home = |c: &&Contact<'_>| c.controller.is_some_and(|c| outcome.home.contains(&c));
        let at_home = contacts.iter().filter(open).filter(home);
        measured.at_home = at_home.map(|c| (c.container, c.asked)).collect();
        details.moved_in = moved_in(contacts);
        measured.units = crate::detect::explain::units(contacts);
        measured.takings = takings(outcome.number, contacts);
        details.other_client = takeover::other_client(contacts, accesses);
        details.collected = match is_harvest(&details.facts, details.reachable) {
            true => (collecting(contacts).iter())
                .map(|at| Citation::of(&accesses[*at as usize]))
                .collect(),
            false => Vec::new(),
        };
        let collected = details.facts.collected.at_once >= HARVEST_FROM;
        measured.collecting = match outcome.share.beyond.is_empty() && collected {
            true => collecting(contacts),
            false => Vec::new(),
        };
        let explained = contacts.iter().filter(|c| c.outside());
        details.told = explained
            .filter_map(|c| Some(((c.container, c.asked), c.explained?)))
            .collect();
    }

    /// Every access to something beyond scope, repeats included: when, and in which tenant.
    fn visits(
        &self,
        touched: &Touched,
        accesses: &[Access],
    ) -> Vec<(Stamp, Option<ControllerIndex>)> {
        let atlas = self.scope.atlas;
        let objects = touched
            .touches
            .iter()
            .filter(|touch| touch.standing.is_beyond())
            .map(|touch| {
                let at = accesses[touch.access as usize].time;
                let rows = atlas.rows_at(touch.thing, at);
                let known = rows.first().and_then(|row| atlas.controller(*row));
                (touch.access, (at, known.or(touch.label)))
            });
        let mut visits: Vec<_> = objects.collect();
        visits.sort_by_key(|(access, _)| *access);
        visits.dedup();
        visits.into_iter().map(|(_, visit)| visit).collect()
    }

    fn row(&self, person: &Person) -> Option<&'w AccountRow> {
        match person.kind {
            PersonKind::Account => self.accounts.get(person.name.as_slice()).copied(),
            _ => None,
        }
    }
}

/// Whether anything is beyond its scope by a learned label only.
fn by_label(touched: &Touched) -> bool {
    let objects = touched.touches.iter().map(|touch| touch.standing);
    let pages = touched.pages.iter().filter(|page| !page.known);
    objects
        .chain(pages.map(|page| page.learned.0))
        .any(|standing| standing == Standing::LearnedBeyond)
}

fn after_closing(row: Option<&AccountRow>, accesses: &[Access]) -> Option<AfterClosing> {
    let row = row?;
    let closed = row.open.until?;
    let from = accesses.partition_point(|access| access.time < closed);
    let late = &accesses[from..];
    Some(AfterClosing {
        account: row.account.clone(),
        closed,
        accesses: late.len() as u64,
        first: *late.first()?,
        last: late.last()?.time,
    })
}

/// Days on which somebody who moved was seen before, and after.
const SETTLED: usize = 2;

/// Whether all that it asked for in its scope came after all that it asked for beyond, over days: it moved in.
fn moved_in(contacts: &[Contact<'_>]) -> bool {
    let at = |place: Place| {
        let there = contacts.iter().filter(move |c| c.place == place);
        there.map(|contact| contact.at)
    };
    let days = |place: Place| at(place).map(day).collect::<BTreeSet<_>>().len();
    let (left, came) = (at(Place::Foreign).max(), at(Place::Inside).min());
    left.zip(came).is_some_and(|(left, came)| left < came)
        && days(Place::Foreign) >= SETTLED
        && days(Place::Inside) >= SETTLED
}

/// Objects beyond scope that were asked for again after hours, by number of the ID.
fn again(touched: &Touched, accesses: &[Access]) -> BTreeSet<u32> {
    let mut first: HashMap<u32, Stamp> = HashMap::new();
    let beyond = touched
        .touches
        .iter()
        .filter(|touch| !touch.listed && touch.standing.is_beyond());
    beyond
        .map(|touch| &accesses[touch.access as usize])
        .filter(|access| {
            let at = first.entry(access.object).or_insert(access.time);
            access.time.0 - at.0 >= LATER
        })
        .map(|access| access.object)
        .collect()
}

/// The UTC day of an instant, counted from the epoch.
pub(super) fn day(at: Stamp) -> i64 {
    at.0.div_euclid(24 * HOUR)
}
