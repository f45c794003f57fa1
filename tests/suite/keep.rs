//! `--keep`: the same bytes with and without, also when a scan was killed in between, and nothing that was changed is
//! taken for what it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::answer::{fresh, scan};

/// A case whose one log has about 50 MB, so that parts are kept before its end.
fn case(name: &str) -> PathBuf {
    let folder = fresh(name);
    fs::create_dir_all(folder.join("logs")).unwrap();
    let mut log = String::new();
    for at in 0..330_000_u32 {
        let (minute, second) = (at / 230 % 1440, at / 4 % 60);
        // Most requests are for nothing that matters.
        let target = match at % 16 {
            0 => format!(
                "/contacts/c{}",
                if at % 640 == 0 {
                    at / 640
                } else {
                    at * 7 % 900
                }
            ),
            _ => format!("/static/{at}"),
        };
        log.push_str(&format!(
            "10.{}.{}.9 - u{} [04/Mar/2021:{:02}:{:02}:{second:02} +0000] \"GET {target} HTTP/1.1\" 200 {} \"-\" \"Browser of \
             some length, so that the log is as large as it must be\"\n",
            at % 90,
            at % 7,
            at % 300,
            minute / 60,
            minute % 60,
            400 + at % 97
        ));
        if at % 1000 == 0 {
            log.push_str("no line at all\n");
        }
    }
    fs::write(folder.join("logs/access.log"), log).unwrap();
    let grants: String = (0..300)
        .map(|u| format!("u{u},pupil,s{}\n", u % 9))
        .collect();
    let objects: String = (0..900)
        .map(|c| format!("c{c},contact,s{},p{c}\n", c / 100))
        .collect();
    let units: String = (0..9)
        .map(|s| format!("s{s},,k{s},S{s},school\n"))
        .collect();
    let controllers: String = (0..9).map(|k| format!("k{k},K{k}\n")).collect();
    let put = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    put("grants.csv", format!("account,role,unit\n{grants}"));
    put(
        "objects.csv",
        format!("object,kind,unit,subject\n{objects}"),
    );
    put(
        "units.csv",
        format!("unit,parent,controller,name,kind\n{units}"),
    );
    put("controllers.csv", format!("controller,name\n{controllers}"));
    put(
        "case.toml",
        "[case]\nid = \"K\"\n[[source]]\nname = \"edge\"\nfiles = [\"logs/*\"]\nformat = \"combined\"\naccount = \
         \"remote_user\"\n[[route]]\nname = \"contact\"\npath = \"/contacts/{contact}\"\nobject = \"contact\"\ndiscloses = \
         [\"name\"]\n[directory]\ncontrollers = \"controllers.csv\"\nunits = \"units.csv\"\ngrants = \
         \"grants.csv\"\nobjects = \"objects.csv\"\n"
            .to_owned(),
    );
    folder
}

/// Files by name.
pub(crate) type Answer = Vec<(String, Vec<u8>)>;

/// Every file of an answer, by name; the manifest without its command line.
fn bytes(answer: &Path) -> Answer {
    let mut files: Answer = fs::read_dir(answer)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(path).unwrap(),
            )
        })
        .collect();
    files.sort();
    let manifest = files
        .iter_mut()
        .find(|(name, _)| name == "manifest.json")
        .unwrap();
    let mut value: serde_json::Value = serde_json::from_slice(&manifest.1).unwrap();
    value.as_object_mut().unwrap().remove("command_line");
    manifest.1 = value.to_string().into_bytes();
    files
}

pub(crate) fn answer(folder: &Path, name: &str, more: &[&str]) -> Answer {
    let out = folder.join(name);
    let _ = fs::remove_dir_all(&out);
    scan(&folder.join("case.toml"), &out, more);
    bytes(&out)
}

pub(crate) fn parts(keep: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for log in fs::read_dir(keep).into_iter().flatten() {
        for part in fs::read_dir(log.unwrap().path()).unwrap() {
            let path = part.unwrap().path();
            found.extend(
                path.extension()
                    .is_some_and(|end| end == "part")
                    .then_some(path),
            );
        }
    }
    found.sort();
    found
}

