//! Statements about who took or read what: authorised users who pooled, and readers of one object.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::desk::{Desk, Frame, Judge};
use super::opened::{Opened, Weight};
use super::reading::Who;
use super::rights::{Standing, Thing};
use super::verdict::{Against, earliest};
use super::{Example, Finding, Interval, Outcome};
use crate::case::{Grant, Leak, LeakRecord};
use crate::words::{Certainty, Reason, Stamp, Validity};

/// Every access was in scope, and the published records lie within what was so accessed.
#[derive(Default)]
pub(super) struct Pooled {
    beyond: Against,
    /// First rows of objects, and subjects, that were disclosed within scope before they were published, each with the routes
    /// that did.
    objects: Shown,
    subjects: Shown,
}

type Shown = HashMap<u32, BTreeSet<usize>>;

impl<'c> Judge<'c> for Pooled {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        match desk.opener.access(opened) {
            Some(Weight::Sure) => self.beyond.sure(|| desk.opener.example(opened)),
            Some(Weight::Maybe(reason)) => self.beyond.maybe(reason),
            None => {}
        }
        let published = desk.case.leak.as_ref().and_then(|leak| leak.published);
        if published.is_some_and(|published| opened.request.time >= published) {
            return;
        }
        let shown = |sight: &&super::opened::Sight| {
            sight.certainty == Certainty::Confirmed && sight.standing == Standing::Inside
        };
        for sight in opened.sights.iter().filter(shown) {
            if let Thing::Known(row) | Thing::OfKind(row) = sight.thing {
                self.objects.entry(row).or_default().insert(opened.route);
            }
            for row in &sight.rows {
                let own = self.subjects.entry(desk.rights.subject(*row));
                own.or_default().insert(opened.route);
            }
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.scoped(
            "accesses or published records outside of every scope",
            frame,
        );
        let Some(leak) = &desk.case.leak else {
            let mut finding = draft.never(self.beyond);
            finding.why.push_str(
                " The case names no published records ([leak]), so nothing can be said of a pool.",
            );
            if finding.outcome == Outcome::Supported {
                finding.outcome = Outcome::NotDeterminable;
                finding.reasons.insert(Reason::NoObject);
            }
            return finding;
        };
        let pool = Pool::of(desk, leak);
        let (mut witnesses, mut unexplained, mut unknown) = (Vec::new(), 0u64, 0u64);
        for record in &leak.records {
            let rows = pool.rows(desk, record);
            let taken = self.explains(desk, leak, (record, &rows));
            match () {
                () if rows.is_empty() => unknown += 1,
                () if taken => {}
                () if pool.knows_scopes && !pool.covers(desk, &rows) => witnesses.push(record.row),
                () => unexplained += 1,
            }
        }
        let mut against = self.beyond;
        let requests = against.sure;
        against.sure += witnesses.len() as u64;
        if unknown > 0 {
            against.maybe += unknown;
            against.reasons.insert(Reason::NoDirectory);
        }
        if unexplained > 0 {
            against.maybe += unexplained;
            against.reasons.insert(Reason::NoObject);
        }
        draft.assumptions.push(format!(
            "Of {} published record(s) in {}, {} lay outside of every scope until they were published, {unexplained} lay in some \
             scope but no logged access within scope shows them, {unknown} are of nobody that the tables know.",
            leak.records.len(),
            leak.path,
            witnesses.len()
        ));
        let rows: Vec<String> = witnesses
            .iter()
            .take(super::SHOWN)
            .map(u64::to_string)
            .collect();
        let mut finding = draft.never(against);
        finding.against = requests;
        if !rows.is_empty() {
            finding.why.push_str(&format!(
                " {} of them are rows of {} that nobody was allowed to see: {}{}.",
                witnesses.len(),
                leak.path,
                rows.join(", "),
                if witnesses.len() > rows.len() {
                    ", …"
                } else {
                    ""
                }
            ));
        }
        finding
    }
}

