//! Cuts lines of an unknown web server into pieces: words, quoted and bracketed texts, stamps that have blanks.

use crate::format::time::written;

/// A piece of a line between blanks.
pub(super) struct Piece<'l> {
    /// `rt=` in `rt=0.1`.
    pub key: &'l str,
    pub wrap: Wrap,
    pub text: &'l str,
    /// `B` in `512B`, and what closes a bracket that opened before the piece in front.
    pub tail: &'l str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wrap {
    Bare,
    Quotes,
    Brackets,
    /// Brackets around a word that says what follows it: `[Client 10.0.0.1]`.
    Labelled,
    /// Round brackets, with a word or several.
    Parens,
    Braces,
    /// A cell of a table.
    Cell,
    /// A mark between columns, such as `|`, which is the key.
    Mark,
}

/// Cuts a line at tabs.
pub(super) fn cells(text: &str) -> Vec<Piece<'_>> {
    // A query looks like a key with its value.
    let cells = text.split('\t').map(|body| {
        let within = |open, close| {
            body.strip_prefix(open)
                .and_then(|rest: &str| rest.strip_suffix(close))
        };
        let (wrap, text) = match (within('"', '"'), within('[', ']')) {
            (Some(inner), _) => (Wrap::Quotes, inner),
            (None, Some(inner)) => (Wrap::Brackets, inner),
            (None, None) => (Wrap::Cell, body),
        };
        Piece {
            key: "",
            wrap,
            text,
            tail: "",
        }
    });
    cells.collect()
}

/// Cuts a line at blanks outside of quotes, brackets and stamps.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let used = match stamped(rest) {
            Some((stamp, behind, used)) => {
                pieces.push(stamp);
                pieces.extend(behind);
                used
            }
            None => {
                let (piece, used) = piece(rest);
                pieces.push(piece);
                used
            }
        };
        rest = rest[used..].trim_start();
    }
    pieces
}

fn piece(rest: &str) -> (Piece<'_>, usize) {
    let key = key(rest);
    let body = &rest[key.len()..];
    let (wrap, inner, used) = match body.as_bytes().first() {
        Some(b'"') => wrapped(body, Wrap::Quotes),
        Some(b'[') => wrapped(body, Wrap::Brackets),
        Some(b'(') => wrapped(body, Wrap::Parens),
        Some(b'{') => wrapped(body, Wrap::Braces),
        _ => bare(body),
    };
    let piece = |key, wrap, text, tail| Piece {
        key,
        wrap,
        text,
        tail,
    };
    let piece = match labelled(inner).filter(|_| wrap == Wrap::Brackets) {
        Some((key, text)) => piece(key, Wrap::Labelled, text, ""),
        None if wrap == Wrap::Bare && key.is_empty() && is_mark(inner) => {
            piece(inner, Wrap::Mark, "", "")
        }
        None if wrap == Wrap::Bare && with_unit(inner) => {
            let (number, unit) = inner.split_at(inner.len() - 1);
            piece(key, wrap, number, unit)
        }
        None => piece(key, wrap, inner, ""),
    };
    (piece, key.len() + used)
}

/// A stamp that has blanks, also as the first of what stands in brackets; what stands behind it there; and how much of the
/// text both take.
fn stamped(text: &str) -> Option<(Piece<'_>, Option<Piece<'_>>, usize)> {
    let body = text.strip_prefix('[').unwrap_or(text);
    let first = body.bytes().next()?;
    let weekday = || {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        days.iter().any(|day| body.starts_with(day))
    };
    if !first.is_ascii_digit() && !weekday() {
        return None;
    }
    let (_, length) = written::begins(body)?;
    let (stamp, behind) = body.split_at(length);
    let open = &text[..text.len() - body.len()];
    let bare = |key, text, tail| Piece {
        key,
        wrap: Wrap::Bare,
        text,
        tail,
    };
    if open.is_empty() {
        let alone = stamp.contains(' ') && (behind.is_empty() || behind.starts_with(' '));
        return alone.then(|| (bare("", stamp, ""), None, length));
    }
    // What fills its brackets is cut as any other.
    let rest = behind.strip_prefix(' ')?;
    let close = rest.find(']')?;
    let words = rest[..close].trim_start();
    let used = text.len() - rest.len() + close + 1;
    let ends = text[used..].is_empty() || text[used..].starts_with(' ');
    let behind = bare("", words, "]");
    (ends && !words.is_empty()).then(|| (bare(open, stamp, ""), Some(behind), used))
}

/// Whether a word is a mark between columns. A lone dash is a value that is not there.
fn is_mark(word: &str) -> bool {
    matches!(word, "|" | "||" | "=>" | "->" | "::" | ";")
}

/// Whether a word is a number of bytes that says so.
fn with_unit(word: &str) -> bool {
    let digits = word.strip_suffix('B');
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The label and the one word behind it, of what stands in brackets.
fn labelled(inner: &str) -> Option<(&str, &str)> {
    let (label, text) = inner.split_once(' ')?;
    let word = |c: char| c.is_ascii_alphabetic() || c == '-';
    let is_label = !label.is_empty() && label.chars().all(word);
    (is_label && !text.is_empty() && !text.contains(' ')).then_some((label, text))
}

/// `rt=` of `rt=0.1`, `""` of anything else.
fn key(text: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let end = text.find(|c| !plain(c)).unwrap_or(text.len());
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    match text[end..].strip_prefix('=') {
        // A cookie is a value, although it looks like a key with one.
        Some(rest) if first && end < 16 && !rest.starts_with('=') => &text[..=end],
        _ => before_address(text),
    }
}

/// `INFO:werkzeug:` of `INFO:werkzeug:10.0.0.1`.
fn before_address(text: &str) -> &str {
    let word = text.split(' ').next().unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphabetic() || c == ':' || c == '_' || c == '.';
    let end = word.find(|c| !plain(c)).unwrap_or(word.len());
    let (before, rest) = word.split_at(end);
    let address = rest.parse::<std::net::Ipv4Addr>().is_ok();
    match before.ends_with(':') && address {
        true => before,
        false => "",
    }
}

fn bare(text: &str) -> (Wrap, &str, usize) {
    let end = text.find(' ').unwrap_or(text.len());
    (Wrap::Bare, &text[..end], end)
}

fn wrapped(text: &str, wrap: Wrap) -> (Wrap, &str, usize) {
    let bytes = text.as_bytes();
    let close = match wrap {
        Wrap::Quotes => b'"',
        Wrap::Parens => b')',
        Wrap::Braces => b'}',
        _ => b']',
    };
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == b'\\' && wrap == Wrap::Quotes {
            at += 2;
            continue;
        }
        let ends = bytes.get(at + 1).is_none_or(|b| *b == b' ');
        if bytes[at] == close && ends {
            return (wrap, &text[1..at], at + 1);
        }
        at += 1;
    }
    bare(text)
}
