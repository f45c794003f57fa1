//! `--keep` once the logs are read: sequences and looks are begun with, never believed when they are not what was written,
//! and never those of another question.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::answer::fresh;
use crate::keep::{Answer, answer, parts};

/// A case with more accesses than are looked at in one go: 120 accounts of four schools, of which two walk.
fn case(name: &str) -> PathBuf {
    let folder = fresh(name);
    fs::create_dir_all(folder.join("logs")).unwrap();
    let mut log = String::new();
    for at in 0..90_000_u32 {
        let account = at % 120;
        let own = account % 4 * 100 + at / 120 % 100;
        let contact = match account {
            7 | 50 if at / 120 > 600 => 400 - (at / 120 - 600) % 400,
            _ => own,
        };
        let second = at / 2;
        log.push_str(&format!(
            "10.0.{}.9 - u{account} [04/Mar/2021:{:02}:{:02}:{:02} +0000] \"GET /contacts/c{contact} HTTP/1.1\" 200 {} \"-\" \"B\"\n",
            at % 90,
            second / 3600,
            second / 60 % 60,
            second % 60,
            400 + at % 97
        ));
    }
    fs::write(folder.join("logs/access.log"), log).unwrap();
    let rows = |n: u32, row: &dyn Fn(u32) -> String| (0..n).map(row).collect::<String>();
    let put = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    put(
        "grants.csv",
        format!(
            "account,role,unit\n{}",
            rows(120, &|u| format!("u{u},pupil,s{}\n", u % 4))
        ),
    );
    put(
        "objects.csv",
        format!(
            "object,kind,unit,subject\n{}",
            rows(401, &|c| format!(
                "c{c},contact,s{},p{c}\n",
                (c / 100).min(3)
            ))
        ),
    );
    put(
        "units.csv",
        format!(
            "unit,parent,controller,name,kind\n{}",
            rows(4, &|s| format!("s{s},,k{s},S{s},school\n"))
        ),
    );
    put(
        "controllers.csv",
        format!("controller,name\n{}", rows(4, &|k| format!("k{k},K{k}\n"))),
    );
    put("sessions.csv", "session,account\nu9,u13\n".to_owned());
    put("case.toml", toml("", "", ""));
    folder
}

fn toml(case: &str, directory: &str, more: &str) -> String {
    format!(
        "[case]\nid = \"K\"\n{case}[[source]]\nname = \"edge\"\nfiles = [\"logs/*\"]\nformat = \"combined\"\naccount = \
         \"remote_user\"\n[[route]]\nname = \"contact\"\npath = \"/contacts/{{contact}}\"\nobject = \"contact\"\ndiscloses = \
         [\"name\"]\n[directory]\ncontrollers = \"controllers.csv\"\nunits = \"units.csv\"\ngrants = \
         \"grants.csv\"\nobjects = \"objects.csv\"\n{directory}{more}"
    )
}

/// The file of this name, or whose name begins so, wherever it lies.
fn found(keep: &Path, begins: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir(keep).unwrap().map(|one| one.unwrap().path());
    let all = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = all.map(|one| one.unwrap().path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with(begins)
        })
        .collect();
    paths.sort();
    paths
}

fn only(keep: &Path, begins: &str) -> PathBuf {
    let paths = found(keep, begins);
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths[0].clone()
}

fn changed(path: &Path) -> std::time::SystemTime {
    path.metadata().unwrap().modified().unwrap()
}

fn kept(folder: &Path, keep: &Path, name: &str) -> Answer {
    answer(folder, name, &["--keep", &keep.to_string_lossy()])
}

