//! What people do at three in the morning, in a world of its own: a patients' portal of six hospitals. A nurse walks through
//! case numbers; what a slip in the case, in the tables or in the handling of logs makes of it must be right or be said.

#[path = "newcomer/left_out.rs"]
mod left_out;
#[path = "newcomer/names.rs"]
mod names;
#[path = "newcomer/slips.rs"]
mod slips;
#[path = "newcomer/tables.rs"]
mod tables;

use std::fs;
use std::path::PathBuf;

use crate::answer::{fresh, run, table, text};

/// Hospitals, wards of each, cases of each ward, nurses of each ward.
const HOUSES: usize = 6;
const WARDS: usize = 2;
const CASES: usize = 20;
const NURSES: usize = 4;
/// Case numbers that the walker asks for.
const WALK: usize = 120;

/// The portal's logs by day, its tables and its case, to be changed and written.
pub struct Portal {
    pub folder: PathBuf,
    pub case: String,
    /// Name and text of each table.
    pub tables: Vec<(String, Vec<u8>)>,
    /// Name and lines of each log.
    pub logs: Vec<(String, Vec<String>)>,
}

const CASE: &str = r#"[case]
id = "portal"
timezone = "Europe/Berlin"

[[source]]
name = "portal"
files = ["protokolle/portal-*.log"]
format = "combined"
account = "remote_user"

[[route]]
name = "befund"
path = "/portal/faelle/{fall}/befund"
object = "fall"
discloses = ["name", "diagnose"]
empty_below = 60

[[route]]
name = "liste"
path = "/portal/stationen/{station}/faelle"
container = "station"
discloses = ["name"]
empty_below = 60

[directory]
controllers = "controllers.csv"
units = "units.csv"
grants = "grants.csv"
objects = "objects.csv"
members = "members.csv"
accounts = "accounts.csv"
"#;

/// A case number as the portal writes it: with leading zeros.
pub fn number(at: usize) -> String {
    format!("{:07}", 1200 + at)
}

/// Which ward has which case: spread, so that a walk by number meets them all.
fn ward_of(at: usize) -> usize {
    at * 7 % (HOUSES * WARDS)
}

fn ward(at: usize) -> String {
    format!("H{}-{}", at / WARDS + 1, ["CHIR", "INN"][at % WARDS])
}

/// A line of a day of March 2021, so many seconds after midnight.
pub fn line(who: &str, day: usize, second: usize, target: &str, size: usize) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "10.1.{}.7 - {who} [{day:02}/Mar/2021:{hour:02}:{minute:02}:{second:02} +0100] \"GET {target} HTTP/1.1\" 200 {size} \
         \"-\" \"Mozilla/5.0\"",
        who.len() % 250
    )
}

impl Portal {
    pub fn new(name: &str) -> Portal {
        let wards = HOUSES * WARDS;
        let mut controllers = "controller,name\n".to_owned();
        let mut units = "unit,parent,controller,name,kind\n".to_owned();
        for house in 1..=HOUSES {
            controllers += &format!("H{house},Klinikum {house}\n");
            units += &format!("H{house}-HAUS,,H{house},Klinikum {house},haus\n");
        }
        let (mut grants, mut accounts) = (
            "account,role,unit\n".to_owned(),
            "account,subject,controller,kind\n".to_owned(),
        );
        let mut nurses = Vec::new();
        for at in 0..wards {
            let house = at / WARDS + 1;
            units += &format!("{},H{house}-HAUS,,Station,station\n", ward(at));
            for nurse in 0..NURSES {
                let account = format!("pflege{:03}", at * NURSES + nurse);
                grants += &format!("{account},pflege,{}\n", ward(at));
                accounts += &format!("{account},,H{house},person\n");
                nurses.push((account, at));
            }
        }
        let mut objects = "object,kind,unit,subject,protected,child\n".to_owned();
        let mut members = "container,object\n".to_owned();
        for at in 0..wards * CASES {
            let (id, unit) = (number(at), ward(ward_of(at)));
            let (protected, child) = (at % 50 == 7, at % 5 == 0);
            objects += &format!("{id},fall,{unit},P{at},{protected},{child}\n");
            members += &format!("{unit},{id}\n");
        }
        let mut logs = Vec::new();
        for day in 1..=5 {
            let mut lines = Vec::new();
            for (index, (nurse, own)) in nurses.iter().enumerate() {
                // Nobody comes at fixed times: lines at even distances would be a job's, and its silence a hole.
                let start =
                    6 * 3600 + (index * 7_919 + day * 10_007 + index * index * day * 613) % 30_000;
                let list = format!("/portal/stationen/{}/faelle", ward(*own));
                lines.push((start, line(nurse, day, start, &list, 1780)));
                let mine: Vec<usize> = (0..wards * CASES)
                    .filter(|at| ward_of(*at) == *own)
                    .collect();
                for step in 0..5 {
                    let at = mine[(index * 3 + day * 5 + step * 7) % mine.len()];
                    let second = start + 20 + step * (23 + (index * day * 7) % 61);
                    lines.push((second, card(nurse, day, second, at)));
                }
            }
            if day == 3 {
                let walk = (0..WALK).map(|at| {
                    let second = 7200 + at * 3;
                    (second, card("pflege009", day, second, at))
                });
                lines.extend(walk);
            }
            lines.sort();
            let lines = lines.into_iter().map(|(_, line)| line).collect();
            logs.push((format!("portal-2021-03-{day:02}.log"), lines));
        }
        let tables = [
            ("controllers", controllers),
            ("units", units),
            ("grants", grants),
            ("accounts", accounts),
            ("objects", objects),
            ("members", members),
        ];
        Portal {
            folder: fresh(&format!("newcomer-{name}")),
            case: CASE.to_owned(),
            tables: tables
                .into_iter()
                .map(|(name, rows)| (format!("{name}.csv"), rows.into_bytes()))
                .collect(),
            logs,
        }
    }

