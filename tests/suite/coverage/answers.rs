//! From raw lines to the answer: what of hosts, numbers, archives and sizes comes out as a hole or a doubt.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::traffic::Draws;
use crate::answer::{Row, fresh, json, scan, table};
use crate::source::building::tar;

const ROUTE: &str =
    "[[route]]\nname = \"contact\"\npath = \"/contacts/{contact}\"\nobject = \"contact\"\n";

/// Writes a case with these files and scans it.
fn answer(name: &str, source: &str, files: &[(&str, &[u8])]) -> PathBuf {
    answer_of(name, source, ROUTE, files)
}

fn answer_of(name: &str, source: &str, route: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = fresh(&format!("coverage-{name}"));
    for (file, bytes) in files {
        let path = folder.join("logs").join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(path, bytes).expect("the log");
    }
    let toml = format!(
        "[case]\nid = \"C\"\ntimezone = \"UTC\"\n[[source]]\nname = \"edge\"\n{source}\n{route}[directory]\n"
    );
    std::fs::write(folder.join("case.toml"), toml).expect("the case");
    scan(
        &folder.join("case.toml"),
        &folder.join("answer"),
        &["--quiet"],
    );
    folder.join("answer")
}

/// The sentences of all doubts of a reason.
fn doubts(answer: &Path, reason: &str) -> Vec<String> {
    let found = json(&answer.join("findings.json"));
    let all = found["doubts"].as_array().expect("doubts").iter();
    let own = all.filter(|doubt| doubt["reason"] == reason);
    own.map(|doubt| doubt["basis"].as_str().expect("a basis").to_owned())
        .collect()
}

fn gaps(answer: &Path) -> Vec<Row> {
    let rows = table(&answer.join("coverage.csv")).into_iter();
    rows.filter(|row| !row["gap"].is_empty()).collect()
}

/// A request in a minute of 4 March 2021.
fn request(minute: i64, second: i64) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    format!(
        "10.0.0.1 - anna [04/Mar/2021:{hour:02}:{minute:02}:{second:02} +0000] \"GET /contacts/c1 HTTP/1.1\" 200 500 \
         \"-\" \"ua\""
    )
}

fn syslog(minute: i64, second: i64, host: &str, number: Option<u64>) -> String {
    let data = number.map_or("-".to_owned(), |n| format!("[meta sequenceId=\"{n}\"]"));
    let (h, m) = (minute / 60, minute % 60);
    let stamp = format!("2021-03-04T{h:02}:{m:02}:{second:02}Z");
    let line = request(minute, second);
    format!("<190>1 {stamp} {host} nginx 12 - {data} {line}\n")
}

#[test]
fn a_syslog_host_that_is_silent_is_a_hole_of_its_own() {
    let mut log = String::new();
    let mut draws = Draws(3);
    for minute in 6 * 60..16 * 60 {
        for second in 0..12 {
            let host = format!("web{}", draws.below(3));
            if host == "web1" && (600..660).contains(&minute) {
                continue;
            }
            log.push_str(&syslog(minute, second * 5, &host, None));
        }
    }
    let answer = answer(
        "hosts",
        "files = [\"logs/*\"]",
        &[("access.log", log.as_bytes())],
    );
    let told = doubts(&answer, "GAP");
    let hole = told.iter().find(|basis| basis.contains("the writer"));
    let hole = hole.expect("the host is told");
    assert!(
        hole.contains(
            "the writer web1 is silent from 2021-03-04T10:00:00Z until 2021-03-04T11:00:00Z"
        ),
        "{hole}"
    );
    let rows = gaps(&answer);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(
        (rows[0]["hour"].as_str(), rows[0]["gap"].as_str()),
        ("2021-03-04T10:00:00Z", "writer")
    );
}

