//! What a supervisory authority's clerk found who reads what comes after a scan: pages, packs, forms, screens and statements,
//! held against small towns whose truth is known. Detection and bounds are left to others.

#[path = "clerk/packs.rs"]
mod packs;
#[path = "clerk/said.rs"]
mod said;
#[path = "clerk/unmarked.rs"]
mod unmarked;
#[path = "clerk/usage.rs"]
mod usage;

use std::fs;
use std::path::{Path, PathBuf};

use crate::answer::{fresh, run, scan, succeed, table, text};

/// Two municipalities of ten pupils each, cards 4101… and 4201… . Kari, of the first, may see the first.
pub(super) struct Town {
    pub(super) folder: PathBuf,
    /// Columns of `objects` behind its subject.
    pub(super) columns: &'static str,
    /// What stands there for each pupil.
    pub(super) cells: &'static str,
    /// Further rows of `objects`.
    pub(super) objects: Vec<String>,
    /// How a line is written: `combined`, or a pattern with the account alone.
    pub(super) bare: bool,
    log: Vec<(u32, String, u32)>,
}

impl Town {
    pub(super) fn new(name: &str) -> Town {
        let mut town = Town {
            folder: fresh(&format!("clerk-{name}")),
            columns: ",protected,child,from,until",
            cells: ",false,true,,",
            objects: Vec::new(),
            bare: false,
            log: Vec::new(),
        };
        // A day of ordinary use, so that no hour looks silent.
        for at in 0..480 {
            town.ask(
                at * 180,
                &format!("kari.n /karte/41{:02}", 1 + at % 10),
                200,
            );
        }
        town
    }

    /// A request: account and target.
    pub(super) fn ask(&mut self, second: u32, what: &str, status: u32) {
        self.log.push((second, what.to_owned(), status));
    }

    /// Takes the lines of a time out.
    pub(super) fn lose(&mut self, from: u32, until: u32) {
        self.log.retain(|(at, ..)| !(from..until).contains(at));
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let mut log = self.log.clone();
        log.sort();
        let line = |(at, what, status): &(u32, String, u32)| {
            let (account, target) = what.split_once(' ').unwrap();
            let (h, m, s) = (at / 3600, at / 60 % 60, at % 60);
            let when = format!("[05/Feb/2024:{h:02}:{m:02}:{s:02} +0000]");
            let size = if *status == 200 { 433 } else { 0 };
            let request = format!("{when} \"GET {target} HTTP/1.1\" {status} {size}");
            match self.bare {
                true => format!("{account} {request}"),
                false => format!("10.4.0.9 - {account} {request} \"-\" \"Fx/3\""),
            }
        };
        log.iter().map(line).collect()
    }

    pub(super) fn case(&self) -> PathBuf {
        let put = |name: &str, content: &str| fs::write(self.folder.join(name), content).unwrap();
        fs::create_dir_all(self.folder.join("protokoll")).unwrap();
        put("protokoll/web.log", &(self.lines().join("\n") + "\n"));
        put(
            "controllers.csv",
            "controller,name\nnord,Amt Nord\nost,Østby kommune\n",
        );
        put(
            "units.csv",
            "unit,parent,controller,name,kind\nun,,nord,Nord,schule\nuo,,ost,Ost,schule\n",
        );
        put(
            "grants.csv",
            "account,role,unit\nkari.n,lehrerin,un\nolaf.o,lehrer,uo\n",
        );
        put(
            "accounts.csv",
            "account,subject,controller,kind\nkari.n,pk-kari,nord,person\nolaf.o,pk-olaf,ost,person\n",
        );
        let mut objects = format!("object,kind,unit,subject{}\n", self.columns);
        for (place, unit) in [(1, "un"), (2, "uo")] {
            for n in 1..=10 {
                objects += &format!(
                    "4{place}{n:02},karte,{unit},kind-{place}{n:02}{}\n",
                    self.cells
                );
            }
        }
        objects += &self.objects.join("");
        put("objects.csv", &objects);
        let format = match self.bare {
            true => "pattern = '$remote_user [$time_local] \"$request\" $status $body_bytes_sent'",
            false => "format = \"combined\"",
        };
        put("case.toml", &CASE.replace("FORMAT", format));
        self.folder.join("case.toml")
    }

    /// Scans it; gives the answer's folder.
    pub(super) fn answered(&self) -> PathBuf {
        let out = self.folder.join("answer");
        scan(&self.case(), &out, &["--quiet"]);
        out
    }

    /// One of the answer's renderings.
    pub(super) fn rendered(&self, name: &str, flags: &[&str]) -> PathBuf {
        let out = self.folder.join(name);
        let answer = self.folder.join("answer");
        succeed(&[&["report", text(&answer), "--out", text(&out)], flags].concat());
        out
    }