impl Pooled {
    /// Whether what was disclosed within scope is all that a record tells: its object or its person, both where it names
    /// both, and every category of it that routes of the case disclose.
    fn explains(
        &self,
        desk: &Desk<'_>,
        leak: &Leak,
        (record, rows): (&LeakRecord, &[u32]),
    ) -> bool {
        let subjects: Vec<u32> = rows.iter().map(|row| desk.rights.subject(*row)).collect();
        let of_object = rows.iter().filter_map(|row| self.objects.get(row));
        let of_person = subjects.iter().filter_map(|one| self.subjects.get(one));
        let mut ways: Vec<&BTreeSet<usize>> = match record.object.is_empty() {
            true => of_person.collect(),
            false => of_object.collect(),
        };
        if ways.is_empty() {
            return false;
        }
        // Named beside the object of another.
        let named = desk.rights.subjects_named(record.subject.as_bytes());
        if let Some(person) = named.filter(|person| !subjects.contains(person)) {
            match self.subjects.get(&person) {
                Some(way) => ways.push(way),
                None => return false,
            }
        }
        let filled = leak.columns.iter().zip(&record.values);
        let mut filled = filled.filter(|(_, value)| !value.is_empty());
        filled.all(|(column, _)| {
            let all = &desk.case.routes;
            let mut ways = ways.iter().copied().flatten().map(|route| &all[*route]);
            !all.iter().any(|route| route.tells(column)) || ways.any(|route| route.tells(column))
        })
    }
}

/// The union of everybody's scope.
struct Pool<'c> {
    by_unit: HashMap<u32, Vec<&'c Grant>>,
    of_subject: HashMap<u32, Vec<u32>>,
    published: Option<Stamp>,
    knows_scopes: bool,
}

impl<'c> Pool<'c> {
    fn of(desk: &Desk<'c>, leak: &Leak) -> Pool<'c> {
        let mut by_unit: HashMap<u32, Vec<&Grant>> = HashMap::new();
        for grant in desk.case.directory.grants.iter().flatten() {
            by_unit.entry(grant.unit).or_default().push(grant);
        }
        let mut of_subject: HashMap<u32, Vec<u32>> = HashMap::new();
        for row in 0..desk.rights.objects.len() as u32 {
            of_subject
                .entry(desk.rights.subject(row))
                .or_default()
                .push(row);
        }
        Pool {
            by_unit,
            of_subject,
            published: leak.published,
            knows_scopes: desk.case.directory.grants.is_some() && desk.rights.as_of.is_none(),
        }
    }

    /// Rows of what a record is about.
    fn rows(&self, desk: &Desk<'_>, record: &LeakRecord) -> Vec<u32> {
        match record.object.is_empty() {
            false => desk.rights.rows(record.object.as_bytes()).to_vec(),
            true => {
                let subject = desk.rights.subjects_named(record.subject.as_bytes());
                let rows = subject.and_then(|subject| self.of_subject.get(&subject));
                rows.cloned().unwrap_or_default()
            }
        }
    }

    /// Whether some row lay in somebody's scope at some time until the publication.
    fn covers(&self, desk: &Desk<'_>, rows: &[u32]) -> bool {
        rows.iter().any(|row| {
            let unit = desk.rights.objects.unit(*row);
            let above = unit.into_iter().flat_map(|unit| desk.rights.upwards(unit));
            let grants = above.flat_map(|unit| self.by_unit.get(&unit).into_iter().flatten());
            let valid = desk.rights.objects.valid(*row);
            grants.into_iter().any(|grant| {
                let start = meeting(grant.valid, valid, self.published);
                start.is_some_and(|at| desk.rights.covers(grant, *row, at, &[]))
            })
        })
    }
}

/// The first instant at which both hold, before another one.
fn meeting(a: Validity, b: Validity, before: Option<Stamp>) -> Option<Stamp> {
    let start = [a.from, b.from]
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(Stamp(i64::MIN));
    let ends = [a.until, b.until, before];
    ends.into_iter()
        .flatten()
        .all(|end| start < end)
        .then_some(start)
}

/// So many of so many read an object, and none after it was withdrawn.
pub(super) struct ReadBy<'c> {
    object: &'c str,
    k: u64,
    n: Option<u64>,
    withdrawn: Option<Stamp>,
    low: BTreeMap<u32, Example>,
    high: BTreeSet<u32>,
    /// The first request of somebody who is no account for sure.
    somebody: Option<Example>,
    after: Against,
    reasons: BTreeSet<Reason>,
    unbounded: bool,
}

