//! Apache's `LogFormat`: `%h`, `%>s`, `%{Referer}i`, `%200,304{...}t`, `%%`, and literal text.

use super::Token;
use super::meaning::{Means, Origin, Variable, of_header};
use crate::format::FormatProblem;
use crate::format::time::strftime::Strftime;

/// How many directives of Apache the text has; those that are known weigh more.
pub(super) fn likeness(text: &str) -> usize {
    let mut weight = 0;
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        let Some((directive, tail)) = Directive::read(rest) else {
            continue;
        };
        let known = directive.argument.is_some()
            || of(&directive).is_some_and(|kind| kind.0 != Means::Other);
        weight += if known {
            10
        } else {
            usize::from(of(&directive).is_some())
        };
        rest = tail;
    }
    weight
}

/// The text's literals and directives, in order.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FormatProblem> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find('%') {
        push_literal(&rest[..at], &mut tokens);
        let after = &rest[at + 1..];
        if let Some(tail) = after.strip_prefix('%') {
            push_literal("%", &mut tokens);
            rest = tail;
            continue;
        }
        let (directive, tail) = Directive::read(after).ok_or_else(|| not_one(&rest[at..]))?;
        let written = &rest[at..rest.len() - tail.len()];
        push(&directive, written, &mut tokens)?;
        rest = tail;
    }
    push_literal(rest, &mut tokens);
    Ok(tokens)
}

fn push_literal(text: &str, tokens: &mut Vec<Token>) {
    if !text.is_empty() {
        tokens.push(Token::Literal(text.as_bytes().to_vec()));
    }
}

/// What stands behind a percent sign. Conditions on the status are passed over: where they do not
/// hold the log has a dash, as for any other absent value.
struct Directive<'t> {
    /// `%>s`: the final status or time, not the first one.
    last: bool,
    argument: Option<&'t str>,
    /// One letter, or a caret and two.
    letter: &'t str,
}

impl<'t> Directive<'t> {
    fn read(text: &'t str) -> Option<(Directive<'t>, &'t str)> {
        let is_modifier = |c: char| c.is_ascii_digit() || "!,<>".contains(c);
        let rest = text.trim_start_matches(is_modifier);
        let last = text[..text.len() - rest.len()].contains('>');
        let (argument, rest) = match rest.strip_prefix('{') {
            Some(inner) => inner
                .split_once('}')
                .map(|(argument, rest)| (Some(argument), rest))?,
            None => (None, rest),
        };
        let len = if rest.starts_with('^') { 3 } else { 1 };
        let (letter, tail) = rest.split_at_checked(len)?;
        let is_letter = letter
            .trim_start_matches('^')
            .chars()
            .all(|c| c.is_ascii_alphabetic());
        is_letter.then_some((
            Directive {
                last,
                argument,
                letter,
            },
            tail,
        ))
    }
}

fn push(
    directive: &Directive<'_>,
    written: &str,
    tokens: &mut Vec<Token>,
) -> Result<(), FormatProblem> {
    if let ("t", Some(format)) = (directive.letter, directive.argument) {
        let letters = of_java(format);
        let clock = Strftime::compile(letters.as_deref().unwrap_or(format))
            .map_err(|letter| unknown_time(written, letter))?;
        tokens.push(Token::Clock(clock));
        return Ok(());
    }
    let kind = of(directive).ok_or_else(|| not_one(written))?;
    let variable = Variable::new(
        written.to_owned(),
        name_of(directive),
        origin_of(directive),
        kind,
    );
    // Without a format of its own, Apache writes the time in brackets.
    let brackets = directive.letter == "t";
    if brackets {
        push_literal("[", tokens);
    }
    tokens.push(Token::Variable(variable));
    if brackets {
        push_literal("]", tokens);
    }
    Ok(())
}

