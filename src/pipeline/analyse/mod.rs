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
mod outcome;
mod panel;
mod sift;
mod tools;
mod watch;

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::records::{Records, Shown};
use super::shelf::{Keeping, Ready};
use super::side_by_side;
use crate::case::{Case, Thresholds};
use crate::detect::Verdict;
use crate::detect::joint::{self, SharedWalk};
use crate::detect::odds::Cut;
use crate::impact::{AccountFigures, Beyond, Dark, Exposure, Merger};
use crate::route::content::RouteContent;
use crate::route::extract::Part;
use crate::scope::learned::Learned;
use crate::scope::{
    Arrivals, Atlas, Basis, FileOf, PersonKind, Scope, Stale, Unnamed, as_of, snapshot,
};
use crate::sequence::{Access, Interner, Names, Sequences, Spill};
use crate::words::{Certainty, Stamp};

pub use apart::{Returned, Seen, look_apart, together};
pub use common::{Common, Shared};
use crowd::Active;
use look::First;
use measure::Measured;
pub use outcome::{AccountOutcome, Details};
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
/// Variants of the thresholds with which everybody is judged in one go.
const AT_ONCE: usize = 8;

/// The analysis of a case.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Accounts with a verdict, by label.
    pub outcomes: Vec<AccountOutcome>,
    /// Accounts without one that asked for something beyond their scope in vain, or for what there is not, by
    /// label: their requests are kept, no list names them.
    pub refused: Vec<AccountOutcome>,
    /// What else is told of all of these.
    details: Records<Details>,
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
    fn settle(&mut self, merger: &Merger<'_>, measured: Records<Measured>, spill: &Spill) {
        for one in measured.iter() {
            let sure = |controller| self.panel.sure(one.both(), controller);
            let outcome = &one.outcome;
            self.exposure
                .add(merger, outcome.number, &outcome.share, &sure);
        }
        self.exposure.settle();
        self.details = Records::new(spill);
        for one in measured.into_each() {
            let Measured {
                mut outcome,
                mut details,
                ..
            } = one;
            // Only now is it known whom no line shows.
            let mut runs = std::mem::take(&mut details.runs);
            let sure = |controller| self.panel.sure((&outcome, &details), controller);
            for run in &mut runs {
                self.exposure.fill(merger, outcome.number, run, &sure);
            }
            details.runs = runs;
            match outcome.verdict {
                Some(Verdict::Probing) => outcome.share.count_the_vain(),
                _ => outcome.share.vain = Vec::new(),
            }
            let share = &mut outcome.share;
            details.undecided = std::mem::take(&mut share.undecided);
            share.doubtful = Vec::new();
            outcome.place = self.details.count() as u32;
            let listed = outcome.verdict.is_some();
            if listed {
                self.labels.insert(outcome.number, outcome.person.label());
                self.outcomes.push(outcome);
            } else if !share.beyond.is_empty() || details.facts.unexplained() > 0 {
                self.refused.push(outcome);
            } else {
                continue;
            }
            self.details.push(details);
        }
        self.exposure.close();
    }

    /// What went wrong with the disk, if anything did: then what is told of accounts is not whole.
    pub fn fault(&self) -> Option<&str> {
        self.details.fault()
    }

    /// What else is told of an account in `outcomes` or `refused`.
    pub fn details(&self, outcome: &AccountOutcome) -> Shown<'_, Details> {
        let found = self.details.get(outcome.place as usize);
        found.unwrap_or_else(|| Shown::Read(Box::default()))
    }

    /// What the accounts in `outcomes` reached, as far as it counts.
    pub fn figures(&self, merger: &Merger<'_>) -> Vec<AccountFigures> {
        let outcomes = self.outcomes.par_iter();
        let figures = outcomes.map(|outcome| {
            let details = self.details(outcome);
            self.panel.figures(merger, (outcome, &details))
        });
        figures.collect()
    }

    /// Judges everybody with a request beyond scope again, with some other thresholds at a time: for each of those the
    /// verdicts in the order of [`Analysis::beyond`].
    pub fn verdicts(&self, all: &[Thresholds]) -> Vec<Vec<Option<Verdict>>> {
        let beyond: Vec<&AccountOutcome> = self.beyond().collect();
        let mut verdicts = Vec::with_capacity(all.len());
        // Details may have to be read for it.
        for some in all.chunks(AT_ONCE) {
            let weighed: Vec<Vec<Option<f64>>> = beyond
                .par_iter()
                .map(|outcome| {
                    let details = self.details(outcome);
                    let weigh = |limits| self.panel.weigh((outcome, &details), limits);
                    some.iter().map(weigh).collect()
                })
                .collect();
            let cuts: Vec<Cut> = (0..some.len())
                .map(|at| {
                    let own = weighed.iter().filter_map(|own| own[at]);
                    self.panel.cut(&own.collect::<Vec<f64>>(), &some[at])
                })
                .collect();
            let judged: Vec<Vec<Option<Verdict>>> = beyond
                .par_iter()
                .map(|outcome| {
                    let details = self.details(outcome);
                    let both = (*outcome, &*details);
                    let judge = |(limits, cut): (_, &Cut)| self.panel.judge(both, *cut, limits);
                    let judged = some.iter().zip(&cuts).map(judge);
                    judged.map(|judgement| judgement.verdict).collect()
                })
                .collect();
            verdicts.extend((0..some.len()).map(|at| judged.iter().map(|own| own[at]).collect()));
        }
        verdicts
    }

    /// Everybody with a request beyond scope.
    pub fn beyond(&self) -> impl Iterator<Item = &AccountOutcome> {
        self.outcomes.iter().chain(&self.refused)
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
    /// The accesses of all accounts, and what was found in them together, if anybody looked already.
    Accesses(Box<Part>, Option<Box<Common>>),
    /// The sequences of all accounts, as an earlier scan kept them.
    Sorted(Box<Ready>),
    /// Accounts that were looked at apart, by what is common to all.
    Looked(Box<Returned>),
}

