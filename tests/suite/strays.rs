//! Colleagues who strayed into a school excuse nobody who took far more of it than they, or walked through it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use crate::answer::{fresh, scan, table};

/// Verdicts where some pupils of one school (contacts from 600 on) asked for contacts of the other.
fn verdicts(name: &str, abroad: &[(&str, &[u32])]) -> BTreeMap<String, String> {
    let folder = fresh(name);
    fs::create_dir_all(folder.join("logs")).expect("a folder");
    let mut log = String::new();
    let mut line = |account: &str, (day, second): (u32, u32), contact: u32| {
        let _ = writeln!(
            log,
            "192.0.2.1 - {account} [{day:02}/Mar/2021:{:02}:{:02}:{:02} +0000] \"GET /contacts/c{contact} HTTP/1.1\" 200 {} \"-\" \"B\"",
            second / 3600,
            second / 60 % 60,
            second % 60,
            700 + contact % 89,
        );
    };
    for pupil in 0..300 {
        for k in 0..8 {
            let own = 600 + (pupil * 6 + k) % 300;
            line(&format!("a{pupil}"), (4 + k % 3, pupil * 40 + k * 3), own);
        }
    }
    let mut second = 50_000;
    for (account, contacts) in abroad {
        for contact in *contacts {
            second += 2;
            line(account, (6, second), *contact);
        }
    }
    let put = |file: &str, text: String| fs::write(folder.join(file), text).expect("writable");
    put("logs/access.log", log);
    let pupils = (0..300).map(|n| format!("a{n},pupil,ua\n"));
    let grants: String = pupils.chain(["zz,pupil,ua\n".to_owned()]).collect();
    put("grants.csv", format!("account,role,unit\n{grants}"));
    let unit = |n: u32| if n < 600 { "ub" } else { "ua" };
    let objects = (0..900).map(|n| format!("c{n},contact,{},s{n}\n", unit(n)));
    let objects: String = objects.collect();
    put(
        "objects.csv",
        format!("object,kind,unit,subject\n{objects}"),
    );
    put(
        "units.csv",
        "unit,parent,controller,name,kind\nua,,ka,A,school\nub,,kb,B,school\n".to_owned(),
    );
    put(
        "controllers.csv",
        "controller,name\nka,A\nkb,B\n".to_owned(),
    );
    put(
        "case.toml",
        "[case]\nid = \"strays\"\ntimezone = \"UTC\"\n[[source]]\nname = \"web\"\nfiles = [\"logs/*\"]\nformat = \"combined\"\n\
         account = \"remote_user\"\n[[route]]\nname = \"contact\"\npath = \"/contacts/{contact}\"\nobject = \"contact\"\n\
         discloses = [\"name\"]\n[directory]\ncontrollers = \"controllers.csv\"\nunits = \"units.csv\"\n\
         grants = \"grants.csv\"\nobjects = \"objects.csv\"\n"
            .to_owned(),
    );
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let rows = table(&out.join("accounts.csv")).into_iter();
    rows.map(|row| (row["account"].clone(), row["verdict"].clone()))
        .collect()
}

#[test]
fn a_walk_is_not_excused_by_strays() {
    let strays: [(&str, &[u32]); 3] = [("a7", &[3]), ("a100", &[9]), ("a200", &[33])];
    let walk: Vec<u32> = (400..500).collect();
    // A permutation: 37 and 100 have no common divisor.
    let shuffled: Vec<u32> = (0..100).map(|n| 400 + n * 37 % 100).collect();
    for (name, taken) in [("strays-walk", walk), ("strays-shuffled", shuffled)] {
        let abroad: Vec<(&str, &[u32])> = strays.into_iter().chain([("zz", &taken[..])]).collect();
        let verdicts = verdicts(name, &abroad);
        assert_eq!(verdicts["zz"], "enumeration", "{name}");
        for (stray, _) in strays {
            assert_eq!(verdicts[stray], "overreach", "{name}");
        }
    }
}

/// Several who help in a class have to do with about as many of it.
#[test]
fn who_helps_as_much_as_others_is_excused() {
    // Powers of 3 go through all numbers below 31 in no order.
    let place = |n: u32| (0..n).fold(1, |power, _| power * 3 % 31);
    let some = |from: u32| -> Vec<u32> { (0..24).map(|n| from + place(n)).collect() };
    let (a, b, c) = (some(40), some(41), some(43));
    let abroad = [("a7", &a[..]), ("a100", &b[..]), ("zz", &c[..])];
    let verdicts = verdicts("strays-helpers", &abroad);
    assert_eq!(verdicts.len(), 3);
    assert!(
        verdicts.values().all(|verdict| verdict == "overreach"),
        "{verdicts:?}"
    );
}
