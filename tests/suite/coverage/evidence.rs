//! What tells of a hole besides silence: numbers, file names, stamps that stand alone, a second source, what the
//! case says.

use breachscope::coverage::{Allowance, Assessment, FileFacts, GapKind, SourceFacts, assess};
use breachscope::route::{Hours, Seen};
use breachscope::words::{Reason, Stamp};

use super::traffic::{Draws, MINUTE, START, load};

const EDGE: &str = "[[source]]\nname = \"edge\"\nfiles = [\"*.log\"]\n";

/// A line: minute from the start, the writer's number.
type Line = (i64, Option<u64>);

fn counted(lines: &[Line], pieces: usize) -> Hours {
    let size = lines.len().div_ceil(pieces).max(1);
    let mut all = Hours::default();
    for (nth, piece) in lines.chunks(size).enumerate() {
        let mut part = Hours::default();
        for (at, (minute, sequence)) in piece.iter().enumerate() {
            part.count(Seen {
                at: Stamp((START + minute) * MINUTE),
                line: at as u64 + 1,
                route: Some(0),
                node: None,
                sequence: *sequence,
            });
        }
        all.absorb(part, (nth * size) as u64);
    }
    all
}

fn file(name: &str, lines: &[Line]) -> FileFacts {
    let turn = breachscope::source::Turn::of(name);
    let at = |minute: i64| Stamp((START + minute) * MINUTE);
    let minutes = || lines.iter().map(|line| line.0);
    FileFacts {
        name: name.to_owned(),
        log: turn.log,
        number: turn.number,
        day: turn.day,
        hour: turn.hour,
        stamps: minutes().min().map(at).zip(minutes().max().map(at)),
        counted: counted(lines, 1).finish(),
        unended: false,
        requests: lines.len() as u64,
    }
}

fn source(files: Vec<FileFacts>) -> SourceFacts {
    let mut facts = SourceFacts::default();
    facts.tally.first = files.iter().filter_map(|f| Some(f.stamps?.0)).min();
    facts.tally.last = files.iter().filter_map(|f| Some(f.stamps?.1)).max();
    facts.files = files;
    facts
}

fn edge(files: Vec<FileFacts>) -> Assessment {
    assess(&load(EDGE), &[source(files)])
}

/// A line every ten minutes: too thin for density.
fn thin(from: i64, until: i64) -> Vec<Line> {
    (from..until)
        .step_by(10)
        .map(|minute| (minute, None))
        .collect()
}

fn numbered(numbers: impl Iterator<Item = u64>) -> Vec<Line> {
    numbers
        .enumerate()
        .map(|(at, n)| (at as i64, Some(n)))
        .collect()
}

fn kinds(found: &Assessment) -> Vec<GapKind> {
    found.holes.iter().map(|hole| hole.kind).collect()
}

fn bounds(found: &Assessment, reason: Reason) -> Vec<Allowance> {
    let doubts = found.doubts.iter().filter(|doubt| doubt.reason == reason);
    doubts.map(|doubt| doubt.allowance).collect()
}

#[test]
fn missing_numbers_are_so_many_lost_lines() {
    let lines = numbered((1..100).chain(131..400));
    let found = edge(vec![file("access.log", &lines)]);
    assert_eq!(kinds(&found), [GapKind::Sequence]);
    assert_eq!(found.holes[0].missing, Some(31));
    // A page of the case's widest route has 25 subjects.
    assert!(bounds(&found, Reason::Gap).contains(&Allowance::Subjects(31 * 25)));
    assert!(
        found
            .rows
            .iter()
            .any(|row| row.gap == Some(GapKind::Sequence))
    );
}

#[test]
fn a_counter_that_begins_anew_and_lines_that_overtake_lose_nothing() {
    let restarted = numbered((5000..9000).chain(1..3000));
    assert_eq!(kinds(&edge(vec![file("access.log", &restarted)])), []);
    let short = numbered((1..300).chain(1..200));
    assert_eq!(kinds(&edge(vec![file("access.log", &short)])), []);
    let overtaken = numbered((0..500).map(|n| n ^ 1));
    assert_eq!(kinds(&edge(vec![file("access.log", &overtaken)])), []);
}

