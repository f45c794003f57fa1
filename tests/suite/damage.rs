//! Hostile and damaged input: what real files hold must not change one record, and what stops the
//! program must leave nothing half-written.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::answer::{
    Row, bytes, check_manifest, fresh, json, root, run, scan, succeed, table, text,
};

/// A log's name below the case's folder, and its content.
pub(crate) type Log = (String, Vec<u8>);

/// A line that is no request, as an error log's lines that went into the wrong file.
const STRAY: &[u8] = b"2026/11/23 02:52:11 [error] 7#7: *1 upstream closed, client: ::1\n";

pub(crate) fn captured() -> PathBuf {
    root().join("testdata/capture/case")
}

/// The captured logs, unpacked, in the order of their names.
pub(crate) fn logs(kind: &str) -> Vec<Log> {
    let below = format!("logs/{kind}");
    let files = bytes(&captured().join(&below));
    let logs = files.into_iter().map(|(name, content)| {
        let plain = match name.ends_with(".gz") {
            true => unpack(&content).0,
            false => content,
        };
        (format!("{below}/{}", name.trim_end_matches(".gz")), plain)
    });
    let logs: Vec<Log> = logs.collect();
    assert_eq!(logs.len(), 3, "the captured logs are there");
    logs
}

/// What comes out of a gzip, and whether that was all.
fn unpack(packed: &[u8]) -> (Vec<u8>, bool) {
    let mut plain = Vec::new();
    let whole = flate2::read::MultiGzDecoder::new(packed).read_to_end(&mut plain);
    (plain, whole.is_ok())
}

pub(crate) fn gz(content: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(content).expect("packing in memory");
    packer.finish().expect("packing in memory")
}

/// A folder with the captured case's tables and these logs.
pub(crate) fn case_with(folder: &Path, logs: &[Log]) {
    fs::create_dir_all(folder).expect("a folder");
    for entry in fs::read_dir(captured()).expect("the captured case") {
        let path = entry.expect("an entry").path();
        let end = path.extension().and_then(|end| end.to_str());
        if matches!(end, Some("csv" | "toml")) {
            let name = path.file_name().expect("a name");
            fs::copy(&path, folder.join(name)).expect("a copy");
        }
    }
    for (name, content) in logs {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
        fs::write(path, content).expect("a log");
    }
}

/// What an answer says, without where in the files it stands.
pub(crate) fn said(out: &Path, name: &str) -> Vec<Row> {
    let mut rows = table(&out.join(name));
    for row in &mut rows {
        row.remove("evidence");
        row.remove("log_coverage");
    }
    rows
}

pub(crate) fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    content.split_inclusive(|byte| *byte == b'\n')
}

