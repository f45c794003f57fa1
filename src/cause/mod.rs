//! How it came about: which stories the logs, the directory and what was published leave standing.
//!
//! Exact parts first: what dated content says of the time (`dating`), records that lay outside everyone's scope and
//! the least number of accounts that cover the leak (`pool`), routes that are excluded and under which condition
//! (`routes`), the instant of a fix. Then stories are compared (`stories`) and the remaining ones named (`outcome`):
//! more than one remaining is *undetermined*. It accuses nobody: who is called what is `detect`'s. No I/O.

mod concert;
mod dating;
mod logged;
mod outcome;
mod pool;
mod published;
mod recapture;
mod routes;
mod stories;
mod unsaid;
mod wanted;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

pub use dating::{Dating, Theft};
pub use outcome::{Hypothesis, Outcome};
pub use pool::Pool;
pub use recapture::Recapture;
pub use routes::{Elimination, Fix};
pub use stories::Story;

use crate::case::{Case, Leak, LeakRecord};
use crate::coverage::Assessment;
use crate::detect::Verdict;
use crate::detect::hand::Connection;
use crate::impact::{AccountShare, Published};
use crate::scope::{Atlas, ControllerIndex, Thing};
use crate::words::{Certainty, Reason, Stamp};

/// A leaked thing was shown to an account by a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// What.
    pub thing: Thing,
    /// To whom, by number.
    pub account: u32,
    /// By which route.
    pub route: u16,
    /// First time.
    pub first: Stamp,
    /// Last time.
    pub last: Stamp,
    /// How sure.
    pub certainty: Certainty,
}

/// Requests that were refused for their rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limited {
    /// The first.
    pub first: Stamp,
    /// How many.
    pub requests: u64,
}

impl Limited {
    /// Adds others.
    pub fn join(&mut self, other: Limited) {
        self.first = self.first.min(other.first);
        self.requests += other.requests;
    }
}

/// An account as the stories need it.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// Its number.
    pub number: u32,
    /// Its name, as `grants` would write it.
    pub name: &'a str,
    /// Its verdict.
    pub verdict: Option<Verdict>,
    /// What it reached.
    pub share: &'a AccountShare,
    /// Whose connection moved it.
    pub connection: Connection,
    /// The plan that it carries out with others, by number.
    pub plan: Option<u32>,
    /// Its walk through IDs has an order of its own.
    pub in_order: bool,
    /// Controllers that it belongs to.
    pub home: &'a [ControllerIndex],
    /// Objects in its scope that it collected.
    pub collected: u32,
    /// A declared service or test account.
    pub service: bool,
}

/// Everything that the question of cause rests on.
pub struct Ground<'g> {
    /// The case.
    pub case: &'g Case,
    /// The indexed directory.
    pub atlas: &'g Atlas<'g>,
    /// Accounts with requests beyond scope, and those with a verdict.
    pub actors: &'g [Actor<'g>],
    /// What the logs show of the leaked things.
    pub sightings: &'g [Sighting],
    /// Something was disclosed of which nobody can say whether it was beyond scope.
    pub undecided: bool,
    /// What the logs can show.
    pub assessment: &'g Assessment,
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    /// About the published records; `None` without `[leak]`.
    pub leak: Option<LeakFindings>,
    /// Every route that discloses something.
    pub routes: Vec<Elimination>,
    /// When disclosures beyond scope ended, by route.
    pub fixes: Vec<Fix>,
    /// What the set of things looks like, shortest description first.
    pub stories: Vec<Story>,
    /// What remains.
    pub outcome: Outcome,
}

/// What the published records say.
#[derive(Clone, Debug)]
pub struct LeakFindings {
    /// Records, and those of them that the directory knows.
    pub records: (usize, usize),
    /// When they were taken.
    pub theft: Theft,
    /// Witnesses, and how many accounts it takes.
    pub pool: Pool,
    /// Controllers with a published record, with their number of records.
    pub controllers: std::collections::BTreeMap<ControllerIndex, u64>,
    /// Controllers and subjects of the records that the directory knows, and what speaks against calling them
    /// untouched: no logged answer showed the record to anybody, or only such as nobody can tell from its leak.
    pub published: Published,
    /// Records that a logged answer showed to somebody in time.
    pub seen: usize,
    /// Rows of records that no logged answer showed to anybody.
    pub unexplained: Vec<u64>,
    /// Accounts by how many records they were shown, most first: number, records. It ranks, it does not prove.
    pub ranking: Vec<(u32, u64, f64)>,
    /// The leak as a second capture.
    pub recapture: Recapture,
}

