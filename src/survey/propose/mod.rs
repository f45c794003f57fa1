//! A survey -> a case to begin with: which routes disclose, which variable is the object's or the
//! container's, how pages are asked for. Every guess says what it rests on and how sure it is.

mod bodies;
mod text;

pub use bodies::refine;
pub use text::{CaseText, SourceText, Table, case_text};

use super::assemble::{Route, Survey, Variable};
use super::known::Known;
use super::shape::Paging;
use super::{Sureness, shape};
use crate::case::{PageSpec, RouteSpec, variable_in};
use crate::words::nearest;

/// Page size where nothing tells it.
const USUAL_PAGE: u64 = 25;
/// Share of the different IDs (in hundredths) that the directory must know.
const KNOWN: u64 = 30;

/// Share that proves as much where both tables know the IDs.
const ALL_KNOWN: u64 = 90;
/// Different values known to the directory that prove as much as a share of them.
const HITS: u64 = 5;
/// Different values that must look like keys before they are taken for IDs.
const MANY_KEYS: u64 = 20;

/// What an ID names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// One object.
    Object,
    /// A container of objects.
    Container,
}

/// A route for a case.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// Its name.
    pub name: String,
    /// Its template.
    pub path: String,
    /// Parameters that a request must carry, with their values.
    pub query: Vec<(String, String)>,
    /// Requests that were seen.
    pub requests: u64,
    /// Methods that fetch, as far as they were seen.
    pub methods: Vec<String>,
    /// The variable or parameter that holds the ID.
    pub key: String,
    /// What the ID names.
    pub role: Role,
    /// How sure that is.
    pub sure: Sureness,
    /// What it rests on.
    pub evidence: String,
    /// Another parameter by which the same path is asked, what it names, and what that rests on.
    pub other: Option<(String, Role, String)>,
    /// How pages are asked for.
    pub page: Option<PageSpec>,
    /// What that rests on, and how sure it is.
    pub page_note: (Sureness, String),
    /// Bodies of fewer bytes disclose nothing; written out where it is more than a guess.
    pub empty_below: Option<(u64, Sureness, String)>,
    /// Whether the route stands in the case, or in a comment.
    pub active: bool,
}

impl Proposed {
    /// Whether it is asked by what names one object, or a container.
    pub fn holds(&self, role: Role) -> bool {
        let other = self.other.as_ref();
        self.role == role || other.is_some_and(|(_, other, _)| *other == role)
    }

    /// As a case has it; `page_size` stands in for a size that is not known.
    pub fn spec(&self) -> RouteSpec {
        let own = |role: Role| {
            let other = self.other.as_ref().filter(|(_, other, _)| *other == role);
            let key = (self.role == role).then(|| self.key.clone());
            key.or_else(|| other.map(|(key, ..)| key.clone()))
        };
        RouteSpec {
            name: self.name.clone(),
            line: 0,
            module: String::new(),
            method: self.methods.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            object: own(Role::Object),
            container: own(Role::Container),
            page: self.page.clone().filter(|_| self.holds(Role::Container)),
            discloses: Vec::new(),
            empty_below: None,
            unchecked: Vec::new(),
        }
    }
}

/// Routes for a case, those with most requests first.
pub fn routes(survey: &Survey, known: &Known) -> Vec<Proposed> {
    let mut found: Vec<Proposed> = Vec::new();
    for route in survey
        .routes
        .iter()
        .filter(|route| !route.given && (!is_file(route) || known_files(route, known)))
    {
        let Some(proposed) = propose(route, survey, known) else {
            continue;
        };
        match found
            .iter_mut()
            .find(|have| have.path == proposed.path && have.query == proposed.query)
        {
            Some(have) => {
                have.requests += proposed.requests;
                have.active |= proposed.active;
            }
            None => found.push(proposed),
        }
    }
    for at in 0..found.len() {
        let taken =
            |name: &str, found: &[Proposed]| found[..at].iter().any(|have| have.name == name);
        let base = found[at].name.clone();
        let mut number = 2;
        while taken(&found[at].name, &found) {
            found[at].name = format!("{base} {number}");
            number += 1;
        }
    }
    found
}