/// The same change of every log.
pub(crate) fn each(logs: &[Log], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Log> {
    logs.iter()
        .map(|(name, content)| (name.clone(), change(content)))
        .collect()
}

/// A change of every line; `at` counts from 0.
pub(crate) fn each_line(logs: &[Log], change: impl Fn(usize, &[u8]) -> Vec<u8>) -> Vec<Log> {
    each(logs, |content| {
        let changed = lines(content)
            .enumerate()
            .map(|(at, line)| change(at, line));
        changed.collect::<Vec<_>>().concat()
    })
}

/// Every line's end replaced.
fn ended(logs: &[Log], end: &[u8]) -> Vec<Log> {
    each_line(logs, |_, line| {
        [line.strip_suffix(b"\n").unwrap_or(line), end].concat()
    })
}

/// Something between the lines: 26, 30 and 33 times in the three logs.
pub(crate) fn between(logs: &[Log], what: &[u8]) -> Vec<Log> {
    each_line(logs, |at, line| match at % 97 == 5 {
        true => [line, what].concat(),
        false => line.to_vec(),
    })
}

/// The whole log, oldest line first, cut into `pieces`, the oldest with the highest number; the head of
/// each also stands at the end of the one before, as copytruncate leaves it.
fn rotated(logs: &[Log], pieces: usize, overlap: usize) -> Vec<Log> {
    let all: Vec<&[u8]> = logs.iter().rev().flat_map(|log| lines(&log.1)).collect();
    let size = all.len().div_ceil(pieces);
    let piece = |at: usize| {
        let until = ((at + 1) * size + overlap).min(all.len());
        let name = match pieces - 1 - at {
            0 => logs[0].0.clone(),
            n => format!("{}.{n}", logs[0].0),
        };
        (name, all[at * size..until].concat())
    };
    (0..pieces).map(piece).collect()
}

fn with(logs: &[Log], name: &str, content: Vec<u8>) -> Vec<Log> {
    let mut logs = logs.to_vec();
    logs.push((format!("{}.{name}", logs[0].0), content));
    logs
}

/// A query of so many bytes on the first request of the first log that reached somebody's card.
fn long_target(logs: &[Log], length: usize) -> Vec<Log> {
    let mut logs = logs.to_vec();
    let content = &mut logs[0].1;
    let card = b"/contacts/";
    let found = content.windows(card.len()).position(|at| at == card);
    let id = found.expect("such a request") + card.len();
    let digits = content[id..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    let end = id + digits.count();
    let query = b"?q=".iter().chain(std::iter::repeat_n(&b'a', length));
    let query: Vec<u8> = query.copied().collect();
    content.splice(end..end, query);
    logs
}

/// What must be rejected, by reason; the rest must be read.
pub(crate) type Rejected = &'static [(&'static str, u64)];

/// Every damage: its name, the logs with it, what is rejected.
fn damages(logs: &[Log]) -> Vec<Variant> {
    let hello: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xff\xfe\x1f\x80\n";
    let cut_in_two = |content: &[u8]| {
        let at = content.len() / 3 + 5;
        [gz(&content[..at]), gz(b""), gz(&content[at..])].concat()
    };
    let zstd = |content: &[u8]| zstd::encode_all(content, 1).expect("packing in memory");
    let nul = |size: usize| vec![0; size];
    let glued = |at: usize, line: &[u8]| match at % 101 == 3 {
        true => [&nul(700), line].concat(),
        false => line.to_vec(),
    };
    let no_end = |content: &[u8]| content[..content.len() - 1].to_vec();
    let short = |content: &[u8]| [content, &content[..9]].concat();
    let mark = |content: &[u8]| [b"\xef\xbb\xbf", content].concat();
    let nul_end = |content: &[u8]| [content, &nul(8192)].concat();
    let blank = b"\n   \t \n\r\n";
    let long = [vec![b'x'; 8 << 20], b"\n".to_vec()].concat();
    let nuls = [nul(500), b"\n".to_vec()].concat();
    let mut plain_gz = logs.to_vec();
    plain_gz.iter_mut().for_each(|log| log.0.push_str(".gz"));
    vec![
        ("crlf", ended(logs, b"\r\n"), &[]),
        ("trailing blanks", ended(logs, b" \t\r\n"), &[]),
        ("byte order mark", each(logs, mark), &[]),
        ("no final newline", each(logs, no_end), &[]),
        ("last line cut", each(logs, short), &[("cut", 3)]),
        ("NUL lines", between(logs, &nuls), &[]),
        ("NUL glued", each_line(logs, glued), &[]),
        ("NUL at the end", each(logs, nul_end), &[]),
        ("blank lines", between(logs, blank), &[]),
        ("gzip seam in a record", each(logs, cut_in_two), &[]),
        ("zstd under a plain name", each(logs, zstd), &[]),
        ("plain under .gz", plain_gz, &[]),
        ("rotation names", rotated(logs, 12, 0), &[]),
        ("copytruncate overlap", rotated(logs, 2, 300), &[]),
        ("URL of 100 KB", long_target(logs, 100_000), &[]),
        ("line of 8 MiB", long_target(logs, 8 << 20), &[]),
        ("garbage of 8 MiB", with(logs, "9", long), &[("shape", 1)]),
        ("TLS hellos", between(logs, hello), &[("shape", 89)]),
        ("error lines", between(logs, STRAY), &[("shape", 89)]),
        ("empty file", with(logs, "9", Vec::new()), &[]),
        ("empty gzip", with(logs, "9", gz(b"")), &[]),
        ("lines out of order", each(logs, out_of_order), &[]),
    ]
}

