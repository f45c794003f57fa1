//! Stamps as portals and their exports write them for people: `1/27/2021 10:00:00 PM` and
//! `Jan 27, 2021 @ 22:00:00.000`.

use chrono_tz::Tz;

use super::{Moment, OfDay, day_number, fraction, month, offset, time_of_day};
use crate::format::text::digits_of;
use crate::words::Stamp;

/// Either of the two; without an offset, in `zone`.
pub(super) fn stamp(text: &[u8], zone: Tz) -> Option<Stamp> {
    let (moment, rest) = american(text).or_else(|| named(text))?;
    match rest {
        b"" => moment.within(zone),
        offset_text => moment.at(offset(offset_text)?),
    }
}

/// Month, day, year, and twelve hours with their half of the day: only the half tells that the month
/// comes first.
fn american(text: &[u8]) -> Option<(Moment, &[u8])> {
    let (month, rest) = number(text, b'/')?;
    let (day, rest) = number(rest, b'/')?;
    // Azure's export puts a comma behind the year.
    let (year, rest) = number(rest, b' ').or_else(|| number(rest, b','))?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let (hour, minute, second, nanos, rest) = clock(rest)?;
    let (half, rest) = rest
        .strip_prefix(b" ")
        .unwrap_or(rest)
        .split_at_checked(2)?;
    let hour = match (half.to_ascii_uppercase().as_slice(), hour) {
        (_, 0 | 13..) => return None,
        (b"AM", 12) => 0,
        (b"PM", 12) => 12,
        (b"AM", hour) => hour,
        (b"PM", hour) => hour + 12,
        _ => return None,
    };
    let moment = Moment {
        day: day_number(year, month, day)?,
        of_day: time_of_day(hour, minute, second, nanos)?,
    };
    Some((moment, rest))
}

fn named(text: &[u8]) -> Option<(Moment, &[u8])> {
    let &[a, b, c, b' ', ref rest @ ..] = text else {
        return None;
    };
    let (day, rest) = number(rest, b',')?;
    let (year, rest) = number(rest.strip_prefix(b" ")?, b' ')?;
    let (hour, minute, second, nanos, rest) = clock(rest.strip_prefix(b"@ ")?)?;
    let of_day: OfDay = time_of_day(hour, minute, second, nanos)?;
    let day = day_number(year, month([a, b, c])?, day)?;
    Some((Moment { day, of_day }, rest))
}

/// `H:MM:SS` with or without a fraction; and what follows.
fn clock(text: &[u8]) -> Option<(u32, u32, u32, i64, &[u8])> {
    let (hour, rest) = number(text, b':')?;
    let (minute, rest) = number(rest, b':')?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (second, rest) = rest.split_at(digits);
    let (nanos, rest) = match rest.split_first() {
        Some((b'.', digits)) => fraction(digits)?,
        _ => (0, rest),
    };
    Some((hour, minute, digits_of(second)?, nanos, rest))
}

/// The number before a mark, and what follows the mark.
fn number(text: &[u8], mark: u8) -> Option<(u32, &[u8])> {
    let at = text.iter().take(5).position(|b| *b == mark)?;
    Some((digits_of(&text[..at])?, &text[at + 1..]))
}