/// A record that the directory knows.
#[derive(Clone, Debug)]
pub struct Known<'l> {
    /// The record.
    pub record: &'l LeakRecord,
    /// Its things.
    pub things: Vec<Thing>,
    /// Rows of `objects` that it may come from.
    pub rows: Vec<u32>,
    /// When it may have been taken.
    pub dating: Dating,
}

/// The things that leaked records name: by object, else all objects of the subject.
pub fn leaked_things(atlas: &Atlas<'_>, leak: &Leak) -> HashSet<Thing> {
    let by_subject = dating::by_subject(atlas, leak);
    leak.records
        .iter()
        .flat_map(|record| dating::things(atlas, record, &by_subject))
        .collect()
}

/// Asks for the cause.
pub fn investigate(ground: &Ground<'_>) -> Cause {
    let known = ground
        .case
        .leak
        .as_ref()
        .map(|leak| dating::known(ground.atlas, leak))
        .unwrap_or_default();
    let leak = ground
        .case
        .leak
        .as_ref()
        .map(|leak| leak_findings(ground, leak, &known));
    let window = leak.as_ref().map(|found| found.theft.hull);
    let routes = routes::eliminate(ground, (leak.as_ref(), &known), window);
    let fixes = routes::fixes(ground);
    let set: BTreeSet<Thing> = match ground.case.leak {
        Some(_) => known
            .iter()
            .flat_map(|record| record.things.iter().copied())
            .collect(),
        None => beyond(ground),
    };
    let stories = stories::compare(ground.atlas, &set);
    let outcome = outcome::decide(ground, leak.as_ref(), &known, &routes);
    Cause {
        leak,
        routes,
        fixes,
        stories,
        outcome,
    }
}

/// Things that were disclosed beyond scope.
fn beyond(ground: &Ground<'_>) -> BTreeSet<Thing> {
    let shares = ground.actors.iter().flat_map(|actor| &actor.share.beyond);
    shares
        .filter(|beyond| beyond.certainty > Certainty::Nothing)
        .filter_map(|beyond| beyond.thing)
        .collect()
}

/// Whether logged answers showed a record to somebody, with every category of it that routes of the case disclose.
fn is_shown(ground: &Ground<'_>, leak: &Leak, known: &Known<'_>) -> bool {
    let routes: BTreeSet<u16> = pool::seen_by(ground, known)
        .into_keys()
        .map(|(_, route)| route)
        .collect();
    let all = &ground.case.routes;
    let filled = leak.columns.iter().zip(&known.record.values);
    let mut filled = filled.filter(|(_, value)| !value.is_empty());
    !routes.is_empty()
        && filled.all(|(column, _)| {
            let mut ways = routes.iter().filter_map(|at| all.get(usize::from(*at)));
            !all.iter().any(|route| route.tells(column)) || ways.any(|route| route.tells(column))
        })
}

fn leak_findings(ground: &Ground<'_>, leak: &Leak, known: &[Known<'_>]) -> LeakFindings {
    let theft = dating::theft(known, leak.published);
    let mut controllers = std::collections::BTreeMap::new();
    for record in known {
        let owners: BTreeSet<_> = record
            .rows
            .iter()
            .filter_map(|row| ground.atlas.controller(*row))
            .collect();
        // A record that may be one of several controllers' counts for none: this is a lower bound.
        if let [owner] = owners.into_iter().collect::<Vec<_>>()[..] {
            *controllers.entry(owner).or_default() += 1;
        }
    }
    let shown = |record: &&Known<'_>| is_shown(ground, leak, record);
    let mut published = Published::new();
    for record in known {
        let reason = match shown(&record) {
            true => Reason::Ambiguous,
            false => Reason::NoLog,
        };
        for row in &record.rows {
            if let Some(controller) = ground.atlas.controller(*row) {
                let known = published.entry((controller, ground.atlas.subject(*row)));
                known.or_insert(reason);
            }
        }
    }
    // A record may name a person beside the object of another: who is right nobody knows, and both may stand there.
    let by_subject = dating::by_subject(ground.atlas, leak);
    let named = leak
        .records
        .iter()
        .filter(|record| !record.object.is_empty());
    let named = named.filter_map(|record| by_subject.get(&record.subject));
    for thing in named.flatten() {
        for row in ground.atlas.rows(*thing) {
            if let Some(controller) = ground.atlas.controller(*row) {
                let known = published.entry((controller, ground.atlas.subject(*row)));
                known.or_insert(Reason::Ambiguous);
            }
        }
    }
    LeakFindings {
        published,
        records: (leak.records.len(), known.len()),
        seen: known.iter().filter(shown).count(),
        unexplained: known
            .iter()
            .filter(|record| !shown(record))
            .map(|known| known.record.row)
            .collect(),
        ranking: pool::ranking(ground, known),
        pool: pool::of(ground, known),
        recapture: recapture::of(ground, known),
        theft,
        controllers,
    }
}
