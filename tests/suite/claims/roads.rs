//! Both roads over the same cases: what `scan` confirms and what the statements' own road proves must be the same controllers,
//! persons, accounts and requests, and both the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::answer::{Row, fresh, json, root, run, scan, synth, table, text};

/// Questions that both roads answer, with the scan's answers as statements.
fn claims(out: &Path) -> String {
    let quoted = |names: &BTreeSet<String>| {
        let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
        names.join(", ")
    };
    let confirmed = |row: &&Row| row["certainty"] == "confirmed";
    let subjects = table(&out.join("subjects.csv"));
    let persons: BTreeSet<String> = subjects
        .iter()
        .filter(confirmed)
        .map(|row| row["subject"].clone())
        .collect();
    let controllers = table(&out.join("controllers.csv"));
    let concerned: BTreeSet<String> = controllers
        .iter()
        .filter(|row| row["status"] == "confirmed" && !row["controller"].is_empty())
        .map(|row| row["controller"].clone())
        .collect();
    let accounts = table(&out.join("accounts.csv"));
    let disclosed = |row: &&Row| row["subjects_confirmed"] != "0";
    let takers: BTreeSet<String> = accounts
        .iter()
        .filter(disclosed)
        .map(|row| row["account"].clone())
        .collect();
    let mut text = format!(
        "[[claim]]\nid = \"controllers\"\nkind = \"controllers\"\nset = [{}]\n\
         [[claim]]\nid = \"subjects\"\nkind = \"subjects\"\nset = [{}]\n\
         [[claim]]\nid = \"accounts\"\nkind = \"accounts\"\nset = [{}]\n\
         [[claim]]\nid = \"accesses\"\nkind = \"accesses\"\nexactly = 0\n",
        quoted(&concerned),
        quoted(&persons),
        quoted(&takers)
    );
    for row in controllers
        .iter()
        .filter(|row| !row["controller"].is_empty())
    {
        text.push_str(&format!(
            "[[claim]]\nid = \"subjects of {0}\"\nkind = \"subjects\"\ncontroller = {0:?}\nexactly = {1}\n\
             [[claim]]\nid = \"accesses of {0}\"\nkind = \"accesses\"\ncontroller = {0:?}\nexactly = {2}\n",
            row["controller"], row["subjects_min"], row["accesses"]
        ));
    }
    text
}

/// The findings by their statements' names.
fn verified(case: &Path, claims: &Path) -> BTreeMap<String, Value> {
    let output = run(&["verify", "--json", "--claims", text(claims), text(case)]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr, "");
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let claims = all["claims"].as_array().unwrap().clone();
    claims
        .into_iter()
        .map(|one| (one["id"].as_str().unwrap().to_owned(), one))
        .collect()
}

/// What the roads disagree on. A set must not be contradicted, and a figure must be the lower bound; `accesses` of a
/// controller count possible ones in the scan's table, so they must lie within the bounds.
fn differences(case: &Path, out: &Path, claims_file: &Path) -> Vec<String> {
    fs::write(claims_file, claims(out)).unwrap();
    let findings = verified(case, claims_file);
    let controllers = table(&out.join("controllers.csv"));
    let mut wrong = Vec::new();
    let subjects = table(&out.join("subjects.csv"));
    let persons: BTreeSet<&String> = subjects
        .iter()
        .filter(|row| row["certainty"] == "confirmed")
        .map(|row| &row["subject"])
        .collect();
    let concerned = controllers
        .iter()
        .filter(|row| row["status"] == "confirmed" && !row["controller"].is_empty());
    let mut same = |id: &str, own: u64| {
        let min = findings[id]["interval"]["min"].as_u64().unwrap();
        if min != own {
            wrong.push(format!("{id}: scan {own}, statements {min}"));
        }
    };
    same("controllers", concerned.count() as u64);
    same("subjects", persons.len() as u64);
    for row in controllers
        .iter()
        .filter(|row| !row["controller"].is_empty())
    {
        same(
            &format!("subjects of {}", row["controller"]),
            row["subjects_min"].parse().unwrap(),
        );
    }
    for id in ["controllers", "subjects", "accounts"] {
        if findings[id]["outcome"] == "contradicted" {
            wrong.push(format!("{id}: {}", findings[id]["why"]));
        }
    }
    for row in controllers
        .iter()
        .filter(|row| !row["controller"].is_empty())
    {
        let id = format!("accesses of {}", row["controller"]);
        if findings[&id]["outcome"] == "contradicted" {
            wrong.push(format!(
                "{id}: scan {}, {}",
                row["accesses"], findings[&id]["interval"]
            ));
        }
    }
    wrong
}

