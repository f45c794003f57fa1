//! A route that loses most of its requests on some days, while all else goes on: one of several places that log it is
//! gone, or a filter was set. It leaves no silence.
//!
//! A day's share of the route in all lines is held against that of other days of its kind. Where it is low on all days
//! nobody can tell. Requests that another route took over (`taken`) are not missing.

use std::collections::BTreeMap;

use super::calendar::{Kind, MINUTE};
use super::ledger::Ledger;
use super::{Allowance, Doubt, Hole, taken};
use crate::words::{Reason, Stamp, counted};

/// Lines that a day must have, and days of a kind that tell what is usual.
const LINES: u64 = 200;
const DAYS: usize = 4;
/// Requests that a day must lack to count, and the part of what is usual up to which it lacks most.
const EXPECTED: f64 = 60.0;
const PART: f64 = 1.0 / 3.0;

/// A day: where it begins, all lines, the route's.
type Day = (i64, u64, u64);

/// The doubts about routes of a source. `holes`: days in which one is known say nothing more; `told`: routes of which it is
/// said already that another one took them over.
pub(super) fn judge(
    ledger: &Ledger<'_>,
    holes: &[Hole],
    told: &BTreeMap<usize, Doubt>,
) -> Vec<Doubt> {
    let Some((first, last)) = ledger.all.span() else {
        return Vec::new();
    };
    let whole = ledger.calendar.days(first, last);
    let dark: Vec<(i64, i64)> = holes.iter().map(Hole::minutes).collect();
    let clear = |(from, until): &&(i64, i64)| !dark.iter().any(|(a, b)| a < until && from < b);
    // The first and the last day are cut.
    let inner = whole.get(1..whole.len().saturating_sub(1));
    let days: Vec<(i64, i64)> = inner
        .unwrap_or_default()
        .iter()
        .filter(clear)
        .copied()
        .collect();
    let routes = (0..ledger.routes.len()).filter(|route| ledger.logs(*route));
    routes
        .filter_map(|route| {
            let thin = thin(ledger, route, &days);
            let is_thin = |from: i64| thin.iter().any(|(day, _)| day.0 == from);
            let (silent, others): (Vec<_>, Vec<_>) =
                days.iter().partition(|(from, _)| is_thin(*from));
            match taken::over(ledger, route, &silent, &others) {
                Some(_) if told.contains_key(&route) => None,
                Some(other) => Some(taken::said(ledger, (route, other), &silent)),
                None => doubt(ledger, route, &thin),
            }
        })
        .collect()
}

/// The days on which a route lacks most of its requests, with what was to be expected.
fn thin(ledger: &Ledger<'_>, route: usize, days: &[(i64, i64)]) -> Vec<(Day, f64)> {
    let mut kinds: BTreeMap<Kind, Vec<Day>> = BTreeMap::new();
    for (from, until) in days {
        let all = ledger.all.lines(*from, *until);
        let own = ledger.routes[route].lines(*from, *until);
        if let Some(kind) = ledger.calendar.kind(*from).filter(|_| all >= LINES) {
            kinds.entry(kind).or_default().push((*from, all, own));
        }
    }
    let mut found = Vec::new();
    for days in kinds.into_values().filter(|days| days.len() >= DAYS) {
        let share = |(_, all, own): &Day| *own as f64 / *all as f64;
        let mut shares: Vec<f64> = days.iter().map(share).collect();
        shares.sort_by(f64::total_cmp);
        let usual = shares[shares.len() * 3 / 4];
        found.extend(days.into_iter().filter_map(|day| {
            let expected = usual * day.1 as f64;
            let lacks = expected >= EXPECTED && (day.2 as f64) < expected * PART;
            lacks.then_some((day, expected))
        }));
    }
    found.sort_by_key(|(day, _)| day.0);
    found
}

fn doubt(ledger: &Ledger<'_>, route: usize, thin: &[(Day, f64)]) -> Option<Doubt> {
    let (first, _) = thin.first()?;
    let own: u64 = thin.iter().map(|(day, _)| day.2).sum();
    let expected: f64 = thin.iter().map(|(_, expected)| expected).sum();
    Some(Doubt {
        reason: Reason::Gap,
        basis: format!(
            "source \"{}\" has {} for route \"{}\" on {} day(s), the first {}, where other days of their kind have \
             about {expected:.0} to as many lines: most of them were not logged then, or people went another way",
            ledger.spec.name,
            counted(own, "request"),
            ledger.case.routes[route].name,
            thin.len(),
            Stamp(first.0.saturating_mul(MINUTE)),
        ),
        allowance: Allowance::Population,
    })
}
