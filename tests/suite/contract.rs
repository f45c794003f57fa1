//! What other programs read in an answer by the contract alone: every verdict has its requests, figures of one file follow
//! from another's, what is not known is empty. What an answer says of a case is left to other files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use polars_core::frame::DataFrame;
use polars_io::prelude::{ParquetReader, SerReader};
use serde_json::Value;

use crate::answer::{Row, json, run, scan, succeed, table, text};
use crate::bounds::{Schools, line};

/// `accesses.parquet`.
fn accesses(out: &Path) -> DataFrame {
    let file = fs::File::open(out.join("accesses.parquet")).expect("the table opens");
    ParquetReader::new(file).finish().expect("a table")
}

fn texts(frame: &DataFrame, name: &str) -> Vec<Option<String>> {
    let column = frame.column(name).expect("the column").str().expect("text");
    column.iter().map(|cell| cell.map(str::to_owned)).collect()
}

fn flags(frame: &DataFrame, name: &str) -> Vec<bool> {
    let column = frame
        .column(name)
        .expect("the column")
        .bool()
        .expect("flags");
    column.iter().map(|cell| cell.expect("no null")).collect()
}

/// The row and the entry of an account.
fn account(out: &Path, name: &str) -> (Row, Value) {
    let mut rows = table(&out.join("accounts.csv")).into_iter();
    let row = rows.find(|row| row["account"] == name).expect("the row");
    let findings = json(&out.join("findings.json"));
    let mut entries = findings["accounts"].as_array().expect("a list").iter();
    let entry = entries.find(|entry| entry["account"] == name);
    (row, entry.expect("the entry").clone())
}

/// The raw lines that a list of requests cites, which must be as many as it counts.
fn lines(folder: &Path, requests: &Value) -> Vec<String> {
    let cited = requests["first"].as_array().expect("a list");
    let all = requests["count"].as_u64().expect("a count");
    assert_eq!(cited.len() as u64, all.min(50));
    let line = |reference: &Value| {
        let reference = reference.as_str().expect("text");
        let (file, place) = reference.rsplit_once(':').expect("a file");
        let (_, place) = place.split_once('@').expect("an offset");
        let (offset, length) = place.split_once('+').expect("a length");
        let [offset, length]: [usize; 2] = [offset, length].map(|n| n.parse().expect("a number"));
        let bytes = fs::read(folder.join(file)).expect("the log");
        String::from_utf8(bytes[offset..offset + length].to_vec()).expect("text")
    };
    cited.iter().map(line).collect()
}

fn verified(schools: &Schools, out: &Path) {
    let case = schools.folder.join("case.toml");
    succeed(&["verify", text(out), "--case", text(&case)]);
}

/// Takes something out of the case that was written, and scans.
fn without(schools: &mut Schools, part: &str) -> PathBuf {
    schools.write();
    let case = schools.folder.join("case.toml");
    let whole = fs::read_to_string(&case).expect("the case");
    assert!(whole.contains(part), "{part}");
    fs::write(&case, whole.replace(part, "")).expect("the case");
    let out = schools.folder.join("answer");
    scan(&case, &out, &[]);
    out
}

#[test]
fn probing_for_what_no_table_knows_has_its_requests() {
    let mut schools = Schools::new("contract-probing");
    schools.ordinary();
    for at in 0..60 {
        schools.ask(40_000 + at, &format!("x{}", 5000 + at), 404, "20");
    }
    let out = schools.scanned();
    let (row, entry) = account(&out, "anna");
    assert_eq!(row["verdict"], "probing");
    let figures = ["accesses", "attempts", "client_addresses", "user_agents"];
    assert_eq!(
        figures.map(|name| row[name].as_str()),
        ["0", "60", "1", "1"]
    );
    let seen = ["first_seen", "last_seen"].map(|name| row[name].as_str());
    assert_eq!(seen, ["2021-03-04T11:06:40Z", "2021-03-04T11:07:39Z"]);
    let asked = lines(&schools.folder, &entry["requests_beyond_scope"]);
    assert!(asked.iter().all(|line| line.contains(" 404 ")), "{asked:?}");
    let frame = accesses(&out);
    assert_eq!(frame.height(), 60);
    let of = |name: &str| texts(&frame, name).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(of("certainty"), [Some("attempt".to_owned())].into());
    assert_eq!(of("standing"), [Some("unknown object".to_owned())].into());
    assert_eq!(of("controller"), [None].into());
    assert_eq!(of("subject"), [None].into());
    // Nobody was shown anything: whoever is excluded stays so.
    let rows = table(&out.join("controllers.csv"));
    let excluded = rows.iter().filter(|row| row["status"] == "excluded");
    assert_eq!(excluded.count(), 3);
    verified(&schools, &out);
    let case = schools.folder.join("case.toml");
    let case = ["--case", text(&case), "--account", "anna"];
    let raw = succeed(&[&["evidence", text(&out), "--raw"][..], &case].concat());
    assert_eq!(raw.lines().count(), 60);
}

