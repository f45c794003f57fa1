//! Record -> what was asked for: the route, the object and container IDs, the page.
//!
//! Knows templates and parameters, not accounts, scope or disclosure. `extract` runs it over the lines
//! of a chunk.

mod clock;
pub mod content;
mod dark;
pub mod disclosure;
pub mod extract;
mod hours;
mod kept;
mod named;
mod numbers;
mod part;
mod series;
mod template;

use std::borrow::Cow;

use crate::case::{PageSpec, RouteSpec};
use crate::format::target::Target;
pub use clock::{Clock, KEPT, Mark, TOLERANCE};
pub use dark::BLOCK;
pub use hours::{Counted, Hours, Lane, Seen};
pub use named::flat;
pub use numbers::{Numbers, Run};
pub use series::{Series, minute};
use template::{MOST_SEGMENTS, Segments, Template};

/// The case's routes, compiled.
#[derive(Clone, Debug)]
pub struct Router {
    /// Most specific first: literals beat variables, place by place, then what asks for more of the query; ties in the
    /// order of the case.
    routes: Vec<Route>,
    /// What the templates' paths begin with, up to the first variable.
    beginnings: Vec<Vec<u8>>,
    ignore_case: bool,
}

#[derive(Clone, Debug)]
struct Route {
    index: u16,
    template: Template,
    methods: Vec<String>,
    query: Vec<(String, String)>,
    ignore_case: bool,
    object: Option<Place>,
    container: Option<Place>,
    page: Option<PageSpec>,
    /// What a raw line must hold to ask for it; empty for a template without a literal.
    literal: Vec<u8>,
    /// What stands before its first variable.
    beginning: Vec<u8>,
    /// The segments in which object and container stand, for a route that asks nothing but the path for them.
    plain: Option<(Option<usize>, Option<usize>)>,
}

/// Where an ID stands.
#[derive(Clone, Debug)]
enum Place {
    Path(String),
    Query(String),
}

/// What one request asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked<'t> {
    /// Index of the route in the case.
    pub route: u16,
    /// Object IDs in the order of the request, decoded.
    pub objects: Vec<Cow<'t, [u8]>>,
    /// The container's ID, decoded.
    pub container: Option<Cow<'t, [u8]>>,
    /// Further containers that the same parameter names: which of them was read out the platform knows alone.
    pub others: Vec<Cow<'t, [u8]>>,
    /// Which members of the container.
    pub page: Page,
}

/// A slice of a container's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// All of them.
    All,
    /// From the member with this number (from 0), so many.
    Slice {
        /// Members passed over.
        skip: u32,
        /// Members asked for.
        take: u32,
    },
    /// The request's own figures cannot be read.
    Unreadable,
}

impl Router {
    /// Compiles the routes of a case.
    pub fn new(routes: &[RouteSpec], ignore_case: bool) -> Router {
        let mut compiled: Vec<Route> = routes
            .iter()
            .enumerate()
            .map(|(index, spec)| Route::new(index, spec, ignore_case))
            .collect();
        compiled.sort_by_key(|route| {
            let conditions = std::cmp::Reverse(route.query.len());
            (route.template.rank(), conditions, route.index)
        });
        let mut beginnings: Vec<Vec<u8>> = compiled
            .iter()
            .map(|route| route.template.beginning())
            .collect();
        beginnings.sort();
        beginnings.dedup();
        Router {
            routes: compiled,
            beginnings,
            ignore_case,
        }
    }

    /// What a request asked for; `None` where no route fits.
    ///
    /// An encoded slash separates nothing by the letter, yet some servers take it for one: where no route
    /// fits otherwise, it is read so.
    pub fn find<'t>(&self, method: &[u8], target: &'t Target<'t>) -> Option<Asked<'t>> {
        let plain = self.find_plain(method, target);
        if plain.is_some() || memchr::memmem::find(target.path(), b"%2F").is_none() {
            return plain;
        }
        let mut raw = slashes_decoded(target.path());
        if let Some(query) = target.raw_query() {
            raw.push(b'?');
            raw.extend_from_slice(query);
        }
        let decoded = Target::read(&raw);
        self.find_plain(method, &decoded).map(Asked::into_owned)
    }

