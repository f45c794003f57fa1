//! Requests that no route of the case matches and that name IDs which the directory knows: what they returned is counted
//! nowhere. Said, and not refused, because a picture or a lock of a record may be no data of anybody.
//!
//! Only the beginnings of the logs are looked at. Routes that no request matches are `unmatched`'s.

use std::collections::BTreeMap;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::unmatched::{Answers, is_word, parameters};
use super::{Ending, again};
use crate::case::{Case, Objects};
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
    pub fn remark(&self, objects: Option<&Objects>) -> Option<String> {
        let all = self.0.iter().flat_map(|(_, asked)| &asked.ids);
        let open: HashSet<&[u8]> = all.map(Vec::as_slice).collect();
        let objects = objects.filter(|_| !open.is_empty())?;
        let objects = objects.iter().map(|row| row.object.as_bytes());
        let found: HashSet<&[u8]> = objects.filter(|id| open.contains(id)).collect();
        let mut told: Vec<(&Shape, &Answers, usize)> = Vec::new();
        for (shape, asked) in &self.0 {
            let known = asked.ids.iter().filter(|id| found.contains(id.as_slice()));
            let known = known.count();
            if known >= DIFFERENT && known * 2 > asked.ids.len() {
                told.push((shape, asked, known));
            }
        }
        told.sort_by_key(|(shape, asked, _)| (std::cmp::Reverse(asked.answered), *shape));
        let some: Vec<String> = told.iter().take(TOLD).map(|one| one.0.said(one)).collect();
        (!some.is_empty()).then(|| {
            format!(
                "requests that no route matches were answered and name IDs that the directory knows, at the beginning of the \
                 logs {}: what they returned is counted nowhere; give each a [[route]], unless it returns nothing about \
                 anybody",
                some.join("; ")
            )
        })
    }
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
