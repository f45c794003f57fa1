//! Requests that no route of the case matches and that name IDs which the directory knows: what they returned is counted
//! nowhere, and nobody is excluded beside them. Only said where the IDs may be other things' of the same numbers; and not
//! refused, because a lock of a record may be no data of anybody.
//!
//! Only the beginnings of the logs are looked at. Routes that no request matches are `unmatched`'s.

use std::collections::BTreeMap;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::unmatched::{Answers, is_word, parameters};
use super::{Ending, again};
use crate::case::{Case, Objects};
use crate::claims::Elsewhere;
use crate::format::Record;
use crate::format::target::{Target, decode, within};
use crate::pipeline::Input;
use crate::route::Router;
use crate::words::counted;

/// Ways of writing that are told apart.
const SHAPES: usize = 200;
/// Different IDs from which it is data of objects that is returned.
const DIFFERENT: usize = 10;
/// Ways of writing that are told.
const TOLD: usize = 3;
/// Minus the logarithm of how likely so many known IDs may be where they are other things' (a Chernoff bound).
const SURPRISE: f64 = 14.0;

/// How requests are written: the path with `{…}` for what is no word, and which of these, or which parameter, is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Shape {
    path: String,
    /// The place in the path; none for a parameter.
    at: Option<usize>,
    parameter: String,
}

/// What was seen of them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Unlisted(Vec<(Shape, Answers)>);

/// Looks at the beginnings of the logs.
///
/// # Errors
/// A log cannot be read again.
pub(super) fn look(case: &Case, inputs: &[Input]) -> Result<Unlisted, Ending> {
    let router = Router::new(&case.routes, case.ignore_case);
    let mut shapes: BTreeMap<Shape, Answers> = BTreeMap::new();
    let mut see = |record: &Record<'_>| {
        see(record, &router, &mut shapes);
        false
    };
    again::beginnings(inputs, &mut see)?;
    shapes.retain(|_, asked| asked.vary() && asked.ids.len() >= DIFFERENT);
    Ok(Unlisted(shapes.into_iter().collect()))
}

fn see(record: &Record<'_>, router: &Router, shapes: &mut BTreeMap<Shape, Answers>) {
    let answered = matches!(record.status, None | Some(200 | 203 | 206))
        && record.bytes.is_none_or(|bytes| bytes > 0);
    let method = record.method.as_deref().unwrap_or(b"GET");
    let raw = record.target.as_deref().filter(|_| answered);
    let Some(raw) = raw.filter(|raw| {
        !matches!(method, b"HEAD" | b"OPTIONS") && router.find_raw(method, raw).is_none()
    }) else {
        return;
    };
    let target = Target::read(raw);
    let segments = target.segments().map(decode);
    let segments: Vec<Vec<u8>> = segments.map(|one| one.into_owned()).collect();
    let word = |segment: &[u8]| {
        let word = std::str::from_utf8(segment).ok();
        word.filter(|word| is_word(word)).map(str::to_owned)
    };
    let around = |segment: &[u8]| {
        let (before, own, behind) = within(segment)?;
        let (before, behind) = (std::str::from_utf8(before), std::str::from_utf8(behind));
        Some((
            format!("{}{{…}}{}", before.ok()?, behind.ok()?),
            own.to_vec(),
        ))
    };
    let words: Vec<Option<String>> = segments.iter().map(|one| word(one)).collect();
    let path = words.iter().fold(String::new(), |path, word| {
        path + "/" + word.as_deref().unwrap_or("{…}")
    });
    let mut note = |shape: Shape, id: Vec<u8>| {
        if shapes.len() >= SHAPES && !shapes.contains_key(&shape) {
            return;
        }
        let asked = shapes.entry(shape).or_default();
        asked.add(record.bytes);
        asked.name(Some(id));
    };
    let places = segments.iter().cloned().zip(&words).enumerate();
    for (at, (id, _)) in places.filter(|(_, (_, word))| word.is_none()) {
        let shape = Shape {
            path: path.clone(),
            at: Some(at),
            parameter: String::new(),
        };
        note(shape, id);
    }
    for (at, segment) in segments.iter().enumerate() {
        let Some((written, own)) = around(segment) else {
            continue;
        };
        let parts = words
            .iter()
            .enumerate()
            .map(|(place, word)| match place == at {
                true => written.as_str(),
                false => word.as_deref().unwrap_or("{…}"),
            });
        let shape = Shape {
            path: parts.fold(String::new(), |path, part| path + "/" + part),
            at: Some(at),
            parameter: String::new(),
        };
        note(shape, own);
    }
    for (name, value) in parameters(&target) {
        if !value.is_empty() && is_name(&name) {
            let shape = Shape {
                path: path.clone(),
                at: None,
                parameter: name,
            };
            note(shape, value);
        }
    }
}

