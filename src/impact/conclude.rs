//! Exposure and coverage -> the final row of every controller, and the totals of the case.
//!
//! `min` = confirmed. `max` = confirmed + probable + possible + undecided + an allowance for what the logs
//! cannot show, capped at the controller's population (CASE.md §3); nothing is `excluded` while any
//! doubt could reach it.

use std::collections::{BTreeMap, BTreeSet};

use super::account::About;
use super::exposure::{Exposure, Reach, SubjectTally};
use super::{ControllerRow, Status};
use crate::case::RouteSpec;
use crate::coverage::{Allowance, Assessment, Doubt};
use crate::scope::{Atlas, ControllerIndex};
use crate::words::{Certainty, Reason};

/// Controllers and subjects of published records, and why they are in doubt.
pub type Published = BTreeMap<(ControllerIndex, u32), Reason>;

/// Figures of the whole case.
#[derive(Clone, Debug, PartialEq)]
pub struct Totals {
    /// Distinct subjects by their highest certainty.
    pub subjects: BTreeMap<Certainty, u64>,
    /// Lower bound.
    pub min: u64,
    /// Upper bound; `None` where nothing bounds it.
    pub max: Option<u64>,
    /// Distinct subjects of whom nobody can say whether they were disclosed beyond scope.
    pub undecided: u64,
    /// Distinct objects, containers and nameless requests that the directory cannot tell the owner of.
    pub ownerless: u64,
    /// Children among the confirmed.
    pub children: u64,
    /// Protected persons among the confirmed.
    pub protected: u64,
    /// Controllers by status.
    pub controllers: BTreeMap<Status, u64>,
}

/// What widens every controller's upper bound alike.
struct Common {
    reasons: BTreeSet<Reason>,
    /// Whether nothing but the population bounds it.
    unbounded: bool,
    /// Whether that is so for more than holes in time.
    pathless: bool,
    /// Whether the population alone bounds the whole case: it is unbounded, or nobody knows who may see what in a tenant.
    everybody: bool,
    /// Subjects that may be anybody's.
    anybody: u64,
    /// Of those, subjects that are known and lack only a unit.
    placeless: BTreeSet<u32>,
    /// What stands in no controller's population: of those, objects that the directory does not know and subjects
    /// without a unit; all such subjects, where it is unbounded.
    outside: u64,
}

/// Concludes: rows for every controller of the directory, in its order, then one for what belongs to none
/// if there is such.
pub fn conclude(
    atlas: &Atlas<'_>,
    routes: &[RouteSpec],
    (exposure, published): (&Exposure, &Published),
    assessment: &Assessment,
) -> (Vec<ControllerRow>, Totals) {
    let mut common = common(routes, exposure, &assessment.doubts);
    let known = atlas.directory.objects.is_some();
    let population = atlas.population();
    // An inferred scope is a whole tenant: what was shown within it to somebody who may see one class is invisible.
    let unseen = known && atlas.directory.grants.is_none();
    common.everybody = common.unbounded || unseen;
    if common.unbounded {
        // What no line shows may have been of somebody without a unit, too.
        let unplaced = atlas
            .unplaced()
            .saturating_sub(common.placeless.len() as u64);
        common.outside = common.outside.saturating_add(unplaced);
    }
    let nobody = exposure
        .subjects
        .keys()
        .any(|(controller, _)| controller.is_none());
    let mut rows: Vec<ControllerRow> = (0..population.len() as u32)
        .map(Some)
        .chain(nobody.then_some(None))
        .map(|controller| {
            let size = controller.map(|index| population[index as usize]);
            row(
                controller,
                size.filter(|_| known),
                (exposure, published),
                &common,
            )
        })
        .collect();
    if !known {
        for row in &mut rows {
            row.reasons.insert(Reason::NoDirectory);
            row.max = None;
            row.status = row.status.min(Status::CannotBeExcluded);
        }
    }
    if unseen {
        for row in rows.iter_mut().filter(|row| row.controller.is_some()) {
            row.reasons.insert(Reason::NoGrants);
            row.max = row.max.max(row.population);
            row.shown = None;
            row.status = row.status.min(Status::CannotBeExcluded);
        }
    }
    let totals = totals(&rows, (exposure, published), &common);
    (rows, totals)
}

