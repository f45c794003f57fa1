//! Times and spans as a responder writes them, in the case file and in tables alike.
//!
//! The parsing of stamps itself is `format::time`'s; here only the rule of which forms a case may
//! use, and the grammar of `clock_offset`.

use chrono_tz::Tz;

use crate::format::time;
use crate::words::{SECOND, Stamp};

/// What to write where a time was not understood.
pub(super) const TIME_REMEDY: &str = "write RFC 3339 such as \"2021-01-31T08:00:00Z\", or a \
    date such as \"2021-01-31\" (midnight in the case's timezone)";
/// What to write where a clock offset was not understood.
pub(crate) const OFFSET_REMEDY: &str = "write how far the clock was off as numbers with h, \
    m, s or ms in this order, such as \"-3s\", \"1h2m3s\" or \"250ms\"";

/// Units of a clock offset, largest first, in nanoseconds.
const UNITS: [(&str, i64); 4] = [
    ("h", 3600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
];

/// An instant: RFC 3339, or without an offset a local time or a date of the case's timezone.
pub(super) fn instant(text: &str, zone: Tz) -> Option<Stamp> {
    let bytes = text.trim().as_bytes();
    time::rfc3339(bytes)
        .or_else(|| time::date(bytes, zone))
        .or_else(|| time::local(bytes, zone))
}

/// Nanoseconds by which a clock was off: an optional sign, then numbers with falling units.
pub(crate) fn clock_offset(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) if text.starts_with('-') => (-1, rest),
        Some(rest) => (1, rest),
        None => (1, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut units = UNITS.iter();
    let mut total = 0i64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_lowercase).count();
        let (unit, after) = after.split_at(letters);
        // The iterator is not rewound, so each unit stands once at most and they fall in size.
        let (_, size) = units.find(|(name, _)| *name == unit)?;
        let part = number.parse::<i64>().ok()?.checked_mul(*size)?;
        total = total.checked_add(part)?;
        rest = after;
    }
    Some(sign * total)
}
