//! Which rungs the exposure ladder of an answer has: the checks that matter in this case, then what was asked, got,
//! and published.

use std::collections::BTreeSet;

use crate::case::{Case, Check};
use crate::cause::leaked_things;
use crate::coverage::Assessment;
use crate::impact::{self, Reachable, Rung, Unchecked};
use crate::pipeline::Analysis;
use crate::scope::Atlas;
use crate::words::{Certainty, Stamp, Validity};

/// The exposure ladder: from grants and objects whom accounts could see, from the logs whom they asked for and got.
pub(super) fn of(
    case: &Case,
    atlas: &Atlas<'_>,
    analysis: &Analysis,
    assessment: &Assessment,
) -> Vec<Rung> {
    if case.directory.objects.is_none() {
        return Vec::new();
    }
    let mut rungs = match case.directory.grants {
        Some(_) => could_see(case, atlas, assessment),
        None => Vec::new(),
    };
    let exposure = &analysis.exposure;
    let shares = analysis.beyond().map(|outcome| &outcome.share);
    rungs.extend(impact::requested(atlas, shares));
    let answered = |name, least| impact::answered(atlas, name, exposure, least, |_| true);
    rungs.extend(answered("answered_or_probable", Certainty::Probable));
    rungs.extend(answered("answered", Certainty::Confirmed));
    if let Some(leak) = &case.leak {
        let things = leaked_things(atlas, leak);
        let rows: BTreeSet<u32> = things
            .iter()
            .flat_map(|thing| atlas.rows(*thing))
            .copied()
            .collect();
        let keys: BTreeSet<_> = rows
            .iter()
            .map(|row| (atlas.controller(*row), atlas.subject(*row)))
            .collect();
        let least = Certainty::Confirmed;
        let both = |key: &_| keys.contains(key);
        rungs.extend(impact::answered(
            atlas,
            "corroborated",
            exposure,
            least,
            both,
        ));
        rungs.extend(impact::listed(atlas, "published", &rows));
    }
    rungs
}

/// Whom accounts may see by their grants, and whom they could see if checks were missing.
fn could_see(case: &Case, atlas: &Atlas<'_>, assessment: &Assessment) -> Vec<Rung> {
    let window = match (case.period, assessment.window) {
        (Some(period), _) => period,
        (None, Some((from, until))) => Validity {
            from: Some(from),
            until: Some(Stamp(until.0.saturating_add(1))),
        },
        (None, None) => Validity::default(),
    };
    let reachable = Reachable::new(atlas, window);
    let mut rungs = reachable.rungs("in_scope", Unchecked::default());
    let mut could = |name: String, checks: &[Check]| {
        let unchecked = Unchecked {
            protected: checks.contains(&Check::Protected),
            form: checks.contains(&Check::Form),
            unit: checks.contains(&Check::Unit),
        };
        rungs.extend(reachable.rungs(&name, unchecked));
    };
    for check in Check::ALL {
        could(format!("could_see_if_{}_unchecked", check.word()), &[check]);
    }
    could("could_see_if_nothing_checked".to_owned(), &Check::ALL);
    for route in case
        .routes
        .iter()
        .filter(|route| !route.unchecked.is_empty())
    {
        could(
            format!("could_see_by_route_{}", route.name),
            &route.unchecked,
        );
    }
    rungs
}
