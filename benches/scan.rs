//! How fast: parsing alone, and a whole scan, in bytes per second beside counting newlines over the same bytes.
//!
//! `cargo bench` makes a practice case of about a million lines in a folder of its own, measures each thing
//! five times one after the other and prints medians and ratios. No figure here fails a test: machines differ.

#![allow(clippy::print_stdout)] // A bench is there to print figures.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use breachscope::format::{Format, Line, State};
use breachscope::source::lines;

const ROUNDS: usize = 5;

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let case = practice_case(&folder);
    let bytes = logs(&case);
    let megabytes = bytes.len() as f64 / 1e6;
    println!("{megabytes:.0} MB of combined lines, medians of {ROUNDS} rounds\n");
    let newlines = median(|| {
        black_box(memchr::memchr_iter(b'\n', black_box(&bytes)).count());
    });
    report("counting newlines, 1 thread", megabytes, newlines, newlines);
    let parsing = median(|| {
        black_box(parse(black_box(&bytes)));
    });
    report("parsing every line, 1 thread", megabytes, parsing, newlines);
    for threads in ["1", "2"] {
        let scan = median(|| scan(&case, &folder.join("answer"), threads));
        report(
            &format!("whole scan, hashes and answer, {threads} thread(s)"),
            megabytes,
            scan,
            newlines,
        );
    }
    fs::remove_dir_all(&folder).expect("the folder can go");
}

fn practice_case(folder: &Path) -> PathBuf {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder");
    let case = folder.join("case");
    let status = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args([
            "synth",
            "--seed",
            "1",
            "--format",
            "combined",
            "--lines",
            "1000000",
            "--accounts",
            "40000",
        ])
        .arg("--out")
        .arg(&case)
        .status()
        .expect("the program starts");
    assert!(status.success());
    case
}

/// The plain logs of the case, joined.
fn logs(case: &Path) -> Vec<u8> {
    let mut paths: Vec<PathBuf> = fs::read_dir(case.join("logs"))
        .expect("logs")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let mut reader =
            breachscope::source::Reader::open(&path, &Default::default()).expect("a log");
        while let Some(window) = reader.next().expect("a window") {
            all.extend_from_slice(window.bytes());
        }
    }
    all
}

fn parse(bytes: &[u8]) -> usize {
    let format = Format::named("combined", &[], chrono_tz::UTC).expect("a format");
    let mut state = State::default();
    let records = lines(bytes)
        .filter(|(_, line)| matches!(format.parse(&mut state, line, 0), Line::Record(_)));
    records.count()
}

fn scan(case: &Path, out: &Path, threads: &str) {
    let status = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args(["scan", "--quiet", "--threads", threads, "--out"])
        .arg(out)
        .arg(case.join("case.toml"))
        .status()
        .expect("the program starts");
    assert!(status.success());
    fs::remove_dir_all(out).expect("the answer can go");
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn report(what: &str, megabytes: f64, time: Duration, floor: Duration) {
    let seconds = time.as_secs_f64();
    println!(
        "{what:<48} {seconds:>8.3} s {:>9.0} MB/s {:>8.1} x newline counting",
        megabytes / seconds,
        seconds / floor.as_secs_f64()
    );
}
