//! What the logs can show: hours, holes, unlogged routes, ends, unreadable lines -> doubts with a basis.
//!
//! Judges counts that extraction made; reads nothing itself. What a doubt does to a controller's upper
//! bound is `impact`'s.

mod gaps;

use crate::case::{Case, PageSpec};
use crate::route::extract::Tally;
use crate::route::{Counted, HourCount};
use crate::words::{HOUR, Reason, SECOND, Stamp};

pub use gaps::{Expected, GapKind, Hole};

/// What coverage needs to know of one source.
#[derive(Clone, Debug)]
pub struct SourceFacts {
    /// Counts by hour and minute.
    pub counted: Counted,
    /// Sum of its files' tallies.
    pub tally: Tally,
    /// Names of its files that are damaged, with what is wrong.
    pub damaged: Vec<(String, String)>,
    /// Whether it carries accounts at all.
    pub has_accounts: bool,
}

/// A row of `coverage.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct HourRow {
    /// Index of the source.
    pub source: usize,
    /// The hour's start.
    pub hour: Stamp,
    /// Counts.
    pub counts: HourCount,
    /// How many lines are to be expected, if that can be told.
    pub expected: Option<Expected>,
    /// Whether it lies in a hole.
    pub gap: Option<GapKind>,
}

/// How far a doubt widens a controller's upper bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Nothing bounds it but the controller's population.
    Population,
    /// At most so many subjects.
    Subjects(u64),
    /// It widens nothing by itself; it is said.
    Said,
}

/// Something that the logs cannot show.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// Code.
    pub reason: Reason,
    /// What it rests on, in a sentence.
    pub basis: String,
    /// What it does to upper bounds.
    pub allowance: Allowance,
}

/// What the logs of a case can show.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// Rows of `coverage.csv`: by source, then hour.
    pub rows: Vec<HourRow>,
    /// Doubts, strongest first.
    pub doubts: Vec<Doubt>,
    /// First and last instant that must be answered for: the case's period, else the logs' own span.
    pub window: Option<(Stamp, Stamp)>,
    /// Share of the window that no hole and no missing end takes away; of the worst source.
    pub covered: f64,
}

/// Judges the coverage of all sources; `sources` stands in the case's order.
pub fn assess(case: &Case, sources: &[SourceFacts]) -> Assessment {
    let mut assessment = Assessment {
        window: window(case, sources),
        covered: 1.0,
        ..Assessment::default()
    };
    missing_tables(case, &mut assessment);
    unlogged_routes(case, &mut assessment);
    unasked_routes(case, sources, &mut assessment);
    for (index, facts) in sources.iter().enumerate() {
        let holes = gaps::holes(facts);
        let rows = gaps::rows(case, index, facts, &holes);
        told_holes(case, index, &rows, &holes, &mut assessment);
        ends(case, index, facts, &holes, &mut assessment);
        unreadable(case, index, facts, &mut assessment);
        missing(case, index, facts, &mut assessment);
        assessment.rows.extend(rows);
    }
    assessment
}

fn window(case: &Case, sources: &[SourceFacts]) -> Option<(Stamp, Stamp)> {
    let first = sources.iter().filter_map(|s| s.tally.first).min();
    let last = sources.iter().filter_map(|s| s.tally.last).max();
    let period = case.period.unwrap_or_default();
    Some((period.from.or(first)?, period.until.or(last)?))
}

/// Tables without which something cannot be told.
fn missing_tables(case: &Case, assessment: &mut Assessment) {
    let directory = &case.directory;
    let mut said = |missing: bool, reason: Reason, basis: &str| {
        if missing {
            assessment.doubts.push(Doubt {
                reason,
                basis: basis.to_owned(),
                allowance: Allowance::Said,
            });
        }
    };
    said(
        directory.grants.is_none(),
        Reason::NoGrants,
        "the case has no table of grants: an account's scope is taken to be the one controller that it belongs \
         to, and its disclosures beyond that count as confirmed only where there is a system to them",
    );
    said(
        directory.objects.is_none(),
        Reason::NoDirectory,
        "the case has no table of objects: nobody can say whose data was disclosed",
    );
    let pages = case.routes.iter().any(|route| route.container.is_some());
    said(
        directory.members.is_none() && pages,
        Reason::NoDirectory,
        "the case has no table of members: what stood on a page is taken from the container's unit, as possible",
    );
}

