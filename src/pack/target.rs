//! A request's target -> the same request, written anew with what its reader may see.
//!
//! Only the route's own words, IDs and the figures of pages come over; every other parameter is `masked`. IDs that the
//! reader may not see get pseudonyms. Which request it was is `route`'s to say.

use super::keys::Pseudonyms;
use super::mask::MASKED;
use crate::case::{Case, PageSpec, RouteSpec, variable_in};
use crate::format::target::Target;
use crate::route::Router;
use crate::sequence::text;

/// A case's routes, to read and to write targets by.
pub(super) struct Targets<'c> {
    routes: &'c [RouteSpec],
    router: Router,
}

/// What a request asked for, as far as its reader may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The target, written anew.
    pub(super) target: String,
    /// Objects that the reader may see.
    pub(super) objects: Vec<String>,
    /// The container, where the reader may see it.
    pub(super) container: Option<String>,
    /// Whether it asked for nothing that the reader may not see.
    pub(super) only_own: bool,
}

/// Whether the reader may see an ID.
pub(super) type MaySee<'f> = &'f dyn Fn(&str) -> bool;

impl<'c> Targets<'c> {
    /// Compiles a case's routes.
    pub(super) fn new(case: &'c Case) -> Targets<'c> {
        Targets {
            routes: &case.routes,
            router: Router::new(&case.routes, case.ignore_case),
        }
    }

    /// The route of that name.
    pub(super) fn route(&self, name: &str) -> Option<&'c RouteSpec> {
        self.routes.iter().find(|route| route.name == name)
    }

    /// Reads a target; `None` where no route fits.
    pub(super) fn asked(
        &self,
        method: &[u8],
        target: &[u8],
        (object, container): (MaySee<'_>, MaySee<'_>),
        names: &mut Pseudonyms<'_>,
    ) -> Option<Asked> {
        let found = self.router.find_raw(method, target)?;
        let route = self.routes.get(usize::from(found.route))?;
        let mut asked = Asked {
            only_own: true,
            ..Asked::default()
        };
        let mut ids = Vec::new();
        for id in &found.objects {
            let id = text(id);
            match object(&id) {
                true => {
                    ids.push(encoded(&id));
                    asked.objects.push(id);
                }
                false => {
                    asked.only_own = false;
                    ids.push(names.of("obj", &id));
                }
            }
        }
        let holder = found.container.as_ref().map(|id| {
            let id = text(id);
            match container(&id) {
                true => {
                    let shown = encoded(&id);
                    asked.container = Some(id);
                    shown
                }
                false => {
                    asked.only_own = false;
                    names.of("obj", &id)
                }
            }
        });
        asked.target = written(route, target, &ids.join(","), &asked, holder.as_deref());
        Some(asked)
    }
}

fn written(
    route: &RouteSpec,
    target: &[u8],
    objects: &str,
    asked: &Asked,
    container: Option<&str>,
) -> String {
    let is = |name: &str, place: &Option<String>| place.as_deref() == Some(name);
    let mut out = String::new();
    let mut in_path = (false, false);
    for part in route.path.split('/').filter(|part| !part.is_empty()) {
        out.push('/');
        let Some((before, name, behind)) = variable_in(part) else {
            out.push_str(part);
            continue;
        };
        out.push_str(before);
        match name.trim_end_matches('*') {
            name if is(name, &route.object) => {
                out.push_str(objects);
                in_path.0 = true;
            }
            name if is(name, &route.container) => {
                out.push_str(container.unwrap_or(MASKED));
                in_path.1 = true;
            }
            _ => out.push_str(MASKED),
        }
        out.push_str(behind);
    }
    let own = route.query.iter();
    let mut query: Vec<String> = own.map(|(name, value)| format!("{name}={value}")).collect();
    if let (Some(name), false, false) = (&route.object, in_path.0, objects.is_empty()) {
        query.push(format!("{name}={objects}"));
    }
    if let (Some(name), false, Some(id)) = (&route.container, in_path.1, container) {
        query.push(format!("{name}={id}"));
    }
    let target = Target::read(target);
    for (name, value) in target.parameters() {
        let name = text(&name);
        let known = page_parameters(route).contains(&name.as_str());
        let figure = !value.is_empty() && value.len() < 10 && value.iter().all(u8::is_ascii_digit);
        // A page of another's container says nothing to this reader.
        match known && figure && asked.container.is_some() {
            true => query.push(format!("{name}={}", text(&value))),
            false if is(&name, &route.object) || is(&name, &route.container) => {}
            false if route.query.iter().any(|(own, _)| *own == name) => {}
            false => query.push(MASKED.to_owned()),
        }
    }
    query.dedup();
    match query.is_empty() {
        true => out,
        false => format!("{out}?{}", query.join("&")),
    }
}

/// Names of the parameters that say which page is asked for.
pub(super) fn page_parameters(route: &RouteSpec) -> Vec<&str> {
    match &route.page {
        None => Vec::new(),
        Some(PageSpec::Number { query, .. }) => vec![query],
        Some(PageSpec::Offset { offset, limit, .. }) => {
            let limit = limit.as_deref().into_iter();
            std::iter::once(offset.as_str()).chain(limit).collect()
        }
    }
}

/// An ID as a target holds it.
fn encoded(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        match plain(byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
