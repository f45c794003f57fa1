//! Stamps as programs and spreadsheets write them in words: `Thu Nov 14 08:00:00 2024`, `14.11.2024 08:00`.
//!
//! Each way of writing is one of which no number can be taken for another: where day and month are both numbers
//! between slashes, only the case can say which comes first, and such ways stand in [`EITHER`].

use std::sync::LazyLock;

use chrono_tz::Tz;

use super::offset;
use super::strftime::{Parts, Strftime};
use crate::words::Stamp;

/// Ways of writing that say by themselves what is what.
const WRITTEN: [&str; 22] = [
    "%Y-%m-%d %H:%M:%S%f",
    "%Y-%m-%dT%H:%M:%S%f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S%f",
    "%Y/%m/%d - %H:%M:%S%f",
    "%Y/%m/%d %H:%M",
    "%Y%m%dT%H%M%S",
    "%Y%m%d %H:%M:%S%f",
    "%d.%m.%Y %H:%M:%S%f",
    "%d.%m.%Y, %H:%M:%S%f",
    "%d.%m.%Y %H:%M",
    "%d/%b/%Y:%H:%M:%S%f",
    "%d/%b/%Y %H:%M:%S%f",
    "%d-%b-%Y %H:%M:%S%f",
    "%d-%b-%y %I.%M.%S%f %p",
    "%d-%b-%y %H:%M:%S%f",
    "%d %b %Y %H:%M:%S%f",
    "%a, %d %b %Y %H:%M:%S",
    "%a %d %b %Y %H:%M:%S",
    "%a %b %d %H:%M:%S%f %Y",
    "%a %b %d %H:%M:%S %Z %Y",
];

/// Ways of writing in which day and month may change places: pairs, the day first in the first of each.
pub const EITHER: [[&str; 2]; 4] = [
    ["%d/%m/%Y %H:%M:%S%f", "%m/%d/%Y %H:%M:%S%f"],
    ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"],
    ["%d/%m/%Y, %H:%M:%S", "%m/%d/%Y, %H:%M:%S"],
    ["%d-%m-%Y %H:%M:%S%f", "%m-%d-%Y %H:%M:%S%f"],
];

/// What may follow a stamp to say its offset; words for UTC only, as others name several offsets.
const ZONES: [&str; 4] = [" %z", "%z", " UTC", " GMT"];

/// A way of writing with what may follow it, compiled.
struct Way {
    spelled: String,
    read: Strftime,
}

static WITH_ZONES: LazyLock<Vec<Way>> = LazyLock::new(|| {
    let ways = WRITTEN.iter().chain(EITHER.iter().flatten());
    let with_zones = ways.flat_map(|way| {
        let zones = ZONES.iter().chain([&""]);
        zones.map(move |zone| format!("{way}{zone}"))
    });
    let compiled = |spelled: String| {
        let letters = spelled.replace(" UTC", " %Z").replace(" GMT", " %Z");
        let read = Strftime::compile(&letters).ok()?;
        Some(Way { spelled, read })
    };
    with_zones.filter_map(compiled).collect()
});

static COMPILED: LazyLock<Vec<(&str, Strftime)>> = LazyLock::new(|| {
    let compiled = |way: &&'static str| Some((*way, Strftime::compile(way).ok()?));
    WRITTEN.iter().filter_map(compiled).collect()
});

/// The stamp, if the text is one; without an offset, in `zone`.
pub(super) fn stamp(text: &[u8], zone: Tz) -> Option<Stamp> {
    // Nothing of this kind is shorter, and none of it is a mere word or number.
    if text.len() < 15 || !text.iter().any(|b| matches!(b, b' ' | b'T' | b':')) {
        return None;
    }
    let read = |(_, way): &(&str, Strftime)| {
        let mut parts = Parts::default();
        match way.read(&mut parts, text)? {
            b"" => parts.stamp(zone),
            rest => parts.at(offset(rest)?),
        }
    };
    COMPILED.iter().find_map(read)
}

/// How the stamp is written that a text begins with, and how long it is: the longest that fits, with its offset.
pub fn begins(text: &str) -> Option<(String, usize)> {
    let mut best: Option<(&Way, usize)> = None;
    for way in &*WITH_ZONES {
        let length = length_by(way, text);
        let longest = best.map_or(0, |(_, longest)| longest);
        if let Some(length) = length.filter(|length| *length > longest) {
            best = Some((way, length));
        }
    }
    best.map(|(way, length)| (way.spelled.clone(), length))
}

/// How long the stamp is that a text begins with, if it is written so and stands by itself.
fn length_by(way: &Way, text: &str) -> Option<usize> {
    let mut parts = Parts::default();
    let rest = way.read.read(&mut parts, text.as_bytes())?;
    let read = &text[..text.len() - rest.len()];
    let word = [" UTC", " GMT"]
        .into_iter()
        .find(|word| way.spelled.ends_with(word));
    if word.is_some_and(|word| !read.ends_with(word)) {
        return None;
    }
    let alone = rest.first().is_none_or(|b| !b.is_ascii_alphanumeric());
    (alone && parts.stamp(Tz::UTC).is_some()).then_some(text.len() - rest.len())
}

/// Whether a text is a stamp that is written so, and nothing else.
pub fn is_written(way: &str, text: &str) -> bool {
    let mut ways = WITH_ZONES.iter();
    let way = ways.find(|known| known.spelled == way);
    way.and_then(|way| length_by(way, text)) == Some(text.len())
}
