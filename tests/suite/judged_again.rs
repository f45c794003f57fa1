//! What a judge found at a second sitting: slips in a case that excluded everybody, evidence that was taken away and
//! left next to no trace, and what a program waits for in vain.

#[path = "judged_again/forged.rs"]
pub mod forged;
#[path = "judged_again/taken_away.rs"]
mod taken_away;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::answer::{bytes, json, run, scan, text};
use crate::bounds::{Schools, controller, line};

/// A day of ordinary use of the first school, forty pupils of the second taken, the third left alone.
fn whole(name: &str) -> Schools {
    let mut schools = Schools::new(&format!("again-{name}"));
    schools.ordinary();
    for at in 0..40 {
        schools.ask(
            36_000 + at * 3,
            &format!("s{}", at + 1),
            200,
            &(420 + at).to_string(),
        );
    }
    schools.write();
    schools
}

/// Changes the case file.
fn rewrite(schools: &Schools, from: &str, to: &str) {
    let case = schools.folder.join("case.toml");
    let said = fs::read_to_string(&case).unwrap();
    assert!(said.contains(from), "{said}");
    fs::write(&case, said.replace(from, to)).unwrap();
}

/// Exit code and what was said of a scan.
fn tried(schools: &Schools) -> (i32, String) {
    let out = schools.folder.join("answer");
    let _ = fs::remove_dir_all(&out);
    let case = schools.folder.join("case.toml");
    let output = run(&["scan", text(&case), "--out", text(&out)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), said)
}

/// Status and reasons of a controller.
fn row(schools: &Schools, id: &str) -> (String, String) {
    let row = controller(&schools.folder.join("answer"), id);
    (row["status"].clone(), row["reasons"].clone())
}

/// Sentences of a list in `findings.json`.
fn told(schools: &Schools, list: &str) -> String {
    json(&schools.folder.join("answer/findings.json"))[list].to_string()
}

fn scanned(schools: &Schools) {
    let (code, said) = tried(schools);
    assert_eq!((code, &*said), (0, ""));
}

