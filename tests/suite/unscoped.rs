//! With nothing but logs nobody's scope is known: who took far more than everybody is listed and accused of nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use crate::answer::{case_of, fresh, scan, table};

const ROUTE: &str = r#"[[route]]
name = "contact"
path = "/people/{person}"
object = "person"
"#;

/// Verdicts and signals where `honest` accounts ask for few contacts of their own and others for as many as is said, in no
/// order.
fn listed(
    name: &str,
    honest: usize,
    others: &[(&str, usize)],
) -> BTreeMap<String, (String, String)> {
    let folder = fresh(name);
    let mut log = String::new();
    let mut second = 0;
    let mut ask = |account: &str, person: usize| {
        second += 7;
        let (hour, minute) = (6 + second / 3600 % 12, second / 60 % 60);
        let day = 1 + second / 43_200;
        let bytes = 700 + person % 89;
        let _ = writeln!(
            log,
            "10.0.0.1 - {account} [{day:02}/Mar/2027:{hour:02}:{minute:02}:{:02} +0000] \"GET /people/p{person:06} HTTP/1.1\" 200 \
             {bytes} \"-\" \"test\"",
            second % 60,
        );
    };
    for account in 0..honest {
        for k in 0..4 + account % 20 {
            ask(&format!("h{account}"), account * 10 + k * k % 97);
        }
    }
    for (account, many) in others {
        for k in 0..*many {
            // 7919 and 100,003 are primes: no person twice, and no stride that order would tell.
            ask(account, (k * k % 100_003 * 7919) % 100_003 + 100_000);
        }
    }
    fs::create_dir_all(folder.join("logs")).expect("a folder for the log");
    fs::write(folder.join("logs/access.log"), log).expect("the log is written");
    fs::write(folder.join("case.toml"), case_of("", ROUTE, &[])).expect("the case is written");
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let rows = table(&out.join("accounts.csv")).into_iter();
    rows.map(|row| {
        let said = (row["verdict"].clone(), row["signals"].clone());
        (row["account"].clone(), said)
    })
    .collect()
}

#[test]
fn who_took_far_more_than_all_is_listed_and_accused_of_nothing() {
    let listed = listed("unscoped-many", 400, &[("office", 110), ("zz", 700)]);
    let walker = ("undetermined".to_owned(), "unknown_volume=700".to_owned());
    assert_eq!(listed, BTreeMap::from([("zz".to_owned(), walker)]));
}

#[test]
fn what_many_do_is_usual() {
    let names: Vec<String> = (0..20).map(|n| format!("office{n}")).collect();
    let office: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 320)).collect();
    assert_eq!(listed("unscoped-usual", 400, &office), BTreeMap::new());
}

#[test]
fn few_accounts_say_nothing_about_one() {
    assert_eq!(listed("unscoped-few", 150, &[("zz", 700)]), BTreeMap::new());
}
