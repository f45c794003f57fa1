//! Puts together what the question of cause rests on.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::cause::{Actor, Cause, Ground, investigate};
use crate::coverage::Assessment;
use crate::pipeline::Analysis;
use crate::scope::Atlas;

pub(super) fn of(
    case: &Case,
    atlas: &Atlas<'_>,
    analysis: &Analysis,
    assessment: &Assessment,
) -> Cause {
    let plans = plans(analysis);
    let actors: Vec<Actor<'_>> = analysis
        .beyond()
        .map(|outcome| (outcome, analysis.details(outcome)))
        .map(|(outcome, details)| Actor {
            number: outcome.number,
            name: std::str::from_utf8(&outcome.person.name).unwrap_or_default(),
            verdict: outcome.verdict,
            share: &outcome.share,
            connection: outcome.connection,
            plan: plans.get(&outcome.number).copied(),
            in_order: details
                .judgement
                .signals
                .iter()
                .any(|signal| signal.name == "order" && signal.fired),
            home: &outcome.home,
            collected: details.facts.collected.objects,
            service: matches!(outcome.kind.as_str(), "service" | "test"),
        })
        .collect();
    let mut cause = investigate(&Ground {
        case,
        atlas,
        actors: &actors,
        sightings: &analysis.watched.sightings,
        undecided: !analysis.exposure.doubtful.is_empty(),
        assessment,
    });
    for fix in &mut cause.fixes {
        fix.limited = analysis.watched.limited.get(&fix.route).copied();
    }
    cause
}

/// The plan of each account that shares a walk which follows one: walks with a member in common are one plan.
fn plans(analysis: &Analysis) -> BTreeMap<u32, u32> {
    let mut plans: BTreeMap<u32, u32> = BTreeMap::new();
    for (number, walk) in (0..).zip(analysis.joint.iter().filter(|walk| walk.one_plan)) {
        let known: BTreeSet<u32> = walk
            .members
            .keys()
            .filter_map(|member| plans.get(member).copied())
            .collect();
        plans
            .values_mut()
            .filter(|plan| known.contains(plan))
            .for_each(|plan| *plan = number);
        plans.extend(walk.members.keys().map(|member| (*member, number)));
    }
    plans
}
