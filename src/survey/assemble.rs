//! Files and facts -> sources and routes: what a survey tells, put together and nothing judged.

use super::Sureness;
use super::figures::{Figures, Leaf};
use super::gather::{Facts, Field};
use super::known::Known;
use super::shape::{Kind, Paging, is_static, kind, paging};
use super::values::Values;
use crate::case::{Case, FormatSpec, RouteSpec};
use crate::coverage::{self, Doubt, FileFacts, Hole, SourceFacts, Unnoticed};
use crate::format::Problem;
use crate::route::extract::Tally;
use crate::words::{SECOND, Stamp, Validity};

/// Nanoseconds of ten minutes: how much of a log's beginning tells whether it begins amid traffic.
const OPENING: i64 = 600 * SECOND;

/// Different short keys from which a parameter may be an ID's.
const KEYS: u64 = 20;

/// A file that was read.
#[derive(Clone, Debug)]
pub struct FileNote {
    /// Its name.
    pub name: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// Bytes of its content.
    pub content_bytes: u64,
    /// How it is packed.
    pub packing: String,
    /// What is damaged.
    pub damage: Vec<String>,
    /// The file whose content it repeats as a whole.
    pub copy_of: Option<String>,
    /// The file in which a part of it stands too.
    pub overlaps: Option<String>,
    /// Where its lines went.
    pub tally: Tally,
    /// The first line of each problem.
    pub first_rejects: Vec<(Problem, u64)>,
    /// Whether its last line has no end.
    pub unended: bool,
}

/// A source as it was read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name: the case's, or folder and stem of its files.
    pub name: String,
    /// How it is written.
    pub spec: FormatSpec,
    /// The format's name.
    pub format: String,
    /// Wrappings around its lines.
    pub wrappings: Vec<&'static str>,
    /// Where the account was looked for, how sure that is and why.
    pub account: Option<(String, Sureness, String)>,
    /// Its files in order.
    pub files: Vec<FileNote>,
    /// Numbers that are missing among its rotated files.
    pub missing_files: Vec<u64>,
    /// Sum of its files' tallies, copies left out.
    pub tally: Tally,
    /// Counts by writer and minute of each file that is no copy.
    pub counted: Vec<FileFacts>,
    /// What its records carry.
    pub facts: Facts,
    /// File of the first stamp that goes back.
    pub first_jump: Option<String>,
}

impl Input {
    /// The numbers of its missing files, to be read.
    pub fn missing_numbers(&self) -> String {
        let numbers: Vec<String> = self.missing_files.iter().map(u64::to_string).collect();
        numbers.join(", ")
    }
}

/// A source of which everything is known that one pass tells.
#[derive(Clone, Debug)]
pub struct Source {
    /// As it was read.
    pub input: Input,
    /// Silences that are too long.
    pub holes: Vec<Hole>,
    /// Minutes that a hole may have without being noticed.
    pub unnoticed: Option<Unnoticed>,
    /// What else its files, its clock and its writers' numbers show.
    pub said: Vec<Doubt>,
    /// Lines of its first ten minutes and of ten usual ones, where it begins amid traffic.
    pub amid: Option<(u64, u64)>,
    /// Signs that the log is a sample.
    pub sampling: Vec<String>,
}

/// A variable of a route.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Whether it stands in the query.
    pub in_query: bool,
    /// Its part in paging, where it has one.
    pub paging: Option<Paging>,
    /// Its values.
    pub values: Values,
}

impl Variable {
    /// Whether its values may be IDs of objects or containers.
    pub fn is_id(&self) -> bool {
        self.paging.is_none()
            && self.values.files * 2 <= self.values.total
            && match self.in_query {
                false => self.values.kind() != Kind::Date,
                true => {
                    let ids = self.values.look_like_ids() || self.values.look_like_keys(KEYS);
                    ids && named_as_id(&self.name, &self.values)
                }
            }
    }
}

/// A route: of a case, or found by likeness.
#[derive(Clone, Debug)]
pub struct Route {
    /// The case's name for it, or its template.
    pub name: String,
    /// Its template.
    pub path: String,
    /// Parameters that its requests carry, with their values.
    pub query: Vec<(String, String)>,
    /// Index of the source.
    pub source: usize,
    /// Whether the case names it.
    pub given: bool,
    /// Its figures.
    pub figures: Figures,
    /// Path variables in order, then query parameters by name.
    pub variables: Vec<Variable>,
}

impl Route {
    /// Whether its lines name an object or a container.
    pub fn bears_ids(&self) -> bool {
        match self.given {
            true => self.figures.with_id > 0,
            false => !is_static(self.path.as_bytes()) && self.variables.iter().any(Variable::is_id),
        }
    }

    /// Its template, with what its requests carry.
    pub fn written(&self) -> String {
        let own = self.query.iter().enumerate();
        own.fold(self.path.clone(), |text, (at, (name, value))| {
            let mark = if at == 0 { '?' } else { '&' };
            format!("{text}{mark}{name}={value}")
        })
    }

