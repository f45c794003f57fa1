//! Statements about time: when disclosures fell, what was fixed or revoked when, and whether the log is whole.

use std::collections::{BTreeMap, BTreeSet};

use super::dark::Window;
use super::desk::{Desk, Frame, Judge};
use super::names::respelled;
use super::opened::{Opened, Weight};
use super::reading::{Request, Who};
use super::rights::Standing;
use super::verdict::Against;
use super::{Example, Finding, Interval, Outcome, SHOWN};
use crate::coverage::{self, GapKind};
use crate::words::{Reason, SECOND, Stamp};

/// Clocks of two hosts may differ by so much without anybody's notice.
const CLOSE: i64 = 2 * SECOND;

/// Every disclosure beyond scope falls into a time.
pub(super) struct Within {
    time: Window,
    outside: Against,
    inside: u64,
}

impl Within {
    pub(super) fn new(time: Window) -> Within {
        Within {
            time,
            outside: Against::default(),
            inside: 0,
        }
    }
}

impl<'c> Judge<'c> for Within {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        let Some(weight) = desk.opener.access(opened) else {
            return;
        };
        let at = opened.request.time;
        let (from, until) = self.time;
        match (
            from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until),
            weight,
        ) {
            (true, _) => self.inside += 1,
            (false, Weight::Sure) => self.outside.sure(|| desk.opener.example(opened)),
            (false, Weight::Maybe(reason)) => self.outside.maybe(reason),
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.scoped(
            "requests that disclosed something beyond scope outside of that time",
            frame,
        );
        let (from, until) = self.time;
        let outside = |a: Stamp, b: Stamp| {
            from.is_some_and(|from| a < from) || until.is_some_and(|until| b > until)
        };
        draft
            .cover
            .holes
            .retain(|hole| outside(hole.from, hole.until));
        let span = desk.requests.span;
        // Where neither end is given, logs that do not reach over it show nothing of what lies beyond.
        if let (Some(from), None, Some((first, _))) = (from, frame.window.0, span)
            && first >= from
        {
            let what =
                format!("the logs begin at {first}, and nothing shows what was before {from}");
            draft.cover.doubts.push((Reason::BeforeStart, what));
        }
        if let (Some(until), None, Some((_, last))) = (until, frame.window.1, span)
            && last < until
        {
            let what =
                format!("the logs end at {last}, and nothing shows what was from {until} on");
            draft.cover.doubts.push((Reason::Retention, what));
        }
        draft.assumptions.push(format!("{} request(s) within that time disclosed, or may have disclosed, something beyond scope.", self.inside));
        draft.never(self.outside)
    }
}

/// From an instant on requests beyond scope were made, and all refused.
pub(super) struct FixedBy {
    at: Stamp,
    after: Against,
    refused: u64,
    /// On these routes.
    routes: BTreeSet<usize>,
    last: Option<Stamp>,
}

impl FixedBy {
    pub(super) fn new(at: Stamp) -> FixedBy {
        FixedBy {
            at,
            after: Against::default(),
            refused: 0,
            routes: BTreeSet::new(),
            last: None,
        }
    }
}

impl<'c> Judge<'c> for FixedBy {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        match desk.opener.access(opened) {
            Some(Weight::Sure) => self.after.sure(|| desk.opener.example(opened)),
            Some(Weight::Maybe(reason)) => self.after.maybe(reason),
            None if desk.opener.attempt(opened)
                && is_refusal(opened.request)
                && stands(desk, opened) =>
            {
                self.routes.insert(opened.route);
                self.refused += 1;
                self.last = Some(opened.request.time);
            }
            None => {}
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let draft = desk.scoped(
            "requests that disclosed something beyond scope afterwards",
            frame,
        );
        let mut finding = draft.never(self.after);
        let tried = match self.last {
            Some(last) => format!(
                "{} request(s) beyond scope were refused from {} on, the last at {last}.",
                self.refused, self.at
            ),
            None => format!(
                "No request beyond scope was refused from {} on: nothing tried the fix.",
                self.at
            ),
        };
        finding.why = format!("{} {tried}", finding.why);
        let untried: Vec<&str> = leaking(desk, frame, self.at)
            .difference(&self.routes)
            .map(|route| desk.case.routes[*route].name.as_str())
            .collect();
        if self.refused > 0 && !untried.is_empty() {
            finding.why.push_str(&format!(
                " Nothing tried it on the route(s) \"{}\", which disclosed before.",
                untried.join("\", \"")
            ));
        }
        let tried = self.refused > 0 && untried.is_empty();
        if !tried && finding.outcome != Outcome::Contradicted {
            finding.outcome = Outcome::NotDeterminable;
            finding.reasons.insert(Reason::NoProbe);
        }
        finding
    }
}

