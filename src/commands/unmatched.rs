//! Routes of the case that no request matches, while requests that no route matches are written nearly so: another
//! version, a plural, a letter's case, a prefix that a proxy adds or takes away, another method. What these requests
//! disclosed would be missing, and its controllers excluded. Where they bear IDs that the directory knows it is a slip
//! and refused; else it is said.

use std::collections::{BTreeMap, BTreeSet};

use super::unnamed::{READ, in_path, requests};
use super::{Ending, again};
use crate::case::{Case, Objects, RouteSpec};
use crate::coverage::SourceFacts;
use crate::format::Record;
use crate::format::target::{Target, decode};
use crate::pipeline::Input;
use crate::route::Router;
use crate::words::{counted, nearest};

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
/// Words of a path that may be written a little otherwise.
const WORDS: usize = 2;
/// Segments that a prefix may have, and how many prefixes are told apart.
const PREFIX: usize = 2;
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
    /// With more words behind it, or fewer: nothing but another route unless its requests bear the same IDs.
    Longer(String),
    /// With another word, which is nothing but another route unless its requests bear the same IDs.
    Other(String),
}

/// Requests of one shape.
#[derive(Default)]
struct Asked {
    requests: u64,
    answered: u64,
    sizes: BTreeSet<Option<u64>>,
    ids: BTreeSet<Vec<u8>>,
    known: usize,
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
    again::read(inputs, (READ, each), &mut see).map_err(Ending::failed)?;
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
        if let Some((shape, skip)) = wanted.near(&segments, method) {
            one.seen += 1;
            let asked = one.shapes.entry(shape).or_default();
            asked.add(record, wanted.route);
            if asked.ids.len() < IDS {
                asked.ids.extend(wanted.id(&segments, skip, &target));
            }
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
        let ids = asked.ids.iter();
        open.extend(ids.map(|id| (id.clone(), containers.contains(&**id))));
    }
    for object in objects {
        if let Some(known) = open.get_mut(object) {
            *known = true;
        }
    }
    for asked in found.iter_mut().flat_map(|one| one.shapes.values_mut()) {
        asked.known = asked.ids.iter().filter(|id| open[*id]).count();
    }
}

impl Asked {
    fn add(&mut self, record: &Record<'_>, route: &RouteSpec) {
        self.requests += 1;
        let content = record
            .bytes
            .is_none_or(|bytes| bytes >= route.empty_below.unwrap_or(1).max(1));
        if content && matches!(record.status, None | Some(200 | 203 | 206)) {
            self.answered += 1;
            if self.sizes.len() < SIZES {
                self.sizes.insert(record.bytes);
            }
        }
    }

    /// Whether it returns what the directory knows.
    fn is_data(&self) -> bool {
        let unsized_ = self.sizes.contains(&None);
        self.answered >= ANSWERED
            && (unsized_ || self.sizes.len() >= SIZES)
            && self.known > 0
            && self.known * 2 >= self.ids.len()
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
            all.answered += asked.answered;
            all.sizes.extend(asked.sizes);
            all.ids.extend(asked.ids);
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
            asked.answered,
            asked.known,
            counted(asked.ids.len() as u64, "ID"),
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
            asked.answered,
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
        }
    }
}

/// How far a path is from a template's shape.
#[derive(PartialEq, Eq)]
enum Apart {
    Not,
    /// It is written so.
    Little(String),
    Far(String),
    Quite,
}

/// A route's template, as far as nearness goes.
struct Wanted<'c> {
    route: &'c RouteSpec,
    /// Literals; none for a variable.
    parts: Vec<Option<&'c str>>,
    /// The place of the ID that it names, in the path.
    place: Option<usize>,
}

