//! What a judge found who held the program against cases of a hand of its own: evidence that looks whole and is not,
//! damage that took more than it should, keys that were taken and did nothing.

use std::fs;
use std::path::Path;

use crate::answer::{check_manifest, json, run, scan, table, text};
use crate::bounds::{Schools, controller, line};

/// A day of ordinary use of the first school, forty pupils of the second taken, the third left alone.
fn whole(name: &str) -> Schools {
    let mut schools = Schools::new(&format!("judged-{name}"));
    schools.ordinary();
    for at in 0..40 {
        schools.ask(36_000 + at * 3, &format!("s{}", at + 1), 200, "433");
    }
    schools.write();
    schools
}

/// Its log's lines as written.
fn lines(schools: &Schools) -> Vec<String> {
    let log = fs::read_to_string(schools.folder.join("logs/access.log")).unwrap();
    log.split_inclusive('\n').map(str::to_owned).collect()
}

/// Puts a log, scans, and holds the answer against the logs.
fn third(schools: &Schools, logs: &[(&str, Vec<u8>)]) -> (String, String) {
    for (name, content) in logs {
        let path = schools.folder.join("logs").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let out = schools.folder.join("answer");
    let _ = fs::remove_dir_all(&out);
    let case = schools.folder.join("case.toml");
    scan(&case, &out, &[]);
    check_manifest(&out);
    holds(&out, &case);
    let row = controller(&out, "t");
    (row["status"].clone(), row["reasons"].clone())
}

fn holds(out: &Path, case: &Path) {
    let held = run(&["verify", text(out), "--case", text(case)]);
    let said = String::from_utf8_lossy(&held.stdout);
    assert_eq!(held.status.code(), Some(0), "{said}");
}

fn is(found: &(String, String), status: &str, reasons: &str) {
    assert_eq!((found.0.as_str(), found.1.as_str()), (status, reasons));
}

#[test]
fn a_stamp_of_another_year_is_counted_where_it_stands() {
    let schools = whole("stray");
    let mut lines = lines(&schools);
    let first = line("anna", 36_001, "/contacts/n1", 200, "433").replace("2021", "1970");
    let second = line("anna", 36_001, "/style.css", 200, "433").replace("04/Mar", "01/Mar");
    lines.insert(1000, first);
    lines.insert(2000, second);
    third(&schools, &[("access.log", lines.concat().into_bytes())]);
    let out = schools.folder.join("answer");
    let rows = table(&out.join("coverage.csv"));
    let sum = |column: &str| -> u64 {
        let cells = rows.iter().map(|row| row[column].as_str());
        cells.map(|cell| cell.parse().unwrap_or(0)).sum()
    };
    // Every record that was read is in a row, and two of them have a time that cannot be right.
    assert_eq!((sum("lines"), sum("lines_alone")), (lines.len() as u64, 2));
    assert_eq!(sum("requests: contact"), lines.len() as u64 - 1);
    assert_eq!(rows[0]["hour"], "1970-03-04T10:00:00Z");
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn lines_in_no_order_at_all_are_the_same_evidence() {
    let schools = whole("shuffled");
    let mut lines = lines(&schools);
    // Ten days instead of one, so that chance puts stamps far from neighbours that agree; then a plain shuffle.
    let days: Vec<String> = lines
        .iter()
        .zip(0..)
        .map(|(line, at)| line.replace("04/Mar", &format!("{:02}/Mar", 4 + at % 10)))
        .collect();
    let mut state = 7_u64;
    lines = days;
    for at in (1..lines.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        lines.swap(at, (state >> 33) as usize % (at + 1));
    }
    let found = third(&schools, &[("access.log", lines.concat().into_bytes())]);
    assert!(!found.1.contains("CLOCK"), "{found:?}");
    let out = schools.folder.join("answer");
    assert_eq!(controller(&out, "s")["subjects_min"], "40");
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn a_host_whose_logs_are_all_empty_excludes_nobody() {
    let nothing = Vec::new;
    let schools = whole("hosts");
    let all = lines(&schools).concat().into_bytes();
    let case = schools.folder.join("case.toml");
    let said = fs::read_to_string(&case).unwrap();
    let globs = "files = [\"logs/*/*\"]";
    fs::write(&case, said.replace("files = [\"logs/access.log*\"]", globs)).unwrap();
    fs::remove_file(schools.folder.join("logs/access.log")).unwrap();
    let found = third(&schools, &[("edge1/access.log", all.clone())]);
    is(&found, "excluded", "");
    // An empty file that is another log, and one behind a rotation, say nothing.
    let innocent = [
        ("edge1/error.log", nothing()),
        ("edge1/access.log", nothing()),
        ("edge1/access.log.1", all.clone()),
    ];
    is(&third(&schools, &innocent), "excluded", "");
    let found = third(&schools, &[("edge2/access.log", nothing())]);
    is(&found, "cannot_be_excluded", "GAP");
    let one = line("anna", 40_005, "/contacts/n1", 200, "433").into_bytes();
    is(
        &third(&schools, &[("edge2/access.log.1", one)]),
        "excluded",
        "",
    );
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// The log with something in place of some of its lines.
fn overwritten(lines: &[String], from: usize, until: usize, with: &[u8]) -> Vec<u8> {
    let (before, rest) = lines.split_at(from);
    let (_, after) = rest.split_at(until - from);
    [before.concat().as_bytes(), with, after.concat().as_bytes()].concat()
}

#[test]
fn where_a_block_was_overwritten_nobody_is_excluded() {
    let schools = whole("overwritten");
    let lines = lines(&schools);
    let put = |content: Vec<u8>| third(&schools, &[("access.log", content)]);
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as u8
    })
    .take(5000)
    .collect();
    for lost in [&[0; 5000][..], &noise] {
        let found = put(overwritten(&lines, 2000, 2012, lost));
        assert_eq!(found.0, "cannot_be_excluded", "{found:?}");
        // What is left of a line behind noise may also be told as one that was not read.
        assert!(found.1.contains("INTEGRITY"), "{found:?}");
    }
    // In the middle of a line, too.
    let mut torn = overwritten(&lines, 2000, 2012, &[0; 5000]);
    let at = lines[..2000].concat().len() - 30;
    torn.drain(at..at + 30);
    let found = put(torn);
    assert!(found.1.contains("INTEGRITY"), "{found:?}");
    // Zeros before the first line and behind the last, less than a block of them, and a client's hello hide nothing.
    let all = lines.concat().into_bytes();
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xff\xfe\x1f\x80\n";
    for same in [
        [&[0; 9000][..], &all].concat(),
        [&all[..], &[0; 9000]].concat(),
        overwritten(&lines, 2000, 2000, &[0; 700]),
        overwritten(&lines, 2000, 2000, hello),
    ] {
        is(&put(same), "excluded", "");
    }
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn a_damaged_record_takes_no_more_than_its_own_array() {
    let schools = whole("arrays");
    let record = |at: usize| {
        format!(
            "{{\"records\": [{{\"time\": \"2021-03-04T10:{:02}:{:02}Z\", \"properties\": {{\"clientIP\": \"10.0.0.1\", \"httpMethod\": \
             \"GET\", \"requestUri\": \"/contacts/n{at}\", \"httpStatus\": \"200\", \"sentBytes\": \"400\"}}}}]}}\n",
            at / 60,
            at % 60
        )
    };
    let sound: Vec<String> = (1..60).map(record).collect();
    let log = schools.folder.join("logs/gateway.log");
    let damages: [fn(&str) -> String; 5] = [
        |line| line.replace("\"httpMethod", "httpMethod"),
        |line| line.replace("}}]}", "}}X}"),
        |line| line.replace("}}]}", "}}"),
        |line| line.replace("requestUri", "request\nUri"),
        |line| line.replacen('[', "", 1),
    ];
    for damage in damages {
        let mut lines = sound.clone();
        lines[20] = damage(&lines[20]);
        fs::write(&log, lines.concat()).unwrap();
        let output = run(&["records", text(&log)]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let read = said.matches("\"url\"").count();
        assert!(read >= 58, "{read} of 59 were read: {}", lines[20]);
    }
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn excluded_clients_may_be_networks() {
    let mut schools = whole("networks");
    let out = schools.folder.join("answer");
    let case = schools.folder.join("case.toml");
    for (clients, status) in [
        ("10.0.0.1", "excluded"),
        ("10.0.0.0/24", "excluded"),
        ("::ffff:10.0.0.0/120", "excluded"),
        ("10.0.1.0/24", "confirmed"),
    ] {
        schools.more = format!("[exclude]\nclients = [\"{clients}\"]\n");
        schools.write();
        let _ = fs::remove_dir_all(&out);
        scan(&case, &out, &[]);
        assert_eq!(controller(&out, "s")["status"], status, "{clients}");
        holds(&out, &case);
        let aside = &json(&out.join("findings.json"))["set_aside"];
        let all = status == "excluded";
        assert_eq!(aside["accesses_from_excluded_clients"] == 4360, all);
    }
    schools.more = "[exclude]\nclients = [\"10.0.0.1/24\"]\n".to_owned();
    schools.write();
    let _ = fs::remove_dir_all(&out);
    let output = run(&["scan", text(&case), "--out", text(&out)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("is not its first address"), "{said}");
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn a_log_that_bears_a_controllers_name_is_in_no_others_pack() {
    let schools = whole("pack");
    let folder = &schools.folder;
    let rename = |file: &str, from: &str, to: &str| {
        let said = fs::read_to_string(folder.join(file)).unwrap();
        fs::write(folder.join(file), said.replace(from, to)).unwrap();
    };
    rename("controllers.csv", "t,T", "tallbo,Tallbo");
    rename("units.csv", "t,,t,T", "t,,tallbo,Tallbo");
    rename("case.toml", "logs/access.log*", "logs/*/access.log*");
    fs::create_dir(folder.join("logs/tallbo")).unwrap();
    let moved = folder.join("logs/tallbo/access.log");
    fs::rename(folder.join("logs/access.log"), moved).unwrap();
    let (case, out, packs) = (
        folder.join("case.toml"),
        folder.join("answer"),
        folder.join("packs"),
    );
    scan(&case, &out, &[]);
    let output = run(&[
        "pack",
        text(&out),
        "--case",
        text(&case),
        "--out",
        text(&packs),
    ]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let rows = table(&packs.join("s/evidence.csv"));
    assert_eq!(rows.len(), 40);
    for row in &rows {
        assert!(
            !row["file"].contains("tallbo") && row["offset"].is_empty(),
            "{row:?}"
        );
        assert!(row["no_place_because"].contains("log's name"), "{row:?}");
        assert!(!row["line_id"].is_empty() && !row.contains_key("line_sha256"));
    }
    fs::remove_dir_all(folder).unwrap();
}

/// A day's work of an account in its own school, and what it was answered.
fn work(schools: &mut Schools, account: &str, school: &str, day: u64) {
    for at in 0..5 {
        let pupil = 1 + (day * 31 + at * 17 + account.len() as u64) % 100;
        let target = format!("/contacts/{school}{pupil}");
        let asked = line(
            account,
            30_000 + at * 700 + day,
            &target,
            200,
            &(400 + at).to_string(),
        );
        schools
            .log
            .push(asked.replace("04/Mar", &format!("{:02}/Mar", 4 + day)));
    }
}

#[test]
fn home_is_where_an_account_comes_back_to() {
    let mut schools = Schools::new("judged-home");
    for day in 0..5 {
        for (account, school) in [
            ("anna", "n"),
            ("bo", "n"),
            ("cecilia", "s"),
            ("di", "s"),
            ("emil", "t"),
            ("fredrik", "t"),
        ] {
            work(&mut schools, account, school, day);
        }
    }
    for at in 0..160 {
        let school = if at < 80 { "s" } else { "t" };
        let target = format!("/contacts/{school}{}", at % 80 + 1);
        schools.log.push(
            line("anna", 70_000 + at, &target, 200, &(400 + at).to_string())
                .replace("04/Mar", "07/Mar"),
        );
    }
    schools.write();
    let case = schools.folder.join("case.toml");
    let said = fs::read_to_string(&case).unwrap();
    fs::write(&case, said.replace("grants = \"grants.csv\"\n", "")).unwrap();
    let out = schools.folder.join("answer");
    scan(&case, &out, &[]);
    holds(&out, &case);
    let rows = table(&out.join("accounts.csv"));
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(
        (
            rows[0]["account"].as_str(),
            rows[0]["verdict"].as_str(),
            rows[0]["scope"].as_str()
        ),
        ("anna", "enumeration", "inferred")
    );
    assert_eq!(controller(&out, "s")["subjects_min"], "80");
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn halves_of_two_requests_with_zeros_between_are_no_request() {
    let schools = whole("halves");
    let lines = lines(&schools);
    let head = line("anna", 40_000, "/contacts/n1", 200, "433");
    let tail = line("anna", 40_001, "/contacts/t1", 200, "433");
    let mut all = lines.clone();
    for at in (12..head.len() - 3).step_by(5) {
        let glued = [
            head.as_bytes()[..at].to_vec(),
            vec![0; 40],
            tail.as_bytes()[at..].to_vec(),
        ]
        .concat();
        all.insert(2000, String::from_utf8(glued).unwrap());
    }
    let count = (all.len() - lines.len()) as u64;
    third(&schools, &[("access.log", all.concat().into_bytes())]);
    let out = schools.folder.join("answer");
    assert_eq!(table(&out.join("rejects.csv")).len() as u64, count);
    let accounts = table(&out.join("accounts.csv"));
    assert!(
        accounts.iter().all(|row| row["account"] == "anna"),
        "{accounts:?}"
    );
    assert_eq!(controller(&out, "s")["subjects_min"], "40");
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn verify_agrees_on_lines_whose_client_was_overwritten() {
    let schools = whole("heads");
    let mut lines: Vec<Vec<u8>> = lines(&schools)
        .into_iter()
        .map(String::into_bytes)
        .collect();
    for at in (3..lines.len()).step_by(40) {
        // Client and account, which leaves nobody.
        lines[at][2..15].fill(if at % 80 == 3 { 0 } else { 0xc3 });
    }
    third(&schools, &[("access.log", lines.concat())]);
    let rejects = table(&schools.folder.join("answer/rejects.csv"));
    assert!(rejects.len() > 50, "{}", rejects.len());
    fs::remove_dir_all(&schools.folder).unwrap();
}

#[test]
fn whose_pupils_were_published_is_not_excluded() {
    let mut schools = whole("published");
    schools.more = "[leak]\nrecords = \"leak.csv\"\n".to_owned();
    schools.write();
    let leak = |records: &str| {
        fs::write(
            schools.folder.join("leak.csv"),
            format!("object\n{records}"),
        )
        .unwrap();
        let third = third(&schools, &[]);
        let out = schools.folder.join("answer");
        let cells = |id: &str| {
            let row = controller(&out, id);
            ["status", "reasons", "subjects_min", "subjects_max"].map(|name| row[name].clone())
        };
        (third, cells("n"), cells("s"))
    };
    let second = ["confirmed", "", "40", "40"];
    let (found, first, other) = leak("s1\ns2\ns3\n");
    is(&found, "excluded", "");
    assert_eq!(
        (first, other),
        (
            ["excluded", "", "0", "0"].map(str::to_owned),
            second.map(str::to_owned)
        )
    );
    // Nobody was shown t7, and somebody who may see n5 was shown it.
    let (found, first, other) = leak("s1\nt7\nn5\n");
    is(&found, "cannot_be_excluded", "NO_LOG");
    // By the way that t7 left anybody may have.
    let anybody = ["cannot_be_excluded", "NO_LOG;AMBIGUOUS", "0", "100"];
    assert_eq!(first, anybody);
    assert_eq!(other, ["confirmed", "NO_LOG", "40", "100"]);
    fs::remove_dir_all(&schools.folder).unwrap();
}

/// Lists of a few classes, whose IDs are words to the eye, and cards in them.
fn books(folder: &Path, classes: &[&str]) {
    let mut log = Vec::new();
    for at in 0..300_u64 {
        let class = classes[at as usize % classes.len()];
        let card = format!("/api/books/{class}/contacts/{}", 5000 + at * 7 % 90);
        let target = if at % 3 == 0 {
            format!("/api/books/{class}")
        } else {
            card
        };
        let bytes = (400 + at % 80).to_string();
        log.push(line("anna", 30_000 + at * 20, &target, 200, &bytes));
    }
    fs::write(folder.join("logs/access.log"), log.concat()).unwrap();
}

#[test]
fn a_few_containers_are_values_and_no_words_of_the_platform() {
    let schools = whole("books");
    let folder = &schools.folder;
    fs::remove_file(folder.join("case.toml")).unwrap();
    let objects = (5000..5090).map(|at| format!("{at},contact,n,p{at}\n"));
    let objects = format!("object,kind,unit,subject\n{}", objects.collect::<String>());
    fs::write(folder.join("objects.csv"), objects).unwrap();
    let log = folder.join("logs/access.log");
    let propose = || {
        let case = folder.join("proposed.toml");
        let _ = fs::remove_file(&case);
        let directory = text(folder);
        let output = run(&[
            "init",
            "--yes",
            text(&log),
            "--directory",
            directory,
            "--out",
            text(&case),
        ]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        fs::read_to_string(&case).unwrap()
    };
    let (list, card) = (
        "path = \"/api/books/{book}\"",
        "path = \"/api/books/{book}/contacts/{contact}\"",
    );
    let whole = |said: &str| said.contains(list) && said.contains(card);
    // By what the directory knows, however few and however they are called.
    books(folder, &["redwood", "birch"]);
    let members = "container,object\nredwood,5001\nbirch,5002\n";
    fs::write(folder.join("members.csv"), members).unwrap();
    let said = propose();
    assert!(
        whole(&said) && said.contains("container = \"book\""),
        "{said}"
    );
    fs::remove_file(folder.join("members.csv")).unwrap();
    // By what they look like.
    books(folder, &["kl1a", "kl2a", "kl3a", "kl4a", "kl10a"]);
    let said = propose();
    assert!(said.contains(card), "{said}");
    // Versions of a program are none.
    books(folder, &["v1", "v2", "v3", "v4"]);
    assert!(!propose().contains(card));
    fs::remove_dir_all(folder).unwrap();
}
