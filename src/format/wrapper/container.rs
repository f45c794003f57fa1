//! What container runtimes put in front of a line: CRI, compose, pods; and mere stamps and colours.

use std::borrow::Cow;

use super::super::{Text, time};
use super::{Cut, Kind, Kinds, Peeled};
use crate::words::Stamp;

/// `STAMP stdout F LINE`; `P` where the rest follows on a later line of the same stream.
pub(super) fn cri(line: &[u8]) -> Option<Peeled<'_>> {
    let (stamp, rest) = split(line, 40)?;
    let (stream, rest) = split(rest, 7)?;
    let error_stream = match stream {
        b"stdout" => false,
        b"stderr" => true,
        _ => return None,
    };
    // Tags may follow the first one behind colons.
    let (tags, inner) = split(rest, 64).unwrap_or((rest, b""));
    let more = match tags.split(|&b| b == b':').next()? {
        b"F" => false,
        b"P" => true,
        _ => return None,
    };
    let time = time::rfc3339(stamp)?;
    Some(Peeled {
        cut: Some(Cut { error_stream, more }),
        ..Peeled::new(Kind::Cri, inner).at(Some(time))
    })
}

/// `name-1  | LINE`, and `[pod/name/container] LINE`.
pub(super) fn compose(line: &[u8]) -> Option<Peeled<'_>> {
    if let Some(rest) = line.strip_prefix(b"[pod/") {
        let close = memchr::memchr(b']', &rest[..rest.len().min(300)])?;
        let inner = rest[close + 1..].strip_prefix(b" ")?;
        return Some(Peeled::new(Kind::Compose, inner).written_by(&rest[..close]));
    }
    let bar = memchr::memchr(b'|', &line[..line.len().min(80)])?;
    let name = line[..bar].trim_ascii_end();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_.".contains(b);
    // Without a blank before it the bar is a column's, and an address is a client, not a service.
    if bar == name.len() || name.is_empty() || !name.iter().all(plain) || !has_letter(name) {
        return None;
    }
    let inner = line[bar + 1..].strip_prefix(b" ")?;
    Some(Peeled::new(Kind::Compose, inner).written_by(name))
}

/// A stamp and a blank in front of the line, as `docker logs -t` and `kubectl logs --timestamps` put it; or a tab, as
/// Grafana does.
pub(super) fn stamped(line: &[u8]) -> Option<Peeled<'_>> {
    let end = memchr::memchr2(b' ', b'\t', &line[..line.len().min(40)])?;
    let (stamp, inner) = (&line[..end], &line[end + 1..]);
    let time = time::rfc3339(stamp)?;
    Some(Peeled::new(Kind::Stamp, inner).at(Some(time)))
}

/// The stamp among what a logger puts before an object: the first of its words that is one, or two of them; as a text
/// where it carries no offset.
pub(super) fn stamp_in(before: &[u8]) -> (Option<Stamp>, Option<Text<'_>>) {
    let edge = |b: &u8| matches!(b, b' ' | b'\t' | b'[' | b']');
    let mut words = Vec::new();
    let mut start = 0;
    for end in (0..=before.len()).filter(|at| before.get(*at).is_none_or(edge)) {
        if end > start && words.len() < 8 {
            words.push(start..end);
        }
        start = end + 1;
    }
    for (place, word) in words.iter().enumerate() {
        let one = &before[word.clone()];
        // Kafka's tools name the kind of stamp.
        let one = one.strip_prefix(b"CreateTime:").unwrap_or(one);
        let two = words
            .get(place + 1)
            .map(|next| &before[word.start..next.end]);
        for text in two.into_iter().chain([one]) {
            if let Some(stamp) = time::rfc3339(text).or_else(|| time::epoch_of_log(text)) {
                return (Some(stamp), None);
            }
            if time::any(text, chrono_tz::Tz::UTC).is_some() {
                return (None, Some(text.into()));
            }
        }
    }
    (None, None)
}

/// The line without a terminal's colours.
pub(super) fn plain_of_colours(line: &[u8]) -> Peeled<'_> {
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(escape) = memchr::memchr(0x1b, rest) {
        plain.extend_from_slice(&rest[..escape]);
        rest = &rest[escape + 1..];
        if let Some(code) = rest.strip_prefix(b"[") {
            let end = code.iter().position(|b| (0x40..0x7f).contains(b));
            rest = end.map_or(&b""[..], |end| &code[end + 1..]);
        }
    }
    plain.extend_from_slice(rest);
    Peeled {
        inner: Cow::Owned(plain),
        kinds: Kinds::of(Kind::Colours),
        ..Peeled::default()
    }
}

fn has_letter(name: &[u8]) -> bool {
    name.iter().any(u8::is_ascii_alphabetic)
}

/// The first word, of at most so many bytes, and what follows the blank behind it.
fn split(text: &[u8], longest: usize) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', &text[..text.len().min(longest)])?;
    Some((&text[..end], &text[end + 1..]))
}
