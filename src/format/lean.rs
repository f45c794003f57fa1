//! The short way for lines that are written as nearly all lines of their log are: one look at each byte, nothing
//! copied. What stands here is that of combined lines; that of JSON is `json/lean.rs`'s, that of W3C `w3c/lean.rs`'s.
//!
//! It takes a line only where the long way (`clf.rs`) would read the very same from it, and leaves every other
//! line to that; tests hold the two against each other on arbitrary bytes. What is behind the byte count is left
//! unread until somebody asks, because most requests are for nothing that matters.

use memchr::{memchr, memchr3, memrchr};

use super::clf;
use super::json::lean::Layouts;
use super::text::digits_of;
use super::time;
use super::w3c::lean::Desk;
use crate::words::{SECOND, Stamp};

/// Length of `10/Oct/2000:13:55:36 -0700`.
const STAMP: usize = 26;
/// Where the seconds stand in it, and what is behind them.
const SECONDS: usize = 18;
const BEHIND: usize = 20;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lean<'a> {
    /// When.
    pub time: Stamp,
    /// Client address.
    pub client: &'a [u8],
    /// The account, if it names one.
    pub account: Option<&'a [u8]>,
    /// Such lines could not name an account.
    pub nameless: bool,
    /// Method.
    pub method: &'a [u8],
    /// Target, as written.
    pub target: &'a [u8],
    /// Status.
    pub status: u16,
    /// Byte count, if it names one.
    pub bytes: Option<u64>,
    /// That counts the answer's head too.
    pub head_counted: bool,
    /// Which machine wrote it, if it says so.
    pub node: Option<&'a [u8]>,
    pub(super) agent: Agent<'a>,
}

/// Where the user agent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agent<'a> {
    /// Here.
    Known(&'a [u8]),
    /// In what follows the byte count of a combined line.
    Behind(&'a [u8]),
}

/// What the lines before were like: it makes reading faster and never changes what is read.
#[derive(Clone, Debug, Default)]
pub struct Lately {
    pub(super) minute: Minute,
    pub(super) layouts: Layouts,
    pub(super) desk: Desk,
    /// Whether the next line is known to hold neither a backslash nor a carriage return nor an escape of a terminal.
    pub unescaped: bool,
}

/// The minute that was read last: most lines lie in the same one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Minute {
    /// The stamp without its seconds.
    text: [u8; STAMP - 2],
    /// Its first instant.
    at: Option<Stamp>,
}

impl<'a> Lean<'a> {
    /// Reads a line, if it is written plainly.
    #[inline]
    pub(super) fn read(line: &'a [u8], lately: &mut Lately) -> Option<Lean<'a>> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.first()?.is_ascii_digit() || line.last()?.is_ascii_whitespace() {
            return None;
        }
        if *line.last()? == 0 {
            return None;
        }
        let (client, rest) = line.split_at(address(line)?);
        let (user, rest) = user(rest.strip_prefix(b" - ")?)?;
        let rest = rest.strip_prefix(b" [")?;
        let stamp: &[u8; STAMP] = rest.first_chunk()?;
        let rest = rest[STAMP..].strip_prefix(b"] \"")?;
        let time = lately.minute.read(stamp)?;
        let quote = memchr(b'"', rest)?;
        let (method, target) = request(&rest[..quote])?;
        let (status, rest) = status(&rest[quote + 1..])?;
        let (bytes, tail) = size(rest)?;
        // Escapes, a terminal's colours and what may be the beginning of a second line are the long way's. What stands
        // before the tail has none of them.
        let odd = match lately.unescaped {
            true => memchr(b'[', tail),
            false => memchr3(b'\\', 0x1b, b'[', tail).or_else(|| memchr(b'\r', tail)),
        };
        if odd.is_some() {
            return None;
        }
        Some(Lean {
            time,
            client,
            account: (user != b"-").then_some(user),
            nameless: false,
            method,
            target,
            status,
            bytes: Some(bytes),
            head_counted: false,
            node: None,
            agent: Agent::Behind(tail),
        })
    }

    /// The user agent, empty where there is none; `None` where something stands behind it that only the long way
    /// understands.
    pub fn agent(&self) -> Option<&'a [u8]> {
        match self.agent {
            Agent::Known(agent) => Some(agent),
            Agent::Behind(tail) => clf::agent(tail),
        }
    }
}

