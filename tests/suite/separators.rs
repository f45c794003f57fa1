//! What separates honest work beyond the tables from a walk: one platform, the same few dozen cards taken in different
//! ways, and the verdict that each way gets. The platform is written here, by hand; nothing of `synth` is used.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use crate::answer::{case_of, fresh, scan, verdicts};

const TENANTS: usize = 16;
const CLASSES: usize = 2;
const PUPILS: usize = 20;
const DAY: i64 = 86_400;

const TABLES: [&str; 5] = ["controllers", "units", "grants", "objects", "members"];

/// A card's ID: no order to follow.
fn card(tenant: usize, class: usize, pupil: usize) -> String {
    let number = ((tenant * CLASSES + class) * PUPILS + pupil) as u64 + 1;
    format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn list(tenant: usize, class: usize) -> String {
    format!("class-{tenant}-{class}")
}

/// Requests of a platform: account, second, path.
#[derive(Default)]
struct Platform {
    requests: Vec<(i64, String, String)>,
    grants: String,
}

impl Platform {
    fn ask(&mut self, account: &str, at: i64, path: String) {
        self.requests.push((at, account.to_owned(), path));
    }

    fn card(&mut self, account: &str, at: i64, (tenant, class, pupil): (usize, usize, usize)) {
        self.ask(
            account,
            at,
            format!("/cards/{}", card(tenant, class, pupil)),
        );
    }

    fn list(&mut self, account: &str, at: i64, (tenant, class): (usize, usize)) {
        self.ask(account, at, format!("/lists/{}", list(tenant, class)));
    }

    fn grant(&mut self, account: &str, role: &str, unit: &str, until: &str) {
        let _ = writeln!(self.grants, "{account},{role},{unit},,{until}");
    }

    /// Pupils who open their class and look at some of it, and teachers of whole schools: what lists lead to.
    fn life(&mut self) {
        for tenant in 0..TENANTS {
            for pupil in 0..12 {
                let (name, class) = (format!("pupil{tenant}-{pupil}"), pupil % CLASSES);
                self.grant(&name, "pupil", &format!("t{tenant}c{class}"), "");
                for day in [1, 9, 17] {
                    let at = day * DAY + 30_000 + (pupil * 613) as i64;
                    self.list(&name, at, (tenant, class));
                    self.card(
                        &name,
                        at + 40,
                        (tenant, class, (pupil + day as usize) % PUPILS),
                    );
                    self.card(&name, at + 95, (tenant, class, (pupil * 3 + 1) % PUPILS));
                }
            }
            let name = format!("teacher{tenant}");
            self.grant(&name, "teacher", &format!("t{tenant}"), "");
            self.at_work(&name, tenant);
        }
    }

    /// An ordinary day now and then, to the end of the logs.
    fn at_work(&mut self, name: &str, tenant: usize) {
        for day in [2, 11, 26] {
            self.list(name, day * DAY + 29_000, (tenant, 0));
            self.card(name, day * DAY + 29_060, (tenant, 0, 3));
        }
    }

    fn write(mut self, name: &str) -> std::path::PathBuf {
        let folder = fresh(name);
        self.requests.sort();
        let mut log = String::new();
        for (at, account, path) in &self.requests {
            let stamp = chrono::DateTime::from_timestamp(1_614_556_800 + at, 0)
                .expect("a time")
                .format("%d/%b/%Y:%H:%M:%S +0000");
            let _ = writeln!(
                log,
                "10.0.0.9 - {account} [{stamp}] \"GET {path} HTTP/1.1\" 200 {} \"-\" \"app\"",
                400 + path.len()
            );
        }
        let (mut units, mut objects) = (
            "unit,parent,controller,name,kind\n".to_owned(),
            String::new(),
        );
        let (mut members, mut controllers) = (String::new(), "controller,name\n".to_owned());
        for tenant in 0..TENANTS {
            let _ = writeln!(controllers, "k{tenant},K {tenant}");
            let _ = writeln!(units, "t{tenant},,k{tenant},T,school");
            for class in 0..CLASSES {
                let _ = writeln!(units, "t{tenant}c{class},t{tenant},,C,class");
                for pupil in 0..PUPILS {
                    let id = card(tenant, class, pupil);
                    let _ = writeln!(objects, "{id},contact,t{tenant}c{class},s{id}");
                    let _ = writeln!(members, "{},{id}", list(tenant, class));
                }
            }
        }
        let files = [
            ("logs/access.log", log),
            ("controllers.csv", controllers),
            ("units.csv", units),
            (
                "objects.csv",
                format!("object,kind,unit,subject\n{objects}"),
            ),
            ("members.csv", format!("container,object\n{members}")),
            (
                "grants.csv",
                format!("account,role,unit,from,until\n{}", self.grants),
            ),
            ("case.toml", case_of("", ROUTES, &TABLES)),
        ];
        fs::create_dir_all(folder.join("logs")).expect("a folder");
        for (file, content) in files {
            fs::write(folder.join(file), content).expect("writable");
        }
        folder
    }
}

const ROUTES: &str = r#"[[route]]
name = "card"
path = "/cards/{card}"
object = "card"
discloses = ["name"]
[[route]]
name = "list"
path = "/lists/{list}"
container = "list"
discloses = ["name"]
"#;

fn judged(platform: Platform, name: &str) -> BTreeMap<String, String> {
    let folder = platform.write(name);
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    verdicts(&out)
}

/// Work that no table lists: it is told as overreach, and accuses nobody of a system.
#[test]
fn work_elsewhere_is_no_enumeration() {
    let mut platform = Platform::default();
    platform.life();
    // Six days in six schools: the class list, then cards of it, minutes apart.
    for day in 0..6 {
        let (at, there) = ((4 + day as i64) * DAY + 28_800, (3 + day, day % CLASSES));
        platform.list("teacher0", at, there);
        for pupil in 0..9 {
            platform.card(
                "teacher0",
                at + 300 * (pupil as i64 + 1),
                (there.0, there.1, pupil * 2),
            );
        }
    }
    // A sports day: by name, without a list; one school a day, and all of them again a week later.
    for school in 0..5 {
        for pupil in 0..6 {
            let who = (2 + school, pupil % CLASSES, pupil * 3);
            let at = (3 + school as i64) * DAY + 30_000 + 50 * pupil as i64;
            platform.card("teacher1", at, who);
            platform.card(
                "teacher1",
                16 * DAY + 30_000 + 60 * (school * 6 + pupil) as i64,
                who,
            );
        }
    }
    // A newsletter: the same links, opened in one go by a dozen people of a dozen roles, so that no habit of a role helps.
    for reader in 2..15 {
        let name = format!("reader{reader}");
        platform.grant(&name, &format!("office{reader}"), &format!("t{reader}"), "");
        platform.at_work(&name, reader);
        for link in 0..14 {
            let at = 20 * DAY + 31_000 + 7 * link as i64 + 400 * reader as i64;
            platform.card(&name, at, (link % TENANTS, 1, 7));
        }
    }
    let verdicts = judged(platform, "separators-work");
    let readers = (2..15).map(|reader| format!("reader{reader}"));
    for name in ["teacher0".to_owned(), "teacher1".to_owned()]
        .into_iter()
        .chain(readers)
    {
        assert_eq!(
            verdicts.get(&name).map(String::as_str),
            Some("overreach"),
            "{name}"
        );
    }
}

/// The same number of cards without what makes it work: nobody sent the account there.
#[test]
fn walks_are_called_what_they_are() {
    let mut platform = Platform::default();
    platform.life();
    let anywhere = |n: usize| {
        let at = n * 37 % ((TENANTS - 1) * CLASSES * PUPILS);
        (
            1 + at / (CLASSES * PUPILS),
            at / PUPILS % CLASSES,
            at % PUPILS,
        )
    };
    // A pupil opens three foreign classes and asks for their cards: pupils substitute nowhere.
    for class in 0..3 {
        let at = 5 * DAY + 40_000 + 200 * class as i64;
        platform.list("pupil0-0", at, (4 + class, 0));
        for pupil in 0..9 {
            platform.card(
                "pupil0-0",
                at + 15 * (pupil as i64 + 1),
                (4 + class, 0, pupil),
            );
        }
    }
    // One card an hour that no list had shown, each once.
    for n in 0..22 {
        platform.card("pupil0-1", 6 * DAY + 3_600 * n as i64, anywhere(n));
    }
    // Six accounts of one role with 25 cards each do not make each other common.
    for n in 0..150 {
        platform.card(
            &format!("pupil0-{}", 2 + n % 6),
            8 * DAY + 3 * n as i64,
            anywhere(n),
        );
    }
    // Seven lists of seven tenants, seven requests.
    for tenant in 1..8 {
        platform.list("pupil0-8", 10 * DAY + 2 * tenant as i64, (tenant, 1));
    }
    // Somebody who has left carries off the old school, card by card, at the pace of a person.
    platform.grant("left", "teacher", "t9", "2021-03-06T00:00:00Z");
    platform.at_work("left", 9);
    for n in 0..32 {
        platform.card(
            "left",
            12 * DAY + 40 * n as i64,
            (9, n % CLASSES, n / CLASSES),
        );
    }
    let verdicts = judged(platform, "separators-walks");
    for name in (0..9)
        .map(|n| format!("pupil0-{n}"))
        .chain(["left".to_owned()])
    {
        assert_eq!(
            verdicts.get(&name).map(String::as_str),
            Some("enumeration"),
            "{name}"
        );
    }
    let others = verdicts
        .values()
        .filter(|verdict| *verdict == "enumeration");
    assert_eq!(others.count(), 10, "and nobody else: {verdicts:?}");
}
