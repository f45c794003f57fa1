//! The order of a source's files: as written, oldest first, as far as their names tell.
//!
//! Folders and names compare naturally (`edge2` before `edge10`). Within one log's rotation come
//! the dated files by date, then the numbered ones from the highest number down, then the file that
//! is still written. The order depends on the names alone.

use std::cmp::{Ordering, Reverse};

use chrono::{Datelike, NaiveDate};

/// Compares two file names with `/` as separator. Equal only when they are the same.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (folders_a, file_a) = parted(a);
    let (folders_b, file_b) = parted(b);
    let by_folder = folders_a
        .split('/')
        .zip(folders_b.split('/'))
        .map(|(a, b)| natural(a, b))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| {
            folders_a
                .split('/')
                .count()
                .cmp(&folders_b.split('/').count())
        });
    let (rotation_a, rotation_b) = (Rotation::of(file_a), Rotation::of(file_b));
    by_folder
        .then_with(|| natural(rotation_a.log, rotation_b.log))
        .then_with(|| rotation_a.age.cmp(&rotation_b.age))
        .then_with(|| natural(file_a, file_b))
}

fn parted(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

/// Compares with runs of digits taken as numbers; ties by the bytes themselves.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a.as_bytes(), b.as_bytes());
    while let (Some(&first_a), Some(&first_b)) = (rest_a.first(), rest_b.first()) {
        let order = if first_a.is_ascii_digit() && first_b.is_ascii_digit() {
            let (number_a, number_b) = (number(&mut rest_a), number(&mut rest_b));
            number_a
                .len()
                .cmp(&number_b.len())
                .then_with(|| number_a.cmp(number_b))
        } else {
            (rest_a, rest_b) = (&rest_a[1..], &rest_b[1..]);
            first_a.cmp(&first_b)
        };
        if order.is_ne() {
            return order;
        }
    }
    rest_a.len().cmp(&rest_b.len()).then_with(|| a.cmp(b))
}

/// Takes a run of digits off the front; gives it without leading zeros.
fn number<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest
        .iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    *rest = behind;
    let zeros = digits.iter().take_while(|&&b| b == b'0').count();
    &digits[zeros..]
}

/// A file name taken apart: which log it belongs to and how old it is among that log's files.
struct Rotation<'a> {
    log: &'a str,
    age: Age,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    /// A date stands behind the log's name; the date itself is compared with the whole name.
    Dated,
    /// `access.log.3`: the higher, the older.
    Numbered(Reverse<u32>),
    /// Neither: the log that is being written, or the only one.
    Current,
}

const PACKED: [&str; 7] = [".gz", ".zst", ".zstd", ".bz2", ".xz", ".z", ".Z"];

impl Rotation<'_> {
    fn of(file: &str) -> Rotation<'_> {
        let name = PACKED
            .iter()
            .find_map(|end| file.strip_suffix(end))
            .unwrap_or(file);
        let stamp = |c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | ':' | 'T' | 'Z');
        let run = name.trim_end_matches(stamp).len();
        let Some(skip) = name[run..].find(['-', '_', '.']) else {
            return Rotation {
                log: name,
                age: Age::Current,
            };
        };
        let (log, tail) = name.split_at(run + skip);
        let digits = tail.bytes().filter(u8::is_ascii_digit).count();
        let age = match tail.strip_prefix('.').map(str::parse) {
            _ if log.is_empty() => Age::Current,
            Some(Ok(number)) if digits < 6 => Age::Numbered(Reverse(number)),
            _ if digits >= 6 => Age::Dated,
            _ => Age::Current,
        };
        let log = if age == Age::Current { name } else { log };
        Rotation { log, age }
    }
}

/// A log file's place in its log's rotation, as far as its name tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Which log it belongs to: folder and name without number, date and packing.
    pub log: String,
    /// `access.log.3`: 3.
    pub number: Option<u32>,
    /// `access-20210304.log`: days since the epoch.
    pub day: Option<i64>,
    /// `access-2021030418.log`: hours since the epoch, in the zone of whoever named it.
    pub hour: Option<i64>,
}

