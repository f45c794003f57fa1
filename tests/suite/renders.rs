//! `report --format` and `report --answers`: every format says what the answer's tables say, in the same bytes each time, and
//! none names a protected person or runs a name. How a workbook looks, and what LibreOffice and openpyxl read in it, is
//! `tests/workbook/check.py`'s to check.

mod document;
mod questions;
mod tables;
mod workbook;
mod xlsx;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::answer::{Row, bytes, fresh, json, root, run, scan, succeed, table, text};

const LANGUAGES: [&str; 3] = ["en", "sv", "da"];

/// The captured case's answer, in a folder for one test.
fn captured(name: &str) -> PathBuf {
    let out = fresh(&format!("renders-{name}")).join("answer");
    scan(
        &root().join("testdata/capture/case/case.toml"),
        &out,
        &["--quiet"],
    );
    out
}

/// The school register's answer, where protected pupils were shown.
fn register(name: &str) -> PathBuf {
    let out = fresh(&format!("renders-{name}")).join("answer");
    scan(
        &root().join("testdata/scenario-b/case.toml"),
        &out,
        &["--quiet"],
    );
    out
}

/// Renders into a file or folder beside the answer.
fn render(answer: &Path, flags: &[&str], name: &str) -> PathBuf {
    let out = answer.with_file_name(name);
    let mut args = vec!["report", text(answer), "--out", text(&out)];
    args.extend(flags);
    succeed(&args);
    out
}

/// Protected persons by what the case says, and the IDs of whatever tells of them.
fn protected(case: &Path) -> BTreeSet<String> {
    let objects = table(&case.join("objects.csv"));
    let own = objects.iter().filter(|row| row["protected"] == "true");
    let names: BTreeSet<String> = own
        .flat_map(|row| [row["subject"].clone(), row["object"].clone()])
        // A bare number is found anywhere, as a figure.
        .filter(|id| id.contains(|c: char| c.is_alphabetic()))
        .collect();
    assert!(names.len() > 20, "the case has protected persons");
    names
}

/// The words of a text.
fn tokens(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
    words.map(str::to_owned).collect()
}

