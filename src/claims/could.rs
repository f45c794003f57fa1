//! Could see and did see: two counters that are never merged.
//!
//! *Could*: people whose accounts held a grant from which a check that some route lacks kept something back. *Did*: people
//! to whom something beyond their scope was disclosed. People, not accounts: roles and accounts of one holder count once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::desk::{Desk, Frame, Judge};
use super::opened::{Opened, Weight};
use super::reading::Who;
use super::verdict::earliest;
use super::{Example, Finding, Interval, Outcome};
use crate::case::{Check, Grant};
use crate::words::{Reason, Stamp};

/// Weighs both figures.
pub(super) struct CouldAndDid {
    could: Option<u64>,
    did: Option<u64>,
    protected: bool,
    low: BTreeMap<String, Example>,
    high: BTreeSet<String>,
    /// The first request of somebody who is no account for sure, and may be one of the others.
    somebody: Option<Example>,
    reasons: BTreeSet<Reason>,
    unbounded: bool,
}

impl CouldAndDid {
    pub(super) fn new(could: Option<u64>, did: Option<u64>, protected: bool) -> CouldAndDid {
        CouldAndDid {
            could,
            did,
            protected,
            low: BTreeMap::new(),
            high: BTreeSet::new(),
            somebody: None,
            reasons: BTreeSet::new(),
            unbounded: false,
        }
    }

    fn weigh(&self, desk: &Desk<'_>, opened: &Opened<'_>) -> Option<Weight> {
        if !self.protected {
            return desk.opener.access(opened);
        }
        let sights = opened.sights.iter().filter_map(|sight| {
            let weight = desk.opener.beyond(opened, sight)?;
            if sight.rows.is_empty() {
                return Some(Weight::Maybe(Reason::NoDirectory));
            }
            let mut rows = sight.rows.iter();
            rows.any(|row| desk.rights.objects.row(*row).protected)
                .then_some(weight)
        });
        sights
            .chain(opened.blind.map(Weight::Maybe))
            .min_by_key(|weight| *weight != Weight::Sure)
    }
}

impl<'c> Judge<'c> for CouldAndDid {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        let Some(weight) = self.weigh(desk, opened) else {
            return;
        };
        let nobody = match opened.who {
            Who::Account(name) if desk.rights.is_shared(name) => Some(Reason::SharedAccount),
            Who::Account(_) if !desk.strangers.hold(opened.who) => None,
            _ => Some(Reason::NoAccount),
        };
        let person = match (opened.who, nobody) {
            (Who::Account(name), None) => holder(desk, name),
            // Whoever stands behind an address, a shared account or a session that no row resolves may be several people, or
            // one of the others.
            (_, reason) => {
                self.unbounded = true;
                self.reasons.extend(reason);
                if weight == Weight::Sure && self.somebody.is_none() {
                    self.somebody = Some(desk.opener.example(opened));
                }
                return;
            }
        };
        self.high.insert(person.clone());
        match weight {
            Weight::Sure => {
                self.low
                    .entry(person)
                    .or_insert_with(|| desk.opener.example(opened));
            }
            Weight::Maybe(reason) => {
                self.reasons.insert(reason);
            }
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.scoped("people", frame);
        draft.assumptions.push(
            "Could: the grants, but for the checks that routes are said to lack (`unchecked`), reach something outside of \
             scope; did: it was disclosed. A person is the holder that the table of accounts names, else the account, also \
             one that several share."
                .to_owned(),
        );
        let bounded = !self.unbounded && draft.cover.is_complete();
        let did = Interval {
            min: (self.low.len() as u64).max(u64::from(self.somebody.is_some())),
            max: bounded.then_some(self.high.len() as u64),
        };
        let could = could(desk, frame, self.protected);
        let mut outcomes = Vec::new();
        let mut words = Vec::new();
        if let Some(stated) = self.could {
            outcomes.push(match &could {
                None => Outcome::NotDeterminable,
                Some(could) => could.exactly(stated),
            });
            words.push(match &could {
                Some(Could { least, open: false }) => {
                    format!("{stated} could have, it was stated; by the tables {least} could.")
                }
                Some(Could { least, open: true }) => {
                    draft.reasons.insert(Reason::NoDirectory);
                    format!(
                        "{stated} could have, it was stated; by the tables {least} could, and nobody can say how many more: for a part of \
                         that time they are out of date."
                    )
                }
                None => {
                    draft.reasons.insert(Reason::NoGrants);
                    format!(
                        "{stated} could have, it was stated; nothing tells how many could: there is no table of grants or of \
                         objects, or no route with `unchecked` says which check was missing."
                    )
                }
            });
        }
        if let Some(stated) = self.did {
            let known = did.max == Some(did.min);
            outcomes.push(
                match (
                    did.min > stated || did.max.is_some_and(|max| max < stated),
                    known,
                ) {
                    (true, _) => Outcome::Contradicted,
                    (false, true) => Outcome::Supported,
                    (false, false) => Outcome::NotDeterminable,
                },
            );
            let room = did
                .max
                .map_or("any number".to_owned(), |max| max.to_string());
            words.push(format!(
                "{stated} did, it was stated; the logs prove {} and leave room for {room}.",
                did.min
            ));
        }
        draft.reasons.extend(&self.reasons);
        let outcome = match outcomes {
            all if all.contains(&Outcome::Contradicted) => Outcome::Contradicted,
            all if all.contains(&Outcome::NotDeterminable) => Outcome::NotDeterminable,
            _ => Outcome::Supported,
        };
        let more = self.did.is_some_and(|stated| did.min > stated);
        let lines = if more {
            earliest(self.low.values().chain(&self.somebody))
        } else {
            Vec::new()
        };
        let against = if more { did.min } else { 0 };
        draft.end(outcome, Some(did), words.join(" "), lines, against)
    }
}

