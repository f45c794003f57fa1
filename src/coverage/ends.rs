//! Where a source, and a route in it, begins and ends, against the time that must be answered for.

use super::calendar::MINUTE;
use super::ledger::Ledger;
use super::pace::DAY;
use super::{Doubt, GapKind, Hole, silence};
use crate::words::{Reason, Stamp};

/// Days that tell how often a route is asked for.
const LEAST_DAYS: usize = 3;

/// First and last stamp of a source, without stamps that stand alone.
pub(super) fn of(ledger: &Ledger<'_>) -> Option<(Stamp, Stamp)> {
    let (first, last) = ledger.all.span()?;
    let within = |at: Option<Stamp>, minute: i64| {
        at.filter(|at| at.0.div_euclid(MINUTE) == minute)
            .unwrap_or(Stamp(minute * MINUTE))
    };
    Some((
        within(ledger.facts.tally.first, first),
        within(ledger.facts.tally.last, last - 1),
    ))
}

/// The window's ends that the source does not reach. A platform sleeps at night: a missing end is a silence
/// that is longer than any ordinary silence of the source, or in which other days have traffic.
pub(super) fn missing(
    ledger: &Ledger<'_>,
    holes: &[Hole],
    window: Option<(Stamp, Stamp)>,
) -> Vec<Hole> {
    let (Some((from, until)), Some((first, last))) = (window, of(ledger)) else {
        return Vec::new();
    };
    let name = &ledger.spec.name;
    let all: Vec<&Hole> = holes.iter().collect();
    let ordinary = silence::longest_ordinary(&ledger.all, &all).saturating_mul(MINUTE);
    let period = ledger.case.period.unwrap_or_default();
    let whose = |said: Option<Stamp>| match said {
        Some(_) => "the period",
        None => "another source",
    };
    let hole = |kind, from, until, basis| Hole {
        source: ledger.source,
        kind,
        from,
        until,
        expected: 0.0,
        route: None,
        writer: None,
        missing: None,
        basis,
    };
    let lacks = |from: Stamp, until: Stamp| {
        let minutes = (from.0.div_euclid(MINUTE), until.0.div_euclid(MINUTE));
        let long = until.0.saturating_sub(from.0);
        let few = minutes.1 - minutes.0 < silence::SHORTEST;
        let lines = || {
            ledger
                .all
                .missing_at_end(&ledger.calendar, minutes.0, minutes.1)
        };
        long > ordinary || !few && lines() > 0.0
    };
    let late = lacks(from, first);
    let early = lacks(last, until);
    let begins = late.then(|| {
        let basis = format!(
            "source \"{name}\" begins at {first}, {} at {from}",
            whose(period.from)
        );
        hole(GapKind::BeforeStart, from, first, basis)
    });
    let ends = early.then(|| {
        let basis = format!(
            "source \"{name}\" ends at {last}, {} at {until}",
            whose(period.until)
        );
        hole(GapKind::AfterEnd, last, until, basis)
    });
    begins.into_iter().chain(ends).collect()
}

/// What the ends themselves give away: a log that is cut in mid-traffic, a route that sets in later.
pub(super) fn said(ledger: &Ledger<'_>) -> Vec<Doubt> {
    let (Some((first, last)), Some((start, end))) = (of(ledger), ledger.all.span()) else {
        return Vec::new();
    };
    let mut doubts = Vec::new();
    let name = &ledger.spec.name;
    let period = ledger.case.period.unwrap_or_default();
    let busy = |from: i64, until: i64| {
        let lines = ledger.all.rate(from, until) * 60.0;
        let enough = lines.min(ledger.all.lines(from, until) as f64);
        (end - start >= 60 && enough >= ledger.all.needed(lines, 60)).then_some(lines)
    };
    if let (None, Some(lines)) = (period.from, busy(start, start + 60)) {
        doubts.push(Doubt::said(
            Reason::BeforeStart,
            format!(
                "source \"{name}\" begins in mid-traffic at {first} (about {lines:.0} lines an hour at once): what came \
                 before was logged elsewhere or not at all"
            ),
        ));
    }
    if let (None, Some(lines)) = (period.until, busy(end - 60, end)) {
        doubts.push(Doubt::said(
            Reason::Retention,
            format!(
                "source \"{name}\" ends in mid-traffic at {last} (about {lines:.0} lines an hour until then): what came \
                 after is not in it"
            ),
        ));
    }
    for route in (0..ledger.routes.len()).filter(|route| ledger.logs(*route)) {
        doubts.extend(route_ends(ledger, route, (start, end)));
    }
    doubts
}

/// A route that is first asked for long after the source begins, or last long before it ends, at a pace at
/// which it should have been asked for in between.
fn route_ends(ledger: &Ledger<'_>, route: usize, (start, end): (i64, i64)) -> Vec<Doubt> {
    let own = &ledger.routes[route];
    let Some((first, last)) = own.span() else {
        return Vec::new();
    };
    // By whole days, and by their median: an export on one day is no pace.
    let usual = |from: i64, until: i64| {
        let days = (from..until - (DAY - 1)).step_by(DAY as usize);
        let mut lines: Vec<u64> = days.map(|day| own.lines(day, day + DAY)).collect();
        lines.sort_unstable();
        match lines.len() {
            0..LEAST_DAYS => 0.0,
            n => lines[(n - 1) / 2] as f64,
        }
    };
    let lacks = |minutes: i64, usual: f64| {
        let expected = usual * (minutes / DAY) as f64;
        (expected > 0.0 && expected >= own.needed(expected, minutes)).then_some(expected)
    };
    let fortnight = 14 * DAY;
    let name = &ledger.spec.name;
    let what = &ledger.case.routes[route].name;
    let after = usual(first, end.min(first + fortnight));
    let begins = lacks(first - start, after).map(|expected| {
        Doubt::said(
            Reason::BeforeStart,
            format!(
                "in source \"{name}\" the route \"{what}\" is asked for from {} on, although other requests begin at {}; \
                 about {expected:.0} were to be expected before: nobody asked, or it was not logged yet",
                Stamp(first * MINUTE),
                Stamp(start * MINUTE)
            ),
        )
    });
    let before = usual(start.max(last - fortnight), last);
    let ends = lacks(end - last, before).map(|expected| {
        Doubt::said(
            Reason::Retention,
            format!(
                "in source \"{name}\" the route \"{what}\" is asked for until {}, although other requests go on until \
                 {}; about {expected:.0} were to be expected after: nobody asked, or it was no longer logged",
                Stamp(last * MINUTE),
                Stamp(end * MINUTE)
            ),
        )
    });
    begins.into_iter().chain(ends).collect()
}
