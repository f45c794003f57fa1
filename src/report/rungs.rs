//! `bounds.csv` and `ladder.csv`: every controller's L, U₀, U₁, U₂, and the exposure ladder of the case and of every
//! controller. Counts only; nobody is named.

use serde_json::{Value, json};

use super::cells::{Table, or_empty};
use super::{Answer, FolderProblem};
use crate::impact::Rung;

/// Names of the bounds, weakest assumption first.
const BOUNDS: [&str; 4] = ["L", "U0", "U1", "U2"];

/// `bounds.csv`: a row for each bound of each controller.
pub(super) fn bounds(answer: &Answer<'_>) -> Result<Vec<u8>, FolderProblem> {
    let mut table = Table::new(&["controller", "bound", "subjects", "assumption"])?;
    for row in &answer.bounds.rows {
        let [u0, u1, u2] = row.upper;
        let values = [Some(row.lower), u0, u1, u2];
        for ((name, value), assumption) in BOUNDS.iter().zip(values).zip(&answer.bounds.assumptions)
        {
            let controller = answer.atlas.controller_id(Some(row.controller));
            table.row(&[controller, name, &or_empty(value), assumption])?;
        }
    }
    table.finish()
}

/// `ladder.csv`: a row for each rung of the case (controller empty) and of each controller.
pub(super) fn ladder(answer: &Answer<'_>) -> Result<Vec<u8>, FolderProblem> {
    let mut table = Table::new(&[
        "rung",
        "controller",
        "accounts",
        "subjects",
        "children",
        "protected",
    ])?;
    for rung in &answer.ladder {
        let controller = answer.atlas.controller_id(rung.controller);
        let numbers =
            [rung.accounts, rung.subjects, rung.children, rung.protected].map(|n| n.to_string());
        let [accounts, subjects, children, protected] = &numbers;
        table.row(&[
            &rung.name, controller, accounts, subjects, children, protected,
        ])?;
    }
    table.finish()
}

/// The ladder of the whole case for `findings.json`; controllers stand in `ladder.csv`.
pub(super) fn case_ladder(answer: &Answer<'_>) -> Value {
    let whole = |rung: &&Rung| rung.controller.is_none();
    let rungs = answer.ladder.iter().filter(whole).map(|rung| {
        json!({
            "rung": rung.name,
            "accounts": rung.accounts,
            "subjects": rung.subjects,
            "children": rung.children,
            "protected": rung.protected,
        })
    });
    json!({
        "rungs": rungs.collect::<Vec<_>>(),
        "basis": if answer.ladder.is_empty() {
            "not computed: it needs the tables grants and objects"
        } else {
            "in_scope and could_see: grants and objects valid in the window, never the logs; requested and answered: \
             the logs, beyond scope"
        },
        "by_controller": "ladder.csv",
    })
}

/// What each bound assumes, for `findings.json`.
pub(super) fn assumptions(answer: &Answer<'_>) -> Value {
    let all = BOUNDS.iter().zip(&answer.bounds.assumptions);
    all.map(|(bound, assumption)| json!({ "bound": bound, "assumption": assumption }))
        .collect()
}

/// Sizes of answered bodies, for `findings.json`.
pub(super) fn content(answer: &Answer<'_>) -> Value {
    let routes = answer.analysis.content.iter().map(|content| {
        let (low, middle, high) = content.mode;
        json!({
            "route": answer.route(content.route),
            "calls": content.calls,
            "sizes": content.sizes,
            "mode": { "p01": low, "p50": middle, "p99": high },
            "constant_bodies": content.constant.iter().map(|(size, calls, ids)| json!({
                "bytes": size,
                "calls": calls,
                "ids": ids,
                "said": "one size for many IDs looks like a refusal: counts to max, not to min; empty_below decides",
            })).collect::<Vec<_>>(),
        })
    });
    routes.collect()
}