/// Java's words for a time, which Tomcat takes, in strftime's letters: `yyyy-MM-dd'T'HH:mm:ss.SSSZ`.
fn of_java(format: &str) -> Option<String> {
    const LETTERS: [(&str, &str); 17] = [
        ("yyyy", "%Y"),
        ("yy", "%y"),
        ("MMM", "%b"),
        ("MM", "%m"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("hh", "%I"),
        ("mm", "%M"),
        ("ss", "%S"),
        (".SSSSSS", "%f"),
        (".SSS", "%f"),
        ("XXX", "%z"),
        ("ZZZ", "%z"),
        ("Z", "%z"),
        ("EEE", "%a"),
        ("zzz", "%Z"),
        ("a", "%p"),
    ];
    let format = ["begin:", "end:"]
        .iter()
        .find_map(|when| format.strip_prefix(when))
        .unwrap_or(format);
    if format.contains('%') || !format.contains("yy") {
        return None;
    }
    let (mut out, mut rest, mut quoted) = (String::new(), format, false);
    while let Some(letter) = rest.chars().next() {
        let known = LETTERS.iter().find(|(java, _)| rest.starts_with(java));
        let used = match known.filter(|_| !quoted) {
            _ if letter == '\'' => {
                quoted = !quoted;
                1
            }
            Some((java, ours)) => {
                out.push_str(ours);
                java.len()
            }
            None => {
                out.push(letter);
                letter.len_utf8()
            }
        };
        rest = &rest[used..];
    }
    Some(out)
}

fn origin_of(directive: &Directive<'_>) -> Origin {
    match (directive.letter, directive.argument) {
        ("i" | "o", Some(name)) => Origin::Header(name.to_owned()),
        // The small letter is Tomcat's.
        ("C" | "c", Some(name)) => Origin::Cookie(name.to_owned()),
        _ => Origin::Server,
    }
}

/// What an account key may call it: the argument, or the name that the documentation gives.
fn name_of<'t>(directive: &Directive<'t>) -> &'t str {
    match (directive.letter, directive.argument) {
        (_, Some(argument)) => argument,
        ("h", _) => "remote_host",
        ("a", _) => "remote_addr",
        ("l", _) => "remote_logname",
        ("u", _) => "remote_user",
        (letter, _) => letter,
    }
}

/// What a directive tells; `None` for a letter that Apache does not have.
fn of(directive: &Directive<'_>) -> Option<(Means, u8)> {
    let kind = match (directive.letter, directive.argument) {
        ("i", Some(name)) => of_header(name),
        ("o", Some(name)) => match of_header(name) {
            (Means::RequestId, _) => (Means::RequestId, 2),
            _ => (Means::Other, 0),
        },
        ("e", Some("UNIQUE_ID")) => (Means::RequestId, 0),
        ("e", Some("REMOTE_USER")) => (Means::User, 1),
        // The peer behind mod_remoteip's back is the proxy.
        ("a" | "h", Some("c")) => (Means::Client, 6),
        ("a", _) => (Means::Client, 0),
        ("h", _) => (Means::Client, 1),
        ("p", Some("remote")) => (Means::ClientPort, 0),
        ("u", _) => (Means::User, 0),
        // What Tomcat's valve for proxies finds out; other attributes, and those of sessions, are the application's.
        ("r", Some(name)) if name.starts_with("org.apache.catalina.AccessLog.Remote") => {
            (Means::Client, 0)
        }
        ("r" | "s" | "c", Some(_)) => (Means::Other, 0),
        ("r", _) => (Means::Request, 0),
        ("m", _) => (Means::Method, 0),
        ("U", _) => (Means::Path, 0),
        ("q", _) => (Means::Query, 0),
        ("H", _) => (Means::Protocol, 0),
        ("V", _) => (Means::Host, 1),
        ("v", _) => (Means::Host, 2),
        ("s", _) => (Means::Status, u8::from(!directive.last)),
        ("B", _) => (Means::Bytes, 0),
        ("b", _) => (Means::Bytes, 1),
        ("O", _) => (Means::AllBytes, 0),
        ("D", _) | ("T", Some("us")) => (Means::Microseconds, 0),
        ("T", Some("ms")) => (Means::Milliseconds, 0),
        ("T", _) => (Means::Seconds, 0),
        ("t", _) => (Means::ClfTime, 0),
        ("L", _) => (Means::RequestId, 3),
        (
            "A" | "C" | "E" | "F" | "I" | "M" | "P" | "R" | "S" | "X" | "e" | "f" | "k" | "l" | "n"
            | "p" | "x" | "^FB" | "^FU" | "^ti" | "^to",
            _,
        ) => (Means::Other, 0),
        _ => return None,
    };
    Some(kind)
}

fn not_one(text: &str) -> FormatProblem {
    let shown: String = text.chars().take(24).collect();
    FormatProblem::new(format!(
        "`pattern`: `{shown}` begins with no directive that Apache's LogFormat has; write `%%` for a \
         percent sign"
    ))
}

fn unknown_time(written: &str, letter: char) -> FormatProblem {
    FormatProblem::new(format!(
        "`pattern`: {written} uses the time letter `%{letter}`, which this version cannot read back; \
         it reads %Y %y %m %b %d %e %j %H %I %p %M %S %f %z %Z %a %s %F %T %R %D %c"
    ))
}
