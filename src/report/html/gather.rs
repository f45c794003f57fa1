//! An answer's files -> everything that the page holds: the data of its script, and what is said without one.

use std::collections::{HashMap, HashSet};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::accesses::{Access, Accesses, hidden_objects};
use super::accounts::{Entry, HeatCell, Tallies, cover};
use super::clock::{Zone, second_of};
use super::controllers::{controllers, few};
use super::findings::{self, Findings, Row};
use super::held::ByCertainty;
use super::lines::{Lines, Pool};
use super::sentences;
use super::subjects::{Columns, Subjects};
use super::timeline::{self, Hour};
use super::walk::Names;
use super::words::Words;
use super::{FILE, Source};
use crate::report::cells::{safe, visible};

/// What the page holds.
pub(super) struct Page {
    pub(super) words: Words,
    pub(super) zone: Zone,
    /// The case's ID.
    pub(super) id: String,
    pub(super) title: String,
    /// The build that made the answer.
    pub(super) build: String,
    /// The answer in five sentences.
    pub(super) sentences: Vec<String>,
    /// The data of the script.
    pub(super) data: Data,
}

/// The data of the script. What there may be much of stands beside the rest: as JSON's own values it would take ten times
/// the room.
pub(super) struct Data {
    /// The rest, with nothing where the others go.
    pub(super) rest: Value,
    accounts: Vec<Entry>,
    heat: Vec<HeatCell>,
    subjects: Columns,
    lines: Pool,
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.rest.as_object().into_iter().flatten() {
            match key.as_str() {
                "accounts" => map.serialize_entry(key, &self.accounts)?,
                "heat" => map.serialize_entry(key, &self.heat)?,
                "subjects" => map.serialize_entry(key, &self.subjects)?,
                "lines" => map.serialize_entry(key, &self.lines)?,
                _ => map.serialize_entry(key, value)?,
            }
        }
        map.end()
    }
}

/// Reads the files and gathers.
///
/// # Errors
/// As [`super::page`].
pub(super) fn page(source: &Source<'_>, words: Words) -> Result<Page, String> {
    let Findings {
        value: findings,
        accounts,
        left,
        verdicts,
    } = findings::read(source)?;
    let names = names(&(source.read)("controllers.csv")?)?;
    let hours = timeline::hours(&(source.read)("coverage.csv")?)?;
    let subjects = Subjects::read(&(source.read)("subjects.csv")?)?;
    let protected = subjects.protected();
    let accesses = Accesses::read((source.read)("accesses.parquet")?)?;
    let rows = accesses.rows(&protected)?;
    let marks = timeline::marks(&findings, &source.manifest);
    let zone = zone(&findings, &marks, &rows);
    let sentences = sentences::five(&words, &zone, &findings, &verdicts);
    let facts = (&findings, accounts, left);
    let mut data = data(facts, (&rows, &protected, &subjects), &names, &hours);
    let rest = &mut data.rest;
    rest["time"]["marks"] = json!(marks);
    rest["manifest"] = manifest(&source.manifest);
    show(rest);
    rest["lang"] = json!(words.language.code());
    rest["strings"] = json!(words.of_page());
    rest["zone"] = zone.json();
    let text = |value: &Value| visible(value.as_str().unwrap_or_default());
    let tool = &source.manifest["tool"];
    Ok(Page {
        words,
        zone,
        id: text(&findings["case"]["id"]),
        title: text(&findings["case"]["title"]),
        build: format!("{} ({})", text(&tool["version"]), text(&tool["build"])),
        sentences,
        data,
    })
}

/// Names of controllers in the order of `controllers.csv`.
fn names(bytes: &[u8]) -> Result<Vec<String>, String> {
    let rows = crate::report::finished::rows(bytes);
    let rows =
        rows.map_err(|e| format!("controllers.csv is no table: {e}; make the answer again"))?;
    let name = |mut row: crate::report::finished::Row| row.remove("name").unwrap_or_default();
    Ok(rows.into_iter().map(name).collect())
}

