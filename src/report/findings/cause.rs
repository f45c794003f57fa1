//! The part of `findings.json` about the cause. Published records are named by the number of their row only.

use serde_json::{Value, json};

use super::LISTED;
use crate::cause::{Elimination, Fix, Hypothesis, LeakFindings, Recapture};
use crate::report::Answer;
use crate::words::Stamp;

/// Everything about the cause.
pub(super) fn cause(answer: &Answer<'_>) -> Value {
    let cause = &answer.cause;
    let outcome = &cause.outcome;
    let hypotheses = Hypothesis::ALL.into_iter().map(|one| {
        let about = |pro: bool| {
            let said = outcome
                .evidence
                .iter()
                .filter(move |(about, speaks, _)| *about == one && *speaks == pro);
            said.map(|(_, _, said)| said.clone())
                .collect::<Vec<String>>()
        };
        json!({
            "hypothesis": one.sign(),
            "words": one.words(),
            "remains": outcome.remain.contains(&one),
            "for": about(true),
            "against": about(false),
        })
    });
    json!({
        "outcome": outcome.said,
        "determined": outcome.determined().map(Hypothesis::sign),
        "hypotheses": hypotheses.collect::<Vec<_>>(),
        "would_shrink_the_doubt_most": outcome.wanted,
        "leak": cause.leak.as_ref().map(|leak| published(answer, leak)),
        "routes": cause.routes.iter().map(|route| elimination(answer, route)).collect::<Vec<_>>(),
        "ends": cause.fixes.iter().map(|fix| end(answer, fix)).collect::<Vec<_>>(),
        "shapes": cause.stories.iter().map(|story| json!({
            "shape": story.name,
            "bits": story.bits.round(),
            "predicts": (story.predicts * 1000.0).round() / 1000.0,
            "holds": story.holds,
        })).collect::<Vec<_>>(),
    })
}

fn span((from, until): (Option<Stamp>, Option<Stamp>)) -> Value {
    json!({ "from": from.map(|at| at.to_string()), "until": until.map(|at| at.to_string()) })
}

fn published(answer: &Answer<'_>, leak: &LeakFindings) -> Value {
    let theft = &leak.theft;
    let rows = |rows: &[u64]| json!({ "count": rows.len(), "first_rows": rows.iter().take(LISTED).collect::<Vec<_>>() });
    json!({
        "records": leak.records.0,
        "records_in_the_directory": leak.records.1,
        "controllers_at_least": leak.controllers.len(),
        "controllers": leak.controllers.iter().map(|(index, records)| json!({
            "controller": answer.atlas.controller_id(Some(*index)),
            "records": records,
        })).collect::<Vec<_>>(),
        "taken": {
            "span": span(theft.span),
            "one_instant_possible_in": theft.windows.iter().map(|window| span(*window)).collect::<Vec<_>>(),
            "lasted_at_least": theft.lasted.map(|(from, until)| span((Some(from), Some(until)))),
            "whatever_the_pace": {
                "some_taken_not_before": theft.touched.0.map(|at| at.to_string()),
                "some_taken_before": theft.touched.1.map(|at| at.to_string()),
            },
            "records_that_forbid_one_instant": theft.forbid,
            "records_that_date_it": theft.dated,
            "records_against": rows(&theft.against),
            "basis": "each value was valid in some interval by the directory's history; a window is where all intervals \
                meet, if all was taken at one instant",
        },
        "pool": match leak.pool.judged {
            false => Value::Null,
            true => json!({
                "witnesses": rows(&leak.pool.witnesses),
                "witness": "a record outside everyone's scope at every instant at which it may have been taken",
                "records_that_somebody_could_see": leak.pool.coverable,
                "accounts_needed_at_least": leak.pool.packing,
                "accounts_that_suffice": leak.pool.greedy,
                "most_records_of_one_account": leak.pool.most,
            }),
        },
        "shown_by_the_logs": leak.seen,
        "shown_to_nobody_by_the_logs": rows(&leak.unexplained),
        "ranking": {
            "said": "accounts by the records that logged answers showed them, after the guilty-agent model; it ranks, it \
                does not prove",
            "accounts": leak.ranking.iter().map(|(number, records, share)| json!({
                "account": answer.label(*number),
                "records": records,
                "share": (share * 1000.0).round() / 1000.0,
            })).collect::<Vec<_>>(),
        },
        "recapture": match &leak.recapture {
            Recapture::Refused(why) => json!({ "refused": why }),
            Recapture::Interval { logged, leaked, taken } => json!({
                "subjects_confirmed_by_logs": logged,
                "subjects_published": leaked.0,
                "both": leaked.1,
                "subjects_taken_95": [taken.0, taken.1],
                "estimates": "data subjects that the enumerating accounts were shown beyond their scope, in the logs or not",
                "assumption": "the list is a random part of what was taken, whatever the logs show; never a bound",
            }),
        },
    })
}

fn elimination(answer: &Answer<'_>, route: &Elimination) -> Value {
    json!({
        "route": answer.route(route.route),
        "standing": route.standing,
        "said": route.said,
        "if_taken_at_one_instant": route.at_one_instant,
        "published_columns": route.categories,
        "published_columns_that_it_lacks": route.lacks,
        "published_records_shown": route.shown.0,
        "shown_to_accounts": route.shown.1,
        "accounts_needed_at_least": route.needed.0,
        "accounts_that_suffice": route.needed.1,
        "published_records_with_values_of_this_route_alone": route.alone,
        "published_records_that_it_cannot_have_shown": route.cannot,
        "reasons": route.reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>(),
    })
}

fn end(answer: &Answer<'_>, fix: &Fix) -> Value {
    json!({
        "route": answer.route(fix.route),
        "first_disclosure_beyond_scope": fix.disclosed.0.to_string(),
        "last_disclosure_beyond_scope": fix.disclosed.1.to_string(),
        "first_refusal_after_it": fix.refused.map(|at| at.to_string()),
        "refusals_after_it": fix.after.0,
        "refused_accounts_after_it": fix.after.1,
        "refusals_before_it": fix.before,
        "rate_limited": fix.limited.map(|limited| json!({
            "first": limited.first.to_string(),
            "requests": limited.requests,
        })),
        "reason": fix.refused.is_none().then_some("NO_PROBE"),
        "said": match fix.refused {
            Some(at) => format!("attempts beyond scope are refused from {at} on; the check came between that and {}", fix.disclosed.1),
            None => "nothing tried it after the last disclosure: whether it was fixed, the logs do not say".to_owned(),
        },
    })
}
