//! Members whose names mislead: folders that are none, separators of another system, hidden ones.

use super::archives::{complaint, found, names};
use super::building::{Files, ZIP, Zip, entry, tar, zip};
use super::*;

pub(super) fn folder_file(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("member");
    fs::write(&path, bytes).expect("a file");
    path
}

#[test]
fn a_name_like_a_folders_hides_no_content() {
    let folder = Scratch::new();
    let (shown, hidden) = (log(3), log(5));
    let files: Files<'_> = vec![("a.log", &shown), ("b.log/", &hidden), ("c/", b"")];
    for archive in [
        tar(&files),
        zip(Zip { method: 0, ..ZIP }, &files),
        zip(ZIP, &files),
        zip(
            Zip {
                table: false,
                ..ZIP
            },
            &files,
        ),
        zip(
            Zip {
                behind: true,
                ..ZIP
            },
            &files,
        ),
    ] {
        folder.write("logs.bin", &archive);
        let found = found(&folder, "*.bin");
        assert_eq!(names(&found), ["logs.bin!/a.log", "logs.bin!/b.log/"]);
    }
    let mut archive = entry(b'5', "d", &hidden);
    archive.extend(tar(&[("a.log", &shown)]));
    folder.write("logs.bin", &archive);
    let found = found(&folder, "*.bin");
    assert_eq!(names(&found), ["logs.bin!/a.log"]);
    assert_eq!(
        found.skipped[0].why,
        "a folder, which says that it has content"
    );
}

#[test]
fn separators_of_windows_hide_nothing_and_hidden_members_are_named() {
    let folder = Scratch::new();
    let content = log(3);
    folder.write("logs.bin", &zip(ZIP, &[("..\\..\\a.log", &content)]));
    assert_eq!(names(&found(&folder, "*.bin")), ["logs.bin!/..\\..\\a.log"]);
    folder.write("logs.bin", &zip(ZIP, &[(".a.log", &content)]));
    let told = complaint(&folder, "*.bin");
    assert!(told.contains("`.a.log` is not read (hidden)"), "{told}");
}
