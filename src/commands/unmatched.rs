//! Routes of the case that no request matches, while requests that no route matches are written nearly so: another
//! version, a plural, a letter's case, a prefix that a proxy adds or takes away, other letters around the ID, another method,
//! a slip in what the query says. What these requests disclosed would be missing, and its controllers excluded. Where they bear IDs that the directory knows it is a slip
//! and refused; else it is said.

mod near;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::unnamed::{READ, requests};
use super::{Ending, again};
use crate::case::{Case, Objects, RouteSpec};
use crate::coverage::SourceFacts;
use crate::format::Record;
use crate::format::target::{Target, decode};
use crate::pipeline::Input;
use crate::route::Router;
use crate::words::counted;
use near::Wanted;
pub(super) use near::{bare, is_word, parameters};

/// Bytes of each log that are looked at, at least.
const EACH: u64 = 4 << 20;
/// Near requests of a route that are enough.
const ENOUGH: u64 = 1000;
/// Different IDs that are held against the directory.
const IDS: usize = 200;
/// Answered requests and different sizes of them, from which it is data that is returned: a page that answers everything
/// with 200 has one size.
const ANSWERED: u64 = 10;
const SIZES: usize = 5;
/// Prefixes that are told apart.
const PREFIXES: usize = 3;

/// A route that no request matches, and what nearly matches it.
pub(super) struct Unmatched {
    /// Index of the route.
    pub route: usize,
    seen: u64,
    shapes: BTreeMap<Shape, Asked>,
}

/// How the requests are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Path(String),
    Prefixed(String),
    Method(String),
    /// What the query says, as a case writes it.
    Query(String),
    /// With more words behind it, or fewer: nothing but another route unless its requests bear the same IDs.
    Longer(String),
    /// With another word, which is nothing but another route unless its requests bear the same IDs.
    Other(String),
}

/// Requests of one shape.
#[derive(Default)]
struct Asked {
    requests: u64,
    answers: Answers,
    known: usize,
}

/// What requests that were answered with content returned.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Answers {
    pub answered: u64,
    sizes: BTreeSet<Option<u64>>,
    pub ids: BTreeSet<Vec<u8>>,
}

/// Holds a scan's routes against the requests that none of them matches: what to say.
///
/// # Errors
/// One is a slip, or a log cannot be read again.
pub(super) fn check(
    case: &Case,
    inputs: &[Input],
    sources: &[SourceFacts],
) -> Result<Vec<String>, Ending> {
    let asked = requests(case, sources);
    let routes = (0..case.routes.len()).filter(|route| !asked.contains_key(route));
    let asked_for: Vec<usize> = asked.keys().copied().collect();
    let found = look(case, inputs, routes.collect())?;
    let mut remarks = Vec::new();
    for one in &found {
        let Some((shape, asked)) = one.most() else {
            continue;
        };
        let single = |route: usize| case.routes[route].object.is_some();
        let slip = match shape {
            Shape::Other(_) => false,
            // Where others of its kind are asked for, it may be a route that the case leaves out.
            Shape::Longer(_) => asked_for
                .iter()
                .all(|other| single(*other) != single(one.route)),
            _ => true,
        };
        if asked.is_data() && slip {
            return Err(one.refusal(case, shape, asked));
        }
        remarks.extend(one.sentence(&case.routes[one.route]));
    }
    Ok(remarks)
}

