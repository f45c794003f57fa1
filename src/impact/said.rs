//! What an exposure leaves open, in sentences: one for each way in which somebody may have been disclosed, or may not.
//!
//! What it does to bounds is `conclude`'s.

use super::account::About;
use super::exposure::Exposure;
use crate::case::RouteSpec;
use crate::coverage::{Allowance, Doubt};
use crate::scope::Thing;
use crate::words::{Certainty, Reason};

/// What the exposure itself leaves open, in sentences: the rows count it already. Singular and plural stand
/// beside each other.
pub fn doubts(exposure: &Exposure, routes: &[RouteSpec]) -> Vec<Doubt> {
    let count = |which: fn(&About) -> bool| {
        let keys = exposure.doubtful.keys();
        keys.filter(|(about, _)| which(about)).count()
    };
    let others: u64 = exposure.doubtful.others().map(|(_, n)| n).sum();
    let subjects = |reason: Reason| {
        let keys = exposure.doubtful.keys();
        keys.filter(|(about, why)| matches!(about, About::Subject(..)) && *why == reason)
            .count()
    };
    let probable = |reason: Reason| {
        let tallies = exposure.subjects.values();
        let unsure = tallies.filter(|tally| tally.certainty == Certainty::Probable);
        unsure
            .filter(|tally| tally.doubts.contains(&reason))
            .count()
    };
    let placeless = exposure
        .subjects
        .keys()
        .filter(|(controller, _)| controller.is_none())
        .count();
    let all = [
        (
            count(
                |about| matches!(about, About::Unknown(thing) if !matches!(thing, Thing::Known(_))),
            ) + others as usize,
            Reason::NoDirectory,
            "object was disclosed that the directory does not know; it may be anybody's: look up whose it is",
            "objects were disclosed that the directory does not know; each may be anybody's: look up whose they are",
        ),
        (
            count(|about| matches!(about, About::Unknown(Thing::Known(_)))),
            Reason::NoDirectory,
            "object was disclosed before any of its rows in the table of objects begins: the table does not say whose it was \
             then, so it may be anybody's; ask for the rows before it, or leave from empty where it has always stood there",
            "objects were disclosed before any of their rows in the table of objects begins: the table does not say whose they \
             were then, so each may be anybody's; ask for the rows before them, or leave from empty where they have always \
             stood there",
        ),
        (
            count(|about| matches!(about, About::UnknownContainer(_))),
            Reason::NoDirectory,
            "container was disclosed that the directory does not know; it may hold anybody",
            "containers were disclosed that the directory does not know; they may hold anybody",
        ),
        (
            probable(Reason::NoBody),
            Reason::NoBody,
            "data subject was probably disclosed, not surely: no byte count was read, so nobody can tell an answer with content \
             from an empty one; ask for a log that has it, or name its field in the case",
            "data subjects were probably disclosed, not surely: no byte count was read, so nobody can tell an answer with \
             content from an empty one; ask for a log that has it, or name its field in the case",
        ),
        (
            probable(Reason::NoStatus),
            Reason::NoStatus,
            "data subject was probably disclosed, not surely: the log has no status, so nobody can tell an answer from a \
             refusal; ask for a log that has it",
            "data subjects were probably disclosed, not surely: the log has no status, so nobody can tell an answer from a \
             refusal; ask for a log that has it",
        ),
        (
            probable(Reason::Ambiguous),
            Reason::Ambiguous,
            "data subject was probably disclosed, not surely: the answer was a 304, was broken off, had one size for many \
             different IDs, or had no room for all that its request named",
            "data subjects were probably disclosed, not surely: the answers were 304s, were broken off, had one size for many \
             different IDs, or had no room for all that their requests named",
        ),
        (
            subjects(Reason::NoGrants),
            Reason::NoGrants,
            "subject was disclosed to accounts whose scope is not known, or only inferred",
            "subjects were disclosed to accounts whose scope is not known, or only inferred",
        ),
        (
            subjects(Reason::Ambiguous),
            Reason::Ambiguous,
            "subject cannot be told: no row of its object holds at that time, or it names no subject",
            "subjects cannot be told: no row of their object holds at that time, or it names no subject",
        ),
        (
            placeless,
            Reason::Ambiguous,
            "disclosed subject has no unit that belongs to a controller: it may be any controller's",
            "disclosed subjects have no unit that belongs to a controller: each may be any controller's",
        ),
    ];
    let some = all.into_iter().filter(|(n, ..)| *n > 0);
    let some = some.map(|(n, reason, one, more)| (reason, counted(n, one, more)));
    let blind = blind(exposure, routes).map(|basis| (Reason::NoObject, basis));
    let said = some.chain(blind).map(|(reason, basis)| Doubt {
        reason,
        basis,
        allowance: Allowance::Counted,
    });
    said.collect()
}

fn counted(n: usize, one: &str, more: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{n} {more}"),
    }
}

/// The routes of which lines name nothing, by their names.
fn blind(exposure: &Exposure, routes: &[RouteSpec]) -> Option<String> {
    let mut requests = 0;
    let mut names: Vec<String> = Vec::new();
    for ((about, _), doubt) in exposure.doubtful.detailed() {
        if let About::Blind(route) = about {
            requests += doubt.requests;
            let name = routes.get(usize::from(*route));
            names.extend(name.map(|route| format!("\"{}\"", route.name)));
        }
    }
    let all = counted(
        usize::try_from(requests).unwrap_or(usize::MAX),
        "request was answered that names neither object nor container",
        "requests were answered that name neither object nor container",
    );
    let on = match names.len() {
        0 => return None,
        1 => "route",
        _ => "routes",
    };
    Some(format!(
        "{all}, on the {on} {}: whom they disclosed, and to which controller it belongs, the lines do not say",
        names.join(", ")
    ))
}