/// The person behind an account.
fn holder(desk: &Desk<'_>, account: &[u8]) -> String {
    let row = desk.rights.holders.get(account);
    match row.map_or("", |row| row.subject.as_str()) {
        "" => format!("account {}", String::from_utf8_lossy(account)),
        subject => format!("person {subject}"),
    }
}

/// How many people could have seen something beyond their scope.
struct Could {
    least: u64,
    /// Whether the tables are out of date for a part of the time, so that there may be more.
    open: bool,
}

impl Could {
    fn exactly(&self, stated: u64) -> Outcome {
        match (self.least > stated, self.open) {
            (true, _) => Outcome::Contradicted,
            (false, true) => Outcome::NotDeterminable,
            (false, false) if self.least == stated => Outcome::Supported,
            (false, false) => Outcome::Contradicted,
        }
    }
}

/// The people who could have; `None` where the tables cannot tell.
fn could(desk: &Desk<'_>, frame: &Frame, protected: bool) -> Option<Could> {
    let routes = frame
        .routes
        .iter()
        .map(|route| desk.case.routes[*route].unchecked.as_slice());
    let lacking: BTreeSet<&[Check]> = routes.filter(|checks| !checks.is_empty()).collect();
    let directory = &desk.case.directory;
    if lacking.is_empty() || directory.grants.is_none() || directory.objects.is_none() {
        return None;
    }
    let rows = 0..desk.rights.objects.len() as u32;
    let rows: Vec<u32> = rows
        .filter(|row| !protected || desk.rights.objects.row(*row).protected)
        .collect();
    let mut by_unit: HashMap<u32, Vec<u32>> = HashMap::new();
    for row in &rows {
        let unit = desk.rights.objects.unit(*row);
        for above in unit.into_iter().flat_map(|unit| desk.rights.upwards(unit)) {
            by_unit.entry(above).or_default().push(*row);
        }
    }
    let excluded = &desk.case.exclude_accounts;
    // What the tables say of a time after they were written out is no proof.
    let as_of = desk.rights.as_of.as_ref().map(|(as_of, _)| *as_of);
    let as_of = as_of.filter(|at| frame.window.1.is_none_or(|until| *at < until));
    let mut frame = frame.clone();
    frame.window.1 = as_of.or(frame.window.1);
    let mut people = BTreeSet::new();
    for (account, grants) in desk.rights.granted() {
        let reaches = |grant: &&&Grant| {
            lacking.iter().any(|lacking| {
                let near = by_unit.get(&grant.unit).map_or(&[][..], Vec::as_slice);
                let candidates = if lacking.contains(&Check::Unit) {
                    &rows[..]
                } else {
                    near
                };
                candidates
                    .iter()
                    .any(|row| opens(desk, &frame, (account, grants), grant, *row, lacking))
            })
        };
        if !excluded.iter().any(|one| one.as_bytes() == account)
            && grants.iter().any(|grant| reaches(&grant))
        {
            people.insert(holder(desk, account));
        }
    }
    Some(Could {
        least: people.len() as u64,
        open: as_of.is_some(),
    })
}

/// Whether a grant, but for the checks that are lacking, reaches a row at some instant at which the account may not see it.
fn opens(
    desk: &Desk<'_>,
    frame: &Frame,
    (account, grants): (&[u8], &[&Grant]),
    grant: &Grant,
    row: u32,
    lacking: &[Check],
) -> bool {
    let own = desk.rights.objects.valid(row);
    let rows = desk
        .rights
        .rows(desk.rights.objects.names(row).0.as_bytes());
    let starts = [frame.window.0, grant.valid.from, own.from];
    let start = starts
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(Stamp(i64::MIN));
    // Scope changes only where a grant or a row begins or ends.
    let bounds = grants
        .iter()
        .map(|grant| grant.valid)
        .chain(rows.iter().map(|row| desk.rights.objects.valid(*row)))
        .flat_map(|valid| [valid.from, valid.until])
        .flatten()
        .filter(|at| *at > start);
    let inside = |at: &Stamp| frame.window.1.is_none_or(|until| *at < until) && own.holds(*at);
    std::iter::once(start)
        .chain(bounds)
        .filter(inside)
        .any(|at| {
            desk.rights.covers(grant, row, at, lacking) && !desk.rights.may_see(account, rows, at)
        })
}
