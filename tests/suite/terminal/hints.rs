//! What somebody new is told when something is not as meant: the key's own line under the path as given, names that are near,
//! places that are not fit, files that were changed, and no flood after one mistake.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use super::{answer_in, captured, run_with, said};
use crate::answer::{fresh, json, root, text};

/// The case of two schools in a folder `case` of a new folder, with a change in its case file.
fn two_schools(name: &str, from: &str, to: &str) -> PathBuf {
    let folder = fresh(name);
    super::carets::two_schools(&folder.join("case"), from, to);
    folder
}

fn refused(output: &Output, code: i32) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    stderr
}

#[test]
fn complaints_name_the_key_s_line_under_the_path_as_given() {
    let name = "name = \"edge\"";
    for (folder, from, to, key, line, code) in [
        (
            "key-format",
            "format = \"combined\"",
            "format = \"combind\"",
            "format",
            9,
            2,
        ),
        (
            "key-account",
            "account = \"remote_user\"",
            "account = \"cookie:x\"",
            "account",
            10,
            2,
        ),
        (
            "key-files",
            "logs/access.log*",
            "logs/nothing*",
            "files",
            8,
            2,
        ),
        ("key-name", name, "name = 3", "name", 7, 2),
    ] {
        let folder = two_schools(folder, from, to);
        let args = ["scan", "case/case.toml", "--out", "answer"];
        let told = refused(&run_with(&[], &folder, &args), code);
        let first = told.lines().next().unwrap_or_default();
        let place = format!("breachscope: case/case.toml:{line}: ");
        assert!(first.starts_with(&place), "{told}");
        assert!(first.contains(&format!(", {key}: ")), "{told}");
        assert!(
            told.contains(&format!("\n  at case/case.toml:{line}:")),
            "{told}"
        );
    }
}

#[test]
fn an_unknown_format_is_told_of_the_writers_too_and_stars_of_what_they_match() {
    let folder = two_schools("known-formats", "\"combined\"", "\"apatchy\"");
    let args = ["scan", "case/case.toml", "--out", "answer"];
    let told = refused(&run_with(&[], &folder, &args), 2);
    for name in ["w3c", "iis", "nginx"] {
        assert!(told.contains(name), "{told}");
    }
    let folder = two_schools("stars", "logs/access.log*", "logs/**");
    let told = refused(&run_with(&[], &folder, &args), 2);
    assert!(told.contains("write **/* for every file"), "{told}");
    for command in ["inspect", "init", "records"] {
        let help = said(&run_with(&[], &folder, &[command, "--help"]));
        for name in ["alb", "haproxy", "iis", "tsv"] {
            let listed = help.split([' ', ',', '\n']).any(|word| word == name);
            assert!(listed, "{command} --help does not list {name}: {help}");
        }
    }
}

#[test]
fn a_proposed_case_says_nothing_of_the_path_s_end_where_the_id_stands_elsewhere() {
    let folder = fresh("init-query");
    let mut log = String::new();
    for n in 0..400 {
        log.push_str(&format!(
            "192.0.2.{} - u{} [04/Mar/2021:05:{:02}:{:02} +0000] \"GET /schools/s{}/{}?contact={} HTTP/1.1\" 200 {} \"-\" \"t\"\n",
            n % 7,
            n % 9,
            n / 60,
            n % 60,
            n % 3,
            ["ah", "bk", "cz"][n % 3],
            10_000 + n * 7,
            200 + n
        ));
    }
    fs::write(folder.join("access.log"), log).expect("a log");
    let args = ["init", "access.log", "--out", "case.toml", "--yes"];
    let ran = run_with(&[], &folder, &args);
    assert!(!ran.status.success(), "a case is written beside logs");
    fs::create_dir(folder.join("logs")).expect("a folder");
    fs::rename(folder.join("access.log"), folder.join("logs/access.log")).expect("moved");
    let args = ["init", "logs", "--out", "case.toml", "--yes"];
    let ran = run_with(&[], &folder, &args);
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{told}");
    let case = fs::read_to_string(folder.join("case.toml")).expect("the case");
    let by_query =
        case.contains("object = \"contact\"") || case.contains("container = \"contact\"");
    assert!(by_query, "{case}");
    let claims = case
        .lines()
        .filter(|line| line.contains("it is the path's last segment"));
    assert_eq!(claims.count(), 0, "{case}");
}

