//! What `findings.json` and the manifest tell beside the CSV files, as tables: holes, doubts, cause, signals, thresholds,
//! error rates, versions and digests.

use serde_json::Value;

use super::{Kind, Sheet, cell, list};

/// All of them.
pub(super) fn sheets(findings: &Value, signals: Sheet, manifest: &Value) -> Vec<Sheet> {
    vec![
        holes(findings),
        doubts(findings),
        cause(findings),
        ends(findings),
        signals,
        thresholds(findings),
        method(findings, manifest),
        files(manifest),
    ]
}

/// A table of `findings.json`: each column's name, its key in a row, and its type.
fn copied<'v>(
    name: &'static str,
    columns: &[(&str, &str, Kind)],
    rows: impl Iterator<Item = &'v Value>,
) -> Sheet {
    let heads: Vec<(&str, Kind)> = columns
        .iter()
        .map(|(head, _, kind)| (*head, *kind))
        .collect();
    let mut sheet = Sheet::new(name, "findings.json", &heads);
    for row in rows {
        let cells = columns.iter().map(|(_, key, _)| cell(&row[*key]));
        sheet.tell(cells);
    }
    sheet
}

fn holes(findings: &Value) -> Sheet {
    let columns = [
        ("source", "source", Kind::Text),
        ("from", "from", Kind::Time),
        ("until", "until", Kind::Time),
        ("kind", "kind", Kind::Text),
        ("route", "route", Kind::Text),
        ("writer", "writer", Kind::Text),
        ("basis", "basis", Kind::Text),
    ];
    copied("holes", &columns, list(findings, "holes"))
}

fn doubts(findings: &Value) -> Sheet {
    let columns = [
        ("reason", "reason", Kind::Text),
        ("basis", "basis", Kind::Text),
        ("widens", "widens", Kind::Text),
    ];
    let mut sheet = copied("doubts", &columns, list(findings, "doubts"));
    // A slip in the case, and what was not looked at, are doubts that no figure shows.
    for one in list(findings, "remarks") {
        sheet.tell(["remark".to_owned(), cell(one), String::new()]);
    }
    for one in list(findings, "not_evaluated") {
        sheet.tell(["not_evaluated".to_owned(), cell(one), String::new()]);
    }
    sheet
}

fn cause(findings: &Value) -> Sheet {
    let columns = [
        ("hypothesis", "hypothesis", Kind::Text),
        ("words", "words", Kind::Text),
        ("remains", "remains", Kind::Flag),
        ("for", "for", Kind::Text),
        ("against", "against", Kind::Text),
    ];
    copied("cause", &columns, list(&findings["cause"], "hypotheses"))
}

fn ends(findings: &Value) -> Sheet {
    let [first, last, refusal] = [
        "first_disclosure_beyond_scope",
        "last_disclosure_beyond_scope",
        "first_refusal_after_it",
    ];
    let columns = [
        ("route", "route", Kind::Text),
        (first, first, Kind::Time),
        (last, last, Kind::Time),
        (refusal, refusal, Kind::Time),
        ("refusals_after_it", "refusals_after_it", Kind::Count),
        ("reason", "reason", Kind::Text),
        ("said", "said", Kind::Text),
    ];
    copied("ends", &columns, list(&findings["cause"], "ends"))
}

/// The table of signals, without rows.
pub(super) fn signals() -> Sheet {
    Sheet::new(
        "signals",
        "findings.json",
        &[
            ("account", Kind::Text),
            ("signal", Kind::Text),
            ("fired", Kind::Flag),
            ("figure", Kind::Number),
            ("threshold", Kind::Number),
            ("null_model", Kind::Text),
        ],
    )
}

/// Rows of an account's signals.
pub(super) fn add_signals(sheet: &mut Sheet, account: &Value) {
    for signal in list(account, "signals") {
        sheet.tell([
            cell(&account["account"]),
            cell(&signal["signal"]),
            cell(&signal["fired"]),
            cell(&signal["figure"]),
            cell(&signal["threshold"]),
            cell(&signal["null_model"]),
        ]);
    }
}

fn thresholds(findings: &Value) -> Sheet {
    let columns = [
        ("threshold", "key", Kind::Text),
        ("value", "value", Kind::Number),
        ("meaning", "meaning", Kind::Text),
    ];
    copied("thresholds", &columns, list(findings, "thresholds"))
}

/// What the answer was made by and how well that is known: what, value, place.
const METHOD: [(&str, &str, &[&str]); 8] = [
    ("version", "manifest.json", &["tool", "version"]),
    ("build", "manifest.json", &["tool", "build"]),
    ("command", "manifest.json", &["command"]),
    ("selftest_cases", "manifest.json", &["selftest", "cases"]),
    ("selftest_sha256", "manifest.json", &["selftest", "sha256"]),
    ("sensitivity", "findings.json", &["sensitivity", "said"]),
    (
        "sensitivity",
        "findings.json",
        &["sensitivity", "controllers"],
    ),
    ("ladder_basis", "findings.json", &["ladder", "basis"]),
];

fn method(findings: &Value, manifest: &Value) -> Sheet {
    let columns = [
        ("what", Kind::Text),
        ("value", Kind::Text),
        ("source", Kind::Text),
    ];
    let mut sheet = Sheet::new("method", "manifest.json", &columns);
    for (what, file, keys) in METHOD {
        let root = match file {
            "manifest.json" => manifest,
            _ => findings,
        };
        let value = keys.iter().fold(root, |value, key| &value[*key]);
        let value = match value {
            Value::Array(words) => words.iter().map(cell).collect::<Vec<_>>().join(" "),
            other => cell(other),
        };
        let source = format!("{file}: {}", keys.join("."));
        sheet.tell([what.to_owned(), value, source]);
    }
    for rate in list(&manifest["selftest"], "error_rates") {
        let [what, wrong, of, most] =
            ["what", "wrong", "of", "at_most_95"].map(|key| cell(&rate[key]));
        let value = format!("{what}: {wrong} / {of} (95 %: {most})");
        let source = "manifest.json: selftest.error_rates";
        sheet.tell(["error_rate".to_owned(), value, source.to_owned()]);
    }
    sheet
}

fn files(manifest: &Value) -> Sheet {
    let columns = [
        ("kind", Kind::Text),
        ("file", Kind::Text),
        ("bytes", Kind::Count),
        ("sha256", Kind::Text),
        ("first_stamp", Kind::Time),
        ("last_stamp", Kind::Time),
        ("lines", Kind::Count),
        ("parsed", Kind::Count),
        ("rejected", Kind::Count),
    ];
    let mut sheet = Sheet::new("files", "manifest.json", &columns);
    let mut tell = |kind: &str, file: &Value| {
        let keys = [
            "file", "bytes", "sha256", "first", "last", "lines", "parsed", "rejected",
        ];
        let cells = keys.iter().map(|key| cell(&file[*key]));
        sheet.tell(std::iter::once(kind.to_owned()).chain(cells));
    };
    tell("case", &manifest["case"]);
    for (kind, key) in [
        ("table", "tables"),
        ("log", "inputs"),
        ("output", "outputs"),
    ] {
        list(manifest, key).for_each(|file| tell(kind, file));
    }
    sheet
}
