//! One answer's files against the truth of its case: counts only. Reads both as a stranger would, with no code of the
//! program's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// What an account can be called; the last is not to be listed.
pub const VERDICTS: [&str; 5] = ["enumeration", "probing", "overreach", "harvest", "none"];

type Row = BTreeMap<String, String>;

/// What came of one case, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Cases.
    pub cases: u64,
    /// Accounts and addresses in the logs.
    pub seen: u64,
    /// Accounts by what they are (row) and what they were called (column), in the order of [`VERDICTS`]; evidence whole.
    pub called: [[u64; 5]; 5],
    /// Accounts that enumerated, and those of them that were called otherwise; evidence whole.
    pub enumerating: u64,
    /// See `enumerating`.
    pub missed: u64,
    /// Accounts and addresses called enumeration that are honest.
    pub accused: u64,
    /// Accounts that are not honest.
    pub raiders: u64,
    /// Controllers, and those that were affected.
    pub controllers: u64,
    /// See `controllers`.
    pub affected: u64,
    /// Affected controllers that the answer excludes.
    pub falsely_excluded: u64,
    /// Controllers with a lower bound above the truth.
    pub above_truth: u64,
    /// Controllers whose status or confirmed count is not exactly the truth's; evidence whole.
    pub inexact: u64,
    /// Subjects that were disclosed; evidence whole.
    pub subjects: u64,
    /// Those that the answer does not list, or with another certainty.
    pub subjects_missed: u64,
    /// Those that it lists and that were not disclosed so.
    pub subjects_added: u64,
    /// Requests in the logs, and by how many the answer is off; evidence whole.
    pub lines: u64,
    /// See `lines`.
    pub lines_off: u64,
}

impl Marks {
    /// Accounts that took or tried something.
    pub fn guilty(&self) -> u64 {
        self.raiders
    }

    /// Things that must not happen where the evidence is whole.
    pub fn wrong_when_whole(&self) -> u64 {
        self.missed
            + self.accused
            + self.falsely_excluded
            + self.above_truth
            + self.inexact
            + self.subjects_missed
            + self.subjects_added
            + self.lines_off
    }

    /// Takes in another's.
    pub fn add(&mut self, other: &Marks) {
        for (have, more) in self.numbers().into_iter().zip(other.clone().numbers()) {
            *have += *more;
        }
        for (row, more) in self.called.iter_mut().zip(&other.called) {
            for (cell, more) in row.iter_mut().zip(more) {
                *cell += more;
            }
        }
    }

    fn numbers(&mut self) -> [&mut u64; 15] {
        [
            &mut self.cases,
            &mut self.seen,
            &mut self.enumerating,
            &mut self.missed,
            &mut self.accused,
            &mut self.raiders,
            &mut self.controllers,
            &mut self.affected,
            &mut self.falsely_excluded,
            &mut self.above_truth,
            &mut self.inexact,
            &mut self.subjects,
            &mut self.subjects_missed,
            &mut self.subjects_added,
            &mut self.lines,
        ]
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        json!({
            "cases": self.cases,
            "accounts_and_addresses": self.seen,
            "enumerating": self.enumerating, "enumerating_missed": self.missed, "honest_accused": self.accused,
            "controllers": self.controllers, "affected": self.affected, "falsely_excluded": self.falsely_excluded,
            "lower_bound_above_truth": self.above_truth, "controllers_inexact": self.inexact,
            "subjects": self.subjects, "subjects_missed": self.subjects_missed, "subjects_added": self.subjects_added,
            "requests": self.lines, "requests_off": self.lines_off,
            "called": VERDICTS.iter().zip(&self.called).map(|(is, row)| {
                json!({ "is": is, "called": VERDICTS.iter().zip(row).map(|(said, n)| ((*said).to_owned(), json!(n)))
                    .collect::<serde_json::Map<_, _>>() })
            }).collect::<Vec<_>>(),
        })
    }
}

/// Judges an answer. `whole`: nothing is lacking, so figures must be exact.
pub(super) fn marks(case: &Path, answer: &Path, whole: bool) -> Result<Marks, String> {
    let truth = json_of(&case.join("truth.json"))?;
    let findings = json_of(&answer.join("findings.json"))?;
    let mut marks = Marks {
        cases: 1,
        seen: findings["totals"]["accounts_and_addresses_seen"]
            .as_u64()
            .ok_or("findings.json does not say how many accounts were seen")?,
        ..Marks::default()
    };
    accounts(
        &mut marks,
        &truth,
        &rows(&answer.join("accounts.csv"))?,
        whole,
    );
    controllers(
        &mut marks,
        &truth,
        &rows(&answer.join("controllers.csv"))?,
        whole,
    )?;
    if whole {
        subjects(&mut marks, &truth, &rows(&answer.join("subjects.csv"))?);
        lines(&mut marks, &truth, &json_of(&answer.join("manifest.json"))?);
    }
    Ok(marks)
}

