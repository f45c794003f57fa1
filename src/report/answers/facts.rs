//! The facts that a template may name: each tells what the answer shows, with its bounds and the file that it is from.
//!
//! Nothing is judged or computed here; lists are counted and cut. Protected persons are counted only.

mod extent;
mod limits;

use serde_json::{Value, json};

use crate::report::cells::visible;
use crate::report::content::{Content, cell};
use crate::report::html::Source;
use crate::report::html::clock::second_of;

/// Items that a fact lists before it only counts.
const LISTED: usize = 100;

/// Something that the answer shows.
#[derive(Debug)]
pub(super) struct Said {
    /// In words.
    pub(super) text: String,
    /// The file of the answer that it is from, and where in it.
    pub(super) source: String,
    /// The figures by name, as the answer's files have them.
    pub(super) values: Value,
}

impl Said {
    fn new(text: String, source: &str, values: Value) -> Said {
        Said {
            text: visible(&text),
            source: source.to_owned(),
            values,
        }
    }
}

/// What facts are told from.
pub(super) struct Facts<'a> {
    pub(super) content: &'a Content,
    pub(super) source: &'a Source<'a>,
}

type Tell = fn(&Facts<'_>) -> Result<Vec<Said>, String>;

/// Every fact by its name.
const FACTS: [(&str, Tell); 23] = [
    ("what_happened", what_happened),
    ("accounts", accounts),
    ("cause", limits::cause),
    ("ended", limits::ended),
    ("controllers.confirmed", extent::confirmed),
    ("controllers.cannot_be_excluded", extent::open),
    ("controllers.excluded", extent::excluded),
    ("controllers.bounds", extent::by_controller),
    ("subjects.bounds", extent::bounds),
    ("subjects.certainty", extent::certainty),
    ("subjects.children", extent::children),
    ("protected", extent::protected),
    ("records", extent::records),
    ("categories", extent::categories),
    ("could_vs_did", extent::ladder),
    ("published", extent::published),
    ("period", period),
    ("period.cannot_say", limits::time),
    ("cannot_say", limits::doubts),
    ("not_evaluated", limits::not_evaluated),
    ("logs_kept", limits::logs),
    ("checks_made", limits::checks),
    ("reference", limits::reference),
];

/// Names of the facts.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FACTS.iter().map(|(name, _)| *name)
}

impl Facts<'_> {
    /// What a fact says; nothing where there is no fact of that name, which a checked template rules out.
    ///
    /// # Errors
    /// A sentence: a file of the answer cannot be read.
    pub(super) fn tell(&self, name: &str) -> Result<Vec<Said>, String> {
        let found = FACTS.iter().find(|(known, _)| *known == name);
        found.map_or(Ok(Vec::new()), |(_, tell)| tell(self))
    }

    /// The fact's name in the language.
    pub(super) fn label(&self, name: &str) -> String {
        let key = format!("fact.{}", name.replace('.', "_"));
        self.content.words.word(&key)
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.content.words.say(&format!("said.{key}"), values)
    }

    fn time(&self, value: &Value) -> Option<String> {
        let at = second_of(value)?;
        Some(self.content.words.when(&self.content.zone, at, "long"))
    }

    fn sentence(&self, part: &str) -> Vec<Said> {
        let all = self.content.sentences.iter();
        let own = all.filter(|[name, ..]| name == part);
        own.map(|[_, text, source]| Said::new(text.clone(), source, Value::Null))
            .collect()
    }

    /// A figure of the case as a cell.
    fn figure(&self, name: &str) -> String {
        let figures = &self.content.figures;
        let found = figures.iter().find(|figure| figure.name == name);
        found.map_or_else(String::new, |figure| figure.value.clone())
    }

    /// A list in one line; what is too long is counted.
    fn list(&self, items: &[String]) -> String {
        let words = &self.content.words;
        if items.is_empty() {
            return words.word("number.none");
        }
        let shown = items.get(..LISTED.min(items.len())).unwrap_or_default();
        let list = shown.join(", ");
        match items.len() - shown.len() {
            0 => list,
            more => {
                let more = words.number(more as u64);
                words.say("number.and_more", &[("list", &list), ("n", &more)])
            }
        }
    }
}

fn what_happened(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let mut said = facts.sentence("who");
    said.extend(facts.sentence("many"));
    Ok(said)
}

fn accounts(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let rows = facts.content.rows("accounts");
    let at = |row: &crate::report::Row, column: &str| row.get(column).cloned().unwrap_or_default();
    let told = rows.iter().filter(|row| !at(row, "verdict").is_empty());
    let said = told.take(LISTED).map(|row| {
        let verdict = at(row, "verdict");
        let word = facts.content.words.word(&format!("verdict.{verdict}"));
        let [confirmed, probable, attempts] =
            ["subjects_confirmed", "subjects_probable", "attempts"].map(|c| at(row, c));
        let text = facts.say(
            "account",
            &[
                ("account", &at(row, "account")),
                ("verdict", &word),
                ("confirmed", &facts.content.count(&confirmed)),
                ("probable", &facts.content.count(&probable)),
                ("attempts", &facts.content.count(&attempts)),
            ],
        );
        let values = json!({
            "account": at(row, "account"), "verdict": verdict, "subjects_confirmed": confirmed,
            "subjects_probable": probable, "attempts": attempts,
        });
        Said::new(text, "accounts.csv", values)
    });
    Ok(said.collect())
}

fn period(facts: &Facts<'_>) -> Result<Vec<Said>, String> {
    let mut said = facts.sentence("when");
    let window = &facts.content.findings["window"];
    let span = facts
        .time(&window["from"])
        .zip(facts.time(&window["until"]));
    if let Some((from, until)) = span {
        let basis = cell(&window["basis"]);
        let values = [
            ("from", from.as_str()),
            ("until", &until),
            ("basis", &basis),
        ];
        said.push(Said::new(
            facts.say("window", &values),
            "findings.json: window",
            window.clone(),
        ));
    }
    Ok(said)
}
