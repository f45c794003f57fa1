//! Which routes may have been the way out, and when disclosures beyond scope ended.
//!
//! A route is excluded only as far as its log reaches: over the whole time at which the records may have been taken,
//! without a hole, a sample or a lost line. Otherwise the sentence carries its condition, "unless all of it fell
//! inside [a, b]".

use std::collections::{BTreeMap, BTreeSet};

use super::{Ground, Known, LeakFindings, Limited, pool};
use crate::case::{Leak, LeakRecord, SourceSpec};
use crate::words::{Certainty, HOUR, Reason, Stamp};

/// Spans that a sentence names before it counts.
const NAMED: usize = 5;

/// How a route stands as the way of the leaked records.
#[derive(Clone, Debug, PartialEq)]
pub struct Elimination {
    /// Index of the route.
    pub route: u16,
    /// `excluded`, `excluded_unless`, `excluded_as_only_way`, `not_excluded`, `possible`.
    pub standing: &'static str,
    /// Leaked columns that it discloses.
    pub categories: Vec<String>,
    /// Leaked columns that are data categories of some route, but not of this one.
    pub lacks: Vec<String>,
    /// Leaked records that it was seen to show in time, in scope or not, and to how many accounts.
    pub shown: (u64, usize),
    /// Those shown take at least so many accounts together, by this route alone; so many suffice.
    pub needed: (usize, usize),
    /// Leaked records that it cannot have shown to anybody: they can only have been taken while its log is complete.
    pub cannot: u64,
    /// Leaked records that hold a value which no logged route discloses and this one does.
    pub alone: u64,
    /// Leaked records that the directory knows.
    pub records: u64,
    /// Codes.
    pub reasons: BTreeSet<Reason>,
    /// The sentence.
    pub said: String,
    /// The same if all was taken at one instant that the records allow.
    pub at_one_instant: Option<String>,
}

/// When disclosures beyond scope by a route ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Index of the route.
    pub route: u16,
    /// First and last disclosure beyond scope.
    pub disclosed: (Stamp, Stamp),
    /// First refused attempt after the last disclosure.
    pub refused: Option<Stamp>,
    /// Refused attempts after it, and by how many accounts.
    pub after: (u64, usize),
    /// Refused attempts before it.
    pub before: u64,
    /// Requests refused for their rate.
    pub limited: Option<Limited>,
}

