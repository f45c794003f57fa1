//! No defect of the evidence makes a false `excluded`: for each class of defect a case in which the third school is
//! excluded while the evidence is whole, and is not as soon as the defect could hide something.

use std::fs;
use std::io::Write;

use crate::answer::{scan, text};
use crate::bounds::{Schools, controller, line};

/// Anna takes 40 pupils of the second school among a day's ordinary use; nobody touches the third.
fn whole(name: &str) -> Schools {
    let mut schools = Schools::new(&format!("excluded-{name}"));
    schools.ordinary();
    for at in 0..40 {
        schools.ask(36_000 + at * 3, &format!("s{}", at + 1), 200, "433");
    }
    schools
}

/// How the third school stands, and why.
fn third(schools: &mut Schools) -> (String, String) {
    let row = controller(&schools.scanned(), "t");
    fs::remove_dir_all(&schools.folder).unwrap();
    (row["status"].clone(), row["reasons"].clone())
}

fn cannot(schools: &mut Schools, reason: &str) {
    let (status, reasons) = third(schools);
    assert_eq!(status, "cannot_be_excluded", "{reason}: {reasons}");
    assert!(
        reasons.split(';').any(|one| one == reason),
        "{reason} is not in {reasons}"
    );
}

#[test]
fn whole_evidence_excludes() {
    assert_eq!(
        third(&mut whole("whole")),
        ("excluded".to_owned(), String::new())
    );
}

#[test]
fn a_route_that_nobody_logs() {
    let mut schools = whole("unlogged");
    schools.source = "logs_routes = [\"contact\"]".to_owned();
    schools.more =
        "[[route]]\nname = \"export\"\npath = \"/export/{contact}\"\nobject = \"contact\"\n\
                    discloses = [\"name\"]\n"
            .to_owned();
    cannot(&mut schools, "NO_LOG");
}

#[test]
fn a_hole_that_the_case_declares() {
    let mut schools = whole("declared");
    schools.source = "gaps = [{ from = \"2021-03-04T12:00:00Z\", until = \"2021-03-04T12:00:30Z\", reason = \"x\" }]".to_owned();
    cannot(&mut schools, "GAP");
}

#[test]
fn a_hole_that_only_the_silence_shows() {
    let mut schools = whole("silent");
    schools.log.retain(|line| !line.contains("2021:14:"));
    cannot(&mut schools, "GAP");
}

#[test]
fn a_sample() {
    let mut schools = whole("sample");
    schools.source = "sampling = 0.9".to_owned();
    cannot(&mut schools, "SAMPLED");
}

