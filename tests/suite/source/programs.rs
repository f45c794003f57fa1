//! Archives as common programs write them.

use super::archives::found;
use super::building::{Files, ZIP, Zip, tar, zip};
use super::*;
use std::process::Command;

/// Runs a program in a folder; `None` where it is not installed.
fn tool(folder: &Path, program: &str, args: &[&str]) -> Option<()> {
    match Command::new(program)
        .args(args)
        .current_dir(folder)
        .output()
    {
        Ok(output) if output.status.success() => Some(()),
        Ok(output) => panic!("{program}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            println!("skipped: {program} is not here");
            None
        }
    }
}

#[test]
fn what_common_programs_write() {
    let folder = Scratch::new();
    let long = format!("{}/{}.log", "d".repeat(120), "å".repeat(90));
    let content = log(1_000);
    folder.write(&format!("in/{long}"), &content);
    folder.write("in/short.log", b"s\n");
    let mut archives = Vec::new();
    for format in ["gnu", "pax", "ustar"] {
        let name = format!("{format}.tar");
        let format = format!("--format={format}");
        // ustar has no place for names that long.
        let what = if name == "ustar.tar" {
            "in/short.log"
        } else {
            "in"
        };
        archives.extend(tool(&folder.0, "tar", &[&format, "-cf", &name, what]).map(|()| name));
    }
    archives
        .extend(tool(&folder.0, "zip", &["-qr", "plain.zip", "in"]).map(|()| "plain.zip".into()));
    archives.extend(
        tool(&folder.0, "sh", &["-c", "zip -qr - in | cat > piped.zip"])
            .map(|()| "piped.zip".into()),
    );
    archives.extend(
        tool(&folder.0, "zip", &["-qr", "-fz", "wide.zip", "in"]).map(|()| "wide.zip".into()),
    );
    for name in &archives {
        let found = found(&folder, name);
        for log in &found.logs {
            let expected: &[u8] = if log.name.ends_with("short.log") {
                b"s\n"
            } else {
                &content
            };
            assert_eq!(check(&log.log, expected).damage, []);
        }
        let whole = if name == "ustar.tar" { 1 } else { 2 };
        assert_eq!((found.logs.len(), found.skipped), (whole, vec![]), "{name}");
        if whole == 2 {
            let expected = format!("{name}!/in/{long}");
            assert!(found.logs.iter().any(|log| log.name == expected), "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_changed_in_an_archive(kind in 0usize..4, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let folder = Scratch::new();
        let a = log(30);
        let files: Files<'_> = vec![("a", &a), ("b", b"one\n")];
        let mut archive = match kind {
            0 => tar(&files),
            1 => gz(&tar(&files)),
            2 => zip(ZIP, &files),
            _ => zip(Zip { behind: true, table: false, ..ZIP }, &files),
        };
        for (at, byte) in changes {
            let at = at.index(archive.len());
            archive[at] = byte;
        }
        folder.write("log", &archive);
        let Ok(found) = find(&folder.0, &[("edge".to_owned(), vec!["log".to_owned()])]) else {
            return Ok(());
        };
        for found in found.logs {
            let mut reader = Reader::open(&found.log, &WAYS[1]).expect("opens");
            while reader.next().expect("nothing but the system fails a read").is_some() {}
            reader.finish().expect("ends");
        }
    }
}