    /// [`Router::find`] for a target as the log writes it. Paths that need no decoding, which are nearly all, are
    /// matched segment by segment; the others take the long way.
    #[inline]
    pub fn find_raw<'t>(&self, method: &[u8], raw: &'t [u8]) -> Option<Asked<'t>> {
        let end = memchr::memchr2(b'?', b'#', raw).unwrap_or(raw.len());
        let (path, query) = raw.split_at(end);
        let own_form = template::is_its_own_form(path);
        if own_form && !self.may_begin(path) {
            return None;
        }
        let mut segments = Segments::none();
        if !own_form || segments.fill(path).is_none() {
            return self.find(method, &Target::read(raw)).map(Asked::into_owned);
        }
        let fits = |route: &&Route| {
            route.template.fits_segments(&segments) && route.takes(method) && route.is_meant(query)
        };
        let route = self.routes.iter().find(fits)?;
        let asked = route.read_plain(&segments, query);
        Some(asked.unwrap_or_else(|| route.read(&Target::read(raw)).into_owned()))
    }

    /// Whether a path without escapes begins as one of the templates does.
    #[inline]
    fn may_begin(&self, path: &[u8]) -> bool {
        self.beginnings.iter().any(|beginning| {
            let there = path.get(..beginning.len());
            there.is_some_and(|there| match self.ignore_case {
                true => there.eq_ignore_ascii_case(beginning),
                false => there == beginning,
            })
        })
    }

    fn find_plain<'t>(&self, method: &[u8], target: &'t Target<'t>) -> Option<Asked<'t>> {
        let path = target.path();
        self.routes
            .iter()
            .find(|route| {
                let fits = route.takes(method) && route.template.fits(path);
                fits && route.is_meant_by(target)
            })
            .map(|route| route.read(target))
    }

    /// Whether bytes that could not be read as a line may hide a request for one of the routes: they
    /// hold the longest literal part of some template (or a template has none).
    pub fn may_hide_in(&self, bytes: &[u8]) -> bool {
        let holds = |bytes: &[u8]| {
            let mut routes = self.routes.iter();
            routes.any(|route| memchr::memmem::find(bytes, &route.literal).is_some())
        };
        holds(bytes) || holds(&self.plainly(bytes))
    }

    /// A line with what a target may be written otherwise in: escapes of bytes and slashes, slashes that come twice, a letter's
    /// case.
    fn plainly(&self, bytes: &[u8]) -> Vec<u8> {
        let mut plain: Vec<u8> = Vec::with_capacity(bytes.len());
        for byte in crate::format::target::decode(bytes).iter() {
            match (byte, plain.last()) {
                (b'/', Some(b'\\')) => {
                    plain.pop();
                    plain.push(b'/');
                }
                (b'/', Some(b'/')) => {}
                _ => plain.push(*byte),
            }
            if plain.ends_with(b"/./") {
                plain.truncate(plain.len() - 2);
            }
        }
        if self.ignore_case {
            plain.make_ascii_lowercase();
        }
        plain
    }

    /// The same for a line of which the end is missing: what stands where its target begins may be the beginning of a route's.
    /// A line that ends before that tells nothing, as any other that cannot be read.
    pub fn may_hide_in_cut(&self, bytes: &[u8]) -> bool {
        let line = self.plainly(bytes);
        let ends = |byte: &u8| b" \t\"'".contains(byte);
        let from = |at: usize| {
            let before = at.checked_sub(1).map(|before| line[before]);
            before.is_some_and(|before| b" \t\"'=,".contains(&before))
        };
        // Behind the host of an absolute form, too, whose two slashes are one now.
        let host = memchr::memmem::rfind(&line, b":/").map(|at| at + 2);
        let host = host.and_then(|at| Some(at + memchr::memchr(b'/', &line[at..])?));
        let places = memchr::memchr_iter(b'/', &line).filter(|at| from(*at));
        let mut targets = places.chain(host).map(|from| &line[from..]);
        let begins = |target: &[u8]| {
            let begins = |route: &Route| {
                let own = route.beginning.as_slice();
                own.starts_with(target) || own.len() > 1 && target.starts_with(own)
            };
            target.len() > 1 && !target.iter().any(ends) && self.routes.iter().any(begins)
        };
        self.may_hide_in(bytes) || targets.any(begins)
    }
}

