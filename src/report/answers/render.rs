//! Questions and answers as Markdown, HTML or JSON. Whatever the logs put into a name is shown and never read as markup.

use serde_json::{Value, json};

use super::facts::{Facts, Said};
use super::template::{Question, Template};
use crate::report::html::still::escaped;
use crate::report::statements::annex::plain;

/// The schema that the JSON form names.
const SCHEMA: &str = "breachscope.answers/1";
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#14181f;\
    background:#fff}h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem;border-top:1px solid #c9d0da;padding-top:1rem}\
    h3{font-size:1rem;margin-bottom:.2rem}ul{margin-top:.2rem}li{overflow-wrap:anywhere}small,.legal{color:#4a5362}\
    .human{border:1px dashed #8a5a00;background:#fff8e6;padding:.6rem}@media print{body{margin:0;max-width:none}}";

/// How answers are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Markdown.
    Markdown,
    /// A page in one file that runs nothing and loads nothing.
    Html,
    /// JSON with the figures by name.
    Json,
}

/// A question with what was said to it.
struct Answered<'t> {
    question: &'t Question,
    facts: Vec<(&'t str, Vec<Said>)>,
}

/// The bytes.
///
/// # Errors
/// A sentence: a file of the answer cannot be read.
pub(super) fn bytes(facts: &Facts<'_>, template: &Template, form: Form) -> Result<Vec<u8>, String> {
    let mut answered = Vec::new();
    for question in &template.questions {
        let told = question
            .facts
            .iter()
            .map(|name| Ok((name.as_str(), facts.tell(name)?)));
        answered.push(Answered {
            question,
            facts: told.collect::<Result<_, String>>()?,
        });
    }
    let text = match form {
        Form::Markdown => markdown(facts, template, &answered),
        Form::Html => html(facts, template, &answered),
        Form::Json => {
            let document = json(facts, template, &answered);
            let text = serde_json::to_string_pretty(&document);
            text.map_err(|e| format!("the answers cannot be encoded: {e}"))? + "\n"
        }
    };
    Ok(text.into_bytes())
}

/// What stands where only a human can answer.
fn blank(facts: &Facts<'_>, question: &Question) -> Option<String> {
    let words = &facts.content.words;
    let what = question.human.as_ref()?.of(words.language);
    Some(words.say("document.human", &[("what", what)]))
}

fn notes(facts: &Facts<'_>, template: &Template) -> Vec<String> {
    let words = &facts.content.words;
    let about = template
        .about
        .as_ref()
        .map(|about| about.of(words.language).to_owned());
    let mut notes: Vec<String> = about.into_iter().collect();
    notes.push(facts.content.prepared());
    notes.push(words.word("document.answers_lead"));
    if words.language.code() != "en" {
        notes.push(words.word("page.quoted"));
    }
    notes
}

fn markdown(facts: &Facts<'_>, template: &Template, answered: &[Answered<'_>]) -> String {
    let words = &facts.content.words;
    let mut out = format!("# {}\n\n", plain(template.title.of(words.language)));
    for note in notes(facts, template) {
        out.push_str(&format!("{}\n\n", plain(&note)));
    }
    for one in answered {
        let question = one.question;
        let asks = question.asks.of(words.language);
        out.push_str(&format!(
            "## {}. {}\n\n",
            plain(&question.number),
            plain(asks)
        ));
        if !question.legal.is_empty() {
            out.push_str(&format!("*{}*\n\n", plain(&question.legal)));
        }
        for (name, said) in &one.facts {
            out.push_str(&format!("**{}**\n\n", plain(&facts.label(name))));
            for said in said {
                out.push_str(&format!(
                    "- {} ({})\n",
                    plain(&said.text),
                    plain(&said.source)
                ));
            }
            if said.is_empty() {
                out.push_str(&format!("- {}\n", plain(&words.word("document.nothing"))));
            }
            out.push('\n');
        }
        if let Some(blank) = blank(facts, question) {
            out.push_str(&format!(
                "> **{}**\n>\n> ____________________\n\n",
                plain(&blank)
            ));
        }
    }
    out
}

fn html(facts: &Facts<'_>, template: &Template, answered: &[Answered<'_>]) -> String {
    let words = &facts.content.words;
    let title = escaped(template.title.of(words.language));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        words.language.code(),
        crate::evidence::sha256_base64(STYLE.as_bytes())
    );
    for note in notes(facts, template) {
        out.push_str(&format!("<p>{}</p>\n", escaped(&note)));
    }
    for one in answered {
        let question = one.question;
        let asks = escaped(question.asks.of(words.language));
        out.push_str(&format!("<h2>{}. {asks}</h2>\n", escaped(&question.number)));
        if !question.legal.is_empty() {
            out.push_str(&format!(
                "<p class=\"legal\">{}</p>\n",
                escaped(&question.legal)
            ));
        }
        for (name, said) in &one.facts {
            out.push_str(&format!("<h3>{}</h3>\n<ul>\n", escaped(&facts.label(name))));
            for said in said {
                let (text, source) = (escaped(&said.text), escaped(&said.source));
                out.push_str(&format!("<li>{text} <small>({source})</small></li>\n"));
            }
            if said.is_empty() {
                let nothing = escaped(&words.word("document.nothing"));
                out.push_str(&format!("<li>{nothing}</li>\n"));
            }
            out.push_str("</ul>\n");
        }
        if let Some(blank) = blank(facts, question) {
            out.push_str(&format!("<p class=\"human\">{}</p>\n", escaped(&blank)));
        }
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn json(facts: &Facts<'_>, template: &Template, answered: &[Answered<'_>]) -> Value {
    let language = facts.content.words.language;
    let questions = answered.iter().map(|one| {
        let question = one.question;
        let told = one.facts.iter().map(|(name, said)| {
            let said = said.iter().map(
                |said| json!({ "text": said.text, "source": said.source, "values": said.values }),
            );
            json!({ "fact": name, "says": said.collect::<Vec<_>>() })
        });
        json!({
            "number": question.number,
            "asks": question.asks.of(language),
            "legal": question.legal,
            "facts": told.collect::<Vec<_>>(),
            "to_be_answered_by_a_human": question.human.as_ref().map(|what| what.of(language)),
        })
    });
    json!({
        "schema": SCHEMA,
        "language": language.code(),
        "title": template.title.of(language),
        "about": template.about.as_ref().map(|about| about.of(language)),
        "case": facts.content.case(),
        "made_by": facts.content.build(),
        "manifest_sha256": facts.content.manifest_sha256,
        "questions": questions.collect::<Vec<_>>(),
    })
}
