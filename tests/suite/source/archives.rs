//! Archives: every member a log of its own, in every packing, whole or damaged.

use super::building::{Files, ZIP, Zip, entry, tar, zip};
use super::misleading::folder_file;
use super::*;
use breachscope::source::DamageKind;

pub(super) fn found(folder: &Scratch, glob: &str) -> Findings {
    find(&folder.0, &[("edge".to_owned(), vec![glob.to_owned()])]).expect("found")
}

pub(super) fn complaint(folder: &Scratch, glob: &str) -> String {
    find(&folder.0, &[("edge".to_owned(), vec![glob.to_owned()])])
        .expect_err("a problem")
        .to_string()
}

pub(super) fn names(found: &Findings) -> Vec<&str> {
    found.logs.iter().map(|log| log.name.as_str()).collect()
}

/// Everything around an archive.
fn wrappings(archive: &[u8]) -> Vec<(Vec<u8>, String)> {
    let words = [
        "gzip (1 member) > ",
        "zstd (1 frame) > ",
        "bzip2 (1 stream) > ",
        "xz (1 stream) > ",
    ];
    let mut all = vec![(archive.to_vec(), String::new())];
    let packed = PACKS.iter().zip(words);
    all.extend(packed.map(|((pack, _), words)| (pack(archive), words.to_owned())));
    all
}

#[test]
fn every_member_in_every_packing_is_a_log() {
    let folder = Scratch::new();
    let (first, second, third) = (log(3_000), log(7), Vec::new());
    let packed = gz(&second);
    let files: Files<'_> = vec![
        ("edge/access.log", &first),
        ("edge/access.log.1", &packed),
        ("edge/empty.log", &third),
    ];
    let mut archives = vec![(tar(&files), "tar")];
    for (method, words) in [
        (0, "zip (stored)"),
        (8, "zip (deflate)"),
        (12, "zip (bzip2)"),
        (93, "zip (zstd)"),
        (95, "zip (xz)"),
    ] {
        archives.push((zip(Zip { method, ..ZIP }, &files), words));
    }
    for (archive, words) in &archives {
        for (bytes, outer) in wrappings(archive) {
            folder.write("logs.bin", &bytes);
            let found = found(&folder, "*.bin");
            assert_eq!(
                names(&found),
                [
                    "logs.bin!/edge/access.log.1",
                    "logs.bin!/edge/access.log",
                    "logs.bin!/edge/empty.log"
                ]
            );
            assert_eq!(found.skipped, []);
            let expected: [(&[u8], &str); 3] =
                [(&second, " > gzip (1 member)"), (&first, ""), (&third, "")];
            // Backwards too: a decoder that has gone too far is of no use.
            for index in [0, 1, 2, 1, 0] {
                let (content, inner) = expected[index];
                let ending = check(&found.logs[index].log, content);
                assert_eq!(ending.packing.to_string(), format!("{outer}{words}{inner}"));
                assert_eq!(ending.damage, []);
            }
        }
    }
}

#[test]
fn opens_a_member_at_an_offset() {
    let folder = Scratch::new();
    let content = log(300);
    folder.write("logs.tgz", &gz(&tar(&[("a", b"x\n"), ("b", &content)])));
    let found = found(&folder, "*");
    let (start, _) = lines(&content).nth(150).expect("a line");
    for how in WAYS {
        let mut reader = Reader::open_at(&found.logs[1].log, &how, start as u64).expect("opens");
        let mut rest = Vec::new();
        while let Some(window) = reader.next().expect("reads") {
            assert_eq!(window.offset as usize, start + rest.len());
            rest.extend_from_slice(&window);
        }
        assert!(rest == content[start..]);
    }
}

