//! Statements that something never happened: a route, a data category, protected persons, other tenants, a parameter.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::{Desk, Frame, Judge};
use super::names::respelled;
use super::opened::{Opened, Sight, Weight};
use super::reading::Who;
use super::rights::Standing;
use super::verdict::Against;
use super::{Example, Finding, Outcome};
use crate::words::{Certainty, Reason};

/// Nobody, or none of these accounts, was answered on the route.
pub(super) struct NotUsed<'c> {
    accounts: &'c [String],
    answered: Against,
    refused: u64,
}

impl<'c> NotUsed<'c> {
    pub(super) fn new(accounts: &'c [String]) -> NotUsed<'c> {
        NotUsed {
            accounts,
            answered: Against::default(),
            refused: 0,
        }
    }

    /// Whether the statement is about whoever asked; `None` where nobody can say.
    fn means(&self, who: Who<'_>, strange: bool) -> Option<bool> {
        let named = |label: &[u8]| self.accounts.iter().any(|one| one.as_bytes() == label);
        match who {
            _ if self.accounts.is_empty() => Some(true),
            Who::Account(name) if named(name) => Some(true),
            // The same, written otherwise, may be it.
            Who::Account(name) if self.accounts.iter().any(|one| is_alias(one, name)) => None,
            Who::Account(_) => (!strange).then_some(false),
            Who::Anonymous(name) => Some(named(&[b"client:", name].concat())),
            Who::Unattributed(name) if named(&[b"client:", name].concat()) => Some(true),
            Who::Unattributed(_) => None,
        }
    }
}

/// Whether an account of a log may be another one that is written otherwise.
fn is_alias(account: &str, logged: &[u8]) -> bool {
    respelled(account.as_bytes()) == respelled(logged)
}

impl<'c> Judge<'c> for NotUsed<'c> {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        let means = self.means(opened.who, desk.strangers.hold(opened.who));
        let spec = &desk.case.routes[opened.route];
        let empty = spec.empty_below.is_some() && opened.certainty == Certainty::Nothing;
        match (means, opened.request.status) {
            (Some(false), _) => {}
            // Asks about the route, and returns nothing of it.
            _ if !opened.request.with_body => {}
            (_, 400..=498 | 500..=599) => self.refused += 1,
            (None, _) => self.answered.maybe(Reason::NoAccount),
            (_, 200..=299 | 304) if !empty => self.answered.sure(|| desk.opener.example(opened)),
            (_, 0) => self.answered.maybe(Reason::NoStatus),
            _ => self.answered.maybe(Reason::Ambiguous),
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.draft("requests that the route answered", frame);
        draft.assumptions.push(format!(
            "A route is used where it answers with status 2xx or 304; {} request(s) that were refused do not count.",
            self.refused
        ));
        if !self.accounts.is_empty() {
            let mut excluded = desk.requests.excluded_who.iter();
            let hits = excluded.any(|who| {
                let who = desk.requests.who(*who);
                self.means(who, desk.strangers.hold(who)) != Some(false)
            });
            desk.set_aside(&mut draft, hits);
            draft.assumptions.push(
                "Requests without an account are taken to be by nobody who is named.".to_owned(),
            );
        }
        draft.never(self.answered)
    }
}

/// Persons, each with the first line that proves it.
#[derive(Default)]
struct Persons {
    low: BTreeMap<u32, Example>,
    high: BTreeSet<u32>,
    others: Against,
}

impl Persons {
    fn mark(&mut self, desk: &Desk<'_>, opened: &Opened<'_>, subject: u32, weight: Weight) {
        self.high.insert(subject);
        match weight {
            Weight::Sure => {
                self.low
                    .entry(subject)
                    .or_insert_with(|| desk.opener.example(opened));
            }
            Weight::Maybe(reason) => {
                self.others.reasons.insert(reason);
            }
        }
    }

    /// Somebody of whom a published record tells.
    fn published(&mut self, subject: u32, reason: Reason) {
        self.high.insert(subject);
        if !self.low.contains_key(&subject) {
            self.others.reasons.insert(reason);
        }
    }

    /// Something that may be about anybody, and about many.
    fn anybody(&mut self, reason: Reason) {
        self.others.maybe(reason);
        self.others.boundless = true;
    }

    fn against(self) -> Against {
        let mut against = self.others;
        against.sure = self.low.len() as u64;
        against.maybe += (self.high.len() - self.low.len()) as u64;
        against.examples = self.low.into_values().collect();
        against.examples.sort_unstable();
        against.examples.dedup();
        against.examples.truncate(super::SHOWN);
        against
    }
}

/// A data category was not disclosed beyond scope.
pub(super) struct Category<'c> {
    name: &'c str,
    persons: Persons,
}

