//! `bounds.csv` and `ladder.csv`: every controller's L, U₀, U₁, U₂, and the exposure ladder of the case and of every
//! controller. Counts only; nobody is named.

use serde_json::{Value, json};

use super::cells::{Table, or_empty};
use super::{Answer, FolderProblem};
use crate::impact::{Heads, Interval, Rung};

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
        "accounts_with_children",
        "accounts_with_protected",
    ])?;
    for rung in &answer.ladder {
        let of_accounts = |count: fn(Heads) -> u64| or_empty(rung.accounts.map(count));
        table.row(&[
            rung.name.clone(),
            answer.atlas.controller_id(rung.controller).to_owned(),
            of_accounts(|heads| heads.all),
            rung.subjects.all.to_string(),
            or_empty(answer.children(rung.subjects.children)),
            or_empty(answer.protected(rung.subjects.protected)),
            or_empty(answer.children(of_accounts(|heads| heads.children))),
            or_empty(answer.protected(of_accounts(|heads| heads.protected))),
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
            "accounts": rung.accounts.map(|heads| heads.all),
            "accounts_with_children": answer.children(rung.accounts.map(|heads| heads.children)),
            "accounts_with_protected": answer.protected(rung.accounts.map(|heads| heads.protected)),
            "subjects": rung.subjects.all,
            "children": answer.children(rung.subjects.children),
            "protected": answer.protected(rung.subjects.protected),
        })
    });
    json!({
        "rungs": rungs.collect::<Vec<_>>(),
        "basis": match (&answer.case.directory.objects, &answer.case.directory.grants) {
            (None, _) => "not computed: it needs the table objects",
            (_, None) => "whom accounts could see is not computed: it needs the table grants; the other rungs: the logs, \
                beyond scope",
            _ => "in_scope and could_see: grants and objects that hold at an instant of the window, never the logs; without \
                the check of units an account without a grant sees too; requested: named by a request beyond scope, \
                answered or not (a refused page names nobody); answered: confirmed",
        },
        "corroborated": match answer.case.leak {
            Some(_) => "answered beyond scope and found published; published alone need not have come through these logs",
            None => "no [leak] in the case: neither corroborated nor published is known",
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
            "far_below_the_mode": content.below.map(|(least, calls)| json!({
                "bytes_below": least,
                "calls": calls,
                "said": "far shorter than content on this route ever is: counts to max, not to min; empty_below decides",
            })),
            "taken_for_empty": content.limit.map(|limit| limit.calls),
            "bytes_each": content.each.map(|usual| json!({
                "usual": usual,
                "said": "to an ID, where a request names several: an answer with no room for what lay beyond scope counts to \
                         max, not to min",
            })),
        })
    });
    routes.collect()
}

/// What samples let estimate, for `findings.json`; beside the bounds, never in them.
pub(super) fn sampling(answer: &Answer<'_>) -> Value {
    let interval = |one: &Interval| {
        json!({
            "estimate": one.estimate.round(),
            "from_95": one.low.floor(),
            "until_95": one.high.ceil(),
        })
    };
    let rows = answer.estimates.rows.iter().map(|one| {
        json!({
            "controller": one.controller.map(|index| answer.atlas.controller_id(Some(index))),
            "requests_seen": one.requests_seen,
            "requests": interval(&one.requests),
            "subjects_seen": one.subjects_seen,
            "subjects": one.subjects.as_ref().map_or_else(
                || json!({ "refused": "fewer than 20 sampled requests: too few for an interval of persons" }),
                &interval,
            ),
        })
    });
    match (&answer.estimates.refused, answer.estimates.rows.is_empty()) {
        (Some(why), _) => json!({ "refused": why }),
        (None, true) => Value::Null,
        (None, false) => json!({
            "estimates": rows.collect::<Vec<_>>(),
            "assumption": "Horvitz-Thompson: each line was kept by chance alone, independently, with the share that the case \
                states. Requests: exact binomial limits. Subjects: each weighed by the requests that were kept of it, which \
                is right on average however often a subject was shown; where less than half was kept, the subjects seen are \
                the lower end and the upper end takes each as shown once. Confirmed disclosures beyond scope; bounds are not \
                touched by it",
        }),
    }
}