/// Looks for what nearly matches some routes, of which none has a request.
///
/// # Errors
/// A log cannot be read again.
pub(super) fn look(
    case: &Case,
    inputs: &[Input],
    routes: Vec<usize>,
) -> Result<Vec<Unmatched>, Ending> {
    let is_logged = |route: &usize| {
        let mut logs = case.sources.iter().map(|source| &source.logs_routes);
        logs.any(|routes| routes.as_ref().is_none_or(|own| own.contains(route)))
    };
    let mut found: Vec<(Wanted<'_>, Unmatched)> = routes
        .into_iter()
        .filter(is_logged)
        .filter_map(|route| {
            let none = Unmatched {
                route,
                seen: 0,
                shapes: BTreeMap::new(),
            };
            Some((Wanted::of(&case.routes[route])?, none))
        })
        .collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let router = Router::new(&case.routes, case.ignore_case);
    let each = (READ / inputs.len().max(1) as u64).max(EACH);
    let mut see = |record: &Record<'_>| {
        see(record, &router, &mut found);
        found.iter().all(|(_, one)| one.seen >= ENOUGH)
    };
    again::read(inputs, (READ, each), &mut see)?;
    let mut found: Vec<Unmatched> = found.into_iter().map(|(_, one)| one).collect();
    found.retain(|one| one.seen > 0);
    for one in &mut found {
        one.join_prefixes(&case.routes[one.route]);
    }
    know(case, &mut found);
    for one in &mut found {
        let other = |shape: &Shape| matches!(shape, Shape::Longer(_) | Shape::Other(_));
        one.shapes
            .retain(|shape, asked| !other(shape) || asked.is_data());
    }
    Ok(found)
}

fn see(record: &Record<'_>, router: &Router, found: &mut [(Wanted<'_>, Unmatched)]) {
    let Some(raw) = record.target.as_deref() else {
        return;
    };
    let method = record.method.as_deref().unwrap_or(b"GET");
    if matches!(method, b"HEAD" | b"OPTIONS") || router.find_raw(method, raw).is_some() {
        return;
    }
    let target = Target::read(raw);
    let segments: Vec<String> = target.segments().map(words).collect();
    for (wanted, one) in found.iter_mut().filter(|(_, one)| one.seen < ENOUGH) {
        if let Some((shape, skip)) = wanted.near(&segments, method, &target) {
            one.seen += 1;
            let asked = one.shapes.entry(shape).or_default();
            asked.add(record, wanted.route);
            asked.answers.name(wanted.id(&segments, skip, &target));
        }
    }
}

fn words(segment: &[u8]) -> String {
    String::from_utf8_lossy(&decode(segment)).into_owned()
}

/// Counts the IDs that the directory knows.
fn know(case: &Case, found: &mut [Unmatched]) {
    let objects = case.directory.objects.iter().flat_map(Objects::iter);
    let objects = objects.map(|row| row.object.as_bytes());
    let members = case.directory.members.iter().flatten();
    let containers: BTreeSet<&[u8]> = members.map(|row| row.container.as_bytes()).collect();
    let mut open: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
    for asked in found.iter().flat_map(|one| one.shapes.values()) {
        let ids = asked.answers.ids.iter();
        open.extend(ids.map(|id| (id.clone(), containers.contains(&**id))));
    }
    for object in objects {
        if let Some(known) = open.get_mut(object) {
            *known = true;
        }
    }
    for asked in found.iter_mut().flat_map(|one| one.shapes.values_mut()) {
        asked.known = asked.answers.ids.iter().filter(|id| open[*id]).count();
    }
}

impl Asked {
    fn add(&mut self, record: &Record<'_>, route: &RouteSpec) {
        self.requests += 1;
        let content = record
            .bytes
            .is_none_or(|bytes| bytes >= route.empty_below.unwrap_or(1).max(1));
        if content && matches!(record.status, None | Some(200 | 203 | 206)) {
            self.answers.add(record.bytes);
        }
    }

    /// Whether it returns what the directory knows.
    fn is_data(&self) -> bool {
        self.answers.vary() && self.known > 0 && self.known * 2 >= self.answers.ids.len()
    }
}

impl Answers {
    pub fn add(&mut self, bytes: Option<u64>) {
        self.answered += 1;
        if self.sizes.len() < SIZES {
            self.sizes.insert(bytes);
        }
    }

    pub fn name(&mut self, id: Option<Vec<u8>>) {
        if self.ids.len() < IDS {
            self.ids.extend(id);
        }
    }

