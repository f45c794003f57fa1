//! syslog: RFC 5424, RFC 3164 as it is met, and the files that daemons write of either.
//!
//! An RFC 3164 stamp has neither year nor zone, so it is never taken for the time of a request: a
//! line that has no other is counted as one without a time.

use super::super::text::digits_of;
use super::super::time;
use super::{Kind, Peeled};

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

pub(super) fn peel(line: &[u8]) -> Option<Peeled<'_>> {
    match after_priority(line) {
        Some(rest) => match rest.strip_prefix(b"1 ") {
            Some(rest) => structured(rest),
            None => Some(classic(rest).unwrap_or_else(|| Peeled::new(Kind::Syslog, rest))),
        },
        None => classic(line),
    }
}

/// What follows `<PRI>`, which a length may precede on streams.
fn after_priority(line: &[u8]) -> Option<&[u8]> {
    let line = match line.iter().position(|b| !b.is_ascii_digit())? {
        0 => line,
        digits @ 1..=7 => line[digits..].strip_prefix(b" ")?,
        _ => return None,
    };
    let rest = line.strip_prefix(b"<")?;
    let close = rest.iter().take(4).position(|b| *b == b'>')?;
    digits_of::<u16>(&rest[..close])?;
    Some(&rest[close + 1..])
}

/// `STAMP HOST APP PROCESS MESSAGE-ID DATA MESSAGE`.
fn structured(rest: &[u8]) -> Option<Peeled<'_>> {
    let (stamp, rest) = word(rest)?;
    let (host, rest) = word(rest)?;
    let (_, rest) = word(rest)?;
    let (_, rest) = word(rest)?;
    let (_, rest) = word(rest)?;
    let (data, message) = data(rest)?;
    let message = message.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(message);
    let mut peeled = Peeled::new(Kind::Syslog, message)
        .written_by(host)
        .at(time::rfc3339(stamp));
    peeled.sequence = sequence(data);
    Some(peeled)
}

/// The structured data and the message behind it.
fn data(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(message) = rest.strip_prefix(b"-") {
        return Some((b"", message.strip_prefix(b" ").unwrap_or(message)));
    }
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted && rest.get(at + 1) != Some(&b'[') => {
                let message = &rest[at + 1..];
                return Some((&rest[..=at], message.strip_prefix(b" ").unwrap_or(message)));
            }
            _ => {}
        }
    }
    None
}

/// RFC 5424, 7.3.1: the writer's running number.
fn sequence(data: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"sequenceId=\"";
    let from = memchr::memmem::find(data, NAME)? + NAME.len();
    let until = memchr::memchr(b'"', &data[from..])?;
    digits_of(&data[from..from + until])
}

/// `Mmm dd hh:mm:ss HOST TAG: MESSAGE`, with an ISO stamp instead where the daemon writes one.
fn classic(line: &[u8]) -> Option<Peeled<'_>> {
    let (time, rest) = match month_stamp(line) {
        Some(rest) => (None, rest),
        None => {
            let (stamp, rest) = word(line)?;
            (Some(time::rfc3339(stamp)?), rest)
        }
    };
    let (first, after) = word(rest)?;
    if is_tag(first) {
        return Some(Peeled::new(Kind::Syslog, after).at(time));
    }
    let (tag, message) = word(after)?;
    if !is_tag(tag) {
        return None;
    }
    let peeled = Peeled::new(Kind::Syslog, message).at(time);
    Some(peeled.written_by(first))
}

/// What follows `Mmm dd hh:mm:ss`, with a year or parts of a second where they stand.
fn month_stamp(line: &[u8]) -> Option<&[u8]> {
    let (month, rest) = word(line)?;
    if !MONTHS.contains(&month) {
        return None;
    }
    let (day, rest) = word(rest.trim_ascii_start())?;
    digits_of::<u8>(day)?;
    let (mut clock, mut rest) = word(rest)?;
    if clock.len() == 4 && digits_of::<u16>(clock).is_some() {
        (clock, rest) = word(rest)?;
    }
    let clock = clock.strip_suffix(b":").unwrap_or(clock);
    let shape = clock.len() >= 8 && clock[2] == b':' && clock[5] == b':';
    shape.then_some(rest)
}

/// `nginx:`, `haproxy[123]:`.
fn is_tag(word: &[u8]) -> bool {
    let Some(name) = word.strip_suffix(b":") else {
        return false;
    };
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_./[]()%@".contains(b);
    !name.is_empty() && name.iter().all(plain) && !name[0].is_ascii_digit()
}

fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', text)?;
    (end > 0).then(|| (&text[..end], &text[end + 1..]))
}
