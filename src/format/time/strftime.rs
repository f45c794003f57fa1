//! Times that a `LogFormat` spells out with strftime letters, possibly in several pieces.
//!
//! Reads each piece into [`Parts`]; what they add up to is judged by the one time parser above.

use chrono_tz::Tz;

use super::{Moment, day_number, fraction, month, offset, time_of_day, two};
use crate::words::{SECOND, Stamp};

/// A compiled piece: the text between the braces of `%{...}t`.
#[derive(Clone, Debug)]
pub struct Strftime {
    items: Vec<Item>,
}

#[derive(Clone, Copy, Debug)]
enum Item {
    Literal(u8),
    Blank,
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    DayOfYear,
    Hour,
    HalfDayHour,
    HalfDay,
    Minute,
    Second,
    Offset,
    ZoneName,
    WeekdayName,
    Fraction(usize),
    /// A point or comma and digits, or nothing.
    AnyFraction,
    /// A count since the epoch; the number of units in a second.
    Epoch(i64),
}

/// What the pieces of one line have told.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    hour: Option<u32>,
    half_day_hour: Option<u32>,
    afternoon: bool,
    minute: Option<u32>,
    second: Option<u32>,
    nanos: i64,
    offset: Option<i64>,
    epoch: Option<i64>,
}

impl Strftime {
    /// Compiles strftime letters (and `%f` for a fraction that may be there), or one of Apache's own `sec`, `msec`, `usec`, `msec_frac`,
    /// `usec_frac`; a leading `begin:` or `end:` says which clock reading it is and is passed over.
    ///
    /// # Errors
    /// The first letter that this parser does not know.
    pub fn compile(format: &str) -> Result<Strftime, char> {
        let format = format.strip_prefix("begin:").unwrap_or(format);
        let format = format.strip_prefix("end:").unwrap_or(format);
        let items = match format {
            "sec" => vec![Item::Epoch(1)],
            "msec" => vec![Item::Epoch(1_000)],
            "usec" => vec![Item::Epoch(1_000_000)],
            "msec_frac" => vec![Item::Fraction(3)],
            "usec_frac" => vec![Item::Fraction(6)],
            letters => compile_letters(letters)?,
        };
        Ok(Strftime { items })
    }

    /// Reads this piece from the start of `text`; returns what follows it.
    pub fn read<'a>(&self, parts: &mut Parts, text: &'a [u8]) -> Option<&'a [u8]> {
        self.items
            .iter()
            .try_fold(text, |rest, item| item.read(parts, rest))
    }
}

impl Parts {
    /// The instant that the pieces add up to; a clock without an offset is one of `zone`.
    /// `None` where they lack the date or the hour.
    pub fn stamp(&self, zone: Tz) -> Option<Stamp> {
        if let Some(epoch) = self.epoch {
            return epoch.checked_add(self.nanos).map(Stamp);
        }
        let hour = match (self.hour, self.half_day_hour) {
            (Some(hour), _) => hour,
            (None, Some(hour @ 1..=12)) => hour % 12 + if self.afternoon { 12 } else { 0 },
            _ => return None,
        };
        let second = self.second.unwrap_or(0);
        let of_day = time_of_day(hour, self.minute?, second, self.nanos)?;
        let moment = Moment {
            day: self.day_number()?,
            of_day,
        };
        match self.offset {
            Some(offset) => moment.at(offset),
            None => moment.within(zone),
        }
    }

    /// The instant, on a clock that is `offset` seconds ahead of UTC.
    pub(in crate::format) fn at(&self, offset: i64) -> Option<Stamp> {
        let mut parts = self.clone();
        parts.offset = Some(offset);
        parts.stamp(Tz::UTC)
    }

    fn day_number(&self) -> Option<i64> {
        if let Some(day) = self.day_of_year {
            let start = day_number(self.year?, 1, 1)?;
            let length = day_number(self.year? + 1, 1, 1).map_or(365, |next| next - start);
            let day = i64::from(day);
            return if (1..=length).contains(&day) {
                Some(start + day - 1)
            } else {
                None
            };
        }
        day_number(self.year?, self.month?, self.day?)
    }
}

fn compile_letters(letters: &str) -> Result<Vec<Item>, char> {
    let mut items = Vec::new();
    let mut rest = letters.chars();
    while let Some(letter) = rest.next() {
        if letter != '%' {
            let mut bytes = [0; 4];
            items.extend(letter.encode_utf8(&mut bytes).bytes().map(Item::Literal));
            continue;
        }
        compile_letter(rest.next().unwrap_or('%'), &mut items)?;
    }
    Ok(items)
}

