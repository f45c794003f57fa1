//! All accounts' shares, merged: every data subject with what was disclosed of it, every controller's
//! requests and accounts. Exact sets; merges, does not print.

use std::collections::{BTreeMap, BTreeSet};

use super::account::About;
use super::doubts::Doubts;
use super::{AccountShare, Beyond, Citation, Doubtful, Run};
use crate::case::{Category, Directory, ObjectRow, RouteSpec};
use crate::scope::{Atlas, ControllerIndex, Standing};
use crate::sequence::Access;
use crate::words::{Certainty, Reason, Stamp};

/// How many lines are cited for a subject in tables; `accesses.parquet` has all.
pub const CITED: usize = 5;

/// A data subject under a controller (`None`: the directory does not say whose).
pub type SubjectKey = (Option<ControllerIndex>, u32);

/// What was disclosed of a data subject.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectTally {
    /// The highest certainty.
    pub certainty: Certainty,
    /// Protected identity at some disclosure.
    pub protected: bool,
    /// A child at some disclosure.
    pub child: bool,
    /// Protected identity at a confirmed disclosure: what a lower bound may count.
    pub surely_protected: bool,
    /// A child at a confirmed disclosure.
    pub surely_child: bool,
    /// First disclosure.
    pub first: Stamp,
    /// Last disclosure.
    pub last: Stamp,
    /// To whom, by number, with the highest certainty for each.
    pub accounts: BTreeMap<u32, Certainty>,
    /// By how many requests; 0 where only the order of a run makes it possible.
    pub accesses: u64,
    /// By which routes.
    pub routes: BTreeSet<u16>,
    /// Which data categories, by their places in the exposure.
    kinds: BTreeSet<u16>,
    /// The surest lines, earliest first, at most [`CITED`].
    pub evidence: Vec<(Certainty, Citation)>,
    /// Why it is not confirmed, where it is not.
    pub doubts: BTreeSet<Reason>,
    /// The request that was counted last.
    latest: Option<Citation>,
}

/// Requests and accounts that reached a controller's subjects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach {
    /// Accounts, by number.
    pub accounts: BTreeSet<u32>,
    /// Distinct requests.
    pub requests: BTreeSet<Citation>,
}

/// Everything disclosed beyond scope, and everything in doubt.
#[derive(Debug, Default)]
pub struct Exposure {
    /// Subjects.
    pub subjects: BTreeMap<SubjectKey, SubjectTally>,
    /// Reach by controller.
    pub reach: BTreeMap<Option<ControllerIndex>, Reach>,
    /// Doubts, merged over accounts.
    pub doubtful: Doubts,
    /// Data categories, each once: there may be a million subjects, and a few of these.
    kinds: Vec<Category>,
}

/// What merging a share needs to know.
pub struct Merger<'c> {
    /// The indexed directory.
    pub atlas: &'c Atlas<'c>,
    /// The case's routes.
    pub routes: &'c [RouteSpec],
    /// From when on the directory seems out of date.
    pub stale_from: Option<Stamp>,
}

impl Merger<'_> {
    /// Why a row's subject, disclosed at an instant, only widens the upper bound.
    fn unsure(
        &self,
        row: u32,
        at: Stamp,
        sure: &dyn Fn(Option<ControllerIndex>) -> bool,
    ) -> Option<Reason> {
        if self.atlas.row(row).subject.is_empty() {
            return Some(Reason::Ambiguous);
        }
        if self.stale_from.is_some_and(|from| at >= from) {
            return Some(Reason::NoDirectory);
        }
        (!sure(self.atlas.controller(row))).then_some(Reason::NoGrants)
    }

    /// Whether a row's subject is only in doubt: because of the account's scope, the directory's age, or because the
    /// directory names none.
    pub fn leaves_open(
        &self,
        row: u32,
        at: Stamp,
        sure: &dyn Fn(Option<ControllerIndex>) -> bool,
    ) -> bool {
        self.unsure(row, at, sure).is_some()
    }
}

impl Exposure {
    /// Takes in an account's share. `sure`: whether its disclosures of a controller's subjects count as beyond scope;
    /// otherwise, under an inferred scope without a system to it, they only widen the upper bound. So do objects of which the
    /// directory names no data subject: each may tell about one.
    pub fn add(
        &mut self,
        with: &Merger<'_>,
        account: u32,
        share: &AccountShare,
        sure: &dyn Fn(Option<ControllerIndex>) -> bool,
    ) {
        for beyond in &share.beyond {
            if beyond.certainty > Certainty::Nothing {
                self.disclosure(with, account, beyond, sure);
            }
        }
        self.note(share);
    }