#[test]
fn archives_in_archives() {
    let folder = Scratch::new();
    let content = log(50);
    let inner = gz(&tar(&[("b.log", &content), ("c.log", b"c\n")]));
    let outer = zip(ZIP, &[("in/a.tar.gz", &inner), ("z.log", b"z\n")]);
    folder.write("all.tar.zst", &zst(&tar(&[("x.zip", &outer)])));
    let found = found(&folder, "*");
    assert_eq!(
        names(&found),
        [
            "all.tar.zst!/x.zip!/z.log",
            "all.tar.zst!/x.zip!/in/a.tar.gz!/b.log",
            "all.tar.zst!/x.zip!/in/a.tar.gz!/c.log"
        ]
    );
    let ending = check(&found.logs[1].log, &content);
    assert_eq!(
        ending.packing.to_string(),
        "zstd (1 frame) > tar > zip (deflate) > gzip (1 member) > tar"
    );
    check(&found.logs[0].log, b"z\n");
    let mut deep = tar(&[("a", b"a\n")]);
    for _ in 0..4 {
        deep = tar(&[("t", &deep)]);
    }
    folder.write("all.tar.zst", &deep);
    let said = complaint(&folder, "*");
    assert!(
        said.contains("more than 4 archives lie in one another"),
        "{said}"
    );
}

#[test]
fn what_is_no_file_is_skipped_and_told() {
    let folder = Scratch::new();
    let archive = [
        entry(b'5', "edge/", b""),
        entry(b'2', "edge/current.log", b""),
        entry(b'1', "edge/hard.log", b""),
        entry(b'3', "dev/null", b""),
        entry(b'0', "edge/._access.log", b"junk"),
        entry(b'0', "__MACOSX/edge/x", b"junk"),
        entry(b'0', "edge/.htaccess", b"junk"),
        entry(b'0', "edge/access.log", b"a\n"),
        entry(b'0', "edge/access.log", b"b\n"),
        vec![0; 1024],
    ]
    .concat();
    folder.write("logs.tar", &archive);
    let found = found(&folder, "*");
    assert_eq!(
        names(&found),
        [
            "logs.tar!/edge/access.log",
            "logs.tar!/edge/access.log (#2)"
        ]
    );
    check(&found.logs[1].log, b"b\n");
    let told: Vec<_> = found
        .skipped
        .iter()
        .map(|skipped| {
            (
                skipped.name.as_str(),
                skipped.why.split(';').next().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "logs.tar!/__MACOSX/edge/x",
                "what macOS keeps beside a file"
            ),
            ("logs.tar!/dev/null", "a device"),
            (
                "logs.tar!/edge/._access.log",
                "what macOS keeps beside a file"
            ),
            ("logs.tar!/edge/.htaccess", "hidden"),
            ("logs.tar!/edge/current.log", "a link"),
            ("logs.tar!/edge/hard.log", "a link"),
        ]
    );
}

#[test]
fn members_can_be_chosen() {
    let folder = Scratch::new();
    let files: Files<'_> = vec![
        ("edge/a.log", b"a\n"),
        ("edge/b.txt", b"b\n"),
        ("c.log", b"c\n"),
    ];
    folder.write("logs.tar", &tar(&files));
    assert_eq!(
        names(&found(&folder, "*.tar!/edge/*.log")),
        ["logs.tar!/edge/a.log"]
    );
    assert_eq!(names(&found(&folder, "logs.tar!/**/*.log")).len(), 2);
    assert!(complaint(&folder, "logs.tar!/none").contains("no member matches"));
    let globs = |glob: &str| vec![glob.to_owned()];
    let apart = [
        ("x".to_owned(), globs("*.tar!/edge/*")),
        ("y".to_owned(), globs("*.tar!/*.log")),
    ];
    assert_eq!(find(&folder.0, &apart).expect("apart").logs.len(), 3);
    let both = [
        ("x".to_owned(), globs("*.tar!/edge/*")),
        ("y".to_owned(), globs("*.tar")),
    ];
    let said = find(&folder.0, &both).expect_err("both").to_string();
    assert!(
        said.contains("logs.tar!/edge/a.log: sources `x` and `y` both claim"),
        "{said}"
    );
}

#[test]
fn an_archive_is_opened_by_its_members_only() {
    let folder = Scratch::new();
    let path = folder.write("logs.tar", &tar(&[("a", b"a\n")]));
    let said = Reader::open(&path, &WAYS[0])
        .err()
        .expect("refused")
        .to_string();
    assert!(said.contains("this is an archive"), "{said}");
    folder.write("logs.tar", &entry(b'5', "edge/", b""));
    assert!(complaint(&folder, "*").contains("holds no file"));
}