fn compile_letter(letter: char, items: &mut Vec<Item>) -> Result<(), char> {
    items.push(match letter {
        'Y' => Item::Year,
        'y' => Item::ShortYear,
        'm' => Item::Month,
        'b' | 'B' | 'h' => Item::MonthName,
        'd' | 'e' => Item::Day,
        'j' => Item::DayOfYear,
        'H' | 'k' => Item::Hour,
        'I' | 'l' => Item::HalfDayHour,
        'p' | 'P' => Item::HalfDay,
        'f' => Item::AnyFraction,
        'M' => Item::Minute,
        'S' => Item::Second,
        'z' => Item::Offset,
        'Z' => Item::ZoneName,
        'a' | 'A' => Item::WeekdayName,
        's' => Item::Epoch(1),
        'n' | 't' => Item::Blank,
        '%' => Item::Literal(b'%'),
        'F' => return letters_for("%Y-%m-%d", items),
        'T' | 'X' => return letters_for("%H:%M:%S", items),
        'R' => return letters_for("%H:%M", items),
        'D' | 'x' => return letters_for("%m/%d/%y", items),
        'c' => return letters_for("%a %b %e %H:%M:%S %Y", items),
        other => return Err(other),
    });
    Ok(())
}

fn letters_for(long: &str, items: &mut Vec<Item>) -> Result<(), char> {
    items.extend(compile_letters(long)?);
    Ok(())
}

impl Item {
    fn read<'a>(self, parts: &mut Parts, text: &'a [u8]) -> Option<&'a [u8]> {
        match self {
            Item::Literal(byte) => text.strip_prefix(&[byte]),
            Item::Blank => Some(text.trim_ascii_start()),
            Item::Year => {
                let (century, rest) = pair(text)?;
                let (year, rest) = pair(rest)?;
                parts.year = Some(century * 100 + year);
                Some(rest)
            }
            // POSIX: 69 to 99 are of the last century.
            Item::ShortYear => keep(pair(text)?, &mut parts.year, |y| {
                y + if y < 69 { 2000 } else { 1900 }
            }),
            Item::Month => keep(one_or_two(text)?, &mut parts.month, |n| n),
            Item::Day => keep(one_or_two(text)?, &mut parts.day, |n| n),
            Item::Hour => keep(one_or_two(text)?, &mut parts.hour, |n| n),
            Item::HalfDayHour => keep(one_or_two(text)?, &mut parts.half_day_hour, |n| n),
            Item::Minute => keep(pair(text)?, &mut parts.minute, |n| n),
            Item::Second => keep(pair(text)?, &mut parts.second, |n| n),
            Item::DayOfYear => {
                let (digits, rest) = text.split_at_checked(3)?;
                parts.day_of_year = Some(std::str::from_utf8(digits).ok()?.parse().ok()?);
                Some(rest)
            }
            Item::MonthName => {
                let (name, rest) = word(text);
                parts.month = Some(month(name.get(..3)?.try_into().ok()?)?);
                Some(rest)
            }
            Item::WeekdayName => Some(word(text).1),
            Item::HalfDay => {
                let (mark, rest) = text.split_at_checked(2)?;
                parts.afternoon = mark.eq_ignore_ascii_case(b"pm");
                (parts.afternoon || mark.eq_ignore_ascii_case(b"am")).then_some(rest)
            }
            Item::Offset => {
                let long = text.get(3) == Some(&b':');
                let len = if text.first() == Some(&b'Z') {
                    1
                } else {
                    5 + usize::from(long)
                };
                let (name, rest) = text.split_at_checked(len)?;
                parts.offset = Some(offset(name)?);
                Some(rest)
            }
            Item::ZoneName => {
                let (name, rest) = word(text);
                // Other abbreviations name several offsets; they say no more than the zone does.
                if matches!(name, b"UTC" | b"GMT" | b"Z") {
                    parts.offset = Some(0);
                }
                (!name.is_empty()).then_some(rest)
            }
            Item::Fraction(digits) => {
                let (part, rest) = text.split_at_checked(digits)?;
                let (nanos, tail) = fraction(part)?;
                parts.nanos = nanos;
                tail.is_empty().then_some(rest)
            }
            Item::AnyFraction => match text.split_first() {
                Some((b'.' | b',', [b'0'..=b'9', ..])) => {
                    let (nanos, rest) = fraction(&text[1..])?;
                    parts.nanos = nanos;
                    Some(rest)
                }
                _ => Some(text),
            },
            Item::Epoch(units) => {
                let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
                let (digits, rest) = text.split_at(len);
                let count: i64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
                parts.epoch = Some(count.checked_mul(SECOND / units)?);
                Some(rest)
            }
        }
    }
}

fn keep<'a>(
    (number, rest): (u32, &'a [u8]),
    slot: &mut Option<u32>,
    meaning: impl Fn(u32) -> u32,
) -> Option<&'a [u8]> {
    *slot = Some(meaning(number));
    Some(rest)
}

/// Two digits, the first of which may be padded with a blank.
fn pair(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(2)?;
    let tens = if digits[0] == b' ' { b'0' } else { digits[0] };
    Some((two(tens, digits[1])?, rest))
}

/// The same, or one digit with something else behind it: not everybody pads.
fn one_or_two(text: &[u8]) -> Option<(u32, &[u8])> {
    match *text {
        [one @ b'0'..=b'9', next, ..] if !next.is_ascii_digit() => {
            Some((u32::from(one - b'0'), &text[1..]))
        }
        _ => pair(text),
    }
}

fn word(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|b| b.is_ascii_alphabetic()).count())
}
