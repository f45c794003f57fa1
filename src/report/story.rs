//! The story of one account, from a finished answer: its scope over time, what it did beyond it, each signal, what was
//! explained, and what would change the verdict. Text for a terminal of 80 columns; logged names cannot act on it.

use std::fmt::Write as _;

use serde_json::Value;

use super::finished::Finished;
use crate::sequence::text as escaped;

/// Rows of each list that are shown.
const SHOWN: usize = 8;

/// The account's entry in the answer.
///
/// # Errors
/// A sentence: the answer was changed, or lists no such account.
pub fn of(answer: &Finished, account: &str) -> Result<Value, String> {
    let findings = answer.json("findings.json")?;
    let empty = Vec::new();
    let all = findings["accounts"].as_array().unwrap_or(&empty);
    if let Some(found) = all.iter().find(|row| row["account"] == account) {
        return Ok(found.clone());
    }
    let mut near: Vec<(usize, &str)> = all
        .iter()
        .filter_map(|row| row["account"].as_str())
        .map(|name| (strsim::levenshtein(name, account), name))
        .collect();
    near.sort_unstable();
    let near: Vec<String> = near.iter().take(3).map(|(_, name)| clean(name)).collect();
    Err(format!(
        "this answer lists no account \"{}\": it has no verdict, which does not mean that it did nothing{}",
        clean(account),
        match near.is_empty() {
            true => String::new(),
            false => format!("; the nearest listed names are {}", near.join(", ")),
        }
    ))
}

/// The story as text.
pub fn tell(row: &Value) -> String {
    let mut text = String::new();
    let word = |key: &str| clean(row[key].as_str().unwrap_or(""));
    let list = |key: &str| -> String {
        let items = row[key]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        items.map(clean).collect::<Vec<_>>().join(", ")
    };
    let _ = writeln!(
        text,
        "{}: {}",
        word("account"),
        or(&word("verdict"), "no verdict")
    );
    let _ = writeln!(
        text,
        "  {} of {}; kind {}; scope by {}",
        or(&list("roles"), "no role"),
        or(&list("belongs_to"), "no controller"),
        or(&word("kind"), "not said"),
        word("scope")
    );
    if let Some(said) = row["scope_rests_on"].as_str() {
        let _ = writeln!(text, "\nIts scope is inferred\n  {}", wrapped(&clean(said)));
    }
    section(
        &mut text,
        "Scope over time",
        row["grants"].as_array(),
        |grant| {
            format!(
                "{} {} in {}{}{}",
                span(grant),
                clean(grant["role"].as_str().unwrap_or("")),
                clean(grant["unit"].as_str().unwrap_or("")),
                grant["form"]
                    .as_str()
                    .map_or(String::new(), |form| format!(", form {}", clean(form))),
                if grant["protected"] == true {
                    ", protected too"
                } else {
                    ""
                }
            )
        },
    );
    let _ = writeln!(
        text,
        "\nBeyond scope\n  {} requests, {} attempts in vain, {} objects, {} subjects confirmed, {} probable\n  {} of {} \
         first contacts unexplained; from {} to {}",
        row["accesses"],
        row["attempts"],
        row["objects_beyond_scope"],
        row["subjects_confirmed"],
        row["subjects_probable"],
        row["first_contacts_unexplained"],
        row["first_contacts"],
        word("first_seen"),
        word("last_seen")
    );
    section(
        &mut text,
        "Its visits beyond scope",
        row["visits"].as_array(),
        |visit| {
            format!(
                "{} to {}: {} requests, {} objects, {} controllers, from {}",
                clean(visit["first"].as_str().unwrap_or("")),
                clean(visit["last"].as_str().unwrap_or("")),
                visit["requests"],
                visit["objects"],
                visit["controllers"],
                clean(visit["client"].as_str().unwrap_or(""))
            )
        },
    );
    section(
        &mut text,
        "Explained, so held against nobody",
        row["explained"].as_array(),
        |one| {
            format!(
                "{} contacts: {}",
                one["contacts"],
                clean(one["template"].as_str().unwrap_or(""))
            )
        },
    );
    signals(&mut text, row);
    if let Some(said) = row["other_client"]["said"].as_str() {
        let _ = writeln!(text, "\nAnother client\n  {}", wrapped(said));
    }
    section(
        &mut text,
        "Ordered runs with something missing",
        row["runs"].as_array(),
        |run| wrapped(&clean(&missing(run))),
    );
    section(
        &mut text,
        "What would change the verdict",
        row["would_change"].as_array(),
        |one| wrapped(&clean(one.as_str().unwrap_or(""))),
    );
    section(
        &mut text,
        "First lines",
        row["requests_beyond_scope"]["first"].as_array(),
        |one| clean(one.as_str().unwrap_or("")),
    );
    text
}