impl<'c> Wanted<'c> {
    /// `None` of a template that matches anything.
    fn of(route: &'c RouteSpec) -> Option<Wanted<'c>> {
        let segments = || route.path.split('/').filter(|part| !part.is_empty());
        let variable = |part: &str| part.starts_with('{') && part.ends_with('}');
        let within = |part: &str| part.contains('{') && !variable(part);
        // Of letters around an ID, and of a parameter's value, no word tells how far a request is.
        let other = !route.query.is_empty() || segments().any(within);
        if other || segments().any(|part| part.ends_with("*}")) || segments().all(variable) {
            return None;
        }
        let holder = route.object.as_ref().or(route.container.as_ref());
        let place =
            holder.and_then(|name| segments().position(|part| part == format!("{{{name}}}")));
        Some(Wanted {
            route,
            parts: segments()
                .map(|part| (!variable(part)).then_some(part))
                .collect(),
            place,
        })
    }

    /// How a path that no route matches is written, if nearly as the template; and how many segments stand before the
    /// template's, or of the template's are left out.
    fn near(&self, segments: &[String], method: &[u8]) -> Option<(Shape, isize)> {
        match self.apart(&self.parts, segments) {
            Apart::Not if self.route.method.is_empty() => return None,
            Apart::Not => return Some((Shape::Method(word(method)?), 0)),
            Apart::Little(path) => return Some((Shape::Path(path), 0)),
            Apart::Far(path) => return Some((Shape::Other(path), 0)),
            Apart::Quite => {}
        }
        let ahead = (1..=PREFIX).find_map(|more| {
            let cut = self
                .parts
                .get(more..)
                .filter(|rest| rest.iter().any(Option::is_some));
            let only_literals = self.parts.iter().take(more).all(Option::is_some);
            if let Some(rest) = cut.filter(|_| only_literals)
                && self.apart(rest, segments) == Apart::Not
            {
                return Some((Shape::Path(self.written(rest, &[])), -(more as isize)));
            }
            let (before, behind) = segments.split_at_checked(more)?;
            let named = before.iter().all(|one| is_word(one));
            (named && self.apart(&self.parts, behind) == Apart::Not).then(|| {
                let path = format!("/{}{}", before.join("/"), self.route.path);
                (Shape::Prefixed(path), more as isize)
            })
        });
        ahead.or_else(|| self.longer(segments))
    }

    /// A path that goes on with a few words behind the template, or ends so many of its words before it.
    fn longer(&self, segments: &[String]) -> Option<(Shape, isize)> {
        let (own, given) = (self.parts.len(), segments.len());
        let ends = self.parts.get(given..).unwrap_or_default();
        let more = segments.get(own..).unwrap_or_default();
        let both = own.min(given);
        let (parts, front) = (&self.parts[..both], &segments[..both]);
        let told = parts.iter().any(Option::is_some) && self.place.is_none_or(|at| at < both);
        let words = ends.iter().all(Option::is_some) && more.iter().all(|one| is_word(one));
        let near = (1..=PREFIX).contains(&own.abs_diff(given)) && told && words;
        (near && self.apart(parts, front) == Apart::Not).then(|| {
            let template = self.route.path.split('/').filter(|part| !part.is_empty());
            let all = template.take(both).chain(more.iter().map(String::as_str));
            let path = all.fold(String::new(), |path, word| path + "/" + word);
            (Shape::Longer(path), 0)
        })
    }

    /// How far a path is from the template's shape: words may differ in case and signs, two of them in a letter or two.
    fn apart(&self, parts: &[Option<&str>], segments: &[String]) -> Apart {
        if parts.len() != segments.len() {
            return Apart::Quite;
        }
        let mut others: Vec<(usize, &str)> = Vec::new();
        let (mut spelled, mut far) = (0, 0);
        for (at, (part, segment)) in parts.iter().zip(segments).enumerate() {
            let Some(literal) = part.filter(|literal| literal != segment) else {
                continue;
            };
            spelled += usize::from(bare(literal) != bare(segment));
            far += usize::from(!akin(literal, segment));
            others.push((at, segment));
        }
        let kept = parts.iter().flatten().count() > others.len();
        match (spelled, far) {
            (0, 0) if others.is_empty() => Apart::Not,
            (..=WORDS, 0) => Apart::Little(self.written(parts, &others)),
            (1, 1) if kept && others.iter().all(|(_, word)| is_word(word)) => {
                Apart::Far(self.written(parts, &others))
            }
            _ => Apart::Quite,
        }
    }

    /// The template with some of its words written otherwise.
    fn written(&self, parts: &[Option<&str>], others: &[(usize, &str)]) -> String {
        let own = self.route.path.split('/').filter(|part| !part.is_empty());
        let own = own.skip(self.parts.len() - parts.len());
        let words = own.enumerate().map(|(at, part)| {
            let other = others.iter().find(|(place, _)| *place == at);
            other.map_or(part, |(_, word)| *word)
        });
        words.fold(String::new(), |path, word| path + "/" + word)
    }

    /// The ID that a request would name.
    fn id(&self, segments: &[String], skip: isize, target: &Target<'_>) -> Option<Vec<u8>> {
        if let Some(place) = self.place {
            let place = usize::try_from(place as isize + skip).ok()?;
            return segments.get(place).map(|id| id.clone().into_bytes());
        }
        let holder = self.route.object.as_ref().or(self.route.container.as_ref());
        let name = holder.filter(|name| !in_path(self.route, name))?;
        let mut filled = target.parameters();
        let own = filled.find(|(key, value)| **key == *name.as_bytes() && !value.is_empty());
        own.map(|(_, value)| value.into_owned())
    }
}

/// Letters and digits, in lower case.
fn bare(word: &str) -> String {
    let kept = word.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether two words may be the same one: another case, other signs, singular and plural, a typing slip, another version.
fn akin(a: &str, b: &str) -> bool {
    let (bare_a, bare_b) = (bare(a), bare(b));
    let longer = |a: &str, b: &str| {
        a.strip_prefix(b)
            .is_some_and(|end| matches!(end, "s" | "es"))
    };
    let plural = longer(&bare_a, &bare_b) || longer(&bare_b, &bare_a);
    let version = |word: &str| {
        let digits = word.strip_prefix('v').unwrap_or(word);
        !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit())
    };
    bare_a == bare_b
        || bare_b.len() > 1 && plural
        || version(&bare_a) && version(&bare_b)
        || is_word(b) && nearest(a, [b]).is_some()
}

/// What a platform calls a part of its paths; anything else may be somebody's name or number.
pub(super) fn is_word(segment: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let letters = segment.chars().filter(char::is_ascii_alphabetic).count();
    segment.len() <= 30 && segment.chars().all(plain) && letters * 2 > segment.len()
        || segment.len() == 2
            && segment.starts_with(['v', 'V'])
            && segment.ends_with(|c: char| c.is_ascii_digit())
}

fn word(method: &[u8]) -> Option<String> {
    let word = std::str::from_utf8(method).ok()?;
    (word.len() <= 10 && word.bytes().all(|b| b.is_ascii_alphabetic())).then(|| word.to_owned())
}
