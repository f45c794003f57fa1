//! What logs cannot show, each with its figure: fields that lack, IDs in bodies, ends, holes, what no log knows.

use super::assemble::{Route, Survey};
use super::gather::Field;
use super::questions::{Finding, Verdict};
use crate::coverage::{GapKind, Hole};
use crate::route::extract::Tally;
use crate::words::{Reason, SECOND, Stamp, counted};

/// Every doubt, with regard to some routes.
pub(super) fn doubts(survey: &Survey, routes: &[&Route]) -> Vec<Finding> {
    let mut found = Vec::new();
    lines(routes, &mut found);
    hidden(survey, routes, &mut found);
    beside(survey, &mut found);
    ends(survey, &mut found);
    sources(survey, &mut found);
    protection(survey, routes, &mut found);
    found
}

/// What the requests for the routes carry.
fn lines(routes: &[&Route], found: &mut Vec<Finding>) {
    let sum = |f: fn(&Route) -> u64| routes.iter().map(|route| f(route)).sum::<u64>();
    let all = sum(|route| route.figures.requests);
    // What was refused or not modified has no body to count.
    let answered = sum(|route| route.figures.classes[2]);
    let mut lacks =
        |reason: Reason, (have, all): (u64, u64), none: &str, what: &str, worst: Verdict| {
            // An account that a few lines lack is a gap that somebody can hide in.
            let enough = if reason == Reason::NoAccount { 100 } else { 99 };
            if all == 0 || have * 100 >= all * enough {
                return;
            }
            let verdict = if have * 100 < all {
                worst
            } else {
                Verdict::Partly
            };
            let text = match have {
                0 if all == 1 => format!("not the one request that names an ID {none}"),
                0 => format!("none of {all} requests that name IDs {none}"),
                _ => format!(
                    "{} of {all} requests ({} %) {what}",
                    all - have,
                    percent(all - have, all)
                ),
            };
            found.push(Finding {
                reason,
                verdict,
                text,
            });
        };
    lacks(
        Reason::NoAccount,
        (sum(|route| route.figures.with_account), all),
        "names an account: client addresses only",
        "name no account",
        Verdict::Cannot,
    );
    lacks(
        Reason::NoObject,
        (sum(|route| route.figures.with_id), all),
        "says which one",
        "name no ID",
        Verdict::Cannot,
    );
    lacks(
        Reason::NoStatus,
        (sum(|route| route.figures.with_status), all),
        "says how it was answered",
        "have no status",
        Verdict::Cannot,
    );
    lacks(
        Reason::NoBody,
        (sum(|route| route.figures.sizes.total()), answered),
        "and were answered says how many bytes were sent: delivered is then probable, never confirmed",
        "have no byte count: delivered is then probable, not confirmed",
        Verdict::Partly,
    );
}

/// IDs that no line holds, and routes that no log holds.
fn hidden(survey: &Survey, routes: &[&Route], found: &mut Vec<Finding>) {
    let own = routes.iter().any(|route| route.hides_ids());
    let hiding: Vec<&Route> = survey.routes.iter().filter(|r| r.hides_ids()).collect();
    if routes.is_empty() || own || !hiding.is_empty() && routes.len() > 1 {
        let requests: u64 = hiding.iter().map(|route| route.figures.requests).sum();
        let all = routes.is_empty() || own;
        let text = match hiding.first() {
            Some(first) => format!(
                "{} on {} (such as {}) sent with a body: if IDs are in bodies, no access log has them",
                counted(requests, "request"),
                counted(hiding.len() as u64, "route"),
                first.path
            ),
            None => "no request names the ID of anything: no path variable, no query parameter"
                .to_owned(),
        };
        found.push(Finding {
            reason: Reason::NoObject,
            verdict: if all {
                Verdict::Cannot
            } else {
                Verdict::Partly
            },
            text,
        });
    }
    for (route, said) in &survey.beside.unnamed {
        let asked = routes.iter().any(|r| r.name == *route);
        found.push(Finding {
            reason: Reason::NoObject,
            verdict: match asked {
                true => Verdict::Cannot,
                false => Verdict::Partly,
            },
            text: said.clone(),
        });
    }
    for (route, said) in &survey.beside.unmatched {
        found.push(Finding {
            reason: Reason::NoLog,
            verdict: match routes.iter().any(|r| r.name == *route) {
                true => Verdict::Cannot,
                false => Verdict::Partly,
            },
            text: said.clone(),
        });
    }
    for route in &survey.beside.unlogged {
        found.push(Finding {
            reason: Reason::NoLog,
            verdict: if routes.iter().any(|r| r.name == *route) {
                Verdict::Cannot
            } else {
                Verdict::Partly
            },
            text: format!("the case says that no source records the route \"{route}\""),
        });
    }
    let unseen: Vec<&Route> = survey
        .routes
        .iter()
        .filter(|r| r.given && r.figures.requests == 0)
        .collect();
    for route in unseen {
        let elsewhere = survey
            .routes
            .iter()
            .any(|r| r.name == route.name && r.figures.requests > 0);
        let asked = routes.len() != 1 || routes[0].name == route.name;
        if !elsewhere
            && asked
            && !found
                .iter()
                .any(|f| f.text.contains(&format!("\"{}\"", route.name)))
        {
            found.push(Finding {
                reason: Reason::NoLog,
                verdict: if routes.len() == 1 {
                    Verdict::Cannot
                } else {
                    Verdict::Partly
                },
                text: format!(
                    "no request for the route \"{}\": nobody asked, or it is not logged",
                    route.name
                ),
            });
        }
    }
    if !survey.beside.case && routes.len() != 1 {
        found.push(Finding {
            reason: Reason::NoLog,
            verdict: Verdict::Partly,
            text: "whether every route and host is logged here, these logs cannot say: the vendor must list them".to_owned(),
        });
    }
}

