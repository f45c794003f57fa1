//! Reading files: windows, packings, files that change, finding, lines given twice.
//!
//! One expected answer, every way of getting it: `check` reads mapped and plainly, with windows from
//! a few bytes to more than the file.

mod archives;
pub mod building;
mod changing;
mod encodings;
mod finding;
mod limits;
mod misleading;
mod overlapping;
mod packing;
mod programs;
mod tables;
mod wrapping;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use breachscope::source::{
    Ending, Findings, LINE_CAP, LINE_HEAD, Log, Packing, Reader, Reading, find, lines, split,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// A folder of its own for one test, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Scratch {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let name = format!("breachscope-source-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder for the test");
        Scratch(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file for the test");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packing in memory");
    packer.finish().expect("packing in memory")
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    let mut packer = zstd::Encoder::new(Vec::new(), 1).expect("packing in memory");
    packer.include_checksum(true).expect("packing in memory");
    packer.write_all(bytes).expect("packing in memory");
    packer.finish().expect("packing in memory")
}

fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(bytes).expect("packing in memory");
    packer.finish().expect("packing in memory")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = liblzma::write::XzEncoder::new(Vec::new(), 1);
    packer.write_all(bytes).expect("packing in memory");
    packer.finish().expect("packing in memory")
}

type Pack = fn(&[u8]) -> Vec<u8>;

/// Every packing with the words for one part of it.
const PACKS: [(Pack, &str); 4] = [
    (gz, "gzip member 1"),
    (zst, "zstd frame 1"),
    (bz2, "bzip2 stream 1"),
    (xz, "xz stream 1"),
];

