//! What the advocate of an accused pupil and the lawyer of the data subjects found: lower bounds that were too high, upper
//! bounds that were too low, and figures that hung on how the logs were cut into files.

mod accused;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::answer::{bytes, fresh, json, run, scan, table, text};

/// A platform of schools, each with one class of pupils: `a1`, `a2`, … of school `a`, who may see each other.
struct Platform {
    folder: PathBuf,
    schools: Vec<(char, usize)>,
    log: String,
}

const ROUTES: &str = r#"
[[route]]
name = "card"
path = "/cards/{id}"
object = "id"
discloses = ["name"]

[[route]]
name = "several"
path = "/cards"
object = "ids"
discloses = ["name"]
"#;

impl Platform {
    fn new(name: &str, schools: &[(char, usize)]) -> Platform {
        let folder = fresh(&format!("advocates-{name}"));
        fs::create_dir_all(folder.join("logs")).unwrap();
        Platform {
            folder,
            schools: schools.to_vec(),
            log: String::new(),
        }
    }

    /// Someone asks for something, so many seconds after 4 March 2021 began.
    fn ask(&mut self, who: &str, second: u32, path: &str, bytes: u32) {
        let (day, second) = (4 + second / 86_400, second % 86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        writeln!(
            self.log,
            "10.0.0.7 - {who} [{day:02}/Mar/2021:{hour:02}:{minute:02}:{second:02} +0000] \"GET {path} HTTP/1.1\" 200 {bytes} \
             \"-\" \"x\""
        )
        .unwrap();
    }

    /// Everybody looks at everybody of the own class; cards have many sizes.
    fn ordinary(&mut self) {
        self.ordinary_every(3);
    }

    /// The same, about so many seconds after each other.
    fn ordinary_every(&mut self, step: u32) {
        let mut second = 30_000;
        for (school, pupils) in self.schools.clone() {
            for (who, whom) in
                (1..=pupils).flat_map(|who| (1..=pupils).map(move |whom| (who, whom)))
            {
                let size = 140 + (whom as u32 * 37 + school as u32 * 11) % 90;
                let uneven = (who * 7 + whom * 5) as u32 + school as u32 * 3;
                second += step / 6 + uneven % 11 * step / 3;
                self.ask(
                    &format!("{school}{who}"),
                    second,
                    &format!("/cards/{school}{whom}"),
                    size,
                );
            }
        }
    }

    /// Writes the tables `tables` names, and the case with more in its source; `unplaced` objects have no unit.
    fn write(&self, tables: &[&str], source: &str, unplaced: usize) {
        let mut all = [
            ("controllers", "controller,name\n".to_owned()),
            ("units", "unit,parent,controller,name,kind\n".to_owned()),
            ("grants", "account,role,unit\n".to_owned()),
            ("objects", "object,kind,unit,subject\n".to_owned()),
            ("accounts", "account,subject,controller,kind\n".to_owned()),
        ];
        for (school, pupils) in &self.schools {
            writeln!(all[0].1, "{school},{school}").unwrap();
            writeln!(all[1].1, "u{school},,{school},{school},school").unwrap();
            for pupil in 1..=*pupils {
                writeln!(all[2].1, "{school}{pupil},pupil,u{school}").unwrap();
                writeln!(all[3].1, "{school}{pupil},card,u{school},s{school}{pupil}").unwrap();
                writeln!(all[4].1, "{school}{pupil},s{school}{pupil},{school},person").unwrap();
            }
        }
        for nth in 0..unplaced {
            writeln!(all[3].1, "n{nth},card,,sn{nth}").unwrap();
        }
        let mut case = format!(
            "[case]\nid = \"x\"\ntitle = \"x\"\n[[source]]\nname = \"web\"\nfiles = [\"logs/*\"]\nformat = \"combined\"\naccount = \
             \"remote_user\"\n{source}{ROUTES}[directory]\n"
        );
        for (name, content) in &all {
            if tables.contains(name) {
                fs::write(self.folder.join(format!("{name}.csv")), content).unwrap();
                writeln!(case, "{name} = \"{name}.csv\"").unwrap();
            }
        }
        fs::write(self.folder.join("case.toml"), case).unwrap();
        fs::write(self.folder.join("logs/access.log"), &self.log).unwrap();
    }

    /// Scans, and holds the answer against the logs.
    fn answer(&self) -> PathBuf {
        let (case, out) = (self.folder.join("case.toml"), self.folder.join("answer"));
        let _ = fs::remove_dir_all(&out);
        scan(&case, &out, &[]);
        let held = run(&["verify", text(&out), "--case", text(&case)]);
        let said = String::from_utf8_lossy(&held.stdout);
        assert_eq!(held.status.code(), Some(0), "{said}");
        out
    }

    fn done(self) {
        fs::remove_dir_all(self.folder).unwrap();
    }
}

const ALL: [&str; 5] = ["controllers", "units", "grants", "objects", "accounts"];

/// `subjects_min` and `subjects_max` of the whole case.
fn totals(out: &std::path::Path) -> (u64, u64) {
    let totals = &json(&out.join("findings.json"))["totals"];
    let figure = |key: &str| totals[key].as_u64().expect("a figure");
    (figure("subjects_min"), figure("subjects_max"))
}

/// The same of every controller, by name.
fn controllers(out: &std::path::Path) -> Vec<(String, String, String)> {
    let rows = table(&out.join("controllers.csv"));
    let cells = |row: &crate::answer::Row| {
        (
            row["controller"].clone(),
            row["subjects_min"].clone(),
            row["subjects_max"].clone(),
        )
    };
    rows.iter().map(cells).collect()
}

fn row(name: &str, min: u64, max: u64) -> (String, String, String) {
    (name.to_owned(), min.to_string(), max.to_string())
}

#[test]
fn without_grants_the_case_is_bounded_as_its_controllers_are() {
    let mut platform = Platform::new("no-grants", &[('a', 5), ('b', 7)]);
    platform.ordinary();
    platform.ask("a1", 40_000, "/cards/b1", 150);
    platform.write(&["controllers", "units", "objects", "accounts"], "", 0);
    let out = platform.answer();
    // Who may see one class of a school and was shown another leaves no trace: each may hold all of its pupils.
    assert_eq!(controllers(&out), [row("a", 0, 5), row("b", 0, 7)]);
    assert_eq!(totals(&out), (0, 12));
    platform.done();
}

#[test]
fn what_a_hole_hid_may_be_of_who_has_no_unit_or_no_row() {
    let mut platform = Platform::new("hole", &[('a', 5), ('b', 7)]);
    platform.ordinary();
    platform.ask("a1", 40_000, "/cards/gone1", 150);
    platform.ask("a1", 40_003, "/cards/gone2", 150);
    let gap = "gaps = [{ from = \"2021-03-04T12:00:00Z\", until = \"2021-03-04T13:00:00Z\", reason = \"lost\" }]\n";
    platform.write(&ALL, gap, 4);
    let out = platform.answer();
    // Two of whom the tables know nothing were disclosed, and any of the four without a unit may have been.
    assert_eq!(controllers(&out), [row("a", 0, 5 + 6), row("b", 0, 7 + 6)]);
    assert_eq!(totals(&out), (0, 5 + 7 + 6));
    platform.done();
}

#[test]
fn an_answer_that_leaves_out_whom_the_asker_may_not_see_proves_nothing() {
    let mut platform = Platform::new("left-out", &[('a', 12), ('b', 12)]);
    platform.ordinary();
    for who in 1..=12 {
        platform.ask(
            &format!("a{who}"),
            40_000,
            "/cards?ids=a1,a2,a3,a4",
            4 * 180,
        );
    }
    let foreign: Vec<String> = (1..=12).map(|nth| format!("b{nth}")).collect();
    let foreign = foreign.join(",");
    // Two of its own class, as it is answered, and twelve of another school, as it is not.
    platform.ask(
        "a1",
        41_000,
        &format!("/cards?ids=a1,a2,{foreign}"),
        2 * 190,
    );
    platform.write(&ALL, "", 0);
    let out = platform.answer();
    assert_eq!(controllers(&out), [row("a", 0, 0), row("b", 0, 12)]);
    let accounts = table(&out.join("accounts.csv"));
    assert_eq!(accounts[0]["subjects_probable"], "12");
    // The same with an answer that holds all of them.
    platform.ask(
        "a1",
        41_100,
        &format!("/cards?ids=a1,a2,{foreign}"),
        14 * 180,
    );
    platform.write(&ALL, "", 0);
    let out = platform.answer();
    assert_eq!(controllers(&out), [row("a", 0, 0), row("b", 12, 12)]);
    platform.done();
}

#[test]
fn sizes_that_do_not_follow_how_many_were_asked_for_take_no_proof_away() {
    let mut platform = Platform::new("any-size", &[('a', 12), ('b', 12)]);
    platform.ordinary();
    for who in 1..=12 {
        let size = 4 * (40 + who * 40);
        platform.ask(&format!("a{who}"), 40_000, "/cards?ids=a1,a2,a3,a4", size);
    }
    let foreign: Vec<String> = (1..=12).map(|nth| format!("b{nth}")).collect();
    let asked = format!("/cards?ids=a1,a2,{}", foreign.join(","));
    platform.ask("a1", 41_000, &asked, 2 * 190);
    platform.write(&ALL, "", 0);
    let out = platform.answer();
    assert_eq!(controllers(&out), [row("a", 0, 0), row("b", 12, 12)]);
    platform.done();
}

#[test]
fn a_sentence_is_no_card() {
    let mut platform = Platform::new("sentence", &[('a', 12), ('b', 12)]);
    platform.ordinary();
    for nth in 1..=12 {
        // `{"error":"nope"}`, with status 200; too few to be noticed as one size for many.
        platform.ask("a1", 40_000 + nth, &format!("/cards/b{nth}"), 17);
    }
    platform.write(&ALL, "", 0);
    let out = platform.answer();
    assert_eq!(controllers(&out), [row("a", 0, 0), row("b", 0, 12)]);
    platform.done();
}

#[test]
fn a_day_that_a_short_log_lacks_excludes_nobody() {
    let mut platform = Platform::new("short", &[('a', 5), ('b', 7), ('c', 9)]);
    platform.ask("b2", 24_000, "/cards/b3", 150);
    platform.ordinary_every(120);
    // An evening tells nothing of the day behind it.
    for second in [65_000, 70_000, 75_000, 79_500] {
        platform.ask("a1", second, "/cards/a2", 150);
    }
    let day = platform.log.clone();
    // Monday to Friday, each as the other.
    let days: Vec<String> = (1..=5)
        .map(|nth| day.replace("04/Mar", &format!("0{nth}/Mar")))
        .collect();
    let status = |platform: &Platform| {
        platform.write(&ALL, "", 0);
        let rows = table(&platform.answer().join("controllers.csv"));
        (rows[1]["status"].clone(), rows[1]["reasons"].clone())
    };
    platform.log = days.concat();
    assert_eq!(status(&platform), ("excluded".to_owned(), String::new()));
    platform.log = [&days[..2], &days[3..]].concat().concat();
    assert_eq!(
        status(&platform),
        ("cannot_be_excluded".to_owned(), "GAP".to_owned())
    );
    platform.done();
}

#[test]
fn verify_lets_stand_what_a_run_makes_possible_beside_a_line_that_decides_nothing() {
    let mut platform = Platform::new("possible", &[('a', 12), ('b', 90)]);
    platform.ordinary();
    for nth in (1..=90).filter(|nth| nth % 3 != 0) {
        // Nobody signed in: beyond every scope, in steps of one.
        platform.ask("-", 40_000 + nth, &format!("/cards/b{nth}"), 150);
    }
    platform.ask("a1", 41_000, "/cards/b30", 150);
    platform.write(
        &["controllers", "units", "objects", "accounts"],
        "sampling = 0.5\n",
        0,
    );
    let rows = table(&platform.answer().join("subjects.csv"));
    let possible = rows
        .iter()
        .find(|row| row["subject"] == "sb30")
        .expect("in the run");
    assert_eq!(
        (&*possible["certainty"], &*possible["accesses"]),
        ("possible", "0")
    );
    platform.done();
}

#[test]
fn how_logs_are_cut_into_files_changes_nothing_but_references() {
    let mut platform = Platform::new("cut", &[('a', 12), ('b', 12), ('c', 12)]);
    platform.ordinary();
    for who in [3, 1, 7, 2, 9] {
        platform.ask(&format!("a{who}"), 40_000 + who, "/cards/b1", 150);
        platform.ask(&format!("c{who}"), 40_100 + who, "/cards/b1", 150);
        platform.ask(
            &format!("c{who}"),
            40_200 + who,
            &format!("/cards/a{who}"),
            150,
        );
    }
    for tables in [&ALL[..], &["controllers", "units", "grants", "accounts"]] {
        platform.write(tables, "", 0);
        let whole = bytes(&platform.answer());
        let lines: Vec<&str> = platform.log.split_inclusive('\n').collect();
        for (part, name) in lines.chunks(lines.len() / 3 + 1).zip(["z", "m", "b"]) {
            fs::write(
                platform.folder.join(format!("logs/{name}.log")),
                part.concat(),
            )
            .unwrap();
        }
        fs::remove_file(platform.folder.join("logs/access.log")).unwrap();
        let cut = bytes(&platform.answer());
        for name in ["z", "m", "b"] {
            fs::remove_file(platform.folder.join(format!("logs/{name}.log"))).unwrap();
        }
        let told = |all: &std::collections::BTreeMap<String, Vec<u8>>, name: &str| {
            all.get(name)
                .map(|content| without_references(&String::from_utf8_lossy(content)))
        };
        let held = [
            "controllers.csv",
            "accounts.csv",
            "subjects.csv",
            "ladder.csv",
            "learned.csv",
            "findings.json",
        ];
        for name in held {
            assert_eq!(told(&whole, name), told(&cut, name), "{name}");
        }
    }
    platform.done();
}

/// A file's text without what names files and places in them.
fn without_references(text: &str) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("logs/") {
        said.push_str(&rest[..at]);
        let end = rest[at..]
            .find([',', ';', '"', '\n'])
            .map_or(rest.len(), |end| at + end);
        rest = &rest[end..];
    }
    said + rest
}
