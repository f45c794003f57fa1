//! The statements as JSON, schema `breachscope.claims/1`.

use serde_json::{Value, json};

use super::Statements;
use crate::claims::{Claim, Cover, Finding, Outcome};
use crate::words::Stamp;

/// The whole document.
pub fn statements_json(all: &Statements<'_>) -> Value {
    let claims: Vec<Value> = all
        .both()
        .map(|(claim, finding)| one(all, claim, finding))
        .collect();
    let pairs: Vec<Value> = all
        .pairs
        .iter()
        .map(|pair| json!({ "first": all.id(pair.first), "second": all.id(pair.second), "why": pair.why }))
        .collect();
    json!({
        "schema": "breachscope.claims/1",
        "program": crate::report::BUILD,
        "case": { "file": all.case.file_name, "id": all.case.id, "sha256": all.case.sha256 },
        "claims_file": { "file": all.claims.file_name, "sha256": all.claims.sha256 },
        "summary": {
            "supported": all.count(Outcome::Supported),
            "contradicted": all.count(Outcome::Contradicted),
            "not_determinable": all.count(Outcome::NotDeterminable),
        },
        "claims": claims,
        "contradictory_pairs": pairs,
        "tables": all.case.tables.iter().map(|table| {
            json!({ "file": table.path, "bytes": table.bytes, "sha256": table.sha256 })
        }).collect::<Vec<_>>(),
        "logs": logs(all),
    })
}

fn one(all: &Statements<'_>, claim: &Claim, finding: &Finding) -> Value {
    let reasons: Vec<&str> = finding.reasons.iter().map(|reason| reason.code()).collect();
    let examples: Vec<Value> = finding
        .examples
        .iter()
        .map(|example| {
            json!({
                "file": all.file(example),
                "line": example.line,
                "offset": example.offset,
                "length": example.length,
                "sha256": all.digest(example),
                "text": all.line(example),
            })
        })
        .collect();
    json!({
        "id": claim.id,
        "says": claim.says,
        "source": claim.source,
        "kind": claim.kind.word(),
        "outcome": finding.outcome.word(),
        "interval": finding.interval.map(|one| json!({ "min": one.min, "max": one.max })),
        "counts": finding.counts,
        "reasons": reasons,
        "why": finding.why,
        "assumptions": finding.assumptions,
        "coverage": coverage(&finding.cover),
        "examples": examples,
        "against": finding.against,
    })
}

fn coverage(cover: &Cover) -> Value {
    let at = |stamp: Option<Stamp>| stamp.map(|stamp| stamp.to_string());
    let sources: Vec<Value> = cover
        .sources
        .iter()
        .map(|source| {
            json!({
                "source": source.name,
                "routes": source.routes,
                "first": at(source.span.map(|span| span.0)),
                "last": at(source.span.map(|span| span.1)),
            })
        })
        .collect();
    let holes: Vec<Value> = cover
        .holes
        .iter()
        .map(|hole| {
            json!({
                "source": hole.source,
                "kind": hole.kind.word(),
                "reason": hole.reason().code(),
                "from": hole.from.to_string(),
                "until": hole.until.to_string(),
                "basis": hole.basis,
            })
        })
        .collect();
    let doubts: Vec<Value> = cover
        .doubts
        .iter()
        .map(|(reason, basis)| json!({ "reason": reason.code(), "basis": basis }))
        .collect();
    json!({
        "from": at(cover.window.0),
        "until": at(cover.window.1),
        "basis": cover.basis,
        "complete": cover.is_complete(),
        "sources": sources,
        "holes": holes,
        "doubts": doubts,
    })
}

fn logs(all: &Statements<'_>) -> Vec<Value> {
    let logs = all.logs.iter();
    logs.map(|log| {
        json!({
            "file": log.name,
            "source": log.source,
            "bytes": log.bytes,
            "sha256": log.sha256,
            "content_sha256": log.content_sha256,
            "lines": log.lines,
            "first": log.span.map(|span| span.0.to_string()),
            "last": log.span.map(|span| span.1.to_string()),
            "copy_of": log.copy_of,
        })
    })
    .collect()
}
