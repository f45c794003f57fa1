//! Accesses -> every account's outcome -> the exposure of all: scope, detection, impact in their order.
//!
//! Accounts are measured alone (`measure`), those with contacts beyond scope once more with what the others did
//! (`crowd`), then all are judged together (`panel`), which is cheap and can be repeated with other thresholds.

mod apart;
mod calm;
mod common;
mod crowd;
mod fill;
mod learn;
mod look;
mod measure;
mod panel;
mod sift;
mod tools;
mod watch;

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::shelf::{Keeping, Ready};
use super::side_by_side;
use crate::case::Case;
use crate::detect::explain::Told;
use crate::detect::joint::{self, SharedWalk};
use crate::detect::takeover::OtherClient;
use crate::detect::{Facts, Group, Judgement, Verdict, hand};
use crate::impact::{AccountShare, Beyond, Citation, Dark, Exposure, Merger, Rhythm, Run};
use crate::route::content::RouteContent;
use crate::route::extract::Part;
use crate::scope::learned::Learned;
use crate::scope::{
    Arrivals, Atlas, Basis, FileOf, Person, PersonKind, Scope, Stale, Unnamed, as_of, snapshot,
};
use crate::sequence::{Access, Names, Sequences, Spill};
use crate::words::{Certainty, Reason, Stamp};

pub use apart::{Returned, Seen, look_apart, together};
pub use common::{Common, Shared};
use crowd::Active;
use look::First;
pub use panel::Panel;
pub use sift::SetAside;
use tools::Tools;
pub use watch::Watched;

/// Upper end of the hold-out error up to which learned labels are used for scope: the most that a group's own habit may
/// raise θ0 to. Labels that are wrong more often could only be held against the innocent.
const USABLE: f64 = 0.3;
/// Accounts that are measured at a time, before what nothing speaks against is let go, and about how many accesses they
/// have together at most: what is measured of an account grows with these.
const BATCH: (usize, usize) = (8192, 1 << 16);

/// One account after everything was weighed.
#[derive(Debug, Serialize, Deserialize)]
pub struct AccountOutcome {
    /// Its number.
    pub number: u32,
    /// Who it is.
    pub person: Person,
    /// Roles by its grants, sorted.
    pub roles: Vec<String>,
    /// Controllers that it belongs to.
    pub home: Vec<u32>,
    /// Kind by the table of accounts; empty where it says none.
    pub kind: String,
    /// What the judgement of scope rests on.
    pub basis: Basis,
    /// Something is beyond its scope by a learned label only.
    pub by_label: bool,
    /// Something was disclosed to it since the directory is out of date.
    pub by_age: bool,
    /// All its accesses.
    pub accesses: u64,
    /// First and last access.
    pub span: (Stamp, Stamp),
    /// Its peers: accounts of the same roles.
    pub group: Group,
    /// How many objects it may see; counted for large collections only.
    pub reachable: u64,
    /// All that it asked for in its scope came after all that it asked for beyond, over days.
    pub moved_in: bool,
    /// An account that the table of grants does not know.
    pub unlisted: bool,
    /// What was measured.
    pub facts: Facts,
    /// Which templates explained which of its contacts beyond scope.
    pub told: Told,
    /// Another client behind its contacts beyond scope, as it seems.
    pub other_client: Option<OtherClient>,
    /// Whose connection moved it beyond its scope.
    pub connection: hand::Connection,
    /// IDs that it took of walks which several accounts share.
    pub shared: u32,
    /// What was decided; not yet when it is only measured.
    #[serde(skip)]
    pub judgement: Judgement,
    /// What it reached.
    pub share: AccountShare,
    /// Its ordered runs in which something is missing; not yet when it is only measured.
    #[serde(skip)]
    pub runs: Vec<Run>,
    /// The requests of what it collected in its scope, if that is a harvest.
    pub collected: Vec<Citation>,
    /// What its own pace tells of the logs; not yet when it is only measured.
    #[serde(skip)]
    pub rhythm: Rhythm,
}

