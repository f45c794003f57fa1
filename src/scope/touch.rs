//! One account's accesses, opened up: which things each touched, how they stand to the account, and
//! how sure it is that they were disclosed.
//!
//! A page becomes the members that stood on it at that instant. Only what later rooms need is kept:
//! every touch beyond scope or undecided, and the first contact with each thing in scope.

use hashbrown::HashSet;

use super::atlas::{Atlas, ControllerIndex, Thing};
use super::things::Things;
use super::{Bench, Standing};
use crate::case::RouteSpec;
use crate::route::content::Content;
use crate::route::disclosure::certainty;
use crate::sequence::{Access, NONE, Names};
use crate::words::{Certainty, Stamp};

/// One thing that an access touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Index into the account's sequence.
    pub access: u32,
    /// What was touched.
    pub thing: Thing,
    /// How it stood to the account then.
    pub standing: Standing,
    /// How sure its disclosure is.
    pub certainty: Certainty,
    /// Whether a page listed it, rather than the request naming it.
    pub listed: bool,
    /// Whether a page had shown it to the account before.
    pub shown: bool,
    /// Whose it is by its learned label, where the directory does not know it.
    pub label: Option<ControllerIndex>,
}

/// One container page that an access asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageTouch {
    /// Index into the account's sequence.
    pub access: u32,
    /// Container's number among the requested IDs.
    pub container: u32,
    /// Members on it that the account may see.
    pub inside: u32,
    /// Members on it that it may not see.
    pub beyond: u32,
    /// Whether the directory knows what stood on it.
    pub known: bool,
    /// How sure it is that the page was answered.
    pub certainty: Certainty,
    /// How it stands to the account by its learned label, and the label, where the directory does not know it.
    pub learned: (Standing, Option<ControllerIndex>),
}

/// What an account's sequence touched, in the sequence's order.
#[derive(Debug, Default)]
pub struct Touched {
    /// Things.
    pub touches: Vec<Touch>,
    /// Pages.
    pub pages: Vec<PageTouch>,
    /// Accesses that disclosed, but name neither an object nor a container.
    pub blind: Vec<u32>,
}

/// What opening an access needs to know.
pub struct Opener<'s> {
    /// The indexed directory.
    pub atlas: &'s Atlas<'s>,
    /// The case's routes.
    pub routes: &'s [RouteSpec],
    /// Names of what was requested.
    pub names: &'s Names,
    /// What each requested ID is, by its number.
    pub things: &'s Things,
    /// Which bodies prove nothing.
    pub content: &'s Content,
}