/// Holds what is found of a cut archive against what was put in; gives how many members there were.
fn hold(folder: &Scratch, files: &Files<'_>, cut: usize) -> usize {
    let all = match find(&folder.0, &[("edge".to_owned(), vec!["cut".to_owned()])]) {
        Ok(found) => found,
        Err(problem) => {
            assert!(
                problem.to_string().contains("holds no file"),
                "{cut}: {problem}"
            );
            return 0;
        }
    };
    // Too short to be told from anything else.
    if all.logs[0].log.member().is_none() {
        return 0;
    }
    let mut damaged = false;
    for log in &all.logs {
        let (content, ending) = read(&log.log, &WAYS[cut % WAYS.len()]);
        let name = log.log.member().expect("a member");
        let (_, whole) = files.iter().find(|(n, _)| *n == name).expect("its name");
        assert!(whole.starts_with(&content), "{cut}: {name}");
        let told = |kind| ending.damage.iter().any(|damage| damage.kind == kind);
        if content.len() < whole.len() {
            assert!(told(DamageKind::Truncated), "{cut}: {name}: {ending:?}");
        }
        damaged |= !ending.damage.is_empty();
    }
    assert!(damaged, "{cut}: nothing was told of a cut archive");
    all.logs.len()
}

#[test]
fn every_truncation_of_an_archive_gives_prefixes_and_says_so() {
    let folder = Scratch::new();
    let (a, c) = (log(8), log(5));
    let files: Files<'_> = vec![("a", &a), ("b", b"one\n"), ("c", &c)];
    let behind = Zip {
        behind: true,
        ..ZIP
    };
    let stored = Zip { method: 0, ..ZIP };
    for archive in [
        tar(&files),
        gz(&tar(&files)),
        xz(&tar(&files)),
        zip(ZIP, &files),
        zip(behind, &files),
        zip(stored, &files),
        gz(&zip(ZIP, &files)),
    ] {
        // All three members are there, and the tar's end mark is 1024 zeros.
        let plain_tar = archive.len() % 512 == 0;
        let end = archive.len() - if plain_tar { 1023 } else { 0 };
        let mut most = 0;
        // What lies between a plain tar's blocks is all alike.
        for cut in (10..end).step_by(if plain_tar { 7 } else { 1 }) {
            folder.write("cut", &archive[..cut]);
            most = most.max(hold(&folder, &files, cut));
        }
        assert_eq!(most, 3);
        folder.write("cut", &archive);
        for log in &found(&folder, "cut").logs {
            assert_eq!(read(&log.log, &WAYS[2]).1.damage, []);
        }
    }
}

#[test]
fn damage_finds_its_member() {
    let folder = Scratch::new();
    let content = log(200);
    let files: Files<'_> = vec![("a", &content), ("b", b"b\n")];
    let mut archive = zip(ZIP, &files);
    archive[60] ^= 0xff;
    folder.write("cut", &archive);
    let found_of = |folder: &Scratch| -> Vec<Vec<DamageKind>> {
        let all = found(folder, "cut");
        let kinds = |log: &breachscope::source::Found| {
            let (_, ending) = read(&log.log, &WAYS[2]);
            ending.damage.iter().map(|d| d.kind).collect()
        };
        all.logs.iter().map(kinds).collect()
    };
    let kinds = found_of(&folder);
    assert!(
        matches!(kinds[0][..], [DamageKind::Corrupt | DamageKind::Checksum]),
        "{kinds:?}"
    );
    assert_eq!(kinds[1], []);
    let mut archive = zip(Zip { method: 0, ..ZIP }, &files);
    archive[60] ^= 1;
    folder.write("cut", &archive);
    assert_eq!(found_of(&folder), [vec![DamageKind::Checksum], vec![]]);
    // A gzip's checksum covers everything that it holds.
    let mut packed = gz(&tar(&files));
    let check_at = packed.len() - 8;
    packed[check_at] ^= 1;
    folder.write("cut", &packed);
    assert_eq!(found_of(&folder), vec![vec![DamageKind::Checksum]; 2]);
    // Bytes between members are passed over and counted.
    let between = [
        entry(b'0', "a", b"a\n"),
        vec![7; 512],
        tar(&[("b", b"b\n")]),
    ]
    .concat();
    folder.write("cut", &between);
    assert_eq!(found_of(&folder), [vec![DamageKind::Missing], vec![]]);
    // An archive behind the end mark of another is read on.
    let two = [tar(&[("a", b"a\n")]), tar(&[("b", b"b\n")])].concat();
    folder.write("cut", &two);
    assert_eq!(found_of(&folder), [vec![], vec![]]);
}

