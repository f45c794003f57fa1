//! How firm the verdicts are: each threshold halved and doubled, and which accounts would be called otherwise.
//!
//! Only what is decided with thresholds varies here; bounds and controllers rest on the directory and the lines, not on
//! verdicts, except where the scope was only inferred. Other grants, another directory: scan with them, `--compare`.

use serde_json::{Value, json};

use super::LISTED;
use crate::case::Thresholds;
use crate::detect::Verdict;
use crate::pipeline::AccountOutcome;
use crate::report::Answer;

/// Thresholds that contacts are read with: changing them needs another scan.
const READ_WITH: [&str; 4] = ["listed_minutes", "colleague_days", "colleagues", "joint"];

/// Every variant and what it changes.
pub(super) fn sensitivity(answer: &Answer<'_>) -> Value {
    let limits = answer.case.thresholds;
    let word = |verdict: Option<Verdict>| verdict.map_or("", Verdict::word);
    let beyond: Vec<&AccountOutcome> = answer.analysis.beyond().collect();
    let list = limits.list().into_iter();
    let varied: Vec<(&str, f64, Thresholds)> = list
        .filter(|(key, ..)| !READ_WITH.contains(key))
        .flat_map(|(key, value, _)| [(key, value * 0.5), (key, value * 2.0)])
        .filter_map(|(key, value)| Some((key, value, limits.with(key, value)?)))
        .collect();
    let thresholds: Vec<Thresholds> = varied.iter().map(|(.., limits)| *limits).collect();
    let mut variants = Vec::new();
    for ((key, value, _), then) in varied.iter().zip(answer.analysis.verdicts(&thresholds)) {
        let changed: Vec<_> = beyond
            .iter()
            .zip(then)
            .map(|(outcome, then)| (outcome, outcome.verdict, then))
            .filter(|(_, now, then)| now != then)
            .collect();
        let listed = changed.iter().take(LISTED).map(|(outcome, now, then)| {
            json!({
                "account": outcome.person.label(),
                "from": word(*now),
                "to": word(*then),
            })
        });
        variants.push(json!({
            "threshold": key,
            "value": value,
            "accounts_that_change": changed.len(),
            "accounts": listed.collect::<Vec<_>>(),
        }));
    }
    let firm = variants
        .iter()
        .filter(|variant| variant["accounts_that_change"] == 0)
        .count();
    json!({
        "said": format!("the verdicts are the same under {firm} of {} variants of one threshold", variants.len()),
        "controllers": "no controller's status or bound rests on a threshold, except where a scope is inferred",
        "variants": variants,
    })
}