#[test]
fn nothing_is_written_between_the_case_and_its_logs() {
    let folder = two_schools("between", "logs/access.log*", "logs/edge/access.log*");
    let edge = folder.join("case/logs/edge");
    fs::create_dir(&edge).expect("a folder");
    for entry in fs::read_dir(folder.join("case/logs"))
        .expect("logs")
        .flatten()
    {
        if entry.path().is_file() {
            fs::rename(entry.path(), edge.join(entry.file_name())).expect("moved");
        }
    }
    for args in [
        ["--out", "case/logs/answer", "--threads", "1"],
        ["--out", "answer", "--keep", "case/logs/kept"],
    ] {
        let args = [&["scan", "case/case.toml", "-q"][..], &args].concat();
        let told = refused(&run_with(&[], &folder, &args), 2);
        let near =
            told.contains("lies in logs, below which the log") && told.contains("name a folder");
        assert!(near, "{told}");
        let left = fs::read_dir(folder.join("case/logs"))
            .expect("logs")
            .count();
        assert_eq!(left, 1, "something was left among the logs");
    }
    // Beside the logs, in the case's own folder, is where answers are made.
    let args = ["scan", "case/case.toml", "-q", "--out", "case/answer"];
    said(&run_with(&[], &folder, &args));
}

#[test]
fn an_answer_of_which_any_file_was_changed_is_not_rendered() {
    let folder = answer_in("hints-changed");
    let page = ["report", "answer", "--out", "page.html"];
    let story = ["explain", "answer", "p0532"];
    for file in [
        "rejects.csv",
        "coverage.csv",
        "timeline.jsonl",
        "report.html",
        "bounds.csv",
    ] {
        let path = folder.join("answer").join(file);
        let before = fs::read(&path).expect("the file");
        fs::write(&path, [&before[..], b"\n"].concat()).expect("changed");
        for args in [&page[..], &story] {
            let told = refused(&run_with(&[], &folder, args), 1);
            assert!(
                told.contains(file) && told.contains("SHA-256 differs"),
                "{told}"
            );
        }
        assert!(!folder.join("page.html").exists());
        fs::write(&path, before).expect("put back");
    }
    // What is not there cannot be held; that is said.
    fs::remove_file(folder.join("answer/rejects.csv")).expect("removed");
    let output = run_with(&[], &folder, &story);
    let told = refused(&output, 0);
    assert!(
        told.contains("not held") && told.contains("rejects.csv"),
        "{told}"
    );
}

#[test]
fn one_changed_table_and_a_wrong_case_make_no_flood() {
    let folder = answer_in("hints-verify");
    let path = folder.join("answer/subjects.csv");
    let before = fs::read_to_string(&path).expect("the table");
    fs::write(&path, before.replace(",confirmed,", ",possible,")).expect("changed");
    let case = captured();
    let args = ["verify", "answer", "--case", text(&case)];
    let output = run_with(&[], &folder, &args);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.lines().count() < 40, "{told}");
    assert!(
        told.contains("subjects.csv, row 1: certainty: there stands \"possible\""),
        "{told}"
    );
    assert!(told.contains("more of these (certainty "), "{told}");
    // Every one of them is counted, and the JSON has them all.
    let args = [&args[..], &["--json"]].concat();
    let output = run_with(&[], &folder, &args);
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let count = all["findings"].as_array().expect("findings").len();
    assert!(count > 2_000, "{count}");
    assert!(
        told.contains(&format!("contradicted: {count} findings")),
        "{told}"
    );
    fs::write(&path, before).expect("put back");

    let other = root().join("testdata/scenario-a/case.toml");
    let args = ["verify", "answer", "--case", text(&other)];
    let output = run_with(&[], &folder, &args);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{told}");
    let first = told.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("Not the answer's inputs: case.toml"),
        "{told}"
    );
    assert!(told.lines().count() < 60, "{told}");
}

