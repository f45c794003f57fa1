//! Files and days that were taken away from a log and left next to no trace.

use super::*;

/// A log of ten days round the clock, about thirty ordinary requests an hour as chance has it and a raid between 18 and 19
/// on the third day: each line with its day and its hour.
fn days() -> Vec<(u64, u64, String)> {
    let mut state = 11_u64;
    let mut chance = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let mut all = Vec::new();
    for day in 0..10_u64 {
        for _ in 0..720 {
            let (second, pupil) = (chance(86_400), 1 + chance(100));
            let bytes = (400 + chance(97)).to_string();
            let target = format!("/contacts/n{pupil}");
            all.push((day, second, line("anna", second, &target, 200, &bytes)));
        }
    }
    for at in 0..40 {
        let second = 65_000 + at * 3;
        let (target, bytes) = (format!("/contacts/s{}", at + 1), (420 + at).to_string());
        all.push((2, second, line("anna", second, &target, 200, &bytes)));
    }
    all.sort();
    let dated = all.into_iter().map(|(day, second, line)| {
        let line = line.replace("04/Mar", &format!("{:02}/Mar", 1 + day));
        (day, second / 3600, line)
    });
    dated.collect()
}

/// Writes the ten days into files, by the name of each line's file.
fn put(schools: &Schools, name: impl Fn(u64, u64) -> Option<String>) {
    let logs = schools.folder.join("logs");
    fs::remove_dir_all(&logs).unwrap();
    fs::create_dir(&logs).unwrap();
    for (day, hour, line) in days() {
        let Some(name) = name(day, hour) else {
            continue;
        };
        use std::io::Write as _;
        let mut file = fs::OpenOptions::new();
        let mut file = file
            .append(true)
            .create(true)
            .open(logs.join(name))
            .unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}

#[test]
fn an_hours_file_that_is_missing_is_a_hole() {
    let schools = whole("hours");
    rewrite(&schools, "logs/access.log*", "logs/*");
    type Name = fn(u64, u64) -> String;
    let names: [Name; 5] = [
        |day, hour| format!("access.log-202103{:02}{hour:02}", 1 + day),
        |day, hour| format!("u_ex2103{:02}{hour:02}.log", 1 + day),
        |day, hour| format!("202103{:02}{hour:02}00-access.log", 1 + day),
        // As CloudFront names them, with a word that no other file has.
        |day, hour| {
            let word = ((day * 24 + hour + 1) * 2_654_435_761) & 0xffff_ffff;
            format!("E2.2021-03-{:02}-{hour:02}.{word:08x}.log", 1 + day)
        },
        |day, hour| format!("E2.2021-03-{:02}-{hour:02}.log", 1 + day),
    ];
    for name in names {
        put(&schools, |day, hour| Some(name(day, hour)));
        scanned(&schools);
        assert_eq!(row(&schools, "t"), ("excluded".to_owned(), String::new()));
        assert!(!told(&schools, "doubts").contains("has no file"));
        put(&schools, |day, hour| {
            ((day, hour) != (2, 18)).then(|| name(day, hour))
        });
        scanned(&schools);
        for id in ["s", "t"] {
            assert_eq!(
                row(&schools, id),
                ("cannot_be_excluded".to_owned(), "GAP".to_owned())
            );
        }
        let doubts = told(&schools, "doubts");
        assert!(
            doubts.contains("has no file of the hour 2021-03-03 18"),
            "{doubts}"
        );
    }
    // Two digits behind a day may count its files as well, of which one day has fewer than another.
    put(&schools, |day, hour| {
        let third = (hour / 8 + 1).min(3 - u64::from(day % 3 == 1));
        Some(format!("access-202103{:02}-{third:02}.log", 1 + day))
    });
    scanned(&schools);
    assert_eq!(row(&schools, "t"), ("excluded".to_owned(), String::new()));
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn a_file_that_holds_nothing_is_named() {
    let schools = whole("emptied");
    let empty = |name: &str| fs::write(schools.folder.join("logs").join(name), "").unwrap();
    let named = |name: &str, older: bool| {
        scanned(&schools);
        assert_eq!(row(&schools, "t"), ("excluded".to_owned(), String::new()));
        assert_eq!(row(&schools, "s").0, "confirmed");
        let said = format!("logs/{name} of source \\\"edge\\\" holds no request");
        let end = "and is the newest of its log, of which the others end at 2021-03-1";
        let doubts = told(&schools, "doubts");
        assert!(doubts.contains(&said), "{doubts}");
        assert_eq!(
            doubts.contains(&format!("{said} {end}")),
            !older,
            "{doubts}"
        );
    };
    put(&schools, |day, _| Some(format!("access.log.{}", 10 - day)));
    empty("access.log");
    named("access.log", false);
    put(&schools, |day, _| Some(format!("access.log.{}", 10 - day)));
    empty("access.log.11");
    named("access.log.11", true);
    put(&schools, |day, _| {
        Some(format!("access.log-202103{:02}", 1 + day))
    });
    empty("access.log");
    named("access.log", false);
    // On the screen and by `inspect`, too.
    let case = schools.folder.join("case.toml");
    let out = schools.folder.join("again");
    let screen = scan(&case, &out, &[])
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        screen.contains("logs/access.log of source \"edge\" holds no request"),
        "{screen}"
    );
    let logs = schools.folder.join("logs");
    let output = run(&["inspect", "--case", text(&case), text(&logs)]);
    let said = String::from_utf8_lossy(&output.stdout)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        said.contains("access.log of source \"edge\" holds no request"),
        "{said}"
    );
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn a_weekday_that_a_short_log_lacks_is_a_hole() {
    let schools = whole("weekday");
    // From Monday 1 to Monday 8 March, from 6 until 18 o'clock, and nothing at the weekend.
    let busy = |day: u64, hour: u64| (6..18).contains(&hour) && !(5..7).contains(&day) && day < 8;
    for missing in [99, 1, 2, 3, 4] {
        put(&schools, |day, hour| {
            (busy(day, hour) && day != missing).then(|| "access.log".to_owned())
        });
        scanned(&schools);
        let expected = match missing {
            99 => ("excluded", ""),
            _ => ("cannot_be_excluded", "GAP"),
        };
        let found = row(&schools, "t");
        assert_eq!((&*found.0, &*found.1), expected, "without day {missing}");
    }
    fs::remove_dir_all(&schools.folder).unwrap();
}
