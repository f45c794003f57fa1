//! The CSV tables of CASE.md §5.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::cells::{Table, joined, or_empty, sorted};
use super::{Answer, FolderProblem};
use crate::detect::Verdict;
use crate::evidence::EXCERPT;
use crate::impact::AccountFigures;
use crate::pipeline::AccountOutcome;
use crate::scope::ControllerIndex;
use crate::scope::learned::{Learned, Owner};
use crate::sequence::text;
use crate::words::{Certainty, Reason, Stamp};

/// `controllers.csv`: every controller of the directory, affected or not.
pub(super) fn controllers(answer: &Answer<'_>) -> Result<Vec<u8>, FolderProblem> {
    let mut table = Table::new(&[
        "controller",
        "name",
        "status",
        "reasons",
        "subjects_min",
        "subjects_max",
        "subjects_confirmed",
        "subjects_probable",
        "subjects_possible",
        "children_min",
        "protected_min",
        "accounts",
        "accesses",
        "first_seen",
        "last_seen",
        "data_categories",
        "routes",
        "population",
        "log_coverage",
        "subjects_u1",
        "subjects_u2",
    ])?;
    for row in answer
        .controllers
        .iter()
        .filter(|row| row.controller.is_some())
    {
        let count = |certainty| {
            row.subjects
                .get(&certainty)
                .copied()
                .unwrap_or(0)
                .to_string()
        };
        let known = row.controller.and_then(|index| {
            answer
                .atlas
                .directory
                .controllers
                .as_deref()?
                .get(index as usize)
        });
        table.row(&[
            answer.atlas.controller_id(row.controller).to_owned(),
            known
                .map_or("(no controller in the directory)", |c| c.name.as_str())
                .to_owned(),
            row.status.word().to_owned(),
            joined(row.reasons.iter().map(|reason| reason.code())),
            row.min.to_string(),
            or_empty(row.max),
            count(Certainty::Confirmed),
            count(Certainty::Probable),
            count(Certainty::Possible),
            // A minimum is one even where no table says who is a child or protected.
            row.children.to_string(),
            row.protected.to_string(),
            row.accounts.to_string(),
            row.accesses.to_string(),
            or_empty(row.seen.map(|(first, _)| first)),
            or_empty(row.seen.map(|(_, last)| last)),
            joined(row.categories.iter().map(category)),
            joined(row.routes.iter().map(|route| answer.route(*route))),
            or_empty(row.population),
            format!("{:.4}", answer.assessment.covered),
            or_empty(answer.upper(row.controller, 1)),
            or_empty(answer.upper(row.controller, 2)),
        ])?;
    }
    table.finish()
}

/// `learned.csv`: whose each requested ID seems to be, where the directory does not say.
pub(super) fn learned(answer: &Answer<'_>, learned: &Learned) -> Result<Vec<u8>, FolderProblem> {
    let mut table = Table::new(&[
        "object",
        "controller",
        "voters",
        "basis",
        "kind",
        "candidates",
    ])?;
    let names = &answer.analysis.names.objects;
    // Numbers are given in the order in which IDs are read, so by how the logs are cut into files.
    let mut owners: Vec<_> = learned.owners().collect();
    owners.sort_unstable_by(|(a, _), (b, _)| {
        let name = |id: &(bool, u32)| (id.0, names.name(id.1));
        name(a).cmp(&name(b))
    });
    for ((container, id), owner) in owners {
        let candidates: &[ControllerIndex] = match owner {
            Owner::Among(among) => among,
            _ => &[],
        };
        table.row(&[
            names.text(id),
            answer.atlas.controller_id(owner.label()).to_owned(),
            match owner {
                Owner::Voted(_, votes) => votes.to_string(),
                _ => String::new(),
            },
            match owner {
                Owner::Voted(..) => "co-access",
                Owner::Inside(_) => "inside a block of numbers",
                Owner::Among(_) => {
                    "undecided: one of the candidates, if those who asked may see it"
                }
                Owner::Anybody => "undecided: anybody's",
            }
            .to_owned(),
            if container { "container" } else { "object" }.to_owned(),
            joined(
                candidates
                    .iter()
                    .map(|one| answer.atlas.controller_id(Some(*one))),
            ),
        ])?;
    }
    table.finish()
}

/// Client addresses or user agents by their numbers, sorted; what the log leaves out is none.
pub(super) fn named(numbers: &BTreeSet<u32>, name: impl Fn(u32) -> String) -> Vec<String> {
    let texts = numbers.iter().map(|number| name(*number));
    sorted(texts.filter(|text| !text.is_empty()))
}

/// First and last request beyond scope; of an account that has none, its first and last of all.
pub(super) fn seen(outcome: &AccountOutcome, figures: &AccountFigures) -> (Stamp, Stamp) {
    figures.seen.unwrap_or(outcome.span)
}