/// The text of a PDF as pdftotext has it; `None`, which is told, where there is none.
fn pdf_text(file: &Path) -> Option<String> {
    let output = Command::new("pdftotext")
        .arg("-layout")
        .arg(file)
        .arg("-")
        .output();
    let Ok(output) = output else {
        println!("skipped in part: no pdftotext here, so the PDF was not read");
        return None;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

/// Everything that a rendering says, as text.
fn said(file: &Path) -> String {
    if file.is_dir() {
        let files = bytes(file).into_keys();
        return files
            .map(|name| said(&file.join(name)))
            .collect::<Vec<_>>()
            .join("\n");
    }
    match file.extension().and_then(|end| end.to_str()) {
        Some("xlsx") => xlsx::Book::open(file).text(),
        Some("pdf") => pdf_text(file).unwrap_or_default(),
        Some("parquet") => tables::texts(file).join("\n"),
        _ => fs::read_to_string(file).expect("text"),
    }
}

/// Every rendering of an answer, by a name.
fn all(answer: &Path) -> Vec<PathBuf> {
    let mut made = Vec::new();
    for format in ["html", "xlsx", "pdf", "csv", "json", "parquet"] {
        made.push(render(
            answer,
            &["--format", format],
            &format!("all.{format}"),
        ));
    }
    for form in ["imy-23", "art-33-3", "edpb"] {
        for format in ["md", "html", "json"] {
            let name = format!("{form}.{format}");
            made.push(render(
                answer,
                &["--answers", form, "--format", format],
                &name,
            ));
        }
    }
    made
}

#[test]
fn protected_persons_stand_in_no_format() {
    let cases = [
        (captured("protected"), "testdata/capture/case"),
        (register("protected-b"), "testdata/scenario-b"),
    ];
    for (answer, case) in cases {
        let names = protected(&root().join(case));
        // The answer's own table does name them, so the look can find something.
        let own = tokens(&fs::read_to_string(answer.join("subjects.csv")).expect("subjects"));
        assert!(!own.is_disjoint(&names));
        for file in all(&answer) {
            let found: Vec<_> = tokens(&said(&file)).intersection(&names).cloned().collect();
            assert!(found.is_empty(), "{}: {found:?}", file.display());
        }
    }
}

#[test]
fn small_counts_of_protected_persons_are_told_in_no_format() {
    let answer = captured("small");
    let small: Vec<Row> = table(&answer.join("controllers.csv"))
        .into_iter()
        .filter(|row| row["protected_min"].parse::<u64>().expect("a number") < 5)
        .collect();
    assert!(small.len() > 3, "the case has small counts");
    let folder = render(&answer, &["--format", "csv"], "small");
    for row in table(&folder.join("controllers.csv")) {
        let hidden = small
            .iter()
            .any(|one| one["controller"] == row["controller"]);
        assert_eq!(row["protected_min"] == "<5", hidden, "{row:?}");
    }
    for row in table(&folder.join("ladder.csv")) {
        for column in ["protected", "accounts_with_protected"] {
            let told = row[column].parse::<u64>();
            assert!(
                told.as_ref().is_ok_and(|n| *n >= 5) || told.is_err(),
                "{row:?}"
            );
        }
        // Who reaches protected persons would tell that there are some.
        let known = row["protected"].parse::<u64>().is_ok();
        assert!(
            known || row["accounts_with_protected"].parse::<u64>().is_err(),
            "{row:?}"
        );
    }
    // Taken from the rung's sum, the others would tell a single hidden one.
    let mut rungs: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for row in table(&folder.join("ladder.csv")) {
        if !row["controller"].is_empty() {
            rungs
                .entry(row["rung"].clone())
                .or_default()
                .push(row["protected"].clone());
        }
    }
    for (rung, cells) in rungs {
        let hidden = cells
            .iter()
            .filter(|cell| cell.parse::<u64>().is_err())
            .count();
        assert_ne!(hidden, 1, "{rung}: {cells:?}");
    }
}

#[test]
fn the_same_answer_gives_the_same_bytes() {
    let answer = captured("same");
    for (format, end) in [
        ("xlsx", "xlsx"),
        ("pdf", "pdf"),
        ("json", "json"),
        ("csv", ""),
        ("parquet", ""),
    ] {
        for language in LANGUAGES {
            let flags = ["--format", format, "--lang", language];
            let made = |which: &str| {
                let out = render(
                    &answer,
                    &flags,
                    &format!("{which}-{format}-{language}.{end}"),
                );
                match out.is_dir() {
                    true => bytes(&out),
                    false => [(String::new(), fs::read(&out).expect("the file"))].into(),
                }
            };
            let first = made("first");
            // Nothing of the clock that a second later would differ.
            std::thread::sleep(std::time::Duration::from_millis(1100));
            assert!(first == made("second"), "{format} {language}");
        }
    }
}

#[test]
fn what_cannot_be_written_says_why_and_leaves_nothing() {
    let answer = captured("refused");
    let own = text(&answer);
    let refused = |args: &[&str], code: i32, says: &str| {
        let output = run(args);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        assert!(
            stderr.contains(says) && output.stdout.is_empty(),
            "{args:?}: {stderr}"
        );
    };
    let inside = answer.join("x.xlsx");
    refused(
        &["report", own, "--format", "xlsx", "--out", text(&inside)],
        2,
        "the answer's folder",
    );
    let inside = answer.join("tables");
    refused(
        &["report", own, "--format", "csv", "--out", text(&inside)],
        2,
        "the answer's folder",
    );
    refused(&["report", own, "--format", "csv"], 2, "--out DIR");
    refused(&["report", own, "--format", "md"], 2, "--answers");
    refused(
        &["report", own, "--answers", "imy-23", "--format", "pdf"],
        2,
        "md, html or json",
    );
    let there = render(&answer, &["--format", "pdf"], "there.pdf");
    let before = fs::read(&there).expect("the file");
    refused(
        &["report", own, "--format", "xlsx", "--out", text(&there)],
        2,
        "never overwritten",
    );
    assert!(fs::read(&there).expect("the file") == before);
    // An answer that is not what its manifest says gives nothing, in no format.
    let path = answer.join("bounds.csv");
    let changed = fs::read_to_string(&path)
        .expect("bounds")
        .replace(",335,", ",3,");
    fs::write(&path, changed).expect("writable");
    for format in ["xlsx", "pdf", "json", "csv", "parquet"] {
        let out = answer.with_file_name(format!("changed-{format}"));
        refused(
            &["report", own, "--format", format, "--out", text(&out)],
            1,
            "bounds.csv",
        );
        assert!(!out.exists(), "{format}");
    }
    let out = answer.with_file_name("changed.md");
    refused(
        &["report", own, "--answers", "imy-23", "--out", text(&out)],
        1,
        "bounds.csv",
    );
    assert!(!out.exists());
}