impl Opener<'_> {
    /// Opens up one account's sequence.
    pub fn open(&self, bench: &Bench<'_>, accesses: &[Access]) -> Touched {
        let mut touched = Touched::default();
        let mut seen: HashSet<(Thing, Standing)> = HashSet::new();
        let mut shown: HashSet<Thing> = HashSet::new();
        self.glance(accesses);
        let cut = self.cut_short(bench, accesses);
        for (index, access) in accesses.iter().enumerate() {
            let empty_below = self
                .routes
                .get(usize::from(access.route))
                .and_then(|route| route.empty_below);
            let sure = match certainty(access, empty_below) {
                Certainty::Confirmed if self.content.proves_nothing(access) => Certainty::Probable,
                sure => sure,
            };
            let index = index as u32;
            if access.object != NONE {
                let thing = self.things.named(access);
                let standing = bench.standing(thing, access.time);
                let unproven = left_out(standing) && cut.contains(&access.order());
                let touch = Touch {
                    access: index,
                    thing,
                    standing,
                    certainty: match sure {
                        Certainty::Confirmed if unproven => Certainty::Probable,
                        sure => sure,
                    },
                    listed: false,
                    shown: shown.contains(&thing),
                    label: bench.by_label((false, access.object)).1,
                };
                touched.keep(touch, &mut seen);
            } else if access.container != NONE {
                self.page(
                    bench,
                    access,
                    (index, sure),
                    &mut touched,
                    &mut seen,
                    &mut shown,
                );
            } else if sure > Certainty::Nothing {
                touched.blind.push(index);
            }
        }
        touched
    }

    /// The requests for several things whose answers have no room for what lay beyond the account's scope: such an answer
    /// leaves out whom the asker may not see.
    fn cut_short(&self, bench: &Bench<'_>, accesses: &[Access]) -> HashSet<(Stamp, u32, u64)> {
        let requests = accesses.chunk_by(|one, next| one.order() == next.order());
        let several = requests.filter(|request| request.len() > 1);
        let cut = several.filter(|request| {
            let (mut inside, mut beyond) = (0, 0);
            if self.content.room(request[0].route, (0, 0)).is_none() {
                return false;
            }
            for access in request.iter().filter(|access| access.object != NONE) {
                match bench.standing(self.things.named(access), access.time) {
                    Standing::InScope => inside += 1,
                    standing if left_out(standing) => beyond += 1,
                    _ => {}
                }
            }
            let room = self.content.room(request[0].route, (inside, beyond));
            beyond > 0 && room.is_some_and(|room| request[0].bytes < room)
        });
        cut.map(|request| request[0].order()).collect()
    }

    /// Looks at the rows of all objects once, one beside the other: what is asked of them after that waits for each answer,
    /// and in a large table every first look waits for memory.
    fn glance(&self, accesses: &[Access]) {
        let asked = accesses.iter().filter(|access| access.object != NONE);
        let things = asked.map(|access| self.things.named(access));
        let seen = things.fold(0, |seen, thing| seen ^ self.atlas.glance(thing));
        std::hint::black_box(seen);
    }

    /// The things that an access showed to whoever made it, in scope or not, and how sure that is.
    pub fn shown(&self, access: &Access) -> (Vec<Thing>, Certainty) {
        let route = self.routes.get(usize::from(access.route));
        let sure = match certainty(access, route.and_then(|route| route.empty_below)) {
            Certainty::Confirmed if self.content.proves_nothing(access) => Certainty::Probable,
            sure => sure,
        };
        if sure == Certainty::Nothing {
            return (Vec::new(), sure);
        }
        if access.object != NONE {
            return (vec![self.things.named(access)], sure);
        }
        if access.container == NONE {
            return (Vec::new(), sure);
        }
        let (things, known) = self.on_page(self.container(access), access, sure);
        (
            things,
            if known {
                sure
            } else {
                sure.min(Certainty::Possible)
            },
        )
    }

    fn page(
        &self,
        bench: &Bench<'_>,
        access: &Access,
        (index, sure): (u32, Certainty),
        touched: &mut Touched,
        seen: &mut HashSet<(Thing, Standing)>,
        shown: &mut HashSet<Thing>,
    ) {
        let (id, container) = self.container(access);
        let (things, page_known) = self.on_page((id, container), access, sure);
        let sure = match page_known {
            true => sure,
            false => sure.min(Certainty::Possible),
        };
        let mut page = PageTouch {
            access: index,
            container: access.container,
            inside: 0,
            beyond: 0,
            known: !things.is_empty() || self.atlas.knows(id, container),
            certainty: sure,
            learned: bench.by_label((true, access.container)),
        };
        let within = self.within(&things, access);
        let within = within
            .into_iter()
            .map(|thing| (thing, sure.min(Certainty::Possible)));
        let things = things.into_iter().map(|thing| (thing, sure));
        for (thing, sure) in things.chain(within) {
            let standing = bench.standing(thing, access.time);
            match standing {
                Standing::InScope => page.inside += 1,
                Standing::Beyond | Standing::NoUnit => page.beyond += 1,
                _ => {}
            }
            if sure > Certainty::Nothing && standing != Standing::InScope {
                let touch = Touch {
                    access: index,
                    thing,
                    standing,
                    certainty: sure,
                    listed: true,
                    shown: shown.contains(&thing),
                    label: None,
                };
                touched.keep(touch, seen);
            }
            if sure > Certainty::Nothing {
                shown.insert(thing);
            }
        }
        touched.pages.push(page);
    }

    /// The things on a page, and whether it is known that exactly these stood there.
    pub fn on_page(
        &self,
        (container, thing): (&[u8], Thing),
        access: &Access,
        sure: Certainty,
    ) -> (Vec<Thing>, bool) {
        if self.atlas.members(container).is_empty() {
            return (self.under_unit_of((container, thing), access), false);
        }
        let ever = || self.atlas.listed_in(container, None);
        let then = self.atlas.listed_in(container, Some(access.time));
        // The table knows nobody there at that time: it is out of date, or begins later. Then it is no proof.
        if then.is_empty() {
            return (ever(), false);
        }
        let all = then.iter().copied();
        let on_page: Vec<Thing> = match (access.skip, access.take) {
            (NONE, _) => return (then, false),
            (skip, NONE) => all.skip(skip as usize).collect(),
            (skip, take) => all.skip(skip as usize).take(take as usize).collect(),
        };
        // Content where the directory knows of nobody: it is not the directory that was read out then.
        let route = self.routes.get(usize::from(access.route));
        let measured =
            route.is_some_and(|route| route.empty_below.is_some()) || self.content.is_usual(access);
        if on_page.is_empty() && measured && sure == Certainty::Confirmed {
            return (ever(), false);
        }
        (on_page, true)
    }

    /// What the containers hold that stand on a page among the rest, and those in them: whether the platform read them out
    /// too no log tells.
    fn within(&self, page: &[Thing], access: &Access) -> Vec<Thing> {
        let mut open: Vec<&[u8]> = Vec::new();
        open.extend(
            page.iter()
                .filter_map(|thing| self.atlas.as_container(*thing)),
        );
        if open.is_empty() {
            return Vec::new();
        }
        let mut seen: HashSet<Thing> = page.iter().copied().collect();
        let mut within = Vec::new();
        while let Some(container) = open.pop() {
            for thing in self.atlas.listed_in(container, Some(access.time)) {
                if seen.insert(thing) {
                    open.extend(self.atlas.as_container(thing));
                    within.push(thing);
                }
            }
        }
        within
    }

    /// The container that an access asks for: its ID, and what that is.
    fn container(&self, access: &Access) -> (&[u8], Thing) {
        let asked = access.container;
        (self.names.objects.name(asked), self.things.get(asked))
    }

    /// Without membership: whatever lies in the unit that the container is, or belongs to, but for it and for what only
    /// lists others.
    fn under_unit_of(&self, (container, thing): (&[u8], Thing), access: &Access) -> Vec<Thing> {
        let Some(unit) = self.atlas.unit_of_container(container, thing, access.time) else {
            return Vec::new();
        };
        let rows = self.atlas.rows_under(unit);
        let holds = |row: &&u32| self.atlas.valid(**row).holds(access.time);
        // Where no row holds at that time the table is out of date: it may have been any of them.
        let known = rows.iter().any(|row| holds(&row));
        let mut things: Vec<Thing> = rows
            .iter()
            .filter(|row| !known || holds(row))
            .map(|row| self.atlas.thing_of_row(*row))
            .collect();
        things.sort_unstable();
        things.dedup();
        let itself = |one: Thing| one == thing && self.atlas.names_nobody(one);
        things.retain(|one| !itself(*one) && !self.atlas.only_lists(*one));
        things
    }
}

/// Whether an answer that shows only what the asker may see leaves it out. What the directory does not know confirms nobody,
/// whatever its label says.
fn left_out(standing: Standing) -> bool {
    matches!(standing, Standing::Beyond | Standing::NoUnit)
}

impl Touched {
    fn keep(&mut self, touch: Touch, seen: &mut HashSet<(Thing, Standing)>) {
        let first = seen.insert((touch.thing, touch.standing));
        if first || touch.standing != Standing::InScope {
            self.touches.push(touch);
        }
    }
}