    /// Takes in an account's doubts; all that there is of one which asked for nothing beyond its scope.
    pub fn note(&mut self, share: &AccountShare) {
        self.doubtful.note(&share.doubtful);
    }

    /// Sums up the doubts of all shares; call once after the last.
    pub fn settle(&mut self) {
        self.doubtful.put_together();
    }

    /// Takes in what is missing in an account's run, after everybody's share: whom no line shows becomes possible, and is
    /// counted in the run. `sure` as in [`Exposure::add`].
    pub fn fill(
        &mut self,
        with: &Merger<'_>,
        account: u32,
        run: &mut Run,
        sure: &dyn Fn(Option<ControllerIndex>) -> bool,
    ) {
        let reason = match run.share {
            Some(_) => Reason::Sampled,
            None => Reason::Gap,
        };
        let route = with.routes.get(usize::from(run.route));
        for gap in &mut run.gaps {
            let mut possible = BTreeSet::new();
            let sides = [gap.before.last, gap.after.access];
            for (thing, at) in std::mem::take(&mut gap.things) {
                for row in with.atlas.rows_at(thing, at) {
                    let key = (with.atlas.controller(row), with.atlas.subject(row));
                    let known = self.subjects.get(&key);
                    if known.is_some_and(|tally| tally.accesses > 0) {
                        continue;
                    }
                    if let Some(reason) = with.unsure(row, at, sure) {
                        let doubt = Doubtful {
                            reason,
                            first: Citation::of(&sides[0]),
                            requests: 0,
                        };
                        // A doubt that a line shows stays as it is.
                        let about = (About::Subject(key.0, key.1), reason);
                        self.doubtful.add_late(about, doubt);
                        continue;
                    }
                    let object = with.atlas.row(row);
                    let kinds = kinds(&mut self.kinds, route, &object, with.atlas.directory);
                    let tally = self.subjects.entry(key);
                    let tally = tally.or_insert_with(|| SubjectTally::new(sides[0].time));
                    tally.fill(account, (run.route, reason), &sides, &object);
                    tally.kinds.extend(kinds);
                    possible.insert(key);
                }
            }
            gap.possible = possible.len() as u64;
        }
    }

    /// Puts what [`Exposure::fill`] found among the rest; call once after the last.
    pub fn close(&mut self) {
        self.doubtful.settle();
    }

    /// Which data categories were disclosed of a data subject.
    pub fn categories(&self, tally: &SubjectTally) -> BTreeSet<&Category> {
        let kinds = tally.kinds.iter();
        kinds
            .filter_map(|kind| self.kinds.get(usize::from(*kind)))
            .collect()
    }

    fn disclosure(
        &mut self,
        with: &Merger<'_>,
        account: u32,
        beyond: &Beyond,
        sure: &dyn Fn(Option<ControllerIndex>) -> bool,
    ) {
        let Some(thing) = beyond.thing else { return };
        let citation = Citation::of(&beyond.access);
        for row in with.atlas.rows_at(thing, beyond.access.time) {
            let key = (with.atlas.controller(row), with.atlas.subject(row));
            if let Some(reason) = with.unsure(row, beyond.access.time, sure) {
                let doubt = Doubtful {
                    reason,
                    first: citation,
                    requests: 1,
                };
                let about = (About::Subject(key.0, key.1), reason);
                self.doubtful.note(&[(about, doubt)]);
                continue;
            }
            let reach = self.reach.entry(key.0).or_default();
            reach.accounts.insert(account);
            reach.requests.insert(citation);
            let object = with.atlas.row(row);
            let route = with.routes.get(usize::from(beyond.access.route));
            let kinds = kinds(&mut self.kinds, route, &object, with.atlas.directory);
            let tally = self.subjects.entry(key);
            let tally = tally.or_insert_with(|| SubjectTally::new(beyond.access.time));
            tally.add(account, beyond, &object);
            tally.kinds.extend(kinds);
        }
    }
}

impl SubjectTally {
    /// Accounts to which it was disclosed with at least this certainty.
    pub fn takers(&self, least: Certainty) -> impl Iterator<Item = u32> {
        let accounts = self.accounts.iter();
        accounts
            .filter(move |(_, sure)| **sure >= least)
            .map(|(account, _)| *account)
    }

