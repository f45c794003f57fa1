//! Scope that no table tells: whose IDs are, learned from who asks for them, and what follows for accounts and bounds.
//! Cases are written as files; truth is either by construction or `synth`'s.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::answer::{Row, bytes, case_of, fresh, json, scan, succeed, synth, table, text};

const TENANTS: usize = 12;
const PEOPLE: usize = 12;
const OBJECTS: usize = 30;

/// How objects are named.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    /// Tenant by tenant, one number behind the other.
    Blocks,
    /// Numbers dealt out over all tenants in turn.
    Interleaved,
    /// Names without an order.
    Opaque,
}

/// Twelve schools of twelve people, whose logs are all that is known besides the tables that a test adds.
struct World {
    names: Names,
    lines: Vec<(usize, String)>,
    objects: BTreeMap<String, usize>,
}

impl World {
    /// Everybody opens the list of their own school and half of its cards, some of them twice.
    fn new(names: Names) -> World {
        let mut world = World {
            names,
            lines: Vec::new(),
            objects: BTreeMap::new(),
        };
        for tenant in 0..TENANTS {
            for nth in 0..OBJECTS {
                world.objects.insert(world.object(tenant, nth), tenant);
            }
        }
        for tenant in 0..TENANTS {
            for person in 0..PEOPLE {
                let who = account(tenant, person);
                world.list(&who, tenant);
                for step in 0..15 {
                    world.card(&who, tenant, (step * 7 + person * 5) % OBJECTS);
                }
            }
        }
        world
    }

    fn object(&self, tenant: usize, nth: usize) -> String {
        match self.names {
            Names::Blocks => (5_000 + tenant * OBJECTS + nth).to_string(),
            Names::Interleaved => (5_000 + nth * TENANTS + tenant).to_string(),
            Names::Opaque => {
                let word = |n: usize| char::from(b'a' + (n % 26) as u8);
                let n = (tenant * OBJECTS + nth) * 7_919 % 17_576;
                [word(n), word(n / 26), word(n / 676)].iter().collect()
            }
        }
    }

