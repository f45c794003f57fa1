//! `init`: a case that is proposed answers as the case that somebody wrote, and never harms anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::answer::{fresh, root, run, scan, succeed, synth, table, text};

/// Controllers with their status, and subjects with their certainty.
type Answered = (
    BTreeSet<(String, String)>,
    BTreeSet<(String, String, String)>,
);

fn answered(out: &Path) -> Answered {
    let controllers = table(&out.join("controllers.csv"));
    let subjects = table(&out.join("subjects.csv"));
    (
        controllers
            .into_iter()
            .map(|row| (row["controller"].clone(), row["status"].clone()))
            .collect(),
        subjects
            .into_iter()
            .map(|row| {
                (
                    row["subject"].clone(),
                    row["controller"].clone(),
                    row["certainty"].clone(),
                )
            })
            .collect(),
    )
}

fn init_answers_as(folder: &Path, case: &str, logs: &Path, directory: &Path) {
    let proposed = folder.join("proposed.toml");
    let ran = run(&[
        "init",
        text(logs),
        "--directory",
        text(directory),
        "--out",
        text(&proposed),
    ]);
    // A table that no route uses is said on stderr.
    assert!(ran.status.success(), "{ran:?}");
    let (ours, theirs) = (folder.join("ours"), folder.join("theirs"));
    scan(&proposed, &ours, &["--quiet"]);
    scan(&folder.join(case), &theirs, &["--quiet"]);
    let (ours, theirs) = (answered(&ours), answered(&theirs));
    let shown = fs::read_to_string(&proposed).expect("the case");
    assert_eq!(ours.0, theirs.0, "controllers\n{shown}");
    assert_eq!(ours.1, theirs.1, "subjects\n{shown}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from)
        .expect("the folder")
        .map(|entry| entry.expect("an entry"))
    {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

/// Every format of synth, two seeds each: the seed chooses the vocabulary, the attack, where the account
/// stands, and how fields are called.
#[test]
fn synth_cases_answer_as_their_own_case_does() {
    let mut attacked = 0;
    for (number, format) in ["combined", "common", "w3c", "json", "nginx", "apache"]
        .into_iter()
        .enumerate()
    {
        for seed in [1 + number, 18 + number] {
            let folder = fresh(&format!("init-{format}-{seed}"));
            let case = folder.join("case");
            synth(
                &case,
                &format!("--seed {seed} --format {format} --lines 9000"),
            );
            init_answers_as(
                &case,
                "case.toml",
                &case.join("logs"),
                &case.join("directory"),
            );
            attacked += usize::from(!table(&case.join("ours/subjects.csv")).is_empty());
            fs::remove_dir_all(&folder).expect("the folder can go");
        }
    }
    assert!(attacked > 7, "most of them have something to find");
}

#[test]
fn the_captured_case_answers_as_its_own_case_does() {
    for (logs, case) in [("nginx", "case.toml"), ("json", "case-json.toml")] {
        let folder = fresh(&format!("init-captured-{logs}"));
        copy(&root().join("testdata/capture/case"), &folder);
        let tables = folder.join("tables");
        fs::create_dir(&tables).expect("a folder");
        for entry in fs::read_dir(&folder)
            .expect("the case")
            .map(|entry| entry.expect("an entry"))
        {
            if entry.path().extension().is_some_and(|end| end == "csv") {
                fs::copy(entry.path(), tables.join(entry.file_name())).expect("a copy");
            }
        }
        init_answers_as(&folder, case, &folder.join("logs").join(logs), &tables);
        let proposed = fs::read_to_string(folder.join("proposed.toml")).expect("the case");
        assert!(
            proposed.contains("page = { query = \"page\", first = 1, size = 25 }"),
            "{proposed}"
        );
        assert!(!proposed.contains("a0016"), "accounts are masked");
    }
}

/// Without a directory there is still a case that scan takes; what is unsure is marked.
#[test]
fn without_a_directory_scan_takes_it_all_the_same() {
    let folder = fresh("init-bare");
    let case = folder.join("case");
    synth(&case, "--seed 2 --format combined --lines 8000");
    let proposed = case.join("proposed.toml");
    succeed(&[
        "init",
        text(&case.join("logs")),
        "--out",
        text(&proposed),
        "--id",
        "bare",
    ]);
    let shown = fs::read_to_string(&proposed).expect("the case");
    assert!(
        shown.contains("id = \"bare\"") && shown.contains("# likely: "),
        "{shown}"
    );
    assert!(
        shown.contains("path = \"/api/v2/addressbooks/{addressbook}/contacts/{contact}\""),
        "{shown}"
    );
    assert!(
        shown.contains("object = \"contact\"") && shown.contains("container = \"addressbook\""),
        "{shown}"
    );
    scan(&proposed, &folder.join("answer"), &["--quiet"]);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_written_among_logs() {
    let folder = fresh("init-refuses");
    let logs = folder.join("logs");
    fs::create_dir(&logs).expect("a folder");
    let line = |n: usize| {
        format!(
            "192.0.2.7 - anna{} [01/Mar/2021:10:{:02}:00 +0000] \"GET /contacts/{n} HTTP/1.1\" 200 90 \"-\" \"a/1\"\n",
            n % 3,
            n
        )
    };
    fs::write(
        logs.join("access.log"),
        (0..40).map(line).collect::<String>(),
    )
    .expect("a log");
    let taken = folder.join("case.toml");
    fs::write(&taken, "mine").expect("a file");
    let says = |args: &[&str], what: &str| {
        let output = run(args);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(what), "{stderr}");
    };
    says(
        &["init", text(&logs), "--out", text(&taken)],
        "never overwritten",
    );
    assert_eq!(fs::read_to_string(&taken).expect("the file"), "mine");
    says(
        &["init", text(&logs), "--out", text(&logs.join("case.toml"))],
        "in the folder of the log",
    );
    assert!(!logs.join("case.toml").exists());
    let elsewhere = fresh("init-elsewhere");
    says(
        &[
            "init",
            text(&logs),
            "--out",
            text(&elsewhere.join("case.toml")),
        ],
        "does not lie below",
    );
    assert!(!elsewhere.join("case.toml").exists());
    // Through the folder and out of it again, as `../logs` goes: that was called a defect of the program.
    let through = elsewhere.join("../init-refuses/logs");
    let out = elsewhere.join("case.toml");
    let args = ["init", text(&through), "--out", text(&out)];
    says(&args, "does not lie below");
    fs::write(folder.join("grants.csv"), "account,role,unit\n").expect("a table");
    let tables = elsewhere.join("../init-refuses");
    let with_tables = [&args[..], &["--directory", text(&tables)]].concat();
    says(&with_tables, "grants.csv: does not lie below");
    let new = folder.join("new.toml");
    succeed(&["init", text(&logs.join("../logs")), "--out", text(&new)]);
    let case = fs::read_to_string(&new).expect("the case");
    assert!(case.contains("files = [\"logs/access.log\"]"), "{case}");
}

/// Tables are told by their columns; one that lacks a column is named with it.
#[test]
fn a_table_that_lacks_a_column_is_said() {
    let folder = fresh("init-tables");
    let case = folder.join("case");
    synth(&case, "--seed 2 --format combined --lines 8000");
    let tables = case.join("directory");
    let grants = fs::read_to_string(tables.join("grants.csv")).expect("grants");
    fs::write(
        tables.join("grants.csv"),
        grants.replacen("unit", "department", 1),
    )
    .expect("a table");
    fs::rename(tables.join("objects.csv"), tables.join("things.csv")).expect("a name");
    let proposed = case.join("proposed.toml");
    let ran = run(&[
        "init",
        text(&case.join("logs")),
        "--directory",
        text(&tables),
        "--out",
        text(&proposed),
    ]);
    assert!(ran.status.success());
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(
        said.contains("directory/grants.csv would be the table grants"),
        "{said}"
    );
    let shown = fs::read_to_string(&proposed).expect("the case");
    assert!(
        shown.contains("objects = \"directory/things.csv\""),
        "{shown}"
    );
    assert!(!shown.contains("grants = "), "{shown}");
    let page = "page = { query = \"page\", first = 1, size = 30 }";
    assert!(
        shown.contains(page),
        "bodies tell the size of a page: {shown}"
    );
    assert!(
        shown.contains("# directory/grants.csv would be the table grants"),
        "{shown}"
    );
}

#[test]
fn logs_that_name_nothing_give_no_case() {
    let folder = fresh("init-nothing");
    let logs = folder.join("logs");
    fs::create_dir(&logs).expect("a folder");
    let line = |n: usize| {
        format!(
            "192.0.2.7 - - [01/Mar/2021:10:{n:02}:00 +0000] \"POST /graphql HTTP/1.1\" 200 90 \"-\" \"a/1\"\n"
        )
    };
    fs::write(
        logs.join("access.log"),
        (0..40).map(line).collect::<String>(),
    )
    .expect("a log");
    let out = folder.join("case.toml");
    let output = run(&["init", text(&logs), "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no route to propose"));
    assert!(!out.exists());
}

/// IDs in queries that look like short words are IDs where the directory says so; a table that no route uses, and
/// one that was not taken, are said at once.
#[test]
fn what_the_directory_knows_is_an_id_whatever_its_shape() {
    let folder = fresh("init-shapes");
    let (logs, tables) = (folder.join("logs"), folder.join("tables"));
    let empty = folder.join("empty");
    for made in [&logs, &tables, &empty] {
        fs::create_dir(made).expect("a folder");
    }
    let name = |n: usize| format!("ab-fa{}", char::from(b'a' + (n % 26) as u8));
    let line = |n: usize| {
        let list = name(n % 8);
        format!(
            "192.0.2.7 - anna [01/Mar/2021:10:{:02}:00 +0000] \"GET /list.aspx?list={list} HTTP/1.1\" 200 {} \"-\" \"a/1\"\n\
             192.0.2.7 - anna [01/Mar/2021:10:{:02}:01 +0000] \"GET /card/{} HTTP/1.1\" 200 {} \"-\" \"a/1\"\n",
            n % 60,
            900 + n,
            n % 60,
            1000 + n,
            300 + n
        )
    };
    fs::write(
        logs.join("access.log"),
        (0..50).map(line).collect::<String>(),
    )
    .expect("a log");
    let members = |name: &dyn Fn(usize) -> String| {
        let rows = (0..20).map(|n| format!("{},{},,\n", name(n), 1000 + n));
        format!("container,object,from,until\n{}", rows.collect::<String>())
    };
    let init = |directory: &Path, out: &str| {
        let out = folder.join(out);
        let ran = run(&[
            "init",
            text(&logs),
            "--directory",
            text(directory),
            "--out",
            text(&out),
        ]);
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{said}");
        (said, fs::read_to_string(out).expect("the case"))
    };
    fs::write(tables.join("members.csv"), members(&name)).expect("a table");
    fs::write(tables.join("grants.csv"), "acount,unt\nanna,u1\n").expect("a table");
    let (said, case) = init(&tables, "known.toml");
    assert!(case.contains("\ncontainer = \"list\""), "{case}");
    assert!(!said.contains("no route was found"), "{said}");
    assert!(said.contains("grants.csv"), "{said}");
    // Other containers, same objects: no route names them.
    fs::write(tables.join("members.csv"), members(&|n| format!("zz-{n}"))).expect("a table");
    fs::write(tables.join("objects.csv"), objects()).expect("a table");
    let (said, case) = init(&tables, "unknown.toml");
    for text in [&said, &case] {
        assert!(
            text.contains("no route was found that names the containers of tables/members.csv"),
            "{text}"
        );
    }
    let (said, case) = init(&empty, "empty.toml");
    assert!(said.contains("no table was recognised in"), "{said}");
    assert!(!case.contains("No directory was given"), "{case}");
}

fn objects() -> String {
    let rows = (0..50).map(|n| format!("{},,,s{n},,,,,\n", 1000 + n));
    format!(
        "object,kind,unit,subject,protected,child,fields,from,until\n{}",
        rows.collect::<String>()
    )
}