/// Judges every route that discloses something.
pub(super) fn eliminate(
    ground: &Ground<'_>,
    (leak, known): (Option<&LeakFindings>, &[Known<'_>]),
    span: Option<(Option<Stamp>, Option<Stamp>)>,
) -> Vec<Elimination> {
    let (Some(_), Some(published)) = (leak, ground.case.leak.as_ref()) else {
        return Vec::new();
    };
    let case = ground.case;
    let disclosed: BTreeSet<&str> = case
        .routes
        .iter()
        .flat_map(|r| &r.discloses)
        .map(|c| c.name.as_str())
        .collect();
    let leaked: Vec<&String> = published
        .columns
        .iter()
        .filter(|column| disclosed.contains(column.as_str()))
        .collect();
    let routes = case
        .routes
        .iter()
        .enumerate()
        .filter(|(_, route)| !route.discloses.is_empty());
    let all = routes.map(|(index, route)| {
        let has = |column: &&&String| {
            route
                .discloses
                .iter()
                .any(|category| category.name == ***column)
        };
        let categories: Vec<String> = leaked.iter().filter(has).map(|c| (*c).clone()).collect();
        let lacks: Vec<String> = leaked
            .iter()
            .filter(|c| !has(c))
            .map(|c| (*c).clone())
            .collect();
        let seers: Vec<BTreeSet<u32>> = known
            .iter()
            .map(|record| {
                let seen = pool::seen_by(ground, record).into_keys();
                seen.filter(|key| usize::from(key.1) == index)
                    .map(|key| key.0)
                    .collect()
            })
            .collect();
        let to: BTreeSet<u32> = seers.iter().flatten().copied().collect();
        let records = seers.iter().filter(|accounts| !accounts.is_empty()).count() as u64;
        let reach = reach(ground, index, span.unwrap_or((None, None)));
        let mut found = Elimination {
            route: index as u16,
            standing: "possible",
            categories,
            lacks,
            shown: (records, to.len()),
            needed: pool::needed(&seers),
            alone: alone(ground, published, index),
            cannot: known
                .iter()
                .zip(&seers)
                .filter(|(known, seers)| seers.is_empty() && reach.shows(known))
                .count() as u64,
            records: known.len() as u64,
            reasons: reach.reasons.clone(),
            said: String::new(),
            at_one_instant: None,
        };
        if let Some(leak) = leak {
            found.at_one_instant = at_one_instant(ground, (leak, known), index, &route.name);
        }
        say(&mut found, &reach, &route.name, leaked.is_empty());
        found
    });
    all.collect()
}

fn say(found: &mut Elimination, reach: &Reach, name: &str, no_categories: bool) {
    let (shown, accounts) = found.shown;
    let whom = match shown {
        0 => "none of the published records to anybody".to_owned(),
        _ => format!(
            "{shown} of the {} published records in time, in scope or not, to {accounts} account(s), of which it takes \
             at least {}; for the other {} this holds",
            found.records,
            found.needed.0,
            found.records - shown
        ),
    };
    (found.standing, found.said) = if found.categories.is_empty() && !no_categories {
        let said = format!(
            "{name} discloses none of the published columns: excluded as far as `discloses` is complete"
        );
        ("excluded", said)
    } else if reach.reasons.contains(&Reason::NoLog) {
        (
            "not_excluded",
            format!("{name}: no source logs it, so nothing excludes it"),
        )
    } else if shown > 0 && shown == found.records {
        let said = format!(
            "{name} showed all {shown} published records in time, to {accounts} account(s)"
        );
        ("possible", said)
    } else if let Some(why) = &reach.unbounded {
        (
            "not_excluded",
            format!("{name} shows {whom}; but nothing excludes it: {why}"),
        )
    } else if found.cannot > 0 {
        let rest = found.records - shown - found.cannot;
        let rest = match rest {
            0 => String::new(),
            _ => format!("; {rest} more only inside {}", spans(&reach.dark)),
        };
        let said = format!(
            "{name} is excluded as the way of all of it: {} record(s) can only have been taken while its log is complete, \
             and it shows them to nobody; it shows {whom}{rest}",
            found.cannot
        );
        ("excluded", said)
    } else if reach.dark.is_empty() {
        let said = format!(
            "{name} is excluded as the way of all of it: its log is complete over the whole time at which the records \
             may have been taken and shows {whom}"
        );
        ("excluded", said)
    } else {
        let what = match shown {
            0 => "all of it".to_owned(),
            _ => format!(
                "the {} record(s) that its log shows to nobody in time",
                found.records - shown
            ),
        };
        let said = format!(
            "{name} is excluded as the way of all of it unless {what} fell inside {}: elsewhere its log shows {whom}",
            spans(&reach.dark)
        );
        ("excluded_unless", said)
    };
    if found.lacks.is_empty() || found.categories.is_empty() {
        return;
    }
    if found.standing == "possible" {
        // In part it may have been a way, but what was published cannot have come by it alone.
        found.standing = "excluded_as_only_way";
        found.said = format!(
            "{name} is excluded as the only way: it does not disclose {}, which was published too; it showed all {shown} \
             published records in time, in scope or not, to {accounts} account(s), of which it takes at least {}",
            found.lacks.join(", "),
            found.needed.0
        );
    } else {
        found.said.push_str(&format!(
            "; it cannot be the only way: it does not disclose {}",
            found.lacks.join(", ")
        ));
    }
}

/// How many records hold a value of a column that this route discloses and no logged one does.
fn alone(ground: &Ground<'_>, published: &Leak, index: usize) -> u64 {
    let case = ground.case;
    let logged = |route: usize| case.sources.iter().any(|source| logs(source, route));
    let has = |route: usize, column: &str| {
        case.routes[route]
            .discloses
            .iter()
            .any(|category| category.name == column)
    };
    let only = |column: &String| {
        let elsewhere = (0..case.routes.len()).any(|other| logged(other) && has(other, column));
        has(index, column) && !elsewhere
    };
    let columns: Vec<usize> = (0..published.columns.len())
        .filter(|at| only(&published.columns[*at]))
        .collect();
    let holds = |record: &&LeakRecord| {
        columns.iter().any(|at| {
            record
                .values
                .get(*at)
                .is_some_and(|value| !value.is_empty())
        })
    };
    published.records.iter().filter(holds).count() as u64
}

/// Whether a source records a route at all.
fn logs(source: &SourceSpec, route: usize) -> bool {
    source
        .logs_routes
        .as_ref()
        .is_none_or(|all| all.contains(&route))
}

/// How the route stands if all was taken at one instant: only the windows that the records allow count then.
fn at_one_instant(
    ground: &Ground<'_>,
    (leak, known): (&LeakFindings, &[Known<'_>]),
    route: usize,
    name: &str,
) -> Option<String> {
    let windows = &leak.theft.windows;
    if windows.is_empty() || windows.len() > NAMED {
        return None;
    }
    let reaches: Vec<Reach> = windows
        .iter()
        .map(|window| reach(ground, route, *window))
        .collect();
    let named: Vec<String> = windows.iter().map(|window| words(*window)).collect();
    let head = format!(
        "if all was taken at one instant, it fell inside {}",
        named.join(" or ")
    );
    if let Some(blind) = reaches
        .iter()
        .find(|r| r.unbounded.is_some() || r.reasons.contains(&Reason::NoLog) || !r.dark.is_empty())
    {
        let why = match (&blind.unbounded, blind.dark.first()) {
            (Some(why), _) => why.clone(),
            (None, Some(dark)) => format!("its log does not show {}", words(*dark)),
            (None, None) => "no source logs it".to_owned(),
        };
        return Some(format!("{head}; {name} is not excluded then: {why}"));
    }
    let mut to: BTreeSet<u32> = BTreeSet::new();
    let mut shown = 0;
    for record in known {
        let inside = ground.sightings.iter().filter(|sighting| {
            usize::from(sighting.route) == route
                && record.things.contains(&sighting.thing)
                && windows.iter().any(|(from, until)| {
                    from.is_none_or(|from| sighting.last >= from)
                        && until.is_none_or(|until| sighting.first < until)
                })
        });
        let accounts: BTreeSet<u32> = inside.map(|sighting| sighting.account).collect();
        shown += usize::from(!accounts.is_empty());
        to.extend(accounts);
    }
    let all = known.len();
    Some(match shown == all && all > 0 {
        true => format!("{head}; {name} may have shown all {all} records in it"),
        false => format!(
            "{head}; {name} is excluded as the way of the {} records that its log, complete there, shows to nobody in \
             it; it may have shown the other {shown}, to {} account(s)",
            all - shown,
            to.len()
        ),
    })
}

/// Spans of time, the first few by name.
fn spans(dark: &[(Option<Stamp>, Option<Stamp>)]) -> String {
    let named: Vec<String> = dark.iter().take(NAMED).map(|span| words(*span)).collect();
    match dark.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more (coverage.csv)", named.join(", ")),
    }
}

fn words((from, until): (Option<Stamp>, Option<Stamp>)) -> String {
    let end = |at: Option<Stamp>, open: &str| at.map_or(open.to_owned(), |at| at.to_string());
    format!("[{}, {})", end(from, "the beginning"), end(until, "today"))
}

/// How far a route's log reaches.
struct Reach {
    /// Times of the span that it does not show.
    dark: Vec<(Option<Stamp>, Option<Stamp>)>,
    /// Why no span of time bounds what it does not show.
    unbounded: Option<String>,
    reasons: BTreeSet<Reason>,
}

impl Reach {
    /// Whether a record can only have been taken while the log shows everything.
    fn shows(&self, known: &Known<'_>) -> bool {
        let apart = |a: &(Option<Stamp>, Option<Stamp>), b: &(Option<Stamp>, Option<Stamp>)| {
            let ends = |until: Option<Stamp>, from: Option<Stamp>| matches!((until, from), (Some(until), Some(from)) if until <= from);
            ends(a.1, b.0) || ends(b.1, a.0)
        };
        let lit =
            |span: &(Option<Stamp>, Option<Stamp>)| self.dark.iter().all(|dark| apart(span, dark));
        let logged = self.unbounded.is_none() && !self.reasons.contains(&Reason::NoLog);
        logged && !known.dating.is_empty() && known.dating.iter().all(lit)
    }
}

fn reach(
    ground: &Ground<'_>,
    route: usize,
    (from, until): (Option<Stamp>, Option<Stamp>),
) -> Reach {
    let mut reach = Reach {
        dark: Vec::new(),
        unbounded: None,
        reasons: BTreeSet::new(),
    };
    let logs_it = |source: &SourceSpec| logs(source, route);
    if !ground.case.sources.iter().any(logs_it) {
        reach.reasons.insert(Reason::NoLog);
        return reach;
    }
    let wide = |doubt: &&crate::coverage::Doubt| {
        doubt.allowance.is_open()
            && !matches!(
                doubt.reason,
                Reason::Gap | Reason::NoLog | Reason::BeforeStart | Reason::Retention
            )
    };
    if let Some(doubt) = ground.assessment.doubts.iter().find(wide) {
        reach.reasons.insert(doubt.reason);
        reach.unbounded = Some(doubt.basis.clone());
    }
    // The span of the logs themselves, not the period that was asked for.
    let rows = ground.assessment.rows.iter();
    let source_of = |index: usize| ground.case.sources.get(index).is_some_and(logs_it);
    let hours: Vec<(Stamp, Stamp)> = rows.filter_map(|row| row_span(row, &source_of)).collect();
    let begin = hours.iter().map(|hour| hour.0).min();
    let end = hours.iter().map(|hour| hour.1).max();
    let (Some(begin), Some(end)) = (begin, end) else {
        reach.reasons.insert(Reason::NoLog);
        return reach;
    };
    if from.is_none_or(|from| from < begin) {
        reach.reasons.insert(Reason::BeforeStart);
        reach.dark.push((from, Some(begin)));
    }
    for hole in &ground.assessment.holes {
        let hits = hole.route.is_none_or(|only| only == route) && source_of(hole.source);
        let inside = until.is_none_or(|until| hole.from < until)
            && from.is_none_or(|from| hole.until > from);
        if hits && inside {
            reach.reasons.insert(Reason::Gap);
            reach.dark.push((Some(hole.from), Some(hole.until)));
        }
    }
    if until.is_none_or(|until| until > end) {
        reach.reasons.insert(Reason::Retention);
        reach.dark.push((Some(end), until));
    }
    reach.dark.sort();
    reach
}

fn row_span(
    row: &crate::coverage::HourRow,
    logs_it: &impl Fn(usize) -> bool,
) -> Option<(Stamp, Stamp)> {
    (logs_it(row.source) && row.lines > 0)
        .then_some((row.hour, Stamp(row.hour.0.saturating_add(HOUR))))
}

/// Instants of disclosures, and of refusals with the account.
type Tried = (Vec<Stamp>, Vec<(Stamp, u32)>);

/// When disclosures beyond scope ended, by route.
pub(super) fn fixes(ground: &Ground<'_>) -> Vec<Fix> {
    let mut by_route: BTreeMap<u16, Tried> = BTreeMap::new();
    for actor in ground.actors {
        for beyond in &actor.share.beyond {
            let entry = by_route.entry(beyond.access.route).or_default();
            let refused = matches!(beyond.access.status, 401 | 403 | 404 | 410);
            match beyond.certainty {
                Certainty::Nothing if refused => entry.1.push((beyond.access.time, actor.number)),
                Certainty::Nothing => {}
                _ => entry.0.push(beyond.access.time),
            }
        }
    }
    let one = |(route, (shown, refused)): (u16, Tried)| {
        let disclosed = (shown.iter().min().copied()?, shown.iter().max().copied()?);
        let after = refused.iter().filter(|(at, _)| *at > disclosed.1);
        let accounts: BTreeSet<u32> = after.clone().map(|(_, account)| *account).collect();
        Some(Fix {
            route,
            disclosed,
            refused: after.clone().map(|(at, _)| *at).min(),
            after: (after.count() as u64, accounts.len()),
            before: refused.iter().filter(|(at, _)| *at < disclosed.1).count() as u64,
            limited: None,
        })
    };
    by_route.into_iter().filter_map(one).collect()
}
