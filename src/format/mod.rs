//! One line -> [`Record`] or [`Problem`]: a file per format, one time parser, one target normaliser.
//!
//! Pure: no I/O, no threads, no clock, and no bytes that make it panic. Where lines come from is
//! left to `source`, what a request means to `route`. To add a format, write its file and give it
//! an arm in [`Kind`], in [`Format::named`] and, when its bytes tell it, in `detect.rs`.

mod account;
mod clf;
mod client;
mod detect;
mod json;
mod names;
mod pattern;
mod record;
mod request;
pub mod target;
mod text;
pub mod time;
mod w3c;

use std::fmt;
use std::sync::Arc;

use chrono_tz::Tz;

pub use record::{Line, Problem, Record, Text};

use crate::case::{AccountKey, FormatSpec};

/// A compiled way to read lines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Format {
    kind: Kind,
}

/// The formats that this version reads.
#[derive(Clone, Debug)]
enum Kind {
    Clf(clf::Clf),
    W3c(Arc<w3c::W3c>),
    Json(Arc<json::Json>),
    Pattern(Arc<pattern::Pattern>),
}

/// What a line needs to know from the lines before it: the header of a W3C file.
///
/// A file starts with the default. A chunk in the middle starts with the state that
/// [`Format::advance`] carried over everything before it.
#[derive(Clone, Debug, Default)]
pub struct State {
    header: w3c::Header,
}

/// Why a format cannot be used: what is wrong and what to do. The caller adds file and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatProblem {
    /// What happened and what to do.
    pub message: String,
}

impl FormatProblem {
    fn new(message: impl Into<String>) -> FormatProblem {
        FormatProblem {
            message: message.into(),
        }
    }
}

impl fmt::Display for FormatProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FormatProblem {}

impl Format {
    /// The format that a source asks for; `None` = it must be detected from bytes.
    ///
    /// `zone` is for stamps that carry no offset.
    ///
    /// # Errors
    /// A name that is not known, a pattern or field map that does not hold, or several of them at once.
    pub fn from_spec(spec: &FormatSpec, zone: Tz) -> Result<Option<Format>, FormatProblem> {
        match (&spec.name, &spec.pattern) {
            (Some(name), Some(_)) => Err(FormatProblem::new(format!(
                "`format = \"{name}\"` and `pattern` exclude each other; keep the one that describes the lines"
            ))),
            (None, Some(_)) if !spec.fields.is_empty() => Err(FormatProblem::new(
                "`pattern` and `fields` exclude each other; `fields` is for JSON lines",
            )),
            (None, Some(pattern)) => Format::pattern(pattern, zone).map(Some),
            (Some(name), None) if name == "auto" => Ok(None),
            (Some(name), None) => Format::named(name, &spec.fields, zone).map(Some),
            (None, None) if spec.fields.is_empty() => Ok(None),
            (None, None) => Format::named("json", &spec.fields, zone).map(Some),
        }
    }

    /// The format of that name. `fields` maps our names to dotted paths and is for JSON only.
    ///
    /// # Errors
    /// An unknown name (with the nearest known one), a known one that this version does not read
    /// yet, or a field map that does not hold.
    pub fn named(
        name: &str,
        fields: &[(String, String)],
        zone: Tz,
    ) -> Result<Format, FormatProblem> {
        if name != "json" && !fields.is_empty() {
            return Err(FormatProblem::new(format!(
                "`fields` is for JSON lines; `format = \"{name}\"` has its own fields: remove one of the two"
            )));
        }
        let kind = match name {
            "combined" | "vhost-combined" => Kind::Clf(clf::Clf::combined()),
            "common" => Kind::Clf(clf::Clf::common()),
            "w3c" => Kind::W3c(Arc::new(w3c::W3c::new(zone))),
            "json" => Kind::Json(Arc::new(json::Json::new(fields, zone)?)),
            other => return Err(names::unknown_format(other)),
        };
        Ok(Format { kind })
    }

    /// The format that an nginx `log_format` or Apache `LogFormat` string describes.
    ///
    /// # Errors
    /// A pattern without variables, with an unknown Apache directive, or with two variables between
    /// which nothing tells where the first one ends.
    pub fn pattern(text: &str, zone: Tz) -> Result<Format, FormatProblem> {
        let pattern = pattern::Pattern::compile(text, zone)?;
        Ok(Format {
            kind: Kind::Pattern(Arc::new(pattern)),
        })
    }

    /// The format of a content whose first bytes (64 KiB do) are `head`.
    ///
    /// # Errors
    /// No known format fits, or the field map does not hold.
    pub fn detect(
        head: &[u8],
        fields: &[(String, String)],
        zone: Tz,
    ) -> Result<Format, FormatProblem> {
        detect::detect(head, fields, zone)
    }

    /// Says where the account stands; `None` = the format's own user field.
    ///
    /// # Errors
    /// A key that this format cannot have; the message lists the fields that it has.
    pub fn bind_account(self, key: Option<&AccountKey>) -> Result<Format, FormatProblem> {
        let Some(key) = key else { return Ok(self) };
        let kind = match self.kind {
            Kind::Clf(clf) => Kind::Clf(clf.bind(key)?),
            Kind::W3c(w3c) => Kind::W3c(Arc::new(w3c.bind(key))),
            Kind::Json(json) => Kind::Json(Arc::new(json.bind(key)?)),
            Kind::Pattern(pattern) => Kind::Pattern(Arc::new(pattern.bind(key)?)),
        };
        Ok(Format { kind })
    }

    /// `combined`, `common`, `w3c`, `json` or `pattern`.
    pub fn name(&self) -> &str {
        match &self.kind {
            Kind::Clf(clf) => clf.name(),
            Kind::W3c(_) => "w3c",
            Kind::Json(_) => "json",
            Kind::Pattern(_) => "pattern",
        }
    }

    /// Whether lines of this format have a place for an account at all. A W3C header or a JSON
    /// object that happens to lack it is known only when it is read, so these say `true`.
    pub fn carries_account(&self) -> bool {
        match &self.kind {
            Kind::Clf(_) | Kind::W3c(_) => true,
            Kind::Json(json) => json.carries_account(),
            Kind::Pattern(pattern) => pattern.carries_account(),
        }
    }

    /// Carries the state over a chunk that others parse. `chunk` begins at a line's start.
    pub fn advance(&self, state: &mut State, chunk: &[u8]) {
        if let Kind::W3c(w3c) = &self.kind {
            w3c.advance(&mut state.header, chunk);
        }
    }

    /// Reads one line, given without its `\n`.
    ///
    /// A trailing `\r`, a byte order mark, and NULs and blanks at either end are no part of it. A
    /// record may lack its time where the line says `-` or has no place for it: whether it still
    /// counts is the caller's to say.
    pub fn parse<'a>(&self, state: &mut State, line: &'a [u8]) -> Line<'a> {
        let line = text::trim(line);
        if line.is_empty() {
            return Line::Empty;
        }
        let read = match &self.kind {
            Kind::Clf(clf) => clf.read(line),
            Kind::W3c(w3c) if line[0] == b'#' => {
                w3c.directive(&mut state.header, line);
                return Line::Directive;
            }
            Kind::W3c(w3c) => w3c.read(&state.header, line),
            Kind::Json(json) => json.read(line),
            Kind::Pattern(pattern) => pattern.read(line),
        };
        match read {
            Ok(record) => Line::Record(record),
            Err(problem) => Line::Problem(problem),
        }
    }
}