fn no_sequences(keep: &Path) {
    for folder in fs::read_dir(keep).unwrap() {
        let _ = fs::remove_file(folder.unwrap().path().join("index"));
    }
}

#[test]
fn kept_resumed_and_changed() {
    let folder = case("keep");
    let plain = answer(&folder, "plain", &[]);
    let keep = folder.join("keep");
    let kept = keep.to_string_lossy().into_owned();
    let flags = ["--keep", kept.as_str()];

    // Killed when the first part lies there, again when the second does, then done: the same bytes.
    for wanted in [1, 2] {
        let out = folder.join("killed");
        let mut child = Command::new(env!("CARGO_BIN_EXE_breachscope"))
            .args([
                "scan",
                "--quiet",
                "--threads",
                "1",
                "--keep",
                &kept,
                "--out",
            ])
            .arg(&out)
            .arg(folder.join("case.toml"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while parts(&keep).len() < wanted && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = child.kill();
        let _ = child.wait();
        assert!(parts(&keep).len() >= wanted);
        let _ = fs::remove_dir_all(&out);
    }
    assert_eq!(answer(&folder, "resumed", &flags), plain);
    // And from what is kept alone.
    let all = parts(&keep);
    assert!(all.len() > 2, "{all:?}");
    no_sequences(&keep);
    assert_eq!(answer(&folder, "again", &flags), plain);
    assert_eq!(parts(&keep), all);

    // A part that was changed is none; the sequences, which stand beside the parts, are not begun with.
    for part in &all {
        no_sequences(&keep);
        let mut bytes = fs::read(part).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(part, bytes).unwrap();
        assert_eq!(
            answer(&folder, "damaged", &flags),
            plain,
            "{}",
            part.display()
        );
    }

    // A log that was changed in its place is read again, whatever its length.
    let log = folder.join("logs/access.log");
    let text = fs::read_to_string(&log)
        .unwrap()
        .replacen("/contacts/c7 ", "/contacts/c8 ", 1);
    fs::write(&log, text).unwrap();
    let changed = answer(&folder, "changed", &[]);
    assert_ne!(changed, plain);
    assert_eq!(answer(&folder, "changed-kept", &flags), changed);

    // Other tables start from the same parts.
    no_sequences(&keep);
    let before = parts(&keep).len();
    let grants = fs::read_to_string(folder.join("grants.csv")).unwrap();
    fs::write(
        folder.join("grants.csv"),
        grants.replace("u5,pupil,s5", "u5,pupil,s6"),
    )
    .unwrap();
    let moved = answer(&folder, "moved", &[]);
    assert_ne!(moved, changed);
    assert_eq!(answer(&folder, "moved-kept", &flags), moved);
    assert_eq!(parts(&keep).len(), before);
    // And little memory gives the same as well.
    no_sequences(&keep);
    let little = [flags[0], flags[1], "--memory", "12M"];
    assert_eq!(answer(&folder, "little", &little), moved);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn never_near_the_logs() {
    let folder = case("keep-near");
    let out = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args(["scan", "--keep"])
        .arg(folder.join("logs/keep"))
        .arg("--out")
        .arg(folder.join("answer"))
        .arg(folder.join("case.toml"))
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(2));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(
        said.contains("--keep") && said.contains("evidence is never written near"),
        "{said}"
    );
    assert!(!folder.join("logs/keep").exists());
    // Nor where nothing can be written: that is said, and not passed over.
    let out = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args(["scan", "--keep"])
        .arg(folder.join("units.csv/keep"))
        .arg("--out")
        .arg(folder.join("answer"))
        .arg(folder.join("case.toml"))
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(1));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(
        said.contains("--keep") && said.contains("cannot be made"),
        "{said}"
    );
    assert!(!folder.join("answer").exists());
    fs::remove_dir_all(&folder).unwrap();
}
