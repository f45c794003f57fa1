//! `report.html`: nothing from the logs runs in it, protected persons do not stand in it, its figures are those of the
//! tables, and it is the same bytes whoever asks for it. What it looks like is `tests/browser/check.py`'s to check.

pub(crate) mod hostile;
mod many;
mod strings;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::answer::{Row, fresh, root, run, scan, succeed, table, text};

/// Runs where markup or a script of the page would let it, and leaves a trace that escaped text cannot.
const CANARY: &str =
    "</script><script>document.documentElement.setAttribute('data-canary','fired')</script>";
/// The trace.
const FIRED: &str = "data-canary=\"fired\"";

fn captured(name: &str) -> PathBuf {
    let out = fresh(&format!("html-{name}"));
    let case = root().join("testdata/capture/case/case.toml");
    scan(&case, &out, &["--quiet"]);
    out
}

fn page(out: &Path) -> String {
    fs::read_to_string(out.join("report.html")).expect("the page")
}

/// The data of the page's script.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("the data");
    let (json, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(json).expect("JSON")
}

/// Texts of the cells of the ledger's rows, whoever made them: the page's still table or its script.
fn ledger(html: &str) -> Vec<Vec<String>> {
    let (_, rest) = html
        .split_once("<section id=\"ledger\"")
        .expect("the ledger");
    let (ledger, _) = rest.split_once("</section>").expect("its end");
    let (_, body) = ledger.split_once("<tbody>").expect("its rows");
    let (body, _) = body.split_once("</tbody>").expect("their end");
    let rows = body.split("<tr").skip(1);
    rows.map(|row| {
        let cells = row.split("<t").skip(1);
        cells
            .map(|cell| bare(cell.split_once('>').map_or("", |(_, inside)| inside)))
            .collect()
    })
    .collect()
}

/// Markup's text.
fn bare(markup: &str) -> String {
    let mut text = String::new();
    for part in markup.split('<').enumerate() {
        match part {
            (0, first) => text.push_str(first),
            (_, tag) => text.push_str(tag.split_once('>').map_or("", |(_, behind)| behind)),
        }
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text, |text, (code, sign)| text.replace(code, sign))
    .trim()
    .to_owned()
}

fn number(cell: &str) -> String {
    cell.replace(',', "")
}

/// The ledger's first cells are controller, status, least and most.
fn check_ledger(html: &str, controllers: &[Row]) {
    let rows = ledger(html);
    assert_eq!(rows.len(), controllers.len(), "a row for each controller");
    for (row, wanted) in rows.iter().zip(controllers) {
        assert!(
            row[0].contains(wanted["controller"].trim_start_matches('\'')),
            "{row:?} {wanted:?}"
        );
        assert_eq!(row[1], wanted["status"].replace('_', " "), "{row:?}");
        assert_eq!(number(&row[2]), wanted["subjects_min"], "{row:?}");
        assert_eq!(number(&row[3]), wanted["subjects_max"], "{row:?}");
    }
}

#[test]
fn figures_are_those_of_the_tables() {
    let out = captured("figures");
    let page = page(&out);
    check_ledger(&page, &table(&out.join("controllers.csv")));
    let data = data(&page);
    for (row, wanted) in data["controllers"]
        .as_array()
        .expect("rows")
        .iter()
        .zip(table(&out.join("controllers.csv")))
    {
        for (ours, theirs) in [
            ("confirmed", "subjects_confirmed"),
            ("accesses", "accesses"),
            ("population", "population"),
        ] {
            assert_eq!(row[ours].to_string(), wanted[theirs], "{row}");
        }
    }
    let subjects = table(&out.join("subjects.csv"));
    let shown: Vec<&str> = subjects
        .iter()
        .filter(|row| row["protected"] == "false")
        .map(|row| row["subject"].as_str())
        .collect();
    let listed: Vec<&str> = data["subjects"]["id"]
        .as_array()
        .expect("IDs")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(listed, shown);
    // What an account was shown, by controller, sums up to what accounts.csv says.
    let account = &table(&out.join("accounts.csv"))[0];
    let cells = data["heat"]
        .as_array()
        .expect("cells")
        .iter()
        .filter(|cell| cell[0] == account["account"].as_str());
    let confirmed: u64 = cells.filter_map(|cell| cell[2].as_u64()).sum();
    assert_eq!(confirmed.to_string(), account["subjects_confirmed"]);
    // The digests that it shows are those of the manifest, but its own.
    let manifest = crate::answer::json(&out.join("manifest.json"));
    let mut others = manifest["outputs"].as_array().expect("outputs").clone();
    others.retain(|output| output["file"] != "report.html");
    assert_eq!(data["manifest"]["outputs"], Value::Array(others));
    crate::answer::check_manifest(&out);
}

