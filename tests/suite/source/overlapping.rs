//! Lines given twice across a rotation.

use super::*;
use breachscope::source::overlap::{Head, Heads, Hits, Overlap, confirm, head_line};

fn line(n: usize) -> String {
    format!(
        "10.0.0.{} - - [04/Mar/2021:05:06:07 +0000] \"GET /contacts/{n} HTTP/1.1\" 200 512\n",
        n % 7
    )
}

fn run(range: std::ops::Range<usize>) -> Vec<u8> {
    range.map(line).collect::<String>().into_bytes()
}

/// What an extraction does: heads first, then every line of every file, then the comparison.
fn overlaps_in(sources: &[usize], files: &[Vec<u8>]) -> Vec<Overlap> {
    let folder = Scratch::new();
    let paths: Vec<PathBuf> = files
        .iter()
        .enumerate()
        .map(|(at, bytes)| folder.write(&format!("{at}"), bytes))
        .collect();
    let heads: Vec<(usize, usize, Head)> = paths
        .iter()
        .enumerate()
        .filter_map(|(at, path)| Some((at, sources[at], head_line(path).expect("read")?)))
        .collect();
    let heads = Heads::new(&heads);
    let mut hits = Hits::default();
    for (at, path) in paths.iter().enumerate() {
        let (content, _) = read(path, &WAYS[2]);
        for (start, line) in lines(&content) {
            for &copy in heads.hit(line) {
                hits.push(at, start as u64, copy);
            }
        }
    }
    let logs: Vec<Log> = paths.iter().map(Log::from).collect();
    confirm(&hits, &heads, &logs).expect("compared")
}

/// `(copy, of, first byte, byte behind the last, lines, where in the other)`.
type Row = (usize, usize, usize, usize, u64, usize);

