//! What `verify` says of answers that were changed with care, and of names that look so.

use super::*;

/// Writes a file of an answer and takes its new digest into the manifest, as whoever forges with care does.
pub fn forge(out: &Path, file: &str, change: &dyn Fn(&str) -> String) {
    use sha2::{Digest, Sha256};
    let digest = |bytes: &[u8]| -> String {
        let digest = Sha256::digest(bytes);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let before = fs::read_to_string(out.join(file)).unwrap();
    let after = change(&before);
    assert_ne!(before, after);
    fs::write(out.join(file), &after).unwrap();
    let manifest = fs::read_to_string(out.join("manifest.json")).unwrap();
    let (old, new) = (digest(before.as_bytes()), digest(after.as_bytes()));
    let mut manifest: serde_json::Value =
        serde_json::from_str(&manifest.replace(&old, &new)).unwrap();
    for output in manifest["outputs"].as_array_mut().unwrap() {
        if output["file"] == file {
            output["bytes"] = after.len().into();
        }
    }
    let manifest = format!("{manifest:#}\n");
    fs::write(out.join("manifest.json"), &manifest).unwrap();
    let line = format!("{}  manifest.json\n", digest(manifest.as_bytes()));
    fs::write(out.join("manifest.sha256"), line).unwrap();
}

#[test]
fn tables_that_disagree_are_contradicted() {
    let schools = whole("forged");
    let (case, out) = (
        schools.folder.join("case.toml"),
        schools.folder.join("answer"),
    );
    let change =
        |from: &'static str, to: &'static str| move |text: &str| text.replacen(from, to, 1);
    type Change = Box<dyn Fn(&str) -> String>;
    let forgeries: [(&str, Change, &str); 7] = [
        (
            "bounds.csv",
            Box::new(change("s,U0,40", "s,U0,41")),
            "bounds.csv, row 6: subjects",
        ),
        (
            "bounds.csv",
            Box::new(change("t,L,0", "t,L,1")),
            "bounds.csv, row 9: subjects",
        ),
        (
            "bounds.csv",
            Box::new(change("s,U0,", "n,U0,")),
            "bounds.csv, row 6: bound",
        ),
        (
            "findings.json",
            Box::new(change(
                "\"roles\": [\n        \"teacher",
                "\"roles\": [\n        \"pupil",
            )),
            "roles",
        ),
        (
            "findings.json",
            Box::new(change(
                "\"belongs_to\": [\n        \"n",
                "\"belongs_to\": [\n        \"t",
            )),
            "belongs_to",
        ),
        (
            "findings.json",
            Box::new(change(
                "\"data_categories\": [\n        \"name",
                "\"data_categories\": [\n        \"class",
            )),
            "data_categories",
        ),
        (
            "findings.json",
            Box::new(change(
                "\"routes\": [\n        \"contact",
                "\"routes\": [\n        \"profile",
            )),
            "routes",
        ),
    ];
    for (file, change, place) in forgeries {
        let _ = fs::remove_dir_all(&out);
        scan(&case, &out, &[]);
        forge(&out, file, &change);
        let held = run(&["verify", text(&out), "--case", text(&case)]);
        let said = String::from_utf8_lossy(&held.stdout).into_owned();
        assert_eq!(held.status.code(), Some(3), "{file}, {place}: {said}");
        assert!(said.contains(place), "{said}");
        assert!(!said.contains("by manifest.json"), "{said}");
    }
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn verify_agrees_on_names_that_hold_a_tables_signs() {
    let mut schools = whole("signs");
    // The first file is named with the sign that joins references, the accounts with that and with what a spreadsheet runs.
    let names = ["a;b", "+c", "-d", "=e;"];
    for (nth, name) in names.iter().enumerate() {
        for at in 1..=20_u64 {
            let target = format!("/contacts/s{at}");
            let asked = line(
                name,
                40_000 + nth as u64 * 500 + at * 3,
                &target,
                200,
                "433",
            );
            schools.log.push(asked);
        }
    }
    schools.write();
    let rows = names.map(|name| format!("{name},teacher,n\n")).concat();
    let rows = format!("account,role,unit\nanna,teacher,n\n{rows}");
    fs::write(schools.folder.join("grants.csv"), rows).unwrap();
    let logs = schools.folder.join("logs");
    fs::rename(logs.join("access.log"), logs.join("access.log;1")).unwrap();
    scanned(&schools);
    let (case, out) = (
        schools.folder.join("case.toml"),
        schools.folder.join("answer"),
    );
    let held = run(&["verify", text(&out), "--case", text(&case)]);
    let said = String::from_utf8_lossy(&held.stdout).into_owned();
    assert_eq!(held.status.code(), Some(0), "{said}");
    fs::remove_dir_all(&schools.folder).unwrap();
}