impl Minute {
    /// Reads a stamp; the seconds alone where the rest is that of the last one.
    #[inline]
    fn read(&mut self, stamp: &[u8; STAMP]) -> Option<Stamp> {
        let [tens, ones] = [stamp[SECONDS], stamp[SECONDS + 1]].map(|b| b.wrapping_sub(b'0'));
        // A leap second is the long way's.
        if tens > 5 || ones > 9 {
            return None;
        }
        let seconds = i64::from(tens) * 10 + i64::from(ones);
        let same = self.text[..SECONDS] == stamp[..SECONDS]
            && self.text[SECONDS..] == stamp[BEHIND..]
            && self.at.is_some();
        if !same {
            let read = time::clf(stamp)?;
            self.text[..SECONDS].copy_from_slice(&stamp[..SECONDS]);
            self.text[SECONDS..].copy_from_slice(&stamp[BEHIND..]);
            self.at = read.0.checked_sub(seconds * SECOND).map(Stamp);
        }
        self.at?.0.checked_add(seconds * SECOND).map(Stamp)
    }
}

/// The length of an IPv4 address at the start: digits and three dots, up to a blank or the end.
#[inline]
pub(super) fn address(text: &[u8]) -> Option<usize> {
    let mut dots = 0;
    for (at, byte) in text.iter().enumerate().take(16) {
        match byte {
            b'0'..=b'9' => {}
            b'.' => dots += 1,
            b' ' if dots == 3 => return Some(at),
            _ => return None,
        }
    }
    (dots == 3 && text.len() < 16).then_some(text.len())
}

/// The bytes of users' names that are written plainly.
const OF_USERS: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0;
    while byte < all.len() {
        let letter = byte as u8;
        all[byte] = letter.is_ascii_alphanumeric()
            || matches!(letter, b'-' | b'_' | b'.' | b'@' | b'+' | 0x80..);
        byte += 1;
    }
    all
};

/// A user's name of plain letters up to a blank.
#[inline]
fn user(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = rest.iter().position(|b| !OF_USERS[usize::from(*b)])?;
    let (user, rest) = rest.split_at(end);
    (end > 0).then_some((user, rest))
}

/// Method and target of `METHOD target HTTP/1.1`.
#[inline]
fn request(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|b| !b.is_ascii_uppercase())?;
    let (method, rest) = text.split_at(end);
    let rest = rest.strip_prefix(b" ")?;
    // `HTTP/1.1` has eight bytes, and so have most.
    let usual = rest.len().checked_sub(9).filter(|at| {
        let protocol = &rest[*at..];
        protocol[0] == b' ' && all_plain(&protocol[1..])
    });
    let (target, protocol) = rest.split_at(usual.or_else(|| memrchr(b' ', rest))?);
    let protocol = protocol[1..].strip_prefix(b"HTTP/")?;
    // Blanks at its ends are no part of a target, those inside are: both are the long way's.
    let whole = target.first().is_some_and(|b| *b == b'/') && all_plain(target);
    (!method.is_empty() && whole && all_plain(protocol)).then_some((method, target))
}

/// Whether there are only letters, digits and signs, without a backslash. All bytes are looked at side by side, which is
/// faster than stopping at the first.
#[inline]
fn all_plain(text: &[u8]) -> bool {
    let odd = |b: &u8| u8::from(b.wrapping_sub(0x21) > 0x5d) | u8::from(*b == b'\\');
    text.iter().fold(0, |all, b| all | odd(b)) == 0
}

/// A blank and three digits, before a blank.
#[inline]
fn status(rest: &[u8]) -> Option<(u16, &[u8])> {
    let &[b' ', a, b, c, b' ', ..] = rest else {
        return None;
    };
    Some((digits_of(&[a, b, c])?, &rest[5..]))
}

/// Digits, before a blank or the end.
#[inline]
fn size(rest: &[u8]) -> Option<(u64, &[u8])> {
    let end = rest.iter().position(|b| !b.is_ascii_digit());
    let (digits, rest) = rest.split_at(end.unwrap_or(rest.len()));
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let rest = match rest {
        [] => rest,
        // More blanks would be trimmed.
        [b' ', next, ..] if next.is_ascii_graphic() => &rest[1..],
        _ => return None,
    };
    Some((digits_of(digits)?, rest))
}
