//! When published records were taken, by what they say: each value was valid in some interval (METHODS.md, finding 5).
//!
//! A column dates a record when the directory has its history: `unit`, `form`, `controller`, the name of a kind of
//! unit (class, school, …: the unit of that kind at or above the object's own), and every data category that a row's
//! `fields` must name to hold a value. If all records could have been taken at one instant, that window is said; if
//! not, how long it took at least. A few wrong rows are told by number and do not spoil the rest.

use std::collections::{BTreeMap, HashMap};

use super::Known;
use crate::case::{Leak, LeakRecord};
use crate::scope::{Atlas, Thing};
use crate::words::Stamp;

/// Share of contradicting records up to which they are taken for errors of the list.
const NOISE: f64 = 0.02;

/// Instants at which a record may have been taken: sorted intervals that do not touch; `None` = open.
pub type Dating = Vec<(Option<Stamp>, Option<Stamp>)>;

/// When the records were taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Theft {
    /// Records that date it: those whose values hold at some times and not at others.
    pub dated: usize,
    /// From the earliest to the latest instant that the records allow, cut at publication.
    pub span: (Option<Stamp>, Option<Stamp>),
    /// The same whatever the pace: from the earliest to the latest instant that any record allows.
    pub hull: (Option<Stamp>, Option<Stamp>),
    /// Windows in which all records (but `against`) could have been taken at one instant.
    pub windows: Dating,
    /// Rows of records that contradict the windows.
    pub against: Vec<u64>,
    /// Whatever the pace: some record was taken not before the first, some before the second. Without those against.
    pub touched: (Option<Stamp>, Option<Stamp>),
    /// Records that would have to be wrong for all to have been taken at one instant.
    pub forbid: usize,
    /// Where no single instant fits: some record was taken before the first, some other not before the second.
    pub lasted: Option<(Stamp, Stamp)>,
    /// Columns that dated.
    pub columns: Vec<String>,
}

/// Objects of every subject that the leak names.
pub fn by_subject(atlas: &Atlas<'_>, leak: &Leak) -> HashMap<String, Vec<Thing>> {
    let wanted = leak.records.iter();
    let wanted = wanted.filter(|record| !record.subject.is_empty());
    let mut found: HashMap<String, Vec<Thing>> = wanted
        .map(|record| (record.subject.clone(), Vec::new()))
        .collect();
    for row in 0..atlas.objects().len() as u32 {
        if let Some(things) = found.get_mut(atlas.objects().names(row).1) {
            let thing = atlas.thing_of_row(row);
            if !things.contains(&thing) {
                things.push(thing);
            }
        }
    }
    found
}

/// The things of one record.
pub fn things(
    atlas: &Atlas<'_>,
    record: &LeakRecord,
    by_subject: &HashMap<String, Vec<Thing>>,
) -> Vec<Thing> {
    let person = || by_subject.get(&record.subject).cloned().unwrap_or_default();
    if record.object.is_empty() {
        return person();
    }
    let thing = atlas.thing(record.object.as_bytes(), crate::sequence::NONE);
    match atlas.rows(thing).is_empty() {
        true => person(),
        false => atlas.each_of(thing),
    }
}

/// The records that the directory knows, each with the rows it may come from.
pub(super) fn known<'l>(atlas: &Atlas<'_>, leak: &'l Leak) -> Vec<Known<'l>> {
    let by_subject = by_subject(atlas, leak);
    let one = |record: &'l LeakRecord| {
        let things = things(atlas, record, &by_subject);
        let all: Vec<u32> = things
            .iter()
            .flat_map(|thing| atlas.rows(*thing).iter().copied())
            .collect();
        if all.is_empty() {
            return None;
        }
        let fits: Vec<u32> = all
            .iter()
            .copied()
            .filter(|row| fits(atlas, leak, record, *row))
            .collect();
        // A value that no row ever had dates nothing: the record stays, undated.
        let rows = if fits.is_empty() { all } else { fits };
        let spans = rows.iter().map(|row| atlas.row(*row).valid);
        let dating = joined(
            spans.map(|valid| (valid.from, valid.until)).collect(),
            leak.published,
        );
        Some(Known {
            record,
            things,
            rows,
            dating,
        })
    };
    leak.records.iter().filter_map(one).collect()
}

/// Whether a record may come from a row of `objects`.
fn fits(atlas: &Atlas<'_>, leak: &Leak, record: &LeakRecord, row: u32) -> bool {
    let object = atlas.row(row);
    let directory = atlas.directory;
    let said = leak
        .columns
        .iter()
        .zip(&record.values)
        .filter(|(_, value)| !value.is_empty());
    for (column, value) in said {
        let holds = match column.as_str() {
            "form" => object.form == *value,
            "controller" => atlas.controller_id(atlas.controller(row)) == value,
            "unit" => unit_named(atlas, object.unit, |unit| unit.id == *value) != Some(false),
            kind if is_kind(atlas, kind) => {
                unit_named(atlas, object.unit, |unit| {
                    unit.kind == kind && unit.id == *value
                }) == Some(true)
            }
            field => {
                !directory.objects_say_fields
                    || !is_optional(atlas, field)
                    || object.fields.iter().any(|f| f == field)
            }
        };
        if !holds {
            return false;
        }
    }
    true
}

