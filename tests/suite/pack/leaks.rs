//! Leaks put into finished packs on purpose: each is found, by file, line and what it is. And what is no leak is no finding.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::small::Small;
use crate::answer::{run, text};

/// Packs to be spoilt, and how they are checked.
struct Spoilt {
    small: Small,
    packs: PathBuf,
}

impl Spoilt {
    fn new(name: &str) -> Spoilt {
        let small = Small::new(&format!("leak-{name}"));
        let packs = small.packed("packs", &["--master", "--regulator"]);
        Spoilt { small, packs }
    }

    /// Changes a file, and its line in SHA256SUMS too, so that only the leak can be found.
    fn spoil(&self, file: &str, change: impl Fn(String) -> String) {
        use sha2::{Digest, Sha256};
        let hex = |bytes: &[u8]| -> String {
            Sha256::digest(bytes)
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect()
        };
        let path = self.packs.join(file);
        let old = fs::read_to_string(&path).unwrap();
        let new = change(old.clone());
        assert_ne!(old, new, "{file} was not changed");
        fs::write(&path, &new).unwrap();
        let sums = path.parent().unwrap().join("SHA256SUMS");
        let listed = fs::read_to_string(&sums).unwrap();
        fs::write(
            &sums,
            listed.replace(&hex(old.as_bytes()), &hex(new.as_bytes())),
        )
        .unwrap();
    }

    /// What the check finds: exit code, and findings as `file:line what`.
    fn checked(&self, answer: bool) -> (Option<i32>, Vec<String>) {
        let (case, out) = (self.small.case(), self.small.folder.join("answer"));
        let mut args = vec![
            "pack",
            "--check",
            text(&self.packs),
            "--case",
            text(&case),
            "--json",
        ];
        if answer {
            args.push(text(&out));
        }
        let output = run(&args);
        let value: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let told = |one: &Value| {
            format!(
                "{}:{} {}",
                one["file"].as_str().unwrap(),
                one["line"],
                one["what"].as_str().unwrap()
            )
        };
        let findings = value["findings"].as_array().unwrap().iter().map(told);
        (output.status.code(), findings.collect())
    }
}

/// Puts one leak into fresh packs and expects exactly the finding.
fn found(spoilt: &Spoilt, file: &str, change: impl Fn(String) -> String, at: &str, what: &str) {
    let path = spoilt.packs.join(file);
    let sums = path.parent().unwrap().join("SHA256SUMS");
    let (old, old_sums) = (fs::read(&path).unwrap(), fs::read(&sums).unwrap());
    spoilt.spoil(file, change);
    let (code, findings) = spoilt.checked(false);
    assert_eq!(code, Some(1), "{file}: nothing was found");
    let wanted = |one: &&String| one.starts_with(&format!("{file}:{at} ")) && one.contains(what);
    assert!(
        findings.iter().any(|one| wanted(&one)),
        "{file}:{at} {what}: {findings:?}"
    );
    fs::write(&path, old).unwrap();
    fs::write(&sums, old_sums).unwrap();
}

fn end(line: &'static str) -> impl Fn(String) -> String {
    move |text| format!("{text}{line}\n")
}

fn replace(from: &'static str, to: &'static str) -> impl Fn(String) -> String {
    move |text| text.replacen(from, to, 1)
}

#[test]
fn whole_packs_have_no_finding() {
    let spoilt = Spoilt::new("none");
    for answer in [false, true] {
        assert_eq!(spoilt.checked(answer), (Some(0), Vec::new()));
    }
}

#[test]
fn a_leak_is_found_in_every_kind_of_file() {
    let spoilt = Spoilt::new("kinds");
    let cell = |text: String| text.replacen("Alfa", "Alfa (not Beta)", 1);
    found(&spoilt, "alfa/controller.csv", cell, "2", "controller B");
    found(
        &spoilt,
        "alfa/subjects.csv",
        end("s-bea,confirmed,true,,,1,1,contact,name,1"),
        "4",
        "data subject's ID of controller B",
    );
    let object = replace(",s-anna,7,", ",s-anna,7;200,");
    found(
        &spoilt,
        "alfa/evidence.csv",
        object,
        "2",
        "object's ID of controller B: \"200\"",
    );
    found(
        &spoilt,
        "alfa/evidence.log",
        replace("/contacts/7 ", "/contacts/200 "),
        "1",
        "object's ID of controller B: \"200\"",
    );
    found(
        &spoilt,
        "alfa/notification.json",
        replace("\"note\": ", "\"note\":   "),
        "0",
        "is not as it was written",
    );
}