#[test]
fn every_reference_leads_to_its_line() {
    let out = captured("references");
    let data = data(&page(&out));
    let lines = &data["lines"];
    let files: Vec<Vec<u8>> = lines["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| {
            content(
                &root()
                    .join("testdata/capture/case")
                    .join(file.as_str().expect("a name")),
            )
        })
        .collect();
    let column = |key: &str| -> Vec<usize> {
        let numbers = lines[key].as_array().expect("a column").iter();
        numbers
            .map(|n| n.as_u64().expect("a number") as usize)
            .collect()
    };
    let digests = decoded(lines["h"].as_str().expect("digests"));
    let (file, offset, length) = (column("f"), column("o"), column("l"));
    assert!(file.len() > 2000, "{} lines", file.len());
    for at in 0..file.len() {
        use sha2::{Digest, Sha256};
        let line = &files[file[at]][offset[at]..offset[at] + length[at]];
        assert_eq!(
            &Sha256::digest(line)[..],
            &digests[at * 32..at * 32 + 32],
            "line {at}"
        );
    }
}

fn content(path: &Path) -> Vec<u8> {
    use std::io::Read;
    let bytes = fs::read(path).expect("the log");
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut content = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..])
        .read_to_end(&mut content)
        .expect("gzip");
    content
}

/// Base64, read bit by bit.
fn decoded(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values = text
        .bytes()
        .filter_map(|c| letters.bytes().position(|l| l == c));
    let bits: Vec<bool> = values
        .flat_map(|v| (0..6).rev().map(move |bit| v >> bit & 1 == 1))
        .collect();
    bits.chunks_exact(8)
        .map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
        .collect()
}

#[test]
fn protected_persons_are_only_counted() {
    let out = captured("protected");
    let page = page(&out);
    let data = data(&page);
    // Who they are is known from the case, not from the answer.
    let objects = table(&root().join("testdata/capture/case/objects.csv"));
    let protected: Vec<&Row> = objects
        .iter()
        .filter(|row| row["protected"] == "true")
        .collect();
    assert!(protected.len() > 40);
    let subjects: BTreeSet<&str> = protected
        .iter()
        .map(|row| row["subject"].as_str())
        .collect();
    let ids: BTreeSet<&str> = protected.iter().map(|row| row["object"].as_str()).collect();
    let mut strings = BTreeSet::new();
    collect(&data, &mut strings);
    assert!(
        strings.is_disjoint(&subjects),
        "{:?}",
        strings.intersection(&subjects)
    );
    let names = data["names"].as_array().expect("names");
    for account in data["accounts"].as_array().expect("accounts") {
        for at in account["walk"]["o"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
        {
            let name = names[at as usize].as_str().expect("a name");
            assert!(!ids.contains(name), "{name} is protected");
        }
    }
    // Small counts are not told, neither in figures nor in the sentences.
    for row in data["controllers"].as_array().expect("rows") {
        assert!(
            row["protected"].as_i64().is_none_or(|n| n >= 5 || n == -1),
            "{row}"
        );
    }
    let told = data["totals"]["protected_min"].as_u64();
    let counted = table(&out.join("subjects.csv"))
        .iter()
        .filter(|row| row["protected"] == "true")
        .count();
    assert_eq!(told, Some(counted as u64));
}

fn collect<'v>(value: &'v Value, strings: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) => drop(strings.insert(text)),
        Value::Array(items) => items.iter().for_each(|one| collect(one, strings)),
        Value::Object(items) => items.values().for_each(|one| collect(one, strings)),
        _ => {}
    }
}