    fn new(at: Stamp) -> SubjectTally {
        SubjectTally {
            certainty: Certainty::Nothing,
            protected: false,
            child: false,
            surely_protected: false,
            surely_child: false,
            first: at,
            last: at,
            accounts: BTreeMap::new(),
            accesses: 0,
            routes: BTreeSet::new(),
            kinds: BTreeSet::new(),
            evidence: Vec::new(),
            doubts: BTreeSet::new(),
            latest: None,
        }
    }

    fn add(&mut self, account: u32, beyond: &Beyond, object: &ObjectRow<'_>) {
        let at = beyond.access.time;
        self.certainty = self.certainty.max(beyond.certainty);
        self.protected |= object.protected;
        self.child |= object.child;
        let sure = beyond.certainty == Certainty::Confirmed;
        self.surely_protected |= sure && object.protected;
        self.surely_child |= sure && object.child;
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        let taken = self.accounts.entry(account).or_insert(Certainty::Nothing);
        *taken = (*taken).max(beyond.certainty);
        self.routes.insert(beyond.access.route);
        self.doubts.extend(unsure(beyond));
        let citation = Citation::of(&beyond.access);
        // Rows of one object, or two objects of one subject, may stand in one request.
        if self.latest != Some(citation) {
            self.latest = Some(citation);
            self.accesses += 1;
            // Most have a single line, and there may be a million of them.
            self.evidence.reserve_exact(1);
            self.evidence.push((beyond.certainty, citation));
            self.settle_evidence();
        }
    }

    /// Takes in that a run must have gone through it between two requests; no request shows it.
    fn fill(
        &mut self,
        account: u32,
        (route, reason): (u16, Reason),
        sides: &[Access; 2],
        object: &ObjectRow,
    ) {
        self.certainty = self.certainty.max(Certainty::Possible);
        self.protected |= object.protected;
        self.child |= object.child;
        self.first = self.first.min(sides[0].time);
        self.last = self.last.max(sides[1].time);
        self.accounts.insert(account, Certainty::Possible);
        self.routes.insert(route);
        self.doubts.insert(reason);
        let lines = sides.map(|side| (Certainty::Possible, Citation::of(&side)));
        self.evidence.extend(lines);
        self.settle_evidence();
    }

    fn settle_evidence(&mut self) {
        self.evidence
            .sort_by_key(|(certainty, citation)| (std::cmp::Reverse(*certainty), *citation));
        self.evidence.dedup();
        self.evidence.truncate(CITED);
    }
}

fn unsure(beyond: &Beyond) -> impl Iterator<Item = Reason> {
    let probable = beyond.certainty == Certainty::Probable;
    let no_body = probable && beyond.access.bytes == crate::sequence::NO_BYTES;
    let no_status = probable && beyond.access.status == 0;
    // A body that was counted and yet is only probable: 304, a broken-off answer, another 2xx, or one constant body.
    let counted = probable && !no_body && !no_status;
    let possible = beyond.certainty == Certainty::Possible;
    let no_unit = beyond.standing == Standing::NoUnit;
    [
        no_body.then_some(Reason::NoBody),
        no_status.then_some(Reason::NoStatus),
        (possible || no_unit || counted).then_some(Reason::Ambiguous),
    ]
    .into_iter()
    .flatten()
}

/// What a route disclosed of an object, by the places among all `known`: an optional category only where the subject has filled
/// it in, and with its question mark where the directory does not say.
fn kinds(
    known: &mut Vec<Category>,
    route: Option<&RouteSpec>,
    object: &ObjectRow<'_>,
    directory: &Directory,
) -> Vec<u16> {
    let all = route.map_or(&[][..], |route| &route.discloses);
    let told = all.iter().filter_map(|category| {
        let optional = category.optional && !directory.objects_say_fields;
        let left_out = category.optional && !optional && !object.fields.contains(&category.name);
        (!left_out).then_some((&category.name, optional))
    });
    let place = |(name, optional): (&String, bool)| {
        let found = known
            .iter()
            .position(|own| own.name == *name && own.optional == optional);
        found.unwrap_or_else(|| {
            let name = name.clone();
            known.push(Category { name, optional });
            known.len() - 1
        }) as u16
    };
    told.map(place).collect()
}
