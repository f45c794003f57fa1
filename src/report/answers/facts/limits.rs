//! How it came about and ended, and what cannot be said: cause, doubts, logs, checks, and where all of it stands.

use serde_json::{Value, json};

use super::{Facts, LISTED, Said};
use crate::report::content::{cell, list};

/// Doubts about time: why it cannot be said when it happened.
const OF_TIME: [&str; 5] = ["GAP", "BEFORE_START", "RETENTION", "CLOCK", "SAMPLED"];

pub(super) fn cause(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let cause = &facts.content.findings["cause"];
    let words = &facts.content.words;
    let outcome = format!(
        "{}: {}",
        words.word("cause.outcome"),
        cell(&cause["outcome"])
    );
    let values = json!({ "outcome": cause["outcome"], "determined": cause["determined"] });
    let mut said = vec![Said::new(outcome, "findings.json: cause.outcome", values)];
    for one in list(cause, "hypotheses") {
        let sign = cell(&one["hypothesis"]);
        let remains = match one["remains"] == true {
            true => words.word("cause.remains"),
            false => words.word("cause.refuted"),
        };
        let evidence = |key: &str| match cell(&one[key]) {
            none if none.is_empty() => words.word("cause.nothing"),
            some => some,
        };
        let text = facts.say(
            "hypothesis",
            &[
                ("sign", &sign),
                ("words", &words.word(&format!("hypothesis.{sign}"))),
                ("remains", &remains),
                ("for", &evidence("for")),
                ("against", &evidence("against")),
            ],
        );
        said.push(Said::new(
            text,
            "findings.json: cause.hypotheses",
            one.clone(),
        ));
    }
    Ok(said)
}

pub(super) fn ended(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let ends = list(&facts.content.findings["cause"], "ends");
    let said = ends.map(|end| {
        let last = facts.time(&end["last_disclosure_beyond_scope"]);
        let refusal = facts.time(&end["first_refusal_after_it"]);
        let unknown = || facts.content.words.word("number.none");
        let values = [
            ("route", cell(&end["route"])),
            ("last", last.unwrap_or_else(unknown)),
            ("refusal", refusal.unwrap_or_else(unknown)),
            ("said", cell(&end["said"])),
        ];
        let values = values.each_ref().map(|(key, text)| (*key, text.as_str()));
        let text = facts.say("end", &values);
        Said::new(text, "findings.json: cause.ends", end.clone())
    });
    Ok(said.collect())
}

fn doubt(facts: &Facts<'_>, doubt: &Value) -> Said {
    let reason = cell(&doubt["reason"]);
    let text = facts.say(
        "doubt",
        &[
            ("reason", &reason),
            (
                "meaning",
                &facts.content.words.word(&format!("reason.{reason}")),
            ),
            ("basis", &cell(&doubt["basis"])),
            ("widens", &facts.content.widens(&cell(&doubt["widens"]))),
        ],
    );
    Said::new(text, "findings.json: doubts", doubt.clone())
}

pub(super) fn doubts(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let mut said = facts.sentence("cannot_be_said");
    let all = list(&facts.content.findings, "doubts");
    said.extend(all.take(LISTED).map(|one| doubt(facts, one)));
    // A slip in the case may be among them.
    let remarks = list(&facts.content.findings, "remarks");
    said.extend(remarks.map(|one| Said::new(cell(one), "findings.json: remarks", Value::Null)));
    Ok(said)
}

pub(super) fn time(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let all = list(&facts.content.findings, "doubts");
    let own = all.filter(|one| OF_TIME.iter().any(|code| one["reason"] == *code));
    let mut said: Vec<Said> = own.take(LISTED).map(|one| doubt(facts, one)).collect();
    if said.is_empty() {
        let text = facts.content.words.word("coverage.no_doubts");
        said.push(Said::new(text, "findings.json: doubts", Value::Null));
    }
    Ok(said)
}

