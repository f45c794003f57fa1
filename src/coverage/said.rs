//! What is to be said besides holes: missing tables, unlogged routes, damage, unread lines, sampling, what would go
//! unnoticed.

use super::calendar::MINUTE;
use super::ledger::Ledger;
use super::silence::{self, Unnoticed};
use super::{Allowance, Doubt, GapKind, Hole};
use crate::case::{Case, PageSpec};
use crate::route::BLOCK;
use crate::words::{Reason, Stamp, counted};

/// Tables without which something cannot be told, and routes that no source records.
pub(super) fn about_the_case(case: &Case) -> Vec<Doubt> {
    let directory = &case.directory;
    let pages = case.routes.iter().any(|route| route.container.is_some());
    let placed = |accounts: &Vec<crate::case::AccountRow>| {
        accounts.iter().any(|account| account.controller.is_some())
    };
    let placeless = directory.grants.is_none() && !directory.accounts.as_ref().is_some_and(placed);
    let all = [
        (
            directory.objects.is_none() && placeless,
            Reason::NoDirectory,
            "ask for the table of accounts with each account's controller first: nothing places any account, so whose \
             the IDs are cannot even be learned from who asks for them; they may be anybody's",
        ),
        (
            directory.grants.is_none(),
            Reason::NoGrants,
            "the case has no table of grants: an account's scope is taken to be the one controller that it belongs \
             to, and its disclosures beyond that count as confirmed only where there is a system to them",
        ),
        (
            directory.objects.is_none(),
            Reason::NoDirectory,
            "the case has no table of objects: nobody can say whose data was disclosed",
        ),
        (
            !directory.units_told && (directory.grants.is_some() || directory.objects.is_some()),
            Reason::NoDirectory,
            "the case has no table of units: nobody can say which units lie below which, so whether somebody who was granted \
             a school may see its classes, nor which controller a unit belongs to; ask for it first",
        ),
        (
            directory.members.is_none() && pages,
            Reason::NoDirectory,
            "the case has no table of members: what stood on a page is taken from the container's unit, as possible",
        ),
    ];
    let missing = all.into_iter().filter(|(missing, ..)| *missing);
    let mut doubts: Vec<Doubt> = missing
        .map(|(_, reason, basis)| Doubt::said(reason, basis.to_owned()))
        .collect();
    let unlogged = case.routes.iter().enumerate().filter(|(index, _)| {
        let logs = |routes: &Option<Vec<usize>>| routes.as_ref().is_none_or(|r| r.contains(index));
        !case.sources.iter().any(|source| logs(&source.logs_routes))
    });
    doubts.extend(unlogged.map(|(_, route)| Doubt {
        reason: Reason::NoLog,
        basis: format!("no source records the route \"{}\"", route.name),
        allowance: Allowance::Population,
    }));
    doubts
}

/// Sources that record some routes together, of which one leaves out a route that the other records: hosts that share the
/// load would both have to.
pub(crate) fn shared_load(case: &Case, routes: &[usize]) -> Vec<Doubt> {
    let logs = |source: usize, route: usize| {
        let routes = &case.sources[source].logs_routes;
        routes.as_ref().is_none_or(|own| own.contains(&route))
    };
    let sources = || 0..case.sources.len();
    let mut doubts = Vec::new();
    let each = |source| routes.iter().map(move |route| (source, *route));
    for (lacks, route) in sources().flat_map(each) {
        let spec = &case.routes[route];
        let both = |other: usize| {
            let mut routes = 0..case.routes.len();
            routes.find(|one| logs(lacks, *one) && logs(other, *one))
        };
        let mut others = sources().filter(|other| *other != lacks && logs(*other, route));
        let found = others.find_map(|other| Some((other, both(other)?)));
        if let Some((other, both)) = found.filter(|_| !logs(lacks, route)) {
            let basis = format!(
                "source \"{}\" does not record the route \"{}\", which \"{}\" does, and both record \"{}\": if they share the \
                 load, requests for it that the first answered are in no log; who is excluded is so if they do not",
                case.sources[lacks].name,
                spec.name,
                case.sources[other].name,
                case.routes[both].name
            );
            doubts.push(Doubt::said(Reason::NoLog, basis));
        }
    }
    doubts
}