/// Pairs of lines that a busy server wrote the wrong way round.
fn out_of_order(content: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = lines(content).collect();
    // Of two lines with one stamp nothing but their order tells which came first.
    let stamp = |line: &[u8]| {
        let year = line.windows(4).position(|at| at == b"2026");
        year.map(|at| line[at..at + 24].to_vec())
    };
    let swapped = |pair: &[&[u8]]| match pair {
        [a, b] if stamp(a) != stamp(b) => [*b, *a].concat(),
        _ => pair.concat(),
    };
    lines.chunks(2).flat_map(swapped).collect()
}

/// Every row of `rejects.csv` names the line, where it begins and how long it is; gives them by reason.
fn check_rejects(out: &Path, logs: &[Log], damage: &str) -> BTreeMap<String, u64> {
    let mut reasons = BTreeMap::new();
    let mut contents = BTreeMap::new();
    for row in table(&out.join("rejects.csv")) {
        *reasons.entry(row["reason"].clone()).or_insert(0) += 1;
        let all = contents.entry(row["file"].clone()).or_insert_with(|| {
            let log = logs.iter().find(|(name, _)| *name == row["file"]);
            lines(&log.expect("a log of this case").1).collect::<Vec<_>>()
        });
        let n = |column: &str| row[column].parse::<usize>().expect("a number");
        let (before, rest) = all.split_at(n("line") - 1);
        let offset: usize = before.iter().map(|line| line.len()).sum();
        // It reaches to the end of a line: of its own, or of the one that completes it.
        let until = offset + n("length");
        let log = logs.iter().find(|(name, _)| *name == row["file"]);
        let content = &log.expect("a log of this case").1;
        let whole = content.get(until).is_none_or(|byte| *byte == b'\n');
        let end = offset + rest[0].len();
        assert_eq!(offset, n("offset"), "{damage}: {row:?}");
        assert!(whole && until + 1 >= end, "{damage}: {row:?}");
        // What a table or a terminal would run is written otherwise there.
        let plain = |byte: &&u8| matches!(byte, b'!'..=b'~' | b' ') && **byte != b'\\';
        let beginning = content[offset..until].iter().take_while(plain);
        let beginning: Vec<u8> = beginning.copied().skip_while(|b| *b == b'\'').collect();
        let shown = row["excerpt"].trim_start_matches('\'').as_bytes();
        let some = shown.len().min(beginning.len()).min(50);
        assert!(some > 0 || beginning.is_empty(), "{damage}: {row:?}");
        assert_eq!(shown[..some], beginning[..some], "{damage}: {row:?}");
    }
    reasons
}