impl Turn {
    /// Reads a file's name, with `/` as separator.
    pub fn of(name: &str) -> Turn {
        let (folder, file) = parted(name);
        let rotation = Rotation::of(file);
        let turn = |log: &str, number, date: Option<Date>| Turn {
            log: format!("{folder}/{log}"),
            number,
            day: date.map(|date| date.day),
            hour: date.and_then(|date| Some(date.day * 24 + date.hour?)),
        };
        match rotation.age {
            Age::Numbered(Reverse(number)) => turn(rotation.log, Some(number), None),
            _ => match dated(file) {
                Some((log, date)) => turn(&log, None, Some(date)),
                None => turn(rotation.log, None, None),
            },
        }
    }
}

/// A date in a file's name.
#[derive(Clone, Copy)]
struct Date {
    /// Bytes that it takes, with the hour.
    length: usize,
    /// Days since the epoch.
    day: i64,
    /// Hour of the day, where the name tells it.
    hour: Option<i64>,
}

/// A name that holds one date: the name with `*` in its place, and the date.
fn dated(file: &str) -> Option<(String, Date)> {
    let packed = PACKED.iter().find_map(|end| file.strip_suffix(end));
    let name = packed.unwrap_or(file);
    let begins = |at: &usize| {
        let digit = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        digit(*at) && (*at == 0 || !digit(*at - 1))
    };
    let mut dates: Vec<(usize, Date)> = Vec::new();
    for from in (0..name.len()).filter(begins) {
        // The digits of an hour begin no date of their own.
        let open = dates
            .last()
            .is_none_or(|(at, date)| at + date.length <= from);
        dates.extend(
            date(&name[from..])
                .filter(|_| open)
                .map(|date| (from, date)),
        );
    }
    let [(from, date)] = dates[..] else {
        return None;
    };
    let log = format!("{}*{}", &name[..from], &name[from + date.length..]);
    Some((log, date))
}

/// A date at the front of a text, and its hour. More digits behind it make it another number, and two digits and two
/// digits are too little.
fn date(text: &str) -> Option<Date> {
    let forms = [
        (8, "%Y%m%d"),
        (10, "%Y-%m-%d"),
        (10, "%Y_%m_%d"),
        (10, "%Y.%m.%d"),
        (6, "%y%m%d"),
    ];
    forms.into_iter().find_map(|(length, form)| {
        let day = NaiveDate::parse_from_str(text.get(..length)?, form).ok()?;
        // `u_ex21030418.log` is an hour of 2021, and no day of 2103.
        if !(1990..2070).contains(&day.year()) {
            return None;
        }
        let rest = text.get(length..)?;
        let (more, hour) = match hour(rest) {
            Some((more, hour)) => (more, Some(hour)),
            None => (0, None),
        };
        let end = rest.as_bytes().get(more);
        (!end.is_some_and(u8::is_ascii_digit)).then(|| Date {
            length: length + more,
            day: i64::from(day.to_epoch_days()),
            hour,
        })
    })
}

/// The hour behind a date: `18`, `1830` or `183000` next to it or behind `-`, `_` or `T`, or `-18-30` and `T18:30:00`. How
/// long it is, and the hour.
fn hour(rest: &str) -> Option<(usize, i64)> {
    let parted = rest.starts_with(['-', '_', 'T']);
    let digits = rest.get(usize::from(parted)..)?;
    let run = digits.bytes().take_while(u8::is_ascii_digit).count();
    if !matches!(run, 2 | 4 | 6) {
        return None;
    }
    let part = |from: usize| digits.get(from..from + 2)?.parse::<i64>().ok();
    let is_digit = |at: usize| digits.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let mut length = run;
    let (hour, minute) = (part(0)?, part(2).filter(|_| run > 2));
    // Minutes and seconds that stand apart, each behind the same sign; a word that begins with two digits is neither.
    let sign = digits.as_bytes().get(run).filter(|b| b"-_:".contains(b));
    while let Some(sign) = sign.filter(|_| run == 2 && length < 8) {
        let behind = digits.as_bytes().get(length) == Some(sign);
        let sixtieth = part(length + 1).is_some_and(|part| part < 60);
        if !behind || !sixtieth || is_digit(length + 3) {
            break;
        }
        length += 3;
    }
    let holds = hour < 24 && minute.is_none_or(|minute| minute < 60);
    holds.then_some((usize::from(parted) + length, hour))
}