/// What is to be said where the directory names containers or objects, and no route of the case asks for any.
pub fn unused(routes: &[Proposed], tables: &[Table], known: &Known) -> Vec<String> {
    let asked = |role: Role| routes.iter().any(|r| r.active && r.holds(role));
    let sides = [
        (
            "members",
            "containers",
            Role::Container,
            known.containers.is_empty(),
        ),
        ("objects", "objects", Role::Object, known.objects.is_empty()),
    ];
    sides
        .into_iter()
        .filter(|(_, _, role, none)| !none && !asked(*role))
        .filter_map(|(key, what, ..)| {
            let table = tables.iter().find(|table| table.key == key)?;
            Some(format!(
                "no route was found that names the {what} of {}: what was taken by such a route is not in the answer; \
                 look with `breachscope inspect` for the path or parameter that names them, and add the route",
                table.path
            ))
        })
        .collect()
}

fn propose(route: &Route, survey: &Survey, known: &Known) -> Option<Proposed> {
    let (variable, known_shares) = id_of(route, known)?;
    let structural = by_structure(route, variable, survey);
    let (objects, containers) = known_shares;
    let hits = known.hits(&variable.values);
    let (role, sure, evidence) = match (objects, containers) {
        (o, c) if known.tells() && o >= KNOWN && o >= 3 * c => (
            Role::Object,
            Sureness::Sure,
            format!("{o} % of its IDs are objects of the directory"),
        ),
        (o, c) if known.tells() && c >= KNOWN && c >= 3 * o => (
            Role::Container,
            Sureness::Sure,
            format!("{c} % of its IDs are containers of the directory"),
        ),
        // Hits on one side only tell which side it is, however many strangers were tried beside them.
        _ if known.tells() && (hits.0 >= HITS && hits.1 == 0 || hits.1 >= HITS && hits.0 == 0) => (
            match hits.0 {
                0 => Role::Container,
                _ => Role::Object,
            },
            Sureness::Likely,
            format!(
                "the directory knows {} of its IDs as objects, {} as containers",
                hits.0, hits.1
            ),
        ),
        // Whoever is in the much smaller table each time is not there by chance.
        (o, c)
            if structural.0 == Role::Object
                && c >= ALL_KNOWN
                && o > 0
                && known.containers.len() * 3 <= known.objects.len() =>
        {
            (
                Role::Container,
                Sureness::Likely,
                format!(
                    "{c} % of its IDs are containers of the directory, which has far more objects, {o} % are objects too"
                ),
            )
        }
        (o, c) if known.tells() && o.max(c) > 0 => (
            structural.0,
            Sureness::Likely,
            format!(
                "{}; the directory knows {o} % of its IDs as objects, {c} % as containers",
                structural.2
            ),
        ),
        _ => structural,
    };
    let other = beside(route, variable, role, known);
    let lists = role == Role::Container || other.is_some();
    let (page, page_note) = match lists {
        true => pages(route),
        false => (None, (Sureness::Sure, String::new())),
    };
    let active = !known.tells() || known.hits(&variable.values) != (0, 0);
    Some(Proposed {
        name: name_of(route),
        path: path_for(route, variable),
        query: route.query.clone(),
        other,
        requests: route.figures.requests,
        methods: ["GET", "POST"]
            .iter()
            .filter(|method| route.figures.methods.contains_key(**method))
            .map(|method| (*method).to_owned())
            .collect(),
        key: variable.name.clone(),
        role,
        sure,
        evidence,
        page,
        page_note,
        empty_below: None,
        active,
    })
}