/// What a program would call a parameter; anything else may be somebody's name or number.
fn is_name(name: &str) -> bool {
    let mut parts = name.split(['.', '[', ']', '$', ':']);
    !name.is_empty() && parts.all(|part| part.is_empty() || is_word(part))
}

impl Unlisted {
    /// What to say where most of their IDs are the directory's.
    pub fn elsewhere(&self, objects: Option<&Objects>) -> Option<Elsewhere> {
        let all = self.0.iter().flat_map(|(_, asked)| &asked.ids);
        let open: HashSet<&[u8]> = all.map(Vec::as_slice).collect();
        let objects = objects.filter(|_| !open.is_empty())?;
        let names = objects.iter().map(|row| row.object.as_bytes());
        let found: HashSet<&[u8]> = names.filter(|id| open.contains(id)).collect();
        let mut told: Vec<(&Shape, &Answers, usize)> = Vec::new();
        for (shape, asked) in &self.0 {
            let known = asked.ids.iter().filter(|id| found.contains(id.as_slice()));
            let known = known.count();
            if known >= DIFFERENT && known * 2 > asked.ids.len() {
                told.push((shape, asked, known));
            }
        }
        if told.is_empty() {
            return None;
        }
        told.sort_by_key(|(shape, asked, _)| (std::cmp::Reverse(asked.answered), *shape));
        let mut numbers: Vec<u64> = objects
            .iter()
            .filter_map(|row| number(row.object.as_bytes()))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut told_of = told.iter();
        let widens = told_of.any(|(_, asked, known)| !by_chance(asked, *known, &numbers));
        let some: Vec<String> = told.iter().take(TOLD).map(|one| one.0.said(one)).collect();
        Some(Elsewhere {
            sentence: format!(
                "requests that no route matches were answered and name IDs that the directory knows, at the beginning of the \
                 logs {}: what they returned is counted nowhere; give each a [[route]], without `object`, `container` and \
                 `discloses` if it returns nothing about anybody",
                some.join("; ")
            ),
            widens,
        })
    }
}

fn number(id: &[u8]) -> Option<u64> {
    let digits = !id.is_empty() && id.len() < 19 && id.iter().all(u8::is_ascii_digit);
    digits.then(|| {
        id.iter()
            .fold(0, |n, digit| n * 10 + u64::from(digit - b'0'))
    })
}

/// Whether IDs may be other things', which have numbers in the same range: as many of those would be known. `numbers`: the
/// directory's, sorted.
fn by_chance(asked: &Answers, known: usize, numbers: &[u64]) -> bool {
    let own: Vec<u64> = asked.ids.iter().filter_map(|id| number(id)).collect();
    let (Some(first), Some(last)) = (own.iter().min(), own.iter().max()) else {
        return false;
    };
    let within = numbers.partition_point(|n| n <= last) - numbers.partition_point(|n| n < first);
    let (share, density) = (
        known as f64 / asked.ids.len() as f64,
        within as f64 / (last - first + 1) as f64,
    );
    let n = asked.ids.len() as f64;
    let surprise = |is: f64, would: f64| {
        if is > 0.0 {
            is * (is / would).ln()
        } else {
            0.0
        }
    };
    let beyond = n * (surprise(share, density) + surprise(1.0 - share, 1.0 - density));
    share <= density || beyond < SURPRISE
}

impl Shape {
    fn said(&self, (_, asked, known): &(&Shape, &Answers, usize)) -> String {
        let place = match self.at {
            None => format!("?{}=", self.parameter),
            Some(at) if self.path.matches("{…}").count() > 1 => {
                format!(" (part {} of the path)", at + 1)
            }
            Some(_) => String::new(),
        };
        format!(
            "{} {}{place}, {known} of {} known",
            counted(asked.answered, "request"),
            self.path,
            counted(asked.ids.len() as u64, "ID")
        )
    }
}
