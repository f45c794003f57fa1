//! Small readings that several formats share: trimming, `-` for nothing, escapes, numbers.

use std::borrow::Cow;

use super::{Problem, Text};

/// How a writer escapes bytes inside a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// nginx's default and Apache: `\xHH`, `\"`, `\\`, `\n` and the like.
    Log,
    /// The same and JSON's `\u` escapes (nginx's `escape=json`).
    Json,
    /// None at all (nginx's `escape=none`).
    None,
}

/// The line without what is no part of it: byte order mark, NULs of a crash, blanks, `\r`.
pub(super) fn trim(line: &[u8]) -> &[u8] {
    let start = leading(line);
    let end = line
        .iter()
        .rposition(|b| !is_filler(*b))
        .map_or(start, |last| last + 1);
    &line[start..end.max(start)]
}

/// Whether a line holds nothing but what is no part of it.
pub(super) fn is_blank(line: &[u8]) -> bool {
    trim(line).is_empty()
}

/// How many bytes at the start of a line are no part of it.
pub(super) fn leading(line: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match line.get(at) {
            Some(&byte) if is_filler(byte) => at += 1,
            Some(0xEF) if line[at..].starts_with(BYTE_ORDER_MARK) => at += BYTE_ORDER_MARK.len(),
            _ => return at,
        }
    }
}

/// Whether the beginning of a second line stands in a line: behind a lone `\r`, or where one that was cut has the next
/// one behind it without a line end. Read as one request it would lend somebody's account another's answer, and the
/// second request would be lost. No server writes either: they escape both quotes and line ends. An object's texts are
/// escaped anyway, and blanks between its words may be of any kind.
pub(super) fn is_two(line: &[u8]) -> bool {
    let line = trim(line);
    if line.first() == Some(&b'{') {
        return false;
    }
    let begins = |open: &usize| begins_request(&line[open + 1..]);
    memchr::memchr(b'\r', line).is_some()
        || memchr::memchr_iter(b'[', line).filter(begins).count() > 1
}

/// `12/Mar/2024:07:30:02 +0100] "GET `.
fn begins_request(text: &[u8]) -> bool {
    let stamped = text.len() > 20 && text[2] == b'/' && text[6] == b'/' && text[11] == b':';
    let close = || memchr::memchr(b']', &text[..text.len().min(super::time::LONGEST)]);
    let Some(quoted) = stamped
        .then(close)
        .flatten()
        .and_then(|close| text[close + 1..].strip_prefix(b" \""))
    else {
        return false;
    };
    let method = quoted.iter().take_while(|b| b.is_ascii_uppercase()).count();
    method > 2 && quoted.get(method) == Some(&b' ')
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes around a line and between the columns of a header that say nothing.
pub(super) fn is_filler(byte: u8) -> bool {
    matches!(byte, 0 | b' ' | b'\t' | b'\r')
}

/// The field, unless the log says that there is none.
#[inline]
pub(super) fn present(field: &[u8]) -> Option<&[u8]> {
    if field.is_empty() || field == b"-" {
        None
    } else {
        Some(field)
    }
}

/// The field with its escapes undone, unless the log says that there is none.
#[inline]
pub(super) fn field(field: &[u8], escapes: Escapes) -> Option<Text<'_>> {
    present(field).map(|field| unescape(field, escapes))
}

/// Undoes the writer's escapes. What is no escape stays as it is.
#[inline]
pub(super) fn unescape(field: &[u8], escapes: Escapes) -> Text<'_> {
    if escapes == Escapes::None {
        return Cow::Borrowed(field);
    }
    match memchr::memchr(b'\\', field) {
        None => Cow::Borrowed(field),
        Some(first) => Cow::Owned(unescaped(field, first, escapes)),
    }
}

/// A value without quotes, as a web server's format string leaves it: with that server's escapes, which are undone only
/// where every backslash begins one and a text comes out. Anybody else's backslash is his own.
pub(super) fn of_server(value: &[u8]) -> Text<'_> {
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        rest = match &rest[at + 1..] {
            [b'\\' | b'"', behind @ ..] => behind,
            [b'x', high, low, behind @ ..] if hex(*high, *low).is_some() => behind,
            _ => return Cow::Borrowed(value),
        };
    }
    let meant = unescape(value, Escapes::Log);
    match std::str::from_utf8(&meant) {
        Ok(_) => meant,
        Err(_) => Cow::Borrowed(value),
    }
}