#[test]
fn slips_of_the_pen_stay_in_no_list() {
    let mut schools = Schools::new("contract-slips");
    schools.ordinary();
    schools
        .log
        .push(line("bo", 40_000, "/contacts/x1", 404, "20"));
    schools.ask(40_010, "x2", 404, "20");
    let out = schools.scanned();
    assert_eq!(accesses(&out).height(), 0);
    let accounts = table(&out.join("accounts.csv"));
    assert!(accounts.iter().all(|row| row["verdict"] != "probing"));
}

#[test]
fn harvest_and_unlisted_accounts_have_their_requests_and_the_same_times_in_both_files() {
    let mut schools = Schools::new("contract-carrying");
    schools.ordinary();
    for at in 0..3 {
        let target = format!("/contacts/s{}", 1 + at);
        let bytes = (520 + at).to_string();
        schools
            .log
            .push(line("zoe", 40_000 + at, &target, 200, &bytes));
    }
    let out = schools.scanned();
    for (name, verdict, list, first) in [
        (
            "anna",
            "harvest",
            "requests_collected",
            "2021-03-04T06:00:00Z",
        ),
        (
            "zoe",
            "undetermined",
            "requests_undecided",
            "2021-03-04T11:06:40Z",
        ),
    ] {
        let (row, entry) = account(&out, name);
        assert_eq!(row["verdict"], verdict);
        assert_eq!(row["first_seen"], first);
        for column in ["first_seen", "last_seen"] {
            assert_eq!(entry[column], row[column].as_str(), "{name} {column}");
        }
        let own = format!(" {name} ");
        let cited = lines(&schools.folder, &entry[list]);
        assert!(!cited.is_empty() && cited.iter().all(|line| line.contains(&own)));
    }
    verified(&schools, &out);
    // Times that differ between the files are found.
    let findings = out.join("findings.json");
    let told = fs::read_to_string(&findings).expect("findings");
    let changed = told.replace(
        "\"first_seen\": \"2021-03-04T11:06:40Z\"",
        "\"first_seen\": \"2021-03-04T11:06:41Z\"",
    );
    assert_ne!(told, changed);
    fs::write(&findings, changed).expect("findings");
    let case = schools.folder.join("case.toml");
    let checked = run(&["verify", text(&out), "--case", text(&case)]);
    assert_eq!(checked.status.code(), Some(3));
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(said.contains("first_seen"), "{said}");
}

/// Subjects by their certainty, and requests, that the table of accesses has of each controller without what is undecided.
fn counted(frame: &DataFrame) -> BTreeMap<String, (BTreeMap<String, String>, BTreeSet<String>)> {
    let order = ["possible", "probable", "confirmed"];
    let [subjects, controllers, certainties, files] =
        ["subject", "controller", "certainty", "file"].map(|name| texts(frame, name));
    let offsets = frame.column("offset").expect("offsets").i64().expect("i64");
    let mut all: BTreeMap<String, (BTreeMap<String, String>, BTreeSet<String>)> = BTreeMap::new();
    for (at, undecided) in flags(frame, "undecided").into_iter().enumerate() {
        let certainty = certainties[at].clone().expect("a certainty");
        if undecided || certainty == "attempt" {
            continue;
        }
        let own = all
            .entry(controllers[at].clone().unwrap_or_default())
            .or_default();
        own.1.insert(format!(
            "{}@{}",
            files[at].as_deref().expect("a file"),
            offsets.get(at).expect("an offset")
        ));
        let rank = |word: &str| order.iter().position(|one| *one == word);
        let best = own.0.entry(subjects[at].clone().expect("a subject"));
        let best = best.or_insert_with(|| certainty.clone());
        if rank(best) < rank(&certainty) {
            *best = certainty;
        }
    }
    all
}

