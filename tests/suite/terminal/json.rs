//! `--json` on every command, with a schema that the help names; never translated, never coloured.

use std::collections::BTreeSet;

use clap::CommandFactory;
use serde_json::Value;

use super::{answer_in, captured, run_with, said};
use crate::answer::{fresh, root, text};

/// Commands that print nothing for people, and why they have no `--json`.
const WITHOUT: [(&str, &str); 12] = [
    ("records", "prints JSON lines and nothing else"),
    ("completions", "prints a script for a shell"),
    ("man", "writes pages for people"),
    ("view", "is a full screen"),
    ("journal", "has commands of its own"),
    ("stage", "has steps of its own"),
    ("plan", "writes an Arrow stream"),
    ("extract", "writes an Arrow stream"),
    ("fold", "writes an Arrow stream"),
    ("context", "writes a file for the next step"),
    ("analyse", "writes an Arrow stream"),
    (
        "conclude",
        "is called by a job, which reads the answer's files",
    ),
];

fn walk(command: &clap::Command, name: &str, wrong: &mut Vec<String>) {
    for below in command
        .get_subcommands()
        .filter(|one| one.get_name() != "help")
    {
        let name = format!("{name} {}", below.get_name());
        let json = below.get_arguments().find(|arg| arg.get_id() == "json");
        let excused = WITHOUT.iter().any(|(one, _)| *one == below.get_name());
        match json {
            None if !excused => wrong.push(format!("{name} has neither --json nor a reason")),
            Some(_) if excused => wrong.push(format!("{name} has --json and a reason against it")),
            Some(arg) => {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                if !help.contains("breachscope.") || !help.contains("/1") {
                    wrong.push(format!("{name}: --help does not name the schema: {help}"));
                }
            }
            None => {}
        }
        walk(below, &name, wrong);
    }
}

#[test]
fn every_command_has_it_or_a_reason() {
    let root = breachscope::cli::Cli::command();
    let mut wrong = Vec::new();
    walk(&root, "breachscope", &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // An excuse for a command that is gone is none.
    let below = root
        .get_subcommands()
        .flat_map(clap::Command::get_subcommands);
    let names: BTreeSet<&str> = root
        .get_subcommands()
        .chain(below)
        .map(clap::Command::get_name)
        .collect();
    assert!(WITHOUT.iter().all(|(name, _)| names.contains(name)));
}

/// Everything that a command prints with `--json`, line by line or as one value, with its schema.
fn values(printed: &str) -> Vec<Value> {
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(printed)
        .into_iter()
        .collect();
    values.unwrap_or_else(|e| panic!("{e}: {printed}"))
}

#[test]
fn what_is_printed_is_json_of_the_schema_that_the_help_names() {
    let folder = answer_in("json-commands");
    let case = captured();
    let key = folder.join("journal.jsonl");
    let case = text(&case);
    let logs = root().join("testdata/capture/case/logs/nginx");
    let runs: Vec<(Vec<&str>, &str)> = vec![
        (
            vec![
                "scan",
                case,
                "--out",
                "second",
                "--json",
                "--journal",
                text(&key),
            ],
            "breachscope.scan/1",
        ),
        (
            vec!["explain", "answer", "p0532", "--json"],
            "breachscope.explain/1",
        ),
        (
            vec!["inspect", text(&logs), "--json"],
            "breachscope.inspect/1",
        ),
        (
            vec![
                "evidence",
                "answer",
                "--case",
                case,
                "--account",
                "p1237",
                "--json",
            ],
            "breachscope.evidence/1",
        ),
        (
            vec!["verify", "answer", "--case", case, "--json"],
            "breachscope.verification/1",
        ),
        (
            vec!["report", "answer", "--out", "page.html", "--json"],
            "breachscope.written/1",
        ),
        (
            vec!["attest", "answer", "--out", "attest", "--json"],
            "breachscope.attest/1",
        ),
        (
            vec![
                "export",
                "answer",
                "--format",
                "ocsf",
                "--out",
                "ocsf.jsonl",
                "--json",
            ],
            "breachscope.export/1",
        ),
        (
            vec!["journal", "verify", text(&key), "--json"],
            "breachscope.journal-check/1",
        ),
        (
            vec![
                "synth", "--seed", "7", "--lines", "2000", "--out", "practice", "--json",
            ],
            "breachscope.synth/1",
        ),
        (
            vec![
                "pack",
                "answer",
                "--case",
                case,
                "--out",
                "packs",
                "--keys",
                "keys.json",
                "--json",
            ],
            "breachscope.pack/1",
        ),
        (
            vec![
                "purge",
                "--keys",
                "keys.json",
                "--record",
                "purged.json",
                "--json",
            ],
            "breachscope.purge/1",
        ),
        (vec!["demo", "--json"], "breachscope.demo/1"),
        (
            vec![
                "init",
                "breachscope-demo/case/logs",
                "--out",
                "made.toml",
                "--yes",
                "--json",
            ],
            "breachscope.init/1",
        ),
    ];
    for (args, schema) in runs {
        // Whatever the locale and the colours that are asked for.
        let environment = [("LC_ALL", "sv_SE.UTF-8"), ("CLICOLOR_FORCE", "1")];
        let printed = said(&run_with(&environment, &folder, &args));
        assert!(!printed.contains('\u{1b}'), "{args:?}: {printed}");
        let values = values(&printed);
        assert!(!values.is_empty(), "{args:?} printed nothing");
        for value in values {
            assert_eq!(value["schema"], schema, "{args:?}");
        }
    }
}

#[test]
fn the_figures_of_scan_are_those_of_its_files_in_every_language() {
    let folder = fresh("json-scan");
    let case = captured();
    let scan = |environment: &[(&str, &str)], out: &str, lang: &str| {
        let args = ["scan", text(&case), "--out", out, "--json", "--lang", lang];
        let mut value: Value =
            serde_json::from_str(&said(&run_with(environment, &folder, &args))).expect("JSON");
        assert_eq!(value["answer"], out);
        value["answer"] = Value::Null;
        value
    };
    let english = scan(&[], "one", "en");
    assert_eq!(english, scan(&[("LC_ALL", "da_DK")], "two", "sv"));
    let rows = crate::answer::table(&folder.join("one/controllers.csv"));
    let affected = english["controllers"]["affected"].as_array().expect("rows");
    assert_eq!(
        affected.len(),
        rows.iter().filter(|row| row["subjects_min"] != "0").count()
    );
    for one in affected {
        let row = rows
            .iter()
            .find(|row| one["controller"] == row["controller"].as_str());
        let row = row.expect("a row");
        assert_eq!(one["min"].to_string(), row["subjects_min"]);
        assert_eq!(one["max"].to_string(), row["subjects_max"]);
        assert_eq!(one["population"].to_string(), row["population"]);
        assert_eq!(one["last_seen"], row["last_seen"].as_str());
    }
    // Every request beyond scope falls into one column of the timeline, once for each account.
    let requests: u64 = english["timeline"]["requests"]
        .as_array()
        .expect("columns")
        .iter()
        .filter_map(Value::as_u64)
        .sum();
    let accounts = english["accounts"]["listed"].as_array().expect("accounts");
    let listed: u64 = accounts
        .iter()
        .filter_map(|one| one["requests"].as_u64())
        .sum();
    assert!(
        requests >= listed,
        "{requests} in the timeline, {listed} of listed accounts"
    );
}