    /// Whether what it was asked for was sent in bodies, which no access log holds.
    pub fn hides_ids(&self) -> bool {
        let sent = self.figures.sent();
        !self.bears_ids()
            && sent * 2 > self.figures.requests
            && self.figures.answered()
            && !self.signs_in()
    }

    fn signs_in(&self) -> bool {
        let path = self.path.to_lowercase();
        [
            "login", "logout", "logga", "signin", "session", "auth", "token",
        ]
        .iter()
        .any(|word| path.contains(word))
    }
}

/// What is known besides the logs.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Whether there is a case at all.
    pub case: bool,
    /// Whether it names grants.
    pub grants: bool,
    /// Whether it names objects.
    pub objects: bool,
    /// The time that must be answered for.
    pub period: Option<Validity>,
    /// Routes that no source records.
    pub unlogged: Vec<String>,
    /// Routes of which not one request names what the case says it names, with a sentence on why.
    pub unnamed: Vec<(String, String)>,
    /// Routes that no request matches, with a sentence on what nearly matches them.
    pub unmatched: Vec<(String, String)>,
}

/// All that is known.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Sources in order.
    pub sources: Vec<Source>,
    /// Routes, those that bear IDs first, then by requests.
    pub routes: Vec<Route>,
    /// What is known besides the logs.
    pub beside: Beside,
    /// Files that are no log that can be read, with the reason.
    pub unread: Vec<(String, String)>,
}

impl Survey {
    /// The first and the last stamp of all sources.
    pub fn span(&self) -> Option<(Stamp, Stamp)> {
        let tallies = || self.sources.iter().map(|source| &source.input.tally);
        let first = tallies().filter_map(|tally| tally.first).min()?;
        Some((first, tallies().filter_map(|tally| tally.last).max()?))
    }
}

