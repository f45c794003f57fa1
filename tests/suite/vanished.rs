//! What vanishes without leaving a silence: a route that is written another way from some day on, a minute that no hour
//! has, every third line, the account. Each excludes nobody and adds to no lower bound; the same log whole excludes.

use std::fs;
use std::path::PathBuf;

use crate::answer::{Row, json, scan};
use crate::bounds::{Schools, controller, line};

/// People of the first school, each at one client.
const PEOPLE: u64 = 15;
const DAYS: u64 = 10;

/// Lines of ten days: a request each minute from 6 until 18 o'clock, and a beat every five minutes; with the number of
/// the day.
fn whole() -> Vec<(u64, String)> {
    let mut lines = Vec::new();
    for day in 1..=DAYS {
        let on = |text: String| (day, text.replace("04/Mar", &format!("{day:02}/Mar")));
        for beat in 0..288 {
            let text = line("-", beat * 300 + 7, "/health", 200, "2");
            lines.push(on(text.replace("10.0.0.1", "10.9.9.9")));
        }
        for minute in 0..720 {
            let who = minute * 7 % PEOPLE;
            let pupil = (minute * 13 + day * 31) % 100 + 1;
            let bytes = (400 + pupil * 7 % 97).to_string();
            let at = 21_600 + minute * 60 + 31;
            let text = line(
                &format!("p{who}"),
                at,
                &format!("/contacts/n{pupil}"),
                200,
                &bytes,
            );
            lines.push(on(text.replace("10.0.0.1", &format!("10.0.1.{who}"))));
        }
    }
    lines
}

/// The answer from these lines.
fn answer(name: &str, lines: impl Iterator<Item = String>) -> PathBuf {
    let mut schools = Schools::new(&format!("vanished-{name}"));
    schools.log = lines.collect();
    schools.write();
    let rows = (0..PEOPLE).map(|who| format!("p{who},teacher,n\n"));
    let grants = format!("account,role,unit\n{}", rows.collect::<String>());
    fs::write(schools.folder.join("grants.csv"), grants).unwrap();
    let out = schools.folder.join("answer");
    scan(&schools.folder.join("case.toml"), &out, &[]);
    out
}

fn stands(row: &Row) -> (&str, &str, &str) {
    (&row["status"], &row["subjects_min"], &row["reasons"])
}

/// How the third school stands, which nobody touches.
fn third(name: &str, lines: impl Iterator<Item = String>) -> (String, String) {
    let row = controller(&answer(name, lines), "t");
    (row["status"].clone(), row["reasons"].clone())
}

#[test]
fn whole_logs_exclude() {
    let found = third("whole", whole().into_iter().map(|(_, text)| text));
    assert_eq!(found, ("excluded".to_owned(), String::new()));
}

#[test]
fn a_route_that_is_written_another_way() {
    for (name, renamed) in [("late", 6..=DAYS), ("early", 1..=5)] {
        let lines = whole()
            .into_iter()
            .map(|(day, text)| match renamed.contains(&day) {
                true => text.replace("/contacts/", "/people/"),
                false => text,
            });
        let found = third(&format!("renamed-{name}"), lines);
        assert_eq!(
            found,
            ("cannot_be_excluded".to_owned(), "NO_LOG;GAP".to_owned()),
            "{name}"
        );
    }
}

/// A weekend at the end on which nobody asks is no loss: the days that are held against it are school days.
#[test]
fn nobody_asks_on_a_last_weekend() {
    // The 6th and 7th of March 2021 are a Saturday and a Sunday.
    let lines = whole().into_iter().filter(|(day, text)| match day {
        6 | 7 => text.contains("/health"),
        day => *day < 8,
    });
    let found = third("weekend", lines.map(|(_, text)| text));
    assert_eq!(found, ("excluded".to_owned(), String::new()));
}

#[test]
fn a_minute_that_no_hour_has() {
    let lines = whole().into_iter().map(|(_, text)| text).filter(|text| {
        let minute = text.split(':').nth(2).unwrap();
        !minute.ends_with('3')
    });
    let found = third("minute", lines);
    assert_eq!(
        found,
        ("cannot_be_excluded".to_owned(), "SAMPLED".to_owned())
    );
}

#[test]
fn every_third_line() {
    let mut schools: Vec<String> = whole().into_iter().map(|(_, text)| text).collect();
    schools.sort_by_key(|text| text.split('[').nth(1).map(str::to_owned));
    let lines = schools
        .into_iter()
        .enumerate()
        .filter(|(at, _)| at % 3 != 1);
    let (status, reasons) = third("third", lines.map(|(_, text)| text));
    assert_eq!(status, "cannot_be_excluded");
    assert!(reasons.contains("SAMPLED"), "{reasons}");
}

#[test]
fn accounts_that_a_log_stops_to_name() {
    let bare = |text: String| {
        let account = text.split(' ').nth(2).unwrap().to_owned();
        text.replacen(&format!(" {account} ["), " - [", 1)
    };
    let lines = whole().into_iter().map(|(day, text)| match day {
        6.. => bare(text),
        _ => text,
    });
    let out = answer("accounts", lines);
    let (status, least, reasons) = {
        let row = controller(&out, "n");
        let (status, least, reasons) = stands(&row);
        (status.to_owned(), least.to_owned(), reasons.to_owned())
    };
    assert_eq!(
        (status.as_str(), least.as_str()),
        ("cannot_be_excluded", "0")
    );
    assert!(reasons.contains("NO_ACCOUNT"), "{reasons}");
    let findings = json(&out.join("findings.json")).to_string();
    assert!(
        findings.contains("names no account from 2021-03-06T"),
        "not said"
    );
    // One client without an account among people who have theirs is nobody's lost account.
    let lines = whole()
        .into_iter()
        .map(|(day, text)| match text.contains("10.0.1.3 ") {
            true if day == 6 => bare(text),
            _ => text,
        });
    let row = controller(&answer("stranger", lines), "n");
    assert_eq!(row["status"], "confirmed");
}
