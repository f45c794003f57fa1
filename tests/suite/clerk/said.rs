//! Sentences that people read: true, and in number, where there is one of a thing and where there is none.

use std::fs;

use super::{Town, read};
use crate::answer::{json, run, scan, succeed, text};

#[test]
fn one_of_a_thing_is_said_of_one() {
    let mut town = Town::new("one");
    town.ask(40_000, "kari.n /karte/4203", 200);
    let out = town.answered();
    let mut told = String::new();
    for lang in ["en", "sv", "da"] {
        for form in ["imy-23", "art-33-3", "edpb"] {
            let name = format!("{form}.{lang}.md");
            told += &read(&town.rendered(&name, &["--answers", form, "--lang", lang]));
        }
        told += &scan(
            &town.folder.join("case.toml"),
            &town.folder.join(format!("again-{lang}")),
            &["--lang", lang],
        );
        told += &succeed(&["explain", text(&out), "kari.n", "--lang", lang]);
    }
    told += &read(&town.packed().join("ostby-kommune/notification.md"));
    for wrong in [
        " 1 are ",
        " 1 data subjects",
        " 1 log files",
        " 1 lines",
        "1 requests",
        "1 objects",
        "1 controllers",
        "1 accounts",
        "1 of them are",
        " 1 registrerade ",
        " 1 registrerede ",
        "1 av dem är barn",
        "1 af dem er børn",
        "1 anmodninger",
        "1 objekter",
        "1 personuppgiftsansvariga",
        "1 dataansvarlige",
        "1 loggfiler",
        "1 logfiler",
        "1 attempts",
        "1 days",
    ] {
        let at = told.find(wrong);
        let beside = at.map(|at| {
            told[..at]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_ascii_digit() || c == ',')
        });
        assert!(
            at.is_none() || beside == Some(true),
            "{wrong:?} in {}",
            &told[at.unwrap_or(0).saturating_sub(80)..][..200]
        );
    }
    let page = read(&out.join("report.html"));
    assert!(page.contains("Data of at least 1 and at most 1 data subject was disclosed beyond scope; at least 1 of them is a child"));
    assert!(page.contains(
        "Of 2 controllers the logs confirm 1 as affected, cannot exclude 0 and exclude 1."
    ));
}

/// "Tried so" said nothing where nobody had done so before.
#[test]
fn whoever_was_always_refused_is_said_to_have_tried_and_nobody_to_be_disclosed() {
    let mut town = Town::new("refused");
    for n in 1..=10 {
        town.ask(40_000 + n * 7, &format!("kari.n /karte/42{n:02}"), 403);
    }
    for n in 11..=40 {
        town.ask(40_000 + n * 7, &format!("kari.n /karte/42{n:02}"), 404);
    }
    let out = town.answered();
    let verdict = &json(&out.join("findings.json"))["accounts"][0]["verdict"];
    assert_eq!(verdict, "probing");
    let form = read(&town.rendered("form.md", &["--answers", "imy-23"]));
    assert!(
        form.contains(
            "One account tried systematically to get beyond what it may see and was always refused"
        ),
        "{form}"
    );
    assert!(
        form.contains(
            "The logs show nobody whose data was disclosed beyond scope, and leave room for nobody."
        ),
        "{form}"
    );
}

/// References of requests that no table has are held against the logs too.
#[test]
fn verify_reads_again_the_requests_that_nobody_can_decide() {
    let mut town = Town::new("undecided");
    for n in 1..=6 {
        town.ask(40_000 + n * 7, &format!("gast /karte/42{n:02}"), 200);
    }
    let out = town.answered();
    let case = town.folder.join("case.toml");
    let path = out.join("findings.json");
    let findings = json(&path);
    let entries = findings["accounts"].as_array().unwrap();
    let entry = entries
        .iter()
        .find(|entry| entry["account"] == "gast")
        .unwrap();
    let first = entry["requests_undecided"]["first"][0]
        .as_str()
        .unwrap()
        .to_owned();
    succeed(&["verify", text(&out), "--case", text(&case)]);
    let whole = read(&path);
    // A line of somebody else, a place where no line begins, and a line's number that is not its own.
    let lines = town.lines();
    let other = format!(
        "protokoll/web.log:2@{}+{}",
        lines[0].len() + 1,
        lines[1].len()
    );
    let inside = first.replace('@', "@1");
    let number = first.replacen("log:", "log:1", 1);
    for (forged, said) in [
        (other, "asked by kari.n"),
        (inside, "no request begins there"),
        (number, "line "),
    ] {
        fs::write(&path, whole.replacen(&first, &forged, 1)).unwrap();
        let told = run(&["verify", text(&out), "--case", text(&case)]);
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        let found = told
            .lines()
            .find(|line| line.contains("account gast: requests_undecided"));
        assert!(
            found.is_some_and(|line| line.contains(said)),
            "{forged}: {told}"
        );
    }
}