#[test]
fn numbers_with_a_rhythm_are_a_sample() {
    let found = edge(vec![file(
        "access.log",
        &numbered((1..500).map(|n| n * 10)),
    )]);
    assert_eq!(bounds(&found, Reason::Sampled), [Allowance::Population]);
}

#[test]
fn a_declared_sample_excludes_nobody() {
    let case = load(&format!("{EDGE}sampling = 0.1\n"));
    let found = assess(&case, &[source(vec![file("access.log", &thin(0, 900))])]);
    assert_eq!(bounds(&found, Reason::Sampled), [Allowance::Population]);
}

#[test]
fn a_missing_number_or_day_of_a_rotation_is_a_hole() {
    let day = 1440;
    let part = |name: &str, nth: i64| file(name, &thin(nth * day, (nth + 1) * day));
    let whole = [
        "access.log.3",
        "access.log.2.gz",
        "access.log.1",
        "access.log",
    ];
    let all: Vec<FileFacts> = (0..)
        .zip(whole)
        .map(|(nth, name)| part(name, nth))
        .collect();
    assert_eq!(kinds(&edge(all.clone())), []);
    let mut lost = all;
    lost.remove(1);
    let found = edge(lost);
    assert_eq!(kinds(&found), [GapKind::File]);
    let basis = &found.holes[0].basis;
    assert!(
        basis.contains("number 2") && basis.contains("between access.log.3's last line"),
        "{basis}"
    );
    assert!(bounds(&found, Reason::Gap).contains(&Allowance::Population));

    let name = |nth: i64| format!("access-2021100{}.log", 4 + nth);
    let dated = |days: &[i64]| edge(days.iter().map(|nth| part(&name(*nth), *nth)).collect());
    assert_eq!(kinds(&dated(&[0, 1, 2, 3, 4])), []);
    assert_eq!(kinds(&dated(&[0, 1, 2, 4, 5])), [GapKind::File]);
}

#[test]
fn a_stamp_years_off_does_not_stretch_the_ledger() {
    let mut lines = thin(0, 6000);
    let plain = edge(vec![file("access.log", &lines)]);
    let year = 365 * 1440;
    lines.insert(300, (5 * year, None));
    lines.push((-9 * year, None));
    let found = edge(vec![file("access.log", &lines)]);
    assert_eq!(
        found.window.map(|w| (w.0.hour(), w.1.hour())),
        plain.window.map(|w| (w.0.hour(), w.1.hour()))
    );
    // They are counted in hours of their own.
    let apart = found.rows.iter().filter(|row| row.alone > 0);
    assert_eq!(
        apart.map(|row| (row.lines, row.alone)).collect::<Vec<_>>(),
        [(0, 1); 2]
    );
    assert_eq!(found.rows.len(), plain.rows.len() + 2);
    assert_eq!(
        bounds(&found, Reason::Clock),
        [Allowance::Subjects(2 * 25), Allowance::Said][..1]
    );
}

#[test]
fn a_clock_that_was_set_back_is_told() {
    let mut lines = thin(0, 3000);
    lines.extend(thin(2900, 5000));
    let found = edge(vec![file("access.log", &lines)]);
    assert_eq!(bounds(&found, Reason::Clock), [Allowance::Said]);
}