#[test]
fn a_damaged_file() {
    let mut schools = whole("damage");
    schools.write();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let more = line("anna", 70_000, "/contacts/n1", 200, "444").repeat(50);
    packed.write_all(more.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(
        schools.folder.join("logs/access.log.1.gz"),
        &packed[..packed.len() - 9],
    )
    .unwrap();
    let out = schools.folder.join("answer");
    scan(&schools.folder.join("case.toml"), &out, &[]);
    let row = controller(&out, "t");
    assert_eq!(row["status"], "cannot_be_excluded");
    assert!(row["reasons"].contains("INTEGRITY"), "{}", row["reasons"]);
}

#[test]
fn a_line_that_cannot_be_read_and_looks_like_a_request() {
    let mut schools = whole("unread");
    schools
        .log
        .push(line("anna", 50_000, "/contacts/t1", 200, "444").replace("+0000]", "+0000"));
    cannot(&mut schools, "UNPARSED");
}

#[test]
fn no_byte_count() {
    let mut schools = whole("bytes");
    schools.ask(50_000, "t1", 200, "-");
    cannot(&mut schools, "NO_BODY");
}

#[test]
fn no_account_and_an_account_that_nobody_knows() {
    let mut schools = whole("unlisted");
    schools
        .log
        .push(line("ghost", 50_000, "/contacts/t1", 200, "444"));
    cannot(&mut schools, "NO_GRANTS");
    let mut schools = whole("nameless");
    schools.log = schools
        .log
        .iter()
        .map(|line| line.replace("- anna [", "- - ["))
        .collect();
    schools.ask(50_000, "t1", 200, "444");
    schools.log = schools
        .log
        .iter()
        .map(|line| line.replace("- anna [", "- - ["))
        .collect();
    schools.write();
    let case = schools.folder.join("case.toml");
    let without = fs::read_to_string(&case)
        .unwrap()
        .replace("account = \"remote_user\"\n", "");
    fs::write(&case, without).unwrap();
    let out = schools.folder.join("answer");
    scan(&case, &out, &[]);
    let row = controller(&out, "t");
    assert_eq!(
        (row["status"].as_str(), row["reasons"].as_str()),
        ("cannot_be_excluded", "NO_ACCOUNT")
    );
}

#[test]
fn a_line_that_names_no_object() {
    let mut schools = whole("blind");
    schools.more =
        "[[route]]\nname = \"search\"\npath = \"/search\"\ndiscloses = [\"name\"]\n".to_owned();
    schools
        .log
        .push(line("anna", 50_000, "/search", 200, "444"));
    cannot(&mut schools, "NO_OBJECT");
}

#[test]
fn logs_shorter_than_the_period() {
    for (from, until, reason) in [("01T", "05T", "BEFORE_START"), ("04T", "09T", "RETENTION")] {
        let mut schools = whole(reason);
        schools.period = format!(
            "period = {{ from = \"2021-03-{from}00:00:00Z\", until = \"2021-03-{until}00:00:00Z\" }}"
        );
        cannot(&mut schools, reason);
    }
}

/// A clock that was two years behind for a while: its lines seem to lie outside of the period.
#[test]
fn a_clock_that_jumps_out_of_the_period() {
    let mut schools = whole("clock");
    schools.period =
        "period = { from = \"2021-03-04T00:00:00Z\", until = \"2021-03-05T00:00:00Z\" }".to_owned();
    let (status, _) = third(&mut Schools {
        folder: schools.folder.clone(),
        log: schools.log.clone(),
        ..whole("clock-fine")
    });
    assert_eq!(status, "excluded");
    fs::create_dir_all(schools.folder.join("logs")).unwrap();
    // Too many to be taken for stamps that stand alone.
    for at in 0..600 {
        schools.ask(50_001 + at, &format!("t{}", at % 100 + 1), 200, "444");
    }
    schools.write();
    let log = schools.folder.join("logs/access.log");
    let lines = fs::read_to_string(&log).unwrap();
    let wrong = |line: &str| match line.contains("/contacts/t") {
        true => line.replace("/2021:", "/2019:") + "\n",
        false => line.to_owned() + "\n",
    };
    fs::write(&log, lines.lines().map(wrong).collect::<String>()).unwrap();
    let out = schools.folder.join("answer");
    scan(&schools.folder.join("case.toml"), &out, &[]);
    let row = controller(&out, "t");
    assert_eq!(row["status"], "cannot_be_excluded", "{}", row["reasons"]);
    assert!(row["reasons"].contains("CLOCK"), "{}", row["reasons"]);
    // All of them were taken while the clock was wrong: a bound below that would be a false one.
    assert_eq!(row["subjects_max"], "100");
}

/// Objects, members and grants of which no row holds any more when the requests come.
#[test]
fn a_directory_that_is_out_of_date() {
    // By objects: the pupil's row had ended.
    let mut schools = whole("stale-objects");
    schools.ask(50_000, "t1", 200, "444");
    schools.write();
    let objects = schools.folder.join("objects.csv");
    let ended = |row: &str| match row.starts_with('t') {
        true => format!("{row},2021-01-01T00:00:00Z\n"),
        false if row.starts_with("object,") => format!("{row},until\n"),
        false => format!("{row},\n"),
    };
    let rows = fs::read_to_string(&objects).unwrap();
    let stale: String = rows.lines().map(ended).collect();
    fs::write(&objects, &stale).unwrap();
    let out = schools.folder.join("answer");
    scan(&schools.folder.join("case.toml"), &out, &[]);
    assert_ne!(controller(&out, "t")["status"], "excluded");

    // By units: a page of the school, with or without a table of members, when neither knows anybody any more.
    for members in [false, true] {
        let mut schools = whole(&format!("stale-pages-{members}"));
        schools.more =
            "[[route]]\nname = \"list\"\npath = \"/lists/{unit}\"\ncontainer = \"unit\"\n\
                        page = { query = \"page\", first = 1, size = 25 }\ndiscloses = [\"name\"]\n"
                .to_owned();
        schools
            .log
            .push(line("anna", 50_000, "/lists/t", 200, "4444"));
        schools.write();
        fs::write(schools.folder.join("objects.csv"), &stale).unwrap();
        if members {
            let case = schools.folder.join("case.toml");
            let with = fs::read_to_string(&case).unwrap() + "members = \"members.csv\"\n";
            fs::write(&case, with).unwrap();
            let rows = "container,object,until\nt,t1,2021-01-01T00:00:00Z\nn,n1,\n";
            fs::write(schools.folder.join("members.csv"), rows).unwrap();
        }
        let out = schools.folder.join("answer");
        scan(&schools.folder.join("case.toml"), &out, &[]);
        let row = controller(&out, "t");
        assert_eq!(
            row["status"], "cannot_be_excluded",
            "members {members}: {}",
            row["reasons"]
        );
        assert!(
            row["reasons"].contains("AMBIGUOUS"),
            "members {members}: {}",
            row["reasons"]
        );
    }
}

#[test]
fn what_the_directory_does_not_know() {
    let mut schools = whole("unknown");
    schools.ask(50_000, "x1", 200, "444");
    cannot(&mut schools, "NO_DIRECTORY");
}

/// A soft refusal in disguise and a shared body are doubts, not proofs of nothing.
#[test]
fn one_body_for_many() {
    let mut schools = whole("constant");
    for at in 0..60 {
        schools.ask(50_000 + at, &format!("t{}", at + 1), 200, "812");
    }
    cannot(&mut schools, "AMBIGUOUS");
}

/// What was given twice counts once, and hides nothing of what only the copy goes on with.
#[test]
fn a_copy_that_goes_on() {
    let mut schools = whole("copy");
    schools.write();
    let log = fs::read_to_string(schools.folder.join("logs/access.log")).unwrap();
    let more = log + &line("anna", 70_000, "/contacts/t1", 200, "444");
    fs::write(schools.folder.join("logs/access.log.copy"), more).unwrap();
    let out = schools.folder.join("answer");
    scan(&schools.folder.join("case.toml"), &out, &[]);
    let row = controller(&out, "t");
    assert_eq!(
        (row["status"].as_str(), row["subjects_min"].as_str()),
        ("confirmed", "1"),
        "{}",
        text(&out)
    );
    assert_eq!(controller(&out, "s")["subjects_min"], "40");
}