/// What was done to the logs, the logs with it, what is rejected, and whether by the format's own word
/// for what is none of its lines.
pub(crate) type Variant = (&'static str, Vec<Log>, Rejected);

/// Holds the answer of every variant of the captured logs against that of the clean ones.
pub(crate) fn check_variants(
    name: &str,
    kind: &str,
    toml: &str,
    shape: &str,
    variants: impl Fn(&[Log]) -> Vec<Variant>,
) {
    let folder = fresh(name);
    let clean = logs(kind);
    case_with(&folder.join("clean"), &clean);
    let out = folder.join("clean-answer");
    scan(&folder.join("clean").join(toml), &out, &[]);
    let names = ["subjects.csv", "controllers.csv", "accounts.csv"];
    let expected = names.map(|name| said(&out, name));
    assert!(expected[0].len() > 2000, "the clean case has an answer");
    for (damage, logs, rejected) in variants(&clean) {
        let case = folder.join("case");
        let out = folder.join("answer");
        let _ = fs::remove_dir_all(&case);
        let _ = fs::remove_dir_all(&out);
        case_with(&case, &logs);
        scan(&case.join(toml), &out, &[]);
        check_manifest(&out);
        for (name, expected) in names.iter().zip(&expected) {
            let found = said(&out, name);
            let differing = found.iter().zip(expected).find(|(a, b)| a != b);
            let same = found == *expected;
            assert!(same, "{kind}, {damage}: {name}: {differing:?}");
        }
        let expected = rejected
            .iter()
            .map(|(why, n)| (why.replace("shape", shape), *n));
        let expected: BTreeMap<String, u64> = expected.collect();
        let found = check_rejects(&out, &logs, damage);
        assert_eq!(found, expected, "{kind}, {damage}");
        let rejects: u64 = found.values().sum();
        println!("{kind:<6} {damage:<32} same answer, {rejects} lines rejected");
    }
}

#[test]
fn no_damage_changes_a_record_of_text() {
    check_variants("damage-nginx", "nginx", "case.toml", "shape", damages);
}

#[test]
fn no_damage_changes_a_record_of_json() {
    check_variants("damage-json", "json", "case-json.toml", "json", damages);
}

/// A cut archive gives what its prefix holds, says so, and leaves every bound open.
#[test]
fn a_truncated_gzip_is_its_prefix_and_a_damage() {
    let folder = fresh("damage-truncated");
    let mut logs = logs("nginx");
    let packed = gz(&logs[0].1);
    let (prefix, whole) = unpack(&packed[..packed.len() / 2]);
    assert!(!whole, "it is cut");
    let whole_lines = prefix.iter().filter(|byte| **byte == b'\n').count() as u64;
    logs[0].1 = packed[..packed.len() / 2].to_vec();
    case_with(&folder, &logs);
    let out = folder.join("answer");
    let screen = scan(&folder.join("case.toml"), &out, &[]);
    let words: Vec<&str> = screen.split_whitespace().collect();
    assert!(words.join(" ").contains("1 damaged file(s)"), "{screen}");
    check_manifest(&out);
    let manifest = json(&out.join("manifest.json"));
    let inputs = manifest["inputs"].as_array().expect("inputs");
    let cut = inputs.last().expect("the newest log is the cut one");
    assert_eq!(cut["damage"][0]["kind"], "truncated");
    let parsed = cut["parsed"].as_u64().expect("a count");
    assert!(parsed >= whole_lines && parsed > 100, "{cut}");
    for row in table(&out.join("controllers.csv")) {
        assert!(row["reasons"].contains("INTEGRITY"), "{row:?}");
    }
}

/// Garbage, and nothing else, is an error, never "no findings".
/// Bytes that a disk or a copy overwrote where client and account stand make nobody who saw something: such a line is
/// told as not read, and no controller rises by it.
#[test]
fn overwritten_heads_accuse_nobody() {
    let folder = fresh("overwritten-heads");
    let whole = logs("nginx");
    for (name, byte) in [("latin", 0xC3), ("nul", 0), ("delete", 0x7F)] {
        let harmed = each_line(&whole, |number, line| {
            let mut line = line.to_vec();
            if number % 9 == 4 && line.len() > 40 {
                let from = number / 9 % 14;
                line[from..from + 12].fill(byte);
            }
            line
        });
        let case = folder.join(name);
        case_with(&case, &harmed);
        // Read as combined, which forgives a column that is missing.
        let file = case.join("case.toml");
        let own: Vec<String> = fs::read_to_string(&file)
            .expect("the case")
            .lines()
            .map(|line| match line {
                line if line.starts_with("pattern = ") => "format = \"combined\"".to_owned(),
                line if line.starts_with("account = \"up") => {
                    "account = \"remote_user\"".to_owned()
                }
                line => line.to_owned(),
            })
            .collect();
        fs::write(&file, own.join("\n")).expect("the case");
        let out = folder.join(format!("{name}-answer"));
        scan(&case.join("case.toml"), &out, &["--quiet"]);
        let odd = |row: &Row| row["account"].contains('\\');
        assert!(
            !table(&out.join("accounts.csv")).iter().any(odd),
            "{name}: overwritten bytes are no account"
        );
        let rejected = table(&out.join("rejects.csv"));
        assert!(rejected.len() > 100, "{name}: they are told");
    }
}

#[test]
fn garbage_alone_is_an_error() {
    let folder = fresh("damage-garbage");
    let noise = |n: u32| n.wrapping_mul(2_654_435_761).to_le_bytes();
    let garbage: Vec<u8> = (0..50_000).flat_map(noise).collect();
    case_with(&folder, &[("logs/nginx/access.log".to_owned(), garbage)]);
    let case = folder.join("case.toml");
    let output = run(&["scan", text(&case), "--out", text(&folder.join("answer"))]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.join("answer").exists());
    assert_eq!(staged(&folder), Vec::<String>::new());
}

/// Staging folders that were left in a folder.
fn staged(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder");
    entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.contains("breachscope-"))
        .collect()
}

