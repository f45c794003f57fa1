//! How it came about: scenario A with the address-book log removed, and worlds of known causes. A cause that is said
//! must be the true one; where the evidence bears one, it must be said.

use serde_json::Value;

use crate::answer::{fresh, json, root, scan, synth};

#[test]
fn scenario_a_without_the_address_book_log() {
    let folder = root().join("testdata/scenario-a");
    let out = fresh("scenario-a");
    let screen = scan(&folder.join("case.toml"), &out, &[]);
    let findings = json(&out.join("findings.json"));
    let truth = json(&folder.join("truth.json"));
    let cause = &findings["cause"];
    // The theft is dated within thirty days, and the true instant lies inside.
    let taken = &cause["leak"]["taken"];
    let windows = taken["one_instant_possible_in"]
        .as_array()
        .expect("windows");
    assert_eq!(windows.len(), 1);
    let at = |value: &Value| value.as_str().expect("an instant").to_owned();
    let (from, until) = (at(&windows[0]["from"]), at(&windows[0]["until"]));
    let theft = at(&truth["theft"]);
    assert!(from <= theft && theft < until, "{from} {theft} {until}");
    assert!(day(&until) - day(&from) <= 30);
    assert_eq!(
        at(&taken["whatever_the_pace"]["some_taken_not_before"]),
        from
    );
    assert!(
        screen.contains(&format!("taken {}Z to {}Z", &from[..16], &until[..16])),
        "{screen}"
    );
    // A lower bound of controllers: here all of the leak's.
    let named = cause["leak"]["controllers_at_least"]
        .as_u64()
        .expect("a number") as usize;
    assert_eq!(
        named,
        truth["controllers"].as_array().expect("a list").len()
    );
    assert!(
        screen.contains(&format!("of at least {named} controller(s)")),
        "{screen}"
    );
    // Routes: the logged one is excluded under its condition, the other one is not.
    let route = |name: &str| {
        let routes = cause["routes"].as_array().expect("routes");
        let found = routes.iter().find(|route| route["route"] == name);
        found.expect("the route").clone()
    };
    let (profile, book) = (route("profile page"), route("address book"));
    assert_eq!(book["standing"], "not_excluded");
    assert_eq!(book["reasons"][0], "NO_LOG");
    assert_eq!(
        book["published_records_with_values_of_this_route_alone"],
        100
    );
    assert_eq!(profile["standing"], "excluded");
    let said = at(&profile["said"]);
    let holds = "1 record(s) can only have been taken while its log is complete";
    assert!(said.contains(holds), "{said}");
    let holds = "cannot be the only way: it does not disclose class";
    assert!(said.contains(holds), "{said}");
    let said = at(&profile["if_taken_at_one_instant"]);
    assert!(said.contains("is excluded as the way of"), "{said}");
    assert!(
        screen.contains("Routes    profile page is excluded"),
        "{screen}"
    );
    // H1 or H2 cannot be told, it is said why, and the log that would tell is named.
    assert!(cause["determined"].is_null());
    assert!(at(&cause["outcome"]).contains("(H1 or H2), no log tells"));
    let wanted = at(&cause["would_shrink_the_doubt_most"][0]);
    assert!(
        wanted.contains("address book") && wanted.contains("100 record(s)"),
        "{wanted}"
    );
    assert_eq!(cause["leak"]["pool"]["accounts_needed_at_least"], 14);
    assert!(
        screen.contains("Pool      needs at least 14 account(s)"),
        "{screen}"
    );
    assert_eq!(findings["totals"]["controllers_excluded"], 0);
}

