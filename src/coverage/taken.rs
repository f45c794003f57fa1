//! Routes whose requests go by another route from some day on, or did so until then: a platform's new version. Nothing is
//! missing then, though the route falls silent.
//!
//! It is said all the same: whoever lets a route's lines out while another is walked through might look so. On each silent day another route must have about as many more requests than is usual as the silent one lacks, held
//! against what neither of them is asked; one day is not enough, for a walk through the other route would look so.

use super::Doubt;
use super::calendar::MINUTE;
use super::ledger::Ledger;
use super::pace::DAY;
use crate::words::{Reason, Stamp};

/// Silent days that must show it.
const DAYS: usize = 2;
/// Of what the route lacks, what the other has more: at least and at most.
const PART: (f64, f64) = (0.5, 2.0);

/// Days by their first minute and the one behind the last.
type Day = (i64, i64);

/// The one other route that has taken a route's requests over on all its silent days, by what is usual on the others.
pub(super) fn over(
    ledger: &Ledger<'_>,
    route: usize,
    silent: &[Day],
    others: &[Day],
) -> Option<usize> {
    // An evening without anybody is no day of it.
    let whole = |(from, until): &&Day| until - from >= DAY - 60;
    let silent: Vec<Day> = silent.iter().filter(whole).copied().collect();
    let others: Vec<Day> = others.iter().filter(whole).copied().collect();
    let mut logged =
        (0..ledger.routes.len()).filter(|other| *other != route && ledger.logs(*other));
    logged.find(|other| {
        let other = *other;
        let gains = silent.iter().filter_map(|day| {
            let usual = usual(ledger, (route, other), *day, &others)?;
            let (own, there) = rates(ledger, (route, other), *day)?;
            Some((there - usual.1, usual.0 - own)).filter(|(_, lacks)| *lacks > 0.0)
        });
        let gains: Vec<(f64, f64)> = gains.collect();
        let takes = |(gain, lacks): &(f64, f64)| (PART.0 * lacks..=PART.1 * lacks).contains(gain);
        gains.len() >= DAYS && gains.iter().all(takes)
    })
}

/// What is said of a route whose requests another one took over.
pub(super) fn said(ledger: &Ledger<'_>, (route, other): (usize, usize), silent: &[Day]) -> Doubt {
    let name = |route: usize| &ledger.case.routes[route].name;
    let first = silent.iter().map(|day| day.0).min().unwrap_or_default();
    Doubt::said(
        Reason::Gap,
        format!(
            "source \"{}\" has hardly a request for route \"{}\" on {} day(s), the first {}, and about as many more than usual \
             for route \"{}\": taken for a version that took it over; if it was none, lines of \"{}\" are missing then",
            ledger.spec.name,
            name(route),
            silent.len(),
            Stamp(first.saturating_mul(MINUTE)),
            name(other),
            name(route),
        ),
    )
}

/// Requests for two routes, to each line for neither of them.
fn rates(ledger: &Ledger<'_>, (a, b): (usize, usize), (from, until): Day) -> Option<(f64, f64)> {
    let of = |route: usize| ledger.routes[route].lines(from, until);
    let rest = ledger.all.lines(from, until).checked_sub(of(a) + of(b))?;
    let rate = |lines: u64| lines as f64 / rest as f64;
    (rest > 0).then(|| (rate(of(a)), rate(of(b))))
}

/// The medians of both on other days of a day's kind.
fn usual(
    ledger: &Ledger<'_>,
    routes: (usize, usize),
    day: Day,
    others: &[Day],
) -> Option<(f64, f64)> {
    let kind = ledger.calendar.kind(day.0)?;
    let same = others
        .iter()
        .filter(|other| ledger.calendar.kind(other.0) == Some(kind));
    let rates: Vec<(f64, f64)> = same
        .filter_map(|other| rates(ledger, routes, *other))
        .collect();
    let middle = |mut one: Vec<f64>| {
        one.sort_by(f64::total_cmp);
        one.get(one.len() / 2).copied()
    };
    let own = middle(rates.iter().map(|rate| rate.0).collect())?;
    Some((own, middle(rates.iter().map(|rate| rate.1).collect())?))
}