/// What is known before a log is looked at.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// A case, which names its routes.
    Case(&'a Case),
    /// What the tables know by name, if there are any; routes are found.
    Tables(&'a Known),
}

/// Puts a survey together: with the routes of a case, or such as look alike, beside what a directory knows by name.
pub fn assemble(
    inputs: Vec<Input>,
    told: Told<'_>,
    timezone: chrono_tz::Tz,
    unread: Vec<(String, String)>,
) -> Survey {
    let case = match told {
        Told::Case(case) => Some(case),
        Told::Tables(_) => None,
    };
    let mut routes = Vec::new();
    let mut sources = Vec::new();
    for (index, mut input) in inputs.into_iter().enumerate() {
        match told {
            Told::Case(case) => routes.extend(given(case, index, &input.facts.given)),
            Told::Tables(known) => routes.extend(found(index, &mut input, known)),
        }
        sources.push(source(input, case, timezone));
    }
    routes.sort_by(|a, b| {
        let rank = |route: &Route| {
            (
                !route.bears_ids(),
                std::cmp::Reverse(route.figures.requests),
            )
        };
        rank(a)
            .cmp(&rank(b))
            .then_with(|| (&a.path, a.source).cmp(&(&b.path, b.source)))
    });
    Survey {
        sources,
        routes,
        beside: case.map_or_else(Beside::default, beside),
        unread,
    }
}

fn beside(case: &Case) -> Beside {
    let logged = |index: usize| {
        let records = |source: &crate::case::SourceSpec| match &source.logs_routes {
            Some(routes) => routes.contains(&index),
            None => true,
        };
        case.sources.iter().any(records)
    };
    let unlogged = case
        .routes
        .iter()
        .enumerate()
        .filter(|(index, _)| !logged(*index));
    Beside {
        case: true,
        grants: case.directory.grants.is_some(),
        objects: case.directory.objects.is_some(),
        period: case.period,
        unlogged: unlogged.map(|(_, route)| route.name.clone()).collect(),
        unnamed: Vec::new(),
        unmatched: Vec::new(),
    }
}

fn source(input: Input, case: Option<&Case>, timezone: chrono_tz::Tz) -> Source {
    let facts = SourceFacts {
        files: input.counted.clone(),
        tally: input.tally.clone(),
        damaged: Vec::new(),
        has_accounts: input.facts.with(Field::Account) > 0,
    };
    let period = case.and_then(|case| case.period);
    let shown = coverage::look(&input.name, &facts, timezone, period);
    Source {
        holes: shown.holes,
        unnoticed: shown.unnoticed,
        said: shown.doubts,
        amid: amid(&input),
        sampling: sampling(&input),
        input,
    }
}

/// A log that begins with as much traffic as it usually has was cut off there: what lies before existed.
fn amid(input: &Input) -> Option<(u64, u64)> {
    let (first, last) = (input.tally.first?, input.tally.last?);
    let span = (last.0.saturating_sub(first.0) / OPENING).max(1);
    // Of a log this short, the beginning is the whole.
    if last.0.saturating_sub(first.0) < 6 * OPENING {
        return None;
    }
    let usual = input.facts.records / u64::try_from(span).unwrap_or(1);
    let minute = 60 * SECOND;
    let until = first.0.saturating_add(OPENING).div_euclid(minute);
    let opening: u64 = input
        .counted
        .iter()
        .flat_map(|file| &file.counted.lanes)
        .flat_map(|lane| lane.lines.cells())
        .filter(|(at, _)| (first.0.div_euclid(minute)..until).contains(at))
        .map(|(_, lines)| lines)
        .sum();
    (opening >= 10 && opening * 2 >= usual).then_some((opening, usual))
}

fn sampling(input: &Input) -> Vec<String> {
    let mut signs = Vec::new();
    let numbers = input.facts.numbers;
    if let Some((low, high)) = numbers.range {
        let span = (high - low).saturating_add(1);
        if numbers.seen > 20 && numbers.seen < span / 10 * 9 {
            signs.push(format!(
                "the writer numbers its lines from {low} to {high}, of which {} are here",
                numbers.seen
            ));
        }
    }
    signs
}

/// Routes of a case with what one source showed of them.
fn given(case: &Case, source: usize, leaves: &[Leaf]) -> Vec<Route> {
    let route = |(spec, leaf): (&RouteSpec, &Leaf)| {
        let names = [&spec.object, &spec.container];
        let variables = names
            .iter()
            .zip(&leaf.ids)
            .filter_map(|(name, values)| Some((name.as_ref()?, values)))
            .map(|(name, values)| Variable {
                in_query: !spec.path.contains(&format!("{{{name}")),
                name: name.clone(),
                paging: None,
                values: values.clone(),
            });
        Route {
            name: spec.name.clone(),
            path: spec.path.clone(),
            query: spec.query.clone(),
            source,
            given: true,
            figures: leaf.figures.clone(),
            variables: variables.collect(),
        }
    };
    let missing = Leaf::default();
    let leaves = (0..case.routes.len()).map(|at| leaves.get(at).unwrap_or(&missing));
    case.routes.iter().zip(leaves).map(route).collect()
}

/// Routes found in a source; paths that were never answered are somebody's guesses, and no route.
fn found(source: usize, input: &mut Input, known: &Known) -> Vec<Route> {
    let tree = std::mem::take(&mut input.facts.tree);
    let account = input.account.as_ref().map(|(place, ..)| place.clone());
    let own = account
        .as_deref()
        .and_then(|place| place.strip_prefix("query:"));
    let mut routes = Vec::new();
    for template in tree.templates(known) {
        if !template.leaf.figures.answered() {
            input.facts.elsewhere += template.leaf.figures.requests;
            continue;
        }
        let path = template
            .names
            .into_iter()
            .zip(template.leaf.ids)
            .map(|(name, values)| Variable {
                name,
                in_query: false,
                paging: None,
                values,
            });
        let query = template
            .leaf
            .parameters
            .into_iter()
            .map(|(name, values)| Variable {
                paging: paging(&name).filter(|_| values.kind() == Kind::Number),
                name: String::from_utf8_lossy(&name).into_owned(),
                in_query: true,
                values,
            });
        let said = &template.query;
        let query = query.filter(|variable| {
            let given = said.iter().any(|(name, _)| *name == variable.name);
            Some(variable.name.as_str()) != own && !given
        });
        let mut route = Route {
            name: String::new(),
            path: template.path,
            query: template.query.clone(),
            source,
            given: false,
            figures: template.leaf.figures,
            variables: path.chain(query).collect(),
        };
        route.name = route.written();
        let named = route.variables.iter().filter(|v| v.in_query && v.is_id());
        let named: u64 = named.map(|v| v.values.total).sum();
        route.figures.with_id = route.figures.with_id.max(named.min(route.figures.requests));
        routes.push(route);
    }
    routes
}

/// A parameter is an ID's by its name, or because many different IDs stood there.
fn named_as_id(name: &str, values: &Values) -> bool {
    let lower = name.to_lowercase();
    let ends = ["id", "ids", "nr", "no", "ref", "key", "uuid", "guid"];
    let noise = [
        "utm", "_", "v", "ver", "version", "ts", "t", "cb", "hash", "width", "height",
    ];
    let long = kind(name.as_bytes()) == Kind::Word && values.distinct.len() >= 5;
    !noise.contains(&lower.as_str())
        && !lower.starts_with("utm")
        && (ends.iter().any(|end| lower.ends_with(end)) || long)
}

/// First and last stamp of a source.
impl Source {
    /// First and last stamp.
    pub fn span(&self) -> Option<(Stamp, Stamp)> {
        Some((self.input.tally.first?, self.input.tally.last?))
    }
}