#[test]
fn a_log_that_begins_after_the_theft_excludes_on_that_condition_only() {
    let (case, out) = (fresh("scenario-a-late"), fresh("scenario-a-late-out"));
    for entry in std::fs::read_dir(root().join("testdata/scenario-a")).expect("the folder opens") {
        let path = entry.expect("an entry").path();
        let mut content = std::fs::read_to_string(&path).expect("the file opens");
        if path.ends_with("profile.log") {
            let late = |line: &&str| {
                ["May", "Jun", "Jul"]
                    .iter()
                    .any(|m| line.contains(&format!("/{m}/2021")))
            };
            content = content
                .lines()
                .filter(late)
                .map(|line| format!("{line}\n"))
                .collect();
        }
        std::fs::write(case.join(path.file_name().expect("a name")), content).expect("a copy");
    }
    scan(&case.join("case.toml"), &out, &["--quiet"]);
    let findings = json(&out.join("findings.json"));
    let routes = findings["cause"]["routes"]
        .as_array()
        .expect("routes")
        .iter();
    let profile = routes
        .clone()
        .find(|route| route["route"] == "profile page")
        .expect("it");
    assert_eq!(profile["standing"], "excluded_unless", "{profile}");
    let said = profile["said"].as_str().expect("a sentence");
    assert!(
        said.contains("fell inside [the beginning, 2021-05-01"),
        "{said}"
    );
    assert_eq!(profile["published_records_that_it_cannot_have_shown"], 0);
}

fn day(stamp: &str) -> i64 {
    let date = chrono::NaiveDate::parse_from_str(&stamp[..10], "%Y-%m-%d").expect("a date");
    date.signed_duration_since(chrono::NaiveDate::default())
        .num_days()
}

/// What was said of each world, its true cause, and the causes that remain.
fn said(
    name: &str,
    flags: &str,
    seeds: std::ops::Range<u64>,
) -> Vec<(Option<String>, String, Vec<String>)> {
    let one = |seed: u64| {
        let folder = fresh(&format!("cause-{name}-{seed}"));
        let (case, out) = (folder.join("case"), folder.join("out"));
        let size = "--tenants 12 --accounts 500 --days 10 --lines 60000 --format combined";
        synth(&case, &format!("--seed {seed} {size} {flags}"));
        scan(&case.join("case.toml"), &out, &["--quiet"]);
        let (truth, findings) = (
            json(&case.join("truth.json")),
            json(&out.join("findings.json")),
        );
        let cause = &findings["cause"];
        let all = cause["hypotheses"].as_array().expect("a list").iter();
        let remain = all.filter(|one| one["remains"] == true);
        let remain = remain.map(|one| {
            one["hypothesis"]
                .as_str()
                .expect("a sign")
                .replace("none", "other")
        });
        let found = (
            cause["determined"].as_str().map(str::to_owned),
            truth["cause"].as_str().expect("a cause").to_owned(),
            remain.collect(),
        );
        let _ = std::fs::remove_dir_all(folder);
        found
    };
    seeds.map(one).collect()
}

/// No cause but the true one is said, which is never left out; gives back how often it was said.
fn never_wrong(name: &str, flags: &str, seeds: std::ops::Range<u64>) -> usize {
    let worlds = said(name, flags, seeds);
    for (said, truth, remain) in &worlds {
        assert!(
            said.as_ref().is_none_or(|said| said == truth),
            "{flags}: {said:?}, truth {truth}"
        );
        assert!(
            remain.contains(truth),
            "{flags}: {remain:?} remain, truth {truth}"
        );
    }
    worlds.iter().filter(|(said, ..)| said.is_some()).count()
}

#[test]
fn one_account_from_the_connection_of_its_life_is_said() {
    assert!(never_wrong("own", "--attack shuffled", 0..5) >= 2);
    assert!(never_wrong("own-leak", "--attack sequential --leak 60", 0..5) >= 3);
}

#[test]
fn a_client_that_anybody_may_have_decides_nothing() {
    // The owner from another connection, a stranger at the school's address, a stranger elsewhere: the same from here.
    for hand in [
        "--attack shuffled --hand elsewhere",
        "--attack shuffled --hand school",
        "--attack taken-over",
    ] {
        assert_eq!(
            never_wrong("client", &format!("{hand} --leak 60"), 0..3),
            0,
            "{hand}"
        );
    }
}

