//! `evidence`: the exact lines behind rows, as text, JSON, bytes and a bag that others' tools accept.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::answer::{Row, fresh, root, run, scan, succeed, table, text};
use crate::verify::answered;

fn evidence(answer: &Path, case: &Path, more: &[&str]) -> Output {
    let mut args = vec!["evidence", text(answer), "--case", text(case)];
    args.extend(more);
    run(&args)
}

fn json_lines(output: &Output) -> Vec<Value> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The bytes that a reference names, taken from the log without the program; `zcat` where it is packed.
fn bytes_at(folder: &Path, line: &Value) -> Vec<u8> {
    let number = |key: &str| line[key].as_u64().expect(key) as usize;
    let path = folder.join(line["file"].as_str().expect("a file"));
    let content = match path.extension().is_some_and(|end| end == "gz") {
        true => {
            Command::new("gzip")
                .arg("-dc")
                .arg(&path)
                .output()
                .expect("gzip")
                .stdout
        }
        false => fs::read(&path).expect("the log"),
    };
    content[number("offset")..number("offset") + number("length")].to_vec()
}

fn is_protected(case: &Path) -> BTreeSet<String> {
    let rows = table(&case.with_file_name("objects.csv"));
    let rows = rows.into_iter().filter(|row| row["protected"] == "true");
    rows.map(|row| row["subject"].clone()).collect()
}

#[test]
fn lines_of_a_subject_are_the_log_s_own_bytes() {
    let (case, out) = answered("testdata/capture/case", "evidence-subject");
    let guarded = is_protected(&case);
    let rows = table(&out.join("subjects.csv"));
    for row in rows
        .iter()
        .filter(|row| !guarded.contains(&row["subject"]))
        .step_by(200)
    {
        let lines = json_lines(&evidence(
            &out,
            &case,
            &["--subject", &row["subject"], "--json"],
        ));
        let cited: BTreeSet<&str> = row["evidence"].split(';').collect();
        assert_eq!(lines.len().to_string(), row["accesses"], "{row:?}");
        for line in &lines {
            let bytes = bytes_at(case.parent().expect("a folder"), line);
            assert_eq!(line["text"].as_str().map(str::as_bytes), Some(&*bytes));
            let reference = format!(
                "{}:{}@{}+{}",
                line["file"].as_str().expect("a file"),
                line["line"],
                line["offset"],
                line["length"]
            );
            assert!(
                cited.contains(&*reference) || lines.len() > 5,
                "{reference}: {cited:?}"
            );
            let raw = evidence(&out, &case, &["--row", &reference, "--raw"]).stdout;
            assert_eq!(raw, [&*bytes, b"\n"].concat());
        }
    }
}

#[test]
fn without_a_match_it_says_so_and_protected_persons_must_be_asked_for() {
    let (case, out) = answered("testdata/capture/case", "evidence-protected");
    let none = evidence(&out, &case, &["--subject", "nobody"]);
    assert_eq!((none.status.code(), &*none.stdout), (Some(1), &b""[..]));
    assert!(String::from_utf8_lossy(&none.stderr).contains("no line of the answer fits"));
    assert_eq!(run(&["evidence", text(&out)]).status.code(), Some(2));

    let guarded = is_protected(&case);
    let rows = table(&out.join("subjects.csv"));
    let row = rows
        .iter()
        .find(|row| guarded.contains(&row["subject"]))
        .expect("one");
    let refused = evidence(&out, &case, &["--subject", &row["subject"]]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{why}");
    assert!(
        why.contains("--protected") && !why.contains(&row["subject"]),
        "{why}"
    );
    let allowed = evidence(
        &out,
        &case,
        &["--subject", &row["subject"], "--protected", "--json"],
    );
    assert_eq!(json_lines(&allowed).len().to_string(), row["accesses"]);

    // Wide: every line is there with its place and digest, those that name a protected person without their text.
    let objects = table(&case.with_file_name("objects.csv"));
    let objects: BTreeSet<String> = objects
        .iter()
        .filter(|row| row["protected"] == "true")
        .map(|row| format!("/contacts/{} ", row["object"]))
        .collect();
    let wide = evidence(&out, &case, &["--account", "p0532", "--json"]);
    let lines = json_lines(&wide);
    let withheld = lines.iter().filter(|line| line["withheld"] == true).count();
    assert!(
        withheld > 10 && withheld < 200,
        "{withheld} of {}",
        lines.len()
    );
    let told = String::from_utf8_lossy(&wide.stdout).into_owned();
    assert!(objects.iter().all(|object| !told.contains(object.as_str())));
    let raw = evidence(&out, &case, &["--account", "p0532", "--raw"]);
    let kept = raw.stdout.split(|byte| *byte == b'\n').count() - 1;
    assert_eq!(kept, lines.len() - withheld);
}

/// Kinds narrow each other.
#[test]
fn account_and_controller_must_both_fit() {
    let (case, out) = answered("testdata/capture/case", "evidence-both");
    let id = table(&out.join("controllers.csv"))[0]["controller"].clone();
    let lines = |more: &[&str]| -> BTreeSet<String> {
        let lines = json_lines(&evidence(&out, &case, &[more, &["--json"]].concat()));
        lines.iter().map(|line| line.to_string()).collect()
    };
    let account = lines(&["--account", "p0532"]);
    let controller = lines(&["--controller", &id]);
    let both = lines(&["--account", "p0532", "--controller", &id]);
    assert_eq!(both, account.intersection(&controller).cloned().collect());
    assert!(!both.is_empty() && both.len() < account.len());
}

#[test]
fn evidence_of_a_changed_log_is_refused() {
    let (case, out) = answered("tests/cases/pages-and-batches", "evidence-changed");
    let log = fs::read_dir(case.with_file_name("logs"))
        .expect("logs")
        .flatten()
        .next()
        .expect("one");
    let mut bytes = fs::read(log.path()).expect("it");
    bytes.push(b'\n');
    fs::write(log.path(), bytes).expect("writable");
    let account = &table(&out.join("accounts.csv"))[0]["account"];
    let refused = evidence(&out, &case, &["--account", account]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr)
            .contains("is not the log that the answer was made from")
    );
}