impl<'c> Category<'c> {
    pub(super) fn new(name: &'c str) -> Category<'c> {
        Category {
            name,
            persons: Persons::default(),
        }
    }
}

impl<'c> Judge<'c> for Category<'c> {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        let spec = &desk.case.routes[opened.route];
        let optional = spec
            .discloses
            .iter()
            .all(|one| one.name != self.name || one.optional);
        if let Some(reason) = opened.blind {
            self.persons.anybody(reason);
        }
        for sight in &opened.sights {
            let Some(weight) = desk.opener.beyond(opened, sight) else {
                continue;
            };
            if sight.rows.is_empty() {
                self.persons.anybody(Reason::NoDirectory);
            }
            for row in &sight.rows {
                let filled = desk
                    .rights
                    .objects
                    .row(*row)
                    .fields
                    .iter()
                    .any(|field| field == self.name);
                let weight = match (optional, desk.case.directory.objects_say_fields) {
                    (false, _) => weight,
                    (true, true) if filled => weight,
                    (true, true) => continue,
                    (true, false) => Weight::Maybe(Reason::NoDirectory),
                };
                let weight = desk.opener.beyond_row(weight, *row);
                self.persons
                    .mark(desk, opened, desk.rights.subject(*row), weight);
            }
        }
    }

    fn end(mut self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.scoped(
            "data subjects of whom the category was disclosed beyond scope",
            frame,
        );
        for subject in desk.leaked.of_field(self.name, frame) {
            self.persons.published(subject, Reason::NoLog);
        }
        if desk.leaked.unknown(frame) > 0 {
            self.persons.anybody(Reason::NoDirectory);
        }
        draft.assumptions.push(
            "What a route discloses is taken from `discloses` in the case, and what somebody has filled in from `fields` of \
             the table of objects."
                .to_owned(),
        );
        draft.never(self.persons.against())
    }
}

/// Nobody with protected identity was disclosed beyond scope.
#[derive(Default)]
pub(super) struct Protected {
    persons: Persons,
}

impl<'c> Judge<'c> for Protected {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        if let Some(reason) = opened.blind {
            self.persons.anybody(reason);
        }
        for sight in &opened.sights {
            let beyond = desk.opener.beyond(opened, sight);
            if sight.rows.is_empty() && beyond.is_some() {
                self.persons.anybody(Reason::NoDirectory);
            }
            let own = |row: &u32| desk.rights.objects.row(*row).protected;
            for row in sight.rows.iter().filter(|row| !own(row)) {
                let subject = desk.rights.subject(*row);
                // By another of its objects, or at another time.
                if beyond.is_some() && desk.rights.is_guarded(subject) {
                    self.persons
                        .mark(desk, opened, subject, Weight::Maybe(Reason::Ambiguous));
                }
            }
            for row in sight.rows.iter().filter(|row| own(row)) {
                let subject = desk.rights.subject(*row);
                match beyond {
                    Some(weight) => {
                        let weight = desk.opener.beyond_row(weight, *row);
                        self.persons.mark(desk, opened, subject, weight);
                    }
                    // Nothing says who may see the protected.
                    None if within_unsaid(desk, sight) => {
                        self.persons
                            .mark(desk, opened, subject, Weight::Maybe(Reason::NoGrants));
                    }
                    None => {}
                }
            }
        }
    }

    fn end(mut self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.scoped("protected persons disclosed beyond scope", frame);
        draft.assumptions.push(
            "Caveat: protected is whom the table of objects marks so at the time of the access. Whoever was protected then and is \
             not marked, or whose protection the tables date wrongly, is not among them; names, numbers and lines of the \
             protected are never shown."
                .to_owned(),
        );
        for (subject, _, reason) in desk.leaked.within(frame) {
            if desk.rights.is_guarded(subject) {
                self.persons.published(subject, reason);
            }
        }
        if desk.leaked.unknown(frame) > 0 {
            self.persons.anybody(Reason::NoDirectory);
        }
        if !desk.rights.marks_protected {
            self.persons.anybody(Reason::NoDirectory);
            draft
                .assumptions
                .push("No row of the table of objects marks anybody as protected.".to_owned());
        }
        draft.never(self.persons.against())
    }
}

fn within_unsaid(desk: &Desk<'_>, sight: &Sight) -> bool {
    sight.standing == Standing::Inside
        && sight.certainty > Certainty::Nothing
        && !desk.case.directory.grants_say_protected
}

/// Nothing was answered across tenants.
#[derive(Default)]
pub(super) struct Tenants {
    across: Against,
}