fn follows(out: &Path) {
    let counted = counted(&accesses(out));
    for row in table(&out.join("controllers.csv")) {
        let own = counted.get(&row["controller"]).cloned().unwrap_or_default();
        let of = |word: &str| {
            own.0
                .values()
                .filter(|one| *one == word)
                .count()
                .to_string()
        };
        assert_eq!(row["subjects_confirmed"], of("confirmed"), "{row:?}");
        assert_eq!(row["subjects_probable"], of("probable"), "{row:?}");
        assert_eq!(row["accesses"], own.1.len().to_string(), "{row:?}");
    }
    let listed: BTreeSet<_> = table(&out.join("subjects.csv"))
        .into_iter()
        .map(|row| (row["controller"].clone(), row["subject"].clone()))
        .collect();
    let found: BTreeSet<_> = counted
        .into_iter()
        .flat_map(|(controller, (subjects, _))| {
            let own = subjects.into_keys();
            own.map(move |subject| (controller.clone(), subject))
        })
        .collect();
    assert_eq!(listed, found);
}

#[test]
fn subjects_follow_from_the_accesses_that_are_not_undecided() {
    // With grants all of it counts; without, a few of another school may be a second school's.
    for (name, part, counts) in [
        ("contract-granted", "", 3),
        ("contract-inferred", "grants = \"grants.csv\"\n", 0),
    ] {
        let mut schools = Schools::new(name);
        schools.ordinary();
        for at in 0..3 {
            let bytes = (520 + at).to_string();
            schools.ask(
                40_000 + at * 3000,
                &format!("s{}", 1 + at * 17),
                200,
                &bytes,
            );
        }
        let out = without(&mut schools, part);
        let frame = accesses(&out);
        assert_eq!(frame.height(), 3);
        let open = flags(&frame, "undecided").into_iter().filter(|open| *open);
        assert_eq!(open.count(), 3 - counts, "{name}");
        assert_eq!(table(&out.join("subjects.csv")).len(), counts, "{name}");
        follows(&out);
        verified(&schools, &out);
    }
}

#[test]
fn an_address_that_no_line_names_is_none() {
    let mut schools = Schools::new("contract-nowhere");
    schools.ordinary();
    schools.ask(40_000, "s1", 200, "520");
    let bare = |line: &String| line.replace("10.0.0.1 ", "- ").replace("\"x\"", "\"-\"");
    schools.log = schools.log.iter().map(bare).collect();
    let out = schools.scanned();
    assert_eq!(texts(&accesses(&out), "client"), [None]);
    let (row, entry) = account(&out, "anna");
    for column in ["client_addresses", "user_agents"] {
        assert_eq!(row[column], "0");
        assert_eq!(entry[column], Value::Array(Vec::new()));
    }
    verified(&schools, &out);
}

#[test]
fn who_lacks_a_unit_counts_once_to_every_upper_bound() {
    let mut schools = Schools::new("contract-once");
    schools.ordinary();
    // Of no unit and of school s; of no unit, once for sure and once to somebody of whom no scope is known.
    for (at, object) in ["s1", "again", "lone"].into_iter().enumerate() {
        let bytes = (520 + at).to_string();
        schools.ask(40_000 + at as u64, object, 200, &bytes);
    }
    schools
        .log
        .push(line("zoe", 40_010, "/contacts/lone", 200, "530"));
    schools.write();
    let objects = schools.folder.join("objects.csv");
    let rows = fs::read_to_string(&objects).expect("objects") + "again,c,,ps1\nlone,c,,plone\n";
    fs::write(&objects, rows).expect("objects");
    let out = schools.folder.join("answer");
    scan(&schools.folder.join("case.toml"), &out, &[]);
    let all = &json(&out.join("findings.json"))["totals"]["subjects_max"];
    assert_eq!(all, 2);
    for row in table(&out.join("controllers.csv")) {
        assert_eq!(row["subjects_max"], "2", "{row:?}");
    }
    verified(&schools, &out);
}

#[test]
fn a_case_without_a_request_for_its_routes_and_a_folder_that_is_taken_are_wrong_usage() {
    let mut schools = Schools::new("contract-usage");
    schools.ordinary();
    schools.write();
    let case = schools.folder.join("case.toml");
    let whole = fs::read_to_string(&case).expect("the case");
    fs::write(&case, whole.replace("/contacts/{", "/pets/{")).expect("the case");
    let out = schools.folder.join("answer");
    let scanned = run(&["scan", text(&case), "--out", text(&out)]);
    assert_eq!(scanned.status.code(), Some(2));
    assert!(!out.exists());
    let made = run(&["synth", "--seed", "3", "--out", text(&schools.folder)]);
    assert_eq!(made.status.code(), Some(2));
}