fn accounts(marks: &mut Marks, truth: &Value, rows: &[Row], whole: bool) {
    let called: BTreeMap<&str, &str> = rows
        .iter()
        .map(|row| (cell(row, "account"), cell(row, "verdict")))
        .collect();
    let empty = serde_json::Map::new();
    let known = truth["accounts"].as_object().unwrap_or(&empty);
    let is = |account: &str| {
        known
            .get(account)
            .and_then(|row| row["verdict"].as_str())
            .unwrap_or("none")
    };
    let place = |verdict: &str| VERDICTS.iter().position(|one| *one == verdict).unwrap_or(4);
    let raider = |verdict: &str| matches!(verdict, "enumeration" | "probing" | "harvest");
    marks.raiders = known.keys().filter(|account| raider(is(account))).count() as u64;
    let accused =
        |(account, verdict): &(&&str, &&str)| **verdict == "enumeration" && !raider(is(account));
    marks.accused = called.iter().filter(accused).count() as u64;
    if !whole {
        return;
    }
    let all: BTreeSet<&str> = called
        .keys()
        .copied()
        .chain(known.keys().map(String::as_str))
        .collect();
    for account in &all {
        let (is, said) = (is(account), called.get(account).copied().unwrap_or("none"));
        marks.called[place(is)][place(said)] += 1;
        marks.enumerating += u64::from(is == "enumeration");
        marks.missed += u64::from(is == "enumeration" && said != is);
    }
    marks.called[4][4] += marks.seen.saturating_sub(all.len() as u64);
}

fn controllers(marks: &mut Marks, truth: &Value, rows: &[Row], whole: bool) -> Result<(), String> {
    let told = truth["controllers"]
        .as_object()
        .ok_or("truth.json has no controllers")?;
    for (name, is) in told {
        let row = rows
            .iter()
            .find(|row| cell(row, "controller") == name)
            .ok_or_else(|| format!("controllers.csv lacks {name}"))?;
        let part = |key: &str| is[key].as_u64().unwrap_or(0);
        let disclosed = part("subjects_confirmed") + part("subjects_probable");
        let least: u64 = cell(row, "subjects_min")
            .parse()
            .map_err(|_| "subjects_min is no number")?;
        let status = cell(row, "status");
        marks.controllers += 1;
        marks.affected += u64::from(disclosed > 0);
        marks.falsely_excluded += u64::from(disclosed > 0 && status == "excluded");
        marks.above_truth += u64::from(least > disclosed);
        let exact = is["status"] == status && least == part("subjects_confirmed");
        marks.inexact += u64::from(whole && !exact);
    }
    Ok(())
}

fn subjects(marks: &mut Marks, truth: &Value, rows: &[Row]) {
    const KEYS: [&str; 3] = ["subject", "controller", "certainty"];
    let word = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let are: BTreeSet<[String; 3]> = truth["subjects"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| KEYS.map(|key| word(&row[key])))
        .collect();
    let said: BTreeSet<[String; 3]> = rows
        .iter()
        .map(|row| KEYS.map(|key| cell(row, key).to_owned()))
        .collect();
    marks.subjects = are.len() as u64;
    marks.subjects_missed = are.difference(&said).count() as u64;
    marks.subjects_added = said.difference(&are).count() as u64;
}

fn lines(marks: &mut Marks, truth: &Value, manifest: &Value) {
    let inputs = manifest["inputs"].as_array();
    let sum = |key: &str| -> u64 {
        let inputs = inputs.into_iter().flatten();
        inputs.filter_map(|input| input[key].as_u64()).sum()
    };
    let counted = sum("parsed").saturating_sub(sum("parsed_but_counted_elsewhere"));
    marks.lines = truth["lines"]["records"].as_u64().unwrap_or(0);
    marks.lines_off = marks.lines.abs_diff(counted);
}

fn cell<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn rows(path: &Path) -> Result<Vec<Row>, String> {
    let problem = |error: csv::Error| format!("{}: {error}", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(problem)?;
    reader
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(problem)
}

fn json_of(path: &Path) -> Result<Value, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// Rows of marks as an aligned table.
pub(super) fn table(title: &str, rows: &[(&'static str, Marks)]) -> String {
    let mut text = format!(
        "{title}\n  {:<16} {:>5} {:>9} {:>13} {:>9} {:>13} {:>17} {:>14}\n",
        "",
        "cases",
        "requests",
        "enumerations",
        "accused",
        "controllers",
        "falsely excluded",
        "subjects"
    );
    for (name, marks) in rows {
        let found = format!(
            "{} of {}",
            marks.enumerating - marks.missed,
            marks.enumerating
        );
        let subjects = format!(
            "{} of {}",
            marks.subjects - marks.subjects_missed,
            marks.subjects
        );
        let dash = |text: String, have: u64| if have == 0 { "-".to_owned() } else { text };
        let _ = writeln!(
            text,
            "  {name:<16} {:>5} {:>9} {:>13} {:>9} {:>13} {:>17} {:>14}",
            marks.cases,
            dash(marks.lines.to_string(), marks.lines),
            dash(found, marks.enumerating),
            marks.accused,
            marks.controllers,
            format!("{} of {}", marks.falsely_excluded, marks.affected),
            dash(subjects, marks.subjects),
        );
    }
    text.push('\n');
    text
}

/// What accounts are, and what they were called.
pub(super) fn verdicts(all: &Marks) -> String {
    let mut text =
        "Verdicts, evidence whole: what accounts are (rows), what they were called (columns)\n  "
            .to_owned();
    let _ = write!(text, "{:<16}", "");
    for said in VERDICTS {
        let _ = write!(text, " {said:>12}");
    }
    for (is, row) in VERDICTS.iter().zip(&all.called) {
        let _ = write!(text, "\n  {is:<16}");
        for number in row {
            let _ = write!(text, " {number:>12}");
        }
    }
    text.push('\n');
    text
}
