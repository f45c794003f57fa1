//! Chain of custody and interchange: a second hash of the logs, the journal, signatures, time stamps, exports.

use std::fs::{self, File, FileTimes};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::answer::{fresh, json, run, succeed, table, text};
use crate::verify::answered;

/// A tool that a machine may lack.
fn tool(name: &str, args: &[&str], stdin: &[u8], folder: &Path) -> Option<(bool, String)> {
    let mut child = Command::new(name)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    // It may be done before it has read everything.
    let _ = child.stdin.take().expect("stdin").write_all(stdin);
    let output = child.wait_with_output().expect("it ends");
    let told = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&told).into_owned(),
    ))
}

/// A log is overwritten behind the scan's back, size and times kept, while the scan waits at a pipe that comes after it.
#[test]
fn rehash_finds_a_log_that_was_changed_in_secret() {
    let (case, _) = answered("tests/cases/scan-two-schools", "custody-rehash");
    let folder = case.parent().expect("a folder").to_owned();
    let log = fs::read_dir(folder.join("logs"))
        .expect("logs")
        .flatten()
        .next()
        .expect("one")
        .path();
    let pipe = folder.join("z.pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("mkfifo")
            .success()
    );
    let told = fs::read_to_string(&case).expect("the case");
    let source =
        "[[source]]\nname = \"z\"\nfiles = [\"z.pipe\"]\nformat = \"combined\"\n\n[[route]]";
    fs::write(&case, told.replacen("[[route]]", source, 1)).expect("writable");
    for (more, code) in [(vec!["--rehash"], 1), (vec![], 0)] {
        let out = fresh("custody-rehash-out").join("answer");
        let mut args = vec![
            "scan",
            text(&case),
            "--out",
            text(&out),
            "-q",
            "--threads",
            "1",
        ];
        args.extend(more);
        let scan = Command::new(env!("CARGO_BIN_EXE_breachscope"))
            .args(&args)
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // Opens when the scan has come to it, so behind the log.
        let mut writer = File::options().write(true).open(&pipe).expect("the pipe");
        let before = fs::metadata(&log)
            .expect("the log")
            .modified()
            .expect("a time");
        let whole = fs::read(&log).expect("the log");
        let mut changed = whole.clone();
        let at = changed
            .iter()
            .rposition(|byte| byte.is_ascii_lowercase())
            .expect("a letter");
        changed[at] = b'X';
        let mut file = File::options().write(true).open(&log).expect("the log");
        file.write_all(&changed).expect("writable");
        file.set_times(FileTimes::new().set_modified(before))
            .expect("settable");
        let line = b"192.0.2.9 - - [01/Mar/2021:06:00:00 +0000] \"GET /nothing HTTP/1.1\" 200 10 \"-\" \"-\"\n";
        writer.write_all(line).expect("it reads");
        drop(writer);
        let output = scan.wait_with_output().expect("it ends");
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {why}");
        if code == 1 {
            let name = log.file_name().expect("a name").to_string_lossy();
            assert!(
                why.contains(&*name) && why.contains("writes to the evidence"),
                "{why}"
            );
            assert!(!out.exists(), "nothing is half-written");
        }
        fs::write(&log, whole).expect("writable");
    }
}

#[test]
fn rehash_of_quiet_logs_changes_nothing() {
    let (case, out) = answered("testdata/capture/case", "custody-quiet");
    let again = out.with_file_name("again");
    succeed(&["scan", text(&case), "--out", text(&again), "-q", "--rehash"]);
    let manifest = |folder: &Path| fs::read(folder.join("manifest.json")).expect("it");
    assert_eq!(manifest(&out), manifest(&again));
}

#[test]
fn a_journal_is_a_chain() {
    let (case, out) = answered("tests/cases/some-rejects", "custody-journal");
    let journal = out.with_file_name("journal.jsonl");
    let scan = |answer: &Path| {
        run(&[
            "scan",
            text(&case),
            "--out",
            text(answer),
            "-q",
            "--journal",
            text(&journal),
        ])
    };
    let first = out.with_file_name("first");
    assert!(scan(&first).status.success());
    // Fails: the folder is taken. That is written down too.
    assert_eq!(scan(&first).status.code(), Some(2));
    assert!(scan(&out.with_file_name("second")).status.success());
    let told = succeed(&["journal", "verify", text(&journal)]);
    assert!(told.starts_with("3 entries"), "{told}");
    let whole = fs::read_to_string(&journal).expect("it");
    let entries: Vec<Value> = whole
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let exits: Vec<_> = entries.iter().map(|entry| entry["exit"].as_u64()).collect();
    assert_eq!(exits, [Some(0), Some(2), Some(0)]);
    use sha2::{Digest, Sha256};
    let hex = |bytes: &[u8]| -> String {
        Sha256::digest(bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect()
    };
    let manifest = fs::read(first.join("manifest.json")).expect("it");
    assert_eq!(entries[0]["manifest_sha256"], hex(&manifest));
    assert_eq!(
        entries[0]["case_sha256"],
        hex(&fs::read(&case).expect("it"))
    );
    assert_eq!(entries[1]["manifest_sha256"], Value::Null);
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(entries[2]["previous"], hex(lines[1].as_bytes()));

    // Changed, left out, exchanged, torn: each is found, and nothing is added to it.
    let changed = whole.replacen("\"exit\":2", "\"exit\":0", 1);
    let without = format!("{}\n{}\n", lines[0], lines[2]);
    let exchanged = format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2]);
    let torn = whole.trim_end().to_owned();
    for (bad, line) in [(changed, 3), (without, 2), (exchanged, 1), (torn, 3)] {
        fs::write(&journal, &bad).expect("writable");
        let output = run(&["journal", "verify", text(&journal)]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains(&format!("line {line}:")), "{told}");
        let refused = scan(&out.with_file_name("third"));
        assert_eq!(refused.status.code(), Some(1));
        assert!(!out.with_file_name("third").exists());
        assert_eq!(fs::read_to_string(&journal).expect("it"), bad);
    }
    for place in [
        out.with_file_name("fourth").join("j"),
        case.with_file_name("logs").join("j"),
    ] {
        let answer = out.with_file_name("fourth");
        let refused = run(&[
            "scan",
            text(&case),
            "--out",
            text(&answer),
            "-q",
            "--journal",
            text(&place),
        ]);
        assert_eq!((refused.status.code(), place.exists()), (Some(2), false));
    }
}

