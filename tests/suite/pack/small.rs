//! A platform of three controllers: an account of the third took contacts of the other two. IDs are as short as figures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::answer::{fresh, run, scan, text};

/// The case, to be written when it is packed.
pub struct Small {
    pub folder: PathBuf,
    pub controllers: Vec<String>,
    pub units: Vec<String>,
    pub objects: Vec<String>,
    log: Vec<String>,
}

const CASE: &str = r#"[case]
id = "small"
period = { from = "2021-03-04T00:00:00Z", until = "2021-03-05T00:00:00Z" }

[[source]]
name = "edge"
files = ["logs/access.log"]
format = "combined"

[[route]]
name = "contact"
path = "/contacts/{contact}"
object = "contact"
discloses = ["name", "email?"]

[[route]]
name = "batch"
path = "/contacts"
object = "ids"
discloses = ["name"]

[[route]]
name = "book"
path = "/books/{book}"
container = "book"
page = { query = "page", first = 1, size = 2 }
discloses = ["name"]

[directory]
controllers = "controllers.csv"
units = "units.csv"
grants = "grants.csv"
objects = "objects.csv"
members = "members.csv"
accounts = "accounts.csv"
"#;

impl Small {
    pub fn new(name: &str) -> Small {
        let owned = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect();
        let mut small = Small {
            folder: fresh(&format!("pack-{name}")),
            controllers: owned(&["A,Alfa", "B,Beta", "C,Gamma"]),
            units: owned(&[
                "U-a,,A,unit,school",
                "U-b,,B,unit,school",
                "U-c,,C,unit,school",
            ]),
            objects: owned(&[
                "7,contact,U-a,s-anna,false,true",
                "8,contact,U-a,s-arne,false,true",
                "9,contact,U-a,s-asa,true,true",
                "17,contact,U-b,s-bo,false,false",
                "200,contact,U-b,s-bea,false,true",
                "2021,contact,U-c,s-cia,false,true",
                "4,contact,U-c,s-cai,false,true",
                "11,contact,U-c,s-cleo,false,true",
            ]),
            log: Vec::new(),
        };
        // A day of ordinary use, so that no hour looks silent.
        for at in 0..288 {
            small.line("carl.ek", at * 300, "/contacts/4", "Firefox/1.0", "-");
        }
        small.ask(30_000, "/contacts/7");
        small.ask(30_060, "/contacts/17");
        small.ask(30_120, "/contacts?ids=7,200,9,5555,17");
        small.ask(30_180, "/contacts/9");
        small.ask(30_240, "/contacts/200");
        small.ask(30_300, "/contacts/8?trace=17&for=s-bo");
        small.ask(30_360, "/books/60?page=1");
        small.ask(30_420, "/books/61?page=1");
        small
    }

    /// A request of the account that took them; its browser and the page before name persons.
    pub fn ask(&mut self, second: u32, target: &str) {
        let (agent, referer) = (
            "Firefox/17 (s-bo; s-anna)",
            "https://school.example/contacts/200?by=eve.ek",
        );
        self.line("eve.ek", second, target, agent, referer);
    }

    fn line(&mut self, account: &str, second: u32, target: &str, agent: &str, referer: &str) {
        let client = match account {
            "eve.ek" => "10.9.8.7",
            _ => "10.0.0.4",
        };
        let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
        self.log.push(format!(
            "{client} - {account} [04/Mar/2021:{h:02}:{m:02}:{s:02} +0000] \"GET {target} HTTP/1.1\" 200 433 \"{referer}\" \"{agent}\""
        ));
    }

    /// Takes a text out of the log.
    pub fn forget(&mut self, text: &str) {
        for line in &mut self.log {
            *line = line.replace(text, "");
        }
    }

    pub fn case(&self) -> PathBuf {
        self.folder.join("case.toml")
    }

    fn write(&self) {
        let put = |name: &str, header: &str, rows: &[String]| {
            fs::write(
                self.folder.join(name),
                format!("{header}\n{}\n", rows.join("\n")),
            )
            .unwrap();
        };
        fs::create_dir_all(self.folder.join("logs")).unwrap();
        fs::write(self.case(), CASE).unwrap();
        put("controllers.csv", "controller,name", &self.controllers);
        put("units.csv", "unit,parent,controller,name,kind", &self.units);
        put(
            "objects.csv",
            "object,kind,unit,subject,protected,child",
            &self.objects,
        );
        let owned =
            |rows: &[&str]| -> Vec<String> { rows.iter().map(|row| (*row).to_owned()).collect() };
        put(
            "grants.csv",
            "account,role,unit,protected",
            &owned(&["carl.ek,pupil,U-c,false", "eve.ek,pupil,U-c,false"]),
        );
        put(
            "members.csv",
            "container,object",
            &owned(&["60,7", "60,8", "61,17", "61,7"]),
        );
        put(
            "accounts.csv",
            "account,subject,controller",
            &owned(&["carl.ek,s-cai,C", "eve.ek,s-cia,C", "bea.b,s-bea,B"]),
        );
        let mut lines: Vec<&String> = self.log.iter().collect();
        lines.sort_by_key(|line| line[line.find('[').unwrap()..].to_owned());
        let lines: Vec<String> = lines.into_iter().cloned().collect();
        fs::write(
            self.folder.join("logs/access.log"),
            format!("{}\n", lines.join("\n")),
        )
        .unwrap();
    }

    /// Scans the case once.
    pub fn scanned(&self) -> PathBuf {
        let answer = self.folder.join("answer");
        if !answer.exists() {
            self.write();
            scan(&self.case(), &answer, &["--quiet"]);
        }
        answer
    }

    pub fn pack(&self, out: &Path, flags: &[&str]) -> Output {
        let (answer, case) = (self.scanned(), self.case());
        let mut args = vec![
            "pack",
            text(&answer),
            "--case",
            text(&case),
            "--out",
            text(out),
        ];
        args.extend(flags);
        run(&args)
    }

    /// Packs into a folder of that name, and expects it to succeed.
    pub fn packed(&self, name: &str, flags: &[&str]) -> PathBuf {
        let out = self.folder.join(name);
        let output = self.pack(&out, flags);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        assert_eq!(stderr, "");
        out
    }
}