/// What the logs alone cannot know.
fn beside(survey: &Survey, found: &mut Vec<Finding>) {
    let beside = &survey.beside;
    let mut lacks = |have: bool, reason: Reason, text: &str| {
        if !have {
            found.push(Finding {
                reason,
                verdict: Verdict::Partly,
                text: text.to_owned(),
            });
        }
    };
    lacks(
        beside.objects,
        Reason::NoDirectory,
        "no table says whom an ID tells about: IDs can be listed, subjects and controllers cannot",
    );
    lacks(
        beside.grants,
        Reason::NoGrants,
        "no table says what an account may see: its scope could only be inferred from its own requests",
    );
}

fn ends(survey: &Survey, found: &mut Vec<Finding>) {
    let Some((first, last)) = survey.span() else {
        return;
    };
    let period = survey.beside.period.unwrap_or_default();
    let amid = survey
        .sources
        .iter()
        .filter(|s| s.input.tally.first == Some(first))
        .find_map(|s| s.amid);
    let before = match (period.from, amid) {
        (Some(from), _) if from < first => {
            Some(format!("the period begins at {from}, the logs at {first}"))
        }
        (Some(_), _) => None,
        (None, Some((opening, usual))) => Some(format!(
            "the logs begin at {first} amid traffic ({opening} lines in the first 10 minutes, {usual} are usual): \
             what was before is not here"
        )),
        (None, None) => Some(format!(
            "the logs begin at {first}; nothing says what was before"
        )),
    };
    if let Some(text) = before {
        found.push(Finding {
            reason: Reason::BeforeStart,
            verdict: Verdict::Partly,
            text,
        });
    }
    let after = match period.until {
        Some(until) if until.0 > last.0.saturating_add(3600 * SECOND) => {
            Some(format!("the period ends at {until}, the logs at {last}"))
        }
        _ => None,
    };
    if let Some(text) = after {
        found.push(Finding {
            reason: Reason::Retention,
            verdict: Verdict::Partly,
            text,
        });
    }
}

fn is_end(hole: &Hole) -> bool {
    matches!(hole.kind, GapKind::BeforeStart | GapKind::AfterEnd)
}

/// Takes out the ends of sources that BEFORE_START and RETENTION tell among the same findings, of all logs together.
pub(super) fn once(survey: &Survey, findings: &mut Vec<Finding>) {
    let stamps = |pick: fn(&Tally) -> Option<Stamp>| {
        let sources = survey.sources.iter();
        sources.filter_map(move |source| pick(&source.input.tally))
    };
    let (first, last) = (stamps(|t| t.first).min(), stamps(|t| t.last).max());
    let mut told: Vec<&str> = Vec::new();
    for source in &survey.sources {
        let tally = &source.input.tally;
        let by = |hole: &Hole| match hole.kind {
            GapKind::BeforeStart if tally.first == first => Some(Reason::BeforeStart),
            GapKind::AfterEnd if tally.last == last => Some(Reason::Retention),
            _ => None,
        };
        let ends = source.holes.iter().filter(|hole| {
            by(hole).is_some_and(|by| findings.iter().any(|finding| finding.reason == by))
        });
        told.extend(ends.map(|hole| hole.basis.as_str()));
    }
    findings.retain(|one| one.reason != Reason::Gap || !told.contains(&one.text.as_str()));
}

