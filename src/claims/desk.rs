//! The desk: every statement gets its judge, every request is opened once, in order of time, and shown to those judges
//! whose time and route it falls into.

use std::collections::BTreeSet;

use super::bodies::Constant;
use super::dark::{Sky, Window, returning};
use super::leaked::Leaked;
use super::opened::{Opened, Opener};
use super::reading::{Request, Requests, Who};
use super::rights::Rights;
use super::strangers::Strangers;
use super::verdict::Draft;
use super::{Claim, Claims, Finding, Kind, could, count, moments, pace, pool, route};
use crate::case::Case;
use crate::coverage::SourceFacts;
use crate::words::Reason;

/// Weighs one statement.
pub(super) trait Judge<'c> {
    /// Sees a request for a route that falls into the statement's time and route.
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>);

    /// Sees any request that was kept, in the statement's time.
    fn raw(&mut self, _desk: &Desk<'c>, _request: &Request, _who: Who<'_>) {}

    /// Says what became of it.
    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding;
}

/// The time and the routes that a statement is about.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) window: Window,
    pub(super) basis: String,
    /// Routes that matter to it.
    pub(super) routes: Vec<usize>,
}

impl Frame {
    fn holds(&self, request: &Request) -> bool {
        let (from, until) = self.window;
        from.is_none_or(|from| from <= request.time)
            && until.is_none_or(|until| request.time < until)
    }
}

/// What judges share.
pub(super) struct Desk<'c> {
    pub(super) case: &'c Case,
    pub(super) rights: &'c Rights<'c>,
    pub(super) requests: &'c Requests,
    pub(super) opener: Opener<'c>,
    pub(super) sky: Sky<'c>,
    pub(super) leaked: Leaked,
    pub(super) strangers: Strangers<'c>,
    /// Requests for no route that may have returned what routes do, in a sentence.
    elsewhere: Option<&'c Elsewhere>,
}

/// Requests for no route of the case that may have returned what routes do.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// How they are written, in a sentence.
    pub sentence: String,
    /// Whether they leave room for everybody.
    pub widens: bool,
}

/// Weighs every statement, in their order.
pub fn judge(
    case: &Case,
    claims: &Claims,
    requests: &Requests,
    (sources, elsewhere): (&[SourceFacts], Option<&Elsewhere>),
) -> Vec<Finding> {
    let rights = Rights::of(case, requests.span);
    let opener = Opener {
        rights: &rights,
        requests,
        constant: Constant::of(requests, &case.routes),
    };
    let desk = Desk {
        case,
        rights: &rights,
        requests,
        leaked: Leaked::of(case, &rights, requests, &opener),
        strangers: Strangers::of(case),
        elsewhere,
        opener,
        sky: Sky::of(case, sources, requests),
    };
    let mut judges: Vec<(Frame, Box<dyn Judge<'_> + '_>)> = claims
        .claims
        .iter()
        .map(|claim| (desk.frame(claim), desk.judge(claim)))
        .collect();
    for request in &requests.all {
        let opened = desk.opener.open(request);
        for (frame, judge) in judges.iter_mut().filter(|(frame, _)| frame.holds(request)) {
            judge.raw(&desk, request, requests.who(request.who));
            if let Some(opened) = opened
                .as_ref()
                .filter(|one| frame.routes.contains(&one.route))
            {
                judge.see(&desk, opened);
            }
        }
    }
    judges
        .into_iter()
        .map(|(frame, judge)| judge.end(&desk, &frame))
        .collect()
}

impl<'c> Desk<'c> {
    fn frame(&self, claim: &Claim) -> Frame {
        let (window, basis) = self.sky.window(claim.only.from, claim.only.until);
        let all = || match &claim.kind {
            // Whatever an account did, it was used.
            Kind::RevokedNotUsed(_)
            | Kind::LogComplete
            | Kind::NoAutomation(..)
            | Kind::RateLimited(..) => (0..self.case.routes.len()).collect(),
            Kind::CategoryNotDisclosed(category) => {
                let has = |route: &usize| self.case.routes[*route].tells(category);
                (0..self.case.routes.len()).filter(has).collect()
            }
            Kind::ReadBy { object, .. } => self.reading(object),
            _ => returning(&self.case.routes),
        };
        Frame {
            window,
            basis,
            routes: claim.only.route.map_or_else(all, |route| vec![route]),
        }
    }

    /// Routes by which an object is read: those whose variable is called as the table calls its kind, where there are such;
    /// what another route names by that variable is something else.
    fn reading(&self, object: &str) -> Vec<usize> {
        let rows = self.rights.rows(object.as_bytes());
        let kinds: BTreeSet<&str> = rows
            .iter()
            .map(|row| self.rights.objects.row(*row).kind)
            .collect();
        let all = returning(&self.case.routes);
        let named = |route: &&usize| {
            let spec = &self.case.routes[**route];
            let mut variables = spec.object.iter().chain(&spec.container);
            variables.any(|name| kinds.contains(name.as_str()))
        };
        let own: Vec<usize> = all.iter().filter(named).copied().collect();
        match own.is_empty() {
            true => all,
            false => own,
        }
    }

