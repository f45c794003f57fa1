//! How many controllers, data subjects, requests or accounts were concerned by disclosures beyond scope.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::desk::{Desk, Frame, Judge};
use super::opened::{Opened, Weight};
use super::reading::Who;
use super::rights::Thing;
use super::verdict::{Against, Draft};
use super::{Example, Finding, Form, Interval};
use crate::words::Reason;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Controllers,
    Subjects,
    Accesses,
    Accounts,
}

impl What {
    fn words(self) -> &'static str {
        match self {
            What::Controllers => "controllers concerned",
            What::Subjects => "data subjects disclosed beyond scope",
            What::Accesses => "requests that disclosed something beyond scope",
            What::Accounts => "accounts to which something was disclosed beyond scope",
        }
    }
}

/// Counts.
struct Count<'c> {
    what: What,
    form: &'c Form,
    controller: Option<u32>,
    /// Proven members, each with the first line that proves it.
    low: BTreeMap<u32, Example>,
    /// Proven and possible members.
    high: BTreeSet<u32>,
    /// Requests, where these are counted.
    accesses: Against,
    /// Things that may be anybody's.
    anybody: HashSet<Thing>,
    /// Persons of no unit, so of no controller that is known.
    placeless: BTreeSet<u32>,
    /// Published records of nobody that the tables know.
    unknown: u64,
    /// Something was disclosed that may be everybody's.
    unlimited: bool,
    reasons: BTreeSet<Reason>,
}

/// The judge of a figure.
pub(super) fn of<'c>(
    what: What,
    form: &'c Form,
    controller: Option<u32>,
) -> Box<dyn Judge<'c> + 'c> {
    Box::new(Count {
        what,
        form,
        controller,
        low: BTreeMap::new(),
        high: BTreeSet::new(),
        accesses: Against::default(),
        anybody: HashSet::new(),
        placeless: BTreeSet::new(),
        unknown: 0,
        unlimited: false,
        reasons: BTreeSet::new(),
    })
}

impl<'c> Judge<'c> for Count<'c> {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        match self.what {
            What::Accesses => {
                let weight = match self.controller {
                    None => desk.opener.access(opened),
                    Some(only) => access_of(desk, opened, only),
                };
                match weight {
                    Some(Weight::Sure) => self.accesses.sure(|| desk.opener.example(opened)),
                    Some(Weight::Maybe(reason)) => self.accesses.maybe(reason),
                    None => {}
                }
            }
            What::Accounts => {
                if let Some(weight) = desk.opener.access(opened) {
                    self.mark(desk, opened, opened.request.who, weight);
                }
            }
            What::Controllers | What::Subjects => self.things(desk, opened),
        }
    }

    fn end(mut self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.scoped(self.what.words(), frame);
        self.published(desk, frame);
        draft.reasons.extend(&self.reasons);
        match self.what {
            What::Accesses => {
                draft.reasons.extend(&self.accesses.reasons);
                let interval = self.accesses.interval(&draft.cover);
                let examples = self.accesses.examples;
                let mut finding = draft.figure(self.form, interval, &numbered(&examples));
                if finding.against == 0 {
                    finding.examples.clear();
                }
                finding
            }
            What::Controllers => self.controllers(desk, draft),
            What::Subjects => self.subjects(desk, draft),
            What::Accounts => self.accounts(desk, draft),
        }
    }
}

