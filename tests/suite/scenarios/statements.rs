//! The vendor's statements of each scenario (`claims.toml`) and what is to be expected of them: from the whole case, from
//! the one with a log taken away, and from the variants of a case.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{folder, word};
use crate::answer::{json, run, text};

/// Holds the statements of a scenario against one of its cases: what differs from what is to be expected. Outcomes must be
/// equal; the expected reasons must be among the codes of what is not determinable.
fn differing(scenario: &str, case: &str, expected: &Value) -> Vec<String> {
    let folder = folder(scenario);
    let (case_file, claims) = (folder.join(case), folder.join("claims.toml"));
    let output = run(&[
        "verify",
        text(&case_file),
        "--claims",
        text(&claims),
        "--json",
    ]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said, "", "{scenario} {case}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let results = found["claims"].as_array().expect("claims");
    let expected = expected.as_object().expect("ids");
    assert_eq!(results.len(), expected.len(), "{scenario} {case}");
    let mut differ = Vec::new();
    for result in results {
        let (id, outcome) = (word(&result["id"]), word(&result["outcome"]));
        let reasons = super::words(&result["reasons"]);
        let wanted = &expected[&id];
        let named = super::words(&wanted["reasons"]).is_subset(&reasons);
        if outcome != word(&wanted["outcome"]) || !named {
            differ.push(format!(
                "{scenario} {case} {id}: {outcome} {reasons:?}, expected {wanted}"
            ));
        }
    }
    differ
}

#[test]
fn statements_come_out_as_the_truth_has_them() {
    let mut differ = Vec::new();
    for (scenario, case, file) in [
        ("scenario-a-full", "case.toml", "claims-expected.json"),
        (
            "scenario-a-full",
            "case-logged.toml",
            "claims-expected-logged.json",
        ),
        ("scenario-b", "case.toml", "claims-expected.json"),
        ("scenario-c", "case.toml", "claims-expected.json"),
        (
            "scenario-c",
            "case-corrected.toml",
            "claims-expected-corrected.json",
        ),
        ("scenario-d", "case.toml", "claims-expected.json"),
    ] {
        differ.extend(differing(
            scenario,
            case,
            &json(&folder(scenario).join(file)),
        ));
    }
    for scenario in ["scenario-a-full", "scenario-b", "scenario-c", "scenario-d"] {
        let absent = json(&folder(scenario).join("claims-expected-without.json"));
        for (log, expected) in absent.as_object().expect("logs") {
            let name = log.split('.').next().expect("a name");
            differ.extend(differing(
                scenario,
                &format!("case-without-{name}.toml"),
                expected,
            ));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn every_statement_of_the_vendors_has_its_expectation() {
    let mut said = String::new();
    for scenario in ["scenario-a-full", "scenario-b", "scenario-c", "scenario-d"] {
        let claims = fs::read_to_string(folder(scenario).join("claims.toml")).expect("it opens");
        let ids: BTreeSet<String> = claims
            .lines()
            .filter_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'))
            .map(str::to_owned)
            .collect();
        assert!(ids.len() >= 7, "{scenario}");
        said += &claims;
        let expected = |value: &Value| -> BTreeSet<String> {
            value.as_object().expect("ids").keys().cloned().collect()
        };
        let file = |name: &str| json(&folder(scenario).join(name));
        assert_eq!(expected(&file("claims-expected.json")), ids, "{scenario}");
        let absent = file("claims-expected-without.json");
        let absent = absent.as_object().expect("logs");
        assert_eq!(absent.len(), 2, "{scenario}");
        for (log, of_log) in absent {
            assert_eq!(expected(of_log), ids, "{scenario} {log}");
            // Whatever is taken away, some statement can no longer be decided; and no statement turns round.
            for (id, one) in of_log.as_object().expect("ids") {
                let whole = match scenario {
                    "scenario-c" => file("claims-expected-corrected.json")[id].clone(),
                    _ => file("claims-expected.json")[id].clone(),
                };
                let undecided = one["outcome"] == "not_determinable";
                assert!(
                    undecided || one["outcome"] == whole["outcome"],
                    "{id} without {log}"
                );
                assert_eq!(
                    undecided,
                    one["reasons"] != Value::Array(Vec::new()),
                    "{id}"
                );
            }
        }
    }
    for kind in [
        "controllers",
        "within",
        "route_not_used",
        "tenants_isolated",
        "only_authorised_pooled",
        "fixed_by",
        "no_protected",
        "could_and_did",
        "read_by",
        "revoked_not_used",
        "unless_parameter",
        "rate_limited",
        "log_complete",
        "accounts",
        "category_not_disclosed",
        "subjects",
    ] {
        assert!(said.contains(&format!("kind = \"{kind}\"")), "{kind}");
    }
}

/// The lines that prove a hole are of the log that has it, one on either side.
#[test]
fn a_proven_hole_is_shown_by_its_own_logs_lines() {
    let folder = folder("scenario-d");
    let output = run(&[
        "verify",
        "--json",
        "--claims",
        text(&folder.join("claims.toml")),
        text(&folder.join("case.toml")),
    ]);
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let claims = said["claims"].as_array().expect("claims");
    let holed = claims.iter().find(|one| one["id"] == "D8").expect("D8");
    let lines = holed["examples"].as_array().expect("lines");
    let files: Vec<&str> = lines
        .iter()
        .filter_map(|one| one["file"].as_str())
        .collect();
    assert_eq!(files, ["files.jsonl", "files.jsonl"]);
}
