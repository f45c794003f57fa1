//! The walls of the house: each room imports only what lies before it, and some words have one home.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::answer::root;

/// Rooms in the order of the data's way, and what each may use besides `words`.
const MAY_USE: [(&str, &[&str]); 20] = [
    ("case", &["format"]),
    ("source", &[]),
    ("format", &["case"]),
    ("sequence", &[]),
    ("route", &["case", "source", "format", "sequence"]),
    ("scope", &["case", "route", "sequence"]),
    ("detect", &["case", "scope", "sequence"]),
    ("coverage", &["case", "route"]),
    ("impact", &["case", "coverage", "scope", "sequence"]),
    (
        "cause",
        &["case", "scope", "sequence", "detect", "coverage", "impact"],
    ),
    // A second road beside `scope`, `detect` and `impact`, to be held against theirs: it uses none of them.
    ("claims", &["case", "source", "format", "route", "coverage"]),
    ("evidence", &["impact", "source"]),
    (
        "survey",
        &["case", "source", "format", "route", "sequence", "coverage"],
    ),
    (
        "pipeline",
        &[
            "case", "source", "format", "route", "sequence", "scope", "detect", "impact", "cause",
            "survey",
        ],
    ),
    // How what passes between the stages is written; it calls what `pipeline` calls.
    (
        "stage",
        &["source", "route", "sequence", "scope", "pipeline"],
    ),
    (
        "report",
        &[
            "case", "format", "sequence", "scope", "detect", "coverage", "impact", "evidence",
            "cause", "claims", "pipeline", "source", "route", "survey", "selftest",
        ],
    ),
    (
        "audit",
        &[
            "case", "source", "format", "route", "sequence", "evidence", "report",
        ],
    ),
    (
        "pack",
        &[
            "case", "source", "format", "route", "sequence", "evidence", "report",
        ],
    ),
    ("synth", &[]),
    ("selftest", &["synth"]),
];

/// Words with one home: no line of code elsewhere may hold them.
const HOMES: [(&str, &[&str]); 10] = [
    ("rayon::", &["pipeline"]),
    ("indicatif", &["commands"]),
    ("println!", &[]),
    ("eprintln!", &[]),
    // The journal's, and there only: see `the_clock_stands_in_the_journal_alone`.
    ("SystemTime", &["commands"]),
    ("Instant::now", &[]),
    ("polars", &["report", "case", "source", "stage"]),
    ("Sha256", &["source", "evidence", "case"]),
    // Colour, and whatever else a terminal obeys; `sequence` has one in a test of what does not get through.
    ("u{1b}[", &["report"]),
    ("x1b[", &["report", "sequence"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    assert!(files.len() > 50, "the sources are there");
    files
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry"))
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            let path = path
                .strip_prefix(root().join("src"))
                .expect("inside src")
                .to_owned();
            files.push((path, text));
        }
    }
}

/// `scope/touch.rs` and `scope.rs` both stand in the room `scope`.
fn room(path: &Path) -> String {
    let first = path
        .components()
        .next()
        .expect("a name")
        .as_os_str()
        .to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn arrows_go_down_the_list() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let here = room(&path);
        let Some(may_use) = allowed.get(here.as_str()) else {
            continue;
        };
        for line in code(&text) {
            for used in line.split("crate::").skip(1) {
                let used: String = used
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let fine = used.is_empty()
                    || used == here
                    || matches!(used.as_str(), "words" | "chance")
                    || may_use.contains(&used.as_str());
                if !fine {
                    wrong.push(format!("{}: uses crate::{used}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_have_one_home() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let here = room(&path);
        for (word, homes) in HOMES {
            let strays = code(&text).any(|line| line.contains(word));
            if strays && !homes.contains(&here.as_str()) {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_clock_stands_in_the_journal_alone() {
    let tell: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| code(text).any(|line| line.contains("SystemTime")))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(tell, [Path::new("commands/journal.rs")]);
}

#[test]
fn every_file_opens_with_what_it_is_for_and_is_one_idea_long() {
    for (path, text) in sources() {
        assert!(
            text.starts_with("//! "),
            "{} does not open with its purpose",
            path.display()
        );
        let lines = text.lines().count();
        assert!(
            lines <= 500,
            "{} has {lines} lines: two rooms in one?",
            path.display()
        );
    }
}

#[test]
fn nothing_names_a_machine() {
    let mut files = sources();
    for extra in ["README.md", "CHANGELOG.md", "Cargo.toml", ".ci/run"] {
        let text = fs::read_to_string(root().join(extra)).expect(extra);
        files.push((PathBuf::from(extra), text));
    }
    for (path, text) in files {
        for place in [
            concat!("/wo", "rk/"),
            concat!("/ro", "ot/"),
            concat!("/ho", "me/"),
        ] {
            assert!(!text.contains(place), "{} names {place}", path.display());
        }
    }
}