/// Routes of a statement that disclosed, or may have disclosed, something beyond scope before an instant.
fn leaking(desk: &Desk<'_>, frame: &Frame, at: Stamp) -> BTreeSet<usize> {
    let before = desk.requests.all.iter().filter(|one| one.time < at);
    let opened = before.filter_map(|one| desk.opener.open(one));
    let own = opened.filter(|one| frame.routes.contains(&one.route));
    let leaking = own.filter(|one| desk.opener.access(one).is_some());
    leaking.map(|one| one.route).collect()
}

/// Whether something that was asked for in vain was there at all: what is gone is refused to everybody.
fn stands(desk: &Desk<'_>, opened: &Opened<'_>) -> bool {
    let at = opened.request.time;
    let holds = |row: &u32| desk.rights.objects.valid(*row).holds(at);
    let beyond = opened
        .sights
        .iter()
        .filter(|one| one.standing == Standing::Beyond);
    beyond.into_iter().any(|one| one.rows.iter().any(holds))
}

/// Whether the platform refused a request: not an error, a limit, or a method without a body.
fn is_refusal(request: &Request) -> bool {
    request.with_body
        && match request.status {
            405 | 408 | 429 | 499 => false,
            200..=203 | 206 | 301 | 302 | 303 | 307 | 308 => true,
            status => (400..500).contains(&status),
        }
}

/// Accounts were not used from an instant on.
pub(super) struct Revoked<'c> {
    accounts: &'c BTreeMap<String, Stamp>,
    after: Against,
    refused: u64,
    used: BTreeSet<u32>,
}

impl<'c> Revoked<'c> {
    pub(super) fn new(accounts: &'c BTreeMap<String, Stamp>) -> Revoked<'c> {
        Revoked {
            accounts,
            after: Against::default(),
            refused: 0,
            used: BTreeSet::new(),
        }
    }
}

impl<'c> Judge<'c> for Revoked<'c> {
    fn see(&mut self, _desk: &Desk<'c>, _opened: &Opened<'c>) {}

