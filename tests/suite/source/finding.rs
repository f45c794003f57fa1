//! Finding a source's files: order, links, files claimed twice.

use super::*;
use breachscope::source::walk;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

fn names(folder: &Scratch, globs: &[&str]) -> Vec<String> {
    let globs = globs.iter().map(|glob| (*glob).to_owned()).collect();
    let found = find(&folder.0, &[("edge".to_owned(), globs)]).expect("found");
    found.logs.into_iter().map(|found| found.name).collect()
}

fn complaint(folder: &Scratch, sources: &[(&str, &[&str])]) -> String {
    let sources: Vec<_> = sources
        .iter()
        .map(|(name, globs)| {
            (
                name.to_string(),
                globs.iter().map(|glob| glob.to_string()).collect(),
            )
        })
        .collect();
    find(&folder.0, &sources)
        .expect_err("a problem")
        .to_string()
}

/// Each row is in the order that must come out.
#[test]
fn rotations_come_oldest_first() {
    let table: [&[&str]; 7] = [
        &[
            "access.log.10",
            "access.log.2",
            "access.log.1",
            "access.log",
        ],
        &[
            "access.log.10.gz",
            "access.log.9.zst",
            "access.log.2.gz",
            "access.log.1",
            "access.log",
        ],
        &[
            "access.log-20201231.gz",
            "access.log-20210101",
            "access.log-20210102",
            "access.log",
        ],
        &[
            "access.log.2021-03-09",
            "access.log.2021-03-10.gz",
            "access.log.2",
            "access.log",
        ],
        &[
            "access-2021-03-04.log",
            "access-2021-03-05.log.1",
            "access-2021-03-05.log",
            "access-2021-03-10.log",
        ],
        &["u_ex210304.log", "u_ex210305.log", "u_ex210310.log"],
        &[
            "edge2/access.log.1",
            "edge2/access.log",
            "edge10/access.log.1",
            "edge10/access.log",
            "edge10/error.log",
        ],
    ];
    for expected in table {
        let folder = Scratch::new();
        for name in expected.iter().rev() {
            folder.write(name, b"");
        }
        assert_eq!(names(&folder, &["**/*"]), expected);
    }
}

#[test]
fn the_order_of_globs_does_not_matter_and_a_file_counts_once() {
    let folder = Scratch::new();
    for name in ["a.log", "a.log.1", "b.log"] {
        folder.write(name, name.as_bytes());
    }
    fs::create_dir(folder.path("d.log")).expect("a folder, which is skipped");
    folder.write(".hidden.log", b"");
    assert_eq!(
        names(&folder, &["b*", "*.log*", "a.log"]),
        ["a.log.1", "a.log", "b.log"]
    );
    let found = find(
        &folder.0,
        &[
            ("x".into(), vec!["b.log".into()]),
            ("y".into(), vec!["a.*".into()]),
        ],
    )
    .expect("found");
    let told: Vec<_> = found
        .logs
        .iter()
        .map(|f| (f.source, f.name.as_str(), f.bytes, f.log.path().to_owned()))
        .collect();
    assert_eq!(
        told,
        [
            (0, "b.log", 5, folder.path("b.log")),
            (1, "a.log.1", 7, folder.path("a.log.1")),
            (1, "a.log", 5, folder.path("a.log"))
        ]
    );
}

#[test]
fn links_are_followed_and_the_real_name_wins() {
    let folder = Scratch::new();
    folder.write("real/z.log", b"12345");
    symlink(folder.path("real/z.log"), folder.path("a.log")).expect("a link");
    symlink(folder.path("real"), folder.path("b")).expect("a link");
    assert_eq!(names(&folder, &["*.log"]), ["a.log"]);
    assert_eq!(names(&folder, &["b/*.log", "a.log"]), ["a.log"]);
    assert_eq!(names(&folder, &["*.log", "*/*.log"]), ["real/z.log"]);
    assert_eq!(names(&folder, &["**/*.log", "real/*"]), ["real/z.log"]);
    assert!(
        complaint(&folder, &[("one", &["a.log"]), ("two", &["real/*"])])
            .contains("sources `one` and `two` both claim this file")
    );
    symlink(folder.path("nowhere"), folder.path("c.log")).expect("a link");
    let said = complaint(&folder, &[("one", &["*.log"])]);
    assert!(said.contains("c.log: cannot be opened"), "{said}");
}

#[test]
fn names_with_glob_signs_and_odd_folders() {
    let outer = Scratch::new();
    let folder = Scratch(outer.path("case [1]"));
    folder.write("log[1].txt", b"");
    folder.write("plain.txt", b"");
    outer.write("above.txt", b"");
    assert_eq!(names(&folder, &["log[1].txt"]), ["log[1].txt"]);
    assert_eq!(names(&folder, &["*.txt"]), ["log[1].txt", "plain.txt"]);
    assert_eq!(names(&folder, &["../*.txt"]), ["../above.txt"]);
    let absolute = outer.path("above.txt").display().to_string();
    assert_eq!(names(&folder, &[&absolute]), [absolute.as_str()]);
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = Scratch::new();
    folder.write("a.log", b"");
    let said = complaint(&folder, &[("edge", &["a.log", "nothing/*.log"])]);
    let expected = format!(
        "source `edge`, files = \"nothing/*.log\": no file in {} matches; ",
        folder.0.display()
    );
    assert!(said.starts_with(&expected), "{said}");
    let said = complaint(&folder, &[("edge", &["a***"])]);
    assert!(
        said.contains("files = \"a***\": the glob cannot be read"),
        "{said}"
    );
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("s.log")).expect("a socket");
    let said = complaint(&folder, &[("edge", &["s.log"])]);
    assert!(said.contains("this is a socket"), "{said}");
    fs::set_permissions(folder.path("a.log"), fs::Permissions::from_mode(0o0)).expect("set");
    // The superuser may read everything, so there is nothing to complain of.
    if fs::File::open(folder.path("a.log")).is_err() {
        let said = complaint(&folder, &[("edge", &["a.log"])]);
        assert!(
            said.contains("a.log: cannot be opened: Permission denied"),
            "{said}"
        );
    }
}

