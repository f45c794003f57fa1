//! How the stamps of a log are to be read: the zone of those without an offset, and how they are written where the case
//! says so. Reading them is left to `time`.

use std::sync::Arc;

use chrono_tz::Tz;

use super::FormatProblem;
use super::time::strftime::{Parts, Strftime};
use super::time::{self, offset};
use crate::words::Stamp;

/// The key of a field map that says how stamps are written.
const KEY: &str = "time_format";

/// What a log's stamps need to be read.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    zone: Tz,
    way: Option<Arc<Strftime>>,
}

impl Clock {
    /// Takes what a field map says of stamps, and gives back the rest of it.
    ///
    /// # Errors
    /// It uses a letter that cannot be read back.
    pub(super) fn of(
        fields: &[(String, String)],
        zone: Tz,
    ) -> Result<(Clock, Vec<(String, String)>), FormatProblem> {
        let (own, rest): (Vec<_>, Vec<_>) = fields.iter().cloned().partition(|(key, _)| key == KEY);
        let compiled = own.last().map(|(_, letters)| {
            Strftime::compile(letters).map_err(|letter| {
                FormatProblem::new(format!(
                    "`fields`: `time_format = \"{letters}\"` uses the letter `%{letter}`, which this version cannot read; \
                     write such as \"%d/%m/%Y %H:%M:%S\" (%f for a fraction that may be there)"
                ))
            })
        });
        let way = compiled.transpose()?.map(Arc::new);
        Ok((Clock { zone, way }, rest))
    }

    /// Whether the case says how stamps are written.
    pub(super) fn is_told(&self) -> bool {
        self.way.is_some()
    }

    /// The stamp that a text is.
    pub(super) fn stamp(&self, text: &[u8]) -> Option<Stamp> {
        let Some(way) = &self.way else {
            return stamp_of_text(text, self.zone);
        };
        let mut parts = Parts::default();
        match way.read(&mut parts, text.trim_ascii())? {
            b"" => parts.stamp(self.zone),
            rest => parts.at(offset(rest)?),
        }
    }

    /// The stamp of a text, else of a day and the text behind it.
    pub(super) fn stamp_of(
        &self,
        text: &[u8],
        day: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Option<Stamp> {
        self.stamp(text).or_else(|| {
            let mut whole = day()?;
            whole.push(b' ');
            whole.extend_from_slice(text);
            self.stamp(&whole)
        })
    }
}

/// A stamp as a text, however it is written; `zone` is for those without an offset.
pub(super) fn stamp_of_text(text: &[u8], zone: Tz) -> Option<Stamp> {
    // Apache's %t brings its brackets along.
    let bare = text
        .strip_prefix(b"[")
        .and_then(|rest| rest.strip_suffix(b"]"));
    let bare = bare.unwrap_or(text);
    match bare.iter().all(|b| b.is_ascii_digit() || *b == b'.') {
        true => time::epoch_of_log(bare),
        false => time::any(bare, zone),
    }
}