/// `accounts.csv`: accounts with a verdict, and those that the directory does not know.
pub(super) fn accounts(answer: &Answer<'_>) -> Result<Vec<u8>, FolderProblem> {
    let mut table = Table::new(&[
        "account",
        "verdict",
        "scope",
        "score",
        "controller",
        "role",
        "signals",
        "first_seen",
        "last_seen",
        "accesses",
        "attempts",
        "objects_beyond_scope",
        "subjects_confirmed",
        "subjects_probable",
        "controllers",
        "client_addresses",
        "user_agents",
        "kind",
        "reasons",
        "undecided",
        "subjects_undecided",
    ])?;
    let names = &answer.analysis.names;
    let client = |number| names.clients.text(number);
    let agent = |number| names.agents.text(number);
    for (outcome, figures) in answer.analysis.outcomes.iter().zip(&answer.figures) {
        let details = answer.analysis.details(outcome);
        let judgement = &details.judgement;
        let fired = judgement.signals.iter().filter(|signal| signal.fired);
        let seen = seen(outcome, figures);
        let home = outcome.home.iter();
        table.row(&[
            outcome.person.label(),
            outcome.verdict.map_or("", Verdict::word).to_owned(),
            outcome.scope().word().to_owned(),
            format!("{:.2}", judgement.score),
            joined(home.map(|index| answer.atlas.controller_id(Some(*index)))),
            joined(&details.roles),
            joined(fired.map(|signal| format!("{}={}", signal.name, rounded(signal.figure)))),
            seen.0.to_string(),
            seen.1.to_string(),
            figures.accesses.to_string(),
            figures.attempts.to_string(),
            figures.objects.to_string(),
            figures.confirmed.to_string(),
            figures.probable.to_string(),
            figures.controllers.len().to_string(),
            named(&figures.clients, client).len().to_string(),
            named(&figures.agents, agent).len().to_string(),
            outcome.kind.clone(),
            joined(
                outcome
                    .reasons()
                    .iter()
                    .map(|reason: &Reason| reason.code()),
            ),
            figures.undecided.to_string(),
            figures.doubtful.to_string(),
        ])?;
    }
    table.finish()
}

/// `subjects.csv`: a data subject under a controller; every row is a disclosure beyond scope.
pub(super) fn subjects(answer: &Answer<'_>) -> Result<Vec<u8>, FolderProblem> {
    let mut table = Table::new(&[
        "subject",
        "controller",
        "certainty",
        "protected",
        "child",
        "first_seen",
        "last_seen",
        "accounts",
        "accesses",
        "routes",
        "data_categories",
        "evidence",
        "account_ids",
        "protected_ever",
    ])?;
    let exposure = &answer.analysis.exposure;
    for ((controller, subject), tally) in &exposure.subjects {
        let evidence = tally.evidence.iter();
        table.row(&[
            answer.atlas.subject_name(*subject).into_owned(),
            answer.atlas.controller_id(*controller).to_owned(),
            tally.certainty.word().to_owned(),
            or_empty(answer.protected(tally.protected)),
            or_empty(answer.children(tally.child)),
            tally.first.to_string(),
            tally.last.to_string(),
            tally.accounts.len().to_string(),
            tally.accesses.to_string(),
            joined(tally.routes.iter().map(|route| answer.route(*route))),
            joined(exposure.categories(tally).into_iter().map(category)),
            joined(evidence.map(|(_, citation)| answer.reference(*citation))),
            joined(sorted(
                tally.accounts.keys().map(|number| answer.label(*number)),
            )),
            or_empty(answer.protected(answer.atlas.ever_protected(*subject))),
        ])?;
    }
    table.finish()
}

/// `coverage.csv`: a row for each source and hour.
pub(super) fn coverage(answer: &Answer<'_>) -> Result<Vec<u8>, FolderProblem> {
    let routes = &answer.case.routes;
    let route_columns = routes
        .iter()
        .map(|route| format!("requests: {}", route.name));
    let fixed = [
        "source",
        "hour",
        "lines",
        "expected_low",
        "expected_high",
        "gap",
    ];
    let header: Vec<String> = fixed
        .into_iter()
        .map(str::to_owned)
        .chain(route_columns)
        .chain(["writers_silent", "routes_silent", "lines_alone"].map(str::to_owned))
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = Table::new(&header)?;
    for row in &answer.assessment.rows {
        let mut cells = vec![
            answer.case.sources[row.source].name.clone(),
            row.hour.to_string(),
            (row.lines + row.alone).to_string(),
            or_empty(row.expected.map(|expected| format!("{:.0}", expected.low))),
            or_empty(row.expected.map(|expected| format!("{:.0}", expected.high))),
            or_empty(row.gap.map(|gap| gap.word())),
        ];
        cells.extend(row.routes.iter().map(u64::to_string));
        cells.push(joined(&row.writers));
        cells.push(joined(
            row.dark_routes.iter().map(|r| routes[*r].name.as_str()),
        ));
        cells.push(or_empty(Some(row.alone).filter(|alone| *alone > 0)));
        table.row(&cells)?;
    }
    table.finish()
}

/// `rejects.csv`: lines that could not be read, with their beginning.
pub(super) fn rejects(answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns = ["file", "line", "offset", "reason", "excerpt", "length"];
    let mut table = Table::to(out, &columns)?;
    let mut excerpts = answer.excerpts.iter().peekable();
    for (number, file) in answer.files.iter().enumerate() {
        let own = std::iter::from_fn(|| excerpts.next_if(|some| some.file as usize == number));
        let mut own = own.flat_map(|some| some.lines.clone());
        for reject in &file.read.part.rejects {
            // Of a pipe there is none.
            let excerpt = own.next().unwrap_or_default();
            let more = if reject.length > EXCERPT as u64 {
                "…"
            } else {
                ""
            };
            table.add(&[
                file.name.clone(),
                reject.line.to_string(),
                reject.offset.to_string(),
                reject.problem.word().to_owned(),
                format!("{}{more}", text(&excerpt)),
                reject.length.to_string(),
            ])?;
        }
    }
    table.close()
}

/// A data category; the question mark stays where the directory does not say whether it was filled in.
pub(super) fn category(category: &crate::case::Category) -> String {
    format!(
        "{}{}",
        category.name,
        if category.optional { "?" } else { "" }
    )
}

/// A figure with two decimals at most.
pub(super) fn rounded(figure: f64) -> String {
    match figure.fract() {
        0.0 => format!("{figure:.0}"),
        _ => format!("{figure:.2}"),
    }
}
