//! What is printed: the terminal's blocks, an annex that stands alone, lines that lead back to the raw bytes; and nothing that
//! acts on a terminal or a browser, nothing of the protected, nothing written over or among logs.

use std::fs;
use std::process::Output;

use sha2::{Digest, Sha256};

use super::town::Town;
use crate::answer::{run, text};

fn verify(town: &mut Town, claims: &str, more: &[&str]) -> Output {
    town.write();
    let file = town.folder.join("claims.toml");
    fs::write(&file, claims).unwrap();
    let case = town.folder.join("case.toml");
    let mut args = vec!["verify", "--claims", text(&file), text(&case)];
    args.extend(more);
    run(&args)
}

const CLAIMS: &str = "[[claim]]\nid = \"V1\"\nsays = \"Only <b>three</b> \\u001b[31mpeople\"\nsource = \"letter, p. 2\"\nkind = \
                      \"subjects\"\nat_most = 3\n[[claim]]\nid = \"V22\"\nkind = \"no_protected\"\n[[claim]]\nid = \"V3\"\nkind = \
                      \"subjects\"\nat_most = 20\n";

/// Ten of the other school, one of them by a client that writes markup, and a protected one.
fn town(name: &str) -> Town {
    let mut town = Town::raided(name);
    town.ask("anna", 40_001, "/contacts/n40", 200, "433");
    let last = town.log.pop().unwrap();
    town.log.push(last.replace("\"x\"", "\"secret-agent\""));
    town.log.push(
        super::town::line("anna", 36_000, "/contacts/s39", 200, "433")
            .replace("\"x\"", "\"<script>alert(1)</script>|*a*\""),
    );
    town
}

#[test]
fn the_terminal() {
    let mut town = town("terminal");
    let output = verify(&mut town, CLAIMS, &[]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("V1   contradicted      subjects\n"), "{said}");
    assert!(
        said.contains("V22  contradicted      no_protected\n"),
        "{said}"
    );
    assert!(said.contains("V3   supported         subjects\n"), "{said}");
    assert!(
        said.contains("\"Only <b>three</b> \\u{1b}[31mpeople\" (letter, p. 2)"),
        "{said}"
    );
    assert!(said.contains("(withheld: protected identity)"), "{said}");
    assert!(
        said.ends_with("3 statement(s): 1 supported, 2 contradicted, 0 not determinable\n"),
        "{said}"
    );
    assert!(!said.contains("secret-agent") && !said.contains('\u{1b}'));
}

#[test]
fn an_annex_stands_alone() {
    let mut town = town("annex");
    let mut pages = Vec::new();
    for end in ["html", "md"] {
        let file = town.folder.join(format!("annex.{end}"));
        let output = verify(&mut town, CLAIMS, &["--annex", text(&file)]);
        assert_eq!(output.status.code(), Some(3));
        pages.push(fs::read_to_string(&file).unwrap());
        // Never overwritten.
        let output = verify(&mut town, CLAIMS, &["--annex", text(&file)]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("exists already"));
    }
    let digest = |name: &str| {
        format!(
            "{:x}",
            Sha256::digest(fs::read(town.folder.join(name)).unwrap())
        )
    };
    for page in &pages {
        for name in ["case.toml", "claims.toml", "logs/access.log", "grants.csv"] {
            assert!(page.contains(&digest(name)), "no digest of {name}");
        }
        for word in [
            "V1",
            "V22",
            "letter, p. 2",
            "withheld",
            "Method",
            "2021-03-04T06:00:00Z",
        ] {
            assert!(page.contains(word), "no {word}");
        }
        assert!(!page.contains("secret-agent") && !page.contains('\u{1b}'));
        assert!(!page.contains("://"), "nothing is fetched");
    }
    assert!(pages[0].contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(pages[0].contains("Only &lt;b&gt;three&lt;/b&gt;"));
    for tag in ["<script", "<img", "<link", "<iframe", "<a "] {
        assert!(!pages[0].contains(tag), "{tag}");
    }
    assert!(pages[1].contains("Only &lt;b&gt;three&lt;/b&gt;"));
}

#[test]
fn a_place_that_is_not_fit() {
    let mut town = town("places");
    town.write();
    for (file, what) in [
        ("logs/annex.html", "evidence is never written near"),
        ("annex.pdf", "neither HTML nor Markdown"),
        ("nowhere/annex.md", "no folder that exists"),
    ] {
        let path = town.folder.join(file);
        let output = verify(&mut town, CLAIMS, &["--annex", text(&path)]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(what), "{said}");
        assert!(!path.exists() && output.stdout.is_empty());
    }
}

/// File, offset and length lead to the bytes, and the digest is theirs.
#[test]
fn examples_lead_to_raw_lines() {
    let mut town = town("raw");
    let said = town.says("kind = \"subjects\"\nat_most = 3");
    assert_eq!(said.examples().len(), 12);
    let log = fs::read(town.folder.join("logs/access.log")).unwrap();
    for example in said.examples() {
        let n = |key: &str| example[key].as_u64().unwrap() as usize;
        let line = &log[n("offset")..n("offset") + n("length")];
        // Of a line that is withheld, the digest would prove whom it names.
        match example["text"].is_null() {
            true => assert!(example["sha256"].is_null()),
            false => assert_eq!(example["sha256"], format!("{:x}", Sha256::digest(line))),
        }
        assert_eq!(
            log[..n("offset")].iter().filter(|b| **b == b'\n').count() + 1,
            n("line")
        );
        if let Some(text) = example["text"].as_str() {
            assert_eq!(text.as_bytes(), line);
        }
    }
}

#[test]
fn the_same_bytes_whatever_the_threads() {
    let mut town = town("threads");
    let one = verify(&mut town, CLAIMS, &["--json", "--threads", "1"]);
    let two = verify(
        &mut town,
        CLAIMS,
        &["--json", "--threads", "4", "--no-mmap"],
    );
    assert_eq!(one.stdout, two.stdout);
    assert!(!one.stdout.is_empty());
}

/// A packed copy beside the plain file counts once.
#[test]
fn content_given_twice_counts_once() {
    use std::io::Write;
    let mut town = Town::raided("twice");
    town.write();
    let log = fs::read(town.folder.join("logs/access.log")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&log).unwrap();
    fs::write(
        town.folder.join("logs/access.log.1.gz"),
        packed.finish().unwrap(),
    )
    .unwrap();
    let said = town.expect("kind = \"accesses\"\nexactly = 10", "supported", &[]);
    assert!(
        said.all["logs"]
            .to_string()
            .contains("\"copy_of\":\"logs/access.log"),
        "{}",
        said.all["logs"]
    );
    // An overlap after a rotation: the last hour again.
    let text = String::from_utf8(log).unwrap();
    let from = text
        .find("2021:09:")
        .map(|at| text[..at].rfind('\n').unwrap() + 1)
        .unwrap();
    fs::remove_file(town.folder.join("logs/access.log.1.gz")).unwrap();
    let until = text
        .find("2021:11:")
        .map(|at| text[..at].rfind('\n').unwrap() + 1)
        .unwrap();
    let (old, new) = (&text[..until], &text[from..]);
    town.log = new.lines().map(|line| format!("{line}\n")).collect();
    town.write();
    fs::write(town.folder.join("logs/access.log.1"), old).unwrap();
    town.expect("kind = \"accesses\"\nexactly = 10", "supported", &[]);
}