#[test]
fn one_plan_is_told_from_two_who_know_nothing_of_each_other() {
    assert!(never_wrong("plan", "--attack several --leak 60", 0..6) >= 2);
    for attack in ["sequential", "stride", "shuffled"] {
        assert_eq!(
            never_wrong("two", &format!("--attack {attack} --hand two"), 0..3),
            0,
            "{attack}"
        );
    }
}

#[test]
fn a_pool_is_told_from_one_stranger_with_everybodys_session() {
    assert!(never_wrong("pool", "--attack pool --leak 60", 0..8) >= 2);
    assert_eq!(
        never_wrong(
            "stranger",
            "--attack pool --leak 60 --hand one-address",
            0..4
        ),
        0
    );
}

#[test]
fn lists_from_elsewhere_are_nobodys() {
    for from in ["dump", "mixed", "service", "insider", "invented", "class"] {
        let flags = format!("--attack sequential --leak 60 --leak-from {from}");
        assert_eq!(never_wrong(from, &flags, 0..2), 0, "{from}");
    }
    // Whoever took everything was shown whatever is published.
    for from in ["dump", "class"] {
        let flags = format!("--attack sequential --extent 1000000 --leak 60 --leak-from {from}");
        assert_eq!(never_wrong("everything", &flags, 0..2), 0, "{from}");
    }
}

/// Where the records of a list were taken: `at` tells each record's instant, in days from 2020-01-01.
fn dated(name: &str, seed: u64, at: &dyn Fn(usize) -> i64, wrong: usize) -> Value {
    let folder = fresh(&format!("dated-{name}-{seed}"));
    let out = fresh(&format!("dated-out-{name}-{seed}"));
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let date = |day: i64| {
        let start = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).expect("a date");
        format!("{}T00:00:00Z", start + chrono::Duration::days(day))
    };
    let (mut objects, mut leak) = (
        "object,kind,unit,subject,from,until\n".to_owned(),
        "object,class\n".to_owned(),
    );
    for record in 0..100 {
        let mut moves: Vec<i64> = (0..=draw(4)).map(|_| draw(1_000) as i64).collect();
        moves.sort_unstable();
        moves.dedup();
        let edges: Vec<Option<i64>> = [None]
            .into_iter()
            .chain(moves.into_iter().map(Some))
            .chain([None])
            .collect();
        let mut class = draw(40);
        let instant = at(record);
        for pair in edges.windows(2) {
            class = (class + 1 + draw(38)) % 40;
            let end = |day: Option<i64>| day.map(date).unwrap_or_default();
            objects.push_str(&format!(
                "o{record},card,k{class},s{record},{},{}\n",
                end(pair[0]),
                end(pair[1])
            ));
            if pair[0].is_none_or(|from| from <= instant)
                && pair[1].is_none_or(|until| instant < until)
            {
                leak.push_str(&format!("o{record},k{class}\n"));
            }
        }
    }
    // What was never so: a class that the person was in at another time only.
    for record in 0..wrong {
        let early = date(0);
        objects.push_str(&format!(
            "w{record},card,k1,w{record},{},{early}\nw{record},card,k2,w{record},{early},\n",
            date(-9)
        ));
        leak.push_str(&format!("w{record},k1\n"));
    }
    let units: String = (0..40)
        .map(|class| format!("k{class},,c{},K,class\n", class / 10))
        .collect();
    let line = |day: i64| {
        let day = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).expect("a date")
            + chrono::Duration::days(day);
        format!(
            "192.0.2.1 - a1 [{}:12:00:00 +0000] \"GET /card/o1 HTTP/1.1\" 200 900 \"-\" \"-\"\n",
            day.format("%d/%b/%Y")
        )
    };
    let log: String = (0..1_000).map(line).collect();
    let case = format!(
        "[case]\nid = \"dated\"\ntimezone = \"UTC\"\n[[source]]\nname = \"a\"\nfiles = [\"a.log\"]\nformat = \"combined\"\n\
         [[route]]\nname = \"card\"\npath = \"/card/{{card}}\"\nobject = \"card\"\ndiscloses = [\"class\"]\n[directory]\n\
         controllers = \"controllers.csv\"\nunits = \"units.csv\"\nobjects = \"objects.csv\"\n[leak]\nrecords = \"leak.csv\"\n\
         published = \"{}\"\n",
        date(1_000)
    );
    let controllers = "controller,name\nc0,A\nc1,B\nc2,C\nc3,D\n".to_owned();
    let units = format!("unit,parent,controller,name,kind\n{units}");
    let files = [
        ("case.toml", case),
        ("a.log", log),
        ("objects.csv", objects),
        ("leak.csv", leak),
        ("units.csv", units),
    ];
    for (file, content) in files.into_iter().chain([("controllers.csv", controllers)]) {
        std::fs::write(folder.join(file), content).expect("the file is written");
    }
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    json(&out.join("findings.json"))["cause"]["leak"]["taken"].clone()
}