impl Count<'_> {
    /// Whoever was published may have been disclosed beyond scope, whatever the logs show.
    fn published(&mut self, desk: &Desk<'_>, frame: &Frame) {
        self.unknown = desk.leaked.unknown(frame);
        if self.unknown > 0 && matches!(self.what, What::Controllers | What::Subjects) {
            self.reasons.insert(Reason::NoDirectory);
        }
        for (subject, controller, reason) in desk.leaked.within(frame) {
            match (self.what, self.controller, controller) {
                (What::Controllers, _, Some(own)) => _ = self.high.insert(own),
                (What::Subjects, None, _) => _ = self.high.insert(subject),
                (What::Subjects, Some(only), Some(own)) if only == own => {
                    self.high.insert(subject);
                }
                (What::Controllers, _, None) | (What::Subjects, _, None) => {
                    self.placeless.insert(subject);
                }
                _ => continue,
            }
            self.reasons.insert(reason);
        }
    }

    fn things(&mut self, desk: &Desk<'_>, opened: &Opened<'_>) {
        if let Some(reason) = opened.blind {
            self.unlimited = true;
            self.reasons.insert(reason);
        }
        for sight in &opened.sights {
            let Some(weight) = desk.opener.beyond(opened, sight) else {
                continue;
            };
            if sight.rows.is_empty() {
                self.anybody.insert(sight.thing);
                self.reasons.insert(Reason::NoDirectory);
            }
            for row in &sight.rows {
                let weight = desk.opener.beyond_row(weight, *row);
                let (subject, controller) =
                    (desk.rights.subject(*row), desk.rights.controller(*row));
                match (self.what, self.controller, controller) {
                    (What::Subjects, None, _) => self.mark(desk, opened, subject, weight),
                    (What::Subjects, Some(only), Some(own)) if only == own => {
                        self.mark(desk, opened, subject, weight);
                    }
                    (What::Controllers, _, Some(own)) => self.mark(desk, opened, own, weight),
                    (_, _, None) => {
                        self.placeless.insert(subject);
                        self.reasons.insert(Reason::Ambiguous);
                    }
                    _ => {}
                }
            }
        }
    }

    fn mark(&mut self, desk: &Desk<'_>, opened: &Opened<'_>, key: u32, weight: Weight) {
        self.high.insert(key);
        match weight {
            Weight::Sure => {
                self.low
                    .entry(key)
                    .or_insert_with(|| desk.opener.example(opened));
            }
            Weight::Maybe(reason) => {
                self.reasons.insert(reason);
            }
        }
    }

    fn controllers(self, desk: &Desk<'_>, draft: Draft) -> Finding {
        let all = desk.rights.controllers();
        let dark = self.unlimited || !draft.cover.is_complete();
        let known = (all > 0).then_some(all as u64);
        let anybody = (self.anybody.len() + self.placeless.len()) as u64 + self.unknown;
        let some = self.high.len() as u64 + anybody;
        let max = match dark {
            true => known,
            false if anybody == 0 => Some(some),
            false => known.map(|all| all.min(some)),
        };
        let interval = Interval {
            min: self.low.len() as u64,
            max,
        };
        let open = dark || anybody > 0;
        let name = |key: u32| desk.rights.controller_id(key);
        let possible = match open {
            true => (all > 0).then(|| (0..all as u32).map(name).collect()),
            false => Some(self.high.iter().map(|key| name(*key)).collect()),
        };
        self.conclude(draft, interval, possible, &name, true)
    }

    fn subjects(self, desk: &Desk<'_>, draft: Draft) -> Finding {
        let dark = self.unlimited || !draft.cover.is_complete();
        let mut possible = &self.high | &self.placeless;
        if dark {
            possible.extend(desk.rights.population(self.controller));
        }
        let bounded = !dark || desk.case.directory.objects.is_some();
        let interval = Interval {
            min: self.low.len() as u64,
            max: bounded.then(|| (possible.len() + self.anybody.len()) as u64 + self.unknown),
        };
        let name = |key: u32| desk.rights.subject_name(key);
        let names = (bounded && self.anybody.is_empty() && self.unknown == 0)
            .then(|| possible.iter().map(|key| name(*key)).collect());
        self.conclude(draft, interval, names, &name, false)
    }

    fn accounts(mut self, desk: &Desk<'_>, mut draft: Draft) -> Finding {
        let label = |key: u32| match desk.requests.who(key) {
            Who::Account(name) => String::from_utf8_lossy(name).into_owned(),
            Who::Anonymous(name) | Who::Unattributed(name) => {
                format!("client:{}", String::from_utf8_lossy(name))
            }
        };
        let mut bounded = draft.cover.is_complete();
        for key in &self.high {
            match desk.requests.who(*key) {
                // A session that no row resolves may be any account's.
                who if desk.strangers.hold(who) => {
                    bounded = false;
                    self.reasons.insert(Reason::NoAccount);
                }
                Who::Account(name) => {
                    if desk.rights.is_shared(name) {
                        bounded = false;
                        self.reasons.insert(Reason::SharedAccount);
                    }
                }
                _ => {
                    bounded = false;
                    self.reasons.insert(Reason::NoAccount);
                }
            }
        }
        // Several addresses, or sessions that no row resolves, may be one person's, and one of the accounts'.
        let named = self.low.keys().filter_map(|key| {
            let who = desk.requests.who(*key);
            match who {
                Who::Account(name) if !desk.strangers.hold(who) => {
                    Some(super::names::respelled(name))
                }
                _ => None,
            }
        });
        let named: BTreeSet<Vec<u8>> = named.collect();
        let min = (named.len() as u64).max(u64::from(!self.low.is_empty()));
        let max = bounded.then_some(self.high.len() as u64);
        draft.reasons.extend(&self.reasons);
        let possible = bounded.then(|| self.high.iter().map(|key| label(*key)).collect());
        self.conclude(draft, Interval { min, max }, possible, &label, true)
    }

    fn conclude(
        self,
        draft: Draft,
        interval: Interval,
        possible: Option<BTreeSet<String>>,
        name: &dyn Fn(u32) -> String,
        open: bool,
    ) -> Finding {
        match self.form {
            Form::Set(stated) => {
                let lines: BTreeMap<String, Example> = self
                    .low
                    .iter()
                    .map(|(key, line)| (name(*key), *line))
                    .collect();
                draft.set(stated, &lines, possible.as_ref(), interval, open)
            }
            form => draft.figure(form, interval, &self.low),
        }
    }
}

/// What a request counts for as one that disclosed somebody of a controller's beyond scope.
fn access_of(desk: &Desk<'_>, opened: &Opened<'_>, only: u32) -> Option<Weight> {
    let sights = opened.sights.iter().filter_map(|sight| {
        let weight = desk.opener.beyond(opened, sight)?;
        if sight.rows.is_empty() {
            return Some(Weight::Maybe(Reason::NoDirectory));
        }
        let own = sight
            .rows
            .iter()
            .filter_map(|row| match desk.rights.controller(*row) {
                Some(controller) if controller == only => {
                    Some(desk.opener.beyond_row(weight, *row))
                }
                Some(_) => None,
                None => Some(Weight::Maybe(Reason::Ambiguous)),
            });
        own.min_by_key(|weight| *weight != Weight::Sure)
    });
    sights
        .chain(opened.blind.map(Weight::Maybe))
        .min_by_key(|weight| *weight != Weight::Sure)
}

fn numbered(examples: &[Example]) -> BTreeMap<u32, Example> {
    (0..).zip(examples.iter().copied()).collect()
}
