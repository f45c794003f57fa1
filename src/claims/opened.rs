//! One request, opened up: what it named or a page showed, how that stood to whoever asked, how sure it went out.

use super::Example;
use super::bodies::Constant;
use super::names::NONE;
use super::reading::{Request, Requests, UNCOUNTED, Who};
use super::rights::{Rights, Standing, Thing};
use crate::words::{Certainty, Reason};

/// One thing that a request touched.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    pub(super) thing: Thing,
    pub(super) standing: Standing,
    pub(super) certainty: Certainty,
    /// Why it is not surer.
    pub(super) why: Option<Reason>,
    /// Rows that say whose it is at that instant.
    pub(super) rows: Vec<u32>,
}

/// A request for a route with all that it touched.
pub(super) struct Opened<'r> {
    pub(super) request: &'r Request,
    pub(super) route: usize,
    pub(super) who: Who<'r>,
    /// How sure it is that it was answered with content.
    pub(super) certainty: Certainty,
    pub(super) why: Option<Reason>,
    pub(super) sights: Vec<Sight>,
    /// It names neither object nor container, or a container that the directory does not know, for this reason.
    pub(super) blind: Option<Reason>,
    /// Whether a page stands behind it.
    pub(super) page: bool,
}

/// What a disclosure counts for: to the lower bound too, or to the upper one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Sure,
    Maybe(Reason),
}

/// Opens requests.
pub(super) struct Opener<'c> {
    pub(super) rights: &'c Rights<'c>,
    pub(super) requests: &'c Requests,
    pub(super) constant: Constant,
}

