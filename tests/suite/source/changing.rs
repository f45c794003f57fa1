//! Files that change while they are read, pipes, and the signal that a shrunk mapping raises.

use super::*;
use breachscope::source::{DamageKind, Window, find, overlap};
use std::fs::OpenOptions;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// Looks at every byte, as a parser would.
fn touch(window: &Window) -> u64 {
    window.bytes().iter().map(|&byte| u64::from(byte)).sum()
}

fn shrink(path: &Path, length: u64) {
    let file = OpenOptions::new()
        .write(true)
        .open(path)
        .expect("opens for the test");
    file.set_len(length).expect("shrinks");
}

/// Reads on as a caller does that drops and repeats broken windows; how many were broken.
fn read_on(reader: &mut Reader, content: &mut Vec<u8>, first: Window) -> usize {
    let (mut next, mut broken) = (Some(first), 0);
    while let Some(window) = next {
        reader.hash(&window).expect("hashes");
        touch(&window);
        next = if window.intact() {
            content.extend_from_slice(&window);
            reader.next().expect("reads")
        } else {
            broken += 1;
            reader.again(window).expect("reads")
        };
    }
    broken
}

/// Shrinks a file while its third window is in hand, and reads on.
fn shrunk_under_the_third_window(length: u64, how: Reading) {
    let folder = Scratch::new();
    let content = log(20_000);
    let path = folder.write("log", &content);
    let mut reader = Reader::open(&path, &how).expect("opens");
    let mut read = Vec::new();
    for _ in 0..2 {
        let window = reader.next().expect("reads").expect("a window");
        reader.hash(&window).expect("hashes");
        read.extend_from_slice(&window);
    }
    let third = reader.next().expect("reads").expect("a window");
    assert!(
        (third.offset..third.offset + third.span()).contains(&length),
        "the cut is in hand"
    );
    shrink(&path, length);
    let broken = read_on(&mut reader, &mut read, third);
    let ending = reader.finish().expect("ends");
    if how.mapped {
        assert_eq!(broken, 1);
        assert!(
            read == content[..length as usize],
            "{} of {length} bytes",
            read.len()
        );
    } else {
        assert!(broken == 0 && content.starts_with(&read) && read.len() as u64 >= length);
    }
    assert_eq!(ending.content_sha256, sha256(&read));
    assert_eq!(
        (ending.content_bytes, ending.file_bytes),
        (read.len() as u64, read.len() as u64)
    );
    let [damage] = &ending.damage[..] else {
        panic!("{:?}", ending.damage)
    };
    assert_eq!(
        (damage.kind, damage.at),
        (DamageKind::Shrank, read.len() as u64)
    );
}

const MAPPED: Reading = Reading {
    mapped: true,
    window: 64 << 10,
};

#[test]
fn a_file_that_shrinks_under_its_mapping_gives_its_prefix() {
    // At a page, inside a page, and so that the last page alone loses its tail.
    for length in [36 << 12, (36 << 12) + 777, 195_000] {
        shrunk_under_the_third_window(length, MAPPED);
        shrunk_under_the_third_window(
            length,
            Reading {
                mapped: false,
                ..MAPPED
            },
        );
    }
}

#[test]
fn a_lost_page_tail_is_noticed_though_no_signal_comes() {
    let folder = Scratch::new();
    let content = log(100);
    let path = folder.write("log", &content);
    let mut reader = Reader::open(&path, &MAPPED).expect("opens");
    let window = reader.next().expect("reads").expect("a window");
    assert!(window.intact());
    shrink(&path, 50);
    assert_eq!(
        window.bytes()[50..60],
        [0; 10],
        "zeros in place of the lost bytes"
    );
    assert!(!window.intact());
    let again = reader.again(window).expect("reads").expect("the prefix");
    assert_eq!(again.bytes(), &content[..50]);
    assert!(again.intact() && reader.next().expect("reads").is_none());
}

#[test]
fn a_file_that_is_emptied_ends_at_once() {
    let folder = Scratch::new();
    let path = folder.write("log", &log(50_000));
    let mut reader = Reader::open(&path, &MAPPED).expect("opens");
    let window = reader.next().expect("reads").expect("a window");
    reader.hash(&window).expect("hashes");
    shrink(&path, 0);
    assert_eq!(touch(&window), 0);
    assert!(!window.intact());
    assert!(reader.again(window).expect("reads").is_none());
    assert_eq!(reader.finish().expect("ends").content_sha256, sha256(b""));
}

#[test]
fn a_fault_is_remembered_though_the_file_grows_back() {
    let folder = Scratch::new();
    let content = log(5_000);
    let path = folder.write("log", &content);
    let mut reader = Reader::open(&path, &MAPPED).expect("opens");
    let window = reader.next().expect("reads").expect("a window");
    shrink(&path, 0);
    assert_eq!(touch(&window), 0);
    fs::write(&path, &content).expect("written");
    assert!(!window.intact());
    let mut read = Vec::new();
    let again = reader.again(window).expect("reads").expect("a window");
    assert_eq!(read_on(&mut reader, &mut read, again), 0);
    assert!(read == content);
}