/// The variable that names what the route is about: what the directory knows best, else the path's last
/// one, else the fullest query parameter.
fn id_of<'r>(route: &'r Route, known: &Known) -> Option<(&'r Variable, (u64, u64))> {
    // A letter is a page's name, or anything's: it is an ID's where nothing else is.
    let letter = |variable: &Variable| {
        let (objects, containers) = known.shares(&variable.values);
        let most = objects.max(containers) >= ALL_KNOWN;
        known.tells()
            && most
            && variable.name.len() == 1
            && variable.values.distinct.len() >= MANY_KEYS
    };
    let mut others = route.variables.iter();
    let alone = !others.any(|one| one.paging.is_none() && one.is_id());
    let candidates: Vec<(&Variable, (u64, u64))> = route
        .variables
        .iter()
        .filter(|variable| variable.paging.is_none() || alone && letter(variable))
        .map(|variable| (variable, known.shares(&variable.values)))
        .filter(|(variable, shares)| {
            // What the directory knows is an ID whatever its shape; whoever tries names in turn meets many
            // that it does not know, so that a few hits tell as much as a share.
            let hits = known.hits(&variable.values);
            let hit = shares.0.max(shares.1) >= KNOWN || hits.0.max(hits.1) >= HITS;
            variable.is_id() || hit && known.tells()
        })
        .filter(|(variable, shares)| {
            variable.values.look_like_ids()
                || variable.values.look_like_keys(MANY_KEYS)
                || shares.0.max(shares.1) > 0
                || known.hits(&variable.values) != (0, 0)
        })
        .collect();
    let strong = |shares: &(u64, u64)| shares.0.max(shares.1) >= KNOWN;
    let path = candidates
        .iter()
        .rev()
        .filter(|(variable, _)| !variable.in_query);
    let query = candidates.iter().filter(|(variable, _)| variable.in_query);
    let best_known = path
        .clone()
        .chain(query.clone())
        .find(|(_, shares)| strong(shares));
    let fullest = query.max_by_key(|(variable, _)| variable.values.total);
    best_known.or(path.clone().next()).or(fullest).copied()
}

/// Another parameter of the query of which the directory knows that it names the other kind: a path that is asked for one
/// (`?id=7`) or for all of a group (`?class=7b`).
fn beside(
    route: &Route,
    variable: &Variable,
    role: Role,
    known: &Known,
) -> Option<(String, Role, String)> {
    let others = route.variables.iter();
    let others =
        others.filter(|one| one.in_query && one.paging.is_none() && one.name != variable.name);
    let shares = others.filter(|_| known.tells()).map(|one| {
        let (objects, containers) = known.shares(&one.values);
        match role {
            Role::Object => (one, containers, objects),
            Role::Container => (one, objects, containers),
        }
    });
    let clear = shares.filter(|(_, own, strange)| *own >= KNOWN && *own >= 3 * strange);
    let (one, share, _) = clear.max_by_key(|(one, ..)| one.values.total)?;
    let (role, what) = match role {
        Role::Object => (Role::Container, "containers"),
        Role::Container => (Role::Object, "objects"),
    };
    let evidence = format!("{share} % of its IDs are {what} of the directory");
    Some((one.name.clone(), role, evidence))
}

fn is_file(route: &Route) -> bool {
    shape::is_static(route.path.as_bytes())
}

/// Whether files of a kind that is mostly the same for everybody are called after the directory's IDs: pictures of people.
fn known_files(route: &Route, known: &Known) -> bool {
    let mut hits = route.variables.iter().map(|one| known.hits(&one.values));
    known.tells() && hits.any(|(objects, containers)| objects + containers > 0)
}