fn unescaped(field: &[u8], first: usize, escapes: Escapes) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    out.extend_from_slice(&field[..first]);
    let mut rest = &field[first..];
    while !rest.is_empty() {
        let used = push_unescaped(rest, escapes, &mut out);
        rest = &rest[used..];
    }
    out
}

/// Writes what the start of `rest` means; returns how many bytes that was (at least one).
fn push_unescaped(rest: &[u8], escapes: Escapes, out: &mut Vec<u8>) -> usize {
    let (meant, used) = match *rest {
        [b'\\', b'x' | b'X', high, low, ..] => match hex(high, low) {
            Some(byte) => (byte, 4),
            None => (b'\\', 1),
        },
        [b'\\', b'u', ..] if escapes == Escapes::Json => return push_code_unit(rest, out),
        [b'\\', b'/', ..] if escapes == Escapes::Json => (b'/', 2),
        [b'\\', b'n', ..] => (b'\n', 2),
        [b'\\', b't', ..] => (b'\t', 2),
        [b'\\', b'r', ..] => (b'\r', 2),
        [b'\\', b'b', ..] => (8, 2),
        [b'\\', b'f', ..] => (12, 2),
        [b'\\', b'v', ..] => (11, 2),
        [b'\\', mark @ (b'"' | b'\\'), ..] => (mark, 2),
        [byte, ..] => (byte, 1),
        [] => return 0,
    };
    out.push(meant);
    used
}

/// `\uXXXX`, or two of them that form a surrogate pair; half a pair is U+FFFD.
fn push_code_unit(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(first) = code_unit(rest) else {
        out.push(b'\\');
        return 1;
    };
    let (code, used) = match code_unit(&rest[6..]) {
        Some(low) if (0xD800..0xDC00).contains(&first) && (0xDC00..0xE000).contains(&low) => {
            (0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00), 12)
        }
        _ => (first, 6),
    };
    let mut bytes = [0; 4];
    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(letter.encode_utf8(&mut bytes).as_bytes());
    used
}

fn code_unit(text: &[u8]) -> Option<u32> {
    match *text {
        [b'\\', b'u', a, b, c, d, ..] => Some(u32::from(hex(a, b)?) << 8 | u32::from(hex(c, d)?)),
        _ => None,
    }
}

/// The byte that two hexadecimal digits write.
pub(super) fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Whether the byte at this place is escaped: an odd number of backslashes stands before it.
pub(super) fn is_escaped(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

/// An answer's status: one to three digits, or none.
pub(super) fn status(field: &[u8]) -> Result<Option<u16>, Problem> {
    match present(field) {
        None => Ok(None),
        Some(digits) if digits.len() <= 3 => digits_of(digits).map(Some).ok_or(Problem::Status),
        Some(_) => Err(Problem::Status),
    }
}

/// A byte count, or none; some balancers write -1 for none.
pub(super) fn bytes(field: &[u8]) -> Result<Option<u64>, Problem> {
    match present(field) {
        None | Some(b"-1") => Ok(None),
        Some(digits) => digits_of(digits).map(Some).ok_or(Problem::Bytes),
    }
}

/// A decimal number without sign, if the whole text is one and it fits.
pub(super) fn digits_of<N: TryFrom<u64>>(text: &[u8]) -> Option<N> {
    let mut number = 0u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    if text.is_empty() {
        None
    } else {
        N::try_from(number).ok()
    }
}

/// A duration in milliseconds, from a number of units of which one is `unit` milliseconds.
pub(super) fn milliseconds(field: &[u8], unit: f64) -> Option<f64> {
    let number: f64 = std::str::from_utf8(present(field)?).ok()?.parse().ok()?;
    if number.is_finite() && number >= 0.0 {
        Some(number * unit)
    } else {
        None
    }
}

/// The field without the quotes around it.
pub(super) fn unquoted(field: &[u8]) -> &[u8] {
    field
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""))
        .unwrap_or(field)
}
