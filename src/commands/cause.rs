//! Puts together what the question of cause rests on.

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
    let walkers: std::collections::BTreeSet<u32> = analysis
        .joint
        .iter()
        .flat_map(|walk| walk.members.keys().copied())
        .collect();
    let actors: Vec<Actor<'_>> = analysis
        .beyond()
        .map(|outcome| Actor {
            number: outcome.number,
            name: std::str::from_utf8(&outcome.person.name).unwrap_or_default(),
            verdict: outcome.judgement.verdict,
            share: &outcome.share,
            other_client: !outcome.usual_client,
            shares_walk: walkers.contains(&outcome.number),
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
