//! Scores, signals and words that were changed in one file of an answer, with its digest.

use super::*;

use crate::answer::{run, text};
use crate::judged_again::forged::forge;

#[test]
fn scores_signals_and_words_that_disagree_are_contradicted() {
    let mut world = World::new("forged", 6..23);
    world.walk(2 * DAY + 20 * HOUR, 3, (1..=40).map(|at| format!("s{at}")));
    let out = world.scanned();
    let case = world.folder.join("case.toml");
    let held = run(&["verify", text(&out), "--case", text(&case)]);
    assert_eq!(held.status.code(), Some(0));
    type Change = Box<dyn Fn(&str) -> String>;
    let score = |said: &str| {
        let from = said.find("\"score\": ").unwrap() + "\"score\": ".len();
        format!("{}9{}", &said[..from], &said[from..])
    };
    let signal = |said: &str| said.replacen("\"fired\": true", "\"fired\": false", 1);
    let words = |said: &str| said.replacen("disclosed (confirmed)", "asked for in vain", 1);
    let verdict =
        |said: &str| said.replacen("\"verdict\":\"enumeration\"", "\"verdict\":\"probing\"", 1);
    let forgeries: [(&str, Change, &str); 4] = [
        ("findings.json", Box::new(score), "score"),
        ("findings.json", Box::new(signal), "signals"),
        ("timeline.jsonl", Box::new(words), "message"),
        ("timeline.jsonl", Box::new(verdict), "verdict"),
    ];
    for (file, change, column) in forgeries {
        let out = world.scanned();
        forge(&out, file, &change);
        let held = run(&["verify", text(&out), "--case", text(&case)]);
        let said = String::from_utf8_lossy(&held.stdout).into_owned();
        assert_eq!(held.status.code(), Some(3), "{file}, {column}: {said}");
        assert!(said.contains(column), "{said}");
        assert!(!said.contains("by manifest.json"), "{said}");
    }
    fs::remove_dir_all(&world.folder).unwrap();
}