fn packing(pack: usize, parts: u64) -> Packing {
    match pack {
        0 => Packing::Gzip { members: parts },
        1 => Packing::Zstd { frames: parts },
        2 => Packing::Bzip2 { streams: parts },
        _ => Packing::Xz { streams: parts },
    }
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

const WAYS: [Reading; 6] = [
    Reading {
        mapped: true,
        window: 5,
    },
    Reading {
        mapped: true,
        window: 100,
    },
    Reading {
        mapped: true,
        window: 8 << 20,
    },
    Reading {
        mapped: false,
        window: 5,
    },
    Reading {
        mapped: false,
        window: 100,
    },
    Reading {
        mapped: false,
        window: 8 << 20,
    },
];

/// Reads a file to its end; every window begins where the last one ended, at a line.
fn read(log: impl Into<Log>, how: &Reading) -> (Vec<u8>, Ending) {
    let mut reader = Reader::open(log, how).expect("opens");
    let mut content: Vec<u8> = Vec::new();
    while let Some(window) = reader.next().expect("reads") {
        assert_eq!(window.offset, content.len() as u64);
        assert!(
            content.last().is_none_or(|&byte| byte == b'\n'),
            "a cut inside a line"
        );
        assert!(!window.bytes().is_empty() && window.overlong.is_none());
        reader.hash(&window).expect("hashes");
        content.extend_from_slice(&window);
        assert!(window.intact());
    }
    (content, reader.finish().expect("ends"))
}

/// Holds every way of reading a file against its content; gives the ending, the same for all.
fn check(log: impl Into<Log>, content: &[u8]) -> Ending {
    let log = log.into();
    let on_disk = fs::read(log.path()).expect("the file");
    let endings = WAYS.map(|how| {
        let (read, ending) = read(&log, &how);
        assert!(
            read == content,
            "{how:?}: {} bytes, not {}",
            read.len(),
            content.len()
        );
        ending
    });
    for ending in &endings {
        assert_eq!(ending, &endings[0]);
    }
    let [ending, ..] = endings;
    assert_eq!(
        (ending.content_bytes, ending.file_bytes),
        (content.len() as u64, on_disk.len() as u64)
    );
    assert_eq!(ending.content_sha256, sha256(content));
    assert_eq!(ending.file_sha256, sha256(&on_disk));
    ending
}

fn log(lines: usize) -> Vec<u8> {
    (0..lines)
        .flat_map(|n| format!("10.0.0.{} GET /{n} 200\n", n % 200).into_bytes())
        .collect()
}

/// Runs one ignored-by-name test of this binary in a process of its own.
fn in_child(test: &str, path: &Path) -> std::process::Output {
    std::process::Command::new(std::env::current_exe().expect("this binary"))
        .args([test, "--include-ignored", "--test-threads=1"])
        .env(CHILD, path)
        .output()
        .expect("a child process")
}

const CHILD: &str = "BREACHSCOPE_TEST_FILE";

#[test]
fn plain_files_are_read_the_same_in_every_way() {
    let folder = Scratch::new();
    for content in [
        &b""[..],
        b"\n",
        b"a",
        b"a\n",
        b"a\r\nb\r\n",
        b"\n\n\nx",
        b"\xef\xbb\xbfa\n\0\0\0b\n\xff",
    ] {
        let ending = check(folder.write("log", content), content);
        assert_eq!((ending.packing, ending.damage), (Packing::Plain, vec![]));
    }
    let long = log(20_000);
    check(folder.write("log", &long), &long);
}

#[test]
fn digests_do_not_depend_on_what_the_caller_hashes() {
    let folder = Scratch::new();
    let content = log(500);
    let path = folder.write("log", &content);
    for how in WAYS {
        let mut reader = Reader::open(&path, &how).expect("opens");
        let mut number = 0;
        while let Some(window) = reader.next().expect("reads") {
            number += 1;
            if number % 3 == 0 {
                reader.hash(&window).expect("hashes");
            }
        }
        assert_eq!(reader.finish().expect("ends").file_sha256, sha256(&content));
        let unread = Reader::open(&path, &how)
            .expect("opens")
            .finish()
            .expect("ends");
        assert_eq!(
            (unread.content_bytes, unread.content_sha256),
            (content.len() as u64, sha256(&content))
        );
    }
}

#[test]
fn opens_at_an_offset() {
    let folder = Scratch::new();
    let content = log(300);
    let starts: Vec<usize> = lines(&content).map(|(start, _)| start).collect();
    for path in [
        folder.write("plain", &content),
        folder.write("gz", &gz(&content)),
        folder.write("zst", &zst(&content)),
        folder.write("bz2", &bz2(&content)),
        folder.write("xz", &xz(&content)),
    ] {
        for how in WAYS {
            for &start in [
                starts[0],
                starts[1],
                starts[150],
                starts[299],
                content.len(),
                content.len() + 9,
            ]
            .iter()
            {
                let mut reader = Reader::open_at(&path, &how, start as u64).expect("opens");
                let mut rest = Vec::new();
                while let Some(window) = reader.next().expect("reads") {
                    assert_eq!(window.offset as usize, start + rest.len());
                    rest.extend_from_slice(&window);
                }
                assert!(rest == content.get(start..).unwrap_or_default());
                assert_eq!(
                    reader.finish().expect("ends").content_sha256,
                    sha256(&content)
                );
            }
        }
    }
}

#[test]
fn many_windows_may_be_alive_at_a_time() {
    let folder = Scratch::new();
    let content = log(5_000);
    let path = folder.write("log", &content);
    let mut reader = Reader::open(
        &path,
        &Reading {
            mapped: true,
            window: 200,
        },
    )
    .expect("opens");
    let mut held = Vec::new();
    while let Some(window) = reader.next().expect("reads") {
        held.push(window);
    }
    assert!(held.len() > 300, "more than the table of mappings holds");
    assert!(held.iter().all(|window| window.intact()));
    assert!(held.iter().flat_map(|window| window.bytes()).eq(&content));
}

#[test]
fn lines_are_told_without_their_ends() {
    let told: Vec<_> = lines(b"a\r\n\nbc\nd").collect();
    assert_eq!(told, [(0, &b"a\r"[..]), (3, b""), (4, b"bc"), (7, b"d")]);
    assert_eq!(lines(b"").count(), 0);
    assert_eq!(lines(b"\n").collect::<Vec<_>>(), [(0, &b""[..])]);
}

/// Text with many line ends, of either kind, and few other bytes.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\0".to_vec()),
        "[a-z]{1,40}".prop_map(String::into_bytes)
    ];
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_content_in_any_window(content in text(), window in 1usize..700, mapped: bool) {
        let folder = Scratch::new();
        let path = folder.write("log", &content);
        let (read, ending) = read(&path, &Reading { mapped, window });
        prop_assert_eq!(&read, &content);
        prop_assert_eq!(ending.file_sha256, sha256(&content));
    }

    #[test]
    fn packed_with_any_cuts(content in text(), mut cuts in prop::collection::vec(0usize..2000, 0..6), window in 1usize..700, kind in 0usize..4) {
        let folder = Scratch::new();
        for cut in &mut cuts {
            *cut %= content.len() + 1;
        }
        cuts.extend([0, content.len()]);
        cuts.sort_unstable();
        let (pack, _) = PACKS[kind];
        let packed: Vec<u8> = cuts.windows(2).flat_map(|pair| pack(&content[pair[0]..pair[1]])).collect();
        let (read, ending) = read(folder.write("log", &packed), &Reading { mapped: true, window });
        prop_assert_eq!(&read, &content);
        prop_assert_eq!(ending.content_sha256, sha256(&content));
        prop_assert_eq!(ending.file_sha256, sha256(&packed));
        let parts = cuts.len() as u64 - 1;
        prop_assert_eq!((ending.packing, ending.damage), (packing(kind, parts), vec![]));
    }

    #[test]
    fn pieces_are_whole_lines(content in text(), pieces_of in 0usize..200) {
        let pieces = split(&content, pieces_of);
        prop_assert_eq!(&pieces.concat(), &content);
        if let Some((_, before)) = pieces.split_last() {
            prop_assert!(before.iter().all(|piece| piece.ends_with(b"\n") && piece.len() >= pieces_of));
        }
    }
}