    fn raw(&mut self, desk: &Desk<'c>, request: &Request, who: Who<'_>) {
        let first = self
            .accounts
            .values()
            .min()
            .copied()
            .unwrap_or(request.time);
        let strange = desk.strangers.hold(who);
        let mut alias_of = false;
        let revoked = match who {
            Who::Account(_) if strange => Some(first),
            Who::Account(name) => {
                let own = std::str::from_utf8(name).ok();
                let own = own.and_then(|name| self.accounts.get(name)).copied();
                let other = respelled(name);
                let mut all = self.accounts.iter();
                let mut alias = || all.find(|(account, _)| respelled(account.as_bytes()) == other);
                alias_of = own.is_none();
                own.or_else(|| Some(*alias()?.1))
            }
            Who::Unattributed(_) => Some(first),
            Who::Anonymous(_) => None,
        };
        let Some(at) = revoked.filter(|at| request.time >= *at) else {
            return;
        };
        match (who, request.status) {
            (_, 400..=498 | 500..=599) => self.refused += 1,
            (Who::Unattributed(_), _) => self.after.maybe(Reason::NoAccount),
            // A session that no row resolves may be anybody's.
            _ if strange => self.after.maybe(Reason::NoAccount),
            // It is written otherwise, and may be another one.
            _ if alias_of => self.after.maybe(Reason::Ambiguous),
            (_, 0) => self.after.maybe(Reason::NoStatus),
            (_, 200..=299 | 304) if request.time.0.saturating_sub(at.0) < CLOSE => {
                self.after.maybe(Reason::Clock)
            }
            (_, 200..=299 | 304) => {
                self.used.insert(request.who);
                self.after.sure(|| example(desk, request));
            }
            _ => self.after.maybe(Reason::Ambiguous),
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut frame = frame.clone();
        let first = self.accounts.values().min().copied();
        frame.window.0 = first.or(frame.window.0);
        let mut draft = desk.draft(
            "requests that were answered after the account was revoked",
            &frame,
        );
        let named = |who: &u32| match desk.requests.who(*who) {
            Who::Account(name) => {
                let mut own = self.accounts.keys();
                own.any(|account| respelled(account.as_bytes()) == respelled(name))
            }
            _ => false,
        };
        desk.set_aside(&mut draft, desk.requests.excluded_who.iter().any(named));
        let whole = |source: &crate::case::SourceSpec| source.logs_routes.is_none();
        if !desk.case.sources.iter().any(whole) {
            draft.assumptions.push(
                "No source records requests for other pages than its `logs_routes`: of those nothing is known.".to_owned(),
            );
        }
        draft.assumptions.push(format!(
            "{} account(s) are looked at; an answer counts with status 2xx or 304; {} request(s) afterwards were refused. \
             Requests less than two seconds after the instant prove nothing: clocks may differ.",
            self.accounts.len(),
            self.refused
        ));
        let accounts = self.used.len();
        let mut finding = draft.never(self.after);
        if finding.outcome == Outcome::Contradicted {
            finding
                .why
                .push_str(&format!(" They bear {accounts} account(s)."));
        }
        finding
    }
}

/// The line of any kept request.
fn example(desk: &Desk<'_>, request: &Request) -> Example {
    match desk
        .requests
        .all
        .binary_search_by_key(&(request.time, request.file, request.line), |one| {
            (one.time, one.file, one.line)
        }) {
        Ok(at) => match desk.opener.open(&desk.requests.all[at]) {
            Some(opened) => desk.opener.example(&opened),
            None => request.example(desk.opener.asked_by_guarded(desk.requests.who(request.who))),
        },
        Err(_) => request.example(true),
    }
}

/// The log is whole.
pub(super) struct Complete;

impl<'c> Judge<'c> for Complete {
    fn see(&mut self, _desk: &Desk<'c>, _opened: &Opened<'c>) {}

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.draft("proven holes", frame);
        let returns = |route: &usize| desk.case.routes[*route].returns();
        if frame.routes.iter().any(returns) {
            draft.cover.doubts.extend(desk.leaked.doubt(frame));
        }
        desk.elsewhere(&mut draft, frame);
        draft.assumptions.extend(desk.sky.said(frame.window));
        let shared = coverage::shared_load(desk.case, &frame.routes);
        let shared = shared.into_iter().map(|doubt| (doubt.reason, doubt.basis));
        draft.cover.doubts.extend(shared);
        draft.assumptions.push(
            "A hole is proven where the case declares it, a file of the rotation is missing, or the writer's own line numbers \
             skip some; a short hole that leaves no such trace would go unnoticed."
                .to_owned(),
        );
        let proven =
            |kind: GapKind| matches!(kind, GapKind::Declared | GapKind::File | GapKind::Sequence);
        let holes: Vec<(String, Stamp, Stamp)> = draft
            .cover
            .holes
            .iter()
            .filter(|hole| proven(hole.kind))
            .map(|hole| (hole.source.clone(), hole.from, hole.until))
            .collect();
        let interval = Interval {
            min: holes.len() as u64,
            max: draft.cover.is_complete().then_some(0),
        };
        let (outcome, why) = match (holes.len(), draft.cover.is_complete()) {
            (0, true) => (
                Outcome::Supported,
                "Nothing shows that anything is missing.".to_owned(),
            ),
            (0, false) => (
                Outcome::NotDeterminable,
                "No hole is proven, but something speaks against a whole log.".to_owned(),
            ),
            (n, _) => (
                Outcome::Contradicted,
                format!(
                    "{n} hole(s) are proven; the lines are that log's last request for a route before each and the first \
                     behind it."
                ),
            ),
        };
        let all = &desk.requests.all;
        let sides = holes.iter().flat_map(|(source, from, until)| {
            let same = |one: &&Request| {
                let own = desk
                    .requests
                    .source(one)
                    .and_then(|at| desk.case.sources.get(at));
                own.is_some_and(|own| own.name == *source)
            };
            let before = all.partition_point(|one| one.time < *from);
            let behind = all.partition_point(|one| one.time < *until);
            let before = all[..before].iter().rev().find(same);
            [before, all[behind..].iter().find(same)]
                .into_iter()
                .flatten()
        });
        let lines: Vec<Example> = sides
            .take(SHOWN)
            .map(|request| example(desk, request))
            .collect();
        let against = holes.len() as u64;
        draft.end(outcome, Some(interval), why, lines, against)
    }
}
