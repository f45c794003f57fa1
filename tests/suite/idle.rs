//! Files that hold no request among files that do, and what must not pass for one of these.

use std::path::{Path, PathBuf};

use breachscope::format::Recogniser;
use chrono_tz::Tz;

use crate::answer::{fresh, json, run, text};
use crate::damage::{case_with, gz, logs};

/// The captured logs, to be recognised, and another file beside them.
fn beside(name: &str, content: &[u8]) -> (PathBuf, PathBuf) {
    let folder = fresh(name);
    let mut all = logs("nginx");
    // Of the captured lines only the columns that everybody knows.
    for (_, log) in &mut all {
        let lines = String::from_utf8_lossy(log);
        let known = |line: &str| line.rsplit_once(' ').map(|(known, _)| format!("{known}\n"));
        *log = lines
            .lines()
            .filter_map(known)
            .collect::<String>()
            .into_bytes();
    }
    all.push(("logs/nginx/access.log.other".to_owned(), content.to_vec()));
    case_with(&folder, &all);
    let case = folder.join("case.toml");
    let said = std::fs::read_to_string(&case).expect("the case");
    let own = |line: &&str| !line.starts_with("pattern =") && !line.starts_with("account =");
    let lines: Vec<&str> = said.lines().filter(own).collect();
    std::fs::write(&case, lines.join("\n")).expect("the case");
    (case, folder.join("out"))
}

fn scan(case: &Path, out: &Path) -> (bool, String) {
    let output = run(&["scan", text(case), "--out", text(out)]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), told)
}

#[test]
fn a_file_without_a_request_is_an_empty_file() {
    let idle: [(&str, &[u8]); 8] = [
        ("nul", &[0; 1000]),
        ("bom", b"\xef\xbb\xbf"),
        ("bom-lines", b"\xef\xbb\xbf\r\n\n"),
        ("blank", &[b'\n'; 70_000]),
        ("nothing", b""),
        (
            "iis",
            b"#Software: Microsoft IIS\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\n",
        ),
        ("iis-old", b"#Software: x\n#Version: 1.0\n"),
        ("csv", b"time,client_ip,user,method,url,status,bytes\n"),
    ];
    for (name, content) in idle {
        let (case, out) = beside(&format!("idle-{name}"), content);
        assert_eq!(scan(&case, &out), (true, String::new()), "{name}");
        let manifest = json(&out.join("manifest.json")).to_string();
        assert!(manifest.contains("access.log.other"), "{name}: {manifest}");
    }
}

#[test]
fn garbage_is_never_an_empty_file() {
    let comment: &[u8] = b"#Software: x\nthis is no log\nnor is this\n";
    let blank = [&[b'\n'; 70_000][..], b"this is no log\nnor is this\n"].concat();
    let zeros = [&[0; 100][..], b"\nthis is no log\nnor is this\n"].concat();
    for (name, content) in [("comment", comment), ("blank", &blank), ("zeros", &zeros)] {
        let (case, out) = beside(&format!("garbage-{name}"), content);
        let (fine, told) = scan(&case, &out);
        assert!(!fine && told.contains("access.log.other"), "{name}: {told}");
    }
}

#[test]
fn requests_behind_blank_lines_are_seen() {
    let line =
        b"10.0.0.7 - al [08/Mar/2021:05:00:00 +0000] \"GET /c/101 HTTP/1.1\" 200 512 \"-\" \"x\"\n";
    let log = fresh("blank-first").join("access.log");
    std::fs::write(&log, [&[b'\n'; 70_000][..], line].concat()).expect("a log");
    let output = run(&["records", text(&log)]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("\"line\":70001") && said.contains("/c/101"),
        "{said}"
    );
}

#[test]
fn files_that_are_written_alike_share_their_readers() {
    let recogniser = Recogniser::new(&[], Tz::UTC).expect("readers");
    let format = |head: &[u8]| recogniser.recognise(head).expect("a format");
    let line = |n: u32| {
        format!("10.0.0.{n} - al [08/Mar/2021:05:00:00 +0000] \"GET /c/{n} HTTP/1.1\" 200 512\n")
    };
    let (first, second) = (format(line(1).as_bytes()), format(line(2).as_bytes()));
    assert!(first.shares_readers(&second));
    let other = format(
        b"{\"time\":\"2021-03-08T05:00:00Z\",\"method\":\"GET\",\"url\":\"/\",\"status\":200}\n",
    );
    assert!(!first.shares_readers(&other));
    let apart = Recogniser::new(&[], Tz::UTC).expect("readers");
    let apart = apart.recognise(line(1).as_bytes()).expect("a format");
    assert!(
        !first.shares_readers(&apart),
        "these are compiled for themselves"
    );
}

/// What `records` says on stderr about a file that it reads, and whether it succeeds.
fn told(name: &str, content: &[u8]) -> (bool, String) {
    let log = fresh(&format!("told-{name}")).join(name);
    std::fs::write(&log, content).expect("a log");
    let output = run(&["records", text(&log)]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), told)
}

#[test]
fn records_tells_damage_and_reads_on() {
    let lines = logs("nginx")[0].1.clone();
    let mut packed = gz(&lines);
    let check = packed.len() - 8;
    packed[check] ^= 1;
    let (fine, told) = told("check.gz", &packed);
    assert!(
        fine && told.contains("check.gz: damaged: gzip member 1"),
        "{told}"
    );
}

#[test]
fn a_frame_with_a_long_window_says_how_to_unpack_it() {
    // A frame's header: no size, no checksum, and a window of 2 GiB; then an empty last block.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00];
    let (fine, told) = told("long.zst", &frame);
    assert!(!fine && told.contains("`zstd -d --long=31`"), "{told}");
}