#[test]
fn names_of_any_bytes_are_found_and_written_without_loss() {
    let folder = Scratch::new();
    for name in [
        &b"a\xff.log"[..],
        b"a\xfe.log",
        b"a\\xff.log",
        b"b\n.log",
        "\u{e5}.log".as_bytes(),
    ] {
        folder.write("plain.log", b"x\n");
        let odd = folder.0.join(OsStr::from_bytes(name));
        fs::rename(folder.path("plain.log"), odd).expect("an odd name");
    }
    let expected = [
        "a\\x5cxff.log",
        "a\\xfe.log",
        "a\\xff.log",
        "b\\x0a.log",
        "\u{e5}.log",
    ];
    let mut all = names(&folder, &["*.log"]);
    all.sort();
    assert_eq!(all, expected);
    // A file's own name comes before what it could be the writing of.
    assert_eq!(
        names(&folder, &["a\\xff.log", "[\u{e5}]*"]),
        ["a\\x5cxff.log", "\u{e5}.log"]
    );
    let found = find(&folder.0, &[("edge".into(), vec!["a\\xfe*".into()])]).expect("found");
    assert_eq!(
        found.logs[0].log.path().as_os_str().as_bytes().last_chunk(),
        Some(b"a\xfe.log")
    );
    check(&found.logs[0].log, b"x\n");
}

#[test]
fn a_folder_is_walked_to_its_end() {
    let folder = Scratch::new();
    folder.write("logs/edge10/access.log", b"a\n");
    folder.write("logs/edge2/access.log.1", b"b\n");
    folder.write("logs/edge2/access.log", b"c\n");
    folder.write("logs/.git/config", b"x");
    folder.write("logs/edge2/.swap", b"x");
    symlink(folder.path("logs"), folder.path("logs/edge2/up")).expect("a link");
    symlink(
        folder.path("logs/edge10/access.log"),
        folder.path("logs/edge2/same.log"),
    )
    .expect("a link");
    let found = walk(&folder.path("logs")).expect("found");
    let root = folder.path("logs").display().to_string();
    let told: Vec<_> = found
        .logs
        .iter()
        .map(|log| log.name.strip_prefix(&root).expect("inside"))
        .collect();
    assert_eq!(
        told,
        [
            "/edge2/access.log.1",
            "/edge2/access.log",
            "/edge10/access.log"
        ]
    );
    let skipped: Vec<_> = found
        .skipped
        .iter()
        .map(|s| (s.name.strip_prefix(&root).expect("inside"), s.why.as_str()))
        .collect();
    assert_eq!(
        skipped,
        [
            ("/.git", "hidden"),
            ("/edge2/.swap", "hidden"),
            ("/edge2/up", "a link to a folder above it")
        ]
    );
    assert_eq!(
        walk(&folder.path("logs/edge2/.swap"))
            .expect("named")
            .logs
            .len(),
        1
    );
    assert_eq!(
        walk(&folder.path("logs/.git")).expect("named").logs.len(),
        1
    );
}

#[test]
fn what_is_neither_file_nor_pipe_is_refused_by_its_kind() {
    let folder = Scratch::new();
    let device = Path::new("/dev/zero");
    let said = walk(device).expect_err("a device").to_string();
    assert!(said.contains("/dev/zero: this is a device"), "{said}");
    let said = Reader::open(device, &WAYS[0])
        .err()
        .expect("a device")
        .to_string();
    assert!(said.contains("/dev/zero: this is a device"), "{said}");
    let said = Reader::open(&folder.0, &WAYS[0])
        .err()
        .expect("a folder")
        .to_string();
    assert!(said.contains("this is a folder"), "{said}");
    let said = walk(&folder.path("none")).expect_err("nothing").to_string();
    assert!(said.contains("none: cannot be opened"), "{said}");
}

#[test]
fn records_reads_folders_and_archives_and_says_what_it_left_out() {
    let folder = Scratch::new();
    let line = b"10.0.0.1 - - [04/Mar/2021:05:06:07 +0000] \"GET /a HTTP/1.1\" 200 5\n";
    folder.write("logs/a.log", line);
    folder.write("logs/.hidden", line);
    folder.write(
        "logs/b.json",
        b"[{\"time\":\"2021-03-04T05:06:07Z\",\n\"status\":200, \"path\":\"/b\"}]",
    );
    let output = crate::answer::run(&["records", crate::answer::text(&folder.path("logs"))]);
    let (said, told) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{told}");
    assert!(told.contains("logs/.hidden: not read: hidden"), "{told}");
    assert_eq!(said.lines().count(), 2, "{said}{told}");
    let output = crate::answer::run(&["records", "/dev/zero"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("this is a device"));
}