fn common(routes: &[RouteSpec], exposure: &Exposure, doubts: &[Doubt]) -> Common {
    let mut common = Common {
        reasons: BTreeSet::new(),
        unbounded: false,
        pathless: false,
        everybody: false,
        anybody: 0,
        placeless: BTreeSet::new(),
        outside: 0,
    };
    for doubt in doubts {
        match doubt.allowance {
            Allowance::Said | Allowance::Counted => continue,
            Allowance::Population => {
                common.unbounded = true;
                common.pathless |= doubt.reason != Reason::Gap;
            }
            Allowance::Subjects(n) => common.anybody = common.anybody.saturating_add(n),
        }
        common.reasons.insert(doubt.reason);
    }
    // A disclosed object without a unit may be any controller's subject.
    let nowhere = exposure.subjects.keys();
    let nowhere = nowhere.filter(|(controller, _)| controller.is_none());
    common.placeless = nowhere.map(|(_, subject)| *subject).collect();
    if !common.placeless.is_empty() {
        common.reasons.insert(Reason::Ambiguous);
    }
    let mut unknown = BTreeSet::new();
    for (about, reason) in exposure.doubtful.keys() {
        match about {
            About::Subject(Some(_), _) => continue,
            // Who is disclosed for sure, or in doubt for several reasons, is still one person.
            About::Subject(None, subject) => {
                if exposure.subjects.contains_key(&(None, *subject)) {
                    continue;
                }
                common.placeless.insert(*subject);
            }
            About::Unknown(thing) => {
                unknown.insert(*thing);
            }
            About::UnknownContainer(_) => common.unlimited(),
            // A route that is not said to return anything does no harm without an ID.
            About::Blind(route) if returns(routes, *route) => common.unlimited(),
            About::Blind(_) => continue,
        }
        common.reasons.insert(*reason);
    }
    let may_be_anybody = (common.placeless.len() + unknown.len()) as u64;
    common.anybody = common.anybody.saturating_add(may_be_anybody);
    common.outside = common.outside.saturating_add(may_be_anybody);
    for (reason, more) in exposure.doubtful.others() {
        common.anybody += more;
        common.outside += more;
        common.reasons.insert(reason);
    }
    common
}

impl Common {
    /// Something was disclosed that may be everybody's.
    fn unlimited(&mut self) {
        self.unbounded = true;
        self.pathless = true;
    }
}

fn returns(routes: &[RouteSpec], route: u16) -> bool {
    let route = routes.get(usize::from(route));
    route.is_some_and(RouteSpec::returns)
}

fn row(
    controller: Option<ControllerIndex>,
    population: Option<u64>,
    (exposure, published): (&Exposure, &Published),
    common: &Common,
) -> ControllerRow {
    let own = || (exposure.subjects).range((controller, 0)..=(controller, u32::MAX));
    let subjects: Vec<&SubjectTally> = own().map(|(_, tally)| tally).collect();
    let (undecided, mut reasons) = undecided(controller, exposure, published);
    // Who is confirmed is so whatever else is said of it.
    let unsure = subjects.iter();
    let unsure = unsure.filter(|tally| tally.certainty != Certainty::Confirmed);
    reasons.extend(unsure.flat_map(|tally| tally.doubts.iter().copied()));
    let by_certainty = by_certainty(&subjects);
    let min = by_certainty
        .get(&Certainty::Confirmed)
        .copied()
        .unwrap_or(0);
    let seen = (subjects.len() + undecided.len()) as u64;
    let bounded = controller.is_some();
    if bounded {
        reasons.extend(&common.reasons);
    }
    // A population does not hold who was disclosed and stands in none.
    let cap = population.map(|all| all.max(seen).saturating_add(common.outside));
    // Who stands among its subjects and, by another object, in no unit is still one person.
    let twice = own().map(|((_, subject), _)| subject).chain(&undecided);
    let twice = twice.filter(|subject| common.placeless.contains(subject));
    let most = seen.saturating_add(common.anybody) - twice.count() as u64;
    let wide = match (bounded, common.unbounded) {
        (false, _) => Some(seen),
        (true, true) => cap,
        (true, false) => Some(cap.map_or(most, |cap| most.min(cap))),
    };
    // What would bound it if nothing were missing but the minutes of holes.
    let minutes = bounded && common.unbounded && !common.pathless;
    let filled = subjects.iter().filter(|s| s.accesses == 0).count() as u64;
    let shown = cap.filter(|_| minutes).map(|cap| (most - filled).min(cap));
    let doubt = bounded && (common.unbounded || common.anybody > 0);
    let none = Reach::default();
    let reach = exposure.reach.get(&controller).unwrap_or(&none);
    ControllerRow {
        controller,
        status: match (min, seen) {
            (1.., _) => Status::Confirmed,
            (0, 0) if !doubt => Status::Excluded,
            _ => Status::CannotBeExcluded,
        },
        reasons,
        min,
        max: wide,
        shown,
        filled,
        children: subjects.iter().filter(|s| s.surely_child).count() as u64,
        protected: subjects.iter().filter(|s| s.surely_protected).count() as u64,
        accounts: reach.accounts.len() as u64,
        accesses: reach.requests.len() as u64,
        seen: subjects
            .iter()
            .map(|s| s.first)
            .min()
            .zip(subjects.iter().map(|s| s.last).max()),
        categories: subjects
            .iter()
            .flat_map(|s| exposure.categories(s))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .cloned()
            .collect(),
        routes: subjects
            .iter()
            .flat_map(|s| s.routes.iter().copied())
            .collect(),
        subjects: by_certainty,
        population,
    }
}

