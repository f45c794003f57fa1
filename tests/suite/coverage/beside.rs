//! Hosts that share a load, each a source of its own: one that is silent while the others go on, and complete logs of
//! such hosts, with nights, weekends, a job and a raid on one of them only, and a new file every midnight.

use breachscope::coverage::{Assessment, GapKind, assess};

use super::traffic::{Cut, DAY, HOUR, START, Traffic, load};
use super::widening;

/// A source for each writer.
fn hosts(traffic: &Traffic) -> Assessment {
    let source = |host| format!("[[source]]\nname = \"edge{host}\"\nfiles = [\"{host}/*\"]\n");
    let sources: String = (0..traffic.writers).map(source).collect();
    let facts: Vec<_> = (0..traffic.writers)
        .map(|host| traffic.facts_of(host))
        .collect();
    assess(&load(&sources), &facts)
}

/// Two weeks of a few hundred lines a day and host.
fn two_weeks(seed: u64, dealt: bool) -> Traffic {
    let mut traffic = Traffic::new(seed, 1.5, 14);
    traffic.writers = 2;
    traffic.asleep = true;
    traffic.dealt = dealt;
    traffic
}

/// A Sunday, of which the log has but one other: the other host tells, and so it does of a weekday.
#[test]
fn a_host_that_is_silent_for_a_day_while_its_twin_goes_on() {
    for (seed, dealt) in [(1, true), (2, true), (3, false), (4, false)] {
        for day in [2, 6] {
            let mut traffic = two_weeks(seed, dealt);
            let cut = traffic.cut(&[Cut {
                from: day * DAY - 2 * HOUR,
                until: (day + 1) * DAY - 2 * HOUR,
                writer: Some(1),
                route: None,
            }]);
            let found = hosts(&traffic);
            let holes = widening(&found);
            assert_eq!(holes.len(), 1, "seed {seed}, day {day}: {holes:#?}");
            assert_eq!((holes[0].source, holes[0].kind), (1, GapKind::Silent));
            let (from, until) = (holes[0].from, holes[0].until);
            let minute = super::traffic::MINUTE;
            assert!(from.0 <= (START + day * DAY) * minute && until.0 >= cut[0].0.until * minute);
        }
    }
}

/// The same within one source, whose lines name their writers.
#[test]
fn a_writer_that_is_silent_for_a_sunday_while_its_twin_goes_on() {
    let mut traffic = two_weeks(5, true);
    traffic.cut(&[Cut {
        from: 6 * DAY - 2 * HOUR,
        until: 7 * DAY - 2 * HOUR,
        writer: Some(1),
        route: None,
    }]);
    let found = assess(&traffic.case(), &[traffic.facts()]);
    let holes = widening(&found);
    assert_eq!(holes.len(), 1, "{holes:#?}");
    assert_eq!(holes[0].kind, GapKind::Writer);
    assert_eq!(holes[0].writer.as_deref(), Some("web1"));
}

/// All hosts are silent for a Sunday: every other day has lines at those hours.
#[test]
fn a_sunday_without_a_line_where_the_other_days_off_are_busy() {
    let mut traffic = two_weeks(6, true);
    traffic.cut(&[Cut {
        from: 6 * DAY - 2 * HOUR,
        until: 7 * DAY - 2 * HOUR,
        writer: None,
        route: None,
    }]);
    let found = hosts(&traffic);
    let sources: Vec<usize> = widening(&found).iter().map(|hole| hole.source).collect();
    assert_eq!(sources, [0, 1]);
}

/// Nothing is missing, and no night is a hole, although a file ends and another begins in each.
#[test]
fn complete_logs_of_several_hosts_have_no_hole() {
    for (pace, each, writers) in [(0.5, 2, 3), (1.5, 4, 2), (1.5, 6, 3)] {
        for (seed, dealt) in [(11, true), (12, false), (13, false)] {
            for raid in [None, Some(12 * DAY + 2 * HOUR)] {
                let mut traffic = Traffic::new(seed, pace, 35);
                (traffic.each, traffic.writers, traffic.dealt) = (each, writers, dealt);
                (traffic.asleep, traffic.daily, traffic.raid) = (true, true, raid);
                let found = hosts(&traffic);
                let holes: Vec<&str> = widening(&found).iter().map(|h| h.basis.as_str()).collect();
                let row = format!(
                    "{pace} a minute by {each}, {writers} hosts, dealt {dealt}, raid {raid:?}"
                );
                assert!(holes.is_empty(), "{row}, seed {seed}: {holes:#?}");
            }
        }
    }
}
