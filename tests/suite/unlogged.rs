//! What logs cannot show, by the walks, the owners and the routes in them: lines that were taken out and left no silence that
//! anybody would miss, tables that show one day, and bodies that are not what the case takes them for.

mod bodies;
mod forged;
mod holes;
mod one_day;

use std::fs;
use std::path::{Path, PathBuf};

use crate::answer::{case_of, fresh, json, scan};
use crate::bounds::controller;

/// Days of the logs, from Monday, 1 March 2021, and accounts of each school's class.
const DAYS: u64 = 14;
const PEOPLE: u64 = 12;
const SCHOOLS: [&str; 3] = ["n", "s", "t"];
/// Seconds of a minute, an hour and a day.
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A request at a second of the logs.
struct Request {
    at: u64,
    account: String,
    target: String,
    status: u16,
    bytes: u64,
}

/// Three schools of 100 pupils, n1…, s1…, t1…, each with a list of all, and twelve accounts each that see their own; the
/// first of them asks for nothing by itself.
struct World {
    folder: PathBuf,
    requests: Vec<Request>,
    /// `empty_below` of lists and cards.
    limits: [Option<u64>; 2],
    /// A key of `[case]`.
    period: String,
}

/// A number with no order in it.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn size(pupil: u64) -> u64 {
    400 + pupil * 7 % 97
}

fn list_size(school: &str, page: u64) -> u64 {
    3000 + u64::from(school.as_bytes()[0]) % 7 * 31 + page * 13
}

impl World {
    /// From `hours` of each day somebody asks for a pupil of the own school each minute, and for its list now and then.
    fn new(name: &str, hours: std::ops::Range<u64>) -> World {
        let mut world = World {
            folder: fresh(&format!("unlogged-{name}")),
            requests: Vec::new(),
            limits: [Some(60), Some(60)],
            period: String::new(),
        };
        for minute in 0..DAYS * DAY / MINUTE {
            let at = minute * MINUTE + minute * 17 % 60;
            if !hours.contains(&(at % DAY / HOUR)) {
                continue;
            }
            // What is asked for next has no order, so that nobody's day looks like a walk.
            let chance = mixed(minute + 1);
            let school = SCHOOLS[(chance % 3) as usize];
            let who = format!("{school}p{}", 1 + chance / 3 % (PEOPLE - 1));
            match chance / 64 % 8 {
                0 => world.list(at, &who, school, 1),
                _ => world.card(at, &who, &format!("{school}{}", 1 + chance / 512 % 100)),
            }
        }
        world
    }

    fn ask(&mut self, at: u64, account: &str, target: String, (status, bytes): (u16, u64)) {
        self.requests.push(Request {
            at,
            account: account.to_owned(),
            target,
            status,
            bytes,
        });
    }

    fn card(&mut self, at: u64, account: &str, pupil: &str) {
        let number: u64 = pupil[1..].parse().unwrap();
        self.ask(at, account, format!("/cards/{pupil}"), (200, size(number)));
    }

    fn list(&mut self, at: u64, account: &str, school: &str, page: u64) {
        let target = format!("/lists/l{school}?page={page}");
        self.ask(at, account, target, (200, list_size(school, page)));
    }

    /// A walk over pupils, one each so many seconds.
    fn walk(&mut self, at: u64, each: u64, pupils: impl IntoIterator<Item = String>) {
        for (step, pupil) in (0..).zip(pupils) {
            self.card(at + step * each, "np0", &pupil);
        }
    }

    /// Writes everything and scans it.
    fn scanned(&mut self) -> PathBuf {
        self.requests.sort_by_key(|request| request.at);
        let lines = self.requests.iter().map(|request| {
            let (day, rest) = (request.at / DAY + 1, request.at % DAY);
            let (hour, minute, second) = (rest / HOUR, rest / MINUTE % 60, rest % 60);
            let client = request.account.bytes().map(u64::from).sum::<u64>() % 250;
            format!(
                "10.0.0.{client} - {} [{day:02}/Mar/2021:{hour:02}:{minute:02}:{second:02} +0000] \"GET {} HTTP/1.1\" {} {} \
                 \"-\" \"x\"\n",
                request.account, request.target, request.status, request.bytes
            )
        });
        fs::create_dir_all(self.folder.join("logs")).unwrap();
        let put = |name: &str, text: String| fs::write(self.folder.join(name), text).unwrap();
        put("logs/access.log", lines.collect());
        let each = |row: fn(&str) -> String| SCHOOLS.map(row).concat();
        let controllers = each(|school| format!("{school},{}\n", school.to_uppercase()));
        put("controllers.csv", format!("controller,name\n{controllers}"));
        let units = each(|school| format!("{school},,{school},{school},school\n"));
        put(
            "units.csv",
            format!("unit,parent,controller,name,kind\n{units}"),
        );
        let grants = each(|school| {
            let rows = (0..PEOPLE).map(|who| format!("{school}p{who},pupil,{school}\n"));
            rows.collect()
        });
        put("grants.csv", format!("account,role,unit\n{grants}"));
        let objects = each(|school| {
            let rows = (1..=100).map(|at| format!("{school}{at},card,{school},x{school}{at}\n"));
            rows.collect()
        });
        put(
            "objects.csv",
            format!("object,kind,unit,subject\n{objects}"),
        );
        let members = each(|school| {
            let rows = (1..=100).map(|at| format!("l{school},{school}{at}\n"));
            rows.collect()
        });
        put("members.csv", format!("container,object\n{members}"));
        let limit = |at: usize| {
            let limit = self.limits[at];
            limit.map_or(String::new(), |bytes| format!("empty_below = {bytes}"))
        };
        let routes = format!(
            "[[route]]\nname = \"list\"\npath = \"/lists/{{list}}\"\ncontainer = \"list\"\npage = {{ query = \"page\", \
             first = 1, size = 50 }}\ndiscloses = [\"name\"]\n{}\n[[route]]\nname = \"card\"\npath = \"/cards/{{card}}\"\n\
             object = \"card\"\ndiscloses = [\"name\"]\n{}\n",
            limit(0),
            limit(1)
        );
        let tables = ["controllers", "units", "grants", "objects", "members"];
        put("case.toml", case_of(&self.period, &routes, &tables));
        let out = self.folder.join("answer");
        let _ = fs::remove_dir_all(&out);
        scan(&self.folder.join("case.toml"), &out, &[]);
        out
    }

    /// Scans, and lets the folder go.
    fn judged(mut self) -> Found {
        let out = self.scanned();
        let found = Found::of(&out);
        fs::remove_dir_all(&self.folder).unwrap();
        found
    }
}

/// What is looked at in an answer.
struct Found {
    /// Of each school: status, reasons, subjects_min, subjects_max.
    schools: [[String; 4]; 3],
    doubts: String,
}

impl Found {
    fn of(out: &Path) -> Found {
        let columns = ["status", "reasons", "subjects_min", "subjects_max"];
        let findings = json(&out.join("findings.json"));
        let doubts = findings["doubts"].as_array().unwrap().iter();
        let doubts = doubts.map(|doubt| format!("{}: {}\n", doubt["reason"], doubt["basis"]));
        Found {
            schools: SCHOOLS.map(|school| {
                let row = controller(out, school);
                columns.map(|column| row[column].clone())
            }),
            doubts: doubts.collect(),
        }
    }

    /// Status and reasons of the third school, which no walk here touches.
    fn third(&self) -> (&str, &str) {
        (&self.schools[2][0], &self.schools[2][1])
    }
}
