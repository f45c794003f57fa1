//! Routes of which not one request names the `object` or the `container` that the case gives them. A slip of the name,
//! which a parameter that requests do carry gives away, is refused, for the answer would be next to empty and look like a
//! finding; where nothing gives it away (a log without queries, a gateway's template instead of the path, a parameter
//! that nobody used) it is said loudly, and the answer says NO_OBJECT (CASE.md §5).

use std::collections::{BTreeMap, BTreeSet};

use super::glance::Glance;
use super::unmatched::bare;
use super::{Ending, again};
use crate::case::{Case, PageSpec, RouteSpec, variable_in};
use crate::coverage::SourceFacts;
use crate::format::Record;
use crate::format::target::Target;
use crate::pipeline::Input;
use crate::route::Router;
use crate::sequence::text;
use crate::words::{counted, nearest};

/// Requests of a route whose parameters are looked at.
const LOOKED_AT: u64 = 1000;
/// Bytes of content that are read again for them, at most.
pub(super) const READ: u64 = 256 << 20;
/// Names of parameters that a sentence lists.
const LISTED: usize = 5;

/// A route whose requests name nothing.
pub(super) struct Unnamed {
    /// Index of the route.
    pub route: usize,
    /// Its requests.
    requests: u64,
    /// Requests that were looked at, and how many of them carry each parameter.
    looked_at: u64,
    carried: BTreeMap<String, u64>,
}

/// Holds a scan's accesses against the case: what to say of routes whose requests name nothing.
///
/// # Errors
/// One is a slip.
pub(super) fn check(
    case: &Case,
    inputs: &[Input],
    sources: &[SourceFacts],
    glance: &Glance,
) -> Result<Vec<String>, Ending> {
    let mut asked = requests(case, sources);
    asked.retain(|route, _| names(case, *route) && !glance.named.contains(route));
    let mut remarks = Vec::new();
    for unnamed in look(case, inputs, asked)? {
        let route = &case.routes[unnamed.route];
        if let Some((key, name, near)) = unnamed.slip(route) {
            return Err(unnamed.refusal(case, key, name, near));
        }
        // What names a container names what was asked for.
        if !glance.contained.contains(&unnamed.route) {
            remarks.push(unnamed.sentence(route));
        }
    }
    Ok(remarks)
}

/// Whether the case says what requests of a route name.
pub(super) fn names(case: &Case, route: usize) -> bool {
    let route = &case.routes[route];
    route.object.is_some() || route.container.is_some()
}

/// Requests of each route, by its index; none of routes that nobody asked for.
pub(super) fn requests(case: &Case, sources: &[SourceFacts]) -> BTreeMap<usize, u64> {
    let files = sources.iter().flat_map(|facts| &facts.files);
    let lanes = files.flat_map(|file| &file.counted.lanes);
    let mut asked: BTreeMap<usize, u64> = BTreeMap::new();
    for (route, series) in lanes.flat_map(|lane| lane.routes.iter().enumerate()) {
        let n: u64 = series.cells().map(|(_, lines)| lines).sum();
        if n > 0 && route < case.routes.len() {
            *asked.entry(route).or_default() += n;
        }
    }
    asked
}

/// Looks at the parameters of some routes' requests, from the first line on.
///
/// # Errors
/// A log cannot be read again.
pub(super) fn look(
    case: &Case,
    inputs: &[Input],
    routes: BTreeMap<usize, u64>,
) -> Result<Vec<Unnamed>, Ending> {
    let mut found: BTreeMap<usize, Unnamed> = BTreeMap::new();
    for (route, requests) in routes {
        let none = Unnamed {
            route,
            requests,
            looked_at: 0,
            carried: BTreeMap::new(),
        };
        found.insert(route, none);
    }
    let see_none = found.is_empty();
    let router = Router::new(&case.routes, case.ignore_case);
    let mut see = |record: &Record<'_>| {
        see(record, &router, &mut found);
        found.values().all(Unnamed::is_enough)
    };
    if !see_none {
        again::read(inputs, (READ, READ), &mut see)?;
    }
    Ok(found.into_values().collect())
}

fn see(record: &Record<'_>, router: &Router, found: &mut BTreeMap<usize, Unnamed>) {
    let Some(raw) = record.target.as_deref() else {
        return;
    };
    let method = record.method.as_deref().unwrap_or(b"GET");
    let asked = router.find_raw(method, raw);
    let own = asked.and_then(|asked| found.get_mut(&usize::from(asked.route)));
    let Some(own) = own.filter(|own| !own.is_enough()) else {
        return;
    };
    own.looked_at += 1;
    let target = Target::read(raw);
    let filled = target
        .parameters()
        .filter(|(key, value)| !key.is_empty() && !value.is_empty());
    let names: BTreeSet<String> = filled.map(|(key, _)| text(&key)).collect();
    for name in names.into_iter().filter(|name| is_name(name)) {
        *own.carried.entry(name).or_default() += 1;
    }
}

impl Unnamed {
    fn is_enough(&self) -> bool {
        self.looked_at >= LOOKED_AT
    }