/// What is wrong with single sources.
fn sources(survey: &Survey, found: &mut Vec<Finding>) {
    let mut say = |reason, text| {
        found.push(Finding {
            reason,
            verdict: Verdict::Partly,
            text,
        });
    };
    for source in &survey.sources {
        let name = &source.input.name;
        let inner = source.holes.iter().filter(|hole| !is_end(hole));
        let silences = inner.clone().count() as u64;
        let longest = inner.max_by_key(|hole| hole.until.0.saturating_sub(hole.from.0));
        for end in source.holes.iter().filter(|hole| is_end(hole)) {
            say(Reason::Gap, end.basis.clone());
        }
        if let Some(hole) = longest {
            say(
                Reason::Gap,
                format!(
                    "{name}: {}; the longest from {} until {}",
                    counted(silences, "silence"),
                    hole.from,
                    hole.until
                ),
            );
        }
        if !source.input.missing_files.is_empty() {
            say(
                Reason::Gap,
                format!(
                    "{name}: rotated files are missing, number {}",
                    source.input.missing_numbers()
                ),
            );
        }
        let rejected = source.input.tally.rejected_lines();
        let read = source.input.tally.records;
        if rejected > 0 {
            let share = percent(rejected, read + rejected);
            say(
                Reason::Unparsed,
                format!(
                    "{name}: {} ({share} %) could not be read",
                    counted(rejected, "line")
                ),
            );
        }
        for file in source
            .input
            .files
            .iter()
            .filter(|file| !file.damage.is_empty())
        {
            say(
                Reason::Integrity,
                format!("{}: {}", file.name, file.damage.join("; ")),
            );
        }
        if source.input.facts.jumps > 0 {
            say(
                Reason::Clock,
                format!(
                    "{name}: the clock goes back by over 5 minutes {}",
                    counted(source.input.facts.jumps, "time")
                ),
            );
        }
        let told = source.said.iter().filter(|d| d.reason == Reason::Sampled);
        for doubt in told {
            say(Reason::Sampled, format!("{name}: {}", doubt.basis));
        }
        for sign in &source.sampling {
            say(Reason::Sampled, format!("{name}: {sign}"));
        }
    }
}

/// Whether refusals are seen at all, and limits.
fn protection(survey: &Survey, routes: &[&Route], found: &mut Vec<Finding>) {
    let refused: u64 = routes.iter().map(|route| route.figures.refused).sum();
    let limited: u64 = survey.sources.iter().map(|s| s.input.facts.limited).sum();
    // Without statuses nobody knows what was refused; that is said as NO_STATUS.
    let answers = routes.iter().any(|route| route.figures.with_status > 0);
    if refused == 0 && answers {
        found.push(Finding {
            reason: Reason::NoProbe,
            verdict: Verdict::Partly,
            text: "no request for these routes was refused (401, 403): either nothing tried, or nothing was checked".to_owned(),
        });
    }
    let untimed = survey
        .sources
        .iter()
        .any(|s| s.input.facts.with(Field::Client) == 0);
    if untimed {
        found.push(Finding {
            reason: Reason::Ambiguous,
            verdict: Verdict::Partly,
            text:
                "some lines name no client: what one client asks for in a minute cannot be counted"
                    .to_owned(),
        });
    }
    if limited == 0 {
        found.push(Finding {
            reason: Reason::Ambiguous,
            verdict: Verdict::Partly,
            text: "no 429 in any line: no limit triggered here, or none was set; what one would have done can be \
                   computed from the stamps"
                .to_owned(),
        });
    }
}

/// Hundredths; never 0 for something, never 100 for less than all.
fn percent(part: u64, whole: u64) -> String {
    match (part * 100).checked_div(whole) {
        None => "?".to_owned(),
        Some(0) if part > 0 => "<1".to_owned(),
        Some(share) => share.to_string(),
    }
}
