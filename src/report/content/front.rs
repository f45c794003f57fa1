//! The beginning and the end of every format: the answer in five sentences, the figures of the case, and the glossary.

use serde_json::Value;

use super::hidden::few;
use super::{Kind, Sheet, cell};
use crate::report::html::clock::Zone;
use crate::report::html::sentences::{self, Verdicts};
use crate::report::html::words::Words;

/// The parts of the answer, a sentence for each, and what each rests on.
const PARTS: [(&str, &str); 5] = [
    ("who", "findings.json: accounts; accounts.csv"),
    ("which", "controllers.csv"),
    ("many", "findings.json: totals"),
    ("when", "findings.json: controllers, window; coverage.csv"),
    ("cannot_be_said", "findings.json: cause, doubts"),
];

/// Figures of the case in `totals`, in the order in which they are told.
const FIGURES: [&str; 13] = [
    "subjects_min",
    "subjects_max",
    "subjects_confirmed",
    "subjects_probable",
    "subjects_possible",
    "subjects_undecided",
    "children_min",
    "protected_min",
    "controllers_confirmed",
    "controllers_cannot_be_excluded",
    "controllers_excluded",
    "accounts_and_addresses_seen",
    "log_coverage",
];

/// Terms of the glossary, those of the Regulation first.
const TERMS: [&str; 26] = [
    "controller",
    "processor",
    "data_subject",
    "personal_data_breach",
    "supervisory_authority",
    "notification",
    "protected",
    "account",
    "object",
    "grant",
    "scope",
    "access",
    "disclosure",
    "confirmed",
    "probable",
    "possible",
    "status_confirmed",
    "cannot_be_excluded",
    "excluded",
    "bounds",
    "ladder",
    "enumeration",
    "probing",
    "overreach",
    "harvest",
    "gap",
];

/// A figure of the case.
#[derive(Debug)]
pub(in crate::report) struct Figure {
    /// Its name in `totals`.
    pub(in crate::report) name: &'static str,
    /// Its value as a cell; empty where it is unknown.
    pub(in crate::report) value: String,
    /// What it is from.
    pub(in crate::report) source: String,
}

/// The five sentences.
pub(super) fn sentences(
    words: &Words,
    zone: &Zone,
    findings: &Value,
    verdicts: &Verdicts,
) -> Vec<[String; 3]> {
    let said = sentences::five(words, zone, findings, verdicts);
    let parts = PARTS.into_iter().zip(said);
    parts
        .map(|((part, source), sentence)| [part.to_owned(), sentence, source.to_owned()])
        .collect()
}

/// The figures.
pub(super) fn figures(findings: &Value) -> Vec<Figure> {
    let totals = &findings["totals"];
    let figure = |name: &'static str| Figure {
        name,
        value: match name {
            "protected_min" => totals[name].as_u64().map_or_else(String::new, few),
            _ => cell(&totals[name]),
        },
        source: format!("findings.json: totals.{name}"),
    };
    FIGURES.into_iter().map(figure).collect()
}

/// The sentences as a table.
pub(super) fn answer_sheet(sentences: &[[String; 3]]) -> Sheet {
    let mut sheet = Sheet::new(
        "answer",
        "findings.json",
        &[
            ("part", Kind::Text),
            ("text", Kind::Text),
            ("source", Kind::Text),
        ],
    );
    for row in sentences {
        sheet.tell(row.clone());
    }
    sheet
}

/// The figures as a table.
pub(super) fn figures_sheet(figures: &[Figure]) -> Sheet {
    let mut sheet = Sheet::new(
        "figures",
        "findings.json",
        &[
            ("figure", Kind::Text),
            ("value", Kind::Hidden),
            ("source", Kind::Text),
        ],
    );
    for figure in figures {
        sheet.tell([
            figure.name.to_owned(),
            figure.value.clone(),
            figure.source.clone(),
        ]);
    }
    sheet
}

/// The glossary in the language.
pub(super) fn glossary(words: &Words) -> Sheet {
    let mut sheet = Sheet::new(
        "glossary",
        "breachscope",
        &[
            ("word", Kind::Text),
            ("term", Kind::Text),
            ("meaning", Kind::Text),
        ],
    );
    for term in TERMS {
        sheet.tell([
            term.to_owned(),
            words.word(&format!("glossary.{term}")),
            words.word(&format!("glossary.{term}_means")),
        ]);
    }
    sheet
}
