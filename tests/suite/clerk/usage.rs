//! A path that leads to nothing, and a size of nothing, are wrong usage: exit 2, and nothing is written.

use std::fs;

use super::Town;
use crate::answer::{run, text};

#[test]
fn what_leads_to_nothing_was_named_wrongly() {
    let mut town = Town::new("usage");
    town.ask(40_000, "kari.n /karte/4203", 200);
    let answer = town.answered();
    let case = town.folder.join("case.toml");
    let (empty, nowhere) = (town.folder.join("empty"), town.folder.join("nowhere"));
    fs::create_dir(&empty).unwrap();
    let out = town.folder.join("out");
    let (case, out, answer) = (text(&case), text(&out), text(&answer));
    for place in [text(&empty), text(&nowhere), case] {
        for args in [
            &["scan", case, "--out", out, "--compare", place][..],
            &["report", place, "--out", out],
            &["explain", place, "kari.n"],
            &["export", place, "--format", "ocsf", "--out", out],
            &["attest", place, "--out", out],
            &["evidence", place, "--account", "kari.n"],
            &["pack", place, "--case", case, "--out", out],
            &["verify", place],
        ] {
            assert_wrong(args);
        }
    }
    let nowhere = text(&nowhere);
    for args in [
        &["scan", case, "--out", out, "--memory", "0"][..],
        &["scan", case, "--out", out, "--memory", "0G"],
        &["verify", answer, "--case", nowhere],
        &["pack", "--check", nowhere, "--case", case],
        &["journal", "verify", nowhere],
        &["records", nowhere],
        &["inspect", nowhere],
    ] {
        assert_wrong(args);
    }
    assert!(!town.folder.join("out").exists());
}

fn assert_wrong(args: &[&str]) {
    let told = run(args);
    let said = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(
        told.status.code(),
        Some(2),
        "{args:?}: {said}{}",
        String::from_utf8_lossy(&told.stdout)
    );
}
