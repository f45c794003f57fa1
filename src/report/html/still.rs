//! What the page shows without a script: the five sentences and the ledger of controllers, as escaped markup.

use serde_json::Value;

use super::clock::seconds;
use super::gather::Page;

/// Text that markup cannot begin in.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The sentences as items of a list.
pub(super) fn sentences(page: &Page) -> String {
    let items = page.sentences.iter();
    items
        .map(|said| format!("<li>{}</li>\n", escaped(said)))
        .collect()
}

/// The ledger as a table.
pub(super) fn ledger(page: &Page) -> String {
    let heads = [
        "controller",
        "status",
        "min",
        "max",
        "population",
        "first",
        "last",
        "reasons",
    ];
    let heads: String = heads
        .iter()
        .map(|key| {
            let class = if NUMBERS.contains(key) {
                " class=\"num\""
            } else {
                ""
            };
            format!(
                "<th scope=\"col\"{class}>{}</th>",
                escaped(&page.words.word(&format!("column.{key}")))
            )
        })
        .collect();
    let rows: String = page.data.rest["controllers"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| self::row(page, row))
        .collect();
    format!("<table><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table>")
}

/// Columns that stand to the right.
const NUMBERS: [&str; 3] = ["min", "max", "population"];

fn row(page: &Page, row: &Value) -> String {
    let text = |key: &str| row[key].as_str().unwrap_or_default();
    let when = |key: &str| {
        let at = seconds(text(key));
        at.map_or_else(String::new, |at| page.words.when(&page.zone, at, "short"))
    };
    let mut cells = String::new();
    let name = match (text("id"), text("name")) {
        (id, name) if id == name || name.is_empty() => id.to_owned(),
        (id, name) => format!("{id} \u{b7} {name}"),
    };
    cells.push_str(&format!("<th scope=\"row\">{}</th>", escaped(&name)));
    let status = page.words.word(&format!("status.{}", text("status")));
    cells.push_str(&format!("<td>{}</td>", escaped(&status)));
    for key in NUMBERS {
        let number = page.words.number_or_unknown(row[key].as_u64());
        cells.push_str(&format!("<td class=\"num\">{}</td>", escaped(&number)));
    }
    let reasons = row["reasons"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let reasons = reasons.collect::<Vec<_>>().join(", ");
    for cell in [when("first"), when("last"), reasons] {
        cells.push_str(&format!("<td>{}</td>", escaped(&cell)));
    }
    format!("<tr>{cells}</tr>\n")
}
