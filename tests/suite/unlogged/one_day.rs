//! Tables in which no row has a date, of a time in which people moved.

use super::*;

use crate::answer::{run, table, text};

/// Accounts of the third school, by the tables, that were pupils of the second until the fifth day.
const MOVED: [&str; 4] = ["tp8", "tp9", "tp10", "tp11"];

/// Until then they ask for pupils of the second school; `moved`: how many of the four have.
fn moved(name: &str, moved: usize) -> World {
    let mut world = World::new(&format!("one-day-{name}"), 6..23);
    for request in &mut world.requests {
        let who = MOVED[..moved].iter().any(|one| *one == request.account);
        if who && request.at < 5 * DAY {
            request.target = request.target.replace("/lt", "/ls").replace("/t", "/s");
        }
    }
    world
}

/// A walk over the first eighty pupils of the second school, in their order, on the eighth day.
fn walk(world: &mut World) {
    world.walk(7 * DAY + 20 * HOUR, 3, (1..=80).map(|at| format!("s{at}")));
}

fn verdicts(out: &Path) -> Vec<(String, String)> {
    let rows = table(&out.join("accounts.csv")).into_iter();
    rows.map(|row| (row["account"].clone(), row["verdict"].clone()))
        .collect()
}

#[test]
fn who_moved_is_not_held_against_the_tables_of_today() {
    let mut world = moved("movers", MOVED.len());
    let out = world.scanned();
    let found = Found::of(&out);
    let [status, reasons, min, max] = &found.schools[1];
    assert_eq!(
        (&**status, &**reasons),
        ("cannot_be_excluded", "NO_DIRECTORY")
    );
    assert_eq!((&**min, &**max), ("0", "100"));
    assert!(
        found.doubts.contains("no row of the tables has a date"),
        "{}",
        found.doubts
    );
    for (account, verdict) in verdicts(&out) {
        assert!(MOVED.contains(&&*account), "{account}");
        assert_eq!(verdict, "undetermined", "{account}");
    }
    let case = world.folder.join("case.toml");
    let held = run(&["verify", text(&out), "--case", text(&case)]);
    let said = String::from_utf8_lossy(&held.stdout).into_owned();
    assert_eq!(held.status.code(), Some(0), "{said}");
    fs::remove_dir_all(&world.folder).unwrap();
}

#[test]
fn a_walk_beside_those_who_moved_is_one() {
    let mut world = moved("walk", MOVED.len());
    // Whom somebody else looked at who did not move may have moved himself: of all others the walk is proof.
    for at in 1..=5 {
        world.card(3 * DAY + 15 * HOUR + at * 40, "tp0", &format!("s{at}"));
    }
    walk(&mut world);
    let out = world.scanned();
    let found = Found::of(&out);
    let [status, reasons, min, _] = &found.schools[1];
    assert_eq!((&**status, &**reasons), ("confirmed", "NO_DIRECTORY"));
    assert_eq!(min, "75");
    let all = verdicts(&out);
    assert!(
        all.contains(&("np0".to_owned(), "enumeration".to_owned())),
        "{all:?}"
    );
    fs::remove_dir_all(&world.folder).unwrap();
}

#[test]
fn one_who_seems_to_have_moved_says_nothing_of_the_tables() {
    let mut world = moved("one", 1);
    walk(&mut world);
    let found = world.judged();
    assert_eq!(found.schools[1][0], "confirmed");
    assert_eq!(found.third(), ("excluded", ""));
}