    /// Whether they are many and of many sizes.
    pub fn vary(&self) -> bool {
        let varied = self.sizes.contains(&None) || self.sizes.len() >= SIZES;
        self.answered >= ANSWERED && varied
    }
}

impl Unmatched {
    /// The shape of most requests.
    fn most(&self) -> Option<(&Shape, &Asked)> {
        let mut shapes: Vec<_> = self.shapes.iter().collect();
        shapes.sort_by_key(|(shape, asked)| (std::cmp::Reverse(asked.requests), *shape));
        shapes.first().copied()
    }

    /// Many prefixes are a variable, such as the tenant's name, which nobody needs to read here.
    fn join_prefixes(&mut self, route: &RouteSpec) {
        let is_prefixed = |shape: &Shape| matches!(shape, Shape::Prefixed(_));
        if self
            .shapes
            .keys()
            .filter(|shape| is_prefixed(shape))
            .count()
            <= PREFIXES
        {
            return;
        }
        let mut all = Asked::default();
        let shapes = std::mem::take(&mut self.shapes);
        for (shape, asked) in shapes {
            if !is_prefixed(&shape) {
                self.shapes.insert(shape, asked);
                continue;
            }
            all.requests += asked.requests;
            all.answers.answered += asked.answers.answered;
            all.answers.sizes.extend(asked.answers.sizes);
            all.answers.ids.extend(asked.answers.ids);
        }
        let path = format!("/{{prefix}}{}", route.path);
        self.shapes.insert(Shape::Prefixed(path), all);
    }

    fn many(&self, asked: &Asked) -> String {
        let at_least = if self.seen >= ENOUGH { "at least " } else { "" };
        format!("{at_least}{}", counted(asked.requests, "request"))
    }

    fn refusal(&self, case: &Case, shape: &Shape, asked: &Asked) -> Ending {
        let route = &case.routes[self.route];
        let what = format!(
            "no request matches the route, but {} that no route matches {}, {} of them answered with content, and {} of {} \
             they name are known to the directory",
            self.many(asked),
            shape.said(),
            asked.answers.answered,
            asked.known,
            counted(asked.answers.ids.len() as u64, "ID"),
        );
        let (key, write) = shape.remedy();
        let remedy = format!(
            "{write}, or give these requests a [[route]] of their own; as it stands nobody would count what they disclosed, \
             and controllers would be excluded for it"
        );
        let said = (what.as_str(), remedy.as_str());
        Ending::usage(case.written.complain("route", &route.name, key, said))
    }

    /// What to say where it may be something else.
    pub(super) fn sentence(&self, route: &RouteSpec) -> Option<String> {
        let (shape, asked) = self.most()?;
        let (_, write) = shape.remedy();
        Some(format!(
            "no request matches the route \"{}\" ({}), but {} that no route matches {}, {} of them answered with content: if \
             that is the route, {write}; what they disclosed is not counted here",
            route.name,
            route.path,
            self.many(asked),
            shape.said(),
            asked.answers.answered,
        ))
    }
}

impl Shape {
    fn said(&self) -> String {
        match self {
            Shape::Path(path)
            | Shape::Prefixed(path)
            | Shape::Longer(path)
            | Shape::Other(path) => {
                format!("are written {path}")
            }
            Shape::Method(method) => format!("ask for its path by {method}"),
            Shape::Query(query) => format!("ask for its path with {query}"),
        }
    }

    /// The key that is wrong, and what to write there.
    fn remedy(&self) -> (&'static str, String) {
        match self {
            Shape::Path(path)
            | Shape::Prefixed(path)
            | Shape::Longer(path)
            | Shape::Other(path) => ("path", format!("write path = \"{path}\"")),
            Shape::Method(method) => ("method", format!("add \"{method}\" to its method")),
            Shape::Query(query) => ("query", format!("write query = {query}")),
        }
    }
}