#[test]
fn what_stands_is_begun_with_and_what_was_changed_is_not() {
    let folder = case("shelf");
    let keep = folder.join("keep");
    let plain = answer(&folder, "plain", &[]);
    assert_eq!(kept(&folder, &keep, "first"), plain);
    let (index, data, looks) = (
        only(&keep, "index"),
        only(&keep, "data"),
        only(&keep, "looks-"),
    );

    // Begun with: without one part of the logs none is made again, and neither looks nor sequences are written anew.
    for part in parts(&keep) {
        fs::remove_dir_all(part.parent().unwrap()).ok();
    }
    let times = [&index, &data, &looks].map(|path| changed(path));
    for more in [None, Some("--threads=1"), Some("--memory=12M")] {
        let keep = keep.to_string_lossy();
        let flags: Vec<&str> = ["--keep", &*keep].into_iter().chain(more).collect();
        assert_eq!(answer(&folder, "again", &flags), plain, "{more:?}");
    }
    assert!(parts(&keep).is_empty());
    assert_eq!([&index, &data, &looks].map(|path| changed(path)), times);

    // As a kill leaves it: looks that end anywhere are gone on with from there.
    let whole = fs::read(&looks).unwrap();
    let mut grew = 0;
    for length in [0, 50, whole.len() / 3, whole.len() * 2 / 3, whole.len() - 1] {
        fs::write(&looks, &whole[..length]).unwrap();
        assert_eq!(kept(&folder, &keep, "cut"), plain, "{length}");
        grew += usize::from(fs::read(&looks).unwrap() == whole);
    }
    assert_eq!(grew, 5);

    // One byte changed in the middle, at the beginning or at the end: done again, and not a word of it is believed.
    for path in [&looks, &data, &index] {
        let whole = fs::read(path).unwrap();
        for at in [3, 40, whole.len() / 2, whole.len() - 2] {
            let mut bytes = fs::read(path).unwrap();
            bytes[at] ^= 1;
            fs::write(path, &bytes).unwrap();
            assert_eq!(
                kept(&folder, &keep, "damaged"),
                plain,
                "{} {at}",
                path.display()
            );
            assert_ne!(fs::read(path).unwrap(), bytes, "{} {at}", path.display());
        }
    }
    // Killed before all of it stood.
    let bytes = fs::read(&index).unwrap();
    fs::remove_file(&index).unwrap();
    fs::write(index.with_extension("half"), &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(kept(&folder, &keep, "half"), plain);
    assert!(index.exists() && !index.with_extension("half").exists());

    // While another scan is at work there, nothing of it is touched.
    let lock = File::open(only(&keep, "lock")).unwrap();
    lock.lock().unwrap();
    fs::remove_file(&index).unwrap();
    assert_eq!(kept(&folder, &keep, "beside"), plain);
    assert!(!index.exists());
    drop(lock);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn another_question_gets_its_own_answer() {
    let folder = case("shelf-other");
    let keep = folder.join("keep");
    let mut before = kept(&folder, &keep, "first");
    let looks = only(&keep, "looks-");
    let mut ask = |what: &str, shelves: usize| {
        let plain = answer(&folder, "plain", &[]);
        assert_ne!(plain, before, "{what}");
        assert_eq!(kept(&folder, &keep, "kept"), plain, "{what}");
        assert_eq!(kept(&folder, &keep, "again"), plain, "{what}");
        assert_eq!(found(&keep, "index").len(), shelves, "{what}");
        before = plain;
    };
    let put = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();

    // Another directory and other thresholds: the same sequences, looks of their own, of which only the last stay.
    let grants = fs::read_to_string(folder.join("grants.csv")).unwrap();
    put("grants.csv", grants.replace("u7,pupil,s3", "u7,pupil,s0"));
    ask("grants", 1);
    assert_ne!(only(&keep, "looks-"), looks);
    put(
        "case.toml",
        toml("", "", "[detect]\nlisted_minutes = 1\nbreadth = 500\n"),
    );
    ask("thresholds", 1);

    put("case.toml", format!("# by whom\n{}", toml("", "", "")));
    ask("a line more in the case", 1);

    // What changes who asked, or which requests count: other sequences.
    let period = "period = { from = \"2021-03-04T02:00:00Z\", until = \"2021-03-04T11:00:00Z\" }\n";
    put("case.toml", toml(period, "", ""));
    ask("period", 2);
    put(
        "case.toml",
        toml("", "", "[exclude]\naccounts = [\"u50\"]\n"),
    );
    ask("excluded account", 3);
    put(
        "case.toml",
        toml("", "", "[exclude]\nclients = [\"10.0.7.9\"]\n"),
    );
    ask("excluded client", 4);
    put("case.toml", toml("", "sessions = \"sessions.csv\"\n", ""));
    ask("sessions", 5);
    put("sessions.csv", "session,account\nu7,u13\n".to_owned());
    ask("other sessions", 6);
    fs::remove_dir_all(&folder).unwrap();
}
