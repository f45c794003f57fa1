//! Damage that leaves the rest of a log whole: what it took is told, and nobody is excluded by it.

use super::*;
use crate::answer::{scan, table};
use crate::damage::{case_with, lines, logs};
use crate::source::building::{ZIP, zip};

/// A file of the rotation that ends within a line, long before the next one begins, excludes nobody, wherever the line was
/// cut.
#[test]
fn a_file_that_was_cut_before_the_next_begins() {
    let mut logs = logs("nginx");
    let older = &mut logs[1];
    assert!(older.0.ends_with(".1"), "{}", older.0);
    // Within the address, so that what is left looks like no request.
    let kept: usize = lines(&older.1).take(150).map(<[u8]>::len).sum();
    older.1.truncate(kept + 6);
    let folder = fresh("captures-cut");
    case_with(&folder, &logs);
    let out = folder.join("answer");
    let screen = scan(&folder.join("case.toml"), &out, &[]);
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("it was cut there, and what was written until"),
        "{screen}"
    );
    for row in table(&out.join("controllers.csv")) {
        assert_ne!(row["status"], "excluded", "{row:?}");
        assert!(row["reasons"].contains("INTEGRITY"), "{row:?}");
        assert_eq!(row["subjects_max"], row["population"], "{row:?}");
    }
}

/// The table at the end of a zip tells of its own members; what stands before that is told as missing.
#[test]
fn a_zip_behind_another() {
    let mut logs = logs("nginx");
    let content = std::mem::take(&mut logs[1].1);
    let half = content.len() / 2;
    let zip = |name: &str, content: &[u8]| zip(ZIP, &[(name, content)]);
    logs[1].1 = [
        zip("a.log", &content[..half]),
        zip("b.log", &content[half..]),
    ]
    .concat();
    let folder = fresh("captures-zips");
    case_with(&folder, &logs);
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &[]);
    check_manifest(&out);
    let manifest = read_json(&out.join("manifest.json"));
    let inputs = manifest["inputs"].as_array().expect("inputs");
    let member = inputs
        .iter()
        .find(|input| {
            input["file"]
                .as_str()
                .is_some_and(|name| name.ends_with("b.log"))
        })
        .expect("the second zip's member");
    assert_eq!(member["damage"][0]["kind"], "missing", "{member:#}");
    for row in table(&out.join("controllers.csv")) {
        assert_ne!(row["status"], "excluded", "{row:?}");
    }
}
