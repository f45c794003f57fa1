//! `pack`: a pack for each controller shows nothing of any other, and the leak check finds what does.
//!
//! Held from outside: what may stand in a pack is worked out here from the case's tables alone, with plain searches that
//! share nothing with the program's.

#[path = "pack/leaks.rs"]
mod leaks;
#[path = "pack/platform.rs"]
mod platform;
#[path = "pack/purge.rs"]
mod purge;
#[path = "pack/small.rs"]
mod small;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::answer::{json, run, table, text};
use small::Small;

/// Every file of every pack in a folder, by `pack/file`.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for pack in fs::read_dir(folder).unwrap() {
        let pack = pack.unwrap().path();
        let name = pack.file_name().unwrap().to_str().unwrap().to_owned();
        for file in fs::read_dir(&pack).unwrap() {
            let file = file.unwrap().path();
            let own = file.file_name().unwrap().to_str().unwrap();
            all.insert(format!("{name}/{own}"), fs::read(&file).unwrap());
        }
    }
    all
}

fn read(packs: &Path, file: &str) -> String {
    fs::read_to_string(packs.join(file)).unwrap()
}

#[test]
fn a_batch_of_two_controllers_is_masked_in_the_pack_of_each() {
    let small = Small::new("batch");
    let packs = small.packed("packs", &[]);
    let (alfa, beta) = (
        read(&packs, "alfa/evidence.log"),
        read(&packs, "beta/evidence.log"),
    );
    let batch = |log: &str| -> String {
        let lines = log.lines().filter(|line| line.contains("ids="));
        lines.map(str::to_owned).collect()
    };
    let ids = |line: &str| -> Vec<String> {
        let from = line.find("ids=").unwrap() + 4;
        let until = from + line[from..].find(' ').unwrap();
        line[from..until].split(',').map(str::to_owned).collect()
    };
    // Asked for: 7 of Alfa, 200 of Beta, 9 of a protected person of Alfa's, 5555 of nobody, 17 of Beta.
    let (of_alfa, of_beta) = (ids(&batch(&alfa)), ids(&batch(&beta)));
    assert_eq!(of_alfa.len(), 5, "{alfa}");
    assert_eq!(of_alfa[0], "7");
    assert!(
        of_alfa[1..].iter().all(|id| id.starts_with("obj-")),
        "{of_alfa:?}"
    );
    assert_eq!((of_beta[1].as_str(), of_beta[4].as_str()), ("200", "17"));
    for masked in [0, 2, 3] {
        assert!(of_beta[masked].starts_with("obj-"), "{of_beta:?}");
    }
    // The same account, and two pseudonyms that nobody can hold together.
    let account = |line: &str| {
        line.split(' ')
            .find(|part| part.starts_with("acct-"))
            .unwrap()
            .to_owned()
    };
    assert_ne!(account(&batch(&alfa)), account(&batch(&beta)));
    // What the logs' other fields gave away is gone: whom the browser and the page before named.
    for log in [&alfa, &beta] {
        for gone in [
            "eve",
            "10.9.8.7",
            "s-bo",
            "s-anna",
            "school.example",
            "Firefox",
        ] {
            assert!(!log.contains(gone), "{gone} stands in {log}");
        }
        assert!(log.contains("[04/Mar/2021:"), "{log}");
        assert!(log.contains(" HTTP/1.1\" 200 "), "{log}");
    }
}

