//! What to ask the vendor for, in the order in which it is lost or opens most.

use super::assemble::{Route, Survey};
use super::gather::Field;
use crate::words::Reason;

/// Something to ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The doubt that it would lift.
    pub reason: Reason,
    /// What to ask for.
    pub what: String,
    /// Why.
    pub why: String,
}

/// The list, most urgent first: what is overwritten comes before what can be had any day.
pub fn wishes(survey: &Survey) -> Vec<Wish> {
    let mut list = Vec::new();
    let mut ask = |when: bool, reason: Reason, what: String, why: &str| {
        if when {
            list.push(Wish {
                reason,
                what,
                why: why.to_owned(),
            });
        }
    };
    let records: u64 = survey.sources.iter().map(|s| s.input.facts.records).sum();
    let with = |field| {
        survey
            .sources
            .iter()
            .map(|s| s.input.facts.with(field))
            .sum::<u64>()
    };
    let routes: Vec<&Route> = survey.routes.iter().filter(|r| r.bears_ids()).collect();
    let asked: u64 = routes.iter().map(|r| r.figures.requests).sum();
    let named: u64 = routes.iter().map(|r| r.figures.with_account).sum();
    if let Some((first, _)) = survey.span() {
        let reached = survey
            .beside
            .period
            .and_then(|p| p.from)
            .is_some_and(|from| from >= first);
        ask(
            !reached,
            Reason::BeforeStart,
            format!(
                "all logs before {first}, backups too; and that nothing is rotated away from now on"
            ),
            "logs are overwritten; whatever lies before cannot be had later",
        );
    }
    for source in &survey.sources {
        let name = &source.input.name;
        for hole in source.holes.iter().take(3) {
            let what = format!("{name}: the lines from {} until {}", hole.from, hole.until);
            ask(
                true,
                Reason::Gap,
                what,
                "the log is silent there, and should not be",
            );
        }
        let numbers = source.input.missing_numbers();
        let what = format!("{name}: the rotated files number {numbers}");
        ask(
            !numbers.is_empty(),
            Reason::Gap,
            what,
            "the files around them are here",
        );
        for file in source
            .input
            .files
            .iter()
            .filter(|file| !file.damage.is_empty())
        {
            let what = format!("{}: the file again, with its checksum", file.name);
            ask(true, Reason::Integrity, what, "it is damaged");
        }
    }
    ask(
        asked > 0 && named * 100 < asked * 90,
        Reason::NoAccount,
        "who asked: a log with the account, or a table session or address -> account with times"
            .to_owned(),
        "too many requests for data name nobody",
    );
    ask(
        !survey.beside.grants,
        Reason::NoGrants,
        "every account with its tenant, and its grants with validity (role, unit, from, until)"
            .to_owned(),
        "without them nobody can say what was beyond scope",
    );
    ask(
        !survey.beside.objects,
        Reason::NoDirectory,
        "every object's ID with subject, unit and controller, deleted ones too; members of lists"
            .to_owned(),
        "without them an ID is no person",
    );
    for route in survey.routes.iter().filter(|r| r.hides_ids()).take(3) {
        ask(
            true,
            Reason::NoObject,
            format!("the application's own log of {}, with the IDs", route.path),
            "its IDs are sent in bodies, which access logs do not hold",
        );
    }
    for route in &survey.beside.unlogged {
        let what =
            format!("any trace of the route \"{route}\": application, database, balancer, cache");
        ask(true, Reason::NoLog, what, "no source records it");
    }
    ask(
        !survey.beside.case,
        Reason::NoLog,
        "the list of all routes that return personal data, and of hosts, with which log records each".to_owned(),
        "a route that is not here may be unlogged or unused",
    );
    ask(
        with(Field::Bytes) * 100 < records * 99,
        Reason::NoBody,
        "byte counts of the answers".to_owned(),
        "they tell delivered from empty",
    );
    ask(
        with(Field::RequestId) * 2 < records,
        Reason::Ambiguous,
        "request IDs, and the same requests in the balancer's or the application's log".to_owned(),
        "two logs of the same requests show what one of them lost",
    );
    let jumps: u64 = survey.sources.iter().map(|s| s.input.facts.jumps).sum();
    ask(
        jumps > 0,
        Reason::Clock,
        "how the hosts' clocks were set, with their offsets at the time".to_owned(),
        "the order of requests rests on them",
    );
    ask(
        true,
        Reason::Sampled,
        "a signed statement whether these logs are sampled or filtered, and by what".to_owned(),
        "a filter leaves no trace in what it lets through",
    );
    list
}
