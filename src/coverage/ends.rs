//! Where a source, and a route in it, begins and ends, against the time that must be answered for.

use std::collections::BTreeMap;

use super::calendar::{Kind, MINUTE};
use super::ledger::Ledger;
use super::pace::{DAY, Pace};
use super::{Doubt, GapKind, Hole, silence, taken};
use crate::words::{HOUR, Reason, Stamp};

/// Days of a kind that tell how often a route is asked for; of two the quieter one counts.
const LEAST_DAYS: usize = 2;

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
    // Lines are counted by the minute: less than one is no silence, or a source that never pauses would lack the second
    // between its last line and midnight.
    let ordinary = silence::longest_ordinary(&ledger.all, &all)
        .max(1)
        .saturating_mul(MINUTE);
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

/// Ends that the source does not reach and that are no hole, because it is as silent elsewhere: it is said, as nobody can tell.
pub(super) fn taken_for_silence(
    ledger: &Ledger<'_>,
    holes: &[Hole],
    window: Option<(Stamp, Stamp)>,
) -> Vec<Doubt> {
    let (Some((from, until)), Some((first, last))) = (window, of(ledger)) else {
        return Vec::new();
    };
    let name = &ledger.spec.name;
    let ends = [
        (
            GapKind::BeforeStart,
            Reason::BeforeStart,
            "begins",
            (from, first),
            (first, from),
        ),
        (
            GapKind::AfterEnd,
            Reason::Retention,
            "ends",
            (last, until),
            (last, until),
        ),
    ];
    let silent = ends.into_iter().filter(|(kind, _, _, (from, until), _)| {
        let is_hole = holes.iter().any(|hole| hole.kind == *kind);
        until.0.saturating_sub(from.0) >= HOUR && !is_hole
    });
    let told = silent.map(|(_, reason, what, _, (own, due))| {
        let basis = format!(
            "source \"{name}\" {what} at {own}, and what must be answered for at {due}: it is as silent elsewhere, so that is \
             taken for a silence; who is excluded is so if it was"
        );
        Doubt::said(reason, basis)
    });
    told.collect()
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
    doubts
}

/// Routes, and all of them together, that are asked for long after the source begins only, or until long before it ends,
/// at a pace at which they should have been asked for there too: nobody asked, it was not logged, or it is written in
/// another way that no `path` matches. Nobody can tell, so it is a hole.
///
/// Beside them, by its number, what is said of each route whose requests another one took over.
pub(super) fn routes(ledger: &Ledger<'_>) -> (Vec<Hole>, BTreeMap<usize, Doubt>) {
    let mut said = BTreeMap::new();
    let Some(whole) = ledger.all.span() else {
        return (Vec::new(), said);
    };
    let logged: Vec<usize> = (0..ledger.routes.len())
        .filter(|route| ledger.logs(*route))
        .collect();
    let cells = logged
        .iter()
        .flat_map(|route| ledger.routes[*route].cells());
    let all = Pace::new(cells.collect());
    let mut holes = Vec::new();
    for (from, until, expected) in unasked(ledger, &all, whole) {
        holes.push(unasked_hole(ledger, None, (from, until), expected));
    }
    let told = holes.clone();
    for route in logged {
        for (from, until, expected) in unasked(ledger, &ledger.routes[route], whole) {
            let hole = unasked_hole(ledger, Some(route), (from, until), expected);
            let known = |other: &Hole| other.from <= hole.from && hole.until <= other.until;
            if told.iter().any(known) {
                continue;
            }
            let days = |from, until| ledger.calendar.days(from, until);
            let others = [days(whole.0, from), days(until, whole.1)].concat();
            let silent = days(from, until);
            match taken::over(ledger, route, &silent, &others) {
                Some(other) => {
                    let doubt = || taken::said(ledger, (route, other), &silent);
                    said.entry(route).or_insert_with(doubt);
                }
                None => holes.push(hole),
            }
        }
    }
    (holes, said)
}

/// The ends of a source at which a series lacks lines: from, until, how many.
fn unasked(ledger: &Ledger<'_>, own: &Pace, (start, end): (i64, i64)) -> Vec<(i64, i64, f64)> {
    let Some((first, last)) = own.span() else {
        return Vec::new();
    };
    let fortnight = 14 * DAY;
    // The first request of a source's first day comes in the morning; the day is whole all the same.
    let near = |a: i64, b: i64| (a - b).abs() < DAY / 2;
    let first_day = if near(first, start) { start } else { first };
    let last_day = if near(last, end) { end } else { last };
    let before = expected(
        ledger,
        own,
        (first, last_day.min(first + fortnight)),
        (start, first),
    );
    let after = expected(
        ledger,
        own,
        (first_day.max(last - fortnight), last),
        (last, end),
    );
    let both = [(start, first, before), (last, end, after)];
    let lacks = |(from, until, lines): &(i64, i64, f64)| {
        *lines > 0.0 && *lines >= own.needed(*lines, until - from)
    };
    both.into_iter().filter(lacks).collect()
}

/// Lines to be expected in a window by the days of another one: each whole day by the median of its own kind, because
/// an export on one day is no pace, and a school day none of a weekend.
fn expected(ledger: &Ledger<'_>, own: &Pace, known: (i64, i64), window: (i64, i64)) -> f64 {
    let whole = |(from, until): (i64, i64)| {
        ledger
            .calendar
            .days(from, until)
            .into_iter()
            .filter(|(from, until)| until - from >= DAY - 60)
    };
    let mut lines: BTreeMap<Kind, Vec<u64>> = BTreeMap::new();
    for (from, until) in whole(known) {
        if let Some(kind) = ledger.calendar.kind(from) {
            lines.entry(kind).or_default().push(own.lines(from, until));
        }
    }
    let median = |kind: Kind| {
        let mut lines = lines.get(&kind).cloned().unwrap_or_default();
        lines.sort_unstable();
        match lines.len() {
            0..LEAST_DAYS => 0.0,
            n => lines[(n - 1) / 2] as f64,
        }
    };
    let kinds = whole(window).filter_map(|(from, _)| ledger.calendar.kind(from));
    kinds.map(median).sum()
}

fn unasked_hole(
    ledger: &Ledger<'_>,
    route: Option<usize>,
    (from, until): (i64, i64),
    expected: f64,
) -> Hole {
    let (from, until) = (Stamp(from * MINUTE), Stamp(until * MINUTE));
    let what = match route {
        Some(route) => format!("the route \"{}\"", ledger.case.routes[route].name),
        None => "any route".to_owned(),
    };
    Hole {
        source: ledger.source,
        kind: GapKind::Route,
        from,
        until,
        expected,
        route,
        writer: None,
        missing: None,
        basis: format!(
            "in source \"{}\" nothing asks for {what} from {from} until {until}, although other requests go on; about \
             {expected:.0} were to be expected: nobody asked, it was not logged, or it is written in a way that no `path` \
             matches",
            ledger.spec.name
        ),
    }
}
