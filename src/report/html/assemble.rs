//! The file: markup, style, data and script in one, under a policy that lets nothing else in and nothing out.

use std::io::{self, Write};

use super::gather::Page;
use super::still::{self, escaped};
use crate::evidence::sha256_base64;

/// The look.
const STYLE: &str = include_str!("page/page.css");
/// The behaviour, in the order in which the parts need each other.
const SCRIPT: [&str; 5] = [
    include_str!("page/core.js"),
    include_str!("page/table.js"),
    include_str!("page/pictures.js"),
    include_str!("page/sections.js"),
    include_str!("page/method.js"),
];

/// The page's bytes.
///
/// # Errors
/// The data cannot be encoded.
pub(super) fn file(page: &Page) -> Result<Vec<u8>, String> {
    let script = format!(
        "(function () {{\n'use strict';\n{}}})();\n",
        SCRIPT.concat()
    );
    let (mut first, mut text) = (String::new(), String::new());
    head(page, &script, &mut first);
    body(page, &mut first);
    first.push_str("<script type=\"application/json\" id=\"data\">");
    let last = format!("</script>\n<script>{script}</script>\n</body>\n</html>\n");
    // The data may be large: it is put into its place, and counted before so that the place is no larger.
    let mut data = Quoted::default();
    let failed = |e| format!("report.html cannot be encoded: {e}");
    serde_json::to_writer(&mut data, &page.data).map_err(failed)?;
    text.reserve_exact(first.len() + data.bytes + last.len());
    text.push_str(&first);
    data.text = Some(&mut text);
    serde_json::to_writer(data, &page.data).map_err(failed)?;
    text.push_str(&last);
    Ok(text.into_bytes())
}

/// JSON in which no end of a script, no markup and no line separator can stand: counted, and put into a text.
#[derive(Default)]
struct Quoted<'t> {
    bytes: usize,
    text: Option<&'t mut String>,
}

impl Quoted<'_> {
    fn push(&mut self, part: &str) {
        self.bytes += part.len();
        if let Some(text) = &mut self.text {
            text.push_str(part);
        }
    }
}

impl Write for Quoted<'_> {
    /// Takes whole characters, as JSON is written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let json = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        let mut from = 0;
        for (at, c) in json.char_indices() {
            if matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}') {
                self.push(&json[from..at]);
                self.push(&format!("\\u{:04x}", u32::from(c)));
                from = at + c.len_utf8();
            }
        }
        self.push(&json[from..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn head(page: &Page, script: &str, text: &mut String) {
    let language = page.words.language.code();
    let title = page.words.say("page.title", &[("case", &page.id)]);
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        sha256_base64(script.as_bytes()),
        sha256_base64(STYLE.as_bytes())
    );
    text.push_str(&format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n",
        escaped(&title)
    ));
}

fn body(page: &Page, text: &mut String) {
    let say = |key: &str| escaped(&page.words.word(key));
    let prepared = page.words.say(
        "page.prepared",
        &[
            ("build", &page.build),
            ("case", &page.id),
            ("zone", &page.zone.name),
        ],
    );
    let foreign = match page.words.language {
        super::Language::English => String::new(),
        _ => format!("<p class=\"note\">{}</p>\n", say("page.quoted")),
    };
    let title = if page.title.is_empty() {
        &page.id
    } else {
        &page.title
    };
    let part = |id: &str, inside: &str| {
        format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-head\">\n<h2 id=\"{id}-head\">{}</h2>\n{inside}\n</section>\n",
            say(&format!("section.{id}"))
        )
    };
    let answer = part(
        "answer",
        &format!("<ol class=\"answer\">\n{}</ol>", still::sentences(page)),
    );
    let ledger = format!(
        "<p>{}</p>\n<div id=\"ledger-static\">\n{}\n</div>",
        say("ledger.lead"),
        still::ledger(page)
    );
    let ledger = part("ledger", &ledger);
    let link = |id: &str| {
        format!(
            "<li><a href=\"#{id}\">{}</a></li>\n",
            say(&format!("section.{id}"))
        )
    };
    text.push_str(&format!(
        "<body>\n<a class=\"skip\" href=\"#main\">{}</a>\n<header>\n<h1>{}</h1>\n<p>{}</p>\n\
         <p class=\"warning\">{}</p>\n{foreign}</header>\n\
         <nav aria-labelledby=\"toc-head\">\n<h2 id=\"toc-head\" class=\"hidden\">{}</h2>\n<ul id=\"toc\">\n{}{}</ul>\n</nav>\n\
         <main id=\"main\" tabindex=\"-1\">\n{answer}{ledger}</main>\n\
         <dialog id=\"lines\" aria-labelledby=\"lines-head\"></dialog>\n\
         <noscript><footer><p>{}</p></footer></noscript>\n",
        say("page.skip"),
        escaped(title),
        escaped(&prepared),
        say("page.personal_data"),
        say("page.contents"),
        link("answer"),
        link("ledger"),
        say("page.no_script"),
    ));
}
