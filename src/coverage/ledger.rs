//! A source's files -> its series: all lines, each route's, each writer's, without stamps that stand alone
//! years away.

use std::collections::{BTreeMap, BTreeSet};

use super::SourceFacts;
use super::calendar::Calendar;
use super::pace::Pace;
use crate::case::{Case, SourceSpec};
use crate::route::{Counted, KEPT, Mark, Numbers, minute};
use crate::words::HOUR;

/// A stamp at a file's end that is farther than this from its only neighbour may stand alone.
const FAR_END: i64 = 30 * 24 * HOUR;

/// What a source's lines show.
pub(super) struct Ledger<'c> {
    pub(super) case: &'c Case,
    pub(super) source: usize,
    pub(super) spec: &'c SourceSpec,
    pub(super) facts: &'c SourceFacts,
    /// All lines.
    pub(super) all: Pace,
    /// Each route's.
    pub(super) routes: Vec<Pace>,
    /// Each writer's, where there are several at the same time.
    pub(super) writers: Vec<Writer>,
    /// Each writer's own numbers, in the order of its lines.
    pub(super) numbers: Vec<(String, Numbers)>,
    /// Lines whose stamps stand alone, by file.
    pub(super) strays: Vec<(usize, Mark)>,
    pub(super) calendar: Calendar,
}

/// Who writes a part of a source's lines.
pub(super) struct Writer {
    pub(super) name: String,
    pub(super) all: Pace,
}

impl<'c> Ledger<'c> {
    pub(super) fn of(case: &'c Case, source: usize, facts: &'c SourceFacts) -> Ledger<'c> {
        let strays = strays(facts);
        let alone: BTreeMap<i64, u64> =
            strays.iter().fold(BTreeMap::new(), |mut map, (_, mark)| {
                *map.entry(minute(mark.at)).or_default() += 1;
                map
            });
        let lanes = || facts.files.iter().flat_map(|file| &file.counted.lanes);
        let mut cells: BTreeMap<i64, u64> = BTreeMap::new();
        for (minute, lines) in lanes().flat_map(|lane| lane.lines.cells()) {
            *cells.entry(minute).or_default() += lines;
        }
        for (minute, strays) in alone {
            if let Some(lines) = cells.get_mut(&minute) {
                *lines = lines.saturating_sub(strays);
            }
        }
        let all = Pace::new(cells.into_iter().collect());
        let (first, last) = all.span().unwrap_or((0, 0));
        let inside = |cell: &(i64, u64)| (first..last).contains(&cell.0);
        let routes = (0..case.routes.len()).map(|route| {
            let series = lanes().filter_map(|lane| lane.routes.get(route));
            Pace::new(series.flat_map(|s| s.cells()).filter(inside).collect())
        });
        Ledger {
            case,
            source,
            spec: &case.sources[source],
            facts,
            routes: routes.collect(),
            writers: writers(facts, (first, last)),
            numbers: numbers(facts),
            calendar: Calendar::new(case.timezone, all.span()),
            all,
            strays,
        }
    }

    /// Whether the source records a route, as the case says.
    pub(super) fn logs(&self, route: usize) -> bool {
        let routes = self.spec.logs_routes.as_ref();
        routes.is_none_or(|routes| routes.contains(&route))
    }
}

/// First and last minute of a file's lines.
fn span(counted: &Counted) -> Option<(i64, i64)> {
    let lanes = counted.lanes.iter();
    let minutes = || {
        lanes
            .clone()
            .flat_map(|lane| lane.lines.cells())
            .map(|c| c.0)
    };
    minutes().min().zip(minutes().max())
}

/// Stamps that stand alone, file by file. Many of them are another thing: two clocks in one file.
fn strays(facts: &SourceFacts) -> Vec<(usize, Mark)> {
    let mut all = Vec::new();
    for (index, file) in facts.files.iter().enumerate() {
        let clock = &file.counted.clock;
        let lines: u64 = file
            .counted
            .lanes
            .iter()
            .flat_map(|lane| lane.lines.cells())
            .map(|(_, lines)| lines)
            .sum();
        let few = clock.stray_count() <= (lines / 50).max(1);
        // A stamp that stands alone makes one step back. Where there are many more, the lines stand in no order, and
        // that a line's neighbours agree is chance.
        let ordered = clock.jump_count() <= 4 * clock.stray_count() + lines / 20;
        if few && ordered && clock.strays().len() < KEPT {
            all.extend(clock.strays().iter().map(|mark| (index, *mark)));
        }
        all.extend(ends_alone(&file.counted, lines).map(|mark| (index, mark)));
    }
    all
}

