//! People whom a count alone accuses: what the front end loads by itself, a move of which the directory knows the end only.

use std::fmt::Write as _;
use std::fs;

use super::{ALL, Platform};
use crate::answer::{scan, table};

const DAY: u32 = 86_400;

/// What an account is called, if anything.
fn verdict(out: &std::path::Path, account: &str) -> Option<String> {
    let rows = table(&out.join("accounts.csv"));
    let own = rows.into_iter().find(|row| row["account"] == account)?;
    Some(own["verdict"].clone())
}

#[test]
fn the_same_dozen_again_on_another_day_is_no_walk() {
    let schools: Vec<(char, usize)> = ('a'..='l').map(|name| (name, 8)).collect();
    for (days, called) in [(2, "overreach"), (1, "enumeration")] {
        let mut platform = Platform::new(&format!("dozen-{days}"), &schools);
        platform.ordinary();
        for day in 0..days {
            // Proposed contacts, one of each other school, loaded in a second when the app is opened.
            for (name, second) in ('b'..='k').zip(0..) {
                let at = day * 2 * DAY + 50_000 + second / 4;
                platform.ask("a1", at, &format!("/cards/{name}3"), 150);
            }
        }
        platform.write(&ALL, "", 0);
        let out = platform.answer();
        assert_eq!(
            verdict(&out, "a1").as_deref(),
            Some(called),
            "{days} day(s)"
        );
        let subjects = table(&out.join("subjects.csv"));
        assert_eq!(subjects.len(), 10, "they were disclosed all the same");
        platform.done();
    }
}

/// Two schools of five classes of six; everybody may see the own school. `moved` has grants in the second only.
#[test]
fn who_came_from_a_school_that_the_grants_have_forgotten_is_no_walker() {
    let platform = Platform::new("came", &[]);
    let mut log = String::new();
    let mut ask = |who: &str, second: u32, path: String, size: u32| {
        let (day, second) = (1 + second / DAY, second % DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        writeln!(
            log,
            "10.0.0.7 - {who} [{day:02}/Mar/2021:{hour:02}:{minute:02}:{second:02} +0000] \"GET {path} HTTP/1.1\" 200 {size} \
             \"-\" \"x\""
        )
        .unwrap();
    };
    // Opens a class's list and reads cards on it.
    let mut looks = |who: &str, at: u32, class: &str, cards: std::ops::Range<u32>| {
        ask(who, at, format!("/lists/{class}"), 600);
        for (nth, card) in cards.enumerate() {
            let size = 140 + card * 7;
            ask(
                who,
                at + 5 + 20 * nth as u32,
                format!("/cards/{class}{card}"),
                size,
            );
        }
    };
    let mut tables = [
        "controller,name\na,a\nb,b\n".to_owned(),
        "unit,parent,controller,name,kind\nua,,a,a,school\nub,,b,b,school\n".to_owned(),
        "account,role,unit\nmoved,pupil,ub\nt,teacher,ua\n".to_owned(),
        "object,kind,unit,subject\n".to_owned(),
        "container,object\n".to_owned(),
    ];
    let classes = || {
        ['a', 'b']
            .into_iter()
            .flat_map(|school| (1..=5).map(move |nth| (school, nth)))
    };
    for (school, nth) in classes() {
        let class = format!("{school}{nth}x");
        writeln!(tables[1], "u{class},u{school},,{class},class").unwrap();
        for card in 0..6 {
            writeln!(tables[2], "p{class}{card},pupil,u{school}").unwrap();
            writeln!(tables[3], "{class}{card},card,u{class},s{class}{card}").unwrap();
            writeln!(tables[4], "{class},{class}{card}").unwrap();
            for day in 0..9 {
                let at = day * DAY + 30_000 + card * 311 + nth * 17;
                looks(&format!("p{class}{card}"), at, &class, 0..6);
            }
        }
    }
    looks("t", 30_000, "a1x", 0..6);
    // Five days in the old school, two classes a day; then four in the new one.
    for day in 0..5 {
        for (nth, cards) in [(day, 0..3), ((day + 2) % 5, 3..6)] {
            looks(
                "moved",
                day * DAY + 40_000 + nth * 900,
                &format!("a{}x", nth + 1),
                cards,
            );
        }
    }
    for day in 5..9 {
        looks("moved", day * DAY + 40_000, &format!("b{}x", day - 4), 0..6);
    }
    let names = ["controllers", "units", "grants", "objects", "members"];
    let mut case = "[case]\nid = \"x\"\ntitle = \"x\"\n[[source]]\nname = \"web\"\nfiles = [\"logs/*\"]\nformat = \"combined\"\n\
        account = \"remote_user\"\n[[route]]\nname = \"card\"\npath = \"/cards/{id}\"\nobject = \"id\"\ndiscloses = [\"name\"]\n\
        [[route]]\nname = \"list\"\npath = \"/lists/{list}\"\ncontainer = \"list\"\ndiscloses = [\"name\"]\n[directory]\n"
        .to_owned();
    for (name, content) in names.iter().zip(&tables) {
        fs::write(platform.folder.join(format!("{name}.csv")), content).unwrap();
        writeln!(case, "{name} = \"{name}.csv\"").unwrap();
    }
    fs::write(platform.folder.join("case.toml"), case).unwrap();
    fs::write(platform.folder.join("logs/access.log"), log).unwrap();
    let out = platform.folder.join("answer");
    scan(&platform.folder.join("case.toml"), &out, &[]);
    assert_eq!(verdict(&out, "moved").as_deref(), Some("overreach"));
    platform.done();
}