    /// The key of the case, its name, and the parameter that was meant by it.
    pub(super) fn slip<'u>(
        &'u self,
        route: &'u RouteSpec,
    ) -> Option<(&'static str, &'u str, &'u str)> {
        let paging: Vec<&str> = match &route.page {
            Some(PageSpec::Number { query, .. }) => vec![query],
            Some(PageSpec::Offset { offset, limit, .. }) => [Some(offset), limit.as_ref()]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect(),
            None => Vec::new(),
        };
        for (key, name) in holders(route).filter(|(_, name)| !in_path(route, name)) {
            let others = holders(route)
                .map(|(_, name)| name)
                .chain(paging.iter().copied());
            let others: Vec<&str> = others.collect();
            let free = self.carried.keys().map(String::as_str);
            let free: Vec<&str> = free.filter(|one| !others.contains(one)).collect();
            if let Some(near) = near(name, &free) {
                return Some((key, name, near));
            }
        }
        None
    }

    fn refusal(&self, case: &Case, key: &str, name: &str, near: &str) -> Ending {
        let what = format!(
            "none of {} for the route carries the parameter {name:?}, but {} of the {} that were looked at carry {near:?}",
            counted(self.requests, "request"),
            self.carried.get(near).copied().unwrap_or(0),
            self.looked_at
        );
        let remedy = format!(
            "names of parameters are told apart by every letter, upper and lower case: write {key} = {near:?}, or take \
             {key} out if no request says what it asks for (the answer then says NO_OBJECT)"
        );
        let route = &case.routes[self.route].name;
        let said = (what.as_str(), remedy.as_str());
        Ending::usage(case.written.complain("route", route, key, said))
    }

    /// What to say where nothing shows a slip.
    pub(super) fn sentence(&self, route: &RouteSpec) -> String {
        let all = match self.requests {
            1 => "the only request".to_owned(),
            n => format!("none of {n} requests"),
        };
        let all = format!("{all} for the route \"{}\"", route.name);
        let no = if self.requests == 1 {
            "does not name"
        } else {
            "names"
        };
        let keys = holders(route).map(|(key, name)| format!("`{key} = \"{name}\"`"));
        let keys: Vec<String> = keys.collect();
        let keys = keys.join(" or ");
        if holders(route).all(|(_, name)| in_path(route, name)) {
            return format!(
                "{all} {no} an ID where {keys} says ({}): the log seems to write the route's template instead of the path, \
                 so whom it discloses nobody can say (NO_OBJECT)",
                route.path
            );
        }
        let carried: Vec<&str> = self.carried.keys().map(String::as_str).collect();
        if let Some((key, name, near)) = self.slip(route) {
            return format!(
                "{all} {no} an ID where {keys} says, but {} of the {} that were looked at carry \"{near}\": write \
                 {key} = \"{near}\" instead of \"{name}\"; as it stands `scan` refuses it",
                self.carried.get(near).copied().unwrap_or(0),
                self.looked_at
            );
        }
        let held = |name: &&str| holders(route).any(|(_, own)| own == *name);
        let other = variables(route).find(|name| !held(name));
        if let Some((key, name, other)) = holders(route)
            .filter(|_| self.looked_at > 0)
            .find(|(_, name)| !in_path(route, name) && !self.carried.contains_key(*name))
            .and_then(|(key, name)| Some((key, name, other?)))
        {
            return format!(
                "{all} {no} an ID where {keys} says: \"{name}\" is no variable of the path, and no parameter of that name stands \
                 in any of them, but the path has {{{other}}}: if that is the ID, write {key} = \"{other}\"; as it stands \
                 nobody can say whom the route disclosed (NO_OBJECT)"
            );
        }
        let why = match (&carried[..], self.looked_at) {
            (_, 0) => "they could not be read again".to_owned(),
            ([], _) => {
                "no parameter stands in any of them, so the log may not write queries".to_owned()
            }
            (names, _) => {
                let more = match names.len() > LISTED {
                    true => ", …",
                    false => "",
                };
                format!(
                    "what they carry is {}{more}",
                    names[..names.len().min(LISTED)].join(", ")
                )
            }
        };
        format!(
            "{all} {no} an ID where {keys} says: {why}; whom the route disclosed nobody can say (NO_OBJECT): hold the name \
             against the log, or ask for logs that write it"
        )
    }
}

/// `object` and `container` of a route, with what they name.
fn holders(route: &RouteSpec) -> impl Iterator<Item = (&'static str, &str)> {
    let both = [("object", &route.object), ("container", &route.container)];
    both.into_iter()
        .filter_map(|(key, name)| Some((key, name.as_deref()?)))
}

/// Whether it is a variable of the route's path.
pub(super) fn in_path(route: &RouteSpec, name: &str) -> bool {
    variables(route).any(|one| one == name)
}

fn variables(route: &RouteSpec) -> impl Iterator<Item = &str> {
    let segments = route.path.split('/');
    let variables = segments.filter_map(|one| Some(variable_in(one)?.1));
    variables.map(|one| one.strip_suffix('*').unwrap_or(one))
}

/// The parameter that was meant: the same letters and digits, or a typing slip away.
fn near<'n>(name: &str, carried: &[&'n str]) -> Option<&'n str> {
    let same = carried.iter().find(|one| bare(one) == bare(name));
    same.copied()
        .or_else(|| nearest(name, carried.iter().copied()))
}

/// What a program would call a parameter; anything else may be somebody's words.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.[]$:".contains(c);
    name.len() <= 40 && name.chars().all(plain)
}
