//! The request line, `METHOD target PROTOCOL`, whole or not.

use std::borrow::Cow;

use super::text::{Escapes, field, is_escaped, present, unescape};
use super::{Record, Text};

/// Takes a request line apart into the record. What does not begin with a method (a TLS hello, a
/// scanner's bytes) is kept whole as the target, so that nothing that was sent gets lost.
pub(super) fn put<'a>(line: &'a [u8], escapes: Escapes, record: &mut Record<'a>) {
    let Some(line) = present(line) else { return };
    // Servers answer, and log, requests with blanks or tabs at odd places; what was answered must be read.
    let trimmed = line.trim_ascii();
    let (method, rest) = match trimmed.iter().position(u8::is_ascii_whitespace) {
        Some(blank) => (&trimmed[..blank], &trimmed[blank + 1..]),
        None => (trimmed, &b""[..]),
    };
    if !(is_method(method) || is_word(method) && begins_target(rest)) {
        record.target = field(line, escapes);
        return;
    }
    record.method = Some(unescape(method, escapes));
    let (target, protocol) = split_protocol(rest);
    record.target = field(target, escapes);
    if let Some(protocol) = protocol {
        record.protocol = Some(unescape(protocol, escapes));
    }
}

/// [`put`] for a text whose escapes are undone and that may be the record's own.
pub(super) fn put_text<'a>(line: Text<'a>, record: &mut Record<'a>) {
    match line {
        Cow::Borrowed(line) => put(line, Escapes::None, record),
        Cow::Owned(line) => {
            let mut own = Record::default();
            put(&line, Escapes::None, &mut own);
            let kept = |part: Option<Text<'_>>| part.map(|part| Cow::Owned(part.into_owned()));
            record.method = kept(own.method);
            record.target = kept(own.target);
            record.protocol = kept(own.protocol);
        }
    }
}

/// Where a quoted request ends, given what follows its opening quote.
///
/// Writers that do not escape leave raw quotes inside, so the end is the first quote that has a
/// status behind it; one that looks escaped only counts when no other does. Without any, the first
/// quote that is not escaped, and the status is then what cannot be read.
pub(super) fn end(body: &[u8]) -> Option<usize> {
    let (mut looks_escaped, mut lone) = (None, None);
    for quote in memchr::memchr_iter(b'"', body) {
        match (status_follows(&body[quote + 1..]), is_escaped(body, quote)) {
            (true, false) => return Some(quote),
            (true, true) => _ = looks_escaped.get_or_insert(quote),
            (false, false) => _ = lone.get_or_insert(quote),
            (false, true) => {}
        }
    }
    looks_escaped.or(lone)
}

/// A blank, then one to three digits or a dash, then a blank or the end.
fn status_follows(after: &[u8]) -> bool {
    let Some(rest) = after.strip_prefix(b" ") else {
        return false;
    };
    let len = match rest.first() {
        Some(b'-') => 1,
        _ => rest
            .iter()
            .take(4)
            .take_while(|b| b.is_ascii_digit())
            .count(),
    };
    (1..=3).contains(&len) && rest.get(len).is_none_or(|b| *b == b' ')
}

/// How many quotes of a line could end its request: status and byte count stand behind each of them.
pub(super) fn ends(line: &[u8]) -> usize {
    let is_end = |quote: &usize| {
        let after = &line[quote + 1..];
        let mut words = after
            .strip_prefix(b" ")
            .unwrap_or_default()
            .split(|b| *b == b' ');
        let is_size =
            |word: &[u8]| word == b"-" || !word.is_empty() && word.iter().all(u8::is_ascii_digit);
        status_follows(after) && words.nth(1).is_some_and(is_size)
    };
    memchr::memchr_iter(b'"', line).filter(is_end).count()
}

/// A token of upper-case letters, as every registered method is and every known server insists.
fn is_method(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_uppercase)
        && word
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_".contains(b))
}

/// A method in lower case is one only where a target follows.
fn is_word(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_alphabetic)
}

fn begins_target(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii();
    rest.starts_with(b"/") || rest.starts_with(b"http://") || rest.starts_with(b"https://")
}

/// Target and protocol; a target may hold raw blanks (those around it are no part of it, as servers
/// read it), a protocol is the last word and says HTTP.
fn split_protocol(rest: &[u8]) -> (&[u8], Option<&[u8]>) {
    let rest = rest.trim_ascii();
    let blank = rest.iter().rposition(u8::is_ascii_whitespace);
    let start = blank.map_or(0, |blank| blank + 1);
    let last = &rest[start..];
    if last.len() >= 5 && last[..5].eq_ignore_ascii_case(b"HTTP/") || is_version(last) && start > 0
    {
        (rest[..start].trim_ascii(), Some(last))
    } else {
        (rest, None)
    }
}

/// A protocol's number alone, as Hypercorn writes it.
fn is_version(word: &[u8]) -> bool {
    matches!(word, b"1.0" | b"1.1" | b"2" | b"2.0" | b"3")
}

/// A target put together again from a path and a query that the log writes apart; the query may
/// bring its question mark.
pub(super) fn with_query<'a>(path: &[u8], query: &[u8]) -> Text<'a> {
    let query = query.strip_prefix(b"?").unwrap_or(query);
    [path, b"?", query].concat().into()
}
