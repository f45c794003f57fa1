//! Paths as they may be shown: a name that stands in a path is somebody's, unless many ask for it. Masks what a
//! survey shows, never what a case is proposed from.

use std::collections::{BTreeMap, BTreeSet};

use super::assemble::{Route, Survey};
use super::shape::is_static;

/// Requests for a literal from which it may be a word of the platform.
const USES: u64 = 20;
/// Different clients that must have asked for it.
const ASKERS: u64 = 3;

/// Words under which people sign in; whether a route is one of them is told by its path.
const SIGNING: [&str; 7] = [
    "login", "logout", "logga", "signin", "session", "auth", "token",
];

/// Masks the literals of found paths that may name somebody.
pub fn mask(survey: &mut Survey) {
    let shown = shown(&survey.routes);
    for route in survey.routes.iter_mut().filter(|route| !route.given) {
        let parts = route.path.split('/').enumerate();
        let masked: Vec<String> = parts
            .map(|(at, part)| match shown.contains(&(at, part.to_owned())) {
                true => part.to_owned(),
                false => segment(part),
            })
            .collect();
        route.path = masked.join("/");
        route.name = route.written();
    }
}

/// Literals, by place, that are no secret: of a route that names IDs and was used, or asked for often by several.
fn shown(routes: &[Route]) -> BTreeSet<(usize, String)> {
    let mut uses: BTreeMap<(usize, String), (u64, u64)> = BTreeMap::new();
    let mut shown = BTreeSet::new();
    for route in routes.iter().filter(|route| !route.given) {
        let used = route.bears_ids() && route.figures.requests >= 2;
        let askers = route
            .figures
            .clients
            .len()
            .max(route.figures.accounts.len());
        for (at, part) in route.path.split('/').enumerate() {
            let sum = uses.entry((at, part.to_owned())).or_default();
            *sum = (
                sum.0.saturating_add(route.figures.requests),
                sum.1.max(askers),
            );
            if used {
                shown.insert((at, part.to_owned()));
            }
        }
    }
    let often = uses
        .into_iter()
        .filter(|(_, (n, askers))| *n >= USES && *askers >= ASKERS);
    shown.extend(often.map(|(word, _)| word));
    shown
}

/// A segment of which the first letter is left, and the end of a file that is part of a page.
fn segment(part: &str) -> String {
    let lower = part.to_lowercase();
    if part.is_empty() || part.contains('{') || SIGNING.contains(&lower.as_str()) {
        return part.to_owned();
    }
    let first: String = part.chars().take(1).collect();
    match part.rsplit_once('.').filter(|_| is_static(part.as_bytes())) {
        Some((_, end)) => format!("{first}***.{end}"),
        None => format!("{first}***"),
    }
}
