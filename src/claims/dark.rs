//! What the logs show of some routes in some time, and what darkens it: the ground that every upper bound stands on.
//!
//! Holes are found by `coverage`, asked anew for each statement's own time. A hole that another source shows through, or
//! that lies outside of the time or the routes, darkens nothing.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::reading::Requests;
use crate::case::{Case, RouteSpec, SourceSpec};
use crate::coverage::{self, Assessment, GapKind, SourceFacts};
use crate::words::{Reason, Stamp, Validity};

/// What the logs show of the routes and the time of a statement.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// First and last instant that is looked at, as far as it has ends.
    pub window: (Option<Stamp>, Option<Stamp>),
    /// Where that comes from, in a sentence.
    pub basis: String,
    /// Sources that record some of the routes.
    pub sources: Vec<Seen>,
    /// Holes in these.
    pub holes: Vec<HoleNote>,
    /// Anything else that darkens it: code and sentence.
    pub doubts: Vec<(Reason, String)>,
}

/// A source that records some of the routes.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its name.
    pub name: String,
    /// Names of the routes that it records.
    pub routes: Vec<String>,
    /// First and last stamp in it.
    pub span: Option<(Stamp, Stamp)>,
}

/// A hole.
#[derive(Clone, Debug)]
pub struct HoleNote {
    /// Name of the source.
    pub source: String,
    /// What tells of it.
    pub kind: GapKind,
    /// First instant.
    pub from: Stamp,
    /// First instant after it.
    pub until: Stamp,
    /// What it rests on.
    pub basis: String,
}

impl HoleNote {
    /// The code of its kind.
    pub fn reason(&self) -> Reason {
        match self.kind {
            GapKind::BeforeStart => Reason::BeforeStart,
            GapKind::AfterEnd => Reason::Retention,
            _ => Reason::Gap,
        }
    }
}

impl Cover {
    /// Why it is not complete; empty where it is.
    pub fn reasons(&self) -> BTreeSet<Reason> {
        let holes = self.holes.iter().map(HoleNote::reason);
        holes
            .chain(self.doubts.iter().map(|(reason, _)| *reason))
            .collect()
    }

    /// Whether nothing that matters could have happened unseen.
    pub fn is_complete(&self) -> bool {
        self.holes.is_empty() && self.doubts.is_empty()
    }
}

/// A time, open where `None`.
pub(super) type Window = (Option<Stamp>, Option<Stamp>);

/// Knows the logs' coverage.
pub(super) struct Sky<'c> {
    case: &'c Case,
    sources: &'c [SourceFacts],
    requests: &'c Requests,
    assessed: RefCell<BTreeMap<Window, Rc<Assessment>>>,
}

