//! A format string as people paste it: with its quotes, line breaks and directive around it.

use crate::format::text::Escapes;

/// The bare format string, and how its writer escapes.
pub(super) struct Pasted {
    pub text: String,
    pub escapes: Escapes,
}

/// Takes off `log_format NAME`, `LogFormat`, `escape=...`, quotes and what follows them.
pub(super) fn unwrap(text: &str) -> Pasted {
    let text = text.trim();
    let (text, named) = without_directive(text);
    let (text, escapes) = without_escape(text);
    let quoted =
        text.starts_with('\'') || (text.starts_with('"') && (named || text.contains("\\\"")));
    let text = if quoted { unquoted(text) } else { None }.unwrap_or_else(|| text.to_owned());
    Pasted { text, escapes }
}

fn without_directive(text: &str) -> (&str, bool) {
    if let Some(rest) = text.strip_prefix("log_format ") {
        let rest = rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        return (rest[end..].trim_start(), true);
    }
    match text.strip_prefix("LogFormat ") {
        Some(rest) => (rest.trim_start(), true),
        None => (text, false),
    }
}

fn without_escape(text: &str) -> (&str, Escapes) {
    let Some(rest) = text.strip_prefix("escape=") else {
        return (text, Escapes::Log);
    };
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let escapes = match &rest[..end] {
        "json" => Escapes::Json,
        "none" => Escapes::None,
        _ => Escapes::Log,
    };
    (rest[end..].trim_start(), escapes)
}

/// The joined contents of the quoted strings, up to a `;` or a nickname; `None` when a quote is
/// left open, so that it was no quoting after all.
fn unquoted(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(quote) = rest.chars().next().filter(|c| "'\"".contains(*c)) {
        let mut letters = rest[1..].char_indices();
        loop {
            match letters.next()? {
                (_, '\\') => push_escaped(letters.next()?.1, &mut out),
                (at, letter) if letter == quote => {
                    rest = rest[at + 2..].trim_start();
                    break;
                }
                (_, letter) => out.push(letter),
            }
        }
    }
    Some(out)
}

/// nginx.conf and httpd.conf undo a backslash before a quote or a backslash; others stay for the
/// format string itself, which knows `\t` and `\n`.
fn push_escaped(letter: char, out: &mut String) {
    match letter {
        '"' | '\'' | '\\' => out.push(letter),
        't' => out.push('\t'),
        'n' => out.push('\n'),
        other => out.extend(['\\', other]),
    }
}
