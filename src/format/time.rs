//! The one time parser: every stamp of every format and of the case's tables is read here.
//!
//! Exact to the nanosecond, never through a float, and never a clamp: what does not exist or does
//! not fit is `None`, and the caller says which line that was. Writing times is left to `words`.
//!
//! A leap second (`:60`) becomes the last nanosecond before the next minute: it stays after `:59`,
//! before `:00`, and in the hour and day that the log says. Its fraction is given up for that.

mod portal;
pub mod strftime;
pub mod written;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::words::{SECOND, Stamp};

/// No stamp in brackets is longer, so a lone bracket need not be looked at further.
pub(super) const LONGEST: usize = 48;

/// RFC 3339 and its looser relatives, offset required: `2021-03-04T05:06:07.89+01:00`, with a
/// blank for the `T`, lower case, a comma before the fraction, `+0100`, or a blank before the
/// offset. Digits after the ninth of a fraction are cut. A date alone is none.
pub fn rfc3339(text: &[u8]) -> Option<Stamp> {
    let (moment, rest) = iso(text)?;
    moment.at(offset(rest)?)
}

/// `10/Oct/2000:13:55:36 -0700`, with or without a fraction after the seconds.
pub fn clf(text: &[u8]) -> Option<Stamp> {
    let (moment, rest) = clf_moment(text)?;
    moment.at(offset(rest)?)
}

/// The same without an offset, read in `zone` as [`local`] does.
pub fn clf_local(text: &[u8], zone: Tz) -> Option<Stamp> {
    let (moment, rest) = clf_moment(text)?;
    if rest.is_empty() {
        moment.within(zone)
    } else {
        None
    }
}

fn clf_moment(text: &[u8]) -> Option<(Moment, &[u8])> {
    let (date, rest) = text.split_at_checked(12)?;
    let &[d0, d1, b'/', m0, m1, m2, b'/', y0, y1, y2, y3, b':'] = date else {
        return None;
    };
    let day = two(d0, d1)?;
    let year = two(y0, y1)? * 100 + two(y2, y3)?;
    let (of_day, rest) = of_day(rest)?;
    let moment = Moment {
        day: day_number(year, month([m0, m1, m2])?, day)?,
        of_day,
    };
    Some((moment, rest))
}

/// ISO 8601 date and time without an offset, read in `zone`. Where clocks were set back and the
/// time occurred twice, the earlier one; a time that was skipped is `None`.
pub fn local(text: &[u8], zone: Tz) -> Option<Stamp> {
    let (moment, rest) = iso(text)?;
    if rest.is_empty() {
        moment.within(zone)
    } else {
        None
    }
}

/// `YYYY-MM-DD`: the first instant of that day in `zone`, which is 00:00 unless clocks skipped it.
pub fn date(text: &[u8], zone: Tz) -> Option<Stamp> {
    let (day, rest) = iso_date(text)?;
    if !rest.is_empty() {
        return None;
    }
    // Gaps at midnight end on a quarter of an hour; a day skipped whole has no first instant.
    (0..16).find_map(|quarter| {
        Moment {
            day,
            of_day: OfDay {
                seconds: quarter * 900,
                nanos: 0,
            },
        }
        .within(zone)
    })
}

/// A stamp however it is written, `zone` for those without an offset: all of the above, the epoch,
/// and the two that only tables and portals write, `1/27/2021 10:00:00.123 PM` (always in this
/// order of month and day where a half of the day follows) and `Jan 27, 2021 @ 10:00:00.123`; and what is [`written`].
pub fn any(text: &[u8], zone: Tz) -> Option<Stamp> {
    rfc3339(text)
        .or_else(|| local(text, zone))
        .or_else(|| epoch(text))
        .or_else(|| clf(text))
        .or_else(|| portal::stamp(text, zone))
        .or_else(|| written::stamp(text, zone))
}

/// A number since the epoch in s, ms, us or ns, told apart by magnitude (from 1973-03-03 on that
/// is unambiguous): `1611741600`, `1611741600.123`, `1.611741600123E9`. Not negative.
pub fn epoch(text: &[u8]) -> Option<Stamp> {
    let (digits, mut scale) = decimal(text)?;
    if digits == 0 {
        return Some(Stamp(0));
    }
    let whole = shifted(digits, -scale)?;
    scale -= match whole {
        0..100_000_000_000 => 9,
        100_000_000_000..100_000_000_000_000 => 6,
        100_000_000_000_000..100_000_000_000_000_000 => 3,
        _ => 0,
    };
    i64::try_from(shifted(digits, -scale)?).ok().map(Stamp)
}

/// The same of a log's stamp: a number that lies before the web is another column's, such as a time taken, and never
/// 1970.
pub(super) fn epoch_of_log(text: &[u8]) -> Option<Stamp> {
    const FIRST: i64 = 631_152_000;
    epoch(text).filter(|stamp| stamp.0 >= FIRST * SECOND)
}

/// Seconds since midnight and nanoseconds within the second.
#[derive(Clone, Copy)]
struct OfDay {
    seconds: i64,
    nanos: i64,
}

/// A date and a time of day on some clock.
#[derive(Clone, Copy)]
struct Moment {
    /// Days since 1970-01-01.
    day: i64,
    of_day: OfDay,
}

impl Moment {
    /// The instant, on a clock that is `offset` seconds ahead of UTC.
    fn at(self, offset: i64) -> Option<Stamp> {
        let seconds = self.day * 86_400 + self.of_day.seconds - offset;
        seconds
            .checked_mul(SECOND)?
            .checked_add(self.of_day.nanos)
            .map(Stamp)
    }