/// The public key's 32 bytes out of the line that ssh-keygen writes.
fn public_key(line: &str) -> Vec<u8> {
    let blob = decoded(line.split(' ').nth(1).expect("a blob"));
    blob[blob.len() - 32..].to_vec()
}

fn decoded(base64: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for c in base64.bytes().filter(|c| *c != b'=') {
        bits = bits << 6 | u32::from(value(c));
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}

#[test]
fn an_attestation_is_accepted_by_ssh_keygen_and_openssl() {
    let (_, out) = answered("tests/cases/pages-and-batches", "custody-attest");
    let beside = out.parent().expect("a folder").to_owned();
    let made = tool(
        "ssh-keygen",
        &["-q", "-t", "ed25519", "-N", "", "-C", "who", "-f", "key"],
        b"",
        &beside,
    );
    if made.is_none_or(|(made, _)| !made) {
        println!("no ssh-keygen here: signatures were not checked");
        return;
    }
    let sealed = beside.join("sealed");
    let key = beside.join("key");
    succeed(&[
        "attest",
        text(&out),
        "--out",
        text(&sealed),
        "--key",
        text(&key),
    ]);
    let manifest = fs::read(out.join("manifest.json")).expect("it");
    let line = fs::read_to_string(beside.join("key.pub")).expect("the public key");
    fs::write(beside.join("allowed"), format!("who {line}")).expect("writable");
    let verify = [
        "-Y",
        "verify",
        "-f",
        "allowed",
        "-I",
        "who",
        "-n",
        "breachscope",
        "-s",
        "sealed/manifest.json.sig",
    ];
    let (good, told) = tool("ssh-keygen", &verify, &manifest, &beside).expect("ssh-keygen");
    assert!(good, "{told}");
    let changed = [&manifest[..], b" "].concat();
    assert!(
        !tool("ssh-keygen", &verify, &changed, &beside)
            .expect("ssh-keygen")
            .0
    );

    // The envelope: what is signed is put together here anew, and openssl judges the raw signature.
    let envelope = json(&sealed.join("statement.dsse.json"));
    let payload = decoded(envelope["payload"].as_str().expect("a payload"));
    assert_eq!(
        payload,
        fs::read(sealed.join("statement.json")).expect("it")
    );
    let kind = envelope["payloadType"].as_str().expect("a type");
    let signed = [
        format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).as_bytes(),
        &payload,
    ]
    .concat();
    let signature = decoded(
        envelope["signatures"][0]["sig"]
            .as_str()
            .expect("a signature"),
    );
    let head = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    fs::write(
        beside.join("public.der"),
        [&head[..], &public_key(&line)].concat(),
    )
    .expect("writable");
    fs::write(beside.join("signed"), &signed).expect("writable");
    fs::write(beside.join("signature"), &signature).expect("writable");
    let judge = [
        "pkeyutl",
        "-verify",
        "-rawin",
        "-pubin",
        "-keyform",
        "DER",
        "-inkey",
        "public.der",
        "-in",
        "signed",
        "-sigfile",
        "signature",
    ];
    match tool("openssl", &judge, b"", &beside) {
        None => println!("no openssl here: the envelope and the request were not checked"),
        Some((good, told)) => {
            assert!(good, "{told}");
            fs::write(beside.join("signed"), &signed[1..]).expect("writable");
            assert!(!tool("openssl", &judge, b"", &beside).expect("openssl").0);
            let query = ["ts", "-query", "-in", "sealed/manifest.tsq", "-text"];
            let (good, told) = tool("openssl", &query, b"", &beside).expect("openssl");
            assert!(
                good && told.contains("sha256") && told.contains("Certificate required: yes"),
                "{told}"
            );
            let made = [
                "ts",
                "-query",
                "-data",
                "answer/manifest.json",
                "-sha256",
                "-cert",
                "-no_nonce",
                "-out",
                "own.tsq",
            ];
            assert!(tool("openssl", &made, b"", &beside).expect("openssl").0);
            let own = fs::read(beside.join("own.tsq")).expect("it");
            assert_eq!(fs::read(sealed.join("manifest.tsq")).expect("it"), own);
        }
    }
    // Ed25519 signs the same bytes the same way; and nobody signs an answer that was changed.
    let again = beside.join("again");
    succeed(&[
        "attest",
        text(&out),
        "--out",
        text(&again),
        "--key",
        text(&key),
    ]);
    for name in ["statement.dsse.json", "manifest.json.sig", "manifest.tsq"] {
        assert_eq!(
            fs::read(again.join(name)).expect(name),
            fs::read(sealed.join(name)).expect(name)
        );
    }
    let inside = run(&["attest", text(&out), "--out", text(&out.join("sealed"))]);
    assert_eq!(inside.status.code(), Some(2));
    fs::write(out.join("ladder.csv"), "changed").expect("writable");
    let refused = run(&[
        "attest",
        text(&out),
        "--out",
        text(&beside.join("third")),
        "--key",
        text(&key),
    ]);
    assert_eq!(
        (refused.status.code(), beside.join("third").exists()),
        (Some(1), false)
    );
}