#[test]
fn only_lines_of_its_own_tell_their_place_and_none_tells_its_digest() {
    use sha2::{Digest, Sha256};
    let small = Small::new("place");
    let packs = small.packed("packs", &[]);
    let log = fs::read(small.folder.join("logs/access.log")).unwrap();
    let rows = table(&packs.join("alfa/evidence.csv"));
    let mut own = 0;
    let told = read(&packs, "alfa/evidence.csv") + &read(&packs, "alfa/evidence.log");
    for line in log.split(|byte| *byte == b'\n') {
        let digest = Sha256::digest(line);
        let digest: String = digest.iter().map(|b| format!("{b:02x}")).collect();
        assert!(
            !told.contains(&digest),
            "whoever guesses what is masked could prove it"
        );
    }
    for row in &rows {
        assert!(row["line_id"].starts_with("line-"), "{row:?}");
        if row["offset"].is_empty() {
            assert_eq!((row["line"].as_str(), row["length"].as_str()), ("", ""));
            assert!(
                row["no_place_because"].contains("not this controller's"),
                "{row:?}"
            );
            continue;
        }
        own += 1;
        let from: usize = row["offset"].parse().unwrap();
        let line = &log[from..from + row["length"].parse::<usize>().unwrap()];
        let line = std::str::from_utf8(line).unwrap();
        for foreign in ["17", "200"] {
            assert!(
                !line.contains(&format!("contacts/{foreign} ")) && !line.contains("ids="),
                "{line}"
            );
        }
    }
    assert!(own >= 2, "some lines ask for nothing else: {rows:?}");
    assert!(own < rows.len(), "the batch is shared: {rows:?}");
}

#[test]
fn a_protected_person_stands_in_the_sealed_file_only() {
    let identity = age::x25519::Identity::generate();
    let key = identity.to_public().to_string();
    let small = Small::new("protected");
    let packs = small.packed("packs", &["--recipient", &key, "--master", "--regulator"]);
    for (name, bytes) in files(&packs) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("s-asa"), "{name}: {text}");
        if name.ends_with("evidence.csv") || name.ends_with("evidence.log") {
            let nine = |c: char| !c.is_alphanumeric();
            let only_nine = text.split(nine).filter(|token| *token == "9").count();
            // Rows and figures may be nine; IDs stand behind `/` or `=` or `,`.
            assert!(
                !text.contains("contacts/9 ") && !text.contains(",9,"),
                "{name}: {only_nine} {text}"
            );
        }
    }
    let sealed = fs::read(packs.join("alfa/protected.age")).unwrap();
    let opened = age::decrypt(&identity, &sealed).expect("the key opens it");
    let opened: Value = serde_json::from_slice(&opened).unwrap();
    assert_eq!(opened["subjects"][0]["subject"], "s-asa");
    let lines = opened["evidence"].as_array().unwrap();
    let alone = lines
        .iter()
        .find(|line| line["text"].as_str().unwrap().contains("/contacts/9 "));
    let alone = alone.expect("her own line is among them");
    assert!(!alone.to_string().contains("eve"), "{alone}");
    assert!(age::decrypt(&age::x25519::Identity::generate(), &sealed).is_err());
    // Beta has none, so it has nothing sealed.
    assert!(!packs.join("beta/protected.age").exists());
    assert!(read(&packs, "alfa/README.txt").contains("fewer than five"));
    assert!(read(&packs, "beta/README.txt").contains("No person with protected identity"));
    let without = small.packed("without", &[]);
    assert!(!without.join("alfa/protected.age").exists());
    assert!(read(&without, "alfa/README.txt").contains("--recipient"));
}

