//! How many and who: controllers, data subjects, protected persons, records, categories, could see against did.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};

use super::{Facts, Said};
use crate::report::Row;
use crate::report::cells::visible;
use crate::report::content::cell;
use crate::report::html::accesses::Accesses;

fn at<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn name(row: &Row) -> String {
    match (at(row, "controller"), at(row, "name")) {
        (id, "") => id.to_owned(),
        (id, name) if id == name => id.to_owned(),
        (id, name) => format!("{name} ({id})"),
    }
}

/// Controllers of a status: how many of how many, and which.
fn of_status(facts: &Facts<'_>, status: &str) -> Vec<Said> {
    let rows = facts.content.rows("controllers");
    let own: Vec<&Row> = rows
        .iter()
        .filter(|row| at(row, "status") == status)
        .collect();
    let names: Vec<String> = own.iter().map(|row| name(row)).collect();
    let words = &facts.content.words;
    let text = facts.say(
        "controllers",
        &[
            ("n", &words.number(own.len() as u64)),
            ("all", &words.number(rows.len() as u64)),
            ("status", &words.word(&format!("status.{status}"))),
            ("list", &facts.list(&names)),
        ],
    );
    let ids: Vec<&str> = own.iter().map(|row| at(row, "controller")).collect();
    let values = json!({ "count": own.len(), "of": rows.len(), "controllers": ids });
    vec![Said::new(text, "controllers.csv: status", values)]
}

pub(super) fn confirmed(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    Ok(of_status(facts, "confirmed"))
}

pub(super) fn open(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let mut said = of_status(facts, "cannot_be_excluded");
    let rows = facts.content.rows("controllers");
    let open = rows
        .iter()
        .filter(|row| at(row, "status") == "cannot_be_excluded");
    let codes: BTreeSet<&str> = open
        .flat_map(|row| at(row, "reasons").split(';'))
        .filter(|code| !code.is_empty())
        .collect();
    for code in codes {
        let meaning = facts.content.words.word(&format!("reason.{code}"));
        let values = json!({ "reason": code });
        let text = format!("{code}: {meaning}");
        said.push(Said::new(text, "controllers.csv: reasons", values));
    }
    Ok(said)
}

pub(super) fn excluded(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    Ok(of_status(facts, "excluded"))
}

pub(super) fn by_controller(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let rows = facts.content.rows("controllers");
    let told = rows.iter().filter(|row| at(row, "status") != "excluded");
    let said = told.map(|row| {
        let text = facts.say(
            "controller_bounds",
            &[
                ("controller", &name(row)),
                ("min", &facts.content.count(at(row, "subjects_min"))),
                ("max", &facts.content.count(at(row, "subjects_max"))),
            ],
        );
        let values = json!({
            "controller": at(row, "controller"), "min": number(at(row, "subjects_min")),
            "max": number(at(row, "subjects_max")),
        });
        Said::new(text, "controllers.csv: subjects_min, subjects_max", values)
    });
    Ok(said.collect())
}

fn number(cell: &str) -> Value {
    cell.parse::<u64>().map_or(Value::Null, Value::from)
}

pub(super) fn bounds(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let (min, max) = (facts.figure("subjects_min"), facts.figure("subjects_max"));
    let (least, most) = (facts.content.count(&min), facts.content.count(&max));
    let text = match max.is_empty() {
        true => facts.say("bounds_open", &[("min", &least)]),
        false => facts.say("bounds", &[("min", &least), ("max", &most)]),
    };
    let values = json!({ "min": number(&min), "max": number(&max) });
    let source = "findings.json: totals.subjects_min, totals.subjects_max";
    Ok(vec![Said::new(text, source, values)])
}

pub(super) fn certainty(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let [confirmed, probable, possible, undecided] =
        ["confirmed", "probable", "possible", "undecided"]
            .map(|key| facts.figure(&format!("subjects_{key}")));
    let text = facts.say(
        "certainty",
        &[
            ("confirmed", &facts.content.count(&confirmed)),
            ("probable", &facts.content.count(&probable)),
            ("possible", &facts.content.count(&possible)),
            ("undecided", &facts.content.count(&undecided)),
        ],
    );
    let values = json!({
        "confirmed": number(&confirmed), "probable": number(&probable), "possible": number(&possible),
        "undecided": number(&undecided),
    });
    Ok(vec![Said::new(text, "findings.json: totals", values)])
}

pub(super) fn children(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let min = facts.figure("children_min");
    let text = match min.is_empty() {
        true => facts.say("children_unknown", &[]),
        false => facts.say("children", &[("min", &facts.content.count(&min))]),
    };
    let values = json!({ "min": number(&min) });
    Ok(vec![Said::new(
        text,
        "findings.json: totals.children_min",
        values,
    )])
}

/// At least those disclosed for certain, at most those that the directory has at all.
pub(super) fn protected(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let min = facts.figure("protected_min");
    let source = "findings.json: totals.protected_min";
    if min.is_empty() {
        let text = facts.say("protected_unknown", &[]);
        let values = json!({ "min": null, "max": null });
        return Ok(vec![Said::new(text, source, values)]);
    }
    let text = facts.say("protected", &[("min", &facts.content.count(&min))]);
    let values = json!({ "min": min });
    let mut said = vec![Said::new(text, source, values)];
    let rows = facts.content.rows("ladder");
    let all = rows.iter().find(|row| {
        at(row, "rung") == "could_see_if_nothing_checked" && at(row, "controller").is_empty()
    });
    if let Some(all) = all.map(|row| at(row, "protected")) {
        let text = facts.say("protected_all", &[("all", &facts.content.count(all))]);
        let values = json!({ "max": all });
        let source = "ladder.csv: could_see_if_nothing_checked, protected";
        said.push(Said::new(text, source, values));
    }
    Ok(said)
}

