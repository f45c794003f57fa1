//! `findings.json`: the whole answer, nested, with a schema version.
//!
//! Data subjects themselves stand in `subjects.csv` only: this file travels further, so it counts them.

mod cause;
mod detection;
mod learned;
mod life;
mod runs;
mod sensitivity;

use std::io::{self, Write};

use life::Grants;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::cells::sorted;
use super::{Answer, rungs, tables};
use crate::coverage::Allowance;
use crate::detect::{NOT_DONE, Signal, Verdict};
use crate::impact::{About, AccountFigures, ControllerRow, DETAILED, DoubtKey, Doubtful, Status};
use crate::pipeline::AccountOutcome;
use crate::report::tables::category;
use crate::words::Certainty;

/// Version of this file's shape; raised when a reader would have to change.
const SCHEMA: &str = "breachscope.findings/1";
/// How many references a list gives before it only counts.
const LISTED: usize = 50;

/// Writes the file.
///
/// # Errors
/// As `out` does.
pub(super) fn write(answer: &Answer<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    let case = answer.case;
    let window = answer.assessment.window;
    let aside = answer.analysis.set_aside;
    let doubts = answer.assessment.doubts.iter().map(|doubt| {
        json!({
            "reason": doubt.reason.code(),
            "basis": doubt.basis,
            "widens": match doubt.allowance {
                Allowance::Population => json!("every upper bound to the controller's population"),
                Allowance::Subjects(n) => json!(format!("every upper bound by {n}")),
                Allowance::Counted => json!("upper bounds, where it is counted"),
                Allowance::Said => json!("nothing by itself"),
            },
        })
    });
    let before = json!({
        "schema": SCHEMA,
        "case": {
            "id": case.id,
            "title": case.title,
            "timezone": case.timezone.name(),
            "period": case.period.map(|period| json!({
                "from": period.from.map(|at| at.to_string()),
                "until": period.until.map(|at| at.to_string()),
            })),
            "published": case.leak.as_ref().and_then(|leak| leak.published).map(|at| at.to_string()),
        },
        "window": window.map(|(from, until)| json!({
            "from": from.to_string(),
            "until": until.to_string(),
            "basis": if case.period.is_some() { "period of the case" } else { "span of the logs" },
        })),
        "totals": totals(answer),
        "controllers": controllers(answer, |row| row.controller.is_some()),
        // Subjects disclosed through objects without a unit: nobody's in the directory, so perhaps anybody's.
        "without_controller": controllers(answer, |row| row.controller.is_none()),
    });
    let behind = json!({
        "cause": cause::cause(answer),
        "bounds": rungs::assumptions(answer),
        "sampling": rungs::sampling(answer),
        "ladder": rungs::case_ladder(answer),
        "content": rungs::content(answer),
        "scope_learned": learned::learned(answer),
        "sensitivity": sensitivity::sensitivity(answer),
        "thresholds": detection::thresholds(answer),
        "joint": detection::joint(answer),
        "used_after_closing": detection::used_after_closing(answer),
        "undecided": undecided(answer),
        "holes": holes(answer),
        "doubts": doubts.collect::<Vec<_>>(),
        "remarks": answer.remarks,
        "set_aside": {
            "accesses_by_excluded_accounts": aside.excluded_accounts,
            "accesses_from_excluded_clients": aside.excluded_clients,
            "accesses_outside_the_period": aside.outside_period,
        },
        "not_evaluated": NOT_DONE.iter().map(|what| json!(what))
            .chain(case.not_acted_on.iter().map(|what| json!(what)))
            .chain(unsaid(answer).map(|what| json!(what)))
            .collect::<Vec<_>>(),
    });
    let findings = Findings {
        before,
        accounts: Accounts(answer),
        behind,
    };
    serde_json::to_writer_pretty(&mut out, &findings)?;
    out.write_all(b"\n")
}

/// All of the file. Accounts are many and say much each, so they are put into words one at a time.
#[derive(Serialize)]
struct Findings<'a> {
    #[serde(flatten)]
    before: Value,
    accounts: Accounts<'a>,
    #[serde(flatten)]
    behind: Value,
}

struct Accounts<'a>(&'a Answer<'a>);

impl Serialize for Accounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let grants = Grants::of(self.0);
        let outcomes = self.0.analysis.outcomes.iter().zip(&self.0.figures);
        let entry = |(outcome, figures)| account(self.0, outcome, figures, &grants);
        serializer.collect_seq(outcomes.map(entry))
    }
}

