//! `purge`: keys and packs are gone, a record says which, and nothing else was touched.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::files;
use super::small::Small;
use crate::answer::{bytes, json, run, text};

fn hex(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

#[test]
fn keys_and_packs_go_and_the_record_says_which() {
    let small = Small::new("purge");
    let keys = small.folder.join("keys.json");
    let packs = small.packed("packs", &["--keys", text(&keys), "--master", "--regulator"]);
    // What undoes every pseudonym is its owner's alone, as the keys are.
    let master = fs::metadata(packs.join("master")).unwrap();
    assert_eq!(master.permissions().mode() & 0o777, 0o700);
    let (before, key_bytes) = (files(&packs), fs::read(&keys).unwrap());
    let (answer, logs) = (
        bytes(&small.folder.join("answer")),
        bytes(&small.folder.join("logs")),
    );
    let record = small.folder.join("purged.json");
    let output = run(&[
        "purge",
        "--keys",
        text(&keys),
        "--packs",
        text(&packs),
        "--record",
        text(&record),
    ]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!keys.exists() && !packs.exists());
    assert_eq!(answer, bytes(&small.folder.join("answer")));
    assert_eq!(logs, bytes(&small.folder.join("logs")));
    let record = json(&record);
    assert_eq!(record["complete"], true);
    assert!(record["at"].as_str().unwrap().ends_with('Z'));
    let deleted = record["deleted"].as_array().unwrap();
    assert_eq!(deleted.len(), before.len() + 1);
    let digest = |name: &str| -> Value {
        let found = deleted.iter().find(|one| one["file"] == name);
        found.unwrap_or_else(|| panic!("{name} is not in the record"))["sha256"].clone()
    };
    for (name, bytes) in &before {
        assert_eq!(digest(name), hex(bytes), "{name}");
    }
    assert_eq!(digest(text(&keys)), hex(&key_bytes));
    // The record names persons no more than the packs' names do, and no key.
    assert!(!record.to_string().contains("s-anna"));
    let key = serde_json::from_slice::<Value>(&key_bytes).unwrap();
    assert!(
        !record
            .to_string()
            .contains(key["keys"]["regulator"].as_str().unwrap())
    );
}

#[test]
fn what_pack_did_not_write_is_never_deleted() {
    let small = Small::new("purge-no");
    let keys = small.folder.join("keys.json");
    let packs = small.packed("packs", &["--keys", text(&keys)]);
    let record = small.folder.join("purged.json");
    let refused = |keys: &str, packs: &str, why: &str| {
        let output = run(&[
            "purge",
            "--keys",
            keys,
            "--packs",
            packs,
            "--record",
            text(&record),
        ]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{why}: {stderr}");
        assert!(!record.exists(), "{why}");
    };
    let (answer, logs) = (small.folder.join("answer"), small.folder.join("logs"));
    let all = || {
        [
            bytes(&answer),
            bytes(&logs),
            files(&packs),
            bytes(&small.folder.join("keys-only")),
        ]
    };
    fs::create_dir(small.folder.join("keys-only")).unwrap();
    let before = all();
    refused(text(&keys), text(&answer), "an answer");
    refused(text(&keys), text(&logs), "logs");
    refused(text(&small.case()), text(&packs), "a case file as keys");
    refused(
        text(&answer.join("findings.json")),
        text(&packs),
        "an answer's file as keys",
    );
    std::os::unix::fs::symlink(&logs, packs.join("zz")).unwrap();
    refused(text(&keys), text(&packs), "a link to logs among the packs");
    fs::remove_file(packs.join("zz")).unwrap();
    fs::write(packs.join("alfa/letter.odt"), "mine").unwrap();
    refused(text(&keys), text(&packs), "a file of somebody's own");
    fs::remove_file(packs.join("alfa/letter.odt")).unwrap();
    assert_eq!(before, all());
    assert!(keys.exists());
    let inside = packs.join("record.json");
    let output = run(&[
        "purge",
        "--keys",
        text(&keys),
        "--packs",
        text(&packs),
        "--record",
        text(&inside),
    ]);
    assert_eq!(output.status.code(), Some(2));
    fs::write(&record, "an older record").unwrap();
    let output = run(&["purge", "--keys", text(&keys), "--record", text(&record)]);
    assert_eq!(
        output.status.code(),
        Some(2),
        "a record is never overwritten"
    );
    assert!(keys.exists());
    assert_eq!(fs::read_to_string(&record).unwrap(), "an older record");
}
