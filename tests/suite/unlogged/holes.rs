//! Lines that were taken out of a log where nobody counts on any.

use super::*;

/// The first of two o'clock at night on the third day: nobody else is about.
const NIGHT: u64 = 2 * DAY + 2 * HOUR;
/// Eight in the evening of that day.
const EVENING: u64 = 2 * DAY + 20 * HOUR;

/// Pupils of the second school, in no order.
fn shuffled(places: std::ops::Range<u64>) -> impl Iterator<Item = String> {
    // Powers of 3 go through all numbers below 101, and no two steps are alike.
    places.map(|at| format!("s{}", (0..at).fold(1, |power, _| power * 3 % 101)))
}

fn in_order(numbers: std::ops::RangeInclusive<u64>) -> impl Iterator<Item = String> {
    numbers.map(|at| format!("s{at}"))
}

#[test]
fn a_walk_that_stands_still_while_its_log_is_silent() {
    // Nothing is missing from one that goes through.
    let mut whole = World::new("through", 6..23);
    whole.walk(NIGHT, 8, shuffled(0..80));
    assert_eq!(whole.judged().third(), ("excluded", ""));
    // What the ten minutes between hold nobody can tell.
    let mut paused = World::new("paused", 6..23);
    paused.walk(NIGHT, 8, shuffled(0..40));
    paused.walk(NIGHT + 40 * 8 + 10 * MINUTE, 8, shuffled(40..80));
    let found = paused.judged();
    assert_eq!(found.third(), ("excluded", ""));
    assert!(
        found.doubts.contains("stands still 1 time"),
        "{}",
        found.doubts
    );
    // Whoever goes on with the next number has left nothing out.
    let mut seamless = World::new("seamless", 6..23);
    seamless.walk(NIGHT, 8, in_order(1..=40));
    seamless.walk(NIGHT + 40 * 8 + 10 * MINUTE, 8, in_order(41..=80));
    assert_eq!(seamless.judged().third(), ("excluded", ""));
    // Nor is a pause a hole in which others go on.
    let mut seen = World::new("seen", 0..24);
    seen.walk(NIGHT, 8, shuffled(0..40));
    seen.walk(NIGHT + 40 * 8 + 10 * MINUTE, 8, shuffled(40..80));
    assert_eq!(seen.judged().third(), ("excluded", ""));
}

#[test]
fn a_walk_that_passes_over_numbers_in_the_time_that_they_take() {
    let mut cut = World::new("jump", 0..24);
    cut.walk(EVENING, 8, in_order(1..=30));
    cut.walk(EVENING + 60 * 8, 8, in_order(61..=90));
    let found = cut.judged();
    assert_eq!(found.third(), ("excluded", ""));
    assert!(
        found.doubts.contains("passes over numbers 1 time"),
        "{}",
        found.doubts
    );
    // Confirmed are those that lines show; those between are possible.
    let [status, _, min, _] = &found.schools[1];
    assert_eq!((&**status, &**min), ("confirmed", "60"));
    // Whoever turns elsewhere at once, or thinks for an hour, leaves out what he leaves out.
    for (name, pause) in [("leap", 8), ("thought", HOUR)] {
        let mut leap = World::new(name, 0..24);
        leap.walk(EVENING, 8, in_order(1..=30));
        leap.walk(EVENING + 29 * 8 + pause, 8, in_order(61..=90));
        assert_eq!(leap.judged().third(), ("excluded", ""), "{name}");
    }
}

#[test]
fn one_tenants_lines_are_taken_out() {
    let third = |request: &Request| request.account.starts_with('t');
    let whole = World::new("tenant-whole", 6..23).judged();
    assert_eq!(whole.third(), ("excluded", ""));
    for (name, out) in [
        ("tenant-day", 3 * DAY..4 * DAY),
        ("tenant-days", 7 * DAY..10 * DAY),
    ] {
        let mut world = World::new(name, 6..23);
        world
            .requests
            .retain(|one| !(third(one) && out.contains(&one.at)));
        let found = world.judged();
        assert_eq!(found.third(), ("excluded", ""), "{name}");
        assert_eq!(found.schools[1][0], "excluded", "{name}");
        assert!(
            found.doubts.contains("the controller T"),
            "{}",
            found.doubts
        );
    }
}

/// Of a school that never asks nobody can say that it would: its silence is said, and widens nothing.
#[test]
fn a_tenant_that_nobody_ever_asks_for_is_said() {
    let mut world = World::new("tenant-all", 6..23);
    world.requests.retain(|one| !one.account.starts_with('t'));
    let found = world.judged();
    assert_eq!(found.third().0, "excluded");
    assert!(
        found.doubts.contains("names anything of the controller T"),
        "{}",
        found.doubts
    );
}

#[test]
fn a_school_that_stays_away_at_weekends_lacks_nothing() {
    let mut world = World::new("tenant-weekends", 6..23);
    world
        .requests
        .retain(|one| !(one.account.starts_with('t') && one.at / DAY % 7 >= 5));
    assert_eq!(world.judged().third(), ("excluded", ""));
}

#[test]
fn a_route_that_answers_nobody_in_these_logs() {
    let mut world = World::new("answers", 6..23);
    let mut nth = 0;
    for request in &mut world.requests {
        nth += 1;
        if request.target.starts_with("/cards/") && mixed(nth).is_multiple_of(5) {
            (request.status, request.bytes) = (404, 20);
        }
    }
    let cards = |request: &Request| request.target.starts_with("/cards/");
    world
        .requests
        .retain(|one| !(cards(one) && one.status == 200));
    // It may as well answer nobody: that is said, and refused requests disclose nothing.
    let found = world.judged();
    assert_eq!(found.third().0, "excluded");
    assert!(
        found.doubts.contains("none of them an answer"),
        "{}",
        found.doubts
    );
}

#[test]
fn the_last_hours_of_a_period() {
    let period = "period = { from = \"2021-03-01T00:00:00Z\", until = \"2021-03-15T00:00:00Z\" }";
    for (last, stands) in [
        (DAYS * DAY, "excluded"),
        (DAYS * DAY - 150 * MINUTE, "cannot_be_excluded"),
    ] {
        let mut world = World::new(&format!("end-{stands}"), 6..23);
        world.period = period.to_owned();
        // A third of the lines: an hour has 20 of them.
        let mut nth = 0;
        world.requests.retain(|request| {
            nth += 1;
            nth % 3 == 0 && request.at < last
        });
        assert_eq!(world.judged().third().0, stands);
    }
}
