//! The exposure ladder against a recount by brute force: every account against every row of the objects at every
//! instant at which anything changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::answer::{Row, case_of, fresh, json, run, scan, table};

const DAYS: u64 = 30;

/// Numbers from a seed (xorshift); the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// From and until as days; mostly open.
    fn span(&mut self) -> (Option<u64>, Option<u64>) {
        let from = self.one_in(2).then(|| self.below(DAYS + 20));
        let until = self
            .one_in(2)
            .then(|| from.unwrap_or(0) + 1 + self.below(DAYS));
        (from, until)
    }
}

struct Grant {
    account: usize,
    unit: usize,
    form: &'static str,
    protected: bool,
    span: (Option<u64>, Option<u64>),
}

struct Object {
    id: usize,
    unit: Option<usize>,
    subject: String,
    form: &'static str,
    protected: bool,
    child: bool,
    span: (Option<u64>, Option<u64>),
}

struct World {
    /// Parent, and the controller where it names one.
    units: Vec<(Option<usize>, Option<usize>)>,
    grants: Vec<Grant>,
    objects: Vec<Object>,
    /// Accounts of the table `accounts`, with their open span.
    accounts: BTreeMap<usize, (Option<u64>, Option<u64>)>,
}

const FORMS: [&str; 3] = ["", "school", "pre"];

fn world(seed: u64) -> World {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let units: Vec<_> = (0..12)
        .map(|unit: usize| {
            let parent = (unit > 2).then(|| dice.below(unit as u64) as usize);
            let controller = (unit < 2 || dice.one_in(4)).then(|| dice.below(3) as usize);
            (parent, controller)
        })
        .collect();
    let grants = (0..14)
        .map(|_| Grant {
            account: dice.below(8) as usize,
            unit: dice.below(12) as usize,
            form: FORMS[dice.below(3) as usize],
            protected: dice.one_in(3),
            span: dice.span(),
        })
        .collect();
    let objects = (0..30)
        .map(|_| Object {
            id: dice.below(24) as usize,
            unit: (!dice.one_in(8)).then(|| dice.below(12) as usize),
            subject: if dice.one_in(10) {
                String::new()
            } else {
                format!("s{}", dice.below(16))
            },
            form: FORMS[dice.below(3) as usize],
            protected: dice.one_in(4),
            child: dice.one_in(2),
            span: dice.span(),
        })
        .collect();
    let accounts = (0..11).map(|account| (account, dice.span())).collect();
    World {
        units,
        grants,
        objects,
        accounts,
    }
}

fn stamp(day: Option<u64>) -> String {
    day.map_or(String::new(), |day| {
        format!("2021-{:02}-{:02}T00:00:00Z", 1 + day / 28, 1 + day % 28)
    })
}

fn write(world: &World, folder: &Path) {
    fs::create_dir_all(folder.join("logs")).unwrap();
    let put = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    let mut units = "unit,parent,controller,name,kind\n".to_owned();
    for (unit, (parent, controller)) in world.units.iter().enumerate() {
        let parent = parent.map_or(String::new(), |p| format!("u{p}"));
        let controller = controller.map_or(String::new(), |c| format!("c{c}"));
        units += &format!("u{unit},{parent},{controller},n,k\n");
    }
    let mut grants = "account,role,unit,form,protected,from,until\n".to_owned();
    for g in &world.grants {
        let (from, until) = (stamp(g.span.0), stamp(g.span.1));
        grants += &format!(
            "a{},r,u{},{},{},{from},{until}\n",
            g.account, g.unit, g.form, g.protected
        );
    }
    let mut objects = "object,kind,unit,subject,form,protected,child,from,until\n".to_owned();
    for o in &world.objects {
        let unit = o.unit.map_or(String::new(), |u| format!("u{u}"));
        let (from, until) = (stamp(o.span.0), stamp(o.span.1));
        objects += &format!(
            "{},contact,{unit},{},{},{},{},{from},{until}\n",
            o.id, o.subject, o.form, o.protected, o.child
        );
    }
    let mut accounts = "account,subject,controller,kind,created,closed\n".to_owned();
    for (account, (from, until)) in &world.accounts {
        accounts += &format!("a{account},,,person,{},{}\n", stamp(*from), stamp(*until));
    }
    put("units.csv", units);
    put("grants.csv", grants);
    put("objects.csv", objects);
    put("accounts.csv", accounts);
    put(
        "controllers.csv",
        "controller,name\nc0,A\nc1,B\nc2,C\n".to_owned(),
    );
    put(
        "logs/access.log",
        "10.0.0.1 - a1 [12/Jan/2021:10:00:00 +0000] \"GET /contacts/999 HTTP/1.1\" 404 10 \"-\" \"x\"\n".to_owned(),
    );
    put("case.toml", case());
}

