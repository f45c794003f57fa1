//! `explain`, `--compare`, `[detect]`: what a responder asks of a finished answer.

use std::fs;

use crate::answer::{fresh, json, root, run, scan, succeed};
use crate::verify::copy;

/// The captured case with lines added to its case file, in a folder of its own.
fn captured(name: &str, more: &str) -> std::path::PathBuf {
    let from = root().join("testdata/capture/case");
    let folder = fresh(name);
    copy(&from, &folder);
    let path = folder.join("case.toml");
    let text = fs::read_to_string(&path).expect("the case");
    fs::write(&path, text + more).expect("writable");
    path
}

#[test]
fn the_story_of_the_captured_walk() {
    let out = fresh("story");
    scan(
        &root().join("testdata/capture/case/case.toml"),
        &out,
        &["--quiet"],
    );
    let answer = out.to_str().expect("UTF-8");
    let story = succeed(&["explain", answer, "p0532"]);
    for part in [
        "p0532: enumeration",
        "Scope over time",
        "Its visits beyond scope",
        "Signals",
        "What would change",
    ] {
        assert!(story.contains(part), "{part} in\n{story}");
    }
    assert!(
        story.lines().all(|line| line.chars().count() <= 110),
        "{story}"
    );
    // Somebody who is not listed, and an answer that was changed.
    let other = run(&["explain", answer, "p0531"]);
    assert_eq!(other.status.code(), Some(1));
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(
        said.contains("does not mean that it did nothing") && said.contains("p0532"),
        "{said}"
    );
    let path = out.join("findings.json");
    let text = fs::read_to_string(&path).expect("findings");
    fs::write(&path, text.replacen("p0532", "p0533", 1)).expect("writable");
    let changed = run(&["explain", answer, "p0532"]);
    let said = String::from_utf8_lossy(&changed.stderr).into_owned();
    assert!(
        changed.status.code() == Some(1) && said.contains("SHA-256 differs"),
        "{said}"
    );
}

#[test]
fn thresholds_of_the_case_decide_and_the_difference_is_told() {
    let usual = fresh("usual-thresholds");
    scan(&captured("case-usual", ""), &usual, &["--quiet"]);
    let blunt = captured(
        "case-blunt",
        "\n[detect]\nbreadth = 100_000\norder = 100_000\nstride = 100_000\nhidden = 100_000\nprobing = 100_000\n\
         depth = 100_000\nvolume = 100_000\nreturned = 1e8\nreturned_in_all = 1e8\ntenants = 100_000\n\
         unshown = 100_000\npaging = 100_000\njoint = 100_000\n",
    );
    let out = fresh("blunt-thresholds");
    let screen = scan(&blunt, &out, &["--compare", usual.to_str().expect("UTF-8")]);
    assert!(screen.contains("Compared"), "{screen}");
    let comparison = json(&out.join("comparison.json"));
    let changed = comparison["accounts"].as_array().expect("a list");
    let walker = changed
        .iter()
        .find(|row| row["account"] == "p0532")
        .expect("the walker");
    assert_eq!(walker["changed"]["verdict"]["there"], "enumeration");
    assert_eq!(walker["changed"]["verdict"]["here"], "overreach");
    assert_eq!(comparison["subjects"]["only_here"], 0);
    assert_eq!(comparison["subjects"]["only_there"], 0);
    crate::answer::check_manifest(&out);
    let sensitivity = json(&usual.join("findings.json"))["sensitivity"]["variants"].clone();
    assert!(sensitivity.as_array().expect("variants").len() > 20);
}

#[test]
fn a_threshold_that_is_none_is_told_with_its_line() {
    let case = captured("case-wrong", "\n[detect]\nbredth = 3\n");
    let out = fresh("wrong-threshold");
    let ended = run(&[
        "scan",
        case.to_str().expect("UTF-8"),
        "--out",
        out.to_str().expect("UTF-8"),
    ]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2));
    assert!(
        said.contains("bredth") && said.contains("breadth"),
        "{said}"
    );
}

/// An account's entry names its own rows of the table of grants, in their order, and nobody else's.
#[test]
fn every_grant_of_an_account_is_told() {
    let folder = fresh("explain-grants");
    copy(&root().join("tests/cases/scan-two-schools"), &folder);
    let path = folder.join("grants.csv");
    let grants = fs::read_to_string(&path).expect("the table");
    fs::write(&path, grants + "anna,helper,n,\n").expect("writable");
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let findings = json(&out.join("findings.json"));
    let accounts = findings["accounts"].as_array().expect("accounts");
    let anna = accounts.iter().find(|one| one["account"] == "anna");
    let grants = anna.expect("anna")["grants"].as_array().expect("grants");
    let roles: Vec<_> = grants.iter().map(|one| one["role"].as_str()).collect();
    assert_eq!(roles, [Some("pupil"), Some("helper")]);
}