impl<'c> Sky<'c> {
    pub(super) fn of(
        case: &'c Case,
        sources: &'c [SourceFacts],
        requests: &'c Requests,
    ) -> Sky<'c> {
        Sky {
            case,
            sources,
            requests,
            assessed: RefCell::default(),
        }
    }

    /// The time of a statement: its own, else the case's, else that of the logs; and where it comes from.
    pub(super) fn window(&self, from: Option<Stamp>, until: Option<Stamp>) -> (Window, String) {
        let period = self.case.period.unwrap_or_default();
        let window = (from.or(period.from), until.or(period.until));
        let basis = match (from.or(until), self.case.period) {
            (Some(_), _) => "the statement's own time",
            (None, Some(_)) => "the case's period",
            (None, None) => "the logs' own time: neither the statement nor the case gives one",
        };
        (window, basis.to_owned())
    }

    /// What the logs show of some routes in a time.
    pub(super) fn cover(&self, routes: &[usize], window: Window, basis: &str) -> Cover {
        let assessed = self.assess(window);
        let span = self.requests.span;
        let mut cover = Cover {
            window: (
                window.0.or(span.map(|span| span.0)),
                window.1.or(span.map(|span| span.1)),
            ),
            basis: basis.to_owned(),
            sources: self.seen(routes),
            ..Cover::default()
        };
        let dark = assessed.holes.iter().enumerate().filter(|(at, hole)| {
            let spec = &self.case.sources[hole.source];
            let before = window.1.is_none_or(|until| hole.from < until);
            let behind = window.0.is_none_or(|from| from < hole.until);
            let hurts = |route: &usize| {
                logs(spec, *route)
                    && hole.route.is_none_or(|only| only == *route)
                    && !assessed.beside.contains(&(*at, *route))
            };
            before && behind && routes.iter().any(hurts)
        });
        cover.holes = dark
            .map(|(_, hole)| HoleNote {
                source: self.case.sources[hole.source].name.clone(),
                kind: hole.kind,
                from: hole.from,
                until: hole.until,
                basis: hole.basis.clone(),
            })
            .collect();
        cover.doubts.extend(self.unlogged(routes));
        cover.doubts.extend(self.faults(routes));
        cover.doubts.extend(self.unread(routes, window));
        cover.doubts.extend(others(&assessed));
        cover
    }

    /// What `coverage` says of holes and ends in a time, and takes for none.
    pub(super) fn said(&self, window: Window) -> Vec<String> {
        let assessed = self.assess(window);
        let told = assessed.doubts.iter().filter(|doubt| {
            let about = [Reason::Gap, Reason::BeforeStart, Reason::Retention];
            !doubt.allowance.is_open() && about.contains(&doubt.reason)
        });
        told.map(|doubt| format!("{}.", doubt.basis)).collect()
    }

    fn assess(&self, window: Window) -> Rc<Assessment> {
        let known = self.assessed.borrow().get(&window).cloned();
        if let Some(known) = known {
            return known;
        }
        let period = Validity {
            from: window.0,
            until: window.1,
        };
        let period = (!period.always()).then_some(period);
        // Tables are no matter here, and they may be large.
        let mut case = Case::of_logs("", self.case.timezone, period);
        case.sources.clone_from(&self.case.sources);
        case.routes.clone_from(&self.case.routes);
        let assessed = Rc::new(coverage::assess(&case, self.sources));
        self.assessed.borrow_mut().insert(window, assessed.clone());
        assessed
    }

    fn seen(&self, routes: &[usize]) -> Vec<Seen> {
        let both = self.case.sources.iter().zip(self.sources);
        let seen = both.map(|(spec, facts)| {
            let own = routes.iter().filter(|route| logs(spec, **route));
            Seen {
                name: spec.name.clone(),
                routes: own
                    .map(|route| self.case.routes[*route].name.clone())
                    .collect(),
                span: facts.tally.first.zip(facts.tally.last),
            }
        });
        seen.filter(|one| !one.routes.is_empty()).collect()
    }

    fn unlogged(&self, routes: &[usize]) -> Vec<(Reason, String)> {
        let routed: u64 = self.sources.iter().map(|facts| facts.tally.routed).sum();
        if routed == 0 {
            let what = "no request matches any route of the case: their `path` may not be how the logs write them";
            return vec![(Reason::NoLog, what.to_owned())];
        }
        let dark = |route: &&usize| !self.case.sources.iter().any(|spec| logs(spec, **route));
        let name = |route: &usize| &self.case.routes[*route].name;
        let what = |route| {
            (
                Reason::NoLog,
                format!("no source records the route \"{}\"", name(route)),
            )
        };
        routes.iter().filter(dark).map(what).collect()
    }

    /// Damaged and sampled sources.
    fn faults(&self, routes: &[usize]) -> Vec<(Reason, String)> {
        let both = self.case.sources.iter().zip(self.sources);
        let own = both.filter(|(spec, _)| routes.iter().any(|route| logs(spec, *route)));
        let mut faults = Vec::new();
        for (spec, facts) in own {
            let damaged = facts.damaged.iter().map(|(file, what)| {
                (
                    Reason::Integrity,
                    format!("{file} of source \"{}\": {what}", spec.name),
                )
            });
            faults.extend(damaged);
            if let Some(share) = spec.sampling {
                let what = format!(
                    "source \"{}\" keeps a share of {share} of its lines",
                    spec.name
                );
                faults.push((Reason::Sampled, what));
            }
        }
        faults
    }

    /// Lines that may hide a request, near enough to the time.
    fn unread(&self, routes: &[usize], window: Window) -> Option<(Reason, String)> {
        let near = self.requests.unread.iter().filter(|one| {
            let (before, behind) = one.between;
            let spec = &self.case.sources[one.source];
            window
                .1
                .is_none_or(|until| before.is_none_or(|at| at < until))
                && window
                    .0
                    .is_none_or(|from| behind.is_none_or(|at| at >= from))
                && routes.iter().any(|route| logs(spec, *route))
        });
        let lines = near.count();
        let what = format!(
            "{lines} line(s) could not be read although they look like requests for a route"
        );
        (lines > 0).then_some((Reason::Unparsed, what))
    }
}

/// Whether a source records a route.
pub(super) fn logs(spec: &SourceSpec, route: usize) -> bool {
    spec.logs_routes
        .as_ref()
        .is_none_or(|routes| routes.contains(&route))
}

/// Routes that can return data subjects; all where none says what it returns.
pub(super) fn returning(routes: &[RouteSpec]) -> Vec<usize> {
    let some: Vec<usize> = (0..routes.len())
        .filter(|route| routes[*route].returns())
        .collect();
    match some.is_empty() {
        true => (0..routes.len()).collect(),
        false => some,
    }
}

/// Doubts that are no hole and widen bounds: clocks, periodic losses, thinned numbers.
fn others(assessed: &Assessment) -> Vec<(Reason, String)> {
    let numbered = assessed
        .holes
        .iter()
        .any(|hole| hole.kind == GapKind::Sequence);
    let is_hole = |basis: &str| {
        assessed
            .holes
            .iter()
            .any(|hole| basis.starts_with(&hole.basis))
    };
    let own = assessed.doubts.iter().filter(|doubt| {
        let counts = match doubt.reason {
            Reason::Clock | Reason::Integrity => true,
            Reason::BeforeStart | Reason::Retention => true,
            Reason::Gap => !numbered,
            _ => false,
        };
        counts && doubt.allowance.is_open() && !is_hole(&doubt.basis)
    });
    own.map(|doubt| (doubt.reason, doubt.basis.clone()))
        .collect()
}