/// What no table says of anybody: cells and figures of it are empty, for "none" would be false.
fn unsaid(answer: &Answer<'_>) -> impl Iterator<Item = &'static str> {
    let protected = answer.protected(()).is_none().then_some(
        "who is a protected person: no table has the column protected of objects, so nobody can tell whether one is among those \
         disclosed; protected_min and its like are empty, and nobody is left out of lists for it",
    );
    let children = answer.children(()).is_none().then_some(
        "who is a child: no table has the column child of objects, so nobody can tell how many of those disclosed are children; \
         children_min and its like are empty",
    );
    protected.into_iter().chain(children)
}

fn totals(answer: &Answer<'_>) -> Value {
    let totals = &answer.totals;
    let subjects = |certainty| totals.subjects.get(&certainty).copied().unwrap_or(0);
    let controllers = |status| totals.controllers.get(&status).copied().unwrap_or(0);
    json!({
        "subjects_min": totals.min,
        "subjects_max": totals.max,
        "subjects_confirmed": subjects(Certainty::Confirmed),
        "subjects_probable": subjects(Certainty::Probable),
        "subjects_possible": subjects(Certainty::Possible),
        "subjects_undecided": totals.undecided,
        "without_known_owner": totals.ownerless,
        "children_min": answer.children(totals.children),
        "protected_min": answer.protected(totals.protected),
        "controllers_confirmed": controllers(Status::Confirmed),
        "controllers_cannot_be_excluded": controllers(Status::CannotBeExcluded),
        "controllers_excluded": controllers(Status::Excluded),
        "accounts_and_addresses_seen": answer.analysis.people,
        "log_coverage": (answer.assessment.covered * 10_000.0).round() / 10_000.0,
    })
}

/// Known and found holes in the logs, each with what tells of it.
fn holes(answer: &Answer<'_>) -> Value {
    let routes = &answer.case.routes;
    let holes = answer.assessment.holes.iter().map(|hole| {
        json!({
            "source": answer.case.sources[hole.source].name,
            "from": hole.from.to_string(),
            "until": hole.until.to_string(),
            "kind": hole.kind.word(),
            "route": hole.route.and_then(|route| routes.get(route)).map(|route| &route.name),
            "writer": hole.writer,
            "basis": hole.basis,
        })
    });
    holes.collect()
}

fn controllers(answer: &Answer<'_>, which: fn(&ControllerRow) -> bool) -> Vec<Value> {
    let rows = answer.controllers.iter().filter(|row| which(row));
    rows.map(|row| controller(answer, row)).collect()
}

fn controller(answer: &Answer<'_>, row: &ControllerRow) -> Value {
    let count = |certainty| row.subjects.get(&certainty).copied().unwrap_or(0);
    json!({
        "controller": answer.atlas.controller_id(row.controller),
        "status": row.status.word(),
        "reasons": row.reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>(),
        "subjects_min": row.min,
        "subjects_max": row.max,
        "subjects_u1": answer.upper(row.controller, 1),
        "subjects_u2": answer.upper(row.controller, 2),
        "subjects_confirmed": count(Certainty::Confirmed),
        "subjects_probable": count(Certainty::Probable),
        "subjects_possible": count(Certainty::Possible),
        "children_min": answer.children(row.children),
        "protected_min": answer.protected(row.protected),
        "population": row.population,
        "accounts": row.accounts,
        "accesses": row.accesses,
        "first_seen": row.seen.map(|(first, _)| first.to_string()),
        "last_seen": row.seen.map(|(_, last)| last.to_string()),
        "data_categories": row.categories.iter().map(category).collect::<Vec<_>>(),
        "routes": row.routes.iter().map(|route| answer.route(*route)).collect::<Vec<_>>(),
    })
}

fn account(
    answer: &Answer<'_>,
    outcome: &AccountOutcome,
    figures: &AccountFigures,
    grants: &Grants<'_>,
) -> Value {
    let names = &answer.analysis.names;
    let details = answer.analysis.details(outcome);
    let details = &*details;
    let citations = outcome
        .share
        .beyond
        .iter()
        .map(|b| crate::impact::Citation::of(&b.access));
    let mut lines: Vec<_> = citations.collect();
    lines.dedup();
    let seen = tables::seen(outcome, figures);
    let mut entry = json!({
        "account": outcome.person.label(),
        "verdict": outcome.verdict.map(Verdict::word),
        "scope": outcome.scope().word(),
        "scope_rests_on": learned::rests_on(answer, outcome),
        "score": hundredths(details.judgement.score),
        "roles": details.roles,
        "kind": outcome.kind,
        "belongs_to": outcome.home.iter()
            .map(|index| answer.atlas.controller_id(Some(*index))).collect::<Vec<_>>(),
        "reasons": outcome.reasons().iter().map(|reason| reason.code()).collect::<Vec<_>>(),
        "signals": details.judgement.signals.iter().map(signal).collect::<Vec<_>>(),
        "explained": details.facts.explained.iter()
            .map(|(why, n)| json!({ "template": why.word(), "contacts": n })).collect::<Vec<_>>(),
        "grants": grants.rows(answer, outcome),
        "visits": life::visits(answer, outcome),
        "would_change": life::would_change(answer, (outcome, details)),
        "connection": outcome.connection.word(),
        "other_client": detection::other_client(answer, details),
        "all_accesses": outcome.accesses,
        "first_contacts": details.facts.steps.len(),
        "first_contacts_unexplained": details.facts.unexplained(),
        "accesses": figures.accesses,
        "attempts": figures.attempts,
        "objects_beyond_scope": figures.objects,
        "subjects_confirmed": figures.confirmed,
        "subjects_probable": figures.probable,
        "subjects_undecided": figures.doubtful,
        "undecided_accesses": figures.undecided,
        "first_seen": seen.0.to_string(),
        "last_seen": seen.1.to_string(),
        "controllers": figures.controllers.iter()
            .map(|index| answer.atlas.controller_id(Some(*index))).collect::<Vec<_>>(),
        "client_addresses": tables::named(&figures.clients, |n| names.clients.text(n)),
        "user_agents": tables::named(&figures.agents, |n| names.agents.text(n)),
        "requests_beyond_scope": {
            "count": lines.len(),
            "first": lines.iter().take(LISTED).map(|line| answer.reference(*line)).collect::<Vec<_>>(),
            "all": "accesses.parquet",
        },
    });
    // What else carries the verdict is in no table: nobody can say that it was beyond scope, or it was not.
    let harvest = outcome.verdict == Some(Verdict::Harvest);
    for (key, carrying, tells) in [
        ("requests_undecided", &details.undecided, true),
        ("requests_collected", &details.collected, harvest),
    ] {
        if tells && !carrying.is_empty() {
            let first = carrying.iter().take(LISTED);
            entry[key] = json!({
                "count": carrying.len(),
                "first": first.map(|line| answer.reference(*line)).collect::<Vec<_>>(),
            });
        }
    }
    if let Some(runs) = runs::runs(answer, details) {
        entry["runs"] = runs;
    }
    entry
}

fn signal(signal: &Signal) -> Value {
    json!({
        "signal": signal.name,
        "fired": signal.fired,
        "figure": hundredths(signal.figure),
        "threshold": signal.threshold,
        "null_model": signal.null_model(),
    })
}

/// Disclosures of which nobody can say whether they were beyond scope: counts, and the first lines.
fn undecided(answer: &Answer<'_>) -> Value {
    let mut subjects: Vec<&(DoubtKey, Doubtful)> = Vec::new();
    let mut ownerless = Vec::new();
    let doubts = &answer.analysis.exposure.doubtful;
    for entry in doubts.detailed() {
        match entry.0.0 {
            About::Subject(..) => subjects.push(entry),
            _ => ownerless.push(entry),
        }
    }
    let names = &answer.analysis.names;
    // Numbers of IDs tell the order in which the files were read.
    ownerless.sort_by_cached_key(|((about, reason), _)| {
        let (kind, name) = match about {
            About::Subject(..) => (0, String::new()),
            About::Unknown(thing) => (1, answer.thing(*thing)),
            About::UnknownContainer(asked) => (2, names.objects.text(*asked)),
            About::Blind(route) => (3, answer.route(*route).to_owned()),
        };
        (kind, name, *reason)
    });
    let list = ownerless
        .iter()
        .take(DETAILED)
        .map(|((about, reason), doubt)| {
            let what = match about {
                // Who is protected in a later row is named in nothing that many people read.
                About::Unknown(thing) if answer.atlas.guards(*thing) => json!({ "object": null }),
                About::Unknown(thing) => json!({ "object": answer.thing(*thing) }),
                About::UnknownContainer(asked) => {
                    json!({ "container": names.objects.text(*asked) })
                }
                About::Blind(route) => json!({ "route": answer.route(*route) }),
                About::Subject(..) => json!({}),
            };
            json!({
                "what": what,
                "reason": reason.code(),
                "requests": doubt.requests,
                "first": answer.reference(doubt.first),
            })
        });
    json!({
        "subjects": subjects.len(),
        "subject_requests": subjects.iter().map(|(_, doubt)| doubt.requests).sum::<u64>(),
        "first_lines": subjects.iter().take(LISTED)
            .map(|(_, doubt)| answer.reference(doubt.first)).collect::<Vec<_>>(),
        "without_known_owner": ownerless.len() as u64 + doubts.others().map(|(_, n)| n).sum::<u64>(),
        "without_known_owner_first": list.collect::<Vec<_>>(),
    })
}

fn hundredths(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}