#[test]
fn a_bag_is_accepted_by_sha256sum_and_bagit() {
    let (case, out) = answered("testdata/capture/case", "evidence-bag");
    let bag = out.with_file_name("bag");
    let again = out.with_file_name("again");
    for folder in [&bag, &again] {
        succeed(&[
            "evidence",
            text(&out),
            "--case",
            text(&case),
            "--account",
            "p0532",
            "--bag",
            text(folder),
            "--bagging-date",
            "2026-12-01",
        ]);
    }
    for name in [
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "data/index.csv",
    ] {
        assert_eq!(
            fs::read(bag.join(name)).expect(name),
            fs::read(again.join(name)).expect(name)
        );
    }
    let info = fs::read_to_string(bag.join("bag-info.txt")).expect("it");
    assert!(
        info.contains("Bagging-Date: 2026-12-01") && info.contains("Payload-Oxum: "),
        "{info}"
    );
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let checked = Command::new("sha256sum")
            .args(["--strict", "-c", manifest])
            .current_dir(&bag)
            .output();
        let checked = checked.expect("sha256sum");
        assert!(
            checked.status.success(),
            "{}",
            String::from_utf8_lossy(&checked.stdout)
        );
    }
    // Every line that is not withheld stands in the bag as the index says, with the index's digest.
    let rows = table(&bag.join("data/index.csv"));
    let shown: Vec<_> = rows
        .iter()
        .filter(|row| row["withheld"] == "false")
        .collect();
    assert!(shown.len() > 2_000 && shown.len() < rows.len());
    for row in shown.iter().step_by(50) {
        use sha2::{Digest, Sha256};
        let number = |key: &str| row[key].parse::<usize>().expect(key);
        let lines = fs::read(bag.join(&row["bag_file"])).expect("it");
        let line = &lines[number("bag_offset")..number("bag_offset") + number("length")];
        let digest: String = Sha256::digest(line)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(digest, row["line_sha256"]);
    }
    let near = case.with_file_name("logs").join("nginx/bag");
    let refused = evidence(&out, &case, &["--account", "p0532", "--bag", text(&near)]);
    assert_eq!((refused.status.code(), near.exists()), (Some(2), false));

    let valid = "import sys, bagit; bagit.Bag(sys.argv[1]).validate(); print('valid')";
    let python = std::env::var("BREACHSCOPE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    match Command::new(python)
        .args(["-c", valid, text(&bag)])
        .current_dir(root())
        .output()
    {
        Ok(judged) if judged.status.success() => {
            // And it can say no.
            fs::write(bag.join("data/index.csv"), "changed").expect("writable");
            let judged = Command::new(
                std::env::var("BREACHSCOPE_PYTHON").unwrap_or_else(|_| "python3".to_owned()),
            )
            .args(["-c", valid, text(&bag)])
            .output();
            assert!(judged.is_ok_and(|judged| !judged.status.success()));
        }
        Ok(judged)
            if !String::from_utf8_lossy(&judged.stderr).contains("No module named 'bagit'") =>
        {
            panic!("{}", String::from_utf8_lossy(&judged.stderr))
        }
        _ => println!("no Python with bagit here: its validator was not asked"),
    }
}

/// `timeline.jsonl` has one event for each request beyond scope that an account with a verdict made, in time order, each
/// with the raw line's reference.
#[test]
fn the_timeline_is_in_time_order_and_whole() {
    let out = fresh("timeline-order").join("answer");
    scan(&root().join("testdata/capture/case/case.toml"), &out, &[]);
    let told = fs::read_to_string(out.join("timeline.jsonl")).expect("it");
    let events: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let times: Vec<&str> = events
        .iter()
        .map(|event| event["datetime"].as_str().expect("a time"))
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    let requests: Vec<&Value> = events
        .iter()
        .filter(|event| event["timestamp_desc"] == "HTTP request")
        .collect();
    let accounts = table(&out.join("accounts.csv"));
    let count = |row: &Row, key: &str| row[key].parse::<usize>().expect("a count");
    let made: usize = accounts
        .iter()
        .map(|row| count(row, "accesses") + count(row, "attempts"))
        .sum();
    assert!(
        requests.len() > 50 && requests.len() <= made,
        "{} of {made}",
        requests.len()
    );
    for event in requests {
        let account = event["account"].as_str().expect("an account");
        assert!(accounts.iter().any(|row| row["account"] == account));
        assert!(
            event["evidence"]
                .as_str()
                .is_some_and(|at| at.contains('@'))
        );
    }
}