    /// Changes the text of a table.
    pub fn table(&mut self, name: &str, change: impl Fn(&str) -> Vec<u8>) {
        let found = self.tables.iter_mut().find(|(own, _)| own == name);
        let (_, rows) = found.expect("a table of the portal");
        *rows = change(std::str::from_utf8(rows).expect("text"));
    }

    /// Changes every line of the logs.
    pub fn lines(&mut self, change: impl Fn(&str) -> String) {
        for line in self.logs.iter_mut().flat_map(|(_, lines)| lines) {
            *line = change(line);
        }
    }

    /// Changes the case.
    pub fn rewrite(&mut self, from: &str, to: &str) {
        assert!(self.case.contains(from), "{}", self.case);
        self.case = self.case.replace(from, to);
    }

    pub fn write(&self) {
        let _ = fs::remove_dir_all(&self.folder);
        fs::create_dir_all(self.folder.join("protokolle")).unwrap();
        fs::write(self.folder.join("case.toml"), &self.case).unwrap();
        for (name, rows) in &self.tables {
            fs::write(self.folder.join(name), rows).unwrap();
        }
        for (name, lines) in &self.logs {
            fs::write(
                self.folder.join("protokolle").join(name),
                lines.join("\n") + "\n",
            )
            .unwrap();
        }
    }

    /// Exit code of a scan, and what it said on stderr and on the screen.
    pub fn tried(&self) -> (i32, String, String) {
        self.write();
        let (case, out) = (self.folder.join("case.toml"), self.folder.join("answer"));
        let output = run(&["scan", text(&case), "--out", text(&out)]);
        let words = |bytes: &[u8]| {
            let said = String::from_utf8_lossy(bytes);
            said.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        (
            output.status.code().unwrap(),
            words(&output.stderr),
            words(&output.stdout),
        )
    }

    /// The screen of a scan that must succeed.
    pub fn scanned(&self) -> String {
        let (code, stderr, screen) = self.tried();
        assert_eq!((code, &*stderr), (0, ""));
        screen
    }

    /// What was refused, which must be so.
    pub fn refused(&self) -> String {
        let (code, stderr, _) = self.tried();
        assert_eq!(code, 2, "{stderr}");
        assert!(!self.folder.join("answer").exists());
        stderr
    }

    /// Status, least and most of each controller.
    pub fn controllers(&self) -> Vec<(String, String, String)> {
        let rows = table(&self.folder.join("answer/controllers.csv"));
        let cell = |row: &crate::answer::Row, key: &str| row[key].clone();
        rows.iter()
            .map(|row| {
                (
                    cell(row, "status"),
                    cell(row, "subjects_min"),
                    cell(row, "subjects_max"),
                )
            })
            .collect()
    }

    pub fn gone(self) {
        fs::remove_dir_all(&self.folder).unwrap();
    }
}

/// A nurse opens a case; sizes differ as people do.
fn card(who: &str, day: usize, second: usize, at: usize) -> String {
    let size = 400 + at * 37 % 500;
    line(
        who,
        day,
        second,
        &format!("/portal/faelle/{}/befund", number(at)),
        size,
    )
}

/// The world as it is: the walk is found, all six hospitals are affected, the bounds meet, nothing is remarked.
#[test]
fn the_walk_is_found_when_nobody_slips() {
    let portal = Portal::new("whole");
    let screen = portal.scanned();
    assert!(screen.contains("pflege009 enumeration"), "{screen}");
    assert!(!screen.contains("Note"), "{screen}");
    let rows = portal.controllers();
    assert_eq!(rows.len(), HOUSES);
    assert!(
        rows.iter()
            .all(|(status, min, max)| status == "confirmed" && min == max)
    );
    portal.gone();
}