const ROUTE: &str = r#"[[route]]
name = "contact"
path = "/contacts/{contact}"
object = "contact"
discloses = ["name"]
unchecked = ["protected", "unit"]
"#;

fn case() -> String {
    let period = "period = { from = \"2021-01-11T00:00:00Z\", until = \"2021-02-03T00:00:00Z\" }";
    let tables = ["controllers", "units", "grants", "objects", "accounts"];
    case_of(period, ROUTE, &tables)
}

/// Days of the period: 11 January to 2 February, as counted by `stamp`.
const PERIOD: std::ops::Range<u64> = 10..30;

fn holds(span: (Option<u64>, Option<u64>), day: u64) -> bool {
    span.0.is_none_or(|from| from <= day) && span.1.is_none_or(|until| day < until)
}

fn under(world: &World, mut unit: usize, above: usize) -> bool {
    loop {
        if unit == above {
            return true;
        }
        match world.units[unit].0 {
            Some(parent) => unit = parent,
            None => return false,
        }
    }
}

fn controller(world: &World, mut unit: usize) -> Option<usize> {
    loop {
        match world.units[unit] {
            (_, Some(controller)) => return Some(controller),
            (Some(parent), None) => unit = parent,
            (None, None) => return None,
        }
    }
}

/// Columns of the rung of the case and of each controller, as text.
fn recount(world: &World, missing: &[&str]) -> BTreeMap<String, [String; 7]> {
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    let lacks = |check| missing.contains(&check);
    for day in PERIOD {
        for account in 0..11 {
            for (row, object) in world.objects.iter().enumerate() {
                let grants = world.grants.iter().filter(|g| g.account == account);
                let ever = |g: &&Grant| PERIOD.into_iter().any(|day| holds(g.span, day));
                let bare = !grants.clone().any(|g| ever(&g));
                let by_grant = grants.filter(|g| holds(g.span, day)).any(|g| {
                    (lacks("unit") || object.unit.is_some_and(|unit| under(world, unit, g.unit)))
                        && (lacks("form") || g.form.is_empty() || g.form == object.form)
                        && (lacks("protected") || g.protected || !object.protected)
                });
                let by_nothing = bare
                    && lacks("unit")
                    && holds(world.accounts[&account], day)
                    && (lacks("protected") || !object.protected);
                if holds(object.span, day) && !object.subject.is_empty() && (by_grant || by_nothing)
                {
                    seen.insert((account, row));
                }
            }
        }
    }
    let scopes = ["", "c0", "c1", "c2"];
    let columns = |scope: &&str| {
        let inside = |row: usize| {
            let unit = world.objects[row]
                .unit
                .and_then(|unit| controller(world, unit));
            scope.is_empty() || unit.is_some_and(|c| *scope == format!("c{c}"))
        };
        let count = |what: fn(&Object) -> bool, accounts: bool| {
            let some = seen
                .iter()
                .filter(|(_, row)| inside(*row) && what(&world.objects[*row]));
            let names: BTreeSet<String> = some
                .map(|(account, row)| match accounts {
                    true => account.to_string(),
                    false => world.objects[*row].subject.clone(),
                })
                .collect();
            names.len().to_string()
        };
        let numbers = [
            count(|_| true, true),
            count(|_| true, false),
            count(|o| o.child, false),
            count(|o| o.protected, false),
            count(|o| o.child, true),
            count(|o| o.protected, true),
            String::new(),
        ];
        ((*scope).to_owned(), numbers)
    };
    scopes.iter().map(columns).collect()
}

const RUNGS: [(&str, &[&str]); 6] = [
    ("in_scope", &[]),
    ("could_see_if_protected_unchecked", &["protected"]),
    ("could_see_if_form_unchecked", &["form"]),
    ("could_see_if_unit_unchecked", &["unit"]),
    (
        "could_see_if_nothing_checked",
        &["protected", "form", "unit"],
    ),
    ("could_see_by_route_contact", &["protected", "unit"]),
];

