//! What a survey says, for a terminal of 80 columns and as JSON. Names no account, no ID and no query value.

mod json;
mod lines;

use crate::survey::{Answer, Field, Finding, Route, Source, Survey, Verdict, answers, wishes};
use crate::words::Stamp;
pub use json::inspection_json;
use lines::{Table, grouped, share, size, wrapped};

/// Routes that are shown one by one.
const ROUTES: usize = 15;
/// Routes without IDs that are shown.
const OTHERS: usize = 5;
/// Files that could not be read that are shown.
const UNREAD: usize = 10;

/// The text.
pub fn inspection(survey: &Survey) -> String {
    let mut text = String::new();
    for source in &survey.sources {
        about(source, &mut text);
        text.push('\n');
    }
    unread(survey, &mut text);
    routes(survey, &mut text);
    questions(survey, &mut text);
    per_route(survey, &mut text);
    text.push_str("\nAsk the vendor first for\n");
    for (at, wish) in wishes(survey).iter().enumerate() {
        let line = format!(
            "{:>2}. {} ({}: {})",
            at + 1,
            wish.what,
            wish.reason.code(),
            wish.why
        );
        wrapped(&line, 4, &mut text);
    }
    text
}

fn about(source: &Source, text: &mut String) {
    let input = &source.input;
    let tally = &input.tally;
    let around = match input.wrappings.is_empty() {
        true => String::new(),
        false => format!(" in {}", input.wrappings.join(" in ")),
    };
    wrapped(
        &format!("Source {}: {}{around}", input.name, input.format),
        4,
        text,
    );
    let mut line = |head: &str, body: String| wrapped(&format!("  {head:<10}{body}"), 12, text);
    if let Some(pattern) = &input.spec.pattern {
        line("Pattern", pattern.clone());
    }
    if !input.spec.fields.is_empty() {
        let fields: Vec<String> = input
            .spec
            .fields
            .iter()
            .map(|(ours, path)| format!("{ours}={path}"))
            .collect();
        line("Fields", fields.join(", "));
    }
    let bytes: u64 = input.files.iter().map(|file| file.content_bytes).sum();
    line(
        "Files",
        format!("{}, {} of content", input.files.len(), size(bytes)),
    );
    let lines = input
        .files
        .iter()
        .filter(|f| f.copy_of.is_none())
        .map(|f| f.tally.lines)
        .sum();
    line(
        "Lines",
        format!(
            "{} = {} requests + {} not read + {} empty + {} directives",
            grouped(lines),
            grouped(tally.records),
            grouped(tally.rejected_lines()),
            grouped(tally.empty),
            grouped(tally.directives)
        ),
    );
    for reject in rejects(source) {
        line("Not read", reject);
    }
    if let Some((first, last)) = source.span() {
        line("Span", format!("{first} to {last}"));
    }
    line("Account", account(source));
    line("Fields in", fields(source));
    line("Hosts", hosts(source));
    for (head, body) in trouble(source) {
        line(head, body);
    }
}

fn rejects(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (at, problem) in crate::format::Problem::ALL.iter().enumerate() {
        let count = source.input.tally.rejected.get(at).copied().unwrap_or(0);
        let first = source.input.files.iter().find_map(|file| {
            let place = file.first_rejects.iter().find(|(p, _)| p == problem)?;
            Some(format!("{}:{}", file.name, place.1))
        });
        if let (1.., Some(place)) = (count, first) {
            found.push(format!(
                "{} {}, first {place}",
                grouped(count),
                problem.word()
            ));
        }
    }
    found
}

fn account(source: &Source) -> String {
    let with = source.input.facts.with(Field::Account);
    let records = source.input.facts.records;
    match &source.input.account {
        Some((place, sure, evidence)) => format!(
            "{place} ({}: {evidence}); in {} of the requests",
            sure.word(),
            share(with, records)
        ),
        None if with > 0 => format!(
            "the format's own field; in {} of the requests",
            share(with, records)
        ),
        None => "unknown: no field of these lines names who asked".to_owned(),
    }
}

/// Each field with the share of records that have it.
fn fields(source: &Source) -> String {
    let facts = &source.input.facts;
    let words: Vec<String> = Field::ALL
        .iter()
        .map(|field| {
            format!(
                "{} {}",
                field.word(),
                share(facts.with(*field), facts.records)
            )
        })
        .collect();
    words.join(", ")
}

fn hosts(source: &Source) -> String {
    let facts = &source.input.facts;
    let list = |set: &crate::survey::Distinct| {
        let names: Vec<String> = set
            .sorted()
            .iter()
            .take(4)
            .map(|name| crate::sequence::text(name))
            .collect();
        match set.len() {
            0 => "unknown".to_owned(),
            n if n > 4 => format!(
                "{n}{}, such as {}",
                if set.full() { " or more" } else { "" },
                names.join(", ")
            ),
            _ => names.join(", "),
        }
    };
    format!(
        "asked for: {}; written by: {}",
        list(&facts.hosts),
        list(&facts.nodes)
    )
}