#[test]
fn captured() {
    let folder = root().join("testdata/capture/case");
    let truth = json(&folder.join("truth.json"));
    for name in ["case.toml", "case-json.toml"] {
        let here = fresh(&format!("roads-{name}"));
        let out = here.join("answer");
        scan(&folder.join(name), &out, &[]);
        let file = here.join("claims.toml");
        assert_eq!(
            differences(&folder.join(name), &out, &file),
            Vec::<String>::new()
        );
        // And the truth, which neither road made.
        let count = |key: &str| truth[key].as_array().unwrap().len();
        let statements = format!(
            "[[claim]]\nid = \"accesses\"\nkind = \"accesses\"\nexactly = {}\n\
             [[claim]]\nid = \"subjects\"\nkind = \"subjects\"\nexactly = {}\n\
             [[claim]]\nid = \"accounts\"\nkind = \"accounts\"\nset = [\"p0532\", \"p1237\"]\n\
             [[claim]]\nid = \"no_protected\"\nkind = \"no_protected\"\n",
            truth["accesses_beyond_scope"],
            count("subjects")
        );
        fs::write(&file, statements).unwrap();
        let findings = verified(&folder.join(name), &file);
        for id in ["accesses", "subjects", "accounts"] {
            assert_eq!(findings[id]["outcome"], "supported", "{}", findings[id]);
        }
        let controllers = truth["controllers"].as_object().unwrap();
        let protected: u64 = controllers
            .values()
            .filter_map(|one| one["protected"].as_u64())
            .sum();
        assert_eq!(findings["no_protected"]["interval"]["min"], protected);
        assert_eq!(findings["no_protected"]["outcome"], "contradicted");
    }
}

#[test]
fn practice() {
    let mut all = Vec::new();
    let mut heads = false;
    for seed in 101..=110 {
        let folder = fresh(&format!("roads-practice-{seed}"));
        let case = folder.join("case");
        synth(&case, &format!("--seed {seed}"));
        let truth = json(&case.join("truth.json"));
        heads |= truth["format"] == "w3c" && sizes_with_heads(&case);
        let out = folder.join("answer");
        scan(&case.join("case.toml"), &out, &[]);
        let wrong = differences(&case.join("case.toml"), &out, &folder.join("claims.toml"));
        all.extend(wrong.into_iter().map(|one| format!("seed {seed}: {one}")));
        fs::remove_dir_all(&folder).unwrap();
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert!(
        heads,
        "no practice case has sizes with heads and disclosures"
    );
}

/// Sizes that count the answer's head prove no body by themselves, and the other road takes them for one: where the case says from
/// which size on there is content, both agree. Whether this road proved nothing before it does, though something was possible.
fn sizes_with_heads(case: &Path) -> bool {
    let file = case.join("heads.toml");
    fs::write(
        &file,
        "[[claim]]\nid = \"V\"\nkind = \"subjects\"\nat_most = 0\n",
    )
    .unwrap();
    let finding = verified(&case.join("case.toml"), &file)
        .remove("V")
        .unwrap();
    assert_eq!(finding["interval"]["min"], 0, "{finding}");
    let text = fs::read_to_string(case.join("case.toml")).unwrap();
    let said = |block: &str| match block.contains("empty_below") {
        true => block.to_owned(),
        false => format!("empty_below = 1\n{block}"),
    };
    let (head, routes) = text.split_once("[[route]]\n").unwrap();
    let routes: Vec<String> = routes.split("[[route]]\n").map(said).collect();
    let said = format!("{head}[[route]]\n{}", routes.join("[[route]]\n"));
    assert_ne!(said, text);
    fs::write(case.join("case.toml"), said).unwrap();
    finding["reasons"].to_string().contains("NO_BODY")
}
