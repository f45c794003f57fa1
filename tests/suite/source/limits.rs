//! Lines at and beyond the longest length, and runs of zeros: bounded in memory, and told.

use super::*;

#[test]
fn a_line_of_the_longest_length_is_whole_and_one_byte_more_is_not() {
    let folder = Scratch::new();
    for (length, end) in [
        (LINE_CAP, "\n"),
        (LINE_CAP, ""),
        (LINE_CAP + 1, "\n"),
        (LINE_CAP + 1, ""),
        (20 << 20, "\nrest\n"),
    ] {
        let mut content = b"first\n".to_vec();
        content.resize(6 + length, b'x');
        content.extend_from_slice(end.as_bytes());
        let path = folder.write("log", &content);
        for mapped in [true, false] {
            for window in [64, 64 << 20] {
                let mut reader = Reader::open(&path, &Reading { mapped, window }).expect("opens");
                let (mut at, mut longest) = (0, None);
                while let Some(window) = reader.next().expect("reads") {
                    assert_eq!(window.offset, at);
                    reader.hash(&window).expect("hashes");
                    at += window.span();
                    if window.overlong.is_some() {
                        assert_eq!((window.offset, window.bytes().len()), (6, LINE_HEAD));
                        longest = window.overlong;
                    } else {
                        assert!(window.bytes() == &content[window.offset as usize..at as usize]);
                    }
                }
                assert_eq!(at, content.len() as u64);
                assert_eq!(longest, (length > LINE_CAP).then_some(length as u64));
                assert_eq!(
                    reader.finish().expect("ends").content_sha256,
                    sha256(&content)
                );
            }
        }
    }
}

#[test]
fn zeros_before_a_line_do_not_make_it_too_long() {
    let folder = Scratch::new();
    let zeros = vec![0; LINE_CAP + 5_000_000];
    for (before, line, behind) in [
        ("a\n", "GET /good\n", "b\n"),
        ("", "GET /good", ""),
        ("a\n", "\n", "b\n"),
        ("a\n", "\0", ""),
        ("a\n", "\r\n", ""),
    ] {
        let zeros = if line == "\0" {
            &zeros[1..]
        } else {
            &zeros[..]
        };
        let content = [before.as_bytes(), zeros, line.as_bytes(), behind.as_bytes()].concat();
        let line_at = before.len() + zeros.len();
        for path in [
            folder.write("plain", &content),
            folder.write("packed", &gz(&content)),
        ] {
            for (mapped, window) in [(true, 64), (false, 8 << 20)] {
                let how = Reading { mapped, window };
                let mut reader = Reader::open(&path, &how).expect("opens");
                let mut given = Vec::new();
                while let Some(window) = reader.next().expect("reads") {
                    assert_eq!(window.overlong, None);
                    reader.hash(&window).expect("hashes");
                    let told =
                        lines(&window).map(|(at, line)| (window.offset + at as u64, line.to_vec()));
                    given.extend(told);
                }
                let mut expected = Vec::new();
                let parts = [(0, before), (line_at, line), (line_at + line.len(), behind)];
                for (at, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
                    let text = text.strip_suffix('\n').unwrap_or(text);
                    expected.push((at as u64, text.as_bytes().to_vec()));
                }
                assert!(given == expected, "{how:?} {line:?} {}", given.len());
                let ending = reader.finish().expect("ends");
                assert_eq!(ending.content_bytes, content.len() as u64);
                assert_eq!(ending.content_sha256, sha256(&content));
            }
        }
    }
}

#[test]
fn a_monster_line_stays_out_of_memory() {
    let folder = Scratch::new();
    let content = vec![b'x'; 96 << 20];
    for path in [
        folder.write("plain", &content),
        folder.write("packed", &gz(&content)),
    ] {
        let output = in_child("source::limits::child_reads_within_64_mib", &path);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}"
        );
    }
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_reads_within_64_mib() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    for mapped in [true, false] {
        let mut reader = Reader::open(
            Path::new(&path),
            &Reading {
                mapped,
                ..Reading::default()
            },
        )
        .expect("opens");
        while let Some(window) = reader.next().expect("reads") {
            assert_eq!(window.overlong, Some(96 << 20));
        }
    }
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("a peak");
    let kib: u64 = peak
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    assert!(kib < 64 << 10, "{kib} KiB were resident");
}
