//! What judging one account needs to know of all of them: the names and their numbers, who is who, which bodies prove
//! nothing, and what was set aside.

use serde::{Deserialize, Serialize};

use super::sift::Sift;
use super::{Material, SetAside};
use crate::case::Case;
use crate::route::content::{Content, RouteContent};
use crate::route::extract::Part;
use crate::scope::{FileOf, People, changed};
use crate::sequence::{Access, Accesses, Names, Sequences, Spill};
use crate::words::Stamp;

/// What was found in the accesses of all accounts together.
#[derive(Debug, Default)]
pub struct Common {
    pub(super) names: Names,
    pub(super) content: Content,
    pub(super) people: People,
    pub(super) set_aside: SetAside,
    /// How many accesses are looked at.
    pub(super) taken: u64,
    /// First and last of these.
    pub(super) logs: Option<(Stamp, Stamp)>,
}

/// The same without names, as it goes to other machines.
#[derive(Serialize, Deserialize)]
pub struct Shared {
    content: Vec<RouteContent>,
    people: People,
    set_aside: SetAside,
    taken: u64,
    logs: Option<(Stamp, Stamp)>,
}

/// The same, where it stays.
#[derive(Serialize)]
pub(in crate::pipeline) struct SharedRef<'c> {
    content: &'c [RouteContent],
    people: &'c People,
    set_aside: SetAside,
    taken: u64,
    logs: Option<(Stamp, Stamp)>,
}

impl Common {
    /// Looks at all accesses; their names come later, with [`Common::named`], and whose they are is asked for then, in
    /// [`Common::sequences`] or [`Common::sift`].
    pub fn of(case: &Case, all: &Part, files: &[FileOf]) -> Common {
        let (accesses, names) = (&all.accesses, &all.names);
        let (content, people) = rayon::join(
            || Content::measure(accesses, &case.routes),
            || People::resolve(&case.directory, accesses, names, files),
        );
        Common {
            content,
            people,
            ..Common::default()
        }
    }

    /// All that judging needs, for accounts that are judged elsewhere. The accesses themselves are let go.
    pub fn survey(case: &Case, material: Material, files: &[FileOf]) -> Option<Common> {
        let Material::Accesses(all, _) = material else {
            return None;
        };
        let all = *all;
        let mut common = Common::of(case, &all, files).named(all.names);
        let mut sift = Sift::of(case, &common.names, &common.people);
        let who = common.people.who(&case.directory, &common.names, files);
        all.accesses.visit(|_, access| {
            sift.takes(who(access), access, true);
        });
        drop(who);
        let Sift {
            set_aside,
            taken,
            logs,
            ..
        } = sift;
        (common.set_aside, common.taken, common.logs) = (set_aside, taken, logs);
        Some(common)
    }

    /// Each account's accesses in order.
    pub(super) fn sequences(
        &mut self,
        case: &Case,
        accesses: Accesses,
        files: &[FileOf],
        spill: &Spill,
    ) -> Sequences {
        let mut sift = Sift::of(case, &self.names, &self.people);
        let who = self.people.who(&case.directory, &self.names, files);
        let sifted = |_, access: &Access, first| {
            let who = who(access);
            sift.takes(who, access, first).then_some(who)
        };
        let people = self.people.len();
        let sequences = Sequences::build(
            accesses,
            people,
            spill,
            sifted,
            &crate::pipeline::side_by_side,
        );
        drop(who);
        (self.set_aside, self.taken, self.logs) = (sift.set_aside, sift.taken, sift.logs);
        sequences
    }

    /// From when on requests count as late, where the directory changed within the logs.
    pub(super) fn late_from(&self, case: &Case) -> Option<Stamp> {
        changed(&case.directory, self.logs?)
    }

    /// All but the names.
    pub(in crate::pipeline) fn shared(&self) -> SharedRef<'_> {
        SharedRef {
            content: &self.content.routes,
            people: &self.people,
            set_aside: self.set_aside,
            taken: self.taken,
            logs: self.logs,
        }
    }

    /// Names of what accesses carry as numbers.
    pub(in crate::pipeline) fn names(&self) -> &Names {
        &self.names
    }

    /// With the names that were left out on the way.
    #[must_use]
    pub fn named(self, names: Names) -> Common {
        Common { names, ..self }
    }

    /// Parts it into what everybody needs and the names.
    pub fn into_parts(self) -> (Shared, Names) {
        let shared = Shared {
            content: self.content.routes,
            people: self.people,
            set_aside: self.set_aside,
            taken: self.taken,
            logs: self.logs,
        };
        (shared, self.names)
    }
}

impl Shared {
    /// With its names again.
    pub fn with_names(self, names: Names) -> Common {
        Common {
            names,
            content: Content::of(self.content),
            people: self.people,
            set_aside: self.set_aside,
            taken: self.taken,
            logs: self.logs,
        }
    }
}