/// A thin log of one host, of which `kept` tells which numbers it holds.
fn numbered(kept: impl Fn(u64) -> bool) -> String {
    let mut log = String::new();
    for number in (1..=1200_u64).filter(|n| kept(*n)) {
        let _ = write!(
            log,
            "{}",
            syslog(
                360 + number as i64 / 3,
                number as i64 % 3 * 20,
                "web0",
                Some(number)
            )
        );
    }
    log
}

#[test]
fn missing_syslog_numbers_are_counted_and_never_called_lost_for_sure() {
    let log = numbered(|n| !(400..407).contains(&n) && n != 930);
    let answer = answer(
        "numbers",
        "files = [\"logs/*\"]",
        &[("access.log", log.as_bytes())],
    );
    let told = doubts(&answer, "GAP").join("\n");
    assert!(
        told.contains("8 line(s) of logs/access.log: web0"),
        "{told}"
    );
    assert!(
        told.contains("are lost or were filtered out by its own numbers, in 2 place(s)"),
        "{told}"
    );
    let rows = gaps(&answer);
    assert!(
        rows.iter().all(|row| row["gap"] == "sequence") && rows.len() == 2,
        "{rows:?}"
    );
}

/// Of what the daemon wrote, an export keeps the lines of one program.
#[test]
fn numbers_missing_all_over_are_a_filter_and_no_loss() {
    let mut draws = Draws(11);
    let kept: Vec<bool> = (0..=1200).map(|_| draws.below(3) > 0).collect();
    let log = numbered(|n| kept[n as usize]);
    let missing = (1..=1200).filter(|n| !kept[*n]).count();
    let answer = answer(
        "filtered",
        "files = [\"logs/*\"]",
        &[("access.log", log.as_bytes())],
    );
    assert_eq!(gaps(&answer), Vec::<Row>::new());
    let told = doubts(&answer, "GAP");
    let filter: Vec<&String> = told
        .iter()
        .filter(|basis| basis.contains("numbers"))
        .collect();
    assert_eq!(filter.len(), 1, "{told:?}");
    // Those before the first and after the last line that is there nobody can count.
    assert!(
        missing > 300 && filter[0].contains("missing all over"),
        "{filter:?}"
    );
}

/// A line every ten minutes of six hours.
fn part(nth: i64) -> Vec<u8> {
    let minutes = (nth * 360..nth * 360 + 360).step_by(10);
    minutes
        .map(|minute| request(minute, 0) + "\n")
        .collect::<String>()
        .into_bytes()
}

/// A member of an archive has its place in a rotation, and what runs side by side in one are writers, as files do.
#[test]
fn members_of_an_archive_are_judged_as_files() {
    let parts: Vec<Vec<u8>> = (0..4).map(part).collect();
    let names = ["access.log.3", "access.log.2", "access.log.1", "access.log"];
    let lost = |at: usize| {
        let all = names.iter().zip(&parts).enumerate();
        let kept = all.filter(|(nth, _)| *nth != at);
        let named = kept.map(|(_, (name, part))| (format!("edge/{name}"), part.as_slice()));
        named.collect::<Vec<_>>()
    };
    let told = |name: &str, at: usize| {
        let members = lost(at);
        let members: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (n.as_str(), *b)).collect();
        let packed = tar(&members);
        let files = "files = [\"logs/old.tar!/edge/*\"]";
        answer(name, files, &[("old.tar", &packed)])
    };
    assert_eq!(gaps(&told("rotation", 9)), Vec::<Row>::new());
    let holed = told("rotation-holed", 1);
    assert!(gaps(&holed).iter().any(|row| row["gap"] == "file"));
    let basis = doubts(&holed, "GAP").join("\n");
    assert!(
        basis.contains("no file number 2")
            && basis.contains("old.tar!/edge/access.log.3's last line"),
        "{basis}"
    );
}

