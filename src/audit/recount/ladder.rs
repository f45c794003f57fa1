//! `ladder.csv` from the cited rows, as far as these tell: whom somebody asked for beyond his scope, and who was answered.
//! What the whole case has is held against `findings.json`. Who could see what by the grants is not counted again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Basis, cell_of, rank, subjects};
use crate::audit::Audit;
use crate::report::{Row, cell};

const FILE: &str = "ladder.csv";
/// Rungs that rows tell, and how sure a row must at least be.
const RUNGS: [(&str, &str); 3] = [
    ("requested", "attempt"),
    ("answered_or_probable", "probable"),
    ("answered", "confirmed"),
];
const FIGURES: [&str; 4] = ["accounts", "subjects", "children", "protected"];

/// Subjects and accounts.
type Heads<'t> = (BTreeSet<&'t str>, BTreeSet<&'t str>);

/// Compares the table.
pub(super) fn check(audit: &mut Audit, basis: &Basis<'_>, rows: &[Row], found: &Value) {
    let heads = heads(basis);
    for (number, row) in rows.iter().enumerate() {
        let place = format!("row {}", number + 1);
        let rung = RUNGS
            .iter()
            .position(|(name, _)| *name == cell_of(row, "rung"));
        // Otherwise whether a row lies beyond its account's scope is the scan's judgement.
        let Some(rung) = rung.filter(|_| basis.exact) else {
            continue;
        };
        let own = heads.get(cell_of(row, "controller"));
        let (subjects, accounts) = own.map_or((0, 0), |own| (own[rung].0.len(), own[rung].1.len()));
        audit.same(
            FILE,
            (&place, "subjects"),
            cell_of(row, "subjects"),
            subjects,
        );
        audit.same(
            FILE,
            (&place, "accounts"),
            cell_of(row, "accounts"),
            accounts,
        );
    }
    for rung in found["ladder"]["rungs"].as_array().into_iter().flatten() {
        let name = rung["rung"].as_str().unwrap_or_default();
        let case =
            |row: &&Row| cell_of(row, "rung") == name && cell_of(row, "controller").is_empty();
        let Some(row) = rows.iter().find(case) else {
            audit.finds(
                FILE,
                (name, "rung"),
                "no row for the case",
                "findings.json has it",
            );
            continue;
        };
        for column in FIGURES {
            let say = rung[column]
                .as_u64()
                .map_or_else(String::new, |n| n.to_string());
            audit.same(FILE, (name, column), cell_of(row, column), say);
        }
    }
    audit.counted("rows of ladder.csv", rows.len() as u64);
}

/// Of each controller, and of the case under no name: whom rows cite, by rungs.
fn heads<'t>(basis: &'t Basis<'t>) -> BTreeMap<String, [Heads<'t>; 3]> {
    let mut heads: BTreeMap<String, [Heads<'t>; 3]> = BTreeMap::new();
    for cited in &basis.cited {
        let row = &cited.row;
        let Some(subject) = row
            .subject
            .filter(|_| !subjects::stands_for_itself(basis, cited))
        else {
            continue;
        };
        let own = row.controller.map(cell);
        for name in own.into_iter().chain([String::new()]) {
            let own = heads.entry(name).or_default();
            let sure = RUNGS.iter().zip(own.iter_mut());
            for (_, own) in sure.filter(|((_, least), _)| rank(row.certainty) >= rank(least)) {
                own.0.insert(subject);
                own.1.insert(row.account);
            }
        }
    }
    heads
}
