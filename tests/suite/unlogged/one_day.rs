//! Tables in which no row has a date, of a time in which people moved.

use super::*;

use crate::answer::verdicts;

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

/// By the tables it was beyond their scope, so it counts and is `overreach`; that the tables lack dates is said beside it.
#[test]
fn tables_of_one_day_are_told() {
    let mut world = moved("movers", MOVED.len());
    let out = world.scanned();
    let found = Found::of(&out);
    assert_eq!(found.schools[1][0], "confirmed");
    assert!(
        found.doubts.contains("no row of the tables has a date"),
        "{}",
        found.doubts
    );
    for (account, verdict) in verdicts(&out) {
        assert!(MOVED.contains(&&*account), "{account}");
        assert_eq!(verdict, "overreach", "{account}");
    }
    fs::remove_dir_all(&world.folder).unwrap();
}

#[test]
fn a_walk_beside_those_who_moved_is_one() {
    let mut world = moved("walk", MOVED.len());
    walk(&mut world);
    let out = world.scanned();
    let [status, _, min, _] = &Found::of(&out).schools[1];
    assert_eq!(&**status, "confirmed");
    assert!(min.parse::<u64>().unwrap() >= 80, "{min}");
    let all = verdicts(&out);
    assert_eq!(all["np0"], "enumeration", "{all:?}");
    fs::remove_dir_all(&world.folder).unwrap();
}

#[test]
fn one_who_seems_to_have_moved_says_nothing_of_the_tables() {
    let mut world = moved("one", 1);
    walk(&mut world);
    let found = world.judged();
    assert_eq!(found.schools[1][0], "confirmed");
    assert!(
        !found.doubts.contains("no row of the tables has a date"),
        "{}",
        found.doubts
    );
    assert_eq!(found.third(), ("excluded", ""));
}
