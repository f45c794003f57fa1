//! An annex that can be attached to a letter: one self-contained page, as HTML without scripts or as Markdown.
//!
//! Both are made from the same sections, so that they say the same.

use super::{Statements, bounds, codes, counts, window, word};
use crate::claims::{Claim, Finding, Outcome};
use crate::report::BUILD;
use crate::report::cells::visible;

/// What an annex is made of.
enum Part {
    Title(String),
    Heading(String),
    Text(String),
    Quote(String),
    Items(Vec<String>),
    /// Header and rows.
    Table(Vec<&'static str>, Vec<Vec<String>>),
    /// A raw line: where it stands, and its text.
    Line(String, String),
}

/// The annex as HTML.
pub fn statements_html(all: &Statements<'_>) -> String {
    let mut out = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Statements held against the logs</title>\n<style>\n\
         body{font:15px/1.5 serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111;background:#fff}\n\
         table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3em .5em;text-align:left;\
         vertical-align:top;overflow-wrap:anywhere}\n\
         pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f3f3;padding:.5em}\n\
         blockquote{margin:0 0 0 1em;padding-left:1em;border-left:3px solid #888}\nh2{margin-top:2em}\n\
         @media print{h2,h3{break-after:avoid}}\n</style>\n</head>\n<body>\n",
    );
    for part in parts(all) {
        out.push_str(&html(&part));
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// The annex as Markdown.
pub fn statements_markdown(all: &Statements<'_>) -> String {
    let parts: Vec<String> = parts(all).iter().map(markdown).collect();
    parts.join("\n")
}

fn parts(all: &Statements<'_>) -> Vec<Part> {
    let mut parts = vec![
        Part::Title(format!(
            "Statements held against the logs: case {}",
            all.case.id
        )),
        Part::Text(format!(
            "{} statement(s) from {}: {} supported, {} contradicted, {} not determinable.",
            all.findings.len(),
            all.claims.file_name,
            all.count(Outcome::Supported),
            all.count(Outcome::Contradicted),
            all.count(Outcome::NotDeterminable)
        )),
        Part::Heading("Result".to_owned()),
        Part::Table(
            vec!["Id", "Statement", "Where", "Outcome", "Bounds", "Codes"],
            all.both()
                .map(|(claim, finding)| row(claim, finding))
                .collect(),
        ),
    ];
    if !all.pairs.is_empty() {
        parts.push(Part::Heading("Statements that cannot both hold".to_owned()));
        let pair = |pair: &crate::claims::Pair| {
            format!(
                "{} and {}: {}.",
                all.id(pair.first),
                all.id(pair.second),
                pair.why
            )
        };
        parts.push(Part::Items(all.pairs.iter().map(pair).collect()));
    }
    for (claim, finding) in all.both() {
        parts.extend(one(all, claim, finding));
    }
    parts.extend(method());
    parts.extend(inputs(all));
    parts
}

fn row(claim: &Claim, finding: &Finding) -> Vec<String> {
    vec![
        claim.id.clone(),
        if claim.says.is_empty() {
            claim.kind.word().to_owned()
        } else {
            claim.says.clone()
        },
        claim.source.clone(),
        word(finding.outcome).to_owned(),
        bounds(finding),
        codes(finding).replace(';', "; "),
    ]
}

/// What a finding rests on: which source records what and when, and what is taken for granted.
pub(super) fn rests_on(finding: &Finding) -> impl Iterator<Item = String> {
    sources(finding).chain(finding.assumptions.iter().cloned())
}

fn sources(finding: &Finding) -> impl Iterator<Item = String> {
    finding.cover.sources.iter().map(|source| {
        let span = source.span.map_or("no stamp".to_owned(), |(first, last)| {
            format!("{first} to {last}")
        });
        format!(
            "Source {} records {}: {span}.",
            source.name,
            source.routes.join(", ")
        )
    })
}

fn one(all: &Statements<'_>, claim: &Claim, finding: &Finding) -> Vec<Part> {
    let mut parts = vec![Part::Heading(format!(
        "{}: {}",
        claim.id,
        word(finding.outcome)
    ))];
    if !claim.says.is_empty() {
        parts.push(Part::Quote(claim.says.clone()));
    }
    parts.push(Part::Text(finding.why.clone()));
    let mut facts = vec![
        format!(
            "Kind: {}. Bounds: {} {}.",
            claim.kind.word(),
            bounds(finding),
            counts(finding)
        ),
        format!("Time: {} ({}).", window(finding), finding.cover.basis),
    ];
    facts.extend(sources(finding));
    facts.extend(
        finding
            .cover
            .doubts
            .iter()
            .map(|(reason, basis)| format!("{}: {basis}.", reason.code())),
    );
    facts.extend(finding.cover.holes.iter().map(|hole| {
        format!(
            "{}: {} until {}: {}.",
            hole.reason().code(),
            hole.from,
            hole.until,
            hole.basis
        )
    }));
    facts.extend(finding.assumptions.iter().cloned());
    parts.push(Part::Items(facts));
    for example in &finding.examples {
        let place = format!(
            "{} sha256 {}",
            all.place(example),
            all.digest(example).unwrap_or("withheld")
        );
        let text = all.line(example);
        parts.push(Part::Line(
            place,
            text.unwrap_or_else(|| "(withheld: protected identity)".to_owned()),
        ));
    }
    let shown = finding.examples.len() as u64;
    if finding.against > shown {
        parts.push(Part::Text(format!(
            "{} more speak against it.",
            finding.against - shown
        )));
    }
    parts
}

fn method() -> Vec<Part> {
    vec![
        Part::Heading("Method".to_owned()),
        Part::Text(
            "Every line of every log was read again. A statement is about a quantity that the logs bound by what they prove and what \
             they leave room for. It is supported where both bounds bear it out, contradicted where one rules it out, and not \
             determinable otherwise; there is no probability and no grade. What was not logged, could not be read or has no \
             byte count widens the upper bound, for the reason that its code names. A disclosure is confirmed where the log shows an \
             answer with content; it is beyond scope where no grant of the account covered the object at that instant."
                .to_owned(),
        ),
        Part::Items(
            [
                "NO_LOG: a route that no source logs",
                "GAP: a hole in a log",
                "BEFORE_START, RETENTION: the logs begin later, or end earlier, than the time asked about",
                "NO_ACCOUNT, NO_OBJECT, NO_BODY, NO_STATUS: the line does not say who, what, how much, or with which status",
                "NO_DIRECTORY, NO_GRANTS: the tables do not know the object, or who may see what",
                "SHARED_ACCOUNT: several people use the account",
                "SAMPLED, CLOCK, UNPARSED, INTEGRITY: the log is a sample, its clock is wrong, lines cannot be read, a file is damaged",
                "NO_PROBE: nothing tried it",
                "AMBIGUOUS: several readings fit",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
    ]
}

fn inputs(all: &Statements<'_>) -> Vec<Part> {
    let mut rows = vec![
        vec![
            all.case.file_name.clone(),
            "case".to_owned(),
            String::new(),
            all.case.sha256.clone(),
        ],
        vec![
            all.claims.file_name.clone(),
            "statements".to_owned(),
            String::new(),
            all.claims.sha256.clone(),
        ],
    ];
    rows.extend(all.case.tables.iter().map(|table| {
        vec![
            table.path.clone(),
            "table".to_owned(),
            table.bytes.to_string(),
            table.sha256.clone(),
        ]
    }));
    rows.extend(all.logs.iter().map(|log| {
        let copy = log
            .copy_of
            .as_ref()
            .map_or(String::new(), |of| format!(", a copy of {of}"));
        vec![
            log.name.clone(),
            format!("log of {}{copy}", log.source),
            log.bytes.to_string(),
            log.sha256.clone(),
        ]
    }));
    vec![
        Part::Heading("What was read".to_owned()),
        Part::Table(vec!["File", "What it is", "Bytes", "SHA-256"], rows),
        Part::Text(format!(
            "Made with breachscope {BUILD}. The same files give the same annex, byte for byte."
        )),
    ]
}

fn html(part: &Part) -> String {
    let list = |items: &[String]| -> String {
        items
            .iter()
            .map(|item| format!("<li>{}</li>\n", escaped(item)))
            .collect()
    };
    match part {
        Part::Title(text) => format!("<h1>{}</h1>\n", escaped(text)),
        Part::Heading(text) => format!("<h2>{}</h2>\n", escaped(text)),
        Part::Text(text) => format!("<p>{}</p>\n", escaped(text)),
        Part::Quote(text) => format!("<blockquote>{}</blockquote>\n", escaped(text)),
        Part::Items(items) => format!("<ul>\n{}</ul>\n", list(items)),
        Part::Line(place, text) => format!(
            "<p><code>{}</code></p>\n<pre>{}</pre>\n",
            escaped(place),
            escaped(text)
        ),
        Part::Table(header, rows) => {
            let head: String = header
                .iter()
                .map(|cell| format!("<th>{}</th>", escaped(cell)))
                .collect();
            let row = |row: &Vec<String>| {
                let cells: String = row
                    .iter()
                    .map(|cell| format!("<td>{}</td>", escaped(cell)))
                    .collect();
                format!("<tr>{cells}</tr>\n")
            };
            let rows: String = rows.iter().map(row).collect();
            format!("<table>\n<tr>{head}</tr>\n{rows}</table>\n")
        }
    }
}

/// Text for HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
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

fn markdown(part: &Part) -> String {
    let cells = |row: &[String]| {
        format!(
            "| {} |\n",
            row.iter().map(|c| plain(c)).collect::<Vec<_>>().join(" | ")
        )
    };
    match part {
        Part::Title(text) => format!("# {}\n", plain(text)),
        Part::Heading(text) => format!("## {}\n", plain(text)),
        Part::Text(text) => format!("{}\n", plain(text)),
        Part::Quote(text) => format!("> {}\n", plain(text)),
        Part::Items(items) => items
            .iter()
            .map(|item| format!("- {}\n", plain(item)))
            .collect(),
        // An indented block shows whatever stands in it as it is.
        Part::Line(place, text) => format!("{}\n\n    {}\n", plain(place), visible(text)),
        Part::Table(header, rows) => {
            let names: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
            let rule = format!("|{}\n", "---|".repeat(names.len()));
            let rows: String = rows.iter().map(|row| cells(row)).collect();
            format!("{}{rule}{rows}", cells(&names))
        }
    }
}

/// Text in which nothing acts on Markdown or HTML.
pub(in crate::report) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