    /// The instant on the clocks of a zone.
    fn within(self, zone: Tz) -> Option<Stamp> {
        let date = NaiveDate::from_num_days_from_ce_opt(i32::try_from(self.day + EPOCH_DAY).ok()?)?;
        let time =
            NaiveTime::from_num_seconds_from_midnight_opt(self.of_day.seconds.try_into().ok()?, 0)?;
        let there = zone
            .from_local_datetime(&NaiveDateTime::new(date, time))
            .earliest()?;
        there
            .timestamp()
            .checked_mul(SECOND)?
            .checked_add(self.of_day.nanos)
            .map(Stamp)
    }
}

/// 1970-01-01 counted from the year 1.
const EPOCH_DAY: i64 = 719_163;

/// Days since the epoch, for a date that exists and whose instants fit a [`Stamp`].
fn day_number(year: u32, month: u32, day: u32) -> Option<i64> {
    if !(1678..=2261).contains(&year) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(i64::from(date.num_days_from_ce()) - EPOCH_DAY)
}

/// Date, `T` or blank, time of day; and what follows.
fn iso(text: &[u8]) -> Option<(Moment, &[u8])> {
    let (day, rest) = iso_date(text)?;
    let rest = match rest.split_first()? {
        (b'T' | b't' | b' ', rest) => rest,
        _ => return None,
    };
    let (of_day, rest) = of_day(rest)?;
    Some((Moment { day, of_day }, rest))
}

fn iso_date(text: &[u8]) -> Option<(i64, &[u8])> {
    let (date, rest) = text.split_at_checked(10)?;
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = date else {
        return None;
    };
    let year = two(y0, y1)? * 100 + two(y2, y3)?;
    Some((day_number(year, two(m0, m1)?, two(d0, d1)?)?, rest))
}

/// `HH:MM:SS` and an optional fraction; and what follows.
fn of_day(text: &[u8]) -> Option<(OfDay, &[u8])> {
    let (clock, rest) = text.split_at_checked(8)?;
    let &[h0, h1, b':', m0, m1, b':', s0, s1] = clock else {
        return None;
    };
    let (hour, minute, second) = (two(h0, h1)?, two(m0, m1)?, two(s0, s1)?);
    let (nanos, rest) = match rest.split_first() {
        Some((b'.' | b',', digits)) => fraction(digits)?,
        _ => (0, rest),
    };
    Some((time_of_day(hour, minute, second, nanos)?, rest))
}

/// The one place where hours, minutes and leap seconds are judged.
fn time_of_day(hour: u32, minute: u32, second: u32, nanos: i64) -> Option<OfDay> {
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (second, nanos) = if second == 60 {
        (59, SECOND - 1)
    } else {
        (second, nanos)
    };
    Some(OfDay {
        seconds: i64::from(hour * 3600 + minute * 60 + second),
        nanos,
    })
}

/// At least one digit, as nanoseconds.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(len);
    let (mut nanos, mut unit) = (0, SECOND / 10);
    for digit in digits {
        nanos += i64::from(digit - b'0') * unit;
        unit /= 10;
    }
    if digits.is_empty() {
        None
    } else {
        Some((nanos, rest))
    }
}

/// The whole rest as an offset, in seconds ahead of UTC.
pub(super) fn offset(text: &[u8]) -> Option<i64> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let (sign, hours, minutes) = match *text {
        [b'Z' | b'z'] => return Some(0),
        [sign, h0, h1, m0, m1] | [sign, h0, h1, b':', m0, m1] => (sign, two(h0, h1)?, two(m0, m1)?),
        [sign, h0, h1] if !sign.is_ascii_alphabetic() => (sign, two(h0, h1)?, 0),
        _ if text == b"UTC" || text == b"GMT" => return Some(0),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i64::from(hours * 3600 + minutes * 60);
    match sign {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

fn month([first, rest @ ..]: [u8; 3]) -> Option<u32> {
    let [second, third] = rest.map(|b| b.to_ascii_lowercase());
    let number = match &[first.to_ascii_uppercase(), second, third] {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    };
    Some(number)
}

/// Two decimal digits.
fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens < 10 && ones < 10 {
        Some(u32::from(tens) * 10 + u32::from(ones))
    } else {
        None
    }
}

/// `DIGITS[.DIGITS][e[+-]DIGITS]` as an integer and the power of ten that it is divided by.
fn decimal(text: &[u8]) -> Option<(u128, i32)> {
    let (mut digits, mut scale, mut at) = (0u128, 0, 0);
    let mut point = false;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'0'..=b'9' if digits < u128::MAX / 100 => {
                digits = digits * 10 + u128::from(byte - b'0');
                scale += i32::from(point);
            }
            // Beyond 36 digits only the fraction may go on, and it no longer matters.
            b'0'..=b'9' if point => {}
            b'.' if !point && at > 0 => point = true,
            b'e' | b'E' if at > 0 => {
                let exponent: i32 = std::str::from_utf8(&text[at + 1..]).ok()?.parse().ok()?;
                return Some((digits, scale.checked_sub(exponent)?));
            }
            _ => return None,
        }
        at += 1;
    }
    if at == 0 || text.ends_with(b".") {
        None
    } else {
        Some((digits, scale))
    }
}

/// `digits` times ten to the power of `by`, cut to an integer.
fn shifted(digits: u128, by: i32) -> Option<u128> {
    if by >= 0 {
        digits.checked_mul(10u128.checked_pow(by.unsigned_abs())?)
    } else {
        Some(
            10u128
                .checked_pow(by.unsigned_abs())
                .map_or(0, |unit| digits / unit),
        )
    }
}
