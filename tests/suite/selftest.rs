//! What the manifest says of this build's errors is what `selftest` finds, and `selftest` finds errors.

use std::fs;

use serde_json::Value;

use crate::answer::{fresh, json, root, scan, succeed};

/// `UPDATE_CASES=1` writes the new result, to be looked at before it is committed.
#[test]
fn the_recorded_result_is_a_fresh_one() {
    let printed = succeed(&["selftest", "--json"]);
    let place = root().join("src/selftest/result.json");
    if std::env::var_os("UPDATE_CASES").is_some() {
        fs::write(&place, &printed).expect("the result is written");
    }
    let recorded = fs::read_to_string(&place).expect("a recorded result");
    assert!(
        printed == recorded,
        "src/selftest/result.json is of other code; look at what changed, then run with UPDATE_CASES=1"
    );
}

#[test]
fn every_manifest_says_how_often_the_build_is_wrong() {
    let out = fresh("selftest-manifest").join("answer");
    scan(
        &root().join("tests/cases/scan-two-schools/case.toml"),
        &out,
        &["--quiet"],
    );
    let said = &json(&out.join("manifest.json"))["selftest"];
    let recorded: Value = json(&root().join("src/selftest/result.json"));
    assert_eq!(said["cases"], recorded["cases"]);
    assert_eq!(said["error_rates"], recorded["error_rates"]);
    assert!(
        said["error_rates"]
            .as_array()
            .is_some_and(|rates| rates.len() > 4)
    );
}
