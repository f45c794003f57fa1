//! What is missing in an ordered run: exactly that becomes possible, and only where the order leaves no other reading.

mod kinds;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::answer::{Row, bytes, json, scan, table};
use crate::bounds::{Schools, controller};

/// The second of 10 o'clock, when walks begin; one step every ten seconds.
const TEN: u64 = 36_000;
/// Five minutes from 10:05 on that the case says are lost: the steps 30 to 59 of a walk.
const LOST: std::ops::Range<u64> = 36_300..36_600;

/// The second of the day that a line is from.
fn second(line: &str) -> u64 {
    let stamp = line.split("2021:").nth(1).unwrap_or_default();
    let part = |at: usize| stamp[at..at + 2].parse::<u64>().unwrap();
    part(0) * 3600 + part(3) * 60 + part(6)
}

fn gap(range: &std::ops::Range<u64>) -> String {
    let at = |second: u64| {
        let (hour, minute) = (second / 3600, second / 60 % 60);
        format!("2021-03-04T{hour:02}:{minute:02}:{:02}Z", second % 60)
    };
    format!(
        "gaps = [{{ from = \"{}\", until = \"{}\", reason = \"lost\" }}]",
        at(range.start),
        at(range.end)
    )
}

/// A day's ordinary use, these objects one every ten seconds from 10 o'clock, and a hole.
fn walked(name: &str, objects: &[String], lost: &std::ops::Range<u64>) -> Schools {
    let mut schools = Schools::new(&format!("runs-{name}"));
    schools.ordinary();
    for (at, object) in (0..).zip(objects) {
        schools.ask(TEN + at * 10, object, 200, &(430 + at % 50).to_string());
    }
    schools.source = gap(lost);
    schools.log.retain(|line| !lost.contains(&second(line)));
    schools
}

fn pupils(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|at| format!("s{at}")).collect()
}

/// Writes the case, adds to its end, changes its files, scans.
fn scanned(schools: &mut Schools, directory: &str, change: impl Fn(&Path)) -> PathBuf {
    schools.write();
    let case = schools.folder.join("case.toml");
    let text = fs::read_to_string(&case).unwrap();
    fs::write(&case, format!("{text}{directory}\n")).unwrap();
    change(&schools.folder);
    let out = schools.folder.join("answer");
    let _ = fs::remove_dir_all(&out);
    scan(&case, &out, &[]);
    out
}

/// The rows of `subjects.csv` that are possible, by subject.
fn possible(out: &Path) -> BTreeMap<String, Row> {
    let rows = table(&out.join("subjects.csv")).into_iter();
    rows.filter(|row| row["certainty"] == "possible")
        .map(|row| (row["subject"].clone(), row))
        .collect()
}

fn subjects(numbers: impl IntoIterator<Item = u64>) -> BTreeSet<String> {
    numbers.into_iter().map(|at| format!("ps{at}")).collect()
}

fn named(out: &Path) -> BTreeSet<String> {
    possible(out).into_keys().collect()
}

/// The runs of anna's entry; empty where there are none, and then the key is not there.
fn runs(out: &Path) -> Vec<Value> {
    let findings = json(&out.join("findings.json"));
    let accounts = findings["accounts"].as_array().unwrap().clone();
    let anna = accounts.into_iter().find(|one| one["account"] == "anna");
    let Some(anna) = anna else { return Vec::new() };
    match anna.get("runs") {
        Some(runs) => runs.as_array().unwrap().clone(),
        None => Vec::new(),
    }
}

/// The raw lines that a cell of references leads to.
fn lines(folder: &Path, cell: &str) -> Vec<String> {
    let follow = |reference: &str| {
        let (file, rest) = reference.rsplit_once(':').unwrap();
        let (_, rest) = rest.split_once('@').unwrap();
        let (offset, length) = rest.split_once('+').unwrap();
        let (from, length): (usize, usize) = (offset.parse().unwrap(), length.parse().unwrap());
        let content = fs::read(folder.join(file)).unwrap();
        String::from_utf8(content[from..from + length].to_vec()).unwrap()
    };
    cell.split(';').map(follow).collect()
}

fn count(out: &Path, of: &str, column: &str) -> u64 {
    controller(out, of)[column].parse().unwrap()
}

fn bounds(out: &Path) -> [u64; 4] {
    ["subjects_min", "subjects_u2", "subjects_u1", "subjects_max"]
        .map(|column| count(out, "s", column))
}

