//! A town of three schools with a platform of any make: who asks for what, and how that is written, is the test's.

use std::fs;
use std::path::PathBuf;

use crate::answer::{Row, fresh, run, scan, table, text};

/// Pupils of each school.
pub const PUPILS: usize = 60;

/// Schools n, s and t of 60 pupils in three classes each; every pupil has an account.
pub struct Town {
    /// Its folder.
    pub folder: PathBuf,
    /// The routes of its case.
    pub routes: String,
    /// Keys of `[case]` and of its source.
    pub keys: (String, String),
    /// How many days, and seconds after which a monitor asks again.
    pub days: u64,
    pub every: usize,
    lines: Vec<(u64, String)>,
    /// The ID of a pupil, by number from 0.
    id: fn(usize) -> String,
    /// How a line tells the account, by its second, the account and the rest of the line.
    line: fn(u64, &str, &str, usize) -> String,
}

/// The account of a pupil.
pub fn account(pupil: usize) -> String {
    format!("u{:05}", pupil * 7919 % 100_000)
}

/// A line of the combined format.
pub fn combined(second: u64, account: &str, target: &str, bytes: usize) -> String {
    let (day, second) = (1 + second / 86_400, second % 86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "10.0.{}.{} - {account} [{day:02}/Mar/2021:{hour:02}:{minute:02}:{second:02} +0000] \"GET {target} HTTP/1.1\" 200 \
         {bytes} \"-\" \"x\"\n",
        bytes % 200,
        bytes % 250,
    )
}

impl Town {
    /// Without a line yet.
    pub fn new(name: &str, id: fn(usize) -> String, routes: &str) -> Town {
        let folder = fresh(&format!("systems-{name}"));
        fs::create_dir_all(folder.join("logs")).unwrap();
        Town {
            folder,
            routes: routes.to_owned(),
            keys: (String::new(), "account = \"remote_user\"".to_owned()),
            days: 5,
            every: 300,
            lines: Vec::new(),
            id,
            line: combined,
        }
    }

    /// With lines that tell the account otherwise.
    pub fn written(mut self, line: fn(u64, &str, &str, usize) -> String) -> Town {
        self.line = line;
        self
    }

    /// A request of an account.
    pub fn ask(&mut self, second: u64, account: &str, target: &str, bytes: usize) {
        self.lines
            .push((second, (self.line)(second, account, target, bytes)));
    }

    /// Some days on which every pupil reads the own class: `list` writes a class's list, `card` a pupil's.
    pub fn ordinary(&mut self, list: impl Fn(usize) -> String, card: impl Fn(&str) -> String) {
        for day in 0..self.days {
            self.day(day, &list, &card);
        }
    }

    /// One of them, at times that nobody could foretell.
    pub fn day(&mut self, day: u64, list: &dyn Fn(usize) -> String, card: &dyn Fn(&str) -> String) {
        for pupil in 0..3 * PUPILS {
            let mixed = (pupil as u64 + 1) * 2_654_435_761 + (day + 1) * 2_654_404_608;
            let second = day * 86_400 + 25_200 + ((mixed % (1 << 32)) >> 5) % 45_000;
            let (own, class) = (account(pupil), pupil / 20);
            self.ask(second, &own, &list(class), 1400 + class);
            for step in 0..3 {
                let other = class * 20 + (pupil * 7 + step * 5 + day as usize) % 20;
                let id = (self.id)(other);
                let at = second + 5 + 4 * step as u64;
                self.ask(at, &own, &card(&id), 400 + other * 3);
            }
        }
    }

    /// The first pupil of school n takes the first 40 of school s, one a second, on the second day.
    pub fn walk(&mut self, card: impl Fn(&str) -> String) {
        for at in 0..40 {
            let id = (self.id)(PUPILS + at);
            let second = 86_400 + 72_000 + at as u64;
            self.ask(second, &account(0), &card(&id), 400 + at * 3);
        }
    }