/// The case's zone over all times that the page tells.
fn zone(findings: &Value, marks: &[Value], rows: &[Access<'_>]) -> Zone {
    let window = window(findings);
    let marked = marks.iter().filter_map(|mark| mark["at"].as_i64());
    let ends = window.into_iter().flat_map(|(from, until)| [from, until]);
    let accessed = rows.iter().map(|row| row.time);
    let times: Vec<i64> = marked.chain(ends).chain(accessed).collect();
    let from = times.iter().copied().min().unwrap_or_default();
    let until = times.iter().copied().max().unwrap_or_default();
    Zone::over(
        findings["case"]["timezone"].as_str().unwrap_or("UTC"),
        from,
        until,
    )
}

fn window(findings: &Value) -> Option<(i64, i64)> {
    let window = &findings["window"];
    second_of(&window["from"]).zip(second_of(&window["until"]))
}

fn data<'a>(
    (findings, accounts, left): (&'a Value, Vec<Row>, usize),
    (rows, protected, people): (&[Access<'a>], &HashSet<String>, &'a Subjects),
    names: &[String],
    hours: &[Hour],
) -> Data {
    let mut lines = Lines::default();
    let (mut strings, mut sets) = (Names::default(), Names::default());
    let mut whole = ByCertainty::new();
    let mut by_controller: HashMap<&str, ByCertainty<'a>> = HashMap::new();
    let mut tallies = Tallies::of(&accounts);
    for row in rows {
        whole.add(row, &mut lines);
        let own = by_controller.entry(row.controller);
        own.or_insert_with(ByCertainty::new).add(row, &mut lines);
        tallies.add(row, &mut lines);
    }
    let private = hidden_objects(rows);
    let ledger = controllers(findings, names, &by_controller);
    // Tables write an ID so that no spreadsheet runs it.
    let places: HashMap<String, usize> = ledger
        .iter()
        .enumerate()
        .filter_map(|(at, row)| Some((safe(row["id"].as_str()?), at)))
        .collect();
    let place = |id: &str| places.get(id).or_else(|| places.get(&safe(id))).copied();
    let accounts = tallies.accounts(accounts, place, &private, (&mut strings, &mut lines));
    let heat = tallies.cells(&accounts);
    let requests = timeline::requests(rows);
    let views = timeline::views(window(findings), &requests, hours, &mut lines);
    let subjects = people.columns(protected, rows, place, (&mut sets, &mut lines));
    let mut data = copied(findings, &private);
    data["total_lines"] = whole.json();
    data["counts"] = timeline::counts(&requests);
    data["controllers"] = json!(ledger);
    data["accounts"] = Value::Null;
    data["accounts_left"] = json!(left);
    data["heat"] = Value::Null;
    data["time"] = json!({ "views": views });
    data["sources"] = json!(timeline::sources(hours));
    data["subjects"] = Value::Null;
    data["names"] = json!(strings.all());
    data["sets"] = json!(sets.all());
    data["lines"] = Value::Null;
    Data {
        rest: data,
        accounts,
        heat,
        subjects,
        lines: lines.pool(),
    }
}

/// What is taken from `findings.json` as it stands, but that small counts of protected persons are not told and no ID
/// leads to one.
fn copied(findings: &Value, private: &HashSet<&str>) -> Value {
    let mut data = json!({ "schema": "breachscope.page/1" });
    for (ours, theirs) in [
        ("case", "case"),
        ("window", "window"),
        ("totals", "totals"),
        ("holes", "holes"),
        ("ladder", "ladder"),
        ("cause", "cause"),
        ("bounds", "bounds"),
        ("sampling", "sampling"),
        ("content", "content"),
        ("learned", "scope_learned"),
        ("sensitivity", "sensitivity"),
        ("thresholds", "thresholds"),
        ("joint", "joint"),
        ("late", "used_after_closing"),
        ("undecided", "undecided"),
        ("doubts", "doubts"),
        ("remarks", "remarks"),
        ("aside", "set_aside"),
        ("not_evaluated", "not_evaluated"),
    ] {
        data[ours] = findings[theirs].clone();
    }
    let alone = findings["without_controller"]
        .as_array()
        .into_iter()
        .flatten();
    let alone = alone.map(|row| json!({ "min": row["subjects_min"] }));
    data["nobody"] = alone.collect();
    cover(&mut data["joint"], private);
    cover(&mut data["undecided"], private);
    data["totals"]["protected_min"] = few(&findings["totals"]["protected_min"]);
    for rung in data["ladder"]["rungs"].as_array_mut().into_iter().flatten() {
        rung["protected"] = few(&rung["protected"]);
        // How many accounts reach protected persons is a count of such persons' circles.
        if let Some(rung) = rung.as_object_mut() {
            rung.shift_remove("accounts_with_protected");
        }
    }
    for list in ["holes", "joint", "late"] {
        if data[list].is_null() {
            data[list] = json!([]);
        }
    }
    data
}

/// What the page shows of the manifest; its own digest cannot stand in it.
fn manifest(manifest: &Value) -> Value {
    let case = json!({ "file": manifest["case"]["file"], "sha256": manifest["case"]["sha256"], "bytes": null });
    let tables = manifest["tables"].as_array().into_iter().flatten().cloned();
    let outputs = manifest["outputs"].as_array().into_iter().flatten();
    let others = outputs.filter(|output| output["file"] != FILE).cloned();
    json!({
        "command": manifest["command"],
        "tables": std::iter::once(case).chain(tables).collect::<Vec<_>>(),
        "inputs": manifest["inputs"],
        "outputs": others.collect::<Vec<_>>(),
        "selftest": manifest["selftest"],
    })
}

/// Characters that nobody sees, or that turn the direction of writing, are shown as their codes.
pub(super) fn show(value: &mut Value) {
    match value {
        Value::String(text) => *text = visible(text),
        Value::Array(items) => items.iter_mut().for_each(show),
        Value::Object(items) => items.values_mut().for_each(show),
        _ => {}
    }
}