/// A second source covers a hole only where it holds the same requests everywhere else.
#[test]
fn a_second_source_covers_what_it_shows_it_holds() {
    let two = format!("{EDGE}[[source]]\nname = \"app\"\nfiles = [\"*.txt\"]\n");
    let mut draws = Draws(5);
    let mut traffic = || -> Vec<Line> {
        let mut lines: Vec<Line> = (0..30_000).map(|_| (draws.below(3000), None)).collect();
        lines.sort_unstable();
        lines
    };
    let (one, other) = (traffic(), traffic());
    let holed: Vec<Line> = one
        .iter()
        .copied()
        .filter(|l| !(1000..1200).contains(&l.0))
        .collect();
    let with = |app: &[Line]| {
        let facts = [
            source(vec![file("a.log", &holed)]),
            source(vec![file("b.txt", app)]),
        ];
        assess(&load(&two), &facts)
    };
    let same = with(&one);
    assert_eq!(kinds(&same), [GapKind::Silent]);
    assert!(!bounds(&same, Reason::Gap).contains(&Allowance::Population));
    assert!(same.covered > 0.9999);
    let apart = with(&other);
    assert!(bounds(&apart, Reason::Gap).contains(&Allowance::Population));
    assert!(apart.covered < 0.95);
}

/// However a file was cut into parts, the same is counted.
#[test]
fn parts_merge_to_the_same() {
    let mut draws = Draws(9);
    let line = |n: i64, draws: &mut Draws| {
        let stray = if draws.below(40) == 0 { 3_000_000 } else { 0 };
        let jump = if draws.below(25) == 0 { -90 } else { 0 };
        (n / 3 + stray + jump, Some((n + draws.below(3)) as u64))
    };
    let lines: Vec<Line> = (0..3000).map(|n| line(n, &mut draws)).collect();
    let whole = format!("{:?}", finished(counted(&lines, 1)));
    for pieces in [2, 7, 300, 2999] {
        assert!(
            format!("{:?}", finished(counted(&lines, pieces))) == whole,
            "{pieces}"
        );
    }
}

fn finished(hours: Hours) -> impl std::fmt::Debug {
    let counted = hours.finish();
    let lanes: Vec<_> = counted
        .lanes
        .iter()
        .map(|lane| (lane.lines.cells().collect::<Vec<_>>(), lane.numbers.clone()))
        .collect();
    (lanes, counted.clock)
}

/// Stamps without an offset: the hour that comes twice stands in the hour before, and the next one is empty.
#[test]
fn the_hour_that_comes_twice_is_no_hole() {
    let dense = |from: i64, until: i64| -> Vec<Line> {
        (from * 4..until * 4).map(|n| (n / 4, None)).collect()
    };
    // In Stockholm the clock went back on 31 October 2021 at 01:00 UTC.
    let back = 27 * 1440 + 3 * 60;
    let around = |twice: bool| {
        let mut lines = dense(back - 2000, back);
        if twice {
            lines.extend(dense(back - 60, back));
        }
        lines.extend(dense(back + 60, back + 2000));
        edge(vec![file("access.log", &lines)])
    };
    let told = around(true);
    assert_eq!(kinds(&told), []);
    let clock = told.doubts.iter().filter(|d| d.reason == Reason::Clock);
    let clock: Vec<&str> = clock.map(|doubt| doubt.basis.as_str()).collect();
    assert!(
        clock.iter().any(|basis| basis.contains("came twice")),
        "{clock:?}"
    );
    assert_eq!(kinds(&around(false)), [GapKind::Silent]);
}

/// Hours of the period that the source does not reach stand in the table, empty and named.
#[test]
fn hours_before_the_start_have_rows() {
    let at = |minute: i64| Stamp((START + minute) * MINUTE);
    let period = format!(
        "period = {{ from = \"{}\", until = \"{}\" }}",
        at(0),
        at(1600)
    );
    let case = load(&format!("{period}\n{EDGE}"));
    let lines: Vec<Line> = (720 * 4..1600 * 4).map(|n| (n / 4, None)).collect();
    let found = assess(&case, &[source(vec![file("access.log", &lines)])]);
    let empty = found
        .rows
        .iter()
        .filter(|row| row.gap == Some(GapKind::BeforeStart));
    let lines: Vec<u64> = empty.map(|row| row.lines).collect();
    assert_eq!(lines, [0; 12]);
    assert_eq!(bounds(&found, Reason::BeforeStart), [Allowance::Population]);
}