fn is_kind(atlas: &Atlas<'_>, kind: &str) -> bool {
    let units = atlas.directory.units.as_deref().unwrap_or_default();
    units.iter().any(|unit| unit.kind == kind)
}

/// Whether some row names the category among its fields: only then has its absence a meaning.
fn is_optional(atlas: &Atlas<'_>, field: &str) -> bool {
    atlas.objects().name_field(field)
}

/// Whether a unit or one above it answers to a question; `None` where there is no unit.
fn unit_named(
    atlas: &Atlas<'_>,
    unit: Option<u32>,
    is: impl Fn(&crate::case::Unit) -> bool,
) -> Option<bool> {
    let units = atlas.directory.units.as_deref().unwrap_or_default();
    let mut at = Some(unit?);
    while let Some(unit) = at.and_then(|index| units.get(index as usize)) {
        if is(unit) {
            return Some(true);
        }
        at = unit.parent;
    }
    Some(false)
}

/// Intervals joined, cut at publication.
fn joined(mut spans: Dating, published: Option<Stamp>) -> Dating {
    for (_, until) in &mut spans {
        *until = match (*until, published) {
            (Some(until), Some(published)) => Some(until.min(published)),
            (until, published) => until.or(published),
        };
    }
    spans.retain(
        |(from, until)| !matches!((from, until), (Some(from), Some(until)) if from >= until),
    );
    spans.sort_by_key(|(from, _)| *from);
    let mut joined: Dating = Vec::new();
    for (from, until) in spans {
        match joined.last_mut() {
            Some((_, None)) => {}
            Some((_, Some(end))) if from.is_none_or(|from| from <= *end) => {
                let later = until.map(|until| until.max(*end));
                if let Some(last) = joined.last_mut() {
                    last.1 = later;
                }
            }
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// When all were taken.
pub(super) fn theft(known: &[Known<'_>], published: Option<Stamp>) -> Theft {
    let datable: Vec<&Known<'_>> = known
        .iter()
        .filter(|record| !record.dating.is_empty())
        .collect();
    let whole: Dating = vec![(None, published)];
    let dated = datable
        .iter()
        .filter(|record| record.dating != whole)
        .count();
    let edge = |open: i64| move |at: Option<Stamp>| at.map_or(open, |at| at.0);
    let (low, high) = (edge(i64::MIN), edge(i64::MAX));
    // A sweep over all ends: how many records allow each elementary window.
    let mut ends: BTreeMap<i64, i64> = BTreeMap::new();
    for (from, until) in datable.iter().flat_map(|record| &record.dating) {
        *ends.entry(low(*from)).or_default() += 1;
        *ends.entry(high(*until)).or_default() -= 1;
    }
    let mut running = 0;
    let counts: Vec<(i64, i64)> = ends
        .iter()
        .map(|(at, change)| {
            running += change;
            (*at, running)
        })
        .collect();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let forbid = datable.len() as i64 - most;
    let one_instant = !datable.is_empty() && forbid as f64 <= NOISE * datable.len() as f64;
    let instant = |at: i64| (at != i64::MIN && at != i64::MAX).then_some(Stamp(at));
    let mut windows: Dating = Vec::new();
    if one_instant {
        for pair in counts.windows(2).filter(|pair| pair[0].1 == most) {
            let (from, until) = (instant(pair[0].0), instant(pair[1].0));
            match windows.last_mut() {
                Some(last) if last.1 == from && from.is_some() => last.1 = until,
                _ => windows.push((from, until)),
            }
        }
    }
    let inside = |dating: &Dating| {
        windows.iter().any(|window| {
            dating
                .iter()
                .any(|span| low(span.0) <= low(window.0) && high(window.1) <= high(span.1))
        })
    };
    let contradicting = datable
        .iter()
        .filter(|record| !windows.is_empty() && !inside(&record.dating));
    let against: Vec<u64> = contradicting.map(|record| record.record.row).collect();
    let right = || {
        datable
            .iter()
            .filter(|record| !against.contains(&record.record.row))
    };
    let latest_start = right().filter_map(|record| record.dating.first()?.0).max();
    let earliest_end = right().filter_map(|record| record.dating.last()?.1).min();
    let start = datable
        .iter()
        .map(|record| record.dating.first().and_then(|span| span.0))
        .min()
        .flatten();
    Theft {
        dated,
        span: match (windows.first(), windows.last()) {
            (Some(first), Some(last)) => (first.0, last.1),
            _ => (start, published),
        },
        hull: (start, published),
        touched: (latest_start, earliest_end),
        forbid: forbid as usize,
        against,
        lasted: match (one_instant, earliest_end, latest_start) {
            (false, Some(end), Some(start)) if end <= start => Some((end, start)),
            _ => None,
        },
        windows,
        columns: Vec::new(),
    }
}
