//! The demo: the captured case as it lies in testdata, answered as `scan` answers it. `UPDATE_DEMO=1` packs it anew.

use std::fs;
use std::path::{Path, PathBuf};

use super::{run_with, said};
use crate::answer::{bytes, check_manifest, fresh, root, table};

/// The case file, its tables, and the logs that it names.
fn files() -> Vec<(String, Vec<u8>)> {
    let case = root().join("testdata/capture/case");
    let mut names = vec!["case.toml".to_owned()];
    let listed = |folder: &Path, before: &str| -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names
            .map(|name| format!("{before}{}", name.to_string_lossy()))
            .collect();
        names.sort();
        names
    };
    names.extend(
        listed(&case, "")
            .into_iter()
            .filter(|name| name.ends_with(".csv")),
    );
    names.extend(listed(&case.join("logs/nginx"), "logs/nginx/"));
    let read = |name: String| {
        let bytes = fs::read(case.join(&name)).expect("the file");
        (name, bytes)
    };
    names.into_iter().map(read).collect()
}

fn packed() -> PathBuf {
    root().join("src/commands/demo/case.zst")
}

#[test]
fn the_demo_is_the_captured_case_and_its_answer() {
    if std::env::var_os("UPDATE_DEMO").is_some() {
        let mut all = Vec::new();
        for (name, bytes) in files() {
            all.extend(format!("{name} {}\n", bytes.len()).into_bytes());
            all.extend(bytes);
        }
        let packed_bytes = zstd::encode_all(&all[..], 19).expect("it can be packed");
        fs::write(packed(), packed_bytes).expect("it can be written");
    }
    assert!(fs::metadata(packed()).expect("the case").len() < 1_000_000);
    let folder = fresh("demo");
    let printed = said(&run_with(&[], &folder, &["demo"]));
    let out = folder.join("breachscope-demo");
    for (name, wanted) in files() {
        let own = fs::read(out.join("case").join(&name)).expect("a file of the case");
        assert!(
            own == wanted,
            "{name} is not what testdata holds: UPDATE_DEMO=1"
        );
    }
    check_manifest(&out.join("answer"));
    let rows = table(&out.join("answer/accounts.csv"));
    let verdicts: Vec<&str> = rows.iter().map(|row| row["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["enumeration", "overreach"]);
    assert!(!printed.contains('\u{1b}'));
    let (_, after) = printed.split_once("\nOpen").expect("what to open");
    let first = after.lines().next().unwrap_or_default();
    assert!(
        first.contains("breachscope-demo/answer/report.html"),
        "{printed}"
    );
    // What it says to try works, but for the one that wants a terminal.
    let tries: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.split_once("breachscope ").map(|(_, rest)| rest))
        .filter(|rest| rest.contains("breachscope-demo/"))
        .collect();
    assert!(tries.len() >= 5, "{printed}");
    for line in tries.iter().filter(|line| !line.starts_with("view")) {
        let args: Vec<&str> = line.split_whitespace().collect();
        let output = run_with(&[], &folder, &args);
        assert!(
            output.status.success(),
            "{line}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(!output.stdout.is_empty(), "{line}");
    }
}

#[test]
fn the_demo_stands_over_nothing() {
    let folder = fresh("demo-full");
    fs::create_dir(folder.join("mine")).expect("a folder");
    fs::write(folder.join("mine/kept.txt"), "kept").expect("a file");
    let refused = run_with(&[], &folder, &["demo", "--out", "mine"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(bytes(&folder.join("mine")).len(), 1);
    assert_eq!(
        fs::read_dir(&folder).expect("the folder").count(),
        1,
        "something was left behind"
    );
}
