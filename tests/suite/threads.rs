//! One answer, every way of getting it: one thread or many, mapped or read, from any folder.

use std::process::Command;

use crate::answer::{bytes, fresh, root, scan, synth, text};

#[test]
fn same_bytes_every_way() {
    let folder = fresh("ways");
    let practice = folder.join("practice");
    synth(&practice, "--seed 7");
    for case in [
        root().join("testdata/capture/case/case.toml"),
        practice.join("case.toml"),
    ] {
        let ways: [&[&str]; 4] = [
            &["--threads", "1"],
            &["--threads", "7"],
            &["--threads", "1", "--no-mmap"],
            &["--threads", "3", "--no-mmap", "--memory", "2G"],
        ];
        let answers: Vec<_> = ways
            .iter()
            .enumerate()
            .map(|(way, flags)| {
                let out = folder.join(format!("{way}"));
                scan(&case, &out, flags);
                let files = bytes(&out);
                std::fs::remove_dir_all(&out).expect("the answer can go");
                files
            })
            .collect();
        for other in &answers[1..] {
            for (name, first) in &answers[0] {
                assert!(
                    other[name] == *first,
                    "{name} of {} differs",
                    case.display()
                );
            }
        }
    }
}

/// Locale, zone and working folder of whoever runs it do not show in an answer.
#[test]
fn same_bytes_from_another_place() {
    let folder = fresh("places");
    let case = root().join("testdata/capture/case");
    scan(&case.join("case.toml"), &folder.join("here"), &[]);
    let there = folder.join("there");
    let status = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args(["scan", "case.toml", "--quiet", "--out", text(&there)])
        .current_dir(&case)
        .env("TZ", "Asia/Kolkata")
        .env("LC_ALL", "tr_TR.UTF-8")
        .status()
        .expect("the program starts");
    assert!(status.success());
    assert_eq!(bytes(&folder.join("here")), bytes(&there));
}
