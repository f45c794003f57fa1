//! Which rungs the exposure ladder of an answer has: the checks that matter in this case, then what was asked and got.

use crate::case::{Case, Check};
use crate::coverage::Assessment;
use crate::impact::{Ladder, Rung, Unchecked, answered};
use crate::pipeline::Analysis;
use crate::scope::Atlas;
use crate::words::Stamp;

/// The exposure ladder: from grants and objects whom accounts could see, from the logs whom they asked for and got.
pub(super) fn of(
    case: &Case,
    atlas: &Atlas<'_>,
    analysis: &Analysis,
    assessment: &Assessment,
) -> Vec<Rung> {
    let directory = &case.directory;
    let (Some(grants), Some(_)) = (&directory.grants, &directory.objects) else {
        return Vec::new();
    };
    let window = match (case.period, assessment.window) {
        (Some(period), _) => (period.from, period.until),
        (None, Some((from, until))) => (Some(from), Some(Stamp(until.0.saturating_add(1)))),
        (None, None) => (None, None),
    };
    let ladder = Ladder::new(atlas, window);
    let mut rungs = ladder.in_scope("in_scope");
    let mut could = |name: String, checks: &[Check]| {
        let unchecked = Unchecked {
            protected: checks.contains(&Check::Protected),
            form: checks.contains(&Check::Form),
            unit: checks.contains(&Check::Unit),
        };
        rungs.extend(ladder.could_see(&name, unchecked));
    };
    for check in Check::ALL {
        let matters = match check {
            Check::Protected => directory.grants_say_protected,
            Check::Form => grants.iter().any(|grant| grant.form.is_some()),
            Check::Unit => true,
        };
        if matters {
            could(format!("could_see_if_{}_unchecked", check.word()), &[check]);
        }
    }
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
    let shares = || {
        analysis
            .beyond()
            .map(|outcome| (outcome.number, &outcome.share))
    };
    rungs.extend(ladder.logged("requested", shares(), |_| true));
    rungs.extend(ladder.logged("answered", shares(), answered));
    rungs
}
