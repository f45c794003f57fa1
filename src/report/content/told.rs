//! What `findings.json` and the manifest tell beside the CSV files, as tables: holes, doubts, cause, signals, thresholds,
//! error rates, versions and digests.

use serde_json::Value;

use super::{Kind, Sheet, cell, list};

/// All of them.
pub(super) fn sheets(findings: &Value, manifest: &Value) -> Vec<Sheet> {
    vec![
        holes(findings),
        doubts(findings),
        cause(findings),
        ends(findings),
        signals(findings),
        thresholds(findings),
        method(findings, manifest),
        files(manifest),
    ]
}

fn holes(findings: &Value) -> Sheet {
    let mut sheet = Sheet::new(
        "holes",
        "findings.json",
        &[
            ("source", Kind::Text),
            ("from", Kind::Time),
            ("until", Kind::Time),
            ("kind", Kind::Text),
            ("route", Kind::Text),
            ("writer", Kind::Text),
            ("basis", Kind::Text),
        ],
    );
    for hole in list(findings, "holes") {
        let keys = [
            "source", "from", "until", "kind", "route", "writer", "basis",
        ];
        sheet.tell(keys.map(|key| cell(&hole[key])));
    }
    sheet
}

fn doubts(findings: &Value) -> Sheet {
    let mut sheet = Sheet::new(
        "doubts",
        "findings.json",
        &[
            ("reason", Kind::Text),
            ("basis", Kind::Text),
            ("widens", Kind::Text),
        ],
    );
    for doubt in list(findings, "doubts") {
        sheet.tell(["reason", "basis", "widens"].map(|key| cell(&doubt[key])));
    }
    // What was not looked at is a doubt that no figure shows.
    for one in list(findings, "not_evaluated") {
        sheet.tell(["not_evaluated".to_owned(), cell(one), String::new()]);
    }
    sheet
}

fn cause(findings: &Value) -> Sheet {
    let mut sheet = Sheet::new(
        "cause",
        "findings.json",
        &[
            ("hypothesis", Kind::Text),
            ("words", Kind::Text),
            ("remains", Kind::Flag),
            ("for", Kind::Text),
            ("against", Kind::Text),
        ],
    );
    for one in list(&findings["cause"], "hypotheses") {
        let keys = ["hypothesis", "words", "remains", "for", "against"];
        sheet.tell(keys.map(|key| cell(&one[key])));
    }
    sheet
}

fn ends(findings: &Value) -> Sheet {
    let mut sheet = Sheet::new(
        "ends",
        "findings.json",
        &[
            ("route", Kind::Text),
            ("first_disclosure_beyond_scope", Kind::Time),
            ("last_disclosure_beyond_scope", Kind::Time),
            ("first_refusal_after_it", Kind::Time),
            ("refusals_after_it", Kind::Count),
            ("reason", Kind::Text),
            ("said", Kind::Text),
        ],
    );
    for end in list(&findings["cause"], "ends") {
        let keys = [
            "route",
            "first_disclosure_beyond_scope",
            "last_disclosure_beyond_scope",
            "first_refusal_after_it",
            "refusals_after_it",
            "reason",
            "said",
        ];
        sheet.tell(keys.map(|key| cell(&end[key])));
    }
    sheet
}

fn signals(findings: &Value) -> Sheet {
    let mut sheet = Sheet::new(
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
    );
    for account in list(findings, "accounts") {
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
    sheet
}

fn thresholds(findings: &Value) -> Sheet {
    let mut sheet = Sheet::new(
        "thresholds",
        "findings.json",
        &[
            ("threshold", Kind::Text),
            ("value", Kind::Number),
            ("meaning", Kind::Text),
        ],
    );
    for one in list(findings, "thresholds") {
        sheet.tell(["key", "value", "meaning"].map(|key| cell(&one[key])));
    }
    sheet
}

fn method(findings: &Value, manifest: &Value) -> Sheet {
    let mut sheet = Sheet::new(
        "method",
        "manifest.json",
        &[
            ("what", Kind::Text),
            ("value", Kind::Text),
            ("source", Kind::Text),
        ],
    );
    let command: Vec<String> = list(manifest, "command").map(cell).collect();
    let from = |name: &str, key: &str| format!("{name}: {key}");
    let tool = |key: &str| cell(&manifest["tool"][key]);
    for (what, value, source) in [
        ("version", tool("version"), from("manifest.json", "tool")),
        ("build", tool("build"), from("manifest.json", "tool")),
        (
            "command",
            command.join(" "),
            from("manifest.json", "command"),
        ),
        (
            "selftest_cases",
            cell(&manifest["selftest"]["cases"]),
            from("manifest.json", "selftest"),
        ),
        (
            "selftest_sha256",
            cell(&manifest["selftest"]["sha256"]),
            from("manifest.json", "selftest"),
        ),
        (
            "sensitivity",
            cell(&findings["sensitivity"]["said"]),
            from("findings.json", "sensitivity"),
        ),
        (
            "sensitivity",
            cell(&findings["sensitivity"]["controllers"]),
            from("findings.json", "sensitivity"),
        ),
        (
            "ladder_basis",
            cell(&findings["ladder"]["basis"]),
            from("findings.json", "ladder"),
        ),
    ] {
        sheet.tell([what.to_owned(), value, source]);
    }
    for rate in list(&manifest["selftest"], "error_rates") {
        let share = |key: &str| cell(&rate[key]);
        let value = format!(
            "{}: {} / {} (95 %: {})",
            share("what"),
            share("wrong"),
            share("of"),
            share("at_most_95")
        );
        let source = from("manifest.json", "selftest");
        sheet.tell(["error_rate".to_owned(), value, source]);
    }
    sheet
}

fn files(manifest: &Value) -> Sheet {
    let mut sheet = Sheet::new(
        "files",
        "manifest.json",
        &[
            ("kind", Kind::Text),
            ("file", Kind::Text),
            ("bytes", Kind::Count),
            ("sha256", Kind::Text),
            ("first_stamp", Kind::Time),
            ("last_stamp", Kind::Time),
            ("lines", Kind::Count),
            ("parsed", Kind::Count),
            ("rejected", Kind::Count),
        ],
    );
    let case = &manifest["case"];
    let none = String::new;
    sheet.tell([
        "case".to_owned(),
        cell(&case["file"]),
        none(),
        cell(&case["sha256"]),
        none(),
        none(),
        none(),
        none(),
        none(),
    ]);
    for (kind, key) in [
        ("table", "tables"),
        ("log", "inputs"),
        ("output", "outputs"),
    ] {
        for file in list(manifest, key) {
            sheet.tell([
                kind.to_owned(),
                cell(&file["file"]),
                cell(&file["bytes"]),
                cell(&file["sha256"]),
                cell(&file["first"]),
                cell(&file["last"]),
                cell(&file["lines"]),
                cell(&file["parsed"]),
                cell(&file["rejected"]),
            ]);
        }
    }
    sheet
}
