//! Cuts a line of pairs: `key=value` between words, with tabs and colons (LTSV), and behind the head of CEF and LEEF.

use std::borrow::Cow;

use crate::format::Text;
use crate::format::text::{Escapes, is_escaped, of_server, present, unescape};

/// Pairs that are looked at; a line has fewer.
const MOST: usize = 200;

/// Cells between tabs from which a line may be one of labels.
const LABELLED: usize = 4;

/// Bytes of a key.
const LONGEST: usize = 64;

/// A line taken apart.
#[derive(Default)]
pub(super) struct Cut<'a> {
    /// What stands before the first pair.
    pub before: &'a [u8],
    /// The pairs that say something.
    pub pairs: Vec<(&'a [u8], Text<'a>)>,
    /// Whether its cells are labelled, so that a host is who asked where nothing else says so.
    pub labelled: bool,
}

/// Takes a line apart.
pub(super) fn cut(line: &[u8]) -> Cut<'_> {
    let mut cut = labelled(line)
        .or_else(|| of_leef(line))
        .or_else(|| of_cef(line))
        .unwrap_or_else(|| between_words(line));
    cut.pairs.retain(|(_, value)| present(value).is_some());
    cut
}

/// `time:STAMP<TAB>host:CLIENT<TAB>...`: every cell has its label.
fn labelled(line: &[u8]) -> Option<Cut<'_>> {
    let cells = line.split(|b| *b == b'\t');
    let pair = |cell| label(cell, b':');
    let pairs: Option<Vec<_>> = cells.take(MOST).map(pair).collect();
    let pairs = pairs.filter(|pairs| pairs.len() >= LABELLED)?;
    Some(Cut {
        before: b"",
        pairs,
        labelled: true,
    })
}

/// `LEEF:2.0|VENDOR|PRODUCT|VERSION|EVENT|<TAB>key=value<TAB>...`, whatever stands in front.
fn of_leef(line: &[u8]) -> Option<Cut<'_>> {
    let at = head(line, b"LEEF:")?;
    let cells = line[at..].split(|b| *b == b'\t').take(MOST);
    // The first pair may stand right behind the head's last bar.
    let bare = |cell| {
        let bar = memchr::memrchr(b'|', cell).map_or(0, |bar| bar + 1);
        label(&cell[bar..], b'=').or_else(|| label(cell, b'='))
    };
    Some(Cut {
        before: &line[..at],
        pairs: cells.filter_map(bare).collect(),
        labelled: false,
    })
}

/// `CEF:0|VENDOR|PRODUCT|VERSION|ID|NAME|SEVERITY|key=value with blanks key=value`, whatever stands in front.
fn of_cef(line: &[u8]) -> Option<Cut<'_>> {
    let at = head(line, b"CEF:")?;
    let bars = memchr::memchr_iter(b'|', &line[at..]).filter(|bar| !is_escaped(&line[at..], *bar));
    let body = &line[at + bars.take(7).nth(6)? + 1..];
    // A value goes on to the blank before the next key; a `=` of its own is escaped.
    let mut keys: Vec<(usize, usize)> = Vec::new();
    for equals in memchr::memchr_iter(b'=', body).filter(|equals| !is_escaped(body, *equals)) {
        let near = equals.saturating_sub(LONGEST);
        let blank = memchr::memrchr(b' ', &body[near..equals]);
        let begin = blank.map_or(near, |blank| near + blank + 1);
        let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'.';
        let is_key = begin < equals
            && (blank.is_some() || near == 0)
            && body[begin..equals].iter().all(plain);
        let behind = keys.last().is_none_or(|(_, last)| begin > *last);
        if is_key && behind && keys.len() < MOST {
            keys.push((begin, equals));
        }
    }
    let ends = keys
        .iter()
        .skip(1)
        .map(|(begin, _)| begin.saturating_sub(1));
    let ends = ends.chain([body.len()]);
    let pair = |((begin, equals), end): (&(usize, usize), usize)| {
        let value = &body[equals + 1..end.max(equals + 1)];
        (&body[*begin..*equals], unescaped(value.trim_ascii()))
    };
    Some(Cut {
        before: &line[..at],
        pairs: keys.iter().zip(ends).map(pair).collect(),
        labelled: false,
    })
}

/// Where such a head begins. What a client may choose stands in a pair, and so behind a `=`.
fn head(line: &[u8], word: &[u8]) -> Option<usize> {
    let at = memchr::memmem::find(line, word)?;
    memchr::memchr(b'=', &line[..at]).is_none().then_some(at)
}

/// A value without the backslashes that CEF puts before `=`, `|` and themselves.
fn unescaped(value: &[u8]) -> Text<'_> {
    if memchr::memchr(b'\\', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'\\', Some(next @ (b'=' | b'|' | b'\\'))) => {
                out.push(*next);
                bytes.next();
            }
            _ => out.push(byte),
        }
    }
    Cow::Owned(out)
}

/// A name, a mark and a value.
fn label(cell: &[u8], mark: u8) -> Option<(&[u8], Text<'_>)> {
    let at = memchr::memchr(mark, cell)?;
    let (name, value) = (&cell[..at], &cell[at + 1..]);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_.-".contains(b);
    let named = name.first().is_some_and(u8::is_ascii_alphabetic) && name.iter().all(plain);
    // Apache writes an empty user so.
    let value = match value.trim_ascii() {
        b"\"\"" => &b""[..],
        value => value,
    };
    named.then(|| (name, of_server(value)))
}

/// `key=value` with words before and between.
fn between_words(line: &[u8]) -> Cut<'_> {
    let (mut pairs, mut before) = (Vec::new(), line);
    let mut at = 0;
    while at < line.len() && pairs.len() < MOST {
        let rest = &line[at..];
        let Some(key) = key(rest) else {
            // To the next word.
            let blank = memchr::memchr2(b' ', b'\t', rest);
            at += blank.map_or(rest.len(), |blank| blank + 1);
            continue;
        };
        if pairs.is_empty() {
            before = &line[..at];
        }
        let (value, used) = value(&rest[key.len() + 1..]);
        at += key.len() + 1 + used;
        pairs.push((key, value));
    }
    Cut {
        before,
        pairs,
        labelled: false,
    }
}

/// A name with `=` behind it, at the start.
fn key(text: &[u8]) -> Option<&[u8]> {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_.-@".contains(b);
    let end = text.iter().position(|b| !plain(b))?;
    let named = text[0].is_ascii_alphabetic() || text[0] == b'@';
    (named && text[end] == b'=').then_some(&text[..end])
}

/// A value in quotes, or up to the next blank; and how many bytes it takes.
fn value(text: &[u8]) -> (Text<'_>, usize) {
    if let Some(body) = text.strip_prefix(b"\"") {
        let closes = |at: &usize| {
            let ends = body
                .get(at + 1)
                .is_none_or(|b| matches!(b, b' ' | b'\t' | b',' | b';'));
            ends && !is_escaped(body, *at)
        };
        if let Some(end) = memchr::memchr_iter(b'"', body).find(closes) {
            // The next key may follow without a blank.
            let mark = matches!(body.get(end + 1), Some(b',' | b';'));
            return (
                unescape(&body[..end], Escapes::Log),
                end + 2 + usize::from(mark),
            );
        }
    }
    let end = memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len());
    let bare = &text[..end];
    (of_server(bare.strip_suffix(b",").unwrap_or(bare)), end)
}