impl Tenants {
    fn weigh(desk: &Desk<'_>, opened: &Opened<'_>, sight: &Sight) -> Option<Weight> {
        if sight.certainty == Certainty::Nothing || sight.standing == Standing::Inside {
            return None;
        }
        let Who::Account(name) = opened.who else {
            return Some(Weight::Maybe(Reason::NoAccount));
        };
        // Nobody knows what an account may see that the table of grants leaves out.
        let listed = desk.case.directory.grants.is_some();
        if let (true, Standing::Unclear(reason @ Reason::NoGrants)) = (listed, sight.standing) {
            return Some(Weight::Maybe(reason));
        }
        let at = opened.request.time;
        let grants = desk
            .rights
            .grants(name)
            .iter()
            .filter(|grant| grant.valid.holds(at));
        let units = desk.case.directory.units.as_deref().unwrap_or_default();
        let granted = grants.filter_map(|grant| units.get(grant.unit as usize)?.controller);
        let listed = desk.rights.holders.get(name).and_then(|row| row.controller);
        let homes: BTreeSet<u32> = granted.chain(listed).collect();
        if homes.is_empty() {
            return Some(Weight::Maybe(Reason::NoGrants));
        }
        let owners: Vec<Option<u32>> = sight
            .rows
            .iter()
            .map(|row| desk.rights.controller(*row))
            .collect();
        let home = |owner: &Option<u32>| owner.is_some_and(|owner| homes.contains(&owner));
        if owners.iter().any(home) {
            // Of several that it is, or may be, of, some are others'.
            let all = owners.iter().all(home);
            return (!all).then_some(Weight::Maybe(Reason::Ambiguous));
        }
        if owners.is_empty() {
            return Some(Weight::Maybe(Reason::NoDirectory));
        }
        if owners.contains(&None) {
            return Some(Weight::Maybe(Reason::Ambiguous));
        }
        let stale = desk.rights.is_stale(at);
        Some(match (stale, sight.standing, sight.certainty) {
            (true, ..) => Weight::Maybe(Reason::NoDirectory),
            (_, Standing::Unclear(reason @ Reason::Ambiguous), _) => Weight::Maybe(reason),
            (_, _, Certainty::Confirmed) => Weight::Sure,
            _ => Weight::Maybe(sight.why.unwrap_or(Reason::Ambiguous)),
        })
    }
}

impl<'c> Judge<'c> for Tenants {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        let weights = opened
            .sights
            .iter()
            .filter_map(|sight| Tenants::weigh(desk, opened, sight));
        let worst = weights
            .chain(opened.blind.map(Weight::Maybe))
            .min_by_key(|weight| *weight != Weight::Sure);
        match worst {
            Some(Weight::Sure) => self.across.sure(|| desk.opener.example(opened)),
            Some(Weight::Maybe(reason)) => self.across.maybe(reason),
            None => {}
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let mut draft = desk.scoped("requests answered with another tenant's data", frame);
        draft.assumptions.push(
            "An account belongs to the controllers of the units that its grants name at that time, and to that of the table of \
             accounts."
                .to_owned(),
        );
        draft.never(self.across)
    }
}

/// Requests that disclosed beyond scope all lack a query parameter.
pub(super) struct Unless<'c> {
    name: &'c str,
    bearing: Against,
    lacking: u64,
    maybe_lacking: u64,
}

impl<'c> Unless<'c> {
    pub(super) fn new(name: &'c str) -> Unless<'c> {
        Unless {
            name,
            bearing: Against::default(),
            lacking: 0,
            maybe_lacking: 0,
        }
    }
}

impl<'c> Judge<'c> for Unless<'c> {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        let bit = desk
            .requests
            .parameters
            .iter()
            .position(|one| one == self.name);
        let bears = bit.is_some_and(|bit| opened.request.parameters >> bit & 1 == 1);
        match (desk.opener.access(opened), bears) {
            (Some(Weight::Sure), true) => self.bearing.sure(|| desk.opener.example(opened)),
            (Some(Weight::Maybe(reason)), true) => self.bearing.maybe(reason),
            (Some(Weight::Sure), false) => self.lacking += 1,
            (Some(Weight::Maybe(_)), false) => self.maybe_lacking += 1,
            (None, _) => {}
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let draft = desk.scoped(
            "requests that bear the parameter and disclosed something beyond scope",
            frame,
        );
        let mut finding = draft.never(self.bearing);
        finding.why = format!(
            "{} {} request(s) without the parameter did disclose something beyond scope.",
            finding.why, self.lacking
        );
        let recorded = frame
            .routes
            .iter()
            .any(|route| desk.requests.with_query.contains(&(*route as u16)));
        let open = match (recorded, self.lacking) {
            (false, _) => Some(Reason::NoObject),
            (true, 0) => Some(Reason::NoProbe),
            _ => None,
        };
        if let Some(reason) = open.filter(|_| finding.outcome == Outcome::Supported) {
            finding.outcome = Outcome::NotDeterminable;
            finding.reasons.insert(reason);
            finding.why.push_str(match reason {
                Reason::NoObject => " No request of the route bears any query: the log may not write queries.",
                _ => " Nothing was disclosed beyond scope at all, so nothing tells with which parameters it is.",
            });
        }
        finding
    }
}