/// What is missing in a run, in a sentence.
fn missing(run: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let refused: Vec<String> = run["gaps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|gap| gap["refused"].as_str().map(str::to_owned))
        .collect();
    let gaps = match (run["missing"].as_u64(), refused.first()) {
        (Some(0) | None, _) => String::new(),
        (Some(missing), why) => format!(
            "; {missing} missing inside, {} of them known to the directory: {} subjects count as possible{}",
            run["known"],
            run["subjects_possible"],
            why.map_or(String::new(), |why| format!(
                ", {} gap(s) not filled in: {why}",
                refused.len()
            ))
        ),
    };
    let end = &run["end"];
    let end = match (end["refused"].as_str(), end["estimate"].as_f64()) {
        (Some(why), _) => format!("; end unknown: {why}"),
        (None, Some(estimate)) => format!(
            "; about {estimate:.0} in all, at most {} at 95 % (German tank)",
            end["until_95"]
        ),
        (None, None) => String::new(),
    };
    format!(
        "{} of {} {} to {} in steps of {}, {} seen{gaps}{end}",
        word(&run["what"]),
        match run["container"].as_str() {
            Some(container) => format!("container {container},"),
            None => format!("route {},", word(&run["route"])),
        },
        word(&run["from"]),
        word(&run["until"]),
        run["stride"],
        run["seen"],
    )
}

fn signals(text: &mut String, row: &Value) {
    let _ = writeln!(text, "\nSignals (figure, from where on it speaks)");
    for signal in row["signals"].as_array().into_iter().flatten() {
        let fired = signal["fired"] == true;
        let number = |key: &str| signal[key].as_f64().unwrap_or(0.0);
        let _ = writeln!(
            text,
            "  {} {:<12} {:>9.2} of {:>7.2}",
            if fired { "*" } else { " " },
            signal["signal"].as_str().unwrap_or(""),
            number("figure"),
            number("threshold")
        );
        if fired {
            let _ = writeln!(
                text,
                "      {}",
                wrapped(signal["null_model"].as_str().unwrap_or(""))
            );
        }
    }
}

fn section(
    text: &mut String,
    title: &str,
    rows: Option<&Vec<Value>>,
    line: impl Fn(&Value) -> String,
) {
    let Some(rows) = rows.filter(|rows| !rows.is_empty()) else {
        return;
    };
    let _ = writeln!(text, "\n{title}");
    for row in rows.iter().take(SHOWN) {
        let _ = writeln!(text, "  {}", line(row));
    }
    if rows.len() > SHOWN {
        let _ = writeln!(text, "  … and {} more in findings.json", rows.len() - SHOWN);
    }
}

fn span(grant: &Value) -> String {
    let end = |key: &str, open: &str| clean(grant[key].as_str().unwrap_or(open));
    format!("{} – {}:", end("from", "always"), end("until", "open"))
}

fn or(text: &str, other: &str) -> String {
    if text.is_empty() {
        other.to_owned()
    } else {
        text.to_owned()
    }
}

fn clean(text: &str) -> String {
    escaped(text.as_bytes())
}

/// Broken into lines of a terminal.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count() + 1;
        if width + length > 72 && width > 0 {
            lines.push_str("\n      ");
            width = 0;
        }
        lines.push_str(word);
        lines.push(' ');
        width += length;
    }
    lines.trim_end().to_owned()
}