impl Route {
    fn new(index: usize, spec: &RouteSpec, ignore_case: bool) -> Route {
        let template = Template::new(&spec.path, ignore_case);
        let place = |name: &String| match template.has(name) {
            true => Place::Path(name.clone()),
            false => Place::Query(name.clone()),
        };
        let as_asked = |text: &[u8]| match ignore_case {
            true => text.to_ascii_lowercase(),
            false => text.to_vec(),
        };
        let object = spec.object.as_ref().map(place);
        let container = spec.container.as_ref().map(place);
        let segment = |place: &Option<Place>| match place {
            None => Some(None),
            Some(Place::Path(name)) => template.place(name).map(Some),
            Some(Place::Query(_)) => None,
        };
        let plain = segment(&object).zip(segment(&container));
        Route {
            index: u16::try_from(index).unwrap_or(u16::MAX),
            plain: plain.filter(|_| template.len() <= MOST_SEGMENTS),
            object,
            container,
            methods: spec.method.clone(),
            query: spec.query.clone(),
            ignore_case,
            page: spec.page.clone(),
            literal: as_asked(&template.longest_literal()),
            beginning: as_asked(spec.path.split('{').next().unwrap_or_default().as_bytes()),
            template,
        }
    }

    /// HEAD and OPTIONS on a route that answers GET are attempts at the same thing.
    fn takes(&self, method: &[u8]) -> bool {
        let named = |want: &str| want.as_bytes().eq_ignore_ascii_case(method);
        self.methods.is_empty()
            || self.methods.iter().any(|want| named(want))
            || (named("HEAD") && self.methods.iter().any(|want| want == "GET"))
            || named("OPTIONS")
    }

    /// Whether a query, with its question mark, says what the case wants there.
    fn is_meant(&self, query: &[u8]) -> bool {
        self.query.is_empty() || self.is_meant_by(&Target::read(query))
    }

    fn is_meant_by(&self, target: &Target<'_>) -> bool {
        let mut wanted = self.query.iter();
        wanted.all(|(name, value)| named::carries(target, (name, value), self.ignore_case))
    }

    /// What a request for a path without escapes asks for; `None` where that takes more than its segments.
    fn read_plain<'t>(&self, segments: &Segments<'t>, query: &[u8]) -> Option<Asked<'t>> {
        let (object, container) = self.plain?;
        let id = |at: usize| {
            let id = segments.get(at);
            (memchr::memchr3(b',', b'{', b'|', id).is_none()).then_some(Cow::Borrowed(id))
        };
        let page = match &self.page {
            None => Page::All,
            Some(spec) => page(spec, &Target::read(query), self.ignore_case),
        };
        Some(Asked {
            route: self.index,
            objects: match object {
                Some(at) => vec![id(at)?],
                None => Vec::new(),
            },
            container: match container {
                Some(at) => Some(id(at)?),
                None => None,
            },
            others: Vec::new(),
            page,
        })
    }

    fn read<'t>(&self, target: &'t Target<'t>) -> Asked<'t> {
        let objects = self
            .object
            .as_ref()
            .map_or_else(Vec::new, |place| self.ids(place, target));
        let containers = self.container.as_ref();
        let containers = containers.map_or_else(Vec::new, |place| self.values(place, target));
        let mut others: Vec<Cow<'t, [u8]>> = Vec::new();
        for id in containers {
            if !id.is_empty() && !is_placeholder(&id) && !others.contains(&id) {
                others.push(id);
            }
        }
        let container = (!others.is_empty()).then(|| others.remove(0));
        let page = match (&self.page, others.is_empty()) {
            (_, false) => Page::Unreadable,
            (None, true) => Page::All,
            (Some(spec), true) => page(spec, target, self.ignore_case),
        };
        Asked {
            route: self.index,
            objects,
            container,
            others,
            page,
        }
    }

    /// Object IDs: the place's values, each split at commas, doubles of one request kept once.
    fn ids<'t>(&self, place: &Place, target: &'t Target<'t>) -> Vec<Cow<'t, [u8]>> {
        let mut ids: Vec<Cow<'t, [u8]>> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for value in self.values(place, target) {
            for id in named::split(value) {
                if !id.is_empty() && !is_placeholder(&id) && seen.insert(id.to_vec()) {
                    ids.push(id);
                }
            }
        }
        ids
    }

    fn values<'t>(&self, place: &Place, target: &'t Target<'t>) -> Vec<Cow<'t, [u8]>> {
        match place {
            Place::Path(name) => match self.template.value(name, target.path()) {
                Some(value) => {
                    let more: Vec<_> = target.listed_with(&value).collect();
                    std::iter::once(value).chain(more).collect()
                }
                None => Vec::new(),
            },
            Place::Query(name) => named::values(target, name, self.ignore_case),
        }
    }
}