fn unlogged_routes(case: &Case, assessment: &mut Assessment) {
    for (index, route) in case.routes.iter().enumerate() {
        let logged = case.sources.iter().any(|source| match &source.logs_routes {
            Some(routes) => routes.contains(&index),
            None => true,
        });
        if !logged {
            assessment.doubts.push(Doubt {
                reason: Reason::NoLog,
                basis: format!("no source records the route \"{}\"", route.name),
                allowance: Allowance::Population,
            });
        }
    }
}

/// Routes that no request matches: nobody asked, or the template is wrong, and then all that it would have
/// shown is missing.
fn unasked_routes(case: &Case, sources: &[SourceFacts], assessment: &mut Assessment) {
    for (index, route) in case.routes.iter().enumerate() {
        let hours = sources
            .iter()
            .flat_map(|facts| facts.counted.hours.values());
        if hours
            .filter_map(|counts| counts.routes.get(index))
            .all(|n| *n == 0)
        {
            assessment.doubts.push(Doubt {
                reason: Reason::NoLog,
                basis: format!(
                    "no request matches the route \"{}\": nobody asked, or its `path` is not how the log writes it",
                    route.name
                ),
                allowance: Allowance::Said,
            });
        }
    }
}

fn told_holes(
    case: &Case,
    source: usize,
    rows: &[HourRow],
    holes: &[Hole],
    assessment: &mut Assessment,
) {
    let name = &case.sources[source].name;
    let mut gap = |basis: String| {
        assessment.doubts.push(Doubt {
            reason: Reason::Gap,
            basis,
            allowance: Allowance::Population,
        });
    };
    for hole in &case.sources[source].gaps {
        gap(format!(
            "the case declares a hole in source \"{name}\" from {} until {}: {}",
            hole.from, hole.until, hole.reason
        ));
    }
    for hole in holes {
        gap(format!(
            "source \"{name}\" is silent from {} until {}, where about {:.0} lines were to be expected by the hour \
             before and the hour after",
            hole.from, hole.until, hole.expected
        ));
    }
    let usual = |row: &&HourRow| {
        row.gap == Some(GapKind::Silent) && !holes.iter().any(|h| h.touches(row.hour))
    };
    for run in rows
        .iter()
        .filter(usual)
        .collect::<Vec<_>>()
        .chunk_by(|a, b| b.hour.0 - a.hour.0 == HOUR)
    {
        let mean: f64 = run.iter().filter_map(|row| Some(row.expected?.mean)).sum();
        gap(format!(
            "source \"{name}\" is silent for {} h from {} on, where about {mean:.0} lines were to be expected by the \
             same hours of other days",
            run.len(),
            run[0].hour
        ));
    }
    let dark: i64 = rows
        .iter()
        .filter(|row| row.gap.is_some())
        .map(
            |row| match holes.iter().find(|hole| hole.touches(row.hour)) {
                Some(hole) => hole.within(row.hour),
                None => HOUR,
            },
        )
        .sum();
    let window = assessment
        .window
        .map_or(HOUR, |(from, until)| (until.0 - from.0).max(SECOND));
    let lit = 1.0 - dark as f64 / window as f64;
    assessment.covered = assessment.covered.min(lit.max(0.0));
}