    /// Writes logs, tables and case.
    pub fn write(&mut self) {
        for second in (0..self.days * 86_400 - 7200).step_by(self.every) {
            let line = combined(second, "-", "/health", 15);
            self.lines.push((second, line));
        }
        self.lines.sort();
        self.lines.dedup();
        let put = |name: &str, text: String| fs::write(self.folder.join(name), text).unwrap();
        let lines = self.lines.iter().map(|(_, line)| line.as_str());
        put("logs/access.log", lines.collect());
        put(
            "controllers.csv",
            "controller,name\nn,N\ns,S\nt,T\n".to_owned(),
        );
        let classes =
            (0..9).map(|class| format!("k{class},{0},{0},k{class},class\n", school(class * 20)));
        let schools = ["n", "s", "t"].map(|one| format!("{one},,{one},{one},school\n"));
        let units: String = schools.into_iter().chain(classes).collect();
        put(
            "units.csv",
            format!("unit,parent,controller,name,kind\n{units}"),
        );
        let all = || 0..3 * PUPILS;
        let rows = |row: &dyn Fn(usize) -> String| all().map(row).collect::<String>();
        let grants = rows(&|at| format!("{},pupil,k{}\n", account(at), at / 20));
        put("grants.csv", format!("account,role,unit\n{grants}"));
        let objects = rows(&|at| format!("{},contact,k{},p{at}\n", (self.id)(at), at / 20));
        put(
            "objects.csv",
            format!("object,kind,unit,subject\n{objects}"),
        );
        let members = rows(&|at| format!("k{},{}\n", at / 20, (self.id)(at)));
        put("members.csv", format!("container,object\n{members}"));
        let sessions = rows(&|at| format!("s{:024x},{}\n", at * 77_777, account(at)));
        put("sessions.csv", format!("session,account\n{sessions}"));
        let (case, source) = &self.keys;
        let tables = [
            "controllers",
            "units",
            "grants",
            "objects",
            "members",
            "sessions",
        ];
        let tables: String = tables
            .map(|one| format!("{one} = \"{one}.csv\"\n"))
            .concat();
        put(
            "case.toml",
            format!(
                "[case]\nid = \"T\"\n{case}\n[[source]]\nname = \"edge\"\nfiles = [\"logs/access.log\"]\nformat = \
                 \"combined\"\n{source}\n{}\n[directory]\n{tables}",
                self.routes
            ),
        );
    }

    /// Writes all and scans a case of the folder.
    pub fn scanned(&mut self, case: &str) -> PathBuf {
        self.write();
        let out = self.folder.join("answer");
        let _ = fs::remove_dir_all(&out);
        scan(&self.folder.join(case), &out, &[]);
        out
    }

    /// How a scan of a case in the folder ends, and what it says; its answer goes into a folder of that name.
    pub fn ends(&self, case: &str, answer: &str) -> (Option<i32>, String) {
        let (case, out) = (self.folder.join(case), self.folder.join(answer));
        let said = run(&["scan", text(&case), "--out", text(&out)]);
        let stderr = String::from_utf8_lossy(&said.stderr);
        (said.status.code(), stderr.into_owned())
    }

    /// Writes all, and gives the case that `init` proposes.
    pub fn proposed(&mut self) -> String {
        self.write();
        let path = self.folder.join("proposed.toml");
        let _ = fs::remove_file(&path);
        let (logs, tables) = (self.folder.join("logs"), text(&self.folder));
        let said = run(&[
            "init",
            text(&logs),
            "--directory",
            tables,
            "--out",
            text(&path),
        ]);
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        fs::read_to_string(path).unwrap()
    }
}

/// The school of a pupil.
fn school(pupil: usize) -> &'static str {
    ["n", "s", "t"][pupil / PUPILS]
}

/// What an answer says of the walk: 40 of school s confirmed, the others excluded, and the first pupil alone accused.
pub fn is_the_walk(out: &std::path::Path) {
    let rows = table(&out.join("controllers.csv"));
    let cells = |row: &Row| {
        [
            "controller",
            "status",
            "subjects_min",
            "subjects_max",
            "reasons",
        ]
        .map(|name| row[name].clone())
    };
    let rows: Vec<[String; 5]> = rows.iter().map(cells).collect();
    let wanted = [
        ["n", "excluded", "0", "0", ""],
        ["s", "confirmed", "40", "40", ""],
        ["t", "excluded", "0", "0", ""],
    ];
    assert_eq!(rows, wanted.map(|row| row.map(str::to_owned)));
    let accounts = table(&out.join("accounts.csv"));
    let accounts: Vec<(&str, &str)> = accounts
        .iter()
        .map(|row| (row["account"].as_str(), row["verdict"].as_str()))
        .collect();
    assert_eq!(accounts, [(account(0).as_str(), "enumeration")]);
}
