//! The captured case: what nginx wrote while ffuf walked a real service, held against what the service
//! itself recorded of whom it served what.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::answer::{check_manifest, fresh, json, root, run, scan, table, text, verdicts};

/// The committed capture, or the one that `BREACHSCOPE_CAPTURE` names: CI makes a fresh one.
fn folder() -> PathBuf {
    match std::env::var_os("BREACHSCOPE_CAPTURE") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("testdata/capture/case"),
    }
}

fn case(name: &str) -> PathBuf {
    folder().join(name)
}

fn answer(name: &str, why: &str) -> PathBuf {
    let out = fresh(&format!("captured-{why}-{name}"));
    scan(&case(name), &out, &[]);
    out
}

fn number(cell: &str) -> u64 {
    cell.parse().expect("a number")
}

/// Subjects, controllers, accounts equal to the truth, exactly; from both logs.
fn equals_the_truth(name: &str) {
    let out = answer(name, "truth");
    let truth = json(&case("truth.json"));
    check_manifest(&out);

    let expected: BTreeSet<(String, String)> = truth["subjects"]
        .as_array()
        .expect("subjects")
        .iter()
        .map(|row| (word(&row["subject"]), word(&row["controller"])))
        .collect();
    let subjects = table(&out.join("subjects.csv"));
    let found: BTreeSet<(String, String)> = subjects
        .iter()
        .map(|row| (row["subject"].clone(), row["controller"].clone()))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(subjects.len(), expected.len(), "each once");
    assert!(subjects.iter().all(|row| row["certainty"] == "confirmed"));

    let rows = table(&out.join("controllers.csv"));
    let controllers = truth["controllers"].as_object().expect("controllers");
    assert_eq!(rows.len(), controllers.len());
    for row in rows {
        let want = &controllers[&row["controller"]];
        let n = |key: &str| want[key].as_u64().unwrap_or(0);
        assert_eq!(row["status"], word(&want["status"]), "{row:?}");
        assert_eq!(number(&row["subjects_min"]), n("subjects"), "{row:?}");
        assert_eq!(number(&row["subjects_max"]), n("subjects"), "{row:?}");
        assert_eq!(number(&row["children_min"]), n("children"), "{row:?}");
        assert_eq!(number(&row["protected_min"]), n("protected"), "{row:?}");
        assert_eq!(row["reasons"], "", "{row:?}");
    }

    let verdicts = verdicts(&out);
    let accounts = truth["accounts"].as_object().expect("accounts");
    let expected: BTreeMap<String, String> = accounts
        .iter()
        .map(|(account, row)| (account.clone(), word(&row["verdict"])))
        .collect();
    assert_eq!(verdicts, expected);

    let disclosed: u64 = table(&out.join("accounts.csv"))
        .iter()
        .map(|row| number(&row["accesses"]))
        .sum();
    assert_eq!(
        disclosed,
        truth["accesses_beyond_scope"].as_u64().expect("accesses")
    );
}

fn word(value: &serde_json::Value) -> String {
    value.as_str().expect("a word").to_owned()
}

#[test]
fn nginx_log_gives_the_truth() {
    equals_the_truth("case.toml");
}

#[test]
fn json_log_gives_the_truth() {
    equals_the_truth("case-json.toml");
}

/// Whole logs and a whole directory: one doubt, nothing to learn, and a walk upwards in single steps.
#[test]
fn nothing_is_said_that_the_logs_do_not_show() {
    let findings = json(&answer("case.toml", "said").join("findings.json"));
    let doubts = findings["doubts"].as_array().expect("a list");
    let said: Vec<String> = doubts.iter().map(|doubt| word(&doubt["basis"])).collect();
    let thin = |said: &String| said.starts_with("source \"nginx\" is too short or too thin");
    assert!(said.len() == 1 && said.iter().all(thin), "{said:?}");
    assert!(findings["scope_learned"].is_null());
    let signals = findings["accounts"][0]["signals"].as_array();
    let order = signals.and_then(|all| all.iter().find(|one| one["signal"] == "order"));
    let order = order.expect("a walk");
    assert!(word(&order["null_model"]).starts_with("steps of +1 "));
    assert_eq!(order["threshold"], 10.0);
}

/// A row of `subjects.csv` leads to the raw bytes: offset and length in the plain file.
#[test]
fn evidence_leads_to_raw_lines() {
    let out = answer("case.toml", "evidence");
    let logs = folder();
    let mut walked = 0;
    for row in table(&out.join("subjects.csv")) {
        for reference in row["evidence"].split(';') {
            let (file, place) = reference.rsplit_once(':').expect("FILE:…");
            let (_, place) = place.split_once('@').expect("LINE@…");
            let (offset, length) = place.split_once('+').expect("OFFSET+LENGTH");
            if file.ends_with(".gz") {
                continue;
            }
            let line = bytes_at(&logs.join(file), number(offset), number(length));
            assert!(line.contains("/contacts/"), "{reference}: {line}");
            assert!(!line.contains('\n'), "{reference}: {line}");
            walked += 1;
        }
    }
    assert!(walked > 100, "only {walked} references lead to plain files");
}

fn bytes_at(path: &Path, offset: u64, length: u64) -> String {
    let mut file = File::open(path).expect("the log opens");
    file.seek(SeekFrom::Start(offset))
        .expect("the offset exists");
    let mut line = String::new();
    file.take(length)
        .read_to_string(&mut line)
        .expect("the line");
    line
}

/// The logs are evidence: a folder of logs is no place for an answer.
#[test]
fn never_writes_among_logs() {
    let inside = folder().join("logs/nginx/answer");
    let output = run(&["scan", text(&case("case.toml")), "--out", text(&inside)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!inside.exists());
}