#[test]
fn hints_are_about_what_was_asked() {
    let folder = answer_in("hints-asked");
    let case = captured();
    let args = [
        "evidence",
        "answer",
        "--case",
        text(&case),
        "--controller",
        "t12",
    ];
    let rows = crate::answer::table(&folder.join("answer/controllers.csv"));
    let status = |id: &str| {
        let own = rows.iter().find(|row| row["controller"] == id);
        own.expect("the controller")["status"].clone()
    };
    assert_eq!(status("t12"), "excluded");
    let told = refused(&run_with(&[], &folder, &args), 1);
    assert!(
        told.contains("t12 is excluded") && !told.contains("fewer kinds"),
        "{told}"
    );

    let told = refused(
        &run_with(&[], &folder, &["explain", "answer", "somebody-else"]),
        1,
    );
    assert!(
        !told.contains("p1237") && told.contains("accounts.csv"),
        "{told}"
    );
    let told = refused(&run_with(&[], &folder, &["explain", "answer", "p0523"]), 1);
    assert!(told.contains("did you mean p0532?"), "{told}");

    let told = refused(
        &run_with(&[], &folder, &["report", "answer", "--answers", "imy"]),
        2,
    );
    assert!(told.contains("did you mean \"imy-23\"?"), "{told}");
}

#[test]
fn the_demo_says_where_it_is_when_it_has_been_there() {
    let folder = fresh("hints-demo");
    said(&run_with(&[], &folder, &["demo"]));
    let told = refused(&run_with(&[], &folder, &["demo"]), 2);
    assert!(
        told.contains("breachscope view breachscope-demo/answer"),
        "{told}"
    );
    assert!(told.contains("name a new folder"), "{told}");
}

#[test]
fn a_statement_is_whole_in_a_pipe_and_no_label_runs_into_it() {
    let folder = fresh("hints-whole");
    let case = captured();
    for (lang, label, said_first) in [
        ("en", "Subjects", "at least"),
        ("sv", "Registrerade", "uppgifter om minst"),
        ("da", "Registrerede", "oplysninger om mindst"),
    ] {
        let args = ["scan", text(&case), "--out", lang, "--lang", lang];
        let screen = said(&run_with(&[], &folder, &args));
        let findings = json(&folder.join(lang).join("findings.json"));
        let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        let gap = findings["doubts"]
            .as_array()
            .expect("doubts")
            .last()
            .expect("one")["basis"]
            .as_str()
            .expect("a sentence")
            .to_owned();
        assert!(flat.contains(&gap), "{lang}: {screen}");
        let wanted = &findings["cause"]["would_shrink_the_doubt_most"][0];
        assert!(
            flat.contains(wanted.as_str().expect("a sentence")),
            "{lang}: {screen}"
        );
        let line = screen.lines().find(|line| line.starts_with(label));
        let rest = line
            .expect("the label")
            .strip_prefix(label)
            .unwrap_or_default();
        assert!(
            rest.starts_with("  ") && rest.trim_start().starts_with(said_first),
            "{screen}"
        );
        let cause = screen.contains("undetermined:");
        assert_eq!(cause, lang == "en", "{screen}");
        // Rows of a table stand under each other however long they are; what is said is broken.
        let row = |line: &&str| line.contains("p0532") || line.contains("p1237");
        let mut broken = screen.lines().filter(|line| !row(line));
        assert!(broken.all(|line| line.chars().count() <= 80), "{screen}");
    }
}

#[test]
fn routes_without_a_data_category_are_told() {
    let folder = two_schools("silent", "discloses = [\"name\"]", "discloses = []");
    let args = ["scan", "case/case.toml", "--out", "answer"];
    let screen = said(&run_with(&[], &folder, &args));
    let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("the route \"book\" says no data category (`discloses`)"),
        "{screen}"
    );
}

#[test]
fn the_manual_s_synopsis_names_values() {
    let folder = fresh("hints-man");
    said(&run_with(&[], &folder, &["man", "--out", "man"]));
    let page = fs::read_to_string(folder.join("man/breachscope-scan.1")).expect("the page");
    let synopsis = page.split(".SH SYNOPSIS\n").nth(1).expect("a synopsis");
    let line = synopsis
        .lines()
        .next()
        .unwrap_or_default()
        .replace('\\', "");
    assert!(line.contains("fB--outfR fIDIRfR"), "{line}");
    assert!(line.contains("[fB--threadsfR fINfR]"), "{line}");
    assert!(!line.contains("<fB"), "{line}");
}
