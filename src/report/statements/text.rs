//! The statements on a terminal: a block for each.

use super::{Statements, bounds, codes, counts, window, word};
use crate::claims::{Claim, Finding, Outcome};
use crate::report::cells::visible;

/// Raw lines that are shown of a statement.
const LINES: usize = 3;

/// The whole text.
pub fn statements_text(all: &Statements<'_>) -> String {
    let mut out = String::new();
    let ids = all
        .claims
        .claims
        .iter()
        .map(|claim| visible(&claim.id).chars().count());
    let wide = ids.max().unwrap_or(0);
    for (claim, finding) in all.both() {
        block(&mut out, all, claim, finding, wide);
    }
    for pair in &all.pairs {
        out.push_str(&format!(
            "{} and {} cannot both hold: {}.\n",
            visible(all.id(pair.first)),
            visible(all.id(pair.second)),
            visible(&pair.why)
        ));
    }
    if !all.pairs.is_empty() {
        out.push('\n');
    }
    out.push_str(&format!(
        "{} statement(s): {} supported, {} contradicted, {} not determinable\n",
        all.findings.len(),
        all.count(Outcome::Supported),
        all.count(Outcome::Contradicted),
        all.count(Outcome::NotDeterminable)
    ));
    out
}

/// What was quoted with its own quotation marks has no second pair.
fn in_quotes(said: &str) -> String {
    let pairs = [
        ('"', '"'),
        ('“', '”'),
        ('”', '”'),
        ('»', '«'),
        ('«', '»'),
        ('„', '“'),
    ];
    let own = pairs
        .iter()
        .any(|(open, close)| said.len() > 1 && said.starts_with(*open) && said.ends_with(*close));
    match own {
        true => said.to_owned(),
        false => format!("\"{said}\""),
    }
}

fn block(out: &mut String, all: &Statements<'_>, claim: &Claim, finding: &Finding, wide: usize) {
    let id = visible(&claim.id);
    let space = " ".repeat(wide - id.chars().count());
    let indent = " ".repeat(wide + 2);
    out.push_str(&format!(
        "{id}{space}  {:<16}  {}\n",
        word(finding.outcome),
        claim.kind.word()
    ));
    let mut line = |text: &str| out.push_str(&format!("{indent}{text}\n"));
    if !claim.says.is_empty() {
        let whose = match claim.source.is_empty() {
            true => String::new(),
            false => format!(" ({})", visible(&claim.source)),
        };
        line(&format!("{}{whose}", in_quotes(&visible(&claim.says))));
    }
    line(&visible(&finding.why));
    let mut facts = vec![format!("{} {}", bounds(finding), counts(finding))];
    if !finding.reasons.is_empty() {
        facts.push(codes(finding));
    }
    facts.push(window(finding));
    line(&facts.join("; "));
    if finding.outcome == Outcome::Supported {
        for fact in super::annex::rests_on(finding) {
            line(&format!("- {}", visible(&fact)));
        }
    }
    for (_, doubt) in &finding.cover.doubts {
        line(&format!("- {}", visible(doubt)));
    }
    for hole in finding.cover.holes.iter().take(LINES) {
        line(&format!("- {}", visible(&hole.basis)));
    }
    if finding.cover.holes.len() > LINES {
        line(&format!(
            "- and {} more hole(s)",
            finding.cover.holes.len() - LINES
        ));
    }
    for example in finding.examples.iter().take(LINES) {
        let place = visible(&all.place(example));
        match all.line(example) {
            Some(text) => line(&format!("{place}  {text}")),
            None => line(&format!("{place}  (withheld: protected identity)")),
        }
    }
    let shown = finding.examples.len().min(LINES) as u64;
    if finding.against > shown {
        line(&format!(
            "and {} more; --json and --annex show up to {}",
            finding.against - shown,
            crate::claims::SHOWN
        ));
    }
    out.push('\n');
}
