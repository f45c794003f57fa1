//! Which accounts walked beyond their scope: one file for each signal, `verdict` weighs them.
//!
//! No I/O, no clock, no threads. First every account's first contacts are measured alone ([`Facts`]), what honest
//! reasons explain is taken out (`explain`), then each account is held against its peers ([`Peers`]) and against
//! the number of accounts that are tested at once (`odds`). Accounts that share a walk are `joint`'s. Which data
//! subjects were reached is left to `impact`. The methods and their defaults are METHODS.md's; thresholds are the
//! case's; [`NOT_DONE`] names what this version leaves out.

mod batch;
mod breadth;
pub mod contacts;
mod depth;
pub mod explain;
pub mod hand;
mod harvest;
mod hidden;
pub mod joint;
mod lifetime;
pub mod odds;
mod order;
mod paging;
mod peers;
mod prefixes;
mod probing;
mod returned;
mod scope_score;
pub mod takeover;
mod tenants;
mod turned;
mod unknown_volume;
mod unknown_walk;
mod unled;
mod unshown;
mod verdict;
mod volume;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use explain::Explanation;
pub use harvest::{Collected, THRESHOLD as HARVEST_FROM, is_harvest, run as collecting};
pub use order::Walk;
pub use peers::Peers;
pub use returned::Returned;
pub use unshown::Habit;
pub use verdict::{Given, Judgement, Verdict, judge, uneventful};

use crate::scope::ControllerIndex;
use contacts::{Contact, Place};

/// What METHODS.md asks for and this version does not do; said in every answer.
pub const NOT_DONE: [&str; 4] = [
    "harvest is found in its simple form only: nearly all that an account may see, fetched one by one in one go",
    "a walk in random order that is split so finely over accounts that each stays below its own thresholds, and \
     that does not cover its range of IDs nearly whole, appears as overreach of each",
    "an account that copies the whole life of a substitute or of a mover (hours in one class, few schools) is \
     taken for one: its disclosures are all counted, its verdict is overreach",
    "a camp or project whose few foreign cards an account opens at a person's pace is taken for one",
];

/// A measured signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Its stable name.
    pub name: Cow<'static, str>,
    /// What was measured.
    pub figure: f64,
    /// From where on it fires.
    pub threshold: f64,
    /// Whether it fired.
    pub fired: bool,
    basis: Cow<'static, str>,
    common: Option<Common>,
}

/// How many of an account's peers come as far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Common {
    many: u32,
    all: u32,
    limit: f64,
}

impl Signal {
    /// A signal that fires at `figure >= threshold`; `basis`: what the figure counts, and what it is held against.
    fn at_least(
        name: &'static str,
        figure: f64,
        threshold: f64,
        basis: impl Into<Cow<'static, str>>,
    ) -> Signal {
        Signal {
            name: name.into(),
            figure,
            threshold,
            fired: figure >= threshold,
            basis: basis.into(),
            common: None,
        }
    }

    /// What the figure counts, and what it is held against. Put together when it is read: there are twenty signals for
    /// each of thousands of accounts.
    pub fn null_model(&self) -> String {
        let Signal { basis, common, .. } = self;
        match common {
            Some(Common { many, all, limit }) => format!(
                "{basis}; {many} of {all} accounts of the same role come as far, more than {limit} of them would make it \
                 common"
            ),
            None => basis.to_string(),
        }
    }

    /// The same, silent where so many peers come as far that it says nothing about one of them.
    fn unless_common(mut self, peers: &Peers, limits: &crate::case::Thresholds) -> Signal {
        let (many, all) = (peers.reaching(&self.name, self.threshold), peers.len());
        let share = many as f64 / all.max(1) as f64;
        // Of a small group a few are a habit of its work, of a large one they are a few.
        let habit = all < SMALL && many >= 2 && share >= HABIT;
        self.fired &= (share <= limits.common || many <= FEW) && !habit;
        self.common = Some(Common {
            many: many as u32,
            all: all as u32,
            limit: limits.common,
        });
        self
    }
}

/// Accounts that may come as far in however small a group: accomplices must not make each other common.
const FEW: usize = 6;
/// Groups below this are small: there, two accounts and more than this share of all have a habit in common.
const SMALL: usize = 60;
const HABIT: f64 = 0.3;