    fn ask(&mut self, who: &str, path: &str, (status, size): (u16, u32)) {
        let at = self.lines.len() * 5;
        let (day, second) = (1 + at / 86_400, at % 86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        self.lines.push((
            at,
            format!(
                "192.0.2.7 - {who} [{day:02}/Mar/2021:{hour:02}:{minute:02}:{second:02} +0000] \"GET {path} HTTP/1.1\" \
                 {status} {size} \"-\" \"browser\"\n"
            ),
        ));
    }

    fn list(&mut self, who: &str, tenant: usize) {
        self.ask(who, &format!("/lists/{}", list(tenant)), (200, 900));
    }

    fn card(&mut self, who: &str, tenant: usize, nth: usize) {
        let path = format!("/cards/{}", self.object(tenant, nth));
        self.ask(who, &path, (200, 300 + nth as u32));
    }

    /// Three cards of every other school, straight by their IDs; and some that nobody else ever asked for.
    fn intruder(&mut self) -> String {
        let who = account(0, 0);
        for nth in 0..3 {
            for tenant in 1..TENANTS {
                self.card(&who, tenant, nth * 9);
            }
        }
        for secret in ["qzzq", "zqqz", "qqzz"] {
            self.ask(&who, &format!("/cards/{secret}"), (200, 320));
        }
        who
    }

    /// Two schools, by their lists.
    fn guardian(&mut self) -> String {
        let who = account(1, 1);
        self.list(&who, 2);
        for nth in 0..9 {
            self.card(&who, 2, nth);
        }
        who
    }

    /// Writes the case; `tables` are lines of `[directory]`.
    fn write(&self, folder: &Path, tables: &str) -> PathBuf {
        fs::create_dir_all(folder.join("logs")).expect("a folder");
        let log: String = self.lines.iter().map(|(_, line)| line.as_str()).collect();
        fs::write(folder.join("logs/access.log"), log).expect("the log");
        let mut controllers = "controller,name\n".to_owned();
        let mut units = "unit,parent,controller,name,kind\n".to_owned();
        let mut accounts = "account,controller,kind\n".to_owned();
        for tenant in 0..TENANTS {
            controllers += &format!("t{tenant},School {tenant}\n");
            units += &format!("u{tenant},,t{tenant},School {tenant},school\n");
            for person in 0..PEOPLE {
                accounts += &format!("{},t{tenant},person\n", account(tenant, person));
            }
        }
        let mut objects = "object,kind,unit,subject\n".to_owned();
        let mut members = "container,object\n".to_owned();
        for (object, tenant) in &self.objects {
            objects += &format!("{object},contact,u{tenant},s-{object}\n");
            members += &format!("{},{object}\n", list(*tenant));
        }
        for (name, table) in [
            ("controllers", controllers),
            ("units", units),
            ("accounts", accounts),
            ("objects", objects),
            ("members", members),
        ] {
            fs::write(folder.join(format!("{name}.csv")), table).expect("a table");
        }
        let tables = ["controllers", "units"]
            .into_iter()
            .chain(tables.split_whitespace());
        let case = folder.join("case.toml");
        let routes = "[[route]]\nname = \"card\"\npath = \"/cards/{card}\"\nobject = \"card\"\ndiscloses = [\"name\"]\nempty_below = 60\n\n[[route]]\n\
            name = \"list\"\npath = \"/lists/{list}\"\ncontainer = \"list\"\ndiscloses = [\"name\"]\n";
        let text = case_of("", routes, &tables.collect::<Vec<_>>());
        fs::write(&case, text).expect("the case");
        case
    }
}

fn account(tenant: usize, person: usize) -> String {
    format!("p{tenant:02}x{person:02}")
}

fn list(tenant: usize) -> String {
    format!("L-{}", char::from(b'a' + tenant as u8))
}

fn by(rows: Vec<Row>, column: &str) -> BTreeMap<String, Row> {
    let keyed = rows.into_iter().map(|row| (row[column].clone(), row));
    keyed.collect()
}

#[test]
fn with_the_accounts_alone_the_intruder_is_found_and_nobody_else() {
    for (names, what) in [
        (Names::Opaque, "opaque"),
        (Names::Blocks, "blocks"),
        (Names::Interleaved, "interleaved"),
    ] {
        let mut world = World::new(names);
        let (intruder, guardian) = (world.intruder(), world.guardian());
        let folder = fresh(&format!("learned-{what}"));
        let case = world.write(&folder, "accounts");
        let out = folder.join("answer");
        let screen = scan(&case, &out, &[]);
        assert!(
            screen.contains("Learned ") && screen.contains("hold-out error"),
            "{screen}"
        );
        let learned = by(table(&out.join("learned.csv")), "object");
        for (object, tenant) in &world.objects {
            let label = learned[object]["controller"].as_str();
            assert_eq!(label, format!("t{tenant}"), "{what}: {object}");
        }
        for tenant in 0..TENANTS {
            assert_eq!(learned[&list(tenant)]["controller"], format!("t{tenant}"));
        }
        // The intruder does not make what only it asked for its own tenant's.
        for secret in ["qzzq", "zqqz", "qqzz"] {
            assert_eq!(learned[secret]["controller"], "", "{:?}", learned[secret]);
        }
        let accounts = by(table(&out.join("accounts.csv")), "account");
        let found = &accounts[&intruder];
        assert_eq!(
            (found["verdict"].as_str(), found["scope"].as_str()),
            ("enumeration", "inferred"),
            "{what}: {found:?}"
        );
        assert_eq!(found["reasons"], "NO_GRANTS;NO_DIRECTORY");
        assert_eq!(found["controllers"], "11");
        // A second school, by its lists, is no walk; nobody can say more.
        assert_eq!(accounts[&guardian]["verdict"], "undetermined");
        assert_eq!(accounts[&guardian]["scope"], "inferred");
        assert_eq!(accounts.len(), 2, "{accounts:?}");
        // Labels bound nothing: nobody is confirmed, nobody excluded, nothing is the upper bound.
        for row in table(&out.join("controllers.csv")) {
            assert_eq!(row["status"], "cannot_be_excluded", "{row:?}");
            assert_eq!(
                (row["subjects_min"].as_str(), row["subjects_max"].as_str()),
                ("0", "")
            );
            assert!(row["reasons"].contains("NO_DIRECTORY"), "{row:?}");
        }
        let findings = json(&out.join("findings.json"));
        let told = &findings["scope_learned"];
        assert_eq!(told["used_for_scope"], true);
        assert!(told["held_out_visits"].as_u64() > Some(200), "{told}");
        let story = succeed(&["explain", text(&out), &intruder]);
        assert!(
            story.contains("Its scope is inferred") && story.contains("without its own requests"),
            "{story}"
        );
    }
}

#[test]
fn labels_are_the_same_whatever_the_threads() {
    let mut world = World::new(Names::Blocks);
    world.intruder();
    let folder = fresh("learned-threads");
    let case = world.write(&folder, "accounts");
    let answers: Vec<_> = ["1", "4"]
        .iter()
        .map(|threads| {
            let out = folder.join(format!("answer-{threads}"));
            scan(&case, &out, &["--threads", threads]);
            let mut files = bytes(&out);
            files.remove("manifest.json");
            files
        })
        .collect();
    assert_eq!(answers[0], answers[1]);
}

/// Somebody reads a whole block of another school by number, most of it before anybody else looked: the numbers stay that
/// school's, in the walker's own story too.
#[test]
fn a_walk_does_not_paint_the_block_in_its_own_colour() {
    let mut world = World::new(Names::Blocks);
    // Two new schools' worth of numbers at the end, of which the people of the last school know every second one.
    let who = account(0, 0);
    for nth in 0..60 {
        let id = 5_000 + TENANTS * OBJECTS + nth;
        world.objects.insert(id.to_string(), TENANTS - 1);
        if nth % 2 == 0 {
            for person in 0..3 {
                let path = format!("/cards/{id}");
                world.ask(
                    &account(TENANTS - 1, person),
                    &path,
                    (200, 310 + nth as u32),
                );
            }
        }
    }
    for nth in 0..60 {
        let path = format!("/cards/{}", 5_000 + TENANTS * OBJECTS + nth);
        world.ask(&who, &path, (200, 310 + nth as u32));
    }
    let folder = fresh("learned-walk");
    let case = world.write(&folder, "accounts");
    let out = folder.join("answer");
    scan(&case, &out, &[]);
    let learned = by(table(&out.join("learned.csv")), "object");
    // The last number has no neighbour behind it: undecided, with the school before as a candidate.
    for nth in 0..59 {
        let row = &learned[&(5_000 + TENANTS * OBJECTS + nth).to_string()];
        assert_eq!(row["controller"], "t11", "{row:?}");
    }
    let last = &learned[&(5_000 + TENANTS * OBJECTS + 59).to_string()];
    assert_eq!(last["controller"], "");
    assert!(
        last["candidates"].split(';').any(|one| one == "t11"),
        "{last:?}"
    );
    let accounts = by(table(&out.join("accounts.csv")), "account");
    assert_eq!(accounts[&who]["verdict"], "enumeration", "{accounts:?}");
    assert_eq!(accounts[&who]["objects_beyond_scope"], "59");
}

#[test]
fn with_objects_but_no_grants_one_other_school_without_its_lists_is_a_walk() {
    let mut world = World::new(Names::Opaque);
    let (walker, guardian) = (account(3, 3), world.guardian());
    for nth in 0..26 {
        world.card(&walker, 7, (nth * 11) % OBJECTS);
    }
    let folder = fresh("learned-no-grants");
    let case = world.write(&folder, "accounts objects members");
    let out = folder.join("answer");
    scan(&case, &out, &[]);
    let accounts = by(table(&out.join("accounts.csv")), "account");
    assert_eq!(accounts[&walker]["verdict"], "enumeration", "{accounts:?}");
    assert_eq!(accounts[&walker]["scope"], "inferred");
    assert_eq!(accounts[&guardian]["verdict"], "undetermined");
    assert_eq!(accounts.len(), 2, "{accounts:?}");
    assert!(
        !out.join("learned.csv").exists(),
        "nothing had to be learned"
    );
}

#[test]
fn with_nothing_known_the_table_to_ask_for_is_named_and_a_walk_is_listed() {
    let mut world = World::new(Names::Blocks);
    let who = account(0, 0);
    for nth in 0..OBJECTS {
        world.card(&who, 5, nth);
    }
    let folder = fresh("learned-nothing");
    let case = world.write(&folder, "");
    let out = folder.join("answer");
    let screen = scan(&case, &out, &[]);
    assert!(
        screen.contains("Learned   nothing") && screen.contains("ask for the table of accounts"),
        "{screen}"
    );
    let accounts = by(table(&out.join("accounts.csv")), "account");
    assert_eq!(accounts[&who]["verdict"], "undetermined", "{accounts:?}");
    assert_eq!(accounts[&who]["scope"], "unknown");
    assert!(!out.join("learned.csv").exists(), "nobody votes");
    for row in table(&out.join("controllers.csv")) {
        assert_eq!(row["status"], "cannot_be_excluded");
        assert_eq!(row["subjects_max"], "");
    }
}

/// Truth is `synth`'s: the tables that the case does not name.
#[test]
fn labels_of_practice_cases_are_right() {
    for seed in [1, 2, 3] {
        let folder = fresh(&format!("learned-practice-{seed}"));
        let case = folder.join("case");
        let size = "--tenants 12 --accounts 700 --days 14 --lines 60000";
        let flags = "--flaw only-accounts --attack shuffled";
        synth(&case, &format!("--seed {seed} {size} {flags}"));
        let out = folder.join("answer");
        scan(&case.join("case.toml"), &out, &[]);
        let units = by(table(&case.join("directory/units.csv")), "unit");
        let controller = |unit: &str| {
            let mut row = &units[unit];
            while row["controller"].is_empty() {
                row = &units[&row["parent"]];
            }
            row["controller"].clone()
        };
        let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in table(&case.join("directory/objects.csv")) {
            let owner = controller(&row["unit"]);
            owners.entry(row["object"].clone()).or_default().push(owner);
        }
        let (mut all, mut labelled, mut right) = (0, 0, 0);
        for row in table(&out.join("learned.csv")) {
            let Some(owners) = owners
                .get(&row["object"])
                .filter(|_| row["kind"] == "object")
            else {
                continue;
            };
            all += 1;
            if !row["controller"].is_empty() {
                labelled += 1;
                right += i32::from(owners.contains(&row["controller"]));
            }
        }
        println!("seed {seed}: {labelled} of {all} labelled, {right} right");
        assert!(all > 1_000, "{all}");
        assert!(
            f64::from(labelled) >= 0.95 * f64::from(all),
            "{labelled} of {all}"
        );
        assert!(
            f64::from(right) >= 0.999 * f64::from(labelled),
            "{right} of {labelled}"
        );
        fs::remove_dir_all(&folder).expect("the folder can go");
    }
}