/// The first and the last line where their stamps are farther from their neighbours than all the others span.
fn ends_alone(counted: &Counted, lines: u64) -> impl Iterator<Item = Mark> {
    let clock = &counted.clock;
    let ends = match (clock.head(), clock.tail()) {
        ([first, second], [before, last]) if lines >= 10 => {
            vec![(*first, *second), (*last, *before)]
        }
        _ => Vec::new(),
    };
    let suspect: BTreeSet<i64> = ends
        .iter()
        .filter(|(end, next)| end.at.0.abs_diff(next.at.0) > FAR_END as u64)
        .map(|(end, _)| minute(end.at))
        .chain(clock.strays().iter().map(|mark| minute(mark.at)))
        .collect();
    let minutes = || {
        let cells = counted.lanes.iter().flat_map(|lane| lane.lines.cells());
        cells.map(|c| c.0).filter(|m| !suspect.contains(m))
    };
    let rest = minutes().min().zip(minutes().max());
    let (first, last) = rest.unwrap_or((0, 0));
    ends.into_iter()
        .filter(move |(end, next)| {
            let away = end.at.0.abs_diff(next.at.0);
            let wide = (last - first).unsigned_abs().saturating_mul(10);
            away > FAR_END as u64 && away / super::calendar::MINUTE as u64 > wide
        })
        .map(|(end, _)| end)
}

/// Who wrote a line: the log that its file belongs to, where several run side by side, and the node that it names.
fn writers(facts: &SourceFacts, whole: (i64, i64)) -> Vec<Writer> {
    let mut logs: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for file in &facts.files {
        if let Some((first, last)) = span(&file.counted) {
            let entry = logs.entry(&file.log).or_insert((first, last));
            *entry = (entry.0.min(first), entry.1.max(last));
        }
    }
    // Side by side are logs that each run through half of the time at least; many short ones (a balancer's file
    // for each five minutes) are one writer's.
    let long = |span: &(i64, i64)| (span.1 - span.0) * 2 >= whole.1 - whole.0;
    let several = logs.values().filter(|span| long(span)).count() > 1;
    let mut cells: BTreeMap<String, Vec<(i64, u64)>> = BTreeMap::new();
    for file in &facts.files {
        let beside = several && logs.get(file.log.as_str()).is_some_and(long);
        for lane in &file.counted.lanes {
            let log = if beside { file.log.as_str() } else { "" };
            let name = name(log, &lane.node);
            let inside = lane
                .lines
                .cells()
                .filter(|c| (whole.0..whole.1).contains(&c.0));
            cells.entry(name).or_default().extend(inside);
        }
    }
    match cells.len() {
        0 | 1 => Vec::new(),
        _ => cells
            .into_iter()
            .map(|(name, cells)| Writer {
                name,
                all: Pace::new(cells),
            })
            .collect(),
    }
}

/// A writer counts on through the files of its log.
fn numbers(facts: &SourceFacts) -> Vec<(String, Numbers)> {
    let mut numbers: BTreeMap<String, Numbers> = BTreeMap::new();
    for file in &facts.files {
        for lane in &file.counted.lanes {
            let name = name(&file.log, &lane.node);
            numbers
                .entry(name)
                .or_default()
                .absorb(lane.numbers.clone());
        }
    }
    numbers.into_iter().collect()
}

fn name(log: &str, node: &[u8]) -> String {
    let node = String::from_utf8_lossy(node);
    match (log.trim_start_matches('/'), node.as_ref()) {
        ("", "") => "(lines that name no writer)".to_owned(),
        (log, "") => log.to_owned(),
        ("", node) => node.to_owned(),
        (log, node) => format!("{log}: {node}"),
    }
}