/// What is measured on one account alone, before peers are known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    /// One entry for each first contact in order: unexplained beyond scope, or not.
    pub steps: Vec<bool>,
    /// Distinct unexplained foreign controllers.
    pub controllers: u32,
    /// Distinct unexplained foreign units.
    pub units: u32,
    /// Distinct unexplained foreign containers.
    pub containers: u32,
    /// Distinct unexplained foreign objects.
    pub objects: u32,
    /// The longest regular walk through numbered IDs.
    pub walk: Walk,
    /// Unexplained foreign objects that no container lists; `None` without a table of members.
    pub hidden: Option<u32>,
    /// IDs asked for that do not exist, or were refused.
    pub probed: u32,
    /// Most unexplained foreign contacts within five minutes, but for objects that a list had shown.
    pub burst: u32,
    /// Unexplained contacts beyond scope that disclosed something.
    pub taken: u32,
    /// First contacts in scope.
    pub inside: u32,
    /// Of those, refused ones.
    pub inside_refused: u32,
    /// Most unexplained foreign objects in one tenant.
    pub deepest: u32,
    /// Most unexplained foreign objects that one request named.
    pub batch: u32,
    /// Pages of unexplained foreign containers in runs.
    pub pages: u32,
    /// What unexplained foreign pages returned.
    pub returned: Returned,
    /// Most foreign tenants whose lists were opened within a day.
    pub tenants: u32,
    /// Unexplained foreign objects that no list had shown before.
    pub unshown: u32,
    /// Objects in scope: that a list had shown before, all, and those that followed a list within seconds.
    pub own: (u32, u32, u32),
    /// Longest run of searched prefixes in alphabetical order.
    pub prefixes: u32,
    /// Explained foreign contacts, by template.
    pub explained: BTreeMap<Explanation, u32>,
    /// What it collected in scope.
    pub collected: Collected,
    /// Longest walk through IDs of which nobody knows whose they are, answered.
    pub unknown_walk: Walk,
    /// Distinct objects of which nobody knows whose they are, answered.
    pub unknown_objects: u32,
    /// Unexplained foreign objects in tenants of which it opened no list.
    pub unled: u32,
    /// Controllers of which it opened a list.
    pub listed: std::collections::BTreeSet<ControllerIndex>,
    /// Second pages of lists, and those of them of which the log shows no first.
    pub turned: (u32, u32),
    /// Whether lists led to what it asked for in scope; `None` where that is nothing.
    pub led_at_home: Option<bool>,
}

impl Facts {
    /// Measures one account's first contacts. `home`: the controllers that it belongs to. `lists_known` tells
    /// whether the directory has members.
    pub fn measure(contacts: &[Contact<'_>], home: &[ControllerIndex], lists_known: bool) -> Facts {
        let inside = contacts.iter().filter(|c| c.place == Place::Inside);
        let mut explained = BTreeMap::new();
        for contact in contacts.iter().filter(|c| c.outside()) {
            if let Some(explanation) = contact.explained {
                *explained.entry(explanation).or_insert(0) += 1;
            }
        }
        let nowhere = |c: &&Contact<'_>| c.disclosed && c.place == Place::Nowhere;
        // Where the account's scope is not known either, nobody can say whether its walk led beyond it.
        let unsaid = |c: &&Contact<'_>| nowhere(c) || (c.disclosed && c.place == Place::Undecided);
        Facts {
            steps: contacts
                .iter()
                .filter(|contact| contact.place != Place::Undecided && !nowhere(contact))
                .map(Contact::unexplained)
                .collect(),
            controllers: breadth::controllers(contacts, home),
            units: breadth::units(contacts),
            containers: breadth::containers(contacts, home),
            objects: volume::objects(contacts),
            walk: order::walk(contacts),
            hidden: lists_known.then(|| hidden::count(contacts)),
            probed: probing::count(contacts),
            burst: volume::burst(contacts),
            taken: contacts
                .iter()
                .filter(|c| c.unexplained() && c.disclosed)
                .count() as u32,
            inside: inside.clone().count() as u32,
            inside_refused: inside.filter(|c| !c.disclosed).count() as u32,
            deepest: depth::deepest(contacts),
            batch: batch::largest(contacts),
            pages: 0,
            returned: Returned::default(),
            tenants: tenants::in_a_day(contacts, home),
            unshown: unshown::count(contacts),
            own: unshown::own(contacts),
            prefixes: prefixes::run(contacts),
            explained,
            collected: harvest::collected(contacts),
            unknown_walk: order::longest(contacts.iter().filter(unsaid)),
            unknown_objects: unknown_volume::objects(contacts),
            unled: 0,
            turned: (0, 0),
            listed: unled::listed(contacts),
            led_at_home: unled::led_at_home(contacts),
        }
    }

    /// Adds what the pages behind the contacts tell.
    pub fn with_pages(
        mut self,
        contacts: &[Contact<'_>],
        home: &[ControllerIndex],
        touched: &crate::scope::Touched,
        accesses: &[crate::sequence::Access],
    ) -> Facts {
        self.pages = paging::pages(contacts, touched, accesses);
        self.unled = unled::objects(contacts, home, touched, accesses);
        self.turned = turned::pages(touched, accesses);
        self.returned = returned::things(contacts, touched, accesses);
        self
    }

    /// Unexplained first contacts beyond scope.
    pub fn unexplained(&self) -> u32 {
        self.steps.iter().filter(|step| **step).count() as u32
    }
}

/// Groups of accounts that are held against each other: same roles.
pub type Group = String;

/// A controller that a contact lies in, or nowhere.
type Tenant = Option<ControllerIndex>;