/// The analysis of a case.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Accounts with a verdict, by label.
    pub outcomes: Vec<AccountOutcome>,
    /// Accounts without one that asked for something beyond their scope in vain, or for what there is not, by
    /// label: their requests are kept, no list names them.
    pub refused: Vec<AccountOutcome>,
    /// Everything disclosed beyond scope or in doubt.
    pub exposure: Exposure,
    /// Walks that several accounts share; members by account number.
    pub joint: Vec<SharedWalk>,
    /// Accounts that were used after their closing, by label.
    pub after_closing: Vec<AfterClosing>,
    /// What the logs show of the leaked things, and of refusals.
    pub watched: Watched,
    /// Sizes of answered bodies, by route.
    pub content: Vec<RouteContent>,
    /// From when on the directory seems out of date, and why.
    pub stale: Option<Stale>,
    /// Why tables without a date seem to show one day only, where they do.
    pub snapshot: Option<String>,
    /// Stretches in which a source that has accounts names none.
    pub unnamed: Vec<Unnamed>,
    /// Whose the requested IDs seem to be, where the directory does not say.
    pub learned: Option<Learned>,
    /// Learned labels are sure enough to be used for scope.
    pub labels_used: bool,
    /// What all were judged with.
    pub panel: Panel,
    /// How many accounts and addresses made accesses.
    pub people: u64,
    /// Accesses that were set aside, with why.
    pub set_aside: SetAside,
    /// Names of what accesses carry as numbers.
    pub names: Names,
    /// Labels of the accounts in `outcomes`, in `joint` and in `watched`, by number.
    pub labels: BTreeMap<u32, String>,
}

impl Analysis {
    /// Merges what was disclosed, keeps who is listed.
    fn settle(&mut self, merger: &Merger<'_>, mut outcomes: Vec<AccountOutcome>) {
        for outcome in &outcomes {
            let sure = |controller| self.panel.sure(outcome, controller);
            self.exposure
                .add(merger, outcome.number, &outcome.share, &sure);
        }
        self.exposure.settle();
        // Only then is it known whom no line shows.
        for outcome in &mut outcomes {
            let mut runs = std::mem::take(&mut outcome.runs);
            let sure = |controller| self.panel.sure(outcome, controller);
            for run in &mut runs {
                self.exposure.fill(merger, outcome.number, run, &sure);
            }
            outcome.runs = runs;
        }
        self.exposure.close();
        for mut outcome in outcomes {
            match outcome.judgement.verdict {
                Some(Verdict::Probing) => outcome.share.count_the_vain(),
                _ => outcome.share.vain = Vec::new(),
            }
            if outcome.judgement.verdict.is_some() {
                self.labels.insert(outcome.number, outcome.person.label());
                self.outcomes.push(outcome);
            } else if !outcome.share.beyond.is_empty() || outcome.facts.unexplained() > 0 {
                self.refused.push(outcome);
            }
        }
    }

    /// Everybody with a request beyond scope.
    pub fn beyond(&self) -> impl Iterator<Item = &AccountOutcome> {
        self.outcomes.iter().chain(&self.refused)
    }
}

impl AccountOutcome {
    /// What the judgement of its scope rests on: a learned label makes it inferred even beside grants.
    pub fn scope(&self) -> Basis {
        match (self.basis, self.by_label) {
            (Basis::Directory, true) => Basis::Inferred,
            (basis, _) => basis,
        }
    }

    /// Why figures of this account are not exact.
    pub fn reasons(&self) -> Vec<Reason> {
        let unattributed = self.person.kind == PersonKind::UnattributedClient;
        let unlisted = self.person.kind == PersonKind::Account && self.basis != Basis::Directory;
        let all = [
            unattributed.then_some(Reason::NoAccount),
            unlisted.then_some(Reason::NoGrants),
            (self.by_label || self.by_age).then_some(Reason::NoDirectory),
            (self.kind == "shared").then_some(Reason::SharedAccount),
        ];
        all.into_iter().flatten().collect()
    }
}