/// Whether an ID names one thing or many, by where it stands and what else is asked for.
fn by_structure(route: &Route, variable: &Variable, survey: &Survey) -> (Role, Sureness, String) {
    let paged = route.variables.iter().find(|v| v.paging.is_some());
    let below = survey.routes.iter().find(|other| {
        let rest = other.path.strip_prefix(&route.path);
        rest.is_some_and(|rest| rest.starts_with('/') && rest.contains('{'))
    });
    let last = route.path.rsplit('/').next().unwrap_or_default();
    let several = variable.values.lists > 0;
    if several {
        let text = match variable.values.lists {
            1 => "1 request names several at once".to_owned(),
            n => format!("{n} requests name several at once"),
        };
        return (Role::Object, Sureness::Likely, text);
    }
    if let Some(page) = paged {
        let text = format!("it is asked for by pages (?{})", page.name);
        return (Role::Container, Sureness::Likely, text);
    }
    if let (Some(below), false) = (below, variable.in_query) {
        return (
            Role::Container,
            Sureness::Likely,
            format!("more is asked for below it: {}", below.path),
        );
    }
    let own = variable_in(last).map(|(_, name, _)| name);
    let own = own.is_some_and(|name| name.trim_end_matches('*') == variable.name);
    if own && !variable.in_query {
        return (
            Role::Object,
            Sureness::Likely,
            "it is the path's last segment".to_owned(),
        );
    }
    let said = route.query.iter().map(|(_, value)| value.as_str());
    let many = said.chain([last]).find(|word| {
        let lower = word.to_lowercase();
        ["list", "export", "members"]
            .iter()
            .any(|one| lower.contains(one))
    });
    if let Some(word) = many.filter(|_| variable.in_query) {
        return (
            Role::Container,
            Sureness::Guess,
            format!("what it is asked for, `{word}`, sounds like many"),
        );
    }
    if variable.in_query {
        return (
            Role::Object,
            Sureness::Guess,
            "it stands in the query, and nothing tells of more than one".to_owned(),
        );
    }
    let list = [
        "list", "export", "members", "students", "pupils", "contacts", "people", "users",
    ]
    .iter()
    .any(|word| last.to_lowercase().contains(word));
    let plural = shape::singular(last) != last.to_lowercase();
    match list || plural {
        true => (
            Role::Container,
            Sureness::Guess,
            format!("what it is asked for, `{last}`, sounds like many"),
        ),
        false => (
            Role::Object,
            Sureness::Guess,
            "nothing tells of more than one".to_owned(),
        ),
    }
}

fn pages(route: &Route) -> (Option<PageSpec>, (Sureness, String)) {
    let of = |paging: Paging| {
        route
            .variables
            .iter()
            .filter(|v| v.paging == Some(paging))
            .max_by_key(|v| v.values.total)
    };
    let limit = of(Paging::Limit);
    let size = limit
        .and_then(|limit| limit.values.commonest())
        .filter(|n| *n > 0);
    let note = |size: Option<u64>| match size {
        Some(size) => (
            Sureness::Likely,
            format!("{size} is what most requests ask for"),
        ),
        None => (
            Sureness::Guess,
            format!(
                "no request says how many stand on a page; {USUAL_PAGE} is a guess: count them"
            ),
        ),
    };
    if let Some(offset) = of(Paging::Offset) {
        let spec = PageSpec::Offset {
            offset: offset.name.clone(),
            limit: limit.map(|limit| limit.name.clone()),
            size: size.unwrap_or(USUAL_PAGE),
        };
        return (Some(spec), note(size));
    }
    let Some(number) = of(Paging::Number) else {
        return (
            None,
            (Sureness::Likely, "no page parameter was seen".to_owned()),
        );
    };
    let first = number.values.range.map_or(1, |(low, _)| low.min(1));
    let spec = PageSpec::Number {
        query: number.name.clone(),
        first,
        size: size.unwrap_or(USUAL_PAGE),
    };
    (Some(spec), note(size))
}

/// The route's words, without version and API prefixes.
fn name_of(route: &Route) -> String {
    let words: Vec<String> = route
        .path
        .split('/')
        .map(|part| match variable_in(part) {
            Some((before, ..)) => before.trim_end_matches(|c: char| !c.is_alphanumeric()),
            None => part.split('.').next().unwrap_or(part),
        })
        .chain(route.query.iter().map(|(_, value)| value.as_str()))
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .filter(|word| {
            let version = word
                .strip_prefix('v')
                .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
            !version && !matches!(word.as_str(), "api" | "rest" | "rpc" | "ajax" | "")
        })
        .collect();
    match words.len() {
        0 => route.path.clone(),
        n => words[n.saturating_sub(2)..].join(" "),
    }
}

/// The template; a path variable that a parameter's name could be taken for gets another name.
fn path_for(route: &Route, variable: &Variable) -> String {
    let mut path = route.path.clone();
    if !variable.in_query {
        return path;
    }
    for (at, other) in route.variables.iter().filter(|v| !v.in_query).enumerate() {
        let alike = nearest(&variable.name, [other.name.as_str()]).is_some();
        if alike || other.name == variable.name {
            path = path.replace(
                &format!("{{{}}}", other.name),
                &format!("{{segment_{}}}", at + 1),
            );
        }
    }
    path
}