/// The period's ends that the logs do not reach. A platform sleeps at night: only a silence that is longer
/// than any ordinary silence of the source counts as a missing end.
fn ends(
    case: &Case,
    source: usize,
    facts: &SourceFacts,
    holes: &[Hole],
    assessment: &mut Assessment,
) {
    let (Some(period), Some(first), Some(last)) =
        (case.period, facts.tally.first, facts.tally.last)
    else {
        return;
    };
    let name = &case.sources[source].name;
    let ordinary = gaps::longest_silence(facts, holes);
    let mut missing = 0;
    if let Some(from) = period.from.filter(|from| first.0 - from.0 > ordinary) {
        missing += first.0 - from.0;
        assessment.doubts.push(Doubt {
            reason: Reason::BeforeStart,
            basis: format!("source \"{name}\" begins at {first}, the period at {from}"),
            allowance: Allowance::Population,
        });
    }
    if let Some(until) = period.until.filter(|until| until.0 - last.0 > ordinary) {
        missing += until.0 - last.0;
        assessment.doubts.push(Doubt {
            reason: Reason::Retention,
            basis: format!("source \"{name}\" ends at {last}, the period at {until}"),
            allowance: Allowance::Population,
        });
    }
    if let Some((from, until)) = assessment.window {
        let share = missing as f64 / (until.0 - from.0).max(SECOND) as f64;
        assessment.covered = assessment.covered.min((1.0 - share).max(0.0));
    }
}

fn unreadable(case: &Case, source: usize, facts: &SourceFacts, assessment: &mut Assessment) {
    let name = &case.sources[source].name;
    for (file, damage) in &facts.damaged {
        assessment.doubts.push(Doubt {
            reason: Reason::Integrity,
            basis: format!("{file} of source \"{name}\": {damage}"),
            allowance: Allowance::Population,
        });
    }
    if facts.tally.hiding > 0 {
        let each = widest_request(case);
        assessment.doubts.push(Doubt {
            reason: Reason::Unparsed,
            basis: format!(
                "{} lines of source \"{name}\" could not be read although they look like requests for a route; each \
                 may hide what one request returns: {}",
                facts.tally.hiding,
                each.map_or("an unknown number of subjects".to_owned(), |n| format!("at most {n} subjects"))
            ),
            allowance: match each {
                Some(each) => Allowance::Subjects(each.saturating_mul(facts.tally.hiding)),
                None => Allowance::Population,
            },
        });
    }
}

/// The most subjects that one request can return, by the pages of the case; `None` where a route returns a
/// whole container, lets the client choose, or takes lists of IDs.
fn widest_request(case: &Case) -> Option<u64> {
    let widths = case
        .routes
        .iter()
        .map(|route| match (&route.page, &route.container) {
            (Some(PageSpec::Number { size, .. }), _) => Some(*size),
            (
                Some(PageSpec::Offset {
                    limit: None, size, ..
                }),
                _,
            ) => Some(*size),
            (Some(PageSpec::Offset { .. }), _) | (None, Some(_)) => None,
            (None, None) => route
                .object
                .as_ref()
                .filter(|object| route.path.contains(&format!("{{{object}}}")))
                .map(|_| 1),
        });
    widths.collect::<Option<Vec<u64>>>()?.into_iter().max()
}

fn missing(case: &Case, source: usize, facts: &SourceFacts, assessment: &mut Assessment) {
    let name = &case.sources[source].name;
    if !facts.has_accounts && facts.tally.routed > 0 {
        assessment.doubts.push(Doubt {
            reason: Reason::NoAccount,
            basis: format!(
                "source \"{name}\" carries no account: its {} requests for routes are known by client address only, \
                 and nobody can say in whose scope they were",
                facts.tally.routed
            ),
            allowance: Allowance::Said,
        });
    }
    if let Some(minutes) = gaps::unnoticed(facts) {
        assessment.doubts.push(Doubt {
            reason: Reason::Gap,
            basis: format!(
                "a hole of less than about {minutes} minutes in source \"{name}\" would go unnoticed; who is \
                 excluded is so if there was none"
            ),
            allowance: Allowance::Said,
        });
    }
}

/// The silences of a source that are too long for the traffic around them.
pub fn holes(facts: &SourceFacts) -> Vec<Hole> {
    gaps::holes(facts)
}

/// How many minutes a hole may have without being noticed; `None` without a record.
pub fn unnoticed(facts: &SourceFacts) -> Option<i64> {
    gaps::unnoticed(facts)
}
