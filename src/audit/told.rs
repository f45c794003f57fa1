//! What an audit found, in words for a terminal and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Audit, Finding, NOT_CHECKED};
use crate::sequence::text as escaped;

/// Columns of one file of which the first finding is printed; the rest is counted, and stands in the JSON.
const COLUMNS: usize = 3;

/// A file's size and digest, as findings name them.
const BYTES: &str = "bytes by manifest.json";
const DIGEST: &str = "sha256 by manifest.json";

/// The JSON; `manifest` is the SHA-256 of the manifest as it lies there.
pub fn json(audit: &Audit, manifest: &str) -> Value {
    let findings = audit.findings.iter().map(|one| {
        json!({
            "file": one.file,
            "place": one.place,
            "column": one.column,
            "stands": one.stands,
            "say": one.say,
        })
    });
    let named = |list: &[(String, String)]| -> Vec<Value> {
        let one = |(file, why): &(String, String)| json!({ "file": file, "why": why });
        list.iter().map(one).collect()
    };
    let checked = audit.checked.iter();
    json!({
        "schema": "breachscope.verification/1",
        "manifest_sha256": manifest,
        "outcome": outcome(audit),
        "checked": checked.map(|(what, n)| json!({ "what": what, "count": n })).collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
        "not_available": named(&audit.absent),
        "unreadable": named(&audit.unreadable),
        "not_checked": NOT_CHECKED,
    })
}

fn outcome(audit: &Audit) -> &'static str {
    match () {
        () if !audit.findings.is_empty() => "contradicted",
        () if !audit.unreadable.is_empty() => "unreadable",
        () if !audit.absent.is_empty() => "undetermined",
        () => "holds",
    }
}

/// The text.
pub fn text(audit: &Audit) -> String {
    let mut out = String::new();
    if !audit.changed.is_empty() {
        let names: Vec<String> = audit
            .changed
            .iter()
            .map(|name| escaped(name.as_bytes()))
            .collect();
        let _ = writeln!(
            out,
            "Not the answer's inputs: {}. What follows may come from that alone: put back what the answer was made from, or \
             name its case with --case, before anything else is looked into\n",
            names.join(", ")
        );
    }
    for (file, findings) in by_file(audit) {
        out.push_str(&of_file(file, &findings, audit));
    }
    for (file, why) in &audit.absent {
        let _ = writeln!(
            out,
            "Not available  {}: {}",
            escaped(file.as_bytes()),
            escaped(why.as_bytes())
        );
    }
    for (file, why) in &audit.unreadable {
        let _ = writeln!(
            out,
            "Unreadable  {}: {}",
            escaped(file.as_bytes()),
            escaped(why.as_bytes())
        );
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let checked: Vec<String> = audit
        .checked
        .iter()
        .map(|(what, n)| format!("{n} {what}"))
        .collect();
    let _ = writeln!(out, "Checked      {}", checked.join(", "));
    for what in NOT_CHECKED {
        let _ = writeln!(out, "Not checked  {what}");
    }
    let said = match outcome(audit) {
        "holds" => "holds: every file by its digest, every cited line, and the figures that can be counted again; the rest stands above"
            .to_owned(),
        "contradicted" => match audit.findings.len() {
            1 => "contradicted: 1 finding".to_owned(),
            n => format!("contradicted: {n} findings"),
        },
        "unreadable" => "not decided: a log cannot be read".to_owned(),
        _ => "not decided: nothing is contradicted, but not everything is there to be looked at"
            .to_owned(),
    };
    let _ = writeln!(out, "Outcome      {said}");
    out
}

/// Findings by file, files in the order in which they were looked at.
fn by_file(audit: &Audit) -> Vec<(&str, Vec<&Finding>)> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut files: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for one in &audit.findings {
        let place = *places.entry(&one.file).or_insert_with(|| {
            files.push((&one.file, Vec::new()));
            files.len() - 1
        });
        files[place].1.push(one);
    }
    files
}

/// What is contradicted in a file: what is about all of it, then the first of each of some columns, then how many there are
/// besides. One wrong file makes hundreds, of which the first tells as much as all.
fn of_file(file: &str, findings: &[&Finding], audit: &Audit) -> String {
    let is_input = audit.changed.iter().any(|changed| changed == file);
    let columns = match audit.changed.is_empty() || is_input {
        true => COLUMNS,
        // The inputs are others: whatever differs, differs by that.
        false => 1,
    };
    let mut out = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown = 0;
    let digest = findings.iter().any(|one| one.column == DIGEST);
    for one in findings {
        let whole = one.place.is_empty();
        // The digest tells it all.
        if digest && one.column == BYTES {
            shown += 1;
            continue;
        }
        let first = !counts.contains_key(&*one.column);
        if whole || first && counts.len() < columns {
            out.push_str(&line(one));
            shown += 1;
        }
        if !whole {
            *counts.entry(&one.column).or_default() += 1;
        }
    }
    let left = findings.len() - shown;
    if left > 0 {
        let all = counts.iter();
        let all = all.map(|(column, n)| format!("{} {n}", escaped(column.as_bytes())));
        let all: Vec<String> = all.collect();
        let _ = writeln!(
            out,
            "              {}: {left} more of these ({}); --json has all",
            escaped(file.as_bytes()),
            all.join(", ")
        );
    }
    out
}

fn line(one: &Finding) -> String {
    let mut place = escaped(one.file.as_bytes());
    if !one.place.is_empty() {
        let _ = write!(place, ", {}", escaped(one.place.as_bytes()));
    }
    let (column, stands, say) = (&one.column, &one.stands, &one.say);
    let [column, stands, say] = [column, stands, say].map(|part| escaped(part.as_bytes()));
    // What is JSON brings its own quotation marks.
    let quoted = |said: String| match said.len() > 1 && said.starts_with('"') && said.ends_with('"')
    {
        true => said,
        false => format!("\"{said}\""),
    };
    let (stands, say) = (quoted(stands), quoted(say));
    format!("Contradicted  {place}: {column}: there stands {stands}, found was {say}\n")
}
