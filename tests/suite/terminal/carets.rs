//! Complaints about files that people write: the line, a caret under what is meant, and what to do; and what `evidence` says
//! of what it cannot find.

use std::fs;
use std::path::{Path, PathBuf};

use super::{answer_in, captured, run_with};
use crate::answer::{fresh, root, text};
use crate::verify::copy;

/// The case of two schools in a folder of its own, with a change in its case file.
fn changed(name: &str, from: &str, to: &str) -> PathBuf {
    let folder = fresh(name);
    two_schools(&folder, from, to);
    folder
}

/// The same in a folder that is named.
pub(super) fn two_schools(folder: &Path, from: &str, to: &str) {
    copy(&root().join("tests/cases/scan-two-schools"), folder);
    let case = folder.join("case.toml");
    let text = fs::read_to_string(&case).expect("the case");
    assert!(text.contains(from), "{text}");
    fs::write(&case, text.replacen(from, to, 1)).expect("the case");
}

fn complaint(folder: &Path, args: &[&str]) -> String {
    let output = run_with(&[], folder, args);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// What stands over the carets.
fn marked(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    let caret = lines
        .iter()
        .position(|line| line.contains("| ") && line.contains('^'));
    let caret = caret.unwrap_or_else(|| panic!("no caret: {said}"));
    let (from, long) = (
        lines[caret].find('^').unwrap_or(0),
        lines[caret].matches('^').count(),
    );
    lines[caret - 1].chars().skip(from).take(long).collect()
}

#[test]
fn the_caret_stands_under_the_key_or_the_value() {
    let zone = "timezone = \"UTC\"";
    for (name, from, to, meant) in [
        (
            "caret-value",
            zone,
            "timezone = \"Europe/Stokholm\"",
            "\"Europe/Stokholm\"",
        ),
        ("caret-tab", zone, "\ttimezone\t=\t\"Mars\"", "\"Mars\""),
        (
            "caret-key",
            zone,
            "timezone = \"UTC\"\ncolour = 3",
            "colour",
        ),
        ("caret-type", zone, "timezone = 17", "17"),
        ("caret-syntax", zone, "timezone = \"UTC", "\"UTC"),
    ] {
        let folder = changed(name, from, to);
        let said = complaint(&folder, &["scan", "case.toml", "--out", "answer"]);
        let first = said.lines().next().unwrap_or_default().to_owned();
        assert!(
            first.starts_with("breachscope: case.toml:") && first.contains("; "),
            "{said}"
        );
        if name != "caret-syntax" {
            assert_eq!(marked(&said), meant, "{said}");
        }
        // file:line:column, as editors follow it.
        let place = said.lines().nth(1).unwrap_or_default().trim().to_owned();
        let parts: Vec<&str> = place.trim_start_matches("at ").split(':').collect();
        let (line, column): (usize, usize) = (
            parts[1].parse().expect("a line"),
            parts[2].parse().expect("a column"),
        );
        let case = fs::read_to_string(folder.join("case.toml")).expect("the case");
        let rest: String = case
            .lines()
            .nth(line - 1)
            .unwrap_or_default()
            .chars()
            .skip(column - 1)
            .collect();
        if name != "caret-syntax" {
            assert!(rest.starts_with(meant), "{place}: {rest}");
        }
        assert!(!folder.join("answer").exists());
    }
}

#[test]
fn a_line_that_would_act_on_a_terminal_or_is_endless_is_tamed() {
    let long = "x".repeat(5000);
    let to = format!("timezone = \"{long}\"");
    let folder = changed("caret-long", "timezone = \"UTC\"", &to);
    let said = complaint(&folder, &["scan", "case.toml", "--out", "answer"]);
    assert!(
        said.lines().skip(1).all(|line| line.chars().count() <= 90),
        "{said}"
    );
    let folder = changed(
        "caret-evil",
        "timezone = \"UTC\"",
        "timezone = \"\u{202e}M\" # \u{1b}[2J",
    );
    let said = complaint(&folder, &["scan", "case.toml", "--out", "answer"]);
    assert!(!said.contains('\u{1b}'), "{said}");
    // TOML itself forbids the escape in a comment, and the line is shown with it written out.
    assert!(said.contains("\\u{1b}[2J"), "{said}");
    assert!(
        said.lines().skip(1).all(|line| !line.contains('\u{202e}')),
        "{said}"
    );
}

#[test]
fn statements_have_carets_too() {
    let folder = changed("caret-claims", "timezone", "timezone");
    let claims =
        "[[claim]]\nid = \"a\"\nsays = \"nobody\"\nkind = \"route_not_usd\"\nroute = \"contact\"\n";
    fs::write(folder.join("claims.toml"), claims).expect("the claims");
    let said = complaint(&folder, &["verify", "case.toml", "--claims", "claims.toml"]);
    assert!(said.starts_with("breachscope: claims.toml:4:"), "{said}");
    assert_eq!(marked(&said), "\"route_not_usd\"", "{said}");
}

#[test]
fn a_row_of_the_directory_is_told_by_its_place_and_not_shown() {
    let folder = changed("caret-table", "timezone", "timezone");
    let table = folder.join("objects.csv");
    let objects = fs::read_to_string(&table).expect("the table");
    let row = objects.lines().nth(1).expect("a row").to_owned();
    let unit = row.split(',').nth(2).expect("a unit").to_owned();
    fs::write(
        &table,
        objects.replacen(&format!(",{unit},"), ",nowhere,", 1),
    )
    .expect("the table");
    let said = complaint(&folder, &["scan", "case.toml", "--out", "answer"]);
    assert!(
        said.contains("objects.csv:2") && said.contains("nowhere"),
        "{said}"
    );
    assert!(
        !said.contains('^'),
        "a row may be a protected person's: {said}"
    );
}

#[test]
fn evidence_tells_no_question_from_a_malformed_one_and_from_an_unknown_name() {
    let folder = answer_in("evidence-words");
    let case = captured();
    let ask = |flags: &[&str]| {
        let mut args = vec!["evidence", "answer", "--case", text(&case)];
        args.extend(flags);
        let output = run_with(&[], &folder, &args);
        (
            output.status.code(),
            String::from_utf8(output.stderr).expect("UTF-8"),
        )
    };
    let (code, said) = ask(&[]);
    assert_eq!(code, Some(2));
    for flag in [
        "--subject",
        "--account",
        "--controller",
        "--row",
        "any one of the four",
    ] {
        assert!(said.contains(flag), "{said}");
    }
    let (code, said) = ask(&["--row", "access.log:12"]);
    assert!(
        code == Some(2) && said.contains("is no reference"),
        "{said}"
    );
    let (code, said) = ask(&["--row", "logs/nginx/access.log:1@999999999+1"]);
    assert!(
        code == Some(1) && said.contains("no row of accesses.parquet cites"),
        "{said}"
    );
    let (code, said) = ask(&["--subject", "s99999"]);
    assert!(
        code == Some(1)
            && said.contains("--subject s99999")
            && said.contains("subjects.csv has no such"),
        "{said}"
    );
    let (code, said) = ask(&["--controller", "t07", "--account", "p1237"]);
    assert!(
        code == Some(1) && said.contains("no line of the answer fits all of it at once"),
        "{said}"
    );
}
