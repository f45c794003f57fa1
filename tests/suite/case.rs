//! The case file and the directory tables: what a good one becomes, and what each bad one is told.
//!
//! The good case is the folder `case/good`; here is what it becomes. `case/faults.rs` changes it in
//! one place and holds the message against the expected one, `case/damage.rs` changes it at random.

mod damage;
mod faults;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use breachscope::case::{self, AccountKey, Case, Category, PageSpec};
use breachscope::words::{HOUR, SECOND, Stamp, Validity};

const CASE: &str = include_str!("case/good/case.toml");

const TABLES: [(&str, &str); 8] = [
    ("controllers.csv", include_str!("case/good/controllers.csv")),
    ("units.csv", include_str!("case/good/units.csv")),
    ("grants.csv", include_str!("case/good/grants.csv")),
    ("objects.csv", include_str!("case/good/objects.csv")),
    ("members.csv", include_str!("case/good/members.csv")),
    ("sessions.csv", include_str!("case/good/sessions.csv")),
    ("accounts.csv", include_str!("case/good/accounts.csv")),
    ("leak.csv", include_str!("case/good/leak.csv")),
];

/// A case folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(case: &[u8], tables: &[(&str, Vec<u8>)]) -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("breachscope-case-{}-{number}", std::process::id());
        let folder = Folder(std::env::temp_dir().join(name));
        fs::create_dir_all(&folder.0).expect("a folder for the case");
        fs::write(folder.0.join("case.toml"), case).expect("a case file");
        for (name, bytes) in tables {
            fs::write(folder.0.join(name), bytes).expect("a table");
        }
        folder
    }

    fn load(&self) -> Result<Case, String> {
        // Complaints name the path as it was given.
        let folder = format!("{}/", self.0.display());
        case::load(&self.0.join("case.toml"))
            .map_err(|problem| first_lines(&problem.to_string().replace(&folder, "")))
    }
}

