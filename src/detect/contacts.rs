//! First contacts: what an account asked for, in time order, each thing once, with what explains it.
//!
//! Retries and repeats collapse (METHODS.md, "Detection" 1). A contact that lies beyond scope is
//! *unexplained* unless a template fits; the first that fits is recorded.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use super::explain::Explanation;
use crate::scope::{Atlas, ControllerIndex, Standing, Thing, Things, Touched};
use crate::sequence::{Access, NONE, Names};
use crate::words::{Certainty, Stamp};

/// How soon after a page an app that fetches ahead asks for what stands on it, in nanoseconds.
const AT_ONCE: i64 = 10_000_000_000;
/// Members of a container that are asked whose it is.
const ASKED: usize = 9;
/// How far two hosts may disagree about which of two requests came first.
const ASKEW: i64 = 2_000_000_000;

/// The first time an account asked for an object or a container.
#[derive(Clone, Debug)]
pub struct Contact<'n> {
    /// When.
    pub at: Stamp,
    /// The first request for it: index into the account's sequence.
    pub access: u32,
    /// Number of the ID among the requested ones.
    pub asked: u32,
    /// What that is.
    thing: Thing,
    /// Names of what was requested.
    names: &'n Names,
    /// Whether it is a container.
    pub container: bool,
    /// Where it lies.
    pub place: Place,
    /// Whether anything was disclosed.
    pub disclosed: bool,
    /// Whose it is, where the directory knows.
    pub controller: Option<ControllerIndex>,
    /// The unit that it belongs to, where the directory knows.
    pub unit: Option<u32>,
    /// Why it is not held against the account although it lies beyond its scope.
    pub explained: Option<Explanation>,
    /// A list beyond scope that the account had opened shortly before names it.
    pub led: bool,
    /// It followed such a list, or one in scope, within seconds: an app that fetches ahead.
    pub at_once: bool,
    /// Some list had shown it to the account before, however long ago.
    pub shown: bool,
    /// How many objects the same request named.
    pub batch: u32,
    /// Whether some container lists the object.
    pub on_some_list: bool,
    /// How many pages the account had asked for before.
    pub pages_before: u32,
}

/// Where a contact lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the account's scope.
    Inside,
    /// Beyond it.
    Foreign,
    /// Not in the directory.
    Nowhere,
    /// The account's scope is not known.
    Undecided,
}

impl<'n> Contact<'n> {
    /// Its ID as requested. Looked up when it is asked for: of most contacts nobody does.
    pub fn id(&self) -> &'n [u8] {
        self.names.objects.name(self.asked)
    }

    /// Beyond scope and not explained.
    pub fn unexplained(&self) -> bool {
        self.outside() && self.explained.is_none()
    }

    /// Beyond scope, explained or not.
    pub fn outside(&self) -> bool {
        match self.place {
            Place::Foreign => true,
            // Guessing IDs that do not exist is what a walk looks like at its edges.
            Place::Nowhere => !self.disclosed,
            Place::Inside | Place::Undecided => false,
        }
    }
}

/// What reading first contacts needs to know.
pub struct Reader<'s, 'n> {
    /// The indexed directory.
    pub atlas: &'s Atlas<'s>,
    /// Names of what was requested.
    pub names: &'n Names,
    /// What each requested ID is, by its number.
    pub things: &'s Things,
    /// Things that some container lists.
    pub on_lists: &'s HashSet<Thing>,
    /// For how long a list explains that its entries are asked for, in nanoseconds.
    pub listed_within: i64,
}