#[test]
fn what_a_walk_must_have_taken_in_a_hole_is_possible() {
    let mut schools = walked("up", &pupils(1..=100), &LOST);
    // One of those that are lost is asked for once more, elsewhere: that line stands for itself.
    schools.ask(50_000, "s45", 200, "433");
    let out = schools.scanned();
    assert_eq!(
        named(&out),
        subjects((31..=60).filter(|at| *at != 45)),
        "exactly those between"
    );
    let all = table(&out.join("subjects.csv"));
    let again = all.iter().find(|row| row["subject"] == "ps45").unwrap();
    assert_eq!(
        (again["certainty"].as_str(), again["accesses"].as_str()),
        ("confirmed", "1")
    );
    assert_eq!(again["first_seen"], "2021-03-04T13:53:20Z");
    for row in possible(&out).values() {
        assert_eq!(row["accesses"], "0");
        assert_eq!(row["account_ids"], "anna");
        assert_eq!(
            (row["routes"].as_str(), row["data_categories"].as_str()),
            ("contact", "name")
        );
        assert_eq!(row["first_seen"], "2021-03-04T10:04:50Z");
        assert_eq!(row["last_seen"], "2021-03-04T10:10:00Z");
        let cited = lines(&schools.folder, &row["evidence"]);
        assert_eq!(cited.len(), 2);
        assert!(cited[0].contains("/contacts/s30 "), "{}", cited[0]);
        assert!(cited[1].contains("/contacts/s61 "), "{}", cited[1]);
    }
    let row = controller(&out, "s");
    assert_eq!(row["subjects_min"], "71");
    assert_eq!(row["subjects_possible"], "29");
    assert!(row["reasons"].split(';').any(|reason| reason == "GAP"));
    let [lower, second, first, all] = bounds(&out);
    assert!(
        lower <= second && second <= first && first <= all,
        "{lower} {second} {first} {all}"
    );
    assert!(
        second >= 100,
        "{second}: the possible are in every upper bound"
    );
    let runs = runs(&out);
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    assert_eq!(
        (run["what"].as_str(), run["stride"].as_i64()),
        (Some("objects"), Some(1))
    );
    assert_eq!(
        (run["from"].as_str(), run["until"].as_str()),
        (Some("s1"), Some("s100"))
    );
    assert_eq!(run["seen"].as_u64(), Some(70));
    let gap = &run["gaps"][0];
    let figures = [
        "missing",
        "known",
        "objects_beyond_scope",
        "subjects_possible",
    ];
    assert_eq!(
        figures.map(|key| gap[key].as_u64()),
        [30, 30, 30, 29].map(Some)
    );
    assert_eq!(run["end"], Value::Null);
    let story = crate::answer::succeed(&["explain", crate::answer::text(&out), "anna"]);
    let story = story.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(story.contains("30 missing inside"), "{story}");
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// The same lines, with the hole declared and without: the order changes no lower bound, verdict, signal or access, and not
/// what any line shows.
#[test]
fn it_feeds_nothing_but_upper_bounds() {
    let answers = ["feeds-with", "feeds-without"].map(|name| {
        let mut schools = walked(name, &pupils((1..=30).chain(61..=100)), &(0..1));
        // The ordinary use goes on in the hole, so that only the case tells of it.
        for line in &mut schools.log {
            let at = second(line);
            if line.contains("/contacts/s") && at >= LOST.start {
                let later = crate::bounds::line("anna", at + 300, "/contacts/X", 200, "433");
                let target = line
                    .split("GET ")
                    .nth(1)
                    .unwrap()
                    .split(' ')
                    .next()
                    .unwrap();
                *line = later.replace("/contacts/X", target);
            }
        }
        schools.source = match name {
            "feeds-with" => gap(&LOST),
            _ => String::new(),
        };
        let out = schools.scanned();
        let filled = named(&out).len();
        let shown: Vec<Row> = table(&out.join("subjects.csv"));
        let shown: Vec<Row> = shown
            .into_iter()
            .filter(|row| row["accesses"] != "0")
            .collect();
        let files =
            ["accounts.csv", "accesses.parquet"].map(|file| fs::read(out.join(file)).unwrap());
        let least = count(&out, "s", "subjects_min");
        let reach =
            ["accounts", "accesses", "subjects_confirmed"].map(|column| count(&out, "s", column));
        fs::remove_dir_all(&schools.folder).unwrap();
        (filled, (shown, files, least, reach))
    });
    assert_eq!((answers[0].0, answers[1].0), (30, 0));
    assert!(answers[0].1 == answers[1].1);
}

#[test]
fn downwards_in_steps_of_three() {
    let lost = 36_100..36_200;
    let mut schools = walked("down", &pupils((0..34).map(|at| 100 - 3 * at)), &lost);
    let out = schools.scanned();
    assert_eq!(named(&out), subjects((10..20).map(|at| 100 - 3 * at)));
    assert_eq!(runs(&out)[0]["stride"].as_i64(), Some(-3));
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// Nothing is filled in, and the entry has no word of a gap.
#[test]
fn no_run_no_gap() {
    let mut seed = 7_u64;
    let mut shuffled: Vec<u64> = (1..=100).collect();
    for at in (1..shuffled.len()).rev() {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        shuffled.swap(at, (seed >> 33) as usize % (at + 1));
    }
    let turned = (1..=50)
        .chain((1..=50).map(|at| 101 - 2 * at))
        .collect::<Vec<u64>>();
    let home: Vec<String> = (1..=100).map(|at| format!("n{at}")).collect();
    // Two steps after the hole.
    let short = 1..=63;
    for (name, objects) in [
        ("random", pupils(shuffled)),
        ("another-way-back", pupils(turned)),
        ("in-scope", home),
        ("stopped", pupils(1..=15)),
        ("short-after", pupils(short)),
    ] {
        let mut schools = walked(name, &objects, &LOST);
        let out = schools.scanned();
        assert_eq!(named(&out), BTreeSet::new(), "{name}");
        let found = runs(&out);
        match name {
            // It goes on until right before the hole: its end is lost, which is said.
            "another-way-back" | "short-after" => {
                assert_eq!(found[0]["gaps"], Value::Array(Vec::new()))
            }
            _ => assert_eq!(found, Vec::<Value>::new(), "{name}"),
        }
        fs::remove_dir_all(&schools.folder).unwrap();
    }
}

/// 75 IDs within 70 seconds at a step every ten seconds: it did not walk there. 41: it may have.
#[test]
fn a_jump_is_no_run() {
    let lost = 36_120..36_180;
    for (last, filled) in [(19, 0), (53, 41)] {
        let back = 100 - last;
        let mut objects = pupils(1..=12);
        objects.extend((0..6).map(|at| format!("t{}", at + 1)));
        objects.extend(pupils(back + 7..=100));
        let mut schools = walked(&format!("jump-{last}"), &objects, &lost);
        let out = schools.scanned();
        let found = runs(&out);
        let gap = &found[0]["gaps"][0];
        assert_eq!(gap["missing"].as_u64(), Some(back - 6));
        assert_eq!(named(&out).len(), filled);
        let refused = gap["refused"].as_str().unwrap_or("");
        assert_eq!(refused.contains("it jumped"), filled == 0, "{refused}");
        assert_eq!(found[0]["filled_in"].as_u64(), Some(filled as u64));
        // More than the fastest minute would have put into the hole, and yet in every upper bound.
        let [lower, second, first, all] = bounds(&out);
        assert!(lower + filled as u64 <= second && second <= first && first <= all);
        fs::remove_dir_all(&schools.folder).unwrap();
    }
}

/// A hole of a minute, and hours to both sides: in a minute no more was taken than a minute holds.
#[test]
fn a_pause_in_sight_is_no_hole() {
    let mut schools = Schools::new("runs-pause");
    schools.ordinary();
    for at in 0..30 {
        schools.ask(30_000 + at * 10, &format!("s{}", at + 1), 200, "433");
        schools.ask(50_000 + at * 10, &format!("s{}", at + 71), 200, "433");
    }
    // Three minutes with the slack of its ends, at ten times one in ten seconds: 180.
    schools.source = gap(&(40_020..40_080));
    schools
        .log
        .retain(|line| !(40_020..40_080).contains(&second(line)));
    let out = schools.scanned();
    assert_eq!(named(&out).len(), 40);
    fs::remove_dir_all(&schools.folder).unwrap();
    let mut schools = Schools::new("runs-pause-slow");
    schools.ordinary();
    for at in 0..30 {
        schools.ask(30_000 + at * 100, &format!("s{}", at + 1), 200, "433");
        schools.ask(50_000 + at * 100, &format!("s{}", at + 71), 200, "433");
    }
    schools.source = gap(&(40_020..40_080));
    schools
        .log
        .retain(|line| !(40_020..40_080).contains(&second(line)));
    let out = schools.scanned();
    assert_eq!(named(&out).len(), 0);
    let found = runs(&out);
    assert!(
        found[0]["gaps"][0]["refused"]
            .as_str()
            .unwrap()
            .contains("it jumped")
    );
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn a_walk_cut_off_by_a_hole_has_no_known_end() {
    let mut schools = walked("cut", &pupils(1..=55), &LOST);
    let out = schools.scanned();
    assert_eq!(named(&out), BTreeSet::new());
    let found = runs(&out);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["until"], "s30");
    assert_eq!(found[0]["gaps"].as_array().unwrap().len(), 0);
    let why = found[0]["end"]["refused"].as_str().unwrap();
    assert!(why.contains("U1 bounds"), "{why}");
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// All refused on one side: nothing was disclosed, so nothing may have been in the hole.
#[test]
fn refusals_are_no_run() {
    let mut schools = Schools::new("runs-refused");
    schools.ordinary();
    for at in 0..100 {
        let status = if at < 60 { 200 } else { 403 };
        schools.ask(TEN + at * 10, &format!("s{}", at + 1), status, "433");
    }
    schools.source = gap(&LOST);
    schools.log.retain(|line| !LOST.contains(&second(line)));
    let out = schools.scanned();
    assert_eq!(named(&out), BTreeSet::new());
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// Numbers that stand for nobody in the directory are counted, no more, and so are those that the account may see; zeros in
/// front are kept.
#[test]
fn only_whom_the_directory_knows_beyond_scope() {
    let padded: Vec<String> = (1..=100).map(|at| format!("s{at:03}")).collect();
    for (name, objects, known) in [
        ("unknown", pupils(1..=100), 20),
        ("padded", padded, 20),
        ("own", pupils(1..=100), 30),
    ] {
        let mut schools = walked(name, &objects, &LOST);
        let out = scanned(&mut schools, "", |folder| {
            let path = folder.join("objects.csv");
            let text = fs::read_to_string(&path).unwrap();
            let row = |line: &str| {
                let number = line
                    .strip_prefix('s')
                    .and_then(|rest| rest.split(',').next());
                let number = number.and_then(|digits| digits.parse::<u64>().ok());
                match (number, name) {
                    (Some(40..50), "unknown" | "padded") => String::new(),
                    (Some(at @ 40..50), _) => format!("s{at},c,n,ps{at}\n"),
                    (Some(at), "padded") => format!("s{at:03},c,s,ps{at}\n"),
                    _ => format!("{line}\n"),
                }
            };
            fs::write(&path, text.lines().map(row).collect::<String>()).unwrap();
        });
        assert_eq!(named(&out), subjects((31..40).chain(50..=60)), "{name}");
        let gap = &runs(&out)[0]["gaps"][0];
        assert_eq!(gap["missing"].as_u64(), Some(30));
        assert_eq!(gap["known"].as_u64(), Some(known));
        assert_eq!(gap["objects_beyond_scope"].as_u64(), Some(20));
        fs::remove_dir_all(&schools.folder).unwrap();
    }
}

/// A directory of before the walk: whoever is filled in only widens the upper bound.
#[test]
fn out_of_date_tables_make_it_a_doubt() {
    let mut schools = walked("stale", &pupils(1..=100), &LOST);
    let out = scanned(&mut schools, "as_of = \"2021-03-04T09:00:00Z\"", |_| {});
    assert_eq!(named(&out), BTreeSet::new());
    assert_eq!(runs(&out)[0]["subjects_possible"].as_u64(), Some(0));
    let undecided = json(&out.join("findings.json"))["undecided"]["subjects"].as_u64();
    assert_eq!(undecided, Some(100));
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn the_same_bytes_with_one_thread_and_two() {
    let mut schools = walked("threads", &pupils(1..=100), &LOST);
    schools.write();
    let answers = ["1", "2"].map(|threads| {
        let out = schools.folder.join(format!("answer-{threads}"));
        scan(
            &schools.folder.join("case.toml"),
            &out,
            &["--threads", threads],
        );
        assert_eq!(named(&out).len(), 30);
        bytes(&out)
    });
    assert_eq!(answers[0], answers[1]);
    fs::remove_dir_all(&schools.folder).unwrap();
}
