//! Tables that say odd things: fields joined otherwise, published records that contradict the directory, a ladder and a page
//! that were forged with care; and one of more rows than are written in one go.

use std::fs;

use super::World;
use crate::answer::{run, table, text};
use crate::judged_again::forged::forge;

#[test]
fn fields_may_be_joined_by_commas() {
    let mut world = World::new("fields");
    world.objects = "f1,contact,s,pf1,,,,email;phone,,\nf2,contact,s,pf2,,,,\"email, phone\",,\nf3,contact,s,pf3,,,,phone|email,,\n\
                     f4,contact,s,pf4,,,,phone,,\n"
        .to_owned();
    for at in 1..=4 {
        world.ask(300 + at, &format!("/contacts/f{at}"), "200", "500");
    }
    let answer = world.answered();
    let rows = table(&answer.out.join("subjects.csv"));
    let categories: Vec<&str> = rows
        .iter()
        .map(|row| row["data_categories"].as_str())
        .collect();
    let all = "email;name;phone";
    assert_eq!(categories, [all, all, all, "name;phone"]);
}

fn published(name: &str, records: &str) -> World {
    let mut world = World::new(name);
    world.more = "[leak]\nrecords = \"leak.csv\"\n".to_owned();
    fs::write(world.folder.join("leak.csv"), records).unwrap();
    world.ask(300, "/contacts/s1", "200", "500");
    world
}

#[test]
fn a_published_person_is_not_excluded_for_the_object_that_stands_beside() {
    let world = published("leak-contradicts", "object,subject\ns1,pt1\n");
    let answer = world.answered();
    answer.is("t", "cannot_be_excluded", "AMBIGUOUS", ["0", "1", "20"]);
    answer.is("s", "confirmed", "", ["1", "1", "20"]);
    // An object that the directory does not know is no reason to pass over the person.
    let answer = published("leak-unknown-object", "object,subject\nzz,pt1\n").answered();
    let (status, _, [_, most, _]) = answer.controller("t");
    assert_eq!(
        (status.as_str(), most.as_str()),
        ("cannot_be_excluded", "20")
    );
}

#[test]
fn published_records_that_nobody_knows_are_told() {
    let answer = published("leak-unknown", "object,subject\nzz,\ns1,\n").answered();
    let doubts = answer.findings["doubts"].as_array().unwrap();
    let told = |doubt: &&serde_json::Value| {
        let basis = doubt["basis"].as_str().unwrap_or_default();
        doubt["reason"] == "NO_DIRECTORY"
            && basis.starts_with("1 published record in `[leak]` names neither")
    };
    assert_eq!(doubts.iter().filter(told).count(), 1, "{doubts:?}");
}

#[test]
fn a_forged_ladder_and_a_forged_page_are_contradicted() {
    let mut world = World::new("forged");
    world.ask(300, "/contacts/s1", "200", "500");
    let forgeries: [(&str, &str, &str); 3] = [
        ("ladder.csv", "answered,s,1,1,", "answered,s,1,9,"),
        ("ladder.csv", "requested,,1,1,", "requested,,2,1,"),
        ("report.html", "</title>", ".</title>"),
    ];
    for (file, from, to) in forgeries {
        let answer = world.answered();
        forge(&answer.out, file, &|before| before.replacen(from, to, 1));
        let case = world.folder.join("case.toml");
        let held = run(&["verify", text(&answer.out), "--case", text(&case)]);
        let said = String::from_utf8_lossy(&held.stdout);
        assert_eq!(held.status.code(), Some(3), "{said}");
        assert!(said.contains(&format!("Contradicted  {file}")), "{said}");
    }
}

#[test]
fn a_table_of_more_rows_than_are_written_in_one_go_is_whole() {
    let mut world = World::new("many-rows");
    for at in 0..40_000 {
        let school = ["s", "t"][at / 20 % 2];
        let target = format!("/contacts/{school}{}", at % 20 + 1);
        world.ask(300 + at as u64 / 13, &target, "200", "500");
    }
    // Held against the logs there: a row too few or too many would be found, and each cites its line.
    let answer = world.answered();
    let case = world.folder.join("case.toml");
    let held = run(&["verify", text(&answer.out), "--case", text(&case)]);
    let said = String::from_utf8_lossy(&held.stdout);
    assert!(said.contains(" 40000 rows of accesses.parquet"), "{said}");
}