#[test]
fn texts_that_a_person_reads_are_looked_through_too() {
    let spoilt = Spoilt::new("texts");
    for file in ["alfa/README.txt", "alfa/notification.md"] {
        let lines = fs::read_to_string(spoilt.packs.join(file))
            .unwrap()
            .lines()
            .count()
            + 1;
        let at = lines.to_string();
        found(
            &spoilt,
            file,
            end("see 17"),
            &at,
            "object's ID of controller B: \"17\"",
        );
        found(
            &spoilt,
            file,
            end("bea.b"),
            &at,
            "an account of controller B",
        );
        found(&spoilt, file, end("U-B"), &at, "unit's ID of controller B");
        found(&spoilt, file, end("GAMMA"), &at, "controller C");
        found(&spoilt, file, end("s%2Dbo"), &at, "data subject's ID");
        found(&spoilt, file, end("s%252Dbo"), &at, "data subject's ID");
        found(&spoilt, file, end("\\u0073-bo"), &at, "data subject's ID");
        found(&spoilt, file, end("book 61"), &at, "container's ID");
        found(&spoilt, file, end("s-asa"), &at, "protected person");
    }
}

#[test]
fn json_is_looked_through_key_by_key() {
    let spoilt = Spoilt::new("json");
    let rewritten = |edit: fn(&mut Value)| {
        move |text: String| {
            let mut value: Value = serde_json::from_str(&text).unwrap();
            edit(&mut value);
            format!("{value:#}\n")
        }
    };
    let file = "alfa/notification.json";
    let path = spoilt.packs.join(file);
    for (edit, what) in [
        (
            rewritten(|v| v["measures"]["value"] = "ask s-bo".into()),
            "data subject's ID",
        ),
        (
            rewritten(|v| v["measures"]["number"] = 17.into()),
            "object's ID of controller B: \"17\"",
        ),
        (
            rewritten(|v| v["nature"]["200"] = true.into()),
            "object's ID of controller B: \"200\"",
        ),
        (
            rewritten(|v| v["controller"]["name"] = "Beta".into()),
            "controller B",
        ),
    ] {
        let new = edit(fs::read_to_string(&path).unwrap());
        let needle = what
            .rsplit('"')
            .nth(1)
            .unwrap_or(if what.starts_with("data") {
                "s-bo"
            } else {
                "Beta"
            });
        let at = new.lines().position(|line| line.contains(needle)).unwrap() + 1;
        found(&spoilt, file, edit, &at.to_string(), what);
    }
    // What stands twice is read once by most, and seen all the same.
    let twice = replace("{\n", "{\n  \"schema\": \"s-bo\",\n");
    found(&spoilt, file, twice, "2", "data subject's ID");
}

#[test]
fn log_lines_are_looked_through_however_short_the_id() {
    let spoilt = Spoilt::new("lines");
    let file = "alfa/evidence.log";
    // 200 is the status of the line, once; 2021 is its year; 11 stands nowhere; each is an object of others.
    for (from, to, what) in [
        (
            " 200 433",
            " 200 200 433",
            "object's ID of controller B: \"200\"",
        ),
        (
            " 200 433",
            " 200 2021",
            "object's ID of controller C: \"2021\"",
        ),
        (
            "HTTP/1.1\"",
            "HTTP/1.1\" 11",
            "object's ID of controller C: \"11\"",
        ),
        (
            "/contacts/7",
            "/contacts/7/17",
            "object's ID of controller B: \"17\"",
        ),
        ("GET", "eve.ek", "an account"),
        ("\"GET", "\"s-bo GET", "data subject's ID"),
        ("acct-", "carl.ek acct-", "an account"),
    ] {
        let change = |text: String| text.replacen(from, to, 1);
        found(&spoilt, file, change, "1", what);
    }
    found(&spoilt, file, end("nothing to see but 17"), "6", "\"17\"");
}

