//! What a survey says, for a terminal of 80 columns and as JSON. Names no account, no ID and no query value.

mod json;
mod lines;
mod route;
mod source;

use super::screen::{Hue, Look};
use crate::survey::{Answer, Finding, Route, Survey, Verdict, answers, wishes};
use crate::words::{Stamp, ending};
pub use json::inspection_json;
use lines::{grouped, wrapped};
use route::one_route;
use source::about;

/// Routes that are shown one by one.
const ROUTES: usize = 15;
/// Routes without IDs that are shown.
const OTHERS: usize = 5;
/// Files that could not be read that are shown.
const UNREAD: usize = 10;

/// The text.
pub fn inspection(survey: &Survey, look: Look) -> String {
    coloured(&plain(survey), look)
}

/// Heads and verdicts in colours. They are told by their whole line, which no name from a log can be.
fn coloured(text: &str, look: Look) -> String {
    let verdicts = [Verdict::Can, Verdict::Partly, Verdict::Cannot];
    let hues = [Hue::Calm, Hue::Doubt, Hue::Alarm];
    let verdict = |line: &str| {
        let words = verdicts.map(|verdict| verdict.words().to_uppercase());
        let at = words.iter().position(|word| line.trim_start() == word)?;
        Some(hues[at])
    };
    let line = |line: &str| match verdict(line) {
        Some(hue) => {
            let said = line.trim_start();
            let indent = &line[..line.len() - said.len()];
            format!("{indent}{}\n", look.paint(hue, said))
        }
        None if !line.is_empty() && !line.starts_with(' ') => {
            format!("{}\n", look.paint(Hue::Head, line))
        }
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn plain(survey: &Survey) -> String {
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
            "Other routes: {}, {} request{}",
            grouped(others.len() as u64),
            grouped(requests),
            ending(requests)
        );
        let shown: Vec<String> = others
            .iter()
            .take(OTHERS)
            .map(|route| route.written())
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
                "Never answered: {} request{} for paths that only ever gave errors",
                grouped(elsewhere),
                ending(elsewhere)
            ),
            4,
            text,
        );
    }
    if elsewhere > 0 && survey.beside.case {
        wrapped(
            &format!(
                "Elsewhere: {} request{} for none of these routes",
                grouped(elsewhere),
                ending(elsewhere)
            ),
            4,
            text,
        );
    }
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
    let mut shown: Vec<String> = Vec::new();
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
        // What two sources say of a route alike is said once; where they differ, each is named.
        let line = format!("    {}: {}{why}", route.name, answer.verdict.words());
        if shown.contains(&line) {
            continue;
        }
        let same = |other: &&&Route| other.name == route.name;
        let differ = asked.iter().filter(same).count() > 1
            && !asked
                .iter()
                .filter(same)
                .all(|other| other.answer(survey) == answer);
        let source = survey.sources.get(route.source).filter(|_| differ);
        let source = source.map_or(String::new(), |s| format!("  [{}]", s.input.name));
        wrapped(&format!("{line}{source}"), 6, text);
        if !differ {
            shown.push(line);
        }
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
