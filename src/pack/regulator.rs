//! What the supervisory authority may see: every controller with its figures, accounts by pseudonym, causes, coverage,
//! the manifest; no data subject, object or unit.
//!
//! Counts of people under five are told as `<5`. Accounts have pseudonyms of the regulator's own key, so that its set
//! cannot be held beside a controller's pack.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::figures::suppressed;
use super::keys::Pseudonyms;
use super::owners::{Kind, Owners, Reader};
use super::write::has_letters;
use crate::evidence::sha256;
use crate::report::cells::Table;
use crate::report::{Finished, FolderProblem, Row};

/// Columns of answers that count people.
const PEOPLE: [&str; 12] = [
    "subjects_min",
    "subjects_max",
    "subjects_confirmed",
    "subjects_probable",
    "subjects_possible",
    "subjects_u1",
    "subjects_u2",
    "children_min",
    "protected_min",
    "population",
    "undecided",
    "subjects_undecided",
];

const README: &str = "For the supervisory authority. It names controllers, and no data subject, object or unit.\n\n\
    controllers.csv  every controller of the case with its status and figures; counts of people from one to four are <5\n\
    accounts.csv     accounts with a verdict, by pseudonym (acct-); the processor can undo them with its keys\n\
    causes.json      which stories of how it came about remain, and what speaks for and against each\n\
    coverage.csv     what the logs can show: lines of each source and hour, and holes\n\
    manifest.json    what was read and written by the scan, with digests; without its remarks, which may name accounts; the\n\
    \u{20}                files of the answer itself are the processor's\n\
    SHA256SUMS       `sha256sum -c SHA256SUMS` tells whether a file was changed\n";

/// The manifest without its remarks, which may name accounts in sentences.
fn manifest(whole: &[u8]) -> Result<Vec<u8>, String> {
    let mut manifest: Value = serde_json::from_slice(whole).map_err(|error| error.to_string())?;
    if let Some(fields) = manifest.as_object_mut() {
        fields.remove("remarks");
    }
    Ok(format!("{manifest:#}\n").into_bytes())
}

/// The files, by name.
///
/// # Errors
/// A sentence: the answer was changed, or a table cannot be encoded.
pub(super) fn files(
    answer: &Finished,
    columns: &[String],
    controllers: &[Row],
    owners: &Owners,
    names: &mut Pseudonyms<'_>,
) -> Result<BTreeMap<&'static str, Vec<u8>>, String> {
    let mut files = BTreeMap::new();
    let words = |problem: FolderProblem| problem.to_string();
    let controllers = table(columns, controllers, |_, cell| cell.to_owned()).map_err(words)?;
    files.insert("controllers.csv", controllers);
    let accounts = answer.bytes("accounts.csv")?;
    let mut reader = csv::Reader::from_reader(&accounts[..]);
    let header = reader.headers().map_err(|e| e.to_string())?.clone();
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    let rows = answer.rows("accounts.csv")?;
    let accounts = table(&header, &rows, |column, cell| match column {
        "account" => names.of("acct", cell),
        _ => cell.to_owned(),
    });
    files.insert("accounts.csv", accounts.map_err(words)?);
    let findings = answer.findings(&mut |_| None)?;
    let causes = causes(&findings["cause"], owners, names);
    files.insert("causes.json", format!("{causes:#}\n").into_bytes());
    files.insert("coverage.csv", answer.bytes("coverage.csv")?);
    files.insert("manifest.json", manifest(&answer.manifest()?)?);
    files.insert("README.txt", README.as_bytes().to_vec());
    let sums: String = files
        .iter()
        .map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes)))
        .collect();
    files.insert("SHA256SUMS", sums.into_bytes());
    Ok(files)
}

fn table(
    columns: &[String],
    rows: &[Row],
    mut cell_of: impl FnMut(&str, &str) -> String,
) -> Result<Vec<u8>, FolderProblem> {
    let header: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&header)?;
    for row in rows {
        let cells: Vec<String> = header
            .iter()
            .map(|column| {
                let cell = row.get(*column).map_or("", String::as_str);
                match PEOPLE.contains(column) {
                    true => suppressed(cell),
                    false => cell_of(column, cell),
                }
            })
            .collect();
        table.row(&cells)?;
    }
    table.finish()
}

/// The stories and what speaks for and against them; names in their sentences by pseudonym.
fn causes(cause: &Value, owners: &Owners, names: &mut Pseudonyms<'_>) -> Value {
    let mut said = |value: &Value| {
        value
            .as_str()
            .map(|text| without_names(text, owners, names))
    };
    let stories: Vec<Value> = cause["hypotheses"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|story| {
            let mut list = |key: &str| -> Vec<Option<String>> {
                story[key].as_array().into_iter().flatten().map(&mut said).collect()
            };
            let (pro, con) = (list("for"), list("against"));
            json!({
                "hypothesis": story["hypothesis"], "words": story["words"], "remains": story["remains"],
                "for": pro, "against": con,
            })
        })
        .collect();
    json!({
        "schema": "breachscope.causes/1",
        "outcome": said(&cause["outcome"]),
        "determined": cause["determined"],
        "hypotheses": stories,
    })
}

/// A sentence in which accounts stand by pseudonym and everything else that the regulator may not see is masked.
/// Digits alone are figures in a sentence.
fn without_names(text: &str, owners: &Owners, names: &mut Pseudonyms<'_>) -> String {
    let mut hits = owners.in_reading(Reader::Regulator, text);
    hits.retain(|hit| has_letters(&hit.text));
    hits.sort_by_key(|hit| (hit.span.0, std::cmp::Reverse(hit.span.1)));
    let mut out = String::new();
    let mut at = 0;
    for hit in hits.iter().filter(|hit| hit.span.1 > 0) {
        if hit.span.0 < at {
            continue;
        }
        out.push_str(&text[at..hit.span.0]);
        match hit.kind {
            Kind::Account => out.push_str(&names.of("acct", &hit.text)),
            _ => out.push_str(super::mask::MASKED),
        }
        at = hit.span.1;
    }
    out.push_str(&text[at..]);
    out
}