#[test]
fn folders_side_by_side_in_an_archive_are_writers() {
    let host = |silent: bool| {
        let minutes = (360..960).filter(|minute| !silent || !(600..660).contains(minute));
        let lines = minutes.flat_map(|minute| (0..6).map(move |n| request(minute, n * 10) + "\n"));
        lines.collect::<String>().into_bytes()
    };
    let (whole, holed) = (host(false), host(true));
    // The same lines twice would be one log given twice.
    let whole = String::from_utf8(whole)
        .expect("text")
        .replace("10.0.0.1", "10.0.0.2");
    let members = [
        ("a/access.log", whole.as_bytes()),
        ("b/access.log", &holed[..]),
    ];
    let answer = answer(
        "folders",
        "files = [\"logs/old.tar!/*/*\"]",
        &[("old.tar", &tar(&members))],
    );
    let basis = doubts(&answer, "GAP").join("\n");
    assert!(
        basis.contains("old.tar!/b/access.log is silent from 2021-03-04T10:00:00Z"),
        "{basis}"
    );
    assert!(gaps(&answer).iter().all(|row| row["gap"] == "writer"));
}

/// Sizes that count the head are told route by route, until the case says how large an empty answer is.
#[test]
fn sizes_with_heads_ask_for_a_limit() {
    let log = part(1);
    let pattern = |bytes: &str| {
        format!(
            "files = [\"logs/*\"]\npattern = '$remote_addr - $remote_user [$time_local] \"$request\" $status {bytes} \"-\" \"ua\"'"
        )
    };
    let told = |name: &str, source: String| {
        doubts(&answer(name, &source, &[("access.log", &log)]), "NO_BODY")
    };
    let heads = told("heads", pattern("$bytes_sent"));
    assert!(
        heads.len() == 1
            && heads[0]
                .contains("include the answer's head, and route \"contact\" has no `empty_below`"),
        "{heads:?}"
    );
    assert_eq!(
        told("bodies", pattern("$body_bytes_sent")),
        Vec::<String>::new()
    );
    let limited = ROUTE.to_owned() + "empty_below = 600\n";
    let limited = answer_of(
        "limited",
        &pattern("$bytes_sent"),
        &limited,
        &[("access.log", &log)],
    );
    assert_eq!(doubts(&limited, "NO_BODY"), Vec::<String>::new());
}

/// Three weeks of two lines a minute by day, every third of them for the route; but on one day nearly none is.
fn weeks(thin: Option<u32>) -> Vec<u8> {
    let mut log = String::new();
    for day in 1..=21_u32 {
        for at in 0..600_u32 {
            let routed = at % 3 == 0 && (Some(day) != thin || at % 60 == 0);
            let target = match routed {
                true => format!("/contacts/c{}", at % 40),
                false => format!("/start/{}", at % 9),
            };
            let (minute, second) = (420 + at, at * 7 % 60);
            writeln!(
                log,
                "10.0.0.{} - u{} [{day:02}/Mar/2021:{:02}:{:02}:{second:02} +0000] \"GET {target} HTTP/1.1\" 200 900",
                at % 50,
                at % 50,
                minute / 60,
                minute % 60
            )
            .expect("a line");
        }
    }
    log.into_bytes()
}

#[test]
fn a_day_on_which_a_route_loses_most_of_its_lines_is_told() {
    let source = "files = [\"logs/*.log\"]\nformat = \"common\"\naccount = \"remote_user\"\n";
    let told = |name: &str, log: Vec<u8>| {
        let answer = answer(name, source, &[("a.log", &log)]);
        let gaps = doubts(&answer, "GAP").into_iter();
        gaps.filter(|gap| gap.contains("most of them were not logged then"))
            .collect::<Vec<_>>()
    };
    let thin = told("thin-day", weeks(Some(10)));
    assert!(
        thin.len() == 1 && thin[0].contains("on 1 day(s), the first 2021-03-10"),
        "{thin:?}"
    );
    assert_eq!(told("no-thin-day", weeks(None)), Vec::<String>::new());
}