impl Material {
    /// Names of what accesses carry as numbers; `None` where accounts were looked at elsewhere.
    pub fn names(&self) -> Option<&Names> {
        match self {
            Material::Accesses(all, _) => Some(&all.names),
            Material::Sorted(ready) => Some(ready.names()),
            Material::Looked(_) => None,
        }
    }

    /// Looks at all accesses together, which needs nothing of the directory's index. What comes of it is for
    /// [`Material::with`].
    pub fn look(&self, case: &Case, files: &[FileOf]) -> Option<Box<Common>> {
        match self {
            Material::Accesses(all, None) => Some(Box::new(Common::of(case, all, files))),
            _ => None,
        }
    }

    /// With what was found in all accesses together.
    #[must_use]
    pub fn with(self, found: Option<Box<Common>>) -> Material {
        match self {
            Material::Accesses(all, before) => Material::Accesses(all, before.or(found)),
            other => other,
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
    let (mut common, sequences, looked, active) = match material {
        Material::Accesses(all, found) => {
            let found = found.map(|found| *found);
            let found = found.unwrap_or_else(|| Common::of(case, &all, files));
            let mut common = found.named(all.names);
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
    let mut first = match first {
        Some(mut first) => {
            Returned::place(&mut first, &sequences, spill);
            first
        }
        None => First::of(&worker, &sequences, late_from, (spill, keeping.looks)),
    };
    let since = first.late();
    let clients = first.clients();
    let First {
        mut measured,
        calm,
        watching,
        ..
    } = first;
    crowd::explain(&worker, &sequences, &mut measured, &calm, &active);
    measured.update(|_, one| worker.connect(&sequences, one, &clients));
    measured.sort_by_key(|one| (one.outcome.person.label(), one.outcome.person.kind));
    fill::fill(&worker, &sequences, &mut measured, dark, files);
    let (mut takings, mut after_closing) = (Vec::new(), Vec::new());
    for one in measured.iter() {
        takings.extend_from_slice(&one.takings);
        after_closing.extend(one.after_closing.clone());
    }
    let joint = joint::find(takings);
    let shared = shared(&joint);
    let people = measured.count() + calm.len();
    // What is asked for no more makes room for the answer.
    drop((sequences, active));
    let (exposure, yardsticks, arrived) = calm.into_rest();
    let mut analysis = Analysis {
        people: people as u64,
        set_aside: common.set_aside,
        after_closing,
        exposure,
        ..Analysis::default()
    };
    measured.update(|_, one| {
        let own = shared.get(&one.outcome.number);
        one.outcome.shared = own.copied().unwrap_or(0);
        own.is_some()
    });
    let error = usable.map_or(0.0, |learned| learned.error_at_most);
    let treeless = case.directory.grants.is_some() && !case.directory.units_told;
    analysis.panel = Panel::of(&measured, yardsticks, (error, treeless));
    let watched = watching.done();
    let sighted = watched.sightings.iter().map(|one| one.account);
    let told = sighted.chain(shared.keys().copied());
    let people = std::mem::take(&mut common.people);
    let label = |number| (number, people.person(number).label());
    analysis.labels = told.map(label).collect();
    analysis.unnamed.clone_from(&people.unnamed);
    drop(people);
    let limits = &case.thresholds;
    analysis.panel.judge_all(&mut measured, limits);
    analysis.stale = common.logs.and_then(|logs| {
        let arrivals = arrivals(&measured, arrived);
        as_of(&case.directory, logs, &arrivals, since)
    });
    match &analysis.stale {
        Some(stale) => analysis
            .panel
            .judge_again(&mut measured, stale.from, limits),
        None => {
            let moved = measured.iter().filter(|one| of_one_day(one)).count();
            analysis.snapshot = snapshot(&case.directory, moved);
        }
    }
    let merger = Merger {
        atlas,
        routes: &case.routes,
        stale_from: analysis.stale.as_ref().map(|stale| stale.from),
    };
    // Everybody has a label now.
    common.names.actors = Interner::default();
    analysis.settle(&merger, measured, spill);
    analysis.joint = joint;
    analysis.watched = watched;
    analysis.labels_used = usable.is_some();
    analysis.learned = lesson.learned;
    analysis.content = common.content.routes;
    analysis.names = common.names;
    analysis
}

/// Whether an account seems to have moved, and walked nowhere.
fn of_one_day(one: &Measured) -> bool {
    one.details.moved_in
        && one.outcome.basis == Basis::Directory
        && one.outcome.verdict != Some(Verdict::Enumeration)
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
fn arrivals(measured: &Records<Measured>, calm: Vec<Stamp>) -> Arrivals {
    let mut arrivals = Arrivals {
        known: calm,
        ..Arrivals::default()
    };
    for one in measured.iter() {
        let outcome = &one.outcome;
        if outcome.person.kind != PersonKind::Account {
            continue;
        }
        match (outcome.unlisted, outcome.share.undecided.is_empty()) {
            (false, _) => arrivals.known.push(outcome.span.0),
            (true, false) => arrivals.unknown.push(outcome.span.0),
            (true, true) => {}
        }
        let shown = |beyond: &&Beyond| beyond.certainty > Certainty::Nothing;
        let first = outcome.share.beyond.iter().find(shown);
        let overreach = outcome.verdict == Some(Verdict::Overreach);
        arrivals
            .beyond
            .extend(first.filter(|_| overreach).map(|beyond| beyond.access.time));
    }
    arrivals
}
