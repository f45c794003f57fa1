//! Where things are written and what is said of places: near logs, beside what a killed run left, in complaints.

use std::fs;

use super::World;
use crate::answer::{run, text};

fn world(name: &str) -> World {
    let mut world = World::new(name);
    world.ask(300, "/contacts/s1", "200", "500");
    world.answered();
    world
}

fn told(args: &[&str]) -> (Option<i32>, String) {
    let output = run(args);
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn whatever_is_made_of_an_answer_stays_away_from_its_logs() {
    let world = world("near-logs");
    let answer = world.folder.join("answer");
    fs::create_dir(world.folder.join("logs/below")).unwrap();
    let all: [&[&str]; 5] = [
        &["report"],
        &["report", "--format", "csv"],
        &["report", "--answers", "edpb"],
        &["export", "--format", "timesketch"],
        &["attest"],
    ];
    for args in all {
        for place in ["logs/new", "logs/below/new"] {
            let place = world.folder.join(place);
            let all = [args, &[text(&answer), "--out", text(&place)]].concat();
            let (code, said) = told(&all);
            assert_eq!(code, Some(2), "{all:?}: {said}");
            assert!(said.contains("lies in the folder of the log"), "{said}");
            assert!(!place.exists());
        }
        let beside = world.folder.join("beside");
        let all = [args, &[text(&answer), "--out", text(&beside)]].concat();
        assert_eq!(told(&all), (Some(0), String::new()));
        let _ = fs::remove_dir_all(&beside);
        let _ = fs::remove_file(&beside);
    }
}

#[test]
fn what_a_killed_run_left_is_told() {
    let world = world("killed");
    // No process has so high a number.
    let left = world.folder.join(".again.breachscope-4194304999");
    fs::create_dir(&left).unwrap();
    fs::create_dir(world.folder.join(".again.breachscope-notes")).unwrap();
    let case = world.folder.join("case.toml");
    let out = world.folder.join("again");
    let (code, said) = told(&["scan", text(&case), "--out", text(&out), "--quiet"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains(".again.breachscope-4194304999 was left by a run that was killed"),
        "{said}"
    );
    assert!(!said.contains("notes"), "{said}");
    assert!(left.exists());
}

#[test]
fn an_annex_is_of_statements_only() {
    let world = world("annex");
    let (answer, case) = (world.folder.join("answer"), world.folder.join("case.toml"));
    let annex = world.folder.join("annex.html");
    let (code, said) = told(&[
        "verify",
        text(&answer),
        "--case",
        text(&case),
        "--annex",
        text(&annex),
    ]);
    assert_eq!(code, Some(2), "{said}");
    assert!(!annex.exists());
}

#[test]
fn complaints_about_tables_name_their_paths() {
    let world = world("complaints");
    let table = world.folder.join("grants.csv");
    fs::write(&table, "account,role,unit\nanna,teacher,nowhere\n").unwrap();
    let case = world.folder.join("case.toml");
    let (code, said) = told(&[
        "scan",
        text(&case),
        "--out",
        text(&world.folder.join("new")),
    ]);
    assert_eq!(code, Some(2));
    assert!(said.contains(&format!("{}:2: ", table.display())), "{said}");
}