    fn judge(&self, claim: &'c Claim) -> Box<dyn Judge<'c> + 'c> {
        let only = claim.only;
        match &claim.kind {
            Kind::Controllers(form) => count::of(count::What::Controllers, form, None),
            Kind::Subjects(form) => count::of(count::What::Subjects, form, only.controller),
            Kind::Accesses(form) => count::of(count::What::Accesses, form, only.controller),
            Kind::Accounts(form) => count::of(count::What::Accounts, form, None),
            Kind::Within(from, until) => Box::new(moments::Within::new((*from, *until))),
            Kind::FixedBy(at) => Box::new(moments::FixedBy::new(*at)),
            Kind::RevokedNotUsed(accounts) => Box::new(moments::Revoked::new(accounts)),
            Kind::LogComplete => Box::new(moments::Complete),
            Kind::RouteNotUsed(accounts) => Box::new(route::NotUsed::new(accounts)),
            Kind::CategoryNotDisclosed(category) => Box::new(route::Category::new(category)),
            Kind::NoProtected => Box::new(route::Protected::default()),
            Kind::TenantsIsolated => Box::new(route::Tenants::default()),
            Kind::UnlessParameter(name) => Box::new(route::Unless::new(name)),
            Kind::OnlyAuthorisedPooled => Box::new(pool::Pooled::default()),
            Kind::CouldAndDid {
                could,
                did,
                protected,
            } => Box::new(could::CouldAndDid::new(*could, *did, *protected)),
            Kind::NoAutomation(above, per) => Box::new(pace::Pace::new(*above, *per, false)),
            Kind::RateLimited(above, per) => Box::new(pace::Pace::new(*above, *per, true)),
            Kind::ReadBy {
                object,
                k,
                n,
                withdrawn,
            } => Box::new(pool::ReadBy::new(object, *k, *n, *withdrawn)),
        }
    }

    /// A finding in the making, with what it rests on.
    pub(super) fn draft(&self, counts: &'static str, frame: &Frame) -> Draft {
        let cover = self.sky.cover(&frame.routes, frame.window, &frame.basis);
        let mut assumptions = vec![
            format!("The time looked at is {}.", frame.basis),
            "The case names the log of every host: one that was never handed over, and a hole too short to be noticed, leave no \
             trace."
                .to_owned(),
        ];
        if self.requests.excluded > 0 {
            assumptions.push(format!(
                "{} request(s) for routes are set aside by [exclude] and count nowhere.",
                self.requests.excluded
            ));
        }
        for spec in self
            .case
            .sources
            .iter()
            .filter(|spec| spec.clock_correction != 0)
        {
            assumptions.push(format!(
                "The clock of source \"{}\" is corrected by the offset that the case gives.",
                spec.name
            ));
        }
        heads(self, frame, &mut assumptions);
        let unasked = frame.routes.iter().filter(|route| {
            let asked = |one: &super::reading::Asked| usize::from(one.route) == **route;
            !self.requests.asked.iter().any(asked)
        });
        for route in unasked {
            assumptions.push(format!(
                "No request in any log matches the route \"{}\": its `path` is taken to be how the logs write it.",
                self.case.routes[*route].name
            ));
        }
        Draft {
            counts,
            cover,
            reasons: Default::default(),
            assumptions,
        }
    }

    /// What the case sets aside is what a statement about an account or an object is about, if `hits`.
    pub(super) fn set_aside(&self, draft: &mut Draft, hits: bool) {
        if hits {
            let what = "requests that it is about are set aside by [exclude]".to_owned();
            draft.cover.doubts.push((Reason::Ambiguous, what));
        }
    }

    /// What requests for no route may have returned as well.
    pub(super) fn elsewhere(&self, draft: &mut Draft, frame: &Frame) {
        let Some(elsewhere) = self.elsewhere else {
            return;
        };
        // A statement about one of several routes is about no other.
        let one = self.case.routes.len() > 1 && frame.routes.len() == 1;
        let sentence = elsewhere.sentence.clone();
        match elsewhere.widens && !one {
            true => draft.cover.doubts.push((Reason::NoLog, sentence)),
            false => draft.assumptions.push(sentence),
        }
    }

    /// The same for what lies beyond scope, which rests on the tables.
    pub(super) fn scoped(&self, counts: &'static str, frame: &Frame) -> Draft {
        let mut draft = self.draft(counts, frame);
        draft.assumptions.push(
            "Who may see what, whose an object is and what stood on a page is taken from the case's tables, which nobody \
             checked here; the account is the one that the log names, whoever used it."
                .to_owned(),
        );
        // What counted as in scope since then may have been beyond it as well.
        if let Some((as_of, why)) = &self.rights.as_of
            && frame.window.1.is_none_or(|until| *as_of < until)
        {
            draft.cover.doubts.push((Reason::NoDirectory, why.clone()));
        }
        self.elsewhere(&mut draft, frame);
        draft.cover.doubts.extend(self.leaked.doubt(frame));
        let unknown = self.leaked.unknown(frame);
        if unknown > 0 {
            draft.assumptions.push(format!(
                "{} of the published records {} of nobody that the tables know.",
                unknown,
                if unknown == 1 { "is" } else { "are" }
            ));
        }
        draft
    }
}

/// Sizes that count the answer's head prove no body.
fn heads(desk: &Desk<'_>, frame: &Frame, assumptions: &mut Vec<String>) {
    let open = frame.routes.iter().filter(|route| {
        let asked = |one: &&Request| {
            let asked = desk.requests.what(one);
            one.head_counted && asked.is_some_and(|asked| usize::from(asked.route) == **route)
        };
        desk.case.routes[**route].empty_below.is_none()
            && desk.requests.all.iter().any(|one| asked(&one))
    });
    for route in open {
        assumptions.push(format!(
            "Sizes in the log of the route \"{}\" include the answer's head, so that none proves a body: set its `empty_below` \
             above the size of an empty answer, and they do.",
            desk.case.routes[*route].name
        ));
    }
}