fn start(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

#[allow(unsafe_code)] // `kill` has no safe form.
fn signal(child: &Child, signal: libc::c_int) {
    let id = libc::pid_t::try_from(child.id()).expect("an id");
    // SAFETY: a plain system call on a child that was not waited for yet.
    assert_eq!(unsafe { libc::kill(id, signal) }, 0);
}

/// A stop at any moment: no answer, or all of it, and nothing beside it.
#[test]
fn a_stop_leaves_a_whole_answer_or_none() {
    let folder = fresh("damage-stopped");
    let practice = folder.join("practice");
    let mut synth: Vec<&str> = "synth --seed 5 --lines 60000 --out".split(' ').collect();
    synth.push(text(&practice));
    succeed(&synth);
    let case = practice.join("case.toml");
    let clean = folder.join("clean");
    scan(&case, &clean, &[]);
    let clean = bytes(&clean);
    let mut stopped = 0;
    for moment in 1..14 {
        let out = folder.join(format!("answer-{moment}"));
        let mut child = start(&["scan", text(&case), "--quiet", "--out", text(&out)]);
        // The staging folder stands once the handlers do; the moments go on from there.
        while staged(&folder).is_empty() && child.try_wait().expect("a state").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(moment * moment * 4));
        signal(&child, [libc::SIGINT, libc::SIGTERM][moment as usize % 2]);
        let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&stderr);
        assert_eq!(status.signal(), None, "it ends by itself");
        assert_eq!(staged(&folder), Vec::<String>::new(), "{stderr}");
        match status.code() {
            Some(0) => assert!(bytes(&out) == clean, "a torn answer"),
            code => {
                stopped += 1;
                assert_eq!(code, Some(1), "{stderr}");
                assert!(stderr.contains("Run the same command again"), "{stderr}");
                assert!(!out.exists(), "an answer after a stop");
            }
        }
    }
    assert!(stopped > 0, "no stop came in time");
}

/// A reader who has seen enough is no error, and nothing is said about it.
#[test]
fn a_closed_pipe_is_no_error() {
    let log = captured().join("logs/json/access.json");
    let out = fresh("damage-pipe").join("answer");
    let case = captured().join("case.toml");
    let scan = ["scan", text(&case), "--out", text(&out)];
    for args in [&["records", text(&log)][..], &scan] {
        let mut child = start(args);
        let mut stdout = child.stdout.take().expect("a pipe");
        if args[0] == "records" {
            stdout.read_exact(&mut [0; 100]).expect("a first record");
        }
        drop(stdout);
        let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
        assert_eq!(status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&stderr), "", "{args:?}");
    }
    check_manifest(&out);
}
