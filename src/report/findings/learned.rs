//! The parts of `findings.json` about scope that no table tells: what was learned, how often it is wrong, and what an
//! account's inferred scope rests on.

use serde_json::{Value, json};

use crate::pipeline::AccountOutcome;
use crate::report::Answer;
use crate::scope::Basis;
use crate::scope::learned::Owner;

/// Whose the requested IDs seem to be, where the directory does not say.
pub(super) fn learned(answer: &Answer<'_>) -> Value {
    answer.analysis.learned.as_ref().map_or(Value::Null, |learned| {
        let count = |which: fn(&Owner) -> bool| learned.owners().filter(|(_, owner)| which(owner)).count();
        json!({
            "ids_asked_for": learned.owners().len(),
            "labelled": learned.labelled(),
            "labelled_by_votes": count(|owner| matches!(owner, Owner::Voted(..))),
            "labelled_inside_blocks": count(|owner| matches!(owner, Owner::Inside(_))),
            "undecided_with_candidates": count(|owner| matches!(owner, Owner::Among(_))),
            "undecided_anybody": count(|owner| matches!(owner, Owner::Anybody)),
            "voters": learned.voters,
            "ids_numbered_in_blocks": learned.in_blocks,
            "neighbours_foretold": learned.foretold.0,
            "neighbours_foretold_wrong": learned.foretold.1,
            "held_out_accounts": learned.held_out.accounts.0,
            "held_out_accounts_mostly_elsewhere": learned.held_out.accounts.1,
            "held_out_visits": learned.held_out.visits.0,
            "held_out_visits_elsewhere": learned.held_out.visits.1,
            "held_out_visits_at_home": learned.held_out.at_home.0,
            "held_out_wrong": learned.held_out.at_home.1,
            "error_at_most": (learned.error_at_most * 1e4).round() / 1e4,
            "used_for_scope": answer.analysis.labels_used,
            "said": "whose the IDs seem to be, by who asks for them: learned.csv; an account is tested by labels that were \
                made without its own requests; no controller is confirmed or excluded by them. Ask the vendor for the \
                table of objects",
        })
    })
}

/// What the account's scope rests on, in a sentence; nothing where that is the table of grants.
pub(super) fn rests_on(answer: &Answer<'_>, outcome: &AccountOutcome) -> Value {
    let told = outcome.scope() == Basis::Inferred;
    let mut said = Vec::new();
    let granted = answer.case.directory.grants.is_some();
    if outcome.basis == Basis::Inferred && granted {
        said.push(
            "no table of units: whether what it asked for lies below the units that it was granted, nobody can say"
                .to_owned(),
        );
    }
    if told && outcome.basis == Basis::Inferred && !granted {
        let home = outcome
            .home
            .iter()
            .map(|home| answer.atlas.controller_id(Some(*home)));
        said.push(format!(
            "no table of grants: its scope is taken to be all of {}, where the table of accounts or most of its own \
             requests place it",
            home.collect::<Vec<_>>().join(", ")
        ));
    }
    if let Some(learned) = answer
        .analysis
        .learned
        .as_ref()
        .filter(|_| outcome.by_label)
    {
        said.push(format!(
            "whose the objects are was learned from who else asks for them, without its own requests: a label is wrong in \
             at most {:.2} % of the visits of accounts that were held out ({} of {})",
            learned.error_at_most * 100.0,
            learned.held_out.at_home.1,
            learned.held_out.at_home.0
        ));
    }
    match said.is_empty() {
        true => Value::Null,
        false => json!(said.join("; ")),
    }
}