impl Asked<'_> {
    fn into_owned(self) -> Asked<'static> {
        let own = |id: Cow<'_, [u8]>| Cow::Owned(id.into_owned());
        Asked {
            route: self.route,
            objects: self.objects.into_iter().map(own).collect(),
            container: self.container.map(own),
            others: self.others.into_iter().map(own).collect(),
            page: self.page,
        }
    }
}

/// A gateway that logs its route (`/pets/{petId}`) instead of the path logs no ID: the braces and a
/// variable's name. An ID that is a GUID in braces is one.
fn is_placeholder(id: &[u8]) -> bool {
    let Some(name) = id.strip_prefix(b"{").and_then(|id| id.strip_suffix(b"}")) else {
        return false;
    };
    let is_guid = name.len() == 36 && name.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    let of_name = |b: &u8| b.is_ascii_alphanumeric() || b"_-.+*".contains(b);
    !is_guid && name.iter().all(of_name)
}

/// Whether a gateway's log names a route that takes whatever comes (`/{proxy+}`, `/*`, `$default`), so that
/// nothing tells what was asked for.
pub(crate) fn is_catch_all(target: &[u8]) -> bool {
    target == b"$default" || target.ends_with(b"+}") || target.ends_with(b"/*")
}

fn slashes_decoded(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = memchr::memmem::find(rest, b"%2F") {
        decoded.extend_from_slice(&rest[..at]);
        decoded.push(b'/');
        rest = &rest[at + 3..];
    }
    decoded.extend_from_slice(rest);
    decoded
}

fn page(spec: &PageSpec, target: &Target<'_>, ignore_case: bool) -> Page {
    let asked = |name: &str, default: u64| {
        let all = named::values(target, name, ignore_case);
        let mut all = all.into_iter().filter(|value| !value.is_empty());
        match all.next() {
            None => Some(default),
            // Which of two figures counted the platform knows alone: frameworks take the first, the last, or both.
            Some(value) if all.any(|other| other != value) => None,
            Some(value) => std::str::from_utf8(&value).ok()?.trim().parse().ok(),
        }
    };
    let slice = match spec {
        PageSpec::Number { query, first, size } => asked(query, *first)
            .and_then(|number: u64| number.checked_sub(*first))
            .and_then(|pages| Some((pages.checked_mul(*size)?, *size))),
        PageSpec::Offset {
            offset,
            limit,
            size,
        } => {
            let take = limit
                .as_ref()
                .map_or(Some(*size), |name| asked(name, *size));
            asked(offset, 0).zip(take)
        }
    };
    // No container has four billion members, so a larger figure lies behind its end all the same.
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).min(u32::MAX - 1);
    match slice {
        Some((skip, take)) => Page::Slice {
            skip: narrow(skip),
            take: narrow(take),
        },
        None => Page::Unreadable,
    }
}
