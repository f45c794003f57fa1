//! Practice cases: twenty seeds with a full directory and complete logs, held against a simulation that shares
//! no code with what reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::answer::{check_manifest, fresh, json, scan, synth, table, verdicts};

/// What one seed showed.
#[derive(Default)]
struct Tally {
    found: usize,
    missed: usize,
    falsely: usize,
}

#[test]
fn twenty_seeds_equal_their_truth() {
    let mut all = Tally::default();
    for seed in 1..=20 {
        let tally = seed_equals_its_truth(seed);
        all.found += tally.found;
        all.missed += tally.missed;
        all.falsely += tally.falsely;
    }
    println!(
        "enumerating accounts: {} found, {} missed, {} falsely accused",
        all.found, all.missed, all.falsely
    );
    assert_eq!((all.missed, all.falsely), (0, 0));
    assert!(all.found > 10);
}

fn seed_equals_its_truth(seed: u64) -> Tally {
    let folder = fresh(&format!("practice-{seed}"));
    let case = folder.join("case");
    synth(&case, &format!("--seed {seed}"));
    let out = folder.join("answer");
    scan(&case.join("case.toml"), &out, &[]);
    let truth = json(&case.join("truth.json"));
    check_manifest(&out);
    subjects(seed, &out, &truth);
    controllers(seed, &out, &truth);
    lines(seed, &out, &truth);
    let tally = accounts(seed, &out, &truth);
    println!(
        "seed {seed:>2} {:<12} {:<9} {} found, {} missed, {} falsely accused",
        truth["attack"].as_str().unwrap_or(""),
        truth["format"].as_str().unwrap_or(""),
        tally.found,
        tally.missed,
        tally.falsely
    );
    std::fs::remove_dir_all(&folder).expect("the folder can go");
    tally
}

fn subjects(seed: u64, out: &Path, truth: &Value) {
    let expected: BTreeSet<[String; 3]> = truth["subjects"]
        .as_array()
        .expect("subjects")
        .iter()
        .map(|row| ["subject", "controller", "certainty"].map(|key| word(&row[key])))
        .collect();
    let rows = table(&out.join("subjects.csv"));
    let found: BTreeSet<[String; 3]> = rows
        .iter()
        .map(|row| ["subject", "controller", "certainty"].map(|key| row[key].clone()))
        .collect();
    let more: Vec<_> = found.difference(&expected).take(3).collect();
    let fewer: Vec<_> = expected.difference(&found).take(3).collect();
    assert!(
        more.is_empty() && fewer.is_empty(),
        "seed {seed}: {} of {}; not in the truth: {more:?}; not found: {fewer:?}",
        found.len(),
        expected.len()
    );
}

fn controllers(seed: u64, out: &Path, truth: &Value) {
    let expected = truth["controllers"].as_object().expect("controllers");
    let rows = table(&out.join("controllers.csv"));
    assert_eq!(rows.len(), expected.len(), "seed {seed}");
    for row in rows {
        let want = &expected[&row["controller"]];
        assert_eq!(row["status"], word(&want["status"]), "seed {seed}: {row:?}");
        for (column, key) in [
            ("subjects_confirmed", "subjects_confirmed"),
            ("subjects_probable", "subjects_probable"),
            ("children_min", "children"),
            ("protected_min", "protected"),
        ] {
            let want = want[key].as_u64().map(|n| n.to_string());
            assert_eq!(
                Some(row[column].clone()),
                want,
                "seed {seed}: {column} of {row:?}"
            );
        }
    }
}

fn lines(seed: u64, out: &Path, truth: &Value) {
    let manifest = json(&out.join("manifest.json"));
    let inputs = manifest["inputs"].as_array().expect("inputs");
    let sum = |key: &str| {
        inputs
            .iter()
            .filter_map(|input| input[key].as_u64())
            .sum::<u64>()
    };
    let counted = sum("parsed") - sum("parsed_but_counted_elsewhere");
    assert_eq!(
        Some(counted),
        truth["lines"]["records"].as_u64(),
        "seed {seed}: records"
    );
}

fn accounts(seed: u64, out: &Path, truth: &Value) -> Tally {
    let verdicts = verdicts(out);
    let expected: BTreeMap<String, String> = truth["accounts"]
        .as_object()
        .expect("accounts")
        .iter()
        .map(|(account, row)| (account.clone(), word(&row["verdict"])))
        .collect();
    let enumerating = |all: &BTreeMap<String, String>| -> BTreeSet<String> {
        all.iter()
            .filter(|(_, v)| *v == "enumeration")
            .map(|(a, _)| a.clone())
            .collect()
    };
    let (found, wanted) = (enumerating(&verdicts), enumerating(&expected));
    assert_eq!(verdicts, expected, "seed {seed}");
    Tally {
        found: found.intersection(&wanted).count(),
        missed: wanted.difference(&found).count(),
        falsely: found.difference(&wanted).count(),
    }
}

fn word(value: &Value) -> String {
    value.as_str().expect("a word").to_owned()
}

/// Evidence that lacks something: what the answer says must still be true of what happened.
const FLAWS: [&[&str]; 6] = [
    &["never-host"],
    &["missing-host"],
    &["stale-directory"],
    &["only-accounts"],
    &["no-grants", "sampled"],
    &["unlogged-route"],
];

#[test]
fn whatever_the_evidence_lacks_bounds_hold_and_nobody_honest_is_accused() {
    for seed in 901..=903 {
        for flaws in FLAWS {
            let folder = fresh(&format!("flawed-{seed}-{}", flaws.join("-")));
            let case = folder.join("case");
            let flaws_named: String = flaws.iter().map(|flaw| format!(" --flaw {flaw}")).collect();
            synth(&case, &format!("--seed {seed} --hard 30{flaws_named}"));
            let out = folder.join("answer");
            scan(&case.join("case.toml"), &out, &[]);
            let truth = json(&case.join("truth.json"));
            holds(&format!("seed {seed}, {flaws:?}"), &out, &truth);
            std::fs::remove_dir_all(&folder).expect("the folder can go");
        }
    }
}

fn holds(place: &str, out: &Path, truth: &Value) {
    for row in table(&out.join("controllers.csv")) {
        let want = &truth["controllers"][&row["controller"]];
        let count = |key: &str| want[key].as_u64().unwrap_or_default();
        let there = count("subjects_confirmed") + count("subjects_probable");
        let number = |column: &str| row[column].parse::<u64>().ok();
        assert!(
            number("subjects_min").is_none_or(|low| low <= there),
            "{place}: {row:?}, is {there}"
        );
        assert!(
            number("subjects_max").is_none_or(|high| high >= there),
            "{place}: {row:?}, is {there}"
        );
        assert!(
            row["status"] != "excluded" || there == 0,
            "{place}: {row:?}, is {there}"
        );
    }
    for row in table(&out.join("accounts.csv")) {
        let want = truth["accounts"][&row["account"]]["verdict"].as_str();
        if matches!(&*row["verdict"], "overreach" | "enumeration") {
            assert!(
                matches!(want, Some("overreach" | "enumeration")),
                "{place}: {row:?}, is {want:?}"
            );
        }
    }
}