impl<'n> Reader<'_, 'n> {
    /// The first contacts of one account, in the order of its sequence.
    pub fn read(&self, accesses: &[Access], touched: &Touched, service: bool) -> Vec<Contact<'n>> {
        let mut contacts = self.objects(accesses, touched, service);
        contacts.extend(self.containers(accesses, touched, service));
        contacts.sort_by_key(|(access, _)| *access);
        contacts.into_iter().map(|(_, contact)| contact).collect()
    }

    /// The things that tell whether a contact is in somebody's scope: itself, or some of a container's members.
    pub fn things(&self, contact: &Contact<'_>) -> Vec<Thing> {
        match contact.container {
            false => vec![contact.thing],
            true => {
                let members = self.atlas.members(contact.id()).iter().take(ASKED);
                members.map(|member| self.atlas.listed(*member)).collect()
            }
        }
    }

    fn objects(
        &self,
        accesses: &[Access],
        touched: &Touched,
        service: bool,
    ) -> Vec<(u32, Contact<'n>)> {
        let mut first: HashMap<Thing, usize> = HashMap::new();
        let listings = Listings::of(touched, accesses);
        let mut contacts: Vec<(u32, Contact<'n>)> = Vec::new();
        let batches = batches(accesses);
        for touch in touched.touches.iter().filter(|touch| !touch.listed) {
            let access = &accesses[touch.access as usize];
            let before = touched
                .pages
                .partition_point(|page| page.access < touch.access);
            let last_page = before
                .checked_sub(1)
                .map(|at| accesses[touched.pages[at].access as usize].time);
            let disclosed = touch.certainty > Certainty::Nothing;
            if let Some(known) = first.get(&touch.thing) {
                contacts[*known].1.disclosed |= disclosed;
                continue;
            }
            first.insert(touch.thing, contacts.len());
            let shortly = |from: &Times| near(from, touch.thing, access.time, self.listed_within);
            let next_page = touched.pages.get(before);
            let next_page = next_page.map(|page| accesses[page.access as usize].time);
            let (controller, unit) = self.owner(touch.thing, access.time);
            let contact = Contact {
                led: shortly(&listings.foreign),
                at_once: last_page.is_some_and(|at| access.time.0 - at.0 <= AT_ONCE)
                    || next_page.is_some_and(|at| at.0 - access.time.0 <= ASKEW),
                shown: touch.shown || near(&listings.foreign, touch.thing, access.time, 0),
                at: access.time,
                access: touch.access,
                asked: access.object,
                thing: touch.thing,
                names: self.names,
                container: false,
                place: place(touch.standing),
                disclosed,
                controller: controller.or(touch.label),
                unit,
                explained: explain(service, shortly(&listings.mixed)),
                batch: batches.get(&access.order()).copied().unwrap_or(1),
                on_some_list: self.on_lists.contains(&touch.thing),
                pages_before: before as u32,
            };
            contacts.push((touch.access, contact));
        }
        contacts
    }

    fn containers(
        &self,
        accesses: &[Access],
        touched: &Touched,
        service: bool,
    ) -> Vec<(u32, Contact<'n>)> {
        let mut first: HashMap<u32, usize> = HashMap::new();
        let mut contacts: Vec<(u32, Contact<'n>)> = Vec::new();
        for page in &touched.pages {
            let access = &accesses[page.access as usize];
            let disclosed = page.certainty > Certainty::Nothing;
            let place = match (page.inside, page.beyond, page.known) {
                (0, 0, false) => place(page.learned.0),
                (0, 0, true) => Place::Undecided,
                (inside, beyond, _) if inside >= beyond => Place::Inside,
                _ => Place::Foreign,
            };
            if let Some(known) = first.get(&page.container) {
                let known = &mut contacts[*known].1;
                known.disclosed |= disclosed;
                // One's own class may stand on the first page of a list whose other pages are foreign.
                if place == Place::Foreign {
                    known.place = place;
                }
                continue;
            }
            first.insert(page.container, contacts.len());
            let (controller, unit) = self.container_owner(page.container, access.time);
            let contact = Contact {
                led: false,
                at_once: false,
                shown: false,
                at: access.time,
                access: page.access,
                asked: page.container,
                thing: self.things.get(page.container),
                names: self.names,
                container: true,
                place,
                disclosed,
                controller: controller.or(page.learned.1.filter(|_| !page.known)),
                unit,
                explained: explain(service, false),
                batch: 1,
                on_some_list: true,
                pages_before: 0,
            };
            contacts.push((page.access, contact));
        }
        contacts
    }

    /// A thing's controller and unit.
    fn owner(&self, thing: Thing, at: Stamp) -> (Option<ControllerIndex>, Option<u32>) {
        let row = self.atlas.row_at(thing, at);
        (
            row.and_then(|row| self.atlas.controller(row)),
            row.and_then(|row| self.atlas.unit_of_row(row)),
        )
    }

    /// A container's controller and unit.
    fn container_owner(&self, container: u32, at: Stamp) -> (Option<ControllerIndex>, Option<u32>) {
        let id = self.names.objects.name(container);
        match self.atlas.members(id) {
            [] => {
                let thing = self.things.get(container);
                let unit = self.atlas.unit_of_container(id, thing, at);
                (self.owner(thing, at).0, unit)
            }
            members => (
                self.most(members, |thing| self.owner(thing, at).0, at),
                self.most(members, |thing| self.owner(thing, at).1, at),
            ),
        }
    }

    /// What most of the first members have: the very first may have moved elsewhere, or left.
    fn most<T: Copy + Ord>(
        &self,
        members: &[u32],
        of: impl Fn(Thing) -> Option<T>,
        at: Stamp,
    ) -> Option<T> {
        let there = members.iter().filter(|m| self.atlas.member_holds(**m, at));
        let first: Vec<u32> = match there.copied().take(ASKED).collect::<Vec<_>>() {
            none if none.is_empty() => members.iter().copied().take(ASKED).collect(),
            some => some,
        };
        let mut counts: BTreeMap<T, usize> = BTreeMap::new();
        for member in first {
            if let Some(one) = of(self.atlas.listed(member)) {
                *counts.entry(one).or_default() += 1;
            }
        }
        let most = counts
            .iter()
            .max_by_key(|(one, n)| (**n, std::cmp::Reverse(**one)));
        most.map(|(one, _)| *one)
    }
}

fn explain(service: bool, listed: bool) -> Option<Explanation> {
    match (service, listed) {
        (true, _) => Some(Explanation::DeclaredService),
        (false, true) => Some(Explanation::Listed),
        (false, false) => None,
    }
}

fn place(standing: Standing) -> Place {
    match standing {
        Standing::InScope | Standing::LearnedInside => Place::Inside,
        Standing::Beyond | Standing::NoUnit | Standing::LearnedBeyond => Place::Foreign,
        Standing::UnknownObject => Place::Nowhere,
        Standing::UnknownScope | Standing::NotThen => Place::Undecided,
    }
}

/// When a page listed each thing, in the order of time.
type Times = HashMap<Thing, Vec<i64>>;

/// Things that pages beyond scope listed, apart from those on pages that are in scope at least in part.
#[derive(Default)]
struct Listings {
    foreign: Times,
    mixed: Times,
}

impl Listings {
    fn of(touched: &Touched, accesses: &[Access]) -> Listings {
        let mixed = mixed_pages(touched);
        let mut listings = Listings::default();
        for touch in touched.touches.iter().filter(|touch| touch.listed) {
            let times = match mixed.contains(&touch.access) {
                true => &mut listings.mixed,
                false => &mut listings.foreign,
            };
            let at = accesses[touch.access as usize].time.0;
            times.entry(touch.thing).or_default().push(at);
        }
        listings
    }
}

/// Whether a page listed a thing within some time before an instant, or so shortly after that only two hosts' clocks or
/// the order of their files put it there.
fn near(times: &Times, thing: Thing, at: Stamp, within: i64) -> bool {
    let times = times.get(&thing).map_or(&[][..], Vec::as_slice);
    let until = times.partition_point(|time| *time <= at.0 + ASKEW);
    until > 0 && at.0 - times[until - 1] <= within
}

/// Pages that are in scope at least in part: their other entries were shown to the account.
fn mixed_pages(touched: &Touched) -> HashSet<u32> {
    let shown = touched.pages.iter().filter(|page| page.inside > 0);
    shown.map(|page| page.access).collect()
}

/// How many objects each request named, for requests that named several.
fn batches(accesses: &[Access]) -> HashMap<(Stamp, u32, u64), u32> {
    let mut sizes: HashMap<(Stamp, u32, u64), u32> = HashMap::new();
    for pair in accesses.windows(2) {
        if pair[0].order() == pair[1].order() && pair[0].object != NONE {
            *sizes.entry(pair[0].order()).or_insert(1) += 1;
        }
    }
    sizes
}
