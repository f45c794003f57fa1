//! `verify ANSWER`: every honest answer holds, and every change to an answer, its case or its logs is found and named.

mod sealed;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::answer::{fresh, root, run, scan, synth, text};

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

/// A case's own copy, and its answer beside it.
pub fn answered(case: &str, name: &str) -> (PathBuf, PathBuf) {
    let folder = fresh(name);
    let own = folder.join("case");
    copy(&root().join(case), &own);
    let (case, out) = (own.join("case.toml"), folder.join("answer"));
    scan(&case, &out, &["--quiet"]);
    (case, out)
}

pub fn verify(answer: &Path, case: &Path, more: &[&str]) -> Output {
    let mut args = vec!["verify", text(answer), "--case", text(case)];
    args.extend(more);
    run(&args)
}

/// Code and JSON.
pub fn verified(answer: &Path, case: &Path) -> (i32, Value) {
    let output = verify(answer, case, &["--json"]);
    let told = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().expect("no signal"), told)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every case that comes with the tests and can be answered: odd formats, copies, pages, damage, tables without grants.
#[test]
fn every_answered_case_holds() {
    let mut held = 0;
    let cases = fs::read_dir(root().join("tests/cases")).expect("the cases");
    for folder in cases.flatten().map(|entry| entry.path()) {
        let case = folder.join("case.toml");
        let name = folder
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let out = fresh(&format!("verify-{name}")).join("answer");
        let scanned = run(&["scan", text(&case), "--out", text(&out), "-q"]);
        if !scanned.status.success() {
            continue;
        }
        let output = verify(&out, &case, &[]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
        held += 1;
    }
    assert!(held >= 25, "only {held} cases could be answered");
}

#[test]
fn the_captured_case_holds_and_says_how_much_was_looked_at() {
    let (case, out) = answered("testdata/capture/case", "verify-captured");
    let (code, told) = verified(&out, &case);
    assert_eq!(
        (code, &told["outcome"]),
        (0, &Value::from("holds")),
        "{told:#}"
    );
    assert_eq!(told["schema"], "breachscope.verification/1");
    let count = |what: &str| {
        let checked = told["checked"].as_array().expect("checked");
        let own = checked.iter().find(|one| one["what"] == what);
        own.and_then(|one| one["count"].as_u64()).unwrap_or(0)
    };
    assert_eq!(count("lines of the logs"), 8_555);
    assert!(count("rows of accesses.parquet") > 2_000);
    assert!(count("rows of subjects.csv") > 2_000);
}

#[test]
fn practice_cases_hold() {
    for (seed, more) in [
        ("11", ""),
        ("12", " --flaw hole"),
        ("13", " --hard 50"),
        ("14", " --flaw no-grants"),
        ("15", " --flaw stale-directory --flaw clock"),
        ("16", " --flaw sampled"),
        ("17", " --flaw no-bytes"),
    ] {
        let folder = fresh(&format!("verify-practice-{seed}"));
        let case = folder.join("case");
        synth(&case, &format!("--seed {seed} --lines 8000{more}"));
        let (case, out) = (case.join("case.toml"), folder.join("answer"));
        scan(&case, &out, &["-q"]);
        let output = verify(&out, &case, &[]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "seed {seed}: {}",
            said(&output)
        );
    }
}

/// A generator that needs no crate, so that the same changes are made everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// One byte of one file, anywhere in answer, case, tables and logs. `BREACHSCOPE_CHANGES` asks for another number.
#[test]
fn every_changed_byte_is_found_and_its_file_named() {
    let changes = std::env::var("BREACHSCOPE_CHANGES").ok();
    let changes: usize = changes.and_then(|n| n.parse().ok()).unwrap_or(240);
    let cases = ["pages-and-batches", "truncated-gzip", "some-rejects"];
    let mut dice = Dice(0x5eed);
    for (at, name) in cases.iter().enumerate() {
        let source = format!("tests/cases/{name}");
        let (case, out) = answered(&source, &format!("verify-bytes-{name}"));
        let beside = case.parent().expect("a folder").to_owned();
        let manifest: Value =
            serde_json::from_slice(&fs::read(out.join("manifest.json")).expect("it"))
                .expect("JSON");
        let names = |list: &str| -> Vec<String> {
            let files = manifest[list].as_array().expect("a list").iter();
            files
                .map(|one| one["file"].as_str().expect("a name").to_owned())
                .collect()
        };
        let mut files: Vec<(String, PathBuf)> = fs::read_dir(&out)
            .expect("the answer")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .map(|name| (name.clone(), out.join(name)))
            .collect();
        let inputs = names("inputs").into_iter().chain(names("tables"));
        files.extend(inputs.map(|name| (name.clone(), beside.join(name))));
        files.push(("case.toml".to_owned(), case.clone()));
        files.retain(|(_, path)| fs::metadata(path).is_ok_and(|facts| facts.len() > 0));
        files.sort();
        for _ in (at..changes).step_by(cases.len()) {
            let (name, path) = &files[dice.below(files.len())];
            let whole = fs::read(path).expect("the file");
            let mut changed = whole.clone();
            let place = dice.below(changed.len());
            changed[place] ^= 1 + dice.below(255) as u8;
            fs::write(path, &changed).expect("writable");
            let output = verify(&out, &case, &[]);
            let told = said(&output);
            assert_eq!(output.status.code(), Some(3), "{name} at {place}: {told}");
            assert!(
                told.contains(name.as_str()),
                "{name} at {place} is not named: {told}"
            );
            fs::write(path, whole).expect("writable");
        }
        assert_eq!(
            verify(&out, &case, &[]).status.code(),
            Some(0),
            "all is as it was"
        );
    }
}

#[test]
fn files_too_many_and_too_few_are_named() {
    let (case, out) = answered("tests/cases/some-rejects", "verify-files");
    fs::write(out.join("notes.txt"), "mine").expect("writable");
    fs::remove_file(out.join("ladder.csv")).expect("removable");
    let (code, told) = verified(&out, &case);
    let files: Vec<&str> = told["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|one| one["file"].as_str())
        .collect();
    assert_eq!((code, files), (3, vec!["ladder.csv", "notes.txt"]));
}

#[test]
fn a_log_that_is_away_leaves_it_open_and_a_case_that_is_not_found_is_asked_for() {
    let (case, out) = answered("tests/cases/packed-copy-beside", "verify-away");
    let beside = case.parent().expect("a folder");
    // Found from where somebody stands, by name and digest.
    let here = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args(["verify", text(&out)])
        .current_dir(beside)
        .output()
        .expect("it runs");
    assert_eq!(here.status.code(), Some(0), "{}", said(&here));
    // Alone it is held against its digests, and it is said what was not looked at.
    let lost = run(&["verify", text(&out)]);
    assert_eq!(lost.status.code(), Some(4));
    let why = String::from_utf8_lossy(&lost.stdout).into_owned();
    assert!(why.contains("--case") && why.contains("case.toml"), "{why}");
    let packed = fs::read_dir(beside.join("logs")).expect("logs").flatten();
    let packed = packed
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "gz"));
    fs::remove_file(packed.expect("a packed log")).expect("removable");
    let (code, told) = verified(&out, &case);
    assert_eq!(
        (code, &told["outcome"]),
        (4, &Value::from("undetermined")),
        "{told:#}"
    );
    let away = &told["not_available"][0]["file"];
    assert!(
        away.as_str().is_some_and(|name| name.ends_with(".gz")),
        "{told:#}"
    );
    let strange = run(&["verify", text(beside)]);
    assert_eq!(strange.status.code(), Some(2));
}