/// A controller's subjects in doubt that are not counted among the disclosed, and why they are in doubt. Who was
/// published is: somebody has the data, whatever the logs show.
fn undecided(
    controller: Option<ControllerIndex>,
    exposure: &Exposure,
    published: &Published,
) -> (BTreeSet<u32>, BTreeSet<Reason>) {
    let lowest = (About::Subject(controller, 0), Reason::NoLog);
    let highest = (About::Subject(controller, u32::MAX), Reason::Ambiguous);
    let mut subjects = BTreeSet::new();
    let mut reasons = BTreeSet::new();
    for (about, reason) in exposure.doubtful.between((lowest, highest)) {
        if let About::Subject(_, subject) = about
            && !exposure.subjects.contains_key(&(controller, *subject))
        {
            subjects.insert(*subject);
            reasons.insert(*reason);
        }
    }
    if let Some(controller) = controller {
        for ((_, subject), reason) in published.range((controller, 0)..=(controller, u32::MAX)) {
            if !exposure
                .subjects
                .contains_key(&(Some(controller), *subject))
            {
                subjects.insert(*subject);
                reasons.insert(*reason);
            }
        }
    }
    (subjects, reasons)
}

fn by_certainty(subjects: &[&SubjectTally]) -> BTreeMap<Certainty, u64> {
    let mut counts = BTreeMap::new();
    for subject in subjects {
        *counts.entry(subject.certainty).or_insert(0) += 1;
    }
    counts
}

/// Distinct persons over all controllers: one who stands under two counts once.
fn totals(
    rows: &[ControllerRow],
    (exposure, published): (&Exposure, &Published),
    common: &Common,
) -> Totals {
    let mut highest: BTreeMap<u32, (Certainty, bool, bool)> = BTreeMap::new();
    for ((_, subject), tally) in &exposure.subjects {
        let entry = highest
            .entry(*subject)
            .or_insert((Certainty::Nothing, false, false));
        entry.0 = entry.0.max(tally.certainty);
        entry.1 |= tally.surely_child;
        entry.2 |= tally.surely_protected;
    }
    let mut subjects = BTreeMap::new();
    for (certainty, ..) in highest.values() {
        *subjects.entry(*certainty).or_insert(0) += 1;
    }
    let mut controllers = BTreeMap::new();
    for row in rows.iter().filter(|row| row.controller.is_some()) {
        *controllers.entry(row.status).or_insert(0) += 1;
    }
    let in_doubt: BTreeSet<u32> = exposure
        .doubtful
        .keys()
        .filter_map(|(about, _)| match about {
            About::Subject(_, subject) => Some(*subject),
            _ => None,
        })
        .chain(published.keys().map(|(_, subject)| *subject))
        .filter(|subject| !highest.contains_key(subject))
        .collect();
    let about_owner = |about: &About| !matches!(about, About::Subject(..));
    let seen = highest.len() as u64 + in_doubt.len() as u64;
    // No controller is known where the directory says nothing: then nothing bounds the whole.
    let known = rows.iter().filter(|r| r.controller.is_some());
    let known = known.map(|r| r.population);
    let populations: Option<u64> = match known.clone().count() {
        0 => None,
        _ => known.sum(),
    };
    Totals {
        min: subjects.get(&Certainty::Confirmed).copied().unwrap_or(0),
        max: match common.everybody {
            // No population holds who stands in none.
            true => populations.map(|all| {
                all.max(seen.saturating_sub(common.placeless.len() as u64))
                    .saturating_add(common.outside)
            }),
            false
                if rows.iter().all(|row| row.controller.is_none())
                    && !exposure.doubtful.is_empty() =>
            {
                None
            }
            false => {
                let all = seen.saturating_add(common.anybody - common.placeless.len() as u64);
                // One person may be a controller's and, by another object, nobody's.
                let own = rows.iter().filter_map(|row| row.max).max();
                Some(all.max(own.unwrap_or(0)))
            }
        },
        subjects,
        undecided: in_doubt.len() as u64,
        ownerless: exposure
            .doubtful
            .keys()
            .filter(|(about, _)| about_owner(about))
            .count() as u64
            + exposure.doubtful.others().map(|(_, n)| n).sum::<u64>(),
        children: highest.values().filter(|(_, child, _)| *child).count() as u64,
        protected: highest
            .values()
            .filter(|(.., protected)| *protected)
            .count() as u64,
        controllers,
    }
}
