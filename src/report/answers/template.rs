//! A template -> checked questions: what is asked, in which languages, which facts answer it, and what only a human can
//! say. Sections are read by the same reader as the case file's.

use std::collections::BTreeMap;
use std::path::Path;

use super::facts;
use crate::case::CaseProblem;
use crate::case::problem::{quoted, suggest};
use crate::case::section::{Script, Section, Value};
use crate::report::html::Language;

/// A text in the languages in which the template has it.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    by_language: BTreeMap<String, String>,
}

impl Texts {
    /// The text in a language, or in the first one that there is: a user's own template may have one only.
    pub(super) fn of(&self, language: Language) -> &str {
        let own = self.by_language.get(language.code());
        let english = self.by_language.get(Language::English.code());
        let any = self.by_language.values().next();
        own.or(english).or(any).map_or("", String::as_str)
    }
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// What it is called where it is asked, such as its number.
    pub(super) number: String,
    /// What is asked.
    pub(super) asks: Texts,
    /// Who asks for it, such as an article of the law.
    pub(super) legal: String,
    /// Names of the facts that answer it.
    pub(super) facts: Vec<String>,
    /// What only a human can say.
    pub(super) human: Option<Texts>,
}

/// A template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its title.
    pub(super) title: Texts,
    /// Where the questions are from, and what the form is for.
    pub(super) about: Option<Texts>,
    /// The questions in their order.
    pub(super) questions: Vec<Question>,
}

/// Reads the shipped template of a name, or else the file of that path.
///
/// # Errors
/// The first complaint: file, line, key and what to do.
pub(super) fn load(named: &Path, shipped: &[(&str, &str)]) -> Result<Template, CaseProblem> {
    let whole = named.display().to_string();
    if let Some((name, text)) = shipped.iter().find(|(name, _)| *name == whole) {
        let file = format!("{name}.toml");
        return read(Script { file: &file, text });
    }
    let complain = |what: String, remedy: String| {
        let nothing = Script {
            file: &whole,
            text: "",
        };
        nothing.complain(None, None, what, remedy)
    };
    let bytes = std::fs::read(named).map_err(|error| {
        let names: Vec<&str> = shipped.iter().map(|(name, _)| *name).collect();
        let begins = |name: &&&str| !whole.is_empty() && name.starts_with(&whole.to_lowercase());
        let begun = names.iter().find(begins).copied();
        let near = begun.map_or(names.clone(), |name| vec![name]);
        let asked = begun.unwrap_or(&whole);
        let remedy = suggest(asked, near, || {
            let all = names.join(", ");
            format!("name a shipped template ({all}) or the path of a template of your own")
        });
        complain(format!("no template can be read there: {error}"), remedy)
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        complain(
            "the template is not UTF-8".to_owned(),
            "save it again as UTF-8".to_owned(),
        )
    })?;
    let name = named
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    read(Script {
        file: &name.unwrap_or(whole),
        text,
    })
}

fn read(script: Script<'_>) -> Result<Template, CaseProblem> {
    let root = script.parse()?;
    let top = Section::whole(script, &root, "the template", &["template", "question"])?;
    let head = top.need(
        "template",
        "a heading [template] with the title of the form",
    )?;
    let head = head.section("[template]".to_owned(), &["title", "about"])?;
    let title = texts(&head.need("title", "what the form is called, in each language")?)?;
    let about = head.get("about").map(|value| texts(&value)).transpose()?;
    let asked = top.need("question", "a heading [[question]] for every question")?;
    let mut questions = Vec::new();
    for (value, number) in asked.items()?.iter().zip(1..) {
        questions.push(question(value, number)?);
    }
    Ok(Template {
        title,
        about,
        questions,
    })
}

fn question(value: &Value<'_>, number: usize) -> Result<Question, CaseProblem> {
    let known = ["number", "asks", "legal", "facts", "human"];
    let section = value.section(format!("[[question]] number {number}"), &known)?;
    let asks = texts(&section.need("asks", "the question's text, in each language")?)?;
    let human = section
        .get("human")
        .map(|value| texts(&value))
        .transpose()?;
    let mut named = Vec::new();
    for value in section
        .get("facts")
        .map_or(Ok(Vec::new()), |list| list.items())?
    {
        let name = value.text()?;
        if !facts::names().any(|known| known == name) {
            let what = format!("{} is no fact of an answer", quoted(name));
            let all: Vec<&str> = facts::names().collect();
            let remedy = suggest(name, all.iter().copied(), || {
                format!("the facts are {}", all.join(", "))
            });
            return Err(value.complain(&what, remedy));
        }
        named.push(name.to_owned());
    }
    if named.is_empty() && human.is_none() {
        let what = format!("[[question]] number {number} has neither facts nor human");
        let remedy = "name facts that answer it, or write under human what a person must fill in";
        return Err(section.complain(what, remedy));
    }
    Ok(Question {
        number: section
            .text("number")?
            .map_or_else(|| number.to_string(), str::to_owned),
        asks,
        legal: section.text("legal")?.unwrap_or_default().to_owned(),
        facts: named,
        human,
    })
}

/// One text, or a text for each language.
fn texts(value: &Value<'_>) -> Result<Texts, CaseProblem> {
    let mut by_language = BTreeMap::new();
    match value.table(value.name()) {
        Err(_) => {
            let text = value.text()?.to_owned();
            by_language.insert(Language::English.code().to_owned(), text);
        }
        Ok(_) => {
            let section = value.section(value.name(), &Language::CODES)?;
            for (code, text) in section.entries() {
                by_language.insert(code.to_owned(), text.text()?.to_owned());
            }
        }
    }
    if by_language.is_empty() {
        return Err(value.complain(
            "holds no text",
            "write one as text, or en, sv or da = \"...\"",
        ));
    }
    Ok(Texts { by_language })
}