#[test]
fn a_key_for_one_controller_seals_for_no_other() {
    let identity = age::x25519::Identity::generate();
    let key = identity.to_public().to_string();
    let small = Small::new("recipient");
    let packs = small.packed("packs", &["--recipient", &format!("B={key}")]);
    assert!(!packs.join("alfa/protected.age").exists());
    let out = small.folder.join("bad");
    for wrong in ["age1xyz", "Nobody=age1xyz"] {
        let output = small.pack(&out, &["--recipient", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(!out.exists());
    }
}

#[test]
fn small_counts_of_protected_persons_are_suppressed() {
    let small = Small::new("suppressed");
    let packs = small.packed("packs", &["--regulator"]);
    let row = &table(&packs.join("alfa/controller.csv"))[0];
    assert_eq!(row["protected_min"], "<5");
    // Its own count of subjects is its own.
    assert_eq!(row["subjects_confirmed"], "3");
    let notification = json(&packs.join("alfa/notification.json"));
    assert_eq!(notification["protected_persons"]["count"], "<5");
    assert_eq!(notification["data_subjects"]["min"], 3);
    assert_eq!(notification["likely_consequences"]["value"], Value::Null);
    assert_eq!(notification["measures"]["note"], "to be written by a human");
    assert_eq!(
        json(&packs.join("beta/notification.json"))["protected_persons"]["count"],
        "0"
    );
    let wide = table(&packs.join("regulator/controllers.csv"));
    let alfa = wide.iter().find(|row| row["controller"] == "A").unwrap();
    for column in ["protected_min", "subjects_confirmed", "subjects_min"] {
        assert_eq!(alfa[column], "<5", "{column}");
    }
    let gamma = wide.iter().find(|row| row["controller"] == "C").unwrap();
    assert_eq!(gamma["subjects_confirmed"], "0");
}

#[test]
fn five_and_more_are_told_as_they_are() {
    let mut small = Small::new("five");
    for at in 0..5 {
        small
            .objects
            .push(format!("60{at},contact,U-a,s-hidden-{at},true,true"));
        small.ask(40_000 + at * 60, &format!("/contacts/60{at}"));
    }
    let packs = small.packed("packs", &[]);
    assert_eq!(
        table(&packs.join("alfa/controller.csv"))[0]["protected_min"],
        "6"
    );
    assert!(read(&packs, "alfa/README.txt").contains("protected identity: 6."));
}

#[test]
fn the_same_keys_make_the_same_bytes_and_other_keys_other_pseudonyms() {
    use std::os::unix::fs::PermissionsExt;
    let small = Small::new("keys");
    let keys = small.folder.join("keys.json");
    let one = small.packed("one", &["--keys", text(&keys), "--master", "--regulator"]);
    assert_eq!(
        fs::metadata(&keys).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let two = small.packed("two", &["--keys", text(&keys), "--master", "--regulator"]);
    assert_eq!(files(&one), files(&two));
    let other = small.folder.join("other.json");
    let three = small.packed("three", &["--keys", text(&other)]);
    let (a, b) = (
        read(&one, "alfa/evidence.csv"),
        read(&three, "alfa/evidence.csv"),
    );
    let pseudonyms = |table: &str| -> Vec<String> {
        let words = table
            .split([',', '\r', '\n', ';'])
            .filter(|word| word.starts_with("acct-"));
        words.map(str::to_owned).collect()
    };
    assert!(!pseudonyms(&a).is_empty());
    assert!(
        pseudonyms(&a)
            .iter()
            .all(|one| !pseudonyms(&b).contains(one))
    );
    // One controller alone comes out as it does among all.
    let alone = small.packed("alone", &["--keys", text(&keys), "--controller", "A"]);
    assert_eq!(fs::read_dir(&alone).unwrap().count(), 1);
    assert_eq!(
        read(&alone, "alfa/evidence.log"),
        read(&one, "alfa/evidence.log")
    );
    // What a key can undo, nobody else may read.
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    let output = small.pack(&small.folder.join("four"), &["--keys", text(&keys)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("chmod 600"));
    assert!(!small.folder.join("four").exists());
    for inside in ["five/keys.json", "answer/keys.json", "logs/keys.json"] {
        let keys = small.folder.join(inside);
        let output = small.pack(&small.folder.join("five"), &["--keys", text(&keys)]);
        assert_eq!(output.status.code(), Some(2), "{inside}");
        assert!(!keys.exists() && !small.folder.join("five").exists());
    }
}

#[test]
fn the_master_list_undoes_the_pseudonyms_and_names_no_protected_person() {
    let small = Small::new("master");
    let packs = small.packed("packs", &["--master"]);
    let rows = table(&packs.join("master/pseudonyms.csv"));
    let log = read(&packs, "alfa/evidence.log");
    let eve = rows
        .iter()
        .find(|row| row["controller"] == "A" && row["stands_for"] == "eve.ek");
    assert!(log.contains(&eve.expect("the account is in it")["pseudonym"]));
    assert!(
        rows.iter()
            .any(|row| row["kind"] == "obj" && row["stands_for"] == "17")
    );
    assert!(rows.iter().all(|row| row["stands_for"] != "9"), "{rows:?}");
    for pack in table(&packs.join("master/packs.csv")) {
        assert!(packs.join(&pack["folder"]).is_dir(), "{pack:?}");
    }
}

#[test]
fn the_regulator_sees_controllers_and_nothing_below() {
    let small = Small::new("regulator");
    let packs = small.packed("packs", &["--regulator"]);
    let mut all = String::new();
    for (name, bytes) in files(&packs) {
        if name.starts_with("regulator/") {
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    for gone in ["eve.ek", "s-anna", "s-bo", "s-asa", "U-a", "10.9.8.7"] {
        assert!(!all.contains(gone), "{gone}");
    }
    for kept in ["Alfa", "Beta", "acct-", "H1a", "subjects_min"] {
        assert!(all.contains(kept), "{kept}");
    }
}

#[test]
fn hostile_names_make_safe_and_distinct_folders() {
    let long = "y".repeat(300);
    let names = [
        "../x",
        "=cmd|' /C calc'!A0",
        "two\nlines",
        &long,
        "Same!",
        "same?",
        "SAME",
        "master",
        "con",
        "Ö/\u{202e}Ä",
        "\"quoted\", and; more",
        "....",
    ];
    let mut small = Small::new("hostile");
    for (name, at) in names.iter().zip(0..) {
        let quoted = name.replace('"', "\"\"");
        small.controllers.push(format!("{at},\"{quoted}\""));
        small.units.push(format!("V{at},,{at},unit,school"));
        small
            .objects
            .push(format!("80{at},contact,V{at},s-of-{at},false,false"));
        small.ask(50_000 + at * 60, &format!("/contacts/80{at}"));
    }
    let packs = small.packed("packs", &[]);
    let mut folders: Vec<String> = fs::read_dir(&packs)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders.len(), names.len() + 3, "{folders:?}");
    for folder in &folders {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(folder.chars().all(plain) && folder.len() < 60, "{folder}");
        assert!(
            !["master", "con", "same"].contains(&folder.as_str()),
            "{folder}"
        );
        let csv = read(&packs, &format!("{folder}/controller.csv"));
        assert!(!csv.lines().nth(1).unwrap().contains(",=cmd"), "{csv}");
    }
    assert!(!small.folder.join("x").exists());
    let output = run(&[
        "pack",
        "--check",
        text(&packs),
        "--case",
        text(&small.case()),
    ]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn what_does_not_belong_together_is_refused_and_leaves_nothing() {
    let small = Small::new("refused");
    small.packed("packs", &[]);
    let log = small.folder.join("logs/access.log");
    let whole = fs::read_to_string(&log).unwrap();
    // Another line than the one that the answer cites: told by file and line.
    fs::write(&log, whole.replacen("Firefox/17", "Firebox/17", 1)).unwrap();
    let output = small.pack(&small.folder.join("changed"), &[]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("logs/access.log:") && stderr.contains("SHA-256"),
        "{stderr}"
    );
    fs::write(&log, whole).unwrap();
    let output = small.pack(&small.folder.join("nobody"), &["--controller", "Nobody"]);
    assert_eq!(output.status.code(), Some(1));
    let inside = small.folder.join("answer/packs");
    assert_eq!(small.pack(&inside, &[]).status.code(), Some(2));
    let beside = small.folder.join("logs/packs");
    assert_eq!(small.pack(&beside, &[]).status.code(), Some(2));
    let left: Vec<String> = fs::read_dir(&small.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.') || ["changed", "nobody"].contains(&name.as_str()))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_digests_of_a_pack_are_those_of_its_files() {
    use sha2::{Digest, Sha256};
    let mut small = Small::new("sums");
    // An ID that nobody knows may be anybody's; without it the third controller is excluded.
    small.forget(",5555");
    let packs = small.packed("packs", &["--master", "--regulator"]);
    let all = files(&packs);
    for (name, bytes) in all.iter().filter(|(name, _)| !name.ends_with("SHA256SUMS")) {
        let hex: String = Sha256::digest(bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let (pack, file) = name.split_once('/').unwrap();
        let sums = String::from_utf8_lossy(&all[&format!("{pack}/SHA256SUMS")]).into_owned();
        assert!(sums.contains(&format!("{hex}  {file}\n")), "{name}");
    }
    // Whom the logs exclude gets no evidence.
    assert!(all.contains_key("gamma/notification.json"));
    let gamma = json(&packs.join("gamma/notification.json"));
    assert_eq!(gamma["nature"]["status"], "excluded");
    assert!(!all.contains_key("gamma/evidence.log") && !all.contains_key("gamma/subjects.csv"));
}
