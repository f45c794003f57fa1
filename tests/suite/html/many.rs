//! A missing check lets everybody overreach: the page lists the gravest accounts, counts the rest, and tells the same figures.

use super::*;
use crate::schools::Schools;

/// More accounts than the page lists.
const ACCOUNTS: usize = 5_300;
/// As many as it lists.
const LISTED: usize = 5_000;

/// Each account asks once for six contacts of its school and two of the other; one walks through a hundred two days later.
fn everybody(name: &str) -> PathBuf {
    let mut schools = Schools::default();
    for n in 0..ACCOUNTS {
        let account = format!("a{n:05}");
        let contacts = format!("c{},c{}", n % 400, (n + 7) % 400);
        schools.ask(&account, (4, n * 2), &contacts, 900);
        let own: Vec<String> = (0..6)
            .map(|k| format!("c{}", 600 + (n * 6 + k) % 300))
            .collect();
        schools.ask(&account, (4, n * 2 + 1), &own.join(","), 2700);
    }
    for n in 0..100 {
        schools.ask("zz", (6, 20_000 + n), &format!("c{}", 400 + n), 900);
    }
    let accounts = (0..ACCOUNTS).map(|n| format!("a{n:05}"));
    schools.write(name, accounts.chain(["zz".to_owned()]))
}

#[test]
fn the_gravest_are_listed_and_the_others_counted() {
    let folder = everybody("html-many");
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let rows = table(&out.join("accounts.csv"));
    assert_eq!(rows.len(), ACCOUNTS + 1);

    let page = page(&out);
    let data = data(&page);
    let accounts = data["accounts"].as_array().expect("accounts");
    assert_eq!(accounts.len(), LISTED);
    assert_eq!(data["accounts_left"], ACCOUNTS + 1 - LISTED);
    assert_eq!(accounts[0]["account"], "zz");
    assert_eq!(accounts[0]["verdict"], "enumeration");
    assert_eq!(accounts[0]["lines"]["n"], 100);
    assert_eq!(accounts[0]["walk"]["all"], 100);
    // Two objects of one line are one line.
    assert_eq!(accounts[1]["lines"]["n"], 1);
    assert_eq!(accounts[LISTED - 1]["lines"]["n"], 1);
    // All accounts' lines are behind the figures of the case, listed or not.
    assert_eq!(data["total_lines"]["confirmed"]["n"], ACCOUNTS + 100);
    let heat = data["heat"].as_array().expect("cells");
    assert_eq!(heat.len(), LISTED);
    assert_eq!(heat[1][2], 2);
    let (_, sentence) = page
        .split_once("<ol class=\"answer\">")
        .expect("the answer");
    let (sentence, _) = sentence.split_once("</li>").expect("its first sentence");
    assert!(sentence.contains("5,300"), "{sentence}");
    assert!(
        sentence.contains("a00000, a00001, a00002 and 5,297 more"),
        "{sentence}"
    );
}

/// What reads an answer's accounts one by one finds those that the page leaves out.
#[test]
fn accounts_that_the_page_leaves_out_have_their_story() {
    let folder = everybody("html-many-story");
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let last = format!("a{:05}", ACCOUNTS - 1);
    assert!(!page(&out).contains(&last));
    assert!(succeed(&["explain", text(&out), &last]).contains("overreach"));
    let ocsf = folder.join("ocsf.jsonl");
    succeed(&[
        "export",
        text(&out),
        "--format",
        "ocsf",
        "--out",
        text(&ocsf),
    ]);
    let ocsf = fs::read_to_string(&ocsf).expect("written");
    assert_eq!(ocsf.lines().count(), ACCOUNTS + 1);
    // A byte of the last entry that was changed is noticed, though the one that was asked for comes before it.
    let path = out.join("findings.json");
    let mut bytes = fs::read(&path).expect("findings");
    let at = bytes.len() - 9;
    bytes[at] ^= 1;
    fs::write(&path, bytes).expect("writable");
    let output = run(&["explain", text(&out), "a00001"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("findings.json") && said.contains("manifest.json"),
        "{said}"
    );
}