#[test]
fn several_threads_may_touch_a_broken_window() {
    let folder = Scratch::new();
    let path = folder.write("log", &log(50_000));
    for _ in 0..5 {
        fs::write(&path, log(50_000)).expect("written");
        let mut reader = Reader::open(&path, &Reading::default()).expect("opens");
        let window = reader.next().expect("reads").expect("a window");
        shrink(&path, 10);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| touch(&window));
            }
        });
        assert!(!window.intact());
        let again = reader.again(window).expect("reads").expect("the prefix");
        assert_eq!(again.bytes(), b"10.0.0.0 G");
    }
}

#[test]
fn windows_given_ahead_come_again_after_a_broken_one() {
    let folder = Scratch::new();
    let content = log(20_000);
    let path = folder.write("log", &content);
    let mut reader = Reader::open(&path, &MAPPED).expect("opens");
    let ahead: Vec<Window> = (0..4)
        .map(|_| reader.next().expect("reads").expect("a window"))
        .collect();
    for window in &ahead {
        reader.hash(window).expect("hashes");
    }
    shrink(&path, 100_000);
    let mut read = Vec::new();
    for window in ahead {
        touch(&window);
        if !window.intact() {
            let again = reader.again(window).expect("reads").expect("the prefix");
            read_on(&mut reader, &mut read, again);
            break;
        }
        read.extend_from_slice(&window);
    }
    assert!(read == content[..100_000]);
    assert_eq!(
        reader.finish().expect("ends").content_sha256,
        sha256(&content[..100_000])
    );
}

#[test]
fn what_is_appended_while_reading_is_left_and_told() {
    let folder = Scratch::new();
    let content = log(20_000);
    for how in [
        MAPPED,
        Reading {
            mapped: false,
            ..MAPPED
        },
    ] {
        let path = folder.write("log", &content);
        let mut reader = Reader::open(&path, &how).expect("opens");
        let first = reader.next().expect("reads").expect("a window");
        let mut file = OpenOptions::new()
            .append(true)
            .open(&path)
            .expect("opens for the test");
        file.write_all(b"later\n").expect("grows");
        let mut read = Vec::new();
        assert_eq!(read_on(&mut reader, &mut read, first), 0);
        assert!(read == content);
        let ending = reader.finish().expect("ends");
        assert_eq!(ending.file_sha256, sha256(&content));
        let said: Vec<String> = ending
            .damage
            .iter()
            .map(|damage| damage.to_string())
            .collect();
        assert_eq!(
            said,
            [format!(
                "grew by 6 bytes while it was read; only the first {} were read",
                content.len()
            )]
        );
    }
}

#[test]
fn pipes_are_read_in_order() {
    let folder = Scratch::new();
    let content = log(30_000);
    for (number, (bytes, packing)) in [
        (content.clone(), Packing::Plain),
        (gz(&content), Packing::Gzip { members: 1 }),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path(&format!("pipe{number}"));
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .expect("mkfifo")
                .success()
        );
        let found =
            find(&folder.0, &[("edge".into(), vec![format!("pipe{number}")])]).expect("found");
        assert_eq!((found.logs.len(), found.logs[0].bytes), (1, 0));
        assert_eq!(overlap::head_line(&path).expect("not opened"), None);
        let (to, sent) = (path.clone(), bytes.clone());
        let writer = std::thread::spawn(move || fs::write(to, sent).expect("sent"));
        let (read, ending) = read(&path, &MAPPED);
        writer.join().expect("the writer");
        assert!(read == content);
        assert_eq!((ending.packing, ending.damage), (packing, vec![]));
        assert_eq!(
            (ending.content_sha256, ending.content_bytes),
            (sha256(&content), content.len() as u64)
        );
        assert_eq!(
            (ending.file_sha256, ending.file_bytes),
            (sha256(&bytes), bytes.len() as u64)
        );
    }
}

#[test]
fn folders_and_missing_files_are_problems() {
    let folder = Scratch::new();
    let said = Reader::open(&folder.0, &MAPPED)
        .err()
        .expect("refused")
        .to_string();
    assert!(
        said.ends_with("this is a folder; name files, such as folder/*"),
        "{said}"
    );
    let said = Reader::open(folder.path("none"), &MAPPED)
        .err()
        .expect("refused")
        .to_string();
    assert!(
        said.contains("none: cannot be opened: No such file"),
        "{said}"
    );
}

#[test]
fn a_fault_outside_our_windows_still_ends_the_process() {
    let folder = Scratch::new();
    let path = folder.write("log", &log(5_000));
    let output = in_child("source::changing::child_faults_outside", &path);
    assert_eq!(output.status.signal(), Some(7), "{output:?}");
}

#[test]
#[ignore = "run in a process of its own by the test above"]
#[allow(unsafe_code)]
fn child_faults_outside() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let mut reader = Reader::open(Path::new(&path), &MAPPED).expect("opens");
    let ours = reader.next().expect("reads").expect("a window");
    let file = fs::File::open(&path).expect("opens");
    // SAFETY: the fault that this mapping raises when its file shrinks is what is tested.
    let foreign = unsafe { memmap2::Mmap::map(&file).expect("maps") };
    shrink(Path::new(&path), 0);
    assert_eq!(touch(&ours), 0, "ours is survived");
    let sum: u64 = foreign.iter().map(|&byte| u64::from(byte)).sum();
    panic!("a foreign fault was swallowed, {sum}");
}
