//! The timeline: requests in the logs, disclosures and refusals by steps of time, the holes, and events worth a mark.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::accesses::Access;
use super::clock::{second_of, seconds};
use super::held::{Held, LISTED};
use super::lines::Lines;

/// Steps of time in seconds, from a second to a quarter.
const STEPS: [i64; 12] = [
    1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 604_800, 2_592_000, 7_776_000,
];
/// Most steps of a picture.
const STEPS_SHOWN: i64 = 160;
const HOUR: i64 = 3_600;

/// A row of `coverage.csv`.
pub(super) struct Hour {
    pub(super) source: String,
    pub(super) at: i64,
    pub(super) lines: u64,
    /// Those of them whose stamps stand alone.
    pub(super) alone: u64,
    pub(super) gap: bool,
}

/// The rows of `coverage.csv`.
///
/// # Errors
/// The bytes are no table.
pub(super) fn hours(bytes: &[u8]) -> Result<Vec<Hour>, String> {
    let bad = |e: csv::Error| format!("coverage.csv is no table: {e}; make the answer again");
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().map_err(bad)?.clone();
    let at = |name: &str| header.iter().position(|one| one == name);
    let places = ["source", "hour", "lines", "gap", "lines_alone"].map(at);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let [source, hour, lines, gap, alone] =
            places.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
        rows.push(Hour {
            source: source.to_owned(),
            at: seconds(hour).unwrap_or_default(),
            lines: lines.parse().unwrap_or_default(),
            alone: alone.parse().unwrap_or_default(),
            gap: !gap.is_empty(),
        });
    }
    Ok(rows)
}

/// Each source in the order of the table: hours, lines, hours with a hole, first and last hour.
pub(super) fn sources(hours: &[Hour]) -> Vec<Value> {
    let by_source = hours.chunk_by(|a, b| a.source == b.source);
    let rows = by_source.map(|own| {
        // An hour of nothing but stamps that stand alone is none in which the source was written.
        let mut written = own.iter().filter(|h| h.alone == 0 || h.alone < h.lines);
        let first = written.next().unwrap_or(&own[0]);
        let last = written.next_back().unwrap_or(first);
        json!({
            "source": own[0].source,
            "hours": own.len(),
            "lines": own.iter().map(|hour| hour.lines).sum::<u64>(),
            "holes": own.iter().filter(|hour| hour.gap).count(),
            "first": first.at,
            "last": last.at,
        })
    });
    rows.collect()
}

/// A request beyond scope: one line, whatever it disclosed.
pub(super) struct Request<'a> {
    first: Access<'a>,
    /// The surest of what it disclosed.
    level: u8,
    /// Whether it told of protected persons only.
    hidden: bool,
}

/// The requests of the accesses, in their order.
pub(super) fn requests<'a>(rows: &[Access<'a>]) -> Vec<Request<'a>> {
    let mut numbers: HashMap<(&str, i64), usize> = HashMap::new();
    let mut all: Vec<Request<'a>> = Vec::new();
    for row in rows {
        let number = *numbers
            .entry((row.place.file, row.place.offset))
            .or_insert(all.len());
        match all.get_mut(number) {
            Some(request) => {
                request.level = request.level.max(row.level);
                request.hidden &= row.hidden;
            }
            None => all.push(Request {
                first: *row,
                level: row.level,
                hidden: row.hidden,
            }),
        }
    }
    all
}

/// How many requests disclosed something, and how many were refused.
pub(super) fn counts(requests: &[Request<'_>]) -> Value {
    let disclosed = requests.iter().filter(|one| one.level > 0).count();
    json!({ "disclosed": disclosed, "attempts": requests.len() - disclosed })
}

/// The views: the whole time, and that of the accesses where it is much shorter.
pub(super) fn views<'a>(
    window: Option<(i64, i64)>,
    requests: &[Request<'a>],
    hours: &[Hour],
    lines: &mut Lines<'a>,
) -> Vec<Value> {
    let times = || requests.iter().map(|one| one.first.time);
    let near = times().min().zip(times().max());
    let mut views = Vec::new();
    if let Some(window) = window {
        views.push(view("whole", window, requests, hours, lines));
    }
    let length = |(from, until): (i64, i64)| until.saturating_sub(from);
    if let Some(near) = near
        && window.is_none_or(|window| length(near).saturating_mul(4) < length(window))
    {
        views.push(view("near", near, requests, hours, lines));
    }
    views
}

/// What happened in a step.
struct Bucket<'a> {
    traffic: u64,
    levels: [u64; 4],
    held: Held<'a>,
}