/// An account that was used after it had been closed, in its scope or beyond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterClosing {
    /// Which.
    pub account: String,
    /// Closed at.
    pub closed: Stamp,
    /// Its requests from then on that name an object or a container.
    pub accesses: u64,
    /// The first.
    pub first: Access,
    /// When the last was.
    pub last: Stamp,
}

/// What an analysis begins with.
pub enum Material {
    /// The accesses of all accounts.
    Accesses(Box<Part>),
    /// The sequences of all accounts, as an earlier scan kept them.
    Sorted(Box<Ready>),
    /// Accounts that were looked at apart, by what is common to all.
    Looked(Box<Returned>),
}

impl Material {
    /// Names of what accesses carry as numbers; `None` where accounts were looked at elsewhere.
    pub fn names(&self) -> Option<&Names> {
        match self {
            Material::Accesses(all) => Some(&all.names),
            Material::Sorted(ready) => Some(ready.names()),
            Material::Looked(_) => None,
        }
    }
}

/// Analyses an extraction. `files` tells where each file's lines come from, `dark` what no line can show.
///
/// What does not fit into memory goes to `spill`, which knows in the end whether the disk gave it back; what a later scan
/// may begin with, to `keeping`.
pub fn analyse(
    case: &Case,
    atlas: &Atlas<'_>,
    material: Material,
    files: &[FileOf],
    dark: &Dark,
    (spill, keeping): (&Spill, Keeping),
) -> Analysis {
    let (common, sequences, looked, active) = match material {
        Material::Accesses(all) => {
            let mut common = Common::of(case, all.names, &all.accesses, files);
            let sequences = common.sequences(case, all.accesses, files, spill);
            if let Some(writing) = keeping.sequences.filter(|_| spill.fault().is_none()) {
                // What could not be kept is done again.
                let _ = writing.finish(&common, &sequences);
            }
            (common, sequences, None, Active::Here)
        }
        Material::Sorted(ready) => (ready.common, ready.sequences, None, Active::Here),
        Material::Looked(all) => {
            let who = |_, access: &Access, _| Some(access.actor);
            let people = all.common.people.len();
            let sequences = Sequences::build(all.kept, people, spill, who, &side_by_side);
            let looked = Some((all.first, all.visits));
            (all.common, sequences, looked, all.active)
        }
    };
    let tools = Tools::of(case, atlas, &common);
    let people = &common.people;
    let mut homes = tools.homes(atlas, &common, &sequences);
    let class = tools.class(case, atlas, &common);
    let (lesson, first) = match looked {
        Some((first, visits)) => (class.lesson(visits), Some(first)),
        None => (class.learn(&sequences, &mut homes), None),
    };
    let scope = Scope::new(case, atlas, homes);
    let usable = lesson.learned.as_ref();
    // Beside a table of objects an ID that it does not know is unknown, whatever is learned of it (CASE.md §2).
    let alone = case.directory.objects.is_none();
    let usable = usable.filter(|learned| alone && learned.error_at_most <= USABLE);
    let worker = tools.worker(case, &common, (&scope, usable, &lesson.voters));
    let late_from = common.late_from(case);
    let mut first =
        first.unwrap_or_else(|| First::of(&worker, &sequences, late_from, keeping.looks));
    Returned::place(&mut first, &sequences);
    let since = first.late();
    let clients = first.clients();
    let First {
        mut measured,
        calm,
        watching,
        ..
    } = first;
    crowd::explain(&worker, &sequences, &mut measured, &calm, &active);
    measured
        .par_iter_mut()
        .for_each(|one| worker.connect(&sequences, one, &clients));
    measured.sort_by_cached_key(|one| (one.outcome.person.label(), one.outcome.person.kind));
    fill::fill(&worker, &sequences, &mut measured, dark, files);
    let takings = measured
        .iter_mut()
        .flat_map(|one| std::mem::take(&mut one.takings));
    let joint = joint::find(takings.collect());
    let shared = shared(&joint);
    let late = measured
        .iter_mut()
        .filter_map(|one| one.after_closing.take());
    let after_closing = late.collect();
    let mut analysis = Analysis {
        people: (measured.len() + calm.len()) as u64,
        set_aside: common.set_aside,
        after_closing,
        exposure: calm.exposure,
        ..Analysis::default()
    };
    let mut outcomes: Vec<AccountOutcome> = measured.into_iter().map(|one| one.outcome).collect();
    for outcome in &mut outcomes {
        outcome.shared = shared.get(&outcome.number).copied().unwrap_or(0);
    }
    let error = usable.map_or(0.0, |learned| learned.error_at_most);
    analysis.unnamed.clone_from(&people.unnamed);
    analysis.panel = Panel::of(&outcomes, calm.yardsticks, error);
    let watched = watching.done();
    let sighted = watched.sightings.iter().map(|one| one.account);
    let told = sighted.chain(shared.keys().copied());
    let label = |number| (number, people.person(number).label());
    analysis.labels = told.map(label).collect();
    analysis.panel.judge_all(&mut outcomes, &case.thresholds);
    analysis.stale = common.logs.and_then(|logs| {
        let arrivals = arrivals(&outcomes, calm.arrived);
        as_of(&case.directory, logs, &arrivals, since)
    });
    if let Some(stale) = &analysis.stale {
        let limits = &case.thresholds;
        analysis
            .panel
            .judge_again(&mut outcomes, stale.from, limits);
    }
    if analysis.stale.is_none() {
        let moved = outcomes.iter().filter(|one| of_one_day(one));
        analysis.snapshot = snapshot(&case.directory, moved.count());
    }
    let merger = Merger {
        atlas,
        routes: &case.routes,
        stale_from: analysis.stale.as_ref().map(|stale| stale.from),
    };
    analysis.settle(&merger, outcomes);
    analysis.joint = joint;
    analysis.watched = watched;
    analysis.labels_used = usable.is_some();
    analysis.learned = lesson.learned;
    analysis.content = common.content.routes;
    analysis.names = common.names;
    analysis
}