#[test]
fn the_same_page_whoever_asks() {
    let case = root().join("testdata/capture/case/case.toml");
    let first = captured("same");
    for threads in ["1", "2"] {
        let out = fresh(&format!("html-threads-{threads}"));
        scan(&case, &out, &["--quiet", "--threads", threads]);
        assert!(page(&out) == page(&first), "{threads} threads");
    }
    let answer = text(&first);
    assert!(
        succeed(&["report", answer]) == page(&first),
        "report writes another page than scan"
    );
    let file = fresh("html-file").join("sv.html");
    succeed(&["report", answer, "--lang", "sv", "--out", text(&file)]);
    let swedish = fs::read_to_string(&file).expect("the page");
    assert!(swedish.contains("<html lang=\"sv\">") && swedish.contains("personuppgiftsansvariga"));
    // What is there stays there, and a changed answer gives no page.
    assert_eq!(
        run(&["report", answer, "--out", text(&file)]).status.code(),
        Some(2)
    );
    assert!(
        fs::read_to_string(&file).expect("the page") == swedish,
        "it was written over"
    );
    let path = first.join("findings.json");
    let changed = fs::read_to_string(&path)
        .expect("findings")
        .replace("\"subjects_min\": 2185", "\"subjects_min\": 3");
    fs::write(&path, changed).expect("writable");
    let refused = run(&["report", answer]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        refused.stdout.is_empty()
            && String::from_utf8_lossy(&refused.stderr).contains("findings.json")
    );
}

#[test]
fn nothing_is_let_in_and_nothing_out() {
    let out = captured("policy");
    let page = page(&out);
    let (_, policy) = page
        .split_once("http-equiv=\"Content-Security-Policy\" content=\"")
        .expect("a policy");
    let (policy, _) = policy.split_once('"').expect("its end");
    let between = |from: &str, to: &str| {
        let (_, rest) = page.split_once(from).expect(from);
        rest.split_once(to).expect(to).0.to_owned()
    };
    let style = between("<style>", "</style>");
    let script = between("<script>", "</script>");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for (directive, text) in [("style-src", &style), ("script-src", &script)] {
        use sha2::{Digest, Sha256};
        let (_, hash) = policy
            .split_once(&format!("{directive} 'sha256-"))
            .expect(directive);
        let (hash, after) = hash.split_once('\'').expect("its end");
        assert_eq!(
            decoded(hash),
            Sha256::digest(text.as_bytes()).to_vec(),
            "{directive}"
        );
        assert!(after.starts_with(';'), "{directive} allows nothing else");
    }
    for never in ["unsafe", "http:", "https:", "*"] {
        assert!(!policy.contains(never), "{policy}");
    }
    // The name of SVG is no address.
    let code = format!("{style}{script}").replace("http://www.w3.org/2000/svg", "");
    for never in [
        "http:",
        "https:",
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "fetch(",
        "@import",
    ] {
        assert!(!code.contains(never), "{never}");
    }
    let data = between("id=\"data\">", "</script>");
    let markup = page
        .replace(&data, "")
        .replace(&script, "")
        .replace(&style, "");
    for never in [
        "http://",
        "https://",
        " onclick=",
        " onload=",
        " onerror=",
        " style=",
        " src=",
    ] {
        assert!(!markup.contains(never), "{never}");
    }
}