#[test]
fn what_a_zip_holds_and_cannot_be_read_is_refused_by_name() {
    let folder = Scratch::new();
    let files: Files<'_> = vec![("ok.log", b"a\n"), ("edge/b.log", b"b\n")];
    for (how, why) in [
        (Zip { flags: 1, ..ZIP }, "is encrypted"),
        (Zip { method: 9, ..ZIP }, "is packed by method 9 of zip"),
    ] {
        folder.write("logs.zip", &zip(how, &files));
        let said = complaint(&folder, "*");
        assert!(
            said.contains(&format!("logs.zip!/ok.log: this member {why}")),
            "{said}"
        );
        assert!(said.contains("unpack it first"), "{said}");
    }
    folder.write(
        "logs.zip",
        &zip(
            Zip {
                table: false,
                behind: true,
                ..ZIP
            },
            &files,
        ),
    );
    let found = found(&folder, "*");
    check_names(&found, &["logs.zip!/ok.log", "logs.zip!/edge/b.log"]);
    assert_eq!(read(&found.logs[1].log, &WAYS[0]).0, b"b\n");
}

pub(super) fn check_names(found: &Findings, expected: &[&str]) {
    assert_eq!(names(found), expected);
}

/// The answer does not depend on whether the logs came as files or as an archive of them, and the manifest
/// lets a stranger hold both the archive and what was in it against it.
#[test]
fn an_answer_from_an_archive_is_the_answer_from_its_files() {
    use crate::answer::{check_manifest, fresh, json, scan, synth, table};
    let folder = fresh("archived-case");
    let case = folder.join("case");
    synth(&case, "--seed 3 --lines 3000");
    scan(&case.join("case.toml"), &folder.join("plain"), &["--quiet"]);
    let mut files = Vec::new();
    for entry in fs::read_dir(case.join("logs")).expect("the logs") {
        let entry = entry.expect("an entry");
        let name = format!("logs/{}", entry.file_name().to_string_lossy());
        files.push((name, fs::read(entry.path()).expect("a log")));
    }
    let members: Files<'_> = files
        .iter()
        .map(|(name, bytes)| (&**name, &**bytes))
        .collect();
    fs::remove_dir_all(case.join("logs")).expect("gone");
    let packed = gz(&tar(&members));
    fs::create_dir(case.join("evidence")).expect("a folder");
    fs::write(case.join("evidence/logs.tar.gz"), &packed).expect("the archive");
    let told = fs::read_to_string(case.join("case.toml")).expect("the case");
    let told = told.replace("files = [\"logs/", "files = [\"evidence/logs.tar.gz!/logs/");
    fs::write(case.join("case.toml"), told).expect("the case");
    let out = folder.join("packed");
    scan(&case.join("case.toml"), &out, &["--quiet"]);
    for same in ["controllers.csv", "accounts.csv", "coverage.csv"] {
        let read = |answer: &str| fs::read(folder.join(answer).join(same)).expect(same);
        assert!(read("plain") == read("packed"), "{same} differs");
    }
    let subjects = |answer: &str| -> Vec<_> {
        let rows = table(&folder.join(answer).join("subjects.csv")).into_iter();
        rows.map(|mut row| {
            row.remove("evidence");
            row
        })
        .collect()
    };
    assert!(!subjects("plain").is_empty() && subjects("plain") == subjects("packed"));
    check_manifest(&out);
    let manifest = json(&out.join("manifest.json"));
    let inputs = manifest["inputs"].as_array().expect("inputs");
    assert_eq!(inputs.len(), files.len());
    for input in inputs {
        assert_eq!(input["archive"], "evidence/logs.tar.gz");
        assert_eq!(input["sha256"], sha256(&packed));
        assert_eq!(input["bytes"], packed.len());
        let file = input["file"].as_str().expect("a name");
        let name = file
            .strip_prefix("evidence/logs.tar.gz!/")
            .expect("a member");
        let (_, bytes) = files.iter().find(|(n, _)| n == name).expect("its bytes");
        let (content, _) = read(folder_file(&folder, bytes), &WAYS[2]);
        assert_eq!(input["content_sha256"], sha256(&content));
    }
}