pub(super) fn not_evaluated(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let all = list(&facts.content.findings, "not_evaluated");
    let said = all.map(|one| Said::new(cell(one), "findings.json: not_evaluated", Value::Null));
    Ok(said.collect())
}

/// Each log with its time, lines and digest, then the holes.
pub(super) fn logs(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let inputs = list(&facts.content.manifest, "inputs");
    let said = inputs.take(LISTED).map(|input| {
        let number = |key: &str| facts.content.count(&cell(&input[key]));
        let unknown = || facts.content.words.word("number.unknown");
        let values = [
            ("file", cell(&input["file"])),
            ("source", cell(&input["source"])),
            ("from", facts.time(&input["first"]).unwrap_or_else(unknown)),
            ("until", facts.time(&input["last"]).unwrap_or_else(unknown)),
            ("lines", number("lines")),
            ("parsed", number("parsed")),
            ("rejected", number("rejected")),
            ("sha256", cell(&input["sha256"])),
        ];
        let values = values.each_ref().map(|(key, text)| (*key, text.as_str()));
        let kept = [
            "file", "source", "first", "last", "lines", "parsed", "rejected", "sha256",
        ];
        let kept: serde_json::Map<String, Value> = kept
            .into_iter()
            .map(|key| (key.to_owned(), input[key].clone()))
            .collect();
        Said::new(
            facts.say("log", &values),
            "manifest.json: inputs",
            kept.into(),
        )
    });
    let mut said: Vec<Said> = said.collect();
    let holes = list(&facts.content.findings, "holes").take(LISTED);
    said.extend(holes.map(|hole| {
        let text = cell(&hole["basis"]);
        Said::new(text, "findings.json: holes", hole.clone())
    }));
    if facts.content.findings["holes"]
        .as_array()
        .is_none_or(Vec::is_empty)
    {
        let text = facts.content.words.word("coverage.no_holes");
        said.push(Said::new(text, "findings.json: holes", json!([])));
    }
    Ok(said)
}

/// What was done to come to the answer, and how often that was wrong where the truth is known.
pub(super) fn checks(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let content = facts.content;
    let inputs = || list(&content.manifest, "inputs");
    let sum = |key: &str| {
        inputs()
            .filter_map(|input| input[key].as_u64())
            .sum::<u64>()
    };
    let words = &content.words;
    let text = facts.say(
        "checks",
        &[
            ("build", &content.build()),
            ("files", &words.number(inputs().count() as u64)),
            ("lines", &words.number(sum("lines"))),
            ("rejected", &words.number(sum("rejected"))),
        ],
    );
    let values = json!({ "lines": sum("lines"), "rejected": sum("rejected") });
    let mut said = vec![Said::new(text, "manifest.json: tool, inputs", values)];
    let sensitivity = &content.findings["sensitivity"];
    for key in ["said", "controllers"] {
        let text = cell(&sensitivity[key]);
        if !text.is_empty() {
            said.push(Said::new(text, "findings.json: sensitivity", Value::Null));
        }
    }
    for rate in list(&content.manifest["selftest"], "error_rates") {
        let values = [
            ("what", cell(&rate["what"])),
            ("wrong", facts.content.count(&cell(&rate["wrong"]))),
            ("of", facts.content.count(&cell(&rate["of"]))),
        ];
        let values = values.each_ref().map(|(key, text)| (*key, text.as_str()));
        let text = facts.say("error_rate", &values);
        said.push(Said::new(text, "manifest.json: selftest", rate.clone()));
    }
    Ok(said)
}

/// Which answer this is, so that whoever has it finds the same figures.
pub(super) fn reference(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let content = facts.content;
    let digest = &content.manifest_sha256;
    let values = [("case", content.case()), ("sha256", digest.clone())];
    let values = values.each_ref().map(|(key, text)| (*key, text.as_str()));
    let text = facts.say("reference", &values);
    let values = json!({ "case": content.case(), "manifest_sha256": digest });
    Ok(vec![Said::new(text, "manifest.json", values)])
}