fn check(files: &[Vec<u8>], expected: &[Row]) {
    let told: Vec<Row> = overlaps_in(&vec![0; files.len()], files)
        .into_iter()
        .map(|o| {
            (
                o.copy,
                o.of,
                o.copy_from as usize,
                o.copy_until as usize,
                o.lines,
                o.of_from as usize,
            )
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn the_end_of_one_is_the_beginning_of_the_next() {
    for shared in [2, 3, 10, 1000] {
        let (older, newer) = (run(0..1500), run(1500 - shared..3000));
        let (bytes, at) = (run(1500 - shared..1500).len(), run(0..1500 - shared).len());
        check(
            &[older.clone(), newer.clone()],
            &[(1, 0, 0, bytes, shared as u64, at)],
        );
        // The order of the files changes the indices and nothing else.
        check(
            &[newer.clone(), older.clone()],
            &[(0, 1, 0, bytes, shared as u64, at)],
        );
        check(
            &[gz(&older), zst(&newer)],
            &[(1, 0, 0, bytes, shared as u64, at)],
        );
    }
}

#[test]
fn a_file_inside_another_is_a_copy_throughout() {
    let (whole, part) = (run(0..5000), run(2000..2100));
    let row = (1, 0, 0, part.len(), 100, run(0..2000).len());
    check(&[whole.clone(), part.clone()], &[row]);
    check(&[whole.clone(), gz(&part)], &[row]);
    check(&[gz(&whole), part.clone()], &[row]);
    check(
        &[part.clone(), whole.clone()],
        &[(0, 1, 0, part.len(), 100, run(0..2000).len())],
    );
    check(
        &[whole, run(77..78)],
        &[(1, 0, 0, line(77).len(), 1, run(0..77).len())],
    );
}

#[test]
fn of_files_that_begin_alike_the_earlier_keeps_the_lines() {
    let (long, short) = (run(0..100), run(0..40));
    check(
        &[long.clone(), short.clone()],
        &[(1, 0, 0, short.len(), 40, 0)],
    );
    check(
        &[short.clone(), long.clone()],
        &[(1, 0, 0, short.len(), 40, 0)],
    );
    check(
        &[long.clone(), gz(&long), long.clone()],
        &[(1, 0, 0, long.len(), 100, 0), (2, 0, 0, long.len(), 100, 0)],
    );
}

#[test]
fn the_same_first_line_alone_is_no_overlap() {
    check(&[run(0..50), [run(20..21), run(900..950)].concat()], &[]);
    check(&[run(0..50), [run(20..49), run(900..950)].concat()], &[]);
    // One line shared at the seam is too little, unless it is the whole file.
    check(&[run(0..50), run(49..90)], &[]);
    check(&[run(0..50), run(60..90)], &[]);
}

#[test]
fn line_ends_and_header_lines_make_no_difference() {
    let dos = |bytes: Vec<u8>| {
        String::from_utf8(bytes)
            .expect("text")
            .replace('\n', "\r\n")
            .into_bytes()
    };
    let part = dos(run(30..60));
    check(
        &[run(0..50), part.clone()],
        &[(1, 0, 0, dos(run(30..50)).len(), 20, run(0..30).len())],
    );
    let head = b"\xef\xbb\xbf#Version: 1.0\n\n#Fields: c-ip\n".to_vec();
    let with_head = [head.clone(), run(30..60)].concat();
    let until = head.len() + run(30..50).len();
    check(
        &[run(0..50), with_head],
        &[(1, 0, head.len(), until, 20, run(0..30).len())],
    );
}

#[test]
fn a_last_line_cut_short_is_the_other_files() {
    let mut older = run(0..50);
    older.truncate(older.len() - 20);
    check(
        &[older, run(40..80)],
        &[(1, 0, 0, run(40..49).len(), 9, run(0..40).len())],
    );
    let mut newer = run(10..30);
    newer.truncate(newer.len() - 20);
    check(
        &[run(0..50), newer.clone()],
        &[(1, 0, 0, newer.len(), 20, run(0..10).len())],
    );
    let mut packed = gz(&run(0..50));
    packed.truncate(packed.len() - 8);
    check(
        &[packed, run(40..80)],
        &[(1, 0, 0, run(40..50).len(), 10, run(0..40).len())],
    );
}

#[test]
fn a_repeated_line_is_compared_and_not_trusted() {
    let beat = "GET /health 200\n";
    check(
        &[
            beat.repeat(5_000).into_bytes(),
            [beat.as_bytes(), b"other\n"].concat(),
        ],
        &[],
    );
    let older = [&run(0..10)[..], beat.repeat(3_000).as_bytes()].concat();
    let newer = [beat.repeat(4).as_bytes(), &run(10..20)].concat();
    let at = older.len() - 4 * beat.len();
    check(
        &[older.clone(), newer.clone()],
        &[(1, 0, 0, 4 * beat.len(), 4, at)],
    );
    check(&[gz(&older), newer], &[(1, 0, 0, 4 * beat.len(), 4, at)]);
}

#[test]
fn a_long_agreement_that_fails_does_not_hide_a_later_beginning() {
    let (long, short) = (run(0..3000), run(0..2000));
    let older = [&long[..], &short].concat();
    let newer = [&long[..], &run(0..1999), &run(7777..7790)].concat();
    let row = (1, 0, 0, short.len(), 2000, long.len());
    check(&[older.clone(), newer.clone()], &[row]);
    check(&[gz(&older), newer], &[row]);
}

#[test]
fn copies_never_go_in_a_circle() {
    // Each of these begins inside another one, round and round.
    let (x, y, z) = (run(0..2), run(2..4), run(4..6));
    let files = [
        [x.clone(), y.clone()].concat(),
        [y, z.clone()].concat(),
        [z, x].concat(),
    ];
    let told = overlaps_in(&[0, 0, 0], &files);
    assert_eq!(
        told.iter().map(|o| (o.copy, o.of)).collect::<Vec<_>>(),
        [(0, 2), (1, 0)]
    );
}

#[test]
fn the_longest_of_several_is_told_and_sources_are_apart() {
    let files = [run(0..30), run(0..40), run(20..60)];
    let told = overlaps_in(&[0, 0, 0], &files);
    let third = told.iter().find(|o| o.copy == 2).expect("an overlap");
    assert_eq!((third.of, third.lines), (1, 20));
    assert_eq!(overlaps_in(&[0, 1, 2], &files), []);
    let apart = overlaps_in(&[0, 1, 0], &files);
    assert_eq!(
        apart
            .iter()
            .map(|o| (o.copy, o.of, o.lines))
            .collect::<Vec<_>>(),
        [(2, 0, 10)]
    );
}

#[test]
fn files_without_a_record_line_have_no_head() {
    let folder = Scratch::new();
    for bytes in [&b""[..], b"\n \r\n", b"#Version: 1.0\n", b"\0\0\0\n\0"] {
        assert_eq!(head_line(folder.write("log", bytes)).expect("read"), None);
    }
    let overlong = vec![b'x'; LINE_CAP + 1];
    assert_eq!(
        head_line(folder.write("log", &overlong)).expect("read"),
        None
    );
    let head = head_line(folder.write("log", b"\n# x\n\r\nGET /\n"))
        .expect("read")
        .expect("a head");
    assert_eq!(head.offset, 7);
}

#[test]
fn hits_stay_few_however_often_a_line_comes() {
    let (mut hits, mut other) = (Hits::default(), Hits::default());
    assert!(hits.is_empty());
    for offset in 0..100_000 {
        if offset % 3 == 0 {
            &mut hits
        } else {
            &mut other
        }
        .push(0, offset, 1);
    }
    hits.merge(other);
    hits.push(1, 0, 1);
    assert!(
        format!("{hits:?}").len() < 20_000,
        "memory follows the log's size"
    );
}
