//! The parts of an account's entry that tell its story: scope over time, visits beyond it, what would change the verdict.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use serde_json::{Value, json};

use super::LISTED;
use crate::case::Grant;
use crate::detect::Verdict;
use crate::impact::Beyond;
use crate::pipeline::{AccountOutcome, Details};
use crate::report::Answer;
use crate::scope::PersonKind;
use crate::words::{Certainty, HOUR, counted};

/// A pause after which a new visit begins.
const PAUSE: i64 = HOUR / 2;

/// The first rows of the table of grants of all accounts that are told of: one look at a large table.
pub(super) struct Grants<'a>(HashMap<&'a [u8], Vec<&'a Grant>>);

impl<'a> Grants<'a> {
    pub(super) fn of(answer: &'a Answer<'_>) -> Grants<'a> {
        let outcomes = answer.analysis.outcomes.iter();
        let accounts = outcomes.filter(|outcome| outcome.person.kind == PersonKind::Account);
        let mut rows: HashMap<&[u8], Vec<&Grant>> = accounts
            .map(|outcome| (outcome.person.name.as_slice(), Vec::new()))
            .collect();
        for grant in answer.atlas.directory.grants.iter().flatten() {
            if let Some(own) = rows.get_mut(grant.account.as_bytes())
                && own.len() < LISTED
            {
                own.push(grant);
            }
        }
        Grants(rows)
    }

    /// An account's.
    pub(super) fn rows(&self, answer: &Answer<'_>, outcome: &AccountOutcome) -> Value {
        if outcome.person.kind != PersonKind::Account {
            return json!([]);
        }
        let units = answer.atlas.directory.units.as_deref().unwrap_or_default();
        let own = self.0.get(outcome.person.name.as_slice());
        let rows = own.into_iter().flatten().map(|grant| {
            json!({
                "role": &*grant.role,
                "unit": units.get(grant.unit as usize).map_or("", |unit| unit.id.as_str()),
                "form": grant.form.as_deref(),
                "protected": grant.protected,
                "from": grant.valid.from.map(|at| at.to_string()),
                "until": grant.valid.until.map(|at| at.to_string()),
            })
        });
        rows.collect()
    }
}

/// Its visits beyond scope: requests with no longer pause between them than half an hour.
pub(super) fn visits(answer: &Answer<'_>, outcome: &AccountOutcome) -> Value {
    let near = |a: &Beyond, b: &Beyond| {
        b.access.time.0 - a.access.time.0 <= PAUSE && a.access.client == b.access.client
    };
    let visits = outcome
        .share
        .beyond
        .chunk_by(near)
        .take(LISTED)
        .map(|visit| {
            let atlas = answer.atlas;
            let requests: BTreeSet<_> = visit
                .iter()
                .map(|one| (one.access.file, one.access.line))
                .collect();
            let things: BTreeSet<_> = visit.iter().filter_map(|one| one.thing).collect();
            let rows = visit
                .iter()
                .filter_map(|one| Some(atlas.rows_at(one.thing?, one.access.time)))
                .flatten();
            let controllers: BTreeSet<_> = rows.filter_map(|row| atlas.controller(row)).collect();
            let names = &answer.analysis.names;
            json!({
                "first": visit[0].access.time.to_string(),
                "last": visit[visit.len() - 1].access.time.to_string(),
                "requests": requests.len(),
                "objects": things.len(),
                "controllers": controllers.len(),
                "client": names.clients.text(visit[0].access.client),
                "user_agent": names.agents.text(visit[0].access.agent),
            })
        });
    visits.collect()
}

/// What would change the verdict, in sentences.
pub(super) fn would_change(
    answer: &Answer<'_>,
    (outcome, details): (&AccountOutcome, &Details),
) -> Value {
    let mut said = Vec::new();
    let judgement = &details.judgement;
    // Of the signals that can decide about this verdict.
    let about = |name: &str| (name == "harvest") == (judgement.verdict == Some(Verdict::Harvest));
    for signal in judgement
        .signals
        .iter()
        .filter(|signal| about(&signal.name))
    {
        let ratio = signal.figure / signal.threshold.max(1e-9);
        if signal.fired && ratio < 1.5 {
            said.push(format!(
                "{} fires only just: {:.2} of {:.2}",
                signal.name, signal.figure, signal.threshold
            ));
        } else if !signal.fired && (0.6..1.0).contains(&ratio) {
            said.push(format!(
                "{} stays below by little: {:.2} of {:.2}",
                signal.name, signal.figure, signal.threshold
            ));
        }
    }
    let shown = outcome
        .share
        .beyond
        .iter()
        .filter(|one| one.certainty > Certainty::Nothing);
    let mut by_controller: BTreeMap<&str, u64> = BTreeMap::new();
    let mut all = 0_u64;
    for one in shown {
        let rows = one
            .thing
            .map(|thing| answer.atlas.rows_at(thing, one.access.time))
            .unwrap_or_default();
        if let Some(row) = rows.first() {
            *by_controller
                .entry(answer.atlas.controller_id(answer.atlas.controller(*row)))
                .or_default() += 1;
            all += 1;
        }
    }
    let most = by_controller
        .iter()
        .max_by_key(|(id, count)| (**count, std::cmp::Reverse(**id)));
    if let Some((controller, count)) = most.filter(|_| all > 0) {
        said.push(format!(
            "if its grants covered all of {controller}, {count} of its {} beyond scope would be in scope",
            counted(all, "disclosure")
        ));
    }
    if judgement.verdict == Some(Verdict::Enumeration) {
        said.push("if another hand used its session: compare the clients of its visits with its ordinary ones".to_owned());
    }
    json!(said)
}