/// Holes, ends, clocks, copies, samples: only what there is.
fn trouble(source: &Source) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let input = &source.input;
    for hole in source.holes.iter().take(3) {
        found.push((
            "Silent",
            format!(
                "{} to {}, where about {:.0} lines were to be expected",
                hole.from, hole.until, hole.expected
            ),
        ));
    }
    if source.holes.len() > 3 {
        found.push(("", format!("and {} more", source.holes.len() - 3)));
    }
    match source.unnoticed {
        Some(minutes) if source.holes.is_empty() => {
            found.push(("Silent", format!("never for longer than usual; a hole under about {minutes} minutes would go unnoticed")));
        }
        _ => {}
    }
    if let Some((opening, usual)) = source.amid {
        found.push((
            "Begins",
            format!(
                "amid traffic: {} lines in its first 10 minutes, about {} are usual",
                grouped(opening),
                grouped(usual)
            ),
        ));
    }
    if let Some(last) = input.files.last().filter(|file| file.unended) {
        found.push((
            "Ends",
            format!(
                "{}: its last line has no end; the log was cut, or is still written",
                last.name
            ),
        ));
    }
    if !input.missing_files.is_empty() {
        let numbers: Vec<String> = input.missing_files.iter().map(u64::to_string).collect();
        found.push((
            "Rotation",
            format!("files number {} are missing", numbers.join(", ")),
        ));
    }
    for file in &input.files {
        for damage in &file.damage {
            found.push(("Damaged", format!("{}: {damage}", file.name)));
        }
        if let Some(of) = &file.copy_of {
            found.push((
                "Twice",
                format!("{} is the same content as {of}, and counts once", file.name),
            ));
        }
        if let Some(of) = &file.overlaps {
            found.push((
                "Twice",
                format!(
                    "a part of {} stands in {of} too, and counts once",
                    file.name
                ),
            ));
        }
    }
    if input.facts.jumps > 0 {
        let first = input.facts.first_jump.map_or(String::new(), |(_, jump)| {
            format!(", first from {} to {}", jump.from, jump.to)
        });
        found.push((
            "Clock",
            format!(
                "goes back by over 5 minutes {} times{first}",
                grouped(input.facts.jumps)
            ),
        ));
    }
    if input.facts.repeated_ids > 0 {
        found.push((
            "Repeated",
            format!(
                "{} request IDs came before",
                grouped(input.facts.repeated_ids)
            ),
        ));
    }
    for sign in &source.sampling {
        found.push(("Sample?", sign.clone()));
    }
    found
}

fn unread(survey: &Survey, text: &mut String) {
    for (file, why) in survey.unread.iter().take(UNREAD) {
        wrapped(&format!("Not read: {file}: {why}"), 4, text);
    }
    match survey.unread.len() {
        0 => {}
        n if n > UNREAD => text.push_str(&format!(
            "… and {} more files that were not read\n\n",
            n - UNREAD
        )),
        _ => text.push('\n'),
    }
}

fn routes(survey: &Survey, text: &mut String) {
    let (bearing, others): (Vec<&Route>, Vec<&Route>) = survey
        .routes
        .iter()
        .partition(|route| route.bears_ids() || route.given);
    let found = if survey.beside.case {
        "of the case"
    } else {
        "found by likeness"
    };
    text.push_str(&format!("Routes that name IDs ({found})\n"));
    if bearing.is_empty() {
        text.push_str("  none\n");
    }
    for route in bearing.iter().take(ROUTES) {
        one_route(route, survey, text);
    }
    if bearing.len() > ROUTES {
        text.push_str(&format!("  … and {} more\n", bearing.len() - ROUTES));
    }
    if !others.is_empty() {
        let requests: u64 = others.iter().map(|route| route.figures.requests).sum();
        let line = format!(
            "Other routes: {}, {} requests",
            grouped(others.len() as u64),
            grouped(requests)
        );
        let shown: Vec<String> = others
            .iter()
            .take(OTHERS)
            .map(|route| route.path.clone())
            .collect();
        wrapped(
            &format!("{line}; most of them {}", shown.join(", ")),
            4,
            text,
        );
    }
    let elsewhere: u64 = survey.sources.iter().map(|s| s.input.facts.elsewhere).sum();
    if elsewhere > 0 && !survey.beside.case {
        wrapped(
            &format!(
                "Never answered: {} requests for paths that only ever gave errors",
                grouped(elsewhere)
            ),
            4,
            text,
        );
    }
    if elsewhere > 0 && survey.beside.case {
        wrapped(
            &format!(
                "Elsewhere: {} requests for none of these routes",
                grouped(elsewhere)
            ),
            4,
            text,
        );
    }
}