#[test]
fn could_see_equals_a_recount_by_brute_force() {
    let (mut some, mut apart) = (0, 0);
    for seed in 1..=25 {
        let world = world(seed);
        let folder = fresh(&format!("ladder-{seed}"));
        write(&world, &folder);
        let out = folder.join("answer");
        scan(&folder.join("case.toml"), &out, &[]);
        let rows = table(&out.join("ladder.csv"));
        for (rung, missing) in RUNGS {
            let mut expected = recount(&world, missing);
            for row in rows.iter().filter(|row| row["rung"] == rung) {
                let found = numbers(row);
                let wanted = expected
                    .remove(&row["controller"])
                    .expect("one row for each");
                assert_eq!(
                    found, wanted,
                    "seed {seed}, {rung}, \"{}\"",
                    row["controller"]
                );
                some += usize::from(wanted[1] != "0");
                apart += usize::from(wanted[3] != "0" && wanted[3] != wanted[1]);
            }
            assert!(
                expected.is_empty(),
                "seed {seed}, {rung}: {expected:?} has no row"
            );
        }
        fs::remove_dir_all(&folder).unwrap();
    }
    assert!(
        some > 300 && apart > 100,
        "{some} rungs with anybody, {apart} with some protected"
    );
}

fn numbers(row: &Row) -> [String; 7] {
    let cell = |name: &str| row[name].clone();
    [
        cell("accounts"),
        cell("subjects"),
        cell("children"),
        cell("protected"),
        cell("accounts_with_children"),
        cell("accounts_with_protected"),
        String::new(),
    ]
}

/// The city of scenario B: a clerk of one school may see its pupils but not the protected one, a head all of it; the
/// other school's clerk took two of them, and one more was refused him; two are found published, one of them taken.
#[test]
fn asked_for_answered_and_published_are_never_merged() {
    let folder = fresh("ladder-city");
    fs::create_dir_all(folder.join("logs")).unwrap();
    let put = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    put("controllers.csv", "controller,name\nn,N\ns,S\n");
    put(
        "units.csv",
        "unit,parent,controller,name,kind\nn,,n,N,school\ns,,s,S,school\n",
    );
    put(
        "grants.csv",
        "account,role,unit,protected\nclerk,a,n,\nclerk,b,n,\nhead,h,n,true\nother,a,s,\n",
    );
    put(
        "objects.csv",
        "object,kind,unit,subject,protected,child\n1,c,n,p1,,true\n2,c,n,p2,true,true\n3,c,n,p3,,\n4,c,n,p4,,true\n\
         9,c,s,p9,,true\n",
    );
    put("leak.csv", "subject\np1\np4\n");
    let line = |second: u32, object: u32, status: u32, bytes: &str| {
        format!(
            "10.0.0.1 - other [12/Jan/2021:10:00:{second:02} +0000] \"GET /contacts/{object} HTTP/1.1\" {status} {bytes} \
             \"-\" \"x\"\n"
        )
    };
    let log = [
        line(1, 1, 200, "500"),
        line(2, 2, 200, "500"),
        line(3, 3, 403, "9"),
        line(4, 4, 304, "-"),
    ];
    put("logs/access.log", &log.concat());
    let case = case().replace(
        "accounts = \"accounts.csv\"\n",
        "[leak]\nrecords = \"leak.csv\"\n",
    );
    put("case.toml", &case);
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &[]);
    let rows = table(&out.join("ladder.csv"));
    let rung = |name: &str| {
        let row = rows
            .iter()
            .find(|row| row["rung"] == name && row["controller"].is_empty());
        let row = row.unwrap_or_else(|| panic!("no rung {name}"));
        [
            "accounts",
            "subjects",
            "children",
            "protected",
            "accounts_with_protected",
        ]
        .map(|c| row[c].clone())
    };
    for (name, wanted) in [
        ("in_scope", ["3", "5", "4", "1", "1"]),
        (
            "could_see_if_protected_unchecked",
            ["3", "5", "4", "1", "2"],
        ),
        ("could_see_if_nothing_checked", ["3", "5", "4", "1", "3"]),
        ("requested", ["1", "4", "3", "1", "1"]),
        ("answered_or_probable", ["1", "3", "3", "1", "1"]),
        ("answered", ["1", "2", "2", "1", "1"]),
        ("corroborated", ["1", "1", "1", "0", "0"]),
        ("published", ["", "2", "2", "0", ""]),
    ] {
        assert_eq!(rung(name), wanted.map(str::to_owned), "{name}");
    }
    let findings = json(&out.join("findings.json"));
    assert_eq!(findings["ladder"]["rungs"].as_array().unwrap().len(), 11);
}

#[test]
fn a_check_that_no_route_has_is_a_complaint() {
    let folder = fresh("ladder-word");
    write(&world(1), &folder);
    let case = case().replace("\"protected\", \"unit\"", "\"protectd\"");
    fs::write(folder.join("case.toml"), case).unwrap();
    let case = folder.join("case.toml");
    let out = folder.join("answer");
    let output = run(&[
        "scan",
        case.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("did you mean \"protected\"?"), "{said}");
}