/// Whether an account seems to have moved, and walked nowhere.
fn of_one_day(outcome: &AccountOutcome) -> bool {
    outcome.moved_in
        && outcome.basis == Basis::Directory
        && outcome.judgement.verdict != Some(Verdict::Enumeration)
}

/// How many IDs each account took of walks that several share.
fn shared(joint: &[SharedWalk]) -> HashMap<u32, u32> {
    let mut shared: HashMap<u32, u32> = HashMap::new();
    for (member, ids) in joint.iter().flat_map(|walk| &walk.members) {
        *shared.entry(*member).or_default() += ids;
    }
    shared
}

/// Who turns up when, for the age of the directory; `calm`: accounts that it knows and nothing speaks against.
fn arrivals(outcomes: &[AccountOutcome], calm: Vec<Stamp>) -> Arrivals {
    let mut arrivals = Arrivals {
        known: calm,
        ..Arrivals::default()
    };
    let accounts = outcomes
        .iter()
        .filter(|outcome| outcome.person.kind == PersonKind::Account);
    for outcome in accounts {
        match (outcome.unlisted, outcome.share.undecided.is_empty()) {
            (false, _) => arrivals.known.push(outcome.span.0),
            (true, false) => arrivals.unknown.push(outcome.span.0),
            (true, true) => {}
        }
        let shown = |beyond: &&Beyond| beyond.certainty > Certainty::Nothing;
        let first = outcome.share.beyond.iter().find(shown);
        let overreach = outcome.judgement.verdict == Some(Verdict::Overreach);
        arrivals
            .beyond
            .extend(first.filter(|_| overreach).map(|beyond| beyond.access.time));
    }
    arrivals
}