fn one_route(route: &Route, survey: &Survey, text: &mut String) {
    let figures = &route.figures;
    let source = match survey.sources.len() {
        1 => String::new(),
        _ => survey
            .sources
            .get(route.source)
            .map_or(String::new(), |s| format!("  [{}]", s.input.name)),
    };
    let name = if route.given {
        format!("{}: ", route.name)
    } else {
        String::new()
    };
    wrapped(&format!("  {name}{}{source}", route.path), 6, text);
    let methods: Vec<String> = figures
        .methods
        .iter()
        .map(|(m, n)| format!("{m} {}", grouped(*n)))
        .collect();
    let mut table = Table::new(6);
    table.row(
        "requests",
        format!("{} ({})", grouped(figures.requests), methods.join(", ")),
    );
    let classes = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];
    let statuses: Vec<String> = classes
        .iter()
        .zip(figures.classes)
        .filter(|(_, n)| *n > 0)
        .map(|(class, n)| format!("{class} {}", grouped(n)))
        .collect();
    table.row("answers", statuses.join(", "));
    let part = |n| share(n, figures.requests);
    table.row(
        "lines with",
        format!(
            "account {}, ID {}, status {}, bytes {}",
            part(figures.with_account),
            part(figures.with_id),
            part(figures.with_status),
            part(figures.with_bytes)
        ),
    );
    let count = |set: &crate::survey::Distinct| {
        format!(
            "{}{}",
            if set.full() { "more than " } else { "" },
            grouped(set.len())
        )
    };
    table.row(
        "asked by",
        format!(
            "{} accounts, {} client addresses",
            count(&figures.accounts),
            count(&figures.clients)
        ),
    );
    for variable in route
        .variables
        .iter()
        .filter(|v| route.given || v.is_id() || v.paging.is_some())
    {
        let dense = match variable
            .values
            .density()
            .filter(|_| variable.paging.is_none())
        {
            Some(share) if share >= 0.5 => ", dense integers: easily guessed",
            Some(_) => ", integers",
            None => "",
        };
        let place = if variable.in_query { "?" } else { "" };
        let paging = if variable.paging.is_some() {
            " (paging)"
        } else {
            ""
        };
        table.row(
            &format!("{place}{}", variable.name),
            format!(
                "{} different {}s{dense}{paging}",
                count(&variable.values.distinct),
                variable.values.kind().word()
            ),
        );
    }
    if figures.sizes.total() > 0 {
        let at = |percent| {
            figures
                .sizes
                .quantile(percent)
                .map_or("?".to_owned(), grouped)
        };
        let constant: Vec<String> = figures
            .sizes
            .constant(20)
            .iter()
            .take(3)
            .map(|(bytes, times)| format!("{} ({} times)", grouped(*bytes), grouped(*times)))
            .collect();
        let common = if constant.is_empty() {
            String::new()
        } else {
            format!("; common sizes {}", constant.join(", "))
        };
        table.row(
            "body bytes",
            format!("5 % {}, half {}, 95 % {}{common}", at(5), at(50), at(95)),
        );
    }
    table.write(text);
}

fn questions(survey: &Survey, text: &mut String) {
    text.push_str("\nWhat these logs can answer\n");
    for (at, answer) in answers(survey).iter().enumerate() {
        wrapped(&format!("{:>2}. {}", at + 1, answer.question), 4, text);
        wrapped(
            &format!("    {}", answer.verdict.words().to_uppercase()),
            4,
            text,
        );
        findings(answer, text);
    }
}

fn findings(answer: &Answer, text: &mut String) {
    for finding in &answer.findings {
        wrapped(
            &format!("    - {}: {}", finding.reason.code(), finding.text),
            6,
            text,
        );
    }
}

fn per_route(survey: &Survey, text: &mut String) {
    text.push_str(" 7. Could these logs detect deviating events and trace cause and extent?\n");
    let general: Vec<Finding> = answers(survey)
        .into_iter()
        .flat_map(|answer| answer.findings)
        .collect();
    let asked: Vec<&Route> = survey
        .routes
        .iter()
        .filter(|route| route.bears_ids() || route.given || route.hides_ids())
        .collect();
    if asked.is_empty() {
        text.push_str("    no route that names anything was found\n");
    }
    for route in asked.iter().take(ROUTES) {
        let answer = route.answer(survey);
        let codes: std::collections::BTreeSet<&str> =
            answer.findings.iter().map(|f| f.reason.code()).collect();
        let codes: Vec<&str> = codes.into_iter().collect();
        let why = if codes.is_empty() {
            String::new()
        } else {
            format!(" ({})", codes.join(", "))
        };
        wrapped(
            &format!("    {}: {}{why}", route.name, answer.verdict.words()),
            6,
            text,
        );
        // What holds for all of them was said above.
        let said = |f: &&Finding| {
            general
                .iter()
                .any(|g| g.reason == f.reason && g.verdict == f.verdict)
        };
        let worst = answer
            .findings
            .iter()
            .filter(|f| f.verdict == Verdict::Cannot && !said(f));
        for finding in worst {
            wrapped(
                &format!("      {}: {}", finding.reason.code(), finding.text),
                8,
                text,
            );
        }
    }
}

/// An instant, or that none is known.
fn instant(at: Option<Stamp>) -> Option<String> {
    at.map(|at| at.to_string())
}
