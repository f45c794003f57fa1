//! Client addresses of every kind, in two files that meet them in another order: each stands in the answer as its lines
//! write it, and what the case excludes is found whatever it is.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::answer::{case_of, fresh, json, scan, succeed, table, text};

const ROUTE: &str = r#"[[route]]
name = "card"
path = "/cards/{card}"
object = "card"
"#;

/// Addresses from which cards of the other school are read: the first half in the first file, the others in the second,
/// which begins with one that the first file does not have.
const STRANGE: [&str; 6] = [
    "2001:db8::a",
    "10.0.0.1",
    "host.example.org",
    "2001:db8::7",
    "010.0.0.1",
    "198.51.100.7",
];

/// A case of two schools in which `zz` of the one reads the other's cards.
fn world(name: &str, exclude: &str) -> PathBuf {
    let folder = fresh(name);
    let put = |file: &str, text: &str| fs::write(folder.join(file), text).expect("writable");
    fs::create_dir_all(folder.join("logs")).expect("a folder");
    let mut card = 0;
    for (file, day) in [("access.log.1", 1), ("access.log", 2)] {
        let mut log = String::new();
        let half = STRANGE.len() / 2;
        let strange = &STRANGE[(day - 1) * half..day * half];
        for at in 0..30 {
            let client = strange[at % half];
            let _ = writeln!(
                log,
                "{client} - zz [{day:02}/Mar/2021:08:{at:02}:00 +0000] \"GET /cards/b{card} HTTP/1.1\" 200 {} \"-\" \"x\"\n\
                 2001:db8::{day} - aa [{day:02}/Mar/2021:08:{at:02}:30 +0000] \"GET /cards/a{card} HTTP/1.1\" 200 {} \"-\" \"x\"",
                700 + card,
                800 + card,
            );
            card += 1;
        }
        put(&format!("logs/{file}"), &log);
    }
    let objects = (0..60).map(|n| format!("a{n},card,ua,pa{n}\nb{n},card,ub,pb{n}\n"));
    let objects: String = objects.collect();
    put(
        "objects.csv",
        &format!("object,kind,unit,subject\n{objects}"),
    );
    put(
        "grants.csv",
        "account,role,unit\naa,pupil,ua\nzz,pupil,ua\n",
    );
    put(
        "units.csv",
        "unit,parent,controller,name,kind\nua,,ka,A,school\nub,,kb,B,school\n",
    );
    put("controllers.csv", "controller,name\nka,A\nkb,B\n");
    let tables = ["controllers", "units", "grants", "objects"];
    put("case.toml", &(case_of("", ROUTE, &tables) + exclude));
    folder
}

#[test]
fn each_stands_as_its_lines_write_it() {
    let folder = world("addresses-all", "");
    let (case, out) = (folder.join("case.toml"), folder.join("answer"));
    scan(&case, &out, &["--quiet"]);
    let findings = json(&out.join("findings.json"));
    let accounts = findings["accounts"].as_array().expect("a list");
    let entry = accounts.iter().find(|entry| entry["account"] == "zz");
    let mut all = STRANGE;
    all.sort_unstable();
    let said = &entry.expect("an entry")["client_addresses"];
    assert_eq!(*said, serde_json::json!(all));
    let mut rows = table(&out.join("accounts.csv")).into_iter();
    let row = rows.find(|row| row["account"] == "zz").expect("a row");
    assert_eq!(row["client_addresses"], "6");
    // It reads the address of every row out of its line.
    succeed(&["verify", text(&out), "--case", text(&case)]);
}

#[test]
fn an_exclusion_that_nobody_bears_is_told_and_no_other() {
    let entries = [
        "2001:db8::/112",
        "host.example.org",
        "10.0.0.0/24",
        "010.0.0.1",
        "198.51.100.7",
        "198.51.100.70",
        "2001:db8:1::/48",
    ];
    let exclude = format!("[exclude]\nclients = {entries:?}\n");
    let folder = world("addresses-excluded", &exclude);
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let findings = json(&out.join("findings.json"));
    assert_eq!(findings["set_aside"]["accesses_from_excluded_clients"], 120);
    let remarks: Vec<&str> = findings["remarks"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|remark| remark.as_str())
        .filter(|remark| remark.contains("no request for a route bears"))
        .collect();
    assert_eq!(remarks.len(), 2, "{remarks:?}");
    assert!(remarks[0].contains("\"198.51.100.70\""), "{remarks:?}");
    assert!(remarks[1].contains("\"2001:db8:1::/48\""), "{remarks:?}");
}