/// Complaints without the lines that they are about, of which each complaint with a line of case.toml has one, and the same.
fn first_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some(rest) = line.strip_prefix("case.toml:") else {
            continue;
        };
        let number = rest.split(':').next().unwrap_or_default();
        if number.parse::<usize>().is_ok() {
            let below: Vec<&str> = lines[index + 1..].iter().take(3).copied().collect();
            assert!(below.len() == 3, "{said}");
            assert!(
                below[0].starts_with(&format!("  at case.toml:{number}:")),
                "{said}"
            );
            assert!(below[1].starts_with(&format!("  {number} |")), "{said}");
            assert!(below[2].trim_end().ends_with('^'), "{said}");
        }
    }
    let firsts: Vec<&str> = lines
        .into_iter()
        .filter(|line| !line.starts_with("  "))
        .collect();
    firsts.join("\n")
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn tables() -> Vec<(&'static str, Vec<u8>)> {
    let owned = |(name, text): &(&'static str, &str)| (*name, text.as_bytes().to_vec());
    TABLES.iter().map(owned).collect()
}

/// The good folder with one replacement in the case file.
fn changed(from: &str, to: &str) -> Result<Case, String> {
    let times = CASE.matches(from).count();
    assert_eq!(times, 1, "{from:?} must stand in the case once");
    Folder::new(CASE.replace(from, to).as_bytes(), &tables()).load()
}

/// The good folder with another content of one table.
fn with_table(name: &str, content: &[u8]) -> Result<Case, String> {
    let mut tables = tables();
    let table = tables.iter_mut().find(|(n, _)| *n == name);
    table.expect("a table of the good case").1 = content.to_vec();
    Folder::new(CASE.as_bytes(), &tables).load()
}

/// The case without `[directory]` and `[leak]` but for these lines.
fn with_directory(lines: &str) -> Result<Case, String> {
    let (head, rest) = CASE.split_once("[directory]").expect("the section");
    let (_, tail) = rest.split_once("[scope]").expect("the section");
    let (scope, _) = tail.split_once("[leak]").expect("the section");
    let case = format!("{head}[directory]\n{lines}\n[scope]{scope}");
    Folder::new(case.as_bytes(), &tables()).load()
}

fn stamp(text: &str) -> Option<Stamp> {
    let instant = chrono::DateTime::parse_from_rfc3339(text).expect("a stamp of the test");
    instant.timestamp_nanos_opt().map(Stamp)
}

#[test]
fn a_good_case_is_read_to_the_letter() {
    let case = Folder::new(CASE.as_bytes(), &tables())
        .load()
        .expect("a good case");
    assert_eq!(
        (case.id.as_str(), case.title.as_str()),
        ("C-1", "Address books")
    );
    assert_eq!(case.file_name, "case.toml");
    assert_eq!(case.timezone, chrono_tz::Europe::Stockholm);
    let period = Validity {
        from: stamp("2021-01-01T00:00:00Z"),
        until: stamp("2022-10-01T00:00:00+02:00"),
    };
    assert_eq!(case.period, Some(period));
    assert!(case.unlisted_beyond && !case.ignore_case);
    assert_eq!(case.exclude_accounts, ["tester"]);
    assert_eq!(case.exclude_clients, ["192.0.2.1"]);
    assert_eq!(
        case.not_acted_on,
        [
            "controllers.csv: this version makes no use of country",
            "units.csv: this version makes no use of name",
        ]
    );
    let last = case.tables.last().expect("tables");
    assert_eq!(
        (case.tables.len(), last.path.as_str(), last.bytes),
        (8, "leak.csv", 25)
    );
    // printf 'object,nickname\no1,Nicke\n' | sha256sum
    assert_eq!(last.sha256, LEAK_SHA256);
}

const LEAK_SHA256: &str = "d6d2abf03c4a8792b66225d06da5caa2e6e69669d9c5040a8dde976259a56393";

#[test]
fn sources_and_routes_are_typed() {
    let case = Folder::new(CASE.as_bytes(), &tables())
        .load()
        .expect("a good case");
    let [edge, app] = &case.sources[..] else {
        panic!("two sources");
    };
    assert_eq!((edge.name.as_str(), edge.line), ("edge", 7));
    assert_eq!(edge.format.name.as_deref(), Some("auto"));
    assert_eq!(edge.account, Some(AccountKey::Cookie("session".to_owned())));
    assert_eq!(edge.clock_correction, 3 * SECOND);
    assert_eq!(edge.logs_routes, Some(vec![1]));
    let gap = &edge.gaps[0];
    assert_eq!(Some(gap.from), stamp("2021-02-01T00:00:00+01:00"));
    assert_eq!(
        (gap.until.0 - gap.from.0, gap.reason.as_str()),
        (24 * HOUR, "rotation lost")
    );
    assert_eq!(
        (app.format.name.as_deref(), app.logs_routes.as_ref()),
        (Some("json"), None)
    );
    let ours: Vec<&str> = app
        .format
        .fields
        .iter()
        .map(|(ours, _)| ours.as_str())
        .collect();
    assert_eq!(ours, ["time", "account", "target"]);

    let [contact, book] = &case.routes[..] else {
        panic!("two routes");
    };
    assert_eq!(
        (contact.line, contact.module.as_str()),
        (21, "address books")
    );
    assert_eq!(contact.method, ["GET"]);
    assert_eq!(
        (contact.object.as_deref(), contact.empty_below),
        (Some("contact"), Some(60))
    );
    let category = |name: &str, optional| Category {
        name: name.to_owned(),
        optional,
    };
    assert_eq!(
        contact.discloses,
        [category("name", false), category("nickname", true)]
    );
    assert_eq!(book.path, "/api/v2/addressbooks/{book}");
    let page = PageSpec::Number {
        query: "page".to_owned(),
        first: 1,
        size: 25,
    };
    assert_eq!(book.page, Some(page));
}

#[test]
fn tables_are_typed_and_inherit() {
    let case = Folder::new(CASE.as_bytes(), &tables())
        .load()
        .expect("a good case");
    let directory = &case.directory;
    let controllers = directory.controllers.as_deref().expect("controllers");
    assert_eq!(
        (controllers[0].id.as_str(), controllers[1].name.as_str()),
        ("k1", "Second")
    );
    let units = directory.units.as_deref().expect("units");
    assert_eq!(
        (units[0].parent, units[0].controller, units[1].controller),
        (Some(1), Some(1), Some(1))
    );
    let grant = &directory.grants.as_deref().expect("grants")[0];
    assert_eq!(
        (grant.unit, grant.protected, grant.form.as_deref()),
        (0, true, None)
    );
    assert_eq!(grant.valid.from, stamp("2021-01-01T00:00:00+01:00"));
    assert!(directory.grants_say_protected && directory.objects_say_fields);
    let objects = directory.objects.as_ref().expect("objects");
    let [first, second] = objects.iter().collect::<Vec<_>>()[..] else {
        panic!("two objects");
    };
    assert_eq!((first.unit, first.form), (Some(0), "pre"));
    assert_eq!(
        (first.protected, first.child, first.valid.always()),
        (true, true, true)
    );
    assert_eq!(first.fields, ["email", "nickname"]);
    assert_eq!(
        (second.unit, second.form, second.protected),
        (None, "primary", false)
    );
    assert_eq!(second.valid.until, stamp("2021-06-01T00:00:00+02:00"));
    let members = directory.members.as_deref().expect("members");
    assert_eq!(
        (members[0].object.as_str(), members[1].object.as_str()),
        ("o2", "o1")
    );
    assert_eq!(
        directory.sessions.as_deref().expect("sessions")[0].account,
        "anna"
    );
    let [anna, bot] = directory.accounts.as_deref().expect("accounts") else {
        panic!("two accounts");
    };
    assert_eq!(
        (anna.controller, anna.kind.as_str(), bot.kind.as_str()),
        (Some(0), "person", "service")
    );
    assert_eq!(anna.open.from, stamp("2016-08-15T00:00:00+02:00"));
}

#[test]
fn a_case_without_tables_says_so_by_none() {
    let case = with_directory("").expect("a case without tables");
    let directory = &case.directory;
    assert!(directory.controllers.is_none() && directory.units.is_none());
    assert!(directory.grants.is_none() && directory.objects.is_none());
    assert!(!directory.grants_say_protected);
    assert!(case.tables.is_empty() && case.not_acted_on.is_empty());
}

#[test]
fn missing_tables_are_taken_from_those_that_name_their_ids() {
    let case = with_directory("units = \"units.csv\"").expect("units alone");
    let controllers = case.directory.controllers.expect("named by units");
    assert_eq!((controllers.len(), controllers[0].name.as_str()), (1, "k2"));

    let lines = "grants = \"grants.csv\"\nobjects = \"objects.csv\"\naccounts = \"accounts.csv\"";
    let case = with_directory(lines).expect("no units");
    let units = case.directory.units.expect("named by grants");
    assert_eq!(
        (units.len(), units[0].id.as_str(), units[0].controller),
        (1, "school", None)
    );
    assert!(case.directory.controllers.is_none());
    assert_eq!(
        case.directory.objects.expect("objects").row(0).unit,
        Some(0)
    );
    assert_eq!(
        case.not_acted_on,
        [
            "accounts.csv: the column controller has no effect, because neither controllers nor units name any controller"
        ]
    );
}

#[test]
fn clock_offsets_are_undone() {
    let correction = |text: &str| {
        let case = changed("\"-3s\"", &format!("{text:?}"));
        case.ok().map(|case| case.sources[0].clock_correction)
    };
    assert_eq!(correction("-3s"), Some(3 * SECOND));
    assert_eq!(correction("+250ms"), Some(-SECOND / 4));
    assert_eq!(correction("1h2m3s"), Some(-3723 * SECOND));
    for wrong in [
        "",
        "-",
        "3",
        "s",
        "3s1h",
        "1s1s",
        "3 s",
        "9999999999h",
        "1.5s",
        "--3s",
    ] {
        assert_eq!(correction(wrong), None, "{wrong:?}");
    }
}

#[test]
fn accounts_and_pages_are_read_in_every_form() {
    let account = |text: &str| {
        let case = changed("\"cookie:session\"", &format!("{text:?}"));
        case.ok()
            .and_then(|mut case| case.sources.remove(0).account)
    };
    assert_eq!(
        account("header:X-User"),
        Some(AccountKey::Header("X-User".to_owned()))
    );
    assert_eq!(
        account("query:u:v"),
        Some(AccountKey::Query("u:v".to_owned()))
    );
    let field = "cognito:username";
    assert_eq!(account(field), Some(AccountKey::Field(field.to_owned())));

    let page = "{ offset = \"skip\", limit = \"take\", size = 0x19 }";
    let case = changed("{ query = \"page\", first = 1, size = 25 }", page).expect("offsets");
    let offset = PageSpec::Offset {
        offset: "skip".to_owned(),
        limit: Some("take".to_owned()),
        size: 25,
    };
    assert_eq!(case.routes[1].page, Some(offset));
}

#[test]
fn parquet_tables_are_read_like_csv() {
    use polars_core::prelude::{Column, DataFrame};
    use polars_io::prelude::ParquetWriter;
    let column = |name: &str, values: [&str; 2]| Column::new(name.into(), values);
    let columns = vec![
        column("account", ["anna", "bert"]),
        column("role", ["teacher", "teacher"]),
        column("unit", ["school", "nowhere"]),
        Column::new("protected".into(), [Some(true), None]),
    ];
    let mut frame = DataFrame::new(2, columns).expect("a frame");
    let write = |frame: &mut DataFrame| {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes)
            .finish(frame)
            .expect("a file");
        bytes
    };
    // Parquet is known by its first bytes, whatever the file is called.
    let told = with_table("grants.csv", &write(&mut frame)).err();
    assert_eq!(
        told.as_deref(),
        Some(
            "grants.csv: row 2: column \"unit\": \"nowhere\" is no known unit; add it to the table of units or correct it"
        )
    );
    let case = with_table("grants.csv", &write(&mut frame.head(Some(1)))).expect("a good table");
    let grants = case.directory.grants.expect("grants");
    assert_eq!(
        (grants.len(), &*grants[0].account, grants[0].protected),
        (1, "anna", true)
    );

    let mut cut = write(&mut frame);
    cut.truncate(cut.len() / 2);
    let told = with_table("grants.csv", &cut).err().unwrap_or_default();
    assert!(
        told.starts_with(
            "case.toml:39: [directory], grants: \"grants.csv\" cannot be read as Parquet: "
        ),
        "{told}"
    );
}