impl<'c> ReadBy<'c> {
    pub(super) fn new(
        object: &'c str,
        k: u64,
        n: Option<u64>,
        withdrawn: Option<Stamp>,
    ) -> ReadBy<'c> {
        ReadBy {
            object,
            k,
            n,
            withdrawn,
            low: BTreeMap::new(),
            high: BTreeSet::new(),
            somebody: None,
            after: Against::default(),
            reasons: BTreeSet::new(),
            unbounded: false,
        }
    }

    fn names(&self, desk: &Desk<'_>, opened: &Opened<'_>) -> bool {
        let id = desk.requests.ids.known(self.object.as_bytes());
        let asked = desk.requests.what(opened.request);
        id.zip(asked).is_some_and(|(id, asked)| asked.names(id))
    }
}

impl<'c> Judge<'c> for ReadBy<'c> {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        if opened.certainty == Certainty::Nothing {
            return;
        }
        if opened.blind == Some(Reason::NoObject) {
            self.unbounded = true;
            self.reasons.insert(Reason::NoObject);
        }
        if !self.names(desk, opened) {
            return;
        }
        let named = matches!(opened.who, Who::Account(_)) && !desk.strangers.hold(opened.who);
        if self.withdrawn.is_some_and(|at| opened.request.time >= at) {
            match opened.certainty {
                Certainty::Confirmed => self.after.sure(|| desk.opener.example(opened)),
                _ => self.after.maybe(opened.why.unwrap_or(Reason::Ambiguous)),
            }
            return;
        }
        if !named {
            // Several accounts may stand behind it, or one of the others.
            self.unbounded = true;
            self.reasons.insert(Reason::NoAccount);
            if opened.certainty == Certainty::Confirmed && self.somebody.is_none() {
                self.somebody = Some(desk.opener.example(opened));
            }
            return;
        }
        self.high.insert(opened.request.who);
        match opened.certainty {
            Certainty::Confirmed => {
                self.low
                    .entry(opened.request.who)
                    .or_insert_with(|| desk.opener.example(opened));
            }
            _ => _ = self.reasons.insert(opened.why.unwrap_or(Reason::Ambiguous)),
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.draft("accounts that read it", frame);
        let id = desk.requests.ids.known(self.object.as_bytes());
        let mut excluded = desk.requests.excluded_asked.iter();
        let hits = id.is_some_and(|id| {
            let asked = |number: &u32| desk.requests.asked.get(*number as usize);
            excluded.any(|number| asked(number).is_some_and(|asked| asked.names(id)))
        });
        desk.set_aside(&mut draft, hits);
        // What was read, or not, until it was withdrawn, logs do not show that end before.
        if let (Some(at), Some((_, last))) = (self.withdrawn, desk.requests.span)
            && last < at
        {
            let what = format!("the logs end at {last}, and it was withdrawn at {at}");
            draft.cover.doubts.push((Reason::Retention, what));
        }
        let known = desk.requests.ids.known(self.object.as_bytes()).is_some();
        let listed = !desk.rights.rows(self.object.as_bytes()).is_empty();
        let to: HashSet<&str> = self.recipients(desk, frame);
        let whole = draft.cover.is_complete() && !self.unbounded;
        let readers = Interval {
            min: (self.low.len() as u64).max(u64::from(self.somebody.is_some())),
            max: whole.then_some(self.high.len() as u64),
        };
        draft.assumptions.push(
            format!(
                "Reading is a request that names the object and was answered with content, by a route that returns such \
                 things ({}); a list in which it stands is none.",
                frame
                    .routes
                    .iter()
                    .map(|route| desk.case.routes[*route].name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        );
        let mut outcomes = vec![exactly(self.k, readers)];
        let room = readers
            .max
            .map_or("any number".to_owned(), |max| max.to_string());
        let mut why = format!(
            "{} read it, it was stated; the logs prove {} and leave room for {room}.",
            self.k, readers.min
        );
        if let Some(n) = self.n {
            let counted = to.len() as u64;
            outcomes.push(match counted {
                0 if readers.min > n => Outcome::Contradicted,
                0 => Outcome::Supported,
                all if all == n => Outcome::Supported,
                _ => Outcome::Contradicted,
            });
            match counted {
                0 => draft.assumptions.push(format!("That it went to {n} is the vendor's word: no row of members names its recipients.")),
                all => why.push_str(&format!(" It went to {all} by the table of members; {n} was stated.")),
            }
        }
        if let Some(at) = self.withdrawn {
            let after = self.after.interval(&draft.cover);
            outcomes.push(match (after.min, after.max) {
                (1.., _) => Outcome::Contradicted,
                (_, Some(0)) => Outcome::Supported,
                _ => Outcome::NotDeterminable,
            });
            why.push_str(&format!(
                " From {at} on, when it was withdrawn, {} request(s) were answered with it.",
                after.min
            ));
        }
        let mut outcome = match outcomes {
            all if all.contains(&Outcome::Contradicted) => Outcome::Contradicted,
            all if all.contains(&Outcome::NotDeterminable) => Outcome::NotDeterminable,
            _ => Outcome::Supported,
        };
        draft
            .reasons
            .extend(self.reasons.iter().chain(&self.after.reasons));
        // Of an ID that is written otherwise neither that somebody read it nor that nobody did can be told.
        if !known && !listed && to.is_empty() {
            outcome = Outcome::NotDeterminable;
            draft.reasons.insert(Reason::NoObject);
            why.push_str(
                " Neither the tables nor any request know this ID: it may be written otherwise.",
            );
        }
        let mut lines: Vec<Example> = self.after.examples.clone();
        if readers.min > self.k {
            lines.extend(self.low.values().chain(&self.somebody));
        }
        let against = self.after.sure + if readers.min > self.k { readers.min } else { 0 };
        draft.end(outcome, Some(readers), why, earliest(lines.iter()), against)
    }
}

impl ReadBy<'_> {
    /// Whom a message went to: the members of the container of its ID.
    fn recipients<'d>(&self, desk: &Desk<'d>, frame: &Frame) -> HashSet<&'d str> {
        let members = desk.case.directory.members.as_deref().unwrap_or_default();
        let rows = desk.rights.recipients(self.object.as_bytes());
        let span = desk.requests.span;
        let from = frame.window.0.or(span.map(|span| span.0));
        let until = frame.window.1;
        let meets = |valid: &Validity| {
            let ends = |at: Stamp| from.is_none_or(|from| from < at);
            let begins = |at: Stamp| until.is_none_or(|until| at < until);
            valid.until.is_none_or(ends) && valid.from.is_none_or(begins)
        };
        rows.iter()
            .map(|row| &members[*row as usize])
            .filter(|member| meets(&member.valid))
            .map(|member| member.object.as_str())
            .collect()
    }
}

fn exactly(stated: u64, bounds: Interval) -> Outcome {
    match (
        bounds.min > stated || bounds.max.is_some_and(|max| max < stated),
        bounds.max,
    ) {
        (true, _) => Outcome::Contradicted,
        (false, Some(max)) if max == bounds.min => Outcome::Supported,
        _ => Outcome::NotDeterminable,
    }
}