#[test]
fn a_slip_in_a_path_or_method_is_refused() {
    let mut schools = whole("slips");
    // A second route, so that some requests are for a route of the case.
    let asked = (0..50).map(|at| line("anna", 40_000 + at * 60, "/news", 200, "900"));
    schools.log.extend(asked);
    let shown = schools
        .log
        .iter()
        .map(|line| line.replace("/contacts/", "/api/v2/book/contacts/"));
    schools.log = shown.collect();
    schools.more =
        "[[route]]\nname = \"news\"\npath = \"/news\"\ndiscloses = [\"news\"]\n".to_owned();
    let written = "path = \"/contacts/{contact}\"";
    let own = "/api/v2/book/contacts/{contact}";
    for (path, method, key) in [
        (own, None, None),
        ("/api/v1/book/contacts/{contact}", None, Some("path")),
        ("/api/v2/books/contacts/{contact}", None, Some("path")),
        ("/api/v2/books/contact/{contact}", None, Some("path")),
        ("/API/v2/Book/Contacts/{contact}", None, Some("path")),
        ("/api/v2/book/con-tacts/{contact}", None, Some("path")),
        ("/book/contacts/{contact}", None, Some("path")),
        ("/app/api/v2/book/contacts/{contact}", None, Some("path")),
        (own, Some("GTE"), Some("method")),
        (own, Some("POST"), Some("method")),
    ] {
        schools.write();
        let method = method.map_or(String::new(), |m| format!("\nmethod = [\"{m}\"]"));
        rewrite(&schools, written, &format!("path = \"{path}\"{method}"));
        let (code, said) = tried(&schools);
        let Some(key) = key else {
            assert_eq!(code, 0, "{said}");
            continue;
        };
        assert_eq!(code, 2, "{path}{method}: {said}");
        let place = format!(
            "[[route]] \"contact\", {key}: no request matches the route, but at least 1000 requests"
        );
        assert!(
            said.contains("case.toml:1") && said.contains(&place),
            "{said}"
        );
        let remedy = match key {
            "path" => format!("write path = \"{own}\""),
            _ => "add \"GET\" to its method".to_owned(),
        };
        assert!(said.contains(&remedy), "{said}");
        assert!(!schools.folder.join("answer").exists());
        // Nor is any statement of the route supported.
        let claims = schools.folder.join("claims.toml");
        let claim = "[[claim]]\nid = \"V\"\nsays = \"Not used.\"\nkind = \"route_not_used\"\nroute = \"contact\"\n";
        fs::write(&claims, claim).unwrap();
        let case = schools.folder.join("case.toml");
        let held = run(&["verify", "--claims", text(&claims), text(&case)]);
        assert_eq!(held.status.code(), Some(2), "{path}{method}");
    }
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn a_path_that_is_nearly_another_is_said() {
    let mut schools = whole("near");
    let more = "[[route]]\nname = \"card\"\npath = \"/contact/{contact}\"\nobject = \"contact\"\ndiscloses = [\"name\"]\n";
    schools.more = more.replace("/contact/", "/cards/");
    // A page that answers everything with 200, at which somebody tried each ID.
    for at in 0..60 {
        let target = format!("/card/n{}", at + 1);
        schools
            .log
            .push(line("anna", 50_000 + at * 60, &target, 200, "1024"));
    }
    schools.write();
    scanned(&schools);
    let said = "no request matches the route \\\"card\\\" (/cards/{contact}), but 60 requests that no route matches are written \
                /card/{contact}";
    let remarks = told(&schools, "remarks");
    assert!(remarks.contains(said), "{remarks}");
    assert_eq!(row(&schools, "t"), ("excluded".to_owned(), String::new()));
    let case = schools.folder.join("case.toml");
    let output = run(&[
        "inspect",
        "--case",
        text(&case),
        "--json",
        text(&schools.folder.join("logs")),
    ]);
    let inspected = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(inspected.contains(said), "{inspected}");
    // What nothing is near to is not told of.
    schools.more = more.replace("/contact/", "/photographs/");
    schools.write();
    scanned(&schools);
    assert!(!told(&schools, "remarks").contains("no request matches"));
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn requests_that_two_sources_show_are_told() {
    let schools = whole("twice");
    let folder = &schools.folder;
    let log = fs::read_to_string(folder.join("logs/access.log")).unwrap();
    let put = |of: &dyn Fn(usize, &str) -> Option<String>| {
        let lines = log.split_inclusive('\n').enumerate();
        let lines = lines.filter_map(|(at, line)| of(at, line));
        fs::write(folder.join("logs/app.log"), lines.collect::<String>()).unwrap();
    };
    let source = "[[source]]\nname = \"app\"\nfiles = [\"logs/app.log\"]\nformat = \"combined\"\naccount = \"remote_user\"\n";
    rewrite(
        &schools,
        "[[route]]\nname = \"contact\"",
        &format!("{source}[[route]]\nname = \"contact\""),
    );
    let said = "sources \\\"edge\\\" and \\\"app\\\" show the same requests";
    // The application stands behind a proxy and writes another size and client.
    put(&|_, line| Some(line.replace("10.0.0.1 ", "192.168.0.9 ")));
    scanned(&schools);
    let doubts = told(&schools, "doubts");
    assert!(doubts.contains(said), "{doubts}");
    let found = controller(&folder.join("answer"), "s");
    assert_eq!(
        (&*found["subjects_min"], &*found["subjects_max"]),
        ("40", "40")
    );
    assert_eq!(row(&schools, "t"), ("excluded".to_owned(), String::new()));
    // Two hosts that share the load by chance are no such thing.
    put(&|at, line| {
        let mixed = (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60;
        mixed
            .is_multiple_of(2)
            .then(|| line.replace("10.0.0.1 ", "192.168.0.9 "))
    });
    scanned(&schools);
    let doubts = told(&schools, "doubts");
    assert!(!doubts.contains(said), "{doubts}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_page_that_is_asked_for_twice_is_known_to_nobody() {
    let mut schools = whole("page");
    schools.more = "[[route]]\nname = \"book\"\npath = \"/books/{book}\"\ncontainer = \"book\"\npage = { query = \"page\", first = 1, \
                    size = 25 }\ndiscloses = [\"name\"]\n"
        .to_owned();
    schools.log.retain(|line| !line.contains("/contacts/s"));
    let ordinary = schools.log.clone();
    for (query, sure, most) in [
        ("page=2&page=3", "0", "100"),
        ("page=2&page=2", "25", "25"),
        ("page=&page=3", "25", "25"),
    ] {
        schools.log.clone_from(&ordinary);
        let target = format!("/books/Bs?{query}");
        schools.log.push(line("anna", 36_000, &target, 200, "2100"));
        schools.write();
        let members = (1..=100).map(|at| format!("Bs,s{at}\n"));
        let members = format!("container,object\n{}", members.collect::<String>());
        fs::write(schools.folder.join("members.csv"), members).unwrap();
        rewrite(
            &schools,
            "[directory]\n",
            "[directory]\nmembers = \"members.csv\"\n",
        );
        scanned(&schools);
        let found = controller(&schools.folder.join("answer"), "s");
        let bounds = (&*found["subjects_min"], &*found["subjects_max"]);
        assert_eq!(bounds, (sure, most), "{query}");
    }
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn what_is_kept_counts_only_as_it_was_written() {
    let schools = whole("kept");
    let (case, keep) = (
        schools.folder.join("case.toml"),
        schools.folder.join("kept"),
    );
    let answer = |name: &str| {
        let out = schools.folder.join(name);
        let _ = fs::remove_dir_all(&out);
        scan(&case, &out, &["--keep", text(&keep)]);
        let mut all = bytes(&out);
        // It holds the command line, which names another --out.
        all.retain(|file, _| !file.starts_with("manifest"));
        let inputs = json(&out.join("manifest.json"))["inputs"].clone();
        (all, inputs)
    };
    let first = answer("first");
    let folder = fs::read_dir(&keep).unwrap().next().unwrap().unwrap().path();
    for entry in fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().path();
        let whole = fs::read(&file).unwrap();
        // Every byte of what is small, some of what is not.
        for at in (0..whole.len()).step_by(1 + whole.len() / 300) {
            let mut altered = whole.clone();
            // A digit stays one, so that what is text can still be read.
            altered[at] = if altered[at] == b'7' { b'8' } else { b'7' };
            fs::write(&file, &altered).unwrap();
            if at % 8 == 0 || whole.len() < 400 {
                assert!(answer("second") == first, "{} at {at}", file.display());
            }
        }
        fs::write(&file, &whole).unwrap();
    }
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn nobody_waits_for_a_pipe_that_nobody_named() {
    let schools = whole("pipes");
    let make = |name: &str| {
        let made = Command::new("mkfifo")
            .arg(schools.folder.join(name))
            .status();
        assert!(made.unwrap().success());
    };
    make("logs/access.log.1");
    let (code, said) = tried(&schools);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("logs/access.log.1: this is a pipe"), "{said}");
    let logs = schools.folder.join("logs");
    let output = run(&["records", text(&logs)]);
    assert_eq!(output.status.code(), Some(0));
    fs::remove_file(logs.join("access.log.1")).unwrap();
    fs::remove_file(schools.folder.join("grants.csv")).unwrap();
    make("grants.csv");
    let (code, said) = tried(&schools);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("[directory], grants: \"grants.csv\" is no file but a pipe"),
        "{said}"
    );
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn globs_that_cannot_hold_are_wrong_usage() {
    let schools = whole("globs");
    rewrite(&schools, "logs/access.log*", "logs/[a");
    let (code, said) = tried(&schools);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("case.toml:6") && said.contains("the glob cannot be read"),
        "{said}"
    );
    rewrite(&schools, "logs/[a", "logs/access.log");
    let source = "[[source]]\nname = \"other\"\nfiles = [\"logs/*\"]\nformat = \"combined\"\naccount = \"remote_user\"\n";
    rewrite(&schools, "[[route]]", &format!("{source}[[route]]"));
    let (code, said) = tried(&schools);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("sources `edge` and `other` both claim this file"),
        "{said}"
    );
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn accounts_in_another_spelling_are_pointed_out() {
    let schools = whole("spelling");
    let log = schools.folder.join("logs/access.log");
    let lines = fs::read_to_string(&log).unwrap();
    let grants = |account: &str| {
        let rows = format!("account,role,unit\n{account},teacher,n\n");
        fs::write(schools.folder.join("grants.csv"), rows).unwrap();
    };
    for (granted, written) in [
        ("anna@skola.example", &b"Anna@Skola.example"[..]),
        ("anna@skola.example", b"anna%40skola.example"),
        ("\u{e5}sa", b"\xe5sa"),
    ] {
        grants(granted);
        let mut content = Vec::new();
        for line in lines.split_inclusive('\n') {
            let (head, tail) = line.split_once(" anna ").unwrap();
            content.extend([head.as_bytes(), b" ", written, b" ", tail.as_bytes()].concat());
        }
        fs::write(&log, content).unwrap();
        scanned(&schools);
        let remarks = told(&schools, "remarks");
        let said = format!("as \\\"{granted}\\\": if they are the same");
        assert!(
            remarks.contains("1 account that the table of grants does not know")
                && remarks.contains(&said),
            "{remarks}"
        );
    }
    // Where a table says who they are, or they are nobody's, there is nothing to say.
    fs::write(&log, &lines).unwrap();
    grants("anne");
    scanned(&schools);
    assert!(!told(&schools, "remarks").contains("if they are the same"));
    fs::remove_dir_all(&schools.folder).unwrap();
}
