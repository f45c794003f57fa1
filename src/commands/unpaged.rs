//! Lists of which no request carries the parameter that the case calls the page's, while the requests carry another one that
//! counts as pages do: every request would be taken for the first page, and whoever stood on the others would be missing. A
//! slip, and refused.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Ending, again};
use crate::case::{Case, PageSpec, RouteSpec};
use crate::format::Record;
use crate::format::target::Target;
use crate::pipeline::Input;
use crate::route::Router;
use crate::words::counted;

/// Requests of a route that are enough.
const ENOUGH: u64 = 1000;
/// Requests from which their parameters tell something.
const TELLING: u64 = 20;
/// Parameters of a route that are looked at, and values of each.
const PARAMETERS: usize = 50;
const VALUES: usize = 100;
/// Pages that are all there where a parameter counts them.
const PAGES: usize = 3;

/// A list's requests.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Turned {
    requests: u64,
    /// Requests that carry the page's parameter.
    paged: u64,
    /// Numbers that other parameters have; `None` where one is no number.
    others: BTreeMap<String, (u64, Option<BTreeSet<u64>>)>,
}

/// By route.
pub(super) type Unpaged = BTreeMap<usize, Turned>;

/// Looks at the beginnings of the logs.
///
/// # Errors
/// A log cannot be read again.
pub(super) fn look(case: &Case, inputs: &[Input]) -> Result<Unpaged, Ending> {
    let paged = |route: &RouteSpec| route.page.is_some();
    let routes = (0..case.routes.len()).filter(|route| paged(&case.routes[*route]));
    let mut found: Unpaged = routes.map(|route| (route, Turned::default())).collect();
    if found.is_empty() {
        return Ok(found);
    }
    let router = Router::new(&case.routes, case.ignore_case);
    let mut see = |record: &Record<'_>| {
        see(record, (case, &router), &mut found);
        found.values().all(|one| one.requests >= ENOUGH)
    };
    again::beginnings(inputs, &mut see)?;
    Ok(found)
}

fn see(record: &Record<'_>, (case, router): (&Case, &Router), found: &mut Unpaged) {
    let Some(raw) = record.target.as_deref() else {
        return;
    };
    let method = record.method.as_deref().unwrap_or(b"GET");
    let Some(route) = router
        .find_raw(method, raw)
        .map(|asked| usize::from(asked.route))
    else {
        return;
    };
    let Some(own) = found.get_mut(&route).filter(|own| own.requests < ENOUGH) else {
        return;
    };
    own.requests += 1;
    let spec = &case.routes[route];
    let mut paged = false;
    for (key, value) in Target::read(raw)
        .parameters()
        .filter(|(key, _)| !key.is_empty())
    {
        let Ok(name) = std::str::from_utf8(&key) else {
            continue;
        };
        paged |= is_page(spec, name);
        if is_named(spec, name) || own.others.len() >= PARAMETERS && !own.others.contains_key(name)
        {
            continue;
        }
        let (n, numbers) = own
            .others
            .entry(name.to_owned())
            .or_insert((0, Some(BTreeSet::new())));
        *n += 1;
        let number = std::str::from_utf8(&value)
            .ok()
            .and_then(|value| value.parse().ok());
        match (number, &mut *numbers) {
            (None, numbers) => *numbers = None,
            (Some(number), Some(numbers)) if numbers.len() < VALUES => _ = numbers.insert(number),
            _ => {}
        }
    }
    own.paged += u64::from(paged);
}

/// Refuses a case of which a list's page is called otherwise than its requests do.
///
/// # Errors
/// It is.
pub(super) fn check(case: &Case, found: &Unpaged) -> Result<(), Ending> {
    for (route, own) in found {
        let spec = &case.routes[*route];
        if let (Some((name, n)), Some(page)) = (own.meant(spec), &spec.page) {
            let (key, written) = match page {
                PageSpec::Number { query, .. } => ("query", query),
                PageSpec::Offset { offset, .. } => ("offset", offset),
            };
            let what = format!(
                "none of {} for the route carries the parameter {written:?}, but {n} carry {name:?}, whose values count as \
                 pages do",
                counted(own.requests, "request")
            );
            let remedy = format!(
                "write {key} = {name:?} if that is the page; as it stands each of them would be taken for the first page, and \
                 whoever stood on the others would be missing. If it is not, leave page out, as no request turns any"
            );
            let said = (what.as_str(), remedy.as_str());
            return Err(Ending::usage(
                case.written.complain("route", &spec.name, "page", said),
            ));
        }
    }
    Ok(())
}

impl Turned {
    /// The parameter that seems to be the page's, and how many requests carry it.
    fn meant(&self, spec: &RouteSpec) -> Option<(&str, u64)> {
        if self.requests < TELLING || self.paged > 0 {
            return None;
        }
        let counts = |numbers: &BTreeSet<u64>| match &spec.page {
            Some(PageSpec::Offset { size, .. }) => {
                let first = (0..PAGES as u64).all(|page| numbers.contains(&(page * size)));
                first && numbers.iter().all(|at| at % (*size).max(1) == 0)
            }
            _ => {
                let first = numbers.first().copied().unwrap_or_default();
                first < 2 && (0..PAGES as u64).all(|page| numbers.contains(&(first + page)))
            }
        };
        let some = self.others.iter().filter_map(|(name, (n, numbers))| {
            let pages = numbers.as_ref().is_some_and(counts);
            (pages && n * 2 > self.requests).then_some((name.as_str(), *n))
        });
        some.max_by_key(|(name, n)| (*n, std::cmp::Reverse(*name)))
    }
}

/// Whether a parameter is the page's by the case.
fn is_page(spec: &RouteSpec, name: &str) -> bool {
    match &spec.page {
        Some(PageSpec::Number { query, .. }) => query == name,
        Some(PageSpec::Offset { offset, .. }) => offset == name,
        None => false,
    }
}

/// Whether the case names a parameter at all.
fn is_named(spec: &RouteSpec, name: &str) -> bool {
    let limit = match &spec.page {
        Some(PageSpec::Offset { limit, .. }) => limit.as_deref(),
        _ => None,
    };
    let named = [spec.object.as_deref(), spec.container.as_deref(), limit];
    is_page(spec, name) || named.contains(&Some(name))
}
