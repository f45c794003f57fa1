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

/// Writes the page.
///
/// # Errors
/// As `to` has them.
pub(super) fn write(page: &Page, to: &mut dyn Write) -> io::Result<()> {
    let script = format!(
        "(function () {{\n'use strict';\n{}}})();\n",
        SCRIPT.concat()
    );
    let mut text = String::new();
    head(page, &script, &mut text);
    body(page, &mut text);
    text.push_str("<script type=\"application/json\" id=\"data\">");
    to.write_all(text.as_bytes())?;
    serde_json::to_writer(Quoted(&mut *to), &page.data)?;
    write!(
        to,
        "</script>\n<script>{script}</script>\n</body>\n</html>\n"
    )
}

/// Takes JSON and passes it on so that no end of a script, no markup and no line separator can stand in it.
struct Quoted<'t>(&'t mut dyn Write);

impl Write for Quoted<'_> {
    /// Takes whole characters, as JSON is written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Both line separators begin with the same byte, which few others do.
        let odd = |byte: &u8| matches!(byte, b'<' | b'>' | b'&' | 0xe2);
        if !bytes.iter().any(odd) {
            self.0.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let json = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        let mut from = 0;
        for (at, c) in json.char_indices() {
            if matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}') {
                self.0.write_all(&bytes[from..at])?;
                write!(self.0, "\\u{:04x}", u32::from(c))?;
                from = at + c.len_utf8();
            }
        }
        self.0.write_all(&bytes[from..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
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