#[test]
fn places_of_lines_of_others_are_found() {
    let spoilt = Spoilt::new("places");
    let rows = crate::answer::table(&spoilt.packs.join("alfa/evidence.csv"));
    let shared = rows
        .iter()
        .position(|row| row["offset"].is_empty())
        .unwrap();
    let log = fs::read_to_string(spoilt.small.folder.join("logs/access.log")).unwrap();
    let line = log.lines().position(|line| line.contains("ids=")).unwrap();
    let offset: usize = log.lines().take(line).map(|line| line.len() + 1).sum();
    let length = log.lines().nth(line).unwrap().len();
    let told = format!("logs/access.log,{},{offset},{length},", line + 1);
    let change = |text: String| {
        let lines = text
            .lines()
            .enumerate()
            .map(|(at, row)| match at == shared + 1 {
                true => row.replace("logs/access.log,,,,", &told),
                false => row.to_owned(),
            });
        lines.map(|line| line + "\r\n").collect::<String>()
    };
    let at = (shared + 2).to_string();
    found(
        &spoilt,
        "alfa/evidence.csv",
        change,
        &at,
        "asks for something of another controller",
    );
    // Beta's own line, told in Alfa's pack as a word.
    let beta = crate::answer::table(&spoilt.packs.join("beta/evidence.csv"));
    let foreign = beta.iter().find(|row| !row["offset"].is_empty()).unwrap()["offset"].clone();
    let lines = fs::read_to_string(spoilt.packs.join("alfa/README.txt"))
        .unwrap()
        .lines()
        .count()
        + 1;
    let change = |text: String| format!("{text}at byte {foreign}\n");
    found(
        &spoilt,
        "alfa/README.txt",
        change,
        &lines.to_string(),
        "offset of a line of controller B",
    );
    // Half a place proves nothing.
    let half = replace("logs/access.log,", "logs/access.log,5");
    found(
        &spoilt,
        "alfa/evidence.csv",
        half,
        "2",
        "place of another line",
    );
}

#[test]
fn files_that_do_not_belong_are_found() {
    let spoilt = Spoilt::new("files");
    let put = |name: &str, text: &str| fs::write(spoilt.packs.join(name), text).unwrap();
    put("alfa/s-bo.txt", "200\n");
    put("notes.txt", "x");
    fs::create_dir(spoilt.packs.join("alfa/more")).unwrap();
    let (code, findings) = spoilt.checked(false);
    assert_eq!(code, Some(1));
    for wanted in [
        "alfa/s-bo.txt:0 is no file of a pack",
        "alfa/s-bo.txt:0 a data subject's ID of controller B",
        "alfa/s-bo.txt:1 an object's ID of controller B: \"200\"",
        "alfa/s-bo.txt:0 is not listed in SHA256SUMS",
        "notes.txt:0 is no folder of a controller of this case",
        "alfa/more:0 is no plain file",
    ] {
        assert!(
            findings.iter().any(|one| one.starts_with(wanted)),
            "{wanted}: {findings:?}"
        );
    }
}

#[test]
fn a_pack_in_the_folder_of_another_is_found() {
    let spoilt = Spoilt::new("swapped");
    let (alfa, beta, aside) = (
        spoilt.packs.join("alfa"),
        spoilt.packs.join("beta"),
        spoilt.packs.join("x"),
    );
    fs::rename(&alfa, &aside).unwrap();
    fs::rename(&beta, &alfa).unwrap();
    fs::rename(&aside, &beta).unwrap();
    let (code, findings) = spoilt.checked(false);
    assert_eq!(code, Some(1));
    assert!(
        findings
            .iter()
            .any(|one| one.starts_with("alfa/subjects.csv:2 a data subject's ID of controller B")),
        "{findings:?}"
    );
}

#[test]
fn what_was_changed_after_packing_is_found() {
    let spoilt = Spoilt::new("changed");
    let path: &Path = &spoilt.packs.join("beta/evidence.log");
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, text.replacen("GET", "PUT", 1)).unwrap();
    let (code, findings) = spoilt.checked(true);
    assert_eq!(code, Some(1));
    assert_eq!(
        findings,
        ["beta/evidence.log:0 was changed after it was packed (SHA256SUMS)"]
    );
}

#[test]
fn the_regulators_set_is_looked_through() {
    let spoilt = Spoilt::new("regulator");
    let coverage = fs::read_to_string(spoilt.packs.join("regulator/coverage.csv")).unwrap();
    let at = (coverage.lines().count() + 1).to_string();
    found(
        &spoilt,
        "regulator/coverage.csv",
        end("s-bo,,,"),
        &at,
        "data subject's ID",
    );
    found(
        &spoilt,
        "regulator/controllers.csv",
        replace("Beta", "bea.b"),
        "3",
        "an account",
    );
    found(
        &spoilt,
        "regulator/causes.json",
        replace("\"H1a\"", "\"s-asa\""),
        "7",
        "protected person",
    );
}
