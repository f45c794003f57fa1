//! What an audit found, in words for a terminal and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Audit, Finding, NOT_CHECKED};
use crate::sequence::text as escaped;

/// Findings of one file and column that are printed; the rest is counted, and stands in the JSON.
const SHOWN: usize = 20;

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
    let mut told: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in &audit.findings {
        let count = told.entry((&one.file, &one.column)).or_default();
        *count += 1;
        if *count <= SHOWN {
            out.push_str(&line(one));
        }
    }
    for ((file, column), count) in told.into_iter().filter(|(_, count)| *count > SHOWN) {
        let (file, column) = (escaped(file.as_bytes()), escaped(column.as_bytes()));
        let more = count - SHOWN;
        let _ = writeln!(
            out,
            "{file}: {column}: and {more} more of these (--json has all)"
        );
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
        "contradicted" => format!("contradicted: {} findings", audit.findings.len()),
        "unreadable" => "not decided: a log cannot be read".to_owned(),
        _ => "not decided: nothing is contradicted, but not everything is there to be looked at"
            .to_owned(),
    };
    let _ = writeln!(out, "Outcome      {said}");
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
