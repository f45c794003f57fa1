//! What is made to harm: links that lead out of the case, archive bombs, packings in one another. All of it is refused with
//! a message, and nothing is left behind.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::answer::{fresh, root, run, scan, text};

/// The small case of two schools, in a folder of its own.
fn schools(name: &str) -> PathBuf {
    let folder = fresh(name).join("case");
    let from = root().join("tests/cases/scan-two-schools");
    fs::create_dir_all(folder.join("logs")).expect("a folder");
    for entry in fs::read_dir(&from).expect("the case") {
        let path = entry.expect("an entry").path();
        if path
            .extension()
            .is_some_and(|end| end == "csv" || end == "toml")
        {
            fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    fs::copy(from.join("logs/access.log"), folder.join("logs/access.log")).expect("a log");
    folder
}

/// Runs a scan that must be refused with this exit code and these words, and leave nothing.
fn refused(case: &Path, code: i32, words: &[&str]) {
    let out = case.parent().expect("a folder").join("answer");
    let output = run(&[
        "scan",
        text(&case.join("case.toml")),
        "--out",
        text(&out),
        "--quiet",
    ]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "{word:?} is not in: {stderr}");
    }
    assert!(!out.exists(), "an answer was left");
    let left = fs::read_dir(out.parent().expect("a folder"))
        .expect("a folder")
        .count();
    assert_eq!(
        left,
        1 + usize::from(out.parent().expect("a folder").join("elsewhere").exists())
    );
}

#[test]
fn links_that_lead_out_are_read_only_where_the_user_says_so() {
    let case = schools("hostile-links");
    let elsewhere = case.parent().expect("a folder").join("elsewhere");
    fs::create_dir_all(&elsewhere).expect("a folder");
    fs::rename(case.join("logs/access.log"), elsewhere.join("access.log")).expect("a move");
    symlink(elsewhere.join("access.log"), case.join("logs/access.log")).expect("a link");
    refused(
        &case,
        2,
        &["case.toml:8", "logs/access.log is a link", "--outside"],
    );

    fs::rename(case.join("grants.csv"), elsewhere.join("grants.csv")).expect("a move");
    symlink(elsewhere.join("grants.csv"), case.join("grants.csv")).expect("a link");
    refused(&case, 2, &["grants.csv", "is a link", "--outside"]);

    let out = case.parent().expect("a folder").join("answer");
    scan(
        &case.join("case.toml"),
        &out,
        &["--quiet", "--outside", text(&elsewhere)],
    );
    // A link to another place of the same case is no way out.
    fs::remove_file(case.join("grants.csv")).expect("a link");
    fs::rename(elsewhere.join("grants.csv"), case.join("grants-2021.csv")).expect("a move");
    symlink("grants-2021.csv", case.join("grants.csv")).expect("a link");
    let again = case.parent().expect("a folder").join("again");
    scan(
        &case.join("case.toml"),
        &again,
        &["--quiet", "--outside", text(&elsewhere)],
    );
}

fn packed(content: impl Fn(&mut dyn Write)) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    content(&mut packer);
    packer.finish().expect("packing in memory")
}

/// So many megabytes of zeros, and of one line over and over.
fn megabytes(to: &mut dyn Write, block: &[u8], count: usize) {
    let block: Vec<u8> = block.iter().copied().cycle().take(1 << 20).collect();
    for _ in 0..count {
        to.write_all(&block).expect("packing in memory");
    }
}

#[test]
fn bombs_are_refused() {
    for (name, block) in [("zeros", &b"\0"[..]), ("letters", b"a"), ("lines", b"\n")] {
        let case = schools(&format!("hostile-bomb-{name}"));
        let bomb = packed(|to| megabytes(to, block, 200));
        fs::write(case.join("logs/access.log.1.gz"), &bomb).expect("a bomb");
        refused(
            &case,
            1,
            &["access.log.1.gz", "more than 700 times its size"],
        );
        // The same inside of another packing.
        fs::write(
            case.join("logs/access.log.1.gz"),
            packed(|to| to.write_all(&bomb).expect("memory")),
        )
        .expect("a bomb");
        refused(
            &case,
            1,
            &["access.log.1.gz", "more than 700 times its size"],
        );
    }
}

/// A service that nobody uses but a health check, for months: the most that a real log packs to.
#[test]
fn a_log_of_one_line_over_and_over_is_no_bomb() {
    let case = schools("hostile-monotone");
    let log = packed(|to| {
        for second in 0..700_000 {
            let (minute, hour) = (second / 60, second / 3600);
            writeln!(
                to,
                "192.0.2.1 - - [{:02}/Mar/2021:{:02}:{:02}:{:02} +0000] \"GET /health HTTP/1.1\" 200 2 \"-\" \"probe/1\"",
                1 + hour / 24,
                hour % 24,
                minute % 60,
                second % 60
            )
            .expect("packing in memory");
        }
    });
    fs::write(case.join("logs/access.log.1.gz"), log).expect("a log");
    let out = case.parent().expect("a folder").join("answer");
    scan(&case.join("case.toml"), &out, &["--quiet"]);
}

#[test]
fn packings_in_one_another_end_somewhere() {
    let case = schools("hostile-nested");
    let mut log = fs::read(case.join("logs/access.log")).expect("a log");
    for _ in 0..6 {
        log = packed(|to| to.write_all(&log).expect("packing in memory"));
    }
    fs::write(case.join("logs/access.log.1.gz"), log).expect("a log");
    refused(
        &case,
        1,
        &["access.log.1.gz", "more than 4 packings lie in one another"],
    );
}

/// JSON that is nested a million deep is a bad line, no end of the process.
#[test]
fn json_without_a_bottom_is_a_bad_line() {
    let case = schools("hostile-json");
    let deep = format!("{}\n", "{\"a\":".repeat(1_000_000));
    let whole = "{\"time\":\"2021-03-04T05:00:00Z\",\"user\":\"anna\",\"request\":\"GET /books/bn HTTP/1.1\",\"status\":200,\"bytes\":200}\n";
    fs::write(
        case.join("logs/access.log"),
        format!("{whole}{deep}{whole}"),
    )
    .expect("a log");
    let file = case.join("case.toml");
    let said = fs::read_to_string(&file).expect("the case").replace(
        "format = \"combined\"\naccount = \"remote_user\"",
        "format = \"json\"\nfields = { time = \"time\", account = \"user\", request = \"request\", status = \"status\", bytes = \"bytes\" }\naccount = \"user\"",
    );
    fs::write(&file, said).expect("the case");
    let out = case.parent().expect("a folder").join("answer");
    scan(&file, &out, &["--quiet"]);
    let rejects = fs::read_to_string(out.join("rejects.csv")).expect("rejects");
    assert!(rejects.lines().count() == 2, "{rejects}");
}