    pub(super) fn packed(&self) -> PathBuf {
        let (answer, packs) = (self.folder.join("answer"), self.folder.join("packs"));
        let case = self.folder.join("case.toml");
        succeed(&[
            "pack",
            text(&answer),
            "--case",
            text(&case),
            "--out",
            text(&packs),
        ]);
        packs
    }
}

const CASE: &str = r#"[case]
id = "LfD-7"
title = "Klassenkarten"
period = { from = "2024-02-05T00:00:00Z", until = "2024-02-06T00:00:00Z" }

[[source]]
name = "portal"
files = ["protokoll/web.log"]
FORMAT

[[route]]
name = "karte"
path = "/karte/{karte}"
object = "karte"
discloses = ["name"]
empty_below = 60

[directory]
controllers = "controllers.csv"
units = "units.csv"
grants = "grants.csv"
objects = "objects.csv"
accounts = "accounts.csv"
"#;

pub(super) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every file below a folder, or the file itself, as text; bytes that are none are left out.
pub(super) fn all_text(path: &Path) -> String {
    if path.is_dir() {
        let mut files: Vec<PathBuf> = fs::read_dir(path)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        files.sort();
        return files.iter().map(|file| all_text(file)).collect();
    }
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// A person whom a row of another date, or of another object, protects is one everywhere.
#[test]
fn a_person_whom_any_row_protects_is_named_in_no_wide_output() {
    let mut town = Town::new("protected-elsewhere");
    // By another object in another municipality; later; and long before.
    town.objects
        .push("akte-1,akte,un,kind-203,true,true,,\n".to_owned());
    town.objects
        .push("4204,karte,uo,kind-204,true,true,2030-01-01T00:00:00Z,\n".to_owned());
    town.objects
        .push("4205,karte,uo,kind-205,true,true,,2001-01-01T00:00:00Z\n".to_owned());
    for n in 1..=8 {
        town.ask(40_000 + n * 7, &format!("kari.n /karte/42{n:02}"), 200);
    }
    let out = town.answered();
    let subjects = table(&out.join("subjects.csv"));
    let ever = |row: &&crate::answer::Row| row["protected_ever"] == "true";
    let mut found: Vec<&str> = subjects
        .iter()
        .filter(ever)
        .map(|row| &*row["subject"])
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["kind-203", "kind-204", "kind-205"]);
    // At the time of the access nobody was: the counts of those days stay.
    assert!(
        subjects.iter().all(|row| row["protected"] == "false"),
        "{subjects:?}"
    );
    let mut outputs = vec![out.join("report.html")];
    for lang in ["en", "sv", "da"] {
        outputs.push(town.rendered(&format!("page-{lang}.html"), &["--lang", lang]));
    }
    for form in ["imy-23", "art-33-3", "edpb"] {
        outputs.push(town.rendered(&format!("{form}.md"), &["--answers", form]));
    }
    outputs.push(town.rendered("tables", &["--format", "csv"]));
    outputs.push(town.rendered("all.json", &["--format", "json"]));
    outputs.push(town.packed());
    for output in &outputs {
        let told = all_text(output);
        for hidden in [
            "kind-203",
            "kind-204",
            "kind-205",
            "\"4203\"",
            "/karte/4204",
            "\"4205\"",
        ] {
            assert!(!told.contains(hidden), "{hidden} in {}", output.display());
        }
        let ordinary = !output.ends_with("imy-23.md") && !output.ends_with("art-33-3.md");
        if ordinary && !output.ends_with("edpb.md") {
            assert!(told.contains("kind-202"), "{}", output.display());
        }
    }
    let case = town.folder.join("case.toml");
    succeed(&["verify", text(&out), "--case", text(&case)]);
    // A row that says otherwise is found.
    let path = out.join("subjects.csv");
    let forged = read(&path).replacen(",kari.n,true", ",kari.n,false", 1);
    fs::write(&path, forged).unwrap();
    let told = run(&["verify", text(&out), "--case", text(&case)]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("protected_ever: there stands \"false\", found was \"true\""),
        "{told}"
    );
}

/// Where all who were disclosed are protected, the page does not say that nobody was.
#[test]
fn a_page_that_lists_nobody_says_whether_anybody_is_left_out() {
    let mut town = Town::new("only-protected");
    town.objects
        .push("akte-9,akte,uo,kind-207,true,true,,\n".to_owned());
    town.ask(40_000, "kari.n /karte/4207", 200);
    let out = town.answered();
    let page = read(&out.join("report.html"));
    assert!(
        page.contains("\"hidden\":true"),
        "the page knows that somebody is left out"
    );
    assert!(!page.contains("kind-207"));
    let none = Town::new("none-at-all");
    let page = read(&none.answered().join("report.html"));
    assert!(page.contains("\"hidden\":false"));
}
