//! Packed files: told by content, whole or damaged, in one another.

use super::*;
use breachscope::source::DamageKind::{self, Checksum, Corrupt, Trailing, Truncated};

fn kinds(ending: &Ending) -> Vec<(DamageKind, u64)> {
    ending
        .damage
        .iter()
        .map(|damage| (damage.kind, damage.at))
        .collect()
}

#[test]
fn content_decides_and_the_name_does_not() {
    let folder = Scratch::new();
    let content = log(2_000);
    for (kind, (pack, _)) in PACKS.into_iter().enumerate() {
        let packed = check(folder.write("access.log", &pack(&content)), &content);
        assert_eq!(packed.packing, packing(kind, 1));
    }
    assert_eq!(
        check(folder.write("access.log.gz", &content), &content).packing,
        Packing::Plain
    );
}

#[test]
fn members_and_frames_follow_one_another() {
    let folder = Scratch::new();
    let members = [gz(b"one\ntw"), gz(b""), gz(b"o\nthree\n")].concat();
    let ending = check(folder.write("log", &members), b"one\ntwo\nthree\n");
    assert_eq!(
        (ending.packing, ending.damage),
        (Packing::Gzip { members: 3 }, vec![])
    );
    let note = [&[0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    let frames = [
        note.clone(),
        zst(b"one\ntw"),
        note.clone(),
        zst(b"o\n"),
        note,
    ]
    .concat();
    let ending = check(folder.write("log", &frames), b"one\ntwo\n");
    assert_eq!(
        (ending.packing, ending.damage),
        (Packing::Zstd { frames: 2 }, vec![])
    );
}

#[test]
fn a_header_with_every_field_is_passed_over() {
    let folder = Scratch::new();
    let extra = vec![7; 65_535];
    let mut packer = flate2::GzBuilder::new()
        .filename("access.log")
        .comment("c".repeat(100_000))
        .extra(extra)
        .write(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"line\n").expect("packing in memory");
    let mut packed = packer.finish().expect("packing in memory");
    // A header checksum, which no common packer writes: a flag and two bytes before the body.
    let header = packed.len() - gz(b"line\n").len() + 10;
    packed[3] |= 2;
    packed.splice(header..header, [0xab, 0xcd]);
    assert_eq!(
        check(folder.write("log", &packed), b"line\n").damage,
        vec![]
    );
}

#[test]
fn packings_in_one_another_are_peeled_up_to_four() {
    let folder = Scratch::new();
    let content = log(100);
    let ending = check(folder.write("log", &zst(&gz(&content))), &content);
    assert_eq!(
        ending.packing.to_string(),
        "zstd (1 frame) > gzip (1 member)"
    );
    let ending = check(folder.write("log", &bz2(&xz(&content))), &content);
    assert_eq!(
        ending.packing.to_string(),
        "bzip2 (1 stream) > xz (1 stream)"
    );
    let four = gz(&zst(&gz(&gz(&content))));
    let ending = check(folder.write("log", &four), &content);
    assert_eq!(
        ending.packing.to_string(),
        "gzip (1 member) > zstd (1 frame) > gzip (1 member) > gzip (1 member)"
    );
    let problem = Reader::open(folder.write("log", &gz(&four)), &WAYS[0])
        .err()
        .expect("refused");
    assert!(
        problem
            .to_string()
            .contains("more than 4 packings lie in one another"),
        "{problem}"
    );
}

#[test]
fn every_truncation_gives_a_prefix_and_says_so() {
    let folder = Scratch::new();
    let content = log(60);
    for (kind, (pack, _)) in PACKS.into_iter().enumerate() {
        let (first, second) = (pack(&content[..500]), pack(&content[500..]));
        let seam = first.len();
        let packed = [first, second].concat();
        for cut in 10..packed.len() {
            let path = folder.write("log", &packed[..cut]);
            let (read, ending) = read(&path, &WAYS[cut % WAYS.len()]);
            assert!(content.starts_with(&read), "{cut}");
            assert_eq!(ending.content_sha256, sha256(&read));
            assert_eq!(ending.file_bytes, cut as u64);
            let expected = match cut {
                // The file ends where a part does, or on a beginning that is too short to be a part's.
                _ if cut == seam => vec![],
                _ if (seam..seam + 6).contains(&cut) && ending.packing == packing(kind, 1) => {
                    vec![(Trailing, 500)]
                }
                _ => vec![(Truncated, read.len() as u64)],
            };
            assert_eq!(kinds(&ending), expected, "{cut}: {ending:?}");
        }
    }
    let (read, _) = read(folder.write("log", &gz(&content)[..200]), &WAYS[2]);
    assert!(
        read.len() > 200,
        "what was packed before the cut comes out: {}",
        read.len()
    );
}

#[test]
fn zeros_behind_a_part_are_padding() {
    let folder = Scratch::new();
    for (kind, (pack, _)) in PACKS.into_iter().enumerate() {
        let padded = [&pack(b"a\nb\n")[..], &[0; 100_000]].concat();
        let ending = check(folder.write("log", &padded), b"a\nb\n");
        assert_eq!((ending.packing, ending.damage), (packing(kind, 1), vec![]));
        let more = [padded, pack(b"c\n")].concat();
        let ending = check(folder.write("log", &more), b"a\nb\nc\n");
        assert_eq!((ending.packing, ending.damage), (packing(kind, 2), vec![]));
    }
}

#[test]
fn bytes_behind_an_archive_are_counted() {
    let folder = Scratch::new();
    for (pack, name) in PACKS {
        for tail in [
            b"garbage".as_slice(),
            b"\0\0garbage",
            &[0x1f],
            &[0x28, 0xb5],
        ] {
            let path = folder.write("log", &[&pack(b"a\nb\n")[..], tail].concat());
            let ending = check(&path, b"a\nb\n");
            assert_eq!(kinds(&ending), [(Trailing, 4)]);
            let said = ending.damage[0].to_string();
            assert!(
                said.starts_with(&format!("{} bytes behind {name}", tail.len())),
                "{said}"
            );
        }
    }
}

#[test]
fn a_bad_checksum_costs_no_content() {
    let folder = Scratch::new();
    let mut first = gz(b"a\nb\n");
    let check_at = first.len() - 8;
    first[check_at] ^= 1;
    let ending = check(
        folder.write("log", &[first, gz(b"c\n")].concat()),
        b"a\nb\nc\n",
    );
    assert_eq!(
        (kinds(&ending), ending.packing),
        (vec![(Checksum, 4)], Packing::Gzip { members: 2 })
    );
}

#[test]
fn a_broken_body_keeps_what_came_before() {
    let folder = Scratch::new();
    let content: Vec<u8> = (0..200_000u32)
        .flat_map(|n| format!("{:x}\n", n.wrapping_mul(2_654_435_761)).into_bytes())
        .collect();
    for (pack, _) in PACKS {
        let mut packed = pack(&content);
        let middle = packed.len() / 2;
        packed[middle..middle + 2_000].fill(0xff);
        let (read, ending) = read(folder.write("log", &packed), &WAYS[2]);
        let said = ending.damage[0].to_string();
        assert_eq!(kinds(&ending), [(Corrupt, read.len() as u64)]);
        assert!(
            said.contains("packed bytes behind that place were not read"),
            "{said}"
        );
        let good = read
            .iter()
            .zip(&content)
            .take_while(|(a, b)| a == b)
            .count();
        assert!(
            good > content.len() / 3,
            "only {good} of {} bytes",
            content.len()
        );
        assert_eq!(
            (ending.file_sha256, ending.file_bytes),
            (sha256(&packed), packed.len() as u64)
        );
    }
}

#[test]
fn what_is_not_read_yet_is_refused_by_name() {
    let folder = Scratch::new();
    let seven = b"7z\xbc\xaf\x27\x1c...".to_vec();
    let cases: [(&str, Vec<u8>, &str); 2] = [
        ("7z", seven.clone(), "unpack it first"),
        ("7z inside a packed file", gz(&seven), "unpack it first"),
    ];
    for (name, bytes, remedy) in cases {
        let path = folder.write("access.log", &bytes);
        let said = Reader::open(&path, &WAYS[2])
            .err()
            .expect("refused")
            .to_string();
        assert!(said.starts_with(&path.display().to_string()), "{said}");
        assert!(
            said.contains(&format!(
                "this is {name}, which is not read yet by this version; {remedy}"
            )),
            "{said}"
        );
    }
    for text in [
        &b"BZh9 is no archive\n"[..],
        b"PK\n",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a\n",
    ] {
        check(folder.write("access.log", text), text);
    }
}

#[test]
fn progress_counts_packed_bytes() {
    let folder = Scratch::new();
    let packed = gz(&log(50_000));
    let path = folder.write("log", &packed);
    let mut reader = Reader::open(
        &path,
        &Reading {
            mapped: true,
            window: 10_000,
        },
    )
    .expect("opens");
    let mut before = 0;
    while reader.next().expect("reads").is_some() {
        assert!(reader.packed_position() >= before);
        before = reader.packed_position();
    }
    assert_eq!(before, packed.len() as u64);
}