impl<'c> Opener<'c> {
    /// A request for a route; `None` for any other.
    pub(super) fn open(&self, request: &'c Request) -> Option<Opened<'c>> {
        let asked = self.requests.what(request)?;
        let route = usize::from(asked.route);
        let spec = self.rights.case.routes.get(route)?;
        let (certainty, why) = self.constant.certainty(request, asked.route, spec);
        let mut opened = Opened {
            request,
            route,
            who: self.requests.who(request.who),
            certainty,
            why,
            sights: Vec::with_capacity(asked.objects.len()),
            blind: None,
            page: false,
        };
        for id in &asked.objects {
            let name = self.requests.ids.name(*id);
            let thing = self.rights.thing(name, *id, spec.object.as_deref());
            self.see(&mut opened, thing, certainty, why);
        }
        if !asked.objects.is_empty() {
            self.left_out(&mut opened, asked.route);
            return Some(opened);
        }
        if asked.container == NONE {
            // A route that is not said to return anything does no harm without an ID.
            let harms = certainty > Certainty::Nothing && spec.returns();
            opened.blind = harms.then_some(Reason::NoObject);
            return Some(opened);
        }
        opened.page = true;
        let measured = spec.empty_below.is_some() || self.constant.is_content(request, asked.route);
        // A size that counts the head too proves no body, and yet is as long as content.
        let sized =
            request.head_counted && why == Some(Reason::NoBody) && request.bytes != UNCOUNTED;
        let content = measured && (certainty == Certainty::Confirmed || sized);
        for container in std::iter::once(&asked.container).chain(&asked.others) {
            let id = self.requests.ids.name(*container);
            let at = request.time;
            let Some((things, known)) = self.rights.page(id, asked.page, at, content) else {
                let answered = certainty > Certainty::Nothing;
                opened.blind = opened.blind.or(answered.then_some(Reason::NoDirectory));
                continue;
            };
            let less = certainty.min(Certainty::Possible);
            let (certainty, why) = match known {
                true => (certainty, why),
                false => (less, Some(Reason::NoDirectory)),
            };
            // Whether lists on a page are read out with it nobody knows.
            for thing in self.rights.within(&things, at) {
                self.see(&mut opened, thing, less, Some(Reason::Ambiguous));
            }
            for thing in things {
                self.see(&mut opened, thing, certainty, why);
            }
        }
        Some(opened)
    }

    /// What a request for several things is not shown to have disclosed, because its answer has no room for it.
    fn left_out(&self, opened: &mut Opened<'c>, route: u16) {
        let those = |standing: Standing| {
            let sights = opened.sights.iter();
            sights.filter(|one| one.standing == standing).count() as u64
        };
        let (inside, beyond) = (those(Standing::Inside), those(Standing::Beyond));
        let several = opened.sights.len() > 1 && opened.certainty == Certainty::Confirmed;
        if several
            && self
                .constant
                .leaves_out(opened.request, route, inside, beyond)
        {
            for sight in &mut opened.sights {
                if sight.standing == Standing::Beyond {
                    (sight.certainty, sight.why) = (Certainty::Probable, Some(Reason::Ambiguous));
                }
            }
        }
    }

    fn see(
        &self,
        opened: &mut Opened<'c>,
        thing: Thing,
        certainty: Certainty,
        why: Option<Reason>,
    ) {
        let at = opened.request.time;
        opened.sights.push(Sight {
            thing,
            standing: self.rights.standing(opened.who, thing, at),
            certainty,
            why,
            rows: self.rights.rows_at(thing, at),
        });
    }

    /// What a sight counts for as a disclosure beyond scope; `None` where it is none.
    pub(super) fn beyond(&self, opened: &Opened<'_>, sight: &Sight) -> Option<Weight> {
        if sight.certainty == Certainty::Nothing {
            return None;
        }
        let stale = self.rights.is_stale(opened.request.time);
        match sight.standing {
            Standing::Inside => None,
            Standing::Unclear(reason) => Some(Weight::Maybe(reason)),
            // The account may have been allowed to see it meanwhile.
            Standing::Beyond if stale => Some(Weight::Maybe(Reason::NoDirectory)),
            Standing::Beyond => Some(sight.weight()),
        }
    }

    /// The same for a row: an object of which the table names no data subject tells of somebody unknown.
    pub(super) fn beyond_row(&self, weight: Weight, row: u32) -> Weight {
        match self.rights.objects.names(row).1.is_empty() {
            true => Weight::Maybe(Reason::Ambiguous),
            false => weight,
        }
    }

    /// What a request counts for as one that disclosed something beyond scope.
    pub(super) fn access(&self, opened: &Opened<'_>) -> Option<Weight> {
        let weights = opened
            .sights
            .iter()
            .filter_map(|sight| self.beyond(opened, sight));
        weights
            .chain(opened.blind.map(Weight::Maybe))
            .min_by_key(|weight| *weight != Weight::Sure)
    }

    /// Whether a request asked in vain for something beyond scope. Without an account only what was disclosed is.
    pub(super) fn attempt(&self, opened: &Opened<'_>) -> bool {
        let account = matches!(opened.who, Who::Account(_));
        let beyond = |sight: &Sight| sight.standing == Standing::Beyond;
        let inside = |sight: &Sight| sight.standing == Standing::Inside;
        let mut sights = opened.sights.iter();
        account
            && opened.certainty == Certainty::Nothing
            && opened.sights.iter().any(beyond)
            && !(opened.page && sights.any(inside))
    }

    /// The request's line; its text is withheld where it names or lists somebody protected, or was asked by one.
    pub(super) fn example(&self, opened: &Opened<'_>) -> Example {
        let rows = opened
            .sights
            .iter()
            .flat_map(|sight| self.rights.rows_of(sight.thing));
        let mut subjects = rows.map(|row| self.rights.subject(*row));
        let withheld = subjects.any(|subject| self.rights.is_guarded(subject));
        opened
            .request
            .example(withheld || self.asked_by_guarded(opened.who))
    }

    /// Whether the account's holder is somebody protected.
    pub(super) fn asked_by_guarded(&self, who: Who<'_>) -> bool {
        let Who::Account(name) = who else {
            return false;
        };
        let holder = self
            .rights
            .holders
            .get(name)
            .map_or("", |row| row.subject.as_str());
        let subject = self.rights.subjects_named(holder.as_bytes());
        subject.is_some_and(|subject| self.rights.is_guarded(subject))
    }
}

impl Sight {
    fn weight(&self) -> Weight {
        match self.certainty {
            Certainty::Confirmed => Weight::Sure,
            _ => Weight::Maybe(self.why.unwrap_or(Reason::Ambiguous)),
        }
    }
}