/// Objects are what a notification calls records: those shown for certain, and those shown in all.
pub(super) fn records(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let accesses = Accesses::read((facts.source.read)("accesses.parquet")?)?;
    let rows = accesses.rows(&HashSet::new())?;
    let objects = |least: u8| -> HashSet<&str> {
        let shown = rows.iter().filter(|row| row.level >= least);
        shown.filter_map(|row| row.object).collect()
    };
    let (confirmed, all) = (objects(3).len() as u64, objects(1).len() as u64);
    let words = &facts.content.words;
    let text = facts.say(
        "records",
        &[
            ("min", &words.number(confirmed)),
            ("all", &words.number(all)),
        ],
    );
    let values = json!({ "confirmed": confirmed, "seen": all });
    Ok(vec![Said::new(
        text,
        "accesses.parquet: object, certainty",
        values,
    )])
}

pub(super) fn categories(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let rows = facts.content.rows("controllers");
    let mut all: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| at(row, "data_categories").split(';'))
        .collect();
    // Whoever has no unit stands in no controller's row.
    let unplaced = facts.content.findings["without_controller"].as_array();
    let unplaced = unplaced.into_iter().flatten();
    let unplaced = unplaced.flat_map(|row| row["data_categories"].as_array());
    all.extend(unplaced.flatten().filter_map(|one| one.as_str()));
    all.remove("");
    let list: Vec<String> = all.iter().map(|one| (*one).to_owned()).collect();
    let text = facts.say("categories", &[("list", &facts.list(&list))]);
    let values = json!({ "categories": list });
    let mut said = vec![Said::new(
        text,
        "controllers.csv: data_categories; findings.json: without_controller",
        values,
    )];
    let count = |name: &str| facts.figure(name).parse::<u64>().ok();
    let parts = ["confirmed", "probable", "possible"];
    let shown = parts.map(|part| count(&format!("subjects_{part}")).unwrap_or_default());
    if count("subjects_max").is_none_or(|max| max > shown.iter().sum()) {
        let source = "findings.json: totals.subjects_max";
        let text = facts.say("categories_room", &[]);
        said.push(Said::new(text, source, Value::Null));
    }
    Ok(said)
}

/// The ladder: who could have been seen, was asked for, was delivered. Counters of their own, never merged.
pub(super) fn ladder(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let rows = facts.content.rows("ladder");
    let whole = rows.iter().filter(|row| at(row, "controller").is_empty());
    let said = whole.map(|row| {
        let own = facts.content.rung(at(row, "rung"));
        let mut text = facts.say(
            "rung",
            &[
                ("rung", &own),
                ("subjects", &facts.content.count(at(row, "subjects"))),
                ("protected", &facts.content.count(at(row, "protected"))),
            ],
        );
        let accounts = at(row, "accounts");
        if !accounts.is_empty() {
            let reach = facts.content.count(at(row, "accounts_with_protected"));
            let values = [("accounts", facts.content.count(accounts)), ("reach", reach)];
            let values = values.each_ref().map(|(key, text)| (*key, text.as_str()));
            text = format!("{text}; {}", facts.say("rung_accounts", &values));
        }
        let values = json!({
            "rung": at(row, "rung"), "accounts": number(accounts), "subjects": number(at(row, "subjects")),
            "protected": at(row, "protected"), "accounts_with_protected": at(row, "accounts_with_protected"),
        });
        Said::new(text, "ladder.csv", values)
    });
    let mut said: Vec<Said> = said.collect();
    let basis = cell(&facts.content.findings["ladder"]["basis"]);
    said.push(Said::new(basis, "findings.json: ladder.basis", Value::Null));
    Ok(said)
}

/// What was found published, held against what the logs show.
pub(super) fn published(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let findings = &facts.content.findings;
    let leak = &findings["cause"]["leak"];
    let source = "findings.json: cause.leak";
    if leak.is_null() {
        let text = facts.say("no_leak", &[]);
        return Ok(vec![Said::new(text, source, Value::Null)]);
    }
    let text = |value: &Value| facts.content.count(&cell(value));
    let own = facts.say(
        "leak",
        &[
            ("records", &text(&leak["records"])),
            ("controllers", &text(&leak["controllers_at_least"])),
            ("seen", &text(&leak["shown_by_the_logs"])),
        ],
    );
    let values = json!({
        "records": leak["records"], "controllers_at_least": leak["controllers_at_least"],
        "shown_by_the_logs": leak["shown_by_the_logs"],
    });
    let mut said = vec![Said::new(own, source, values)];
    if let Some(when) = facts.time(&findings["case"]["published"]) {
        let values = json!({ "published": findings["case"]["published"] });
        let own = facts.say("published", &[("when", &visible(&when))]);
        said.push(Said::new(own, "findings.json: case.published", values));
    }
    Ok(said)
}