fn days_of(window: &Value) -> (i64, i64) {
    let start = day("2020-01-01");
    let end = |key: &str| day(window[key].as_str().expect("an instant")) - start;
    (end("from"), end("until"))
}

#[test]
fn a_hundred_records_date_the_theft_within_thirty_days() {
    for seed in 0..12 {
        let theft = 300 + 40 * seed as i64;
        let taken = dated("once", seed, &|_| theft, 0);
        let windows = taken["one_instant_possible_in"]
            .as_array()
            .expect("windows");
        assert_eq!(windows.len(), 1, "{taken}");
        let (from, until) = days_of(&windows[0]);
        assert!(
            (from..until).contains(&theft) && until - from <= 30,
            "seed {seed}: {theft} in {from}..{until}"
        );
    }
}

#[test]
fn a_few_wrong_records_do_not_spoil_the_date_and_are_told() {
    let taken = dated("wrong", 3, &|_| 400, 2);
    let (from, until) = days_of(&taken["one_instant_possible_in"][0]);
    assert!((from..until).contains(&400), "{taken}");
    assert_eq!(taken["records_against"]["count"], 2);
    assert_eq!(taken["records_that_forbid_one_instant"], 2);
}

#[test]
fn what_was_taken_twice_has_no_one_instant() {
    let taken = dated(
        "twice",
        5,
        &|record| if record % 2 == 0 { 300 } else { 600 },
        0,
    );
    assert_eq!(
        taken["one_instant_possible_in"].as_array().map(Vec::len),
        Some(0),
        "{taken}"
    );
    let (from, until) = days_of(&taken["lasted_at_least"]);
    assert!(300 <= from && from < until && until <= 600, "{taken}");
}

/// Whatever does not remain says why: a reader must not take silence for a reason.
#[test]
fn every_hypothesis_that_is_ruled_out_says_why() {
    for case in [
        "testdata/capture/case/case.toml",
        "tests/cases/scan-two-schools/case.toml",
        "tests/cases/nobody-signed-in/case.toml",
    ] {
        let out = fresh("ruled-out");
        let screen = scan(&root().join(case), &out, &[]);
        let findings = json(&out.join("findings.json"));
        let hypotheses = findings["cause"]["hypotheses"].as_array().expect("a list");
        let mut gone = Vec::new();
        for one in hypotheses.iter().filter(|one| one["remains"] == false) {
            let against = one["against"].as_array().expect("a list");
            assert!(!against.is_empty(), "{case}: {one}");
            gone.push(one["hypothesis"].as_str().expect("a sign").to_owned());
        }
        gone.retain(|sign| sign != "none");
        if gone.len() + 1 < hypotheses.len() && !gone.is_empty() {
            let said = format!("Ruled out {}:", gone.join(", "));
            assert!(screen.contains(&said), "{case}: {screen}");
        }
    }
}