#[test]
fn a_statement_names_every_output_and_every_input() {
    let (_, out) = answered("tests/cases/some-rejects", "custody-statement");
    let sealed = out.with_file_name("sealed");
    succeed(&["attest", text(&out), "--out", text(&sealed)]);
    let statement = json(&sealed.join("statement.json"));
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    let manifest = json(&out.join("manifest.json"));
    let subjects = statement["subject"].as_array().expect("subjects");
    let outputs = manifest["outputs"].as_array().expect("outputs");
    assert_eq!(subjects.len(), outputs.len() + 1);
    for (subject, output) in subjects.iter().zip(outputs) {
        assert_eq!(
            (&subject["name"], &subject["digest"]["sha256"]),
            (&output["file"], &output["sha256"])
        );
    }
    let inputs = statement["predicate"]["inputs"].as_array().expect("inputs");
    assert_eq!(
        inputs.len(),
        manifest["inputs"].as_array().expect("inputs").len()
    );
    assert_eq!(
        inputs[0]["digest"]["sha256"],
        manifest["inputs"][0]["sha256"]
    );
    assert!(!sealed.join("manifest.json.sig").exists());
}

#[test]
fn exports_name_no_data_subject() {
    let (_, out) = answered("testdata/capture/case", "custody-export");
    let file = |name: &str| out.with_file_name(name);
    for (format, name) in [
        ("timesketch", "t.jsonl"),
        ("ocsf", "o.jsonl"),
        ("case", "c.jsonld"),
    ] {
        succeed(&[
            "export",
            text(&out),
            "--format",
            format,
            "--out",
            text(&file(name)),
        ]);
        let told = fs::read_to_string(file(name)).expect("it");
        for row in table(&out.join("subjects.csv")).iter().step_by(20) {
            assert!(
                !told.contains(&row["subject"]),
                "{format} names {}",
                row["subject"]
            );
        }
        let again = run(&[
            "export",
            text(&out),
            "--format",
            format,
            "--out",
            text(&file(name)),
        ]);
        assert_eq!(again.status.code(), Some(2), "never overwritten");
    }
    assert_eq!(
        fs::read(file("t.jsonl")).expect("it"),
        fs::read(out.join("timeline.jsonl")).expect("it")
    );
    let accounts = table(&out.join("accounts.csv"));
    let told = fs::read_to_string(file("o.jsonl")).expect("it");
    let findings: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(findings.len(), accounts.len());
    for (finding, row) in findings.iter().zip(&accounts) {
        let number = |key: &str| finding[key].as_u64().expect(key);
        assert_eq!(
            (
                number("class_uid"),
                number("category_uid"),
                number("type_uid")
            ),
            (2004, 2, 200_401)
        );
        assert_eq!(
            number("type_uid"),
            number("class_uid") * 100 + number("activity_id")
        );
        assert!((1..=6).contains(&number("severity_id")) && number("time") > 1_700_000_000_000);
        assert!(
            finding["finding_info"]["uid"].is_string()
                && finding["finding_info"]["title"].is_string()
        );
        assert!(
            finding["metadata"]["version"].is_string()
                && finding["metadata"]["product"]["vendor_name"].is_string()
        );
        assert_eq!(finding["finding_info"]["types"][0], row["verdict"]);
        assert_eq!(
            finding["evidences"][0]["actor"]["user"]["name"],
            row["account"]
        );
    }
    let validate =
        std::env::var("BREACHSCOPE_CASE_VALIDATE").unwrap_or_else(|_| "case_validate".to_owned());
    match tool(
        &validate,
        &[text(&file("c.jsonld"))],
        b"",
        out.parent().expect("a folder"),
    ) {
        None => println!("no case_validate here: the ontology was not asked"),
        Some((good, told)) => assert!(good && told.contains("Conforms: True"), "{told}"),
    }
}
