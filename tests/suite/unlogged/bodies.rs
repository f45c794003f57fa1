//! Bodies that are not what the case, or the directory, takes them for.

use super::*;

/// Eight in the evening of the third day.
const EVENING: u64 = 2 * DAY + 20 * HOUR;

#[test]
fn content_behind_the_last_page_that_the_directory_knows() {
    for (name, bytes, stands) in [
        // An envelope around nothing.
        ("envelope", 120, "excluded"),
        // As much as on any other page: the directory lacks who stood there.
        ("content", 3200, "cannot_be_excluded"),
    ] {
        let mut world = World::new(&format!("page-{name}"), 6..23);
        world.limits[0] = None;
        for (page, school) in (3..8).flat_map(|page| [(page, "s"), (page, "t")]) {
            let target = format!("/lists/l{school}?page={page}");
            world.ask(EVENING + page * 10, "np0", target, (200, bytes + page % 3));
        }
        let found = world.judged();
        assert_eq!(
            (found.third().0, &*found.schools[2][2]),
            (stands, "0"),
            "{name}"
        );
    }
}

#[test]
fn a_limit_above_all_content_excludes_nobody() {
    let mut world = World::new("limit-high", 6..23);
    world.limits[1] = Some(5000);
    for at in 1..=40 {
        world.card(EVENING + at * 8, "np0", &format!("s{at}"));
    }
    let found = world.judged();
    assert_eq!(found.third(), ("cannot_be_excluded", "AMBIGUOUS"));
    assert!(
        found.doubts.contains("`empty_below` = 5000"),
        "{}",
        found.doubts
    );
}

#[test]
fn a_limit_below_an_empty_answer_is_said() {
    let mut world = World::new("limit-low", 6..23);
    world.limits[1] = Some(10);
    for at in 1..=40 {
        world.ask(EVENING + at * 8, "np0", format!("/cards/s{at}"), (200, 40));
    }
    let found = world.judged();
    assert_eq!(&*found.schools[1][2], "40", "the case decides");
    assert!(
        found.doubts.contains("its `empty_below` is 10"),
        "{}",
        found.doubts
    );
    assert_eq!(found.third(), ("excluded", ""));
}