fn view<'a>(
    name: &str,
    (from, until): (i64, i64),
    requests: &[Request<'a>],
    hours: &[Hour],
    lines: &mut Lines<'a>,
) -> Value {
    let fits = |step: &&i64| (until - from) / **step <= STEPS_SHOWN;
    let longest = STEPS[STEPS.len() - 1];
    let size = STEPS.iter().find(fits).copied().unwrap_or(longest);
    let start = from.div_euclid(size) * size;
    let steps = (until - start).div_euclid(size) + 1;
    let step = |at: i64| (at - start).div_euclid(size);
    let inside = |at: i64| (0..steps).contains(&step(at));
    let mut buckets: BTreeMap<i64, Bucket<'a>> = BTreeMap::new();
    let empty = || Bucket {
        traffic: 0,
        levels: [0; 4],
        held: Held::up_to(LISTED),
    };
    for request in requests.iter().filter(|one| inside(one.first.time)) {
        let bucket = buckets
            .entry(step(request.first.time))
            .or_insert_with(empty);
        bucket.levels[usize::from(request.level.min(3))] += 1;
        let mut access = request.first;
        access.hidden = request.hidden;
        bucket.held.add(&access, lines);
    }
    let traffic = size >= HOUR;
    for hour in hours
        .iter()
        .filter(|hour| traffic && hour.lines > 0 && inside(hour.at))
    {
        buckets.entry(step(hour.at)).or_insert_with(empty).traffic += hour.lines;
    }
    let rows = buckets.iter().map(|(step, bucket)| {
        let [attempts, possible, probable, confirmed] = bucket.levels;
        json!([
            step,
            bucket.traffic,
            confirmed,
            probable,
            possible,
            attempts,
            bucket.held.listed()
        ])
    });
    json!({
        "name": name, "size": size, "start": start, "n": steps, "traffic": traffic,
        "rows": rows.collect::<Vec<_>>(),
    })
}

/// Events worth a mark, in time order: where logs and the period begin and end, disclosures begin and end, refusals
/// begin, and what is known of the publication.
pub(super) fn marks(findings: &Value, manifest: &Value) -> Vec<Value> {
    let mut marks: Vec<(i64, &str, String)> = Vec::new();
    let mut mark = |at: Option<i64>, kind: &'static str, what: &str| {
        marks.extend(at.map(|at| (at, kind, what.to_owned())));
    };
    for (source, (first, last)) in spans(manifest) {
        mark(Some(first), "begins", &source);
        mark(Some(last), "ends", &source);
    }
    let case = &findings["case"];
    mark(second_of(&case["period"]["from"]), "period_from", "");
    mark(second_of(&case["period"]["until"]), "period_until", "");
    mark(second_of(&case["published"]), "published", "");
    let taken = &findings["cause"]["leak"]["taken"]["whatever_the_pace"];
    mark(second_of(&taken["some_taken_not_before"]), "taken_from", "");
    mark(second_of(&taken["some_taken_before"]), "taken_until", "");
    for end in findings["cause"]["ends"].as_array().into_iter().flatten() {
        let route = end["route"].as_str().unwrap_or_default();
        mark(
            second_of(&end["first_disclosure_beyond_scope"]),
            "first",
            route,
        );
        mark(
            second_of(&end["last_disclosure_beyond_scope"]),
            "last",
            route,
        );
        mark(second_of(&end["first_refusal_after_it"]), "refused", route);
    }
    marks.sort();
    let rows = marks
        .iter()
        .map(|(at, kind, what)| json!({ "at": at, "kind": kind, "what": what }));
    rows.collect()
}

/// From when to when each source has lines.
fn spans(manifest: &Value) -> BTreeMap<String, (i64, i64)> {
    let mut spans: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for input in manifest["inputs"].as_array().into_iter().flatten() {
        let ends = second_of(&input["first"]).zip(second_of(&input["last"]));
        let (Some(source), Some((first, last))) = (input["source"].as_str(), ends) else {
            continue;
        };
        let span = spans.entry(source.to_owned()).or_insert((first, last));
        *span = (span.0.min(first), span.1.max(last));
    }
    spans
}