/// Routes that no request matches: nobody asked, or the template is wrong, and then all that it would have
/// shown is missing.
pub(super) fn unasked_routes(case: &Case, ledgers: &[Ledger<'_>]) -> Vec<Doubt> {
    let routes = case.routes.iter().enumerate();
    let unasked = routes.filter(|(index, _)| {
        let asked = |ledger: &Ledger<'_>| ledger.routes[*index].span().is_some();
        !ledgers.iter().any(asked)
    });
    unasked
        .map(|(_, route)| {
            Doubt::said(
                Reason::NoLog,
                format!(
                    "no request matches the route \"{}\": nobody asked, or its `path` is not how the log writes it",
                    route.name
                ),
            )
        })
        .collect()
}

/// The holes that the case declares.
pub(super) fn declared(ledger: &Ledger<'_>) -> Vec<Hole> {
    let gaps = ledger.spec.gaps.iter();
    gaps.map(|gap| Hole {
        source: ledger.source,
        kind: GapKind::Declared,
        from: gap.from,
        until: gap.until,
        expected: 0.0,
        route: None,
        writer: None,
        missing: None,
        basis: format!(
            "the case declares a hole in source \"{}\" from {} until {}: {}",
            ledger.spec.name, gap.from, gap.until, gap.reason
        ),
    })
    .collect()
}

/// What is to be said of a source besides its holes.
pub(super) fn about(ledger: &Ledger<'_>, holes: &[Hole], unusual: &[(i64, i64)]) -> Vec<Doubt> {
    let facts = ledger.facts;
    let name = &ledger.spec.name;
    let damaged = facts.damaged.iter().map(|(file, damage)| Doubt {
        reason: Reason::Integrity,
        basis: format!("{file} of source \"{name}\": {damage}"),
        allowance: Allowance::Population,
    });
    let mut doubts: Vec<Doubt> = damaged.chain(overwritten(ledger)).collect();
    doubts.extend(unread(ledger));
    doubts.extend(heads(ledger));
    if let Some(share) = ledger.spec.sampling {
        doubts.push(Doubt {
            reason: Reason::Sampled,
            basis: format!(
                "source \"{name}\" keeps a share of {share} of its lines by the case: what is not in it may have happened, \
                 so it excludes nobody and bounds nothing"
            ),
            allowance: Allowance::Population,
        });
    }
    if !facts.has_accounts && facts.tally.routed > 0 {
        doubts.push(Doubt::said(
            Reason::NoAccount,
            format!(
                "source \"{name}\" carries no account: its {} for routes are known by client address only, \
                 and nobody can say in whose scope they were",
                counted(facts.tally.routed, "request")
            ),
        ));
    }
    if facts.has_accounts && facts.tally.nameless > 0 {
        doubts.push(Doubt::said(
            Reason::NoAccount,
            format!(
                "{} for routes in source \"{name}\" stand in lines that have no place for an account: they are \
                 known by client address only, and nobody can say in whose scope they were",
                counted(facts.tally.nameless, "request")
            ),
        ));
    }
    if let Some((from, until)) = unusual
        .iter()
        .max_by_key(|(from, until)| (until - from, -from))
    {
        doubts.push(Doubt::said(
            Reason::Gap,
            format!(
                "source \"{name}\" is silent {} time(s) between traffic that is unusual at that hour, the longest from {} \
                 until {}: other days are quiet then too, so it is taken for a pause and not for a hole",
                unusual.len(),
                Stamp(from * MINUTE),
                Stamp(until * MINUTE)
            ),
        ));
    }
    let found = silence::unnoticed(ledger, holes);
    doubts.extend(found.map(|found| unnoticed(name, &found, &pauses(ledger, holes))));
    doubts
}

/// Stretches between requests in which nothing can be read.
fn overwritten<'l>(ledger: &'l Ledger<'_>) -> impl Iterator<Item = Doubt> + 'l {
    let files = ledger.facts.files.iter();
    files.filter_map(|file| {
        let (count, first) = file.counted.dark.stretches()?;
        Some(Doubt {
            reason: Reason::Integrity,
            basis: format!(
                "{} of source \"{}\" holds {} of at least {BLOCK} bytes between requests in which stand zeros or what is no \
                 text, the first from byte {first} on: what was written there is lost",
                file.name,
                ledger.spec.name,
                counted(count, "place"),
            ),
            allowance: Allowance::Population,
        })
    })
}

/// From when on a hole is noticed, so that nobody takes silence about shorter ones for a proof.
fn unnoticed(name: &str, found: &Unnoticed, pauses: &str) -> Doubt {
    Doubt::said(
        Reason::Gap,
        format!(
            "source \"{name}\" {found}; a shorter hole, or a longer one of a single route or writer, would go unnoticed{pauses}; \
             who is excluded is so if there was none"
        ),
    )
}

/// The silent stretches that are taken for pauses, for the middle of a sentence: a hole may be one of them.
fn pauses(ledger: &Ledger<'_>, holes: &[Hole]) -> String {
    let dark: Vec<(i64, i64)> = holes.iter().map(Hole::minutes).collect();
    let known = |(from, until): &(i64, i64)| dark.iter().any(|(a, b)| a < until && from < b);
    let silences = ledger.all.silences(silence::SHORTEST);
    let silences: Vec<(i64, i64)> = silences.filter(|one| !known(one)).collect();
    let longest = silences
        .iter()
        .max_by_key(|(from, until)| (until - from, -from));
    longest.map_or_else(String::new, |(from, until)| {
        format!(
            ", as would one in {} of more than {} minutes that {} for want of lines at such hours, the longest from {} until {}",
            counted(silences.len() as u64, "silence"),
            silence::SHORTEST,
            if silences.len() == 1 { "is taken for a pause" } else { "are taken for pauses" },
            Stamp(from * MINUTE),
            Stamp(until * MINUTE)
        )
    })
}

/// Sizes that count the head: every answer has one, so that a body came is no more than taken from the size.
fn heads(ledger: &Ledger<'_>) -> Vec<Doubt> {
    let name = &ledger.spec.name;
    let routes = ledger.case.routes.iter().zip(&ledger.routes);
    let open = routes.filter(|(route, own)| {
        ledger.facts.tally.head_counted > 0 && route.empty_below.is_none() && own.span().is_some()
    });
    open.map(|(route, _)| {
        Doubt::said(
            Reason::NoBody,
            format!(
                "sizes in source \"{name}\" include the answer's head, and route \"{}\" has no `empty_below`: that a body \
                 came is taken from the size, and an empty answer cannot be told from a short one: set `empty_below` \
                 above the size of an empty answer",
                route.name
            ),
        )
    })
    .collect()
}

fn unread(ledger: &Ledger<'_>) -> Option<Doubt> {
    let hiding = ledger.facts.tally.hiding;
    let each = widest_request(ledger.case);
    (hiding > 0).then(|| Doubt {
        reason: Reason::Unparsed,
        basis: format!(
            "{} of source \"{}\" could not be read although they look like requests for a route; {}",
            counted(hiding, "line"),
            ledger.spec.name,
            each_may_hide(each)
        ),
        allowance: match each {
            Some(each) => Allowance::Subjects(each.saturating_mul(hiding)),
            None => Allowance::Population,
        },
    })
}

/// What one request that nobody saw may have returned, in words.
pub(super) fn each_may_hide(each: Option<u64>) -> String {
    let most = each.map_or("an unknown number of subjects".to_owned(), |n| {
        format!("at most {}", counted(n, "subject"))
    });
    format!("each may hide what one request returns: {most}")
}

/// The most subjects that one request can return, by the pages of the case; `None` where a route returns a
/// whole container, lets the client choose, or takes lists of IDs.
pub(super) fn widest_request(case: &Case) -> Option<u64> {
    let widths = case
        .routes
        .iter()
        .map(|route| match (&route.page, &route.container) {
            (Some(PageSpec::Number { size, .. }), _) => Some(*size),
            (
                Some(PageSpec::Offset {
                    limit: None, size, ..
                }),
                _,
            ) => Some(*size),
            (Some(PageSpec::Offset { .. }), _) | (None, Some(_)) => None,
            (None, None) => route
                .object
                .as_ref()
                .filter(|object| route.path.contains(&format!("{{{object}}}")))
                .map(|_| 1),
        });
    widths.collect::<Option<Vec<u64>>>()?.into_iter().max()
}
